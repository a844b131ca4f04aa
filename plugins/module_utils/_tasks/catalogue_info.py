# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The offers of a subscription: connectivity plans with their licenses, device profiles, drivers, tags and more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .._api.exchange_key import PATH, public_key
from .._api.resources import Client, as_object
from .._api.session import Call
from .._errors import OptionError
from .._frame.connection import connected
from .._frame.task import Context, Task
from .._schema.json_types import FLAG, INTEGER, NUMBER, JsonTypes, ListOf
from .._text import in_snake_case

DRIVERS_AT_ONCE = 100
MOST_PAGES = 1000  # of drivers, whose list doesn't show its end
NAMESPACES = ("operator", "subscriber")
TYPES: JsonTypes = {
    **dict.fromkeys(("granted", "used", "maxDestinationPerRoute", "macMajorVersion", "macMinorVersion"), INTEGER),
    **dict.fromkeys(("uplinkBucketSize", "downlinkBucketSize", "adrVersion", "marginOffset", "minAntennaDiversity"), INTEGER),
    **dict.fromkeys(("multicastMaxLrrCells", "nbTransMax", "nbTransMin", "nbTransOffset", "spreadingFactorMin"), INTEGER),
    **dict.fromkeys(("uplinkLrrBufferingSize", "subscriptionTimestamp", "unsubscriptionTimestamp", "lc"), INTEGER),
    **dict.fromkeys(("minDownlinkDR", "maxDownlinkDR"), INTEGER),
    **dict.fromkeys(("uplinkRate", "downlinkRate", "deviceStatusRequestFrequency", "macroDiversityReliability"), NUMBER),
    **dict.fromkeys(("targetPacketErrorRate", "frequency"), NUMBER),
    **dict.fromkeys(("nwGeolocalization", "prAllowed", "hrAllowed", "raAllowed", "mobility", "private", "allowClassB"), FLAG),
    **dict.fromkeys(("downlinkTransmission", "thingParkCloudRouting", "thirdPartyAppServersRouting", "addPerInfo"), FLAG),
    **dict.fromkeys(("thingParkKafkaRouting", "managedCustomerNetwork", "ackedUplinkFrame", "addLrrMetaInfo"), FLAG),
    **dict.fromkeys(("downlinkSentIndication", "forceAdaptiveDataRate", "reportDeviceBatteryLevel"), FLAG),
    "reportDeviceMargin": FLAG,
    "defaultIsmBands": ListOf(),
    "lcs": ListOf(),
}


@dataclass(frozen=True)
class Kind:
    """One kind of catalog entry.

    :param path: the list, below the subscription.
    :param options: options that filter the list, and the list's parameters for them.
    :param needs: a required option.
    """

    path: str
    options: dict[str, str] = field(default_factory=dict)
    needs: str = ""


KINDS = {
    "connectivity_plans": Kind("/networkSubscriptions"),
    "transactions": Kind("/networkSubscriptions/transactions"),
    "device_profiles": Kind("/deviceProfiles", {"vendor": "vendorID", "ism_band": "ismBandID"}),
    "vendors": Kind("/deviceVendors", {"ism_band": "ismBandID"}),
    "ism_bands": Kind("/ismBands"),
    "drivers": Kind("/drivers", {"query": "q"}),
    "tags": Kind("/devices/tags/suggestions", {"query": "query"}, needs="query"),
    "base_station_tags": Kind("/multicastGroups/bss/tags/suggestions", {"query": "query"}, needs="query"),
    "multicast_settings": Kind("/multicastDownlinkSettings", {"base_station_tag": "bsTag"}, needs="base_station_tag"),
    "exchange_key": Kind(PATH),
}
NARROWING = ("query", "vendor", "ism_band", "base_station_tag")
OF_NO_USE = "%s is only for %s: add one of them to gather, or remove the option"
NEEDED = "%s can't be gathered without %s: give it"


def run(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Return all requested lists, read in one session."""
    wanted = list(dict.fromkeys(params["gather"]))
    if not wanted:
        raise OptionError("gather is empty: give at least one kind")
    for option in NARROWING:
        users = [name for name, kind in KINDS.items() if option in kind.options]
        if params.get(option) and not set(users) & set(wanted):
            raise OptionError(OF_NO_USE % (option, ", ".join(users)))
    for name in wanted:
        if KINDS[name].needs and params.get(KINDS[name].needs) is None:
            raise OptionError(NEEDED % (name, KINDS[name].needs))
    if params["details"] and "connectivity_plans" not in wanted:
        raise OptionError("details is only for connectivity_plans: add them to gather, or remove the option")
    with connected(params, context) as client:
        return {"changed": False, **{name: _got(client, name, params) for name in wanted}}


def _got(client: Client, name: str, params: dict[str, Any]) -> object:
    kind = KINDS[name]
    query = {key: params[option] for option, key in kind.options.items() if params.get(option) not in (None, "", [])}
    if name == "drivers":
        return [in_snake_case(each) for each in _drivers(client, query)]
    if name == "exchange_key":
        key = public_key(client)
        return {part: key[part] for part in ("kid", "kty", "n", "e") if part in key}
    if name == "multicast_settings":
        query["bsTagNamespace"] = params["base_station_tag_namespace"].upper()
        return in_snake_case(as_object(client.call(Call("GET", kind.path, query, types=TYPES)), kind.path))
    if kind.needs:  # suggestions have one page, without a mark of its end
        told = as_object(client.call(Call("GET", kind.path, {"query": params["query"]}, types=TYPES)), kind.path)
        return [in_snake_case(each) for each in told.get("briefs") or [] if isinstance(each, dict)]
    briefs = [brief for page in client.pages(kind.path, query, TYPES) for brief in page]
    if name == "connectivity_plans":
        return [_plan(client, brief, params["details"]) for brief in briefs]
    # The contract misspells "commercial".
    return [in_snake_case({key.replace("commecial", "commercial"): value for key, value in one.items()}) for one in briefs]


def _plan(client: Client, brief: dict[str, Any], details: bool) -> dict[str, Any]:
    """Return a connectivity plan with its number of free licenses."""
    href = brief.get("href")
    if details and isinstance(href, str) and href:
        path = KINDS["connectivity_plans"].path + "/" + href.rstrip("/").rpartition("/")[2]
        brief = {**brief, **as_object(client.call(Call("GET", path, types=TYPES)), path)}
    granted, used = brief.get("granted"), brief.get("used")
    left = {"left": granted - used} if isinstance(granted, int) and isinstance(used, int) else {}
    return {**in_snake_case(brief), **left}


def _drivers(client: Client, query: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the drivers; their list has its own kind of pages (contract)."""
    last: object = None
    for page in range(1, MOST_PAGES + 1):
        told = client.call(Call("GET", "/drivers", {**query, "page": page, "perPage": DRIVERS_AT_ONCE}, types=TYPES))
        # The contract has a bare list; XML has a document with only drivers (?).
        listed = told.get("driver") if isinstance(told, dict) else told
        found = [each for each in (listed if isinstance(listed, list) else [listed]) if isinstance(each, dict)]
        if not found or found == last:
            return
        last = found
        yield from found
        if len(found) < DRIVERS_AT_ONCE:
            return


TASK = Task(
    {
        "gather": {"type": "list", "elements": "str", "choices": list(KINDS), "required": True},
        "query": {"type": "str"},
        "vendor": {"type": "str"},
        "ism_band": {"type": "list", "elements": "str"},
        "base_station_tag": {"type": "str"},
        "base_station_tag_namespace": {"type": "str", "choices": list(NAMESPACES), "default": "operator"},
        "details": {"type": "bool", "default": False},
    },
    run,
)
