# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The outcomes of a run: one per resource, counted, and grouped by cause. Pure."""

from __future__ import annotations

import re
import threading
from collections import Counter
from dataclasses import dataclass, field

from .._errors import ApiError, TdmError, without
from .._schema.resource import Resource
from .plan import Change

#: The creations of a group, such as a connectivity plan's, end after this many equal refusals in a row.
ALIKE = 20
CAUSES, NAMED = 10, 3  # most causes in a message, and most resources named for each
FAILED, SKIPPED = "failed", "skipped"
FIRST_FAILED = "not begun: %s had failed, and on_error or max_failures ends the run at the first one"
TOO_MANY = "not begun: %d %s had failed, and no more than %d may"
SET_ASIDE = ("suspended", "resumed")
ACTIONS = ("created", "updated", "deleted", *SET_ASIDE, "unchanged", FAILED, SKIPPED)
#: Words of check mode for each action.
VERBS = {
    **{"created": "create %d", "updated": "update %d", "deleted": "delete %d"},
    **{"suspended": "suspend %d", "resumed": "resume %d", "unchanged": "leave %d unchanged"},
}


@dataclass
class Outcome:
    """The outcome of one resource.

    :param action: one of ACTIONS.
    :param before: the changed options, old values; ``after``: new values (canonical).
    :param address: the platform's identity of the resource; empty if unknown.
    :param meant_by: the option that names the resource, if it is described by name.
    """

    identity: str
    action: str
    where: str = ""
    changed: bool = False
    error: str = ""
    before: dict[str, object] = field(default_factory=dict)
    after: dict[str, object] = field(default_factory=dict)
    address: str = ""
    meant_by: str = ""

    def as_dict(self, resource: Resource) -> dict[str, object]:
        """Return the outcome as a return value."""
        result = {**self.names(resource), "action": self.action, "changed": self.changed, "where": self.where}
        return {**result, "error": self.error} if self.error else result

    def names(self, resource: Resource) -> dict[str, object]:
        """Return the options that identify the resource: its identity, and its name if described by name."""
        key = resource.identity.option
        if not self.meant_by:
            return {} if resource.is_single else {key: self.identity}
        return {self.meant_by: self.identity, **({key: self.address} if self.address else {})}


def summary_of(resource: Resource, outcomes: list[Outcome]) -> dict[str, int]:
    """Return the number of resources per action, for the actions that this kind of resource can have."""
    counts = Counter(outcome.action for outcome in outcomes)
    possible = ACTIONS if resource.set_aside else [action for action in ACTIONS if action not in SET_ASIDE]
    return {action: counts.get(action, 0) for action in possible}


class Refusals:
    """Ends the creations of a group after equal refusals in a row, e.g. a connectivity plan without free licenses."""

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        self._lock = threading.Lock()
        self._last: dict[object, tuple[str, int]] = {}  # group -> (last refusal, number in a row)

    def note(self, change: Change, error: TdmError | None) -> None:
        """Record the result of a creation; ``error`` is None if it succeeded."""
        group = self._group_of(change)
        with self._lock:
            if not isinstance(error, ApiError) or error.unclear:
                self._last.pop(group, None)
                return
            cause = cause_of(self._resource, change.identity, error.message)
            before, count = self._last.get(group, ("", 0))
            self._last[group] = (cause, count + 1 if cause == before else 1)

    def stopped(self, change: Change) -> str:
        """Return the reason not to create further resources in this one's group, or an empty text."""
        group = self._group_of(change)
        cause, count = self._last.get(group, ("", 0))
        if count < ALIKE:
            return ""
        option = self._resource.grouped_by
        among = "" if not option else "with %s %s " % (option, group) if group else "without %s " % option
        return "not begun: %d %s in a row %swere refused alike: %s" % (ALIKE, self._resource.plural, among, cause)

    def _group_of(self, change: Change) -> object:
        return change.values.get(self._resource.grouped_by) or ""


def cause_of(resource: Resource, identity: str, message: str) -> str:
    """Return the cause of a failure, in words that are equal for all resources with the same cause."""
    # The path may hold another ID than the identity. Only segments with digits are IDs; people's own names may be any word.
    message = re.sub(r"(%s/)[^\s/()?]*[0-9][^\s/()?]*" % re.escape(resource.path), r"\1...", message)
    return re.sub(r"(?<!\w)%s(?!\w)" % re.escape(identity), "...", message) if identity else message


def causes(resource: Resource, outcomes: list[Outcome]) -> str:
    """Return the causes of failures, one line each with a count of resources; resources that were not started come last."""
    alike: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        alike.setdefault(cause_of(resource, outcome.identity, outcome.error), []).append(outcome)
    groups = sorted(alike.items(), key=lambda pair: (pair[1][0].action == SKIPPED, -len(pair[1])))
    lines = [_line(resource, cause, group) for cause, group in groups[:CAUSES]]
    if len(groups) > CAUSES:
        lines.append("and %d more causes, all of them in the return value results" % (len(groups) - CAUSES))
    return "\n".join(lines)


def _line(resource: Resource, cause: str, group: list[Outcome]) -> str:
    shown = ["%s (%s)" % (one.identity, one.where) if one.where else one.identity for one in group[:NAMED]]
    more = " and %d more" % (len(group) - NAMED) if len(group) > NAMED else ""
    many = "%d %s, " % (len(group), resource.plural) if len(group) > 1 else resource.name + " "
    return "%s%s%s: %s" % (many, ", ".join(shown), more, cause if len(group) > 1 else group[0].error)


def too_many(resource: Resource, failed: int, maximum: int | None) -> str:
    """Return the reason to stop after this many failures, or an empty text."""
    if maximum is None or failed <= maximum:
        return ""
    return TOO_MANY % (failed, resource.plural, maximum) if maximum else FIRST_FAILED % resource.one


def refused(change: Change) -> Outcome:
    """Return the outcome of a change that is refused before any request."""
    desired, message = change.desired, without_keys(change, change.message)
    address, meant_by = change.observed.address, desired.meant_by
    return Outcome(desired.identity, FAILED, desired.where, error=message, address=address, meant_by=meant_by)


def without_keys(change: Change, message: str) -> str:
    """Return a message without the resource's keys, new or old, in case the platform repeated one."""
    resource = change.observed.resource
    return without(message, [*resource.secrets(change.desired.values), *resource.secrets(change.before)], ours=True)
