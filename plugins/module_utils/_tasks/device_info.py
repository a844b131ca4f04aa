# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Devices as they are."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

from .. import _plan
from .._client import Client
from .._connect import connected
from .._errors import OptionError
from .._links import Domains, Tags
from .._plan import Seen
from .._resources.device import DEVICE
from .._schema import UNKNOWN, dig
from .._task import Context, Task
from .._values import Fault, Kind, shown
from .._wishes import EUI
from .._words import in_snake_case
from .._workers import each

#: Option -> the list's query parameter (contract, ``/devices``).
FILTERS = {
    "name": "name",
    "tag": "tag",
    "domain": "domain",
    "connectivity_plan": "networkSubscriptionID",
    "application_server": "appServerID",
    "health_state": "healthState",
    "query": "query",
    "created_from": "from",
    "created_to": "to",
    "network_geolocation": "nwGeolocalization",
    "passive_roaming": "prAllowed",
    "alarm_level": "alarmLevel",
    "battery_level": "batteryLevel",
    "max_rssi": "infRSSI",
    "max_snr": "infSNR",
    "min_snr": "supSNR",
    "min_latitude": "minLat",
    "max_latitude": "maxLat",
    "min_longitude": "minLon",
    "max_longitude": "maxLon",
}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?\Z", re.ASCII)


class Time(Kind):
    """A date and time of ISO 8601; without an offset, the server's counts (contract, ``from`` and ``to``)."""

    def parse(self, raw: object) -> str:
        text = str(super().parse(raw))
        if not TIME.match(text):
            raise Fault("must be a date and time like 2018-08-24T09:27:59Z, got %s" % shown(text))
        return text


#: What else the contract asks of filters.
KINDS = {"tag": Tags(), "domain": Domains(), "created_from": Time(), "created_to": Time()}
OPTIONS = {
    "dev_eui": {"type": "list", "elements": "str"},
    "eui_prefix": {"type": "str"},
    "name": {"type": "str"},
    "tag": {"type": "list", "elements": "str"},
    "domain": {"type": "dict"},
    "connectivity_plan": {"type": "str"},
    "application_server": {"type": "list", "elements": "str"},
    "health_state": {"type": "list", "elements": "str", "choices": ["INIT", "ACTIVE", "RF_CNX_ERROR", "SUSPENDED"]},
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
RULES = {"mutually_exclusive": [("dev_eui", name) for name in (*FILTERS, "eui_prefix")]}


def run(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Return devices by EUI, or all that match the filters."""
    euis = _euis(params.get("dev_eui") or [])
    _refuse_empty(params)
    if params["parallel"] < 1:
        raise OptionError("parallel must be at least 1, got %d" % params["parallel"])
    with connected(params, context) as client:
        wanted = params.get("dev_eui") is not None  # an empty list means no device, not all of them
        briefs = [client.brief(dev_eui) for dev_eui in euis] if wanted else _listed(client, params)
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


def _refuse_empty(params: dict[str, Any]) -> None:
    """A filter that came out empty is a mistake: without it, all devices would match."""
    for name in (*FILTERS, "eui_prefix"):
        if params.get(name) in ("", [], {}):
            raise OptionError("%s is empty: leave it out to match all devices, or say what to look for" % name)


def _listed(client: Client, params: dict[str, Any]) -> list[dict[str, Any]]:
    filters: dict[str, Any] = {key: _said(params[name]) for name, key in FILTERS.items() if params.get(name) is not None}
    for name, kind in KINDS.items():
        if params.get(name) is not None:
            try:
                filters[FILTERS[name]] = kind.parse(params[name])
            except Fault as fault:
                raise OptionError("%s %s" % (name, fault)) from None
    if "domain" in filters:
        filters["domain"] = ["%s:%s" % pair for pair in filters["domain"]]
    if params.get("eui_prefix"):
        filters["devEUI"] = "".join(c for c in params["eui_prefix"] if c not in "-: ").upper()
    return [brief for page in client.devices(filters) for brief in page]


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
    return {**raw, "dev_eui": str(told.get("EUI")), **DEVICE.show({**own, **_plan.known(seen)})}


TASK = Task(OPTIONS, run, RULES)
