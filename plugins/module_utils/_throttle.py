# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One pace for all workers: a rate that isn't exceeded, and a platform that asks for less."""

from __future__ import annotations

import math
import threading
import time
from email.utils import parsedate_to_datetime
from typing import Callable

LONGEST_WAIT = 120.0  # seconds; what a Retry-After may ask of us at most
SLOWEST = 5.0  # seconds between two requests of the whole task
QUICKEST = 0.002  # below this, slowing down is over
RESERVE = 300  # retries that a task may have owing to a platform that only fails; 64 workers are through a short outage with it
EARNED = 0.5  # retries that a good answer gives back


class Pacer:
    """Lets requests go, one after the other where need be.

    :param rate: requests per second of the whole task, 0 for no bound.
    """

    def __init__(
        self, rate: float = 0, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        self._interval = 1.0 / rate if rate else 0.0
        self._extra = 0.0
        self._next = 0.0
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Return when the next request may go."""
        with self._lock:
            now = self._clock()
            start = max(self._next, now)
            self._next = start + max(self._interval, self._extra)
        if start > now:
            self._sleep(start - now)

    def slow_down(self, seconds: float) -> None:
        """The platform has too much: all workers pause for ``seconds`` and go on more slowly."""
        with self._lock:
            self._next = max(self._next, self._clock() + min(seconds, LONGEST_WAIT))
            self._extra = min(max(self._extra * 2, 0.02), SLOWEST)

    def speed_up(self) -> None:
        """The platform answered well: go a little faster again."""
        if self._extra:
            with self._lock:
                self._extra = self._extra * 0.95 if self._extra > QUICKEST else 0.0


class Budget:
    """How many retries all requests of a task have together: a bad spell is sat out, a platform that stays down isn't."""

    def __init__(self) -> None:
        self._left = float(RESERVE)
        self._lock = threading.Lock()

    def spend(self) -> bool:
        """Take one retry; return whether there was one."""
        with self._lock:
            has_one = self._left >= 1
            self._left -= has_one
            return has_one

    def earn(self) -> None:
        """The platform answered well."""
        if self._left < RESERVE:
            with self._lock:
                self._left = min(self._left + EARNED, RESERVE)


def seconds_to_wait(retry_after: str | None, now: float | None = None) -> float | None:
    """Return the seconds that a Retry-After header asks for, bounded; None when it says nothing usable."""
    if not retry_after:
        return None
    try:
        seconds = float(retry_after)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(retry_after).timestamp() - (time.time() if now is None else now)
        except (TypeError, ValueError, IndexError, OverflowError):
            return None
    return None if math.isnan(seconds) else min(max(seconds, 0.0), LONGEST_WAIT)
