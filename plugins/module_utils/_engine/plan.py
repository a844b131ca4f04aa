# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compares the description of one resource with the platform's state, and returns the necessary change.

Pure: no requests. If the known state isn't enough to decide, the Comparison or the Change says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from .._schema.resource import NEVER, Resource
from .._schema.sections import Section
from .._schema.values import UNKNOWN, Values, dig, members
from .desired import Desired

CREATE, UPDATE, DELETE, SUSPEND, RESUME, NOTHING, REFUSE = (
    "create",
    "update",
    "delete",
    "suspend",
    "resume",
    "nothing",
    "refuse",
)
#: The name of an applied Change in the results.
DONE = {
    CREATE: "created",
    UPDATE: "updated",
    DELETE: "deleted",
    SUSPEND: "suspended",
    RESUME: "resumed",
    NOTHING: "unchanged",
}
NOT_TO_BE_MADE = (
    "the %s doesn't exist, and create: false (in a CSV, an UPDATE row) says not to create it. Remove it from the description; "
    "or, if it should exist, set create: true (a CREATE row) for the %s, in defaults or for the task"
)
NOT_BY_IDENTITY = "no %s has this %s, which the platform chooses: correct it; or, to create a new one, remove it and give the %s"
FORBIDDEN = (
    "this account may not change %s, which needs the right %s on the subscription (%s): ask the operator for it, log in with "
    "an account that has it, or leave the option out"
)
NEEDS = ", and give what else it needs: %s"


@dataclass
class Observed:
    """The known state of one resource.

    :param brief: the list's entry; ``whole``: the whole resource.
    :param parts: values from requests of their own, by option: a device's tags.
    :param recalled: pieces of the whole resource that an earlier run saw and that still hold.
    """

    resource: Resource
    brief: dict[str, Any] | None = None
    whole: dict[str, Any] | None = None
    parts: dict[str, Any] | None = None
    recalled: dict[str, Any] | None = None

    @property
    def address(self) -> str:
        """The resource's identity on the platform; empty if it doesn't exist."""
        identity = (self.whole or self.brief or {}).get(self.resource.identity.key)
        return "" if identity is None else str(identity)

    @property
    def exists(self) -> bool:
        """Whether the resource exists on the platform."""
        return self.brief is not None or self.whole is not None

    def value(self, option: str) -> object:
        """Return the canonical value of an option, or UNKNOWN."""
        each = self.resource.by_name[option]
        if self.parts is not None and option in self.parts:
            return self.parts[option]
        if self.whole is not None:
            value = each.from_whole(self.whole)
            if value is not UNKNOWN:
                return value
        if self.recalled is not None and each.path[0] in self.recalled:
            return each.from_whole(self.recalled)
        return UNKNOWN if self.brief is None else each.from_brief(self.brief)

    def is_sure(self, option: str) -> bool:
        """Whether a difference in this option is certain; a brief may show a field differently from the whole resource."""
        each = self.resource.by_name[option]
        return not each.hint_only or self.whole is not None or each.path[0] in (self.recalled or ())

    @property
    def version(self) -> int | None:
        """The version for optimistic locking; only the whole resource carries it (contract, OccContext)."""
        version = dig(self.whole, ("occContext", "version"))
        return version if isinstance(version, int) else None

    def known(self) -> dict[str, object]:
        """Return all known canonical values by option, without empty values and the platform's defaults."""
        values = {}
        for each in self.resource.fields:
            value = self.value(each.name)
            if value is not UNKNOWN and value != each.type.empty and value != each.default:
                values[each.name] = value
        self.resource.rules.leave_implied_out(values)
        return values


class Comparison(NamedTuple):
    """The differences between a description and an existing resource.

    :param differing: options that differ.
    :param unknown: options to look up, including differences that only an unreliable field of a brief shows.
    """

    differing: list[str]
    unknown: list[str]


SAME = Comparison([], [])
NONE: Any = MappingProxyType({})


@dataclass
class Change:
    """The necessary change of one resource.

    :param before: the options to change, old values (canonical).
    :param after: the same options, new values.
    :param values: the values in the body of the request (canonical, by option).
    :param add: labels to add, by option, such as a device's tags; ``remove``: labels to remove.
    :param message: the reason of a refusal.
    """

    desired: Desired
    action: str
    observed: Observed
    before: dict[str, object] = field(default_factory=dict)
    after: dict[str, object] = field(default_factory=dict)
    values: Values = field(default_factory=dict)
    add: dict[str, tuple[str, ...]] = field(default_factory=dict)
    remove: dict[str, tuple[str, ...]] = field(default_factory=dict)
    message: str = ""

    @property
    def identity(self) -> str:
        """The resource's identity in the description."""
        return self.desired.identity

    @property
    def address(self) -> str:
        """The resource's identity on the platform."""
        return self.observed.address or self.desired.identity


def unchanged(desired: Desired, observed: Observed) -> Change:
    """Return a Change without action. It shares its empty values, because a large fleet has many of them."""
    return Change(desired, NOTHING, observed, NONE, NONE, NONE, NONE, NONE)


def wanted(desired: Desired, observed: Observed) -> Values:
    """Return the desired values of a resource. Additions to a set and removals from it are applied to the current set.

    UNKNOWN stands for a set whose current value isn't known.
    """
    resource, values = observed.resource, desired.values
    given = [each for each in resource.edits if each.name in values]
    if not given:
        return values
    result = {name: value for name, value in values.items() if not resource.by_name[name].edits}
    for each in given:
        is_now = observed.value(each.edits) if observed.exists else each.type.empty
        some = result.get(each.edits, is_now)
        edit = each.type.without if each.removes else each.type.joined
        result[each.edits] = edit(some, values[each.name]) if isinstance(some, tuple) else UNKNOWN
    return result


def compare(desired: Desired, observed: Observed) -> Comparison:
    """Return the differences from an existing resource; SAME if there certainly are none."""
    resource, values = observed.resource, wanted(desired, observed)
    judged = resource.rules.judged
    brief = observed.brief if observed.whole is None and observed.parts is None else None
    recalled = observed.recalled or {}
    differing: list[str] = []
    unknown: list[str] = []
    for name, value in values.items():
        each = resource.by_name[name]
        if name in judged:
            if not resource.rules.is_compared(name, values, observed):
                continue
            actual = resource.rules.stand_in(name, values, observed)
        elif each.seen == NEVER:
            continue
        elif brief and each.type.is_shown_by(value, (recalled if each.plain_key in recalled else brief).get(each.plain_key)):
            continue  # the usual case in a fleet
        else:
            actual = observed.value(name)
        if actual is UNKNOWN or value is UNKNOWN:
            unknown.append(name)
        elif not each.type.same(value, actual):
            is_sure = observed.is_sure(name) and (not value or each.type.decided(actual))
            (differing if is_sure else unknown).append(name)
    # To set one of two exclusive options, a change must empty the other, so its value must be known.
    for name, other in resource.excluding if differing else ():
        if name in differing and values[name] and other not in values and observed.value(other) is UNKNOWN:
            unknown.append(other)
    return Comparison(differing, unknown) if differing or unknown else SAME


def plan(desired: Desired, observed: Observed, comparison: Comparison | None = None, update_keys: bool = False) -> Change:
    """Return the necessary change of one resource whose state is known well enough.

    :param comparison: the comparison, if already made.
    :param update_keys: write keys and other write-only fields although no comparison shows a difference.
    """
    if desired.absent:
        if not observed.exists:
            return Change(desired, NOTHING, observed)
        message = observed.resource.rules.refuse_deletion(observed)
        if message:
            return Change(desired, REFUSE, observed, message=message)
        return Change(desired, DELETE, observed, before=observed.known())
    if not observed.exists:
        return _creation(desired, observed)
    return _change(desired, observed, update_keys or desired.rewrites_keys, (comparison or compare(desired, observed)).differing)


def _creation(desired: Desired, observed: Observed) -> Change:
    resource = observed.resource
    if resource.identity.named_by and not desired.meant_by:
        message = NOT_BY_IDENTITY % (resource.name, resource.identity.option, resource.identity.named_by)
        return Change(desired, REFUSE, observed, message=message)
    if not desired.create:
        stood_for = resource.rules.lacking_unless_found(desired.kept)  # found only when the resource is created
        faults = resource.rules.check_creation(desired.values, lambda _option: {})
        names = [option for option, _message in faults if option not in stood_for]
        lacking = list(dict.fromkeys([*names, *desired.open]))
        message = NOT_TO_BE_MADE % (resource.name, resource.name) + (NEEDS % ", ".join(lacking) if lacking else "")
        return Change(desired, REFUSE, observed, message=message)
    values = {name: value for name, value in wanted(desired, observed).items() if value or name in desired.values}
    later = {name: values[name] for name, labels in resource.labels.items() if not labels.on_create and values.get(name)}
    sent = {
        name: value
        for name, value in values.items()
        if resource.by_name[name].on_create and (name not in resource.labels or resource.labels[name].on_create)
    }
    return Change(desired, CREATE, observed, after=dict(values), values=sent, add=later)


def _change(desired: Desired, observed: Observed, update_keys: bool, differing: list[str]) -> Change:
    resource, message = observed.resource, _refusal(desired, observed, differing)
    if message:
        return Change(desired, REFUSE, observed, message=message)
    if not differing and not update_keys:  # the usual case in a fleet
        return unchanged(desired, observed)
    change = Change(desired, UPDATE if differing else NOTHING, observed)
    values = wanted(desired, observed)
    change.before = {name: observed.value(name) for name in differing}
    change.after = {name: values[name] for name in differing}
    for name, value in resource.rules.implied(values, observed, change.after).items():
        is_now = observed.value(name)
        if is_now is not UNKNOWN and is_now != value:
            change.before[name], change.after[name] = is_now, value
    sent = [name for name in _to_send(desired, resource, differing) if name not in resource.labels]
    change.values = {name: resource.by_name[name].type.like(values[name], observed.value(name)) for name in sent}
    change.action = resource.rules.action_of(differing, values) or change.action
    if update_keys:
        unseen = {name: value for name, value in values.items() if _is_rewritable(resource, name)}
        if unseen:
            change.action = UPDATE
            change.after.update(unseen)
            for name in _to_send(desired, resource, list(unseen)):
                change.values[name] = values[name]
    _leave_excluded(change)
    for name in resource.labels:
        if name in differing:
            _label(change, name)
    return change


def _label(change: Change, name: str) -> None:
    """Add the changed labels of an option to a change: in its own body if that is sent anyway, otherwise by label requests."""
    resource, before, to_be = change.observed.resource, members(change.before[name]), members(change.after[name])
    if resource.labels[name].on_update and change.values:
        change.values[name] = to_be
        return
    change.add[name] = tuple(sorted(set(to_be) - set(before)))
    # A new label may replace an old one.
    left = resource.by_name[name].type.joined(before, change.add[name])
    change.remove[name] = tuple(sorted(set(left) - set(to_be)))


def in_its_body(change: Change, options: Iterable[str]) -> Change:
    """Write these labels in the resource's own body, for a platform without requests that label many resources."""
    for name in options:
        if change.add.pop(name, ()) or change.remove.get(name):
            change.values[name] = change.after[name]
        change.remove.pop(name, None)
    return change


def _is_rewritable(resource: Resource, name: str) -> bool:
    return resource.by_name[name].seen == NEVER and resource.by_name[name].on_update


def _to_send(desired: Desired, resource: Resource, differing: list[str]) -> list[str]:
    """Return the options to send: those that differ, and those that the API accepts only together with them."""
    names = list(differing)
    for group in resource.together:
        if any(name in names for name in group):
            names += [name for name in group if name in desired.values and name not in names]
    return names + [name for name in resource.rules.sent_besides(names, desired.values) if name not in names]


def _leave_excluded(change: Change) -> None:
    """Empty an option if the change sets another one that excludes it."""
    resource = change.observed.resource
    for name, other in resource.excluding:
        has = change.observed.value(other) if change.values.get(name) else UNKNOWN
        if has is not UNKNOWN and has:
            empty = resource.by_name[other].type.empty
            change.values[other] = empty
            change.before[other], change.after[other] = has, empty


def _refusal(desired: Desired, observed: Observed, differing: list[str]) -> str:
    """Return why the platform can't change an existing resource (contract, ``x-updateForbidden``), or an empty text."""
    resource = observed.resource
    for name in differing:
        each = resource.by_name[name]
        if not each.on_update:
            return "ThingPark can't change %s of an existing %s (it is %s, described is %s). %s" % (
                name,
                resource.name,
                each.type.show(observed.value(name)),
                each.type.show(desired.values[name]),
                resource.loss,
            )
    return resource.rules.refuse_change(desired.values, observed)


def contradicted(desired: Desired, resource: Resource, whole: dict[str, Any]) -> Values:
    """Return the described values that an answer to a write contradicts, for options that the platform sets by itself."""
    observed = Observed(resource, whole=whole)
    return {
        each.name: desired.values[each.name]
        for each in resource.fields
        if each.resets
        and each.name in desired.values
        and not each.type.same(desired.values[each.name], observed.value(each.name))
    }


def by_section(resource: Resource, values: Values) -> list[tuple[Section, Values]]:
    """Return the values of each request, the resource's own body first."""
    own = Section("", resource.document or resource.name, resource.rights)
    found: dict[Section, Values] = {}
    for name in sorted(values, key=lambda name: resource.by_name[name].section is not None):
        found.setdefault(resource.by_name[name].section or own, {})[name] = values[name]
    return list(found.items())


def merged(whole: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """Return a resource updated with a later answer, which may hold only one section."""
    result = dict(whole)
    for key, value in answer.items():
        before = result.get(key)
        result[key] = {**before, **value} if isinstance(before, dict) and isinstance(value, dict) else value
    return result


def forbidden(section: Section, values: Values, said: str) -> str:
    """Return the message for a section that the platform doesn't let this account write."""
    return FORBIDDEN % (" and ".join(values), " or ".join(section.rights), said)
