# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bodies of answers, good and bad."""

from __future__ import annotations

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._api.codec import (
    DEEPEST,
    SESSION_CODES,
    NotData,
    decode,
    encode,
    error_document,
)

JSON = "application/json"


@pytest.mark.parametrize("data", [{}, [], {"name": "café \u2028 ✓", "n": [1, 1.5, None, True]}, "text", 0])
def test_what_is_sent_reads_back(data):
    assert decode(encode(data), JSON) == data


@pytest.mark.parametrize("opens,closes", [(b"[", b"]"), (b'{"a":', b"}")])
def test_how_deep_an_answer_may_be(opens, closes):
    deep = opens * DEEPEST + b"[]" + closes * DEEPEST
    assert decode(deep, JSON) is not None
    with pytest.raises(NotData, match="too deep"):
        decode(opens + deep + closes, JSON)


@pytest.mark.parametrize("body", [b"", b" \r\n"])
def test_an_empty_body_is_nothing(body):
    assert decode(body, JSON) is None
    assert decode(body, "text/html") is None


@pytest.mark.parametrize("body", [b'\xef\xbb\xbf{"a": 1}', '{"a": 1}'.encode("utf-16"), b' \n{"a":1}'])
def test_json_in_other_clothes(body):
    assert decode(body, JSON) == {"a": 1}


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"<!DOCTYPE html><html></html>", JSON),
        (b"\n <html>", ""),
        (b"\xef\xbb\xbf<html>", JSON),
        (b"Sorry, maintenance", "text/html; charset=utf-8"),
        (b'{"a": 1}', "TEXT/HTML"),
    ],
)
def test_a_page_in_disguise_is_never_data(body, content_type):
    with pytest.raises(NotData, match="web page") as caught:
        decode(body, content_type)
    assert caught.value.page


@pytest.mark.parametrize("body", [b"{", b"OK", b'{"a": "\xe9"}', b"\x00\x01\x02", b"[" * 100_000, b"9" * 5000])
def test_what_is_not_json(body):
    with pytest.raises(NotData, match="JSON") as caught:
        decode(body, JSON)
    assert not caught.value.page


@pytest.mark.parametrize(
    ("data", "code", "text"),
    [
        ({"code": 111, "message": "exists"}, 111, "exists"),
        ({"code": "163", "message": "x", "info1": "y", "info2": "z"}, 163, "x, y, z"),
        ({"message": "x"}, None, "x"),
        ({"code": "odd", "info1": 7}, None, "7"),
        ({"code": True}, None, ""),
        ({"code": "9" * 5000}, None, ""),
        ({}, None, ""),
        (None, None, ""),
        ([{"code": 4}], None, ""),
        ("4", None, ""),
    ],
)
def test_error_documents(data, code, text):
    assert error_document(data) == (code, text)


def test_the_codes_of_a_dead_session():
    assert {4, 141, 142, 143, 144, 163, 164} == SESSION_CODES
