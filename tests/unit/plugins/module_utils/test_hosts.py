# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What devices are called as hosts, in the inventory plugin and in adopted inventories."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.hosts import host_names

EUIS = ["70B3D57ED00000%02X" % number for number in range(40)]
ALIKE = ["a b", "a_b", "A-B", "a/b", "a", "b", "", "!", "\u0130", "e\u0301", "\u00e9", "a.yml"]
WORDS = st.one_of(st.sampled_from(ALIKE), st.text(max_size=6))


def named(*names: object, taken=()) -> list[str]:
    """Return the hosts' names of devices with these names; a DevEUI is shown as its place."""
    found = host_names(dict(zip(EUIS, names)), taken)
    return [host if host != eui else "EUI" for eui, host in found.items()]


@pytest.mark.parametrize("name", ["park-1", "Meter_12", "edge.3", "a_b", "007", "edge.ymlx", "Zähler_7", "水表-7"])
def test_a_plain_name_is_the_hosts_name(name):
    assert named(name) == [name]


def test_what_is_not_plain_becomes_an_underscore():
    found = named("Utrecht/Centraal: 3", "x\x1b[31m", "a{{ b }}", " edge ", "Meter 12 (kelder)", "Zürich.3", "a[1:3]")
    assert found == ["Utrecht_Centraal__3", "x__31m", "a___b___", "edge", "Meter_12__kelder_", "Zürich.3", "a_1_3_"]


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", "-oProxyCommand=id", "../../etc/passwd", ".hidden", "~root", "@file", "{{ lookup('pipe', 'id') }}", "!all"),
        *(
            "localhost",
            "LOCALHOST",
            "127.0.0.1",
            "all",
            "ungrouped",
            "Tag_Parking",
            "x" * 201,
            "水" * 70,
            EUIS[7],
            EUIS[7].lower(),
        ),
        *("水表.yml", "_edge", "edge.yml", "edge.YAML", "edge.json", None, 7),
    ],
)
def test_a_name_that_could_do_something_is_not_used(name):
    assert named(name, taken=["tag_parking"]) == ["EUI"]


def test_who_shares_a_name_is_called_by_its_dev_eui():
    assert named("twice", "once", "twice", "a/b", "a:b", "Edge", "edge") == ["EUI", "once", *["EUI"] * 5]
    assert named("e\u0301dge", "\u00e9dge", "\uff45dge", "edge", "Straße", "STRASSE") == ["EUI"] * 6


@given(st.lists(WORDS, max_size=40), st.lists(WORDS, max_size=5))
def test_no_two_hosts_have_one_name_and_none_is_a_path(names, taken):
    found = host_names(dict(zip(EUIS, names)), taken)
    assert len({unicodedata.normalize("NFKC", host).casefold() for host in found.values()}) == len(found)
    for eui, host in found.items():
        assert re.fullmatch(r"[^\W_][\w.-]*", host)
        assert host == eui or host not in taken
