# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong, as types: one except clause catches all of them, and each says what its reader needs."""

from __future__ import annotations

import base64
import html
import json
from urllib.parse import quote, quote_plus

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils import _errors


@pytest.mark.parametrize(
    "error",
    [
        _errors.OptionError("x"),
        _errors.BadInput("x", findings=[]),
        _errors.TransportError("x"),
        _errors.LoginError("x"),
        _errors.LoginRefused("x"),
        _errors.SessionDied("x"),
        _errors.ApiError("x", 400),
        _errors.Conflict("x"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_every_error_is_one_of_ours(error):
    assert isinstance(error, _errors.TdmError)
    assert error.message == str(error) == "x"
    assert isinstance(error.facts, dict)


def test_what_they_carry():
    assert _errors.BadInput("x", findings=[1]).facts == {"findings": [1]}
    assert _errors.TransportError("x").sent and not _errors.TransportError("x", sent=False).sent
    assert _errors.LoginRefused("x", held_back=True).facts == {"login_refused": True, "held_back": True}
    refused = _errors.ApiError("x", 403, 111, "exists")
    assert (refused.status, refused.code, refused.reason) == (403, 111, "exists")
    assert isinstance(_errors.LoginRefused("x"), _errors.LoginError)


KEY = "0A9B8C7D6E5F40312213A4F5E6D7C8B9"
PASSWORD = 'geheim+wacht/woord "42" & é'


@pytest.mark.parametrize(
    "secret,spelling",
    [
        (KEY, KEY.lower()),
        (KEY, "0a-9b-8c-7d-6e-5f-40-31-22-13-a4-f5-e6-d7-c8-b9"),
        (KEY, "0A:9B:8C:7D:6E:5F:40:31:22:13:A4:F5:E6:D7:C8:B9"),
        (KEY, base64.b64encode(bytes.fromhex(KEY)).decode().rstrip("=")[:-1]),
        (PASSWORD, PASSWORD),
        (PASSWORD, PASSWORD.upper()),
        (PASSWORD, json.dumps(PASSWORD)[1:-1]),
        (PASSWORD, html.escape(PASSWORD)),
        (PASSWORD, quote(PASSWORD)),
        (PASSWORD, quote(PASSWORD, safe="").lower()),
        (PASSWORD, quote_plus(PASSWORD)),
        (PASSWORD, PASSWORD.encode().hex()),
    ],
)
def test_a_secret_is_taken_out_in_every_spelling(secret, spelling):
    assert _errors.without("it is <%s>, again <%s>" % (spelling, spelling), ["", secret]) == "it is <********>, again <********>"


@pytest.mark.parametrize("before", ["", "x", "xy"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_secret_is_taken_out_of_something_longer_in_base64(before, encode):
    secret = "secret\u00ff\u00fe\u00fd?>-token"
    text = encode((before + secret + "and more").encode()).decode()
    told = _errors.without(text, [secret])
    assert "********" in told and len(told) < len("********") + 20


def test_what_is_no_secret_stays():
    text = "code 9018: the device profile LORA/GenericA doesn't support ABP"
    assert _errors.without(text, [KEY, PASSWORD, ""]) == text
    assert _errors.without("a device", ["b"]) == "a device", "three letters of Base64 would be in any text"


@pytest.mark.parametrize(
    "secret,text,shown",
    [
        ("17", "the code 17 is wrong", "the code ******** is wrong"),
        ("17", "code=17", "code=********"),
        ("17", '{"verificationCode":"17"}', '{"verificationCode":"********"}'),
        ("17", "%22verificationCode%22%3A%2217%22", "%22verificationCode%22%3A%22********%22"),
        ("17", "17.", "********."),
        ("17", "device 70B3D57EDE000017: no", None),
        ("17", "device 70-B3-D5-7E-DE-00-00-17: no", None),
        ("17", "hall-17 at 52.0017, 17.5 and 1.17, room17 or 17b", None),
        ("geheim", "GEHEIM, geheimen", "********, geheimen"),
        ("AABBCCDDEEFF", "device AABBCCDDEEFF0011: no", None),
        ("AABBCCDDEEFF", "device aa-bb-cc-dd-ee-ff-00-11: no", None),
        ("AABBCCDDEEFF", "LW:D0:1122334455667788:AABBCCDDEEFF0011:AABB1122:OAABBCCDDEEFF", None),
        ("AABBCCDDEEFF", "token=AABBCCDDEEFF or xAABBCCDDEEFFx", "token=******** or x********x"),
        ("hall-17-x", "a_hall-17-x9", "a_********9"),
        (KEY, "0a9b8c7d6e5f40312213a4f5e6d7c8b9ff", "********ff"),
        (KEY, "a 0A-9B-8C-7D-6E-5F-40-31-22-13-A4-F5-E6-D7-C8-B9.", "a ********."),
    ],
)
def test_a_short_secret_is_taken_out_where_it_stands_alone(secret, text, shown):
    expected = text.replace("O" + secret, "O********") if shown is None else shown
    assert _errors.without(text, [secret]) == expected


def test_a_short_word_or_number_in_a_message_of_ours_is_no_secret():
    text = "17 of 20 devices failed; the first: the platform refused it (status 400, code 17: s3cret)"
    assert _errors.without(text, ["17", "400", "devices", "code"], ours=True) == text
    assert _errors.without(text, ["s3cret"], ours=True).endswith("code 17: ********)")
    assert _errors.without("refused: devices", ["devices"]) == "refused: ********"


@pytest.mark.parametrize(
    "address,passwords",
    [
        ("", set()),
        ("http://proxy:3128", set()),
        ("http://me@proxy:3128", set()),
        ("http://me:p%40ss@proxy:3128", {"p%40ss", "p@ss", "bWU6cEBzcw=="}),
        ("me:pa/ss@proxy", {"pa/ss", "bWU6cGEvc3M="}),
        ("odd://me:pass@[::1", {"pass", "bWU6cGFzcw=="}),
    ],
)
def test_passwords_in_an_address(address, passwords):
    assert _errors.passwords_in(address) == passwords
