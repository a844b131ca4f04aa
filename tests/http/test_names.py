# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of other resources, onboarding tags, and descriptions with faults."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def profile_of_1_1(account) -> str:
    """Return the ID of a device profile of LoRaWAN 1.1, of those that the simulator has."""
    import csv
    from pathlib import Path

    path = Path(__file__).parents[2] / "roles/simulator/files/tdm_simulator/data/device_profiles.csv"
    with path.open(encoding="utf-8") as file:
        return next(line["id"] for line in csv.DictReader(file) if line["mac_version"].startswith("1.1"))


UNKNOWN = [
    ("connectivity_plan", "Seldomly", "Seldom"),
    ("connectivity_plan", "kpn-cs/tseting", "kpn-cs/testing"),
    ("routing_profile", "Sensor platfrom", "Sensor platform"),
    ("application_servers", ["Parking sensor"], "Parking sensors"),
    ("device_profile", "LORA/GenericA.1.0.2a_ETSI_Rx2-SF13", "LORA/GenericA.1.0.2a_ETSI_Rx2-SF12"),
]


def test_an_unknown_name_without_a_similar_one_shows_ids_with_their_names(account, rows):
    (problem,) = account.tdm_fleet(devices=rows(1, connectivity_plan="@@@@"))["findings"]
    assert "it knows, for example: " in problem["message"] and "kpn-cs/seldom (Seldom)" in problem["message"]


@pytest.mark.parametrize("option,wrong,nearest", UNKNOWN)
@pytest.mark.parametrize("number", [1, 20])
def test_unknown_names(simulator, account, rows, option, wrong, nearest, number):
    fleet = rows(number)
    if option == "application_servers":
        del fleet[-1]["routing_profile"]
    fleet[-1][option] = wrong
    result = account.tdm_fleet(devices=fleet)
    assert result["failed"] and len(result["findings"]) == 1
    (problem,) = result["findings"]
    assert (problem["where"], problem["option"]) == ("devices[%d]" % (number - 1), option)
    assert "is not known to the platform; nearest:" in problem["message"] and nearest in problem["message"]
    assert simulator.devices() == {} and simulator.sessions()["sessions"] == 0


def test_all_unknown_names_together(account, rows):
    fleet = rows(3)
    fleet[0]["connectivity_plan"] = "zzz"
    fleet[1].update(routing_profile="zzz", device_profile="zzz")
    fleet[2].update(application_servers=["zzz", "Parking sensors", "yyy"])
    del fleet[2]["routing_profile"]
    assert len(account.tdm_fleet(devices=fleet)["findings"]) == 5


def test_an_ambiguous_name(account, row):
    result = account.tdm_fleet(devices=[row(1, device_profile="LoRaWAN 1.0.2 - class A - ETSI")])
    message = result["findings"][0]["message"]
    assert "is the name of several" in message
    assert "LORA/GenericA.1.0.2a_ETSI_Rx2-SF12, LORA/GenericA.1.0.2b_ETSI_Rx2-SF12" in message


def test_names_are_resolved_once(simulator, account, rows, counts, frame):
    names = {"connectivity_plan": "Seldom", "routing_profile": "Sensor platform"}
    account.tdm_fleet(devices=rows(60, **names))
    assert {one["plan"] for one in simulator.devices().values()} == {"kpn-cs/seldom"}
    assert {one["route"] for one in simulator.devices().values()} == {"TWA_100002581.25885"}
    assert counts() == {
        **frame,
        "GET /devices": 1,
        "GET /deviceProfiles": 1,
        "GET /networkSubscriptions": 1,
        "GET /appServersRoutingProfiles": 1,
        "POST /devices": 60,
    }
    assert not account.tdm_fleet(devices=rows(60, **names))["changed"]
    assert counts() == {**frame, "GET /devices": 1}


@pytest.fixture
def in_a_session(through):
    """Return an account, through the meddler, whose tasks share a session as the items of a loop do."""
    return through.with_options(session_file=through.tdm_session()["session_file"])


def test_a_loop_in_a_session_looks_names_up_once(in_a_session, rows, counts):
    counts()
    for one in rows(3, connectivity_plan="Seldom"):
        assert in_a_session.tdm_device(**one)["action"] == "created"
    assert counts() == {
        "GET /devices": 3,
        "GET /deviceProfiles": 1,
        "GET /networkSubscriptions": 1,
        "GET /appServersRoutingProfiles": 1,
        "POST /devices": 3,
    }


def test_a_name_that_came_during_a_loop_is_found(in_a_session, row, meddler, do, counts):
    def lacks_seldom(data):
        data["briefs"] = [brief for brief in data["briefs"] if brief["ID"] != "kpn-cs/seldom"]

    meddler.on("GET", "/networkSubscriptions", do.edited(lacks_seldom), times=1)
    in_a_session.tdm_device(**row(1))
    counts()
    assert in_a_session.tdm_device(**row(2, connectivity_plan="Seldom"))["action"] == "created"
    assert counts()["GET /networkSubscriptions"] == 1
    # Who misspells a name is told after the platform was asked once more, each time.
    for _time in range(2):
        assert in_a_session.tdm_device(**row(3, connectivity_plan="Seldomly"))["failed"]
        assert counts()["GET /networkSubscriptions"] == 1


def test_another_session_looks_names_up_for_itself(simulator, in_a_session, row, counts):
    in_a_session.tdm_device(**row(1))
    simulator.kill_sessions()
    in_a_session.tdm_device(**row(2))  # opens the session again
    counts()
    in_a_session.tdm_device(**row(3))
    assert counts()["GET /networkSubscriptions"] == 1


def test_many_profiles_are_asked_for_in_lots(simulator, account, rows, counts):
    profiles = sorted({one["model"] for one in seeded(simulator, 400)})[:45]
    fleet = rows(45)
    for one, profile in zip(fleet, profiles):
        one["device_profile"] = profile
    counts()
    account.tdm_fleet(devices=fleet)
    assert counts()["GET /deviceProfiles"] == -(-len(profiles) // 40)


def seeded(simulator, number: int) -> list:
    simulator.seed(number)
    return list(simulator.devices().values())


TAG = "LW:D0:70B3D57ED0000000:70B3D57ED10000%02X:%s"


def test_an_onboarding_tag_gives_the_profile_once(simulator, account, counts):
    fleet = [{"onboarding_tag": TAG % (number, "000E0012"), "app_key": "A" * 32} for number in range(20)]
    fleet += [{"dev_eui": TAG % (number, "000E0000"), "app_key": "A" * 32} for number in range(20, 25)]
    result = account.tdm_fleet(devices=fleet)
    assert result["summary"]["created"] == 25, result
    assert counts()["POST /devices/readOnboardingTag"] == 2
    models = {one["model"] for one in simulator.devices().values()}
    assert models == {"ABEE/Badge-1.0.2b-ETSI", "ABEE/DEABE003-167EU.1.0.2b_ETSI_Rx2-SF12"}
    assert not account.tdm_fleet(devices=fleet)["changed"]
    assert "POST /devices/readOnboardingTag" not in counts()


@pytest.mark.parametrize("identifier,message", [("01280001", "matches"), ("FFFFFFFF", "matches no device profile")])
def test_an_onboarding_tag_without_one_profile(simulator, account, identifier, message):
    fleet = [{"onboarding_tag": TAG % (number, identifier), "app_key": "A" * 32} for number in range(3)]
    result = account.tdm_fleet(devices=fleet)
    (problem,) = result["findings"]
    assert result["failed"] and len(problem["rows"]) == 3 and message in result["msg"]
    if identifier == "01280001":
        assert "watteco_RFGroup1_1.0.0-1.0.1_classA, watteco_RFGroup1_1.0.2b_classA" in result["msg"]
    paths = simulator.requests()["by_path"]
    assert sum(number for path, number in paths.items() if path.endswith("readOnboardingTag")) == 1
    chosen = account.tdm_fleet(devices=fleet, defaults={"device_profile": "watteco_RFGroup1_1.0.2b_classA"})
    assert chosen["summary"]["created"] == 3


def test_lorawan_1_1_without_its_key(simulator, account, rows, profile_of_1_1):
    fleet = rows(12)
    fleet[3]["device_profile"] = profile_of_1_1
    fleet[4]["nwk_key"] = "B" * 32
    result = account.tdm_fleet(devices=fleet)
    found = {(one["where"], one["option"], one["message"]) for one in result["findings"]}
    assert found == {
        ("devices[3]", "nwk_key", "is missing: the device profile is of LoRaWAN 1.1"),
        ("devices[4]", "nwk_key", "belongs to LoRaWAN 1.1, but the device profile doesn't"),
    }
    assert simulator.devices() == {}
    fleet[3]["nwk_key"] = fleet[4].pop("nwk_key")
    assert account.tdm_fleet(devices=fleet)["summary"]["created"] == 12


def test_what_a_device_that_is_not_there_lacks(account, simulator, rows):
    fleet = rows(3)
    del fleet[1]["device_profile"]
    (problem,) = account.tdm_fleet(devices=fleet, results="all")["findings"]
    assert (problem["dev_eui"], problem["option"]) == (fleet[1]["dev_eui"], "device_profile")
    assert problem["message"] == "is missing: the device doesn't exist, and can't be created without it"
    assert not simulator.devices()


def faulty(rows) -> list:
    """Return twenty rows, each with a fault of its own kind."""
    fleet = rows(20)
    changes = [
        {"dev_eui": "nonsense"},
        {"dev_eui": fleet[10]["dev_eui"].lower()},
        {"app_key": "SECRET"},
        {"activation": "otta"},
        {"app_key": None, "join_eui": None},
        {"nwk_s_key": "C" * 32},
        {"activation": "ABP"},
        {"application_servers": ["x"]},
        {"latitude": 91, "longitude": 0},
        {"latitude": 1},
        {},
        {"longitude": "east", "latitude": 1},
        {"inactivity_alarm": [{"duration": "PT1M", "level": 3}]},
        {"inactivity_alarm": [{"duration": "PT2H", "level": 3}, {"duration": "PT1H", "level": 4}]},
        {"domains": ["Region: a", "Region: b"]},
        {"marker_id": "x"},
        {"motion_indicator": "FLYING"},
        {"colour": "red"},
        {"onboarding_tag": "LW:D0:1122334455667788:AABBCCDDEEFF0011:AABB1122:C0000", "dev_eui": None},
        {"state": "away"},
    ]
    for one, change in zip(fleet, changes):
        one.update(change)
    return [{name: value for name, value in one.items() if value is not None} for one in fleet]


@pytest.mark.parametrize("check", [False, True])
def test_faults_are_told_together_and_send_nothing(simulator, account, rows, check):
    result = account.tdm_fleet(devices=faulty(rows), check=check)
    assert result["failed"] and not result["changed"]
    places = {one["where"] for one in result["findings"]}
    assert len(places) == 18 and len(result["findings"]) >= 18, places
    assert simulator.requests()["total"] == 0
    text = json.dumps(result)
    assert "SECRET" not in text and "C" * 32 not in text and rows(1)[0]["app_key"] not in text


SOURCES = [
    ("missing.csv", None, "can't be read"),
    ("empty.csv", b"", ""),
    ("broken.json", b"{", "JSON"),
    ("broken.yml", b"a: [", "YAML"),
    ("odd.json", b"7", ""),
]


@pytest.mark.parametrize("name,content,message", SOURCES)
def test_a_source_that_is_none(simulator, account, tmp_path, name, content, message):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    result = account.tdm_fleet(src=str(tmp_path / name))
    assert result["failed"] and name in result["msg"] and message in result["msg"]
    assert simulator.requests()["total"] == 0


def test_one_fleet_from_every_kind_of_source(simulator, account, tmp_path, rows):
    fleet = rows(12)
    for one in fleet:
        one["device_profile"] = "ABEE/Badge-1.0.2b-ETSI"
    (tmp_path / "a.json").write_text(json.dumps(fleet))
    (tmp_path / "a.yml").write_text("".join("- %s\n" % json.dumps(one) for one in fleet))
    cells = "CREATE_OTAA,{dev_eui},,{device_profile},{join_eui},{app_key},,{connectivity_plan},{routing_profile},,{name}\n"
    (tmp_path / "a.csv").write_text("# made by hand\n" + "".join(cells.format(**one) for one in fleet))
    assert account.tdm_fleet(src=str(tmp_path / "a.csv"))["summary"]["created"] == 12
    for name in ("a.csv", "a.json", "a.yml"):
        result = account.tdm_fleet(src=str(tmp_path / name))
        assert "failed" not in result and not result["changed"], name
    (tmp_path / "b.csv").write_text("DELETE,%s\nUPDATE_OTAA,70B3D57ED1FFFFFF\n" % fleet[0]["dev_eui"])
    result = account.tdm_fleet(src=str(tmp_path / "b.csv"), results="all", max_deletions="50%")
    assert result["summary"]["deleted"] == 1 and result["summary"]["failed"] == 1
    assert "an UPDATE row) says not to create it" in result["results"][1]["error"] and result["results"][1]["where"] == "line 2"


@pytest.mark.parametrize("options", [{"parallel": 0}, {"parallel": 65}, {"max_failures": -1}])
def test_numbers_out_of_range(simulator, account, rows, options):
    result = account.tdm_fleet(devices=rows(1), **options)
    assert result["failed"] and next(iter(options)) in result["msg"]
    assert simulator.requests()["total"] == 0
