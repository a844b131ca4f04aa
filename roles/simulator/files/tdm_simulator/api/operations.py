# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an operation is: its method and path, its query, its body, its documents, and who answers."""

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

#: Parts of paths that are no integers (C).
_PARTS = {
    "deviceUid": r"(e[0-9A-F]+|[0-9]+)",
    "multicastGroupUid": r"(e[0-9A-F]+|[0-9]+)",
    "appServerUid": r"([0-9A-Za-z._-]+)",  # ? its ID beside its integer
    "alarmUid": r"([0-9A-Za-z-]+)",
    "thingparkID": r"([^/]+)",
}
PART = re.compile(r"\{(\w+)\}")
#: A query parameter: a name whose check is the usual one, or with a check of its own.
Parameter = Union[str, tuple[str, parameters.Check]]
View = Callable[[World, Document], Document]


class Call:
    """A request to an operation, the platform that it meets, and whose it is."""

    __slots__ = ("request", "world", "who", "value", "values")

    def __init__(self, request: Request, world: World, who: str) -> None:
        self.request, self.world, self.who = request, world, who
        self.value, self.values = request.value, request.values

    def body(self, shape: Shape = ANY) -> Document:
        """The document in the request, of a shape; ApiError when it has another."""
        return decode(self.request, shape)

    def required(self, name: str) -> str:
        """The value of a query parameter that has to be there."""
        value: str | None = self.value(name)
        if value is None:
            raise ApiError("bad_parameter", name, "it is mandatory")
        return value

    def answer(self, status: int, document: Any = None, headers: Headers = ()) -> Response:
        """An answer in the format that the client asked for."""
        return encode(self.request, status, document, headers)

    def accepted(self, href: str, job: Job | None = None) -> Response:
        """202 with the Location of a task about a resource (C): finished now (?), or with its job."""
        uid = self.world.add_task(href)
        if job is None:
            self.world.tasks[uid]["state"] = "FINISHED"
        else:
            task = self.world.tasks[uid]
            job.when_done(lambda: task.update(state="FINISHED"))
        return self.answer(202, None, [("Location", self.world.href("tasks/" + uid))])

    def page(self, found: Sequence[Document], view: View | None = None, sized: bool = False, **more: Any) -> Response:
        """The answer with one page of a list; its size can be asked for only where C says so."""
        settings = self.world.settings
        size = parameters.page_size(self, settings) if sized else settings.page_size_min
        start = (parameters.page_index(self, settings) - 1) * size
        briefs = [view(self.world, one) if view else one for one in found[start : start + size]]
        return self.answer(200, dict(more, briefs=briefs, more=start + size < len(found)))


@dataclass(frozen=True)
class Operation:
    """One operation of the API, as a declaration.

    :param path: below the subscription, or from the root when it begins with /thingpark or /users-auth.
    :param handler: takes the call and the parts of the path that vary.
    :param answer: root element of the answer in XML.
    :param writes: whether it changes the platform; by default all but GET do.
    :param wireless: whether it is there in the Wireless edition alone.
    :param rights: the rights on the subscription of which the user needs one; nothing where all users may.
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
        """True for an operation that changes the platform."""
        return self.method != "GET" if self.writes is None else self.writes

    def check_query(self, request: Request) -> None:
        """Refuse query parameters that are not what C says; unknown ones pass."""
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
        # A word wins over a part that varies: /devices/tags is no device.
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
