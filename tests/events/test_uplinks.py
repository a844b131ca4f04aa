# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The event source ``uplinks``: which reports it takes, and the events that come of them."""

from __future__ import annotations

import asyncio
import json
import os
import ssl
import subprocess
from dataclasses import MISSING, fields
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
import yaml

from ansible_collections.lorawan.thingpark.plugins.plugin_utils import _uplink_reports as reports
from ansible_collections.lorawan.thingpark.tests.events.uplink_posts import (
    AS_ID,
    DEVICE,
    KEY,
    NAMES,
    Listener,
    document,
    free_port,
    listening,
    message,
    query,
    report,
)

PUBLISHED = json.loads(Path(__file__).with_name("uplink_tokens.json").read_text(encoding="utf-8"))
KINDS = {kind.name: kind for kind in reports.KINDS.values()}
NOTIFICATION = {"Time": "2026-11-28T09:00:00+01:00", "DevEUI": DEVICE, "CustomerID": "100000001", "Type": "devstatusans"}


def spellings(key: str) -> tuple[str, ...]:
    """Return how a key may be spelled, as the source has it."""
    return NAMES["Options"].of({"port": 1, "keys": {"a": key}}).keys["a"]


@pytest.mark.parametrize("one", PUBLISHED, ids=["%s of %s" % (one["kind"], one["source"].split(",")[0]) for one in PUBLISHED])
def test_published_tokens(one):
    asked = reports.Query.of(one["query"] + "&Token=" + one["token"])
    assert reports.is_signed(KINDS[one["kind"]], one["body"], asked, spellings(one["key"]))
    for name in one["body"]:
        changed = {**one["body"], name: str(one["body"][name]) + "0"}
        assert not reports.is_signed(KINDS[one["kind"]], changed, asked, spellings(one["key"]))
    other = reports.Query.of(one["query"].replace("AS-1", "AS-2").replace("-1-", "-2-") + "&Token=" + one["token"])
    assert not reports.is_signed(KINDS[one["kind"]], one["body"], other, spellings(one["key"]))
    assert not reports.is_signed(KINDS[one["kind"]], one["body"], asked, spellings("f" * 32))


def test_a_key_is_tried_as_given_and_in_lower_case():
    assert spellings("ABCDEFABCDEFABCDEFABCDEFABCDEFAB") == (
        "ABCDEFABCDEFABCDEFABCDEFABCDEFAB",
        "abcdefabcdefabcdefabcdefabcdefab",
    )
    assert spellings(KEY) == (KEY,)


@pytest.mark.parametrize("time", ["2016-07-05T08:58:26.911+02:00", "2016-07-05T08%3A58%3A26.911%2B02%3A00"])
def test_a_plus_stays_a_plus(time):
    assert reports.Query.of("AS_ID=a&Time=" + time).texts == ("AS_ID=a&Time=2016-07-05T08:58:26.911+02:00",)


def test_what_the_address_has_of_its_own_may_be_signed_or_not():
    assert reports.Query.of("site=3&AS_ID=a&Time=b&Token=c").texts == ("site=3&AS_ID=a&Time=b", "AS_ID=a&Time=b")


@pytest.mark.parametrize(
    "text,seconds",
    [("1970-01-01T01:00:00.25+01:00", 0.25), ("1970-01-01T00:00:01Z", 1), ("1970-01-01T00:00:00.123456789Z", 0.123456789)],
)
def test_times(text, seconds):
    assert reports.seconds_of(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "now", "1970-01-01T00:00:00", "1970-01-01T00:00:00 01:00", "1970-13-01T00:00:00Z", "١٩٧٠"])
def test_times_that_are_none(text):
    with pytest.raises(ValueError):
        reports.seconds_of(text)


def test_numbers_are_hashed_as_they_are_written():
    body = reports.read_json(b'{"FPort": 2, "FCntUp": 2.0, "FCntDn": 1e1, "payload_hex": ""}')
    assert [reports.written(body, name) for name in ("FPort", "FCntUp", "FCntDn", "payload_hex")] == ["2", "2.0", "1e1", ""]
    assert reports.written({}, "FPort") == "0"
    assert json.loads(json.dumps(body))["FCntUp"] == 2.0


# -- events --------------------------------------------------------------------


def test_an_uplink():
    async def go():
        async with listening() as one:
            assert await one.uplink() == 200
            return await one.settled()

    (event,) = asyncio.run(go())
    assert event.pop("received").endswith("+00:00")
    assert event.pop("report") == {name: value for name, value in report().items() if name != "AppSKey"}
    assert event == {
        "type": "uplink",
        "as_id": AS_ID,
        "signed": True,
        "device": {
            "dev_eui": DEVICE,
            "name": "meter 1",
            "tags": ["meters"],
            "domains": [{"group": "site", "name": "Utrecht/Centraal"}],
        },
        "uplink": {
            "f_port": 2,
            "f_cnt": 7,
            "payload": "0e10",
            "time": "2026-11-28T09:00:00.12+01:00",
            "lrr": "290000D5",
            "rssi": -117.0,
            "snr": -14.75,
            "spreading_factor": 12,
        },
    }


def as_xml(body: dict, kind: str = "DevEUI_uplink") -> bytes:
    """Return a report as XML, as the platform writes it."""

    def element(name, value):
        if isinstance(value, list):
            return "".join(element(name, one) for one in value)
        is_text = name == "CustomerData" or not isinstance(value, dict)
        text = json.dumps(value) if isinstance(value, dict) else str(value)
        inner = escape(text) if is_text else "".join(element(*pair) for pair in value.items())
        return "<%s>%s</%s>" % (name, inner, name)

    inside = "".join(element(*pair) for pair in body.items())
    return (
        '<?xml version="1.0" encoding="UTF-8"?><%s xmlns="http://uri.actility.com/lora">%s</%s>' % (kind, inside, kind)
    ).encode()


@pytest.mark.parametrize("content_type", ["application/xml", "text/xml; charset=utf-8", ""])
def test_xml_gives_the_same_event(content_type):
    async def go():
        async with listening() as one:
            assert await one.uplink() == 200
            body = report()
            assert await one.post(query(body), as_xml(body), content_type) == 200
            return await one.settled()

    first, second = asyncio.run(go())
    for name in ("type", "device", "uplink", "as_id", "signed"):
        assert second[name] == first[name]
    assert second["report"]["Lrrs"]["Lrr"][0]["LrrRSSI"] == "-117.0"
    assert "AppSKey" not in second["report"]


@pytest.mark.parametrize(
    "kind,body,name,told",
    [
        (
            "DevEUI_downlink_Sent",
            {"FPort": 1, "FCntDn": 47, "DeliveryStatus": 0, "DeliveryFailedCause1": "B0", "Lrrid": "FF0106DE"},
            "downlink_sent",
            {"f_port": 1, "f_cnt": 47, "sent": False, "lrr": "FF0106DE"},
        ),
        (
            "DevEUI_location",
            {"DevLAT": "51.907218", "DevLON": 4.489303, "DevLocRadius": 12, "DevLocTime": "2026-11-28T09:00:00Z"},
            "location",
            {"latitude": 51.907218, "longitude": 4.489303, "radius": 12.0, "time": "2026-11-28T09:00:00Z"},
        ),
        (
            "DevEUI_notification",
            {"Type": "devstatusans", "Var1": "200", "Var2": -7},
            "notification",
            {"kind": "devstatusans", "battery": 200, "margin": -7},
        ),
        ("DevEUI_notification", {"Type": "join", "Var1": "0123456789ABCDEF" * 2}, "notification", {"kind": "join"}),
    ],
)
def test_the_other_kinds(kind, body, name, told):
    whole = {"DevEUI": DEVICE, "CustomerID": "100000001", **body}

    async def go():
        async with listening() as one:
            assert await one.post(query(whole, kind), document(whole, kind)) == 200
            return await one.settled()

    (event,) = asyncio.run(go())
    assert event["type"] == name
    assert event[name] == told
    assert ("Var1" in event["report"]) == (body.get("Type") == "devstatusans"), "what a join gives there is a key"


def test_values_that_are_missing_or_strange():
    async def go():
        async with listening() as one:
            assert await one.uplink(FPort=None, payload_hex=None, LrrSNR="") == 200
            assert await one.uplink(FCntUp=8, LrrRSSI="loud", LrrSNR="-inf", SpFact=True, Lrrid=[]) == 200
            return await one.settled()

    first, second = asyncio.run(go())
    assert set(first["uplink"]) == {"f_cnt", "time", "lrr", "rssi", "spreading_factor"}
    assert set(second["uplink"]) == {"f_port", "f_cnt", "payload", "time"}, "what can't be read is in the report alone"


def test_a_notification_that_cannot_be_verified():
    async def go(**options):
        async with listening(**options) as one:
            body = {**NOTIFICATION, "Var1": 3, "Var2": 4}
            address = query(body, "DevEUI_notification", key="e" * 32)
            status = await one.post(address, document(body, "DevEUI_notification"))
            assert await one.post(query(report(), key="e" * 32), document(report())) == 401, "of uplinks, the token is known"
            return status, [event["signed"] for event in await one.settled()]

    assert asyncio.run(go()) == (401, [])
    assert asyncio.run(go(allow_unverified_notifications=True)) == (200, [False])


def test_unsigned_reports():
    address = "LrnDevEui=%s&LrnFPort=2" % DEVICE

    async def go(**options):
        async with listening(**options) as one:
            statuses = [await one.post(address, document(report()))]
            statuses.append(await one.post(query(report(), key="e" * 32), document(report())))
            return statuses, [event["signed"] for event in await one.settled()]

    assert asyncio.run(go()) == ([401, 401], [])
    assert asyncio.run(go(allow_unsigned=True)) == ([200, 401], [False])
    assert asyncio.run(go(allow_unsigned=True, keys=None)) == ([200, 401], [False])


def test_each_as_id_has_its_key(tmp_path, monkeypatch):
    text = "# of two applications\n%s=%s\nother-1=%s\n" % (AS_ID, KEY, "a" * 32)
    path = tmp_path / "keys"
    path.write_text(text)

    async def go(**options):
        async with listening(**options) as one:
            assert await one.uplink() == 200
            assert await one.post(query(report(), as_id="other-1", key="a" * 32), document(report())) == 200
            assert await one.post(query(report(), as_id="other-1"), document(report())) == 401
            assert await one.post(query(report(), as_id="third"), document(report())) == 401
            assert [event["as_id"] for event in await one.settled()] == [AS_ID, "other-1"]

    asyncio.run(go(keys=None, keys_file=str(path)))
    asyncio.run(go(keys="%s=%s, other-1=%s" % (AS_ID, KEY, "a" * 32)))
    monkeypatch.setenv("TDM_UPLINK_KEYS", "%s=%s other-1=%s" % (AS_ID, KEY, "a" * 32))
    asyncio.run(go(keys=None))


# -- a full queue, TLS, options ----------------------------------------------------


def test_a_full_queue_is_told_and_nothing_is_lost(monkeypatch):
    monkeypatch.setitem(NAMES["main"].__globals__, "FULL_SECONDS", 0.05)
    posts = [(query(report(FCntUp=number)), document(report(FCntUp=number))) for number in range(12)]

    async def go():
        async with listening(room=1, queue_size=3) as one:
            statuses = [await one.post(*each) for each in posts]
            assert statuses.count(200) == 5, "one that the rules may take, one on its way, three that wait"
            assert set(statuses) == {200, 503}
            left = [each for each, status in zip(posts, statuses) if status == 503]
            taken = []
            while len(taken) < len(posts):
                taken.append((await asyncio.wait_for(one.queue.get(), 10))["uplink"]["f_cnt"])
                if left and await one.post(*left[0]) == 200:
                    left.pop(0)
            assert await one.post(*posts[-1]) == 200, "the repeated one counts as received now"
            assert await one.settled() == []
            return taken

    assert sorted(asyncio.run(go())) == list(range(12))


def test_a_report_waits_a_moment_for_room(monkeypatch):
    monkeypatch.setitem(NAMES["main"].__globals__, "FULL_SECONDS", 30)

    async def go():
        async with listening(room=1, queue_size=1, request_timeout=1) as one:
            for number in range(3):
                assert await one.uplink(FCntUp=number) == 200
            waiting = asyncio.create_task(one.uplink(FCntUp=3))
            await asyncio.sleep(2.2)
            assert not waiting.done(), "who waits for the rules is no slow sender"
            assert (await one.queue.get())["uplink"]["f_cnt"] == 0
            assert await waiting == 200

    asyncio.run(go())


@pytest.fixture
def certificate(tmp_path):
    """Return the files with a certificate for this host and its key."""
    files = tmp_path / "server.pem", tmp_path / "server.key"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    os.system("%s -addext subjectAltName=IP:127.0.0.1 -out %s -keyout %s 2>/dev/null" % (command, *files))
    return files


def test_tls(certificate):
    async def go():
        async with Listener(certfile=str(certificate[0]), keyfile=str(certificate[1])) as one:
            assert await one.send(b"GET / HTTP/1.1\r\n\r\n") == 0
            one.pipe, one.tls = None, ssl.create_default_context(cafile=str(certificate[0]))
            one.tls.check_hostname = False
            assert await one.uplink() == 200
            return await one.settled()

    assert len(asyncio.run(go())) == 1


def test_connections_without_a_handshake_count_too(certificate, monkeypatch):
    """asyncio has a buffer of 256 KiB for each."""
    monkeypatch.setitem(NAMES["main"].__globals__, "MOST_CONNECTIONS", 5)

    async def go():
        async with listening(certfile=str(certificate[0]), keyfile=str(certificate[1]), request_timeout=2) as one:
            one.tls = ssl.create_default_context(cafile=str(certificate[0]))
            await asyncio.sleep(0.1)
            pipes = [await asyncio.open_connection("127.0.0.1", one.port) for _number in range(20)]
            ended = [asyncio.create_task(reader.read()) for reader, _writer in pipes]
            done, _pending = await asyncio.wait(ended, timeout=0.5)
            assert len(done) in (15, 16)  # the source's first connection was the test's, and may not be over
            await asyncio.wait(ended, timeout=10)
            assert await one.uplink() == 200, "who waits too long is forgotten"
            for _reader, writer in pipes:
                writer.close()

    asyncio.run(go())


def test_a_certificate_that_is_half_renewed_leaves_the_old_one(certificate, tmp_path):
    args = {"port": free_port(), "keys": {AS_ID: KEY}, "certfile": certificate[0], "keyfile": certificate[1]}
    options = NAMES["Options"].of(args)
    receiver, trusting = NAMES["Receiver"](options), ssl.create_default_context(cafile=str(certificate[0]))
    contexts = []

    def remembered(make=receiver._tls):
        contexts.append(make())
        return contexts[-1]

    receiver._tls = remembered

    async def go():
        async with receiver.listening():
            command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost"
            os.system("%s -out %s -keyout %s 2>/dev/null" % (command, certificate[0], tmp_path / "other.key"))
            os.utime(certificate[0], (1, 1))
            with pytest.raises(OSError, match="MISMATCH"):
                receiver._load(contexts[0])
            _reader, writer = await asyncio.open_connection("127.0.0.1", options.port, ssl=trusting)
            writer.close()

    asyncio.run(go())


OPTIONS_THAT_CANNOT_BE = [
    ({"port": None}, "port is missing: give the port"),
    ({"port": "http"}, "port must be a whole number from 0 to 65535"),
    ({"max_clock_skew": 0}, "max_clock_skew must be a whole number from 1 to 86400"),
    ({"max_body": True}, "max_body must be a whole number"),
    ({"allow_unsigned": "perhaps"}, "allow_unsigned must be true or false"),
    ({"secret": 1}, "secret is not an option of uplinks: use one of port, host, keys"),
    ({"key_file": "/nowhere"}, "key_file is not an option of uplinks (did you mean "),
    ({"keys": None}, "keys is missing: give the key of each AS ID in keys, keys_file or TDM_UPLINK_KEYS"),
    ({"keys": ["a"]}, "keys must be a dictionary, or a text such as AS_ID=key"),
    ({"keys": {"a b": KEY}}, "keys has an invalid AS ID in entry 1"),
    ({"keys": {"a": "0123"}}, "keys has a key for a that is not 32 hexadecimal digits"),
    ({"keys": "a=%s\nb=%s a=%s" % (KEY, KEY, KEY[::-1])}, "keys has two keys for a: write one for each AS ID"),
    ({"keys_file": "/nowhere"}, "keys and keys_file are both given"),
    ({"keys": None, "keys_file": "/nowhere"}, "keys_file /nowhere can't be read (No such file or directory)"),
    ({"keyfile": "/nowhere"}, "keyfile is given without certfile"),
    ({"certfile": "/nowhere"}, "certfile /nowhere can't be used with its key ([Errno 2] No such file or directory"),
    ({"host": "192.0.2.1"}, "host 192.0.2.1 and port"),
]


@pytest.mark.parametrize("changes,words", OPTIONS_THAT_CANNOT_BE, ids=[words for _changes, words in OPTIONS_THAT_CANNOT_BE])
def test_options_that_cannot_be(changes, words, monkeypatch):
    monkeypatch.delenv("TDM_UPLINK_KEYS", raising=False)
    with pytest.raises(NAMES["UplinksError"]) as caught:
        asyncio.run(NAMES["main"](asyncio.Queue(), {"port": free_port(), "keys": {AS_ID: KEY}, **changes}))
    assert words in str(caught.value)
    assert KEY not in str(caught.value)


def test_an_empty_host_is_not_every_address():
    assert NAMES["Options"].of({"port": 1, "host": "", "keys": {AS_ID: KEY}}).host == "127.0.0.1"


def test_a_port_that_is_taken():
    async def go():
        async with listening() as one:
            with pytest.raises(NAMES["UplinksError"], match="can't listen on .* port %d .*: stop the program" % one.port):
                await NAMES["main"](asyncio.Queue(), one.args)

    asyncio.run(go())


@pytest.mark.parametrize("made_by", ["pkey -in server.key -aes256 -passout pass:example", "genrsa"])
def test_a_key_that_is_encrypted_or_of_another_certificate(certificate, made_by):
    wrong = certificate[1].with_name("wrong.key")
    subprocess.run(["openssl", *made_by.split(), "-out", wrong], cwd=wrong.parent, check=True, capture_output=True)
    with pytest.raises(NAMES["UplinksError"], match="the key that of the certificate, not encrypted"):
        asyncio.run(
            NAMES["main"](asyncio.Queue(), {"port": 1, "keys": {AS_ID: KEY}, "certfile": certificate[0], "keyfile": wrong})
        )


def test_the_documentation_is_that_of_the_options():
    documented = yaml.safe_load(NAMES["DOCUMENTATION"])["options"]
    known = {one.name: one for one in fields(NAMES["Options"])}
    assert set(documented) == {*known, "keys_file"}
    names = {int: "int", bool: "bool"}
    for name, one in known.items():
        told = documented[name]
        assert bool(told.get("required")) == (one.default is MISSING and one.default_factory is MISSING)
        if name not in ("keys", "port"):
            assert told.get("default", "") == one.default
            assert told["type"] == names.get(type(one.default), told["type"])
    for source in yaml.safe_load(NAMES["EXAMPLES"]):
        ((_name, args),) = source.items()
        assert set(args) <= set(documented)


def test_the_source_ends_when_it_is_cancelled():
    async def go():
        async with listening() as one:
            await one.uplink()
        with pytest.raises(OSError):
            await asyncio.open_connection("127.0.0.1", one.port)
        assert one.task.cancelled()
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(go())


def test_a_watch_that_dies_ends_the_source_with_its_reason(monkeypatch):
    """Without it, no slow request would end and no new certificate be loaded, and nobody would know."""

    async def die(*_arguments):
        await asyncio.sleep(0)
        raise KeyError(KEY)

    monkeypatch.setattr(NAMES["Receiver"], "_watch", die)

    async def go():
        bug = r"the collection has a bug \(KeyError in test_uplinks.py, line \d+\): please report it"
        with pytest.raises(NAMES["UplinksError"], match=bug) as told:
            await asyncio.wait_for(NAMES["main"](asyncio.Queue(), {"port": free_port(), "keys": {AS_ID: KEY}}), 10)
        assert KEY not in str(told.value)
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(go())


def test_a_queue_that_fails_ends_the_source():
    async def fail(_event):
        raise RuntimeError("no room")

    async def go():
        listener = Listener()
        listener.queue.put = fail
        async with listener as one:
            assert await one.uplink() == 200
            with pytest.raises(RuntimeError, match="no room"):
                await asyncio.wait_for(asyncio.shield(one.task), 10)

    with pytest.raises(RuntimeError, match="no room"):
        asyncio.run(go())


def test_a_body_that_waits_for_leave():
    async def go():
        async with listening() as one:
            body = report()
            data = message(query(body), document(body), "application/json", "Expect: 100-continue")
            head, _gap, rest = data.partition(b"\r\n\r\n")
            assert await one.send(head + b"\r\n\r\n") == 100
            assert await one.send(rest) == 200

    asyncio.run(go())
