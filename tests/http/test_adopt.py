# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""tdm_adopt writes files that people keep in git: what they hold, what is refused, what adopting again does."""

from __future__ import annotations

import difflib
import json
from pathlib import Path

import pytest
import yaml

from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.module import result_of
from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.task import Context
from ansible_collections.lorawan.thingpark.plugins.module_utils._tasks import adopted_files
from ansible_collections.lorawan.thingpark.plugins.plugin_utils._inventory import INVENTORY, read_options

DEVICES = 20
SERVER = "TWA_100002581.1973.AS"


@pytest.fixture
def dest(tmp_path) -> Path:
    """Return the directory for the files, which isn't there yet."""
    return tmp_path / "adopted"


@pytest.fixture
def fleet(account, rows) -> list:
    """Return the rows of a platform's devices, of which two have no tag and one a tag more."""
    some = rows(DEVICES, tags=["parking"], domains={"Site": "Utrecht/Centraal"})
    some[3]["tags"], some[4]["tags"], some[5]["tags"] = [], None, ["parking", "north"]
    some[6]["domains"] = {"Site": "Breda"}
    some[7].update(routing_profile=None, application_servers=[SERVER])
    described = [{name: value for name, value in one.items() if value is not None} for one in some]
    assert account.tdm_fleet(devices=described)["summary"]["created"] == DEVICES
    return described


def texts(dest: Path) -> dict[str, str]:
    """Return what a directory holds, by path."""
    return {path.relative_to(dest).as_posix(): path.read_text() for path in sorted(dest.rglob("*")) if path.is_file()}


def test_a_file_is_short_and_says_what_differs(account, fleet, dest):
    assert account.tdm_adopt(dest=str(dest))["changed"]
    text = texts(dest)["devices.yml"]
    assert text.startswith(
        """---
# Adopted from ThingPark by lorawan.thingpark.tdm_adopt. Adopting again writes this file anew.
defaults:
  create: false
  device_profile: "LORA/GenericA.1.0.2a_ETSI_Rx2-SF12"
  activation: "OTAA"
  join_server: "local"
  join_eui: "70B3D57ED0000000"
  connectivity_plan: "kpn-cs/testing"
  routing_profile: "TWA_100002581.25885"
  domains:
    "Site": "Utrecht/Centraal"
  marker_id: 100
  motion_indicator: "RANDOM"
devices:
  - dev_eui: "70B3D57ED1000001"
    name: "row-0001"
    tags: ["parking"]
"""
    ), text
    assert (
        """
  - dev_eui: "70B3D57ED1000007"
    name: "row-0007"
    tags: ["parking"]
    domains:
      "Site": "Breda"
  - dev_eui: "70B3D57ED1000008"
    name: "row-0008"
    application_servers: ["TWA_100002581.1973.AS"]
    tags: ["parking"]
"""
        in text
    )
    assert (dest / "devices.yml").stat().st_mode & 0o777 == 0o600


def test_a_default_reaches_nobody_who_has_no_such_value(account, fleet, dest):
    account.tdm_device(dev_eui=fleet[5]["dev_eui"], tags=["parking"])
    account.tdm_device(dev_eui=fleet[4]["dev_eui"], tags=["parking"])
    account.tdm_adopt(dest=str(dest))
    content = yaml.safe_load((dest / "devices.yml").read_text())
    assert content["defaults"]["tags"] == ["parking"]
    assert [one["dev_eui"][-2:] for one in content["devices"] if one.get("tags") == []] == ["04"]
    assert "app_key" not in json.dumps(content)


def test_adopting_again_shows_what_changed_and_no_more(simulator, account, fleet, dest):
    account.tdm_adopt(dest=str(dest))
    before = texts(dest)
    again = account.tdm_adopt(dest=str(dest))
    assert not again["changed"] and texts(dest) == before
    assert [one["action"] for one in again["files"]] == ["unchanged"]
    simulator.change_device(fleet[9]["dev_eui"], name="moved", domains=[{"name": "Breda", "group": {"name": "Site"}}])
    predicted = account.tdm_adopt(dest=str(dest), check=True, diff=True)
    assert predicted["changed"] and texts(dest) == before
    told = account.tdm_adopt(dest=str(dest))
    assert told["changed"] and told["msg"] == "described 20 resources; files: 2, new or changed: 1"
    lines = list(difflib.ndiff(before["devices.yml"].splitlines(), texts(dest)["devices.yml"].splitlines()))
    assert [line for line in lines if line[0] in "+-"] == [
        '-     name: "row-0010"',
        '+     name: "moved"',
        "+     domains:",
        '+       "Site": "Breda"',
    ]
    (shown,) = predicted["diff"]
    assert (shown["before"], shown["after"]) == (before["devices.yml"], texts(dest)["devices.yml"])


def test_what_it_costs(account, fleet, dest, counts, frame):
    counts()
    told = account.tdm_adopt(dest=str(dest))
    assert counts() == {**frame, "GET /devices": 2, "GET /devices/{deviceUid}": DEVICES}
    assert told["requests"]["POST"] == 1
    assert account.tdm_fleet(src=str(dest / "devices.yml"))["looked_up"] == 0, "adopting remembered what lists don't show"
    counts()
    account.tdm_adopt(dest=str(dest), gather="briefs")
    assert counts() == {**frame, "GET /devices": 2}


def test_it_says_how_far_it_is(simulator, account, fleet, dest, monkeypatch):
    monkeypatch.setattr("ansible_collections.lorawan.thingpark.plugins.module_utils._workers.TICK", 0.01)
    simulator.settings(latency_ms=20)
    lines: list = []
    account.tdm_adopt(dest=str(dest), parallel=1, tell=lines.append)
    assert lines and all(line.startswith("tdm_adopt: ") and " of 20 devices, " in line for line in lines)


def test_files_of_a_split(account, fleet, dest):
    told = account.tdm_adopt(dest=str(dest), split_by="tag")
    assert sorted(texts(dest)) == ["devices/no-tag.yml", "devices/north.yml", "devices/parking.yml", "keys.missing.csv"]
    assert {Path(one["file"]).stem: one["count"] for one in told["files"]} == {"no-tag": 2, "north": 1, "parking": 17}
    (dest / "devices" / "mine.yml").write_text("devices: []")
    told = account.tdm_adopt(dest=str(dest), split_by="domain", domain_group="Site")
    assert [one["file"] for one in told["files"] if one["action"] == "removed"] == [
        str(dest / "devices" / name) for name in ("no-tag.yml", "north.yml", "parking.yml")
    ]
    assert sorted(texts(dest)) == ["devices/breda.yml", "devices/mine.yml", "devices/utrecht-centraal.yml", "keys.missing.csv"]
    account.tdm_adopt(dest=str(dest))
    assert sorted(texts(dest)) == ["devices.yml", "devices/mine.yml", "keys.missing.csv"]
    account.tdm_adopt(dest=str(dest), format="json")
    assert sorted(texts(dest)) == ["devices.json", "devices/mine.yml", "keys.missing.csv"]


def test_two_values_of_one_spelling_have_two_files():
    names = adopted_files._names("tag", ["A/B", "a/b", "north", None, "no-tag", "\U0001f600"])
    assert len(set(names.values())) == 6 and names["north"] == "north" and names[None] == "no-tag"


def test_nothing_found_leaves_all_as_it_is(account, fleet, dest):
    account.tdm_adopt(dest=str(dest))
    before = texts(dest)
    told = account.tdm_adopt(dest=str(dest), filters={"tag": ["nobody"]})
    assert not told["changed"] and told["files"] == [] and texts(dest) == before
    assert "No device was found" in account.warnings[-1]


def test_whose_keys_nobody_knows(account, rows, dest):
    some = rows(3)
    some[1] = {name: value for name, value in some[1].items() if name != "app_key"}
    some[1]["join_server"] = "external"
    account.tdm_fleet(devices=some)
    told = account.tdm_adopt(dest=str(dest))
    assert told["keys_missing"] == 2
    path = dest / "keys.missing.csv"
    assert path.read_text() == "dev_eui,app_key\n70B3D57ED1000001,\n70B3D57ED1000003,\n"
    filled = path.read_text().replace("1,", "1," + "0F" * 16)
    path.write_text(filled)
    again = account.tdm_adopt(dest=str(dest))
    assert not again["changed"] and path.read_text() == filled
    assert "contains keys that somebody filled in" in account.warnings[-1] and "0F0F" not in str(account.warnings)


def test_a_csv_drops_nothing_silently(account, fleet, dest):
    refused = account.tdm_adopt(dest=str(dest), format="csv")
    assert refused["failed"] and "domains (20), join_server (20), tags (18). Name these in leave_out" in refused["msg"]
    assert not dest.exists()
    told = account.tdm_adopt(dest=str(dest), format="csv", leave_out=["domains", "join_server", "tags"])
    lines = texts(dest)["devices.csv"].splitlines()
    assert told["changed"] and lines[0].startswith("# Adopted") and len(lines) == 1 + DEVICES
    assert lines[1].startswith("UPDATE_OTAA,70B3D57ED1000001,,LORA/GenericA.1.0.2a_ETSI_Rx2-SF12,70B3D57ED0000000,,,kpn-cs/")


def test_an_inventory_names_hosts_and_runs_no_text_of_the_platform(simulator, account, fleet, dest):
    names = ["row-0007", "{{ lookup('env', 'HOME') }}", "-with blank", "localhost", "[1:3]", "127.0.0.1"]
    for one, name in zip(fleet, names):
        simulator.change_device(one["dev_eui"], name=name)
    account.tdm_adopt(dest=str(dest), format="inventory")
    text = texts(dest)["devices.yml"]
    content = yaml.load(text.replace("!unsafe ", ""), yaml.SafeLoader)["thingpark_devices"]
    assert content["vars"]["lorawan_create"] is False
    assert list(content["hosts"])[:8] == [one["dev_eui"] for one in fleet[:7]] + ["row-0008"]
    assert "lorawan_name: !unsafe \"{{ lookup('env', 'HOME') }}\"" in text


def test_a_device_has_one_host_name_in_the_inventory_and_in_all_adopted_files(simulator, account, fleet, dest):
    for one, name in zip(fleet[4:8], ["twice", "Twice", "Meter 12 (kelder)", "edge.yml"]):  # the first two are in different files
        simulator.change_device(one["dev_eui"], name=name)
    account.tdm_adopt(dest=str(dest), format="inventory", split_by="tag")
    files = [yaml.load(text, yaml.SafeLoader) for path, text in texts(dest).items() if path.endswith(".yml")]
    hosts = {name: one for content in files for group in content.values() for name, one in group["hosts"].items()}
    assert {"Meter_12__kelder_", *(fleet[row]["dev_eui"] for row in (4, 5, 7))} < hosts.keys() and len(hosts) == DEVICES
    read = result_of(INVENTORY, read_options({"group_by": [], **account.options}), Context(check=True))
    assert {host["name"] for host in read["hosts"]} == hosts.keys()


def test_servers_and_profiles_too(simulator, account, fleet, dest):
    signed = {"security_status": "as_key", "as_id": "x", "as_key": "0F" * 16}
    account.tdm_application_server(name="signed", destinations=[{"addresses": ["https://x.example.com/"]}], **signed)
    kinds = ["devices", "application_servers", "routing_profiles"]
    told = account.tdm_adopt(dest=str(dest), resources=kinds, split_by="connectivity_plan")
    assert sorted(texts(dest)) == [
        *("application_servers.yml", "devices/kpn-cs-testing.yml", "keys.missing.csv", "routing_profiles.yml")
    ]
    assert {(one["resource"], one["option"]) for one in told["left_out"]} >= {
        *(("application_server", "security_status"), ("application_server", "as_id"))
    }
    assert not account.tdm_application_servers(src=str(dest / "application_servers.yml"))["changed"]
    assert not account.tdm_routing_profiles(src=str(dest / "routing_profiles.yml"))["changed"]
    simulator.reset()
    assert not account.tdm_application_servers(src=str(dest / "application_servers.yml"))["changed"]


@pytest.mark.parametrize("kind", ["yaml", "json"])
def test_a_group_with_tags_in_both_namespaces_is_described(account, dest, kind):
    made = {"dev_eui": "70B3D57ED00000F0", "dev_addr": "1400F00D", "class": "C", "nwk_s_key": "A3F07B1C9D2E48566F8190BACDE7F2D4"}
    account.tdm_multicast_group(**made, base_station_tags=["city", {"name": "own", "namespace": "subscriber"}])
    told = account.tdm_adopt(dest=str(dest), resources=["multicast_groups"], format=kind)
    assert "failed" not in told, told
    assert account.tdm_multicast_groups(src=told["files"][0]["file"])["summary"]["unchanged"] == 1


def test_a_broken_writer_writes_nothing(account, fleet, dest, monkeypatch):
    written = adopted_files.as_yaml
    monkeypatch.setattr(adopted_files, "as_yaml", lambda *all_of_it: written(*all_of_it).replace("row-0011", "x"))
    refused = account.tdm_adopt(dest=str(dest))
    assert refused["failed"] and "name of device 70B3D57ED100000B would change when it is written" in refused["msg"]
    monkeypatch.setattr(adopted_files, "as_yaml", lambda keys, defaults, rows: written(keys, {}, rows))
    assert account.tdm_adopt(dest=str(dest))["failed"]
    monkeypatch.setattr(adopted_files, "as_yaml", lambda *all_of_it: written(*all_of_it).replace("create: false", "create: true"))
    assert "create of device" in account.tdm_adopt(dest=str(dest))["msg"]
    assert not dest.exists()


def test_what_changes_meanwhile_is_not_written(simulator, through, fleet, dest, meddler, do):
    eui = fleet[0]["dev_eui"]
    last = fleet[-1]["dev_eui"]
    meddler.on("GET", "/devices/e" + last, do.meanwhile(lambda: simulator.change_device(eui, name="now")), times=1)
    refused = through.tdm_adopt(dest=str(dest), parallel=1)
    assert refused["failed"] and "1 devices (%s) changed on the platform during this run" % eui in refused["msg"]
    assert not dest.exists()


REFUSED = [
    ({"split_by": "domain"}, "domain_group is missing"),
    ({"domain_group": "Site"}, "domain_group is given, but split_by isn't domain"),
    ({"leave_out": ["tag"]}, 'leave_out has "tag", which is not an option of the adopted resources (did you mean tags?)'),
    ({"leave_out": ["tags"], "split_by": "tag"}, "split_by tag needs the option tags"),
    ({"filters": {"tags": ["x"]}}, 'filters has the unknown filter "tags" (did you mean tag?)'),
    ({"filters": {"eui_prefix": 70}}, "filters: eui_prefix must be a text"),
    ({"filters": {"silent_for": "P1M"}}, "silent_for has the duration"),
    ({"filters": {"tag": ["x"]}, "resources": ["application_servers"]}, "filters are about devices"),
    ({"format": "csv", "resources": ["devices", "routing_profiles"]}, "format csv is only for devices: use yaml for routing"),
    ({"parallel": 65}, "parallel must be from 1 to 64, got 65"),
    ({"dest": ""}, "dest is empty"),
]


@pytest.mark.parametrize("options,message", REFUSED, ids=[case[1][:30] for case in REFUSED])
def test_what_is_refused_before_the_login(simulator, account, dest, options, message):
    result = account.tdm_adopt(**{"dest": str(dest), **options})
    assert result["failed"] and message in result["msg"], result
    assert simulator.requests()["total"] == 0


def test_files_of_others_are_not_replaced(account, fleet, dest):
    dest.mkdir()
    (dest / "devices.yml").write_text('devices:\n  - dev_eui: "0000000000000001"\n')
    refused = account.tdm_adopt(dest=str(dest))
    assert refused["failed"] and "devices.yml exists, and was not written by adopting" in refused["msg"]
