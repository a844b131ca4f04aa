# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Somebody between a client and a simulator."""

from __future__ import annotations

import http.client
import json
import re
import sys
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

HOP_BY_HOP = ("connection", "content-length", "transfer-encoding", "date", "server", "keep-alive")


class Request(SimpleNamespace):
    """What reached a Meddler: method, path, query, headers, body."""

    def json(self) -> object:
        return json.loads(self.body)

    def rows(self) -> list[list[str]]:
        """Return the cells of the one file that was uploaded, line by line; none of them holds a comma."""
        text = self.body.decode().partition("\r\n\r\n")[2].partition("\r\n--")[0]
        return [line.split(",") for line in text.splitlines()]


class Server(ThreadingHTTPServer):
    """A server in threads that prints nothing of a client that hangs up, or that refuses its certificate: tests do both."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Print what went wrong, but not of the connection."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Meddler:
    """A server in a thread: answers as it was told, and passes everything else on to a simulator.

    :param target: the simulator's origin; empty where everything is answered here.
    """

    def __init__(self, target: str = "", wrap=None) -> None:
        self.target = urlsplit(target).netloc
        self.seen: list = []
        self.rules: list = []
        self._lock = threading.Lock()
        self._idle = threading.local()
        self.server = Server(("127.0.0.1", 0), self._handler())
        if wrap is not None:
            self.server.socket = wrap(self.server.socket)
        scheme = "http" if wrap is None else "https"
        self.origin = "%s://127.0.0.1:%d" % (scheme, self.server.server_port)
        self.url = self.origin + "/thingpark/wireless/rest"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def on(self, method: str, path: str, action, times: int = 10**6, skip: int = 0) -> None:
        """Let ``action(request, forward)`` answer such requests: a triple, or None to break the connection.

        Anything else is the whole answer as it goes over the wire, piece by piece, until the client hangs up.

        :param path: a pattern for the end of the path.
        """
        self.rules.append(SimpleNamespace(method=method, path=re.compile(path + r"\Z"), action=action, left=times, skip=skip))

    def sent(self, method: str = "", path: str = "") -> list:
        """Return the requests that came in, of one method and with such an end of their path."""
        pattern = re.compile(path + r"\Z")
        return [one for one in self.seen if one.method == (method or one.method) and pattern.search(one.path)]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def _action(self, request: Request):
        with self._lock:
            self.seen.append(request)
            for rule in self.rules:
                if rule.left and rule.method == request.method and rule.path.search(request.path):
                    if rule.skip:
                        rule.skip -= 1
                        continue
                    rule.left -= 1
                    return rule.action
        return None

    def _forward(self, request: Request) -> tuple:
        if not self.target:
            return 404, {}, b""
        return passed_on(request, self.target, request.target)

    def _handler(self):
        meddler = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one(self) -> None:
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                request = Request(
                    method=self.command,
                    target=self.path,
                    path=parts.path,
                    query=parse_qs(parts.query),
                    headers=self.headers,
                    body=body,
                )
                action = meddler._action(request)
                answer = action(request, meddler._forward) if action else meddler._forward(request)
                if answer is None:
                    self.close_connection = True
                    return
                if not isinstance(answer, tuple):
                    self.close_connection = True
                    with suppress(OSError):
                        for piece in answer:
                            self.wfile.write(piece)
                    return
                status, headers, content = answer
                headers = {"Content-Length": str(len(content)), **headers}
                head = "HTTP/1.1 %d x\r\n" % status + "".join("%s: %s\r\n" % pair for pair in headers.items())
                self.wfile.write(head.encode() + b"\r\n" + content)
                if int(headers["Content-Length"]) != len(content):
                    self.close_connection = True

            do_GET = do_POST = do_PUT = do_DELETE = handle_one

            def log_message(self, *_arguments) -> None:
                pass

        return Handler


def passed_on(request: Request, host: str, target: str) -> tuple:
    """Send a request to a host, for a path and query there; return its answer's status, headers and body."""
    connection = http.client.HTTPConnection(host, timeout=30)
    try:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in HOP_BY_HOP}
        connection.request(request.method, target, request.body or None, headers)
        answer = connection.getresponse()
        kept = {name: value for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP}
        return answer.status, kept, answer.read()
    finally:
        connection.close()
