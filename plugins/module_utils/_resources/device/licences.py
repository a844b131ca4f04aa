# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compares the licenses of each connectivity plan that a run needs with those that are left. This module does no I/O.

A device on a plan takes one license of it (contract, NetworkSubscriptions: ``granted``, ``used``). It isn't published whether a
suspended device that keeps its plan gives its license back: such licenses aren't counted as free.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Callable

from ..._schema.rules import Changed

OPTION = "connectivity_plan"
SHORT = (
    "%s needs %s more licenses for the devices to create or resume, and has %s of its %s left: ask the operator for more, "
    "describe fewer devices, delete others in an earlier run, or set check_licences: false"
)


def check(changes: list[Changed], listed: Callable[[str], list[dict[str, Any]]]) -> list[tuple[str, str]]:
    """Return ``(option, message)`` for each connectivity plan with too few licenses.

    :param listed: gives the list of connectivity plans; called only if the run needs a license.
    """
    needs = _needs(changes)
    if not needs:
        return []
    plans = {str(brief.get("ID")): (brief.get("granted"), brief.get("used")) for brief in listed(OPTION)}
    found = []
    for plan, needed in sorted(needs.items()):
        granted, used = plans.get(plan, (None, None))
        if isinstance(granted, int) and isinstance(used, int):  # an older platform (O) may show neither
            left = max(granted - used, 0)
            if needed > left:
                found.append((OPTION, SHORT % (plan, *(f"{number:,}" for number in (needed, left, granted)))))
    return found


def _needs(changes: list[Changed]) -> Counter[str]:
    """Return the number of licenses of each plan that the changes need.

    Licenses that other changes free don't count: the requests run in parallel, and a creation may come first.
    """
    taken = (_identifier(after.get(OPTION)) for action, _before, after in changes if action != "delete")
    return Counter(plan for plan in taken if plan)


def _identifier(plan: object) -> str:
    """Return the ID of a described plan, or of one that the platform shows; empty for none."""
    return str(plan[0]) if isinstance(plan, tuple) and plan else plan if isinstance(plan, str) else ""
