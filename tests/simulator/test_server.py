# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP itself, the command line, the state file, inspection."""

from __future__ import annotations

import http.client
import importlib
import json
import os
import socket
import subprocess
import sys
import threading
import time

import pytest

from .conftest import BASE, PROGRAM, otaa, simulator


def run(*options, env=None):
    """Run the program to its end."""
    return subprocess.run(
        [sys.executable, str(PROGRAM), *options], capture_output=True, text=True, timeout=30, env=env, check=False
    )


def talk(port, data, until=None):
    """Send bytes; what comes back until the server closes or `until` is there."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as one:
        one.sendall(data)
        received = b""
        while until is None or until not in received:
            try:
                part = one.recv(65536)
            except ConnectionError:
                break
            if not part:
                break
            received += part
    return received


@pytest.mark.parametrize(
    "method, path, status",
    [
        ("GET", "/", 404),
        ("GET", BASE, 404),
        ("GET", BASE + "/nothing", 404),
        ("GET", BASE + "/subscriptions/100/nothing", 404),
        ("PATCH", BASE + "/subscriptions/100", 405),
        ("POST", BASE + "/customers", 405),
        ("GET", "/thingpark/smp/rest/login", 405),
        ("DELETE", BASE + "/subscriptions/100/devices", 405),
        ("GET", BASE + "/subscriptions/100/devices/xyz", 404),
    ],
)
def test_unknown_paths_and_methods(wireless, method, path, status):
    found, document, headers = wireless.call(method, path, headers=wireless.headers)
    assert found == status and set(document) == {"code", "message"}
    assert ("Allow" in headers) == (status == 405)


@pytest.mark.parametrize(
    "body, media_type, status",
    [
        ("", "application/json", 400),
        ("{", "application/json", 400),
        ("[]", "application/json", 400),
        ('{"a":NaN}', "application/json", 400),
        ('{"name":"\\ud800"}', "application/json", 400),
        ("[" * 100000, "application/json", 400),
        ("9" * 5000, "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        ("{}", "application/xml", 400),
        ("a,b", "text/csv", 415),
        ("null", None, 400),
    ],
)
def test_bad_bodies(wireless, body, media_type, status):
    headers = {"Content-Type": media_type} if media_type else {}
    found, document, _headers = wireless.api("POST", "/devices", body, headers=headers)
    assert found == status and set(document) == {"code", "message"}


@pytest.mark.parametrize(
    "data, status",
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET /\r\n\r\n", b"400"),
        (b"GET / HTTP/2.0\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nbroken\r\n\r\n", b"400"),
        (b"GET x HTTP/1.1\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", b"413"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 40000, b"431"),
        (b"GET /?a=%ff HTTP/1.1\r\n\r\n", b"400"),
    ],
)
def test_malformed_http(wireless, data, status):
    assert talk(wireless.port, data).split(b" ")[1] == status


def test_requests_in_pieces_chunks_and_pipelines(wireless):
    port = wireless.port
    two = b"GET /one HTTP/1.1\r\nHost: x\r\n\r\nGET /_simulator/process HTTP/1.1\r\nConnection: close\r\n\r\n"
    received = talk(port, two)
    assert received.index(b"404 Not Found") < received.index(b'"pid"')
    body = json.dumps(otaa()).encode()
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:10], body[10:]))
    head = (
        "POST %s/devices?sessionToken=%s HTTP/1.1\r\nCookie: %s\r\nConnection: close\r\n"
        "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n"
        % (wireless.root, wireless.query["sessionToken"], wireless.headers["Cookie"])
    )
    with socket.create_connection(("127.0.0.1", port), timeout=10) as one:
        one.sendall(head.encode())
        assert one.recv(100).startswith(b"HTTP/1.1 100 ")
        for position in range(0, len(chunks), 7):
            one.sendall(chunks[position : position + 7])
        one.sendall(b"0\r\n\r\n")
        assert one.recv(65536).startswith(b"HTTP/1.1 201 ")


def test_head_has_no_body(wireless):
    status, _headers, data = wireless.raw("HEAD", "/")
    assert (status, data) == (404, b"")
    assert wireless.raw("GET", "/_simulator/process")[0] == 200


def test_counts(wireless):
    wireless.inspect("DELETE", "requests")
    begun = time.time()
    wireless.made()
    wireless.get(otaa()["EUI"])
    wireless.api("GET", "/devices/5000")
    wireless.api("POST", "/devices/5000/tags", {"name": "x"})
    wireless.api("DELETE", "/devices/5000/tags/21")
    counts = wireless.inspect("GET", "requests")
    root = BASE + "/subscriptions/100/devices"
    assert counts["total"] == 5
    assert counts["by_verb"] == {"POST": 2, "GET": 2, "DELETE": 1}
    assert counts["by_path"] == {
        "POST " + root: 1,
        "GET " + root + "/{deviceUid}": 2,
        "POST " + root + "/{deviceUid}/tags": 1,
        "DELETE " + root + "/{deviceUid}/tags/{tagUid}": 1,
    }
    first = [counts["first_at"][path] for path in counts["by_path"]]
    assert len(counts["first_at"]) == 4 and begun <= first[0] <= first[1] <= first[2] <= first[3] <= time.time()
    last = [counts["last_at"][path] for path in counts["by_path"]]
    assert len(counts["last_at"]) == 4 and last[1] > first[1] and [last[0], *last[2:]] == [first[0], *first[2:]]


def test_seeding(wireless):
    document = wireless.inspect(
        "POST", "seed", {"count": 30, "prefix": "A1", "tags": ["t"], "plan": "kpn-cs/testing", "route": "NOAS"}
    )
    assert document["created"] == 30 and document["first"].startswith("A1")
    assert wireless.listed([("tag", "t"), ("networkSubscriptionID", "kpn-cs/testing")])["count"] == 30
    assert {one["route"] for one in wireless.inspect("GET", "devices")["devices"] if one["EUI"].startswith("A1")} == {"NOAS"}
    for bad in (
        {"count": "x"},
        {"count": -1},
        {"prefix": "xyz"},
        {"tags": [""]},
        {"plan": "x"},
        {"model": "x"},
        {"route": "x"},
        {"count": 300, "prefix": "A" * 15},
    ):
        assert wireless.call("POST", "/_simulator/seed", bad)[0] == 400
    assert len(wireless.inspect("GET", "devices")["devices"]) == 30


def test_impossible_states_are_refused(wireless):
    wireless.made()
    for bad in (
        {"health": "FINE"},
        {"radio": 1},
        {"network": [1]},
        {"alarms": ["x"] * 6},
        {"alarms": None},
        {"who": 1},
        {"nwAddress": "x"},
    ):
        assert wireless.call("PUT", "/_simulator/devices/" + otaa()["EUI"], bad)[0] == 400, bad
    wireless.inspect("PUT", "devices/" + otaa()["EUI"], {"nwAddress": "14abcdef", "health": "ACTIVE"})
    assert wireless.listed()["briefs"][0]["nwAddress"] == "14ABCDEF"


def test_bad_settings_change_nothing(wireless):
    before = wireless.inspect("GET", "settings")
    for bad in (
        {"latency_ms": -1},
        {"latency_ms": "1"},
        {"cursors": 1},
        {"nothing": 1},
        {"page_size_min": 9000},
        {"null_briefs": True, "page_size_max": 0},
        {"licences": {"x": 1}},
        {"password": "x"},
    ):
        assert wireless.call("PUT", "/_simulator/settings", bad)[0] == 400
    assert wireless.inspect("GET", "settings") == before
    for path in ("nothing", "handle", "shown", "", "devices/x/y"):
        assert wireless.call("GET", "/_simulator/" + path)[0] == 404
    for path in ("accounts/lock", "sessions", "sessions/count"):
        assert wireless.call("POST", "/_simulator/" + path)[0] == 404


def test_read_only_refuses_all_that_writes(wireless):
    wireless.made()
    before = wireless.inspect("GET", "devices")
    wireless.inspect("PUT", "settings", {"read_only": True})
    try:
        device = "/devices/e" + otaa()["EUI"]
        for method, path in (
            ("PUT", ""),
            ("POST", "/devices"),
            ("POST", "/devices/tags"),
            ("POST", "/devices/domains"),
            ("PUT", device),
            ("DELETE", device),
            ("POST", device + "/tags"),
            ("DELETE", device + "/tags/1"),
        ):
            status, document, _headers = wireless.api(method, path, {})
            assert (status, document["code"]) == (403, 9002), (method, path)
        wireless.enter()  # a login writes nothing
        assert wireless.listed()["count"] == 1
        tag = "LW:D0:1122334455667788:70B3D57ED0000003:000E0000:C913D"
        assert wireless.api("POST", "/devices/readOnboardingTag", tag, headers={"Content-Type": "text/plain"})[0] == 200
    finally:
        wireless.inspect("PUT", "settings", {"read_only": False})
    assert wireless.inspect("GET", "devices") == before
    assert wireless.inspect("GET", "requests")["by_status"]["403"] == 8
    assert wireless.api("DELETE", device)[0] == 204


def test_latency_does_not_add_up():
    with simulator("--latency", "1000") as one:
        clients = [one.client(enter=False) for _index in range(100)]

        def ask(client):
            assert client.call("GET", BASE + "/subscriptions/100")[0] == 401

        threads = [threading.Thread(target=ask, args=(client,)) for client in clients]
        began = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert time.monotonic() - began >= 1
        assert clients[0].inspect("GET", "requests")["max_in_flight"] > 50


def test_workers_take_requests_in_turn(package):
    """Two are at work for a second each: the third waits for the first of them to be free, and with fewer all wait longer."""
    workers = importlib.import_module("tdm_simulator.http.server").Workers()
    assert [workers.done_at(at, 1.0, 2) for at in (10.0, 10.25, 10.5, 10.5, 15.0)] == [11.0, 11.25, 12.0, 12.25, 16.0]
    assert [workers.done_at(15.0, 1.0, count) for count in (2, 2, 1, 3, 3)] == [16.0, 17.0, 18.0, 16.0, 16.0]


def test_workers_bound_what_is_done_in_a_second():
    with simulator("--latency", "100", "--workers", "2") as one:
        clients = [one.client(enter=False) for _index in range(10)]
        threads = [threading.Thread(target=client.call, args=("GET", BASE + "/subscriptions/100")) for client in clients]
        began = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert time.monotonic() - began >= 0.49  # five rounds


def test_rate_limit():
    with simulator("--rate-limit", "5") as one:
        client = one.client(enter=False)
        answers = [client.call("GET", BASE + "/subscriptions/100") for _index in range(20)]
        refused = [answer for answer in answers if answer[0] == 429]
        assert refused and answers[0][0] == 401
        assert refused[0][2]["Retry-After"] == "1" and "code" in refused[0][1]
        assert client.inspect("GET", "requests")["rate_limited"] == len(refused)


def test_state_survives_a_restart(tmp_path):
    state = str(tmp_path / "state.json")
    with simulator("--state-file", state) as one:
        client = one.client()
        client.made(networkSubscription={"ID": "kpn-cs/seldom"})
        client.api("POST", "/devices/5000/tags", {"name": "x"})
        before = client.get(otaa()["EUI"])
        for _attempt in range(3):
            client.login_page(password="wrong")
        assert one.stop() == 0
        assert not one.ready_file.exists()
    assert os.stat(state).st_mode & 0o077 == 0
    with simulator("--state-file", state) as one:
        client = one.client(enter=False)
        assert client.login_page()[1]["errorCode"] not in ("", "50")
        client.inspect("POST", "accounts/unlock")
        client.enter()
        after = client.get(otaa()["EUI"])
        assert {**after, "now": 0} == {**before, "now": 0}
        assert client.listed([("tag", "x")])["count"] == 1
        assert client.inspect("GET", "devices/" + otaa()["EUI"])["keys"]["appKey"]
        assert client.made(EUI="70B3D57ED00000FF")["occContext"]
        assert client.api("GET", "/devices/5001")[0] == 200


def test_the_end_is_quick_with_connections_open():
    with simulator() as one:
        client = one.client()
        with socket.create_connection(("127.0.0.1", one.port)):
            began = time.monotonic()
            assert one.stop() == 0
            assert time.monotonic() - began < 10  # it doesn't wait for those that stay
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            client.call("GET", "/")


@pytest.mark.parametrize(
    "options, words",
    [
        (["--host", "0.0.0.0"], "--allow-remote"),
        (["--host", "::"], "--allow-remote"),
        (["--page-size-min", "10", "--page-size-max", "5"], "--page-size-min"),
        (["--licences", "none=5"], "no plan none"),
        (["--profiles-csv", "/nonexistent"], "/nonexistent"),
        (["--stop"], "--ready-file"),
    ],
)
def test_options_that_make_no_sense(options, words):
    done = run("--port", "0", *options)
    assert done.returncode == 1 and words in done.stderr and "Traceback" not in done.stderr


def test_daemon_status_and_stop(tmp_path):
    ready = str(tmp_path / "new" / "ready.json")
    look = ("--status", "--ready-file", ready)
    assert json.loads(run(*look).stdout) == {"running": False}
    done = run("--daemon", "--ready-file", ready, "--log-file", str(tmp_path / "log"))
    assert done.returncode == 0, done.stderr
    try:
        found = json.loads(run(*look).stdout)
        assert found["running"] and found["url"] == done.stdout.strip()
        again = run("--daemon", "--port", str(found["port"]), "--ready-file", str(tmp_path / "other"))
        assert again.returncode == 1 and again.stderr
    finally:
        assert run("--stop", "--ready-file", ready).stdout.strip() == "stopped"
    assert run("--stop", "--ready-file", ready).stdout.strip() == "not running"
    assert json.loads(run(*look).stdout) == {"running": False}


def test_a_stale_ready_file_is_not_believed(tmp_path):
    ready = tmp_path / "ready.json"
    with simulator() as one:
        ready.write_text(json.dumps(dict(one.ready, pid=os.getpid())))
        assert not json.loads(run("--status", "--ready-file", str(ready)).stdout)["running"]
        assert run("--stop", "--ready-file", str(ready)).stdout.strip() == "not running"
