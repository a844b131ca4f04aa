# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Frames, battery levels, locations and spreading factors (C)."""

from __future__ import annotations

import re

from .. import Document, now_ms
from ..api.operations import Call, Operation
from ..api.parameters import boolean, matching, seconds, texts, window, word
from ..errors import ApiError
from ..http.messages import Response
from ..world import history
from .devices import DEVICES
from .multicast_groups import GROUPS

_TYPE = ("type", word("0", "1", "4"))
_HOUR, _DAY = 3600, 86400
_CHANNELS = ("lcs", matching(re.compile(r"[0-9]{1,3}((,[0-9]{1,3})*|-[0-9]{1,3})\Z"), "channels like 1,2,3 or 0-254"))
_RATIOS = ((1.0, 1.0), (0.8, 1.0), (0.3, 0.8), (0.0, 0.3))


# -- devices -----------------------------------------------------------------------


def all_frames(call: Call) -> Response:
    """GET the frames of all devices per time slot (C)."""
    server = call.value("appServerID")
    devices = [one for one in call.world.devices.values() if server is None or server in one["servers"]]
    found = [frame for one in devices for frame in _seen(call, one)]
    return call.answer(200, {"briefs": history.aggregate(found, _step(call)), "now": now_ms()})


def frames(call: Call, uid: str) -> Response:
    """GET the frames of a device (C)."""
    device = DEVICES.require(call, uid)
    found = _seen(call, device)
    if boolean(call, "overflow"):
        found = [one for one in found if one.get("overflow")]
    best = (device["radio"] or {}).get("bestLRR")
    return call.answer(200, {"briefs": found, "lrrs": [{"lrrID": best}] if best else [], "now": now_ms()})


def aggregated(call: Call, uid: str) -> Response:
    """GET the frames of a device per time slot (C)."""
    found = _seen(call, DEVICES.require(call, uid))
    return call.answer(200, {"briefs": history.aggregate(found, _step(call), means=True), "now": now_ms()})


def batteries(call: Call, uid: str) -> Response:
    """GET battery levels: only the last known one (C)."""
    radio = DEVICES.require(call, uid)["radio"] or {}
    level, when = radio.get("lastBatLevel"), radio.get("lastBatLevelTimestamp")
    begin, end = window(call, "P1Y")
    known = level is not None and when is not None and begin <= when <= end
    return call.answer(200, {"briefs": [{"timestamp": when, "level": level}] if known else []})


def locations(call: Call, uid: str) -> Response:
    """GET locations: where the network last located the device (C)."""
    device = DEVICES.require(call, uid)
    begin, end = window(call, "P7D")
    when = (device["radio"] or {}).get("lastUpTimestamp") or device["lastUpdate"]
    briefs = []
    if device["network"] and begin <= when <= end:
        latitude, longitude, radius = device["network"]
        briefs = [{"timestamp": when, "lat": latitude, "lon": longitude, "alt": 0.0, "hRadius": radius, "vRadius": 0.0}]
    return call.page(briefs, sized=True)


def factors(call: Call, uid: str) -> Response:
    """GET the number of frames per spreading factor (C)."""
    found = _seen(call, DEVICES.require(call, uid), "PT10M")
    return call.answer(200, history.spreading_factors(found))


# -- multicast groups -----------------------------------------------------------------


def group_frames(call: Call, uid: str | None = None) -> Response:
    """GET the downlinks of one multicast group or of all (C)."""
    found = [{name: value for name, value in one.items() if name in _GROUP_FRAME} for one in _sent(call, uid)]
    return call.answer(200, {"briefs": [] if boolean(call, "overflow") else found, "now": now_ms()})


def group_slots(call: Call, uid: str | None = None) -> Response:
    """GET these downlinks per time slot, by the share of base stations that sent them (C)."""
    step = _step(call)
    slots: dict[int, list[Document]] = {}
    for one in _sent(call, uid):
        slots.setdefault(one["timestamp"] // step * step, []).append(one)
    document = {
        "briefs": [
            {"timestamp": when, "successfulTransmissionValues": [_share(slots[when], *ratio) for ratio in _RATIOS]}
            for when in sorted(slots)
        ],
        "ratioRangeDefinitions": [_range(low, high) for low, high in _RATIOS],
        "now": now_ms(),
    }
    return call.answer(200, document)


def _sent(call: Call, uid: str | None) -> list[Document]:
    groups = call.world.groups.values() if uid is None else [GROUPS.require(call, uid)]
    server = call.value("appServerID")
    begin, end = window(call, "P7D")
    return sorted(
        (
            one
            for group in groups
            if server is None or server in group["servers"]
            for one in call.world.downlinks.get(group["EUI"], ())
            if begin <= one["timestamp"] <= end
        ),
        key=lambda one: one["timestamp"],
    )


_GROUP_FRAME = ("timestamp", "size", "fPort", "fCnt", "status", "bsCount", "bsSuccessCount", "bsFailedCount")


def _seen(call: Call, device: Document, duration: str = "P7D") -> list[Document]:
    """The frames of a device in the window, of the requested types and base station."""
    begin, end = window(call, duration)
    kinds = [int(kind) for kind in call.values("type")]
    station = call.value("lrrID")
    if station is not None and station != (device["radio"] or {}).get("bestLRR"):
        return []
    return [one for one in history.frames(device) if begin <= one["timestamp"] <= end and (not kinds or one["type"] in kinds)]


def _step(call: Call) -> int:
    """The length of a slot in milliseconds: one to 24 hours, or a day (C)."""
    length = seconds(call.value("step", "PT1H")) or 0
    if length % _HOUR or not _HOUR <= length <= _DAY:
        raise ApiError("bad_parameter", "step", "PT1H to PT24H or P1D is expected")
    return length * 1000


def _share(sent: list[Document], low: float, high: float) -> Document:
    found = [one for one in sent if _in_range(one["bsSuccessCount"] / max(1, one["bsCount"]), low, high)]
    return {"count": len(found), "size": sum(one["size"] for one in found)}


def _in_range(ratio: float, low: float, high: float) -> bool:
    return ratio == low if low == high else low <= ratio < high


def _range(low: float, high: float) -> Document:
    """A range; only that of a full success includes its upper bound (C)."""
    return {
        "minimumRatio": {"inclusive": True, "value": low},
        "maximumRatio": {"inclusive": low == high, "value": high},
    }


_ONE, _GROUP = DEVICES.item, GROUPS.item
_TIME = ("begin", "duration")
_SLOTS = (*_TIME, "step", "timezone")
_SERVER, _STATION = texts("appServerID"), texts("lrrID")
OPERATIONS = [
    Operation("GET", "/devices/frames", all_frames, (*_SLOTS, _TYPE, *_SERVER), "frames"),
    Operation("GET", _ONE + "/frames", frames, (*_TIME, "overflow", _TYPE, *_STATION), "frames"),
    Operation("GET", _ONE + "/frames/aggregated", aggregated, (*_SLOTS, _TYPE, *_STATION), "frames"),
    Operation("GET", _ONE + "/batLevels", batteries, (*_TIME, "step"), "batLevels"),
    Operation("GET", _ONE + "/locations", locations, ("pageIndex", "pageSize", *_TIME, "step"), "locations"),
    Operation("GET", _ONE + "/spreadingFactors/sfDistributions", factors, (*_TIME, _CHANNELS), "sfDistributions"),
    Operation("GET", "/multicastGroups/frames", group_frames, (*_TIME, "overflow", *_SERVER), "frames"),
    Operation("GET", "/multicastGroups/frames/aggregated", group_slots, (*_SLOTS, *_SERVER), "frames"),
    Operation("GET", _GROUP + "/frames", group_frames, (*_TIME, "overflow"), "frames"),
    Operation("GET", _GROUP + "/frames/aggregated", group_slots, _SLOTS, "frames"),
]
