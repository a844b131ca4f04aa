# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Statistics: counters, frames, batteries, locations, spreading factors; of devices, multicast groups or the subscription."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .._api.resources import Client, ResourceClient, as_object
from .._api.session import Call
from .._errors import ApiError, OptionError
from .._frame.connection import connected
from .._frame.task import Context, Task
from .._resources.device.declaration import DEVICE
from .._resources.multicast_group import MULTICAST_GROUP
from .._schema.filters import Time, read_eui
from .._schema.json_types import FLAG, INTEGER, NUMBER, TIME, JsonTypes, ListOf
from .._schema.texts import Fault
from .._text import in_snake_case, utc_of
from .._workers import check_parallel, each

SUBSCRIPTION, DEVICES, GROUP, GROUPS = "subscription", "devices", "multicast_group", "multicast_groups"
#: The contract's numbers of frame types.
TYPES_OF_FRAMES = {"uplink": 0, "downlink": 1, "microflow": 4}
TYPES: JsonTypes = {
    **dict.fromkeys(("count", "totalCount", "countFailed", "countSent", "countLate", "countOnTime", "countLost"), INTEGER),
    **dict.fromkeys(("size", "sizeFailed", "sizeSent", "sizeLate", "sizeOnTime", "sizeUp", "sizeDown", "duration"), INTEGER),
    **dict.fromkeys(("subType", "deliveryStatus", "sf", "type", "level", "FCntUp", "fCnt", "fPort"), INTEGER),
    **dict.fromkeys(("bsCount", "bsFailedCount", "bsSuccessCount"), INTEGER),
    **dict.fromkeys(("bitrate", "instantPER", "meanPER", "rssi", "esp", "snr", "instantPerMean", "meanPerMean"), NUMBER),
    **dict.fromkeys(("rssiMean", "snrMean", "espMean", "alt", "hRadius", "vRadius", "lat", "lon", "speed"), NUMBER),
    **dict.fromkeys(("nVelocity", "eVelocity", "direction", "value"), NUMBER),
    **dict.fromkeys(("late", "overflow", "inclusive"), FLAG),
    **dict.fromkeys(("timestamp", "now"), TIME),
    **dict.fromkeys(("subTypes", "lrrs", "ratioRangeDefinitions", "successfulTransmissionValues"), ListOf()),
}


@dataclass(frozen=True)
class Kind:
    """One kind of statistics.

    :param paths: its path by owner: below the subscription, or below a device or multicast group.
    :param options: the options that it supports.
    """

    paths: dict[str, str]
    options: frozenset[str] = frozenset()


WINDOW = frozenset({"begin", "duration"})
SLOTS = WINDOW | {"step", "timezone"}
KINDS = {
    "counters": Kind({SUBSCRIPTION: "/devices/counters"}),
    "frames": Kind({DEVICES: "/frames", GROUP: "/frames", GROUPS: "/multicastGroups/frames"}, WINDOW | {"type", "gateway"}),
    "frame_totals": Kind(
        {
            SUBSCRIPTION: "/devices/frames",
            DEVICES: "/frames/aggregated",
            GROUP: "/frames/aggregated",
            GROUPS: "/multicastGroups/frames/aggregated",
        },
        SLOTS | {"type", "gateway"},
    ),
    "battery_levels": Kind({DEVICES: "/batLevels"}, WINDOW | {"step"}),
    "locations": Kind({DEVICES: "/locations"}, WINDOW | {"step"}),
    "spreading_factors": Kind({DEVICES: "/spreadingFactors/sfDistributions"}, WINDOW),
}
#: The API's name of each option.
QUERY = {"begin": "begin", "duration": "duration", "step": "step", "timezone": "timezone", "type": "type", "gateway": "lrrID"}
OF_DEVICES_ALONE = frozenset({"type", "gateway"})
NOT_OF = "gather: %s isn't available for %s, only for %s"
OF_NO_USE = "%s has no effect on %s: remove it"
MANY_REQUESTS = "the task sends %d requests, one for each device and kind: to send fewer, give fewer kinds or devices"
COSTLY = 1000


def run(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Return the requested statistics; those of devices by DevEUI, requested in parallel."""
    wanted = list(dict.fromkeys(params["gather"]))
    if not wanted:
        raise OptionError("gather is empty: give at least one kind")
    of = DEVICES if params.get("dev_eui") is not None else GROUP if params.get("multicast_group") is not None else params["scope"]
    _check(wanted, of, params)
    query = _query(params)
    if of in (SUBSCRIPTION, GROUPS):
        with connected(params, context) as client:
            return {"changed": False, **{name: _told(client, KINDS[name].paths[of], _known(name, query)) for name in wanted}}
    if of == GROUP:
        group = read_eui("multicast_group", params["multicast_group"])
        with connected(params, context) as client:
            groups = ResourceClient(client, MULTICAST_GROUP)
            return {"changed": False, **{name: _of_one(groups, GROUP, group, name, query) for name in wanted}}
    euis = list(dict.fromkeys(read_eui("dev_eui", given) for given in params["dev_eui"]))
    if len(euis) * len(wanted) >= COSTLY:
        context.warn(MANY_REQUESTS % (len(euis) * len(wanted)))
    found: dict[str, dict[str, Any]] = {}
    with connected(params, context) as client:
        devices = ResourceClient(client, DEVICE)

        def look(eui: str) -> None:
            found[eui] = {name: _of_one(devices, DEVICES, eui, name, query) for name in wanted}

        if euis:  # the first one alone: it shows how this platform addresses devices
            look(euis[0])
        each(euis[1:], look, min(params["parallel"], len(euis)))
    return {"changed": False, "devices": [{"dev_eui": eui, **found[eui]} for eui in euis]}


def _check(wanted: list[str], of: str, params: dict[str, Any]) -> None:
    """Raise :class:`OptionError` for statistics that don't exist, and for options without effect."""
    for name in wanted:
        paths = KINDS[name].paths
        if of not in paths:
            ways = {
                SUBSCRIPTION: "the subscription",
                DEVICES: "dev_eui",
                GROUP: "multicast_group",
                GROUPS: "scope multicast_groups",
            }
            raise OptionError(NOT_OF % (name, ways[of], ", ".join(ways[each] for each in paths)))
    for option in QUERY:
        is_told = any(option in KINDS[name].options for name in wanted) and not (
            of in (GROUP, GROUPS) and option in OF_DEVICES_ALONE
        )
        is_told = is_told and not (of == SUBSCRIPTION and option == "gateway")
        if params.get(option) is not None and not is_told:
            raise OptionError(OF_NO_USE % (option, ", ".join(wanted)))
    check_parallel(params["parallel"])


def _query(params: dict[str, Any]) -> dict[str, Any]:
    query = {QUERY[name]: params[name] for name in QUERY if params.get(name) is not None}
    if "type" in query:
        query["type"] = [TYPES_OF_FRAMES[each] for each in query["type"]]
    if "begin" in query:
        try:
            query["begin"] = Time().parse(query["begin"])
        except Fault as fault:
            raise OptionError("begin %s" % fault) from None
    return query


def _of_one(some: ResourceClient, of: str, eui: str, name: str, query: dict[str, Any]) -> Any:
    """Return the statistics of one device or multicast group."""
    below = KINDS[name].paths[of]
    try:
        return some.at(eui, lambda path: _told(some.client, path + below, _known(name, query), name == "locations"))
    except ApiError as error:
        if error.status == 404:
            what = ("dev_eui" if of == DEVICES else "multicast_group", eui)
            raise OptionError("%s %s doesn't exist in this subscription: correct it, or check the account" % what) from None
        raise


def _known(name: str, query: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters that one kind supports."""
    return {QUERY[option]: query[QUERY[option]] for option in KINDS[name].options if QUERY[option] in query}


def _told(client: Client, path: str, query: dict[str, Any], paged: bool = False) -> dict[str, Any]:
    """Return the platform's answer, with each time also in ISO 8601."""
    if paged:
        return {"briefs": [_dated(brief) for page in client.pages(path, query, TYPES) for brief in page]}
    told = as_object(client.call(Call("GET", path, query, types=TYPES)), path)
    briefs = [_dated(brief) for brief in told.get("briefs") or [] if isinstance(brief, dict)]
    return {**in_snake_case({key: value for key, value in told.items() if key not in ("briefs", "now")}), "briefs": briefs}


def _dated(brief: dict[str, Any]) -> dict[str, Any]:
    when = utc_of(brief.get("timestamp"))
    return {**({"time": when} if when else {}), **in_snake_case(brief)}


TASK = Task(
    {
        "gather": {"type": "list", "elements": "str", "choices": list(KINDS), "required": True},
        "dev_eui": {"type": "list", "elements": "str"},
        "multicast_group": {"type": "str"},
        "scope": {"type": "str", "choices": [SUBSCRIPTION, GROUPS], "default": SUBSCRIPTION},
        "begin": {"type": "str"},
        "duration": {"type": "str"},
        "step": {"type": "str"},
        "timezone": {"type": "str"},
        "type": {"type": "list", "elements": "str", "choices": list(TYPES_OF_FRAMES)},
        "gateway": {"type": "str"},
        "parallel": {"type": "int", "default": 8},
    },
    run,
    {"mutually_exclusive": [("dev_eui", "multicast_group")]},
    digits=frozenset({"dev_eui", "multicast_group"}),
)
