# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which devices a run may delete, and how many: the guard in front of every deletion.

A purge takes devices that nobody described, within its scope. Devices that are described as absent need no scope.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .._errors import OptionError
from .._schema.filters import EUI_PREFIX, Prefix
from .plan import Seen
from .._resources.device.declaration import DEVICE
from .._schema.values import Fault, Kind, shown

#: The conditions of a scope, each with the kind of value that a device's own option has.
CONDITIONS: dict[str, Kind] = {
    "tag": DEVICE.by_name["tags"].kind,
    "domain": DEVICE.by_name["domains"].kind,
    "name_prefix": Prefix(),
    "eui_prefix": EUI_PREFIX,
}
AMOUNT = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*(%?)\Z")


@dataclass(frozen=True)
class Scope:
    """The devices that a purge may look at; all given conditions must hold."""

    tag: str = ""
    domain: tuple[tuple[str, str], ...] = ()
    name_prefix: str = ""
    eui_prefix: str = ""

    def holds(self, dev_eui: str, seen: Seen) -> bool:
        """Return whether a device is in the scope; what isn't known of it keeps it out."""
        return all(self._verdicts(dev_eui, seen))

    def is_unclear(self, dev_eui: str, seen: Seen) -> bool:
        """Return whether a device may be in the scope, but isn't known well enough to say."""
        verdicts = self._verdicts(dev_eui, seen)
        return None in verdicts and False not in verdicts

    def _verdicts(self, dev_eui: str, seen: Seen) -> list[bool | None]:
        """Return what each given condition says of a device; None where what it asks for isn't known."""
        verdicts: list[bool | None] = [dev_eui.startswith(self.eui_prefix)]
        for option, wanted in (("tags", (self.tag,) if self.tag else ()), ("domains", self.domain)):
            value = seen.value(option)  # what can't be understood isn't known either: it is no set
            if wanted:
                verdicts.append(set(wanted) <= set(value) if isinstance(value, tuple) else None)
        if self.name_prefix:
            name = seen.value("name")
            verdicts.append(name.startswith(self.name_prefix) if isinstance(name, str) else None)
        return verdicts


def read_scope(options: dict[str, Any]) -> Scope:
    """Return the Scope that the option ``purge.scope`` states; raises :class:`OptionError`.

    :param options: tag, domain, name_prefix, eui_prefix, and ``all`` to mean every device of the subscription.
    """
    given = {name: value for name, value in options.items() if value not in (None, "", {}, [], False)}
    unknown = sorted(set(given) - {"tag", "domain", "name_prefix", "eui_prefix", "all"})
    if unknown:
        raise OptionError("purge.scope has the unknown option %s" % shown(unknown[0]))
    if not given:
        raise OptionError("purge.scope must say which devices may go: tag, domain, name_prefix, eui_prefix, or all: true")
    if given.pop("all", False) and given:
        raise OptionError("purge.scope says all: true and also %s: one of them must go" % ", ".join(sorted(given)))
    parsed: dict[str, Any] = {}
    for name, kind in CONDITIONS.items():
        if name in given:
            try:
                parsed[name] = kind.parse([given[name]] if name == "tag" else given[name])
            except Fault as fault:
                raise OptionError("purge.scope.%s %s" % (name, fault)) from None
    # What says nothing once it is read, such as a blank, would hold for all devices.
    empty = [name for name in parsed if not parsed[name]]
    if empty:
        raise OptionError("purge.scope.%s is empty: say which devices may go, or leave it out" % empty[0])
    return Scope(
        "".join(parsed.get("tag", ())), parsed.get("domain", ()), parsed.get("name_prefix", ""), parsed.get("eui_prefix", "")
    )


def allowance(option: str, maximum: object, total: int) -> int:
    """Return how many devices may go: ``maximum`` is a number, or a percentage of the total, rounded down.

    :param option: the option's name, for the :class:`OptionError` that is raised when it is neither.
    """
    match = AMOUNT.match(str(maximum).strip())
    if not match or (not match.group(2) and "." in match.group(1)):
        raise OptionError("%s must be a number or a percentage like 5%%, got %s" % (option, shown(maximum)))
    if match.group(2):
        return int(total * min(Fraction(match.group(1)), Fraction(100)) / 100)
    return int(match.group(1))


def guard(doomed: list[str], described: int, maximum: object) -> None:
    """Raise :class:`OptionError` when more devices would be deleted than ``max_deletions`` allows.

    :param doomed: EUIs of the devices that exist and are described as absent.
    :param described: how many devices the run describes.
    """
    allowed = allowance("max_deletions", maximum, described)
    if len(doomed) > allowed:
        raise OptionError(
            "%d of the %d devices that are described would be deleted with all their history, and max_deletions (%s) allows %d; "
            "nothing was changed. Raise max_deletions if that is meant. All of them are in the return value "
            "deletion_candidates; the first: %s" % (len(doomed), described, maximum, allowed, ", ".join(doomed[:5])),
            deletion_candidates=doomed,
        )


def choose(listed: dict[str, Seen], wished: set[str], scope: Scope, maximum: object, verb: str) -> list[str]:
    """Return the EUIs that nobody wished and that the scope holds; raises :class:`OptionError` beyond the maximum.

    :param listed: Seen by EUI, the complete list of the subscription.
    :param wished: EUIs that the description names, present or absent.
    :param verb: what would be done to them, for the message.
    """
    inside = [dev_eui for dev_eui, seen in listed.items() if scope.holds(dev_eui, seen)]
    unwished = [dev_eui for dev_eui in inside if dev_eui not in wished]
    allowed = allowance("purge.max", maximum, len(inside))
    if len(unwished) > allowed:
        raise OptionError(
            "purge would %s %d of the %d devices in its scope, and purge.max (%s) allows %d; nothing was changed. "
            "Raise purge.max if that is meant. All of them are in the return value purge_candidates; the first: %s"
            % (verb, len(unwished), len(inside), maximum, allowed, ", ".join(unwished[:5])),
            purge_candidates=unwished,
        )
    return unwished
