# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logins with a wrong password and the right one, on a machine on which anything may fail in between.

Whatever the order, a refused password goes out once, the account stays open, and no session is left.
"""

from __future__ import annotations

import errno
import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import SimpleNamespace
from unittest import mock

import pytest
import requests
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.lorawan.thingpark.plugins.module_utils import _files
from ansible_collections.lorawan.thingpark.plugins.module_utils._api import lockout
from ansible_collections.lorawan.thingpark.plugins.module_utils._errors import LoginRefused, OptionError
from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.connection import account_of
from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.task import Context
from ansible_collections.lorawan.thingpark.tests.http.test_accounts import DEFAULTS, WRONG
from ansible_collections.lorawan.thingpark.tests.http.test_chaos import REPLAY, SCHEDULES, schedules

EVENTS = ("wrong", "right", "full disk", "no room for the session", "killed", "slow lock", "clock set back", "minute", "many")


class Machine:
    """A machine with one account, whose files, clock and processes go wrong."""

    def __init__(self, simulator, meddler, through, home) -> None:
        self.simulator, self.meddler, self.through, self.home = simulator, meddler, through, home
        self.wrong = through.with_options(password=WRONG)
        self.later, self.shift = 0.0, 0.0
        self.is_held = False

    def begin(self) -> None:
        self.simulator.reset()
        shutil.rmtree(self.home, ignore_errors=True)
        self.later = self.shift = 0.0

    def sent(self) -> int:
        """Return how often the wrong password went out."""
        return sum(WRONG.encode() in request.body for request in self.meddler.sent("POST", "/login"))

    @contextmanager
    def clocks(self):
        """Let both clocks say what they say by now."""
        clock, now = _files.clock, time.time
        shown = SimpleNamespace(time=lambda: now() + self.later + self.shift, monotonic=time.monotonic, sleep=time.sleep)
        with mock.patch.object(_files, "clock", lambda: clock() + self.later), mock.patch.object(lockout, "time", shown):
            yield

    def happens(self, event: str) -> None:
        with self.clocks():
            getattr(self, "_" + event.replace(" ", "_"))()

    def _wrong(self) -> None:
        assert self.wrong.tdm_subscriber_info()["failed"]

    def _right(self) -> None:
        result = self.through.tdm_subscriber_info()
        self.is_held = bool(result.get("failed"))
        assert not self.is_held or result["held_back"], result

    def _full_disk(self) -> None:
        def full(path, _data, *_arguments, **_options) -> None:
            raise OptionError("%s can't be written: %s" % (path, os.strerror(errno.ENOSPC)))

        with mock.patch.object(_files, "write_json", full):
            assert self.wrong.tdm_subscriber_info()["failed"]
            assert self.through.tdm_subscriber_info()["failed"]

    def _no_room_for_the_session(self) -> None:
        write = _files.write_json

        def full(path, data, *arguments, **options) -> None:
            if os.path.basename(path).startswith("session"):
                raise OptionError("%s can't be written: %s" % (path, os.strerror(errno.ENOSPC)))
            write(path, data, *arguments, **options)

        with mock.patch.object(_files, "write_json", full):
            result = self.through.tdm_session()
            assert result["failed"]
            self.is_held = bool(result.get("held_back"))

    def _account(self):
        return account_of({**DEFAULTS, **self.wrong.options}, Context())

    def _killed(self) -> None:
        """Send the wrong password as a process does that is killed before the answer: only its note is left."""
        found = self._account()
        path = lockout.note_path(found.gate_key())
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        try:
            lockout.refuse(path, found.secret)
        except LoginRefused:
            return  # that process would not have sent it either
        lockout.announce(path, found.gate_key(), found.secret)
        requests.post(found.url + "/login", data={"login": found.name, "password": WRONG}, timeout=10)

    def _slow_lock(self) -> None:
        path = lockout.note_path(self._account().gate_key())
        before = self.sent()
        with ThreadPoolExecutor(1) as pool:
            with _files.locked(path):
                waiting = pool.submit(self.wrong.tdm_subscriber_info)
                time.sleep(0.05)
                assert self.sent() == before and not waiting.done()
            assert waiting.result()["failed"]

    def _clock_set_back(self) -> None:
        self.shift -= 86400

    def _minute(self) -> None:
        self.later += 61

    def _many(self) -> None:
        with ThreadPoolExecutor(4) as pool:
            assert all(result["failed"] for result in pool.map(lambda _number: self.wrong.tdm_subscriber_info(), range(4)))


@pytest.fixture
def machine(simulator, meddler, through, home) -> Machine:
    print(REPLAY)
    return Machine(simulator, meddler, through, home)


@schedules(max(SCHEDULES // 5, 4))
@given(events=st.lists(st.sampled_from(EVENTS), min_size=2, max_size=9))
@example(events=["killed", "full disk", "wrong"])
@example(events=["killed", "clock set back", "wrong", "minute", "many", "right"])
@example(events=["wrong", "no room for the session", "slow lock", "full disk", "wrong"])
def test_a_refused_password_goes_out_once_in_whatever_order_things_fail(machine, events):
    machine.begin()
    sent, most = machine.sent(), 1
    for event in events:
        machine.happens(event)
        # What was killed before its answer isn't known to be refused: after its minute, it may go out once more.
        most += event == "minute" and "killed" in events
        assert machine.sent() - sent <= most, event
        if event in ("right", "no room for the session") and not machine.is_held:
            sent, most = machine.sent(), 1  # the platform counts anew, and what was refused is forgotten
    machine.later += 900
    machine.happens("right")
    assert not machine.is_held or machine.sent() - sent > 2
    assert machine.simulator.sessions()["sessions"] == 0
