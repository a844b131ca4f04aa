# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ends a task cleanly: a signal lets it close its session, within two seconds and not in the middle of a login.

A signal becomes one exception in the main thread. A watching thread repeats the signal if the exception is delayed too long, and
kills the process as the last resort.
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

CHECK = 0.1  # seconds between two checks whether Ansible still waits for the task
PATIENCE = 0.8  # seconds that protected work, such as a login, may delay the end
LONGEST = 1.7  # seconds after which the process is killed, whatever blocks it
#: Signals that end a task. SIGALRM is Ansible's ``timeout`` of a task, and counts only if Ansible has set a handler.
NUMBERS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM)


class _Asked:
    """The state of the ending. Signals concern the whole process, so there is one instance."""

    def __init__(self) -> None:
        self.before: dict[int, Any] = {}  # the handlers that ours replace
        self.number = 0  # of the received signal; 0 for none
        self.is_told = False  # the exception was raised
        self.waits = False
        self.insists = False


_asked = _Asked()


def _note(number: int, _frame: FrameType | None = None) -> None:
    if _asked.number in (0, signal.SIGALRM):  # any other signal outranks a task's time limit, after which Ansible continues
        _asked.number = number
    if _asked.insists or not _asked.waits:
        _tell()


def _tell() -> None:
    # Raise only once: a second exception would interrupt the cleanup after the first.
    if _asked.number and not _asked.is_told:
        _asked.is_told = True
        _raise()


def _raise() -> None:
    if _asked.number == signal.SIGALRM:
        _asked.before[signal.SIGALRM](signal.SIGALRM, None)
    raise KeyboardInterrupt


def _is_ours(number: int) -> bool:
    """Return whether we handle a signal. Ignored signals stay ignored (``nohup``); SIGALRM counts only with Ansible's handler."""
    before = signal.getsignal(number)
    return callable(before) if number == signal.SIGALRM else number == signal.SIGTERM or before != signal.SIG_IGN


@contextmanager
def ended_cleanly(is_alone: Callable[[], bool] = bool) -> Iterator[None]:
    """Turn signals into one exception inside. In another thread than the main one, which alone gets signals, this does nothing.

    :param is_alone: returns whether nothing waits for the task any more, which ends it too.
    """
    if is_alone():
        raise KeyboardInterrupt
    if threading.current_thread() is not threading.main_thread():  # a program that reads an inventory in its thread
        yield
        return
    _asked.before = {number: signal.getsignal(number) for number in NUMBERS if _is_ours(number)}
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    watch = threading.Thread(target=_watch, args=(reader, threading.get_ident(), is_alone), daemon=True)
    with suppress(RuntimeError):  # no thread is free: a task that never blocks ends without the watch, too
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
        if _asked.number:  # a signal came: nothing further is started, whatever happened to the exception inside
            _raise()
    finally:
        vars(_asked).update(vars(_Asked()))  # reset: Ansible may continue in this process


def _watch(reader: int, main: int, is_alone: Callable[[], bool]) -> None:
    """Enforce the end of the task. Signals are read from a pipe too, as a library's call may block the main thread."""
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
    """Return whether the task is ending, and must not wait for anything."""
    return bool(_asked.number)


@contextmanager
def unbroken() -> Iterator[None]:
    """Delay an interruption until this is done, if that is soon: an unknown session could never be closed.

    Only the main thread is ever interrupted; other threads end with the process.
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
    """Allow interruptions here, although the caller is protected by :func:`unbroken`."""
    if threading.current_thread() is not threading.main_thread() or not _asked.waits:
        yield
        return
    _asked.waits = False
    try:
        _tell()
        yield
    finally:
        _asked.waits = True
