# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The API's words as Ansible writes them."""

from __future__ import annotations

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._text import harmless, in_snake_case


@pytest.mark.parametrize(
    ("word", "snake"),
    [
        ("networkSubscription", "network_subscription"),
        ("EUI", "eui"),
        ("devEUI", "dev_eui"),
        ("markerID", "marker_id"),
        ("ID", "id"),
        ("lastRSSI", "last_rssi"),
        ("appSKey", "app_s_key"),
        ("RSSIValue", "rssi_value"),
        ("LRRs", "lrrs"),
        ("LRRsSeen", "lrrs_seen"),
        ("alarm004", "alarm004"),
        ("href", "href"),
        ("already_snake", "already_snake"),
        (7, "7"),
    ],
)
def test_words(word, snake):
    assert in_snake_case({word: 1}) == {snake: 1}


def test_values_stay_as_they_are():
    data = {"fooBar": [{"bazQux": "leftAlone"}, "someText", None, 1.5], "x": {"aB": {}, "cD": None}, "y": None}
    assert in_snake_case(data) == {"foo_bar": [{"baz_qux": "leftAlone"}, "someText", None, 1.5], "x": {"a_b": {}}}


@pytest.mark.parametrize("code", [*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xD800])
def test_what_moves_a_cursor_is_shown(code):
    text = "a%sb" % chr(code)
    shown = text if chr(code) in "\t\n" else "a\\u%04xb" % code
    assert harmless(text) == shown
    assert harmless({"msg": [text, {text: 1}]}) == {"msg": [shown, {shown: 1}]}


def test_what_moves_no_cursor_is_left_as_it_is():
    result = {"text": "C:\\b \\u001b é 😀\n", "number": 1.5, "nothing": None, "list": ["x"]}
    assert harmless(result) == result
