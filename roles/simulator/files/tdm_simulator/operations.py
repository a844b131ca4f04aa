# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an operation is: its method and path, its query, its body, its documents, and who answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Callable

from . import parameters

#: Parts of paths that are no integers (C).
_PARTS = {
    "deviceUid": r"(e[0-9A-F]+|[0-9]+)",
    "multicastGroupUid": r"(e[0-9A-F]+|[0-9]+)",
    "appServerUid": r"([0-9A-Za-z._-]+)",  # ? its ID beside its integer
    "alarmUid": r"([0-9A-Za-z-]+)",
    "thingparkID": r"([^/]+)",
}
_PART = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Operation:
    """One operation of the API, as a declaration.

    :param path: below the subscription, or from the root when it begins with /thingpark or /users-auth.
    :param query: query parameters: a name whose check is the usual one, or (name, check).
    :param answer: root element of the answer in XML, and of the body unless `body` names another.
    :param writes: whether it changes the platform; by default all but GET do.
    """

    method: str
    path: str
    handler: Callable
    query: tuple = ()
    answer: str = ""
    writes: bool | None = None

    @property
    def changes(self):
        """True for an operation that changes the platform."""
        return self.method != "GET" if self.writes is None else self.writes

    def check_query(self, request):
        """Refuse query parameters that are not what C says; unknown ones pass."""
        for one in self.query:
            name, check = (one, parameters.USUAL[one]) if isinstance(one, str) else one
            for value in request.values(name):
                check(name, value)


class Routes:
    """Finds the operation for a request."""

    def __init__(self, operations):
        paths = {}
        for one in operations:
            paths.setdefault(one.path, {})[one.method] = one
        # A word wins over a part that varies: /devices/tags is no device.
        self._plain = {path: methods for path, methods in paths.items() if "{" not in path}
        self._patterns = [(_pattern(path), methods) for path, methods in paths.items() if "{" in path]

    def find(self, path):
        """(operations by method, values of the parts), or None for an unknown path."""
        methods = self._plain.get(path)
        if methods is not None:
            return methods, ()
        for pattern, found in self._patterns:
            match = pattern.match(path)
            if match:
                return found, match.groups()
        return None


def _pattern(path):
    return re.compile(_PART.sub(lambda part: _PARTS.get(part.group(1), "([0-9]+)"), path) + r"\Z")
