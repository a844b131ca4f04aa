# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts of requests, for tests about their number."""

from __future__ import annotations

import time

from .. import Document
from ..http.messages import Request

_MAX_PATHS = 2000


class Meter:
    """Counts of requests since the last reset, without inspection."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Restart all counts."""
        self._counts: Document = {
            "total": 0,
            "by_verb": {},
            "by_path": {},
            "by_status": {},
            "first_at": {},
            "last_at": {},
            "logins": {"attempts": 0, "refused": 0},
            "tokens": {"attempts": 0, "refused": 0},
            "rate_limited": 0,
            "max_in_flight": 0,
        }

    def shown(self) -> Document:
        """The counts."""
        return self._counts

    def count(self, request: Request, status: int) -> None:
        """Count one answered request."""
        counts = self._counts
        counts["total"] += 1
        _increase(counts["by_verb"], request.method)
        _increase(counts["by_status"], str(status))
        key = "%s %s" % (request.method, request.template or request.path)
        if key not in counts["by_path"] and len(counts["by_path"]) >= _MAX_PATHS:
            key = "other"
        now = time.time()  # by this host's clock
        counts["first_at"].setdefault(key, now)
        counts["last_at"][key] = now
        _increase(counts["by_path"], key)

    def count_refused_by_rate(self, request: Request) -> None:
        """Count a request that the rate limit refused."""
        self._counts["rate_limited"] += 1
        self.count(request, 429)

    def count_login(self, refused: bool) -> None:
        """Count an attempt at the login page."""
        self._counts["logins"]["attempts"] += 1
        self._counts["logins"]["refused"] += bool(refused)

    def count_token(self, refused: bool) -> None:
        """Count an attempt at the token endpoint."""
        self._counts["tokens"]["attempts"] += 1
        self._counts["tokens"]["refused"] += bool(refused)

    def note_in_flight(self, number: int) -> None:
        """Remember the maximum number of waiting requests."""
        self._counts["max_in_flight"] = max(self._counts["max_in_flight"], number)


def _increase(table: dict[str, int], key: str) -> None:
    table[key] = table.get(key, 0) + 1
