# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator's own resources below `/_simulator/`: for tests, from this host only."""

from __future__ import annotations

import ipaddress
import os
import re
from typing import Callable

from .. import Document
from ..access.accounts import Accounts
from ..api.codec import decode, encode
from ..api.shapes import TAG_NAME, Many, Number, Text, Thing
from ..errors import ApiError
from ..http.messages import Request, Response
from ..resources import alarms
from ..resources.devices import DEVICES
from ..world.world import World
from . import seeding
from .faults import Faults
from .meter import Meter
from .uplinks import Uplinks

_EUI_PREFIX = re.compile(r"[0-9A-Fa-f]{1,12}\Z")
_SEED = Thing(count=Number())
_ALARM = Thing(_needed=("id", "state"), id=Number(), state=Number(), details=Many(Text()), updated=Number(0, 2**53))


class Inspection:
    """Shows the world and changes it, unnoticed by the client."""

    def __init__(self, world: World, accounts: Accounts, meter: Meter, faults: Faults, uplinks: Uplinks) -> None:
        self._world, self._accounts, self._meter, self._faults = world, accounts, meter, faults
        self._settings, self._jobs = world.settings, world.jobs
        self._plain: dict[str, Callable[[], Document | None]] = {
            "GET process": lambda: {"pid": os.getpid(), "edition": world.settings.edition},
            "GET requests": meter.shown,
            "DELETE requests": meter.reset,
            "GET sessions": accounts.alive,
            "GET sessions/issued": lambda: {"issued": accounts.issued()},
            "POST sessions/kill": accounts.kill,
            "GET accounts": accounts.state,
            "POST accounts/unlock": self._unlock,
            "GET faults": faults.shown,
            "DELETE faults": faults.clear,
            "GET jobs": lambda: {"jobs": world.jobs.shown()},
            "GET settings": world.settings.public,
            "GET uplinks": uplinks.shown,
            "POST reset": self._reset,
        }

    def handle(self, request: Request) -> Response:
        """Answer one inspection request."""
        try:
            local = ipaddress.ip_address(request.peer.partition("%")[0]).is_loopback
        except ValueError:
            local = False
        if not local:
            raise ApiError("other_subscription")
        _head, kind, *rest = request.path[1:].split("/")
        plain = self._plain.get("%s %s" % (request.method, "/".join([kind, *rest])))
        if plain is not None:
            document = plain()
            return encode(request, 204 if document is None else 200, document)
        handler = getattr(self, "_%s_%s" % (request.method.lower(), kind), None)
        if request.method not in ("GET", "PUT", "POST", "DELETE") or handler is None:
            raise ApiError("not_found")
        answer: Response = handler(request, rest)
        return answer

    def _unlock(self) -> None:
        self._accounts.unlock()
        self._world.touch()

    def _reset(self) -> None:
        for one in (self._jobs, self._faults):
            one.clear()
        for other in (self._world, self._accounts, self._meter):
            other.reset()

    def _put_faults(self, request: Request, rest: list[str]) -> Response:
        self._faults.schedule(decode(request))
        return encode(request, 204)

    def _put_settings(self, request: Request, rest: list[str]) -> Response:
        changes = decode(request)
        licences = changes.pop("licences", {})
        plans = self._world.plans
        if not isinstance(licences, dict) or not all(
            plan in plans and isinstance(granted, int) and granted >= 0 for plan, granted in licences.items()
        ):
            raise ApiError("invalid", "licences", "known plans with numbers are expected")
        try:
            self._settings.change(changes)
        except ValueError as problem:
            raise ApiError("bad_request", problem) from None
        for plan, granted in licences.items():
            plans[plan]["granted"] = granted
            self._settings.licences[plan] = granted
        return encode(request, 200, self._settings.public())

    def _post_seed(self, request: Request, rest: list[str]) -> Response:
        body = decode(request, _SEED)
        count = body.get("count", 1)
        prefix = body.get("prefix", seeding.SEED_PREFIX)
        tags = body.get("tags", [])
        chosen = {name: body[name] for name in ("plan", "model", "route") if body.get(name) is not None}
        if not 0 <= count <= 1000000:
            raise ApiError("invalid", "count", count)
        if not isinstance(prefix, str) or not _EUI_PREFIX.match(prefix):
            raise ApiError("invalid", "prefix", "the first digits of EUIs are expected")
        if not isinstance(tags, list) or not all(isinstance(tag, str) and TAG_NAME.match(tag) for tag in tags):
            raise ApiError("invalid", "tags", "tag names are expected")
        known = {"plan": self._world.plans, "model": self._world.catalogue.profiles, "route": self._world.routes}
        for name, value in chosen.items():
            if value not in known[name]:
                raise ApiError("unknown_" + name, value)
        try:
            made = seeding.seed(self._world, count, prefix.upper(), tags, chosen)
        except ValueError as problem:
            raise ApiError("bad_request", problem) from None
        return encode(
            request, 201, {"created": len(made), "first": made[0] if made else None, "last": made[-1] if made else None}
        )

    # -- devices -----------------------------------------------------------------

    def _get_devices(self, request: Request, rest: list[str]) -> Response:
        if rest:
            return encode(request, 200, self._shown(self._require(rest)))
        return encode(
            request,
            200,
            {"count": len(self._world.devices), "devices": [self._shown(one) for one in self._world.devices.values()]},
        )

    def _put_devices(self, request: Request, rest: list[str]) -> Response:
        device = self._require(rest)
        body = decode(request)
        raw: Document = {name: body.pop(name) for name in ("health", "radio", "network", "alarms") if name in body}
        _check_raw(raw)
        who = body.pop("who", seeding.OTHER_WRITER)
        DEVICES.shape.check("", dict(body, name=who))
        body = DEVICES.shape.check("", body)
        if device["activation"] == "OTAA" and "nwAddress" in body:
            raw["nwAddress"] = body.pop("nwAddress")  # as after a join
        DEVICES.changed(seeding.other_writer(self._world, who), device, body)
        if "alarms" in raw:
            alarms.replace(self._world, device["EUI"], raw.pop("alarms"))
        device.update(raw)
        return encode(request, 200, self._shown(device))

    def _put_groups(self, request: Request, rest: list[str]) -> Response:
        group = self._world.groups.get(rest[0].upper()) if len(rest) == 1 else None
        body = decode(request)
        if group is None or set(body) != {"alarms"}:
            raise ApiError("bad_request", "a multicast group's alarms are expected")
        _check_raw(body)
        alarms.replace(self._world, group["EUI"], body["alarms"])
        return encode(request, 200, group)

    def _put_alarms(self, request: Request, rest: list[str]) -> Response:
        """Raise an alarm, make it worse or better, or clear it: ``PUT alarms/{EUI}``."""
        eui = rest[0].upper() if len(rest) == 1 else ""
        if eui not in self._world.devices and eui not in self._world.groups:
            raise ApiError("device_not_found", "device", eui)
        body = decode(request, _ALARM)
        number, state, details = body["id"], body["state"], body.get("details", [])
        if not alarms.CLEARED <= state <= alarms.CRITICAL or not 1 <= number <= 999:
            raise ApiError("bad_request", "a number from 1 to 999 and a state from 1 to 6 are expected")
        if len(details) > alarms.MOST_DETAILS:
            raise ApiError("bad_request", "%d details are the most" % alarms.MOST_DETAILS)
        told = alarms.tell(self._world, eui, number, state, details, body.get("updated"))
        return encode(request, 200, told)

    def _delete_devices(self, request: Request, rest: list[str]) -> Response:
        self._world.remove(self._world.devices, self._require(rest))
        return encode(request, 204)

    def _require(self, rest: list[str]) -> Document:
        device = self._world.devices.get(rest[0].upper()) if len(rest) == 1 else None
        if device is None:
            raise ApiError("device_not_found", "device", "/".join(rest))
        return device

    def _shown(self, one: Document) -> Document:
        return dict(one, href=DEVICES.href(self._world, one), downlinks=self._world.downlinks.get(one["EUI"], []))


def _check_raw(raw: Document) -> None:
    """Refuse a state that no device can have, because it would fail only in a later answer."""
    if raw.get("health", "INIT") not in ("INIT", "ACTIVE", "RF_CNX_ERROR"):
        raise ApiError("invalid", "health", raw["health"])
    if not isinstance(raw.get("radio") or {}, dict):
        raise ApiError("invalid", "radio", "an object is expected")
    for name, length in (("network", 3), ("alarms", 6)):
        value = raw.get(name)
        if name == "network" and value is None:
            continue
        if name in raw and not (
            isinstance(value, list)
            and len(value) == length
            and all(isinstance(item, int if name == "alarms" else (int, float)) for item in value)
        ):
            raise ApiError("invalid", name, "%d numbers are expected" % length)
