# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""The goals and what was reached, computed from the results; most are ratios of two cells of the same benchmark."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from .cells import Cell, Plan

PAGE = 1000  # devices in a page of the engine's listing
MIB, KIB = 2**20, 2**10
#: Seconds of processor time that a run without changes took for 100,000 devices before it was made cheaper (2026-11-27).
CPU_BEFORE = 15.05
#: What a run costs besides its parts.
START = "Ansible compiles the task's modules at each start, and its main process looks for the result while it waits."


@dataclass
class Goal:
    """A figure and what it should be.

    :param job: what was run; empty for the job of the goal before.
    :param measure: what the figure says of it.
    :param goal: the figure to reach.
    :param compute: returns the figure; raises LookupError where a cell was not run.
    :param shape: how a figure is written.
    :param is_least: whether more is better.
    :param reason: why the goal is missed, where it is.
    """

    job: str
    measure: str
    goal: float
    compute: Callable[[], float]
    shape: str = "%.2f x"
    is_least: bool = False
    reason: str = ""

    def row(self) -> Row:
        """Return what the table says."""
        try:
            value = self.compute()
        except LookupError:
            return Row(self.job, self.measure, self._bound(), "not measured", "", None, "")
        is_reached = value >= self.goal if self.is_least else value <= self.goal
        margin = abs(value / self.goal - 1)
        words = _joined("%.0f %% %s" % (100 * margin, "better" if is_reached else "missed"))
        return Row(
            self.job,
            self.measure,
            self._bound(),
            _joined(self.shape % value),
            words,
            is_reached,
            "" if is_reached else self.reason,
        )

    def _bound(self) -> str:
        return _joined("%s %s" % ("≥" if self.is_least else "≤", self.shape % self.goal))


def _joined(text: str) -> str:
    """Return a figure that no line's end parts from its unit."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")


@dataclass(frozen=True)
class Row:
    """A goal with its result, in words."""

    job: str
    measure: str
    goal: str
    result: str
    margin: str
    is_reached: bool | None
    reason: str

    @property
    def cells(self) -> list[str]:
        """What stands in the table."""
        return ["%s: %s" % (self.job, self.measure), self.goal, self.result, self.margin]


HEAD = ["measure", "goal", "result", "margin"]


class Figures:
    """Looks medians up in results."""

    def __init__(self, results: dict) -> None:
        self._cells = results["cells"]

    def __call__(self, cell: Cell, figure: str) -> float:
        """Return the median of a figure; raises LookupError where there is none."""
        found = [run[figure] for run in self._cells.get(cell.name, {}).get("runs", []) if figure in run]
        if not found:
            raise LookupError(cell.name)
        return median(found)

    def ratio(self, one: Cell, other: Cell, figure: str) -> float:
        """Return how a figure of a cell compares with that of another."""
        return self(one, figure) / self(other, figure)


def rows(results: dict) -> list[Row]:
    """Return the table of goals."""
    plan, of = Plan(results["scale"]), Figures(results)
    goals = [*_of_creations(plan, of), *_of_imports(plan, of), *_of_converged_runs(plan, of), *_of_parts(plan, of)]
    for one, following in zip(goals, goals[1:]):
        following.job = following.job or one.job
    return [goal.row() for goal in goals]


def _of_creations(plan: Plan, of: Figures) -> list[Goal]:
    late, quick = f"create {plan.late.devices:,}, 20 ms latency", f"create {plan.quick.devices:,}, 0 ms latency"
    return [
        # The limit is of requests under way: what Ansible needs to start is no part of it.
        Goal(
            late,
            "share of the limit, parallel / latency",
            90,
            lambda: 100 * plan.late.devices / of(plan.late, "seconds") / plan.late.limit,
            "%.0f %%",
            True,
            "Ansible and the simulator share two cores, and even wrk does not reach the limit.",
        ),
        Goal(
            quick,
            "speed of the asynchronous script",
            0.3,
            lambda: of.ratio(plan.quick, plan.quick_yardstick, "rate"),
            "%.2f x",
            True,
            "Python's one lock is full: each device is validated, compared, sent and reported under it.",
        ),
        Goal("", "speed of a loop of uri", 100, lambda: of.ratio(plan.quick, plan.uri, "rate"), "%.0f x", True),
    ]


def _of_imports(plan: Plan, of: Figures) -> list[Goal]:
    quick, late = plan.imported
    scripts = (plan.quick_yardstick, plan.late_yardstick)
    dear = list(zip(plan.imported_dear, (plan.quick, plan.late)))
    return [
        Goal(
            f"create {quick.devices:,}, bulk: auto",
            "requests, N / 400 + 15",
            quick.devices // 400 + 15,
            lambda: max(of(cell, "requests") for cell in plan.imported),
            "%.0f",
        ),
        Goal(
            "cheap rows, 20 ms latency",
            "time of the asynchronous script",
            0.25,
            lambda: of.ratio(late, scripts[1], "wall"),
            reason="Imports come one after the other, and the simulator needs its own time for each row.",
        ),
        Goal(
            "cheap rows, 0 ms latency",
            "time of the asynchronous script",
            0.25,
            lambda: of.ratio(quick, scripts[0], "wall"),
            reason="Ansible's own start takes longer than a quarter of what the script takes at 0 ms.",
        ),
        Goal(
            "rows as slow as requests",
            "time with bulk: never",
            1.1,
            lambda: max(of.ratio(one, other, "wall") for one, other in dear),
            reason="The first import keeps a core busy beside the single requests, and the list is read once more at the end.",
        ),
    ]


def _of_converged_runs(plan: Plan, of: Figures) -> list[Goal]:
    ten, hundred, small = plan.converged, plan.converged_large, plan.converged_small

    def of_its_parts(figure: str) -> float:
        return of(ten, figure) / (of(plan.start, figure) + of(plan.listing, figure))

    return [
        Goal(
            f"change nothing in {ten.devices:,}",
            "requests, N / page size + 5",
            -(-ten.devices // PAGE) + 5,
            lambda: of(ten, "requests"),
            "%.0f",
        ),
        Goal("", "time of an empty play and a bare listing", 1.35, lambda: of_its_parts("wall"), reason=START),
        Goal("", "processor time of the same two", 1.45, lambda: of_its_parts("cpu"), reason=START),
        Goal(
            f"change nothing in {hundred.devices:,}",
            "processor time before 2026-11-28",
            0.65,
            lambda: of(hundred, "cpu") / CPU_BEFORE,
        ),
        Goal("", "memory", 250, lambda: of(hundred, "peak") / MIB, "%.0f MiB"),
        Goal(
            "",
            "memory for a device",
            2.0,
            lambda: (of(hundred, "peak") - of(small, "peak")) / (hundred.devices - small.devices) / KIB,
            "%.1f KiB",
        ),
        Goal(
            "",
            f"time for a device, with {small.devices:,} devices",
            1.2,
            lambda: of.ratio(hundred, small, "wall") * small.devices / hundred.devices,
        ),
    ]


def _of_parts(plan: Plan, of: Figures) -> list[Goal]:
    def item() -> float:
        return 1000 * (of(plan.loop, "wall") - of(plan.loop_of_nothing, "wall")) / plan.loop.devices

    return [
        Goal(f"loop over {plan.loop.devices:,} devices", "an item, beyond Ansible's own loop", 15, item, "%.1f ms"),
        Goal(f"check {plan.validation.devices:,} rows", "time", 5, lambda: of(plan.validation, "seconds"), "%.1f s"),
        Goal(
            f"mask {plan.masking[1].devices:,} results",
            "share of the creation at 0 ms",
            10,
            lambda: 100 * of.ratio(plan.masking[1], plan.quick, "seconds"),
            "%.1f %%",
        ),
    ]
