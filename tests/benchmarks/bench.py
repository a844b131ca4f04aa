# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""Runs cells on a simulator in a process of its own, and keeps what each run gave."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from pathlib import Path

from ..conftest import Simulator, environment
from . import fleets, plays
from .cells import Cell
from .measuring import SIMULATED, machine, measured, tool

#: Ways that send no request.
WITHOUT_PLATFORM = ("inside", "empty play")
#: Jobs that leave the simulator otherwise than they found it.
WRITING = ("create", "changed", "purge")
WRITES = ("POST", "PUT", "DELETE")
SUBSCRIPTION = "/thingpark/wireless/rest/subscriptions/100"


class Bench:
    """A simulator, and the results of the runs against it so far.

    :param path: the results' file. What is in it isn't measured again.
    """

    def __init__(self, path: Path, scale: int) -> None:
        self._path = path
        self._directory = Path(tempfile.mkdtemp(prefix="tdm-bench-"))
        self._simulator = Simulator(self._directory, login=fleets.LOGIN, password=fleets.PASSWORD)
        os.sched_setaffinity(self._simulator.process.pid, SIMULATED)
        self._holds: tuple[str, int] | None = None
        self.results: dict = {"scale": scale, "machine": machine(), "cells": {}}
        if path.exists():
            known = json.loads(path.read_text(encoding="utf-8"))
            if (known["scale"], known["machine"]) == (scale, self.results["machine"]):
                self.results = known
            else:
                path.rename(path.with_suffix(".old.json"))  # of another machine, other versions or sizes

    def runs_of(self, cell: Cell) -> list[dict]:
        """Return what a cell's runs gave so far."""
        return self.results["cells"].setdefault(cell.name, {"cell": cell.as_dict(), "runs": []})["runs"]

    def run(self, cell: Cell) -> dict:
        """Run a cell once and keep its figures."""
        runs = self.runs_of(cell)
        figures = self._run(cell)
        runs.append(figures)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        new = self._path.with_suffix(".new")
        new.write_text(json.dumps(self.results, indent=1), encoding="utf-8")
        new.replace(self._path)
        return figures

    def close(self) -> None:
        """End the simulator and remove what the runs left."""
        self._simulator.stop()
        shutil.rmtree(self._directory)

    def _run(self, cell: Cell) -> dict:
        directory = self._directory / "run"
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir()
        simulator = self._simulator
        self._prepare(cell)
        command = plays.command(cell, directory, simulator.url)
        simulator.settings(latency_ms=cell.latency, workers=cell.workers, import_row_ms=cell.row)
        simulator.forget_requests()
        # A home of its own: nothing is remembered from run to run.
        account = {"TDM_URL": simulator.url, "TDM_LOGIN": simulator.login, "TDM_PASSWORD": simulator.password}
        own = environment(ANSIBLE_HOME=str(directory / "ansible"), ANSIBLE_ACTION_PLUGINS=str(plays.ACTIONS), **account)
        own["PYTHONPATH"] = own["ANSIBLE_COLLECTIONS_PATH"]
        own["PATH"] = "%s%s%s" % (Path(tool("ansible-playbook")).parent, os.pathsep, own["PATH"])  # for ansible-runner
        try:
            figures = measured(command, directory, own)
        finally:
            simulator.settings(latency_ms=0, workers=0, import_row_ms=0)
        return figures_of(cell, figures, simulator.requests())

    def _prepare(self, cell: Cell) -> None:
        """Bring the simulator to where the cell's job begins: empty, or with the whole fleet."""
        if cell.way in WITHOUT_PLATFORM:
            return
        wanted = ("empty", 0) if cell.job == "create" else ("fleet", cell.devices)
        if self._holds != wanted:
            self._simulator.reset()
            if wanted[1]:
                self._simulator.seed(wanted[1], **fleets.seeding())
        self._holds = None if cell.job in WRITING else wanted


def figures_of(cell: Cell, figures: dict, counted: dict) -> dict:
    """Return a run's figures for the results; raises RuntimeError where it didn't do what it should.

    :param counted: what the simulator counted.
    """
    output = figures.pop("output")
    begun = figures.pop("begun")
    if cell.way == "wrk":
        return {
            **figures,
            "rate": float(re.search(r"Requests/sec:\s*([\d.]+)", output).group(1)),
            "by_status": counted["by_status"],
        }
    own = re.search(r"seconds=([\d.]+)", output)
    if own:
        figures["seconds"] = float(own.group(1))
    if cell.way in WITHOUT_PLATFORM:
        return figures
    check(cell, counted)
    written = written_of(counted["by_path"])
    if written:
        first, last = min(counted["first_at"][path] for path in written), max(counted["last_at"][path] for path in written)
        figures["first_write"] = first - begun
        later = sum(written.values()) - cell.at_once  # the first ones come all at once
        if later > cell.at_once:
            figures["write_rate"] = later / (last - first)
    return {**figures, "requests": counted["total"], "by_path": counted["by_path"], "rate": cell.devices / figures["wall"]}


def written_of(by_path: dict[str, int]) -> dict[str, int]:
    """Return how many requests that write there were, by verb and path."""
    return {path: number for path, number in by_path.items() if path.split()[0] in WRITES and SUBSCRIPTION in path}


def check(cell: Cell, counted: dict) -> None:
    """Raise RuntimeError where requests were refused, or not as many devices were written as the job is about."""
    refused = {status: number for status, number in counted["by_status"].items() if status >= "400"}
    devices, one = SUBSCRIPTION + "/devices", SUBSCRIPTION + "/devices/{deviceUid}"
    wanted = {
        "create": {"POST " + devices: cell.devices},
        "changed": {"PUT " + one: cell.hundredth},
        "purge": {"DELETE " + one: cell.hundredth},
    }.get(cell.job, {})
    if cell.way == "loop of nothing":
        wanted = {}
    found = written_of(counted["by_path"])
    if cell.bulk != "never":  # how many devices are in an import, no path tells
        wanted = {path: found[path] for path in ("POST " + devices, "POST %s/import" % devices) if path in found}
    if refused or found != wanted:
        raise RuntimeError("%s: refused %s, written %s instead of %s" % (cell.name, refused, found, wanted))
