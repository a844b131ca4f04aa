# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of devices: filters, order, pages, cursors (C)."""

from __future__ import annotations

import base64
import binascii
import bisect
import datetime
import itertools
import json

from . import views
from .codec import encode
from .errors import ApiError
from .operations import Operation
from .parameters import boolean, choice, integer, moment, number, page_index, page_size, sorting, texts, word

HEALTH_STATES = ("INIT", "ACTIVE", "RF_CNX_ERROR", "SUSPENDED")
_SORT_RADIO = ("avgSNR", "avgESP", "lastSF", "lastUpTimestamp", "lastDwTimestamp", "lastBatLevel", "lastMeanPER")
SORTS = ("name", "creationDate", "EUI") + _SORT_RADIO
_CACHED = 8

#: The query parameters of C that describe devices, here and wherever else they are used.
FILTERS = (
    "language-tag",
    "nwGeolocalization",
    "prAllowed",
    "batteryLevel",
    "infRSSI",
    "infSNR",
    "supSNR",
    "alarmLevel",
    "minLat",
    "minLon",
    "maxLat",
    "maxLon",
    "connectivity",
    "from",
    "to",
    "tag",
    ("healthState", word(*HEALTH_STATES)),
    *texts("devEUI", "name", "connectivityPlan", "networkSubscriptionID", "appServerID", "query", "domain"),
)
PAGED_FILTERS = ("pageIndex", "pageSize", ("sort", sorting(*SORTS)), *texts("pageAfter"), *FILTERS)


class Listing:
    """Finds devices; the last few results are kept until anything changes."""

    def __init__(self, world, settings):
        self._world = world
        self._settings = settings
        self._cache = {}

    def operations(self):
        """What this area answers."""
        return [Operation("GET", "/devices", self.handle, PAGED_FILTERS, "devices")]

    def handle(self, request, who):
        """GET devices."""
        found, by_eui, descending = self._select(request)
        size = page_size(request, self._settings)
        start = self._start(request, found, size, by_eui, descending)
        page = self._page(found, start, size, descending)
        count = len(found)
        more = start + len(page) < count
        document = {
            "briefs": [views.brief(self._world, self._settings, one) for one in page],
            "more": more,
            "count": count,
            "now": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+00:00",
        }
        if self._settings.enterprise:
            # C requires it of the list without ever describing it.
            document["motionIndicator"] = None
        if by_eui and more and self._settings.cursors:
            document["cursors"] = {"last": cursor(page[-1]["EUI"])}
        return encode(request, 200, document)

    def page(self, request):
        """The devices of the page that the query parameters describe."""
        found, by_eui, descending = self._select(request)
        size = page_size(request, self._settings)
        start = self._start(request, found, size, by_eui, descending)
        return self._page(found, start, size, descending)

    def all(self, request):
        """Every device that the query parameters describe."""
        found, _by_eui, _descending = self._select(request)
        return list(found.values()) if isinstance(found, dict) else [self._world.devices[eui] for eui in found]

    # -- order and pages -------------------------------------------------------

    def _select(self, request):
        """(matching EUIs or devices, whether in EUI order, whether to read backwards)."""
        attribute, descending = _sort(request)
        predicates, prefixes, key = _filters(request, self._world.catalogue)
        by_eui = attribute == "EUI"
        if not predicates and prefixes is None and attribute in ("EUI", "creationDate"):
            return (self._world.euis if by_eui else self._world.by_uid), by_eui, descending
        key = (self._world.revision, attribute, key)
        found = self._cache.get(key)
        if found is None:
            found = self._collect(attribute, predicates, prefixes)
            while len(self._cache) >= _CACHED:
                del self._cache[next(iter(self._cache))]
            self._cache[key] = found
        return found, by_eui, descending

    def _collect(self, attribute, predicates, prefixes):
        devices = self._world.devices
        if prefixes is not None:
            euis = sorted({eui for prefix in prefixes for eui in self._world.euis_with_prefix(prefix)})
            candidates = [devices[eui] for eui in euis]
            if attribute == "creationDate":
                candidates.sort(key=lambda one: one["uid"])
        elif attribute == "EUI":
            candidates = (devices[eui] for eui in self._world.euis)
        else:
            candidates = self._world.by_uid.values()
        found = [one for one in candidates if all(test(one) for test in predicates)]
        if attribute == "name":
            found.sort(key=lambda one: (one["name"], one["uid"]))
        elif attribute in _SORT_RADIO:
            found.sort(key=lambda one: _radio_key(one, attribute))
        return [one["EUI"] for one in found]

    def _start(self, request, found, size, by_eui, descending):
        index = page_index(request, self._settings)
        after = request.value("pageAfter")
        if after is None or not self._settings.cursors:
            return (index - 1) * size
        if not by_eui:
            raise ApiError("bad_parameter", "pageAfter", "only with sort by EUI")
        eui = _cursor_eui(after)
        if descending:
            return len(found) - bisect.bisect_left(found, eui)
        return bisect.bisect_right(found, eui)

    def _page(self, found, start, size, descending):
        count = len(found)
        if start >= count:
            return []
        stop = min(count, start + size)
        if isinstance(found, dict):  # all devices in the order of creation
            if descending:
                uids = itertools.islice(reversed(found), start, stop)
            else:
                uids = itertools.islice(found, start, stop)
            return [found[uid] for uid in uids]
        if descending:
            euis = found[count - stop : count - start][::-1]
        else:
            euis = found[start:stop]
        return [self._world.devices[eui] for eui in euis]


def cursor(eui):
    """The cursor of a device, shaped as in C's example."""
    return base64.b64encode(('{"EUI":"%s"}' % eui).encode("ascii")).decode("ascii")


def _cursor_eui(text):
    try:
        eui = json.loads(base64.b64decode(text, validate=True))["EUI"]
        if isinstance(eui, str):
            return eui
    except (binascii.Error, ValueError, KeyError, TypeError, RecursionError):
        pass
    raise ApiError("bad_parameter", "pageAfter", "not a cursor")


def _sort(request):
    text = request.value("sort", "creationDate,asc")
    attribute, _comma, order = text.partition(",")
    return attribute, order == "desc"


def _radio_key(one, attribute):
    value = (one["radio"] or {}).get(attribute)
    return (value is not None, value or 0, one["uid"])


def _filters(request, catalogue):
    """(tests, EUI prefixes or None, key for the cache) of the query parameters."""
    tests = []
    prefixes = None
    if request.values("devEUI"):
        prefixes = [prefix.upper() for prefix in request.values("devEUI")]
    for adder in (_text_filters, _plan_filters, _radio_filters, _place_and_time_filters):
        adder(request, catalogue, tests)
    ignored = (
        "sessionToken",
        "pageIndex",
        "pageSize",
        "pageAfter",
        "sort",
        "action",
        "adminAccessCode",
        "language-tag",
    )
    key = repr(sorted((name, values) for name, values in request.query.items() if name not in ignored))
    return tests, prefixes, key


def _text_filters(request, catalogue, tests):
    name = request.value("name")
    if name is not None:
        tests.append(lambda one: one["name"].startswith(name))
    query = request.value("query")
    if query is not None:
        upper = query.upper()
        tests.append(lambda one: one["EUI"].startswith(upper) or one["name"].startswith(query))
    for tag in request.values("tag"):
        tests.append(lambda one, tag=tag: tag in one["tags"])
    for text in request.values("domain"):
        wanted = views.domain(text)
        tests.append(lambda one, wanted=wanted: wanted in one["domains"])
    for server in request.values("appServerID"):
        tests.append(lambda one, server=server: server in one["servers"])
    if choice(request, "connectivity", ("LORAWAN", "CELLULAR")) == "CELLULAR":
        tests.append(lambda one: False)
    states = request.values("healthState")
    if states:
        tests.append(lambda one: views.health(one) in states)


def _plan_filters(request, catalogue, tests):
    named = False
    for name, unset, any_plan in (("networkSubscriptionID", "_unset", "_any"), ("connectivityPlan", "_NOCP", "_CP")):
        wanted = request.value(name)
        if wanted is None:
            continue
        named = True
        if wanted == unset:
            tests.append(lambda one: one["plan"] is None)
        elif wanted == any_plan:
            tests.append(lambda one: one["plan"] is not None)
        else:
            tests.append(lambda one, wanted=wanted: one["plan"] == wanted)
    for flag in ("nwGeolocalization", "prAllowed"):
        value = boolean(request, flag)
        if value is None or named:  # C: ignored beside a network subscription
            continue
        plans = {plan["ID"] for plan in catalogue.unicast_plans() if plan[flag] == value}
        tests.append(lambda one, plans=plans: one["plan"] in plans)


def _radio_filters(request, catalogue, tests):
    battery = integer(request, "batteryLevel")
    if battery is not None:  # C: 0 means powered from outside
        tests.append(lambda one: 0 < _radio(one, "lastBatLevel", 0) <= battery)
    for name, attribute, upwards in (
        ("infRSSI", "avgRSSI", False),
        ("infSNR", "avgSNR", False),
        ("supSNR", "avgSNR", True),
    ):
        bound = number(request, name)
        if bound is not None:
            tests.append(_bound_test(attribute, bound, upwards))
    level = integer(request, "alarmLevel")
    if level is not None:
        tests.append(lambda one: any(one["alarms"][max(level, 1) - 1 :]))


def _radio(one, attribute, default=None):
    value = (one["radio"] or {}).get(attribute)
    return default if value is None else value


def _bound_test(attribute, bound, upwards):
    def test(one):
        value = _radio(one, attribute)
        return value is not None and (value >= bound if upwards else value <= bound)

    return test


def _place_and_time_filters(request, catalogue, tests):
    bounds = [number(request, name) for name in ("minLat", "maxLat", "minLon", "maxLon")]
    if any(bound is not None for bound in bounds):
        tests.append(lambda one: _inside(views.location(one), *bounds))
    since, until = moment(request, "from"), moment(request, "to")
    if since is not None:
        tests.append(lambda one: one["creationDate"] >= since)
    if until is not None:
        tests.append(lambda one: one["creationDate"] <= until)


def _inside(place, min_lat, max_lat, min_lon, max_lon):
    latitude, longitude, _radius = place
    if latitude is None or longitude is None:
        return False
    return (
        (min_lat is None or latitude >= min_lat)
        and (max_lat is None or latitude <= max_lat)
        and (min_lon is None or longitude >= min_lon)
        and (max_lon is None or longitude <= max_lon)
    )
