# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables: the resources of one kind, by their key and by their UID."""

from __future__ import annotations

import bisect
from collections.abc import Iterable

from .. import Document


class Table(dict[str, Document]):
    """Resources by key, in the order of their creation.

    :param key: the field that names a resource: its EUI, its ID.
    :param first: the UID of the first new one.
    """

    def __init__(self, key: str, first: int = 1, given: Iterable[Document] = ()) -> None:
        super().__init__()
        self.key = key
        self.replace(given, first)

    def replace(self, given: Iterable[Document], following: int) -> None:
        """Replace all resources; the next new one gets the given UID."""
        self.clear()
        self.next = following
        self.by_uid: dict[int, Document] = {}
        self.ordered: list[str] = []  # the keys
        for one in given:
            self.put(one)

    def add(self, one: Document) -> None:
        """Add a new resource and give it a UID."""
        one["uid"] = self.next
        self.next += 1
        self.put(one)

    def put(self, one: Document) -> None:
        """Add a resource that has a UID."""
        key = one[self.key]
        self[key] = self.by_uid[one["uid"]] = one
        if self.ordered and key > self.ordered[-1]:
            self.ordered.append(key)
        else:
            bisect.insort(self.ordered, key)

    def take(self, one: Document) -> None:
        """Remove a resource."""
        key = one[self.key]
        del self[key]
        del self.by_uid[one["uid"]]
        del self.ordered[bisect.bisect_left(self.ordered, key)]

    def find(self, uid: str, eui_paths: bool = True) -> Document | None:
        """The resource of a path: by its integer, or by its key; an EUI has the prefix e (C)."""
        if self.key != "EUI" and uid in self:
            return self[uid]
        if uid[:1] == "e" and eui_paths:  # old platforms accept only the integer (O)
            return self.get(uid[1:])
        return self.by_uid.get(int(uid)) if uid.isascii() and uid.isdigit() and len(uid) < 16 else None

    def beginning_with(self, prefix: str) -> list[str]:
        """The keys, hexadecimal digits, that begin with a prefix, in order."""
        low = bisect.bisect_left(self.ordered, prefix)
        return self.ordered[low : bisect.bisect_right(self.ordered, prefix + "G", low)]
