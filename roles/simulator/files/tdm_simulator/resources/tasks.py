# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks of asynchronous requests: C describes only their Location, not their content."""

from __future__ import annotations

from ..api.operations import Call, Operation
from ..errors import ApiError
from ..http.messages import Response


def read(call: Call, uid: str) -> Response:
    """GET a task; its document is not public (?)."""
    if uid not in call.world.tasks:
        raise ApiError("resource_not_found", "task", uid)
    return call.answer(200, call.world.tasks[uid])


OPERATIONS = [Operation("GET", "/tasks/{taskUid}", read, answer="task")]
