# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes that exceed the account's rights or the subscription's licenses; reported before any write. Pure."""

from __future__ import annotations

from typing import Any, Callable

from .._schema.resource import Resource
from .._schema.row import Faults
from .desired import Problem
from .plan import DELETE, NOTHING, REFUSE, Change, by_section

LACKS_RIGHT = (
    "needs the right %s on the subscription, which this account doesn't have: ask the operator for it, log in with an account "
    "that has it, or remove the option"
)


def out_of_reach(resource: Resource, granted: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """Return the options that an account may not write: option -> the rights of which one would be enough.

    :param granted: the rights of the account.
    """
    sections = by_section(resource, {each.name: None for each in resource.fields})
    lacked = [(section, names) for section, names in sections if section.rights and not granted.intersection(section.rights)]
    return {name: section.rights for section, names in lacked for name in names}


def lacking_rights(change: Change, lacked: dict[str, tuple[str, ...]]) -> Faults:
    """Return the faults of options that a change writes and the account may not."""
    if change.action in (NOTHING, DELETE, REFUSE):
        return []
    # Options that a creation can't send follow in a second request, unless they are empty.
    written = {*change.values, *(name for name, value in change.after.items() if value)}
    return [(name, LACKS_RIGHT % " or ".join(rights)) for name, rights in lacked.items() if name in written]


def problems_of_rights(resource: Resource, changes: list[Change], granted: frozenset[str]) -> list[Problem]:
    """Return the problems of changes that the account may not write."""
    lacked = out_of_reach(resource, granted)
    to_write = changes if lacked else []
    return [problem for change in to_write for problem in change.desired.problems(lacking_rights(change, lacked))]


def problems_of_licences(
    resource: Resource, changes: list[Change], listed: Callable[[str], list[dict[str, Any]]]
) -> list[Problem]:
    """Return the problems of limits that all changes together exceed, such as a plan's number of licenses.

    :param listed: returns the current list of the resources that an option names.
    """
    triples = [(change.action, change.before, change.after) for change in changes if change.action != NOTHING]
    faults = resource.rules.check_run(triples, listed)
    return [Problem("all %s" % resource.plural, "", option, message) for option, message in faults]
