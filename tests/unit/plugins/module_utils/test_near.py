# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""What a message offers for an unknown word: near names, or the beginning of a long list."""

from __future__ import annotations

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.declaration import DEVICE
from ansible_collections.lorawan.thingpark.plugins.module_utils._schema.near import MOST_HINTS, Hints, suggestion

NAMES = ["tag", "tags", "domain", *("option_%02d" % number for number in range(20))]


@pytest.mark.parametrize(
    "word,expected",
    [
        ("tagg", " (did you mean tag or tags?)"),
        ("Domian", " (did you mean domain?)"),
        ("qqqq", ": use one of tag, tags, domain, option_00, option_01, option_02, option_03, option_04 and 15 more"),
        ("tag" * 100_000, ": use one of tag, tags, domain, option_00, option_01, option_02, option_03, option_04 and 15 more"),
        (7, ": use one of tag, tags, domain, option_00, option_01, option_02, option_03, option_04 and 15 more"),
    ],
)
def test_near_names_or_a_short_list(word, expected):
    assert suggestion(word, [*NAMES, *NAMES]) == expected


def test_a_list_that_is_short_is_whole():
    assert suggestion("qqqq", ["level", "duration"]) == ": use one of level, duration"


def test_a_reading_with_many_unknown_names_takes_no_hint_from_the_next_one():
    hints: Hints = {}
    for number in range(MOST_HINTS):
        DEVICE.parse({"unknown_%d" % number: 1}, hints)
        DEVICE.parse({"unknown_%d" % number: 1})
    assert "did you mean" not in DEVICE.parse({"conectivity_plan": 1}, hints)[1][0][1]
    for own in (None, {}):
        assert "did you mean connectivity_plan?" in DEVICE.parse({"conectivity_plan": 1}, own)[1][0][1]
