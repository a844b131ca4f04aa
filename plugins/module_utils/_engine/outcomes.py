# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of the devices of a run, and how that is told: counted, and by cause. Pure."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field

from . import plan as _plan
from .._errors import ApiError, TdmError
from .plan import Step

#: Devices in a row of one connectivity plan that are refused alike, after which no further one is created.
ALIKE = 20
CAUSES, NAMED = 10, 3  # causes that a message tells, and devices that it names of each
FAILED, SKIPPED = "failed", "skipped"
ACTIONS = ("created", "updated", "deleted", "suspended", "resumed", "unchanged", FAILED, SKIPPED)


@dataclass
class Outcome:
    """What became of one device.

    :param action: one of ACTIONS.
    :param before: options that changed, as they were; ``after``: as they are (canonical).
    """

    dev_eui: str
    action: str
    where: str = ""
    changed: bool = False
    error: str = ""
    before: dict[str, object] = field(default_factory=dict)
    after: dict[str, object] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """Return the outcome as a return value."""
        result = {"dev_eui": self.dev_eui, "action": self.action, "changed": self.changed, "where": self.where}
        return {**result, "error": self.error} if self.error else result


def summary_of(outcomes: list[Outcome]) -> dict[str, int]:
    """Return how many devices met which outcome."""
    counts = Counter(outcome.action for outcome in outcomes)
    return {action: counts.get(action, 0) for action in ACTIONS}


class Refusals:
    """Ends the creations of a connectivity plan that the platform keeps refusing alike, as it does without licences."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: dict[object, tuple[str, int]] = {}  # connectivity plan -> (the last refusal, how often in a row)

    def note(self, step: Step, error: TdmError | None) -> None:
        """Take note of how the creation of a device ended; other steps don't count."""
        if step.action != _plan.CREATE:
            return
        with self._lock:
            if not isinstance(error, ApiError) or error.unclear:
                self._last.pop(_of_plan(step), None)
                return
            cause = cause_of(step.dev_eui, error.message)
            before, count = self._last.get(_of_plan(step), ("", 0))
            self._last[_of_plan(step)] = (cause, count + 1 if cause == before else 1)

    def stopped(self, step: Step) -> str:
        """Return why no device of this step's connectivity plan is to be created any more, or nothing."""
        if step.action != _plan.CREATE:
            return ""
        cause, count = self._last.get(_of_plan(step), ("", 0))
        if count < ALIKE:
            return ""
        plan = _of_plan(step)
        return "not begun: %d devices in a row %s were refused alike: %s" % (
            ALIKE,
            "with the connectivity plan %s" % plan if plan else "without a connectivity plan",
            cause,
        )


def _of_plan(step: Step) -> object:
    return step.values.get("connectivity_plan") or ""


def cause_of(dev_eui: str, message: str) -> str:
    """Return why a device failed, in words that are the same for all that failed alike."""
    return message.replace("e" + dev_eui, "...").replace(dev_eui, "...") if dev_eui else message


def causes(outcomes: list[Outcome]) -> str:
    """Return why devices failed, one line for each cause with its devices counted; what was not begun comes last."""
    alike: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        alike.setdefault(cause_of(outcome.dev_eui, outcome.error), []).append(outcome)
    groups = sorted(alike.items(), key=lambda pair: (pair[1][0].action == SKIPPED, -len(pair[1])))
    lines = [_line(cause, group) for cause, group in groups[:CAUSES]]
    if len(groups) > CAUSES:
        lines.append("and %d more causes, all of them in the return value results" % (len(groups) - CAUSES))
    return "\n".join(lines)


def _line(cause: str, group: list[Outcome]) -> str:
    shown = ["%s (%s)" % (one.dev_eui, one.where) if one.where else one.dev_eui for one in group[:NAMED]]
    more = " and %d more" % (len(group) - NAMED) if len(group) > NAMED else ""
    many = "%d devices, " % len(group) if len(group) > 1 else "device "
    return "%s%s%s: %s" % (many, ", ".join(shown), more, cause if len(group) > 1 else group[0].error)
