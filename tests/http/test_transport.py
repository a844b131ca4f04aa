# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One HTTP exchange with servers of all manners: what is tried again, how long one waits, what a message tells."""

from __future__ import annotations

import multiprocessing
import socket
import threading
import time
from contextlib import suppress
from email.utils import formatdate
from types import SimpleNamespace

import pytest
import urllib3

from ansible_collections.lorawan.thingpark.plugins.module_utils._api.session import Call
from ansible_collections.lorawan.thingpark.plugins.module_utils._errors import TransportError
from ansible_collections.lorawan.thingpark.plugins.module_utils._http import limits
from ansible_collections.lorawan.thingpark.plugins.module_utils._http.pools import HttpSettings
from ansible_collections.lorawan.thingpark.plugins.module_utils._http.throttle import RESERVE, Pacer, seconds_to_wait
from ansible_collections.lorawan.thingpark.plugins.module_utils._http.transport import (
    USER_AGENT,
    Request,
    Transport,
    cookies_at,
)


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(start_meddler):
    return start_meddler()


@pytest.fixture
def transport(clock):
    """Return a function that gives a Transport which waits by the test's clock."""

    def transport(rate: float = 0, **options: object) -> Transport:
        return Transport(HttpSettings(rate=rate, **options), Pacer(rate, clock, clock.sleep))

    return transport


REPEATED = [429, 500, 502, 503, 504]


@pytest.mark.parametrize("status", REPEATED)
def test_trouble_is_tried_again(server, transport, do, status):
    server.on("GET", "/x", do.says(status, {}), times=2)
    server.on("GET", "/x", do.says(200, {"fine": True}))
    sender = transport()
    answer = sender.send(Request("GET", server.origin + "/x"))
    assert (answer.status, answer.body, sender.counts["GET"]) == (200, b'{"fine": true}', 3)


@pytest.mark.parametrize("status", [200, 201, 204, 301, 400, 401, 403, 404, 409, 501])
def test_other_answers_are_final(server, transport, do, status):
    server.on("GET", "/x", do.says(status, b"" if status == 204 else {}))
    assert transport().send(Request("GET", server.origin + "/x")).status == status
    assert len(server.seen) == 1


@pytest.mark.parametrize("retries", [0, 1, 3])
def test_retries_end(server, transport, do, retries):
    server.on("GET", "/x", do.says(503, {}))
    assert transport(retries=retries).send(Request("GET", server.origin + "/x")).status == 503
    assert len(server.seen) == retries + 1


def test_the_retries_of_a_task_have_a_budget(server, transport, do):
    server.on("GET", "/x", do.says(500, {}))
    server.on("GET", "/y", do.says(200, {}))
    sender = transport(retries=4)
    for _number in range(100):
        assert sender.send(Request("GET", server.origin + "/x")).status == 500
    assert len(server.sent()) == 100 + RESERVE
    for _number in range(6):  # each of which gives half a retry back
        sender.send(Request("GET", server.origin + "/y"))
    sender.send(Request("GET", server.origin + "/x"))
    assert len(server.sent("GET", "/x")) == 100 + RESERVE + 1 + 3


@pytest.mark.parametrize("status", REPEATED)
def test_what_must_not_be_repeated_is_sent_once(server, transport, do, status):
    server.on("POST", "/x", do.says(status, {}), times=1)
    server.on("POST", "/x", do.says(201, {}))
    answer = transport().send(Request("POST", server.origin + "/x", body=b"{}", repeatable=False))
    # 429 stands in front of the platform: such a request has not arrived.
    assert answer.status == (201 if status == 429 else status)
    assert len(server.seen) == (2 if status == 429 else 1)


@pytest.mark.parametrize("repeatable,sent", [(True, 2), (False, 1)])
def test_a_broken_connection(server, transport, do, repeatable, sent):
    server.on("POST", "/x", do.lost_before, times=1)
    server.on("POST", "/x", do.says(200, {}))
    if repeatable:
        assert transport().send(Request("POST", server.origin + "/x", repeatable=True)).status == 200
    else:
        with pytest.raises(TransportError, match="broke before the answer was complete") as raised:
            transport().send(Request("POST", server.origin + "/x", repeatable=False))
        assert raised.value.sent
    assert len(server.seen) == sent


def test_half_an_answer_is_none(server, transport, do):
    server.on("GET", "/x", lambda _request, _forward: (200, {"Content-Length": "100"}, b'{"a": 1}'))
    with pytest.raises(TransportError, match="broke before the answer was complete"):
        transport(retries=1).send(Request("GET", server.origin + "/x"))
    assert len(server.seen) == 2


@pytest.mark.parametrize("content", [b"\x1f\x8bnot gzip at all", b""])
def test_a_body_that_can_not_be_unpacked(server, transport, content):
    server.on("GET", "/x", lambda _request, _forward: (200, {"Content-Encoding": "gzip"}, content))
    sender = transport(retries=0)
    if content:
        with pytest.raises(TransportError):
            sender.send(Request("GET", server.origin + "/x"))
    else:
        assert sender.send(Request("GET", server.origin + "/x")).body == b""


def test_the_clear_status_of_a_refused_connection(transport):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    sender = transport(retries=2)
    with pytest.raises(TransportError, match="http://127.0.0.1:%d can.t be reached, since the connection was" % port) as raised:
        sender.send(Request("POST", "http://127.0.0.1:%d/x?sessionToken=hidden" % port, repeatable=False))
    # It can't have arrived, so even this one was tried again.
    assert (sender.counts["POST"], raised.value.sent) == (3, False)
    assert "hidden" not in str(raised.value)


def test_an_unknown_host(transport):
    with pytest.raises(TransportError, match="can't be reached, since its host name can't be resolved"):
        transport(retries=0).send(Request("GET", "http://tdm.invalid/x"))


def test_https_to_a_port_of_http(transport, server):
    with pytest.raises(TransportError, match="doesn't speak TLS on this port: check the port in url") as raised:
        transport(retries=0).send(Request("GET", server.origin.replace("http://", "https://") + "/x"))
    assert not raised.value.sent


def test_a_server_that_says_nothing(transport):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        url = "http://127.0.0.1:%d" % listener.getsockname()[1]
        with pytest.raises(TransportError, match="didn't answer within 0.1 s") as raised:
            transport(retries=0, timeout=0.1).send(Request("GET", url + "/x?sessionToken=hidden"))
    assert raised.value.sent and "hidden" not in str(raised.value)


def test_an_answer_that_stops_half_way(server, transport):
    done = threading.Event()

    def stall(_request, _forward):
        done.wait(10)

    server.on("GET", "/x", stall)
    with pytest.raises(TransportError, match="didn't answer within"):
        transport(retries=0, timeout=0.1).send(Request("GET", server.origin + "/x"))
    done.set()


def test_no_answer_without_end(server, transport, monkeypatch):
    monkeypatch.setattr(limits, "LARGEST_BODY", 1000)
    server.on("GET", "/x", lambda _request, _forward: (200, {}, b"x" * 1001))
    with pytest.raises(TransportError, match="is larger than"):
        transport(retries=0).send(Request("GET", server.origin + "/x"))


NOW = 1_700_000_000.0
DATE = formatdate(NOW + 30, usegmt=True)


@pytest.mark.parametrize(
    "header,seconds",
    [
        (None, None),
        ("", None),
        ("3", 3.0),
        ("0", 0.0),
        ("1.5", 1.5),
        ("-5", 0.0),
        ("100000", 120.0),
        ("1e300", 120.0),
        ("inf", 120.0),
        ("nan", None),
        (DATE, 30.0),
        (formatdate(NOW - 30, usegmt=True), 0.0),
        (formatdate(NOW + 10**7, usegmt=True), 120.0),
        ("soon", None),
        ("Fri, 99 Nov 2023 99:99:99 GMT", None),
        ("Fri, 31 Dec 9999999 23:59:59 GMT", None),
    ],
)
def test_retry_after(header, seconds):
    assert seconds_to_wait(header, NOW) == seconds


@pytest.mark.parametrize("header,least,most", [("7", 7, 7), ("9999999", 120, 120), ("nonsense", 0.0, 0.1)])
def test_the_pause_that_an_answer_asks_for(server, transport, clock, do, header, least, most):
    server.on("GET", "/x", do.says(429, {}, Retry_After=header), times=1)
    server.on("GET", "/x", do.says(200, {}))
    assert transport().send(Request("GET", server.origin + "/x")).status == 200
    assert least <= round(sum(clock.slept), 3) <= most


def test_a_date_in_retry_after(server, transport, clock, do):
    server.on("GET", "/x", do.says(503, {}, Retry_After=formatdate(time.time() + 40, usegmt=True)), times=1)
    server.on("GET", "/x", do.says(200, {}))
    transport().send(Request("GET", server.origin + "/x"))
    assert 30 <= sum(clock.slept) <= 40


def test_the_rate_of_a_task(server, transport, clock, do):
    server.on("GET", "/x", do.says(200, {}))
    sender = transport(rate=4)
    for _number in range(5):
        sender.send(Request("GET", server.origin + "/x"))
    assert sum(clock.slept) == pytest.approx(1.0, abs=0.001)


def test_connections_are_kept(server, transport, do):
    peers = set()

    def answer(request, forward):
        peers.add(threading.get_ident())
        return do.says(200, {})(request, forward)

    server.on("GET", "/x", answer)
    for _number in range(5):  # also by the next task of a loop
        transport().send(Request("GET", server.origin + "/x"))
    assert len(peers) == 1


def test_a_forked_process_makes_its_own_connection(server, transport, do):
    """Ansible reads the inventory in the process that it then forks for each task."""
    peers = set()

    def answer(request, forward):
        peers.add(threading.get_ident())
        return do.says(200, {})(request, forward)

    def send() -> None:
        transport().send(Request("GET", server.origin + "/x"))

    server.on("GET", "/x", answer)
    send()
    child = multiprocessing.get_context("fork").Process(target=send, daemon=True)
    child.start()
    child.join(30)
    send()  # the child has not closed the parent's connection
    assert child.exitcode == 0 and len(peers) == 2


@pytest.fixture
def one_by_one():
    """Start a server that answers a request on each connection and hangs up without having said so; give the connections."""
    left: list = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _address = listener.accept()
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 201 x\r\nContent-Length: 2\r\n\r\n{}")
                connection.close()
                left.append(connection)

    threading.Thread(target=serve, daemon=True).start()
    yield SimpleNamespace(url="http://127.0.0.1:%d/x" % listener.getsockname()[1], left=left)
    listener.close()


def test_a_connection_that_the_platform_has_left_is_not_used_again(transport, one_by_one):
    """Such a request would count as one that may have arrived."""
    sender = transport(retries=0)
    for number in range(3):
        assert sender.send(Request("POST", one_by_one.url, body=b"{}", repeatable=False)).status == 201
        while len(one_by_one.left) <= number:
            time.sleep(0.001)


def test_a_request_goes_out_in_one_piece(transport, one_by_one, monkeypatch):
    pieces, connect = [], urllib3.util.connection.create_connection

    class Socket(socket.socket):
        def sendall(self, data: bytes) -> None:
            pieces.append(data)
            super().sendall(data)

    def create_connection(*arguments, **options):
        return Socket(fileno=connect(*arguments, **options).detach())

    monkeypatch.setattr(urllib3.util.connection, "create_connection", create_connection)
    transport().send(Request("POST", one_by_one.url, {"a": "b c", "none": None}, b'{"d": 1}', {"X-One": "1"}))
    assert len(pieces) == 1
    head, _blank, body = pieces[0].partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    fields = dict(line.split(": ") for line in lines)
    assert (first, body) == ("POST /x?a=b+c HTTP/1.1", b'{"d": 1}')
    assert fields == {
        "Host": one_by_one.url.split("/")[2],
        "Accept-Encoding": "identity",
        "User-Agent": USER_AGENT,
        "X-One": "1",
        "Content-Length": "8",
    }


TWO = ["Bearer hidden\r\nX: 1", "Bearer hidden\r\n X: 1", "Bearer hidden\n", "hidden\rX", " hidden", "\n"]


@pytest.mark.parametrize("value", TWO)
def test_a_header_that_would_be_two_is_not_sent(server, transport, value):
    with pytest.raises(TransportError, match="is unusable, so nothing was sent") as raised:
        transport().send(Request("GET", server.origin + "/x", headers={"Authorization": value}))
    assert not raised.value.sent and not server.seen and "hidden" not in str(raised.value)


def test_parameters_come_before_the_name_of_a_place_in_the_page(server, transport, do):
    server.on("GET", "/x", do.says(200, {}))
    transport().send(Request("GET", server.origin + "/x?a=1#here", {"b": "2"}))
    assert server.seen[0].target == "/x?a=1&b=2"


def test_redirects_are_not_followed(server, start_meddler, transport, do):
    other = start_meddler()
    server.on("GET", "/x", do.says(302, "", Location=other.origin + "/steal"))
    answer = transport().send(Request("GET", server.origin + "/x", headers={"Authorization": "Bearer hidden"}))
    assert (answer.status, other.seen) == (302, [])


def test_no_cookie_is_kept(server, transport, do):
    server.on("GET", "/x", do.says(200, {}, Set_Cookie="JSESSIONID=abc; Path=/; HttpOnly"))
    sender = transport()
    assert sender.send(Request("GET", server.origin + "/x")).cookies.get_dict() == {"JSESSIONID": "abc"}
    sender.send(Request("GET", server.origin + "/x"))
    assert [request.headers.get("Cookie") for request in server.seen] == [None, None]


def test_a_cookie_without_a_value_has_an_empty_one(server, transport, do):
    server.on("GET", "/x", do.says(200, {}, Set_Cookie="JSESSIONID; Path=/"))
    assert cookies_at(server.origin, transport().send(Request("GET", server.origin + "/x"))) == {"JSESSIONID": ""}


def test_netrc_is_not_read(server, transport, do, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password hidden\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server.on("GET", "/x", do.says(200, {}))
    transport().send(Request("GET", server.origin + "/x"))
    transport().send(Request("GET", server.origin + "/x", headers={"Authorization": "Bearer mine"}))
    assert [request.headers.get("Authorization") for request in server.seen] == [None, "Bearer mine"]


@pytest.mark.parametrize("by", ["option", "environment", "both", "exception"])
def test_the_proxy(server, start_meddler, transport, do, monkeypatch, by):
    proxy, wrong = start_meddler(), start_meddler()
    for one in (proxy, wrong, server):
        one.on("GET", "/x", do.says(200, {}))
    options = {"proxy": proxy.origin} if by in ("option", "both") else {}
    if by != "option":
        monkeypatch.setenv("http_proxy", proxy.origin if by != "both" else wrong.origin)
    if by == "exception":
        monkeypatch.setenv("no_proxy", "127.0.0.1")
    transport(**options).send(Request("GET", server.origin + "/x"))
    used = server if by == "exception" else proxy
    assert [len(one.seen) for one in (proxy, wrong, server)] == [int(one is used) for one in (proxy, wrong, server)]
    if used is proxy:
        assert proxy.seen[0].target == server.origin + "/x"


def test_a_proxy_that_is_not_there(server, transport):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        proxy = "http://user:hidden@127.0.0.1:%d" % listener.getsockname()[1]
    with pytest.raises(TransportError, match="the proxy in front of .* can't be used") as raised:
        transport(retries=0, proxy=proxy).send(Request("GET", server.origin + "/x"))
    assert "hidden" not in str(raised.value) and not server.seen


@pytest.mark.parametrize("url", ["http://", "http://[::1", "http://exa mple/x", "http://:0/x"])
def test_addresses_that_are_none(transport, url):
    with pytest.raises(TransportError):
        transport(retries=0).send(Request("GET", url))


def test_what_is_to_be_sent_shows_no_secret():
    secret = {"sessionToken": "hidden", "Authorization": "Bearer hidden"}
    request = Request("POST", "http://me:hidden@host/x?a=hidden", secret, secret, secret, ("me", "hidden"))
    call = Call("PUT", "/devices/e1", secret, {"appKey": "hidden"}, text="hidden", secrets=("hidden",))
    assert (repr(request), repr(call)) == ("POST http://host", "PUT /devices/e1")
