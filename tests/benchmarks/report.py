# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""From the results of `make bench` to the page of the documentation: its tables and its pictures.

``python -m tests.benchmarks.report .cache/bench/results.json``
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from . import pictures, tables, targets
from .cells import TOO_LONG, Plan

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/docsite/rst/performance.rst"
BEGIN, END = ".. begin of the figures\n\n", "\n.. end of the figures\n"
WIDTHS = "22 5 12 11 11 7 11 11 7 7"


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


def main() -> None:
    """Write the page and the pictures."""
    results = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    for one in results["cells"].values():
        for run in one["runs"]:
            if "seconds" in run:
                run["task_rate"] = one["cell"]["devices"] / run["seconds"]
    write_page(results)
    pictures.draw(results)


if __name__ == "__main__":
    main()
