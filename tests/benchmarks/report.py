# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""From the results of `make bench` to the page of the documentation: its tables and its pictures.

``python -m tests.benchmarks.report .cache/bench/results.json``
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from textwrap import fill

from . import pictures, tables, targets
from .cells import TOO_LONG, Plan

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/docsite/rst/performance.rst"
#: The page's parts that are written here: the goals, and every figure.
PARTS = ("goals", "figures")
WIDTH = 130  # columns of the page's lines
WIDTHS = "22 5 12 11 11 7 11 11 7 7"


def list_table(head: list[str], rows: list[list[str]], widths: str) -> str:
    """Return a table in reStructuredText."""
    lines = [".. list-table::", "   :header-rows: 1", "   :widths: %s" % widths, ""]
    for row in [head, *rows]:
        lines += ["   %s - %s" % (" " if at else "*", cell) for at, cell in enumerate(row)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def goals(results: dict) -> str:
    """Return the table of goals, and why those are missed that are."""
    rows = targets.rows(results)
    missed = [row for row in rows if row.is_reached is False]
    unexplained = [row.measure for row in missed if not row.reason]
    if unexplained:
        raise SystemExit("Say in tests/benchmarks/targets.py why these goals are missed: %s" % "; ".join(unexplained))
    parts = [list_table(targets.HEAD, [row.cells for row in rows], "52 16 14 18")]
    if missed:
        parts.append("Why %s missed:\n" % ("a goal was" if len(missed) == 1 else "%d goals were" % len(missed)))
        lines = ("- %s (%s): %s" % (row.cells[0], row.result, row.reason) for row in missed)
        parts.append("\n".join(fill(line, WIDTH, subsequent_indent="  ") for line in lines) + "\n")
    return "\n".join(parts)


def figures(results: dict) -> str:
    """Return the machine and the table of all cells that are compared."""
    plan = Plan(results["scale"])
    lines = {line[0]: line for line in tables.lines_of(results)}
    parts = [
        "Measured on: " + tables.machine_of(results) + "\n",
        list_table(tables.HEAD, [lines[cell.name] for cell in plan.compared if cell.name in lines], WIDTHS),
        "Not measured, since %s: %s.\n" % (TOO_LONG, "; ".join(plan.left_out)),
    ]
    return "\n".join(parts)


def write_page(results: dict) -> None:
    """Put the goals and the figures into the page."""
    page = PAGE.read_text(encoding="utf-8")
    for part, write in zip(PARTS, (goals, figures)):
        before, begin, rest = page.partition(".. begin of the %s\n\n" % part)
        _old, end, after = rest.partition("\n.. end of the %s\n" % part)
        if not (begin and end):
            raise SystemExit("%s has no place for the %s" % (PAGE, part))
        page = before + begin + write(results) + end + after
    PAGE.write_text(page, encoding="utf-8")


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
