# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The event source for alarms tells each change once: over restarts, dead sessions, full pages and clocks that go back."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import runpy
import subprocess
import sys
import threading
import time
from collections import Counter
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from ansible_collections.lorawan.thingpark.tests.conftest import COLLECTIONS, as_much_as

SOURCE = Path(COLLECTIONS, "ansible_collections/lorawan/thingpark/extensions/eda/plugins/event_source/alarms.py")
RUN = runpy.run_path(str(SOURCE))
watching = RUN["client"]()
throttle, transport = (import_module(RUN["PACKAGE"] + ".module_utils._http." + name) for name in ("throttle", "transport"))
NO_UPLINK, BATTERY, JOIN_MIC = 4, 1, 8
CLEARED, WARNING, MINOR, MAJOR, CRITICAL = 1, 3, 4, 5, 6
SECONDS = 20


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Look often, and wait for little."""
    monkeypatch.setattr(watching, "LEAST_INTERVAL", 0.0)
    monkeypatch.setattr(watching, "AFTER_LOGIN", 0.01)
    monkeypatch.setattr(transport, "FIRST_PAUSE", 0.002)


class Rulebook:
    """What ansible-rulebook does with a source: it runs, gets events, and is cancelled."""

    def __init__(self, **args: object) -> None:
        self.args = args
        self.events: list[dict] = []
        self.error: BaseException | None = None
        self.is_slow = False

    def __enter__(self) -> Rulebook:
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        assert self._ready.wait(SECONDS)
        return self

    def _run(self) -> None:
        asyncio.run(self._life())

    async def _life(self) -> None:
        self._loop, self._queue = asyncio.get_running_loop(), asyncio.Queue(1)
        self._task = asyncio.ensure_future(runpy.run_path(str(SOURCE))["main"](self._queue, self.args))
        taking = asyncio.ensure_future(self._take())
        self._ready.set()
        try:
            await self._task
        except asyncio.CancelledError:
            pass
        except BaseException as error:
            self.error = error
        taking.cancel()
        while not self._queue.empty():
            self.events.append(self._queue.get_nowait())

    async def _take(self) -> None:
        while True:
            self.events.append(await self._queue.get())
            if self.is_slow:
                await asyncio.sleep(0.01)

    def wait_for(self, count: int) -> list[tuple]:
        """Return the events once there are so many."""
        deadline = time.monotonic() + SECONDS
        while len(self.events) < count and self._thread.is_alive() and time.monotonic() < deadline:
            time.sleep(0.005)
        assert self.error is None, self.error
        return self.told()

    def told(self) -> list[tuple]:
        """Return what changed: device, alarm, change and severity."""
        return [(one["device"]["dev_eui"], one["alarm"]["name"], one["change"], one["alarm"]["severity"]) for one in self.events]

    def wait_for_end(self) -> str:
        """Return what the source ended with by itself."""
        self._thread.join(SECONDS)
        assert not self._thread.is_alive()
        return str(self.error)

    def __exit__(self, *_what: object) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(SECONDS)
        assert not self._thread.is_alive()


@pytest.fixture
def source(simulator, tmp_path):
    """Return a function that makes the source's rulebook; each one has the same state file."""

    def source(platform=simulator, **args: object) -> Rulebook:
        whole = {"url": platform.url, "login": simulator.login, "password": simulator.password, "interval": 0.02}
        return Rulebook(**{**whole, "state_file": str(tmp_path / "state" / "alarms.json"), **args})

    return source


@pytest.fixture
def euis(simulator) -> list[str]:
    """Return three devices without alarms."""
    simulator.seed(3)
    found = sorted(simulator.devices())
    for eui in found:
        simulator.change_device(eui, alarms=[0] * 6)
    return found


def looks(simulator) -> int:
    return sum(number for path, number in simulator.requests()["by_path"].items() if path.endswith("/devices/alarms"))


def settle(simulator, number: int = 3) -> None:
    """Wait until the source has read so many pages of the list: a look at few alarms reads one."""
    deadline, begun = time.monotonic() + SECONDS, looks(simulator)
    while looks(simulator) < begun + number and time.monotonic() < deadline:
        time.sleep(0.005)


def acknowledge(account, **which: object) -> None:
    result = account.tdm_alarm_ack(**which)
    assert result["changed"], result


@pytest.mark.parametrize("body_format", ["json", "xml"])
def test_an_alarm_is_told_from_its_raising_to_its_end(simulator, source, account, euis, body_format):
    eui = euis[0]
    simulator.change_device(eui, name="meter 7", domains=[{"name": "Utrecht", "group": {"name": "Site"}}])
    with source(body_format=body_format) as rulebook:
        settle(simulator)
        steps = [(MINOR, "raised", "minor"), (MAJOR, "escalated", "major"), (WARNING, "eased", "warning")]
        for number, (state, word, severity) in enumerate(steps, 1):
            simulator.alarm(eui, NO_UPLINK, state, "PT48H")
            assert rulebook.wait_for(number)[number - 1 :] == [(eui, "no_uplink", word, severity)]
        acknowledge(account, dev_eui=[eui])
        assert rulebook.wait_for(4)[3:] == [(eui, "no_uplink", "acknowledged", "warning")]
        simulator.alarm(eui, NO_UPLINK, CLEARED)
        assert rulebook.wait_for(5)[4:] == [(eui, "no_uplink", "cleared", "cleared")]
        simulator.alarm(eui, NO_UPLINK, CRITICAL)
        assert rulebook.wait_for(6)[5:] == [(eui, "no_uplink", "raised", "critical")]
    first, fourth, fifth = (rulebook.events[number] for number in (0, 3, 4))
    assert first["device"] == fifth["device"] == {"dev_eui": eui, "name": "meter 7", "domains": {"Site": "Utrecht"}}
    assert {"uid", "id", "name", "severity", "previous_severity", "acked", "occurrences", "created", "updated", "details"} == set(
        first["alarm"]
    )
    assert (first["alarm"]["details"], first["alarm"]["previous_severity"]) == (["PT48H"], "cleared")
    assert fourth["alarm"]["acked_by"] and fifth["alarm"]["previous_severity"] == "warning"
    assert not simulator.sessions()["sessions"]


def test_a_look_at_nothing_new_is_one_request(simulator, source, euis):
    for eui in euis:
        simulator.alarm(eui, NO_UPLINK, MAJOR)
    with source() as rulebook:
        settle(simulator)
        simulator.forget_requests()
        settle(simulator, 10)
        counts = simulator.requests()["by_path"]
        assert list(counts) == [path for path in counts if path.startswith("GET") and path.endswith("/devices/alarms")]
    assert rulebook.events == []


def test_the_first_look_tells_what_is_there_where_asked(simulator, source, euis):
    simulator.alarm(euis[0], NO_UPLINK, MAJOR)
    simulator.alarm(euis[1], BATTERY, WARNING)
    simulator.alarm(euis[1], BATTERY, CLEARED)
    with source(initial="emit") as rulebook:
        assert rulebook.wait_for(1) == [(euis[0], "no_uplink", "raised", "major")]
        settle(simulator)
    with source(initial="emit") as again:
        settle(simulator)
    assert (len(rulebook.events), again.events) == (1, [])


def test_a_first_look_that_is_broken_off_tells_nothing_of_old_alarms(simulator, source):
    simulator.seed(20)
    euis = sorted(simulator.devices())
    for number, eui in enumerate(euis):
        simulator.change_device(eui, alarms=[0] * 6)
        simulator.alarm(eui, NO_UPLINK, MAJOR, updated=1_700_000_000_000 + number)
        for state in (MAJOR, CLEARED):
            simulator.alarm(eui, BATTERY, state, updated=1_700_000_000_000 + number)
    told = []
    for is_slow in (True, False):
        rulebook = source(initial="emit")
        rulebook.is_slow = is_slow
        with rulebook:
            rulebook.wait_for(5 if is_slow else 20 - len(told))
            settle(simulator, 0 if is_slow else 4)
        told += rulebook.told()
    assert Counter(told) == Counter((eui, "no_uplink", "raised", "major") for eui in euis)


def test_what_happens_between_two_runs_is_told_by_the_next(simulator, source, account, euis):
    with source() as rulebook:
        settle(simulator)
    simulator.alarm(euis[0], NO_UPLINK, MAJOR)
    simulator.alarm(euis[1], BATTERY, WARNING)
    with source() as rulebook:
        assert len(rulebook.wait_for(2)) == 2
        settle(simulator)
    acknowledge(account, dev_eui=[euis[0]])
    simulator.alarm(euis[1], BATTERY, CLEARED)
    with source() as rulebook:
        assert set(rulebook.wait_for(2)) == {
            (euis[0], "no_uplink", "acknowledged", "major"),
            (euis[1], "battery_low", "cleared", "cleared"),
        }
        settle(simulator)
    assert len(rulebook.events) == 2


def test_two_changes_between_two_looks_are_both_told(simulator, source, account, euis):
    simulator.alarm(euis[0], NO_UPLINK, MAJOR)
    simulator.alarm(euis[1], JOIN_MIC, MAJOR)
    simulator.alarm(euis[1], JOIN_MIC, MAJOR)
    with source() as rulebook:
        settle(simulator)
    simulator.alarm(euis[0], NO_UPLINK, WARNING)
    acknowledge(account, dev_eui=[euis[0]])
    simulator.alarm(euis[1], JOIN_MIC, CLEARED)
    simulator.alarm(euis[1], JOIN_MIC, MAJOR)
    with source() as rulebook:
        settle(simulator)
    assert sorted(rulebook.told()) == sorted(
        [
            (euis[0], "no_uplink", "eased", "warning"),
            (euis[0], "no_uplink", "acknowledged", "warning"),
            (euis[1], "join_mic_wrong", "raised", "major"),
        ]
    )
    assert [one["change"] for one in rulebook.events if one["device"]["dev_eui"] == euis[0]] == ["eased", "acknowledged"]


def test_alarms_with_one_time_are_all_told_wherever_a_page_ends(simulator, source, monkeypatch):
    monkeypatch.setattr(watching, "PAGE", 2)
    simulator.settings(page_size_min=1, page_size_max=2)
    simulator.seed(7)
    euis = sorted(simulator.devices())
    for eui in euis:
        simulator.change_device(eui, alarms=[0] * 6)
    now = int(time.time() * 1000)
    simulator.alarm(euis[0], NO_UPLINK, MAJOR, updated=now)
    with source() as rulebook:
        settle(simulator)
        for eui in euis[1:]:
            simulator.alarm(eui, NO_UPLINK, MAJOR, updated=now)
        assert {eui for eui, *_rest in rulebook.wait_for(6)} == set(euis[1:])
        settle(simulator)
    assert len(rulebook.events) == 6


def test_a_list_that_shifts_while_it_is_read_ends_no_alarm(simulator, source, meddler, monkeypatch):
    monkeypatch.setattr(watching, "PAGE", 2)
    simulator.settings(page_size_min=1, page_size_max=2)
    simulator.seed(5)
    euis = sorted(simulator.devices())
    for number, eui in enumerate(euis):
        simulator.change_device(eui, alarms=[0] * 6)
        simulator.alarm(eui, NO_UPLINK, MAJOR, updated=1_700_000_000_000 + number)

    def after_the_latest_has_gone(request, forward):
        if {"pageIndex", "pageAfter"} & set(request.query) and euis[-1] in simulator.devices():
            simulator.inspect("DELETE", "devices/" + euis[-1])
        return forward(request)

    with source(meddler):
        settle(simulator, 9)  # the first look reads three pages, a later one reads one
    meddler.on("GET", "/devices/alarms", after_the_latest_has_gone)
    with source(meddler) as rulebook:
        rulebook.wait_for(1)
        settle(simulator, 5)
    assert rulebook.told() == [(euis[-1], "no_uplink", "cleared", "cleared")]


def test_a_platform_whose_clock_is_set_back_hides_nothing(simulator, source, euis, monkeypatch):
    monkeypatch.setattr(watching, "WHOLE_EVERY", 5)
    monkeypatch.setattr(watching, "PAGE", 1)
    simulator.settings(page_size_min=1, page_size_max=1)
    now = int(time.time() * 1000)
    for number, eui in enumerate(euis):
        simulator.alarm(eui, NO_UPLINK, WARNING, updated=now - number)
    with source() as rulebook:
        settle(simulator, 7)
        simulator.alarm(euis[2], NO_UPLINK, MAJOR, updated=now - 3_600_000)
        simulator.alarm(euis[1], BATTERY, MINOR, updated=now - 7_200_000)
        told = rulebook.wait_for(2)
        settle(simulator, 10)
    assert set(told) == {(euis[2], "no_uplink", "escalated", "major"), (euis[1], "battery_low", "raised", "minor")}
    assert len(rulebook.events) == 2


def test_an_alarm_whose_device_is_deleted_is_over(simulator, source, account, euis):
    for eui in euis[:2]:
        simulator.alarm(eui, NO_UPLINK, MAJOR)
    with source() as rulebook:
        settle(simulator)
        acknowledge(account, dev_eui=[euis[0]])
        rulebook.wait_for(1)
        simulator.inspect("DELETE", "devices/" + euis[1])
        assert rulebook.wait_for(2)[1:] == [(euis[1], "no_uplink", "cleared", "cleared")]
        settle(simulator)
    assert (rulebook.events[1]["alarm"]["listed"], len(rulebook.events)) == (False, 2)


@pytest.mark.parametrize(
    "args,expected",
    [
        ({"alarm": "battery_low"}, {(1, "raised")}),
        ({"min_severity": "major"}, {(0, "raised"), (2, "escalated"), (2, "eased")}),
        ({"severity": "critical"}, {(0, "raised")}),
        ({"domain": {"Site": "Utrecht"}}, {(1, "raised")}),
        ({"dev_eui": 2}, {(2, "escalated"), (2, "eased")}),
    ],
    ids=["alarm", "min_severity", "severity", "domain", "dev_eui"],
)
def test_only_what_is_asked_for_is_told(simulator, source, euis, args, expected):
    simulator.change_device(euis[1], domains=[{"name": "Utrecht", "group": {"name": "Site"}}])
    simulator.alarm(euis[2], NO_UPLINK, WARNING)
    args = {name: [euis[each]] if isinstance(each, int) else each for name, each in args.items()}
    with source(**args) as rulebook:
        settle(simulator)
        simulator.alarm(euis[0], NO_UPLINK, CRITICAL)
        simulator.alarm(euis[1], BATTERY, MINOR)
        simulator.alarm(euis[2], NO_UPLINK, MAJOR)
        settle(simulator)
        simulator.alarm(euis[2], NO_UPLINK, MINOR)
        settle(simulator)
    assert {(euis.index(eui), word) for eui, _name, word, _severity in rulebook.told()} == expected


def test_nothing_that_the_platform_says_is_a_template(simulator, source, euis):
    simulator.change_device(euis[0], name="{{ lookup('pipe', 'id') }}{%x%}{{{#")
    with source() as rulebook:
        settle(simulator)
        simulator.alarm(euis[0], NO_UPLINK, MAJOR, "{{ 7 * 7 }}")
        rulebook.wait_for(1)
    text = json.dumps(rulebook.events)
    assert "lookup('pipe', 'id')" in text
    assert not [mark for mark in ("{{", "{%", "{#") if mark in text.replace('{"', "")]


def test_a_session_that_dies_is_opened_again_each_time(simulator, source, euis):
    with source() as rulebook:
        settle(simulator)
        for number, eui in enumerate(euis, 1):
            simulator.kill_sessions()
            simulator.alarm(eui, NO_UPLINK, MAJOR)
            assert len(rulebook.wait_for(number)) == number
        assert simulator.requests()["logins"] == {"attempts": 4, "refused": 0}


def test_a_refused_password_goes_out_once_and_ends_the_source(simulator, source, euis):
    with source(password="wrong-but-long-enough") as rulebook:
        message = rulebook.wait_for_end()
        assert "refused" in message.lower() and "wrong-but-long-enough" not in message
    with source(password="wrong-but-long-enough") as rulebook:
        assert "was not sent again" in rulebook.wait_for_end()
    assert simulator.requests()["logins"] == {"attempts": 1, "refused": 1}


def test_a_password_that_is_refused_later_ends_the_source_too(simulator, source, euis, meddler):
    def with_another_password(request, forward):
        request.body = request.body.replace(simulator.password.encode(), b"changed-meanwhile")
        return forward(request)

    with source(meddler) as rulebook:
        settle(simulator)
        meddler.on("POST", "/login", with_another_password)
        simulator.kill_sessions()
        message = rulebook.wait_for_end()
    assert "the session ended and could not be reopened" in message and simulator.password not in message
    assert simulator.requests()["logins"] == {"attempts": 2, "refused": 1}


def test_a_platform_in_trouble_is_waited_for(simulator, source, euis, caplog):
    rules = [{"fault": name, "path": "/devices/alarms", "times": 3} for name in ("rate_bare", "unavailable", "reset_before")]
    with source(retries=1) as rulebook:
        settle(simulator)
        simulator.inspect("PUT", "faults", {"rules": rules})
        simulator.alarm(euis[0], NO_UPLINK, MAJOR)
        assert rulebook.wait_for(1) == [(euis[0], "no_uplink", "raised", "major")]
    assert len(simulator.inspect("GET", "faults")["struck"]) == 9
    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warnings) == 1 and "429" in warnings[0] and "the next poll is in" in warnings[0]


def test_as_long_as_the_platform_asks_nothing_is_sent(simulator, source, euis):
    with source() as rulebook:
        settle(simulator)
        simulator.inspect("PUT", "faults", {"rules": [{"fault": "rate_seconds", "path": "/devices/alarms", "times": 1}]})
        begun = time.monotonic()
        while not simulator.inspect("GET", "faults")["struck"]:
            time.sleep(0.005)
        before = looks(simulator)
        time.sleep(0.7)
        assert looks(simulator) == before
        settle(simulator, 1)
        assert time.monotonic() - begun > 0.9
    assert rulebook.error is None


def test_who_is_told_to_end_waits_for_no_platform(simulator, source, euis):
    with source() as rulebook:
        settle(simulator)
        simulator.inspect("PUT", "faults", {"rules": [{"fault": "rate_absurd", "path": "/devices/alarms", "times": 5}]})
        while not simulator.inspect("GET", "faults")["struck"]:
            time.sleep(0.005)
        begun = time.monotonic()
    assert time.monotonic() - begun < 5
    assert rulebook.error is None


KIND = "lorawan.thingpark alarms 1"


@pytest.mark.parametrize(
    "content,expected",
    [
        ("{", "is damaged, or not a state file of alarms"),
        (json.dumps({"kind": KIND, "mark": "x", "alarms": {"a": [1, 2]}}), "is damaged, or not a state file of alarms"),
        (json.dumps({"kind": KIND, "mark": "x", "alarms": {}}), "belongs to another account or other filters"),
    ],
)
def test_a_file_of_something_else_ends_the_source_with_a_sentence(simulator, source, euis, tmp_path, content, expected):
    path = tmp_path / "state"
    path.mkdir()
    path.chmod(0o700)
    (path / "alarms.json").write_text(content)
    (path / "alarms.json").chmod(0o600)
    with source() as rulebook:
        message = rulebook.wait_for_end()
    assert expected in message and "name another file" in message
    assert (path / "alarms.json").read_text() == content
    assert not simulator.requests()["logins"]["attempts"]


def test_two_rulebooks_share_no_file(simulator, source, euis):
    with source():
        settle(simulator)
        with source() as second:
            assert "in use by another rulebook" in second.wait_for_end()
    with source() as third:
        settle(simulator)
    assert third.error is None


@pytest.mark.parametrize(
    "args,expected",
    [
        ({"interval": -1}, "interval must be at least"),
        ({"interval": float("nan")}, "interval must be at least"),
        ({"alarm": "no_such"}, "alarm is not a known alarm"),
        ({"severity": "major", "min_severity": "minor"}, "mutually exclusive"),
        ({"acked": False}, "acked is not an option of the alarms source: use one of dev_eui, alarm, "),
        ({"alarms": "no_uplink"}, "alarms is not an option of the alarms source (did you mean alarm?)"),
        ({"password": None}, "login and password must be given"),
        ({"timeout": "not-a-real-passphrase"}, "timeout"),
        ({"needs": {"ticket_url": ""}}, "needs.ticket_url is empty: set this variable in the file of --vars"),
        ({"needs": {"ticket_url": None}}, "needs.ticket_url is empty"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_option_ends_the_source_with_a_sentence(simulator, source, euis, args, expected):
    with source(**args) as rulebook:
        message = rulebook.wait_for_end()
    assert expected in message and simulator.password not in message


def test_a_session_file_is_shared_and_left_alive(simulator, source, account, euis, tmp_path):
    path = str(tmp_path / "session.json")
    account.tdm_session(session_file=path)
    with source(session_file=path, login=None, password=None):
        settle(simulator)
    assert simulator.requests()["logins"]["attempts"] == 1
    assert simulator.sessions()["sessions"] == 1


def test_the_account_comes_from_the_environment(simulator, source, euis, monkeypatch):
    for name in ("url", "login", "password"):
        monkeypatch.setenv("TDM_" + name.upper(), getattr(simulator, name))
    with source(url=None, login=None, password=None) as rulebook:
        settle(simulator)
        simulator.alarm(euis[0], NO_UPLINK, MAJOR)
        assert len(rulebook.wait_for(1)) == 1


def test_with_feedback_an_event_is_remembered_once_it_is_stored(simulator, source, euis):
    with source(feedback=True):
        settle(simulator)
    simulator.alarm(euis[0], NO_UPLINK, MAJOR)
    told = []
    for _run in range(2):  # the first one ends before ansible-rulebook has stored anything
        with source(feedback=True, eda_feedback_queue=SimpleNamespace(get=lambda: asyncio.sleep(SECONDS))) as rulebook:
            rulebook.wait_for(1)
        told += rulebook.told()
    with source(feedback=True, eda_feedback_queue=SimpleNamespace(get=lambda: asyncio.sleep(0))) as rulebook:
        rulebook.wait_for(1)
        settle(simulator)
    with source(feedback=True) as last:
        settle(simulator)
    assert [told, rulebook.told(), last.told()] == [told[:1] * 2, told[:1], []]


@pytest.mark.parametrize("place", ["", "ansible_collections/__init__.py", "ansible_collections/lorawan/__init__.py"])
def test_no_other_package_hides_the_client(tmp_path, place):
    """The package ansible installs collections as a regular package, which hides all others from Python."""
    if place:
        (tmp_path / place).parent.mkdir(parents=True)
        for folder in Path(place).parents:
            (tmp_path / folder / "__init__.py").touch()
    code = "import runpy, sys; print(runpy.run_path(sys.argv[1])['client']().__file__)"
    command = [sys.executable, "-c", code, str(SOURCE)]
    done = subprocess.run(command, check=False, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True)
    assert done.stdout.strip() == str(SOURCE.parents[4] / "plugins/module_utils/_tasks/alarm_watch.py"), done.stderr


def test_without_ansible_core_there_is_a_sentence(tmp_path):
    (tmp_path / "ansible.py").touch()
    code = "import runpy, sys; runpy.run_path(sys.argv[1])['client']()"
    command = [sys.executable, "-c", code, str(SOURCE)]
    done = subprocess.run(command, check=False, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True)
    assert "lacks a library in ansible-rulebook's Python" in done.stderr.splitlines()[-1]


def test_its_documentation_names_its_options():
    documented = yaml.safe_load(RUN["DOCUMENTATION"])
    assert documented["extends_documentation_fragment"] == ["lorawan.thingpark.tdm"]
    assert set(documented["options"]) == set(watching.OWN)
    for name, entry in watching.OWN.items():
        told = documented["options"][name]
        assert told["type"] == entry.get("type", "str"), name
        assert told.get("default") == entry.get("default"), name
        assert told.get("choices") == entry.get("choices"), name
        assert told.get("elements") == entry.get("elements"), name


class Night:
    """What befalls many alarms, at random: raised, worse, better, acknowledged, cleared."""

    FAULTS = ("rate_seconds", "rate_bare", "unavailable", "reset_after", "session_401", "session_403_4", "session_page", "cut")
    NAMES = {NO_UPLINK: "no_uplink", BATTERY: "battery_low", JOIN_MIC: "join_mic_wrong"}
    SEVERITIES = {1: "cleared", 2: "indeterminate", 3: "warning", 4: "minor", 5: "major", 6: "critical"}

    def __init__(self, simulator, account, euis: list[str], seed: int) -> None:
        self.rng = random.Random(seed)
        self.simulator, self.account = simulator, account
        self.states = {(eui, number): CLEARED for eui in euis for number in self.NAMES}
        self.acked: set[tuple] = set()
        self.done: list[tuple] = []

    def go_on(self, pending: set[tuple]) -> None:
        """Change an alarm of which all is told; let something else go wrong now and then."""
        rng = self.rng
        if rng.random() < 0.04:
            rule = {"fault": rng.choice(self.FAULTS), "path": "/devices/alarms", "times": 1}
            self.simulator.inspect("PUT", "faults", {"rules": [rule]})
        key = rng.choice([each for each in self.states if (each[0], self.NAMES[each[1]]) not in pending])
        was = self.states[key]
        if was > CLEARED and key not in self.acked and rng.random() < 0.2:
            while self.account.tdm_alarm_ack(dev_eui=[key[0]], alarm=str(key[1])).get("failed"):
                pass  # the faults of the source end the operator's session as well
            self.acked.add(key)
            return self._note(key, "acknowledged", was)
        state = rng.choice([each for each in self.SEVERITIES if each != was])
        self.simulator.alarm(*key, state)
        self.states[key] = state
        if state > was:
            self.acked.discard(key)
        return self._note(key, "cleared" if state == CLEARED else ESCALATES[was == CLEARED, state > was], state)

    def _note(self, key: tuple, word: str, state: int) -> None:
        self.done.append((key[0], self.NAMES[key[1]], word, self.SEVERITIES[state]))


ESCALATES = {(True, True): "raised", (False, True): "escalated", (False, False): "eased"}


def test_a_night_is_told_once(simulator, source, account, tmp_path):
    changes, restarts, devices = as_much_as((200, 5, 30), (2000, 25, 100), (4000, 40, 100))
    simulator.seed(devices)
    euis = sorted(simulator.devices())
    for eui in euis:
        simulator.change_device(eui, alarms=[0] * 6)
    session = str(tmp_path / "operator.json")
    night = Night(simulator, account.with_options(session_file=session), euis, seed=changes)
    told: list[tuple] = []
    with source() as rulebook:
        settle(simulator)
    for number in range(restarts):
        rulebook = source(retries=2, initial="emit")
        rulebook.is_slow = number % 2 == 1
        with rulebook:
            while len(night.done) < changes * (number + 1) // restarts:
                pending = Counter(night.done) - Counter(told + rulebook.told())
                if len(pending) > 15:
                    rulebook.wait_for(len(night.done) - len(told))
                night.go_on({each[:2] for each in pending})
        told += rulebook.told()
    with source() as rulebook:
        rulebook.wait_for(len(night.done) - len(told))
        settle(simulator)
    told += rulebook.told()
    assert Counter(told) == Counter(night.done)
    for key in {each[:2] for each in night.done}:  # of each alarm, in the order in which it happened
        assert [each for each in told if each[:2] == key] == [each for each in night.done if each[:2] == key]
