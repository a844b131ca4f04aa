# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a device must satisfy on create and update (C, and API.md section 4)."""

from __future__ import annotations

from . import fields, xmlrules
from .errors import ApiError

LOCAL, EXTERNAL = "LOCAL", "EXTERNAL"
DEFAULT_MARKER = 100  # ?
_OTAA_ONLY = ("appEUI", "appKey", "nwkKey", "ownerToken", "hsmAppKeyVersion", "hsmNwkKeyVersion")
_ABP_ONLY = ("appKeys", "nwKey", "sNwkSIntKey", "nwkSEncKey")


def is_11(profile):
    """True for a LoRaWAN 1.1 profile (C macMinorVersion)."""
    return profile["minor"] >= 10


def profile_for(catalogue, body):
    """The profile a body names; error 222 when unknown (C)."""
    model_id = fields.reference(body, "model")
    profile = catalogue.profiles.get(model_id)
    if profile is None:
        raise ApiError("unknown_model", model_id)
    return profile


def check_new_keys(body, profile):
    """Activation, keys and join server of a new device (C, API.md section 4)."""
    activation = body["activation"]
    if not profile["otaa" if activation == "OTAA" else "abp"]:
        raise ApiError("activation_unsupported", profile["ID"], activation)
    _check_strangers(body, activation)
    if activation == "ABP":
        needed = ["nwAddress", "nwKey"] + (["sNwkSIntKey", "nwkSEncKey"] if is_11(profile) else [])
        for name in needed:
            if name not in body:
                raise ApiError("missing", name)
        check_abp_keys(body)
        return None
    join_server = LOCAL if "appKey" in body else EXTERNAL
    if join_server == EXTERNAL and "appEUI" not in body:
        raise ApiError("missing", "appEUI")
    check_otaa_keys(body, profile, join_server)
    if join_server == LOCAL and is_11(profile) and "nwkKey" not in body:
        raise ApiError("missing", "nwkKey")
    return join_server


def check_abp_keys(body):
    """Syntax of session keys."""
    for name in ("nwKey", "sNwkSIntKey", "nwkSEncKey"):
        if name in body:
            fields.check_key(name, body[name])
    if "appKeys" in body:
        xmlrules.app_skeys(body["appKeys"])


def check_otaa_keys(body, profile, join_server):
    """Root keys: which may be there, and their syntax (C)."""
    if join_server == EXTERNAL:
        for name in ("nwkKey", "exchangeKeyVersion", "hsmAppKeyVersion", "hsmNwkKeyVersion"):
            if name in body:
                raise ApiError("forbidden", name, "the join server is external")
    elif "ownerToken" in body:
        raise ApiError("forbidden", "ownerToken", "the join server is local")
    if "nwkKey" in body and not is_11(profile):
        raise ApiError("forbidden", "nwkKey", "the device profile is not LoRaWAN 1.1")
    for name in ("appKey", "nwkKey"):
        if name in body:
            fields.check_key(name, body[name])


def _check_strangers(body, activation):
    for name in _OTAA_ONLY if activation == "ABP" else _ABP_ONLY:
        if name in body:
            raise ApiError("forbidden", name, "the activation is %s" % activation)


def check_changed_keys(body, device, profile):
    """Keys in an update: the join server cannot change, the rest is as at creation."""
    _check_strangers(body, device["activation"])
    if device["activation"] == "ABP":
        check_abp_keys(body)
        return
    if "appKey" in body and device["joinServer"] == EXTERNAL:
        raise ApiError("update_forbidden", "the join server")
    # An owner token that does not differ is let through: it was compared before.
    other = {name: value for name, value in body.items() if name != "ownerToken"}
    check_otaa_keys(other, profile, device["joinServer"])
    has_key = "nwkKey" in body or "nwkKey" in device["keys"]
    if is_11(profile) and device["joinServer"] == LOCAL and not has_key:
        raise ApiError("missing", "nwkKey")


def check_update_forbidden(body, device):
    """Refuse a change of what is fixed at creation; repeating it is allowed (C)."""
    for name in fields.UPDATE_FORBIDDEN:
        if name not in body:
            continue
        current = device["keys"].get(name) if name == "ownerToken" else device[name]
        given = body[name].upper() if name in ("EUI", "nwAddress") else body[name]
        if given != current:
            raise ApiError("update_forbidden", name)


def check_model_change(old, new, device):
    """Same MAC type and a compatible LoRaWAN version: 1.0.x or 1.1 (C; which versions is ?)."""
    if is_11(old) != is_11(new):
        raise ApiError("model_incompatible", new["ID"], old["ID"])
    if not new["otaa" if device["activation"] == "OTAA" else "abp"]:
        raise ApiError("activation_unsupported", new["ID"], device["activation"])


def simple_fields(body, device):
    """Fields that need no more than their own check: {name: new value}."""
    changed = {}
    for name in ("name", "customerAdminData", "motionIndicator", "markerID"):
        if name in body:
            changed[name] = body[name]
    if "appEUI" in body:
        changed["appEUI"] = body["appEUI"].upper()
    if "alarm004" in body:
        changed["alarm004"] = xmlrules.alarm004(body["alarm004"])
    if "domains" in body:
        changed["domains"] = fields.domains(body["domains"])
    if "driverMetadata" in body:
        application = body["driverMetadata"].get("application")
        if application is None:
            raise ApiError("missing", "driverMetadata.application")
        if not isinstance(application, str) or not fields.PROTOCOL.match(application):
            raise ApiError("invalid", "driverMetadata.application", application)
        changed["driver"] = application
    if "nwGeoloc" in body.get("debug", {}):
        kept = (device or {}).get("debug") or {}
        changed["debug"] = {**kept, "nwGeoloc": body["debug"]["nwGeoloc"]}
    changed.update(_location(body, device))
    changed["keys"] = dict(device["keys"] if device else {})
    for name in fields.WRITE_ONLY:
        if name in body:
            changed["keys"][name] = body[name]
    return changed


def _location(body, device):
    changed = {name: fields.float32(body[name]) for name in ("adminLat", "adminLon") if name in body}
    known = {name for name in ("adminLat", "adminLon") if device and device[name] is not None}
    given = known | set(changed)
    if len(given) == 1:
        raise ApiError("missing", "adminLon" if "adminLat" in given else "adminLat")
    if device is None:
        changed["locationType"] = 0 if changed else 1
    elif "locationType" in body:
        if body["locationType"] == 0 and not given:
            raise ApiError("invalid", "locationType", "there is no manual location")
        changed["locationType"] = body["locationType"]
    return changed


def plan(world, mode, body, current, cast="UNICAST"):
    """(plan ID or None, whether the request names a plan) by handling mode (C).

    `current` is the device or multicast group in an update, None at creation.
    """
    given = "networkSubscription" in body
    if current is not None and not given:
        return current["plan"], False
    wanted = body.get("networkSubscription")
    if mode == "BASIC":
        if given and wanted is None:
            raise ApiError("invalid", "networkSubscription", "an object is expected")
        flags = [(wanted or {}).get(name, False) for name in ("nwGeolocalization", "prAllowed")]
        chosen = world.catalogue.plan_by_flags(*flags) if cast == "UNICAST" else world.catalogue.multicast_plan()
        if chosen is None:
            raise ApiError("no_plan_matches")
    else:
        if wanted is None:
            return None, True
        plan_id = fields.reference(body, "networkSubscription", nullable=True)
        if plan_id is None:
            return None, True
        chosen = world.catalogue.plans.get(plan_id)
        if chosen is None:
            raise ApiError("unknown_plan", plan_id)
        if chosen["communicationType"] != cast:
            raise ApiError("invalid", "networkSubscription.ID", "its communication type is not " + cast)
    plan_id = chosen["ID"]
    if (current is None or current["plan"] != plan_id) and (world.used[plan_id] >= chosen["granted"]):
        raise ApiError("licences_used_up", plan_id)
    return plan_id, True


def routing(world, settings, body, current):
    """(route ID or None, server IDs): one or the other, never both (C, O)."""
    route = current["route"] if current else None
    servers = list(current["servers"]) if current else []
    if "appServers" in body:
        servers = named_servers(world, body["appServers"])
    if "appServersRoutingProfile" in body:
        if settings.enterprise:
            raise ApiError("forbidden", "appServersRoutingProfile", "this platform routes to application servers only")
        route = None
        if body["appServersRoutingProfile"] is not None:
            route = fields.reference(body, "appServersRoutingProfile", nullable=True)
        if route is not None and route not in world.routes:
            raise ApiError("unknown_route", route)
    elif current is None and not servers:
        route = world.default_route()
    if route is not None and servers:
        raise ApiError("forbidden", "appServers", "the device is associated with an AS routing profile")
    return route, servers


def named_servers(world, value):
    """The IDs of the application servers that a body names, each once; ApiError for an unknown one."""
    found = []
    for item in value:
        server = fields.reference({"appServers": item}, "appServers")
        if server not in world.servers:
            raise ApiError("unknown_server", server)
        if server not in found:
            found.append(server)
    return found


def suspension(body, device, plan_id, plan_given):
    """The suspension state after a change (C): no plan suspends, a plan resumes."""
    if plan_id is None:
        if body.get("suspension") == "NONE":
            raise ApiError("forbidden", "suspension", "a device without network subscription stays suspended")
        return "SUBSCRIBER_SUSPENDED"
    if "suspension" in body:
        return body["suspension"]
    if device is None or plan_given:
        return "NONE"
    return device["suspension"]
