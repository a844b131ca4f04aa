# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a platform's answers have shown of it.

Older ones know and show less than release 7.3 (O; API.md, section 4). Nobody has to say which one it is: it is seen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

NUMBER = re.compile(r"[A-Za-z0-9_-]+\Z")  # O: digits
#: What the contract requires of a brief, and the briefs of old platforms lack (O).
NEWER = ("healthState", "creationDate", "tags")


@dataclass
class LookedUp:
    """What a session was asked for besides devices; the items of a loop in one session share it.

    :param lists: option -> the resources that it can name, each as (ID, name).
    :param profiles: ID -> brief of a device profile.
    :param tags: profile of an onboarding tag -> the IDs of the device profiles that it stands for.
    """

    lists: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    profiles: dict[str, dict[str, Any]] = field(default_factory=dict)
    tags: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class Platform:
    """Found out once in a session, and held with it.

    :param knows_euis: whether a device can be addressed by its EUI; None as long as nothing showed it.
    :param shows_little: its lists' briefs lack most of a device.
    :param places: the paths of devices below their subscription, by EUI, where they can't be made of it.
    :param identifiers: API key -> name -> ID, for what it only names: ``networkSubscription``, ``model``.
    """

    knows_euis: bool | None = None
    shows_little: bool = False
    places: dict[str, str] = field(default_factory=dict)
    identifiers: dict[str, dict[str, str]] = field(default_factory=dict)

    def learn(self, brief: dict[str, Any]) -> None:
        """See what a brief shows of the platform, and of where its device is."""
        if not any(key in brief for key in NEWER):
            self.shows_little, self.knows_euis = True, False
        if self.knows_euis is False and place_of(brief):
            self.places[str(brief.get("EUI")).upper()] = place_of(brief)

    def identified(self, device: dict[str, Any]) -> dict[str, Any]:
        """Return a device, or its brief, with the IDs of what the platform only names, as far as they were looked up.

        A name that no other resource bears stands in for its own ID: it is another one than any that could be wished.
        """
        if not self.identifiers:
            return device
        result = dict(device)
        for key, by_name in self.identifiers.items():
            part = device.get(key)
            if isinstance(part, dict) and not part.get("ID"):
                name = str(part.get("commercialName") or part.get("name") or "")
                if name:
                    result[key] = {**part, "ID": by_name.get(name, name)}
        return result


def place_of(brief: dict[str, Any]) -> str:
    """Return a device's path below its subscription, as its brief's ``href`` gives it; nothing without one.

    Of that address, only the number counts: a host, a query or dots in it lead nowhere.
    """
    number = str(brief.get("href") or "").rstrip("/").rpartition("/")[2]
    return "/devices/" + number if NUMBER.match(number) else ""
