# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of the simulated platform, and its file."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable
from typing import Any

from .. import BASE_PATH, SUBSCRIPTION_ID, Document, now_ms
from ..http.jobs import Jobs
from ..settings import Settings
from .catalogue import Catalogue
from .tables import Table

FIRST_TAG_UID = 21
_FIRST_DAY = {"version": 1, "lastUpdate": 1577836800000, "who": "Platform Operator"}
_MOST_TASKS = 10000
_KEPT = ("tag_uids", "next_task", "tasks", "subscription", "alarms", "next_alarm", "downlinks")


class World:
    """A table for each kind of resource, and data of single resources."""

    def __init__(self, settings: Settings, catalogue: Catalogue | None = None) -> None:
        self.settings = settings
        self.catalogue = catalogue or Catalogue(settings)
        self._place = "%s/subscriptions/%s/" % (BASE_PATH, "mine" if settings.enterprise else SUBSCRIPTION_ID)
        self.jobs = Jobs()
        self.revision = 0  # never goes back, or a cached result could pass for a new one
        self.reset()

    def reset(self) -> None:
        """Forget every device and task; the subscription as on the first day."""
        catalogue = self.catalogue
        self.tables: dict[str, Table] = {}
        self.plans = self.tables["plans"] = catalogue.plans
        self.devices = self.table("devices", "EUI", 5000)
        self.groups = self.table("groups", "EUI")  # for multicast
        self.servers = self.table("servers", "ID", 2000, [{**one, **_FIRST_DAY} for one in catalogue.servers])
        self.routes = self.table("routes", "ID", 26000, [{**one, **_FIRST_DAY} for one in catalogue.routes])
        self.used = dict.fromkeys(self.plans, 0)
        self.alarms: dict[str, list[Document]] = {}  # of devices and multicast groups, by EUI
        self.next_alarm = 1
        self.downlinks: dict[str, list[Document]] = {}  # submitted ones, by EUI
        self.tag_uids: dict[str, int] = {}
        self.tasks: dict[str, Document] = {}
        self.next_task = 1
        self.subscription: Document = {
            "creationTimestamp": 1577836800000,
            **_FIRST_DAY,
            "alarmStateNotifications": "<notifications/>",
            "defaultIsmBands": ["eu868"],
            "nsID": None,
            "restricted": {},
        }
        self.lists: dict[Any, list[str]] = {}  # the latest results of searches
        self.touch()

    def touch(self) -> None:
        """Note that something changed."""
        self.revision += 1

    def href(self, path: str) -> str:
        """A path below the subscription, absolute from the host (O).

        In Enterprise it goes through `mine`, so that it can be followed (?).
        """
        return self._place + path

    # -- resources ---------------------------------------------------------

    def table(self, name: str, key: str, first: int = 1, given: Iterable[Document] = ()) -> Table:
        """The table of a kind of resource, created at the first access."""
        if name not in self.tables:
            self.tables[name] = Table(key, first, given)
        return self.tables[name]

    def add(self, table: Table, one: Document) -> None:
        """Add a new resource and give it a UID."""
        table.add(one)
        self._count(one, 1)
        self.touch()

    def change(self, one: Document, changed: Document) -> None:
        """Update fields of a resource, and the counts that depend on them."""
        self._count(one, -1)
        one.update(changed)
        self._count(one, 1)
        self.touch()

    def remove(self, table: Table, one: Document) -> None:
        """Delete a resource and all its data (C)."""
        table.take(one)
        self._count(one, -1)
        self.alarms.pop(one[table.key], None)
        self.downlinks.pop(one[table.key], None)
        self.touch()

    def stamp(self, one: Document, who: str) -> None:
        """Note a change: raises version and time (C occContext)."""
        one["version"] += 1
        one["lastUpdate"] = max(now_ms(), one["lastUpdate"] + 1)
        one["who"] = who
        self.touch()

    def _count(self, one: Document, step: int) -> None:
        """Update the used licenses: a device or a multicast group is added (1) or removed (-1)."""
        plan = one.get("plan")
        if plan is not None:
            self.used[plan] = self.used.get(plan, 0) + step

    def server_use(self, server_id: str) -> tuple[int, int]:
        """The number of devices and of multicast groups with an application server: (devices, groups)."""
        devices = sum(server_id in one["servers"] for one in self.devices.values())
        return devices, sum(server_id in one["servers"] for one in self.groups.values())

    def tag_uid(self, name: str) -> int:
        """The UID of a tag, a new one for a new tag."""
        return self.tag_uids.setdefault(name, FIRST_TAG_UID + len(self.tag_uids))

    def add_task(self, href: str) -> str:
        """The UID of a new, running task about a resource."""
        uid = str(self.next_task)
        self.next_task += 1
        self.tasks[uid] = {"state": "RUNNING", "href": href}
        while len(self.tasks) > _MOST_TASKS:
            del self.tasks[next(iter(self.tasks))]
        self.touch()
        return uid

    # -- file --------------------------------------------------------------

    def snapshot(self, extra: Document) -> str:
        """The state as JSON text."""
        kept = {name: table for name, table in self.tables.items() if name != "plans"}
        state: Document = {name: getattr(self, name) for name in _KEPT}
        state["tables"] = {name: [table.key, table.next, list(table.values())] for name, table in kept.items()}
        return json.dumps({**state, "extra": extra})

    def restore(self, path: str) -> Document | None:
        """Load a snapshot; returns its extra part, or None without a file."""
        try:
            with open(path, encoding="utf-8") as stream:
                state = json.load(stream)
        except FileNotFoundError:
            return None
        self.reset()
        for name in _KEPT:
            setattr(self, name, state.get(name, getattr(self, name)))  # an older file lacks newer names
        for name, (key, following, found) in (state.get("tables") or _old_tables(state)).items():
            self.table(name, key).replace(found, following)
            for one in found:
                self._count(one, 1)
        extra: Document = state["extra"]
        return extra


def _old_tables(state: Document) -> dict[str, tuple[str, int, list[Document]]]:
    """Key, next UID and resources of each table, from a file in the older format."""
    counters = {"devices": "next_uid", "servers": "next_server", "routes": "next_route", "groups": "next_group"}
    found = {}
    for name, counter in counters.items():
        if name in state:
            kept = state[name]
            found[name] = "", state[counter], list(kept.values()) if isinstance(kept, dict) else kept
    return found


def write_atomically(path: str, text: str) -> None:
    """Write a file atomically, readable only by its owner."""
    directory = os.path.dirname(os.path.abspath(path))
    handle, temporary = tempfile.mkstemp(prefix=".tdm-simulator-", dir=directory)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
