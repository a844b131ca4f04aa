# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks from outside whether a simulator runs, and ends it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import time
from typing import Any
from urllib.parse import urlsplit


def status(ready_file: str) -> dict[str, Any]:
    """The content of the ready file, with running: true only if exactly this process answers."""
    try:
        with open(ready_file, encoding="utf-8") as stream:
            found: dict[str, Any] = json.load(stream)
        parts = urlsplit(found["url"])
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=5)
        try:
            connection.request("GET", "/_simulator/process")
            answer = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        found["running"] = answer["pid"] == found["pid"]
        return found
    except (OSError, ValueError, KeyError, TypeError, http.client.HTTPException):
        return {"running": False}


def stop(ready_file: str, timeout: float) -> bool:
    """End the simulator of a ready file; False if none runs, OSError if it doesn't end."""
    found = status(ready_file)
    if not found["running"]:
        return False
    os.kill(found["pid"], signal.SIGTERM)
    until = time.monotonic() + timeout
    while time.monotonic() < until:
        if not os.path.exists(ready_file) and not _alive(found["pid"]):
            return True
        time.sleep(0.02)
    raise OSError("the simulator with the process id %d did not end" % found["pid"])


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    """Whether a process has ended and waits for its parent (Linux)."""
    try:
        with open("/proc/%d/stat" % pid, encoding="ascii", errors="replace") as stream:
            return stream.read().rpartition(")")[2].split()[0] == "Z"
    except (OSError, IndexError):
        return False
