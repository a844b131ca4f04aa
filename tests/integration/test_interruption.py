# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs over hundreds of devices that are stopped at many moments: the next one goes on, and nothing is left half done.

A fleet is made, changed and purged in one task; a run is stopped once it has sent so many requests, and the next one
begins with what it left. The moments lie close together at the beginning, where a session is opened and lists are read.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ansible_collections.lorawan.thingpark.tests.conftest import as_much_as

PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")
SIZE, THERE, STRAYS = as_much_as(200, 500, 500), 80, 40
PREFIX, STRAY = "70B3D57ED6", "70B3D57ED6FF"
#: When a run is stopped: after so many requests, or when such a share of what is left is done. All of them make fifty
#: moments over the five ways.
MOMENTS = as_much_as([2, 0.3], [2, 0.1, 0.75], [1, 2, 3, 4, 15, 0.1, 0.2, 0.3, 0.5, 0.75])
#: Who is told to stop, how, where the task runs, and whether it keeps its session in a file.
WAYS = {
    "ended, as by a service manager": ("all", signal.SIGTERM, "worker", False),
    "ended, as a module": ("all", signal.SIGTERM, "module", False),
    "ended, with a session file": ("ansible-playbook", signal.SIGTERM, "worker", True),
    "killed, as ansible-runner cancels": ("all", signal.SIGKILL, "worker", False),
    "killed, as a module with a session file": ("all", signal.SIGKILL, "module", True),
}
#: A run that imports is stopped so many seconds after the platform got an import, which takes half a second.
PAUSES = as_much_as([0.1], [0.0, 0.3], [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7])


class Fleet:
    """A fleet on a simulator, and the play that makes it be as described."""

    def __init__(self, directory: Path, simulator, environment, frame: str, kept: bool, imports: bool) -> None:
        self.directory = directory
        self.simulator = simulator
        self.imports = imports
        self.home = directory / "ansible"
        account = {"TDM_URL": simulator.url, "TDM_LOGIN": simulator.login, "TDM_PASSWORD": simulator.password}
        self.environment = environment(ANSIBLE_HOME=str(self.home), **account)
        fleet = {
            "src": str(directory / "fleet.json"),
            "purge": {"scope": {"eui_prefix": PREFIX}, "max": STRAYS, "backup": "{{ backup }}", "bulk": imports},
            "results": "failed",
            "bulk": "always" if imports else "never",
        }
        tasks = [{"lorawan.thingpark.tdm_fleet": fleet, "register": "done"}]
        if kept:
            fleet["session_file"] = "{{ opened.session_file }}"
            tasks.insert(0, {"lorawan.thingpark.tdm_session": {}, "register": "opened"})
        tasks.append({"ansible.builtin.copy": {"content": "{{ done | to_json }}", "dest": str(directory / "done.json")}})
        play = {"hosts": "localhost", "gather_facts": False, "vars": {"tdm_frame": frame}, "tasks": tasks}
        (directory / "play.yml").write_text(json.dumps([play]))
        (directory / "fleet.json").write_text(json.dumps([described(number) for number in range(SIZE)]))

    def start(self, number: int) -> subprocess.Popen:
        """Start run ``number``, in a process group of its own, a minute after the one before: no login is held back any more."""
        for held in [*(self.home / "tdm").glob("login-*"), *(self.home / "tdm").glob("proven-*")]:
            held.unlink()
        backup = self.directory / ("backup-%d.json" % number)
        return subprocess.Popen(
            [PLAYBOOK, "-i", "localhost,", "-c", "local", self.directory / "play.yml", "-e", "backup=%s" % backup],
            cwd=self.directory,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=(self.directory / "output").open("wb"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def stop(self, number: int, moment: float, whom: str, how: int) -> bool:
        """Stop run ``number`` at a moment; return whether it was still at work."""
        requests = 5 + moment * self.left() if isinstance(moment, float) else moment
        self.simulator.forget_requests()
        process = self.start(number)
        while not self.is_due(requests) and process.poll() is None:
            time.sleep(0.004)
        if self.imports:
            time.sleep(moment)
        was_at_work = process.poll() is None
        if was_at_work:
            os.kill(process.pid, how) if whom == "ansible-playbook" else os.killpg(process.pid, how)
        process.wait(60)
        return was_at_work

    def is_due(self, requests: float) -> bool:
        """Return whether a run sent so many requests, or its first import."""
        seen = self.simulator.requests()
        return any(path.endswith("/devices/import") for path in seen["by_path"]) if self.imports else seen["total"] >= requests

    def left(self) -> int:
        """Return about how many requests it takes to reach what is described."""
        names = {eui: device["name"] for eui, device in self.simulator.devices().items()}
        pairs = [(names.pop(one["dev_eui"], None), one["name"]) for one in map(described, range(SIZE))]
        return sum(1 if name is None else 2 * (name != new) for name, new in pairs) + len(names)

    def finish(self, number: int) -> dict:
        """Let run ``number`` come to its end; return what its task says."""
        assert self.start(number).wait(120) == 0, (self.directory / "output").read_text()
        return json.loads((self.directory / "done.json").read_text())

    def files(self) -> dict[Path, object]:
        """Return what is in the files that a run may have been writing; one that is half written can't be read."""
        paths = [*self.directory.glob("backup-*"), *(self.home / "tdm").glob("*.json")]
        return {path: json.loads(path.read_text()) for path in paths}

    def comes_to_rest(self) -> bool:
        """Return whether nobody works at the platform any more, within some seconds."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            before = self.simulator.requests()["total"]
            time.sleep(0.3)
            if self.simulator.requests()["total"] == before:
                return True
        return False


def described(number: int) -> dict:
    """Return a device of the fleet."""
    return {
        "dev_eui": "%s%06X" % (PREFIX, number),
        "name": "n%d" % number,
        "activation": "OTAA",
        "device_profile": "LORA/GenericA.1.0.4a_ETSI",
        "app_key": "%032X" % (number + 1),
        "join_eui": "70B3D57ED0000000",
        "connectivity_plan": "kpn-cs/testing",
    }


@pytest.fixture
def fleet(tmp_path, start_simulator, child_environment):
    """Return a function that gives a Fleet of which some devices are there, under other names, beside some strays."""

    def fleet(frame: str = "worker", kept: bool = False, imports: bool = False) -> Fleet:
        simulator = start_simulator(latency=40)
        simulator.seed(THERE, prefix=PREFIX, plan="kpn-cs/testing", model="LORA/GenericA.1.0.4a_ETSI")
        simulator.seed(STRAYS, prefix=STRAY)
        return Fleet(tmp_path, simulator, child_environment, frame, kept, imports)

    return fleet


@pytest.mark.parametrize("whom,how,frame,kept", WAYS.values(), ids=WAYS)
def test_a_run_that_is_stopped_is_gone_on_with(fleet, whom, how, frame, kept):
    one = fleet(frame, kept)
    strays = {eui for eui in one.simulator.devices() if eui.startswith(STRAY)}
    stopped = 0
    for number, moment in enumerate(MOMENTS):
        stopped += one.stop(number, moment, whom, how)
        assert one.comes_to_rest()
        saved = {device["dev_eui"] for path, text in one.files().items() if "backup" in path.name for device in text["devices"]}
        assert strays - set(one.simulator.devices()) <= saved, "deleted without a backup"
        if how == signal.SIGTERM and not kept:
            assert one.simulator.sessions()["sessions"] == 0, "a session is left open"
            assert not list((one.home / "tdm").glob(".tdm-*")), "a file is left half written"
    assert stopped >= len(MOMENTS) - 1  # the last one is close to the end
    reaches_its_description(one, len(MOMENTS))


@pytest.mark.parametrize("how", as_much_as([signal.SIGKILL], *[[signal.SIGTERM, signal.SIGKILL]] * 2))
def test_a_run_that_is_stopped_while_it_imports_is_gone_on_with(fleet, how):
    """The platform takes the rows of an import whether or not anybody waits for its answer."""
    one = fleet(imports=True)
    one.simulator.settings(import_row_ms=10)
    stopped = [one.stop(number, pause, "all", how) for number, pause in enumerate(PAUSES)]
    assert all(stopped)
    reaches_its_description(one, len(PAUSES))


def reaches_its_description(one: Fleet, number: int) -> None:
    """Let runs come to their end: the first one reaches what is described, the next one changes nothing."""
    assert one.finish(number)["summary"]["failed"] == 0
    devices = one.simulator.devices()
    assert {eui: device["name"] for eui, device in devices.items()} == {
        new["dev_eui"]: new["name"] for new in map(described, range(SIZE))
    }
    again = one.finish(number + 1)
    assert not again["changed"] and again["summary"]["unchanged"] == SIZE
