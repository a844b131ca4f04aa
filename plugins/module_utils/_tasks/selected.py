# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes resources selected by filters: the same options for all that match."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable

from .._api.resources import ResourceClient
from .._engine.desired import REPLACEMENT, Desired, Problem, refuse
from .._engine.plan import NOTHING, REFUSE, Change
from .._engine.purge import allowance
from .._engine.selection import surely_listed
from .._errors import OptionError
from .._schema.filters import read_filters
from .._schema.near import suggestion
from .._schema.resource import Resource
from .._schema.texts import shown
from .._schema.values import Values

#: Default limit of changes by a selection, because a filter matches too much more easily than a list does.
MOST_CHANGES = 100
NO_MATCH = "select matches no %s on the platform: check its filters"
OWN = "is different for each %s, and can't be set for all: remove it from set"
TOO_MANY = (
    "the run would change %d of the %d %s, but max_changes (%s) allows %d; nothing was changed. If you want that, raise "
    "max_changes. All of them are in the return value change_candidates; the first: %s"
)


def options_of(resource: Resource) -> dict[str, Any]:
    """Return the options of the task for the selection and the values to set."""
    filters = {name: each.argument() for name, each in resource.filters.items()}
    return {
        "select": {"type": "dict", "options": {**filters, "all": {"type": "bool", "default": False}}},
        "set": {"type": "dict"},
        "max_changes": {"type": "raw"},
    }


@dataclass(frozen=True)
class Selection:
    """Filters, and the canonical values for all matching resources."""

    filters: dict[str, Any]
    values: Values

    def described(self, api: ResourceClient, warn: Callable[[str], object]) -> list[Desired]:
        """Return a description of each matching resource; missing ones are never created.

        :param warn: called if nothing matches, because a misspelled tag or domain looks like a fleet that already matches.
        """
        key = api.resource.identity.key
        identities = dict.fromkeys(str(brief.get(key)) for brief in surely_listed(api, self.filters))
        if not identities:
            warn(NO_MATCH % api.resource.name)
        return [Desired(identity, dict(self.values), where="select", create=False) for identity in identities]


def read_selection(resource: Resource, params: dict[str, Any]) -> Selection | None:
    """Return the selection, None without ``select``; raises :class:`OptionError`, :class:`BadInput`."""
    given = params.get("select")
    if given is None:
        return None
    if params.get("purge"):
        raise OptionError("purge can't be combined with select: a selection doesn't describe everything that should exist")
    filters = read_filters(resource.filters, given, resource.plural, resource.ranges)
    unknown = sorted(set(given) - {*resource.filters, "all"})
    if unknown:
        known = suggestion(unknown[0], sorted(resource.filters))
        raise OptionError("select has the unknown filter %s%s" % (shown(unknown[0]), known))
    if bool(filters) == bool(given.get("all")):
        raise OptionError("select must choose %s by filters, or all with all: true: give one of the two" % resource.plural)
    wanted = params.get("set") or {}
    own = {resource.identity.option, resource.identity.named_by, *resource.rules.identifying, "state", "create"}
    own.update(REPLACEMENT if resource.heirloom else ())
    refused = [name for name in wanted if name in own or name in resource.secret_options]
    faults = [(name, OWN % resource.name) for name in refused]
    values, more = resource.parse({name: value for name, value in wanted.items() if name not in refused})
    refuse(resource, [Problem("set", "", option, message) for option, message in faults + more])
    if not values:
        raise OptionError("set is empty: give the options to set for the matching %s, such as tags or domains" % resource.plural)
    return Selection(filters, values)


def guard_changes(resource: Resource, changes: list[Change], maximum: object) -> None:
    """Raise :class:`OptionError` if a run would change more resources than allowed; None means no limit."""
    if maximum is None:
        return
    allowed = allowance("max_changes", maximum, len(changes))
    chosen = [change.identity for change in changes if change.action not in (NOTHING, REFUSE)]
    if len(chosen) > allowed:
        message = TOO_MANY % (len(chosen), len(changes), resource.plural, maximum, allowed, ", ".join(chosen[:5]))
        raise OptionError(message, change_candidates=chosen)
