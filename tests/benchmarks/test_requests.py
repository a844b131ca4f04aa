# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""The benchmark, small: every job costs the requests that it should, to the last one. Time is looked at by nobody."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace

import pytest

from ansible_collections.lorawan.thingpark.tests.benchmarks import bench, fleets, plays, report, targets
from ansible_collections.lorawan.thingpark.tests.benchmarks.cells import SMALL, Cell, Plan

DEVICES = 120
HUNDREDTH = 1
DEVICE = "/devices/{deviceUid}"
#: A session of one's own, and the lists that a creation looks names up in.
FRAME = {"POST login": 1, "GET customers": 1, "GET logout": 1}
NAMES = {"GET /deviceProfiles": 1, "GET /networkSubscriptions": 1, "GET /appServersRoutingProfiles": 1}
LIST = {**FRAME, "GET /devices": 1}
PURGE = {"GET " + DEVICE: HUNDREDTH, "DELETE " + DEVICE: HUNDREDTH}
CHANGE = {"GET " + DEVICE: HUNDREDTH, "PUT " + DEVICE: HUNDREDTH}
ITEMS = 2  # in a loop
SHOWN = ("goal", "result", "margin")

CELLS = [
    (Cell("engine", "create", DEVICES), {**LIST, **NAMES, "POST /devices": DEVICES}),
    # The first 50 rows, then the rest, and the list in the end.
    (Cell("engine", "create", DEVICES, bulk="always"), {**LIST, **NAMES, "GET /devices": 2, "POST /devices/import": 2}),
    (Cell("engine", "converged", DEVICES), LIST),
    (Cell("engine", "changed", DEVICES), {**LIST, **CHANGE}),
    (Cell("engine", "purge", DEVICES), {**LIST, **PURGE}),
    (Cell("engine", "info", DEVICES), LIST),
    (Cell("engine, from the inventory", "converged", DEVICES), LIST),
    (Cell("inventory plugin", "hosts", DEVICES, parallel=1), LIST),
    (Cell("inventory plugin", "hosts in full", DEVICES, parallel=1), LIST),
    (Cell("loop, worker", "create", ITEMS), {**FRAME, **NAMES, "GET /devices": ITEMS, "POST /devices": ITEMS}),
    (Cell("loop of nothing", "create", ITEMS), FRAME),
    (Cell("uri", "create", ITEMS, parallel=1), {"POST login": 1, "GET customers": 1, "POST /devices": ITEMS}),
    (Cell("requests", "create", DEVICES, parallel=1), {**FRAME, "POST /devices": DEVICES}),
    (Cell("requests", "listing", DEVICES, parallel=1), LIST),
]


def short(path: str) -> str:
    """Return a verb and a path below the subscription; of a path elsewhere its last word."""
    verb, _blank, path = path.partition(" ")
    return "%s %s" % (verb, path.partition("/subscriptions/100")[2] or path.rpartition("/")[2])


def play(cell: Cell, simulator, directory, environment) -> dict:
    """Play a cell on a simulator that holds what it begins with; return what the simulator counted."""
    if cell.job != "create":
        simulator.seed(cell.devices, **fleets.seeding())
    command = plays.command(cell, directory, simulator.url)
    simulator.forget_requests()
    account = {"TDM_URL": simulator.url, "TDM_LOGIN": simulator.login, "TDM_PASSWORD": simulator.password}
    home = {"ANSIBLE_HOME": str(directory / "ansible"), "ANSIBLE_ACTION_PLUGINS": str(plays.ACTIONS)}
    done = subprocess.run(
        command,
        check=False,
        cwd=directory,
        env=environment(**account, **home),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return simulator.requests()


@pytest.mark.parametrize(("cell", "cost"), CELLS, ids=[cell.name for cell, _cost in CELLS])
def test_a_job_costs_exactly_these_requests(simulator, tmp_path, child_environment, cell, cost):
    counted = play(cell, simulator, tmp_path, child_environment)
    assert {short(path): number for path, number in counted["by_path"].items()} == cost
    bench.check(cell, counted)


@pytest.mark.parametrize("job", ["validation", "masking"])
def test_a_part_of_a_run_is_timed_without_a_platform(tmp_path, child_environment, job):
    command = plays.command(Cell("inside", job, DEVICES, parallel=1), tmp_path, "")
    environment = child_environment()
    environment["PYTHONPATH"] = environment["ANSIBLE_COLLECTIONS_PATH"]
    done = subprocess.run(command, check=False, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    assert done.stdout.startswith("seconds=0."), done.stderr


def test_rivals_send_what_the_engine_sends(start_simulator, tmp_path, child_environment):
    record = tmp_path / "record"
    simulator = start_simulator(record=str(record))
    play(Cell("engine", "create", DEVICES), simulator, tmp_path, child_environment)
    exchanges = [json.loads(line) for line in record.read_text().splitlines()]
    made = [json.loads(one["request"]) for one in exchanges if one["method"] == "POST" and one["path"].endswith("/devices")]
    assert sorted(made, key=lambda one: one["EUI"]) == [fleets.body(number) for number in range(1, DEVICES + 1)]


def test_a_run_that_did_something_else_is_no_result():
    counted = {"by_status": {"200": 5, "201": 2}, "by_path": {"POST %s/devices" % bench.SUBSCRIPTION: 2}}
    bench.check(Cell("engine", "create", 2), counted)
    for cell, more in (
        (Cell("engine", "create", 3), {}),
        (Cell("engine", "converged", 2), {}),
        (Cell("engine", "create", 2), {"by_status": {"429": 1}}),
    ):
        with pytest.raises(RuntimeError, match="written"):
            bench.check(cell, {**counted, **more})


@pytest.mark.parametrize("scale", [1, SMALL])
def test_the_targets_are_computed_from_the_medians(scale):
    plan = Plan(scale)
    assert all(cell.way in plays.WAYS for cell in plan.cells)
    run = {"wall": 2.0, "seconds": 1.0, "rate": 100.0, "peak": 2**20, "requests": 4, "cpu": 1.0, "write_rate": 9.0}
    cells = {cell.name: {"cell": cell.as_dict(), "runs": [run, {**run, "wall": 9.0, "rate": 1.0}, run]} for cell in plan.cells}
    rows = targets.rows({"scale": scale, "cells": cells})
    assert len(rows) == 17 and all(row.margin for row in rows)  # each of them has its cells in the plan
    slow, quick = (
        next(row for row in rows if row.measure == "speed of " + what) for what in ("a loop of uri", "the asynchronous script")
    )
    slow, quick = (replace(row, **{name: getattr(row, name).replace("\xa0", " ") for name in SHOWN}) for row in (slow, quick))
    assert (slow.goal, slow.result, slow.margin, slow.is_reached) == ("≥ 100 x", "1 x", "99 % missed", False)
    assert (quick.goal, quick.result, quick.margin, quick.reason) == ("≥ 0.30 x", "1.00 x", "233 % better", "")
    with pytest.raises(SystemExit, match="a loop of uri"):  # nobody expects it to be missed, so nobody has said why
        report.goals({"scale": scale, "cells": cells})
    nothing = targets.rows({"scale": scale, "cells": {}})
    assert {(row.result, row.is_reached) for row in nothing} == {("not measured", None)}


def test_the_rate_of_the_writes_leaves_out_what_comes_first_and_all_at_once():
    """Of 20 writes, four come at once; sixteen follow in two seconds. What is only read has no part in it."""
    path, listed = "POST %s/devices" % bench.SUBSCRIPTION, "GET %s/devices" % bench.SUBSCRIPTION
    counted = {
        "total": 21,
        "by_status": {"200": 21},
        "by_path": {path: 20, listed: 1},
        "first_at": {path: 103.0, listed: 101.0},
        "last_at": {path: 105.0, listed: 109.0},
    }
    run = {"output": "", "begun": 100.0, "wall": 10.0}
    found = bench.figures_of(Cell("slices", "create", 20, 100, 2, slices=2, workers=3), dict(run), counted)
    assert (found["write_rate"], found["first_write"], found["rate"]) == (8.0, 3.0, 2.0)
    assert "write_rate" not in bench.figures_of(Cell("engine", "create", 20), dict(run), counted)  # nearly all come first


def test_the_limit_is_that_of_the_narrower_side():
    for slices, workers, limit in ((1, 0, 40), (4, 0, 160), (4, 16, 160), (8, 16, 160), (2, 16, 80)):
        assert Cell("slices", "create", 1, 100, 4, slices=slices, workers=workers).limit == limit
