# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules for creating and updating a device (C)."""

from __future__ import annotations

import re
import struct

from .. import Document
from ..api.operations import Call
from ..api.shapes import KEY
from ..errors import ApiError
from ..world.catalogue import Catalogue
from ..world.world import World
from . import inner_xml

MODE = "networkSubscriptionsHandlingMode"
LOCAL, EXTERNAL = "LOCAL", "EXTERNAL"
DEFAULT_MARKER = 100  # ?
#: Keys: never returned by the API (C writeOnly).
_KEYS = ("appKey", "nwkKey", "appKeys", "nwKey", "sNwkSIntKey", "nwkSEncKey")
WRITE_ONLY = _KEYS + ("ownerToken", "exchangeKeyVersion", "hsmAppKeyVersion", "hsmNwkKeyVersion", "verificationCode")
_OTAA_ONLY = ("appEUI", "appKey", "nwkKey", "ownerToken", "hsmAppKeyVersion", "hsmNwkKeyVersion")
_ABP_ONLY = ("appKeys", "nwKey", "sNwkSIntKey", "nwkSEncKey")
_PROTOCOL = re.compile(
    r"[a-zA-Z0-9-]{1,8}:[a-zA-Z0-9-]{1,16}:(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)"
    r"(\.(0|[1-9][0-9]*))?(-[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)*)?"
    r"(\+[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)*)?)?\Z"
)


def handling_mode(call: Call, *_path: str) -> str:
    """How the plan is chosen: by its ID, or by flags, which is only possible in Enterprise (C)."""
    enterprise = call.world.settings.enterprise
    mode: str = call.value(MODE, "BASIC" if enterprise else "ADVANCED")
    if mode == "BASIC" and not enterprise:
        raise ApiError("bad_parameter", MODE, "BASIC is for ThingPark Enterprise only")
    return mode


def is_11(profile: Document) -> bool:
    """True for a LoRaWAN 1.1 profile (C macMinorVersion)."""
    return int(profile["minor"]) >= 10


def reference(body: Document, name: str) -> str:
    """The ID inside an object like model."""
    value = body[name].get("ID")
    if value is None:
        raise ApiError("missing", name + ".ID")
    return str(value)


def profile_for(catalogue: Catalogue, body: Document) -> Document:
    """The profile a body names; error 222 when unknown (C)."""
    model_id = reference(body, "model")
    if model_id not in catalogue.profiles:
        raise ApiError("unknown_model", model_id)
    return catalogue.profiles[model_id]


# -- keys ----------------------------------------------------------------------


def check_new_keys(body: Document, profile: Document) -> str | None:
    """Check activation and keys of a new device (C); returns the join server of an OTAA device."""
    activation = body["activation"]
    if not profile["otaa" if activation == "OTAA" else "abp"]:
        raise ApiError("activation_unsupported", profile["ID"], activation)
    _check_strangers(body, activation)
    if activation == "ABP":
        for name in ("nwAddress", "nwKey", *(("sNwkSIntKey", "nwkSEncKey") if is_11(profile) else ())):
            if name not in body:
                raise ApiError("missing", name)
        _check_abp_keys(body)
        return None
    join_server = LOCAL if "appKey" in body else EXTERNAL
    if join_server == EXTERNAL and "appEUI" not in body:
        raise ApiError("missing", "appEUI")
    _check_otaa_keys(body, profile, join_server)
    if join_server == LOCAL and is_11(profile) and "nwkKey" not in body:
        raise ApiError("missing", "nwkKey")
    return join_server


def check_changed_keys(body: Document, device: Document, profile: Document) -> None:
    """Check the keys of an update: the join server cannot change, the rest is as for a creation."""
    _check_strangers(body, device["activation"])
    if device["activation"] == "ABP":
        _check_abp_keys(body)
        return
    if "appKey" in body and device["joinServer"] == EXTERNAL:
        raise ApiError("update_forbidden", "the join server")
    # An unchanged owner token passes: it was compared before.
    other = {name: value for name, value in body.items() if name != "ownerToken"}
    _check_otaa_keys(other, profile, device["joinServer"])
    has_key = "nwkKey" in body or "nwkKey" in device["keys"]
    if is_11(profile) and device["joinServer"] == LOCAL and not has_key:
        raise ApiError("missing", "nwkKey")


def _check_abp_keys(body: Document) -> None:
    _check_keys(body, "nwKey", "sNwkSIntKey", "nwkSEncKey")
    if "appKeys" in body:
        inner_xml.app_skeys(body["appKeys"])


def _check_otaa_keys(body: Document, profile: Document, join_server: str) -> None:
    """Check the root keys: which are allowed, and their syntax (C)."""
    if join_server == EXTERNAL:
        for name in ("nwkKey", "exchangeKeyVersion", "hsmAppKeyVersion", "hsmNwkKeyVersion"):
            if name in body:
                raise ApiError("forbidden", name, "the join server is external")
    elif "ownerToken" in body:
        raise ApiError("forbidden", "ownerToken", "the join server is local")
    if "nwkKey" in body and not is_11(profile):
        raise ApiError("forbidden", "nwkKey", "the device profile is not LoRaWAN 1.1")
    _check_keys(body, "appKey", "nwkKey")


def _check_keys(body: Document, *names: str) -> None:
    """Keys in clear are 32 hexadecimal digits (C)."""
    for name in names:
        if name in body and not KEY.match(body[name]):
            raise ApiError("invalid", name, "32 hexadecimal digits are expected")


def _check_strangers(body: Document, activation: str) -> None:
    for name in _OTAA_ONLY if activation == "ABP" else _ABP_ONLY:
        if name in body:
            raise ApiError("forbidden", name, "the activation is %s" % activation)


def check_model_change(old: Document, new: Document, device: Document) -> None:
    """Check a new model: same MAC type and a compatible LoRaWAN version, 1.0.x or 1.1 (C; which versions is ?)."""
    if is_11(old) != is_11(new):
        raise ApiError("model_incompatible", new["ID"], old["ID"])
    if not new["otaa" if device["activation"] == "OTAA" else "abp"]:
        raise ApiError("activation_unsupported", new["ID"], device["activation"])


# -- fields that go together ---------------------------------------------------


def driver_and_debug(body: Document, device: Document) -> Document:
    """The driver's name, and the debugging settings."""
    changed: Document = {}
    if "driverMetadata" in body:
        application = body["driverMetadata"].get("application")
        if application is None:
            raise ApiError("missing", "driverMetadata.application")
        if not _PROTOCOL.match(application):
            raise ApiError("invalid", "driverMetadata.application", application)
        changed["driver"] = application
    if "nwGeoloc" in body.get("debug", {}):
        changed["debug"] = {**(device.get("debug") or {}), "nwGeoloc": body["debug"]["nwGeoloc"]}
    return changed


def location(body: Document, device: Document, is_new: bool) -> Document:
    """Latitude and longitude, only both together, in the precision of a 32-bit float (C format: float)."""
    names = ("adminLat", "adminLon")
    changed: Document = {name: struct.unpack("f", struct.pack("f", body[name]))[0] for name in names if name in body}
    given = {name for name in names if name in changed or device[name] is not None}
    if len(given) == 1:
        raise ApiError("missing", "adminLon" if "adminLat" in given else "adminLat")
    if is_new:
        changed["locationType"] = 0 if changed else 1
    elif "locationType" in body:
        if body["locationType"] == 0 and not given:
            raise ApiError("invalid", "locationType", "there is no manual location")
        changed["locationType"] = body["locationType"]
    return changed


# -- references ------------------------------------------------------------------


def plan(call: Call, body: Document, one: Document, is_new: bool, cast: str = "UNICAST") -> tuple[str | None, bool]:
    """(plan ID or None, whether the request gave it) of a device or multicast group, by handling mode (C)."""
    given = "networkSubscription" in body
    if not is_new and not given:
        return one["plan"], False
    world = call.world
    wanted = body.get("networkSubscription")
    if handling_mode(call) == "BASIC":
        if given and wanted is None:
            raise ApiError("invalid", "networkSubscription", "an object is expected")
        flags = [(wanted or {}).get(name, False) for name in ("nwGeolocalization", "prAllowed")]
        chosen = world.catalogue.plan_by_flags(*flags) if cast == "UNICAST" else world.catalogue.multicast_plan()
        if chosen is None:
            raise ApiError("no_plan_matches")
    else:
        plan_id = (wanted or {}).get("ID")
        if plan_id is None:
            return None, True
        chosen = world.plans.get(plan_id)
        if chosen is None:
            raise ApiError("unknown_plan", plan_id)
        if chosen["communicationType"] != cast:
            raise ApiError("invalid", "networkSubscription.ID", "its communication type is not " + cast)
    if one["plan"] != chosen["ID"] and world.used[chosen["ID"]] >= chosen["granted"]:
        raise ApiError("licences_used_up", chosen["ID"])
    return str(chosen["ID"]), True


def routing(world: World, body: Document, device: Document, is_new: bool) -> tuple[str | None, list[str]]:
    """(route ID or None, server IDs): one or the other, never both (C, O)."""
    route, servers = device["route"], list(device["servers"])
    if "appServers" in body:
        servers = named_servers(world, body["appServers"])
    if "appServersRoutingProfile" in body:
        if world.settings.enterprise:
            raise ApiError("forbidden", "appServersRoutingProfile", "this platform routes to application servers only")
        route = (body["appServersRoutingProfile"] or {}).get("ID")
        if route is not None and route not in world.routes:
            raise ApiError("unknown_route", route)
    elif is_new and not servers:
        route = next((one["ID"] for one in world.routes.values() if one["isDefault"]), None)  # Wireless has one (O)
    if route is not None and servers:
        raise ApiError("forbidden", "appServers", "the device is associated with an AS routing profile")
    return route, servers


def named_servers(world: World, value: list[Document]) -> list[str]:
    """The IDs of the application servers in a body, without duplicates; ApiError for an unknown one."""
    found: list[str] = []
    for item in value:
        server = reference({"appServers": item}, "appServers")
        if server not in world.servers:
            raise ApiError("unknown_server", server)
        if server not in found:
            found.append(server)
    return found


def suspension(body: Document, device: Document, plan_id: str | None, plan_given: bool) -> str:
    """The suspension state after a change (C): removing the plan suspends, a new plan resumes."""
    if plan_id is None:
        if body.get("suspension") == "NONE":
            raise ApiError("forbidden", "suspension", "a device without network subscription stays suspended")
        return "SUBSCRIBER_SUSPENDED"
    return str(body.get("suspension", "NONE" if plan_given else device["suspension"]))
