# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""Run ansible-test's suites with every supported ansible-core, some at a time, and print the matrix.

    python tests/matrix.py NOX [CORE|SUITE ...]

NOX is the program that runs noxfile.py. A CORE may be "oldest" or "newest". What a core printed is shown only where
something failed in it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import tomllib

ROOT = Path(__file__).resolve().parents[1]
FILES = ROOT / ".cache/matrix"
# One more than there are cores, since each waits for packages from time to time.
AT_ONCE = (os.cpu_count() or 1) + 1
SUITES = ["sanity", "units", "integration"]


def run(nox: str, core: str, suites: list[str]) -> dict[str, str]:
    """Return a word for each suite of a core; its output is in ``.cache/matrix/{core}/log``."""
    place = FILES / core
    place.mkdir(parents=True, exist_ok=True)
    report = place / "report.json"
    report.unlink(missing_ok=True)
    sessions = ["%s-%s" % (suite, core) for suite in suites]
    command = [nox, "--noxfile", ROOT / "noxfile.py", "--report", report, "--session", *sessions]
    began = time.monotonic()
    with (place / "log").open("wb") as log:
        # An environment of its own: releases at work at the same time share no file.
        environment = {**os.environ, "CI": "true", "PIP_NO_COMPILE": "1", "NOX_ENVDIR": str(place / "nox")}
        streams = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": subprocess.STDOUT}
        subprocess.run(command, check=False, cwd=ROOT, env=environment, **streams)
    print("  ansible-core %s: %.0f s" % (core, time.monotonic() - began), flush=True)
    done = json.loads(report.read_text())["sessions"] if report.exists() else []
    results = {each["name"]: each["result"] for each in done}
    return {suite: results.get(session, "not run") for suite, session in zip(suites, sessions, strict=True)}


def main(nox: str, *chosen: str) -> int:
    """Print the matrix; return the exit code."""
    cores = tomllib.loads((ROOT / "tests/matrix.toml").read_text())["ansible-core"]
    words = {"oldest": next(iter(cores)), "newest": next(reversed(cores))}
    only = [each for each in chosen if each in SUITES] or SUITES
    named = {words.get(each, each) for each in chosen if each not in SUITES} or set(cores)
    wanted = {core: [each for each in suites if each in only] for core, suites in cores.items() if core in named}
    # The longest first, so that the two ends meet.
    order = sorted(wanted, key=lambda core: -len(wanted[core]))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = dict(zip(order, pool.map(lambda core: run(nox, core, wanted[core]), order), strict=True))
    failed = [core for core in wanted if any(word != "success" for word in outcomes[core].values())]
    for core in failed:
        print("\n===== ansible-core %s\n%s" % (core, (FILES / core / "log").read_text(errors="replace")))
    print("\n%-14s" % "ansible-core" + "".join("%-13s" % each for each in SUITES))
    for core in wanted:
        print("%-14s" % core + "".join("%-13s" % outcomes[core].get(each, "-") for each in SUITES))
    print("The matrix is green." if not failed else "Failed: %s" % ", ".join(failed))
    return 1 if failed or wanted.keys() != named else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
