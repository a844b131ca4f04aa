# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The vocabulary in which a resource is declared: fields, and what is said of them together.

One declaration gives the argument spec, the validation, the body that is sent and the comparison.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import Any, Callable

from .values import SECRET, Fault, Kind, Values, shown

#: What is wrong with values: ``(option, message)`` each.
Faults = list[tuple[str, str]]

#: Where a field's actual value can be read.
BRIEF = "brief"  # in the list, and in the resource itself
WHOLE = "whole"  # only in the resource itself
APART = "apart"  # in the list, and in a sub-resource of its own; never in the resource's body
NEVER = "never"  # write-only

MOST_HINTS = 60  # whoever has more unknown names than that gave another file
LONGEST_NAME = 60  # characters of a name that can be a misspelled option


class _Unknown:
    """What isn't known is neither empty nor different: the resource has to be asked."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        return False


UNKNOWN = _Unknown()


@dataclass(frozen=True)
class Field:
    """One option of a resource and the API's field behind it.

    :param name: the option, in snake_case.
    :param path: the API's keys from the resource's root.
    :param kind: what its values are.
    :param seen: BRIEF, WHOLE, APART or NEVER.
    :param aliases: other names a user may know it by.
    :param secret: a key or the like; never shown.
    :param on_create: may be sent when the resource is made (the contract's ``x-createForbidden``).
    :param on_update: may be sent afterwards (the contract's ``x-updateForbidden``).
    :param in_brief: how to read it from a brief that shows it otherwise than the resource does; gives UNKNOWN
        where the brief can't tell.
    :param hint_only: a brief can confirm a wish, but a difference has to be looked up.
    """

    name: str
    path: tuple[str, ...]
    kind: Kind
    seen: str = BRIEF
    aliases: tuple[str, ...] = ()
    secret: bool = False
    on_create: bool = True
    on_update: bool = True
    in_brief: Callable[[dict[str, Any]], object] | None = None
    hint_only: bool = False

    def from_whole(self, resource: dict[str, Any]) -> object:
        """Return the canonical value in a whole resource; what it lacks is empty."""
        if self.seen in (APART, NEVER):
            return UNKNOWN
        value = dig(resource, self.path)
        return self.kind.empty if value is UNKNOWN else self.kind.read(value)

    def from_brief(self, brief: dict[str, Any]) -> object:
        """Return the canonical value in a brief; missing and null mean UNKNOWN (contract, notes on DeviceBrief)."""
        if self.in_brief is not None:
            return self.in_brief(brief)
        if self.seen in (WHOLE, NEVER):
            return UNKNOWN
        value = dig(brief, self.path)
        return UNKNOWN if value is UNKNOWN or value is None else self.kind.read(value)

    def argument(self) -> dict[str, Any]:
        """Return this field's entry in an argument spec."""
        entry = dict(self.kind.spec)
        if self.aliases:
            entry["aliases"] = list(self.aliases)
        if self.secret:
            entry["no_log"] = True
        elif "key" in self.name:  # ansible-test wants it said that this one is no secret
            entry["no_log"] = False
        return entry


@dataclass(frozen=True)
class Resource:
    """A resource of the API, declared.

    :param name: what a sentence calls it.
    :param fields: all of its options.
    :param together: fields of which all are sent when one differs.
    :param check: ``check(values) -> [(field, message)]``: what values must not stand together; one that is given
        and can't be read is None.
    :param complete: ``complete(values)`` adds what the given values imply.
    """

    name: str
    fields: tuple[Field, ...]
    together: tuple[tuple[str, ...], ...] = ()
    check: Callable[[Values], Faults] = lambda values: []
    complete: Callable[[Values], None] = lambda values: None
    by_name: dict[str, Field] = field(default_factory=dict, compare=False)
    #: Unknown name -> the option it is nearest to, or nothing: looking for one takes about a millisecond.
    nearest: dict[str, str] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        for each in self.fields:
            self.by_name[each.name] = each
            for alias in each.aliases:
                self.by_name[alias] = each

    def argument_spec(self) -> dict[str, Any]:
        """Return the argument spec of all fields."""
        return {each.name: each.argument() for each in self.fields}

    def parse(self, raw: dict[str, Any]) -> tuple[Values, Faults]:
        """Return ``(values, faults)``: canonical values by option, and a list of ``(option, message)``.

        None means that the user said nothing. An empty text clears what can be cleared, and means nothing elsewhere.
        """
        values, faults = self.parse_fields(raw)
        unread = {name for name, _message in faults}
        # What has a fault of its own is there all the same: nothing that depends on it is missing.
        there = {**dict.fromkeys(unread), **values}
        faults += [(name, message) for name, message in self.check(there) if name not in unread]
        self.complete(values)
        return values, faults

    def parse_fields(self, raw: dict[str, Any]) -> tuple[Values, Faults]:
        """Return ``(values, faults)`` as :meth:`parse` does, each option looked at by itself."""
        values: Values = {}
        faults: Faults = []
        for name, given in raw.items():
            spec = self.by_name.get(name)
            if spec is None:
                faults.append((without_keys(str(name)), self._unknown(str(name))))
            elif spec.secret and isinstance(given, str) and not given.strip():
                # Left out, a device would be made for an external join server, which can't be changed.
                faults.append((spec.name, "is empty: give it, or leave the option out"))
            elif given is None or (not spec.kind.clears and isinstance(given, str) and not given.strip()):
                continue
            elif spec.name in values:
                faults.append((spec.name, "is given twice, as %s too" % shown(name)))
            else:
                try:
                    values[spec.name] = spec.kind.parse(given)
                except Fault as fault:
                    faults.append((spec.name, str(fault)))
        return values, faults

    def _unknown(self, name: str) -> str:
        if name not in self.nearest and len(self.nearest) < MOST_HINTS and len(name) <= LONGEST_NAME:
            self.nearest[name] = "".join(difflib.get_close_matches(name.lower(), self.by_name, 1))
        near = self.nearest.get(name)
        return "is no option of a %s%s" % (self.name, "; did you mean %s?" % near if near else "")

    def body(self, values: Values) -> dict[str, Any]:
        """Return the JSON body that says ``values`` (canonical, by option)."""
        body: dict[str, Any] = {}
        for name, value in values.items():
            spec = self.by_name[name]
            if spec.seen == APART:
                continue
            place = body
            for key in spec.path[:-1]:
                place = place.setdefault(key, {})
            sent = spec.kind.send(value)
            # A plan's ID and a plan's flags share one object.
            if isinstance(sent, dict) and isinstance(place.get(spec.path[-1]), dict):
                place[spec.path[-1]].update(sent)
            else:
                place[spec.path[-1]] = sent
        return body

    def show(self, values: dict[str, Any]) -> dict[str, object]:
        """Return ``values`` as a person may see them: JSON types, secrets only named."""
        result: dict[str, object] = {}
        for name, value in values.items():
            spec = self.by_name[name]
            if value is not UNKNOWN:
                result[name] = "(secret)" if spec.secret else spec.kind.show(value)
        return result

    def secrets(self, values: Values) -> list[str]:
        """Return the texts in ``values`` that must not be shown."""
        found: list[str] = []
        for name, value in values.items():
            if self.by_name[name].secret and value:
                found.extend([value] if isinstance(value, str) else [key for _port, key in value])
        return found


def without_keys(text: str) -> str:
    """Return an option's name, or a text with some, as a message may show it: a key may have got where its name should be."""
    return SECRET.sub("(hidden, it may be a key)", text)


def dig(data: object, path: tuple[str, ...]) -> object:
    """Return what lies at ``path`` in nested dictionaries, or UNKNOWN."""
    for key in path:
        if not isinstance(data, dict) or key not in data:
            return UNKNOWN
        data = data[key]
    return data
