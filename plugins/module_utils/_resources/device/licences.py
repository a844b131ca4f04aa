# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many licences of each connectivity plan a run takes, against how many there are. Pure.

A device on a plan takes one licence of it (contract, NetworkSubscriptions: ``granted``, ``used``). Whether a suspended device
that keeps its plan gives its licence back is published nowhere: it isn't counted.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ..._engine.plan import CREATE, DELETE, Step
from ..._engine.desired import Finding

OPTION = "connectivity_plan"
SHORT = (
    "%s needs %s more licences for devices that are to be made or resumed, and has %s of its %s left: ask the operator for more, "
    "describe fewer devices, or say check_licences: false"
)


@dataclass(frozen=True)
class Licences:
    """The licences of one connectivity plan, as the platform counts them."""

    granted: int
    used: int


def findings(steps: list[Step], licences: dict[str, Licences]) -> list[Finding]:
    """Return one finding for each connectivity plan whose licences can't be enough, whatever the order of the steps.

    :param licences: ID of a connectivity plan -> its licences; a plan that isn't in it is not looked at.
    """
    found = []
    for plan, needed in sorted(_needs(steps).items()):
        one = licences.get(plan)
        if one is not None and needed > max(one.granted - one.used, 0):
            numbers = [f"{number:,}" for number in (needed, max(one.granted - one.used, 0), one.granted)]
            found.append(Finding("all devices", "", OPTION, SHORT % (plan, *numbers)))
    return found


def take_licences(steps: list[Step]) -> bool:
    """Return whether any of the steps takes a licence."""
    return bool(_needs(steps))


def _needs(steps: list[Step]) -> dict[str, int]:
    """Return how many licences the steps take of each plan, less those that they give back. A refused step changes nothing."""
    count: Counter[str] = Counter()
    for step in steps:
        count[_identifier(step.after.get(OPTION)) if step.action != DELETE else ""] += 1
        count[_identifier(step.before.get(OPTION)) if step.action != CREATE else ""] -= 1
    return {plan: number for plan, number in count.items() if plan and number > 0}


def _identifier(plan: object) -> str:
    """Return the ID of a plan as it is described, or as the platform shows it; nothing for none."""
    return str(plan[0]) if isinstance(plan, tuple) and plan else plan if isinstance(plan, str) else ""
