# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""What every test may ask for: the collection under its own name, and a simulator of the network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# `make` links the checkout into .build under its collection's name; ansible-test has it there already.
COLLECTIONS = ROOT.parents[2] if ROOT.parent.parent.name == "ansible_collections" else ROOT / ".build"
sys.path.insert(0, str(COLLECTIONS))

START_SECONDS = 20
NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def environment(**changes: str) -> dict[str, str]:
    """Return an environment for a child process: no person's own account or Ansible settings in it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TDM_", "ANSIBLE_"))}
    ansible = {
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        "ANSIBLE_CONFIG": str(ROOT / "tests/ansible.cfg"),
        "ANSIBLE_NOCOLOR": "true",
        "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
    }
    return {**kept, **ansible, **changes}


class Simulator:
    """A simulator in a process of its own, on a free port of this host.

    :param directory: for its ready file and its log.
    :param options: its command line's options, ``page_size_max=50`` for ``--page-size-max 50``; True gives a flag,
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

    def _wait(self, ready: Path) -> str:
        deadline = time.monotonic() + START_SECONDS
        while not ready.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError("the simulator does not start:\n" + self.log.read_text())
            time.sleep(0.02)
        return json.loads(ready.read_text())["url"]

    def inspect(self, method: str, path: str, body: object = None):
        """Send a request to ``/_simulator/{path}``; return the answer's JSON, None when it is empty."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        request = urllib.request.Request(self.origin + "/_simulator/" + path, data, headers, method=method)
        with NO_PROXY.open(request, timeout=60) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def requests(self) -> dict:
        """Return what the API has been asked since the start or the last :meth:`forget_requests`."""
        return self.inspect("GET", "requests")

    def forget_requests(self) -> None:
        """Count requests from zero again."""
        self.inspect("DELETE", "requests")

    def reset(self) -> None:
        """Bring devices, accounts and counters back to the start."""
        self.inspect("POST", "reset")

    def seed(self, count: int, **options: object) -> dict:
        """Make up devices; options: prefix, tags, plan, model."""
        return self.inspect("POST", "seed", {"count": count, **options})

    def devices(self) -> dict[str, dict]:
        """Return every device as it is stored, keys included, by EUI."""
        return {device["EUI"]: device for device in self.inspect("GET", "devices")["devices"]}

    def device(self, eui: str) -> dict:
        """Return one device as it is stored."""
        return self.inspect("GET", "devices/" + eui)

    def change_device(self, eui: str, **fields: object) -> dict:
        """Change a device behind the client's back."""
        return self.inspect("PUT", "devices/" + eui, fields)

    def settings(self, **changes: object) -> dict:
        """Change settings while it runs, or only return them."""
        return self.inspect("PUT", "settings", changes) if changes else self.inspect("GET", "settings")

    def sessions(self) -> dict:
        """Return the numbers of live sessions and tokens."""
        return self.inspect("GET", "sessions")

    def issued(self) -> list[str]:
        """Return every access code, cookie and token that was given out since the start or the last reset."""
        return self.inspect("GET", "sessions/issued")["issued"]

    def kill_sessions(self) -> None:
        """End every session, as a restart of the platform does."""
        self.inspect("POST", "sessions/kill")

    def unlock_accounts(self) -> None:
        """Do what only the operator can: open a locked account."""
        self.inspect("POST", "accounts/unlock")

    def stop(self) -> None:
        """End the process; a second call does nothing."""
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


@pytest.fixture
def start_simulator(tmp_path_factory):
    """Return a function that starts a simulator with options; all of them end with the test."""
    running = []

    def start(**options: object) -> Simulator:
        running.append(Simulator(tmp_path_factory.mktemp("simulator"), **options))
        return running[-1]

    yield start
    for one in running:
        one.stop()


@pytest.fixture
def simulator(start_simulator) -> Simulator:
    """Return a fresh simulator without devices."""
    return start_simulator()
