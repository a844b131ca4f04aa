# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a platform's answers have shown of it.

Older ones know and show less than release 7.3 (O). Nobody has to say which one it is: it is seen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

NUMBER = re.compile(r"[A-Za-z0-9_-]+\Z")  # O: digits


@dataclass
class LookedUp:
    """What a session was asked for besides the resources themselves; the items of a loop in one session share it.

    :param lists: path of a list -> the resources that it has, each as (ID, name).
    :param briefs: path of a list that is only asked for by ID -> ID -> brief.
    :param answers: what was asked of the platform once -> the IDs that it answered.
    """

    lists: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    briefs: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    answers: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class ShownImports:
    """How a platform has taken imports.

    :param is_refused: it takes none, or none of this account.
    :param is_late: one ended without an answer in time, so that it is asked to go on by itself.
    :param is_task: it does go on by itself, and gives the address of a task; None as long as nothing showed it.
    """

    is_refused: bool = False
    is_late: bool = False
    is_task: bool | None = None


@dataclass
class Shown:
    """What a platform has shown of one kind of resource.

    :param by_identity: whether one can be addressed by its identity; None as long as nothing showed it.
    :param is_older: its briefs lack most of what they have since release 7.3.
    :param places: the paths of resources below their subscription, by identity, where they can't be made of it.
    :param imports: how it takes imports of them, as far as that showed.
    :param identifiers: API key -> name -> ID, for what it only names, such as ``networkSubscription``.
    """

    by_identity: bool | None = None
    is_older: bool = False
    places: dict[str, str] = field(default_factory=dict)
    identifiers: dict[str, dict[str, str]] = field(default_factory=dict)
    imports: ShownImports = field(default_factory=ShownImports)

    def identified(self, item: dict[str, Any]) -> dict[str, Any]:
        """Return a resource, or its brief, with the IDs of what the platform only names, as far as they were looked up.

        A name that no other resource bears stands in for its own ID: it is another one than any that could be described.
        """
        result = dict(item)
        for key, by_name in self.identifiers.items():
            part = item.get(key)
            if isinstance(part, dict) and not part.get("ID"):
                name = str(part.get("commercialName") or part.get("name") or "")
                if name:
                    result[key] = {**part, "ID": by_name.get(name, name)}
        return result


class Platform:
    """Found out once in a session, and held with it."""

    def __init__(self) -> None:
        self._kinds: dict[str, Shown] = {}

    def of(self, kind: str) -> Shown:
        """Return what has been shown of one kind of resource."""
        return self._kinds.setdefault(kind, Shown())


def place_of(brief: dict[str, Any], path: str) -> str:
    """Return a resource's path below its subscription, as its brief's ``href`` gives it; nothing without one.

    Of that address, only the number counts: a host, a query or dots in it lead nowhere.
    """
    number = str(brief.get("href") or "").rstrip("/").rpartition("/")[2]
    return "%s/%s" % (path, number) if NUMBER.match(number) else ""
