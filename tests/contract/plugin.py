# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""A plugin of pytest: what all simulators of a test run were asked and answered is held to the contract at its end.

``pytest -p tests.contract.plugin``, as `make test` and `make contract` call it where the contract is at hand. A fault of
the client or the simulator fails the run, whatever the tests themselves looked at.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.contract.check import Report, judge
from tests.simulator.contract import ROOT, Contract

RECORD = pytest.StashKey[Path]()
REPORT = pytest.StashKey[Report]()


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    """Tell every simulator to come, in this process's children and theirs, to record what it does."""
    if not _is_worker(config):
        record = config.stash[RECORD] = ROOT / ".cache/contract" / ("%d.jsonl" % os.getpid())
        record.parent.mkdir(parents=True, exist_ok=True)
        os.environ["SIMULATOR_RECORD"] = str(record)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Judge; a fault makes the run a failed one."""
    record = session.config.stash.get(RECORD, None)
    if record is None or not record.exists():
        return
    with record.open(encoding="utf-8") as lines:
        report = judge(Contract(), lines)
    record.unlink()  # it is large, and secrets are in it
    session.config.stash[REPORT] = report
    if report.faults and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what was judged; a fault counts as an error of the run, in its last line too."""
    report = config.stash.get(REPORT, None)
    if report is not None:
        terminalreporter.section("held to the contract")
        for line in report.lines():
            terminalreporter.write_line(line)
        if report.faults:
            words = "Outside the contract: see the last lines above."
            terminalreporter.write_line(words, red=True)
            place = "tests/contract/plugin.py"
            error = pytest.TestReport(place + "::contract", (place, None, "contract"), {}, "failed", words, "teardown")
            terminalreporter.stats.setdefault("error", []).append(error)
