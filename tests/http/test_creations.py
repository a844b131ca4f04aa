# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which devices a run may make: whether they may be made at all, what they lack, and what licences there are for them."""

from __future__ import annotations

import json

import pytest

ABP = {"activation": "ABP", "app_key": None, "join_eui": None}
ABP_KEYS = {"dev_addr": "01020304", "nwk_s_key": "C5" * 16}
PLAN = "kpn-cs/seldom"


def described(where: str, fleet: list, path) -> dict:
    """Return the options of tdm_fleet that say create: false in one of its places."""
    if where == "task":
        return {"devices": fleet, "create": False}
    if where == "defaults":
        return {"devices": fleet, "defaults": {"create": False}}
    if where == "device":
        return {"devices": [{**one, "create": "no"} for one in fleet]}
    path.write_text(json.dumps({"defaults": {"create": False}, "devices": fleet}))
    return {"src": str(path)}


@pytest.mark.parametrize("where", ["task", "defaults", "device", "file"])
@pytest.mark.parametrize("check", [True, False])
def test_a_description_that_can_not_create(simulator, account, row, tmp_path, where, check):
    account.tdm_fleet(devices=[row(1), row(2, **ABP, **ABP_KEYS)])
    keyless = [row(1, app_key=None, name="new"), row(2, **ABP, name="new")]
    gone = {"dev_eui": row(3)["dev_eui"], "activation": "OTAA", "name": "gone"}
    options = described(where, [*keyless, gone], tmp_path / "fleet.json")
    result = account.tdm_fleet(**options, results="all", check=check)
    assert (result["summary"]["updated"], result["summary"]["failed"], result["summary"]["created"]) == (2, 1, 0)
    error = result["results"][2]["error"]
    assert "exist" in error and "create: true" in error and error.endswith("device_profile, app_key")
    assert "findings" not in result and len(simulator.devices()) == 2


def test_the_nearest_word_counts(simulator, account, row):
    fleet = [row(1, create=True), row(2), row(3, create=False)]
    result = account.tdm_fleet(devices=fleet, create=False, results="all")
    assert [one["action"] for one in result["results"]] == ["created", "failed", "failed"]
    again = account.tdm_fleet(devices=fleet, defaults={"create": True}, create=False, results="all")
    assert [one["action"] for one in again["results"]] == ["unchanged", "created", "failed"]


def test_one_device_that_is_not_to_be_made(simulator, account, row):
    refused = account.tdm_device(**row(1), create=False)
    assert refused["failed"] and "create: true" in refused["msg"] and row(1)["dev_eui"] in refused["msg"]
    account.tdm_device(**row(1))
    assert account.tdm_device(**row(1, name="new", app_key=None), create=False)["action"] == "updated"
    assert account.tdm_device(dev_eui=row(1)["dev_eui"], state="absent", create=False)["action"] == "deleted"


def test_a_csv_does_not_create_where_the_task_says_so(simulator, account, tmp_path):
    path = tmp_path / "fleet.csv"
    path.write_text("CREATE_OTAA,70B3D57ED1000001,,LORA/GenericA.1.0.4a_ETSI,,%s,,%s\n" % ("C5" * 16, PLAN))
    result = account.tdm_fleet(src=str(path), create=False, results="all")
    assert result["results"][0]["action"] == "failed" and not simulator.devices()


def test_what_a_creation_needs_is_told_before_anything_is_written(simulator, account, row):
    account.tdm_fleet(devices=[row(1), row(2, **ABP, **ABP_KEYS)])
    fleet = [row(1, app_key=None, name="new"), row(2, **ABP, name="new"), row(3, **ABP), row(4, **ABP), row(5, app_key=None)]
    result = account.tdm_fleet(devices=[*fleet, row(6, connectivity_plan="no such plan")])
    found = {(one["where"], one["option"]) for one in result["findings"]}
    assert found == {
        ("devices[2], devices[3]", "dev_addr"),
        ("devices[2], devices[3]", "nwk_s_key"),
        ("devices[4]", "app_key"),
        ("devices[5]", "connectivity_plan"),
    }
    assert {one["name"] for one in simulator.devices().values()} == {"row-0001", "row-0002"}
    assert account.tdm_fleet(devices=fleet[:2])["summary"]["updated"] == 2


@pytest.mark.parametrize("check", [True, False])
def test_devices_without_a_connectivity_plan_are_told(simulator, account, row, check):
    fleet = [row(number, connectivity_plan=None) for number in range(1, 14)]
    fleet += [row(14), row(15, connectivity_plan=None, suspended=True), row(16, connectivity_plan="")]
    result = account.tdm_fleet(devices=fleet, check=check)
    assert result["summary"]["created"] == 16
    (warning,) = account.warnings
    assert warning.startswith("14 devices are created without a connectivity_plan, and therefore suspended: 70B3D57ED1000001, ")
    assert "70B3D57ED100000A and others" in warning and "70B3D57ED100000B" not in warning
    account.warnings.clear()
    assert check or (account.tdm_fleet(devices=fleet)["changed"], account.warnings) == (False, [])


def test_one_device_without_a_connectivity_plan_is_told(account, row):
    account.tdm_device(**row(1, connectivity_plan=None))
    assert account.warnings[0].startswith(
        "1 device is created without a connectivity_plan, and therefore suspended: " + row(1)["dev_eui"]
    )


@pytest.fixture
def scarce(start_simulator, account_on):
    """Return a simulator with 50 licences of one plan, and its account."""
    simulator = start_simulator(licences=PLAN + "=50")
    return simulator, account_on(simulator)


@pytest.mark.parametrize("check", [True, False])
def test_more_devices_than_licences(scarce, rows, check):
    simulator, account = scarce
    result = account.tdm_fleet(devices=rows(60, connectivity_plan=PLAN), check=check)
    (problem,) = result["findings"]
    assert problem["option"] == "connectivity_plan" and not simulator.devices()
    assert problem["message"].startswith("%s needs 60 more licenses" % PLAN) and "has 50 of its 50 left" in problem["message"]
    assert set(simulator.requests()["by_verb"]) == {"GET", "POST"}  # the login


def test_licences_cost_no_request_and_can_be_left_alone(scarce, rows, counts_of):
    simulator, account = scarce
    assert account.tdm_fleet(devices=rows(50, connectivity_plan=PLAN))["summary"]["created"] == 50
    assert counts_of(simulator)["GET /networkSubscriptions"] == 1
    more = [{**one, "dev_eui": "70B3D57ED2%06X" % at} for at, one in enumerate(rows(3, connectivity_plan=PLAN))]
    refused = account.tdm_fleet(devices=more)
    assert "needs 3 more licenses" in refused["msg"] and "0 of its 50 left" in refused["msg"]
    tried = account.tdm_fleet(devices=more, check_licences=False)
    assert tried["summary"]["failed"] == 3 and "licenses" in tried["msg"]


def test_licences_of_devices_that_are_resumed_moved_and_deleted(scarce, rows):
    simulator, account = scarce
    fleet = rows(50, connectivity_plan=PLAN)
    account.tdm_fleet(devices=fleet)
    others = [{**one, "dev_eui": "70B3D57ED2%06X" % at, "connectivity_plan": ""} for at, one in enumerate(rows(3))]
    account.tdm_fleet(devices=others)
    resumed = [{**one, "connectivity_plan": PLAN} for one in others]
    assert "needs 3 more licenses" in account.tdm_fleet(devices=resumed)["msg"]
    # What a run gives back doesn't count: the writes go out side by side.
    gone = [{"dev_eui": one["dev_eui"], "state": "absent"} for one in fleet[:3]]
    assert "needs 3 more licenses" in account.tdm_fleet(devices=[*gone, *resumed], max_deletions=3)["msg"]
    assert account.tdm_fleet(devices=gone, max_deletions=3)["summary"]["deleted"] == 3
    assert account.tdm_fleet(devices=resumed)["summary"]["updated"] == 3


def test_licences_of_a_session_that_is_older_than_they_are(scarce, row, rows, tmp_path):
    simulator, account = scarce
    account = account.with_options(session_file=str(tmp_path / "session.json"))
    assert account.tdm_device(**row(1, connectivity_plan=PLAN))["changed"]
    simulator.settings(licences={PLAN: 1})
    assert "needs 2 more licenses" in account.tdm_fleet(devices=rows(3, connectivity_plan=PLAN))["msg"]


def test_a_plan_whose_creations_are_refused_alike_is_given_up(scarce, rows):
    simulator, account = scarce
    simulator.settings(licences={PLAN: 10})
    fleet = rows(100, connectivity_plan=PLAN)
    for one in fleet[1::2]:
        one["connectivity_plan"] = "kpn-cs/testing"
    result = account.tdm_fleet(devices=fleet, check_licences=False, parallel=1, results="all")
    summary = result["summary"]
    assert (summary["created"], summary["failed"], summary["skipped"]) == (60, 20, 20)
    first, *causes = result["msg"].splitlines()
    assert first == "20 of 100 devices failed and 20 were not begun." and len(causes) == 2
    assert causes[0].startswith("20 devices, 70B3D57ED1000015 (devices[20]), ") and "licenses" in causes[0]
    assert "20 devices in a row with connectivity_plan %s were refused alike" % PLAN in causes[1]
    assert simulator.requests()["by_path"]["POST /thingpark/wireless/rest/subscriptions/100/devices"] == 80


def test_a_platform_that_may_choose_a_plan_is_told_of_otherwise(start_simulator, account_on, row):
    oauth = {"client_id": "sub-1/x", "client_secret": "not-a-real-secret"}
    simulator = start_simulator(edition="enterprise", **oauth)
    account = account_on(simulator).with_options(auth_method="oauth2", login=None, password=None, **oauth)
    plain = row(1, connectivity_plan=None, routing_profile=None)
    account.tdm_device(**plain)
    assert "suspended unless this platform chooses plans by itself: " + plain["dev_eui"] in account.warnings.pop()
    account.tdm_device(**{**plain, "dev_eui": row(2)["dev_eui"], "network_geolocation": False})
    assert account.warnings == [] and len(simulator.devices()) == 2


def test_a_default_reaches_only_the_devices_that_it_can_be_meant_for(simulator, account, tmp_path):
    path = tmp_path / "fleet.csv"
    rest = "LORA/GenericA.1.0.2a_ETSI_Rx2-SF12,%s,%s,,kpn-cs/seldom\n"
    path.write_text(
        "CREATE_OTAA,70B3D57ED1000001,,"
        + rest % ("70B3D57ED0FFFFFF", "C5" * 16)
        + "CREATE_OTAA,70B3D57ED1000002,,"
        + rest % ("70B3D57ED0FFFFFF", "")
        + "CREATE_ABP,70B3D57ED1000003,01020304,"
        + rest % ("C6" * 16, "")
    )
    result = account.tdm_fleet(src=str(path), defaults={"join_server": "external"})
    assert result.get("summary", result)["created"] == 3
    devices = simulator.devices()
    assert [devices[eui]["joinServer"] for eui in sorted(devices)] == ["LOCAL", "EXTERNAL", None]


@pytest.mark.parametrize("flag", [{"network_geolocation": True}, {"passive_roaming": False}])
@pytest.mark.parametrize("check", [True, False])
def test_flags_choose_no_plan_where_nothing_is_chosen(account, row, rows, flag, check):
    account.tdm_fleet(devices=[row(1, connectivity_plan=None, **flag), row(2, connectivity_plan=None)], check=check)
    assert account.warnings[0].startswith("2 devices are created without a connectivity_plan, and therefore suspended: ")
    assert not account.tdm_device(**row(3, connectivity_plan=PLAN), check=check).get("failed")
    assert len(account.warnings) == 1


def test_a_device_that_may_not_be_made_needs_what_every_device_needs(account, row):
    result = account.tdm_device(dev_eui=row(1)["dev_eui"], name="x", create=False)
    assert result["msg"].endswith("give what else it needs: activation, device_profile")


def test_the_files_word_counts_where_the_tasks_is_null(account, rows, tmp_path):
    path = tmp_path / "fleet.json"
    path.write_text(json.dumps({"defaults": {"create": False, "connectivity_plan": PLAN}, "devices": rows(1)}))
    nothing = {"create": None, "connectivity_plan": None}
    assert "doesn't exist, and create: false" in account.tdm_fleet(src=str(path), defaults=nothing)["msg"]
    made = account.tdm_fleet(src=str(path), defaults={"create": True, "connectivity_plan": None})
    assert made["summary"]["created"] == 1 and not account.warnings
