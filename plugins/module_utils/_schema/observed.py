# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known of one resource, from whichever answers showed it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .resource import Resource
from .values import UNKNOWN, dig


@dataclass
class Observed:
    """What is known of one resource.

    :param brief: from the list; ``whole``: the resource itself.
    :param parts: what was asked for apart, by option: a device's tags.
    :param recalled: pieces of the whole resource that an earlier run saw, and that still hold.
    """

    resource: Resource
    brief: dict[str, Any] | None = None
    whole: dict[str, Any] | None = None
    parts: dict[str, Any] | None = None
    recalled: dict[str, Any] | None = None

    @property
    def address(self) -> str:
        """What the platform calls the resource: its identity there; nothing where it isn't."""
        identity = (self.whole or self.brief or {}).get(self.resource.identity.key)
        return "" if identity is None else str(identity)

    @property
    def exists(self) -> bool:
        """Whether the platform has the resource."""
        return self.brief is not None or self.whole is not None

    def value(self, option: str) -> object:
        """Return the canonical value of an option, or UNKNOWN."""
        field = self.resource.by_name[option]
        if self.parts is not None and option in self.parts:
            return self.parts[option]
        if self.whole is not None:
            value = field.from_whole(self.whole)
            if value is not UNKNOWN:
                return value
        if self.recalled is not None and field.path[0] in self.recalled:
            return field.from_whole(self.recalled)
        return UNKNOWN if self.brief is None else field.from_brief(self.brief)

    def is_sure(self, option: str) -> bool:
        """Whether a difference in this option would be a real one, not just a brief that shows it otherwise."""
        field = self.resource.by_name[option]
        return not field.hint_only or self.whole is not None or field.path[0] in (self.recalled or ())

    @property
    def version(self) -> int | None:
        """The version for optimistic locking; only the whole resource carries it (contract, OccContext)."""
        version = dig(self.whole, ("occContext", "version"))
        return version if isinstance(version, int) else None

    def known(self) -> dict[str, object]:
        """Return all that can be told, canonical, by option; empty values and the platform's defaults left out."""
        values = {}
        for field in self.resource.fields:
            value = self.value(field.name)
            if value is not UNKNOWN and value != field.type.empty and value != field.default:
                values[field.name] = value
        self.resource.rules.leave_implied_out(values)
        return values
