# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Converts documents to bytes and back; nothing else knows about body formats."""

from __future__ import annotations

import functools
import json
from typing import Any

from .. import Document
from ..errors import ApiError
from ..http.messages import Headers, Request, Response
from . import xml
from .shapes import ANY, Shape

_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
_XML_TYPES = ("application/xml", "text/xml")


def _refuse_constant(name: str) -> None:
    raise ValueError("%s is not JSON" % name)


def encode(request: Request | None, status: int, document: Any = None, headers: Headers = (), root: str = "") -> Response:
    """An answer with a document in the client's preferred format (P)."""
    if document is None:
        return Response(status, b"", headers=headers)
    if request is not None and request.xml:
        data = xml.write(root or request.root, document)
        return Response(status, data, "application/xml;charset=UTF-8", headers)
    if isinstance(document, dict) and "csv" in document:
        document = {name: value for name, value in document.items() if name != "csv"}  # in X, but not in C
    return Response(status, _COMPACT(document).encode("utf-8"), headers=headers)


@functools.lru_cache(maxsize=100)  # a client's Accept header is always the same
def asks_for_xml(accept: str, formats: tuple[str, ...]) -> bool:
    """Whether the answer is XML; 406 if the platform has no accepted format (?)."""
    wishes: dict[str, float] = {}
    for part in accept.split(","):
        media_type, _semicolon, rest = part.partition(";")
        quality = rest.partition("q=")[2].partition(";")[0].strip()
        try:
            wishes[media_type.strip().lower()] = float(quality) if quality else 1.0
        except ValueError:
            wishes[media_type.strip().lower()] = 0.0
    xml_wish = max(wishes.get(name, 0.0) for name in _XML_TYPES)
    json_wish = max(wishes.get(name, 0.0) for name in ("application/json", "application/*", "*/*"))
    if "xml" in formats and (xml_wish > json_wish or "json" not in formats):
        return True
    if xml_wish > 0 and json_wish <= 0 and len(wishes) == sum(name in _XML_TYPES for name in wishes):
        raise ApiError("not_acceptable")
    return False


def decode(request: Request, shape: Shape = ANY) -> Document:
    """The object in a request's body, checked by its shape; ApiError if it is missing or malformed."""
    media_type = request.media_type()
    if media_type in _XML_TYPES and "xml" in request.formats:
        document = _from_xml(request.body, shape)
    elif media_type and media_type != "application/json" and not media_type.endswith("+json"):
        raise ApiError("unsupported_media", media_type)
    else:
        document = _from_json(request.body)
        if request.nulls_are_absent:
            document = _without_nulls(document)
    checked: Document = shape.check("", document)
    return checked


def _without_nulls(document: Document) -> Document:
    """A document without null values, which clients of 2016 mean as absent, at every level (O); but a null ID stays (C)."""
    kept = {name: value for name, value in document.items() if value is not None}
    return {
        name: _without_nulls(value) if isinstance(value, dict) and "ID" not in value else value for name, value in kept.items()
    }


def _from_json(body: bytes) -> Document:
    try:
        text = body.decode("utf-8-sig")
        document = json.loads(text, parse_constant=_refuse_constant)
        if "\\u" in text:
            _COMPACT(document).encode("utf-8")  # fails for a lone surrogate
    except (ValueError, RecursionError) as problem:
        raise ApiError("bad_body", str(problem) or "nesting") from None
    if not isinstance(document, dict):
        raise ApiError("bad_body", "an object is expected")
    return document


def _from_xml(body: bytes, shape: Shape) -> Any:
    try:
        return shape.from_xml(xml.parse(body))
    except (ValueError, RecursionError) as problem:
        raise ApiError("bad_body", str(problem) or "nesting") from None
