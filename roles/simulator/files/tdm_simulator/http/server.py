# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP server: asyncio in one thread, so that each answer is one consistent change."""

from __future__ import annotations

import asyncio
import heapq
import socket
import struct
import sys
import time
import traceback
from typing import TYPE_CHECKING, Any, Callable

from ..errors import ApiError
from ..settings import Settings
from . import messages
from .jobs import Job, Later
from .messages import Request, Response

if TYPE_CHECKING:
    from ..application import Application
    from ..testing.recorder import Recorder

DROP = 64  # bytes per piece of a slow answer
DROP_SECONDS = 0.005
TICK = 0.001  # seconds; epoll waits for whole milliseconds, and asyncio rounds up: half of one too long on average


class LeakyBucket:
    """The leaky bucket in front of the API (C `x-rateLimit`; its numbers are ?)."""

    def __init__(self) -> None:
        self._level = 0.0
        self._then = time.monotonic()

    def admit(self, rate: float) -> bool:
        """True when one more request fits at this rate (requests a second)."""
        now = time.monotonic()
        self._level = max(0.0, self._level - (now - self._then) * rate)
        self._then = now
        if self._level + 1 > max(1.0, rate):
            return False
        self._level += 1
        return True


class Workers:
    """The workers behind the API (their number is ?): each is busy with a request for the latency."""

    def __init__(self) -> None:
        self._busy: list[float] = []  # times at which workers are free, the earliest first

    def done_at(self, arrived: float, latency: float, count: int) -> float:
        """The time at which a request is finished, by the clock of its arrival; it may have to wait for a worker."""
        begun = arrived
        while self._busy and len(self._busy) >= count:
            begun = max(arrived, heapq.heappop(self._busy))
        heapq.heappush(self._busy, begun + latency)
        return begun + latency


class Connection(asyncio.Protocol):
    """One client connection: requests are answered one after the other, in order."""

    def __init__(self, api: Front) -> None:
        self._api = api
        self._buffer = bytearray()
        self._transport: Any = None  # asyncio.Transport, or None once the client has gone
        self._peer = ""
        self._busy = False
        self._continued = False
        self._job: Job | None = None  # the client waits for it

    def connection_made(self, transport: Any) -> None:
        """Remember the client, and send small answers at once."""
        self._transport = transport
        self._api.connections.add(transport)
        peer = transport.get_extra_info("peername")
        self._peer = peer[0] if peer else ""
        raw = transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection; a job continues."""
        self._api.connections.discard(self._transport)
        self._transport = None
        if self._job is not None:
            self._job.seen.update(client_left=True)

    def data_received(self, data: bytes) -> None:
        """Collect bytes and answer complete requests; pipelined requests wait."""
        self._buffer += data
        if self._busy:
            if len(self._buffer) > messages.MAX_HEAD + 2 * messages.MAX_BODY:
                self._transport.abort()
            return
        self._serve()

    def _serve(self) -> None:
        while self._buffer and not self._busy and self._transport is not None:
            try:
                request = self._next_request()
            except ApiError as refusal:
                self._api.answer_error(self._write_and_close, refusal)
                return
            if request is None:
                return
            self._answer(request)

    def _next_request(self) -> Request | None:
        end = self._buffer.find(b"\r\n\r\n", 0, messages.MAX_HEAD + 4)
        if end < 0:
            if self._buffer[:2] == b"\r\n":
                del self._buffer[:2]
                return self._next_request() if self._buffer else None
            if len(self._buffer) > messages.MAX_HEAD:
                raise ApiError("headers_too_large")
            return None
        request = messages.parse_head(bytes(self._buffer[:end]))
        start = end + 4
        length = messages.body_length(request)
        if length is None:
            taken = messages.take_chunks(self._buffer, start)
            if taken is None:
                self._invite_body(request)
                return None
            request.body, stop = taken
        else:
            stop = start + length
            if len(self._buffer) < stop:
                self._invite_body(request)
                return None
            request.body = bytes(self._buffer[start:stop])
        del self._buffer[:stop]
        self._continued = False
        request.peer = self._peer
        return request

    def _invite_body(self, request: Request) -> None:
        if not self._continued and request.headers.get("expect", "").lower() == "100-continue":
            self._continued = True
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _answer(self, request: Request) -> None:
        response, due = self._api.handle(request)
        if isinstance(response, Later):
            self._busy, self._job = True, response.job
            response.job.when_done(lambda: self._finish_job(request, response))
            return
        self._send_or_break(request, response, due)

    def _finish_job(self, request: Request, response: Later) -> None:
        self._busy, self._job = False, None
        self._api.finished()
        if self._transport is not None:
            self._send_or_break(request, response.now(), 0.0)
            self._serve()

    def _send_or_break(self, request: Request, response: Response, due: float) -> None:
        data = response.to_bytes(request.keep_alive, request.method == "HEAD")
        if response.then:
            self._break(data, response.then)
        elif due > 0:
            self._busy = True
            asyncio.get_running_loop().call_at(due - TICK / 2, self._finish, data, request.keep_alive)
        else:
            self._send(data, request.keep_alive)

    def _finish(self, data: bytes, keep_alive: bool) -> None:
        self._busy = False
        self._api.finished()
        if self._transport is not None:
            self._send(data, keep_alive)
            self._serve()

    def _break(self, data: bytes, then: str) -> None:
        """Send a deliberately broken answer, and read nothing more."""
        self._busy = True
        if then == "reset":  # at once, without waiting
            raw = self._transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._transport.abort()
        elif then == "close":
            self._send(data, False)
        elif then == "drip":
            self._drip(data)

    def _drip(self, data: bytes) -> None:
        if self._transport is None:
            return
        self._transport.write(data[:DROP])
        if len(data) > DROP:
            asyncio.get_running_loop().call_later(DROP_SECONDS, self._drip, data[DROP:])
        else:
            self._busy = False
            self._serve()

    def _send(self, data: bytes, keep_alive: bool) -> None:
        self._transport.write(data)
        if not keep_alive:
            self._buffer.clear()
            self._transport.close()

    def _write_and_close(self, response: Response) -> None:
        self._send(response.to_bytes(False), False)


class Front:
    """Between connections and application: latency, rate limit, unexpected errors."""

    def __init__(self, application: Application, settings: Settings, recorder: Recorder | None = None) -> None:
        self._recorder = recorder
        self._application = application
        self._settings = settings
        self._meter = application.meter
        self._bucket = LeakyBucket()
        self._workers = Workers()
        self._in_flight = 0
        self.connections: set[Any] = set()
        self.address = ""

    def handle(self, request: Request) -> tuple[Response, float]:
        """(answer, time to send it by the event loop's clock; 0 for now). The request takes effect at once."""
        arrived = asyncio.get_running_loop().time()  # our own work is part of the latency
        request.origin = "http://" + request.headers.get("host", self.address)
        if request.path.startswith("/_simulator/"):
            return self._call(request), 0.0
        rate = self._settings.rate_limit
        if rate > 0 and not self._bucket.admit(rate):
            self._meter.count_refused_by_rate(request)
            refusal = ApiError("rate_limited", headers=[("Retry-After", "1")])
            response = self._application.error_response(request, refusal)
            self._record(request, response)
            return response, 0.0
        response = self._application.faults.answer(request, self._answered)
        job = self._application.world.jobs.take()
        waits = isinstance(response, Later)
        work, workers = self._settings.latency_ms / 1000.0, self._settings.workers
        if waits and job is not None:
            work += job.seconds
        due = 0.0
        if work > 0:
            due = self._workers.done_at(arrived, work, workers) if workers else arrived + work
            self._in_flight += 1
            self._meter.note_in_flight(self._in_flight)
        if job is not None:
            job.start(due - job.seconds if waits else due or arrived)
            if isinstance(response, Later) and not job.seconds:
                response = response.now()
        return response, due

    def _answered(self, request: Request) -> Response:
        """The answer as the platform means it; recorded before a fault changes what arrives, and without a client too."""
        response = self._call(request)
        if isinstance(response, Later):
            response.job.when_done(lambda: self._record(request, response.now()))
        else:
            self._record(request, response)
        return response

    def _record(self, request: Request, response: Response) -> None:
        if self._recorder is not None:
            self._recorder.write(request, response, self._settings)

    def finished(self) -> None:
        """Note that a delayed answer was sent."""
        self._in_flight -= 1

    def answer_error(self, send: Callable[[Response], None], refusal: ApiError) -> None:
        """Answer a request that is no valid HTTP."""
        send(self._application.error_response(None, refusal))

    def _call(self, request: Request) -> Response:
        try:
            return self._application.handle(request)
        except ApiError as refusal:
            return self._application.error_response(request, refusal)
        except Exception:  # pylint: disable=broad-except
            traceback.print_exc(file=sys.stderr)
            return self._application.error_response(request, ApiError("internal"))


async def listen(front: Front, host: str, port: int) -> tuple[asyncio.AbstractServer, int]:
    """Open the listening socket; the server and its port."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(front), host, port, backlog=1024)
    real_port = server.sockets[0].getsockname()[1]
    shown = "[%s]" % host if ":" in host else host
    front.address = "%s:%d" % (shown, real_port)
    return server, real_port
