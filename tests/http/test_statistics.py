# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measures of devices, of multicast groups and of the subscription, each with what it can be asked for."""

from __future__ import annotations

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._tasks import statistics_info

OF_DEVICES = [name for name, kind in statistics_info.KINDS.items() if statistics_info.DEVICES in kind.paths]


@pytest.fixture(params=["json", "xml"])
def account(request, simulator, account_on):
    return account_on(simulator, body_format=request.param)


@pytest.fixture
def euis(simulator) -> list:
    simulator.seed(20)
    return [eui for eui, one in sorted(simulator.devices().items()) if one["radio"] and one["network"]][:3]


def test_counters(account, euis, counts, frame):
    result = account.tdm_statistics_info(gather=["counters"])
    assert result["counters"]["total_count"] == 20 == sum(one["count"] for one in result["counters"]["briefs"])
    assert counts() == {**frame, "GET /devices/counters": 1}


def test_all_of_some_devices(account, euis, counts, frame):
    result = account.tdm_statistics_info(gather=OF_DEVICES, dev_eui=euis, duration="P30D", parallel=2)
    assert [one["dev_eui"] for one in result["devices"]] == euis
    one = result["devices"][0]
    assert set(one) == {"dev_eui", *OF_DEVICES}
    for name in ("frames", "frame_totals", "battery_levels"):
        first = one[name]["briefs"][0]
        assert first["time"].endswith("Z") and isinstance(first["timestamp"], int), name
    assert {each["sf"] for each in one["spreading_factors"]["briefs"]} <= set(range(7, 13))
    assert isinstance(one["spreading_factors"]["up"]["total_count"], int)
    found = counts()
    assert {path: number for path, number in found.items() if path not in frame} == {
        "GET /devices/{deviceUid}" + statistics_info.KINDS[name].paths["devices"]: len(euis) for name in OF_DEVICES
    }


def test_only_some_frames(account, euis):
    every = account.tdm_statistics_info(gather=["frames"], dev_eui=euis[:1], duration="P30D")["devices"][0]["frames"]["briefs"]
    up = account.tdm_statistics_info(gather=["frames"], dev_eui=euis[:1], duration="P30D", type=["uplink"])
    assert 0 < len(up["devices"][0]["frames"]["briefs"]) <= len(every)
    assert {one["type"] for one in up["devices"][0]["frames"]["briefs"]} == {0}
    none = account.tdm_statistics_info(gather=["frames"], dev_eui=euis[:1], begin="2019-01-01", duration="P1D", gateway="x")
    assert none["devices"][0]["frames"]["briefs"] == []


def test_totals_of_the_subscription_and_of_multicast_groups(account, euis, counts, frame):
    day = {"duration": "P7D", "step": "P1D", "timezone": "Europe/Amsterdam"}
    totals = account.tdm_statistics_info(gather=["frame_totals"], **day)["frame_totals"]["briefs"]
    assert totals and all(isinstance(one["up"]["count"], int) for one in totals)
    assert counts() == {**frame, "GET /devices/frames": 1}
    groups = account.tdm_statistics_info(gather=["frames", "frame_totals"], scope="multicast_groups")
    assert groups["frames"]["briefs"] == [] and groups["frame_totals"]["ratio_range_definitions"]
    assert counts() == {**frame, "GET /multicastGroups/frames": 1, "GET /multicastGroups/frames/aggregated": 1}


def test_each_kind_is_asked_with_what_it_knows(through, euis, meddler):
    """The whole run is held to the contract at its end: this says which request is at fault."""
    through.tdm_statistics_info(gather=["counters", "frame_totals"], duration="P7D")
    queries = [set(meddler.sent("GET", "/devices/" + name)[0].query) - {"sessionToken"} for name in ("counters", "frames")]
    assert queries == [set(), {"duration"}]


def test_no_devices_are_none(account, counts):
    assert account.tdm_statistics_info(gather=["frames"], dev_eui=[])["devices"] == []


def test_what_it_costs_is_said(account, euis, monkeypatch):
    monkeypatch.setattr(statistics_info, "COSTLY", 4)
    account.tdm_statistics_info(gather=["frames", "locations"], dev_eui=euis)
    warning = "the task sends 6 requests, one for each device and kind: to send fewer, give fewer kinds or devices"
    assert warning in account.warnings


@pytest.mark.parametrize(
    "options,words",
    [
        ({"gather": []}, "gather is empty"),
        ({"gather": ["counters"], "dev_eui": ["70B3D57ED0000001"]}, "available for dev_eui, only for the subscription"),
        ({"gather": ["frames"]}, "gather: frames isn't available for the subscription, only for dev_eui, multicast_group"),
        ({"gather": ["locations"], "multicast_group": "70B3D57ED0000001"}, "locations isn't available for multicast_group"),
        ({"gather": ["counters"], "begin": "2020-01-01"}, "begin has no effect on counters: remove it"),
        ({"gather": ["frame_totals"], "gateway": "x"}, "gateway has no effect on frame_totals"),
        ({"gather": ["frame_totals"], "begin": "yesterday"}, "begin must be a date and time"),
        ({"gather": ["frames"], "dev_eui": ["7"]}, "dev_eui is not a DevEUI"),
        ({"gather": ["counters"], "parallel": 65}, "parallel must be from 1 to 64"),
    ],
)
def test_what_can_not_be_told_is_said_before_the_login(account, counts, options, words):
    result = account.tdm_statistics_info(**options)
    assert result["failed"] and words in result["msg"] and not counts()


def test_what_is_not_there(account):
    nobody = "70B3D57ED1AAAAAA"
    for target in ({"dev_eui": [nobody]}, {"multicast_group": nobody}):
        result = account.tdm_statistics_info(gather=["frames"], **target)
        assert result["failed"] and "%s doesn't exist in this subscription" % nobody in result["msg"]
