# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Frames, battery levels, locations and spreading factors (C)."""

from __future__ import annotations

import re

from . import history
from .codec import encode
from .errors import ApiError
from .operations import Operation
from .parameters import boolean, matching, page, seconds, texts, window, word
from .world import now_ms

_TYPE = ("type", word("0", "1", "4"))
_HOUR, _DAY = 3600, 86400
_CHANNELS = ("lcs", matching(re.compile(r"[0-9]{1,3}((,[0-9]{1,3})*|-[0-9]{1,3})\Z"), "channels like 1,2,3 or 0-254"))
_RATIOS = ((1.0, 1.0), (0.8, 1.0), (0.3, 0.8), (0.0, 0.3))


class Measures:
    """The handlers of what devices and multicast groups did."""

    def __init__(self, world, settings, groups):
        self._world = world
        self._settings = settings
        self._groups = groups

    def operations(self):
        """What this area answers."""
        one, group = "/devices/{deviceUid}", "/multicastGroups/{multicastGroupUid}"
        time = ("begin", "duration")
        slots = (*time, "step", "timezone")
        server, station = texts("appServerID"), texts("lrrID")
        return [
            Operation("GET", "/devices/frames", self.all_frames, (*slots, _TYPE, *server), "frames"),
            Operation("GET", one + "/frames", self.frames, (*time, "overflow", _TYPE, *station), "frames"),
            Operation("GET", one + "/frames/aggregated", self.aggregated, (*slots, _TYPE, *station), "frames"),
            Operation("GET", one + "/batLevels", self.batteries, (*time, "step"), "batLevels"),
            Operation("GET", one + "/locations", self.locations, ("pageIndex", "pageSize", *time, "step"), "locations"),
            Operation("GET", one + "/spreadingFactors/sfDistributions", self.factors, (*time, _CHANNELS), "sfDistributions"),
            Operation("GET", "/multicastGroups/frames", self.group_frames, (*time, "overflow", *server), "frames"),
            Operation("GET", "/multicastGroups/frames/aggregated", self.group_slots, (*slots, *server), "frames"),
            Operation("GET", group + "/frames", self.group_frames, (*time, "overflow"), "frames"),
            Operation("GET", group + "/frames/aggregated", self.group_slots, slots, "frames"),
        ]

    # -- devices -----------------------------------------------------------------------

    def all_frames(self, request, who):
        """GET the frames of all devices per time slot (C)."""
        server = request.value("appServerID")
        devices = [one for one in self._world.by_uid.values() if server is None or server in one["servers"]]
        found = [frame for one in devices for frame in _seen(request, one)]
        return encode(request, 200, {"briefs": history.aggregate(found, _step(request)), "now": now_ms()})

    def frames(self, request, who, uid):
        """GET the frames of a device (C)."""
        device = self._device(uid)
        found = _seen(request, device)
        if boolean(request, "overflow"):
            found = [one for one in found if one.get("overflow")]
        best = (device["radio"] or {}).get("bestLRR")
        return encode(request, 200, {"briefs": found, "lrrs": [{"lrrID": best}] if best else [], "now": now_ms()})

    def aggregated(self, request, who, uid):
        """GET the frames of a device per time slot (C)."""
        found = _seen(request, self._device(uid))
        return encode(request, 200, {"briefs": history.aggregate(found, _step(request), means=True), "now": now_ms()})

    def batteries(self, request, who, uid):
        """GET battery levels: the one that is known (C)."""
        radio = self._device(uid)["radio"] or {}
        level, when = radio.get("lastBatLevel"), radio.get("lastBatLevelTimestamp")
        begin, end = window(request, "P1Y")
        known = level is not None and when is not None and begin <= when <= end
        return encode(request, 200, {"briefs": [{"timestamp": when, "level": level}] if known else []})

    def locations(self, request, who, uid):
        """GET locations: where the network last saw the device (C)."""
        device = self._device(uid)
        begin, end = window(request, "P7D")
        when = (device["radio"] or {}).get("lastUpTimestamp", device["lastUpdate"])
        briefs = []
        if device["network"] and begin <= when <= end:
            latitude, longitude, radius = device["network"]
            briefs = [{"timestamp": when, "lat": latitude, "lon": longitude, "alt": 0.0, "hRadius": radius, "vRadius": 0.0}]
        return encode(request, 200, page(request, self._settings, briefs, sized=True))

    def factors(self, request, who, uid):
        """GET how often each spreading factor was used (C)."""
        found = _seen(request, self._device(uid), "PT10M")
        return encode(request, 200, history.spreading_factors(found))

    def _device(self, uid):
        return self._world.require(uid, self._settings.eui_paths)

    # -- multicast groups -----------------------------------------------------------------

    def group_frames(self, request, who, uid=None):
        """GET the downlinks of one multicast group or of all (C)."""
        found = [{name: value for name, value in one.items() if name in _GROUP_FRAME} for one in self._sent(request, uid)]
        return encode(request, 200, {"briefs": [] if boolean(request, "overflow") else found, "now": now_ms()})

    def group_slots(self, request, who, uid=None):
        """GET those downlinks per time slot, by the share of base stations that sent them (C)."""
        step = _step(request)
        slots = {}
        for one in self._sent(request, uid):
            slots.setdefault(one["timestamp"] // step * step, []).append(one)
        document = {
            "briefs": [
                {"timestamp": when, "successfulTransmissionValues": [_share(slots[when], *ratio) for ratio in _RATIOS]}
                for when in sorted(slots)
            ],
            "ratioRangeDefinitions": [_range(low, high) for low, high in _RATIOS],
            "now": now_ms(),
        }
        return encode(request, 200, document)

    def _sent(self, request, uid):
        groups = self._world.groups.values() if uid is None else [self._groups.require(uid)]
        server = request.value("appServerID")
        begin, end = window(request, "P7D")
        return sorted(
            (
                one
                for group in groups
                if server is None or server in group["servers"]
                for one in self._world.downlinks.get(group["EUI"], ())
                if begin <= one["timestamp"] <= end
            ),
            key=lambda one: one["timestamp"],
        )


_GROUP_FRAME = ("timestamp", "size", "fPort", "fCnt", "status", "bsCount", "bsSuccessCount", "bsFailedCount")


def _seen(request, device, duration="P7D"):
    """The frames of a device in the window, of the types and by the base station that are asked for."""
    begin, end = window(request, duration)
    kinds = [int(kind) for kind in request.values("type")]
    station = request.value("lrrID")
    if station is not None and station != (device["radio"] or {}).get("bestLRR"):
        return []
    return [one for one in history.frames(device) if begin <= one["timestamp"] <= end and (not kinds or one["type"] in kinds)]


def _step(request):
    """The length of a slot in milliseconds: one to 24 hours, or a day (C)."""
    length = seconds(request.value("step", "PT1H"))
    if length % _HOUR or not _HOUR <= length <= _DAY:
        raise ApiError("bad_parameter", "step", "PT1H to PT24H or P1D is expected")
    return length * 1000


def _share(sent, low, high):
    found = [one for one in sent if _in_range(one["bsSuccessCount"] / max(1, one["bsCount"]), low, high)]
    return {"count": len(found), "size": sum(one["size"] for one in found)}


def _in_range(ratio, low, high):
    return ratio == low if low == high else low <= ratio < high


def _range(low, high):
    """C: only a full success has an upper bound that is included."""
    return {
        "minimumRatio": {"inclusive": True, "value": low},
        "maximumRatio": {"inclusive": low == high, "value": high},
    }
