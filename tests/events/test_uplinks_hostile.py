# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the event source ``uplinks`` must not take, and what it must not tell."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import logging
import random
import socket
import tracemalloc
from typing import Any

import pytest

from ansible_collections.lorawan.thingpark.tests.conftest import as_much_as
from ansible_collections.lorawan.thingpark.tests.events.uplink_posts import (
    AS_ID,
    COVERED,
    DEVICE,
    KEY,
    NAMES,
    Listener,
    answer,
    document,
    listening,
    message,
    query,
    report,
)

SOURCE = NAMES["main"].__globals__
#: Names of values of a report that its token covers, and of the query.
SIGNED = [*COVERED["DevEUI_uplink"], "LrnInfos", "?Time", "AS_ID", "Token"]
BOMB = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><DevEUI_uplink><DevEUI>&b;</DevEUI></DevEUI_uplink>'


def forged(address: str, rng: random.Random) -> tuple[str, bytes]:
    """Return a post of which something that was signed is different."""
    body = report()
    name = rng.choice(SIGNED)
    if name in body:
        body[name] = rng.choice([9, "00", "%016X" % rng.getrandbits(64), None, "", 7.5])
        return address, document({key: value for key, value in body.items() if value is not None or rng.random() < 0.5})
    pairs = dict(pair.split("=", 1) for pair in address.split("&"))
    if name == "Token":
        pairs[name] = rng.choice(["%064x" % rng.getrandbits(256), "", "0", pairs[name][:-1], pairs[name] + "0", "g" * 64, "%E9"])
    elif name == "?Time":
        pairs["Time"] = pairs["Time"][:-6] + rng.choice(["Z", "%2B02:01", "", "+03:00"])
    else:
        pairs[name] = rng.choice(["", "other", "..%2F", pairs[name] + "-2"])
    if rng.random() < 0.1:
        del pairs[rng.choice([one for one in pairs if one != "LrnDevEui"])]
    changed = "&".join("%s=%s" % pair for pair in pairs.items())
    return changed if changed != address else "", document(body)


def disfigured(rng: random.Random) -> tuple[str, bytes]:
    """Return a signed post whose body is broken off, larger than is taken, deep, or no report at all."""
    whole = document(report(FCntUp=rng.randrange(10**6)))
    body = rng.choice(
        [
            whole[: rng.randrange(len(whole))],
            whole[:-2] + b', "more": "%s"}}' % (b"a" * 70000),
            b'{"DevEUI_uplink":' * 5000,
            b"[" * 60000,
            b"null",
            b'"DevEUI_uplink"',
            b'{"DevEUI_uplink": [], "DevEUI_location": {}}',
            b'{"DevEUI_multicast_summary": {"DevEUI": "%s"}}' % DEVICE.encode(),
            whole.replace(b'"FPort": 2', b'"FPort": {"FPort": 2}'),
            whole.replace(b'"FPort": 2', b'"FPort": NaN'),
            whole.replace(b'"FPort": 2', b'"FPort": 1e999'),
            whole.replace(b'"Chain": 0', b'"Chain": ' + b"[" * 100 + b"]" * 100),
            whole.replace(b"0e10", b"\xff\xfe"),
            BOMB,
            b"<DevEUI_uplink>" * 300,
            bytes(rng.getrandbits(8) for _byte in range(200)),
        ]
    )
    return query(report(FCntUp=rng.randrange(10**6))), body


def test_forged_replayed_oversized_and_broken_posts():
    rng = random.Random(19)
    most = as_much_as(1200, 10000, 10000)

    async def go():
        async with listening() as one:
            first = report()
            signed = query(first)
            assert await one.post(signed, document(first)) == 200
            assert len(await one.settled()) == 1
            statuses: dict[int, int] = {}
            tracemalloc.start()
            for number in range(most):
                if number == 200:
                    before = tracemalloc.get_traced_memory()[0]
                if number % 3 == 0:
                    status = await one.post(*forged(query(first), rng))
                elif number % 3 == 1:
                    status = await one.post(*disfigured(rng), rng.choice(["application/json", "application/xml", "", "text/csv"]))
                else:
                    late = rng.choice([0, 0, 301, -310, 10**7])
                    status = await (one.uplink(late=late) if late else one.post(signed, document(first)))
                statuses[status] = statuses.get(status, 0) + 1
                passed = await one.settled()
                assert not passed, "post %d passed" % number
            grown = tracemalloc.get_traced_memory()[0] - before
            tracemalloc.stop()
            assert await one.uplink(FCntUp=8) == 200, "it still listens"
            assert len(await one.settled()) == 1
            return statuses, grown

    statuses, grown = asyncio.run(go())
    assert set(statuses) == {200, 400, 401, 413, 415}
    assert statuses[200] < most / 3, "a replay is answered as received before"
    assert grown < 400000


@pytest.mark.parametrize(
    "data,status",
    [
        (b"GET /?a=1 HTTP/1.1\r\nHost: a\r\n\r\n", 405),
        (b"POST /?%s HTTP/1.1\r\nHost: a\r\n\r\n" % (b"a" * 5000), 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nX: %s\r\n\r\n" % (b"a" * 5000), 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\n%s\r\n" % b"".join(b"X%d: a\r\n" % number for number in range(200)), 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n", 413),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (b"POST /?a=1&a=2 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 400),
        (b"POST /?AS_ID=%FF HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 400),
    ],
)
def test_requests_that_are_none(data, status):
    async def go():
        async with listening() as one:
            assert await one.send(data) == status
            one.pipe = None
            assert await one.uplink() == 200

    asyncio.run(go())


def test_bodies_that_unfold():
    async def go():
        async with listening() as one:
            body = document(report())
            packed = gzip.compress(body + b" " * 10**7)
            assert await one.post(query(report()), packed, "application/json", "Content-Encoding: gzip") == 415
            assert await one.post(query(report()), body, "application/json", "Content-Encoding: br") == 415
            assert await one.post(query(report()), BOMB, "application/xml") == 400
            assert await one.post(query(report()), body, "application/json", "Content-Encoding: identity") == 200

    asyncio.run(go())


def test_a_body_in_pieces_is_measured_as_it_comes():
    async def go():
        async with listening() as one:
            head = "POST /?%s HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
            piece = b"1000\r\n" + b" " * 4096 + b"\r\n"
            assert await one.send((head % query(report())).encode() + piece * 20) == 413
            one.pipe = None
            body = document(report())
            data = (head % query(report())).encode() + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
            assert await one.send(data) == 200

    asyncio.run(go())


def test_slow_senders_are_left():
    async def go():
        async with listening(request_timeout=1) as one:
            data = message(query(report()), document(report()))
            loop = asyncio.get_running_loop()
            begun = loop.time()
            pipes = [await asyncio.open_connection("127.0.0.1", one.port) for _share in range(3)]
            for share, (_reader, writer) in zip((0, 10, -1), pipes):
                writer.write(data[:share])
            assert await asyncio.gather(*(answer(reader) for reader, _writer in pipes)) == [0, 0, 0]
            assert 0.9 < loop.time() - begun < 10
            assert await one.uplink() == 200, "who is quick is served"

    asyncio.run(go())


def test_half_a_request_behind_a_whole_one_is_slow_too():
    async def go():
        async with listening(request_timeout=1) as one:
            first, second = (message(query(body), document(body)) for body in (report(), report(FCntUp=8)))
            reader, writer = await asyncio.open_connection("127.0.0.1", one.port)
            writer.write(first + second[:-10])
            assert [await answer(reader), await answer(reader)] == [200, 0]
            writer.close()

    asyncio.run(go())


def test_who_reads_no_answer_is_left():
    async def go():
        async with listening(request_timeout=1) as one:
            loop, requests = asyncio.get_running_loop(), b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * 1000
            with socket.socket() as deaf:
                deaf.setblocking(False)
                await loop.sock_connect(deaf, ("127.0.0.1", one.port))
                with pytest.raises(ConnectionError):
                    while True:
                        await asyncio.wait_for(loop.sock_sendall(deaf, requests), 10)
            assert await one.uplink() == 200

    asyncio.run(go())


def test_so_many_connections_and_no_more(monkeypatch):
    monkeypatch.setitem(SOURCE, "MOST_CONNECTIONS", 5)

    async def go():
        async with listening() as one:
            await asyncio.sleep(0.1)
            pipes = [await asyncio.open_connection("127.0.0.1", one.port) for _number in range(10)]
            ended = [asyncio.create_task(reader.read()) for reader, _writer in pipes]
            _done, pending = await asyncio.wait(ended, timeout=0.5)
            for task in pending:
                task.cancel()
            for _reader, writer in pipes:
                writer.close()
            assert len(pending) == 5

    asyncio.run(go())


def test_a_repeat_is_answered_and_not_passed_on():
    async def go():
        async with listening() as one:
            body = report()
            address = query(body)
            assert [await one.post(address, document(body)) for _time in range(3)] == [200, 200, 200]
            # What the token doesn't cover may be different: it is the same report all the same.
            assert await one.post(address, document({**body, "LrrRSSI": -1})) == 200
            assert await one.post(address, document({**body, "payload_hex": "0e11"})) == 401
            return await one.settled()

    assert len(asyncio.run(go())) == 1


def test_tokens_are_forgotten_when_their_time_is_over_and_bounded_before(monkeypatch):
    def token(number: int) -> str:
        return hashlib.sha256(b"%d" % number).hexdigest()

    tokens = NAMES["reports"].Tokens(300)
    for second in range(0, 3600, 10):
        tokens.add(second, token(second))
        tokens.forget(second)
    assert tokens.count <= (300 + 120) / 10
    assert tokens.has(3590, token(3590))
    assert tokens.has(3290, token(3290)), "a report of this time would still be taken"
    assert not tokens.has(10, token(10))
    monkeypatch.setitem(SOURCE, "MOST_TOKENS", 2)

    async def go():
        async with listening() as one:
            return [await one.uplink(FCntUp=number) for number in range(4)]

    assert asyncio.run(go()) == [200, 200, 503, 503]


def test_the_query_names_the_device_of_the_report():
    async def go():
        async with listening() as one:
            # Without marks between them, the elements of two reports can be the same text.
            body = report(CustomerID="10000000", DevEUI="1" + DEVICE[:-1], FPort="12", FCntUp=7)
            address = query(report(FPort=2))
            assert await one.post(address, document(body)) == 401
            return await one.settled()

    assert asyncio.run(go()) == []


@pytest.mark.parametrize("name", ["AppSKey", "appskey", "NwkSKey", "NwkKey", "KeyId"])
def test_no_key_is_in_an_event(name):
    async def go():
        async with listening() as one:
            assert await one.uplink(**{name: "SECRET", "Lrrs": {"Lrr": [{name: "SECRET", "Lrrid": "1"}]}}) == 200
            assert await one.uplink(FCntUp=8, CustomerData=json.dumps({"name": "m", name: "SECRET"})) == 200
            return await one.settled()

    first, second = asyncio.run(go())
    assert "SECRET" not in json.dumps(first)
    assert second["device"]["name"] == "m"
    assert "SECRET" not in json.dumps(second)


def test_the_log_has_no_secret(caplog):
    caplog.set_level(logging.DEBUG)
    addresses = []

    async def go():
        async with Listener() as one:
            for changes in ({}, {"FPort": 0.5}, {"DevEUI": "none"}, {"LrrRSSI": "loud"}, {"payload_hex": "x"}):
                body: dict[str, Any] = report(**changes)
                addresses.append(query(body))
                await one.post(addresses[-1], document(body))
                await one.post(addresses[-1].replace("TWA", "TWX\r\n"), document(body))
                await one.post(addresses[-1], document({**body, "FCntUp": 1}))
                await one.post(addresses[-1], document(body)[:-5])
            await one.send(b"POST /?%s HTTP/9\r\n\r\n" % addresses[0].encode())
            await one.send(b"POST /?%s\x01 HTTP/1.1\r\n\x00\r\n\r\n" % addresses[0].encode())

    asyncio.run(go())
    assert "a report was refused with 401: the token doesn't match the report (%r)" % AS_ID in caplog.text
    for address in addresses:
        assert address.rpartition("=")[2] not in caplog.text
    assert KEY not in caplog.text
    assert report()["AppSKey"] not in caplog.text


def test_refusals_are_counted_and_not_each_told(caplog):
    async def go():
        async with listening() as one:
            for _number in range(50):
                assert await one.post(query(report(), key="e" * 32), document(report())) == 401

    asyncio.run(go())
    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == [
        "a report was refused with 401: the token doesn't match the report ('%s')" % AS_ID,
        "49 more reports were refused: the token doesn't match the report",
    ]


def test_nothing_in_an_event_is_a_template_or_no_text():
    marks = "{{ lookup('pipe', 'id') }}{%x%}{{{#\ud800\n\x1b"

    async def go():
        async with listening(allow_unsigned=True) as one:
            names = {"name": marks, "tags": [marks], "doms": [{"g": marks, "n": marks}]}
            for data in (names, json.dumps(names)):
                changes = {"FCntUp": 8 + isinstance(data, str), "CustomerData": data, marks: [marks], "x": {marks: marks, "": 1}}
                assert await one.uplink(**changes) == 200
            assert await one.post("AS_ID=%7B%7Bx&LrnInfos=%7B%25", document(report())) == 200
            return await one.settled()

    events = asyncio.run(go())
    assert len(events) == 3
    assert events[0]["device"]["name"].startswith("{ { lookup('pipe', 'id') }}{ %x%}{ { { #\\ud800")
    for event in events:
        text = json.dumps(event, ensure_ascii=False)
        text.encode()
        assert '"": ' not in text, "ansible-rulebook takes no more events after a value without a name"
        assert not [mark for mark in ("{{", "{%", "{#", "\x1b") if mark in text.replace('{"', "")]
