# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One device, devices as they are, and the subscription."""

from __future__ import annotations

import json

import pytest

from ansible_collections.lorawan.thingpark.tests.documentation import return_values

EUI = "70B3D57ED1000001"


def test_one_devices_life(simulator, account, row, counts, frame):
    made = account.tdm_device(**row(1, tags=["a"]), diff=True)
    assert (made["changed"], made["action"], made["dev_eui"]) == (True, "created", EUI)
    assert made["diff"]["before"] == {} and made["diff"]["after"]["name"] == "row-0001"
    assert simulator.device(EUI)["tags"] == ["a"]
    counts()
    same = account.tdm_device(**row(1, tags=["a"], dev_eui="70-b3-d5-7e-d1-00-00-01"))
    assert (same["changed"], same["action"]) == (False, "unchanged")
    assert counts() == {**frame, "GET /devices": 1}
    assert same["device"]["name"] == "row-0001" and same["device"]["tags"] == ["a"]
    changed = account.tdm_device(dev_eui=EUI, name="new", diff=True)
    assert changed["action"] == "updated" and changed["device"]["name"] == "new"
    assert (changed["diff"]["before"], changed["diff"]["after"]) == ({"name": "row-0001"}, {"name": "new"})
    assert account.tdm_device(dev_eui=EUI, suspended=True)["action"] == "suspended"
    assert account.tdm_device(dev_eui=EUI, suspended=False)["action"] == "resumed"
    gone = account.tdm_device(dev_eui=EUI, state="absent", diff=True)
    assert gone["action"] == "deleted" and "device" not in gone and gone["diff"]["after"] == {}
    again = account.tdm_device(dev_eui=EUI, state="absent")
    assert (again["changed"], again["action"]) == (False, "unchanged")


@pytest.mark.parametrize("step", ["create", "change", "delete"])
def test_check_mode_foretells(simulator, account, row, step):
    if step != "create":
        account.tdm_device(**row(1))
    desired = {"create": row(1), "change": row(1, name="new"), "delete": {"dev_eui": EUI, "state": "absent"}}[step]
    before = simulator.devices()
    foretold = account.tdm_device(**desired, check=True, diff=True)
    assert simulator.devices() == before
    done = account.tdm_device(**desired, diff=True)
    assert foretold["changed"] and foretold == done


FIXED = [
    ({"activation": "ABP", "nwk_s_key": "1" * 32, "dev_addr": "14000001", "app_key": None, "join_eui": None}, "activation"),
    ({"owner_token": "abc", "app_key": None}, "owner_token"),
]


@pytest.mark.parametrize("options,name", FIXED, ids=["activation", "join server"])
@pytest.mark.parametrize("check", [True, False])
def test_what_can_not_change_is_refused(simulator, account, row, options, name, check):
    account.tdm_device(**row(1))
    result = account.tdm_device(**row(1, **options), check=check)
    assert result["failed"] and not result["changed"] and result["dev_eui"] == EUI
    assert name in result["msg"] and "can't change" in result["msg"] and "its whole history" in result["msg"]
    assert not {"PUT", "DELETE"} & set(simulator.requests()["by_verb"])


def test_a_dev_addr_of_abp_is_fixed(account, row):
    abp = {"activation": "ABP", "nwk_s_key": "1" * 32, "app_key": None, "join_eui": None}
    assert account.tdm_device(**row(1, **abp, dev_addr="14000001"))["changed"]
    assert not account.tdm_device(**row(1, **abp, dev_addr="14:00:00:01"))["changed"]
    assert "dev_addr" in account.tdm_device(**row(1, **abp, dev_addr="14000002"))["msg"]


def test_taking_the_plan_away_suspends_and_giving_one_resumes(simulator, account, row):
    account.tdm_device(**row(1))
    taken = account.tdm_device(dev_eui=EUI, connectivity_plan="", diff=True)
    assert taken["diff"]["after"]["suspended"] is True
    assert simulator.device(EUI)["plan"] is None and simulator.device(EUI)["suspension"] == "SUBSCRIBER_SUSPENDED"
    assert not account.tdm_device(dev_eui=EUI, connectivity_plan="")["changed"]
    given = account.tdm_device(dev_eui=EUI, connectivity_plan="kpn-cs/seldom", diff=True)
    assert given["diff"]["after"]["suspended"] is False
    assert simulator.device(EUI)["suspension"] == "NONE"


def test_a_new_device_that_is_to_sleep(simulator, account, row):
    assert account.tdm_device(**row(1, suspended=True))["changed"]
    assert simulator.device(EUI)["suspension"] == "SUBSCRIBER_SUSPENDED"
    assert not account.tdm_device(**row(1, suspended=True))["changed"]
    result = account.tdm_device(**row(1, suspended=True, connectivity_plan="kpn-cs/seldom"))
    assert result["changed"] and simulator.device(EUI)["suspension"] == "SUBSCRIBER_SUSPENDED"


def test_from_a_routing_profile_to_application_servers_and_back(simulator, account, row):
    account.tdm_device(**row(1))
    servers = {"dev_eui": EUI, "application_servers": ["Parking sensors"]}
    assert account.tdm_device(**servers)["changed"] and not account.tdm_device(**servers)["changed"]
    assert (simulator.device(EUI)["route"], simulator.device(EUI)["servers"]) == (None, ["TWA_100002581.1973.AS"])
    assert account.tdm_device(**row(1))["changed"] and not account.tdm_device(**row(1))["changed"]
    assert simulator.device(EUI)["servers"] == []


def test_a_location_given_and_then_from_the_network(simulator, account, row):
    place = {"dev_eui": EUI, "latitude": 52.1, "longitude": "4.9"}
    account.tdm_device(**row(1))
    assert account.tdm_device(**place)["changed"] and not account.tdm_device(**place)["changed"]
    assert simulator.device(EUI)["locationType"] == 0
    network = {"dev_eui": EUI, "location_type": "network"}
    assert account.tdm_device(**network)["changed"] and not account.tdm_device(**network)["changed"]


def test_a_device_without_a_name(simulator, account, row):
    result = account.tdm_device(**row(1, name=None))
    assert result["changed"] and simulator.device(EUI)["name"] == "70-B3-D5-7E-D1-00-00-01"
    assert not account.tdm_device(**row(1, name=None))["changed"]


def test_an_error_of_the_platform(account, start_simulator, account_on, row):
    simulator = start_simulator(licences="kpn-cs/seldom=0")
    result = account_on(simulator).tdm_device(**row(1, connectivity_plan="kpn-cs/seldom"))
    assert result["failed"] and result["msg"].startswith("device %s: " % EUI) and "code 9022" in result["msg"]
    assert simulator.sessions()["sessions"] == 0


@pytest.fixture
def seeded(simulator):
    """Return the devices of a platform that has some."""
    simulator.settings(page_size_min=1, page_size_max=20)
    simulator.seed(30, tags=["a"], plan="kpn-cs/seldom")
    simulator.seed(15, prefix="AABBCCDDEE", tags=["a", "b"], plan="kpn-cs/testing")
    simulator.change_device("AABBCCDDEE000003", name="special", domains=[{"name": "X", "group": {"name": "G"}}])
    simulator.change_device("AABBCCDDEE000004", suspension="SUBSCRIBER_SUSPENDED")
    simulator.change_device("AABBCCDDEE000005", appServersRoutingProfile=None, appServers=[{"ID": "TWA_100002581.1973.AS"}])
    return simulator.devices()


FILTERS = [
    ({}, 45),
    ({"dev_eui": ["AA-BB-CC-DD-EE-00-00-01", "aabbccddee000002"]}, 2),
    ({"dev_eui": ["AABBCCDDEE0000FF"]}, 0),
    ({"eui_prefix": "aa-bb-cc"}, 15),
    ({"name": "spec"}, 1),
    ({"tag": ["b"]}, 15),
    ({"tag": ["a", "b"]}, 15),
    ({"domain": {"G": "X"}}, 1),
    ({"connectivity_plan": "kpn-cs/seldom"}, 30),
    ({"health_state": ["SUSPENDED"]}, 1),
    ({"application_server": ["TWA_100002581.1973.AS"]}, 1),
    ({"query": "AABB"}, 15),
    ({"eui_prefix": "70B3", "tag": ["b"]}, 0),
    ({"created_from": "2000-01-01T00:00:00Z"}, 45),
    ({"created_to": "2000-01-01T00:00:00Z"}, 0),
]


@pytest.mark.parametrize("filters,number", FILTERS, ids=[json.dumps(one) for one, _number in FILTERS])
def test_filters(simulator, account, seeded, counts, frame, filters, number):
    result = account.tdm_device_info(**filters)
    assert "failed" not in result, result
    assert len(result["devices"]) == number and not result["changed"]
    cost = counts()
    assert set(cost) == {*frame, "GET /devices"}
    expected = len(filters.get("dev_eui", [])) or max(1, -(-number // 20))
    assert cost["GET /devices"] == expected


def test_briefs_and_whole_devices(simulator, account, seeded, counts):
    brief = account.tdm_device_info(eui_prefix="AABBCCDDEE", name="special")["devices"]
    counts()
    whole = account.tdm_device_info(eui_prefix="AABBCCDDEE", gather="devices")["devices"]
    assert counts()["GET /devices/{deviceUid}"] == 15
    assert [one["dev_eui"] for one in whole] == sorted(eui for eui in seeded if eui.startswith("AA"))
    assert brief[0]["domains"] and "location_type" in whole[0] and whole[0]["join_eui"] == "70B3D57ED0000000"
    assert whole[0]["occ_context"]["version"] == 1 and "version" not in brief[0]["occ_context"]
    text = json.dumps([brief, whole]).upper()
    assert not [one for one in seeded.values() if one["keys"]["appKey"] in text]


def test_what_is_shown_can_be_given_back(account, seeded, simulator):
    shown = account.tdm_device_info(dev_eui=["AABBCCDDEE000003"], gather="devices")["devices"][0]
    from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.declaration import DEVICE

    desired = {name: value for name, value in shown.items() if name in DEVICE.by_name and value is not None}
    desired.pop("dev_addr", None)
    result = account.tdm_device(dev_eui=shown["dev_eui"], **desired)
    assert not result.get("failed") and not result["changed"], result


@pytest.mark.parametrize("options", [{"dev_eui": ["xyz"]}, {"parallel": 0}])
def test_bad_options_of_info(simulator, account, options):
    assert account.tdm_device_info(**options)["failed"]
    assert simulator.requests()["total"] == 0


def test_a_device_that_goes_away_while_it_is_looked_at(simulator, through, meddler, seeded, do):
    gone = do.meanwhile(lambda: simulator.inspect("DELETE", "devices/AABBCCDDEE000003"))
    meddler.on("GET", "/devices/eAABBCCDDEE000003", gone)
    result = through.tdm_device_info(eui_prefix="AABBCCDDEE", gather="devices")
    assert "failed" not in result and len(result["devices"]) in (14, 15)


def test_the_subscription(simulator, account, counts, frame):
    result = account.tdm_subscriber_info()
    assert not result["changed"] and result["subscription"]["id"] == "100"
    assert result["granted_permissions"] == ["x", "a", "ra", "s1"] and result["user"]["first_name"] == "Olivia"
    assert result["subscriber"] == result["subscription"]["subscriber"]
    assert counts() == {**frame, "GET ": 1}
    assert account.tdm_subscriber_info(check=True) == result


def test_findings_of_a_fleet_are_as_the_sample_in_the_documentation(account, tmp_path):
    (sample,) = return_values("tdm_fleet")["findings"]["sample"]
    line = int(sample["where"].removeprefix("line "))
    (tmp_path / "fleet.csv").write_text("# comment\n" * (line - 1) + "CREATE_OTAA,,,LORA/GenericA.1.0.4a_ETSI,,%032X\n" % 1)
    (problem,) = account.tdm_fleet(src=str(tmp_path / "fleet.csv"))["findings"]
    assert {name: problem[name] for name in sample} == sample


def test_findings_are_as_the_sample_in_the_documentation(account):
    (sample,) = return_values("tdm_device")["findings"]["sample"]
    result = account.tdm_device(dev_eui=sample["dev_eui"], app_key="A" * 31)
    (problem,) = result["findings"]
    assert {name: problem[name] for name in sample} == sample
