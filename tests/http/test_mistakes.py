# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mistakes that must not cost a device: empty lists, purges beside failures, files that are there already."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.declaration import DEVICE

PURGE = {"scope": {"eui_prefix": "70B3D57ED1"}, "max": "100%"}


def test_an_empty_list_of_devices_shows_none(simulator, account):
    simulator.seed(3)
    assert account.tdm_device_info(dev_eui=[])["devices"] == []
    assert len(account.tdm_device_info()["devices"]) == 3


@pytest.mark.parametrize("given", [{"tag": []}, {"name": ""}, {"domain": {}}, {"eui_prefix": ""}])
def test_an_empty_filter_is_refused(simulator, account, given):
    result = account.tdm_device_info(**given)
    assert result["failed"] and "is empty" in result["msg"] and simulator.requests()["total"] == 0


def test_a_purge_waits_until_no_device_fails(simulator, meddler, through, rows, do):
    through.tdm_fleet(devices=rows(6))
    meddler.on("PUT", "/devices/e.*", do.says(400, {"code": 9016, "message": "no"}))
    result = through.tdm_fleet(devices=rows(1, name="other"), purge=PURGE, results="all")
    assert (result["summary"]["failed"], result["summary"]["skipped"], result["summary"]["deleted"]) == (1, 5, 0)
    assert "the purge comes last" in result["results"][-1]["error"] and len(simulator.devices()) == 6


def test_a_purge_beyond_its_maximum_names_its_candidates(simulator, account, rows):
    account.tdm_fleet(devices=rows(6))
    result = account.tdm_fleet(devices=rows(1), purge={**PURGE, "max": 4}, check=True)
    assert result["failed"] and len(result["purge_candidates"]) == 5


def test_a_backup_is_never_written_over(simulator, account, rows, tmp_path):
    account.tdm_fleet(devices=rows(4))
    path = tmp_path / "backup.json"
    path.write_text("precious")
    result = account.tdm_fleet(devices=rows(3), purge={**PURGE, "backup": str(path)})
    assert result["failed"] and "already exists" in result["msg"]
    assert path.read_text() == "precious" and len(simulator.devices()) == 4


def test_a_backup_that_can_not_be_written_changes_nothing(simulator, account, rows, monkeypatch):
    from ansible_collections.lorawan.thingpark.plugins.module_utils import _files
    from ansible_collections.lorawan.thingpark.plugins.module_utils._errors import OptionError

    account.tdm_fleet(devices=rows(4))
    write = _files.write_json

    def full(path, data, indent=None):
        if Path(path).name.startswith("backup"):
            raise OptionError("%s can't be written: No space left on device" % path)
        write(path, data, indent)

    monkeypatch.setattr(_files, "write_json", full)
    result = account.tdm_fleet(devices=rows(3, name="other"), purge=PURGE)
    assert result["failed"] and not result["changed"] and "No space left" in result["msg"] and "backup_file" not in result
    assert sorted(one["name"] for one in simulator.devices().values()) == ["row-%04d" % number for number in range(1, 5)]


def test_a_memory_that_can_not_be_kept_is_a_warning(account, rows, monkeypatch):
    from ansible_collections.lorawan.thingpark.plugins.module_utils import _files
    from ansible_collections.lorawan.thingpark.plugins.module_utils._errors import OptionError

    write = _files.write_json

    def full(path, data):
        if Path(path).name.startswith("devices"):
            raise OptionError("%s can't be written: No space left on device" % path)
        write(path, data)

    monkeypatch.setattr(_files, "write_json", full)
    assert account.tdm_fleet(devices=rows(2))["summary"]["created"] == 2
    assert "could not be saved" in account.warnings[0]


def test_a_purge_by_tag_says_what_it_could_not_see(simulator, meddler, through, rows, do):
    through.tdm_fleet(devices=rows(3, tags=["x"]))
    hide = do.edited(lambda data: [brief.pop("tags") for brief in data["briefs"]] and data)
    meddler.on("GET", "/devices", hide)
    meddler.on("GET", r"/devices/e\w+/tags", do.says(404, {"code": 5, "message": "unknown"}))
    result = through.tdm_fleet(devices=rows(1), purge={"scope": {"tag": "x"}, "max": 5})
    assert not result["changed"] and "purge skipped 2 devices" in through.warnings[0]
    assert len(simulator.devices()) == 3


def test_suspending_looks_where_a_brief_does_not_say(simulator, meddler, through, rows, do):
    through.tdm_fleet(devices=rows(4))
    hide = do.edited(lambda data: [brief.pop("healthState") for brief in data["briefs"]] and data)
    meddler.on("GET", "/devices", hide)
    result = through.tdm_fleet(devices=rows(1), purge={**PURGE, "action": "suspend"})
    assert result["summary"]["suspended"] == 3


def test_an_empty_key_makes_no_device_for_an_external_join_server(simulator, account, row):
    result = account.tdm_device(**row(1, app_key=""))
    assert result["findings"][0]["option"] == "app_key" and not simulator.devices()


def test_an_odd_value_is_another_than_any_that_is_described(simulator, meddler, through, rows, do):
    through.tdm_fleet(devices=rows(3))
    odd = do.edited(lambda data: {**data, "locationType": [1]})
    meddler.on("PUT", "/devices/e.*", odd, times=1)
    devices = rows(3, name="other", latitude=52.0, longitude=5.0, location_type="network")
    result = through.tdm_fleet(devices=devices, parallel=1)
    assert result["summary"]["updated"] == 3 and len(meddler.sent("PUT")) == 4


def test_a_mistake_of_ours_is_called_that_and_takes_no_outcome_with_it(simulator, account, rows, monkeypatch):
    account.tdm_fleet(devices=rows(1))

    def wrong(body, may_choose):
        raise KeyError("0F1E2D3C4B5A69788796A5B4C3D2E1F0")

    monkeypatch.setattr(DEVICE.rules, "query", wrong)
    result = account.tdm_fleet(devices=rows(3), parallel=1, results="all")
    assert [one["action"] for one in result["results"]] == ["unchanged", "failed", "skipped"]
    assert "the collection has a bug (KeyError in test_mistakes.py, line " in result["results"][1]["error"]
    assert "0F1E2D3C" not in str(result)


@pytest.mark.parametrize("field,value", [("lat", "n/a"), ("occContext", "x"), ("radius", "?")])
def test_odd_fields_of_a_brief_are_not_known(simulator, meddler, through, row, do, field, value):
    described = row(1, latitude=52.0, longitude=5.0)
    through.tdm_fleet(devices=[described])
    meddler.on("GET", "/devices", do.edited(lambda data: [brief.update({field: value}) for brief in data["briefs"]] and data))
    assert "failed" not in through.tdm_device_info()
    assert through.tdm_fleet(devices=[described])["summary"]["unchanged"] == 1


def test_tags_of_a_device_that_another_made_meanwhile(simulator, account, through, meddler, do, row):
    def other() -> None:
        account.tdm_device(**row(1, tags=["old"], name="theirs"))

    meddler.on("POST", "/devices", do.meanwhile(other), times=1)
    assert through.tdm_fleet(devices=[row(1, tags=["x"])])["summary"]["updated"] == 1
    assert account.tdm_device_info()["devices"][0]["tags"] == ["x"]


def test_the_same_login_address_in_other_words_is_the_same_account(simulator, account):
    wrong = account.with_options(password="not-it")
    wrong.tdm_subscriber_info()
    login = simulator.origin + "/thingpark/smp/rest/login"
    in_other_words = [
        {"login_url": login},
        {"session_url": simulator.url + "/customers"},
        {"login_url": login.replace("http", "HTTP")},
    ]
    for options in in_other_words:
        assert wrong.with_options(**options).tdm_subscriber_info()["held_back"]
    assert simulator.requests()["logins"]["attempts"] == 1


def test_two_wrong_passwords_are_both_remembered(simulator, account):
    for password in ("first", "second", "first", "second"):
        account.with_options(password=password).tdm_subscriber_info()
    assert simulator.requests()["logins"]["attempts"] == 2


def test_a_refused_renewal_is_said_to_every_device(simulator, meddler, through, account_on, rows, do, tmp_path):
    path = str(tmp_path / "session.json")
    through.tdm_session(session_file=path)
    page = "<div id=serverInfo><span id=errorCode>50</span><span id=redirectURI></span>"
    meddler.on("POST", "/login", do.says(200, page))
    meddler.on("POST", "/devices", do.meanwhile(simulator.kill_sessions), times=1, skip=2)
    result = through.tdm_fleet(devices=rows(20), session_file=path, results="failed")
    errors = {one["error"] for one in result["results"]}
    assert errors and all("refused the password" in error for error in errors), errors
    assert len(meddler.sent("POST", "/login")) == 2
    assert json.loads(Path(path).read_text())["kind"]


def test_empty_environment_variables_count_as_none(account, monkeypatch):
    for name in ("TDM_URL", "TDM_TIMEOUT", "TDM_VALIDATE_CERTS", "TDM_AUTH_METHOD"):
        monkeypatch.setenv(name, "")
    assert "failed" not in account.tdm_subscriber_info()


MEANT = [{"owner_token": "AABBCCDDEEFF"}, {"join_server": "external"}, {"join_server": "EXTERNAL", "owner_token": "AABBCC"}]


def test_a_forgotten_key_is_a_fault_since_it_can_not_be_undone(simulator, account, row):
    fleet = [row(1), row(2, app_key=None), *(row(3 + at, app_key=None, **meant) for at, meant in enumerate(MEANT))]
    for check in (True, False):
        result = account.tdm_fleet(devices=fleet, check=check)
        (problem,) = result["findings"]
        assert (problem["dev_eui"], problem["option"]) == (fleet[1]["dev_eui"], "app_key")
        assert "owner_token" in problem["message"] and "join_server: external" in problem["message"]
    refused = account.tdm_device(**fleet[1])
    assert refused["failed"] and "join_server: external" in refused["msg"] and not simulator.devices()
    del fleet[1]
    assert account.tdm_fleet(devices=fleet)["summary"]["created"] == 4 and not account.warnings
    made = [one["joinServer"] for _eui, one in sorted(simulator.devices().items())]
    assert made == ["LOCAL", "EXTERNAL", "EXTERNAL", "EXTERNAL"]
    # A device that exists has its keys, though nobody can see them.
    assert account.tdm_device(**row(1, app_key=None, name="new"))["action"] == "updated"
    assert account.tdm_fleet(devices=[row(1, app_key=None, name="new", join_server="local")])["changed"] is False


@pytest.mark.parametrize("number, desired", [(1, "external"), (2, "local")])
def test_a_join_server_can_not_change(account, row, number, desired):
    account.tdm_fleet(devices=[row(1), row(2, app_key=None, join_server="external")])
    result = account.tdm_device(**row(number, app_key=None, join_server=desired))
    assert result["failed"] and "can't change join_server of an existing device" in result["msg"]


def test_an_empty_column_f_says_how_to_mean_it(account, simulator, tmp_path):
    path = tmp_path / "fleet.csv"
    row = "CREATE_OTAA,70B3D57ED100000%d,,LORA/GenericA.1.0.4a_ETSI,70B3D57ED0FFFFFF,,,kpn-cs/seldom,DEFAULT%s\n"
    path.write_text(row % (1, "") + row % (2, "") + row % (3, "," * 16 + "AABBCCDDEEFF"))
    (problem,) = account.tdm_fleet(src=str(path))["findings"]
    assert (problem["where"], problem["option"]) == ("lines 1, 2", "app_key (column F)") and not simulator.devices()
    assert "owner_token (in a CSV, column Y)" in problem["message"] and "in defaults" in problem["message"]
    assert account.tdm_fleet(src=str(path), defaults={"join_server": "external"})["summary"]["created"] == 3
