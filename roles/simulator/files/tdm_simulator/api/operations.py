# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Declares operations (method, path, query, body, documents, handler), and finds them for a request."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Callable, Union

from .. import Document
from ..errors import ApiError
from ..http.jobs import Job
from ..http.messages import Headers, Request, Response
from ..world.world import World
from . import parameters
from .codec import decode, encode
from .shapes import ANY, Shape

#: Variable parts of paths that are not integers (C).
_PARTS = {
    "deviceUid": r"(e[0-9A-F]+|[0-9]+)",
    "multicastGroupUid": r"(e[0-9A-F]+|[0-9]+)",
    "appServerUid": r"([0-9A-Za-z._-]+)",  # ? its ID, or its integer
    "alarmUid": r"([0-9A-Za-z-]+)",
    "thingparkID": r"([^/]+)",
}
PART = re.compile(r"\{(\w+)\}")
#: A query parameter: a name with the usual check, or a name and a check.
Parameter = Union[str, tuple[str, parameters.Check]]
View = Callable[[World, Document], Document]


class Call:
    """A request to an operation, with its platform and its user."""

    __slots__ = ("request", "world", "who", "value", "values")

    def __init__(self, request: Request, world: World, who: str) -> None:
        self.request, self.world, self.who = request, world, who
        self.value, self.values = request.value, request.values

    def body(self, shape: Shape = ANY) -> Document:
        """The document in the request; ApiError if it doesn't have this shape."""
        return decode(self.request, shape)

    def required(self, name: str) -> str:
        """The value of a required query parameter."""
        value: str | None = self.value(name)
        if value is None:
            raise ApiError("bad_parameter", name, "it is mandatory")
        return value

    def answer(self, status: int, document: Any = None, headers: Headers = ()) -> Response:
        """An answer in the format that the client asked for."""
        return encode(self.request, status, document, headers)

    def accepted(self, href: str, job: Job | None = None) -> Response:
        """202 with the Location of a task about a resource (C): a finished one (?), or one with a job."""
        uid = self.world.add_task(href)
        if job is None:
            self.world.tasks[uid]["state"] = "FINISHED"
        else:
            task = self.world.tasks[uid]
            job.when_done(lambda: task.update(state="FINISHED"))
        return self.answer(202, None, [("Location", self.world.href("tasks/" + uid))])

    def page(self, found: Sequence[Document], view: View | None = None, sized: bool = False, **more: Any) -> Response:
        """The answer with one page of a list; `sized`: the client may choose the page size (C)."""
        settings = self.world.settings
        size = parameters.page_size(self, settings) if sized else settings.page_size_min
        start = (parameters.page_index(self, settings) - 1) * size
        briefs = [view(self.world, one) if view else one for one in found[start : start + size]]
        return self.answer(200, dict(more, briefs=briefs, more=start + size < len(found)))


@dataclass(frozen=True)
class Operation:
    """One operation of the API, as a declaration.

    :param path: below the subscription, or from the root when it begins with /thingpark or /users-auth.
    :param handler: receives the call and the path's variable parts.
    :param answer: root element of the answer in XML.
    :param writes: changes the platform; by default all methods but GET do.
    :param wireless: exists only in the Wireless edition.
    :param rights: rights on the subscription; the user needs one of them. Empty if all users may.
    """

    method: str
    path: str
    handler: Callable[..., Response]
    query: tuple[Parameter, ...] = ()
    answer: str = ""
    writes: bool | None = None
    wireless: bool = False
    rights: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether the operation changes the platform."""
        return self.method != "GET" if self.writes is None else self.writes

    def check_query(self, request: Request) -> None:
        """Refuse query parameters that violate C; unknown ones pass."""
        for one in self.query:
            name, check = (one, parameters.USUAL[one]) if isinstance(one, str) else one
            for value in request.values(name):
                check(name, value)


class Routes:
    """Finds the operation for a request."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        paths: dict[str, dict[str, Operation]] = {}
        for one in operations:
            paths.setdefault(one.path, {})[one.method] = one
        # A fixed word takes precedence over a variable part: /devices/tags is no device.
        self._plain = {path: methods for path, methods in paths.items() if "{" not in path}
        self._patterns = [(_pattern(path), methods) for path, methods in paths.items() if "{" in path]

    def find(self, path: str) -> tuple[dict[str, Operation], tuple[str, ...]] | None:
        """(operations by method, values of the parts), or None for an unknown path."""
        methods = self._plain.get(path)
        if methods is not None:
            return methods, ()
        for pattern, found in self._patterns:
            match = pattern.match(path)
            if match:
                return found, match.groups()
        return None


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(PART.sub(lambda part: _PARTS.get(part.group(1), "([0-9]+)"), path) + r"\Z")
