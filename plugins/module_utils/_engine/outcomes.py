# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of the devices of a run, and how that is told: counted, and by cause. Pure."""

from __future__ import annotations

import re
import threading
from collections import Counter
from dataclasses import dataclass, field

from .._errors import ApiError, TdmError, without
from .._schema.resource import Resource
from .plan import Change

#: Resources in a row of one group, such as a connectivity plan's, that are refused alike, after which none is created.
ALIKE = 20
CAUSES, NAMED = 10, 3  # causes that a message tells, and resources that it names of each
FAILED, SKIPPED = "failed", "skipped"
FIRST_FAILED = "not begun: %s had failed, and on_error or max_failures ends the run at the first one"
TOO_MANY = "not begun: %d %s had failed, and no more than %d may"
SET_ASIDE = ("suspended", "resumed")
ACTIONS = ("created", "updated", "deleted", *SET_ASIDE, "unchanged", FAILED, SKIPPED)
#: What check mode says that a run would do.
VERBS = {
    **{"created": "create %d", "updated": "update %d", "deleted": "delete %d"},
    **{"suspended": "suspend %d", "resumed": "resume %d", "unchanged": "leave %d unchanged"},
}


@dataclass
class Outcome:
    """What became of one resource.

    :param action: one of ACTIONS.
    :param before: options that changed, as they were; ``after``: as they are (canonical).
    :param address: what the platform calls it, as far as that is known.
    :param meant_by: the option that says which one it is, where that is its name.
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
        """Return by which options it is known: its identity, and the name where it was meant by that."""
        key = resource.identity.option
        if not self.meant_by:
            return {} if resource.is_single else {key: self.identity}
        return {self.meant_by: self.identity, **({key: self.address} if self.address else {})}


def summary_of(resource: Resource, outcomes: list[Outcome]) -> dict[str, int]:
    """Return how many resources met which outcome that such resources can meet."""
    counts = Counter(outcome.action for outcome in outcomes)
    possible = ACTIONS if resource.set_aside else [action for action in ACTIONS if action not in SET_ASIDE]
    return {action: counts.get(action, 0) for action in possible}


class Refusals:
    """Ends the creations of a group that the platform keeps refusing alike, as it does a plan's without licences."""

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        self._lock = threading.Lock()
        self._last: dict[object, tuple[str, int]] = {}  # group -> (the last refusal, how often in a row)

    def note(self, change: Change, error: TdmError | None) -> None:
        """Take note of how a creation ended."""
        group = self._group_of(change)
        with self._lock:
            if not isinstance(error, ApiError) or error.unclear:
                self._last.pop(group, None)
                return
            cause = cause_of(self._resource, change.identity, error.message)
            before, count = self._last.get(group, ("", 0))
            self._last[group] = (cause, count + 1 if cause == before else 1)

    def stopped(self, change: Change) -> str:
        """Return why no resource of this one's group is to be created any more, or nothing."""
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
    """Return why a resource failed, in words that are the same for all that failed alike."""
    # Its address may hold another ID than the one that it is known by. Names of people's own may be any word.
    message = re.sub(r"(%s/)[^\s/()?]*[0-9][^\s/()?]*" % re.escape(resource.path), r"\1...", message)
    return re.sub(r"(?<!\w)%s(?!\w)" % re.escape(identity), "...", message) if identity else message


def causes(resource: Resource, outcomes: list[Outcome]) -> str:
    """Return why some failed, one line for each cause with its resources counted; what was not begun comes last."""
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
    """Return why no further resource is begun after so many failures, or nothing."""
    if maximum is None or failed <= maximum:
        return ""
    return TOO_MANY % (failed, resource.plural, maximum) if maximum else FIRST_FAILED % resource.one


def refused(change: Change) -> Outcome:
    """Return that a change is refused before anything is sent."""
    desired, message = change.desired, without_keys(change, change.message)
    address, meant_by = change.observed.address, desired.meant_by
    return Outcome(desired.identity, FAILED, desired.where, error=message, address=address, meant_by=meant_by)


def without_keys(change: Change, message: str) -> str:
    """Return a message without the resource's keys, new or old, should the platform have repeated one."""
    resource = change.observed.resource
    return without(message, [*resource.secrets(change.desired.values), *resource.secrets(change.before)], ours=True)
