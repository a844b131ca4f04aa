# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Interruptions: one exception, at a moment at which nothing gets lost."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._interruption import ended_cleanly, unbroken

NUMBERS = [signal.SIGTERM, signal.SIGINT]


def told(number: int) -> None:
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", NUMBERS)
def test_an_interruption_is_an_exception(number):
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), ended_cleanly():
        told(number)
    assert signal.getsignal(number) is before


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


def test_a_failure_comes_before_the_interruption_that_waited():
    with pytest.raises(ValueError), ended_cleanly(), unbroken():
        told(signal.SIGTERM)
        raise ValueError


def test_the_next_task_knows_nothing_of_it():
    with pytest.raises(KeyboardInterrupt), ended_cleanly():
        told(signal.SIGTERM)
    with ended_cleanly(), unbroken():
        pass


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
