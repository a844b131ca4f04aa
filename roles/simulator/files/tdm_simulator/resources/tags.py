# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags of devices, of one and in bulk (C). They are stored apart from the device."""

from __future__ import annotations

import bisect

from .. import Document
from ..api.operations import Call, Operation
from ..api.parameters import TAG, word
from ..api.shapes import TAG_NAME, Many, Text, Thing
from ..errors import ApiError
from ..http.messages import Response
from ..world.world import World
from . import device_list
from .devices import DEVICES
from .domains import named

_TAGGED = Thing(_needed=("name",), name=Text(), devEUIs=Many(Text()))


def read(call: Call, uid: str) -> Response:
    """GET the tags of a device, sorted by name (C)."""
    device = DEVICES.require(call, uid)
    briefs = [{"name": name, "href": _href(call.world, device, name)} for name in device["tags"]]
    return call.answer(200, {"briefs": briefs, "more": False})


def add(call: Call, uid: str) -> Response:
    """POST a tag; an existing one is accepted (?)."""
    device = DEVICES.require(call, uid)
    _body, name = _read(call)
    _tag(call.world, device, name)
    return call.answer(201, {"name": name}, [("Location", _href(call.world, device, name))])


def remove(call: Call, uid: str, tag_uid: str) -> Response:
    """DELETE a tag of a device."""
    device = DEVICES.require(call, uid)
    for name in device["tags"]:
        if str(call.world.tag_uid(name)) == tag_uid:
            _untag(call.world, device, name)
            return call.answer(204)
    raise ApiError("tag_not_found", tag_uid)


def change_many(call: Call) -> Response:
    """POST devices/tags: devices by EUI, or one page selected by query parameters (C)."""
    world = call.world
    body, name = _read(call)
    change = _untag if call.value("action") == "UNTAG" else _tag
    found = named(world.devices, body["devEUIs"], world.settings.page_size_max) if "devEUIs" in body else device_list.page(call)
    for device in found:
        change(world, device, name)
    return call.answer(200, {"name": name})


def suggestions(call: Call) -> Response:
    """GET devices/tags/suggestions: names that begin with the query (C)."""
    used = {name for one in call.world.devices.values() for name in one["tags"]}
    return suggested(call, [{"name": name} for name in used])


def suggested(call: Call, known: list[Document]) -> Response:
    """The first tags whose names begin with the query (C)."""
    query, excluded = call.required("query"), call.values("exclude")
    found = [tag for tag in known if tag["name"].lower().startswith(query.lower()) and tag["name"] not in excluded]
    found.sort(key=lambda tag: tuple(tag.values()))
    return call.answer(200, {"briefs": found[:20], "query": query})


def _href(world: World, device: Document, name: str) -> str:
    return "%s/tags/%d" % (DEVICES.href(world, device), world.tag_uid(name))


def _read(call: Call) -> tuple[Document, str]:
    """(body, checked name of the tag) (C TagName)."""
    body = call.body(_TAGGED)
    name: str = body["name"]
    if not TAG_NAME.match(name):
        raise ApiError("invalid", "name", "malformed tag name")
    return body, name


def _tag(world: World, device: Document, name: str) -> None:
    if name not in device["tags"]:
        world.tag_uid(name)
        bisect.insort(device["tags"], name)
        world.touch()


def _untag(world: World, device: Document, name: str) -> None:
    if name in device["tags"]:
        device["tags"].remove(name)
        world.touch()


_ONE = DEVICES.item + "/tags"
OPERATIONS = [
    Operation("GET", _ONE, read, answer="tags"),
    Operation("POST", _ONE, add, answer="tag"),
    Operation("DELETE", _ONE + "/{tagUid}", remove),
    Operation("POST", "/devices/tags", change_many, (("action", word("TAG", "UNTAG")), *device_list.PAGED), "tag"),
    Operation("GET", "/devices/tags/suggestions", suggestions, (("query", TAG), ("exclude", TAG)), "tags"),
]
