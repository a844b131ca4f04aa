# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work that takes its time, and goes on when whoever asked for it has gone: the import (?)."""

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
    """Steps, one after the other, each as long as the others.

    :param steps: a generator; what it does up to its next yield is a step. It yields whether to go on.
    :param total: how many steps there are at most.
    :param pause: seconds for each; without any, all is done at once.
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
        """Begin at a moment of the loop's clock."""
        self._begun = begun
        if self.seconds > 0:
            self._wait()
        else:
            self._do(self.seen["rows"])

    def end_early(self) -> None:
        """Leave out the second half of the steps; to be said before it begins."""
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
        """Do the steps up to a number."""
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
        """Nothing more is done; who waits is told."""
        if self.seen["state"] == "FINISHED":
            return
        if self._timer is not None:
            self._timer.cancel()
        self.seen.update(state="FINISHED", ended=now_ms())
        waiting, self._waiting = self._waiting, []
        for call in waiting:
            call()

    def when_done(self, call: Callable[[], object]) -> None:
        """Call something at the end, now if that has come."""
        if self.seen["state"] == "FINISHED":
            call()
        else:
            self._waiting.append(call)


class Jobs:
    """The jobs of a simulator, the latest last."""

    def __init__(self) -> None:
        self._all: deque[Job] = deque(maxlen=_KEPT)
        self._new: Job | None = None

    def add(self, job: Job) -> None:
        """Take a job that the request in hand has made."""
        self._all.append(job)
        self._new = job

    def take(self) -> Job | None:
        """The job of the request in hand, or None; it has to be started."""
        job, self._new = self._new, None
        return job

    def shown(self) -> list[Document]:
        """What a test may see of them."""
        return [job.seen for job in self._all]

    def clear(self) -> None:
        """End and forget all of them."""
        for job in self._all:
            job.end()
        self._all.clear()


class Later(Response):
    """The answer to a request whose job has still to be done.

    :param make: gives the answer, then.
    """

    __slots__ = ("job", "_make")

    def __init__(self, job: Job, make: Callable[[], Response]) -> None:
        super().__init__(200)
        self.job = job
        self._make = make

    def now(self) -> Response:
        """The answer, once the job is done."""
        return self._make()

    def but(self, change: Callable[[Response], Response]) -> Later:
        """The same answer, changed by a function when it is there."""
        return Later(self.job, lambda: change(self._make()))
