# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTML page that answers an end user's login, as malformed as it comes."""

from __future__ import annotations

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._api.login_page import (
    WRONG_PASSWORD,
    LoginAnswer,
    read_login_page,
)

# Body and block stay open, quotes are mixed, a comment stands between the spans.
PAGE = """<!DOCTYPE html>
<html lang="en">
<body class="box">
<!-- for the script -->
<div id="serverInfo" style="display:none">
<!-- what went wrong -->
<span id='errorCode'>%(code)s</span>
<span id="info1">%(info1)s</span>
<span id="info2">%(info2)s</span>
<!-- where to go -->
<span id='redirectURI'>%(uri)s</span>
"""
HOST = "https://iot.example.net/devicemanager/index.html?"


def page(code: str = "", info1: str = "", info2: str = "", uri: str = "") -> str:
    return PAGE % {"code": code, "info1": info1, "info2": info2, "uri": uri}


def read(text: str) -> LoginAnswer | None:
    return read_login_page(text.encode())


@pytest.mark.parametrize(
    "uri",
    [
        HOST + "userAccessCode=aB3-_.~9&gmaps=",
        HOST + "userAccessCode=aB3-_.~9&amp;gmaps=",
        HOST + "userAccessCode=aB3-_.~9&amp;amp;gmaps=",
        HOST + "type=SUBSCRIBER&userAccessCode=aB3-_.~9&gmaps=",
        HOST + "type=SUBSCRIBER&amp;userAccessCode=aB3-_.~9&amp;gmaps=",
        HOST + "type=SUBSCRIBER&amp;amp;userAccessCode=aB3-_.~9",
        HOST + "userAccessCode=aB3-_.%7E9#top",
        "\n   /relative?userAccessCode=aB3-_.~9&gmaps=\n",
        HOST + "notuserAccessCode=wrong&userAccessCode=aB3-_.~9",
        HOST + "userAccessCode=<!-- x -->aB3-_.~9&gmaps=",
    ],
)
def test_the_access_code_is_found(uri):
    assert read(page(uri=uri)) == LoginAnswer("aB3-_.~9")


@pytest.mark.parametrize(
    "uri", ["", HOST, HOST + "userAccessCode=&gmaps=", HOST + "accessCode=abc", "userAccessCode=abc", HOST + "useraccesscode=a"]
)
def test_neither_code_nor_error(uri):
    assert read(page(uri=uri)) == LoginAnswer()


@pytest.mark.parametrize("code", [*WRONG_PASSWORD, "0", "777", "E-12"])
def test_an_error_is_reported_with_its_notes(code):
    assert read(page(" %s\n" % code, "first", " a &amp; b ")) == LoginAnswer("", code, "first", "a & b")


def test_an_error_wins_over_an_access_code():
    assert read(page("108", uri=HOST + "userAccessCode=abc&gmaps=")) == LoginAnswer("", "108")


def test_spans_that_are_never_closed():
    text = page("109", "x", "y", HOST + "userAccessCode=abc&gmaps=").replace("</span>", "")
    assert read(text) == LoginAnswer("", "109", "x", "y")
    text = page(uri=HOST + "userAccessCode=abc&gmaps=").replace("</span>", "")
    assert read(text) == LoginAnswer("abc")


def test_the_text_of_an_element_within_counts():
    assert read(page("<b>5<i>0</i></b>", "a <b>b</b> c")) == LoginAnswer("", "50", "a b c")


def test_notes_without_a_code_are_kept():
    assert read(page("", "first", "second")) == LoginAnswer("", "", "first", "second")


def test_a_comment_does_not_hide_an_error():
    assert read(page("<!-- none --> 50")).error_code == "50"


@pytest.mark.parametrize("quote", ["'", '"', ""])
def test_quotes_do_not_matter(quote):
    text = "<span id=%serrorCode%s>50</span><span id=%sredirectURI%s></span>" % ((quote,) * 4)
    assert read(text).error_code == "50"


@pytest.mark.parametrize("missing", ["errorCode", "redirectURI"])
def test_one_of_the_spans_may_be_missing(missing):
    text = page(uri=HOST + "userAccessCode=abc") if missing == "errorCode" else page("50")
    assert read(text.replace("id='%s'" % missing, "")) == (
        LoginAnswer("abc") if missing == "errorCode" else LoginAnswer("", "50")
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "iso-8859-1"])
def test_other_encodings(encoding):
    text = page("7", "Zürich é")
    if encoding == "iso-8859-1":
        text = text.replace("<body", '<meta charset="iso-8859-1"><body')
    body = text.encode(encoding)
    body = b"\xff\xfe" + body if encoding == "utf-16-le" else body
    assert read_login_page(body) == LoginAnswer("", "7", "Zürich é", "")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"not a page",
        b"<html><body>Service unavailable</body></html>",
        b'{"code": 4}',
        b"\x00\x01\x02\xff",
        b"<!-- <span id='errorCode'>50</span> -->",
        b"<?xml version='1.0' encoding='bogus'?>",
        b"<meta charset='bogus-8'><p>hello",
        page("50").encode() + b" " * 10_000_000,
    ],
    ids=lambda body: str(body[:20]),
)
def test_what_is_no_login_answer(body):
    assert read_login_page(body) is None


def test_deep_nesting_does_no_harm():
    assert read_login_page(b"<div>" * 50_000 + page("50").encode()) in (None, LoginAnswer("", "50"))
