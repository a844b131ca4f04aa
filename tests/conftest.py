# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""Shared by all tests: imports the collection under its own name, and starts simulators of the platform."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import TypeVar

import pytest

ROOT = Path(__file__).resolve().parents[1]
# `make` links the checkout into .build under the collection's name; for ansible-test it already has this name.
COLLECTIONS = ROOT.parents[2] if ROOT.parent.parent.name == "ansible_collections" else ROOT / ".build"
sys.path.insert(0, str(COLLECTIONS))

START_SECONDS = 20
NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def take_interruptions() -> None:
    """Let SIGINT interrupt the tests. A shell ignores it for background jobs, and all their child processes inherit that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option for a thorough run."""
    parser.addoption("--thorough", action="store_true", help="play and try what takes long too, as a build server does")


def pytest_configure(config: pytest.Config) -> None:
    """Export the amount of testing, for code that runs while tests are collected; let Ctrl+C interrupt."""
    take_interruptions()
    config.addinivalue_line("markers", "thorough: a purpose that another test has as well; tried with --thorough only")
    if config.getoption("thorough"):
        os.environ["THOROUGH"] = "1"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out tests that only a thorough run needs."""
    if not config.getoption("thorough"):
        left_out = [item for item in items if item.get_closest_marker("thorough")]
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Shorten a long text in a test's name, to keep reports readable."""
    return val[:60] if isinstance(val, str) and len(val) > 60 else None


Amount = TypeVar("Amount")


def as_much_as(usual: Amount, thorough: Amount, chaos: Amount) -> Amount:
    """Return the amount for this kind of run: everyday, with ``--thorough``, or in `make chaos`."""
    return chaos if "SCHEDULES" in os.environ else thorough if "THOROUGH" in os.environ else usual


def environment(**changes: str) -> dict[str, str]:
    """Return an environment for a child process, without the developer's account and Ansible settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TDM_", "ANSIBLE_"))}
    ansible = {
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        "ANSIBLE_CONFIG": str(ROOT / "tests/ansible.cfg"),
        "ANSIBLE_NOCOLOR": "true",
        "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
    }
    return {**kept, **ansible, **changes}


class Simulator:
    """A simulator in its own process, on a free port of this host.

    :param directory: for its ready file and its log.
    :param options: options of its command line, ``page_size_max=50`` for ``--page-size-max 50``; True gives a flag,
        a list repeats the option.
    """

    def __init__(self, directory: Path, **options: object) -> None:
        self.login = str(options.pop("login", "tester@example.com"))
        self.password = str(options.pop("password", "not-a-real-passphrase"))
        ready, self.log = directory / "ready.json", directory / "simulator.log"
        command = [sys.executable, ROOT / "roles/simulator/files/tdm_simulator", "--port", "0"]
        command += ["--ready-file", ready, "--login", self.login]
        for name, value in options.items():
            for one in value if isinstance(value, list) else [value]:
                command += ["--" + name.replace("_", "-")] + ([] if one is True else [str(one)])
        env = environment(TDM_SIMULATOR_PASSWORD=self.password)
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        self.origin = self._wait(ready)
        self.url = self.origin + "/thingpark/wireless/rest"
        self.first_settings = self.settings()

    def _wait(self, ready: Path) -> str:
        deadline = time.monotonic() + START_SECONDS
        while not ready.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError("the simulator does not start:\n" + self.log.read_text())
            time.sleep(0.02)
        return json.loads(ready.read_text())["url"]

    def inspect(self, method: str, path: str, body: object = None):
        """Send a request to ``/_simulator/{path}``; return the answer's JSON, None if it is empty."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        request = urllib.request.Request(self.origin + "/_simulator/" + path, data, headers, method=method)
        with NO_PROXY.open(request, timeout=60) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def requests(self) -> dict:
        """Return the API's request counts since the start or the last :meth:`forget_requests`."""
        return self.inspect("GET", "requests")

    def forget_requests(self) -> None:
        """Reset the request counts."""
        self.inspect("DELETE", "requests")

    def reset(self) -> None:
        """Restore the initial devices, accounts and counts."""
        self.inspect("POST", "reset")

    def seed(self, count: int, **options: object) -> dict:
        """Create plausible devices; options: prefix, tags, plan, model."""
        return self.inspect("POST", "seed", {"count": count, **options})

    def devices(self) -> dict[str, dict]:
        """Return all stored devices by EUI, with their keys."""
        return {device["EUI"]: device for device in self.inspect("GET", "devices")["devices"]}

    def device(self, eui: str) -> dict:
        """Return one stored device."""
        return self.inspect("GET", "devices/" + eui)

    def change_device(self, eui: str, **fields: object) -> dict:
        """Change a device behind the client's back."""
        return self.inspect("PUT", "devices/" + eui, fields)

    def alarm(self, eui: str, number: int, state: int, *details: str, updated: int | None = None) -> dict:
        """Raise an alarm, make it worse or better, or clear it (state 1); ``updated``: the platform's time of the change."""
        when = {} if updated is None else {"updated": updated}
        return self.inspect("PUT", "alarms/" + eui, {"id": number, "state": state, "details": list(details), **when})

    def settings(self, **changes: object) -> dict:
        """Change settings at run time, or only return them."""
        return self.inspect("PUT", "settings", changes) if changes else self.inspect("GET", "settings")

    def sessions(self) -> dict:
        """Return the numbers of live sessions and tokens."""
        return self.inspect("GET", "sessions")

    def issued(self) -> list[str]:
        """Return all access codes, cookies and tokens issued since the start or the last reset."""
        return self.inspect("GET", "sessions/issued")["issued"]

    def kill_sessions(self) -> None:
        """End every session, as a restart of the platform does."""
        self.inspect("POST", "sessions/kill")

    def unlock_accounts(self) -> None:
        """Unlock an account, as only the operator can."""
        self.inspect("POST", "accounts/unlock")

    def is_as_started(self) -> bool:
        """Reset the simulator; return whether its state and settings are as at the start. False if it doesn't answer."""
        try:
            self.reset()
            return self.settings() == self.first_settings
        except OSError:
            return False

    def stop(self) -> None:
        """End the process; does nothing if it has ended."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@pytest.fixture
def child_environment():
    """Return the function :func:`environment`."""
    return environment


class Simulators:
    """The simulators of a test worker: one that a test gives back is reset and reused for the same options.

    :param directories: creates a directory for each new simulator.
    """

    MOST_IDLE = 6
    #: Options that a reset doesn't undo: a file, deleted devices, or posts to a port that another test may get.
    OF_ONE_TEST = ("record", "seed", "state_file", "uplinks_url")

    def __init__(self, directories: pytest.TempPathFactory) -> None:
        self._directories = directories
        self._idle: dict[str, Simulator] = {}  # by options; the latest last

    def take(self, options: dict[str, object]) -> Simulator:
        """Return a simulator in its initial state."""
        found = self._idle.pop(repr(sorted(options.items())), None)
        return found or Simulator(self._directories.mktemp("simulator"), **options)

    def give_back(self, one: Simulator, options: dict[str, object]) -> None:
        """Keep a simulator for another test, or end it if a reset doesn't restore its initial state."""
        key = repr(sorted(options.items()))
        if key in self._idle or not options.keys().isdisjoint(self.OF_ONE_TEST) or not one.is_as_started():
            one.stop()
            return
        self._idle[key] = one
        while len(self._idle) > self.MOST_IDLE:
            self._idle.pop(next(iter(self._idle))).stop()

    def stop(self) -> None:
        """End all of them."""
        for one in self._idle.values():
            one.stop()


@pytest.fixture(scope="session")
def simulators(tmp_path_factory):
    """Return the simulators of this worker."""
    all_of_them = Simulators(tmp_path_factory)
    yield all_of_them
    all_of_them.stop()


@pytest.fixture
def start_simulator(simulators):
    """Return a function that gives a simulator with options, in its initial state, for this test alone."""
    taken = []

    def start(**options: object) -> Simulator:
        taken.append((simulators.take(options), options))
        return taken[-1][0]

    yield start
    for one, options in taken:
        simulators.give_back(one, options)


@pytest.fixture
def simulator(start_simulator) -> Simulator:
    """Return a fresh simulator without devices."""
    return start_simulator()
