# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A task that is told to end unwinds, so that it closes its session: once, and never in the middle of a login."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class _Asked:
    """Whether the process was told to end, and whether that has to wait. Signals are the whole process's own."""

    def __init__(self) -> None:
        self.came = False
        self.waits = False


_asked = _Asked()


def _end(_number: int, _frame: FrameType | None) -> None:
    # One interruption is enough: a second one would break off what the first one set going.
    if _asked.came:
        return
    _asked.came = True
    if not _asked.waits:
        raise KeyboardInterrupt


@contextmanager
def ended_cleanly() -> Iterator[None]:
    """Turn SIGTERM and SIGINT into one exception in here; to be used by the main thread."""
    _asked.came = _asked.waits = False
    before = {number: signal.signal(number, _end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def unbroken() -> Iterator[None]:
    """Let an interruption wait until this is done: a session that nobody knows of can't be closed.

    Only the main thread is ever interrupted; it waits for the others anyway.
    """
    if threading.current_thread() is not threading.main_thread() or _asked.waits:
        yield
        return
    was_asked = _asked.came
    _asked.waits = True
    try:
        yield
    finally:
        _asked.waits = False
    if _asked.came and not was_asked:
        raise KeyboardInterrupt
