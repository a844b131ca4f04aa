# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes that are shared between imports, one at a time, and single requests, many at a time; and which of the two is faster.

Knows neither the platform nor what a change is about.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future
from typing import Any, NamedTuple

from .plan import Change

NEVER, AUTO, ALWAYS = "never", "auto", "always"
FIRST, MOST, LEAST = 50, 500, 10  # rows of an import
AIM = 3.0  # seconds that an import should take
#: Seconds that a single request takes at least: a process sends no more than a thousand in a second.
QUICKEST = 0.001
#: The share of what single requests would take for all rows that waiting for an import may cost.
WASTE = 0.1


class Load(NamedTuple):
    """Changes that may stand in one import.

    :param action: CREATE or DELETE.
    :param params: what the request says of all of them: names and values.
    """

    action: str
    params: tuple[tuple[str, tuple[str, ...]], ...]
    changes: deque[Change]


class Work:
    """The changes of a run. Each is in one place: left for single requests or imports, under way in an import, or a worker's.

    :param singles: changes that go by single requests.
    :param loads: changes that go by import, as long as single requests don't get them too; see :meth:`open`.
    """

    def __init__(self, singles: Iterable[Change], loads: Iterable[Load]) -> None:
        self._state = threading.Condition()
        self._singles = deque(singles)
        self._loads = deque(loads)
        self._under_way: dict[str, Change] = {}
        self._is_open = False
        self._is_over = False
        #: How many single requests got of what was meant for imports.
        self.lent = 0

    def single(self) -> tuple[Change, bool] | None:
        """Return the next change for a single request, and whether an import holds it too; None when there is none any more.

        Waits as long as an import may still hand some over.
        """
        with self._state:
            while not self._is_over:
                if self._singles:
                    return self._singles.popleft(), False
                if self._is_open and self._loads:
                    self.lent += 1
                    change = self._loads[-1].changes.pop()
                    self._drop_empty()
                    return change, False
                if self._is_open and self._under_way:
                    self.lent += 1  # the last row first: an import begins with the first
                    change = self._under_way.popitem()[1]
                    self._state.notify_all()  # nobody needs to wait for an import without rows
                    return change, True
                if not self._loads and not self._under_way:
                    break
                self._state.wait()
            return None

    def load(self, size: int) -> Load | None:
        """Return the next changes for an import, at most ``size``; None when there are none any more."""
        with self._state:
            if not self._loads:
                return None
            first = self._loads[0]
            taken = first._replace(changes=deque(first.changes.popleft() for _number in range(min(size, len(first.changes)))))
            self._drop_empty()
            self._under_way = {change.identity: change for change in taken.changes}
            return taken

    def holds(self, change: Change) -> bool:
        """Return whether a change is under way in an import, and no single request has it."""
        with self._state:
            return change.identity in self._under_way

    def settled(self, change: Change) -> bool:
        """Return whether what an import says of a change counts: no single request has it."""
        with self._state:
            return self._under_way.pop(change.identity, None) is not None

    def hand_over(self, changes: Iterable[Change]) -> None:
        """Leave changes of the import under way to single requests, but for those that have one."""
        with self._state:
            self._singles.extend(change for change in changes if self._under_way.pop(change.identity, None) is not None)
            self._state.notify_all()

    def put_back(self, load: Load, changes: Iterable[Change]) -> None:
        """Leave changes of the import under way to the next import, but for those that have a single request."""
        with self._state:
            left = deque(change for change in changes if self._under_way.pop(change.identity, None) is not None)
            if left:
                self._loads.appendleft(load._replace(changes=left))
            self._state.notify_all()

    def open(self, is_open: bool = True) -> None:
        """Let single requests get what is meant for imports, too, or no longer."""
        with self._state:
            self._is_open = is_open
            self._state.notify_all()

    def close(self) -> None:
        """Give nothing out any more."""
        with self._state:
            self._is_over = True
            self._state.notify_all()

    def wait(self, coming: Future[Any], seconds: float | None = None) -> bool:
        """Return whether an import's answer is there in time, or of no use any more since each row has a single request."""

        def wake(_coming: Future[Any]) -> None:
            with self._state:
                self._state.notify_all()

        coming.add_done_callback(wake)
        with self._state:
            return self._state.wait_for(lambda: coming.done() or not self._under_way or self._is_over, seconds)

    def _drop_empty(self) -> None:
        self._loads = deque(load for load in self._loads if load.changes)


class Pace:
    """How many rows the next import has, and whether imports are faster than single requests.

    :param compares: whether that counts; else imports are taken whatever they cost.
    :param parallel: single requests that would be under way at once.
    :param total: rows in all.
    """

    def __init__(self, compares: bool, parallel: int, total: int) -> None:
        self.size = FIRST
        self.goes_on = True
        self._compares = compares
        self._parallel = parallel
        self._total = total
        self._single = 0.0  # seconds that single requests take for a row

    def note_single(self, seconds: float, interval: float) -> None:
        """Take note of how long one single request took.

        :param interval: seconds between two requests that the present pace asks for.
        """
        self._single = max(seconds / self._parallel, interval, QUICKEST)

    def patience(self, rows: int) -> float | None:
        """Return the seconds after which single requests begin beside an import, None for never.

        By then they would have done the same rows, or a tenth of all.
        """
        return min(rows, WASTE * self._total) * self._single if self._compares and self._parallel > 1 else None

    def note(self, rows: int, seconds: float, lent: int = 0, beside: float = 0.0) -> None:
        """Take note of how long an import took.

        :param lent: rows that single requests did beside it, in ``beside`` seconds.
        """
        if rows < min(self.size, FIRST):  # what is left of a load tells little about larger ones
            return
        each = seconds / rows
        if lent >= self._parallel and beside:
            self._single = beside / lent
        if self._compares:
            self.goes_on = each < self._single
        self.size = max(min(2 * self.size, int(AIM / max(each, AIM / MOST)), MOST), LEAST)

    def begin_again(self) -> None:
        """Take a small import next: the last one failed."""
        self.size = FIRST
