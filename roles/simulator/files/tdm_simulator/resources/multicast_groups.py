# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Multicast groups of LoRaWAN 1.0 (C doesn't say which version a group has: ?)."""

from __future__ import annotations

from .. import Document, now_ms
from ..api.collection import Collection, context
from ..api.filters import SHARED, Filter, Test, begins, plan
from ..api.operations import Call
from ..api.shapes import DOMAIN, KEY, OCC, PLAN, SERVERS, TAG_NAME, Hex, Many, Number, Text, Thing, each
from ..errors import ApiError
from ..world.catalogue import SUPPLIER
from ..world.world import World
from . import device_rules as rules
from . import device_views as views
from . import inner_xml
from .devices import name_of
from .domains import domains
from .network_subscriptions import PLAN_FEATURES

NAMESPACES = ("OPERATOR", "SUBSCRIBER")
BS_TAG = Thing(_needed=("name",), name=Text(TAG_NAME, "a tag name"), namespace=Text(choices=NAMESPACES))
_KEYS = ("nwKey", "nwkSEncKey", "sNwkSIntKey")
_GROUP = Thing(
    EUI=Hex(16),
    nwAddress=Hex(8),
    appKeys=Text(),
    appServers=SERVERS,
    bss=Thing(_needed=("tags",), tags=Many(BS_TAG)),
    customerAdminData=Text(),
    domains=Many(DOMAIN),
    downlinkDataRate=Number(0, 15),
    downlinkFrequency=Number(433, 928, whole=False),
    name=Text(),
    networkSubscription=PLAN,
    pingSlotPeriod=Number(choices=(1, 2, 4, 8, 16, 32, 64, 128)),
    verificationCode=Text(),
    occContext=OCC,
    **each(("class",), Text(choices=("B", "C"))),
    **each(_KEYS, Text(KEY, "32 hexadecimal digits")),
)
_OPTIONAL = ("customerAdminData", "downlinkDataRate", "downlinkFrequency", "pingSlotPeriod", "lastDwTimestamp")
_NO_DOWNLINKS = {"val": [0] * 12}


# -- views -------------------------------------------------------------------------


def _plan(world: World, one: Document) -> Document:
    known = world.plans[one["plan"]]
    return {"ID": known["ID"], "commercialName": known["commercialName"], "supplier": dict(SUPPLIER)}


def _brief(world: World, one: Document) -> Document:
    shown = {
        "name": one["name"],
        "EUI": one["EUI"],
        "nwAddress": one["nwAddress"],
        "bss": {"tags": one["tags"]},
        "historyDwDaily": _NO_DOWNLINKS,
        **views.alarm_counts(one),
        "appServers": views.servers_of(world, one),
        "creationDate": one["creationDate"],
        "domains": one["domains"],
        "href": GROUPS.href(world, one),
    }
    if one["lastDwTimestamp"] is not None:
        shown["lastDwTimestamp"] = one["lastDwTimestamp"]
    if one["plan"] is not None:
        shown["networkSubscription"] = _plan(world, one)
    return shown


def _whole(world: World, one: Document) -> Document:
    """A multicast group; its keys are never shown (C writeOnly)."""
    hidden = ("alarmCount", "alarmLevel", "href", "lastDwTimestamp", "networkSubscription")
    shown = {name: value for name, value in _brief(world, one).items() if name not in hidden}
    shown.update({"class": one["class"], "now": now_ms(), "occContext": context(one)}, **views.alarms_by_state(one))
    shown.update({name: one[name] for name in _OPTIONAL if one[name] is not None})
    if one["lastDwTimestamp"] is not None:
        sent = world.downlinks[one["EUI"]]
        shown.update(firstDwTimestamp=sent[0]["timestamp"], lastFCntDn=sent[-1]["fCnt"])
    if one["plan"] is not None:
        href = world.href("networkSubscriptions/%d" % world.plans[one["plan"]]["uid"])
        most = PLAN_FEATURES["multicastMaxLrrCells"]
        shown["networkSubscription"] = dict(_plan(world, one), multicastMaxLrrCells=most, href=href)
    return shown


# -- rules -------------------------------------------------------------------------


def _new(_call: Call, body: Document) -> Document:
    return {
        "uid": None,
        "EUI": body["EUI"],
        "nwAddress": body["nwAddress"],
        "name": name_of(body["EUI"]),
        "class": body["class"],
        "plan": None,
        "servers": [],
        "domains": [],
        "tags": _tags(body.get("bss", {"tags": []})),
        "alarms": [0] * 6,
        "keys": {},
        "creationDate": now_ms(),
        **dict.fromkeys(_OPTIONAL),
    }


def _tags(bss: Document) -> list[Document]:
    return [{"name": tag["name"], "namespace": tag.get("namespace", NAMESPACES[0])} for tag in bss["tags"]]


def _check(_call: Call, body: Document, one: Document, is_new: bool) -> Document:
    """An update doesn't change base stations; only class B has a ping slot."""
    if not is_new and "bss" in body and _tags(body["bss"]) != one["tags"]:
        raise ApiError("update_forbidden", "bss")
    kind = body.get("class", one["class"])
    period = body.get("pingSlotPeriod", one["pingSlotPeriod"] if kind == one["class"] else None)
    if kind == "B" and period is None:
        raise ApiError("missing", "pingSlotPeriod")
    if kind == "C" and "pingSlotPeriod" in body:
        raise ApiError("forbidden", "pingSlotPeriod", "the class is C")
    if "appKeys" in body:
        inner_xml.app_skeys(body["appKeys"])
    return {"pingSlotPeriod": period if kind == "B" else None}


def _change(call: Call, body: Document, one: Document, is_new: bool) -> Document:
    changed: Document = {}
    if "appServers" in body:
        changed["servers"] = rules.named_servers(call.world, body["appServers"])
    changed["keys"] = {**one["keys"], **{name: body[name] for name in (*_KEYS, "appKeys") if name in body}}
    changed["plan"], _given = rules.plan(call, body, one, is_new, "MULTICAST")
    return changed


def _base_station_tags(_call: Call, values: list[str]) -> Test:
    return lambda one: all(any(tag["name"] == name for tag in one["tags"]) for name in values)


_ANY_PLAN = plan(("_unset", "_NOCP"), ("_any", "_CP"))
GROUPS = Collection(
    path="/multicastGroups",
    item="/multicastGroups/{multicastGroupUid}",
    title="multicast group",
    table="groups",
    key="EUI",
    roots=("multicastGroups", "multicastGroup"),
    brief=_brief,
    whole=_whole,
    filters={
        **SHARED,
        "bsTag": Filter(_base_station_tags),
        "devEUI": begins("EUI", upper=True),
        "devAddr": begins("nwAddress", upper=True),
        "connectivityPlan": _ANY_PLAN,
        "networkSubscriptionID": _ANY_PLAN,
    },
    order=("creationDate", "name", "lastDwTimestamp"),
    counted=True,
    shape=_GROUP,
    needed=("EUI", "nwAddress", "class", "nwKey"),
    refused=("occContext",),
    fixed=("EUI", "nwAddress"),
    stored={
        **dict.fromkeys(("name", "class", "customerAdminData", "downlinkDataRate", "downlinkFrequency")),
        "domains": domains,
    },
    queries={
        "list": ("language-tag",),
        "create": (rules.MODE,),
        "read": ("language-tag",),
        "update": (rules.MODE,),
    },
    later=True,
    unique=("devices",),
    conflict="device_exists",
    begin=rules.handling_mode,
    new=_new,
    check=_check,
    change=_change,
)


OPERATIONS = GROUPS.operations()
