# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is on the platform already is selected by filters, and gets the same options."""

from __future__ import annotations

import pytest


@pytest.fixture(params=["json", "xml"])
def account(request, simulator, account_on, rows):
    account = account_on(simulator, body_format=request.param)
    account.tdm_fleet(devices=rows(12, tags=["west"], routing_profile="NOAS") + rows(30)[12:])
    return account


def writes(counts: dict) -> dict:
    return {what: number for what, number in counts.items() if not what.startswith("GET") and "login" not in what}


def test_a_building_is_routed_elsewhere(simulator, account, counts):
    wish = {"select": {"tag": ["west"]}, "set": {"routing_profile": "Sensor platform", "add_domains": {"Site": "West"}}}
    foretold = account.tdm_fleet(**wish, check=True, diff=True)
    assert foretold["summary"]["updated"] == 12
    counts()
    done = account.tdm_fleet(**wish, diff=True)
    assert (done["diff"], done["summary"]) == (foretold["diff"], foretold["summary"])
    assert writes(counts()) == {"PUT /devices/{deviceUid}": 12}
    moved = [one for one in simulator.devices().values() if one["domains"]]
    assert len(moved) == 12 and all(one["tags"] == ["west"] for one in moved)
    again = account.tdm_fleet(**wish)
    assert not again["changed"] and again["summary"]["unchanged"] == 12 and not writes(counts())


def test_who_does_not_pay_is_suspended(simulator, account, row):
    done = account.tdm_fleet(select={"eui_prefix": row(1)["dev_eui"][:-1]}, set={"suspended": True})
    suspended = [eui for eui, one in simulator.devices().items() if one["suspension"] != "NONE"]
    assert done["summary"]["suspended"] == len(suspended) > 0


def test_what_matches_nothing_changes_nothing(account, counts):
    counts()
    done = account.tdm_fleet(select={"tag": ["east"]}, set={"marker_id": 5})
    assert not done["changed"] and done["msg"] == "no device matches select" and not writes(counts())
    assert account.warnings == ["select matches no device on the platform: check its filters"]


def test_a_fault_in_set_is_reported_once_for_all_that_match(account):
    refused = account.tdm_fleet(select={"tag": ["west"]}, set={"connectivity_plan": "no-such-plan"})
    assert refused["msg"].startswith("1 fault in the description of the devices; nothing was changed.\n")
    assert '\nselect (12 devices): connectivity_plan "no-such-plan" is not known' in refused["msg"]
    assert refused["findings"][0]["where"] == "select (12 devices)" and len(refused["findings"][0]["rows"]) == 12


@pytest.mark.parametrize("most,allowed", [(11, 11), ("50%", 6), (None, 5)])
def test_no_more_change_than_may(account, counts, monkeypatch, most, allowed):
    monkeypatch.setattr("ansible_collections.lorawan.thingpark.plugins.module_utils._tasks.many.MOST_CHANGES", 5)
    wish = {"select": {"tag": ["west"]}, "set": {"marker_id": 5}, **({} if most is None else {"max_changes": most})}
    counts()
    refused = account.tdm_fleet(**wish)
    assert "would change 12 of the 12 devices, but max_changes (%s) allows %d" % (most or 5, allowed) in refused["msg"]
    assert len(refused["change_candidates"]) == 12 and not writes(counts())
    assert account.tdm_fleet(**{**wish, "max_changes": 12})["changed"]
    assert not account.tdm_fleet(**{**wish, "max_changes": 0})["changed"]  # those that are so already don't count


def test_a_description_may_change_no_more_either(account, rows):
    assert "max_changes (1) allows 1" in account.tdm_fleet(devices=rows(30, marker_id=5), max_changes=1)["msg"]


@pytest.mark.parametrize(
    "options,words",
    [
        ({"select": {}, "set": {"marker_id": 5}}, "select must choose devices by filters, or all with all: true"),
        ({"select": {"all": True, "tag": ["a"]}, "set": {"marker_id": 5}}, "all with all: true: give one of the two"),
        ({"select": {"tag": []}, "set": {"marker_id": 5}}, "tag is empty"),
        ({"select": {"all": True}, "set": {}}, "set is empty"),
        ({"select": {"all": True}, "set": {"app_key": "%032X" % (0xC6 << 120)}}, "app_key is different for each device"),
        ({"select": {"all": True}, "set": {"state": "absent"}}, "state is different for each device"),
        ({"select": {"all": True}, "set": {"dev_eui": "70B3D57ED0000001"}}, "dev_eui is different for each device"),
        ({"select": {"all": True}, "set": {"marker": 5}}, "did you mean marker_id?"),
        ({"select": {"all": True}, "set": {"marker_id": 5}, "purge": {"scope": {"all": True}}}, "purge can't be combined"),
        ({"select": {"all": True}, "set": {"marker_id": 5}, "max_changes": "many"}, "max_changes must be a number"),
    ],
)
def test_what_can_not_be_meant_is_told_before_the_login(account, counts, options, words):
    counts()
    result = account.tdm_fleet(**options)
    assert result["failed"] and words in result["msg"], result["msg"]
    assert not counts()


def test_what_a_list_does_not_show_is_not_trusted(through, meddler, rows, do):
    """A platform that doesn't know the filter gives all devices: without their tags, nobody could tell."""
    through.tdm_fleet(devices=rows(12, tags=["west"]))

    def without_tags(data: dict) -> dict:
        return {**data, "briefs": [{**brief, "tags": None} for brief in data["briefs"]]}

    meddler.on("GET", "/devices", do.edited(without_tags))
    refused = through.tdm_fleet(select={"tag": ["west"]}, set={"marker_id": 5})
    assert "doesn't show the tags of 12 devices that it returned" in refused["msg"] and not meddler.sent("PUT")


def test_application_servers_too(account):
    account.tdm_application_servers(application_servers=[{"name": name} for name in ("city a", "city b", "town")])
    done = account.tdm_application_servers(select={"name": "city"}, set={"domains": {"Kind": "City"}})
    assert done["summary"]["updated"] == 2
    shown = account.tdm_application_server_info(name="city")["application_servers"]
    assert [one["domains"] for one in shown] == [{"Kind": "City"}] * 2
