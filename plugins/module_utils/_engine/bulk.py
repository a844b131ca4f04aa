# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shares the changes of a run between imports (one at a time) and single requests (many at a time), and measures which is faster.

Knows neither the platform nor the content of a change.
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
AIM = 3.0  # seconds an import should take
#: Minimum seconds of a single request: one process sends at most a thousand a second.
QUICKEST = 0.001
#: Waiting for an import may cost this share of the time that single requests would need for all rows.
WASTE = 0.1


class Load(NamedTuple):
    """Changes that can share one import.

    :param action: CREATE or DELETE.
    :param params: query parameters that hold for all of them: names and values.
    """

    action: str
    params: tuple[tuple[str, tuple[str, ...]], ...]
    changes: deque[Change]


class Work:
    """The changes of a run. Each change is in one place: waiting (for single requests or imports), in an import, or at a worker.

    :param singles: changes for single requests.
    :param loads: changes for imports. Single requests take them too after :meth:`open`.
    """

    def __init__(self, singles: Iterable[Change], loads: Iterable[Load]) -> None:
        self._state = threading.Condition()
        self._singles = deque(singles)
        self._loads = deque(loads)
        self._under_way: dict[str, Change] = {}
        self._is_open = False
        self._is_over = False
        #: Number of changes meant for imports that single requests took.
        self.lent = 0

    def single(self) -> tuple[Change, bool] | None:
        """Return the next change for a single request, and whether an import holds it too; None at the end.

        Waits as long as an import may still hand changes over.
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
                    self.lent += 1  # the last row first, because an import begins with the first
                    change = self._under_way.popitem()[1]
                    self._state.notify_all()  # if all rows of an import are taken, nobody needs its answer
                    return change, True
                if not self._loads and not self._under_way:
                    break
                self._state.wait()
            return None

    def load(self, size: int) -> Load | None:
        """Return the next changes for an import, at most ``size``; None at the end."""
        with self._state:
            if not self._loads:
                return None
            first = self._loads[0]
            taken = first._replace(changes=deque(first.changes.popleft() for _number in range(min(size, len(first.changes)))))
            self._drop_empty()
            self._under_way = {change.identity: change for change in taken.changes}
            return taken

    def holds(self, change: Change) -> bool:
        """Return whether a change is in the current import and no single request took it."""
        with self._state:
            return change.identity in self._under_way

    def settled(self, change: Change) -> bool:
        """Return whether an import's result for a change counts: no single request took it. The change leaves the import."""
        with self._state:
            return self._under_way.pop(change.identity, None) is not None

    def hand_over(self, changes: Iterable[Change]) -> None:
        """Hand changes of the current import to single requests, unless one took them already."""
        with self._state:
            self._singles.extend(change for change in changes if self._under_way.pop(change.identity, None) is not None)
            self._state.notify_all()

    def put_back(self, load: Load, changes: Iterable[Change]) -> None:
        """Return changes of the current import to the waiting imports, unless a single request took them."""
        with self._state:
            left = deque(change for change in changes if self._under_way.pop(change.identity, None) is not None)
            if left:
                self._loads.appendleft(load._replace(changes=left))
            self._state.notify_all()

    def open(self, is_open: bool = True) -> None:
        """Allow single requests to take changes meant for imports, or forbid it."""
        with self._state:
            self._is_open = is_open
            self._state.notify_all()

    def close(self) -> None:
        """Hand out no further changes."""
        with self._state:
            self._is_over = True
            self._state.notify_all()

    def wait(self, coming: Future[Any], seconds: float | None = None) -> bool:
        """Wait for an import; return False on timeout. True comes early if single requests took all rows, or on :meth:`close`."""

        def wake(_coming: Future[Any]) -> None:
            with self._state:
                self._state.notify_all()

        coming.add_done_callback(wake)
        with self._state:
            return self._state.wait_for(lambda: coming.done() or not self._under_way or self._is_over, seconds)

    def _drop_empty(self) -> None:
        self._loads = deque(load for load in self._loads if load.changes)


class Pace:
    """Chooses the size of the next import, and whether imports are faster than single requests.

    :param compares: whether speed matters; if not, imports are used regardless.
    :param parallel: number of single requests that would run at once.
    :param total: number of rows in all.
    """

    def __init__(self, compares: bool, parallel: int, total: int) -> None:
        self.size = FIRST
        self.goes_on = True
        self._compares = compares
        self._parallel = parallel
        self._total = total
        self._single = 0.0  # seconds per row by single requests

    def note_single(self, seconds: float, interval: float) -> None:
        """Record the duration of one single request.

        :param interval: seconds between two requests at the present pace.
        """
        self._single = max(seconds / self._parallel, interval, QUICKEST)

    def patience(self, rows: int) -> float | None:
        """Return the seconds after which single requests begin beside an import, None for never.

        In this time, single requests would do the import's rows, or a tenth of all rows.
        """
        return min(rows, WASTE * self._total) * self._single if self._compares and self._parallel > 1 else None

    def note(self, rows: int, seconds: float, lent: int = 0, beside: float = 0.0) -> None:
        """Record the duration of an import.

        :param lent: number of its rows that single requests took, in ``beside`` seconds.
        """
        if rows < min(self.size, FIRST):  # a small remainder says little about larger imports
            return
        each = seconds / rows
        if lent >= self._parallel and beside:
            self._single = beside / lent
        if self._compares:
            self.goes_on = each < self._single
        self.size = max(min(2 * self.size, int(AIM / max(each, AIM / MOST)), MOST), LEAST)

    def begin_again(self) -> None:
        """Make the next import a small one, after a failure."""
        self.size = FIRST
