# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""From the results of `make bench` to the page of the documentation: its tables and its pictures.

``python -m tests.benchmarks.report .cache/bench/results.json``
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from statistics import median

from . import tables, targets
from .cells import LATENCIES, PARALLEL, SIZES, TOO_LONG, Cell, Plan

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/docsite/rst/performance.rst"
IMAGES = ROOT / "docs/images"
BEGIN, END = ".. begin of the figures\n\n", "\n.. end of the figures\n"
WIDTHS = "22 5 12 11 11 7 11 11 7 7"
COLOURS = ("#0b6e99", "#c4572b", "#4f7d39", "#7a4b94")
#: Jobs in the picture of growth, with the names for its legend.
GROWN = {"create": "create all", "converged": "nothing to do", "changed": "change 1 %", "purge": "purge 1 %", "info": "show all"}


def list_table(head: list[str], rows: list[list[str]], widths: str) -> str:
    """Return a table in reStructuredText."""
    lines = [".. list-table::", "   :header-rows: 1", "   :widths: %s" % widths, ""]
    for row in [head, *rows]:
        lines += ["   %s - %s" % (" " if at else "*", cell) for at, cell in enumerate(row)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def figures(results: dict) -> str:
    """Return what stands between the page's markers."""
    plan = Plan(results["scale"])
    rows = [[job, least, text, tables.words(reached)] for job, least, text, reached in targets.rows(results)]
    lines = {line[0]: line for line in tables.lines_of(results)}
    parts = [
        "Measured on: " + tables.machine_of(results) + "\n",
        list_table(["job", "at least", "measured", ""], rows, "28 26 28 18"),
        list_table(tables.HEAD, [lines[cell.name] for cell in plan.compared if cell.name in lines], WIDTHS),
        "Not measured, since %s: %s.\n" % (TOO_LONG, "; ".join(plan.left_out)),
    ]
    return "\n".join(parts)


def write_page(results: dict) -> None:
    """Put the figures into the page."""
    before, begin, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not (begin and end):
        raise SystemExit("%s has no place for the figures" % PAGE)
    PAGE.write_text(before + begin + figures(results) + end + after, encoding="utf-8")


def found(results: dict, cells: dict[float, Cell], figure: str) -> tuple[list, list]:
    """Return the places and the medians of those cells that were measured."""
    runs = {at: results["cells"].get(cell.name, {}).get("runs", []) for at, cell in cells.items()}
    points = [(at, median(run[figure] for run in those)) for at, those in runs.items() if those]
    return [at for at, _value in points], [value for _at, value in points]


def draw(results: dict) -> None:
    """Draw the pictures: devices per second by parallel and latency, time by size, and what slices do together."""
    import matplotlib

    matplotlib.use("svg")
    # Letters stay letters, and the same figures give the same file.
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "tdm", "font.size": 11, "font.family": "sans-serif"})
    from matplotlib import pyplot

    plan = Plan(results["scale"])
    picture, axes = pyplot.subplots(figsize=(8, 4.6))
    for latency, colour in zip(LATENCIES, COLOURS):
        cells = {parallel: Cell("engine", "create", plan.of(1_000), latency, parallel) for parallel in PARALLEL}
        axes.plot(*found(results, cells, "task_rate"), "o-", color=colour, label="%d ms" % latency)
        if latency:
            limits = [cells[parallel].limit for parallel in PARALLEL]
            axes.plot(PARALLEL, limits, ":", color=colour, linewidth=1)
    axes.set(xscale="log", yscale="log", xlabel="parallel", ylabel="devices created per second, while the task ran")
    axes.set_ylim(top=5_000)
    axes.set_xticks(PARALLEL, [str(one) for one in PARALLEL])
    _finish(picture, axes, "latency of the platform (dotted: the limit, parallel / latency)", "performance-parallel.svg")
    picture, axes = pyplot.subplots(figsize=(8, 4.6))
    for (job, words), colour in zip(GROWN.items(), (*COLOURS, "#555555")):
        cells = {plan.of(devices): Cell("engine", job, plan.of(devices)) for devices in SIZES}
        axes.plot(*found(results, cells, "wall"), "o-", color=colour, label=words)
    axes.set(xscale="log", yscale="log", xlabel="devices in the fleet", ylabel="seconds, with Ansible's start")
    _finish(picture, axes, "the job, at 0 ms with parallel 16", "performance-size.svg")
    picture, axes = pyplot.subplots(figsize=(8, 3.4))
    counts = [cell.slices for cell in plan.slices]
    axes.plot(*found(results, dict(zip(counts, plan.slices)), "write_rate"), "o-", color=COLOURS[0], label="all slices together")
    axes.plot(counts, [cell.limit for cell in plan.slices], ":", color=COLOURS[0], label="the limit")
    axes.set(xlabel="slices, each with 4 requests at once", ylabel="devices created per second", ylim=(0, 180))
    axes.set_xticks(counts)
    _finish(picture, axes, "a platform that works on 16 requests at a time, each for 100 ms", "performance-slices.svg")


def _finish(picture, axes, title: str, name: str) -> None:
    axes.grid(True, which="major", color="#dddddd", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(title=title, frameon=False, ncols=5, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    path = IMAGES / name
    picture.savefig(path, bbox_inches="tight", metadata={"Date": None})
    path.write_text("\n".join(line.rstrip() for line in path.read_text(encoding="utf-8").splitlines()) + "\n", encoding="utf-8")


def main() -> None:
    """Write the page and the pictures."""
    results = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    for one in results["cells"].values():
        for run in one["runs"]:
            if "seconds" in run:
                run["task_rate"] = one["cell"]["devices"] / run["seconds"]
    write_page(results)
    draw(results)


if __name__ == "__main__":
    main()
