# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The subscription, its restricted settings, and the recipients of alarm mail (C, X)."""

from __future__ import annotations

import re

from .. import SUBSCRIBER, Document
from ..access.accounts import THINGPARK_ID
from ..api.collection import Collection, check_version, context
from ..api.filters import equals
from ..api.operations import Call, Operation
from ..api.shapes import OCC, Many, Number, Text, Thing
from ..errors import ApiError
from ..http.messages import Response
from ..world.catalogue import ISM_BANDS
from ..world.world import World
from .exchange_key import KEY_VERSION
from .inner_xml import notifications

_EUI64 = Text(re.compile(r"[0-9a-fA-F]{16}\Z"), "16 hexadecimal digits")
_NET_ID = Text(
    re.compile(r"([02]000[0-3][0-9a-fA-F]|400[0-1][0-9a-fA-F]{2}|[6-9a-fA-F][0-9a-fA-F]{5})\Z"), "a NetID of the LoRa Alliance"
)
_BAND = Thing(_needed=("ID",), ID=Text(choices=tuple(ISM_BANDS)))
_SUBSCRIPTION = Thing(
    alarmStateNotifications=Text(), nsID=_EUI64, defaultIsmBand=_BAND, defaultIsmBands=Many(_BAND), occContext=OCC
)
_RESTRICTED = Thing(
    baseStationTagsNamespace=Text(choices=("OPERATOR", "SUBSCRIBER", "ALL")),
    nonRoamingDevicesNetID=_NET_ID,
    nsID=_EUI64,
    roamingDevicesNetID=_NET_ID,
    segregationID=Text(re.compile(r"[0-9a-fA-F]{8}\Z"), "8 hexadecimal digits"),
    occContext=OCC,
)
_RESTRICTED_NAMES = tuple(name for name in _RESTRICTED.fields if name != "occContext")


def read(call: Call) -> Response:
    """GET the subscription (C Subscription; the subscriber information of P)."""
    return call.answer(200, _shown(call.world))


def update(call: Call) -> Response:
    """PUT the writable fields of the subscription, under optimistic locking (C)."""
    world = call.world
    body = call.body(_SUBSCRIPTION)
    if world.settings.occ_required and "occContext" not in body:
        raise ApiError("occ_missing")  # C always requires it here
    check_version(call, body, world.subscription, world.settings.occ_required)
    changed: Document = {"nsID": body["nsID"]} if "nsID" in body else {}
    if "alarmStateNotifications" in body:
        changed["alarmStateNotifications"] = notifications(body["alarmStateNotifications"])
    for name in ("defaultIsmBand", "defaultIsmBands"):
        if name in body:
            bands = body[name] if name == "defaultIsmBands" else [body[name]]
            changed["defaultIsmBands"] = [band["ID"] for band in bands]
    _change(call, changed)
    return call.answer(200, _shown(world))


def update_restricted(call: Call) -> Response:
    """PUT the restricted settings; they are read with the subscription (C).

    C names the locking but has no occContext in this document: it is checked if sent (?).
    """
    kept = call.world.subscription
    body = call.body(_RESTRICTED)
    check_version(call, body, kept, False)
    changed = {name: body[name] for name in _RESTRICTED_NAMES if name in body}
    _change(call, {"restricted": {**kept["restricted"], **changed}, "nsID": changed.get("nsID", kept["nsID"])})
    return call.answer(200, kept["restricted"])


def _change(call: Call, changed: Document) -> None:
    call.world.change(call.world.subscription, changed)
    call.world.stamp(call.world.subscription, call.who)


def _shown(world: World) -> Document:
    kept = world.subscription
    bands = [{"ID": band, "name": ISM_BANDS[band]} for band in kept["defaultIsmBands"]]
    handling: Document = {"mode": "ADVANCED"}
    if world.settings.enterprise:
        handling = {
            "mode": "BASIC",
            "supportedNetworkSubscriptions": [
                {
                    "communicationType": "UNICAST",
                    "connectivity": "LORAWAN",
                    "maxDestinationPerRoute": 5,
                    "nwGeolocalization": geolocation,
                    "prAllowed": roaming,
                }
                for geolocation, roaming in sorted(
                    {(plan["nwGeolocalization"], plan["prAllowed"]) for plan in world.catalogue.unicast_plans()}
                )
            ],
        }
    shown: Document = {
        "creationTimestamp": kept["creationTimestamp"],
        "alarmStateNotifications": kept["alarmStateNotifications"],
        "defaultIsmBands": bands,
        "networkSubscriptionsHandling": handling,
        "state": {"value": "ACTIVE", "timestamp": kept["creationTimestamp"]},
        "subscriber": dict(SUBSCRIBER),
        "operator": {"nonRoamingDevicesNetID": "000000", "roamingDevicesNetID": "000002"},
        "options": {
            "cellularSupport": "DEACTIVATED",
            "devAddrValidation": "DEACTIVATED",
            "devEUIValidation": "DEACTIVATED",
            "license": "DEACTIVATED",
            "externalJS": "ACTIVATED",
        },
        "twaExchangeKeyVersion": KEY_VERSION,
        "occContext": context(kept),
    }
    if bands:
        shown["defaultIsmBand"] = bands[0]
    shown.update(kept["restricted"])
    if kept["nsID"]:
        shown["nsID"] = kept["nsID"]
    return shown


# -- recipients of alarm mail ----------------------------------------------------


#: The user who logs in, and a colleague (?).
_USERS = (THINGPARK_ID, "tpk-100002582")


def _a_user(_call: Call, name: str) -> None:
    if name not in _USERS:
        raise ApiError("resource_not_found", "user", name)


def _told(world: World, one: Document) -> Document:
    return {"minimumSeverity": one["minimumSeverity"], "href": TOLD.href(world, one)}


def _brief(world: World, one: Document) -> Document:
    told = _told(world, one)
    return {"user": {"thingparkID": one["thingparkID"]}, "subscription": told, "href": told["href"]}


TOLD = Collection(
    path="/usersAlarmsSubscriptions",
    item="/users/{thingparkID}/alarmsSubscription",
    title="alarms subscription",
    table="told",
    key="thingparkID",
    roots=("usersAlarmsSubscriptions", "alarmsSubscription"),
    brief=_brief,
    whole=_told,
    filters={"thingparkID": equals("thingparkID")},
    sized=True,
    shape=Thing(_needed=("minimumSeverity",), minimumSeverity=Number(2, 6)),
    stored={"minimumSeverity": None},
    locked=False,
    named=True,
    begin=_a_user,
)
OPERATIONS = [
    Operation("GET", "", read, answer="subscription"),
    Operation("PUT", "", update, ("force",), "subscription", rights=("ra", "s1")),
    Operation("PUT", "/restricted", update_restricted, ("force",), "restricted", rights=("ra",)),
    *TOLD.operations(),
]
