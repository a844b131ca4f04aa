# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Devices: their declaration, and the rules that need code (C)."""

from __future__ import annotations

from .. import Document, now_ms
from ..api.collection import Collection
from ..api.operations import Call
from ..api.shapes import DOMAIN, NAME, OCC, PLAN, SERVERS, Flag, Hex, Many, Number, Text, Thing, each
from ..errors import ApiError
from ..world.catalogue import MOTION_INDICATORS
from . import device_rules as rules
from . import device_views, exchange_key, inner_xml
from .domains import domains

#: C Device and DeviceLorawan: the fields that a client may send.
DEVICE = Thing(
    EUI=Hex(16),
    appEUI=Hex(16),
    nwAddress=Hex(8),
    activation=Text(choices=("OTAA", "ABP")),
    connectivity=Text(choices=("LORAWAN", "CELLULAR")),
    motionIndicator=Text(choices=MOTION_INDICATORS),
    suspension=Text(choices=("NONE", "SUBSCRIBER_SUSPENDED")),
    name=NAME,
    markerID=Number(),
    locationType=Number(choices=(0, 1)),
    adminLat=Number(-90, 90, whole=False),
    adminLon=Number(-180, 180, whole=False),
    model=Thing(ID=Text()),
    networkSubscription=PLAN,
    appServersRoutingProfile=Thing(_nullable=True, ID=Text(nullable=True)),  # null removes it
    appServers=SERVERS,
    domains=Many(DOMAIN),
    driverMetadata=Thing(application=Text()),
    debug=Thing(nwGeoloc=Flag()),
    occContext=OCC,
    **each((*rules.WRITE_ONLY, "customerAdminData", "alarm004", "appKeyEncryptionMode"), Text()),
)


def blank(eui: str) -> Document:
    """A device before any field is set."""
    return {
        "uid": None,
        "EUI": eui,
        "name": name_of(eui),
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
        "creationDate": now_ms(),
    }


def name_of(eui: str) -> str:
    """The default name of a device or a multicast group."""
    return "-".join(eui[i : i + 2] for i in range(0, 16, 2))


def _complete(call: Call, body: Document) -> None:
    if call.world.settings.old_bodies and "activation" not in body:  # O: KPN's client of 2016 creates ABP devices like this
        body["activation"] = "OTAA" if "appEUI" in body or "appKey" in body else "ABP"  # ? that these fields mean OTAA


def _new(call: Call, body: Document) -> Document:
    if body.get("connectivity", "LORAWAN") != "LORAWAN":
        raise ApiError("forbidden", "connectivity", "cellular devices are not supported")
    if call.world.settings.otaa_only and body["activation"] != "OTAA":
        raise ApiError("forbidden", "activation", "this platform provisions OTAA only")
    return blank(body["EUI"])


def _check(call: Call, body: Document, device: Document, is_new: bool) -> Document:
    """Check the device profile and the keys."""
    catalogue, settings = call.world.catalogue, call.world.settings
    if is_new:
        profile = rules.profile_for(catalogue, body)
        exchange_key.open_keys(settings, body)
        return {"model": profile["ID"], "joinServer": rules.check_new_keys(body, profile)}
    profile = catalogue.profiles[device["model"]]
    if "model" in body:
        wanted = rules.profile_for(catalogue, body)
        if wanted is not profile:
            rules.check_model_change(profile, wanted, device)
            profile = wanted
    exchange_key.open_keys(settings, body)
    rules.check_changed_keys(body, device, profile)
    return {"model": profile["ID"]}


def _change(call: Call, body: Document, device: Document, is_new: bool) -> Document:
    """Fields that depend on others, or on other resources."""
    changed = rules.driver_and_debug(body, device)
    changed.update(rules.location(body, device, is_new))
    changed["keys"] = {**device["keys"], **{name: body[name] for name in rules.WRITE_ONLY if name in body}}
    plan, is_given = rules.plan(call, body, device, is_new)
    route, servers = rules.routing(call.world, body, device, is_new)
    suspension = rules.suspension(body, device, plan, is_given)
    changed.update(plan=plan, route=route, servers=servers, suspension=suspension)
    if device["suspension"] != "NONE" and suspension == "NONE":
        changed["health"] = "INIT"  # C: resumed, and no uplink since
    return changed


DEVICES = Collection(
    path="/devices",
    item="/devices/{deviceUid}",
    title="device",
    table="devices",
    key="EUI",
    roots=("devices", "device"),
    verbs=("create", "read", "update", "delete"),  # the list is in device_list
    brief=device_views.brief,
    whole=device_views.device,
    shape=DEVICE,
    needed=("EUI", "model", "activation"),
    refused=("locationType", "occContext"),
    fixed=("EUI", "activation", "nwAddress", "connectivity", "ownerToken"),
    stored={
        **dict.fromkeys(("name", "customerAdminData", "motionIndicator", "markerID", "activation", "nwAddress", "appEUI")),
        "alarm004": inner_xml.alarm004,
        "domains": domains,
    },
    queries={"create": (rules.MODE,), "read": ("language-tag",), "update": (rules.MODE,)},
    later=True,
    missing="device_not_found",
    conflict="device_exists",
    begin=rules.handling_mode,
    complete=_complete,
    new=_new,
    check=_check,
    change=_change,
)
OPERATIONS = DEVICES.operations()
