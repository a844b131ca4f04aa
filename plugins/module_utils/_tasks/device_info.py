# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Devices as they are."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from .._engine import plan
from .._engine.lookup import Catalogue
from .._api.client import Client
from .._frame.connection import connected
from .._errors import ApiError, OptionError
from .._schema.filters import EUI_PREFIX, Choices, Measure, Prefix, Time, moment
from .._schema.references import Domains, References, Tags
from .._engine.plan import Seen
from .._resources.device.declaration import DEVICE
from .._schema.resource import UNKNOWN, dig
from .._frame.task import Context, Task
from .._schema.values import Degrees, Fault, Flag, Integer, Kind, members
from .._engine.desired import EUI, Wish
from .._words import in_snake_case
from .._engine.workers import each

#: Option -> the list's query parameter (contract, ``/devices``), and what it holds.
FILTERS: dict[str, tuple[str, Kind]] = {
    "eui_prefix": ("devEUI", EUI_PREFIX),
    "name": ("name", Prefix()),
    "tag": ("tag", Tags()),
    "domain": ("domain", Domains()),
    "connectivity_plan": ("networkSubscriptionID", Kind()),
    "application_server": ("appServerID", References()),
    "health_state": ("healthState", Choices("INIT", "ACTIVE", "RF_CNX_ERROR", "SUSPENDED")),
    "query": ("query", Prefix()),
    "created_from": ("from", Time()),
    "created_to": ("to", Time(ends=True)),
    "network_geolocation": ("nwGeolocalization", Flag()),
    "passive_roaming": ("prAllowed", Flag()),
    "alarm_level": ("alarmLevel", Integer(1, 6)),
    "battery_level": ("batteryLevel", Integer(1, 254)),
    # No radio of LoRaWAN is outside of these: a sign was forgotten there.
    "max_rssi": ("infRSSI", Measure(-200, 20)),
    "max_snr": ("infSNR", Measure(-50, 50)),
    "min_snr": ("supSNR", Measure(-50, 50)),
    "min_latitude": ("minLat", Degrees(90)),
    "max_latitude": ("maxLat", Degrees(90)),
    "min_longitude": ("minLon", Degrees(180)),
    "max_longitude": ("maxLon", Degrees(180)),
}
#: Filters of which the first must not be beyond the second.
RANGES = (
    ("created_from", "created_to"),
    ("min_snr", "max_snr"),
    ("min_latitude", "max_latitude"),
    ("min_longitude", "max_longitude"),
)
#: Filters that may name what the platform knows by ID -> the device's option that names the same.
NAMED = {"connectivity_plan": "connectivity_plan", "application_server": "application_servers"}
#: What ``connectivity_plan`` may be besides a plan (contract, ``networkSubscriptionID``).
NO_PLANS = ("_any", "_unset")
OPTIONS = {
    "dev_eui": {"type": "list", "elements": "str"},
    "eui_prefix": {"type": "str"},
    "name": {"type": "str"},
    "tag": {"type": "list", "elements": "str"},
    "domain": {"type": "dict"},
    "connectivity_plan": {"type": "str"},
    "application_server": {"type": "list", "elements": "str"},
    "health_state": {"type": "list", "elements": "str"},
    "query": {"type": "str"},
    "created_from": {"type": "str"},
    "created_to": {"type": "str"},
    "network_geolocation": {"type": "bool"},
    "passive_roaming": {"type": "bool"},
    "alarm_level": {"type": "int", "choices": [1, 2, 3, 4, 5, 6]},
    "battery_level": {"type": "int"},
    "max_rssi": {"type": "float"},
    "max_snr": {"type": "float"},
    "min_snr": {"type": "float"},
    "min_latitude": {"type": "float"},
    "max_latitude": {"type": "float"},
    "min_longitude": {"type": "float"},
    "max_longitude": {"type": "float"},
    "gather": {"type": "str", "choices": ["briefs", "devices"], "default": "briefs"},
    "parallel": {"type": "int", "default": 8},
}
RULES = {"mutually_exclusive": [("dev_eui", name) for name in FILTERS]}


def run(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Return devices by EUI, or all that match the filters."""
    euis = _euis(params.get("dev_eui") or [])
    filters = _filters(params)
    if params["parallel"] < 1:
        raise OptionError("parallel must be at least 1, got %d" % params["parallel"])
    with connected(params, context) as client:
        wanted = params.get("dev_eui") is not None  # an empty list means no device, not all of them
        briefs = [client.brief(dev_eui) for dev_eui in euis] if wanted else _listed(client, filters)
        found = [Seen(brief=brief) for brief in briefs if brief is not None]
        if params["gather"] == "devices":
            each(found, lambda seen: _look(client, seen), min(params["parallel"], len(found)))
    return {"changed": False, "devices": [_shown(seen) for seen in found]}


def _euis(given: list[str]) -> list[str]:
    result = []
    for text in given:
        try:
            result.append(EUI.parse(text))
        except Fault as fault:
            raise OptionError("dev_eui %s" % fault) from None
    return result


def _filters(params: dict[str, Any]) -> dict[str, Any]:
    """Return the given filters in canonical values; raises :class:`OptionError` for what no device could match.

    A filter that came out empty is a mistake too: without it, all devices would match.
    """
    found = {}
    for option, (_key, kind) in FILTERS.items():
        given = params.get(option)
        if given is None:
            continue
        try:
            value = "" if not str(given).strip() else kind.parse(given)
        except Fault as fault:
            raise OptionError("%s %s" % (option, fault)) from None
        if value in ("", ()):
            raise OptionError("%s is empty: leave it out to match all devices, or say what to look for" % option)
        found[option] = value
    for low, high in RANGES:
        if low in found and high in found and _is_beyond(found[low], found[high]):
            raise OptionError("%s (%s) is beyond %s (%s), so no device could match" % (low, found[low], high, found[high]))
    return found


def _is_beyond(low: object, high: object) -> bool:
    """Return whether a range runs backwards. Of two times, one in the server's unknown offset, nobody knows."""
    if isinstance(low, str) and isinstance(high, str):
        first, last = moment(low), moment(high)
        return (first.tzinfo is None) == (last.tzinfo is None) and first > last
    return isinstance(low, float) and isinstance(high, float) and low > high


def _listed(client: Client, filters: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the briefs that match.

    The platform knows plans and servers by ID. What is given is taken for one first, which costs nothing; only where no device
    matches, it may be a name, or a mistake, and the names are asked for.
    """
    named = {option: filters[option] for option in NAMED if option in filters and filters[option] not in NO_PLANS}
    found = None
    try:
        found = _matching(client, filters)
    except ApiError as error:
        if not named or error.status not in (400, 404):
            raise
    if found or not named:
        return found or []
    identified = _identified(client, named)
    if found is not None and identified == named:
        return found
    return _matching(client, {**filters, **identified})


def _identified(client: Client, named: dict[str, Any]) -> dict[str, Any]:
    """Return the IDs of what filters name; raises :class:`OptionError` for what the platform doesn't know."""
    wish = Wish("", {NAMED[option]: value for option, value in named.items()})
    for finding in Catalogue(client).settle([wish], {"": list(wish.values)}):
        option = next(option for option in named if NAMED[option] == finding.option)
        raise OptionError("%s %s" % (option, finding.message))
    return {option: wish.values[NAMED[option]] for option in named}


def _matching(client: Client, filters: dict[str, Any]) -> list[dict[str, Any]]:
    query = {FILTERS[option][0]: _said(value) for option, value in filters.items()}
    pairs = filters.get("domain", ())
    if pairs:
        query["domain"] = ["%s:%s" % pair for pair in pairs]
    # The contract doesn't say whether one tag or domain is enough; here, as in the scope of a purge, a device has to have all.
    wanted = {"tags": set(filters.get("tag", ())), "domains": set(pairs)}
    return [brief for page in client.devices(query) for brief in page if _has_all(Seen(brief=brief), wanted)]


def _has_all(seen: Seen, wanted: dict[str, set[Any]]) -> bool:
    """Return whether a device has all of these, as far as its brief shows it."""
    shown = {option: seen.value(option) for option, some in wanted.items() if some}
    return all(wanted[option] <= set(members(value)) for option, value in shown.items() if isinstance(value, tuple))


def _said(value: object) -> object:
    """Return a value as a query says it: true and false are JSON's words."""
    return str(value).lower() if isinstance(value, bool) else value


def _look(client: Client, seen: Seen) -> None:
    dev_eui = str(dig(seen.brief, ("EUI",)))
    seen.whole = client.device(dev_eui)
    if seen.value("tags") is UNKNOWN:  # they are no part of the whole device, and an older platform's list lacks them (O)
        with suppress(OptionError):
            seen.tags = client.device_tags(dev_eui)


def _shown(seen: Seen) -> dict[str, Any]:
    """Return all the platform tells, in snake_case, and in tdm_device's own words where it has them."""
    told = {**(seen.brief or {}), **(seen.whole or {}), **({} if seen.tags is None else {"tags": ()})}
    raw = in_snake_case(told)
    # Where the platform's word is an option's name too, its value is the option's as well, the empty ones included.
    own = {spec.name: seen.value(spec.name) for spec in DEVICE.fields if spec.name in raw}
    return {**raw, "dev_eui": str(told.get("EUI")), **DEVICE.show({**own, **plan.known(seen)})}


TASK = Task(OPTIONS, run, RULES)
