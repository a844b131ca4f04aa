# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on purpose: each does what its words say, to the requests that its rule names."""

from __future__ import annotations

import http.client
import importlib
import json
import time
from email.utils import parsedate_to_datetime

import pytest

from .conftest import otaa
from .test_resources import send_csv

EUI = "70B3D57ED0000001"
UNTIL_TIMEOUT = 0.5  # seconds


@pytest.fixture
def faulty(wireless):
    """A function that schedules rules, with the client; nothing goes wrong any more afterwards."""

    def schedule(*rules, seed=0):
        wireless.inspect("PUT", "faults", {"seed": seed, "rules": list(rules)})
        return wireless

    yield schedule
    wireless.connection.close()
    wireless.connection.timeout = None
    wireless.inspect("DELETE", "faults")


@pytest.fixture
def names(package):
    """The faults by name."""
    return importlib.import_module(package.__name__ + ".testing.faults").FAULTS


def struck(client):
    """What went wrong so far."""
    return [one["fault"] for one in client.inspect("GET", "faults")["struck"]]


def status(client, path="/devices"):
    """The status alone: a fault's body may be no JSON."""
    token = "?sessionToken=" + client.query["sessionToken"]
    return client.raw("GET", client.root + path + token, headers=client.headers)[0]


NAMES = (
    *("reset_before", "reset_after", "silence_before", "silence_after", "error_before", "error_after"),
    *("bad_gateway", "unavailable", "gateway_timeout", "rate_seconds", "rate_date", "rate_absurd", "rate_bare"),
    *("cut", "short_length", "maintenance", "garbage", "session_401", "session_403_4", "session_403_163", "session_403_164"),
    *("session_page", "new_cookie", "drip", "other_writer", "shifting_list", "licences_out", "rival", "half", "wrong_lines"),
)


def test_every_fault_is_tried(names):
    assert sorted(NAMES) == sorted(names)


@pytest.mark.parametrize("name", NAMES)
def test_a_create_takes_effect_or_not(faulty, names, name):
    client = faulty({"fault": name, "method": "POST", "path": "/devices"})
    client.connection.close()  # the next connection has the short timeout
    client.connection.timeout = UNTIL_TIMEOUT
    try:
        client.create()
    except (OSError, http.client.HTTPException, ValueError):
        client.connection.close()
    client.connection.close()
    client.connection.timeout = 60
    assert struck(client) == [name]
    made = [one["EUI"] for one in client.inspect("GET", "devices")["devices"]]
    assert (EUI in made) == names[name].takes_effect


@pytest.mark.parametrize(
    "name, status",
    [
        ("error_before", 500),
        ("error_after", 500),
        ("bad_gateway", 502),
        ("unavailable", 503),
        ("gateway_timeout", 504),
        ("rate_seconds", 429),
        ("rate_date", 429),
        ("rate_absurd", 429),
        ("rate_bare", 429),
        ("maintenance", 200),
        ("session_401", 401),
        ("session_403_4", 403),
        ("session_403_163", 403),
        ("session_page", 200),
    ],
)
def test_statuses(faulty, name, status):
    client = faulty({"fault": name})
    answered, headers, body = client.raw("GET", client.root + "/devices")
    assert answered == status
    if status == 403:
        assert json.loads(body)["code"] == int(name.rpartition("_")[2])
    after = headers.get("Retry-After")
    if name == "rate_date":
        assert -2 < parsedate_to_datetime(after).timestamp() - time.time() < 3
    else:
        assert after == {"rate_seconds": "1", "rate_absurd": "864000"}.get(name)


@pytest.mark.parametrize("name", ["session_401", "session_403_4", "session_page"])
def test_a_session_that_is_over_is_over(faulty, name):
    client = faulty({"fault": name})
    status(client)
    assert status(client) == 401


def test_a_reset_is_one(faulty):
    client = faulty({"fault": "reset_after"})
    with pytest.raises((ConnectionResetError, http.client.RemoteDisconnected)):
        client.api("GET", "/devices")


@pytest.mark.parametrize("name", ["cut", "short_length"])
def test_a_body_is_not_whole(faulty, name):
    client = faulty({"fault": name})
    with pytest.raises((http.client.IncompleteRead, ValueError)):
        client.api("GET", "/devices")


def test_drops_make_a_whole(faulty):
    client = faulty({"fault": "drip"})
    began = time.monotonic()
    assert client.listed()["briefs"] == []
    assert time.monotonic() - began > 0.01
    assert client.listed()["briefs"] == []


def test_the_new_cookie_is_the_one_that_counts(faulty):
    client = faulty({"fault": "new_cookie"})
    headers = client.api("GET", "/devices")[2]
    assert client.api("GET", "/devices")[0] == 401
    client.headers = {"Cookie": headers["Set-Cookie"].partition(";")[0]}
    assert client.api("GET", "/devices")[0] == 200


def test_another_writer_comes_between_read_and_write(faulty):
    client = faulty({"fault": "other_writer", "method": "GET", "path": "/devices/[^/]+"})
    client.made()
    seen = client.get(EUI)
    assert client.put(EUI, {"name": "mine", "occContext": seen["occContext"]})[0] == 409
    assert client.put(EUI, {"name": "mine", "occContext": client.get(EUI)["occContext"]})[0] == 200
    assert client.get(EUI)["customerAdminData"].startswith("seen by another writer")


def test_a_list_that_shifts(faulty):
    client = faulty({"fault": "shifting_list", "times": 2})
    first = [one["EUI"] for one in client.listed()["briefs"]]
    second = [one["EUI"] for one in client.listed()["briefs"]]
    assert len(first) == len(second) == 1 and first != second


def test_licences_come_back(faulty):
    client = faulty({"fault": "licences_out", "path": "/devices"})
    body = otaa(networkSubscription={"ID": "kpn-cs/testing"})
    assert client.create(dict(body, EUI=EUI))[0] == 201
    assert client.create(dict(body, EUI="70B3D57ED0000002"))[0] == 403
    client.inspect("DELETE", "faults")
    assert client.create(dict(body, EUI="70B3D57ED0000002"))[0] == 201


def test_rules_count_their_own_requests(faulty):
    client = faulty(
        {"fault": "error_before", "method": "GET", "path": "/devices", "skip": 1, "times": 2},
        {"fault": "unavailable", "method": "GET", "path": "/appServers"},
    )
    assert [status(client) for _time in range(4)] == [200, 500, 500, 200]
    assert [status(client, "/appServers") for _time in range(2)] == [503, 200]
    assert client.inspect("GET", "faults")["left"] == 0


def test_chance_is_the_same_with_the_same_seed(faulty):
    def run(seed):
        client = faulty({"fault": "error_before", "times": 100, "probability": 0.4}, seed=seed)
        return [status(client) for _time in range(30)]

    assert run(1) == run(1) != run(2)
    assert 0 < run(1).count(500) < 30


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"fault": "nothing"},
        {"fault": "cut", "path": "("},
        {"fault": "cut", "often": 1},
        {"fault": "cut", "times": "1"},
        {"fault": "cut", "probability": "x"},
        "cut",
    ],
)
def test_rules_that_are_none(wireless, rule):
    assert wireless.call("PUT", "/_simulator/faults", {"rules": [rule]})[0] == 400


ROW = "CREATE_OTAA,70B3D57ED000000%d,,LORA/GenericA.1.0.2a_ETSI_Rx2-SF12,,%s\n"
ROWS = "".join(ROW % (number, "A5" * 16) for number in range(1, 5))


def names_of(client):
    """The names of the devices, by the last digit of their EUIs."""
    return {int(one["EUI"][-1]): one["name"] for one in client.inspect("GET", "devices")["devices"]}


def test_a_rival_makes_the_first_device_of_an_import(faulty):
    client = faulty({"fault": "rival", "path": "/devices/import"}, {"fault": "rival", "method": "POST", "path": "/devices"})
    assert send_csv(client, ROWS)[1]["message"].startswith("%s,line 1,[111]" % EUI)
    assert names_of(client)[1] == "somebody else's" != names_of(client)[2]
    assert client.inspect("GET", "faults")["struck"][0]["eui"] == EUI
    assert client.api("POST", "/devices", otaa(EUI=EUI[:-1] + "9"))[0] == 409 and names_of(client)[9] == "somebody else's"


@pytest.mark.parametrize("row_ms", [0, 10])
def test_half_an_import(faulty, row_ms):
    client = faulty({"fault": "half", "path": "/devices/import"})
    client.inspect("PUT", "settings", {"import_row_ms": row_ms})
    token = "?sessionToken=" + client.query["sessionToken"]
    body = '--edge\r\nContent-Disposition: form-data; name="csv"\r\n\r\n%s\r\n--edge--\r\n' % ROWS
    kind = {"Content-Type": "multipart/form-data; boundary=edge"}
    assert client.raw("POST", client.root + "/devices/import" + token, body, dict(client.headers, **kind))[0] == 500
    client.inspect("PUT", "settings", {"import_row_ms": 0})
    end = time.monotonic() + 10
    while client.inspect("GET", "jobs")["jobs"][-1]["state"] != "FINISHED":
        assert time.monotonic() < end
    assert set(names_of(client)) == {1, 2}


def test_faults_of_an_import_beside_other_lines(faulty):
    client = faulty({"fault": "wrong_lines", "path": "/devices/import"})
    assert send_csv(client, "DELETE,%s\n" % EUI)[1]["message"].startswith("%s,line 2," % EUI)
