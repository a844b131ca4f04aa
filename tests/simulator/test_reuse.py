# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests of a worker share simulators: each finds its own as on the first day, whatever another did to it."""

from __future__ import annotations

import pytest

from ansible_collections.lorawan.thingpark.tests.conftest import NO_PROXY, Simulators


@pytest.fixture
def simulators(tmp_path_factory):
    """Simulators that no other test has."""
    all_of_them = Simulators(tmp_path_factory)
    yield all_of_them
    all_of_them.stop()


def test_what_is_given_back_is_as_on_the_first_day(simulators):
    first = simulators.take({})
    day = {name: first.inspect("GET", name) for name in ("devices", "sessions", "accounts", "faults", "settings", "jobs")}
    first.seed(3, tags=["north"])
    first.inspect("PUT", "faults", {"rules": [{"fault": "maintenance", "method": "", "path": "/devices", "skip": 0, "times": 9}]})
    login = first.origin + "/thingpark/smp/rest/login"
    NO_PROXY.open(login, b"login=tester@example.com&password=wrong", timeout=60).close()
    assert first.requests()["logins"]["attempts"] == 1 and len(first.devices()) == 3
    simulators.give_back(first, {})
    second = simulators.take({})
    assert second.process.pid == first.process.pid
    assert second.requests()["logins"]["attempts"] == 0 and second.issued() == []
    assert {name: second.inspect("GET", name) for name in day} == day
    simulators.give_back(second, {})


def test_nobody_gets_what_another_has(simulators):
    first, second = simulators.take({}), simulators.take({})
    assert first.process.pid != second.process.pid
    for one in (first, second):
        simulators.give_back(one, {})
    assert first.process.poll() is None and second.process.poll() is not None
    other = simulators.take({"latency_ms": 1})
    simulators.give_back(other, {"latency_ms": 1})
    assert other is not first


@pytest.mark.parametrize("changes", [{"latency_ms": 1}, {"licences": {"kpn-cs/testing": 1}}])
def test_with_other_settings_it_is_ended(simulators, changes):
    one = simulators.take({})
    one.settings(**changes)
    simulators.give_back(one, {})
    assert one.process.poll() is not None


def test_one_that_has_ended_is_not_given_to_another(simulators):
    one = simulators.take({})
    one.stop()
    simulators.give_back(one, {})
    another = simulators.take({})
    simulators.give_back(another, {})
    assert another is not one


def test_one_with_devices_of_its_own_is_ended(simulators):
    one = simulators.take({"seed": 2})
    simulators.give_back(one, {"seed": 2})
    assert one.process.poll() is not None
