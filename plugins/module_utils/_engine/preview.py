# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The expected outcomes of a plan, without applying it. Pure."""

from __future__ import annotations

from .._schema.resource import Resource
from .apply import HEIR_FAILED, outcome_of, success
from .outcomes import SKIPPED, Outcome, refused, too_many
from .plan import NOTHING, REFUSE, Change
from .prepare import Plan

PURGE_LAST = "not begun: the purge comes last, and only if no %s failed before it (%d failed)"


def preview(resource: Resource, plan_: Plan, max_failures: int | None = None) -> list[Outcome]:
    """Return the expected outcomes of a plan. Refused changes count as failures, and stop the others as in a real run."""
    refused_ones = {change.identity for change in plan_.changes if change.action == REFUSE}
    count = len(refused_ones)
    stopped = too_many(resource, count, max_failures)

    def outcome(change: Change, why: str) -> Outcome:
        if change.action == REFUSE:
            return refused(change)
        heir = change.desired.after
        why = why or (HEIR_FAILED % heir if heir in refused_ones else "")
        is_begun = change.action == NOTHING or not why
        return success(change) if is_begun else outcome_of(change, SKIPPED, why)

    waits = stopped or (PURGE_LAST % (resource.name, count) if count else "")
    count += sum(change.action == REFUSE for change in plan_.purge)
    waits = waits or too_many(resource, count, max_failures)
    return [outcome(change, stopped) for change in plan_.changes] + [outcome(change, waits) for change in plan_.purge]
