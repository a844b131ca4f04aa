# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""Measures the collection against what people would use instead; ``make bench`` runs it.

Every run is kept at once in results.json, and a second call goes on where the first one ended.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from fnmatch import fnmatchcase
from pathlib import Path

from . import tables
from .bench import Bench
from .cells import SMALL, Plan
from .measuring import CORES

RESULTS = Path(".cache/bench/results.json")


def main() -> int:
    """Run what is left to run; write the tables."""
    options = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    options.add_argument("--only", default="*", metavar="PATTERN", help="cells whose name fits, such as 'engine: create*'")
    options.add_argument("--runs", type=int, default=0, metavar="N", help="of every cell, instead of its own number")
    options.add_argument("--small", action="store_true", help="fleets of a hundredth of their size, to see that all runs")
    options.add_argument("--list", action="store_true", help="only say what would be measured")
    options.add_argument("--results", type=Path, default=None, metavar="PATH", help="default %s" % RESULTS)
    chosen = options.parse_args()
    plan = Plan(SMALL if chosen.small else 1)
    path = chosen.results or (RESULTS.with_name("small.json") if chosen.small else RESULTS)
    cells = [cell for cell in plan.cells if fnmatchcase(cell.name, chosen.only)]
    runs = chosen.runs or (1 if chosen.small else 0)
    if chosen.list:
        for cell in cells:
            print("%d x %s" % (runs or cell.runs, cell.name))
        for name, why in plan.left_out.items():
            print("none: %s, since %s" % (name, why))
        return 0
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(1))  # the simulator ends with us
    bench = Bench(path, SMALL if chosen.small else 1)
    failed = []
    try:
        if not bench.results["machine"]["versions"]["wrk"]:
            print("wrk is not here (apt-get install wrk): the simulator's ceiling is left out.")
            cells = [cell for cell in cells if cell.way != "wrk"]
        if len(CORES) < 2:
            print("There is one core only: the simulator shares it with what is measured.")
        started = time.monotonic()
        # Round by round: a machine that is slower for some minutes is so for all of those that are compared.
        for number in range(1, max((runs or cell.runs for cell in cells), default=0) + 1):
            for cell in cells:
                if cell.name in failed or len(bench.runs_of(cell)) >= min(number, runs or cell.runs):
                    continue
                try:
                    figures = bench.run(cell)
                except RuntimeError as error:
                    failed.append(cell.name)
                    print("FAILED %s: %s" % (cell.name, error), flush=True)
                    continue
                passed = (time.monotonic() - started) / 60
                print("%5.1f min  %7.2f s  %s" % (passed, figures["wall"], cell.name), flush=True)
        text = tables.markdown(bench.results)
    finally:
        bench.close()
    path.with_suffix(".md").write_text(text, encoding="utf-8")
    print(text)
    print("Written: %s and %s" % (path, path.with_suffix(".md")))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
