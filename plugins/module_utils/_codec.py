# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bodies of answers: from bytes to Python objects, and what an error document says.

JSON for now; XML is to come back as the same objects from the same functions.
"""

from __future__ import annotations

import json

#: Codes of an error document that mean that the session is gone (O; API.md, section 2).
SESSION_CODES = frozenset({4, 163, 164, 141, 142, 143, 144})


class NotData(Exception):
    """A body that isn't what was asked for; its text completes "the platform's answer ..."."""

    def __init__(self, message: str, page: bool = False) -> None:
        super().__init__(message)
        self.page = page


def encode(data: object) -> bytes:
    """Return the body for ``data``."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def decode(body: bytes, content_type: str) -> object:
    """Return the objects in a body, None for an empty one; raises :class:`NotData`.

    :param content_type: the answer's Content-Type, which is believed only where the body agrees.
    """
    if not body.strip():
        return None
    start = body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if "html" in content_type.lower() or start == b"<":
        raise NotData("is a web page, not data: a login or maintenance page, or a proxy's", page=True)
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise NotData("is not readable as JSON") from None


def error_document(data: object) -> tuple[int | None, str]:
    """Return ``(code, message)`` of an error document (contract, Error), with None and "" for what it lacks."""
    if not isinstance(data, dict):
        return None, ""
    code = data.get("code")
    try:
        number = int(str(code))
    except ValueError:
        number = None
    notes = [str(data[key]) for key in ("message", "info1", "info2") if data.get(key)]
    return number, ", ".join(notes)
