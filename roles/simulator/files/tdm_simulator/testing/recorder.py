# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records every exchange, to check it against the contract later. Contains secrets: for tests only."""

from __future__ import annotations

import json
import os
import time

from ..http.messages import Request, Response
from ..settings import Settings


class Recorder:
    """Appends a line of JSON for each exchange; several simulators may share a file."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(self, request: Request, response: Response, settings: Settings) -> None:
        """Append one line in one call, so that lines of several processes don't mix."""
        line = {
            "at": time.time(),
            "client": request.headers.get("user-agent", ""),
            "method": request.method,
            "path": request.template or request.path,
            "edition": settings.edition,
            "few_briefs": settings.few_briefs,
            "query": request.query,
            "request_type": request.media_type(),
            "request": request.body.decode("utf-8", "replace"),
            "status": response.status,
            "answer_type": response.media_type.partition(";")[0] if response.body else "",
            "answer": response.body.decode("utf-8", "replace"),
            "location": dict(response.headers).get("Location"),
        }
        os.write(self._file, json.dumps(line).encode("utf-8") + b"\n")
