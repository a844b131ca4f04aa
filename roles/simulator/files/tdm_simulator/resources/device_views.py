# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API's views of devices: whole ones, and briefs for a list."""

from __future__ import annotations

from typing import Any

from .. import BASE_PATH, Document, now_ms
from ..api.collection import context
from ..world.catalogue import SUPPLIER, Catalogue
from ..world.world import World

_RADIO_BRIEF = (
    *("avgRSSI", "avgSNR", "avgESP", "lastRSSI", "lastSNR", "lastESP", "lastSF", "lastBatLevel", "lastBatLevelTimestamp"),
    *("lastInstantPER", "lastMeanPER", "lastNbTrans", "lastTxPower"),
)
_RADIO = (
    *(*_RADIO_BRIEF, "firstUpTimestamp", "lastUpTimestamp", "lastDwTimestamp"),
    *("LRRs", "lastBatChanged", "lastBatChangeBy", "LastGeoTimestamp", "pingSlotPeriod"),  # if a test sets them
)
_FEW_RADIO = (*_RADIO_BRIEF, "lastUpTimestamp", "lastDwTimestamp", "historyUpDaily", "historyDwDaily")
_ALARMS = tuple("alarm%d" % state for state in range(1, 7))
_ONCE_SHOWN = ("nwKey", "appKeys")  # O: old platforms returned them
_NO_HISTORY: Document = {"val": []}


def logo(kind: str, uid: int) -> str:
    """The address of a logo (C); it leads nowhere."""
    return "%s/resources/files/logo/%s/%d" % (BASE_PATH, kind, uid)


def vendor(catalogue: Catalogue, vendor_id: str) -> Document:
    """A device vendor in the form inside devices (C)."""
    title = vendor_id.replace("-", " ").title()
    return {
        "logo": logo("deviceVendor", catalogue.vendor_uids.get(vendor_id, 0)),
        "name": title,
        "commercialName": title,
    }


def health(one: Document) -> str:
    """The health state; a suspended device is always SUSPENDED (C)."""
    return str(one["health"]) if one["suspension"] == "NONE" else "SUSPENDED"


def plan_of(catalogue: Catalogue, one: Document) -> Document:
    """The plan of a device in the form inside devices and briefs (C), without its href."""
    plan = catalogue.plans[one["plan"]]
    return {
        "ID": plan["ID"],
        "commercialName": plan["commercialName"],
        "supplier": dict(SUPPLIER),
        "nwGeolocalization": plan["nwGeolocalization"],
        "prAllowed": plan["prAllowed"],
    }


def alarms_by_state(one: Document) -> Document:
    """The number of alarms of a device or a multicast group by state (C)."""
    return dict(zip(_ALARMS, one["alarms"]))


def alarm_counts(one: Document) -> Document:
    """The number of alarms, and the worst state (C)."""
    number = sum(one["alarms"])
    worst = max(state for state, count in enumerate(one["alarms"], 1) if count) if number else 0
    return {"alarmCount": number, "alarmLevel": worst}


def servers_of(world: World, one: Document) -> list[Document]:
    """The application servers of a device (C)."""
    found = []
    for server_id in one["servers"]:
        server = world.servers[server_id]
        found.append({"ID": server_id, "name": server["name"], "href": world.href("appServers/%d" % server["uid"])})
    return found


def location(one: Document) -> tuple[Any, Any, Any]:
    """(lat, lon, radius) by the active location type (C); None where unknown."""
    if one["locationType"] == 0:
        return one["adminLat"], one["adminLon"], None
    if one["network"]:
        latitude, longitude, radius = one["network"]
        return latitude, longitude, radius
    return None, None, None


def _known(source: Document, names: tuple[str, ...]) -> Document:
    """The fields among these that have a value."""
    return {name: value for name in names if (value := source.get(name)) is not None}


def device(world: World, one: Document) -> Document:
    """A whole device (C Device, DeviceLorawan); keys are never shown (C writeOnly)."""
    catalogue = world.catalogue
    profile = catalogue.profiles[one["model"]]
    radio = one["radio"] or {}
    shown = {
        "EUI": one["EUI"],
        "name": one["name"],
        "activation": one["activation"],
        "connectivity": one["connectivity"],
        "model": {
            "ID": profile["ID"],
            "commercialName": profile["commercialName"],
            "logo": logo("deviceProfile", catalogue.profile_uids[profile["ID"]]),
            "typeMAC": "LoRaMAC",
            "type": profile["class"],
            "macMajorVersion": 0,
            "macMinorVersion": profile["minor"],
        },
        "vendor": vendor(catalogue, profile["vendor"]),
        "healthState": health(one),
        "suspension": one["suspension"],
        "motionIndicator": one["motionIndicator"] or profile["motion"],
        "markerID": one["markerID"],
        "locationType": one["locationType"],
        "domains": one["domains"],
        "creationDate": one["creationDate"],
        "now": now_ms(),
        "historyUpDaily": radio.get("historyUpDaily", _NO_HISTORY),
        "historyDwDaily": radio.get("historyDwDaily", _NO_HISTORY),
        "classBState": 0,
        "currentClass": profile["class"],
        "avgRSSI": radio.get("avgRSSI", 0.0),
        "avgSNR": radio.get("avgSNR", 0.0),
        "payloadEncryption": False,
        "occContext": context(one),
    }
    shown.update(alarms_by_state(one))
    shown.update(_known(one, ("appEUI", "joinServer", "nwAddress", "customerAdminData", "alarm004", "adminLat", "adminLon")))
    if radio:
        shown.update(_known(radio, _RADIO))
    if one["network"]:
        shown["lastGeoLat"], shown["lastGeoLon"], shown["LastGeoRadius"] = one["network"]
    if one["plan"] is not None:
        uid = catalogue.plans[one["plan"]]["uid"]
        shown["networkSubscription"] = dict(plan_of(catalogue, one), href=world.href("networkSubscriptions/%d" % uid))
    shown.update(_routing(world, one))
    if one.get("debug"):
        shown["debug"] = {"lorawan": False, **one["debug"], "allowed": True}
    if world.settings.keys_returned:  # O: old platforms
        shown.update({name: key for name, key in one["keys"].items() if name in _ONCE_SHOWN})
    if one["driver"]:
        shown["driverMetadata"] = {
            "model": catalogue.drivers.get(profile["ID"], one["driver"]),
            "application": one["driver"],
            "supportedApplications": [one["driver"]],
        }
    return shown


def _routing(world: World, one: Document) -> Document:
    """The routing profile of a device, or its application servers."""
    if one["route"] is None:
        return {"appServers": servers_of(world, one)}
    route = world.routes[one["route"]]
    href = world.href("appServersRoutingProfiles/%d" % route["uid"])
    return {"appServersRoutingProfile": {"ID": route["ID"], "name": route["name"], "href": href}}


def brief(world: World, one: Document) -> Document:
    """A device in a list: exactly C's DeviceBrief and DevicesBriefLorawan, and its routing profile (O)."""
    catalogue = world.catalogue
    profile = catalogue.profiles[one["model"]]
    radio = one["radio"] or {}
    hidden = world.settings.null_briefs  # C: null after an upgrade to 7.0 until the next uplink
    if world.settings.few_briefs:
        return few(world, one)
    shown = {
        "name": one["name"],
        "EUI": one["EUI"],
        "href": world.href("devices/%d" % one["uid"]),
        "model": {
            "ID": profile["ID"],
            "commercialName": profile["commercialName"],
            "connectivity": "LORAWAN",
            "logo": logo("deviceProfile", catalogue.profile_uids[profile["ID"]]),
        },
        "vendor": vendor(catalogue, profile["vendor"]),
        "activation": None if hidden else one["activation"],
        "nwAddress": one["nwAddress"],
        "markerID": one["markerID"],
        "motionIndicator": None if hidden else one["motionIndicator"] or profile["motion"],
        "healthState": health(one),
        "currentClass": profile["class"],
        "creationDate": one["creationDate"],
        "domains": one["domains"],
        "appServers": servers_of(world, one),
        "tags": [{"name": name} for name in one["tags"]],
        **alarm_counts(one),
        "historyUpDaily": radio.get("historyUpDaily", _NO_HISTORY),
        "historyDwDaily": radio.get("historyDwDaily", _NO_HISTORY),
        "firstUpTimestamp": radio.get("firstUpTimestamp"),
        "lastUpTimestamp": radio.get("lastUpTimestamp"),
        "lastDwTimestamp": radio.get("lastDwTimestamp"),
        "bestLRR": {"ID": radio["bestLRR"]} if "bestLRR" in radio else None,
        "payloadEncryption": False if radio else None,
        "occContext": {"lastUpdate": None if hidden else one["lastUpdate"], "who": None if hidden else one["who"]},
    }
    shown.update(alarms_by_state(one))
    for name in _RADIO_BRIEF:
        shown[name] = radio.get(name)
    shown.update(_known(one, ("appEUI", "joinServer")))
    if hidden:
        shown["customerAdminData"] = None
    elif one["customerAdminData"] is not None:
        shown["customerAdminData"] = one["customerAdminData"]
    latitude, longitude, radius = location(one)
    if latitude is not None:
        shown["lat"], shown["lon"] = latitude, longitude
    shown["radius"] = radius
    if one["plan"] is not None:
        shown["networkSubscription"] = plan_of(catalogue, one)
    if one["route"] is not None:  # O: Wireless platforms show it in a list, since their public clients read it
        route = world.routes[one["route"]]
        shown["appServersRoutingProfile"] = {"ID": route["ID"], "name": route["name"]}
    if one["driver"]:
        shown["driverMetadata"] = {"application": one["driver"]}
    return shown


def few(world: World, one: Document) -> Document:
    """A device in an old platform's list (O): few fields, and a plan without ID."""
    catalogue = world.catalogue
    shown = {
        "name": one["name"],
        "EUI": one["EUI"],
        "href": world.href("devices/%d" % one["uid"]),
        "model": {"commercialName": catalogue.profiles[one["model"]]["commercialName"]},
        "nwAddress": one["nwAddress"],
        "markerID": one["markerID"],
        **alarm_counts(one),
    }
    radio = one["radio"] or {}
    shown.update(_known(radio, _FEW_RADIO))
    latitude, longitude, _radius = location(one)
    if latitude is not None:
        shown["lat"], shown["lon"] = latitude, longitude
    if one["plan"] is not None:
        shown["networkSubscription"] = {"commercialName": catalogue.plans[one["plan"]]["commercialName"]}
    return shown
