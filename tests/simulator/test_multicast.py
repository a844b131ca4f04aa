# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Multicast groups and their base stations."""

from __future__ import annotations

import pytest

from .conftest import simulator, without

EUI = "70B3D57ED00000F0"


def group(**changes):
    """A valid multicast group of class C."""
    return without(
        {"EUI": EUI.lower(), "nwAddress": "1400f00d", "class": "C", "nwKey": "0" * 32, "bss": {"tags": [{"name": "city"}]}},
        changes,
    )


@pytest.fixture
def made(wireless):
    """A client of a simulator with one multicast group."""
    status, document, headers = wireless.api("POST", "/multicastGroups", group())
    assert status == 201, document
    assert headers["Location"].endswith("/multicastGroups/1")
    return wireless


def test_a_group_is_made_read_and_deleted(made):
    document = made.api("GET", "/multicastGroups/1")[1]
    assert (document["EUI"], document["nwAddress"]) == (EUI, "1400F00D")
    assert document["bss"]["tags"] == [{"name": "city", "namespace": "OPERATOR"}]
    assert made.api("GET", "/multicastGroups/e" + EUI)[1]["name"] == document["name"]
    assert "nwKey" not in document and document["name"].count("-") == 7
    assert made.api("POST", "/multicastGroups", group())[1]["code"] == 111
    assert made.api("DELETE", "/multicastGroups/1")[0] == 204
    assert made.api("GET", "/multicastGroups/1")[0] == 404


def test_a_plan_of_a_group_is_for_multicast(made):
    plans = "/networkSubscriptions"
    for plan, status in (("kpn-cs/seldom", 400), ("kpn-cs/multicast", 200)):
        assert made.api("PUT", "/multicastGroups/1", {"networkSubscription": {"ID": plan}})[0] == status
    assert made.api("GET", plans, query={"communicationType": "MULTICAST"})[1]["briefs"][0]["used"] == 1
    assert made.create(EUI="70B3D57ED0000001", networkSubscription={"ID": "kpn-cs/multicast"})[0] == 400
    made.api("DELETE", "/multicastGroups/1")
    assert made.api("GET", plans, query={"communicationType": "MULTICAST"})[1]["briefs"][0]["used"] == 0


def test_enterprise_chooses_the_plan_of_a_group(enterprise):
    _status, document, _headers = enterprise.api("POST", "/multicastGroups", group())
    assert document["networkSubscription"]["ID"] == "kpn-cs/multicast"


@pytest.mark.parametrize(
    "changes",
    [
        {"EUI": None},
        {"nwKey": None},
        {"nwKey": "0"},
        {"class": "A"},
        {"class": "B"},
        {"pingSlotPeriod": 2},
        {"class": "B", "pingSlotPeriod": 3},
        {"downlinkFrequency": 1000},
        {"downlinkDataRate": 16},
        {"bss": {}},
        {"bss": {"tags": [{"name": " "}]}},
        {"appServers": [{"ID": "none"}]},
        {"occContext": {"version": 1}},
        {"appKeys": "<none/>"},
    ],
)
def test_groups_that_are_refused(wireless, changes):
    assert wireless.api("POST", "/multicastGroups", group(**changes))[0] == 400


def test_an_update_of_a_group(made):
    path = "/multicastGroups/1"
    status, document, _headers = made.api("PUT", path, {"class": "B", "pingSlotPeriod": 16, "name": "all"})
    assert (status, document["pingSlotPeriod"], document["occContext"]["version"]) == (200, 16, 2)
    assert made.api("PUT", path, {"name": "x", "occContext": {"version": 1}})[1]["code"] == 9011
    assert "pingSlotPeriod" not in made.api("PUT", path, {"class": "C", "occContext": {"version": 1}}, {"force": ""})[1]
    for body in ({"EUI": "70B3D57ED00000F1"}, {"nwAddress": "00000000"}, {"bss": {"tags": []}}):
        assert made.api("PUT", path, body)[1]["code"] == 9013
    assert made.api("PUT", path, {"EUI": EUI})[0] == 200


def test_groups_are_found(made):
    made.api("POST", "/multicastGroups", group(EUI="70B3D57ED00000F1", name="b", bss={"tags": [{"name": "harbour"}]}))
    made.api("PUT", "/multicastGroups/1", {"name": "a"})
    for query, names in (
        ({}, ["a", "b"]),
        ({"sort": "name,desc"}, ["b", "a"]),
        ({"bsTag": "harbour"}, ["b"]),
        ({"devEUI": "70b3d57ed00000f1"}, ["b"]),
        ({"devAddr": "15"}, []),
        ({"name": "a"}, ["a"]),
        ({"query": "70B3"}, ["a", "b"]),
        ({"networkSubscriptionID": "_unset"}, ["a", "b"]),
        ({"connectivityPlan": "_CP"}, []),
        ({"alarmLevel": "1"}, []),
    ):
        document = made.api("GET", "/multicastGroups", query=query)[1]
        assert [one["name"] for one in document["briefs"]] == names, query
        assert document["count"] == len(names)


def test_base_stations_and_their_tags(made):
    path = "/multicastGroups/1/bss"
    assert made.api("GET", path)[1]["bsCount"] == 2
    assert made.api("POST", path + "/tags", {"name": "harbour"})[1] == {"name": "harbour", "namespace": "OPERATOR", "bsCount": 1}
    assert made.api("GET", path)[1]["bsCount"] == 3
    briefs = made.api("GET", path + "/tags")[1]["briefs"]
    assert [one["name"] for one in briefs] == ["city", "harbour"]
    place = briefs[0]["href"].partition("/100")[2]
    assert made.api("DELETE", place)[0] == 204 and made.api("DELETE", place)[0] == 404
    assert made.api("GET", path)[1]["bsCount"] == 1
    suggested = made.api("GET", "/multicastGroups/bss/tags/suggestions", query={"query": "H"})[1]
    assert suggested["briefs"] == [{"name": "harbour", "namespace": "OPERATOR"}]
    assert made.api("GET", "/multicastDownlinkSettings", query={"bsTag": "city"})[1]["ismBand"]["ID"] == "eu868"
    assert made.api("GET", "/multicastDownlinkSettings", query={"bsTag": "none"})[0] == 404
    assert made.api("GET", "/multicastDownlinkSettings")[0] == 400


def test_a_downlink_to_a_group_is_sent_and_counted(made):
    path = "/multicastGroups/1"
    made.api("POST", path + "/bss/tags", {"name": "harbour"})  # its station is not yet active
    assert made.api("POST", path + "/admins/downlink", query={"payload": "0000", "fPort": 5})[0] == 201
    frame = made.api("GET", path + "/frames")[1]["briefs"][0]
    assert (frame["size"], frame["fPort"], frame["status"], frame["bsCount"], frame["bsFailedCount"]) == (2, 5, "SUCCESS", 3, 1)
    assert made.api("GET", "/multicastGroups/frames")[1]["briefs"] == [frame]
    shares = made.api("GET", path + "/frames/aggregated")[1]["briefs"][0]["successfulTransmissionValues"]
    assert [one["count"] for one in shares] == [0, 0, 1, 0]
    document = made.api("GET", path)[1]
    assert document["firstDwTimestamp"] == frame["timestamp"] and document["lastFCntDn"] == 0


def test_domains_of_groups_in_bulk(made):
    domain = {"name": "a", "group": {"name": "b"}}
    path = "/multicastGroups/domains"
    assert made.api("POST", path, {"devEUIs": [EUI], "addedDomains": [domain]})[0] == 204
    assert made.api("GET", "/multicastGroups/1")[1]["domains"] == [domain]
    assert made.api("POST", path, {"devEUIs": [EUI], "removedDomains": [domain]})[0] == 204
    assert made.api("GET", "/multicastGroups/1")[1]["domains"] == []
    assert made.api("POST", path, {"devEUIs": ["0"], "addedDomains": [domain]})[1]["code"] == 9025


def test_alarms_of_groups(made):
    made.inspect("PUT", "groups/" + EUI, {"alarms": [0, 0, 0, 0, 2, 0]})
    path = "/multicastGroups/1/alarms"
    briefs = made.api("GET", path)[1]["briefs"]
    assert len(briefs) == 2 and "/multicastGroups/1/alarms/" in briefs[0]["href"]
    assert made.api("GET", "/multicastGroups", query={"alarmLevel": 5})[1]["count"] == 1
    assert made.api("POST", path + "/%s/ack" % briefs[0]["alarmUid"])[0] == 201
    assert made.api("GET", "/multicastGroups/1")[1]["alarm5"] == 1
    assert made.api("GET", "/devices/alarms")[1]["briefs"] == []


def test_a_group_outlives_a_restart(tmp_path):
    state = str(tmp_path / "state.json")
    with simulator("--state-file", state) as one:
        client = one.client()
        client.api("POST", "/multicastGroups", group(networkSubscription={"ID": "kpn-cs/multicast"}))
        one.stop()
    with simulator("--state-file", state) as one:
        client = one.client()
        assert client.api("GET", "/multicastGroups/1")[1]["EUI"] == EUI
        assert client.api("GET", "/networkSubscriptions/95")[1]["used"] == 1
