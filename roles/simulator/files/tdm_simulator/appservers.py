# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Application servers and their security (C)."""

from __future__ import annotations

import re

from . import SUBSCRIBER, fields, views
from .codec import decode, encode
from .devices import check_occ
from .errors import ApiError
from .operations import Operation
from .parameters import boolean, page, sorting, texts, word
from .resources import by_uid
from .shapes import OCC, Many, Number, Text, Thing
from .world import new_server, now_ms

TYPES = ("HTTP", "HTTP_CELLULAR", "KAFKA")
_SECURITY = Thing(
    _needed=("status",),
    status=Text(choices=("DOWNLINK_AS_KEY", "NONE")),
    asID=Text(re.compile(r"[A-Za-z0-9._-]+\Z"), "letters, digits, dashes, dots and underscores"),
    downlinkAsKey=Text(fields.KEY, "32 hexadecimal digits"),  # C says only that it is a string (?)
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
    domains=Many(Thing(name=Text(), group=Thing(name=Text()))),
    state=Text(choices=("ACTIVE", "DEACTIVATED")),
    type=Text(choices=TYPES),
    downlinkSecurity=_SECURITY,
    destinations=Many(_DESTINATION),
    customHttpHeaders=Many(_HEADER, high=5),
    occContext=OCC,
)
_SECURED = Thing(_needed=("downlinkSecurity",), downlinkSecurity=_SECURITY, occContext=OCC)
_KEPT = ("name", "contentType", "description", "state", "destinations", "customHttpHeaders")
_OWN_HEADERS = ("accept", "host", "user-agent", "content-length", "content-type")
_METRICS = tuple(
    what + when + how
    for what, hows in (("activeThings", ("",)), ("downlinks", ("", "Failed")), ("uplinks", ("", "Failed")))
    for when in ("Last1h", "Last24h")
    for how in hows
)


class AppServers:
    """The handlers of `appServers`. Servers over HTTP only: C leaves Kafka to another API."""

    def __init__(self, world, settings):
        self._world = world
        self._settings = settings

    def operations(self):
        """What this area answers."""
        kafka = (
            "tpxIotFlowConnectorId",
            "tpxIotFlowConnectionId",
            "baseStationAlarmNotification",
            "deviceAlarmNotification",
        )
        listed = (
            "pageIndex",
            "destinationsRequired",
            ("type", word(*TYPES)),
            ("sort", sorting("ID", "name")),
            *texts("query", "name", "ID", *kafka),
        )
        one = "/appServers/{appServerUid}"
        return [
            Operation("GET", "/appServers", self.list, listed, "appServers"),
            Operation("POST", "/appServers", self.create, answer="appServer"),
            Operation("GET", one, self.read, answer="appServer"),
            Operation("PUT", one, self.update, ("force",), "appServer"),
            Operation("DELETE", one, self.delete),
            Operation("GET", one + "/security", self.read_security, answer="appServerSecurity"),
            Operation("PUT", one + "/security", self.update_security, ("force",), "appServerSecurity"),
            Operation("GET", one + "/iotFlowConnector/metrics", self.metrics, answer="metrics"),
        ]

    def list(self, request, who):
        """GET appServers, by ID or by name (C)."""
        attribute, _comma, order = request.value("sort", "ID,asc").partition(",")
        query = request.value("query", "")
        found = [
            one
            for one in self._world.servers.values()
            if one["ID"].startswith(request.value("ID", ""))
            and one["name"].startswith(request.value("name", ""))
            and (one["ID"].startswith(query) or one["name"].startswith(query))
            and (not request.values("type") or one["type"] in request.values("type"))
        ]
        if any(request.values(name) for name, _check in request.operation.query[-4:]):
            found = []  # these are for Kafka servers, of which there are none
        found.sort(key=lambda one: one[attribute], reverse=order == "desc")
        return encode(request, 200, page(request, self._settings, [self._brief(one) for one in found]))

    def _brief(self, one):
        devices, groups = self._world.server_use(one["ID"])
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
            "href": self._href(one),
        }

    def _href(self, one):
        return views.href(self._settings, "appServers/%d" % one["uid"])

    def _whole(self, one):
        shown = {name: value for name, value in self._brief(one).items() if name != "href"}
        shown.update({name: one[name] for name in ("contentType", "destinations")}, **self._secured(one))
        for name in ("description", "customHttpHeaders"):
            if one[name]:
                shown[name] = one[name]
        return shown

    def _secured(self, one):
        security = {name: value for name, value in one["downlinkSecurity"].items() if name != "downlinkAsKey"}
        context = {name: one[name] for name in ("version", "lastUpdate", "who")}
        return {"downlinkSecurity": security, "occContext": context}

    def _require(self, uid):
        return self._world.servers.get(uid) or by_uid(self._world.servers, uid, "application server")

    def create(self, request, who):
        """POST: the ID is made from the subscriber's and the server's number (C)."""
        body = decode(request, _SERVER)
        if "name" not in body:
            raise ApiError("missing", "name")
        for name in ("state", "occContext"):
            if name in body:
                raise ApiError("create_forbidden", name)
        uid = self._world.next_server
        server_id = "TWA_%s.%d.AS" % (SUBSCRIBER["ID"], uid)
        one = new_server({"uid": uid, "ID": server_id, "contentType": "xml", "who": who, "lastUpdate": now_ms()})
        one.update(self._changes(body, one))
        self._world.next_server += 1
        self._world.servers[server_id] = one
        self._world.touch()
        return encode(request, 201, self._whole(one), [("Location", self._href(one))])

    def read(self, request, who, uid):
        """GET one application server (C AppServer)."""
        return encode(request, 200, self._whole(self._require(uid)))

    def update(self, request, who, uid):
        """PUT a partial document under optimistic locking (C)."""
        one = self._require(uid)
        body = decode(request, _SERVER)
        self._check_occ(request, body, one)
        if body.get("type", one["type"]) != one["type"]:
            raise ApiError("update_forbidden", "type")
        self._change(one, self._changes(body, one), who)
        return encode(request, 200, self._whole(one))

    def delete(self, request, who, uid):
        """DELETE: not while a device or a multicast group names it (?)."""
        one = self._require(uid)
        if any(self._world.server_use(one["ID"])):
            raise ApiError("in_use", "application server", one["ID"])
        del self._world.servers[one["ID"]]
        self._world.touch()
        return encode(request, 204)

    def read_security(self, request, who, uid):
        """GET the security of a server; its key is never shown (C writeOnly)."""
        return encode(request, 200, self._secured(self._require(uid)))

    def update_security(self, request, who, uid):
        """PUT the security of a server (C)."""
        one = self._require(uid)
        body = decode(request, _SECURED)
        if "occContext" not in body:
            raise ApiError("occ_missing")  # C requires it here without exception
        self._check_occ(request, body, one)
        self._change(one, {"downlinkSecurity": _security(body["downlinkSecurity"], one)}, who)
        return encode(request, 200, self._secured(one))

    def metrics(self, request, who, uid):
        """GET the metrics of an IoT Flow connector: servers over HTTP have moved nothing through one (C)."""
        self._require(uid)
        return encode(request, 200, dict.fromkeys(_METRICS, 0))

    # -- rules ---------------------------------------------------------------------

    def _check_occ(self, request, body, one):
        if not boolean(request, "force", False):
            check_occ(body, one["version"], self._settings.occ_required)

    def _change(self, one, changed, who):
        one.update(changed, version=one["version"] + 1, who=who, lastUpdate=max(now_ms(), one["lastUpdate"] + 1))
        self._world.touch()

    def _changes(self, body, one):
        if body.get("type", "HTTP") != "HTTP":
            raise ApiError("forbidden", "type", "only application servers over HTTP are made here")
        changed = {name: body[name] for name in _KEPT if name in body}
        if "domains" in body:
            changed["domains"] = fields.domains(body["domains"])
        if "downlinkSecurity" in body:
            changed["downlinkSecurity"] = _security(body["downlinkSecurity"], one)
        self._check_destinations(body.get("destinations", ()))
        names = [header["name"].lower() for header in body.get("customHttpHeaders", ())]
        for name in names:
            if name in _OWN_HEADERS or names.count(name) > 1:
                raise ApiError("invalid", "customHttpHeaders", name)
        return changed

    def _check_destinations(self, destinations):
        for place, one in enumerate(destinations):
            if one["ports"] == "*" and place != len(destinations) - 1:
                raise ApiError("invalid", "destinations", "the wildcard belongs to the last one")
            if self._settings.enterprise and (place or one["ports"] != "*" or one["strategy"] != "SEQUENTIAL"):
                raise ApiError("invalid", "destinations", "only one is supported, with all ports and SEQUENTIAL")


def _security(given, one):
    """Which fields go with which status (C)."""
    if given["status"] == "NONE":
        for name in ("asID", "downlinkAsKey", "maxTimestampDeviation"):
            if name in given:
                raise ApiError("forbidden", "downlinkSecurity." + name, "the status is NONE")
        return {"status": "NONE"}
    if "downlinkAsKey" not in given:
        raise ApiError("missing", "downlinkSecurity.downlinkAsKey")
    known = ("status", "asID", "downlinkAsKey", "maxTimestampDeviation")
    return {"asID": one["ID"], **{name: given[name] for name in known if name in given}}
