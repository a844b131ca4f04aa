# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The API's words as Ansible writes them."""

from __future__ import annotations

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._words import in_snake_case


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
