# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work that takes time and continues without its client: the import (?)."""

from __future__ import annotations

import asyncio
import sys
import traceback
from collections import deque
from collections.abc import Iterator
from typing import Callable

from .. import Document, now_ms
from .messages import Response

_KEPT = 1000


class Job:
    """A sequence of steps of equal duration.

    :param steps: a generator; the code up to each yield is a step. It yields whether to continue.
    :param total: maximum number of steps.
    :param pause: seconds per step; 0 does all at once.
    """

    def __init__(self, what: str, steps: Iterator[bool], total: int, pause: float) -> None:
        self.seconds = total * pause
        self.seen: Document = {"what": what, "state": "RUNNING", "rows": total, "done": 0, "failed": 0}
        self.seen.update(client_left=False, began=now_ms())
        self._steps, self._pause = steps, pause
        self._begun = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._waiting: list[Callable[[], object]] = []

    def start(self, begun: float) -> None:
        """Start at a time of the event loop's clock."""
        self._begun = begun
        if self.seconds > 0:
            self._wait()
        else:
            self._do(self.seen["rows"])

    def end_early(self) -> None:
        """Skip the second half of the steps; to be called before the start."""
        self.seen["rows"] //= 2
        self.seconds /= 2

    def _wait(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_at(self._begun + (self.seen["done"] + 1) * self._pause, self._tick)

    def _tick(self) -> None:
        due = int((asyncio.get_running_loop().time() - self._begun) / self._pause)
        self._do(min(max(due, self.seen["done"] + 1), self.seen["rows"]))
        if self.seen["state"] == "RUNNING":
            self._wait()

    def _do(self, due: int) -> None:
        """Run the steps up to a number."""
        goes_on = True
        try:
            while goes_on and self.seen["done"] < due:
                goes_on = next(self._steps)
                self.seen["done"] += 1
        except Exception:  # pylint: disable=broad-except
            traceback.print_exc(file=sys.stderr)
            goes_on = False
        if not goes_on or self.seen["done"] == self.seen["rows"]:
            self.end()

    def end(self) -> None:
        """Stop, and notify the waiting clients."""
        if self.seen["state"] == "FINISHED":
            return
        if self._timer is not None:
            self._timer.cancel()
        self.seen.update(state="FINISHED", ended=now_ms())
        waiting, self._waiting = self._waiting, []
        for call in waiting:
            call()

    def when_done(self, call: Callable[[], object]) -> None:
        """Call a function at the end; immediately if it has ended."""
        if self.seen["state"] == "FINISHED":
            call()
        else:
            self._waiting.append(call)


class Jobs:
    """The jobs of a simulator, the latest one last."""

    def __init__(self) -> None:
        self._all: deque[Job] = deque(maxlen=_KEPT)
        self._new: Job | None = None

    def add(self, job: Job) -> None:
        """Add a job of the current request."""
        self._all.append(job)
        self._new = job

    def take(self) -> Job | None:
        """The new job of the current request, or None; the caller starts it."""
        job, self._new = self._new, None
        return job

    def shown(self) -> list[Document]:
        """The jobs in the form for tests."""
        return [job.seen for job in self._all]

    def clear(self) -> None:
        """End and forget all jobs."""
        for job in self._all:
            job.end()
        self._all.clear()


class Later(Response):
    """The answer to a request whose job isn't finished.

    :param make: returns the answer when the job is finished.
    """

    __slots__ = ("job", "_make")

    def __init__(self, job: Job, make: Callable[[], Response]) -> None:
        super().__init__(200)
        self.job = job
        self._make = make

    def now(self) -> Response:
        """The answer, when the job is finished."""
        return self._make()

    def but(self, change: Callable[[Response], Response]) -> Later:
        """The same answer, later changed by a function."""
        return Later(self.job, lambda: change(self._make()))
