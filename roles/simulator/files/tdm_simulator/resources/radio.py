# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Downlinks to devices and multicast groups, resets, and debugging (C)."""

from __future__ import annotations

import re
from typing import Any

from .. import now_ms
from ..api.collection import check_version, context
from ..api.operations import Call, Operation
from ..api.parameters import boolean, expiry, matching, whole
from ..api.shapes import OCC, Flag, Thing
from ..errors import ApiError
from ..http.messages import Response
from ..world import history
from . import device_rules as rules
from .base_stations import reached
from .devices import DEVICES
from .multicast_groups import GROUPS

_PAYLOAD = ("payload", matching(re.compile(r"([0-9A-Fa-f]{2})*\Z"), "hexadecimal bytes"))
_PORT = ("fPort", whole(1, 225))  # C
_RESTRICTED = Thing(_needed=("occContext",), occContext=OCC, debug=Thing(lorawan=Flag()))
_LOG_HEADER = "timestamp,direction,size,SF\n"


def send(call: Call, uid: str) -> Response:
    """POST a downlink to the queue, which only the inspection shows; 201 as in C."""
    device = DEVICES.require(call, uid)
    is_11 = rules.is_11(call.world.catalogue.profiles[device["model"]])
    wrong = "fCntDn" if is_11 else "aFCntDn"  # C: each belongs to one version of LoRaWAN
    if call.value(wrong) is not None:
        raise ApiError("bad_parameter", wrong, "the device is LoRaWAN 1.%d" % is_11)
    _submit(call, device["EUI"], True, confirmed=boolean(call, "confirmed", False))
    return call.answer(201)


def cast(call: Call, uid: str) -> Response:
    """POST a downlink to a multicast group; its active base stations send it at once (?)."""
    group = GROUPS.require(call, uid)
    stations = reached(call.world, group)
    sent = sum(one["healthState"] == "ACTIVE" for one in stations)
    counts = {"bsCount": len(stations), "bsSuccessCount": sent, "bsFailedCount": len(stations) - sent}
    number = len(call.world.downlinks.get(group["EUI"], ()))
    status = "SUCCESS" if sent else "ABORTED"
    _submit(call, group["EUI"], False, **counts, status=status, fCnt=int(call.value("fCntDn", number)))
    group["lastDwTimestamp"] = now_ms()
    return call.answer(201)


def _submit(call: Call, eui: str, flush: bool, **more: Any) -> None:
    payload, port = call.required("payload"), int(call.required("fPort"))
    queue = call.world.downlinks.setdefault(eui, [])
    if flush and boolean(call, "flushDownlinkQueue"):
        queue.clear()
    queue.append(dict(more, timestamp=now_ms(), payload=payload, size=len(payload) // 2, fPort=port))
    call.world.touch()


def reset(call: Call, uid: str) -> Response:
    """POST: the network forgets the device's session, its queue and its radio data (C, ?)."""
    device = DEVICES.require(call, uid)
    call.world.downlinks.pop(device["EUI"], None)
    call.world.touch()
    return call.answer(204)


def restrict(call: Call, uid: str) -> Response:
    """PUT the debugging of a device; it is read with the device (C)."""
    device = DEVICES.require(call, uid)
    body = call.body(_RESTRICTED)
    check_version(call, body, device, True)
    debug = device.get("debug") or {}
    if "lorawan" in body.get("debug", {}):
        debug = dict(debug, lorawan=body["debug"]["lorawan"], lorawanSince=now_ms())
        call.world.change(device, {"debug": debug})
    call.world.stamp(device, call.who)
    shown = {name: value for name, value in {"lorawan": False, **debug}.items() if name in ("lorawan", "lorawanSince")}
    return call.answer(200, {"occContext": context(device), "debug": shown})


def logs(call: Call, uid: str) -> Response:
    """GET the frames as CSV; the columns of the real logs are not public (?)."""
    rows = [
        "%d,%s,%d,%s\n" % (one["timestamp"], "down" if one["type"] else "up", one["size"], one.get("sf", ""))
        for one in history.frames(DEVICES.require(call, uid))
    ]
    return Response(200, (_LOG_HEADER + "".join(rows)).encode("ascii"), "text/csv")


_DOWNLINK = (_PAYLOAD, _PORT, "fCntDn", "aFCntDn", "flushDownlinkQueue", ("validityTime", expiry))
OPERATIONS = [
    Operation("POST", DEVICES.item + "/admins/downlink", send, (*_DOWNLINK, "confirmed")),
    Operation("POST", DEVICES.item + "/admins/reset", reset),
    Operation("PUT", DEVICES.item + "/restricted", restrict, ("force",), "deviceRestricted", rights=("ra",)),
    Operation("GET", DEVICES.item + "/debugLorawanLogs", logs, rights=("ra",)),
    Operation("POST", GROUPS.item + "/admins/downlink", cast, (*_DOWNLINK, "retryIneligibleGateways")),
]
