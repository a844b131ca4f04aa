# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists: every device once, whatever the platform's paging, and never a list cut short."""

from __future__ import annotations

import pytest


@pytest.fixture
def paged(start_simulator, account_on, counts_of):
    """Return a function: devices in the platform, its options -> (EUIs found, number of list requests)."""

    def paged(number: int, **options: object) -> tuple:
        simulator = start_simulator(**options)
        if number:
            simulator.seed(number)
        result = account_on(simulator).tdm_device_info()
        assert not result.get("failed"), result
        euis = [device["dev_eui"] for device in result["devices"]]
        assert set(euis) == set(simulator.devices())
        return euis, counts_of(simulator)["GET /devices"]

    return paged


@pytest.mark.parametrize("number,pages", [(0, 1), (1, 1), (9, 1), (10, 1), (11, 2), (20, 2), (21, 3)])
@pytest.mark.parametrize("options", [{}, {"no_cursors": True}], ids=["cursor", "index"])
def test_every_device_once(paged, number, pages, options):
    euis, requests = paged(number, page_size_min=1, page_size_max=10, **options)
    assert len(euis) == number == len(set(euis))
    assert requests == pages


def test_a_page_larger_than_asked_for(paged):
    euis, requests = paged(1700, page_size_min=1500)
    assert (len(euis), requests) == (1700, 2)


def test_more_is_obeyed_and_not_the_size_of_a_page(simulator, account_on, meddler, do, through):
    simulator.seed(30)
    # A page of three where thirty would fit, and one without any device at all: neither says that the list ends.
    whole = through.tdm_device_info()["devices"]

    def of(count: int, more: object, cursor: str):
        def change(data):
            data.update(briefs=data["briefs"][:count], more=more, cursors={"last": cursor})

        return do.edited(change)

    meddler.on("GET", "/devices", of(3, True, "one"), times=1)
    meddler.on("GET", "/devices", do.says(200, {"briefs": [{"EUI": "70B3D57ED0FFFFFF"}], "more": "false"}), times=1)
    found = through.tdm_device_info()["devices"]
    assert [one["dev_eui"] for one in found] == [one["dev_eui"] for one in whole[:3]] + ["70B3D57ED0FFFFFF"]
    assert meddler.sent("GET", "/devices")[-1].query["pageAfter"] == ["one"]


ODD = [
    ("no briefs at all", {"more": False}, "contains no briefs: check url"),
    ("null briefs", {"briefs": None, "more": False}, "contains no briefs: check url"),
    ("briefs that are no objects", {"briefs": ["a"], "more": False}, "contains no briefs: check url"),
    ("a list", [], "something other than a JSON object"),
    ("null", None, "something other than a JSON object"),
    ("empty pages for ever", {"briefs": [], "more": True}, "promises more"),
    (
        "a page that repeats its cursor",
        {"briefs": [{"EUI": "A"}], "more": True, "cursors": {"last": "x"}},
        "promises more",
    ),
    (
        "the same page for every index",
        {"briefs": [{"EUI": "A"}], "more": True, "cursors": {"last": None}},
        "promises more",
    ),
]


@pytest.mark.parametrize("data,message", [pytest.param(*one[1:], id=one[0]) for one in ODD])
@pytest.mark.parametrize("purge", [False, True])
def test_an_odd_list_is_an_error_and_changes_nothing(simulator, meddler, do, through, rows, data, message, purge):
    simulator.seed(5)
    meddler.on("GET", "/devices", do.says(200, data))
    options = {"purge": {"scope": {"all": True}, "max": "100%"}} if purge else {}
    result = through.tdm_fleet(devices=rows(20), **options)
    assert result["failed"] and message in result["msg"]
    assert not simulator.requests()["by_verb"].get("DELETE")
    assert len(simulator.devices()) == 5


def test_a_cursor_that_vanishes_half_way_is_an_error(simulator, meddler, do, through):
    simulator.seed(250)
    simulator.settings(page_size_min=1, page_size_max=100)
    meddler.on("GET", "/devices", do.edited(lambda data: data.pop("cursors") and None), skip=1, times=1)
    result = through.tdm_device_info()
    assert result["failed"] and "ends at page 3" in result["msg"]


def test_of_a_device_that_a_list_shows_twice_the_last_brief_counts(simulator, meddler, do, through, rows):
    through.tdm_fleet(devices=rows(12))
    old: list = []

    def shows_it_twice(data):
        data["briefs"] = [*old, *data["briefs"]] if old else data["briefs"]

    meddler.on("GET", "/devices", do.edited(lambda data: old.append(data["briefs"][0])), times=1)
    assert not through.tdm_fleet(devices=rows(12))["changed"]
    simulator.change_device(old[0]["EUI"], name="theirs")
    meddler.on("GET", "/devices", do.edited(shows_it_twice))
    assert through.tdm_fleet(devices=rows(12))["summary"]["updated"] == 1
    assert simulator.device(old[0]["EUI"])["name"] == rows(1)[0]["name"]


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_list_that_breaks_off_is_an_error(simulator, meddler, do, through, rows, at):
    simulator.seed(250)
    simulator.settings(page_size_min=1, page_size_max=100)
    meddler.on("GET", "/devices", do.says(500, {"code": 9099, "message": "out of order"}), skip=at)
    result = through.tdm_fleet(devices=rows(11), purge={"scope": {"all": True}, "max": "100%"}, retries=0)
    assert result["failed"] and "out of order" in result["msg"]
    assert len(simulator.devices()) == 250
    assert simulator.sessions()["sessions"] == 0


def test_the_pages_maximal_index_is_an_error(start_simulator, account_on):
    simulator = start_simulator(page_size_min=1, page_size_max=10, page_index_max=3, no_cursors=True, seed=31)
    result = account_on(simulator).tdm_device_info()
    assert result["failed"]


def test_filters_go_along_on_every_page(simulator, account):
    simulator.seed(25, tags=["a"])
    simulator.seed(25, tags=["b"])
    simulator.settings(page_size_min=1, page_size_max=10)
    assert len(account.tdm_device_info(tag=["b"])["devices"]) == 25


def test_unknown_fields_and_values_pass_through(simulator, meddler, do, through):
    simulator.seed(1)

    def change(data):
        data["briefs"][0].update(newThing={"innerThing": 1}, healthState="SLEEPY", motionIndicator="FLYING")

    meddler.on("GET", "/devices", do.edited(change))
    found = through.tdm_device_info()["devices"][0]
    assert found["new_thing"] == {"inner_thing": 1}
    assert (found["health_state"], found["motion_indicator"]) == ("SLEEPY", "FLYING")
