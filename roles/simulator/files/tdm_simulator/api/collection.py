# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Declares a kind of resource, and answers the operations that all kinds have in common.

These are: list with filters, order and pages; create; read; update under optimistic locking; delete.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Callable

from .. import Document, now_ms
from ..errors import ApiError
from ..http.messages import Response
from ..world.tables import Table
from ..world.world import World
from . import filters
from .operations import PART, Call, Operation, Parameter, View
from .parameters import boolean, sorting
from .shapes import ANY, Shape

#: Receives the call, its body, the resource, and whether it is new; returns the fields to change. ApiError for an invalid body.
Rule = Callable[[Call, Document, Document, bool], Document]


@dataclass(frozen=True)
class Collection:
    """Resources of one kind, as a declaration. Where data isn't enough, the declaring file gives functions.

    Rules run in this order: `begin`, types, `complete`, `needed`, `refused`, `new`, `conflict` (or `fixed` for an
    update); `check`, `stored`, `change`.
    """

    path: str  # of the list, below the subscription
    title: str  # a single resource's name in errors
    table: str  # the name of the world's table
    roots: tuple[str, str]  # XML root elements of the list and of a single resource
    item: str = ""  # path of a single resource
    key: str = "ID"  # the identifying field
    verbs: tuple[str, ...] = ("list", "create", "read", "update", "delete")
    queries: Mapping[str, tuple[Parameter, ...]] = field(default_factory=dict)  # further query parameters, by verb
    wireless: bool = False  # only in the Wireless edition
    # Fields shown in a list, and of a single resource.
    brief: View = lambda _world, one: one
    whole: View = lambda _world, one: one
    # The list.
    filters: filters.Filters = field(default_factory=dict)  # by query parameter
    order: tuple[str, ...] = ()  # fields to sort by, the first by default; without any, by creation
    sized: bool = False  # the client can choose the page size
    counted: bool = False  # the list has a time and a total count
    # The body.
    shape: Shape = ANY  # types and patterns
    needed: tuple[str, ...] = ()  # required for creation
    refused: tuple[str, ...] = ()  # refused in a creation
    fixed: tuple[str, ...] = ()  # an update may repeat them, but not change them
    stored: Mapping[str, Callable[[Any], Any] | None] = field(default_factory=dict)  # body fields to store, optionally converted
    locked: bool = True  # an update names the version it changes
    # The rest.
    later: bool = False  # the client may ask not to wait for creation and deletion (C async)
    named: bool = False  # the client chooses the name, in the path of the creation
    unique: tuple[str, ...] = ()  # tables that must not contain the new key either
    missing: str = "resource_not_found"  # the error for an unknown one
    conflict: str = "exists"  # the error for an existing one
    begin: Callable[..., object] = lambda *_call: None  # receives the call and the path's variable parts
    complete: Callable[[Call, Document], object] = lambda _call, _body: None  # sets defaults of a creation
    new: Callable[[Call, Document], Document] = lambda _call, _body: {}  # a new resource, without the body's fields
    check: Rule = lambda *_call: {}
    change: Rule = lambda *_call: {}
    in_use: Callable[[World, Document], bool] = lambda _world, _one: False  # can't be deleted

    def operations(self) -> list[Operation]:
        """The operations of this kind."""
        listed: tuple[Parameter, ...] = ("pageIndex", *filters.declared(self.filters))
        listed += (("sort", sorting(*self.order)),) if self.order else ()
        listed += ("pageSize",) if self.sized else ()
        later = ("async",) if self.later else ()
        place = self.item if self.named else self.path
        many, one = self.roots
        found = {
            "list": Operation("GET", self.path, self.search, listed, many),
            "create": Operation("POST", place, self.create, later, one),
            "read": Operation("GET", self.item, self.read, (), one),
            "update": Operation("PUT", self.item, self.update, ("force",) if self.locked else (), one),
            "delete": Operation("DELETE", self.item, self.delete, later),
        }
        return [
            replace(found[verb], query=found[verb].query + self.queries.get(verb, ()), wireless=self.wireless)
            for verb in self.verbs
        ]

    # -- requests --------------------------------------------------------------

    def search(self, call: Call) -> Response:
        """GET a page of the resources that the query describes."""
        tests = list(filters.tests(call, self.filters))
        found = [one for one in self.of(call.world).values() if all(test(one) for test in tests)]
        if self.order:
            name, _comma, direction = call.value("sort", self.order[0]).partition(",")
            found.sort(key=lambda one: (one[name] is not None, one[name], one["uid"]), reverse=direction == "desc")
        more = {"now": now_ms(), "count": len(found)} if self.counted else {}
        return call.page(found, self.brief, self.sized, **more)

    def create(self, call: Call, *name: str) -> Response:
        """POST: 201 with Location and the resource, or 202 with a task's Location (C, O)."""
        self.begin(call, *name)
        for key in name:
            self.check_new(call.world, key)
        one = self.made(call, call.body(self.shape), *name)
        href = self.href(call.world, one)
        if self.later and boolean(call, "async"):
            return call.accepted(href)
        return call.answer(201, self.whole(call.world, one), [("Location", href)])

    def read(self, call: Call, uid: str) -> Response:
        """GET one resource."""
        return call.answer(200, self.whole(call.world, self.require(call, uid)))

    def update(self, call: Call, uid: str) -> Response:
        """PUT a partial document (O), under optimistic locking (C)."""
        one = self.require(call, uid)
        self.begin(call, uid)
        body = call.body(self.shape)
        if self.locked:
            check_version(call, body, one, call.world.settings.occ_required)
        self.changed(call, one, body)
        return call.answer(200, self.whole(call.world, one))

    def delete(self, call: Call, uid: str) -> Response:
        """DELETE: 204; everything of the resource is removed (C)."""
        one = self.require(call, uid)
        if self.in_use(call.world, one):
            raise ApiError("in_use", self.title, one[self.key])
        call.world.remove(self.of(call.world), one)
        if self.later and boolean(call, "async"):
            return call.accepted(self.href(call.world, one))
        return call.answer(204)

    # -- for other kinds of resources -------------------------------------------

    def of(self, world: World) -> Table:
        """The table of the resources."""
        return world.table(self.table, self.key)

    def href(self, world: World, one: Document) -> str:
        """The address of a resource."""
        name = one[self.key] if self.named else str(one["uid"])
        return world.href(PART.sub(name, self.item)[1:])

    def require(self, call: Call, uid: str) -> Document:
        """The resource that a path names; 404 without."""
        table = self.of(call.world)
        one = table.get(uid) if self.named else table.find(uid, call.world.settings.eui_paths)
        if one is None:
            raise ApiError(self.missing, self.title, uid)
        return one

    def check_new(self, world: World, key: str) -> None:
        """Refuse a key that is already used."""
        for table in (self.of(world), *[world.tables[name] for name in self.unique]):
            if key in table:
                raise ApiError(self.conflict, self.title, key)

    def made(self, call: Call, body: Document, *name: str) -> Document:
        """Check a document by all rules and add the resource."""
        self.complete(call, body)
        for one in self.needed:
            if one not in body:
                raise ApiError("missing", one)
        for one in self.refused:
            if one in body:
                raise ApiError("create_forbidden", one)
        made = self.new(call, body)
        made.update(version=1, lastUpdate=now_ms(), who=call.who)
        if name:
            made[self.key] = name[0]
        self.check_new(call.world, made[self.key])
        made.update(self._fields(call, body, made, True))
        call.world.add(self.of(call.world), made)
        return made

    def changed(self, call: Call, one: Document, body: Document) -> None:
        """Check a partial document by all rules and change the resource, or nothing."""
        for name in self.fixed:
            if name in body and body[name] != (one[name] if name in one else one["keys"].get(name)):
                raise ApiError("update_forbidden", name)
        call.world.change(one, self._fields(call, body, one, False))
        call.world.stamp(one, call.who)

    def _fields(self, call: Call, body: Document, one: Document, is_new: bool) -> Document:
        fields = self.check(call, body, one, is_new)
        for name, read in self.stored.items():
            if name in body:
                fields[name] = read(body[name]) if read else body[name]
        fields.update(self.change(call, body, one, is_new))
        return fields


def context(one: Document) -> Document:
    """The version of a resource, and who made it (C OccContext)."""
    return {"version": one["version"], "lastUpdate": one["lastUpdate"], "who": one["who"]}


def check_version(call: Call, body: Document, one: Document, required: bool) -> None:
    """Optimistic locking: a stale version is refused; a missing one only if `required` (C, O)."""
    if boolean(call, "force"):
        return
    given = body.get("occContext")
    if given is None or "version" not in given:
        if required:
            raise ApiError("occ_missing")
    elif given["version"] != one["version"]:
        raise ApiError("stale", one["version"], given["version"])
