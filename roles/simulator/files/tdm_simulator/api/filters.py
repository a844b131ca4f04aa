# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters of lists: each query parameter has a check of its values, and makes a test of resources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Callable, NamedTuple

from .. import Document
from ..errors import ApiError
from .operations import Call, Parameter
from .parameters import Check, any_text, word

Test = Callable[[Document], bool]


class Filter(NamedTuple):
    """A query parameter of a list.

    :param make: receives the call and the parameter's values, at least one; returns None if nothing is excluded.
    :param check: checks each value; the default is the usual check for the parameter's name.
    """

    make: Callable[[Call, list[str]], Test | None]
    check: Check | None = None


Filters = Mapping[str, Filter]


def tests(call: Call, filters: Filters) -> Iterator[Test]:
    """The tests that the query of a call makes."""
    for name, values in call.request.query.items():
        if name in filters and values:
            test = filters[name].make(call, values)
            if test is not None:
                yield test


def declared(filters: Filters) -> tuple[Parameter, ...]:
    """The filters as query parameters of an operation."""
    return tuple(name if one.check is None else (name, one.check) for name, one in filters.items())


def begins(*fields: str, upper: bool = False) -> Filter:
    """One of these fields begins with the value; `upper` accepts lower-case values for upper-case fields."""

    def make(_call: Call, values: list[str]) -> Test:
        start = values[-1].upper() if upper else values[-1]
        if len(fields) == 1:  # faster, which matters for ten thousand devices
            (field,) = fields
            return lambda one: bool(one[field].startswith(start))
        return lambda one: any(one[name].startswith(start) for name in fields)

    return Filter(make, any_text)


def equals(field: str, check: Check = any_text) -> Filter:
    """A field is the value."""
    return Filter(lambda _call, values: lambda one: bool(one[field] == values[-1]), check)


def among(field: str, check: Check = any_text) -> Filter:
    """A field is one of the values."""
    return Filter(lambda _call, values: lambda one: one[field] in values, check)


def holds(field: str, check: Check | None = any_text, read: Callable[[str], Any] = str) -> Filter:
    """A list contains all requested values."""

    def make(_call: Call, values: list[str]) -> Test:
        first, *rest = [read(value) for value in values]
        return lambda one: first in one[field] and all(value in one[field] for value in rest)

    return Filter(make, check)


def only(*here: str, other: tuple[str, ...] = ()) -> Filter:
    """With one of these words, all resources match; with another word, the list is empty."""
    check = word(*here, *other) if other else any_text
    return Filter(lambda _call, values: None if values[-1] in here else lambda one: False, check)


def domain(text: str) -> Document:
    """The domain of a query parameter, `group:name` (C)."""
    group, colon, name = text.partition(":")
    if not colon:
        raise ApiError("bad_parameter", "domain", "group:name is expected")
    return {"name": name, "group": {"name": group}}


def plan(unset: tuple[str, ...], any_plan: tuple[str, ...]) -> Filter:
    """A connectivity plan by its ID, by a word for no plan, or by a word for any plan (C)."""

    def make(_call: Call, values: list[str]) -> Test:
        wanted = values[-1]
        if wanted in unset:
            return lambda one: one["plan"] is None
        if wanted in any_plan:
            return lambda one: one["plan"] is not None
        return lambda one: bool(one["plan"] == wanted)

    return Filter(make, any_text)


def _alarm_level(_call: Call, values: list[str]) -> Test:
    lowest = max(int(values[-1]), 1)  # C: 1 includes cleared alarms
    return lambda one: any(one["alarms"][lowest - 1 :])


def _by_eui_or_name(_call: Call, values: list[str]) -> Test:
    start, upper = values[-1], values[-1].upper()
    return lambda one: one["EUI"].startswith(upper) or one["name"].startswith(start)


#: For devices and multicast groups.
SHARED: Filters = {
    "name": begins("name"),
    "query": Filter(_by_eui_or_name, any_text),
    "appServerID": holds("servers"),
    "domain": holds("domains", read=domain),
    "alarmLevel": Filter(_alarm_level),
}
