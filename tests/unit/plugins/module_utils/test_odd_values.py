# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values of the platform that no contract announces differ from any described one; a bug in a type is no such value."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.description import NOT_KEPT, _lost
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.alarm_subscription import ALARM_SUBSCRIPTION
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.application_server import APPLICATION_SERVER
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.declaration import DEVICE
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.multicast_group import MULTICAST_GROUP
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.routing_profile import ROUTING_PROFILE
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.subscription_settings import SUBSCRIPTION
from ansible_collections.lorawan.thingpark.plugins.module_utils._schema.resource import Field
from ansible_collections.lorawan.thingpark.plugins.module_utils._schema.values import ValueType

RESOURCES = (ALARM_SUBSCRIPTION, APPLICATION_SERVER, DEVICE, MULTICAST_GROUP, ROUTING_PROFILE, SUBSCRIPTION)
FIELDS = {"%s.%s" % (resource.key, field.name): field for resource in RESOURCES for field in resource.fields}
XML = [
    "<a",
    "<a/>",
    "<a>\ud800</a>",
    "<a>" * 500,
    "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
    "<notifications><state val='1-x'/>",
]
TEXTS = ["", "x", "-1", "1e999", "9" * 5000, "\x00", "\ud800", "a:b", "\u0661", "\u00b2", "[[", '{"a": 1}', *XML]
SCALARS = [None, True, 0, -1, 10**400, 1.5, math.inf, math.nan, *TEXTS]
KEYS = ["ID", "name", "value", "namespace", "group", "strategy", "sourcePort", "destinations"]
ODD = [*SCALARS, [], {}, [[]], *([{key: value}] for key in KEYS for value in SCALARS), *({key: []} for key in KEYS)]
VALUES = st.recursive(
    st.sampled_from(SCALARS) | st.text(max_size=6),
    lambda some: st.lists(some, max_size=3) | st.dictionaries(st.sampled_from(KEYS), some, max_size=4),
    max_leaves=6,
)


def go(field: Field, api: object) -> None:
    """Take a platform's value the whole way: read, compare, show, hide, and describe again."""
    value = field.type.read(api)
    field.type.hide(value)
    _lost(field, field.type.show(value), value)


@pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS)
def test_no_type_fails_for_an_odd_value(field):
    for api in ODD:
        go(field, api)


@settings(max_examples=40)
@given(VALUES)
def test_no_type_fails_for_any_value(api):
    for field in FIELDS.values():
        go(field, api)


class Broken(ValueType):
    """A type that can't read the platform's value."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def read(self, api: object) -> object:
        raise self.error

    parse = read


def test_an_unreadable_value_stays_as_it_is():
    field = Field("name", ("name",), Broken(ValueError("odd")))
    assert field.from_whole({"name": "x"}) == field.from_brief({"name": "x"}) == "x"
    assert _lost(field, "x", "x") == NOT_KEPT


@pytest.mark.parametrize("bug", [TypeError, AttributeError, KeyError, IndexError, NameError, ZeroDivisionError])
def test_a_bug_in_a_type_is_no_eternal_difference(bug):
    field = Field("name", ("name",), Broken(bug("a bug")))
    for use in (lambda: field.from_whole({"name": "x"}), lambda: field.from_brief({"name": "x"}), lambda: _lost(field, "x", "x")):
        with pytest.raises(bug):
            use()
