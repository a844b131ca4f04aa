# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connections that bound what an answer may take: bytes, time and memory; and what TLS has to be at least.

The libraries read whatever comes, as long as something comes within the time-out. Whoever answers, a broken platform or
somebody in its place, can't hold up a task for ever here, nor fill the machine's memory.
"""

from __future__ import annotations

import http.client
import io
import os
import socket
import ssl
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

try:
    from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
    from urllib3.connection import HTTPConnection, HTTPSConnection
    from urllib3.util.ssl_ import create_urllib3_context

    IMPORT_ERROR: Exception | None = None
except Exception as error:  # the glue reports it before anything here is called
    IMPORT_ERROR = error
    if not TYPE_CHECKING:
        HTTPConnection = HTTPSConnection = HTTPConnectionPool = HTTPSConnectionPool = object

LARGEST_HEAD = 256 * 1024  # bytes of all headers, those of interim answers included
LARGEST_BODY = 32 * 1024 * 1024  # bytes, packed or unpacked; a page of 5,000 briefs has about 7 MB
PATIENCE = 10  # time-outs; what a whole answer may take, of which each part comes in time
CHUNK = 64 * 1024
BEFORE = "before_sending"  # marks what went wrong before anything but TLS's own was sent
LONG_HEAD = "has more headers than any Device Manager sends: check url"
#: What zlib unpacks. None of it is asked for, but some proxies pack all the same.
PACKED = ("gzip", "x-gzip", "deflate")


def was_before_sending(error: BaseException) -> bool:
    """Return whether a library's exception, or what it comes of, is about a connection over which nothing was sent yet."""
    seen: BaseException | None = error
    while seen is not None:
        if getattr(seen, BEFORE, False):
            return True
        seen = seen.__context__
    return False


@contextmanager
def _before_sending() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        setattr(error, BEFORE, True)
        raise


def tls_context(authorities: str, certificate: str, key: str) -> ssl.SSLContext:
    """Return what TLS is set up with: 1.2 or newer, whatever the library and the machine's OpenSSL would take.

    All connections to a host share it, since reading a hundred authorities takes as long as a hundred requests.

    :param authorities: a file or a directory with the certificates that are believed; empty for any.
    :param certificate: a file with our own, or nothing; ``key`` is one with its key, where that isn't in the same file.
    """
    context = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED if authorities else ssl.CERT_NONE)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    with _before_sending():
        if authorities:
            context.load_verify_locations(**{"capath" if os.path.isdir(authorities) else "cafile": authorities})
        if certificate:
            context.load_cert_chain(certificate, key or None)
    return context


class TooMuch(Exception):
    """An answer that isn't read to its end; its text completes "the answer of ..."."""


class _Bounded(io.RawIOBase):
    """What comes from a socket, up to a number of bytes and a moment.

    :param left: how many bytes may still come.
    """

    def __init__(self, raw: io.RawIOBase, seconds: float) -> None:
        self._raw = raw
        self._seconds = seconds
        self._end = time.monotonic() + seconds
        self.left = LARGEST_HEAD
        self.what = LONG_HEAD

    def readable(self) -> bool:
        """Say that this can be read."""
        return True

    def fileno(self) -> int:
        """Return the socket's descriptor."""
        return self._raw.fileno()

    def readinto(self, buffer: Any) -> int | None:
        """Read what there is; raises :class:`TooMuch` beyond a bound."""
        if self.left <= 0:
            raise TooMuch(self.what)
        if time.monotonic() > self._end:
            raise TooMuch("wasn't complete after %g s: raise timeout, or lower parallel" % self._seconds)
        count: int | None = self._raw.readinto(buffer)
        self.left -= count or 0
        return count

    def close(self) -> None:
        """Close the socket's end of it."""
        self._raw.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    """An answer that is read within bounds."""

    headers: Any

    def __init__(self, sock: socket.socket, *arguments: Any, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        self._bounded = _Bounded(self.fp.detach(), PATIENCE * (sock.gettimeout() or 30.0))
        self.fp = io.BufferedReader(self._bounded)

    def begin(self) -> None:
        """Read the head."""
        self._begin()
        while self.status < 200:  # the library reads past 100 only, and would take another interim answer for the final one
            self.headers = None
            self._begin()
        self._bounded.left, self._bounded.what = LARGEST_BODY + LARGEST_HEAD, _too_large()

    def _begin(self) -> None:
        try:
            super().begin()
        except http.client.HTTPException as error:
            if isinstance(error, http.client.LineTooLong) or str(error).endswith("headers"):  # more than a hundred
                raise TooMuch(LONG_HEAD) from None
            raise


class _InOnePiece(http.client.HTTPConnection):
    """Sends the head and the body of a request together: a call of the system less on both sides."""

    _pieces: list[bytes] | None = None  # of the request that is being put together

    def request(self, *arguments: Any, **options: Any) -> None:
        """Send a request."""
        pieces: list[bytes] = []
        self._pieces = pieces
        try:
            super().request(*arguments, **options)
        finally:
            self._pieces = None
        self.send(b"".join(pieces))

    def send(self, data: Any) -> None:
        """Send what is no part of a request at once, and keep what is."""
        if self._pieces is None:
            super().send(data)
        else:
            self._pieces.append(data)


class _Connection(_InOnePiece, HTTPConnection):
    response_class = _Answer


class _TlsConnection(_InOnePiece, HTTPSConnection):
    response_class = _Answer

    def connect(self) -> None:
        """Connect."""
        with _before_sending():
            super().connect()


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


#: What a manager of urllib3 makes its pools of connections of.
POOLS = {"http": _Pool, "https": _TlsPool}


def read_body(response: Any) -> bytes:
    """Return the body of urllib3's response, unpacked; raises :class:`TooMuch` for one that is too large."""
    try:
        return _unpacked(response)
    except BaseException:
        response.close()
        raise


def _unpacked(response: Any) -> bytes:
    """Return a body before it is whole in memory: the library would unpack all that it has read at once.

    A few KB on the wire can be a GB in memory.
    """
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding not in ("", "identity", *PACKED):
        raise TooMuch("is compressed in a way that wasn't requested: check proxy")
    unpacker = zlib.decompressobj(32 + zlib.MAX_WBITS) if encoding in PACKED else None
    body = bytearray()
    while len(body) <= LARGEST_BODY:
        chunk = response.read(CHUNK, decode_content=False)
        if not chunk:
            # The length is looked at by newer libraries only.
            if response.length_remaining or (unpacker is not None and body and not unpacker.eof):
                raise EOFError
            return bytes(body)
        if unpacker is not None and unpacker.eof:
            raise TooMuch("goes on after its end: check url and proxy")
        body += chunk if unpacker is None else unpacker.decompress(chunk, LARGEST_BODY + 1 - len(body))
        if unpacker is None and response.length_remaining == 0 and len(body) <= LARGEST_BODY:
            return bytes(body)  # without a look for more, which takes as long again for a small answer
    raise TooMuch(_too_large())


def _too_large() -> str:
    return "is larger than %d MiB: check url" % (LARGEST_BODY >> 20)
