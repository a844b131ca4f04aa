# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many licences of each connectivity plan a run takes, against how many there are. Pure.

A device on a plan takes one licence of it (contract, NetworkSubscriptions: ``granted``, ``used``). Whether a suspended device
that keeps its plan gives its licence back is published nowhere: it isn't counted.
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
    """Return ``(option, message)`` for each connectivity plan whose licences are not enough.

    :param listed: gives the list of connectivity plans, which is only asked for where a licence is taken.
    """
    needs = _needs(changes)
    if not needs:
        return []
    plans = {str(brief.get("ID")): (brief.get("granted"), brief.get("used")) for brief in listed(OPTION)}
    found = []
    for plan, needed in sorted(needs.items()):
        granted, used = plans.get(plan, (None, None))
        if isinstance(granted, int) and isinstance(used, int):  # an older platform (O) may tell neither
            left = max(granted - used, 0)
            if needed > left:
                found.append((OPTION, SHORT % (plan, *(f"{number:,}" for number in (needed, left, granted)))))
    return found


def _needs(changes: list[Changed]) -> Counter[str]:
    """Return how many licences the changes take of each plan.

    What others give back doesn't count: the writes go out side by side, and a creation may come first.
    """
    taken = (_identifier(after.get(OPTION)) for action, _before, after in changes if action != "delete")
    return Counter(plan for plan in taken if plan)


def _identifier(plan: object) -> str:
    """Return the ID of a plan as it is described, or as the platform shows it; nothing for none."""
    return str(plan[0]) if isinstance(plan, tuple) and plan else plan if isinstance(plan, str) else ""
