# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guard in front of every deletion."""

from __future__ import annotations

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.plan import Observed
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.purge import Scope, allowance, choose, read_scope
from ansible_collections.lorawan.thingpark.plugins.module_utils._errors import OptionError
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.declaration import DEVICE

EUI = "70B3D57ED0100001"
SITE = [{"name": "Paris", "group": {"name": "Site"}}, {"name": "Heat", "group": {"name": "Use"}}]
SEEN = Observed(DEVICE, brief={"name": "meter-1", "tags": ["a", "b"], "domains": SITE})


@pytest.mark.parametrize(
    ("options", "holds"),
    [
        ({"all": True}, True),
        ({"tag": "a"}, True),
        ({"tag": "A"}, False),
        ({"tag": "c"}, False),
        ({"domain": {"Site": "Paris"}}, True),
        ({"domain": {"Site": "Paris", "Use": "Heat"}}, True),
        ({"domain": {"Site": "Paris", "Use": "Cold"}}, False),
        ({"domain": {"Site": "Par"}}, False),
        ({"name_prefix": "meter"}, True),
        ({"name_prefix": "Meter"}, False),
        ({"eui_prefix": "70b3d5"}, True),
        ({"eui_prefix": "70-B3:D5 7"}, True),
        ({"eui_prefix": EUI}, True),
        ({"eui_prefix": "B3"}, False),
        ({"tag": "a", "name_prefix": "meter", "eui_prefix": "70"}, True),
        ({"tag": "a", "name_prefix": "door"}, False),
        ({"tag": "a", "domain": None, "name_prefix": "", "all": False}, True),
    ],
)
def test_the_scope(options, holds):
    assert read_scope(DEVICE, options).holds(EUI, SEEN) is holds


@pytest.mark.parametrize("options", [{"tag": "a"}, {"domain": {"Site": "Paris"}}, {"name_prefix": "m"}])
@pytest.mark.parametrize(
    "brief",
    [
        {},
        {"name": None, "tags": None, "domains": None},
        {"name": ["meter"], "tags": {"name": "a"}, "domains": [{"name": "P" * 21, "group": {"name": "Site"}}]},
    ],
    ids=["missing", "null", "odd"],
)
def test_what_is_not_known_keeps_a_device_out(options, brief):
    scope = read_scope(DEVICE, options)
    assert not scope.holds(EUI, Observed(DEVICE, brief=brief)) and scope.is_unclear(EUI, Observed(DEVICE, brief=brief))
    assert not scope.is_unclear(EUI, SEEN)


@pytest.mark.parametrize("options", [{"eui_prefix": "FF"}, {"domain": {"Site": "Rome"}}, {"name_prefix": "door"}])
def test_what_is_out_anyway_is_not_unclear(options):
    brief = {"name": "meter-1", "domains": SITE}  # and its tags aren't known
    assert not read_scope(DEVICE, {"tag": "a", **options}).is_unclear(EUI, Observed(DEVICE, brief=brief))
    assert read_scope(DEVICE, {"tag": "a"}).is_unclear(EUI, Observed(DEVICE, brief=brief))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"all": False},
        {"tag": "", "domain": {}, "name_prefix": None},
        {"all": True, "tag": "a"},
        {"tags": "a"},
        {"name": "meter", "tag": "a"},
        {"eui_prefix": "70B3X"},
        {"eui_prefix": "0" * 17},
        {"eui_prefix": "-"},
        {"eui_prefix": " "},
        {"eui_prefix": "\u00a0"},
        {"domain": {"Site": None}},
        {"domain": {"Site": "a//b"}},
        {"domain": "Site"},
    ],
)
def test_a_scope_that_says_nothing_or_too_much_is_refused(options):
    with pytest.raises(OptionError, match="purge.scope"):
        read_scope(DEVICE, options)


def test_an_unknown_condition_of_a_scope_is_told_with_its_near_name():
    with pytest.raises(OptionError, match=r'purge.scope has the unknown option "tags" \(did you mean tag\?\)'):
        read_scope(DEVICE, {"tags": "a"})


@pytest.mark.parametrize(
    ("maximum", "count", "allowed"),
    [
        (0, 100, 0),
        ("0", 100, 0),
        (5, 100, 5),
        (" 5 ", 2, 5),
        ("5%", 100, 5),
        ("5 %", 99, 4),
        ("5%", 19, 0),
        ("5%", 0, 0),
        ("100%", 7, 7),
        ("250%", 7, 7),
        ("0.1%", 1000, 1),
        ("9.2%", 750, 69),
        ("73.6%", 375, 276),
        ("0%", 5, 0),
    ],
)
def test_the_maximum(maximum, count, allowed):
    assert allowance("purge.max", maximum, count) == allowed


@pytest.mark.parametrize("maximum", ["", "many", "-1", "-5%", "5.5", "5%%", "%", None, True, "1e3", "nan%", "9" * 5000, [5]])
def test_what_is_no_maximum(maximum):
    with pytest.raises(OptionError, match="purge.max must be"):
        allowance("purge.max", maximum, 100)


def fleet(count: int, tag: str = "old") -> dict:
    return {"70B3D57ED01%05X" % number: Observed(DEVICE, brief={"tags": [tag]}) for number in range(count)}


def test_only_what_nobody_describes_goes():
    listed = {**fleet(10), "FF" * 8: Observed(DEVICE, brief={"tags": ["new"]}), "EE" * 8: Observed(DEVICE, brief={})}
    described = set(list(listed)[:7])
    assert choose(DEVICE, listed, described, Scope(DEVICE, {"tag": ("old",)}), 3, "delete") == list(listed)[7:10]
    assert choose(DEVICE, listed, set(listed), Scope(DEVICE, {}), 0, "delete") == []


@pytest.mark.parametrize(("maximum", "fits"), [(3, True), (2, False), ("30%", True), ("29%", False), ("0", False)])
def test_beyond_the_maximum_none_goes(maximum, fits):
    listed = fleet(10)
    described = set(list(listed)[:7])
    if fits:
        assert len(choose(DEVICE, listed, described, Scope(DEVICE, {"tag": ("old",)}), maximum, "delete")) == 3
        return
    with pytest.raises(OptionError) as caught:
        choose(DEVICE, listed, described, Scope(DEVICE, {"tag": ("old",)}), maximum, "suspend")
    for part in ("suspend 3 of the 10", "nothing was changed", "purge.max (%s)" % maximum, list(listed)[7]):
        assert part in caught.value.message


def test_a_percentage_is_of_the_scope_not_of_the_subscription():
    listed = {**fleet(10), **{"FF%014X" % number: Observed(DEVICE, brief={"tags": ["new"]}) for number in range(990)}}
    with pytest.raises(OptionError):
        choose(DEVICE, listed, set(), Scope(DEVICE, {"tag": ("old",)}), "50%", "delete")
