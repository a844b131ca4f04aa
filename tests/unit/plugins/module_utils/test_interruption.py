# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Interruptions: one exception, soon, at a moment at which nothing gets lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils import _signals
from ansible_collections.lorawan.thingpark.plugins.module_utils._signals import breakable, ended_cleanly, is_told_to_end, unbroken

NUMBERS = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]


def told(number: int) -> None:
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", NUMBERS)
def test_an_interruption_is_an_exception(number):
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), ended_cleanly():
        told(number)
    assert signal.getsignal(number) is before
    assert not is_told_to_end()


def test_another_thread_than_the_main_one_gets_no_signals():
    """Programs that use Ansible as a library may read an inventory in a thread."""
    done: list[str] = []

    def work() -> None:
        with ended_cleanly(), unbroken(), breakable():
            done.append("read")

    before = signal.getsignal(signal.SIGTERM)
    worker = threading.Thread(target=work)
    worker.start()
    worker.join(10)
    assert done == ["read"] and signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize("number", NUMBERS)
def test_a_second_one_does_not_break_off_what_the_first_set_going(number):
    done = []
    with pytest.raises(KeyboardInterrupt), ended_cleanly():
        try:
            told(signal.SIGTERM)
        finally:
            told(number)
            with unbroken():
                done.append("the session is closed")
            done.append("and so on")
    assert done == ["the session is closed", "and so on"]


@pytest.mark.parametrize("number", NUMBERS)
def test_an_interruption_waits_for_what_must_not_be_broken(number):
    done = []
    with pytest.raises(KeyboardInterrupt), ended_cleanly():
        with unbroken():
            with unbroken():
                told(number)
                done.append("logged in")
            done.append("written down")
        done.append("never")
    assert done == ["logged in", "written down"]


def test_an_interruption_does_not_wait_for_long():
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt), ended_cleanly(), unbroken():
        told(signal.SIGTERM)
        time.sleep(30)  # a login that is never answered
    assert _signals.PATIENCE < time.monotonic() - start < 2


def test_what_can_be_broken_stands_within_what_can_not():
    done = []
    with pytest.raises(KeyboardInterrupt), ended_cleanly(), unbroken():
        try:
            with breakable():
                told(signal.SIGTERM)
                done.append("never")
        finally:
            told(signal.SIGTERM)
            done.append("closed")
    assert done == ["closed"]


def test_what_waited_comes_where_it_can():
    done = []
    with pytest.raises(KeyboardInterrupt), ended_cleanly(), unbroken():
        told(signal.SIGTERM)
        done.append("opened")
        with breakable():
            done.append("never")
    assert done == ["opened"]


@pytest.mark.parametrize("caught", [True, False])
def test_nothing_is_begun_after_an_interruption_whatever_became_of_it(caught):
    with pytest.raises(KeyboardInterrupt), ended_cleanly():
        try:
            with unbroken():
                told(signal.SIGTERM)
                raise ValueError
        except ValueError:
            if not caught:
                raise


def test_the_next_task_knows_nothing_of_it():
    with pytest.raises(KeyboardInterrupt), ended_cleanly():
        told(signal.SIGTERM)
        assert is_told_to_end()
    with ended_cleanly(), unbroken():
        assert not is_told_to_end()


def test_who_is_left_alone_is_told_to_end():
    alone = threading.Event()
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt), ended_cleanly(alone.is_set):
        time.sleep(0.01)
        alone.set()
        time.sleep(30)
    assert time.monotonic() - start < 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_what_is_ignored_stays_so(number):
    """As ``nohup`` and a shell's ``&`` have it."""
    before = signal.signal(number, signal.SIG_IGN)
    try:
        with ended_cleanly():
            told(number)
    finally:
        signal.signal(number, before)


def test_without_a_thread_to_watch_a_task_ends_as_well(monkeypatch):
    def none_left(_thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", none_left)
    with ended_cleanly():
        pass
    with pytest.raises(KeyboardInterrupt), ended_cleanly():
        told(signal.SIGTERM)


class LimitReached(BaseException):
    """What Ansible raises when a task's ``timeout`` is over."""


def test_a_limit_of_ansibles_waits_as_well_and_keeps_its_own_exception():
    def raise_it(_number, _frame) -> None:
        raise LimitReached

    done = []
    before = signal.signal(signal.SIGALRM, raise_it)
    try:
        with pytest.raises(LimitReached), ended_cleanly():
            with unbroken():
                told(signal.SIGALRM)
                done.append("logged in")
            done.append("never")
        assert signal.getsignal(signal.SIGALRM) is raise_it
        with pytest.raises(KeyboardInterrupt), ended_cleanly(), unbroken():
            told(signal.SIGALRM)
            told(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert done == ["logged in"]


def test_other_threads_hold_nothing_up():
    inside, go = threading.Event(), threading.Event()

    def work() -> None:
        with unbroken():
            inside.set()
            go.wait(10)

    thread = threading.Thread(target=work)
    thread.start()
    inside.wait(10)
    with pytest.raises(KeyboardInterrupt), ended_cleanly():
        told(signal.SIGTERM)
    go.set()
    thread.join()


STUCK = """
import hashlib, sys
sys.path[:0] = %r
from ansible_collections.lorawan.thingpark.plugins.module_utils._signals import ended_cleanly
with ended_cleanly():
    print("there", flush=True)
    hashlib.pbkdf2_hmac("sha256", b"", b"", 2**31 - 1)
"""


def test_a_library_that_never_returns_does_not_hold_the_process():
    """A name server that doesn't answer is waited for where no exception gets through."""
    command = [sys.executable, "-c", STUCK % sys.path]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout.read(5) == b"there"
        time.sleep(0.3)
        start = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 1
        assert _signals.LONGEST < time.monotonic() - start < 3
