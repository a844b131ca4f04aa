# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Chooses the resources that a run may delete, and limits their number: the check before every deletion.

A purge concerns resources in its scope that are not described. Resources described as absent need no scope.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .._errors import OptionError
from .._schema.near import suggestion
from .._schema.parts import Within
from .._schema.resource import Resource
from .._schema.texts import Fault, shown
from .._schema.values import Values
from .plan import Observed

AMOUNT = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*(%?)\Z")


@dataclass(frozen=True)
class Scope:
    """The resources that a purge may touch; all given conditions must hold.

    :param conditions: canonical values by name of the condition; empty for every resource.
    """

    resource: Resource
    conditions: Values

    def holds(self, identity: str, one: Observed) -> bool:
        """Return whether a resource is certainly in the scope."""
        return all(self._verdicts(identity, one))

    def is_unclear(self, identity: str, one: Observed) -> bool:
        """Return whether a resource may be in the scope, but too little is known of it."""
        verdicts = self._verdicts(identity, one)
        return None in verdicts and False not in verdicts

    def labels(self) -> list[str]:
        """Return the options of labels that the scope uses, such as a device's tags."""
        declared = (self.resource.scopes[name] for name in self.conditions)
        return [each.option for each in declared if each.option in self.resource.apart]

    def _verdicts(self, identity: str, one: Observed) -> list[bool | None]:
        """Return the result of each condition for a resource; None if the field isn't known."""
        verdicts: list[bool | None] = []
        for name, wanted in self.conditions.items():
            declared = self.resource.scopes[name]
            value = one.value(declared.option) if declared.option else identity
            if isinstance(declared, Within):  # a value that can't be parsed counts as unknown: it is no set
                verdicts.append(set(wanted) <= set(value) if isinstance(value, tuple) else None)
            else:
                verdicts.append(value.startswith(wanted) if isinstance(value, str) else None)
        return verdicts


def read_scope(resource: Resource, options: dict[str, Any]) -> Scope:
    """Return the Scope of the option ``purge.scope``; raises :class:`OptionError`.

    :param options: the resource's conditions, or ``all`` for every resource of the subscription.
    """
    given = {name: value for name, value in options.items() if value not in (None, "", {}, [], False)}
    unknown = sorted(set(given) - {*resource.scopes, "all"})
    if unknown:
        known = suggestion(unknown[0], [*resource.scopes, "all"])
        raise OptionError("purge.scope has the unknown option %s%s" % (shown(unknown[0]), known))
    if not given:
        known = ", ".join(resource.scopes)
        raise OptionError("purge.scope must say which %s may be deleted: %s, or all: true" % (resource.plural, known))
    if given.pop("all", False) and given:
        raise OptionError("purge.scope has all: true and also %s: remove one of them" % ", ".join(sorted(given)))
    parsed: Values = {}
    for name, declared in resource.scopes.items():
        if name not in given:
            continue
        is_set = isinstance(declared, Within)
        read = resource.by_name[declared.option].type if isinstance(declared, Within) else declared.type
        try:
            parsed[name] = read.parse([given[name]] if is_set and isinstance(given[name], str) else given[name])
        except Fault as fault:
            raise OptionError("purge.scope.%s %s" % (name, fault)) from None
        if not parsed[name]:  # an empty condition, such as a blank, would match every resource
            raise OptionError("purge.scope.%s is empty: say which %s may be deleted, or remove it" % (name, resource.plural))
    return Scope(resource, parsed)


def allowance(option: str, maximum: object, total: int) -> int:
    """Return the number of devices that may be deleted: ``maximum`` is a number, or a percentage of the total, rounded down.

    :param option: the option's name, for the :class:`OptionError` if the maximum is neither.
    """
    match = AMOUNT.match(str(maximum).strip())
    if not match or (not match.group(2) and "." in match.group(1)):
        raise OptionError("%s must be a number or a percentage like 5%%, got %s" % (option, shown(maximum)))
    if match.group(2):
        return int(total * min(Fraction(match.group(1)), Fraction(100)) / 100)
    return int(match.group(1))


def guard(resource: Resource, doomed: list[str], described: int, maximum: object) -> None:
    """Raise :class:`OptionError` if there are more deletions than ``max_deletions`` allows.

    :param doomed: identities of existing resources that are described as absent.
    :param described: how many resources the run describes.
    """
    allowed = allowance("max_deletions", maximum, described)
    if len(doomed) > allowed:
        raise OptionError(
            "the run would delete %d of the %d described %s with all their history, but max_deletions (%s) allows %d; "
            "nothing was changed. If you want that, raise max_deletions. All of them are in the return value "
            "deletion_candidates; the first: %s"
            % (len(doomed), described, resource.plural, maximum, allowed, ", ".join(doomed[:5])),
            deletion_candidates=doomed,
        )


def choose(
    resource: Resource, listed: dict[str, Observed], spared: set[str], scope: Scope, maximum: object, verb: str
) -> list[str]:
    """Return the identities in the scope that are not described; raises :class:`OptionError` beyond the maximum.

    :param listed: the complete list of the subscription, by identity.
    :param spared: identities in the description, present or absent.
    :param verb: the action, for the message.
    """
    inside = [identity for identity, one in listed.items() if scope.holds(identity, one)]
    chosen = [identity for identity in inside if identity not in spared]
    allowed = allowance("purge.max", maximum, len(inside))
    if len(chosen) > allowed:
        raise OptionError(
            "purge would %s %d of the %d %s in its scope, but purge.max (%s) allows %d; nothing was changed. "
            "If you want that, raise purge.max. All of them are in the return value purge_candidates; the first: %s"
            % (verb, len(chosen), len(inside), resource.plural, maximum, allowed, ", ".join(chosen[:5])),
            purge_candidates=chosen,
        )
    return chosen
