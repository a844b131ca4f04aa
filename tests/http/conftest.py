# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks run against a simulator, with somebody in between who does what a good platform doesn't."""

from __future__ import annotations

import errno
import json
import os
import re
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import pytest
import urllib3
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.lorawan.thingpark.plugins.module_utils._api import imports
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine import importing
from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.module import argument_spec, result_of
from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.task import Context
from ansible_collections.lorawan.thingpark.plugins.module_utils._http import proxies, throttle, transport
from ansible_collections.lorawan.thingpark.tests.documentation import MODULES, plugin, undocumented
from ansible_collections.lorawan.thingpark.tests.meddler import Meddler

TASKS = {name: plugin("modules", name).TASK for name in MODULES}
CONTRACT = Path(__file__).resolve().parents[3] / "shared" / "api" / "device-manager-7.3.openapi.yaml"
collect_ignore = [] if CONTRACT.exists() and find_spec("jsonschema_rs") else ["test_contract.py"]
PROFILE = "LORA/GenericA.1.0.2a_ETSI_Rx2-SF12"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """Give every test an Ansible home of its own, no account and no proxy from the environment, and short pauses."""
    for name in list(os.environ):
        if name.startswith("TDM_") or name.lower() in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("ANSIBLE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(transport, "FIRST_PAUSE", 0.002)
    proxies.proxy_for.cache_clear()  # another test is another process
    monkeypatch.setattr(importing, "PAUSE", 0.02)
    monkeypatch.setattr(imports, "PAUSE", 0.02)
    return tmp_path / "home"


def validated(task, options: dict) -> dict:
    """Return the parameters that a frame would give to a task."""
    checked = ArgumentSpecValidator(argument_spec(task), **task.rules).validate(options)
    assert not checked.error_messages, checked.error_messages
    return checked.validated_parameters


@pytest.fixture
def validated_for():
    """Return a function that gives the parameters of a task, by its name."""
    return lambda name, options: validated(TASKS[name], options)


class Account:
    """Runs tasks as an account on a platform: ``account.tdm_fleet(devices=[...], check=True)``."""

    def __init__(self, url: str, **options: object) -> None:
        self.options = {"url": url, **options}
        self.warnings: list = []

    def with_options(self, **options: object) -> Account:
        """Return the same account with other connection options; None takes one away."""
        merged = {**self.options, **options}
        return Account(**{name: value for name, value in merged.items() if value is not None})

    def __getattr__(self, name: str):
        task = TASKS[name]

        def run(*, check: bool = False, diff: bool = False, tell=None, **options: object) -> dict:
            params = validated(task, {**self.options, **options})
            result = result_of(task, params, Context(check, diff, self.warnings.append, tell))
            json.dumps(result)  # what a module returns has to be JSON
            assert not undocumented(name, result)
            return result

        return run


@pytest.fixture
def account_on():
    """Return a function that gives the account of a simulator, at another URL where asked."""

    def account_on(simulator, url: str = "", **options: object) -> Account:
        given = {"login": simulator.login, "password": simulator.password, **options}
        return Account(url or simulator.url, **given)

    return account_on


@pytest.fixture
def account(simulator, account_on) -> Account:
    """Return the account of the test's simulator."""
    return account_on(simulator)


@pytest.fixture
def counts(simulator):
    """Return a function that gives the requests since the last call, by verb and path below the subscription."""
    return lambda: requests_of(simulator)


def requests_of(simulator) -> dict:
    """Return the requests of a simulator by verb and short path, and count from zero again."""
    found = simulator.requests()["by_path"]
    simulator.forget_requests()
    base = re.compile(r"/thingpark/wireless/rest(/subscriptions/(100|mine))?|/thingpark/smp/rest|/users-auth.*connect")
    total: Counter = Counter()
    for path, number in found.items():
        total[base.sub("", path)] += number
    return dict(total)


@pytest.fixture
def counts_of():
    """Return :func:`requests_of`, for simulators that a test starts itself."""
    return requests_of


#: What every task with a session of its own sends besides its work.
FRAME = {"POST /login": 1, "GET /customers": 1, "GET /customers/logout": 1}


@pytest.fixture
def hurried(monkeypatch):
    """Wait for a moment where an operator's run would wait for minutes."""
    monkeypatch.setattr(throttle, "LONGEST_WAIT", 0.02)
    monkeypatch.setattr(throttle, "SLOWEST", 0.01)


@pytest.fixture
def refuse(monkeypatch):
    """Return a function that has connections refused, as by a platform that restarts: ``refuse(64, after=1)``."""
    connect, to_come = urllib3.util.connection.create_connection, iter(())

    def create_connection(*arguments: object, **options: object) -> object:
        if next(to_come, False):
            raise ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
        return connect(*arguments, **options)

    def refuse(count: int, after: int = 0) -> None:
        nonlocal to_come
        to_come = iter([False] * after + [True] * count)

    monkeypatch.setattr(urllib3.util.connection, "create_connection", create_connection)
    return refuse


@pytest.fixture
def frame() -> dict:
    """Return the requests of a session of one's own."""
    return dict(FRAME)


@pytest.fixture
def row():
    """Return a function that describes a device: ``row(7, name="x")``."""

    def row(number: int, **options: object) -> dict:
        base = {
            "dev_eui": "70B3D57ED1%06X" % number,
            "activation": "OTAA",
            "app_key": "%032X" % (0xA5 << 100 | number),
            "join_eui": "70B3D57ED0000000",
            "device_profile": PROFILE,
            "connectivity_plan": "kpn-cs/testing",
            "routing_profile": "TWA_100002581.25885",
            "name": "row-%04d" % number,
        }
        return {name: value for name, value in {**base, **options}.items() if value is not None}

    return row


@pytest.fixture
def rows(row):
    """Return a function that describes ``count`` devices alike."""
    return lambda count, **options: [row(number + 1, **options) for number in range(count)]


def says(status: int, data: object, **headers: str):
    """Answer with a status and a body: bytes as they are, text as a web page, anything else as JSON."""
    kind = "application/json"
    if isinstance(data, str):
        kind, data = "text/html", data.encode()
    content = data if isinstance(data, bytes) else json.dumps(data).encode()
    head = {"Content-Type": kind, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return lambda _request, _forward: (status, head, content)


def lost_before(_request, _forward) -> None:
    """Break the connection; the platform never sees the request."""


def lost_after(request, forward) -> None:
    """Let the platform do it, and break the connection instead of an answer."""
    forward(request)


def says_after(status: int, data: object, **headers: str):
    """Let the platform do it, and answer something else."""

    def action(request, forward):
        forward(request)
        return says(status, data, **headers)(request, forward)

    return action


def cut(request, forward) -> tuple:
    """Pass on only half of the body."""
    status, headers, content = forward(request)
    return status, {**headers, "Content-Length": str(len(content))}, content[: len(content) // 2]


def edited(change):
    """Pass on the answer as ``change`` leaves or returns it."""

    def action(request, forward):
        status, headers, content = forward(request)
        data = json.loads(content)
        new = change(data)
        return status, headers, json.dumps(data if new is None else new).encode()

    return action


def meanwhile(work):
    """Do something else first, once the request is under way; then pass it on."""

    def action(request, forward):
        work()
        return forward(request)

    return action


@pytest.fixture
def do() -> SimpleNamespace:
    """Return the things that a Meddler can do."""
    return SimpleNamespace(
        says=says,
        lost_before=lost_before,
        lost_after=lost_after,
        says_after=says_after,
        cut=cut,
        edited=edited,
        meanwhile=meanwhile,
    )


@pytest.fixture
def start_meddler():
    """Return a function that starts a Meddler; all of them end with the test."""
    running = []

    def start(target: str = "", wrap=None) -> Meddler:
        running.append(Meddler(target, wrap))
        return running[-1]

    yield start
    for one in running:
        one.close()


@pytest.fixture
def meddler(simulator, start_meddler) -> Meddler:
    """Return somebody in front of the test's simulator."""
    return start_meddler(simulator.origin)


@pytest.fixture
def through(simulator, account_on, meddler) -> Account:
    """Return the account whose requests pass the test's meddler."""
    return account_on(simulator, meddler.url)
