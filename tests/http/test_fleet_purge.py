# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A purge: within its scope, up to its maximum, after its backup; and rows that say absent."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest


@pytest.fixture
def fleet(account, rows, simulator) -> list:
    """Return 20 described devices; beside them the platform has five of ours and five of others that nobody describes."""
    rest = [{**one, "dev_eui": "70B3D57ED2%06X" % number, "name": "old-%d" % number} for number, one in enumerate(rows(5))]
    rest = [{**one, "tags": ["ours"], "domains": {"Site": "West"}} for one in rest]
    foreign = [{**one, "dev_eui": "70B3D57ED3%06X" % number, "name": "foreign"} for number, one in enumerate(rows(5))]
    account.tdm_fleet(devices=rows(20, tags=["ours"], domains={"Site": "West"}) + rest + foreign)
    simulator.forget_requests()
    return rows(20)


SCOPES = [
    ({"tag": "ours"}, 5),
    ({"domain": {"Site": "West"}}, 5),
    ({"domain": {"Site": "East"}}, 0),
    ({"name_prefix": "old-"}, 5),
    ({"name_prefix": "old-1"}, 1),
    ({"eui_prefix": "70-b3-d5-7e-d2"}, 5),
    ({"eui_prefix": "70B3D57ED3", "tag": "ours"}, 0),
    ({"all": True}, 10),
]


@pytest.mark.parametrize("scope,gone", SCOPES, ids=[json.dumps(scope) for scope, _gone in SCOPES])
@pytest.mark.parametrize("check", [False, True])
def test_the_scope(simulator, account, fleet, counts, scope, gone, check):
    result = account.tdm_fleet(devices=fleet, purge={"scope": scope, "max": "100%"}, check=check)
    assert "failed" not in result and result["summary"]["deleted"] == gone, result
    assert result["changed"] is bool(gone)
    assert counts().get("DELETE /devices/{deviceUid}", 0) == (0 if check else gone)
    assert len(simulator.devices()) == (30 if check else 30 - gone)
    assert not check or "backup_file" not in result


MAXIMA = [("5", True), (5, True), ("4", False), ("0", False), ("20%", True), ("19.9%", False), (None, False)]


@pytest.mark.parametrize("maximum,allowed", MAXIMA)
def test_the_maximum(simulator, account, fleet, maximum, allowed):
    purge = {"scope": {"tag": "ours"}, **({} if maximum is None else {"max": maximum})}
    fleet[0]["name"] = "changed"
    result = account.tdm_fleet(devices=fleet, purge=purge)
    if allowed:
        assert result["summary"]["deleted"] == 5 and result["summary"]["updated"] == 1
        return
    assert result["failed"] and not result["changed"] and "nothing was changed" in result["msg"]
    assert "purge would delete 5 of the 25 devices" in result["msg"] and "70B3D57ED2000000" in result["msg"]
    assert set(simulator.requests()["by_verb"]) == {"GET", "POST"} and len(simulator.devices()) == 30
    assert simulator.devices()[fleet[0]["dev_eui"]]["name"] == "row-0001"


NONSENSE = [
    {"scope": {}},
    {"scope": {"tag": ""}},
    {"scope": {"all": True, "tag": "ours"}},
    {"scope": {"eui_prefix": "xyz"}},
    {"scope": {"tag": "ours"}, "max": "many"},
    {"scope": {"tag": "ours"}, "max": "-1"},
    {"scope": {"tag": "ours"}, "max": "2.5"},
]


@pytest.mark.parametrize("purge", NONSENSE, ids=json.dumps)
def test_a_purge_that_makes_no_sense_sends_nothing(simulator, account, fleet, purge):
    result = account.tdm_fleet(devices=fleet, purge=purge)
    assert result["failed"] and "purge" in result["msg"]
    assert simulator.requests()["total"] == 0


def test_a_purge_without_any_device_sends_nothing(simulator, account, fleet):
    result = account.tdm_fleet(devices=[], purge={"scope": {"all": True}, "max": "100%"})
    assert result["failed"] and "devices is empty" in result["msg"]
    assert simulator.requests()["total"] == 0


def test_suspending_instead(simulator, account, fleet, counts, frame):
    purge = {"scope": {"tag": "ours"}, "max": 5, "action": "suspend"}
    result = account.tdm_fleet(devices=fleet, purge=purge)
    assert result["summary"]["suspended"] == 5 and "backup_file" not in result
    assert len(simulator.devices()) == 30
    stored = simulator.devices()
    assert all(stored["70B3D57ED2%06X" % number]["suspension"] == "SUBSCRIBER_SUSPENDED" for number in range(5))
    counts()
    # Those that are suspended already are no longer anybody's business, whatever the maximum.
    result = account.tdm_fleet(devices=fleet, purge={**purge, "max": 0})
    assert not result["changed"] and counts() == {**frame, "GET /devices": 1}


@pytest.mark.parametrize("named", [False, True])
def test_the_backup(simulator, account, fleet, tmp_path, meddler, account_on, named, do):
    path = tmp_path / "kept" / "backup.json"
    there: list = []
    look = do.meanwhile(lambda: there.append(path.exists() or bool(list((tmp_path / "home/tdm").glob("backup-*")))))
    meddler.on("DELETE", r"/devices/e\w+", look)
    purge = {"scope": {"tag": "ours"}, "max": 5, **({"backup": str(path)} if named else {})}
    before = simulator.devices()
    result = account_on(simulator, meddler.url).tdm_fleet(devices=fleet, purge=purge)
    assert there == [True] * 5
    found = result["backup_file"]
    assert (found == str(path)) is named
    assert stat.S_IMODE(os.stat(found).st_mode) == 0o600
    text = Path(found).read_text()
    assert not [one for one in before.values() if one["keys"].get("appKey", "x") in text]
    assert json.loads(text)["note"].startswith("Devices as they were")
    # The backup is a src: with keys given it brings the devices back as they were, and nothing without them.
    assert len(text.splitlines()) > 5 * 10
    refused = account.tdm_fleet(src=found, cache=False)
    assert [one["error"].endswith("what else it needs: app_key") for one in refused["results"]] == [True] * 5
    keyless = text.replace('"create": false', '"create": true')
    Path(found).write_text(keyless)
    (problem,) = account.tdm_fleet(src=found, cache=False)["findings"]
    assert problem["option"] == "app_key" and len(problem["rows"]) == 5 and len(simulator.devices()) == 25
    Path(found).write_text(keyless.replace('"app_key": null', '"app_key": "%s"' % ("0" * 32)))
    again = account.tdm_fleet(src=found, cache=False)
    assert again["summary"]["created"] == 5, again
    after = simulator.devices()
    for eui in ("70B3D57ED2%06X" % number for number in range(5)):
        for name in ("name", "tags", "domains", "plan", "route", "model", "appEUI", "markerID"):
            assert after[eui][name] == before[eui][name], name


def test_a_backup_that_can_not_be_written_stops_everything(simulator, account, fleet, tmp_path):
    (tmp_path / "file").write_text("")
    purge = {"scope": {"tag": "ours"}, "max": 5, "backup": str(tmp_path / "file" / "x.json")}
    fleet[0]["name"] = "changed"
    result = account.tdm_fleet(devices=fleet, purge=purge)
    assert result["failed"] and not result["changed"]
    assert len(simulator.devices()) == 30 and not simulator.requests()["by_verb"].get("PUT")


def test_failures_stop_a_purge_before_it_begins(simulator, account, fleet, meddler, account_on, do):
    meddler.on("PUT", r"/devices/e\w+", do.says(400, {"code": 9016, "message": "no"}))
    for one in fleet[:3]:
        one["name"] = "changed"
    purge = {"scope": {"tag": "ours"}, "max": 5}
    result = account_on(simulator, meddler.url).tdm_fleet(devices=fleet, purge=purge, on_error="stop", parallel=1)
    assert result["failed"] and result["summary"]["skipped"] == 2 + 5
    assert len(simulator.devices()) == 30


def test_a_purged_device_that_is_gone_already(simulator, account, fleet, meddler, account_on, do):
    gone = do.meanwhile(lambda: simulator.inspect("DELETE", "devices/70B3D57ED2000000"))
    meddler.on("DELETE", "/devices/e70B3D57ED2000000", gone, times=1)
    result = account_on(simulator, meddler.url).tdm_fleet(devices=fleet, purge={"scope": {"tag": "ours"}, "max": 5})
    assert (result["summary"]["deleted"], result["summary"]["unchanged"]) == (4, 21) and len(simulator.devices()) == 25


def test_rows_that_say_absent(simulator, account, rows, fleet, counts, frame):
    gone = [{"dev_eui": one["dev_eui"]} for one in rows(15)]
    result = account.tdm_fleet(devices=[*gone, {"dev_eui": "70B3D57ED1AAAAAA"}], state="absent", max_deletions="100%")
    assert (result["summary"]["deleted"], result["summary"]["unchanged"]) == (15, 1)
    assert counts() == {**frame, "GET /devices": 1, "GET /devices/{deviceUid}": 15, "DELETE /devices/{deviceUid}": 15}
    kept = json.loads(Path(result["backup_file"]).read_text())
    assert [one["dev_eui"] for one in kept["devices"]] == [one["dev_eui"] for one in gone]
    again = account.tdm_fleet(devices=gone, state="absent")
    assert not again["changed"] and counts() == {**frame, "GET /devices": 1}


def test_nothing_unlisted_is_touched_unasked(simulator, account, fleet):
    before = simulator.devices()
    for one in fleet:
        one["name"] += "x"
    account.tdm_fleet(devices=fleet)
    assert {eui: one for eui, one in simulator.devices().items() if not eui.startswith("70B3D57ED1")} == {
        eui: one for eui, one in before.items() if not eui.startswith("70B3D57ED1")
    }
