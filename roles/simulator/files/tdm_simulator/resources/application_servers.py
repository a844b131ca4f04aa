# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Application servers and their security (C), only over HTTP: C leaves Kafka to another API."""

from __future__ import annotations

import re

from .. import SUBSCRIBER, Document
from ..api.collection import Collection, check_version, context
from ..api.filters import Filter, among, begins
from ..api.operations import Call, Operation
from ..api.parameters import any_text, word
from ..api.shapes import DOMAIN, KEY, OCC, Many, Number, Text, Thing
from ..errors import ApiError
from ..http.messages import Response
from ..world.catalogue import NEW_SERVER
from ..world.world import World
from .domains import domains

TYPES = ("HTTP", "HTTP_CELLULAR", "KAFKA")
_SECURITY = Thing(
    _needed=("status",),
    status=Text(choices=("DOWNLINK_AS_KEY", "NONE")),
    asID=Text(re.compile(r"[A-Za-z0-9._-]+\Z"), "letters, digits, dashes, dots and underscores"),
    downlinkAsKey=Text(KEY, "32 hexadecimal digits"),  # C says only that it is a string (?)
    maxTimestampDeviation=Number(),
)
_DESTINATION = Thing(
    _needed=("addresses", "ports", "strategy"),
    addresses=Many(Text()),
    ports=Text(),
    strategy=Text(choices=("SEQUENTIAL", "BLAST")),
)
_HEADER = Thing(
    _needed=("name", "value"),
    name=Text(re.compile(r"[!#$%&'*+\-.^`|~\w]+\Z"), "the name of an HTTP header"),
    value=Text(re.compile(r"([\x21-\x7e](([ \t])+[\x21-\x7e])?)+\Z"), "the value of an HTTP header"),
)
_SERVER = Thing(
    name=Text(),
    contentType=Text(choices=("xml", "json", "jsontyped")),
    description=Text(),
    domains=Many(DOMAIN),
    state=Text(choices=("ACTIVE", "DEACTIVATED")),
    type=Text(choices=TYPES),
    downlinkSecurity=_SECURITY,
    destinations=Many(_DESTINATION),
    customHttpHeaders=Many(_HEADER, high=5),
    occContext=OCC,
)
_SECURED = Thing(_needed=("downlinkSecurity",), downlinkSecurity=_SECURITY, occContext=OCC)
_OWN_HEADERS = ("accept", "host", "user-agent", "content-length", "content-type")
_OF_KAFKA = Filter(lambda _call, _values: lambda one: False, any_text)  # there are none
_METRICS = tuple(
    what + when + how
    for what, hows in (("activeThings", ("",)), ("downlinks", ("", "Failed")), ("uplinks", ("", "Failed")))
    for when in ("Last1h", "Last24h")
    for how in hows
)


# -- views -----------------------------------------------------------------------


def _brief(world: World, one: Document) -> Document:
    return {**_common(world, one), "href": SERVERS.href(world, one)}


def _common(world: World, one: Document) -> Document:
    devices, groups = world.server_use(one["ID"])
    return {
        "ID": one["ID"],
        "name": one["name"],
        "type": one["type"],
        "state": one["state"],
        "validationState": "VALIDATED",
        "healthState": one["state"],
        "baseStationCount": 0,
        "deviceCount": devices,
        "multicastGroupCount": groups,
        "domains": one["domains"],
    }


def _whole(world: World, one: Document) -> Document:
    always = {"contentType": one["contentType"], "destinations": one["destinations"], **_secured(one)}
    rest = {name: one[name] for name in ("description", "customHttpHeaders") if one[name]}
    return {**_common(world, one), **always, **rest}


def _secured(one: Document) -> Document:
    """The security of a server; its key is never shown (C writeOnly)."""
    security = {name: value for name, value in one["downlinkSecurity"].items() if name != "downlinkAsKey"}
    return {"downlinkSecurity": security, "occContext": context(one)}


# -- rules -----------------------------------------------------------------------


def _new(call: Call, _body: Document) -> Document:
    """The ID is made from the subscriber's and the server's number (C)."""
    return {**NEW_SERVER, "ID": "TWA_%s.%d.AS" % (SUBSCRIBER["ID"], call.world.servers.next)}


def _check(_call: Call, body: Document, _one: Document, _is_new: bool) -> Document:
    if body.get("type", "HTTP") != "HTTP":
        raise ApiError("forbidden", "type", "only application servers over HTTP are made here")
    return {}


def _change(call: Call, body: Document, one: Document, _is_new: bool) -> Document:
    changed = {"downlinkSecurity": _security(body["downlinkSecurity"], one)} if "downlinkSecurity" in body else {}
    _check_destinations(call.world.settings.enterprise, body.get("destinations", []))
    names = [header["name"].lower() for header in body.get("customHttpHeaders", ())]
    for name in names:
        if name in _OWN_HEADERS or names.count(name) > 1:
            raise ApiError("invalid", "customHttpHeaders", name)
    return changed


def _check_destinations(enterprise: bool, destinations: list[Document]) -> None:
    for place, one in enumerate(destinations):
        if one["ports"] == "*" and place != len(destinations) - 1:
            raise ApiError("invalid", "destinations", "the wildcard belongs to the last one")
        if enterprise and (place or one["ports"] != "*" or one["strategy"] != "SEQUENTIAL"):
            raise ApiError("invalid", "destinations", "only one is supported, with all ports and SEQUENTIAL")


def _security(given: Document, one: Document) -> Document:
    """The security fields that belong to a status (C)."""
    if given["status"] == "NONE":
        for name in ("asID", "downlinkAsKey", "maxTimestampDeviation"):
            if name in given:
                raise ApiError("forbidden", "downlinkSecurity." + name, "the status is NONE")
        return {"status": "NONE"}
    if "downlinkAsKey" not in given:
        raise ApiError("missing", "downlinkSecurity.downlinkAsKey")
    known = ("status", "asID", "downlinkAsKey", "maxTimestampDeviation")
    return {"asID": one["ID"], **{name: given[name] for name in known if name in given}}


SERVERS = Collection(
    path="/appServers",
    item="/appServers/{appServerUid}",
    title="application server",
    table="servers",
    roots=("appServers", "appServer"),
    brief=_brief,
    whole=_whole,
    filters={
        "type": among("type", word(*TYPES)),
        "query": begins("ID", "name"),
        "name": begins("name"),
        "ID": begins("ID"),
        "tpxIotFlowConnectorId": _OF_KAFKA,
        "tpxIotFlowConnectionId": _OF_KAFKA,
        "baseStationAlarmNotification": _OF_KAFKA,
        "deviceAlarmNotification": _OF_KAFKA,
    },
    order=("ID", "name"),
    queries={"list": ("destinationsRequired",)},
    shape=_SERVER,
    needed=("name",),
    refused=("state", "occContext"),
    fixed=("type",),
    stored={
        **dict.fromkeys(("name", "contentType", "description", "state", "destinations", "customHttpHeaders")),
        "domains": domains,
    },
    new=_new,
    check=_check,
    change=_change,
    in_use=lambda world, one: any(world.server_use(one["ID"])),  # ? that it can't be deleted
)


# -- parts of a server -------------------------------------------------------------


def read_security(call: Call, uid: str) -> Response:
    """GET the security of a server."""
    return call.answer(200, _secured(SERVERS.require(call, uid)))


def update_security(call: Call, uid: str) -> Response:
    """PUT the security of a server (C)."""
    one = SERVERS.require(call, uid)
    body = call.body(_SECURED)
    if "occContext" not in body:
        raise ApiError("occ_missing")  # C always requires it here
    check_version(call, body, one, call.world.settings.occ_required)
    call.world.change(one, {"downlinkSecurity": _security(body["downlinkSecurity"], one)})
    call.world.stamp(one, call.who)
    return call.answer(200, _secured(one))


def metrics(call: Call, uid: str) -> Response:
    """GET the metrics of an IoT Flow connector; zero for servers over HTTP (C)."""
    SERVERS.require(call, uid)
    return call.answer(200, dict.fromkeys(_METRICS, 0))


OPERATIONS = [
    *SERVERS.operations(),
    Operation("GET", SERVERS.item + "/security", read_security, answer="appServerSecurity"),
    Operation("PUT", SERVERS.item + "/security", update_security, ("force",), "appServerSecurity"),
    Operation("GET", SERVERS.item + "/iotFlowConnector/metrics", metrics, answer="metrics"),
]
