# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which requests write a change: the resource's own body, then each section of it; and the rights that they take. Pure."""

from __future__ import annotations

from typing import Any

from .._schema.resource import Resource
from .._schema.row import Faults
from .._schema.sections import Section
from .._schema.values import Values
from .plan import DELETE, REFUSE, Change

LACKS_RIGHT = (
    "needs the right %s on the subscription, which this account doesn't have: have the operator grant it, log in with an account "
    "that has it, or leave the option out"
)
FORBIDDEN = (
    "this account may not change %s, which takes the right %s on the subscription (%s): have the operator grant it, log in with an "
    "account that has it, or leave the option out"
)


def by_section(resource: Resource, values: Values) -> list[tuple[Section, Values]]:
    """Return what each request writes of these values, the resource's own body first."""
    own = Section("", resource.document or resource.name, resource.rights)
    found: dict[Section, Values] = {}
    for name in sorted(values, key=lambda name: resource.by_name[name].section is not None):
        found.setdefault(resource.by_name[name].section or own, {})[name] = values[name]
    return list(found.items())


def merged(whole: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """Return a resource with what a later answer shows of it, which may be a section alone."""
    result = dict(whole)
    for key, value in answer.items():
        before = result.get(key)
        result[key] = {**before, **value} if isinstance(before, dict) and isinstance(value, dict) else value
    return result


def lacking_rights(change: Change, granted: frozenset[str] | None) -> Faults:
    """Return the options that a change would write without having the right to.

    :param granted: the rights of the account; None where they aren't known.
    """
    if granted is None or change.action in (DELETE, REFUSE):
        return []
    # What may not be sent when a resource is made, comes in a second request, unless it is empty anyway.
    later = {name: value for name, value in change.after.items() if value}
    return [
        (name, LACKS_RIGHT % " or ".join(section.rights))
        for section, values in by_section(change.observed.resource, {**later, **change.values})
        if section.rights and not granted.intersection(section.rights)
        for name in values
    ]


def forbidden(section: Section, values: Values, said: str) -> str:
    """Return what to say where the platform refuses to let this account write a section."""
    return FORBIDDEN % (" and ".join(values), " or ".join(section.rights), said)
