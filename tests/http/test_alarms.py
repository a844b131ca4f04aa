# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Alarms are found by what they are about, and acknowledged by what was seen of them."""

from __future__ import annotations

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._api.session import Call
from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.connection import connected
from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.task import Context

NO_UPLINK, MIC_WRONG, BATTERY = 4, 8, 1
CLEARED, WARNING, MAJOR, CRITICAL = 1, 3, 5, 6
GROUP = {
    "EUI": "70B3D57ED1FFFFFF",
    "nwAddress": "0512AB34",
    "class": "C",
    "nwKey": "%032X" % (0xA7 << 100),
    "bss": {"tags": [{"name": "roof"}]},
}


@pytest.fixture(params=["json", "xml"])
def account(request, simulator, account_on):
    return account_on(simulator, body_format=request.param)


@pytest.fixture
def devices(simulator) -> list:
    """Three devices: one silent, one with a wrong key, one whose battery is low and which somebody has seen to."""
    simulator.seed(3)
    euis = sorted(simulator.devices())[:3]
    for eui in euis:
        simulator.change_device(eui, alarms=[0] * 6)
    simulator.change_device(euis[0], domains=[{"name": "Utrecht", "group": {"name": "Site"}}])
    simulator.alarm(euis[0], NO_UPLINK, MAJOR, "PT48H")
    simulator.alarm(euis[1], MIC_WRONG, CRITICAL, "70B3D57ED0000000")
    simulator.alarm(euis[2], BATTERY, WARNING, "5")
    return euis


def names(result: dict) -> list:
    return [(one["name"], one["severity"]) for one in result["alarms"]]


SILENT, WRONG, LOW = ("no_uplink", "major"), ("join_mic_wrong", "critical"), ("battery_low", "warning")


@pytest.mark.parametrize(
    "filters,expected",
    [
        ({}, {SILENT, WRONG, LOW}),
        ({"alarm": "no_uplink"}, {SILENT}),
        ({"alarm": "008"}, {WRONG}),
        ({"alarm": "99"}, set()),
        ({"severity": "major"}, {SILENT}),
        ({"severity": "3"}, {LOW}),
        ({"min_severity": "MAJOR"}, {SILENT, WRONG}),
        ({"min_severity": "cleared"}, {SILENT, WRONG, LOW}),
        ({"acked": False}, {SILENT, WRONG, LOW}),
        ({"acked": True}, set()),
        ({"domain": {"Site": "Utrecht"}}, {SILENT}),
        ({"created_from": "2020-01-01"}, {SILENT, WRONG, LOW}),
        ({"updated_to": "2020-01-01"}, set()),
    ],
)
def test_filters(account, devices, filters, expected):
    result = account.tdm_alarm_info(**filters)
    assert {each for each in names(result) if each[0] != "no_uplink" or each[1] == "major"} == expected
    assert result["summary"]["total"] == len(result["alarms"])


@pytest.mark.parametrize(
    "filters", [{}, {"severity": "major"}, {"min_severity": "minor"}, {"acked": False}, {"domain": {"Site": "Utrecht"}}]
)
def test_of_one_device_and_of_several(account, devices, filters):
    silent, wrong, low = devices
    assert names(account.tdm_alarm_info(dev_eui=[silent], **filters)) == [SILENT]
    several = account.tdm_alarm_info(dev_eui=[silent, low], **filters)
    assert SILENT in names(several) and WRONG not in names(several)
    (one,) = [one for one in several["alarms"] if one["name"] == "no_uplink"]
    assert (one["dev_eui"], one["domains"], one["details"]) == (silent, {"Site": "Utrecht"}, ["PT48H"])
    assert one["created"] == one["updated"] and one["created"].endswith("Z")


def test_what_is_past(account, devices, simulator):
    silent = devices[0]
    simulator.alarm(silent, NO_UPLINK, CLEARED)
    assert SILENT not in names(account.tdm_alarm_info(dev_eui=[silent]))
    for filters in (
        {"dev_eui": [silent]},
        {},
        {"severity": "major"},
        {"domain": {"Site": "Utrecht"}},
        {"min_severity": "cleared"},
    ):
        assert SILENT in names(account.tdm_alarm_info(history=True, **filters))
    assert account.tdm_alarm_info(history=True, severity="critical")["alarms"] == []


def test_a_summary_takes_one_request(account, devices, counts, frame):
    result = account.tdm_alarm_info(gather="summary", min_severity="major")
    assert counts() == {**frame, "GET /devices/alarms/stateDistributions": 1}
    assert result["summary"] == {"total": 2, "by_severity": {"critical": 1, "major": 1}}


def test_no_more_pages_than_the_limit_needs(account, devices, counts, frame, simulator):
    for number in range(20, 60):
        simulator.alarm(devices[0], number, WARNING)
    assert len(account.tdm_alarm_info(limit=2)["alarms"]) == 2
    assert counts() == {**frame, "GET /devices/alarms": 1}
    assert len(account.tdm_alarm_info(limit=41)["alarms"]) == 41


@pytest.mark.parametrize(
    "options,words",
    [
        ({"severity": "loud"}, "severity is not a known severity of an alarm: use one of cleared, indeterminate, warning"),
        ({"alarm": "no-uplink"}, "alarm is not a known alarm: use one of no_uplink, "),
        ({"alarm": "0"}, "alarm is not a known alarm"),
        ({"dev_eui": []}, "dev_eui is an empty list"),
        ({"dev_eui": ["7"]}, "dev_eui is not a DevEUI"),
        ({"limit": 0}, "limit must be at least 1"),
        ({"domain": {}}, "domain is empty"),
        ({"created_from": "2020-01-02", "updated_to": "2020-01-01"}, "created_from (2020-01-02T00:00:00) is beyond updated_to"),
        ({"gather": "summary", "alarm": "no_uplink"}, "remove alarm, or use gather: alarms"),
        ({"gather": "summary", "history": True}, "remove history"),
    ],
)
def test_what_cannot_be_meant_is_told_before_the_login(account, counts, options, words):
    result = account.tdm_alarm_info(**options)
    assert result["failed"] and words in result["msg"] and not counts()


def test_a_device_that_is_not_there(account):
    missing = " doesn't exist in this subscription: correct it, or check the account"
    assert account.tdm_alarm_info(dev_eui=["70B3D57ED1AAAAAA"])["msg"] == "dev_eui 70B3D57ED1AAAAAA" + missing
    assert account.tdm_alarm_info(multicast_group="70B3D57ED1AAAAAA")["msg"] == "multicast_group 70B3D57ED1AAAAAA" + missing


def test_acknowledged_once(account, devices, counts, frame):
    checked = account.tdm_alarm_ack(alarm="no_uplink", check=True, diff=True)
    assert checked["changed"] and counts() == {**frame, "GET /devices/alarms": 1}
    done = account.tdm_alarm_ack(alarm="no_uplink", diff=True)
    assert names(done) == names(checked) and SILENT in names(done)
    uid = done["alarms"][0]["uid"]
    assert (done["diff"]["before"][uid], done["diff"]["after"][uid]) == ({"acked": False}, {"acked": True})
    assert counts() == {**frame, "GET /devices/alarms": 1, "POST /devices/alarms/ack": 1}
    again = account.tdm_alarm_ack(alarm="no_uplink")
    assert (again["changed"], again["alarms"]) == (False, []) and counts() == {**frame, "GET /devices/alarms": 1}
    (seen,) = account.tdm_alarm_info(dev_eui=[devices[0]])["alarms"]
    assert seen["acked"] and seen["acked_at"].endswith("Z") and seen["acked_by"]


def test_one_that_grew_worse_meanwhile_is_loud_again(account, devices, simulator):
    simulator.alarm(devices[2], BATTERY, WARNING)
    account.tdm_alarm_ack(all=True)
    simulator.alarm(devices[2], BATTERY, CRITICAL)
    assert names(account.tdm_alarm_info(acked=False)) == [("battery_low", "critical")]


def test_one_that_is_raised_between_look_and_ack_stays_loud(devices, simulator, meddler, through, do):
    meddler.on("POST", "/alarms/ack", do.meanwhile(lambda: simulator.alarm(devices[0], 77, MAJOR)))
    assert through.tdm_alarm_ack(all=True)["changed"]
    assert names(through.tdm_alarm_info(acked=False)) == [("alarm_77", "major")]


def test_by_uid(account, devices, counts):
    found = {one["name"]: one["uid"] for one in account.tdm_alarm_info()["alarms"]}
    done = account.tdm_alarm_ack(uids=[found["join_mic_wrong"], "nobody"])
    assert names(done) == [WRONG]
    assert account.tdm_alarm_ack(uids=[found["join_mic_wrong"]])["changed"] is False
    assert account.tdm_alarm_ack(uids=[])["changed"] is False


@pytest.mark.parametrize(
    "options,words",
    [
        ({}, "no alarms are chosen: give uids or a filter"),
        ({"uids": ["a"], "alarm": "no_uplink"}, "uids already names the alarms: remove alarm"),
        ({"uids": ["a"], "all": True}, "remove all"),
        ({"all": True, "min_severity": "major"}, "all means the alarms of all devices, and min_severity restricts it"),
    ],
)
def test_acknowledging_needs_one_way_to_say_which(account, counts, options, words):
    result = account.tdm_alarm_ack(**options)
    assert result["failed"] and words in result["msg"] and not counts()


def test_of_a_multicast_group(account, simulator, validated_for):
    group = str(GROUP["EUI"])
    with connected(validated_for("tdm_alarm_info", account.options), Context()) as client:
        client.call(Call("POST", "/multicastGroups", body=GROUP, document="multicastGroup"))
    for number in (NO_UPLINK, 21):
        simulator.alarm(group, number, MAJOR)
    assert set(names(account.tdm_alarm_info(multicast_group=group, severity="major"))) == {SILENT, ("alarm_21", "major")}
    done = account.tdm_alarm_ack(multicast_group=group, alarm="no_uplink")
    assert names(done) == [SILENT] and done["alarms"][0]["dev_eui"] == group
    assert account.tdm_alarm_ack(multicast_group=group)["summary"]["by_alarm"] == {"alarm_21": 1}
    assert account.tdm_alarm_info(multicast_group=group, acked=False)["alarms"] == []


def test_an_older_platform_takes_them_one_by_one(devices, meddler, through, do):
    meddler.on("POST", "/devices/alarms/ack", do.says(404, {"code": 1, "message": "no such resource"}))
    done = through.tdm_alarm_ack(min_severity="major")
    assert len(done["alarms"]) >= 2
    assert through.tdm_alarm_info(acked=False, min_severity="major")["alarms"] == []
