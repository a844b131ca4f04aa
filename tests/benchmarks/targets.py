# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""What is to be reached, computed from the results: each row of the table with its figure, as ratios of the same benchmark."""

from __future__ import annotations

from statistics import median
from typing import Callable

from .cells import Cell, Plan

#: (job, at least, what was measured, whether that is reached); None where a cell was not run.
Row = tuple  # of str, str, str, and bool or None
PAGE = 1000  # devices in a page of the engine's listing
MIB = 2**20


class Figures:
    """Looks medians up in results."""

    def __init__(self, results: dict) -> None:
        self._cells = results["cells"]

    def runs(self, cell: Cell) -> list[dict]:
        """Return a cell's runs; none where it was not measured."""
        return self._cells.get(cell.name, {}).get("runs", [])

    def of(self, cell: Cell, figure: str) -> float:
        """Return the median of a figure; raises LookupError where there is none."""
        found = [run[figure] for run in self.runs(cell) if figure in run]
        if not found:
            raise LookupError(cell.name)
        return median(found)


def _about_imports(plan: Plan, of: Callable[[Cell, str], float]) -> list[tuple]:
    """Return the rows about creations by import, each with what computes it."""

    def imports() -> tuple[str, bool]:
        count, most = max(of(cell, "requests") for cell in plan.imported), plan.quick.devices // 400 + 15
        return "%d, at most %d" % (count, most), count <= most

    def imported() -> tuple[str, bool]:
        pairs = list(zip(plan.imported, (plan.quick_yardstick, plan.late_yardstick)))
        shares = [of(one, "wall") / of(other, "wall") for one, other in pairs]
        # At 0 ms, an empty play takes longer than that already.
        words = "%.2f x at 20 ms (%.2f s); %.2f x at 0 ms (%.2f s, of which an empty play takes %.2f s)"
        quick, late = (of(one, "wall") for one, _other in pairs)
        return words % (shares[1], late, shares[0], quick, of(plan.start, "wall")), shares[1] <= 0.25

    def dear() -> tuple[str, bool]:
        shares = [of(one, "wall") / of(other, "wall") for one, other in zip(plan.imported_dear, (plan.quick, plan.late))]
        return "%.2f x at 0 ms, %.2f x at 20 ms" % tuple(shares), max(shares) <= 1.1

    return [
        (f"create {plan.quick.devices:,}, bulk: auto", "requests at most N / 400 + 15", imports),
        ("", "cheap rows at 20 ms: time at most 0.25 x (d)", imported),
        ("", "rows as dear as requests: at most 1.1 x bulk: never", dear),
    ]


def rows(results: dict) -> list[Row]:
    """Return the table of targets."""
    plan, figures = Plan(results["scale"]), Figures(results)
    ten, hundred, thousand = plan.quick.devices, plan.converged_large.devices, plan.converged_small.devices
    of = figures.of

    def ratio(one: Cell, other: Cell) -> float:
        return of(one, "rate") / of(other, "rate")

    def limit() -> tuple[str, bool]:
        # The limit is of requests under way: what Ansible needs to start is no part of it.
        share = plan.late.devices / of(plan.late, "seconds") / plan.late.limit
        whole = of(plan.late, "rate") / plan.late.limit
        most = of(plan.late_ceiling, "rate") / plan.late.limit
        writing = of(plan.late, "write_rate") / plan.late.limit
        words = "%.0f %% while the task ran, %.0f %% while it wrote, %.0f %% of the whole command; wrk reaches %.0f %%"
        return words % (100 * share, 100 * writing, 100 * whole, 100 * most), share >= 0.9

    def per_item() -> tuple[str, bool]:
        cost = 1000 * (of(plan.loop, "wall") - of(plan.loop_of_nothing, "wall")) / plan.loop.devices
        return "%.1f ms an item" % cost, cost <= 15

    def requests() -> tuple[str, bool]:
        count, most = of(plan.converged, "requests"), -(-ten // PAGE) + 5
        return "%d, at most %d" % (count, most), count <= most

    def listing() -> tuple[str, bool]:
        pairs = [(plan.converged, plan.listing), *plan.late_lists]
        times = [of(run, "wall") / of(bare, "wall") for run, bare in pairs]
        late = ", ".join("%.2f x at %d ms" % (ratio, run.latency) for ratio, (run, _bare) in zip(times[1:], pairs[1:]))
        parts = (of(plan.converged, "wall"), of(plan.listing, "wall"), of(plan.converged, "seconds"), of(plan.start, "wall"))
        words = "%.2f x at 0 ms (%.2f s and %.2f s; %.2f s in the task; an empty play takes %.2f s); %s"
        return words % (times[0], *parts, late), max(times) <= 2

    def growth() -> tuple[str, bool]:
        each = [of(cell, "wall") / cell.devices for cell in (plan.converged_large, plan.converged_small)]
        inner = [of(cell, "seconds") / cell.devices for cell in (plan.converged_large, plan.converged_small)]
        return "%.2f x (%.2f x in the task)" % (each[0] / each[1], inner[0] / inner[1]), each[0] <= 1.2 * each[1]

    def memory() -> tuple[str, bool]:
        peak = of(plan.converged_large, "peak") / MIB
        return "%.0f MiB" % peak, peak <= 600

    def slices() -> tuple[str, None]:
        rates = ["%.0f" % of(cell, "write_rate") for cell in plan.slices]
        counts = [str(cell.slices) for cell in plan.slices]
        words = "%s devices a second while they wrote, with %s slices; the simulator's limit is %.0f"
        return words % (", ".join(rates), ", ".join(counts), plan.slices[-1].limit), None

    def from_inventory() -> tuple[str, None]:
        return "%.0f MiB" % (of(plan.from_inventory, "peak") / MIB), None

    def validation() -> tuple[str, bool]:
        seconds = of(plan.validation, "seconds")
        return "%.2f s" % seconds, seconds <= 5

    def masking() -> tuple[str, bool]:
        times = [of(cell, "seconds") for cell in plan.masking]
        share = times[1] / of(plan.quick, "wall")
        words = "%.1f, %.1f, %.1f ms for %s devices; %.1f %%"
        sizes = ", ".join(f"{cell.devices:,}" for cell in plan.masking)
        linear = times[2] <= 2.5 * times[1] and times[1] <= 2.5 * times[0]
        return words % (*(1000 * one for one in times), sizes, 100 * share), linear and share <= 0.1

    def versus(one: Cell, other: Cell, least: float, way: str) -> Callable[[], tuple[str, bool]]:
        return lambda: ("%.2f x %s" % (ratio(one, other), way), ratio(one, other) >= least)

    table = [
        (f"create {ten:,} at 20 ms, parallel 16", "90 % of parallel / latency", limit),
        ("", "0.8 x (d)", versus(plan.late, plan.late_yardstick, 0.8, "(d)")),
        (f"create {ten:,} at 0 ms", "0.6 x (d)", versus(plan.quick, plan.quick_yardstick, 0.6, "(d)")),
        ("", "100 x (a)", versus(plan.quick, plan.uri, 100, "(a)")),
        *_about_imports(plan, of),
        (f"converged run of {ten:,}", "requests at most N / page size + 5", requests),
        ("", "wall at most 2 x a bare listing by (c)", listing),
        (f"converged run of {hundred:,}", f"time per device at most 1.2 x that of {thousand:,}", growth),
        ("", "memory at most 600 MiB from a file", memory),
        ("", "memory from the inventory, stated", from_inventory),
        (f"loop of {plan.loop.devices:,} tdm_device, worker", "at most 15 ms an item over a loop of nothing", per_item),
        ("more than one process", "the total grows until the simulator is the limit", slices),
        (f"validation of {plan.validation.devices:,} rows", "at most 5 s", validation),
        (f"masking in {plan.masking[1].devices:,} results", "linear, at most 10 % of the creation at 0 ms", masking),
    ]
    found = []
    for job, least, compute in table:
        try:
            text, reached = compute()
        except LookupError:
            text, reached = "not measured", None
        found.append((job, least, text, reached))
    return found
