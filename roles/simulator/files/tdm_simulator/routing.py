# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AS routing profiles, which Wireless alone has (O; what is refused is ?)."""

from __future__ import annotations

import re

from . import SUBSCRIBER, views, xmltext
from .codec import decode, encode
from .devices import check_occ
from .errors import ApiError
from .operations import Operation
from .parameters import boolean, page, word
from .resources import by_uid
from .shapes import OCC, Flag, Many, Text, Thing
from .world import new_route, now_ms

_PORTS = re.compile(r"\*|[0-9]{1,3}(-[0-9]{1,3})?(,[0-9]{1,3}(-[0-9]{1,3})?)*\Z")
_ROUTE = Thing(
    _needed=("sourcePort", "strategy", "destinations"),
    sourcePort=Text(_PORTS, "* or ports"),
    strategy=Text(choices=("SEQUENTIAL", "BURST")),
    destinations=Text(),
)
_PROFILE = Thing(
    name=Text(re.compile(r".*\S", re.DOTALL), "a name that is not empty"),
    isDefault=Flag(),
    routes=Many(_ROUTE),
    occContext=OCC,
)


class RoutingProfiles:
    """The handlers of `appServersRoutingProfiles`."""

    def __init__(self, world, settings):
        self._world = world
        self._settings = settings

    def operations(self):
        """What this area answers: nothing in Enterprise."""
        if self._settings.enterprise:
            return []
        path, name = "/appServersRoutingProfiles", "appServersRoutingProfile"
        one = path + "/{appServersRoutingProfileUid}"
        # O: the type is asked for by a client of an operator that has cellular devices, too.
        listed = ("pageIndex", ("type", word("LORAWAN", "CELLULAR")))
        return [
            Operation("GET", path, self.list, listed, "appServersRoutingProfiles"),
            Operation("POST", path, self.create, answer=name),
            Operation("GET", one, self.read, answer=name),
            Operation("PUT", one, self.update, ("force",), name),
            Operation("DELETE", one, self.delete),
        ]

    def list(self, request, who):
        """GET the routing profiles; all of them are LoRaWAN's."""
        routes = [] if request.value("type") == "CELLULAR" else self._world.routes.values()
        briefs = [{**{name: one[name] for name in ("ID", "name", "isDefault")}, "href": self._href(one)} for one in routes]
        return encode(request, 200, page(request, self._settings, briefs))

    def _href(self, one):
        return views.href(self._settings, "appServersRoutingProfiles/%d" % one["uid"])

    @staticmethod
    def _whole(one):
        context = {name: one[name] for name in ("version", "lastUpdate", "who")}
        return {**{name: one[name] for name in ("ID", "name", "isDefault", "routes")}, "occContext": context}

    def _require(self, uid):
        return by_uid(self._world.routes, uid, "AS routing profile")

    def create(self, request, who):
        """POST: the ID is made from the subscriber's and the profile's number, as seen at KPN (O)."""
        body = decode(request, _PROFILE)
        if "name" not in body:
            raise ApiError("missing", "name")
        uid = self._world.next_route
        route_id = "TWA_%s.%d" % (SUBSCRIBER["ID"], uid)
        one = new_route({"uid": uid, "ID": route_id, "who": who, "lastUpdate": now_ms()})
        self._change(one, body)
        self._world.next_route += 1
        self._world.routes[route_id] = one
        return encode(request, 201, self._whole(one), [("Location", self._href(one))])

    def read(self, request, who, uid):
        """GET one routing profile."""
        return encode(request, 200, self._whole(self._require(uid)))

    def update(self, request, who, uid):
        """PUT a partial document; without occContext, as KPN's client of 2016 sends it, it passes (O)."""
        one = self._require(uid)
        body = decode(request, _PROFILE)
        if not boolean(request, "force", False):
            check_occ(body, one["version"], self._settings.occ_required)
        self._change(one, body)
        one.update(version=one["version"] + 1, who=who, lastUpdate=max(now_ms(), one["lastUpdate"] + 1))
        return encode(request, 200, self._whole(one))

    def delete(self, request, who, uid):
        """DELETE: neither the default nor what a device names."""
        one = self._require(uid)
        if one["isDefault"] or any(device["route"] == one["ID"] for device in self._world.by_uid.values()):
            raise ApiError("in_use", "AS routing profile", one["ID"])
        del self._world.routes[one["ID"]]
        self._world.touch()
        return encode(request, 204)

    def _change(self, one, body):
        for route in body.get("routes", ()):
            _check_destinations(route["destinations"])
        if body.get("isDefault"):  # there is one
            for other in self._world.routes.values():
                other["isDefault"] = False
        one.update({name: body[name] for name in ("name", "isDefault", "routes") if name in body})
        self._world.touch()


def _check_destinations(text):
    """`<dests>` of `<dest type address>`, in XML within a string (O)."""
    try:
        root = xmltext.parse(text)
    except ValueError as problem:
        raise ApiError("invalid", "destinations", problem) from None
    if xmltext.local(root) != "dests" or not all(xmltext.local(one) == "dest" and one.get("address") for one in root):
        raise ApiError("invalid", "destinations", "dests of dest with an address are expected")
