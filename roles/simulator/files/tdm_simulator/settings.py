# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be set about a running simulator."""

from __future__ import annotations

from dataclasses import dataclass, field

DEFAULT_LOGIN = "operator@example.com"
DEFAULT_PASSWORD = "simulator-demo"
DEFAULT_CLIENT_ID = "sub-100002581/simulator"
DEFAULT_CLIENT_SECRET = "simulator-demo-secret"


@dataclass
class Settings:
    """Options of the platform that is simulated; page limits and rates are ? in API.md."""

    edition: str = "wireless"
    login: str = DEFAULT_LOGIN
    password: str = DEFAULT_PASSWORD
    client_id: str = DEFAULT_CLIENT_ID
    client_secret: str = DEFAULT_CLIENT_SECRET
    latency_ms: float = 0.0
    page_size_min: int = 100
    page_size_max: int = 5000
    page_index_max: int = 1000
    cursors: bool = True
    session_token: bool = True
    null_briefs: bool = False
    read_only: bool = False
    token_lifetime: float = 300.0
    session_lifetime: float = 1800.0
    rate_limit: float = 0.0
    licences: dict = field(default_factory=dict)

    #: Settings that may be changed at run time, with type, minimum and maximum.
    RUNTIME = {
        "latency_ms": (float, 0, 600000),
        "page_size_min": (int, 1, 100000),
        "page_size_max": (int, 1, 100000),
        "page_index_max": (int, 1, 10**9),
        "cursors": (bool, None, None),
        "session_token": (bool, None, None),
        "null_briefs": (bool, None, None),
        "read_only": (bool, None, None),
        "token_lifetime": (float, 0, 10**9),
        "session_lifetime": (float, 0, 10**9),
        "rate_limit": (float, 0, 10**6),
    }

    @property
    def enterprise(self):
        """True for the ThingPark Enterprise edition."""
        return self.edition == "enterprise"

    def public(self):
        """The settings without secrets."""
        shown = {name: getattr(self, name) for name in self.RUNTIME}
        shown.update(edition=self.edition, licences=dict(self.licences))
        return shown

    def change(self, changes):
        """Apply run-time changes; raises ValueError and changes nothing on a bad one."""
        accepted = {}
        for name, value in changes.items():
            if name not in self.RUNTIME:
                raise ValueError("unknown setting %s" % name)
            kind, low, high = self.RUNTIME[name]
            if kind is bool:
                if not isinstance(value, bool):
                    raise ValueError("%s must be a boolean" % name)
            elif isinstance(value, bool) or not isinstance(value, (int, float)):
                raise ValueError("%s must be a number" % name)
            elif kind is int and not isinstance(value, int):
                raise ValueError("%s must be an integer" % name)
            elif not low <= value <= high:
                raise ValueError("%s must lie between %s and %s" % (name, low, high))
            accepted[name] = value
        low = accepted.get("page_size_min", self.page_size_min)
        if low > accepted.get("page_size_max", self.page_size_max):
            raise ValueError("page_size_min must not exceed page_size_max")
        for name, value in accepted.items():
            setattr(self, name, value)
