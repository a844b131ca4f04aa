# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs that are told to end at a hundred moments of their life: in two seconds there is no process, no session, no secret.

The moments lie evenly over a run, from where Ansible begins to bring a module to its host until it removes it again.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from ansible_collections.lorawan.thingpark.tests.ssh_server import SshServer

PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")
DEVICES = 40
KEY = "0F1E2D3C4B5A69788796A5B4C3D2E1F0"
IS_CHAOS = "SCHEDULES" in os.environ
MOMENTS = 28 if IS_CHAOS else 7
#: Seconds that a run may take to end. A machine that is busy with other tests gets some more.
END = 2.0 if IS_CHAOS else 4.0
#: Who is told to end, and how: by a service manager, at a terminal, by a terminal that is closed; and a worker alone.
WAYS = [
    ("ansible-playbook", signal.SIGTERM),
    ("ansible-playbook", signal.SIGINT),
    ("ansible-playbook", signal.SIGHUP),
    ("worker", signal.SIGTERM),
    ("worker", signal.SIGHUP),
]
#: The frame, whether the host is reached over SSH, and whether a module goes there without a file and a terminal.
PLACES = {
    "in the worker": ("worker", False, False),
    "in a module here": ("module", False, False),
    "in a module over SSH": ("module", True, False),
    "in a module over SSH, by pipelining": ("module", True, True),
}


class Run:
    """A run that makes devices in a session of its own; what it leaves is below ``left``."""

    def __init__(self, simulator, environment, frame: str, over_ssh: bool, pipelined: bool) -> None:
        self.simulator = simulator
        self.directory = Path(tempfile.mkdtemp(prefix="ends-"))  # short: an SSH connection's socket lies below it
        self.left = self.directory / "left"
        self.remote = self.left / "remote"
        for path in (self.left / "tmp", self.directory / "ssh"):
            path.mkdir(parents=True)
        self.environment = environment(
            TMPDIR=str(self.left / "tmp"),
            ANSIBLE_HOME=str(self.left / "ansible"),
            ANSIBLE_REMOTE_TEMP=str(self.remote),
            ANSIBLE_PIPELINING=str(pipelined),
        )
        self.server = None
        host = {"ansible_connection": "local"}
        if over_ssh:
            elsewhere = {name: value for name, value in self.environment.items() if not name.startswith("ANSIBLE_")}
            self.server = SshServer(self.directory / "ssh", {**elsewhere, "ANSIBLE_HOME": str(self.left / "elsewhere")})
            host = self.server.variables()
        account = {"url": simulator.url, "login": simulator.login, "password": simulator.password}
        fleet = {"devices": [described(number) for number in range(DEVICES)], **account}
        play = {"hosts": "all", "gather_facts": False, "tasks": [{"lorawan.thingpark.tdm_fleet": fleet}]}
        (self.directory / "play.yml").write_text(json.dumps([{**play, "vars": {"tdm_frame": frame}}]))
        (self.directory / "hosts.json").write_text(json.dumps({"all": {"hosts": {"somewhere": host}}}))

    def start(self) -> subprocess.Popen:
        """Start it anew, on a platform without devices."""
        self.simulator.reset()
        self.simulator.forget_requests()
        return subprocess.Popen(
            [PLAYBOOK, "-i", self.directory / "hosts.json", self.directory / "play.yml"],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=(self.directory / "output").open("wb"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def begin(self) -> subprocess.Popen:
        """Start it, and return when Ansible has begun its task."""
        process = self.start()
        while not children(process.pid) and process.poll() is None:
            time.sleep(0.005)
        return process

    def life(self) -> float:
        """Let it come to its end; return how many seconds its task takes."""
        process = self.begin()
        begin = end = time.monotonic()
        while process.poll() is None:
            end = time.monotonic() if children(process.pid) else end
            time.sleep(0.005)
        assert process.returncode == 0, (self.directory / "output").read_text()
        return end - begin

    def processes(self) -> dict[int, str]:
        """Return the command lines of what belongs to the run, but for a connection that Ansible keeps for the next one."""
        found = {}
        for path in Path("/proc").glob("[0-9]*"):
            try:
                words = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                mine = str(self.left).encode() in (path / "environ").read_bytes()
            except OSError:
                continue
            if mine and words and "[mux]" not in words:
                found[int(path.name)] = words
        return found

    def tell(self, process: subprocess.Popen, whom: str, how: int) -> float:
        """Tell a run to end; return after how many seconds nothing of it runs any more, 30 where something stays."""
        told = next(iter(children(process.pid)), process.pid) if whom == "worker" else process.pid
        start = time.monotonic()
        os.kill(told, how)
        while (process.poll() is None or self.processes()) and time.monotonic() < start + 30:
            time.sleep(0.01)
        return time.monotonic() - start

    def secrets(self) -> list[str]:
        """Return the files that hold a secret, wherever the run may have left one."""
        needles = [self.simulator.password.encode(), KEY.encode()]
        files = [path for path in self.left.rglob("*") if path.is_file()]
        return [str(path) for path in files if any(needle in path.read_bytes() for needle in needles)]

    def close(self) -> None:
        """End what still runs."""
        if self.server is not None:
            self.server.close()
        for number in self.processes():
            os.kill(number, signal.SIGKILL)
        shutil.rmtree(self.directory)


def children(number: int) -> list[int]:
    """Return the processes that a process has started and that are there."""
    try:
        return [int(word) for word in Path("/proc/%d/task/%d/children" % (number, number)).read_text().split()]
    except OSError:
        return []


def described(number: int) -> dict:
    """Return a device of the fleet."""
    return {
        "dev_eui": "70B3D57ED9%06X" % number,
        "name": "n%d" % number,
        "activation": "OTAA",
        "device_profile": "LORA/GenericA.1.0.4a_ETSI",
        "app_key": KEY,
        "join_eui": "70B3D57ED0000000",
        "connectivity_plan": "kpn-cs/testing",
    }


@pytest.fixture
def run(start_simulator, child_environment):
    """Return a function that gives a Run somewhere."""
    runs = []

    def run(frame: str, over_ssh: bool, pipelined: bool) -> Run:
        runs.append(Run(start_simulator(latency=40), child_environment, frame, over_ssh, pipelined))
        return runs[-1]

    yield run
    for one in runs:
        one.close()


@pytest.mark.parametrize("frame,over_ssh,pipelined", PLACES.values(), ids=PLACES)
def test_a_run_ends_when_it_is_told_to(run, frame, over_ssh, pipelined):
    one = run(frame, over_ssh, pipelined)
    one.life()  # a connection is made, files are compiled
    life = one.life()
    print("a task takes %.2f s" % life)
    wrong, times = [], []
    for number in range(MOMENTS):
        whom, how = WAYS[number % len(WAYS)]
        process = one.begin()
        time.sleep(life * number / MOMENTS)
        took = one.tell(process, whom, how)
        times.append(took)
        sessions, secrets = one.simulator.sessions()["sessions"], one.secrets()
        share, sent = 100 * number // MOMENTS, one.simulator.requests()["total"]
        what = "%s to %s after %d %% (%d requests): %.2f s" % (how.name, whom, share, sent, took)
        print(what)
        if took > END or sessions or secrets:
            wrong.append("%s, %d sessions, secrets in %s; %s" % (what, sessions, secrets, one.processes()))
    print("%.2f s at most" % max(times))
    assert not wrong, "\n".join(wrong)
