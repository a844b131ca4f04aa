# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers meant to do harm: refused in bounded time and memory with a clear sentence, and nothing follows them elsewhere."""

from __future__ import annotations

import itertools
import json
import time
import tracemalloc
import zlib
from types import SimpleNamespace

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._api.codec import XML, decode
from ansible_collections.lorawan.thingpark.plugins.module_utils._api.platform import place_of
from ansible_collections.lorawan.thingpark.plugins.module_utils._http.pools import HttpSettings
from ansible_collections.lorawan.thingpark.plugins.module_utils._http.transport import Request, Transport

PASSWORD, TOKEN, COOKIE = "not-a-real-passphrase", "T0KENT0KENT0KEN", "C00KIEC00KIE"
EUI = "70B3D57ED1000001"
BRIEF = {"EUI": EUI, "name": "one", "healthState": "ACTIVE", "creationDate": 0, "tags": []}
PAGE = "<span id=errorCode></span><span id=redirectURI>http://x/?userAccessCode=abc</span>"
MIB = 1 << 20


@pytest.fixture
def platform(start_meddler, account_on, do):
    """Return a function that starts a platform which does one thing its own way and the rest as it should, as an account."""

    def platform(method: str, path: str, action, **options: object) -> SimpleNamespace:
        server = start_meddler()
        server.on(method, path, action)
        server.on("POST", "/admins/login", do.says(200, {"thingparkID": "tpk-1", "sessionToken": TOKEN}))
        server.on("POST", "/login", do.says(200, PAGE, Set_Cookie="JSESSIONID=%s; Path=/" % COOKIE))
        server.on("POST", "/token", do.says(200, {"access_token": TOKEN, "expires_in": 300}))
        server.on("POST", "/accessCode", do.says(200, {"accessCode": "abc"}))
        href = {"subscription": {"href": "/thingpark/wireless/rest/subscriptions/100"}, "sessionToken": TOKEN}
        server.on("GET", "/customers", do.says(200, href))
        server.on("GET", "/devices", do.says(200, {"briefs": [BRIEF], "more": False}))
        server.on("GET", "/devices/e" + EUI, do.says(200, {**BRIEF, "occContext": {"version": 1}}))
        server.on("GET", "", do.says(204, b""))
        whose = SimpleNamespace(login="tester@example.com", password=PASSWORD)
        ways = {"client_id": "tester/x", "client_secret": PASSWORD, "subscriber_id": "100"}
        return SimpleNamespace(server=server, account=account_on(whose, server.url, **ways, **options))

    return platform


def told(result: dict, *parts: str) -> str:
    """Return the one sentence or two of a failure, which name what went wrong and hold no secret."""
    message = result["msg"]
    assert result["failed"] and all(part in message for part in parts), message
    assert len(message) < 700 and not any(secret in json.dumps(result) for secret in (PASSWORD, TOKEN, COOKIE)), message
    return message


def answer(body: bytes, *headers: str, status: int = 200):
    """Answer with a body as it is."""
    kind = dict(line.split(": ", 1) for line in headers)
    return lambda _request, _forward: (status, {"Content-Type": "application/json", **kind}, body)


def pieces(head: str, piece: bytes, start: bytes = b"", count: int = 10**9):
    """Answer with a head, and then with one thing again and again."""
    first = ("HTTP/1.1 " + head).replace("\n", "\r\n").encode() + start
    return lambda _request, _forward: itertools.chain([first], itertools.repeat(piece, count))


# Bodies that the reader must not walk into, at each place where a body is read.

LAUGHS = "".join('<!ENTITY l%d "%s">' % (n, "&l%d;" % (n - 1) * 10 if n else "ha") for n in range(10))
BODIES = {
    "billion laughs": (XML, "<?xml version='1.0'?><!DOCTYPE d [%s]><d>&l9;</d>" % LAUGHS, "with a DTD"),
    "quadratic": (XML, '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "%s">]><d>%s</d>' % ("a" * 50_000, "&a;" * 50_000), "DTD"),
    "a file": (XML, '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]><d>&a;</d>', "with a DTD"),
    "a DTD elsewhere": (XML, '<?xml version="1.0"?><!DOCTYPE d SYSTEM "%(evil)s/d.dtd"><d/>', "with a DTD"),
    "parameters": (XML, '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY %% p SYSTEM "%(evil)s/p">%%p;]><d/>', "with a DTD"),
    "deep XML": (XML, '<?xml version="1.0"?>' + "<a>" * 100_000 + "</a>" * 100_000, "too deep or too large"),
    "deep lists": ("json", "[" * 100_000 + "]" * 100_000, "not readable as JSON"),
    "deep objects": ("json", '{"a":' * 100_000 + "1" + "}" * 100_000, "not readable as JSON"),
    "rather deep": (
        "json",
        '{"briefs":[{"EUI":%s1%s}]}' % ("[" * 200, "]" * 200),
        "is a JSON document that is too deep or too large",
    ),
    "many lists": ("json", '{"briefs": [%s[]]}' % ("[]," * 2_000_000), "is a JSON document that is too deep or too large"),
    "many values": ("json", '{"briefs": [%s1]}' % ("1," * 2_000_000), "is a JSON document that is too deep or too large"),
    "NaN": ("json", '{"briefs": [], "more": NaN}', "not readable as JSON"),
    "infinity": ("json", '{"briefs": [], "more": -Infinity}', "not readable as JSON"),
    "a float too large": ("json", '{"briefs": [{"lat": 1e999}]}', "not readable as JSON"),
    "a long number": ("json", '{"briefs": [{"markerID": %s}]}' % ("9" * 4000), "not readable as JSON"),
    "an endless number": ("json", '{"briefs": [{"markerID": %s}]}' % ("9" * 1_000_000), "not readable as JSON"),
}
PLACES = {"login": "/customers", "list": "/devices", "device": "/devices/e" + EUI}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("body", BODIES)
def test_a_body_that_is_a_trap(platform, start_meddler, body, place):
    evil = start_meddler()
    body_format, text, message = BODIES[body]
    text = text % {"evil": evil.origin} if "evil" in text else text
    kind = "Content-Type: application/" + body_format
    hostile = platform("GET", PLACES[place], answer(text.encode(), kind))
    told(hostile.account.tdm_device_info(gather="devices"), message)
    assert len(hostile.server.sent("GET", PLACES[place])) <= 5 and not evil.seen  # like any answer that is of no use


def test_of_two_keys_the_last_counts(platform):
    text = '{"briefs": [{"EUI": "%s", "name": "a", "name": "b", "tags": []}], "briefs": [], "more": true, "more": false}'
    assert platform("GET", "/devices", answer((text % EUI).encode())).account.tdm_device_info()["devices"] == []


@pytest.mark.parametrize("lifetime", ["9" * 40, "1e300", "-1e300", "true", "{}", '"soon"'])
def test_the_lifetime_of_a_token(platform, lifetime):
    body = '{"access_token": "%s", "expires_in": %s}' % (TOKEN, lifetime)
    hostile = platform("POST", "/token", answer(body.encode()), auth_method="oauth2")
    assert len(hostile.account.tdm_device_info()["devices"]) == 1


@pytest.mark.parametrize("text", ["<briefs/>" * 100_000, "<name>" + "&#65;\n" * 300_000 + "</name>"], ids=["alike", "text"])
def test_xml_takes_time_by_its_length(text):
    before = time.process_time()
    decode(("<d>%s</d>" % text).encode(), "application/xml")
    assert time.process_time() - before < 4  # a minute where time grows with the square


# Answers without an end.

ZEROS = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
MIB_OF_ZEROS = ZEROS.compress(b"\0" * MIB) + ZEROS.flush(zlib.Z_FULL_FLUSH)  # which may stand there any number of times
CHALLENGE = '401 x\nWWW-Authenticate: Digest realm="r", nonce="n", qop="auth"\n'


def packed(head: str):
    """Answer with a GiB that is small on the wire."""
    gzip = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
    return pieces(head + "Content-Encoding: gzip\nConnection: close\n\n", MIB_OF_ZEROS, gzip, 1024)


LARGE, LONG = "is larger than 32 MiB: check url", "has more headers than any Device Manager sends: check url"
ENDLESS = {
    "1 GiB": (pieces("200 x\nContent-Length: %d\n\n" % (1 << 30), b"x" * 65536), LARGE),
    "chunks": (pieces("200 x\nTransfer-Encoding: chunked\n\n", b"10000\r\n%s\r\n" % (b"x" * 65536)), LARGE),
    "until closed": (pieces("200 x\n\n", b"x" * 65536), LARGE),
    "bomb": (packed("200 x\n"), LARGE),
    "redirection": (pieces("302 x\nLocation: /login\nContent-Length: %d\n\n" % (1 << 30), b"x" * 65536), LARGE),
    "packed redirection": (packed("302 x\nLocation: /login\n"), LARGE),
    "trailers": (pieces("200 x\nTransfer-Encoding: chunked\n\n0\n", b"A: %s\r\n" % (b"x" * 60_000)), LARGE),
    "headers": (pieces("200 x\n", b"A: b\r\n"), LONG),
    "header": (pieces("200 x\nA: ", b"x" * 4096), LONG),
    "status": (pieces("200 ", b"x" * 4096), LONG),
    "100": (pieces("", b"100 x\r\n\r\nHTTP/1.1 "), LONG),
    "103": (pieces("", b"103 x\r\nLink: %s\r\n\r\nHTTP/1.1 " % (b"x" * 4000)), LONG),
}


@pytest.fixture
def peak():
    """Return a function that returns the most memory that was taken since the test began, in MiB."""
    tracemalloc.start()
    yield lambda: tracemalloc.get_traced_memory()[1] / MIB
    tracemalloc.stop()


@pytest.mark.parametrize("what", ENDLESS)
def test_an_answer_without_end(platform, peak, what):
    action, message = ENDLESS[what]
    hostile = platform("GET", "/devices", action)
    told(hostile.account.tdm_device_info(), "the answer of http://127.0.0.1:", message)
    assert len(hostile.server.sent("GET", "/devices")) == 1  # the same would come again
    assert peak() < 120


def test_a_challenge_that_is_a_bomb(platform, peak):
    hostile = platform("GET", "/admins/id", packed(CHALLENGE), auth_method="digest")
    told(hostile.account.tdm_device_info(), LARGE)
    assert len(hostile.server.seen) == 1 and "Authorization" not in hostile.server.seen[0].headers
    assert peak() < 120


def test_an_answer_that_drips(platform):
    def drips(_request, _forward):
        yield b"HTTP/1.1 200 x\r\nContent-Length: 1000000\r\n\r\n"
        while True:
            time.sleep(0.02)
            yield b" "

    hostile = platform("GET", "/devices", drips, timeout=0.1)
    told(hostile.account.tdm_device_info(), "wasn't complete after 1 s: raise timeout")


@pytest.mark.parametrize("content", [b"{}", b""])
@pytest.mark.parametrize("interim", ["100 Continue", "102 Processing", "103 Early Hints"])
def test_the_final_answer_is_the_one_that_counts(start_meddler, account_on, do, interim, content):
    """Otherwise a deletion would count as done, and its answer as the next one's."""
    head = b"HTTP/1.1 %s\r\nLink: <x>\r\n\r\n" % interim.encode()
    server = start_meddler()
    server.on(
        "GET", "/x", lambda _request, _forward: [head, b"HTTP/1.1 409 x\r\nContent-Length: %d\r\n\r\n" % len(content), content]
    )
    got = Transport(HttpSettings()).send(Request("GET", server.origin + "/x"))
    assert (got.status, got.body) == (409, content)


def as_packed(body: bytes, wbits: int) -> bytes:
    packer = zlib.compressobj(wbits=wbits)
    return packer.compress(body) + packer.flush()


@pytest.mark.parametrize("encoding,wbits", [("gzip", 31), ("X-GZIP", 31), ("deflate", zlib.MAX_WBITS)])
def test_bodies_that_are_packed(platform, encoding, wbits):
    body = as_packed(json.dumps({"briefs": [BRIEF], "more": False}).encode(), wbits)
    whole = platform("GET", "/devices", answer(body, "Content-Encoding: " + encoding))
    assert whole.account.tdm_device_info()["devices"][0]["name"] == "one"
    half = platform("GET", "/devices", answer(body[:-20], "Content-Encoding: " + encoding))
    told(half.account.tdm_device_info(retries=0), "broke before the answer was complete")


@pytest.mark.parametrize("encoding,message", [("br", "wasn't requested: check proxy"), ("gzip", "goes on after its end")])
def test_bodies_that_are_packed_amiss(platform, encoding, message):
    body = as_packed(b"{}", 31) + b"x" * 100_000
    hostile = platform("GET", "/devices", answer(body, "Content-Encoding: " + encoding))
    told(hostile.account.tdm_device_info(), message)
    assert len(hostile.server.sent("GET", "/devices")) == 1


# What leads elsewhere.

REDIRECTED = [
    ("html", "POST", "/login", "no login page"),
    ("html", "GET", "/customers", "started no session"),
    ("html", "GET", "/devices", "redirects to another address: set url"),
    ("html", "PUT", "/devices/e" + EUI, "redirects to another address: set url"),
    ("smp", "POST", "/admins/login", "without a thingparkID"),
    ("smp", "POST", "/accessCode", "no access to the subscriber"),
    ("digest", "GET", "/admins/id", "status 30"),
    ("oauth2", "POST", "/token", "gave no access token"),
    ("oauth2", "GET", "/devices", "redirects to another address: set url"),
]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("way,method,path,message", REDIRECTED)
def test_nothing_follows_a_redirection(platform, start_meddler, do, row, way, method, path, message, status):
    evil = start_meddler()
    hostile = platform(method, path, do.says(status, {}, Location=evil.origin + path), auth_method=way)
    desired = row(
        1, name="another", device_profile=None, connectivity_plan=None, routing_profile=None, app_key=None, activation=None
    )
    result = hostile.account.tdm_device(**desired) if method == "PUT" else hostile.account.tdm_device_info()
    told(result, message)
    assert len(hostile.server.sent(method, path)) == 1 and not evil.seen


def test_a_redirection_to_nowhere(platform, do):
    hostile = platform("GET", "/devices", do.says(302, {}, Location="http://[::1"))
    told(hostile.account.tdm_device_info(), "redirects to another address: set url")


HREFS = [
    ("{evil}/subscriptions/1", "another host (127.0.0.1)"),
    ("//{netloc}/subscriptions/1", "another host (127.0.0.1)"),
    ("http://user:hidden@{own}/subscriptions/1", "another host (127.0.0.1)"),
    ("http://{own}@{netloc}/subscriptions/1", "another host (127.0.0.1)"),
    ("ftp://{own}/subscriptions/1", "leads elsewhere"),
    ("javascript:alert(1)", "leads elsewhere"),
    ("/thingpark/wireless/rest/../../smp/rest/admins", "leads elsewhere"),
    ("/thingpark/wireless/rest/%2E%2e/admins", "leads elsewhere"),
    ("..\\admins", "leads elsewhere"),
    ("http://[::1/subscriptions/1", "leads elsewhere"),
]


@pytest.mark.parametrize("href,message", HREFS)
def test_an_address_that_is_never_called(platform, start_meddler, do, href, message):
    evil = start_meddler()
    places = {"evil": evil.origin, "netloc": evil.origin.partition("://")[2]}

    def lures(request, forward):
        data = {"subscription": {"href": href.format(own=request.headers["Host"], **places)}, "sessionToken": TOKEN}
        return do.says(200, data)(request, forward)

    hostile = platform("GET", "/customers", lures)
    assert "hidden" not in told(hostile.account.tdm_device_info(), message)
    assert not evil.seen and {request.path.rpartition("/")[2] for request in hostile.server.seen} <= {
        "login",
        "customers",
        "logout",
    }


@pytest.mark.parametrize(
    "href,place",
    [
        ("/thingpark/wireless/rest/subscriptions/100/devices/123", "/devices/123"),
        ("https://evil.example/devices/123/", "/devices/123"),
        ("/devices/..", ""),
        ("/devices/123?force=true", ""),
        ("/devices/%2e%2e", ""),
        ("/devices/1\\..", ""),
        ("/devices/1#", ""),
        (None, ""),
    ],
)
def test_of_a_devices_address_only_its_number_counts(href, place):
    assert place_of({"href": href}, "/devices") == place


def test_links_are_not_followed(platform, start_meddler, do, row):
    evil = start_meddler()
    there = evil.origin + "/devices"
    links = {"Link": "<%s>; rel=next" % there, "Refresh": "0; url=" + there, "Content-Location": there, "Location": there}
    page = {"briefs": [{**BRIEF, "href": there + "/1"}], "more": False, "next": there, "cursors": {"next": there}, "href": there}
    hostile = platform("GET", "/devices", do.says(200, page, **links))
    hostile.server.on("PUT", "/devices/e" + EUI, do.says(202, {"href": there, "taskHref": there}, **links))
    desired = row(
        1, name="another", device_profile=None, connectivity_plan=None, routing_profile=None, app_key=None, activation=None
    )
    assert hostile.account.tdm_device(**desired)["action"] == "updated"
    assert not evil.seen


MINE = "JSESSIONID=%s; Path=/" % COOKIE
COOKIES = [
    ("a=b; Path=/thingpark", True),
    ("a=b", False),  # without a path, it is for the address below which it was set
    ("a=b; Path=/thingpark/smp", False),
    ("a=b; Path=/; Secure", False),
    ("a=b; Path=/; Domain=evil.example", False),
    ("a=b; Path=/; Max-Age=0", False),
]


@pytest.mark.parametrize("cookie,comes", COOKIES)
def test_a_cookie_is_sent_where_it_belongs(platform, do, cookie, comes):
    hostile = platform("POST", "/login", do.says(200, PAGE, Set_Cookie=cookie + "\r\nSet-Cookie: " + MINE))
    assert len(hostile.account.tdm_device_info()["devices"]) == 1
    for path in ("/customers", "/devices"):
        sent = hostile.server.sent("GET", path)[0].headers["Cookie"].split("; ")
        assert sorted(sent) == ["JSESSIONID=" + COOKIE, *["a=b"] * comes]


@pytest.mark.parametrize("way", ["html", "smp"])
def test_the_cookies_of_a_login_elsewhere_stay_there(platform, do, way):
    place = {"html": "/login", "smp": "/admins/login"}[way]
    page = do.says(200, PAGE if way == "html" else {"thingparkID": "tpk-1"}, Set_Cookie=MINE)
    hostile = platform("POST", place, page, auth_method=way)
    elsewhere = hostile.server.origin.replace("127.0.0.1", "localhost") + place
    assert len(hostile.account.tdm_device_info(login_url=elsewhere)["devices"]) == 1
    for request in hostile.server.seen:
        assert ("Cookie" in request.headers) == request.path.endswith("/accessCode"), request.path


# What is shown.

EVIL = "\x1b[2J\x1b]8;;http://evil\x07<script>alert(1)</script>\r\x9b31m\u202eabc\u2066\x7f"
SHOWN = "\\u001b[2J\\u001b]8;;http://evil\\u0007<script>alert(1)</script>\\u000d\\u009b31m\\u202eabc\\u2066\\u007f"


def test_scripts_in_a_login_page_are_text(platform, do):
    script = "<script>document.write('<span id=errorCode>50</span>')</script><!-- <span id=errorCode>50</span> -->"
    hostile = platform("POST", "/login", do.says(200, script + PAGE + script))
    assert len(hostile.account.tdm_device_info()["devices"]) == 1


NOTES = [
    ("POST", "/login", "<span id=errorCode>77&#27;[2J</span><span id=info1>&#155;1m%s</span>", "error code 77"),
    ("GET", "/customers", {"code": 1, "message": EVIL * 100, "info1": [EVIL]}, "started no session"),
    ("GET", "/devices", {"code": 1, "message": EVIL * 100, "info2": {EVIL: 1}}, "the platform refused GET"),
    ("POST", "/token", {"error": EVIL * 100}, "refused the client_secret"),
]


@pytest.mark.parametrize("method,path,body,message", NOTES)
def test_a_platforms_words_are_shown_harmlessly(platform, do, method, path, body, message):
    if isinstance(body, str):
        body = body % ("x" * 10_000)
    way = "oauth2" if path == "/token" else "html"
    hostile = platform(method, path, do.says(200 if path == "/login" else 400, body), auth_method=way)
    assert told(hostile.account.tdm_device_info(), message).isprintable()


def test_names_are_shown_harmlessly_and_nothing_of_them_is_lost(platform, do):
    page = {"briefs": [{**BRIEF, "name": EVIL + "\n\tשלום\u200f", EVIL: "\ud800"}], "more": False}
    shown = platform("GET", "/devices", do.says(200, page)).account.tdm_device_info()["devices"][0]
    assert shown["name"] == SHOWN + "\n\tשלום\u200f"
    assert "\\ud800" in shown.values()
