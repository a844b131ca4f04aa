# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connections that limit an answer's bytes, time and memory, and that require TLS 1.2 or newer.

The libraries keep reading as long as some data arrives within the timeout. With these limits, a broken platform, or somebody
in its place, can neither hold up a task forever nor fill the machine's memory.
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
except Exception as error:  # _frame reports it before any call here
    IMPORT_ERROR = error
    if not TYPE_CHECKING:
        HTTPConnection = HTTPSConnection = HTTPConnectionPool = HTTPSConnectionPool = object

LARGEST_HEAD = 256 * 1024  # bytes of all headers, those of interim answers included
LARGEST_BODY = 32 * 1024 * 1024  # bytes, compressed or not; a page of 5,000 briefs has about 7 MB
PATIENCE = 10  # timeouts that a whole answer may take; the timeout itself limits only the wait for each part
CHUNK = 64 * 1024
BEFORE = "before_sending"  # marks an exception that came before anything but the TLS handshake was sent
LONG_HEAD = "has more headers than any Device Manager sends: check url"
#: The compressions that zlib unpacks. None is requested, but some proxies compress all the same.
PACKED = ("gzip", "x-gzip", "deflate")


def was_before_sending(error: BaseException) -> bool:
    """Return whether a library's exception, or one of its causes, came before the request was sent."""
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
    """Return the settings of TLS: 1.2 or newer, even if the library and the machine's OpenSSL accept older versions.

    All connections to a host share it, since reading a hundred authorities takes as long as a hundred requests.

    :param authorities: a file or a directory with the trusted certificates; empty to accept any certificate.
    :param certificate: the file of the client certificate, or empty; ``key`` is the file of its key, if that is another one.
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
    """Reads from a socket, up to a number of bytes and a point in time.

    :param seconds: how long the whole answer may take.

    ``left`` is the number of bytes that may still come, ``what`` the message if there are more.
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
        """Read the available bytes; raises :class:`TooMuch` beyond a limit."""
        if self.left <= 0:
            raise TooMuch(self.what)
        if time.monotonic() > self._end:
            raise TooMuch("wasn't complete after %g s: raise timeout, or lower parallel" % self._seconds)
        count: int | None = self._raw.readinto(buffer)
        self.left -= count or 0
        return count

    def close(self) -> None:
        """Close this reader and the socket's reader below it."""
        self._raw.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    """An answer that is read within the limits."""

    headers: Any

    def __init__(self, sock: socket.socket, *arguments: Any, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        self._bounded = _Bounded(self.fp.detach(), PATIENCE * (sock.gettimeout() or 30.0))
        self.fp = io.BufferedReader(self._bounded)

    def begin(self) -> None:
        """Read the head."""
        self._begin()
        while self.status < 200:  # http.client skips only 100, and would take any other interim answer for the final one
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
    """Sends the head and the body of a request together, which saves a system call on both sides."""

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
        """Keep a part of a request until the request is complete; send anything else at once."""
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


#: The classes of urllib3's connection pools, by scheme.
POOLS = {"http": _Pool, "https": _TlsPool}


def read_body(response: Any) -> bytes:
    """Return the body of urllib3's response, unpacked; raises :class:`TooMuch` for one that is too large."""
    try:
        return _unpacked(response)
    except BaseException:
        response.close()
        raise


def _unpacked(response: Any) -> bytes:
    """Return a body, unpacked piece by piece: a few KB on the wire can be a GB in memory.

    The library would unpack all that it has read at once.
    """
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding not in ("", "identity", *PACKED):
        raise TooMuch("is compressed in a way that wasn't requested: check proxy")
    unpacker = zlib.decompressobj(32 + zlib.MAX_WBITS) if encoding in PACKED else None
    body = bytearray()
    while len(body) <= LARGEST_BODY:
        chunk = response.read(CHUNK, decode_content=False)
        if not chunk:
            # Only newer versions of urllib3 check the length.
            if response.length_remaining or (unpacker is not None and body and not unpacker.eof):
                raise EOFError
            return bytes(body)
        if unpacker is not None and unpacker.eof:
            raise TooMuch("goes on after its end: check url and proxy")
        body += chunk if unpacker is None else unpacker.decompress(chunk, LARGEST_BODY + 1 - len(body))
        if unpacker is None and response.length_remaining == 0 and len(body) <= LARGEST_BODY:
            return bytes(body)  # another read, to find the end, would double the time of a small answer
    raise TooMuch(_too_large())


def _too_large() -> str:
    return "is larger than %d MiB: check url" % (LARGEST_BODY >> 20)
