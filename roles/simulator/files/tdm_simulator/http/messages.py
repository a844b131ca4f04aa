# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP messages: a small request parser, and answers."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote

from ..errors import ApiError

MAX_HEAD = 32 * 1024
MAX_BODY = 8 * 1024 * 1024
MAX_QUERY_FIELDS = 20000

_STATUS_LINES = {status.value: ("HTTP/1.1 %d %s\r\n" % (status.value, status.phrase)).encode("ascii") for status in HTTPStatus}


#: Names and values, in the order of sending.
Headers = Sequence[tuple[str, str]]


class Request:
    """One request: method, decoded path, query, headers with lower-case names, body."""

    __slots__ = (
        *("method", "path", "query", "headers", "body", "peer", "origin", "keep_alive", "template", "root", "formats", "xml"),
        "nulls_are_absent",
    )

    def __init__(self, method: str, path: str, query: dict[str, list[str]], headers: dict[str, str], body: bytes = b"") -> None:
        self.method, self.path, self.query, self.headers, self.body = method, path, query, headers, body
        self.peer = self.origin = ""
        self.keep_alive = True
        self.template = self.root = ""  # path of the operation with named parts, and the XML root element
        self.formats: tuple[str, ...] = ("json",)
        self.xml = self.nulls_are_absent = False

    def values(self, name: str) -> list[str]:
        """All values of a query parameter."""
        return self.query.get(name, [])

    def value(self, name: str, default: Any = None) -> Any:
        """The last value of a query parameter."""
        found = self.query.get(name)
        return found[-1] if found else default

    def media_type(self) -> str:
        """The media type of the body in lower case, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def cookie(self, name: str) -> str:
        """The value of a cookie, or an empty text."""
        for part in self.headers.get("cookie", "").split(";"):
            key, equals, value = part.strip().partition("=")
            if equals and key == name:
                return value.strip('"')
        return ""


class Response:
    """One answer."""

    __slots__ = ("status", "body", "media_type", "headers")
    #: An unusual end of the connection: see `faults`.
    then = ""

    def __init__(
        self, status: int, body: bytes = b"", media_type: str = "application/json;charset=UTF-8", headers: Headers = ()
    ) -> None:
        self.status = status
        self.body = body
        self.media_type = media_type
        self.headers = headers

    def to_bytes(self, keep_alive: bool = True, head_only: bool = False) -> bytes:
        """The message as sent on the wire."""
        parts = [_STATUS_LINES[self.status]]
        if self.body:
            parts.append(("Content-Type: %s\r\n" % self.media_type).encode("ascii"))
        if self.status != 204:
            parts.append(b"Content-Length: %d\r\n" % len(self.body))
        for name, value in self.headers:
            parts.append(("%s: %s\r\n" % (name, value)).encode("latin-1", "replace"))
        if not keep_alive:
            parts.append(b"Connection: close\r\n")
        parts.append(b"\r\n")
        if not head_only:
            parts.append(self.body)
        return b"".join(parts)


def parse_fields(text: str) -> dict[str, list[str]]:
    """Query string or form body to {name: [values]}; empty values are kept."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_QUERY_FIELDS)
    except (ValueError, UnicodeDecodeError):
        raise ApiError("bad_request", "malformed query or form") from None
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields


def parse_head(head: bytes) -> Request:
    """Request line and headers to a Request (without its body); ApiError when malformed."""
    lines = head.decode("latin-1").split("\r\n")
    words = lines[0].split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1.") or not words[0].isalpha():
        raise ApiError("bad_request", "malformed request line")
    headers: dict[str, str] = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise ApiError("bad_request", "malformed header")
        name = name.lower()
        value = value.strip()
        if name in headers:
            if name == "content-length" and headers[name] != value:
                raise ApiError("bad_request", "contradicting Content-Length")
            headers[name] += ("; " if name == "cookie" else ", ") + value if (name != "content-length") else ""
        else:
            headers[name] = value
    target = words[1]
    if not target.startswith("/"):
        _scheme, separator, rest = target.partition("://")
        if not separator:
            raise ApiError("bad_request", "malformed request target")
        target = "/" + rest.partition("/")[2]
    path, _mark, query = target.partition("#")[0].partition("?")
    if "%" in path:
        path = unquote(path, errors="replace")
    request = Request(words[0], path, parse_fields(query) if query else {}, headers)
    connection = headers.get("connection", "").lower()
    request.keep_alive = "keep-alive" in connection if words[2] == "HTTP/1.0" else ("close" not in connection)
    return request


def body_length(request: Request) -> int | None:
    """The length of the body, or None if it is chunked; ApiError if malformed."""
    coding = request.headers.get("transfer-encoding")
    if coding is not None:
        if coding.lower() != "chunked" or "content-length" in request.headers:
            raise ApiError("bad_request", "unsupported Transfer-Encoding")
        return None
    text = request.headers.get("content-length", "0")
    if not (text.isascii() and text.isdigit()) or len(text) > 15:
        raise ApiError("bad_request", "malformed Content-Length")
    length = int(text)
    if length > MAX_BODY:
        raise ApiError("too_large")
    return length


def take_chunks(data: bytearray, start: int) -> tuple[bytes, int] | None:
    """Decode a chunked body; (body, end) or None if bytes are missing."""
    body = bytearray()
    position = start
    while True:
        end = data.find(b"\r\n", position, position + 1024)
        if end < 0:
            if len(data) - position > 1024:
                raise ApiError("bad_request", "malformed chunk")
            return None
        size_text = bytes(data[position:end]).partition(b";")[0].strip()
        try:
            size = int(size_text, 16)
        except ValueError:
            raise ApiError("bad_request", "malformed chunk") from None
        if size < 0 or len(body) + size > MAX_BODY:
            raise ApiError("too_large")
        position = end + 2
        if size == 0:
            # Trailers, if any, end with an empty line.
            while True:
                end = data.find(b"\r\n", position)
                if end < 0:
                    if len(data) - position > MAX_HEAD:
                        raise ApiError("headers_too_large")
                    return None
                if end == position:
                    return bytes(body), end + 2
                position = end + 2
        if len(data) < position + size + 2:
            return None
        body += data[position : position + size]
        if data[position + size : position + size + 2] != b"\r\n":
            raise ApiError("bad_request", "malformed chunk")
        position += size + 2
