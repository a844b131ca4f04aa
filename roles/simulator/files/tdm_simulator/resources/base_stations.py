# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The base stations of multicast groups, selected by tags (C)."""

from __future__ import annotations

from .. import Document, now_ms
from ..api.operations import Call, Operation
from ..api.parameters import TAG, texts, word
from ..errors import ApiError
from ..http.messages import Response
from ..world.world import World
from .multicast_groups import BS_TAG, GROUPS, NAMESPACES
from .tags import suggested

#: Of the European band, in which the made-up stations are (C MulticastDownlinkSettings).
_SETTINGS = {
    "ismBand": {"ID": "eu868", "minDownlinkDR": 0, "maxDownlinkDR": 5},
    "lcs": [{"lc": 0, "frequency": 868.1}, {"lc": 1, "frequency": 868.3}, {"lc": 2, "frequency": 868.5}],
}


def reached(world: World, group: Document) -> list[Document]:
    """The stations that a group reaches."""
    return [one for one in world.catalogue.stations if any(tag in group["tags"] for tag in one["tags"])]


def search(call: Call, uid: str) -> Response:
    """GET the base stations of a group; only the subscriber's own would have an href (C)."""
    group = GROUPS.require(call, uid)
    found = [dict(one, tags=[tag for tag in one["tags"] if tag in group["tags"]]) for one in reached(call.world, group)]
    return call.page(found, bsCount=len(found), now=now_ms())


def _count(world: World, tag: Document) -> int:
    return sum(tag in one["tags"] for one in world.catalogue.stations)


def _uid(world: World, tag: Document) -> int:
    return world.tag_uid("%s:%s" % (tag["namespace"], tag["name"]))


def tags(call: Call, uid: str) -> Response:
    """GET the base station tags of a group, sorted by name (C)."""
    group = GROUPS.require(call, uid)
    place = GROUPS.href(call.world, group) + "/bss/tags/%d"
    found = sorted(group["tags"], key=lambda tag: (tag["name"], tag["namespace"]))
    return call.page(found, lambda world, tag: dict(tag, bsCount=_count(world, tag), href=place % _uid(world, tag)))


def add(call: Call, uid: str) -> Response:
    """POST a base station tag; an existing one is accepted (?). 200 as in C."""
    group = GROUPS.require(call, uid)
    body = call.body(BS_TAG)
    tag = {"name": body["name"], "namespace": body.get("namespace", NAMESPACES[0])}
    if tag not in group["tags"]:
        group["tags"].append(tag)
        call.world.stamp(group, call.who)
    return call.answer(200, dict(tag, bsCount=_count(call.world, tag)))


def remove(call: Call, uid: str, tag_uid: str) -> Response:
    """DELETE a base station tag of a group (C)."""
    group = GROUPS.require(call, uid)
    for tag in group["tags"]:
        if str(_uid(call.world, tag)) == tag_uid:
            group["tags"].remove(tag)
            call.world.stamp(group, call.who)
            return call.answer(204)
    raise ApiError("tag_not_found", tag_uid)


def suggestions(call: Call) -> Response:
    """GET names of base station tags that begin with the query (C)."""
    known = {(tag["name"], tag["namespace"]) for one in call.world.catalogue.stations for tag in one["tags"]}
    return suggested(call, [{"name": name, "namespace": namespace} for name, namespace in known])


def downlink_settings(call: Call) -> Response:
    """GET the downlink settings of a tag's base stations (C)."""
    name = call.required("bsTag")
    if not _count(call.world, {"name": name, "namespace": call.value("bsTagNamespace", NAMESPACES[0])}):
        raise ApiError("resource_not_found", "base station tag", name)
    return call.answer(200, _SETTINGS)


_BSS = GROUPS.item + "/bss"
_SUGGESTED = (("query", TAG), *texts("exclude"))
OPERATIONS = [
    Operation("GET", _BSS, search, ("pageIndex",), "bss"),
    Operation("GET", _BSS + "/tags", tags, ("pageIndex",), "tags"),
    Operation("POST", _BSS + "/tags", add, answer="tag"),
    Operation("DELETE", _BSS + "/tags/{tagUid}", remove),
    Operation("GET", "/multicastGroups/bss/tags/suggestions", suggestions, _SUGGESTED, "tags"),
    Operation(
        "GET", "/multicastDownlinkSettings", downlink_settings, ("bsTag", ("bsTagNamespace", word(*NAMESPACES))), "settings"
    ),
]
