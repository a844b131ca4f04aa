# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parallel work: threads take the next item until none is left, or until they are stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from typing import Any, Callable, TypeVar

from ._errors import OptionError

Item = TypeVar("Item")
MOST = 64  # threads of a task
TICK = 2.0  # seconds between two reports
LAST = 0.5  # seconds to finish for the workers of an interrupted task; later they end with the process


def check_parallel(parallel: int) -> None:
    """Raise :class:`OptionError` for an invalid value of the option ``parallel``."""
    if not 1 <= parallel <= MOST:
        raise OptionError("parallel must be from 1 to %d, got %d" % (MOST, parallel))


def ahead(items: Iterable[Item]) -> Iterator[Item]:
    """Yield the items. A thread fetches the next item while the caller uses the current one."""
    source = iter(items)
    end: Any = object()

    def get() -> Any:
        return next(source, end)

    coming = begun(get)
    while True:
        item = coming.result()
        if item is end:
            return
        coming = begun(get)
        yield item


def begun(work: Callable[[], Item]) -> Future[Item]:
    """Start work in a daemon thread. Unlike a pool's threads, it doesn't block the end of an interrupted task."""
    coming: Future[Item] = Future()

    def get() -> None:
        try:
            coming.set_result(work())
        except BaseException as error:  # raised by result()
            coming.set_exception(error)

    try:
        threading.Thread(target=get, daemon=True).start()
    except RuntimeError:  # no thread is free
        get()
    return coming


def each(
    items: Iterable[Item],
    work: Callable[[Item], object],
    parallel: int,
    tick: Callable[[], object] | None = None,
    stop: Callable[[], object] | None = None,
) -> None:
    """Call ``work(item)`` for every item, in ``parallel`` threads; raises the first exception of a call.

    If the system has fewer threads, these do the work; if it has none, the calling thread does.

    :param tick: called every two seconds by the waiting thread.
    :param stop: called by the waiting thread on an interruption, to end work that would continue by itself.
    """
    queue = iter(list(items))
    lock = threading.Lock()
    failures: list[BaseException] = []

    def loop() -> None:
        while not failures:
            with lock:
                try:
                    item = next(queue)
                except StopIteration:
                    return
            try:
                work(item)
            except BaseException as error:  # raised in the caller below
                failures.append(error)

    threads: list[threading.Thread] = []
    due = time.monotonic() + TICK
    try:
        _start(threads, loop, parallel)
        if not threads:
            loop()
        for thread in threads:
            while thread.is_alive():
                thread.join(max(due - time.monotonic(), 0.05))
                if time.monotonic() >= due:
                    due += TICK
                    if tick is not None:
                        tick()
    except BaseException as error:  # an interruption: workers get a moment to finish
        failures.append(error)
        if stop is not None:
            stop()
        end = time.monotonic() + LAST
        for thread in threads:
            thread.join(max(end - time.monotonic(), 0))
    if failures:
        raise failures[0]


def _start(threads: list[threading.Thread], loop: Callable[[], None], count: int) -> None:
    """Start up to ``count`` threads; fewer if the system has no more."""
    for _number in range(count):
        thread = threading.Thread(target=loop, daemon=True)
        try:
            thread.start()
        except RuntimeError:  # can't start new thread
            return
        threads.append(thread)
