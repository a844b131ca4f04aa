# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same work on many things at once."""

from __future__ import annotations

import threading

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils import _workers
from ansible_collections.lorawan.thingpark.plugins.module_utils._workers import ahead, each


@pytest.mark.parametrize("parallel", [1, 2, 8, 64])
@pytest.mark.parametrize("count", [0, 1, 7, 500])
def test_every_item_is_done_once(parallel, count):
    done: list = []
    each(iter(range(count)), done.append, parallel)
    assert sorted(done) == list(range(count))


def test_one_worker_keeps_the_order():
    done: list = []
    each(range(50), done.append, 1)
    assert done == list(range(50))


def test_nothing_to_do_needs_no_worker():
    each([], pytest.fail, 0)


def test_they_work_at_the_same_time():
    together = threading.Barrier(4, timeout=30)
    each(range(4), lambda item: together.wait(), 4)


def test_the_next_is_under_way_while_the_caller_is_at_work():
    asked = [threading.Event() for _number in range(3)]

    def source():
        for number, event in enumerate(asked):
            event.set()
            yield number

    found = []
    for item in ahead(source()):
        assert all(event.wait(30) for event in asked[: item + 2])
        found.append(item)
    assert found == [0, 1, 2]


def test_the_next_one_that_fails_comes_after_the_last_good_one():
    def source():
        yield 1
        raise ValueError("odd")

    items = ahead(source())
    assert next(items) == 1
    with pytest.raises(ValueError, match="odd"):
        next(items)


@pytest.mark.parametrize("error", [ValueError("odd"), KeyboardInterrupt(), SystemExit(3)])
def test_an_exception_reaches_the_caller_and_stops_the_others(error):
    done: list = []

    def work(item: int) -> None:
        if item == 10:
            raise error
        done.append(item)

    with pytest.raises(type(error)) as caught:
        each(range(10_000), work, 1)
    assert caught.value is error
    assert done == list(range(10))


def test_when_it_raises_no_worker_is_left_at_it():
    busy, entered = threading.Event(), threading.Event()
    done: list = []

    def work(item: str) -> None:
        if item == "slow":
            entered.set()
            assert busy.wait(30)
            done.append(item)
        else:
            assert entered.wait(30)
            busy.set()
            raise ValueError(item)

    with pytest.raises(ValueError, match="quick"):
        each(["slow", "quick"], work, 2)
    assert done == ["slow"]


def test_the_waiting_thread_reports_while_they_work(monkeypatch):
    monkeypatch.setattr(_workers, "TICK", 0.01)
    ticked = threading.Event()
    callers: list = []

    def tick() -> None:
        callers.append(threading.current_thread())
        ticked.set()

    each([1], lambda item: ticked.wait(30), 1, tick)
    assert ticked.is_set() and set(callers) == {threading.current_thread()}


@pytest.fixture
def few_threads(monkeypatch):
    """Return a function that lets the system start some threads, and no further one."""

    def few_threads(count: int) -> None:
        start, left = threading.Thread.start, iter(range(count))

        def start_one(thread: threading.Thread) -> None:
            if next(left, None) is None:
                raise RuntimeError("can't start new thread")
            start(thread)

        monkeypatch.setattr(threading.Thread, "start", start_one)

    return few_threads


@pytest.mark.parametrize("system_has", [0, 1, 5, 63])
def test_a_system_out_of_threads_has_fewer_at_work(few_threads, system_has):
    few_threads(system_has)
    done: list = []
    workers: set = set()

    def work(item: int) -> None:
        workers.add(threading.current_thread())
        done.append(item)

    each(range(500), work, 64)
    assert sorted(done) == list(range(500)) and len(workers) <= max(system_has, 1)
    assert (workers == {threading.current_thread()}) == (system_has == 0)


def test_a_failure_without_threads_reaches_the_caller(few_threads):
    few_threads(0)
    with pytest.raises(ZeroDivisionError):
        each([1, 0, 1], lambda item: 1 / item, 64)


def test_nothing_is_got_ahead_without_threads(few_threads):
    few_threads(0)
    assert list(ahead(iter(range(20)))) == list(range(20))


def test_an_interruption_while_waiting_lets_the_workers_end(monkeypatch):
    monkeypatch.setattr(_workers, "TICK", 0.01)
    interrupted = threading.Event()
    done: list = []

    def tick() -> None:
        interrupted.set()
        raise KeyboardInterrupt

    def work(item: int) -> None:
        assert interrupted.wait(30)
        done.append(item)

    with pytest.raises(KeyboardInterrupt):
        each(range(1000), work, 2, tick)
    assert 1 <= len(done) < 1000
