# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done to devices and multicast groups over the air, and their debugging (C)."""

from __future__ import annotations

import re

from . import history, rules
from .codec import decode, encode
from .devices import check_occ
from .errors import ApiError
from .httpmsg import Response
from .operations import Operation
from .parameters import boolean, expiry, matching, whole
from .shapes import OCC, Flag, Thing
from .world import now_ms

_PAYLOAD = ("payload", matching(re.compile(r"([0-9A-Fa-f]{2})*\Z"), "hexadecimal bytes"))
_PORT = ("fPort", whole(1, 225))  # C
_EXPIRY = ("validityTime", expiry)
_RESTRICTED = Thing(_needed=("occContext",), occContext=OCC, debug=Thing(lorawan=Flag()))
_LOG_HEADER = "timestamp,direction,size,SF\n"


class Admins:
    """The handlers of downlinks, resets and debugging."""

    def __init__(self, world, settings, groups, stations):
        self._world = world
        self._settings = settings
        self._groups = groups
        self._stations = stations

    def operations(self):
        """What this area answers."""
        one, group = "/devices/{deviceUid}", "/multicastGroups/{multicastGroupUid}"
        downlink = (_PAYLOAD, _PORT, "fCntDn", "aFCntDn", "flushDownlinkQueue", _EXPIRY)
        return [
            Operation("POST", one + "/admins/downlink", self.downlink, (*downlink, "confirmed")),
            Operation("POST", one + "/admins/reset", self.reset),
            Operation("PUT", one + "/restricted", self.restrict, ("force",), "deviceRestricted"),
            Operation("GET", one + "/debugLorawanLogs", self.logs),
            Operation("POST", group + "/admins/downlink", self.cast, (*downlink, "retryIneligibleGateways")),
        ]

    def _device(self, uid):
        return self._world.require(uid, self._settings.eui_paths)

    def downlink(self, request, who, uid):
        """POST a downlink: it waits in the queue, which only the inspection shows; 201 as C has it."""
        device = self._device(uid)
        is_11 = rules.is_11(self._world.catalogue.profiles[device["model"]])
        wrong = "fCntDn" if is_11 else "aFCntDn"  # C: each belongs to one LoRaWAN version
        if request.value(wrong) is not None:
            raise ApiError("bad_parameter", wrong, "the device is LoRaWAN 1.%d" % is_11)
        self._submit(request, device["EUI"], {"confirmed": boolean(request, "confirmed", False)})
        return encode(request, 201)

    def cast(self, request, who, uid):
        """POST a downlink to a multicast group: sent at once by its active base stations (?)."""
        group = self._groups.require(uid)
        stations = self._stations.reached(group)
        sent = sum(one["healthState"] == "ACTIVE" for one in stations)
        counts = {"bsCount": len(stations), "bsSuccessCount": sent, "bsFailedCount": len(stations) - sent}
        number = len(self._world.downlinks.get(group["EUI"], ()))
        status = "SUCCESS" if sent else "ABORTED"
        self._submit(request, group["EUI"], dict(counts, status=status, fCnt=int(request.value("fCntDn", number))), flush=False)
        group["lastDwTimestamp"] = now_ms()
        return encode(request, 201)

    def _submit(self, request, eui, more, flush=True):
        for name in ("payload", "fPort"):
            if request.value(name) is None:
                raise ApiError("bad_parameter", name, "it is mandatory")
        queue = self._world.downlinks.setdefault(eui, [])
        if flush and boolean(request, "flushDownlinkQueue", False):
            queue.clear()
        payload = request.value("payload")
        queue.append(dict(more, timestamp=now_ms(), payload=payload, size=len(payload) // 2, fPort=int(request.value("fPort"))))
        self._world.touch()

    def reset(self, request, who, uid):
        """POST: the network forgets the device's session, so its queue and what it knew of the radio (C, ?)."""
        device = self._device(uid)
        self._world.downlinks.pop(device["EUI"], None)
        self._world.touch()
        return encode(request, 204)

    def restrict(self, request, who, uid):
        """PUT the debugging of a device; it is read with the device (C)."""
        device = self._device(uid)
        body = decode(request, _RESTRICTED)
        if not boolean(request, "force", False):
            check_occ(body, device["version"], True)
        if "lorawan" in body.get("debug", {}):
            debug = dict(device.get("debug") or {}, lorawan=body["debug"]["lorawan"], lorawanSince=now_ms())
            self._world.replace(device, {"debug": debug})
        self._world.stamp(device, who)
        context = {name: device[name] for name in ("version", "lastUpdate", "who")}
        kept = {"lorawan": False, **(device.get("debug") or {})}
        debug = {name: kept[name] for name in ("lorawan", "lorawanSince") if name in kept}
        return encode(request, 200, {"occContext": context, "debug": debug})

    def logs(self, request, who, uid):
        """GET the frames as CSV; the columns of the real logs are not public (?)."""
        rows = [
            "%d,%s,%d,%s\n" % (one["timestamp"], "down" if one["type"] else "up", one["size"], one.get("sf", ""))
            for one in history.frames(self._device(uid))
        ]
        return Response(200, (_LOG_HEADER + "".join(rows)).encode("ascii"), "text/csv")
