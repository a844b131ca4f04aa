# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One device: create, read, update, delete (C, API.md section 4)."""

from __future__ import annotations

from . import fields, rules, views
from .codec import decode, encode
from .errors import ApiError
from .operations import Operation
from .parameters import boolean, choice
from .world import now_ms


def blank(eui, who):
    """A device as it is before any field is set."""
    now = now_ms()
    return {
        "uid": None,
        "EUI": eui,
        "name": "-".join(eui[i : i + 2] for i in range(0, 16, 2)),
        "activation": "OTAA",
        "connectivity": "LORAWAN",
        "model": None,
        "appEUI": None,
        "joinServer": None,
        "nwAddress": None,
        "keys": {},
        "plan": None,
        "suspension": "SUBSCRIBER_SUSPENDED",
        "health": "INIT",
        "route": None,
        "servers": [],
        "domains": [],
        "tags": [],
        "alarm004": None,
        "motionIndicator": None,
        "adminLat": None,
        "adminLon": None,
        "locationType": 1,
        "network": None,
        "markerID": rules.DEFAULT_MARKER,
        "customerAdminData": None,
        "driver": None,
        "radio": None,
        "alarms": [0, 0, 0, 0, 0, 0],
        "creationDate": now,
        "version": 1,
        "lastUpdate": now,
        "who": who,
    }


class Devices:
    """The handlers of `devices` and `devices/{deviceUid}`."""

    def __init__(self, world, settings, exchange, tasks):
        self._world = world
        self._settings = settings
        self._exchange = exchange
        self._tasks = tasks

    def operations(self):
        """What this area answers."""
        one = "/devices/{deviceUid}"
        mode = "networkSubscriptionsHandlingMode"
        return [
            Operation("POST", "/devices", self.create, ("async", mode), "device"),
            Operation("GET", one, self.read, ("language-tag",), "device"),
            Operation("PUT", one, self.update, ("force", mode), "device"),
            Operation("DELETE", one, self.delete, ("async",)),
        ]

    # -- HTTP ----------------------------------------------------------------

    def create(self, request, who):
        """POST: 201 with Location and the device, or 202 with a task's Location (C, O)."""
        mode = self._mode(request)
        later = boolean(request, "async", False)
        device = self.create_device(decode(request, fields.DEVICE), mode, who)
        if later:
            return self._tasks.accepted(request, views.device_href(self._settings, device))
        href = views.device_href(self._settings, device)
        return encode(request, 201, views.device(self._world, self._settings, device), [("Location", href)])

    def read(self, request, who, uid):
        """GET one device."""
        device = self._require(uid)
        return encode(request, 200, views.device(self._world, self._settings, device))

    def update(self, request, who, uid):
        """PUT a partial document (O) under optimistic locking (C)."""
        device = self._require(uid)
        mode = self._mode(request)
        force = boolean(request, "force", False)
        body = decode(request, fields.DEVICE)
        if not force:
            check_occ(body, device["version"], self._settings.occ_required)
        self.update_device(device, body, mode, who)
        return encode(request, 200, views.device(self._world, self._settings, device))

    def delete(self, request, who, uid):
        """DELETE: 204, and nothing of the device is left (C)."""
        device = self._require(uid)
        later = boolean(request, "async", False)
        self._world.remove(device)
        if later:
            return self._tasks.accepted(request, views.device_href(self._settings, device))
        return encode(request, 204)

    # -- the work itself -------------------------------------------------------

    def create_device(self, body, mode, who):
        """Check a document by all rules and add the device."""
        if self._settings.old_bodies and "activation" not in body:  # O: KPN's client of 2016 makes ABP devices so
            body["activation"] = "OTAA" if "appEUI" in body or "appKey" in body else "ABP"  # ? that OTAA shows by its fields
        for name in ("EUI", "model", "activation"):
            if name not in body:
                raise ApiError("missing", name)
        for name in ("locationType", "occContext"):
            if name in body:
                raise ApiError("create_forbidden", name)
        if body.get("connectivity", "LORAWAN") != "LORAWAN":
            raise ApiError("forbidden", "connectivity", "cellular devices are not supported")
        world = self._world
        if self._settings.otaa_only and body["activation"] != "OTAA":
            raise ApiError("forbidden", "activation", "this platform provisions OTAA only")
        eui = body["EUI"].upper()
        if eui in world.devices:
            raise ApiError("device_exists")
        profile = rules.profile_for(world.catalogue, body)
        device = blank(eui, who)
        self._exchange.open_keys(body)
        device["joinServer"] = rules.check_new_keys(body, profile)
        device.update(rules.simple_fields(body, None))
        plan, _given = rules.plan(world, mode, body, None)
        route, servers = rules.routing(world, self._settings, body, None)
        device.update(
            model=profile["ID"],
            activation=body["activation"],
            plan=plan,
            route=route,
            servers=servers,
            suspension=rules.suspension(body, None, plan, True),
        )
        if "nwAddress" in body:
            device["nwAddress"] = body["nwAddress"].upper()
        world.add(device)
        return device

    def update_device(self, device, body, mode, who):
        """Check a partial document by all rules and change the device, or nothing."""
        world = self._world
        rules.check_update_forbidden(body, device)
        profile = world.catalogue.profiles[device["model"]]
        if "model" in body:
            wanted = rules.profile_for(world.catalogue, body)
            if wanted is not profile:
                rules.check_model_change(profile, wanted, device)
                profile = wanted
        self._exchange.open_keys(body)
        rules.check_changed_keys(body, device, profile)
        changed = rules.simple_fields(body, device)
        plan, given = rules.plan(world, mode, body, device)
        route, servers = rules.routing(world, self._settings, body, device)
        changed.update(
            model=profile["ID"],
            plan=plan,
            route=route,
            servers=servers,
            suspension=rules.suspension(body, device, plan, given),
        )
        if device["suspension"] != "NONE" and changed["suspension"] == "NONE":
            changed["health"] = "INIT"  # C: resumed, not yet heard since then
        world.replace(device, changed)
        world.stamp(device, who)

    # -- helpers ---------------------------------------------------------------

    def _require(self, uid):
        return self._world.require(uid, self._settings.eui_paths)

    def _mode(self, request):
        return handling_mode(request, self._settings)


def handling_mode(request, settings):
    """How the plan is chosen: by flags or by its ID; by flags in Enterprise only (C)."""
    default = "BASIC" if settings.enterprise else "ADVANCED"
    mode = choice(request, "networkSubscriptionsHandlingMode", ("BASIC", "ADVANCED"), default)
    if mode == "BASIC" and not settings.enterprise:
        raise ApiError("bad_parameter", "networkSubscriptionsHandlingMode", "BASIC is for ThingPark Enterprise only")
    return mode


def check_occ(body, version, required):
    """Optimistic locking: a stale version is refused; whether none is, depends (C, O)."""
    context = body.get("occContext")
    if context is None or "version" not in context:
        if required:
            raise ApiError("occ_missing")
        return
    if context["version"] != version:
        raise ApiError("stale", version, context["version"])
