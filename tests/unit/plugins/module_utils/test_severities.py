# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""Who is told of alarms: each way to write the same is equal, and what nobody understands is kept."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ansible_collections.lorawan.thingpark.plugins.module_utils._schema.severities import SEVERITIES, Notifications
from ansible_collections.lorawan.thingpark.plugins.module_utils._schema.texts import Fault

TYPE = Notifications()
A, B = "email:a@b.example", "sms:+31612345678"
CONTACTS = some.sets(some.sampled_from([A, B, "email:o'x&y@b.example", 'email:"q"@b.example']), min_size=1)
TOLD = some.dictionaries(some.sampled_from(sorted(SEVERITIES)), CONTACTS)


def entries(told: dict) -> list:
    return [{"severities": [number], "contacts": list(contacts)} for number, contacts in told.items()]


@given(told=TOLD)
def test_what_is_sent_is_read_as_the_same_and_is_shown_as_it_may_be_given(told):
    value = TYPE.parse(entries(told))
    assert TYPE.read(TYPE.send(value)) == value == TYPE.parse(TYPE.show(value))
    assert {number: set(contacts) for (first, last), contacts in value for number in range(first, last + 1)} == told
    states = ElementTree.fromstring(TYPE.send(value))
    # Neighbours that are told alike are one range, so that there is one way to write it.
    for one, other in zip(value, value[1:]):
        assert one[0][1] < other[0][0] and (one[0][1] + 1 < other[0][0] or one[1] != other[1])
    assert len(states) == len(value)


@given(told=TOLD, data=some.data())
def test_the_order_and_the_spelling_do_not_matter(told, data):
    shuffled = data.draw(some.permutations(entries(told)))
    for entry in shuffled:
        entry["severities"] = [
            data.draw(some.sampled_from([number, str(number), SEVERITIES[number].upper()])) for number in entry["severities"]
        ]
    assert TYPE.parse(shuffled) == TYPE.parse(entries(told))


@pytest.mark.parametrize(
    "text, value",
    [
        ("<notifications/>", ()),
        ("", ()),
        (None, ()),
        ("<notifications><state val='3'/></notifications>", ()),
        ("<notifications><state val='1-6'><contact address='%s'/></state></notifications>" % A, (((1, 6), (A,)),)),
        (
            "<notifications><state val=' 2,4 '><contact address='%s'/></state></notifications>" % A,
            (((2, 2), (A,)), ((4, 4), (A,))),
        ),
        (
            "<notifications><state val='3-4'><contact address='%s'/></state>"
            "<state val='4-5'><contact address='%s'/></state></notifications>" % (A, B),
            (((3, 3), (A,)), ((4, 4), (A, B)), ((5, 5), (B,))),
        ),
    ],
)
def test_what_the_platform_may_show(text, value):
    assert TYPE.read(text) == value


@pytest.mark.parametrize("odd", ["<x/>", "<notifications", "<notifications><state/></notifications>", 5, ["a"]])
def test_what_nobody_understands_is_another_than_any(odd):
    assert TYPE.read(odd) == odd and not TYPE.same((), TYPE.read(odd)) and TYPE.show(odd) == odd


@pytest.mark.parametrize(
    "raw, words",
    [
        ("email:a@b.example", "must be a list of notifications"),
        ([A], "must be a list of notifications"),
        ([{"severities": [3], "contacts": [A], "x": 1}], "use severities and contacts"),
        ([{"severities": [0], "contacts": [A]}], "is not a known severity of an alarm"),
        ([{"severities": [3], "contacts": ["email:a"]}], "write it like email:ann@example.com"),
        ([{"severities": [3], "contacts": [{}]}], "has a contact that"),
        ([{"severities": [3], "contacts": ["tel:+31612345678"]}], "write it like email:ann@example.com"),
        ([{"severities": [3], "contacts": ["email:a@b.example,email:c@d.example"]}], "write it like email:ann@example.com"),
    ],
)
def test_faults(raw, words):
    with pytest.raises(Fault) as caught:
        TYPE.parse(raw)
    assert words in str(caught.value)
