# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A task that is told to end unwinds, so that it closes its session: once, within two seconds, and not in the middle of a login.

A signal becomes an exception in the main thread. A thread of its own watches: it insists where the exception has to wait for
something that takes too long, and ends the process where nothing else does.
"""

from __future__ import annotations

import os
import select
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, Callable

CHECK = 0.1  # seconds between two looks whether anybody still waits for the task
PATIENCE = 0.8  # seconds for what must not be broken off, such as a login
LONGEST = 1.7  # seconds after which the process ends, whatever it hangs in
#: What tells a task to end. The last is Ansible's own limit, a task's ``timeout``, and counts where Ansible has set one.
NUMBERS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM)


class _Asked:
    """Whether the process was told to end, and whether that has to wait. Signals are the whole process's own."""

    def __init__(self) -> None:
        self.before: dict[int, Any] = {}  # the handlers that ours stand in for
        self.number = 0  # of the signal that came, 0 before
        self.is_told = False  # the exception was raised
        self.waits = False
        self.insists = False


_asked = _Asked()


def _note(number: int, _frame: FrameType | None = None) -> None:
    if _asked.number in (0, signal.SIGALRM):  # a task's limit is the lesser end: Ansible goes on after it
        _asked.number = number
    if _asked.insists or not _asked.waits:
        _tell()


def _tell() -> None:
    # One interruption is enough: a second one would break off what the first one set going.
    if _asked.number and not _asked.is_told:
        _asked.is_told = True
        _raise()


def _raise() -> None:
    if _asked.number == signal.SIGALRM:
        _asked.before[signal.SIGALRM](signal.SIGALRM, None)
    raise KeyboardInterrupt


def _is_ours(number: int) -> bool:
    """Return whether a signal means an end here. What is ignored stays so (``nohup``); others than Ansible set no limit."""
    before = signal.getsignal(number)
    return callable(before) if number == signal.SIGALRM else number == signal.SIGTERM or before != signal.SIG_IGN


@contextmanager
def ended_cleanly(is_alone: Callable[[], bool] = bool) -> Iterator[None]:
    """Turn what tells a task to end into one exception in here; to be used by the main thread.

    :param is_alone: returns whether nobody waits for the task any more, which tells it to end as well.
    """
    if is_alone():
        raise KeyboardInterrupt
    _asked.before = {number: signal.getsignal(number) for number in NUMBERS if _is_ours(number)}
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    watch = threading.Thread(target=_watch, args=(reader, threading.get_ident(), is_alone), daemon=True)
    with suppress(RuntimeError):  # the system has no thread left: a task that waits for nothing ends without it as well
        watch.start()
    woken = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    for number in _asked.before:
        signal.signal(number, _note)
    try:
        yield
    except BaseException:
        if not _asked.number:
            raise
    finally:
        signal.set_wakeup_fd(woken)
        os.write(writer, b"\0")
        if watch.ident:
            watch.join()
        else:
            os.close(reader)
        for number, handler in _asked.before.items():
            signal.signal(number, handler)
        os.close(writer)
    try:
        if _asked.number:  # whatever became of the exception inside: what comes next isn't begun
            _raise()
    finally:
        vars(_asked).update(vars(_Asked()))  # Ansible may go on in this process, with what was not told to end


def _watch(reader: int, main: int, is_alone: Callable[[], bool]) -> None:
    """See to it that the task ends. Signals are read here too, since a library's call may keep the main thread from them."""
    number, since = 0, 0.0
    with os.fdopen(reader, "rb", buffering=0) as numbers:
        coming = select.poll()
        coming.register(numbers, select.POLLIN)
        while True:
            came = numbers.read(64) if coming.poll(CHECK * 1000) else b""
            if 0 in came:
                return
            for one in came:
                if one in _asked.before and number in (0, signal.SIGALRM):
                    number, since = one, since or time.monotonic()
            if number and time.monotonic() - since > LONGEST and number != signal.SIGALRM:
                os._exit(1)
            if number and time.monotonic() - since > PATIENCE:
                _asked.insists = True
                signal.pthread_kill(main, number)
            elif not number and is_alone():
                signal.pthread_kill(main, signal.SIGTERM)


def is_told_to_end() -> bool:
    """Return whether the task unwinds, and may wait for nothing any more."""
    return bool(_asked.number)


@contextmanager
def unbroken() -> Iterator[None]:
    """Let an interruption wait until this is done, as long as that is soon: a session that nobody knows of can't be closed.

    Only the main thread is ever interrupted; the others end with the process.
    """
    if threading.current_thread() is not threading.main_thread() or _asked.waits:
        yield
        return
    _asked.waits = True
    try:
        yield
    finally:
        _asked.waits = False
    _tell()


@contextmanager
def breakable() -> Iterator[None]:
    """Let an interruption break this off, although it stands within something unbroken."""
    if threading.current_thread() is not threading.main_thread() or not _asked.waits:
        yield
        return
    _asked.waits = False
    try:
        _tell()
        yield
    finally:
        _asked.waits = True
