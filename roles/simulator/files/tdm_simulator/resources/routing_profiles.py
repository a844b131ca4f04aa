# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AS routing profiles, only in the Wireless edition (O; the refusals are ?)."""

from __future__ import annotations

import re

from .. import SUBSCRIBER, Document
from ..api import filters, xml
from ..api.collection import Collection, context
from ..api.operations import Call
from ..api.shapes import NAME, OCC, Flag, Many, Text, Thing
from ..errors import ApiError
from ..world.world import World

_PORT = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_PORTS = re.compile(r"(?:\*|P(?:-P)?(?:,P(?:-P)?)*)\Z".replace("P", _PORT))
_ROUTE = Thing(
    _needed=("sourcePort", "strategy", "destinations"),
    sourcePort=Text(_PORTS, "* or ports"),
    strategy=Text(choices=("SEQUENTIAL", "BURST")),
    destinations=Text(),
)


def _brief(world: World, one: Document) -> Document:
    return {**{name: one[name] for name in ("ID", "name", "isDefault")}, "href": PROFILES.href(world, one)}


def _whole(_world: World, one: Document) -> Document:
    return {**{name: one[name] for name in ("ID", "name", "isDefault", "routes")}, "occContext": context(one)}


def _new(call: Call, _body: Document) -> Document:
    """The ID is made from the subscriber's and the profile's number, as seen at KPN (O)."""
    return {"ID": "TWA_%s.%d" % (SUBSCRIBER["ID"], call.world.routes.next), "isDefault": False, "routes": []}


def _check(_call: Call, body: Document, _one: Document, _is_new: bool) -> Document:
    """Destinations are `<dests>` of `<dest type address>`, in XML within a string (O)."""
    for route in body.get("routes", ()):
        try:
            root = xml.parse(route["destinations"])
        except ValueError as problem:
            raise ApiError("invalid", "destinations", problem) from None
        if xml.local(root) != "dests" or not all(xml.local(one) == "dest" and one.get("address") for one in root):
            raise ApiError("invalid", "destinations", "dests of dest with an address are expected")
    return {}


def _change(call: Call, body: Document, one: Document, _is_new: bool) -> Document:
    if body.get("isDefault"):  # only one can be the default
        for other in call.world.routes.values():
            other["isDefault"] = False
        return {}
    # The default changes only when another profile becomes it: a client that renames the default sends false (O, ?).
    return {"isDefault": one["isDefault"]}


def _in_use(world: World, one: Document) -> bool:
    return one["isDefault"] or any(device["route"] == one["ID"] for device in world.devices.values())


PROFILES = Collection(
    path="/appServersRoutingProfiles",
    item="/appServersRoutingProfiles/{appServersRoutingProfileUid}",
    title="AS routing profile",
    table="routes",
    roots=("appServersRoutingProfiles", "appServersRoutingProfile"),
    brief=_brief,
    whole=_whole,
    wireless=True,
    # O: the client of an operator with cellular devices sends the type.
    filters={"type": filters.only("LORAWAN", other=("CELLULAR",))},
    shape=Thing(name=NAME, isDefault=Flag(), routes=Many(_ROUTE), occContext=OCC),
    needed=("name",),
    stored=dict.fromkeys(("name", "isDefault", "routes")),
    new=_new,
    check=_check,
    change=_change,
    in_use=_in_use,
)
OPERATIONS = PROFILES.operations()
