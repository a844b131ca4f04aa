# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bodies of requests and answers: turns Python objects into bytes and back, and reads error documents.

The objects are the same in both formats. The body itself shows an answer's format, whatever format was requested.
"""

from __future__ import annotations

import json
import math
from types import MappingProxyType
from typing import Any

from .._schema.json_types import JsonTypes
from .xml import DEEPEST, MOST_ELEMENTS, NotXml, read_document, write_document

JSON, XML = "json", "xml"
NONE: JsonTypes = MappingProxyType({})
#: The formats' names in HTTP (P, contract).
MEDIA_TYPES = {JSON: "application/json", XML: "application/xml"}
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
#: Codes of an error document for a session that has ended (O).
SESSION_CODES = frozenset({4, 163, 164, 141, 142, 143, 144})
MOST_DIGITS = 40  # digits of a number; an epoch in milliseconds has 13
#: For quick checks that a body holds no longer number and no deeper nesting: each takes a thirtieth of the time of parsing it.
DIGITS = bytes.maketrans(b"123456789", b"000000000")
TOO_MANY_DIGITS = b"0" * (MOST_DIGITS + 1)
NO_MARKS = bytes(code for code in range(256) if code not in b"[]{},")

PAGE = "is a web page, not data: a login or maintenance page, or a proxy's"

TOO_MUCH = "is a JSON document that is too deep or too large"


class NotData(Exception):
    """A body that can't be read as data; its text completes "the platform's answer ...".

    :param page: the body is a web page.
    """

    def __init__(self, message: str, page: bool = False) -> None:
        super().__init__(message)
        self.page = page


def encode(data: dict[str, Any], body_format: str = JSON, name: str = "", types: JsonTypes = NONE) -> bytes:
    """Return the body for ``data``; raises :class:`OptionError` for a text that the format can't carry.

    :param name: the name of the document in XML; ``types`` the types of its keys.
    """
    if body_format == XML:
        return write_document(name, data, types)
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def decode(body: bytes, content_type: str, types: JsonTypes = NONE) -> object:
    """Return the objects in a body, None for an empty one; raises :class:`NotData`.

    :param content_type: the answer's Content-Type, which counts only if the body agrees.
    :param types: the types of its keys in JSON, which XML doesn't show.
    """
    if not body.strip():
        return None
    kind = content_type.lower()
    start = body.removeprefix(b"\xef\xbb\xbf").lstrip()
    if "html" in kind:
        raise NotData(PAGE, page=True)
    if start[:1] == b"<" or ("xml" in kind and body[:2] in UTF_16):
        return _decode_xml(body, "xml" in kind or start[:5] == b"<?xml", types)
    # Each of these signs begins a value, which takes many times its bytes in memory. Signs in texts count too, but are few.
    marks = body.translate(None, NO_MARKS)
    if sum(map(marks.count, (b"[", b"{", b","))) > MOST_ELEMENTS:
        raise NotData(TOO_MUCH)
    may_be_long = b"\x00" in body or TOO_MANY_DIGITS in body.translate(DIGITS)
    try:
        data = json.loads(body, parse_int=_integer if may_be_long else None, parse_float=_number, parse_constant=_number)
    except (ValueError, RecursionError):
        raise NotData("is not readable as %s" % ("XML" if "xml" in kind else "JSON")) from None
    if not _is_plainly_shallow(marks.replace(b",", b"")) and _is_too_deep(data):
        raise NotData(TOO_MUCH)
    return data


def _integer(text: str) -> int:
    if len(text) > MOST_DIGITS:  # the time to read it grows with the square of its digits
        raise ValueError
    return int(text)


def _number(text: str) -> float:
    """Return a number with a fraction; refuse NaN and infinity (1e999), which Python's reader accepts and JSON doesn't have."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError
    return number


def _is_plainly_shallow(brackets: bytes) -> bool:
    """Return whether the brackets alone show that nothing is too deep; brackets inside strings count too."""
    for _depth in range(DEEPEST // 2):
        brackets = brackets.replace(b"{}", b"").replace(b"[]", b"")  # removes one level, or two
        if not brackets:
            return True
    return False


def _is_too_deep(data: object) -> bool:
    """Return whether lists and objects are nested deeper than recursive functions may go."""
    level = [data] if isinstance(data, (dict, list)) else []
    for _depth in range(DEEPEST + 2):
        if not level:
            return False
        level = [
            each for one in level for each in (one.values() if isinstance(one, dict) else one) if isinstance(each, (dict, list))
        ]
    return True


def _decode_xml(body: bytes, is_called_xml: bool, types: JsonTypes) -> object:
    """Return the objects in a body that begins like markup.

    :param is_called_xml: the Content-Type or the body itself says that it is XML. Otherwise it counts as a web page, unless it
        is an error document.
    """
    try:
        root, data = read_document(body, types)
    except NotXml as error:
        is_page = error.is_page or not is_called_xml
        raise NotData(PAGE if is_page else str(error), is_page) from None
    if root.lower() == "html" or not (is_called_xml or root == "error"):
        raise NotData(PAGE, page=True)
    return data


def error_document(data: object) -> tuple[int | None, str]:
    """Return ``(code, message)`` of an error document (contract, Error), with None and "" for missing parts."""
    if not isinstance(data, dict):
        return None, ""
    code = data.get("code")
    try:
        number = int(str(code))
    except ValueError:
        number = None
    notes = [str(data[key]) for key in ("message", "info1", "info2") if data.get(key)]
    return number, ", ".join(notes)
