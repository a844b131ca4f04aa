# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports that take their time: other requests see them half done, and they go on when nobody waits any more."""

from __future__ import annotations

import contextlib
import http.client
import json
import time

import pytest

from .conftest import simulator
from .test_resources import row, send_csv

ROW_MS = 50


@pytest.fixture
def slow(wireless):
    """A client of a simulator whose imports take 50 ms a row."""
    wireless.inspect("PUT", "settings", {"import_row_ms": ROW_MS})
    yield wireless
    wireless.connection.close()
    wireless.connection.timeout = 60
    wireless.inspect("PUT", "settings", {"import_row_ms": 0, "latency_ms": 0, "workers": 0})
    wireless.inspect("DELETE", "faults")


def rows(count):
    """The text of an import."""
    return "\n".join(row(number + 1) for number in range(count))


def jobs(client):
    """What there is to see of the imports."""
    return client.inspect("GET", "jobs")["jobs"]


def until(condition, seconds=10.0):
    """Wait for a condition."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def left_alone(client, text):
    """Send an import and don't wait for its end."""
    client.connection.timeout = 0.2
    client.connection.close()
    with pytest.raises(TimeoutError):
        send_csv(client, text)
    client.connection.close()


def test_each_row_has_its_price(slow):
    began = time.monotonic()
    assert send_csv(slow, rows(6))[:2] == (200, None)
    assert 0.3 <= time.monotonic() - began < 3
    (job,) = jobs(slow)
    assert (job["state"], job["rows"], job["done"], job["failed"], job["client_left"]) == ("FINISHED", 6, 6, 0, False)
    assert job["ended"] - job["began"] >= 290  # by another clock


def test_an_import_at_no_price_is_done_at_once(wireless):
    send_csv(wireless, rows(3) + "\nFLY,1\n")
    (job,) = jobs(wireless)
    assert (job["state"], job["rows"], job["done"], job["failed"]) == ("FINISHED", 4, 4, 1)
    wireless.inspect("POST", "reset")
    assert jobs(wireless) == []


def test_an_import_of_nothing_is_answered(slow):
    assert send_csv(slow, "# nothing\n")[:2] == (200, None)


def test_an_import_goes_on_when_its_client_has_gone(slow, wireless_simulator):
    left_alone(slow, rows(40))
    other = wireless_simulator.client()
    until(lambda: jobs(other)[0]["client_left"])
    (job,) = jobs(other)
    assert job["state"] == "RUNNING" and 0 < job["done"] < 40
    assert 0 < other.listed()["count"] < 40  # half done, for everybody to see
    until(lambda: jobs(other)[0]["state"] == "FINISHED")
    assert other.listed()["count"] == jobs(other)[0]["done"] == 40


def test_the_faults_are_told_at_the_end(slow):
    status, document, _headers = send_csv(slow, "%s\nDELETE,1\n" % row(1))
    assert status == 200 and document["message"].startswith("1,line 2,[9025]")
    text = "\n".join(["DELETE,%d" % number for number in range(120)])
    slow.inspect("PUT", "settings", {"import_row_ms": 1})
    assert len(send_csv(slow, text)[1]["message"].splitlines()) == 100
    assert jobs(slow)[-1]["done"] == jobs(slow)[-1]["failed"] == 100


def test_a_task_tells_when_an_import_in_the_background_is_done(slow):
    began = time.monotonic()
    status, _document, headers = send_csv(slow, rows(40), {"async": ""})
    assert status == 202 and time.monotonic() - began < 1
    task = headers["Location"].partition("/100")[2]
    assert slow.api("GET", task)[1]["state"] == "RUNNING"
    until(lambda: slow.api("GET", task)[1]["state"] == "FINISHED")
    assert slow.listed()["count"] == 40


def test_rows_come_after_the_latency_and_keep_a_worker_busy(slow, wireless_simulator):
    slow.inspect("PUT", "settings", {"latency_ms": 100, "workers": 1})
    left_alone(slow, rows(10))
    other = wireless_simulator.client()  # who has to wait for the worker, each time
    assert jobs(other)[0]["state"] == "FINISHED"
    for settings, number, seconds in (({"latency_ms": 200, "workers": 0}, 20, 0.25), ({"import_row_ms": 0}, 21, 0.2)):
        slow.inspect("PUT", "settings", settings)
        began = time.monotonic()
        assert send_csv(other, row(number))[0] == 200
        assert time.monotonic() - began >= seconds - 0.005  # what has no price is late all the same


def test_a_reset_ends_an_import(slow, wireless_simulator):
    left_alone(slow, rows(40))
    other = wireless_simulator.client(enter=False)
    other.inspect("POST", "reset")
    other.enter()
    time.sleep(4 * ROW_MS / 1000)
    assert other.listed()["count"] == 0 and jobs(other) == []


@pytest.mark.parametrize("fault, status", [("gateway_timeout", 504), ("error_after", 500)])
def test_a_gateway_gives_up_before_the_import(slow, fault, status):
    slow.inspect("PUT", "faults", {"rules": [{"fault": fault, "path": "/import"}]})
    token = "?sessionToken=" + slow.query["sessionToken"]
    body = '--edge\r\nContent-Disposition: form-data; name="csv"\r\n\r\n%s\r\n--edge--\r\n' % rows(40)
    kind = {"Content-Type": "multipart/form-data; boundary=edge"}
    assert slow.raw("POST", slow.root + "/devices/import" + token, body, dict(slow.headers, **kind))[0] == status
    assert jobs(slow)[0]["state"] == "RUNNING"
    until(lambda: jobs(slow)[0]["state"] == "FINISHED")
    assert slow.listed()["count"] == 40


def test_other_faults_strike_the_answer_when_it_comes(slow):
    slow.inspect("PUT", "faults", {"rules": [{"fault": "drip", "path": "/import"}, {"fault": "new_cookie", "path": "/import"}]})
    assert send_csv(slow, "%s\nDELETE,1\n" % row(1))[1]["message"].startswith("1,line 2")
    _status, _document, headers = send_csv(slow, "DELETE,1\n")
    assert headers["Set-Cookie"].startswith("JSESSIONID=")


FAULTS = ("half", "error_after", "wrong_lines", "drip", "cut", "reset_after")


@pytest.mark.parametrize("row_ms", [0, 10])
def test_an_imports_end_is_recorded_without_its_fault(tmp_path, row_ms):
    path = tmp_path / "record.jsonl"
    with simulator("--record", str(path), "--import-row-ms", str(row_ms)) as one:
        client, watcher = one.client(), one.client(enter=False)
        for number, fault in enumerate(FAULTS, 1):
            watcher.inspect("PUT", "faults", {"rules": [{"fault": fault, "path": "/import"}]})
            with contextlib.suppress(OSError, http.client.HTTPException, ValueError):  # what the fault does to the client
                send_csv(client, "DELETE,1\nDELETE,2\n")
            client.connection.close()
            until(lambda count=number: [job["state"] for job in jobs(watcher)] == ["FINISHED"] * count)
    lines = [line for line in map(json.loads, path.read_text().splitlines()) if line["path"].endswith("/devices/import")]
    assert len(lines) == len(FAULTS) and {line["status"] for line in lines} == {200}
    assert all(json.loads(line["answer"])["message"].startswith("1,line 1,[9025]") for line in lines)
