# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alarms, frames and all else that devices did."""

from __future__ import annotations

import pytest

from .conftest import otaa

EUI = "70B3D57ED0000001"
WEEK = {"duration": "P7D"}


@pytest.fixture
def alarmed(wireless):
    """A client of a simulator with one device that has an alarm of each state."""
    wireless.made(domains=[{"name": "a", "group": {"name": "b"}}])
    wireless.inspect("PUT", "devices/" + EUI, {"alarms": [1, 1, 1, 1, 1, 1]})
    return wireless


def states(client, path="/devices/5000/alarms", **query):
    """The states of the alarms that are listed."""
    status, document, _headers = client.api("GET", path, query=query)
    assert status == 200, document
    return [one["state"] for one in document["briefs"]]


def test_alarms_of_a_device_by_state(alarmed):
    assert sorted(states(alarmed)) == [1, 2, 3, 4, 5, 6]
    assert sorted(states(alarmed, state=5)) == [5, 6]
    assert states(alarmed, state=1) == [1]
    assert states(alarmed, ID=5) == [] and states(alarmed, acked="true") == []
    device = alarmed.get(EUI)
    assert [device["alarm%d" % level] for level in range(1, 7)] == [1] * 6


def test_alarms_of_all_devices(alarmed):
    everywhere = "/devices/alarms"
    assert states(alarmed, everywhere, sort="state,desc") == [6, 5, 4, 3, 2, 1]
    assert states(alarmed, everywhere, state=4, stateFiltering="EQUAL") == [4]
    assert states(alarmed, everywhere, sort="state,asc", limit=2) == [1, 2]
    assert states(alarmed, everywhere, devEUI="70B4") == []
    assert len(states(alarmed, everywhere, domain="b:a")) == 6 and states(alarmed, everywhere, domain="b:c") == []
    brief = alarmed.api("GET", everywhere)[1]["briefs"][0]
    assert brief["device"]["EUI"] == EUI and brief["href"].endswith(brief["alarmUid"])
    assert alarmed.api("GET", everywhere + "/stateDistributions")[1]["totalCount"] == 6


def test_alarms_are_acknowledged_one_by_one_by_filter_and_by_uid(alarmed):
    briefs = {one["state"]: one for one in alarmed.api("GET", "/devices/5000/alarms")[1]["briefs"]}
    ack = "/devices/5000/alarms/%s/ack"
    assert alarmed.api("POST", ack % briefs[6]["alarmUid"])[0] == 201
    assert alarmed.api("POST", ack % "nobody")[0] == 404
    assert alarmed.api("POST", "/devices/5000/alarms/ack", query={"state": 5})[0] == 201
    assert alarmed.api("POST", "/devices/alarms/ack", {"alarmUids": [briefs[4]["alarmUid"], "nobody"]})[0] == 204
    assert alarmed.api("POST", "/devices/alarms/ack", {})[0] == 400
    device = alarmed.get(EUI)
    assert [device["alarm%d" % level] for level in range(1, 7)] == [1, 1, 1, 0, 0, 0]
    found = {one["state"]: one for one in alarmed.api("GET", "/devices/5000/alarms")[1]["briefs"]}
    assert found[6]["acked"] and found[6]["ackedInfo"] == "Olivia Operator" and not found[3]["acked"]
    assert alarmed.listed()["briefs"][0]["alarmLevel"] == 3


def test_cleared_alarms_are_history_and_leave_the_list_when_acknowledged(alarmed):
    assert states(alarmed, "/devices/5000/alarms/histories") == [3]
    assert states(alarmed, "/devices/alarms/histories", state=4) == []
    alarmed.api("POST", "/devices/5000/alarms/ack", query={"state": 1})
    assert 1 not in states(alarmed)
    assert states(alarmed, "/devices/5000/alarms/histories") == [3]


@pytest.mark.parametrize("number,again", [(4, 1), (8, 2)], ids=["of a state", "of events"])
def test_what_happens_once_more_is_counted_until_it_is_over(alarmed, number, again):
    def told(state, **more):
        record = alarmed.inspect("PUT", "alarms/" + EUI, {"id": number, "state": state, **more})
        return record["occurrence"], record["acked"]

    alarmed.inspect("PUT", "devices/" + EUI, {"alarms": [0] * 6})
    assert [told(5), told(5), told(1), told(5)] == [(1, False), (again, False), (again, False), (1, False)]
    alarmed.api("POST", "/devices/5000/alarms/ack", query={"state": 5})
    assert told(4)[1] is True and told(6)[1] is False
    told(3, updated=1_700_000_000_000)
    assert alarmed.api("GET", "/devices/alarms")[1]["briefs"][-1]["updateTimestamp"] == 1_700_000_000_000


def test_alarms_go_with_their_device(alarmed):
    alarmed.api("DELETE", "/devices/5000")
    assert states(alarmed, "/devices/alarms") == []


@pytest.mark.parametrize("query", [{"state": 7}, {"state": "x"}, {"from": "yesterday"}, {"acked": "perhaps"}, {"ID": "a"}])
def test_alarms_refuse_parameters(alarmed, query):
    assert alarmed.api("GET", "/devices/5000/alarms", query=query)[1]["code"] == 9042


# -- what devices did ----------------------------------------------------------------


@pytest.fixture
def heard(wireless):
    """(client, device as stored): a seeded device that was heard."""
    wireless.inspect("POST", "seed", {"count": 20})
    devices = wireless.inspect("GET", "devices")["devices"]
    return wireless, next(one for one in devices if one["radio"] and sum(one["radio"]["historyDwDaily"]["val"]))


def test_frames_agree_with_the_history_and_with_one_another(heard):
    client, stored = heard
    path = "/devices/%d" % stored["uid"]
    frames = client.api("GET", path + "/frames", query=WEEK)[1]["briefs"]
    ups, downs = (sum(stored["radio"][name]["val"]) for name in ("historyUpDaily", "historyDwDaily"))
    assert [one["type"] for one in frames].count(0) == ups and len(frames) == ups + downs
    assert max(one["timestamp"] for one in frames) == stored["radio"]["lastUpTimestamp"]
    assert len(client.api("GET", path + "/frames", query=dict(WEEK, type="1"))[1]["briefs"]) == downs
    assert client.api("GET", path + "/frames", query=dict(WEEK, lrrID="nobody"))[1]["briefs"] == []
    slots = client.api("GET", path + "/frames/aggregated", query=dict(WEEK, step="PT2H"))[1]["briefs"]
    assert sum(one["up"]["count"] for one in slots) == ups and sum(one["dw"]["count"] for one in slots) == downs
    assert all(one["timestamp"] % 7200000 == 0 for one in slots)
    factors = client.api("GET", path + "/spreadingFactors/sfDistributions", query=WEEK)[1]
    assert factors["up"]["totalCount"] == ups
    assert {one["sf"]: one["up"]["count"] for one in factors["briefs"]}[stored["radio"]["lastSF"]] == ups
    log = client.send("GET", path + "/debugLorawanLogs")[2]
    assert log.count(b"\n") == 1 + len(frames)


def test_frames_of_all_devices_are_the_sum(heard):
    client, _stored = heard
    devices = client.inspect("GET", "devices")["devices"]
    total = sum(sum(one["radio"]["historyUpDaily"]["val"]) for one in devices if one["radio"])
    slots = client.api("GET", "/devices/frames", query=WEEK)[1]["briefs"]
    assert sum(one["up"]["count"] for one in slots) == total
    assert client.api("GET", "/devices/frames", query=dict(WEEK, appServerID="none"))[1]["briefs"] == []


def test_battery_levels_and_locations(heard):
    client, stored = heard
    path = "/devices/%d" % stored["uid"]
    levels = client.api("GET", path + "/batLevels")[1]["briefs"]
    assert levels == [{"timestamp": stored["radio"]["lastBatLevelTimestamp"], "level": stored["radio"]["lastBatLevel"]}]
    client.inspect("PUT", "devices/" + stored["EUI"], {"network": [52.5, 4.5, 300]})
    place = client.api("GET", path + "/locations")[1]["briefs"][0]
    assert (place["lat"], place["lon"], place["hRadius"]) == (52.5, 4.5, 300)
    assert client.api("GET", path + "/locations", query={"begin": "2020-01-01T00:00:00Z"})[1]["briefs"] == []


@pytest.mark.parametrize(
    "path, query",
    [
        ("frames", {"type": "2"}),
        ("frames", {"duration": "a week"}),
        ("frames/aggregated", {"step": "PT25H"}),
        ("frames/aggregated", {"step": "PT30M"}),
        ("frames/aggregated", {"timezone": "Nowhere/Land"}),
        ("spreadingFactors/sfDistributions", {"lcs": "a-b"}),
        ("batLevels", {"begin": "now"}),
    ],
)
def test_measures_refuse_parameters(wireless, path, query):
    wireless.made()
    assert wireless.api("GET", "/devices/5000/" + path, query=query)[1]["code"] == 9042


def test_counters(wireless):
    wireless.inspect("POST", "seed", {"count": 30})
    document = wireless.api("GET", "/devices/counters")[1]
    assert document["totalCount"] == 30
    counts = {one["healthState"]: one["count"] for one in document["briefs"]}
    assert counts["ACTIVE"] == len(wireless.listed({"healthState": "ACTIVE"})["briefs"])


def test_clusters(wireless):
    wireless.inspect("POST", "seed", {"count": 200})
    box = {"minLat": 50, "maxLat": 54, "minLon": 3, "maxLon": 8}
    document = wireless.api("GET", "/devices/clusters", query=box)[1]
    assert 1 < len(document["clusters"]) <= 64
    assert document["count"] == sum(one["count"] for one in document["clusters"]) == wireless.listed(box)["count"]
    for one in document["clusters"]:
        assert one["bbox"]["southwest"]["lat"] <= one["location"]["lat"] <= one["bbox"]["northeast"]["lat"]
        assert ("item" in one) == (one["count"] == 1)
    del box["minLat"]
    assert wireless.api("GET", "/devices/clusters", query=box)[1]["code"] == 9042


# -- what is done to devices ------------------------------------------------------------


def test_a_downlink_waits_until_a_reset(wireless):
    wireless.made()
    path = "/devices/5000/admins/"
    assert wireless.api("POST", path + "downlink", query={"payload": "00fF", "fPort": 10, "confirmed": "true"})[0] == 201
    queue = wireless.inspect("GET", "devices/" + EUI)["downlinks"]
    assert [(one["payload"], one["fPort"], one["size"], one["confirmed"]) for one in queue] == [("00fF", 10, 2, True)]
    wireless.api("POST", path + "downlink", query={"payload": "01", "fPort": 1, "flushDownlinkQueue": ""})
    assert len(wireless.inspect("GET", "devices/" + EUI)["downlinks"]) == 1
    assert wireless.api("POST", path + "reset")[0] == 204
    assert wireless.inspect("GET", "devices/" + EUI)["downlinks"] == []


@pytest.mark.parametrize(
    "query",
    [
        {"fPort": 1},
        {"payload": "00"},
        {"payload": "0", "fPort": 1},
        {"payload": "xx", "fPort": 1},
        {"payload": "00", "fPort": 0},
        {"payload": "00", "fPort": 226},
        {"payload": "00", "fPort": 1, "aFCntDn": 1},
        {"payload": "00", "fPort": 1, "validityTime": "soon"},
    ],
)
def test_bad_downlinks(wireless, query):
    wireless.made()
    assert wireless.api("POST", "/devices/5000/admins/downlink", query=query)[1]["code"] == 9042


def test_debugging_is_restricted_and_read_with_the_device(wireless):
    version = wireless.made()["occContext"]["version"]
    path, body = "/devices/5000/restricted", {"debug": {"lorawan": True}}
    assert wireless.api("PUT", path, body)[1]["code"] == 9015
    assert wireless.api("PUT", path, dict(body, occContext={"version": version + 1}))[1]["code"] == 9011
    status, document, _headers = wireless.api("PUT", path, dict(body, occContext={"version": version}))
    assert status == 200 and document["debug"]["lorawan"] and document["occContext"]["version"] == version + 1
    assert wireless.get(EUI)["debug"] == dict(document["debug"], allowed=True)


def test_debugging_of_the_geolocation_is_kept_and_shown(wireless):
    assert "debug" not in wireless.made()
    wireless.put(EUI, {"debug": {"nwGeoloc": True}})
    assert wireless.get(EUI)["debug"] == {"allowed": True, "lorawan": False, "nwGeoloc": True}
    body = {"debug": {"lorawan": True}, "occContext": wireless.get(EUI)["occContext"]}
    assert "nwGeoloc" not in wireless.api("PUT", "/devices/5000/restricted", body)[1]["debug"]
    assert wireless.get(EUI)["debug"]["nwGeoloc"]
    wireless.put(EUI, {"debug": {"nwGeoloc": False, "lorawan": False}})  # which is read-only here
    shown = wireless.get(EUI)["debug"]
    assert shown.pop("lorawanSince") and shown == {"allowed": True, "lorawan": True, "nwGeoloc": False}
    wireless.made(EUI="70B3D57ED0000009", debug={"nwGeoloc": True})
    assert wireless.get("70B3D57ED0000009")["debug"]["nwGeoloc"]
    assert wireless.put(EUI, {"debug": {"nwGeoloc": 1}})[0] == 400


def test_downlinks_of_both_lorawan_versions(wireless):
    wireless.made(**otaa(model={"ID": "LORA/GenericA.1.1a_ETSI_Rx2-SF12"}, nwkKey="0" * 32))
    query = {"payload": "00", "fPort": 1}
    assert wireless.api("POST", "/devices/5000/admins/downlink", query=dict(query, aFCntDn=1))[0] == 201
    assert wireless.api("POST", "/devices/5000/admins/downlink", query=dict(query, fCntDn=1))[0] == 400
