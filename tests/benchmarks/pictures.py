# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""The plots of the performance page, from the results of `make bench`.

They are narrow, so that a telephone shows them as they are, and take the light or dark colors of whoever looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from .cells import LATENCIES, PARALLEL, SIZES, Cell, Plan

IMAGES = Path(__file__).resolve().parents[2] / "docs/images"
WIDTH, HEIGHT = 5.0, 3.9  # inches; 480 by 374 pixels
#: Bright enough for a dark page and dark enough for a light one.
COLORS = ("#1f83b5", "#d0652f", "#57924a", "#9067b0", "#8a8a8a")
#: The jobs in the plot of growth, with their labels.
GROWN = {
    "create": "create all",
    "converged": "change nothing",
    "changed": "change 1 %",
    "purge": "delete 1 %",
    "info": "list all",
}
#: Black and white give way to the colors of the page; whoever reads in the dark asks the browser for dark pages.
STYLE = """<style>
.ink { color: #24313f } text { fill: currentColor } .paper { fill: #fbfcfd }
@media (prefers-color-scheme: dark) { .ink { color: #dbe3ea } .paper { fill: #1d242b } }
</style>
<rect class="paper" width="100%" height="100%" rx="6"/>
"""


def draw(results: dict) -> None:
    """Draw all plots into docs/images."""
    plan = Plan(results["scale"])
    with _plot("performance-parallel", "How many devices are created per second", "parallel", "devices per second") as axes:
        for latency, color in zip(LATENCIES, COLORS):
            cells = {parallel: Cell("engine", "create", plan.of(1_000), latency, parallel) for parallel in PARALLEL}
            _line(axes, results, cells, "task_rate", color, "%d ms latency" % latency)
            if latency:
                axes.plot(PARALLEL, [cell.limit for cell in cells.values()], ":", color=color, linewidth=1)
        axes.plot([], [], ":", color=COLORS[-1], linewidth=1, label="the limit")
        axes.set(xscale="log", yscale="log")
        axes.set_ylim(top=5_000)
        _ticks(axes, PARALLEL)
    with _plot("performance-size", "How long a run takes", "devices in the fleet", "seconds, Ansible's start included") as axes:
        for (job, label), color in zip(GROWN.items(), COLORS):
            _line(axes, results, {plan.of(one): Cell("engine", job, plan.of(one)) for one in SIZES}, "wall", color, label)
        axes.set(xscale="log", yscale="log")
        _ticks(axes, [plan.of(one) for one in SIZES])
    with _plot("performance-slices", "What slices of a job create together", "slices", "devices per second") as axes:
        counts = [cell.slices for cell in plan.slices]
        _line(axes, results, dict(zip(counts, plan.slices)), "write_rate", COLORS[0], "all slices together")
        axes.plot(counts, [cell.limit for cell in plan.slices], ":", color=COLORS[0], label="the platform's limit")
        axes.set_ylim(0, 180)
        axes.set_xticks(counts)


def _line(axes: Any, results: dict, cells: dict[int, Cell], figure: str, color: str, label: str) -> None:
    """Draw the medians of those cells that were measured."""
    runs = {at: results["cells"].get(cell.name, {}).get("runs", []) for at, cell in cells.items()}
    points = [(at, median(run[figure] for run in those)) for at, those in runs.items() if those]
    axes.plot([at for at, _value in points], [value for _at, value in points], "o-", markersize=4, color=color, label=label)


def _ticks(axes: Any, values: Any) -> None:
    axes.set_xticks(values, [f"{one:,}" for one in values])
    axes.xaxis.set_minor_locator(axes.xaxis.get_major_locator())
    axes.yaxis.set_major_formatter(lambda value, _at: f"{value:,.10g}")


@contextmanager
def _plot(name: str, title: str, across: str, up: str) -> Iterator[Any]:
    """Yield the axes of a plot, and write it."""
    import matplotlib

    matplotlib.use("svg")
    # Letters stay letters, and the same figures give the same file.
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "tdm", "font.size": 11, "font.family": "sans-serif"})
    from matplotlib import pyplot

    picture, axes = pyplot.subplots(figsize=(WIDTH, HEIGHT), layout="constrained")
    picture.get_layout_engine().set(w_pad=0.12, h_pad=0.1)
    picture.patch.set_visible(False)
    axes.patch.set_visible(False)
    axes.set(xlabel=across, ylabel=up)
    axes.set_title(title, loc="left", fontsize=12, fontweight="bold", pad=10)
    yield axes
    axes.grid(True, which="major", color="#8a8a8a", alpha=0.3, linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    picture.legend(*axes.get_legend_handles_labels(), frameon=False, ncols=3, loc="outside lower center", fontsize=10)
    path = IMAGES / (name + ".svg")
    picture.savefig(path, metadata={"Date": None})
    pyplot.close(picture)
    drawn = path.read_text(encoding="utf-8").replace("#000000", "currentColor")
    drawn = re.sub(r"<svg ([^>]*)>", lambda found: '<svg class="ink" %s>\n%s' % (found.group(1), STYLE), drawn, count=1)
    path.write_text("\n".join(line.rstrip() for line in drawn.splitlines()) + "\n", encoding="utf-8")
