# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs that are told to end at a hundred moments of their life: in two seconds there is no process, no session, no secret.

The moments lie over a whole run: while Ansible brings a module to its host, between any two requests, while it removes its files.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from ansible_collections.lorawan.thingpark.tests.conftest import as_much_as
from ansible_collections.lorawan.thingpark.tests.meddler import Meddler
from ansible_collections.lorawan.thingpark.tests.ssh_server import SshServer

PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")
DEVICES = 40
KEY = "0F1E2D3C4B5A69788796A5B4C3D2E1F0"
#: How many runs are told to end before the first request, after so many requests, and after the last one.
BEFORE, BETWEEN, AFTER = as_much_as((1, 3, 1), (3, 4, 1), (12, 14, 4))
#: Seconds that a run may take to end. A machine that is busy with other tests gets some more.
END = as_much_as(4.0, 4.0, 2.0)
#: Who is told to end, and how: by a service manager, at a terminal, by a terminal that is closed, by AWX; and a worker alone.
WAYS = [
    ("ansible-playbook", signal.SIGTERM),
    ("ansible-playbook", signal.SIGINT),
    ("ansible-playbook", signal.SIGHUP),
    ("ansible-playbook", signal.SIGKILL),
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
        while not workers(process.pid) and process.poll() is None:
            time.sleep(0.005)
        return process

    def life(self) -> tuple[float, int, float]:
        """Let it come to its end; return the seconds to its first request, how many there are, and the seconds after the last."""
        process = self.begin()
        begin, first, last, sent = time.monotonic(), 0.0, 0.0, 0
        while workers(process.pid):
            total = self.simulator.requests()["total"]
            if total > sent:
                sent, last = total, time.monotonic()
                first = first or last
            time.sleep(0.01)
        end = time.monotonic()
        assert process.wait() == 0, (self.directory / "output").read_text()
        return first - begin, sent, end - last

    def wait(self, process: subprocess.Popen, requests: int, seconds: float) -> None:
        """Wait until a run has sent so many requests, and for some seconds then."""
        while requests and self.simulator.requests()["total"] < requests and process.poll() is None:
            time.sleep(0.01)
        time.sleep(seconds)

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
        told = workers(process.pid) if whom == "worker" else []
        start = time.monotonic()
        if told:
            with suppress(ProcessLookupError):
                os.kill(told[0], how)
        else:
            process.send_signal(how)
        while (process.poll() is None or self.processes()) and time.monotonic() < start + 30:
            time.sleep(0.05)
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


def workers(main: int) -> list[int]:
    """Return the processes that Ansible works in: each of its children that leads a session of its own."""
    try:
        found = Path("/proc/%d/task/%d/children" % (main, main)).read_text().split()
        return [int(number) for number in found if os.getsid(int(number)) == int(number)]
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
        runs.append(Run(start_simulator(latency=100), child_environment, frame, over_ssh, pipelined))
        return runs[-1]

    yield run
    for one in runs:
        one.close()


def moments(before: float, requests: int, after: float) -> list[tuple[int, float]]:
    """Return the moments of a run's life, as requests that were sent and seconds that went by then."""
    first = [(0, before * number / BEFORE) for number in range(BEFORE)]
    # Close together at the beginning, where a session is opened, and up to the request that closes it.
    between = [(1 + round((requests - 1) * (number / (BETWEEN - 1)) ** 2), 0.0) for number in range(BETWEEN)]
    return first + between + [(requests, after * number / AFTER) for number in range(1, AFTER + 1)]


@pytest.mark.parametrize("place", PLACES)
def test_a_run_ends_when_it_is_told_to(run, place):
    one = run(*PLACES[place])
    # Few moments, too, see each of the ways. The last is never told to the worker alone: `make chaos` does that, since a worker
    # that ends while it hands its result over may leave Ansible waiting for the rest.
    first = 2 if list(PLACES).index(place) % 2 else 5
    one.life()  # a connection is made, files are compiled
    life = one.life()
    print("%.2f s before the first request, %d requests, %.2f s after them" % life)
    wrong, times = [], []
    for number, (requests, seconds) in enumerate(moments(*life)):
        whom, how = WAYS[(number + first) % len(WAYS)]
        process = one.begin()
        one.wait(process, requests, seconds)
        times.append(one.tell(process, whom, how))
        sessions, secrets = one.simulator.sessions()["sessions"], one.secrets()
        sent = one.simulator.requests()["total"]
        what = "%s to %s at %d and %.2f s: %.2f s, %d sent" % (how.name, whom, requests, seconds, times[-1], sent)
        print(what)
        if times[-1] > END or sessions or secrets:
            wrong.append("%s, %d sessions, secrets in %s; %s" % (what, sessions, secrets, one.processes()))
    print("%.2f s at most" % max(times))
    assert not wrong, "\n".join(wrong)


def test_what_a_kill_leaves(run):
    """The session, which ends by itself, and no secret: a module that runs has removed the program that holds its options."""
    one = run("module", False, False)
    process = one.begin()
    one.wait(process, 5, 0)
    while one.processes():
        for number in one.processes():
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        process.poll()
    assert one.simulator.sessions()["sessions"] == 1
    assert not one.secrets()


@pytest.mark.parametrize("pipelined", [False, True])
def test_a_connection_that_breaks_ends_the_module_behind_it(run, pipelined):
    one = run("module", True, pipelined)
    process = one.begin()
    one.wait(process, 8, 0)
    one.server.drop()
    assert process.wait(30)
    deadline = time.monotonic() + END
    while one.processes() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not one.processes()
    assert one.simulator.requests()["total"] < DEVICES
    assert one.simulator.sessions()["sessions"] == 0
    assert not one.secrets()


@pytest.mark.parametrize("frame", ["worker", "module"])
def test_a_limit_that_ansible_sets_closes_the_session(run, frame):
    """A task's ``timeout``, on a platform that stops answering: the play goes on, and knows why the task failed."""
    one = run(frame, False, False)
    over = threading.Event()
    meddler = Meddler(one.simulator.origin)
    meddler.on("POST", "/devices", lambda _request, _forward: over.wait(60) and None, skip=4)
    play = json.loads((one.directory / "play.yml").read_text())
    play[0]["tasks"][0].update(timeout=4, register="done", ignore_errors=True)
    play[0]["tasks"][0]["lorawan.thingpark.tdm_fleet"]["url"] = meddler.url
    play[0]["tasks"].append({"ansible.builtin.debug": {"msg": "the play goes on, since {{ done.msg }}"}})
    (one.directory / "play.yml").write_text(json.dumps(play))
    process = one.start()
    assert process.wait(60) == 0
    time.sleep(2)
    over.set()
    assert re.search(r"the play goes on, since .*Timed out after 4 second\(s\)", (one.directory / "output").read_text())
    assert len(meddler.sent("POST", "/devices")) > 4, "the limit came before the work"
    assert not one.processes()
    assert one.simulator.sessions()["sessions"] == 0
    assert not one.secrets()
    meddler.close()
