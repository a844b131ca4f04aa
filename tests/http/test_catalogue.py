# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a subscription may use, in one session."""

from __future__ import annotations

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._tasks import catalogue_info


@pytest.fixture(params=["json", "xml"])
def account(request, simulator, account_on):
    return account_on(simulator, body_format=request.param)


def test_the_licences_that_are_left(account, simulator, row, counts, frame):
    simulator.settings(licences={"kpn-cs/testing": 7})
    account.tdm_device(**row(1))
    counts()
    (plan,) = [
        one
        for one in account.tdm_catalogue_info(gather=["connectivity_plans"])["connectivity_plans"]
        if one["id"] == "kpn-cs/testing"
    ]
    assert (plan["granted"], plan["used"], plan["left"]) == (7, 1, 6)
    assert counts() == {**frame, "GET /networkSubscriptions": 1}


def test_all_of_a_plan(account):
    plans = account.tdm_catalogue_info(gather=["connectivity_plans"], details=True)["connectivity_plans"]
    assert all(isinstance(one["uplink_rate"], (int, float)) and one["downlink_transmission"] is True for one in plans)
    assert all({"left", "commercial_description", "href"} <= set(one) for one in plans)


def test_everything_in_one_session(account, counts, frame):
    options = {"query": "c", "base_station_tag": "city"}
    result = account.tdm_catalogue_info(gather=list(catalogue_info.KINDS), **options)
    assert not result.get("failed"), result
    found = counts()
    assert {name: found[name] for name in frame} == frame
    assert all(isinstance(result[name], (list, dict)) for name in catalogue_info.KINDS)
    for name in ("connectivity_plans", "transactions", "device_profiles", "vendors", "ism_bands", "drivers"):
        assert result[name], name
    assert result["exchange_key"]["kid"] == "TWK1" and result["exchange_key"]["e"] == "AQAB"
    assert result["vendors"][0]["commercial_name"] and result["multicast_settings"]["lcs"][0]["frequency"] > 400


def test_profiles_of_a_vendor_and_a_band(account):
    everything = account.tdm_catalogue_info(gather=["device_profiles"])["device_profiles"]
    vendor = everything[0]["vendor"]["id"]
    some = account.tdm_catalogue_info(gather=["device_profiles"], vendor=vendor, ism_band=["eu868"])["device_profiles"]
    assert 0 < len(some) < len(everything) and {one["vendor"]["id"] for one in some} == {vendor}


def test_all_drivers_however_many_pages(account, monkeypatch):
    whole = account.tdm_catalogue_info(gather=["drivers"])["drivers"]
    monkeypatch.setattr(catalogue_info, "DRIVERS_AT_ONCE", 1)
    assert account.tdm_catalogue_info(gather=["drivers"])["drivers"] == whole
    assert account.tdm_catalogue_info(gather=["drivers"], query="no such driver")["drivers"] == []


def test_tags_that_begin_so(account, row):
    account.tdm_device(**row(1, tags=["parking", "north"]))
    assert account.tdm_catalogue_info(gather=["tags"], query="park")["tags"] == [{"name": "parking"}]


@pytest.mark.parametrize(
    "options,words",
    [
        ({"gather": []}, "gather is empty"),
        ({"gather": ["tags"]}, "tags can't be gathered without query: give it"),
        ({"gather": ["multicast_settings"]}, "without base_station_tag"),
        ({"gather": ["ism_bands"], "vendor": "x"}, "vendor is only for device_profiles: add one of them to gather"),
        ({"gather": ["ism_bands"], "details": True}, "details is only for connectivity_plans"),
    ],
)
def test_what_makes_no_sense_is_told_before_the_login(account, counts, options, words):
    result = account.tdm_catalogue_info(**options)
    assert result["failed"] and words in result["msg"] and not counts()
