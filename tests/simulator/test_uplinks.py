# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uplinks that the simulator posts: signed, repeated until they are taken, and to this host only."""

from __future__ import annotations

import hashlib
import http.server
import importlib
import json
import threading
import time
from urllib.parse import unquote

import pytest


class Customer(http.server.BaseHTTPRequestHandler):
    """An application server that is busy at first."""

    def do_POST(self):
        """Keep a post."""
        self.server.posts.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
        self.send_response(503 if len(self.server.posts) < 2 else 200)
        self.end_headers()

    def log_message(self, *_what):
        """Say nothing."""


@pytest.fixture
def customer():
    """Return an application server on this host."""
    server = http.server.HTTPServer(("127.0.0.1", 0), Customer)
    server.posts = []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_uplinks_are_signed_and_repeated(customer, start_simulator):
    url = "http://127.0.0.1:%d/uplinks?site=3" % customer.server_port
    simulator = start_simulator(seed=2, uplinks_url=url, uplinks_rate=50, uplinks_as_id="some.AS")
    deadline = time.monotonic() + 20
    while len(customer.posts) < 6 and time.monotonic() < deadline:
        time.sleep(0.05)
    posts = customer.posts[:6]
    assert [post["DevEUI_uplink"]["DevEUI"][-1] for _path, post in posts] == ["1", "1", "2", "1", "2", "1"]
    assert [post["DevEUI_uplink"]["FCntUp"] for _path, post in posts] == [0, 0, 0, 1, 1, 2]
    for path, post in posts:
        address, _mark, query = path.partition("&")
        assert address == "/uplinks?site=3"
        text, _mark, token = unquote(query).partition("&Token=")
        report = post["DevEUI_uplink"]
        elements = "".join(str(report[name]) for name in ("CustomerID", "DevEUI", "FPort", "FCntUp", "payload_hex"))
        assert token == hashlib.sha256((elements + text + "0123456789abcdef" * 2).encode()).hexdigest()
        assert "&AS_ID=some.AS&Time=20" in text
    shown = simulator.inspect("GET", "uplinks")
    assert shown["repeated"] == 1
    assert shown["refused"] == 0
    assert shown["taken"] in (shown["sent"], shown["sent"] - 1)
    assert "0123456789abcdef" not in json.dumps(simulator.settings())


@pytest.mark.parametrize(
    "url",
    ["http://example.com/", "https://127.0.0.1/", "http://192.0.2.1:80/", "127.0.0.1:80", "http://127.0.0.1:x/", "http://[::2]/"],
)
def test_nobody_else_is_posted_to(package, url):
    settings = importlib.import_module(package.__name__ + ".settings")
    with pytest.raises(ValueError, match="uplinks_url .* must be a http address on this host"):
        settings.Settings(uplinks_url=url)
    for there in ("http://localhost:80/", "http://127.0.0.1", "http://[::1]:8000/a?b"):
        assert settings.Settings(uplinks_url=there)
