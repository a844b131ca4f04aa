# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A task that is told to end while it waits for what never comes: it is gone within two seconds, and so is its session."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils import _files
from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.connection import account_of
from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.task import Context
from ansible_collections.lorawan.thingpark.tests.http.conftest import TASKS, validated

SIGNALS = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]
#: Seconds that a task has to end. A machine that is busy with other tests gets some more.
END = 2.0 if "SCHEDULES" in os.environ else 4.0
DEVICES, SIZE = "/subscriptions/100/devices", 30
CHILD = """
import json, sys
sys.path[:0] = json.loads(sys.argv[1])
from ansible_collections.lorawan.thingpark.tests.http.conftest import TASKS, validated
from ansible_collections.lorawan.thingpark.plugins.module_utils._signals import ended_cleanly
from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.module import result_of
from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.task import Context
task = TASKS[sys.argv[2]]
params = validated(task, json.loads(sys.argv[3]))
print("begins", flush=True)
with ended_cleanly():
    print(result_of(task, params, Context()))
"""


class Child:
    """A task in a process of its own."""

    def __init__(self, name: str, options: dict) -> None:
        command = [sys.executable, "-c", CHILD, json.dumps(sys.path), name, json.dumps(options)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert self.process.stdout.readline() == "begins\n"

    def waits_until(self, is_there) -> None:
        """Return when something is there, or fail."""
        deadline = time.monotonic() + 20
        while not is_there():
            assert self.process.poll() is None and time.monotonic() < deadline, self.process.stdout.read()
            time.sleep(0.01)
        time.sleep(0.1)

    def ends(self, number: int) -> float:
        """Tell it to end; return how many seconds it takes."""
        start = time.monotonic()
        self.process.send_signal(number)
        try:
            output, _nothing = self.process.communicate(timeout=30)
        finally:
            self.process.kill()
        assert self.process.returncode, output
        return time.monotonic() - start


@pytest.fixture
def silence():
    """Return an action that never answers, and one that lets the platform act before; both end with the test."""
    over = threading.Event()

    def never(_request, _forward):
        over.wait(60)

    def after(request, forward):
        forward(request)
        over.wait(60)

    yield {"never": never, "after": after}
    over.set()


@pytest.fixture
def options(simulator, meddler):
    """Return the options of an account at a platform that doesn't always answer."""
    return {"url": meddler.url, "login": simulator.login, "password": simulator.password}


@pytest.fixture
def fleet(rows, options):
    """Return the options of a fleet."""
    return {**options, "devices": rows(SIZE)}


#: What isn't answered: the request, after how many of its kind, and whether the platform acts.
SILENT = {
    "login": ("POST", "/login", 0, "never"),
    "session": ("GET", "/customers", 0, "never"),
    "list": ("GET", DEVICES, 0, "never"),
    "creations": ("POST", DEVICES, 4, "never"),
    "made creations": ("POST", DEVICES, 0, "after"),
    "closing": ("GET", "/customers/logout", 0, "after"),
}


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("method,path,skip,how", SILENT.values(), ids=SILENT)
def test_a_request_that_is_never_answered(simulator, meddler, silence, fleet, method, path, skip, how, number):
    meddler.on(method, path, silence[how], skip=skip)
    child = Child("tdm_fleet", fleet)
    child.waits_until(lambda: len(meddler.sent(method, path)) > skip)
    assert child.ends(number) < END
    assert simulator.sessions()["sessions"] == 0


@pytest.mark.parametrize("delay", [0.3, 0.4, 0.6])
def test_a_session_that_is_being_opened_anew_is_closed_too(simulator, meddler, fleet, delay):
    """Workers find their session dead at the end: what they open is known in time, and nothing is opened after it."""
    has_died = threading.Event()

    def die(request, forward):
        time.sleep(delay)
        if not has_died.is_set():
            has_died.set()
            simulator.kill_sessions()
        return forward(request)

    def late(request, forward):
        answer = forward(request)
        time.sleep(0.3)
        return answer

    meddler.on("POST", DEVICES, die)
    meddler.on("GET", "/customers", late, skip=1)
    child = Child("tdm_fleet", {**fleet, "parallel": 16})
    child.waits_until(lambda: meddler.sent("POST", DEVICES))
    assert child.ends(signal.SIGTERM) < END
    time.sleep(1)
    assert simulator.sessions()["sessions"] == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("share", [0.05, 0.6])
def test_an_import_that_goes_on_when_its_task_is_stopped(simulator, account, options, rows, home, number, share):
    """The next run finds some of the devices, and makes the others while the import does so too."""
    simulator.settings(import_row_ms=20)
    fleet = rows(SIZE)
    child = Child("tdm_fleet", {**options, "devices": fleet, "bulk": "always"})
    child.waits_until(lambda: len(simulator.devices()) >= share * SIZE)
    assert child.ends(number) < END
    assert number == signal.SIGKILL or simulator.sessions()["sessions"] == 0
    for held in (home / "tdm").glob("login-*"):
        held.unlink()
    again = account.tdm_fleet(devices=fleet, bulk="always", results="all")
    assert "failed" not in again and not account.tdm_fleet(devices=fleet)["changed"], again
    assert {one["name"] for one in simulator.devices().values()} == {one["name"] for one in fleet}


def test_a_pause_that_the_platform_asked_for(simulator, meddler, fleet):
    meddler.on("POST", DEVICES, lambda request, forward: (429, {"Retry-After": "60"}, b""))
    child = Child("tdm_fleet", fleet)
    child.waits_until(lambda: meddler.sent("POST", DEVICES))
    assert child.ends(signal.SIGTERM) < END
    assert simulator.sessions()["sessions"] == 0


@pytest.mark.parametrize("number", SIGNALS)
def test_a_connection_that_is_never_taken(fleet, number):
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        waiting = [socket.socket() for _number in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        time.sleep(0.1)
        child = Child("tdm_fleet", {**fleet, "url": "http://127.0.0.1:%d/thingpark/wireless/rest" % full.getsockname()[1]})
        time.sleep(0.3)
        took = child.ends(number)
        for one in waiting:
            one.close()
    assert took < END


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("place", ["login", "session", "memory"])
def test_a_lock_that_is_never_free(simulator, options, fleet, tmp_path, home, number, place):
    key = account_of(validated(TASKS["tdm_fleet"], fleet), Context())
    if place == "session":
        fleet["session_file"] = str(tmp_path / "session.json")
        name = "session.json"
        held = tmp_path / name
    elif place == "login":
        held = home / "tdm" / ("login-%s.json" % key.gate_key())
    else:
        held = home / "tdm" / ("devices-%s.json" % key.key())
    with _files.locked(str(held)):
        child = Child("tdm_fleet", fleet)
        if place == "memory":
            child.waits_until(lambda: len(simulator.devices()) == SIZE)
        time.sleep(0.3)
        assert child.ends(number) < END
    assert simulator.sessions()["sessions"] == 0
