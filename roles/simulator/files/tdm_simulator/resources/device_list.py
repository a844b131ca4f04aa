# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of devices: filters, order, pages, cursors (C). Uses indexes and cached results, because it may be very long."""

from __future__ import annotations

import base64
import binascii
import bisect
import datetime
import json
from collections.abc import Iterable
from typing import Any, Callable

from .. import Document
from ..api import filters
from ..api.filters import Filter, Test
from ..api.operations import Call, Operation
from ..api.parameters import any_text, boolean, page_index, page_size, sorting, texts, to_moment, word
from ..errors import ApiError
from ..http.messages import Response
from ..world.tables import Table
from . import device_views as views

HEALTH_STATES = ("INIT", "ACTIVE", "RF_CNX_ERROR", "SUSPENDED")
_SORT_RADIO = ("avgSNR", "avgESP", "lastSF", "lastUpTimestamp", "lastDwTimestamp", "lastBatLevel", "lastMeanPER")
SORTS = ("name", "creationDate", "EUI") + _SORT_RADIO
_CACHED = 8
#: Query parameters without effect on the found devices and their order.
_NOT_FOUND_BY = ("sessionToken", "pageIndex", "pageSize", "pageAfter", "sort", "action", "adminAccessCode", "language-tag")


# -- filters -------------------------------------------------------------------


def _radio(one: Document, attribute: str) -> Any:
    return (one["radio"] or {}).get(attribute)


def _bound(value_of: Callable[[Document], Any], upwards: bool, read: Callable[[str], float] = float) -> Filter:
    """A known value, at or above a limit (`upwards`) or at or below it."""

    def make(_call: Call, values: list[str]) -> Test:
        bound = read(values[-1])

        def test(one: Document) -> bool:
            value = value_of(one)
            return value is not None and bool(value >= bound if upwards else value <= bound)

        return test

    return Filter(make)


def _place(index: int) -> Callable[[Document], Any]:
    def coordinate(one: Document) -> Any:
        latitude, longitude, _radius = views.location(one)
        return None if latitude is None or longitude is None else (latitude, longitude)[index]

    return coordinate


def _created(one: Document) -> Any:
    return one["creationDate"]


def _plan_flag(name: str) -> Filter:
    def make(call: Call, _values: list[str]) -> Test | None:
        if call.value("networkSubscriptionID") is not None or call.value("connectivityPlan") is not None:
            return None  # C: ignored with a network subscription
        plans = {plan["ID"] for plan in call.world.catalogue.unicast_plans() if plan[name] == boolean(call, name)}
        return lambda one: one["plan"] in plans

    return Filter(make)


#: The query parameters of C that select devices, here and in other operations.
FILTERS: dict[str, Filter] = {
    **filters.SHARED,
    "language-tag": Filter(lambda _call, _values: None),
    "nwGeolocalization": _plan_flag("nwGeolocalization"),
    "prAllowed": _plan_flag("prAllowed"),
    # C: 0 means external power
    "batteryLevel": _bound(lambda one: _radio(one, "lastBatLevel") or None, False, int),
    "infRSSI": _bound(lambda one: _radio(one, "avgRSSI"), False),
    "infSNR": _bound(lambda one: _radio(one, "avgSNR"), False),
    "supSNR": _bound(lambda one: _radio(one, "avgSNR"), True),
    "minLat": _bound(_place(0), True),
    "minLon": _bound(_place(1), True),
    "maxLat": _bound(_place(0), False),
    "maxLon": _bound(_place(1), False),
    "connectivity": filters.only("LORAWAN", other=("CELLULAR",)),
    "from": _bound(_created, True, lambda text: to_moment("from", text)),
    "to": _bound(_created, False, lambda text: to_moment("to", text)),
    "tag": filters.holds("tags", check=None),
    "healthState": Filter(lambda _call, values: lambda one: views.health(one) in values, word(*HEALTH_STATES)),
    "devEUI": Filter(lambda _call, _values: None, any_text),  # found by the index
    "connectivityPlan": filters.plan(("_NOCP",), ("_CP",)),
    "networkSubscriptionID": filters.plan(("_unset",), ("_any",)),
}
DESCRIBED = filters.declared(FILTERS)
PAGED = ("pageIndex", "pageSize", ("sort", sorting(*SORTS)), *texts("pageAfter"), *DESCRIBED)


# -- order and pages -----------------------------------------------------------


def answer(call: Call) -> Response:
    """GET devices."""
    world = call.world
    shown, count, is_more = _page(call)
    document = {
        "briefs": [views.brief(world, one) for one in shown],
        "more": is_more,
        "count": count,
        "now": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+00:00",
    }
    if world.settings.enterprise:
        # C requires it in the list but doesn't describe it.
        document["motionIndicator"] = None
    if is_more and world.settings.cursors and _sort(call)[0] == "EUI":
        document["cursors"] = {"last": _cursor(shown[-1]["EUI"])}
    return call.answer(200, document)


OPERATIONS = [Operation("GET", "/devices", answer, PAGED, "devices")]


def page(call: Call) -> list[Document]:
    """The devices of the page that the query parameters select."""
    return _page(call)[0]


def all_found(call: Call) -> list[Document]:
    """All devices that the query parameters select."""
    return [call.world.devices[eui] for eui in _found(call)]


def _sort(call: Call) -> tuple[str, bool]:
    attribute, _comma, order = call.value("sort", "creationDate,asc").partition(",")
    return attribute, order == "desc"


def _found(call: Call) -> list[str]:
    """The EUIs of the selected devices, in order; cached until anything changes."""
    world = call.world
    attribute, _descending = _sort(call)
    tests = list(filters.tests(call, FILTERS))
    prefixes = [prefix.upper() for prefix in call.values("devEUI")]
    if not tests and not prefixes and attribute in ("EUI", "creationDate"):
        return world.devices.ordered if attribute == "EUI" else list(world.devices)
    query = repr(sorted((name, values) for name, values in call.request.query.items() if name not in _NOT_FOUND_BY))
    key = (world.revision, attribute, query)
    found = world.lists.get(key)
    if found is None:
        found = _collected(world.devices, attribute, tests, prefixes)
        while len(world.lists) >= _CACHED:
            del world.lists[next(iter(world.lists))]
        world.lists[key] = found
    return found


def _collected(devices: Table, attribute: str, tests: list[Test], prefixes: list[str]) -> list[str]:
    candidates: Iterable[Document] = devices.values()
    if prefixes:
        candidates = [devices[eui] for eui in sorted({eui for prefix in prefixes for eui in devices.beginning_with(prefix)})]
        if attribute == "creationDate":
            candidates.sort(key=lambda one: one["uid"])
    elif attribute == "EUI":
        candidates = (devices[eui] for eui in devices.ordered)
    found = [one for one in candidates if all(test(one) for test in tests)]
    if attribute == "name":
        found.sort(key=lambda one: (one["name"], one["uid"]))
    elif attribute in _SORT_RADIO:
        found.sort(key=lambda one: (_radio(one, attribute) is not None, _radio(one, attribute) or 0, one["uid"]))
    return [one["EUI"] for one in found]


def _page(call: Call) -> tuple[list[Document], int, bool]:
    """(devices of the page, number of found devices, whether there are more)."""
    settings = call.world.settings
    attribute, descending = _sort(call)
    found = _found(call)
    size = page_size(call, settings)
    start = (page_index(call, settings) - 1) * size
    after = call.value("pageAfter")
    if after is not None and settings.cursors:
        if attribute != "EUI":
            raise ApiError("bad_parameter", "pageAfter", "only with sort by EUI")
        eui = _cursor_eui(after)
        start = len(found) - bisect.bisect_left(found, eui) if descending else bisect.bisect_right(found, eui)
    euis = (found[::-1] if descending else found)[start : start + size]
    return [call.world.devices[eui] for eui in euis], len(found), start + len(euis) < len(found)


def _cursor(eui: str) -> str:
    """The cursor of a device, in the form of C's example."""
    return base64.b64encode(('{"EUI":"%s"}' % eui).encode("ascii")).decode("ascii")


def _cursor_eui(text: str) -> str:
    try:
        eui = json.loads(base64.b64decode(text, validate=True))["EUI"]
        if isinstance(eui, str):
            return eui
    except (binascii.Error, ValueError, KeyError, TypeError, RecursionError):
        pass
    raise ApiError("bad_parameter", "pageAfter", "not a cursor")
