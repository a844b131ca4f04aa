# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imports: requests that make or delete many resources of one kind (contract, ``devices/import``).

The platform's answer is empty if all went well, and otherwise lists the lines that failed, with reasons. The platform stops at
100 errors (O).
"""

from __future__ import annotations

import csv
import io
import re
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .._errors import ApiError, TdmError, TransportError, without
from .._http.transport import Answer, as_form
from .._schema.parts import Importing
from .._schema.texts import Fault
from .._schema.values import dig
from .._text import in_short
from .codec import NotData, decode
from .resources import ResourceClient
from .session import Call
from .xml_types import COMMON

#: The statuses of an account, or a platform, without imports.
NO_IMPORT = (403, 404, 405, 415)
TIMED_OUT = 504
MOST_ERRORS = 100  # (O)
LINE = re.compile(r"line ([0-9]{1,9})\Z")
#: The place of a line's number in the platform's CSV.
PLACE = re.compile(r"""[,"]\s*line [0-9]+\s*[,"]""")
FAULT = re.compile(r"\[(-?[0-9]{1,9})\] ?(.*)\Z", re.DOTALL)
#: Words in the state of a task that isn't over; its document is published nowhere (?).
UNDER_WAY = re.compile(r"RUNNING|PENDING|PROGRESS|QUEUED|WAITING|CREATED|STARTED|SCHEDULED", re.IGNORECASE)
PAUSE, LONGEST_PAUSE = 0.5, 5.0  # seconds between two looks at a task
LONGEST_TASK = 600.0  # seconds that this code waits for a task
UNREADABLE = "the platform's answer to POST %s can't be understood"


class Refusal(NamedTuple):
    """Why one row was refused, in the platform's words."""

    code: int
    reason: str


@dataclass
class Imported:
    """The result of an import, as the platform reported it.

    :param seen: the number of lines that the platform processed.
    :param refusals: the refused lines, numbered from 1, with reasons; the other lines succeeded.
    :param is_told: the platform reported which rows failed. A finished task doesn't report this.
    :param is_doubtful: the platform may have processed more lines than ``seen``.
    :param is_repeated: the same import was sent before, and may have taken effect then.
    """

    seen: int
    refusals: dict[int, Refusal] = field(default_factory=dict)
    is_told: bool = True
    is_doubtful: bool = False
    is_repeated: bool = False


class Imports:
    """The imports of one kind of resource."""

    def __init__(self, api: ResourceClient, declared: Importing) -> None:
        self._api = api
        self._declared = declared
        self.shown = api.shown.imports

    def send(self, rows: dict[str, list[str]], params: dict[str, Any], secrets: tuple[str, ...]) -> Imported:
        """Import these rows, given by identity, and return the result. The request is never repeated automatically.

        Raises :class:`TransportError` for an answer that can't be understood, and the errors of any request.

        :param secrets: texts in any of the rows that no message may repeat.
        """
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows.values())
        upload = as_form(self._declared.part, "rows.csv", text.getvalue().encode("utf-8"))
        if self.shown.is_late and self.shown.is_task is not False:
            params = {**params, "async": "true"}
        call = Call("POST", self._declared.path, params, upload=upload, secrets=secrets, repeatable=False, raw=True)
        try:
            answer = self._api.client.call(call)
        except ApiError as error:
            self.shown.is_refused = self.shown.is_refused or error.status in NO_IMPORT
            self.shown.is_late = self.shown.is_late or error.status == TIMED_OUT
            error.unclear = error.unclear or PLACE.search(error.reason) is not None  # then it may have taken the other rows
            raise
        except TransportError as error:
            self.shown.is_late = self.shown.is_late or error.unclear
            raise
        if not isinstance(answer, Answer):
            raise TransportError(UNREADABLE % self._declared.path)
        self._note_task(answer, params)
        if answer.status == 202:
            self._wait(answer.headers.get("location", ""))
            said = Imported(len(rows), is_told=False)
        else:
            said = self._told(answer, list(rows), secrets)
        said.is_repeated = answer.unclear
        return said

    def _note_task(self, answer: Answer, params: dict[str, Any]) -> None:
        if "async" in params or answer.status == 202:
            self.shown.is_task = self.shown.is_late = answer.status == 202

    def _wait(self, location: str) -> None:
        """Wait for a task's end, as far as the platform shows it (contract, Async, which doesn't describe the task's document).

        Errors are ignored: the platform accepted the import, and the caller must look up the result in any case.
        """
        with suppress(TdmError):
            self.shown.is_endless = self.shown.is_endless or not self._ends(
                self._api.client.session.path_of(location) if location else ""
            )

    def _ends(self, path: str) -> bool:
        """Watch a task; return False if it showed no end."""
        session, pause, end = self._api.client.session, PAUSE, time.monotonic() + LONGEST_TASK
        while path and time.monotonic() < end:
            task = session.call(Call("GET", path))
            state = task.get("state") if isinstance(task, dict) else None
            if not isinstance(state, str) or not UNDER_WAY.search(state):
                return True
            session.transport.pacer.rest(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        return not path

    def _told(self, answer: Answer, identities: list[str], secrets: tuple[str, ...]) -> Imported:
        try:
            content = decode(answer.body, answer.content_type, COMMON)
        except NotData as error:
            raise TransportError("%s: it %s" % (UNREADABLE % self._declared.path, error)) from None
        if content is None:
            return Imported(len(identities))
        # In the contract, the error document's message is the CSV. The XML schema has another place for it.
        places = (("message",), ("errors", "csv"), ("csv",))
        texts = [text for text in (dig(content, place) for place in places) if isinstance(text, str)]
        faults = next(filter(None, (self._faults(text, identities) for text in texts)), {})
        if not faults:
            raise TransportError(UNREADABLE % self._declared.path)
        return _imported(faults, len(identities), secrets)

    def _faults(self, text: str, identities: list[str]) -> dict[int, list[str]]:
        """Return the faults by line; nothing if a line number doesn't match the resource beside it, or if a line is lost."""
        found: dict[int, list[str]] = {}
        rows = 0
        try:
            for cells in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=None)):
                if not any(cell.strip() for cell in cells):
                    continue
                identity = self._api.resource.identity.type.parse(cells[0].strip())
                match = LINE.match(cells[1].strip())
                number = int(match.group(1)) if match else 0
                if not 1 <= number <= len(identities) or identities[number - 1] != identity:
                    return {}
                if not FAULT.match(cells[2].strip()):
                    return {}
                rows += 1
                faults = found.setdefault(number, [])
                for cell in cells[2:]:
                    if FAULT.match(cell.strip()):
                        faults.append(cell.strip())
                    elif cell.strip():  # the platform's text may contain a comma
                        faults[-1] += ", " + cell.strip()
        except (csv.Error, Fault, IndexError):
            return {}
        # A quotation mark in the platform's text, such as a device's name, may have made the following lines part of it.
        return found if len(PLACE.findall(text)) == rows else {}


def _imported(lines: dict[int, list[str]], total: int, secrets: tuple[str, ...]) -> Imported:
    """Return the result of an import whose lines have faults; no text shows a secret of any row."""
    texts = ["; ".join(FAULT.sub(r"\2", fault) for fault in faults).replace("\0", "") for faults in lines.values()]
    reasons = without("\0".join(texts), secrets).split("\0")
    refusals = {}
    for (line, faults), reason in zip(lines.items(), reasons):
        match = FAULT.match(faults[0])
        refusals[line] = Refusal(int(match.group(1)) if match else 0, in_short(reason))
    # It isn't known whether the platform's limit counts rows or faults.
    if len(lines) > MOST_ERRORS or sum(map(len, lines.values())) < MOST_ERRORS:
        return Imported(total, refusals)
    return Imported(max(lines), refusals, is_doubtful=len(lines) < MOST_ERRORS)
