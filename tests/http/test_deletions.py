# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Devices that a description wants absent: how many may go, what is kept of them, and who it was that deleted them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

ABP = {"activation": "ABP", "app_key": None, "join_eui": None, "dev_addr": "01020304", "nwk_s_key": "C5" * 16}
OF_1_1 = "LORA/GenericA.1.1a_ETSI_Rx2-SF12"


def absent(fleet: list) -> list:
    return [{"dev_eui": one["dev_eui"], "state": "absent"} for one in fleet]


MAXIMA = [
    *((None, 2, True), (None, 3, False), ("5%", 1, True), ("0", 1, False)),
    *((2, 2, True), ("100%", 20, True), ("99%", 20, False)),
]


@pytest.mark.parametrize("maximum, gone, allowed", MAXIMA)
@pytest.mark.parametrize("check", [True, False])
def test_how_many_devices_may_be_deleted(simulator, account, rows, maximum, gone, allowed, check):
    account.tdm_fleet(devices=rows(20))
    fleet = absent(rows(gone)) + rows(20, name="changed")[gone:]
    result = account.tdm_fleet(devices=fleet, check=check, **({} if maximum is None else {"max_deletions": maximum}))
    if allowed:
        assert (result["summary"]["deleted"], result["summary"]["updated"]) == (gone, 20 - gone)
        assert len(simulator.devices()) == (20 if check else 20 - gone)
        return
    assert result["failed"] and not result["changed"] and "max_deletions" in result["msg"]
    assert result["deletion_candidates"] == [one["dev_eui"] for one in rows(gone)]
    assert {one["name"] for one in simulator.devices().values()} == {one["name"] for one in rows(20)}


def test_only_devices_that_are_there_count(account, rows):
    account.tdm_fleet(devices=rows(1))
    assert account.tdm_fleet(devices=absent(rows(20)))["summary"]["deleted"] == 1


@pytest.mark.parametrize("maximum", ["many", "-1", "2.5", ""])
def test_what_is_no_maximum_sends_nothing(simulator, account, rows, maximum):
    result = account.tdm_fleet(devices=rows(1), max_deletions=maximum)
    assert result["failed"] and "max_deletions must be a number or a percentage" in result["msg"]
    assert simulator.requests()["total"] == 0


def test_a_backup_of_all_that_a_run_deletes(simulator, account, rows, tmp_path, row):
    strays = [row(100 + number, tags=["ours"]) for number in range(3)]
    account.tdm_fleet(devices=rows(20, tags=["ours"], inactivity_alarm=[{"level": 3, "duration": "P2D"}]) + strays)
    path = tmp_path / "backup.json"
    purge = {"scope": {"tag": "ours"}, "max": 3}
    fleet = absent(rows(2)) + rows(20)[2:]
    two = account.tdm_fleet(devices=fleet, purge={**purge, "backup": str(path)}, backup=str(tmp_path / "b"))
    assert two["failed"] and "name different files" in two["msg"] and len(simulator.devices()) == 23
    result = account.tdm_fleet(devices=fleet, purge=purge, backup=str(path), results="all")
    assert result["backup_file"] == str(path) and result["summary"]["deleted"] == 5
    kept = json.loads(path.read_text())
    assert [one["dev_eui"] for one in kept["devices"]] == [one["dev_eui"] for one in rows(2) + strays]
    first = kept["devices"][0]
    assert (first["tags"], first["inactivity_alarm"]) == (["ours"], [{"level": 3, "duration": "P2D"}])
    assert (first["join_server"], first["app_key"], kept["defaults"]) == ("local", None, {"create": False})
    again = account.tdm_fleet(devices=fleet, backup=str(path))
    assert not again["changed"] and "failed" not in again  # nothing is deleted, and no file is needed


def test_a_backup_without_its_keys_makes_nothing(simulator, account, row):
    fleet = [
        row(1),
        row(2, activation="ABP", app_key=None, join_eui=None, dev_addr="01020304", nwk_s_key="C5" * 16),
        row(3, app_key=None, join_server="external"),
    ]
    account.tdm_fleet(devices=fleet)
    result = account.tdm_fleet(devices=absent(fleet), max_deletions="100%")
    refused = account.tdm_fleet(src=result["backup_file"], results="all")
    errors = [one["error"] for one in refused["results"]]
    assert "app_key" in errors[0] and "nwk_s_key" in errors[1] and errors[2].endswith("needs: owner_token")
    assert len(errors) == 3 and not simulator.devices()
    kept = Path(result["backup_file"])
    kept.write_text(kept.read_text().replace('"create": false', '"create": true'))
    found = account.tdm_fleet(src=str(kept))["findings"]
    assert [(one["where"], one["option"]) for one in found] == [("devices[0]", "app_key"), ("devices[1]", "nwk_s_key")]
    assert not simulator.devices()


def test_state_absent_does_not_go_with_rows_that_say_create(simulator, account, tmp_path, rows):
    account.tdm_fleet(devices=rows(3))
    words = ("CREATE_OTAA", "UPDATE_OTAA", "DELETE")
    cells = ["%s,%s,,,,%s" % (word, one["dev_eui"], "C5" * 16) for word, one in zip(words, rows(3))]
    path = tmp_path / "fleet.csv"
    path.write_text("\n".join(cells))
    result = account.tdm_fleet(src=str(path), state="absent", max_deletions="100%")
    (problem,) = result["findings"]
    assert (problem["where"], problem["option"]) == ("lines 1, 2", "directive (column A)")
    assert "state: absent" in problem["message"]
    assert len(simulator.devices()) == 3


def test_a_device_that_somebody_else_deleted_is_unchanged(simulator, meddler, through, rows, do):
    through.tdm_fleet(devices=rows(20))
    gone = do.meanwhile(lambda: simulator.inspect("DELETE", "devices/" + rows(1)[0]["dev_eui"]))
    meddler.on("DELETE", "/devices/e" + rows(1)[0]["dev_eui"], gone, times=1)
    result = through.tdm_fleet(devices=absent(rows(2)) + rows(20)[2:], max_deletions=2, results="all")
    assert [one["action"] for one in result["results"][:2]] == ["unchanged", "deleted"]
    assert [one["changed"] for one in result["results"][:2]] == [False, True]


def test_a_device_that_a_lost_request_deleted_is_deleted(simulator, meddler, through, rows, do):
    through.tdm_fleet(devices=rows(1))
    meddler.on("DELETE", "/devices/.*", do.lost_after, times=1)
    assert through.tdm_fleet(devices=absent(rows(1)), max_deletions=1)["summary"]["deleted"] == 1


def test_one_device_deleted_by_somebody_else(simulator, meddler, through, row, do):
    through.tdm_device(**row(1))
    gone = do.meanwhile(lambda: simulator.inspect("DELETE", "devices/" + row(1)["dev_eui"]))
    meddler.on("DELETE", "/devices/.*", gone, times=1)
    result = through.tdm_device(dev_eui=row(1)["dev_eui"], state="absent")
    assert (result["action"], result["changed"]) == ("unchanged", False)


@pytest.mark.parametrize(
    "scope",
    [
        {"tag": "#N/A"},
        {"tag": "\u200b"},
        {"tag": "a<b"},
        {"name_prefix": " "},
        {"name_prefix": "#REF!"},
        {"eui_prefix": "0x46"},
        {"eui_prefix": "- -"},
        {"domain": {"Site": True}},
    ],
)
def test_a_scope_that_was_misread_sends_nothing(simulator, account, rows, scope):
    result = account.tdm_fleet(devices=rows(1), purge={"scope": scope})
    assert result["failed"] and "purge.scope.%s " % next(iter(scope)) in result["msg"]
    assert simulator.requests()["total"] == 0


@pytest.mark.parametrize("options", [{}, {"on_error": "stop"}, {"max_failures": 0}])
def test_check_mode_says_what_a_refused_device_ends(account, rows, row, tmp_path, options):
    account.tdm_fleet(devices=rows(20, tags=["p"]))
    fleet = [*rows(19, tags=["p"], name="new"), row(30, create=False)]
    purge = {"scope": {"tag": "p"}, "max": 1}
    foretold = account.tdm_fleet(devices=fleet, purge=purge, results="all", check=True, **options)
    done = account.tdm_fleet(devices=fleet, purge=purge, results="all", **options)
    assert foretold["summary"] == done["summary"] and foretold["results"] == done["results"]
    assert foretold["changed"] == done["changed"] == (not options) and "backup_file" not in done
    assert done["summary"]["skipped"] == (20 if options else 1)


def test_check_mode_says_that_the_backup_is_there_already(account, rows, tmp_path):
    account.tdm_fleet(devices=rows(1))
    (tmp_path / "kept").write_text("precious")
    for check in (True, False):
        result = account.tdm_fleet(devices=absent(rows(1)), max_deletions=1, backup=str(tmp_path / "kept"), check=check)
        assert result["failed"] and "already exists" in result["msg"]


def test_a_backup_has_a_place_for_each_key(account, row):
    fleet = [
        row(1, device_profile=OF_1_1, nwk_key="C5" * 16),
        row(2, **ABP, app_s_keys={"*": "C6" * 16}),
        row(3, app_key=None, owner_token="AABBCC"),
    ]
    account.tdm_fleet(devices=fleet)
    result = account.tdm_fleet(devices=absent(fleet), max_deletions=3)
    kept = json.loads(Path(result["backup_file"]).read_text())["devices"]
    places = [{name for name, value in one.items() if value is None} for one in kept]
    assert places == [{"app_key", "nwk_key"}, {"nwk_s_key", "app_s_keys"}, {"owner_token"}]
    errors = [one["error"] for one in account.tdm_fleet(src=result["backup_file"])["results"]]
    assert [error.rpartition("needs: ")[2] for error in errors] == ["app_key, nwk_key", "nwk_s_key, app_s_keys", "owner_token"]
