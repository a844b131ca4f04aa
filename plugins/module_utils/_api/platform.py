# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The facts about a platform that its answers have shown.

Older platforms know and show less than release 7.3 (O). No option names the release: the answers show it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

NUMBER = re.compile(r"[A-Za-z0-9_-]+\Z")  # O: digits


@dataclass
class LookedUp:
    """Answers to look-ups besides the resources themselves; the items of a loop in one session share them.

    :param lists: path of a list -> its resources, each as (ID, name).
    :param briefs: path of a list that is only read by ID -> ID -> brief.
    :param answers: key of a question to the platform (see ``Rules.question``) -> the IDs in its answer.
    """

    lists: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    briefs: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    answers: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class ShownImports:
    """How a platform has handled imports.

    :param is_refused: it accepts no imports, or none of this account.
    :param is_late: an import got no answer in time, so that further ones ask the platform to run them in the background.
    :param is_task: it runs them in the background, and gives the address of a task; None as long as this isn't known.
    :param is_endless: a task showed no end after minutes, so that further ones are not watched.
    """

    is_refused: bool = False
    is_late: bool = False
    is_task: bool | None = None
    is_endless: bool = False


@dataclass
class Shown:
    """The facts that a platform has shown about one kind of resource.

    :param by_identity: whether the identity forms a resource's address; None as long as this isn't known.
    :param is_older: its briefs lack most of the keys that they have since release 7.3.
    :param places: the paths of resources below their subscription, by identity, if the identity doesn't form them.
    :param imports: how it has handled imports of them.
    :param identifiers: API key -> name -> ID, for references that it shows only by name, such as ``networkSubscription``.
    """

    by_identity: bool | None = None
    is_older: bool = False
    places: dict[str, str] = field(default_factory=dict)
    identifiers: dict[str, dict[str, str]] = field(default_factory=dict)
    imports: ShownImports = field(default_factory=ShownImports)

    def identified(self, item: dict[str, Any]) -> dict[str, Any]:
        """Return a resource, or its brief, with the IDs of references that the platform shows only by name.

        A name whose ID isn't known takes the place of the ID: so it differs from every ID that could be described.
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
    """The facts about a platform, found once and kept as long as the session."""

    def __init__(self) -> None:
        self._kinds: dict[str, Shown] = {}

    def of(self, kind: str) -> Shown:
        """Return the facts about one kind of resource."""
        return self._kinds.setdefault(kind, Shown())


def place_of(brief: dict[str, Any], path: str) -> str:
    """Return a resource's path below its subscription, from its brief's ``href``; empty without one.

    Only the number at the end of that address is used, so that a host, a query or dots in it have no effect.
    """
    number = str(brief.get("href") or "").rstrip("/").rpartition("/")[2]
    return "%s/%s" % (path, number) if NUMBER.match(number) else ""
