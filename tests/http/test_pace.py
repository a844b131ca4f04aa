# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Trouble at full parallelism, of the platform and of this machine: nothing is lost, and little is sent again."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._http import throttle, transport
from ansible_collections.lorawan.thingpark.tests.conftest import COLLECTIONS

COUNT, PARALLEL = 150, 64
MINUTE = 60  # seconds; no run here comes near to it, and none whose pace is slowed down by each answer of a burst stays below


@pytest.fixture(autouse=True)
def reserve(monkeypatch):
    """Let a task have retries for two bursts, and pauses long enough for one burst to be over."""
    monkeypatch.setattr(throttle, "RESERVE", 2 * PARALLEL)
    monkeypatch.setattr(transport, "FIRST_PAUSE", 0.1)


@pytest.fixture
def simulator(start_simulator):
    """Return a simulator that takes its time, so that many requests are under way."""
    return start_simulator(latency_ms=50)


@pytest.fixture
def burst(meddler):
    """Return a function that lets the next 64 requests of a kind come in, before all of them get the same answer."""

    def burst(method: str, path: str, action) -> None:
        together = threading.Barrier(PARALLEL, timeout=30)

        def at_once(request, forward):
            together.wait()
            return action(request, forward)

        meddler.on(method, path, at_once, times=PARALLEL)

    return burst


def bursts(do) -> dict:
    """Return what a platform can answer to many requests at once."""
    return {
        "429": do.says(429, {}),
        "429, asks for a second": do.says(429, {}, Retry_After="1"),
        "503": do.says(503, "<html>Back soon</html>"),
        "503, asks for a second": do.says(503, {}, Retry_After="1"),
        "reset": do.lost_before,
        "garbage": do.says(200, b"\x00<{]"),
    }


@pytest.mark.parametrize("how", ["429", "429, asks for a second", "503", "503, asks for a second", "reset", "garbage"])
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_burst_costs_each_request_once(simulator, account, through, meddler, rows, do, burst, method, how):
    path = "/devices" if method == "POST" else "/devices/e[^/]+"
    if method == "GET":
        account.tdm_fleet(devices=rows(COUNT), parallel=PARALLEL)
        desired = rows(COUNT, inactivity_alarm=[{"duration": "PT1H", "level": 2}])
    else:
        desired = rows(COUNT)
    burst(method, path, bursts(do)[how])
    began = time.monotonic()
    result = through.tdm_fleet(devices=desired, parallel=PARALLEL, cache=False)
    assert time.monotonic() - began < MINUTE
    done = "created" if method == "POST" else "updated"
    assert result["summary"][done] == COUNT == len(simulator.devices()), result["msg"]
    assert len(meddler.sent(method, path)) == COUNT + PARALLEL


@pytest.fixture
def rates(monkeypatch) -> list:
    """Return the list of the pace's rates after each trouble."""
    slow_down, found = throttle.Pacer.slow_down, []

    def noted(pacer, *arguments: object) -> None:
        slow_down(pacer, *arguments)
        found.append(pacer._rate)

    monkeypatch.setattr(throttle.Pacer, "slow_down", noted)
    return found


@pytest.mark.parametrize(("count", "asked", "slowest"), [(PARALLEL, "1", 1), (PARALLEL, "", 4), (2 * PARALLEL, "", 8)])
def test_a_burst_that_is_answered_at_once_fails_nothing(
    simulator, account, through, meddler, rows, do, monkeypatch, rates, count, asked, slowest
):
    monkeypatch.setattr(transport, "FIRST_PAUSE", 0.5)
    meddler.on("POST", "/devices", do.says(429, {}, **({"Retry-After": asked} if asked else {})), times=count)
    result = through.tdm_fleet(devices=rows(COUNT), parallel=PARALLEL, cache=False)
    assert result["summary"]["created"] == COUNT == len(simulator.devices()), result["msg"]
    assert len(meddler.sent("POST", "/devices")) == COUNT + count
    assert min(rates) >= throttle.START / slowest


def test_a_wait_that_was_asked_for_is_no_retry(simulator, through, meddler, row, do):
    meddler.on("POST", "/devices", do.says(429, {}, Retry_After="0.01"), times=10)
    assert through.tdm_device(**row(1), retries=1)["changed"]
    assert len(meddler.sent("POST", "/devices")) == 11


@pytest.mark.parametrize("count", [PARALLEL, 2 * PARALLEL])
def test_refused_connections(simulator, account, rows, counts, refuse, count):
    refuse(count, after=5)  # those that came before are kept
    result = account.tdm_fleet(devices=rows(COUNT), parallel=PARALLEL)
    assert result["summary"]["created"] == COUNT == len(simulator.devices()), result["msg"]
    assert counts()["POST /devices"] == COUNT


@pytest.mark.parametrize("says_when", [True, False])
def test_a_limit_of_the_rate_is_found(simulator, account, rows, monkeypatch, says_when):
    monkeypatch.setattr(transport, "FIRST_PAUSE", 0.5)
    if not says_when:
        monkeypatch.setattr(transport, "seconds_to_wait", lambda _header: None)
    simulator.settings(rate_limit=40)
    result = account.tdm_fleet(devices=rows(COUNT), parallel=PARALLEL)
    assert result["summary"]["created"] == COUNT, result["msg"]
    assert simulator.requests()["rate_limited"] < COUNT


@pytest.mark.parametrize("system_has", [0, 3])
def test_a_machine_out_of_threads_does_all(simulator, account, rows, monkeypatch, system_has):
    start, left = threading.Thread.start, iter(range(system_has))

    def start_one(thread: threading.Thread) -> None:
        if next(left, None) is None:
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_one)
    result = account.tdm_fleet(devices=rows(30), parallel=PARALLEL)
    assert result["summary"]["created"] == 30 == len(simulator.devices())
    assert account.tdm_fleet(devices=rows(30), parallel=PARALLEL)["summary"]["unchanged"] == 30


OUT_OF_FILES = """
import json, os, resource, sys
sys.path.insert(0, %r)
from ansible_collections.lorawan.thingpark.plugins.module_utils._http import transport
from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.module import result_of
from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.task import Context
from ansible_collections.lorawan.thingpark.plugins.modules import (
    tdm_fleet as fleet,
)

transport.FIRST_PAUSE = 0.1
params, spare = json.load(sys.stdin)
limit = len(os.listdir("/proc/self/fd")) - 1 + spare
resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
result = result_of(fleet.TASK, params, Context(False, False, lambda warning: None, None))
left = limit - len(os.listdir("/proc/self/fd")) + 1
print(json.dumps([result["msg"], result["summary"], left]))
"""


@pytest.mark.parametrize("spare", [8, 20, 40])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_machine_out_of_files_does_all(simulator, account, rows, validated_for, child_environment, home, host, spare):
    url = account.options["url"].replace("127.0.0.1", host)
    params = validated_for("tdm_fleet", {**account.options, "url": url, "devices": rows(COUNT), "parallel": PARALLEL})
    command = [sys.executable, "-c", OUT_OF_FILES % str(COLLECTIONS)]
    environment = child_environment(ANSIBLE_HOME=str(home))
    done = subprocess.run(
        command, input=json.dumps([params, spare]), env=environment, capture_output=True, text=True, timeout=120, check=True
    )
    message, summary, left = json.loads(done.stdout)
    assert summary["created"] == COUNT == len(simulator.devices()), message
    assert simulator.requests()["max_in_flight"] <= spare
    assert left >= spare // 2  # for the files of whatever comes afterwards
