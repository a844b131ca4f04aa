# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One pace for all workers: never above the task's rate, and slower when the platform or this machine is in trouble.

The pace reacts to trouble as TCP does. Failures of requests that were under way together count as one event, which halves the
rate once. Good answers then raise the rate step by step, so that it is back at full speed within seconds.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from email.utils import parsedate_to_datetime
from typing import Callable

LONGEST_WAIT = 120.0  # seconds; a longer Retry-After is cut to this
SLOWEST = 1.0  # seconds between two requests of the whole task
SETTLED = 0.5  # seconds until a slower pace takes effect; a failure of a request sent before then is the same event
LONGER = 1.5  # factor by which each slower pace is tried longer while nothing succeeds: a large burst is no outage
START = 100.0  # requests per second; the first trouble of a task doesn't lower the rate below this
RAISE = 200.0  # requests per second that a second of good answers adds; TCP adds as much at a latency of 70 ms
FULL = 1000.0  # requests per second; a process can't send more, so that above this the rate is unlimited again
RECENT = 64  # good answers from which the platform's real rate is measured
RESERVE = 300  # retries that a task has if the platform only fails: enough for 64 workers during a short outage
EARNED = 0.5  # retries that a good answer gives back


class Pacer:
    """Decides when each request may be sent.

    A request begins with :meth:`wait` and ends with :meth:`done`. In between, the caller reports its result together with the
    time of sending, which :meth:`wait` returned.

    :param rate: requests per second of the whole task, 0 for no limit.
    """

    def __init__(
        self, rate: float = 0, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], object] | None = None
    ) -> None:
        self._interval = 1.0 / rate if rate else 0.0
        self._clock = clock
        self._state = threading.Condition()  # guards all attributes below; waiting requests wait for it to change
        self._sleep = sleep or time.sleep
        self._sleep_unless_changed = sleep or self._state.wait
        self._turns = (threading.Lock(), threading.Lock())  # for new and repeated requests: one of each kind watches the clock
        self._repeated = 0  # number of waiting requests that are sent again
        self._last = -math.inf  # when the last request went
        self._good: deque[float] = deque(maxlen=RECENT)  # when the last good answers came
        self._going = 0  # number of requests under way
        self._most = math.inf  # limit of requests under way
        self._rate = math.inf  # requests per second that the platform seems to accept
        self._proven = math.inf  # half of the rate that it really accepted; below this, good answers double the rate
        self._gate = -math.inf  # until when the platform wants no requests
        self._slowed = -math.inf  # when the pace was last slowed down
        self._trial = SETTLED  # seconds for which the slower pace is tried
        self._is_well = True  # the last answer was a good one

    def wait(self, again: bool = False) -> float:
        """Wait until the next request may go, and return that time.

        :param again: the request was sent before. It goes first, since it has already waited as long as the platform asked.

        A request that has waited as long as the platform asked goes then, even if meanwhile the platform asks another request
        to wait.
        """
        with self._state:
            self._repeated += again
            gate = -math.inf if again else self._gate if self._gate > self._clock() else None
        try:
            with self._turns[again], self._state:
                slept = 0.0
                while True:
                    now = self._clock()
                    due = max(self._last + self.interval, self._gate if gate is None else gate)
                    if self._going >= self._most or (self._repeated and not again):
                        self._state.wait()
                    elif due > now:
                        self._sleep_unless_changed(due - now)
                        slept = due
                    else:
                        break
                # Count from the due time, not from the wake-up: else each request would add the machine's delay in waking up.
                self._last = due if slept == due else now
                self._going += 1
                return now
        finally:
            with self._state:
                self._repeated -= again
                self._state.notify_all()

    @property
    def interval(self) -> float:
        """The least number of seconds between two requests at the present pace."""
        return max(self._interval, 1 / self._rate)

    def done(self) -> None:
        """A request is no longer under way."""
        with self._state:
            self._going -= 1
            self._state.notify_all()

    def rest(self, seconds: float) -> None:
        """Pause one request before it is sent again, for longer if the platform wants no requests at the moment."""
        with self._state:
            pause = max(seconds, self._gate - self._clock())
        self._sleep(pause)

    def slow_down(self, sent: float, again: bool = False, asked: float | None = None) -> None:
        """The platform has trouble: halve the rate, once for all requests that were under way.

        :param again: the request failed before. If it fails again while others succeed, the platform has no trouble.
        :param asked: seconds for which the platform wants no requests; all workers wait together.
        """
        with self._state:
            now = self._clock()
            if asked:
                self._gate = max(self._gate, now + min(asked, LONGEST_WAIT))
            if sent >= self._slowed + (SETTLED if self._is_well else self._trial) and not (again and self._is_well):
                self._slowed = now
                if self._is_well or self._rate == math.inf:
                    given = len(self._good) / max(now - (self._good or [now])[0], 1 / FULL)  # good answers per second
                    self._proven = max(min(self._rate, given, FULL) / 2, START if self._rate == math.inf else 1 / SLOWEST)
                    self._rate = self._proven
                    self._trial = SETTLED
                elif not asked:  # repeated trouble means an outage: it says nothing about the rate that the platform accepts
                    self._rate = max(self._rate / 2, 1 / SLOWEST)
                    self._trial *= LONGER
            self._is_well = False

    def speed_up(self, sent: float) -> None:
        """The platform answered well: go a little faster again."""
        self._good.append(self._clock())
        if self._is_well and self._rate == math.inf:
            return
        with self._state:
            self._is_well = self._is_well or sent >= self._slowed
            if sent < self._slowed + SETTLED:
                return
            if self._rate < self._proven:
                self._rate = min(self._rate * 2, self._proven)
            else:
                self._rate += min(self._rate / 4, RAISE / self._rate)
            if self._rate > FULL:
                self._rate = math.inf

    def use_fewer(self, sent: float) -> None:
        """This machine can't open so many connections: from now on, allow half as many requests at a time."""
        with self._state:
            if sent >= self._slowed + SETTLED:
                self._slowed = self._clock()
                self._most = max(min(self._most, self._going) // 2, 1)


class Budget:
    """The retries that all requests of a task share: enough for a short outage, not for a platform that stays down."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._well = clock()  # when the platform last answered well, or the task began
        self._left = float(RESERVE)
        self._lock = threading.Lock()

    def spend(self) -> bool:
        """Take one retry; return whether there was one."""
        with self._lock:
            has_one = self._left >= 1
            self._left -= has_one
            return has_one

    def may_wait(self, seconds: float) -> bool:
        """Return whether a request may wait as long as the platform asks, without using up a retry.

        :param seconds: the sum of its waits. This sum is limited, and so is the time without a good answer to any request.
        """
        return seconds <= LONGEST_WAIT and self._clock() - self._well <= LONGEST_WAIT

    def earn(self) -> None:
        """The platform answered well."""
        self._well = self._clock()
        if self._left < RESERVE:
            with self._lock:
                self._left = min(self._left + EARNED, RESERVE)


def seconds_to_wait(retry_after: str | None, now: float | None = None) -> float | None:
    """Return the seconds that a Retry-After header asks for, LONGEST_WAIT at most; None when it says nothing usable."""
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
