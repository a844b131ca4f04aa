# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same work on many things at once: threads that take the next item until there is none, or until they are stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from typing import Any, Callable, TypeVar

Item = TypeVar("Item")
TICK = 2.0  # seconds between two reports
LAST = 0.5  # seconds that the workers of an interrupted task have to end; then they are left behind, and end with the process


def ahead(items: Iterable[Item]) -> Iterator[Item]:
    """Yield the items; while the caller is at work with one, a thread of its own gets the next, if the system has one."""
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
    """Begin some work. Nobody waits for its thread, as a library's pool would, when the task is interrupted."""
    coming: Future[Item] = Future()

    def get() -> None:
        try:
            coming.set_result(work())
        except BaseException as error:  # raised where the result is wanted
            coming.set_exception(error)

    try:
        threading.Thread(target=get, daemon=True).start()
    except RuntimeError:  # the system has no thread left
        get()
    return coming


def each(
    items: Iterable[Item],
    work: Callable[[Item], object],
    parallel: int,
    tick: Callable[[], object] | None = None,
    stop: Callable[[], object] | None = None,
) -> None:
    """Call ``work(item)`` for every item, in ``parallel`` threads; raises the first exception that one of them met.

    Where the system has fewer threads left, those do the work; where it has none, the calling thread does.

    :param tick: called without arguments every two seconds by the thread that waits.
    :param stop: called by it once it is interrupted; for work that goes on by itself until somebody stops it.
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
            except BaseException as error:  # handed to the caller below
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
    except BaseException as error:  # an interruption: the workers may end what they are at, if that is soon
        failures.append(error)
        if stop is not None:
            stop()
        end = time.monotonic() + LAST
        for thread in threads:
            thread.join(max(end - time.monotonic(), 0))
    if failures:
        raise failures[0]


def _start(threads: list[threading.Thread], loop: Callable[[], None], count: int) -> None:
    """Start up to ``count`` threads, as many as the system has."""
    for _number in range(count):
        thread = threading.Thread(target=loop, daemon=True)
        try:
            thread.start()
        except RuntimeError:  # can't start new thread
            return
        threads.append(thread)
