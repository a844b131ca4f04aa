# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An event source for Event-Driven Ansible: the reports that ThingPark posts to an application server."""

from __future__ import annotations

DOCUMENTATION = r"""
---
short_description: Receive the uplinks of LoRaWAN devices from ThingPark
description:
  - Receives the reports that ThingPark posts to an application server, in JSON or XML. Each report becomes an event for the
    rules.
  - Reports are uplinks (C(DevEUI_uplink)), sent downlinks (C(DevEUI_downlink_Sent)), locations (C(DevEUI_location)), and
    notifications of joins, resets, batteries and margins (C(DevEUI_notification)).
  - The source accepts a report only with a correct token. The token is a hash over parts of the report, the query, and a key that
    only ThingPark and you know. The source also refuses a report that is too old, too new or too large. It answers a repeated
    report, but doesn't pass it on.
  - The source answers a report as soon as the report is in the queue for the rules. If the queue stays full for two seconds,
    ThingPark gets the status 503 and must repeat the report.
  - Events and the log contain no key, no token and no C(AppSKey). No text of an event can be a template in a playbook, because
    the source puts a blank between the two braces that begin one.
options:
  host:
    description: Address to listen on. The default is correct behind a reverse proxy on the same machine.
    type: str
    default: 127.0.0.1
  port:
    description: Port to listen on.
    type: int
    required: true
  keys:
    description:
      - Security key of each application server, by AS ID. The module for application servers sets both, with the options
        O(lorawan.thingpark.tdm_application_server#module:as_id) and
        O(lorawan.thingpark.tdm_application_server#module:as_key).
      - A dictionary, or a text with pairs such as C(TWA_100000001.1.AS=0123...cdef), separated by commas, blanks or lines.
      - Without O(keys) and O(keys_file), the source reads the text from the environment variable E(TDM_UPLINK_KEYS).
    type: raw
  keys_file:
    description: File with the text for O(keys). Lines that begin with C(#) are comments.
    type: path
  certfile:
    description:
      - Certificate for HTTPS, with its chain, as a PEM file. Without it, the source uses plain HTTP.
      - The source loads a renewed certificate within a minute.
    type: path
  keyfile:
    description: Private key of O(certfile), not encrypted. By default, the file O(certfile) contains the key.
    type: path
  max_clock_skew:
    description:
      - Highest difference between the time in a report's query and the clock of this machine, in seconds.
      - The source remembers the tokens of this time, and so recognizes a repeated report.
    type: int
    default: 300
  max_body:
    description: Maximum size of a report, in bytes.
    type: int
    default: 65536
  request_timeout:
    description: Maximum duration of a request, in seconds.
    type: int
    default: 10
  queue_size:
    description:
      - Maximum number of reports that wait for the rules. If ansible-rulebook is killed, these reports are lost.
    type: int
    default: 1000
  allow_unsigned:
    description:
      - Whether to accept reports without a token. An attacker who reaches the port can then invent reports.
      - If a report has a token, the token must be correct. In the event, C(signed) shows whether the report had a token.
    type: bool
    default: false
  allow_unverified_notifications:
    description:
      - Whether to accept notifications whose token can't be verified. Actility doesn't publish which parts of a notification the
        token covers.
      - The source assumes C(CustomerID) and C(DevEUI), as another client of this interface does. If the token doesn't match, the
        source refuses the notification. With this option, it accepts the notification, with C(signed) false.
    type: bool
    default: false
"""

EXAMPLES = r"""
# One application server, behind a reverse proxy with TLS.
- lorawan.thingpark.uplinks:
    port: 5000
    keys:
      TWA_100000001.1.AS: "{{ uplink_key }}"

# Directly on the internet, for several application servers.
- lorawan.thingpark.uplinks:
    host: 0.0.0.0
    port: 8443
    keys_file: /run/secrets/uplink-keys
    certfile: /etc/letsencrypt/live/uplinks.example.com/fullchain.pem
    keyfile: /etc/letsencrypt/live/uplinks.example.com/privkey.pem
"""

import asyncio
import importlib
import logging
import os
import ssl
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from aiohttp import web

if TYPE_CHECKING:
    from ansible_collections.lorawan.thingpark.plugins.module_utils import _errors as errors
    from ansible_collections.lorawan.thingpark.plugins.plugin_utils import _uplink_options
    from ansible_collections.lorawan.thingpark.plugins.plugin_utils import _uplink_reports as reports
else:
    # ansible-rulebook runs this file without Ansible's collection loader: the collection's code gets a package name of its own.
    _package = ModuleType("lorawan_thingpark_plugins")
    _package.__path__ = [str(Path(__file__).absolute().parents[4] / "plugins")]
    sys.modules.setdefault(_package.__name__, _package)
    errors, _uplink_options, reports = (
        importlib.import_module("%s.%s" % (_package.__name__, name))
        for name in ("module_utils._errors", "plugin_utils._uplink_options", "plugin_utils._uplink_reports")
    )
Options = _uplink_options.Options
UplinksError = _uplink_options.UplinksError
Query, Refused = reports.Query, reports.Refused

logger = logging.getLogger("lorawan.thingpark.uplinks")
#: aiohttp would log requests that it can't parse. Their query contains a token.
SILENT = logging.Logger("silent", logging.CRITICAL + 1)

MOST_LINE = 4096  # bytes of the request line, and of a header
MOST_HEADERS = 64
MOST_CONNECTIONS = 1000
MOST_TOKENS = 1000000  # some 120 MB
IDLE_SECONDS, FULL_SECONDS = 75, 2  # of a connection without a request; of a report that waits for room in the queue

TYPES = {"application/json": "json", "application/xml": "xml", "text/xml": "xml"}


class Refusals:
    """Logs refused reports: the first of each reason at once, the others as a number each minute."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def note(self, refusal: reports.Refused) -> None:
        """Log a refusal, or count it."""
        if refusal.reason in self._counts:
            self._counts[refusal.reason] += 1
            return
        self._counts[refusal.reason] = 0
        detail = " (%.80s)" % ascii(refusal.detail) if refusal.detail else ""
        logger.warning("a report was refused with %d: %s%s", refusal.status, refusal.reason, detail)

    def tell(self) -> None:
        """Log the numbers and reset them."""
        for reason, count in self._counts.items():
            if count:
                logger.warning("%d more reports were refused: %s", count, reason)
        self._counts.clear()


class Connection(web.RequestHandler):
    """A connection that knows the start of its request. Without it, aiohttp waits for a request's head without end."""

    since: float | None = None
    is_made = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the start of a connection, with TLS after the handshake."""
        super().connection_made(transport)
        self.since, self.is_made = time.monotonic(), True

    def data_received(self, data: bytes) -> None:
        """Receive a part of a request. aiohttp also calls this without data, to read on in what it has."""
        if data:
            self.begin()
        super().data_received(data)

    def begin(self) -> None:
        """Note the start of a request."""
        if self.since is None:
            self.since = time.monotonic()

    def pause_writing(self) -> None:
        """Note that the sender doesn't read its answers. aiohttp would wait for it without end."""
        super().pause_writing()
        self.since = time.monotonic()

    def resume_writing(self) -> None:
        """Note that the sender reads its answers again."""
        super().resume_writing()
        self.since = None

    def end(self) -> None:
        """End the connection at once."""
        if self.transport is not None:
            self.transport.abort()


class Receiver:
    """Receives reports and keeps them until the rules read them."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._tokens = reports.Tokens(options.max_clock_skew)
        self._refusals = Refusals()
        self._certificate: tuple[float, ...] = ()
        self._waiting: set[str] = set()
        self.events: asyncio.Queue[dict[str, Any]] = asyncio.Queue(options.queue_size)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[asyncio.Task[None]]:
        """Listen until the context ends; raise UplinksError if the port can't be used.

        Yields the task that ends slow requests and loads new certificates. Only a bug ends it, and then the source must end.
        """
        options, loop = self._options, asyncio.get_running_loop()
        context = self._tls()
        server = web.Server(self.answer)
        limits: dict[str, Any] = {"max_line_size": MOST_LINE, "max_field_size": MOST_LINE, "max_headers": MOST_HEADERS}
        limits.update(access_log=None, logger=SILENT, keepalive_timeout=IDLE_SECONDS, lingering_time=1.0, auto_decompress=False)
        handshakes: WeakKeyDictionary[Connection, float] = WeakKeyDictionary()

        def accept() -> Connection:
            """Return what serves a connection. With TLS, one without a handshake costs 256 KiB, and aiohttp doesn't count it."""
            oldest = time.monotonic() - options.request_timeout
            for one in [one for one, begun in handshakes.items() if one.is_made or begun < oldest]:
                del handshakes[one]
            if len(handshakes) + len(server.connections) >= MOST_CONNECTIONS:
                raise ConnectionRefusedError  # asyncio closes the connection
            made = Connection(server, loop=loop, **limits)
            handshakes[made] = time.monotonic()
            return made

        tls: dict[str, Any] = {"ssl": context, "ssl_handshake_timeout": options.request_timeout} if context else {}
        try:
            listener = await loop.create_server(accept, options.host, options.port, backlog=1024, **tls)
        except (OSError, UnicodeError) as problem:
            raise UplinksError(
                "can't listen on host %s and port %d (%s): stop the program that uses the port, or change host or port"
                % (options.host, options.port, problem)
            ) from None
        logger.info(
            "listening for uplinks on %s port %d, %s", options.host, options.port, "with TLS" if context else "without TLS"
        )
        watch = asyncio.create_task(self._watch(server, context))
        try:
            yield watch
        finally:
            watch.cancel()
            listener.close()
            await server.shutdown(1.0)
            self._refusals.tell()
            if self.events.qsize():
                logger.warning("%d received reports are lost, because ansible-rulebook ended first", self.events.qsize())

    def _tls(self) -> ssl.SSLContext | None:
        if not self._options.certfile:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            self._load(context)
        except (OSError, ValueError) as problem:
            raise UplinksError(
                "certfile %s can't be used with its key (%s): both must be readable PEM files, and the key that of the "
                "certificate, not encrypted" % (self._options.certfile, problem)
            ) from None
        return context

    def _load(self, context: ssl.SSLContext) -> None:
        """Load the certificate if its file has changed."""
        names = [name for name in (self._options.certfile, self._options.keyfile) if name]
        stamps = tuple(os.stat(name).st_mtime for name in names)
        if stamps != self._certificate:
            # First elsewhere: of a certificate that doesn't fit its key, OpenSSL would keep the certificate and drop the old key.
            for one in (ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), context):
                # Without a password here, OpenSSL would ask the terminal for one.
                one.load_cert_chain(names[0], names[-1], password="")
            self._certificate = stamps

    async def _watch(self, server: web.Server, context: ssl.SSLContext | None) -> None:
        """End slow requests each second. Each minute, log refusals, forget old tokens and load a new certificate."""
        minute = time.monotonic()
        while True:
            await asyncio.sleep(1)
            now = time.monotonic()
            for one in list(server.connections):
                if isinstance(one, Connection) and one.since is not None and now - one.since > self._options.request_timeout:
                    self._refusals.note(Refused(408, "the request took longer than request_timeout"))
                    one.end()
            if now - minute < 60:
                continue
            minute = now
            self._refusals.tell()
            self._tokens.forget(time.time())
            if context is not None:
                try:
                    self._load(context)
                except (OSError, ValueError) as problem:
                    logger.warning("the new certificate can't be used (%s), and the old one stays: check both files", problem)

    async def pass_on(self, queue: Any) -> None:
        """Give the reports to the rules, without end."""
        while True:
            await queue.put(await self.events.get())

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """Answer a request: 200 if its report is in the queue."""
        if isinstance(request.protocol, Connection):
            request.protocol.begin()  # its data may have come together with the request before
        try:
            body_format = self._head(request)
            query = Query.of(request.raw_path.partition("?")[2])
            moment = self._moment(query)
            body = await self._body(request)
            _rest(request)
            return web.Response(text=await self._take(query, moment, body_format, body))
        except Refused as refusal:
            self._refusals.note(refusal)
            headers = {"Retry-After": "5"} if refusal.status == 503 else None
            return web.Response(status=refusal.status, text=refusal.reason, headers=headers)
        finally:
            _rest(request)

    def _head(self, request: web.BaseRequest) -> str:
        """Return the body format from the headers; raise Refused before the body is read."""
        if request.method != "POST":
            raise Refused(405, "the method is not POST")
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise Refused(415, "the body is compressed or otherwise encoded")
        if (request.content_length or 0) > self._options.max_body:
            raise Refused(413, "the body is larger than max_body")
        body_format = TYPES.get(request.content_type, "") if "Content-Type" in request.headers else "any"
        if not body_format:
            raise Refused(415, "the content type is neither JSON nor XML")
        if request.headers.get("Expect", "").lower() == "100-continue" and request.transport is not None:
            request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return body_format

    def _moment(self, query: reports.Query) -> float:
        """Return the time of signing, 0 without a signature; raise Refused if the token can't be correct."""
        if not query.token:
            if self._options.allow_unsigned:
                return 0
            raise Refused(401, "the report has no token: give the application server a key")
        if query.as_id not in self._options.keys:
            raise Refused(401, "keys has no key for the AS ID", query.as_id)
        try:
            moment = reports.seconds_of(query.time)
        except (ValueError, OverflowError):
            raise Refused(401, "the query has no valid time") from None
        if abs(time.time() - moment) > self._options.max_clock_skew:
            raise Refused(401, "the report's time differs from this machine's clock by more than max_clock_skew", query.time)
        return moment

    async def _body(self, request: web.BaseRequest) -> bytes:
        body = bytearray()
        try:
            async for piece in request.content.iter_any():
                body += piece
                if len(body) > self._options.max_body:
                    raise Refused(413, "the body is larger than max_body")
        except web.RequestPayloadError:
            raise Refused(400, "the body ends too early") from None
        return bytes(body)

    async def _take(self, query: reports.Query, moment: float, body_format: str, body: bytes) -> str:
        """Put a report into the queue; return the text of the answer."""
        kind, report = reports.read_report(body_format, body)
        signed = False
        if query.token:
            signed = reports.is_signed(kind, report, query, self._options.keys[query.as_id])
            if not signed and not (kind.name == "notification" and self._options.allow_unverified_notifications):
                raise Refused(401, "the token doesn't match the report", query.as_id)
            if query.dev_eui.upper() != str(report.get("DevEUI")).upper():
                raise Refused(401, "the query and the report name different devices")
        event = reports.event_of(kind, report, query.as_id, signed)
        if not signed:
            await self._put(event)
            return "received"
        if query.token in self._waiting:
            raise Refused(503, "the same report is already waiting for the queue")
        if self._tokens.has(moment, query.token):
            return "received before"
        if self._tokens.count >= MOST_TOKENS:
            raise Refused(503, "too many reports came within max_clock_skew: reduce it")
        self._waiting.add(query.token)
        try:
            await self._put(event)
            self._tokens.add(moment, query.token)
        finally:
            self._waiting.discard(query.token)
        return "received"

    async def _put(self, event: dict[str, Any]) -> None:
        try:
            self.events.put_nowait(event)
        except asyncio.QueueFull:
            try:
                await asyncio.wait_for(self.events.put(event), FULL_SECONDS)
            except asyncio.TimeoutError:
                raise Refused(503, "the queue for the rules is full") from None


def _rest(request: web.BaseRequest) -> None:
    """Note that a request is complete."""
    if isinstance(request.protocol, Connection):
        request.protocol.since = None


async def main(queue: Any, args: dict[str, Any]) -> None:
    """Receive reports until the task is cancelled.

    :param queue: receives the events.
    :param args: the options, as in DOCUMENTATION.
    :raises UplinksError: an option, a file or the port can't be used, or the source has a bug.
    """
    receiver = Receiver(Options.of(args))
    async with receiver.listening() as watch:
        passing = asyncio.create_task(receiver.pass_on(queue))
        try:
            await asyncio.wait([watch, passing], return_when=asyncio.FIRST_COMPLETED)
        finally:
            passing.cancel()
        bug = watch.exception() if watch.done() else None
        if isinstance(bug, Exception):  # its text may contain data that was received
            raise UplinksError(errors.mistake_of(bug)) from None
        await passing
