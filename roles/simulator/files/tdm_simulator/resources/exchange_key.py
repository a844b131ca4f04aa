# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The public exchange key (C): a real RSA key, so that the simulator can decrypt keys.

C says neither how a key is padded nor whether its digits or its bytes are encrypted (?): the padding is the
setting `exchange_padding`, and both digits and bytes are understood. The private key is the same in every
simulator and protects nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib

from .. import Document
from ..api.operations import Call, Operation
from ..api.shapes import KEY
from ..errors import ApiError
from ..http.messages import Response
from ..settings import Settings

KEY_VERSION = "TWK1"  # ?
BITS = 2048
EXPONENT = 65537
_KEYS = ("appKey", "nwkKey")
#: rsaEncryption with NULL parameters, as DER (X.509 SubjectPublicKeyInfo, C).
_ALGORITHM = bytes.fromhex("300d06092a864886f70d0101010500")
#: Two primes of 1024 bits, which are the private key, in hexadecimal digits.
_PRIMES = (
    "c65fe75687c5867552025e8e1cd9a692f7ff2050acb80fbdd379256082846139c39acab596e3fa339c866f031fb604d58f2ef47f59b4eaec46996a53"
    "e55d543b1bdb18c2240830cc20d22e9e90a543dfc59ef6d74f64684e512704456816fada9f3cb87138bc5e430d25abd2359804339c98e8bc165d8581"
    "5cddbcc4ecbca595",
    "ef4180072fe7102f5396321282c78a1ea5790e48bed2e8da089e4998a3cc7b696e8c0cd234bc82a60eefecb52a3949d98bb8e21fe0c0766118a21132"
    "de1831fc5d69c16ffc9ee078c1a5a0d4915189f2e197c1d5742d8333af3f0cb47f079083269fea1c464e54c1433bfde0f9b8e7f2ef96ea0f30f41c36"
    "c86b674afdc79ce9",
)
_FIRST, _SECOND = (int(digits, 16) for digits in _PRIMES)
_MODULUS, _PRIVATE = _FIRST * _SECOND, pow(EXPONENT, -1, (_FIRST - 1) * (_SECOND - 1))


def read(call: Call) -> Response:
    """GET the key as PEM, or as a JSON Web Key for those who accept that (C)."""
    if "application/jwk+json" in call.request.headers.get("accept", ""):
        call.request.xml = False
        answer = call.answer(200, {"kid": KEY_VERSION, "kty": "RSA", "n": _base64url(_MODULUS), "e": _base64url(EXPONENT)})
        answer.media_type = "application/jwk+json"
        return answer
    return Response(200, _pem().encode("ascii"), "application/x-pem-file")


def open_keys(settings: Settings, body: Document) -> None:
    """Decrypt the keys in a device's document."""
    if "exchangeKeyVersion" not in body or not any(name in body for name in _KEYS):
        return
    if body["exchangeKeyVersion"] != KEY_VERSION:
        raise ApiError("invalid", "exchangeKeyVersion", body["exchangeKeyVersion"])
    for name in _KEYS:
        if name in body:
            body[name] = _opened(name, body[name], settings.exchange_padding)


def _opened(name: str, text: str, padding: str) -> str:
    """The 32 digits of an encrypted key in Base64."""
    try:
        data = base64.b64decode(text, validate=True)
        if len(data) != BITS // 8:
            raise ValueError(name)
        number = pow(int.from_bytes(data, "big"), _PRIVATE, _MODULUS)
        clear = _unpad(number.to_bytes(BITS // 8, "big"), padding)
    except (binascii.Error, ValueError, OverflowError):
        raise ApiError("invalid", name, "base64 of a key encrypted with the exchange key is expected") from None
    if len(clear) == 16:
        return clear.hex().upper()
    digits = clear.decode("latin-1")
    if not KEY.match(digits):
        raise ApiError("invalid", name, "32 hexadecimal digits are expected")
    return digits


OPERATIONS = [Operation("GET", "/publicExchangeKey", read)]


def _unpad(block: bytes, padding: str) -> bytes:
    """The message in a padded block (RFC 8017, 7.1.2 and 7.2.2); ValueError if the padding is wrong."""
    if padding == "pkcs1v15":
        end = block.find(b"\0", 2)
        if block[:2] != b"\0\2" or end < 10:
            raise ValueError("no PKCS #1 v1.5 block")
        return block[end + 1 :]
    name = padding.partition("-")[2]
    size = hashlib.new(name).digest_size
    seed = _xor(block[1 : 1 + size], _mask(block[1 + size :], size, name))
    data = _xor(block[1 + size :], _mask(seed, len(block) - size - 1, name))
    rest = data[size:].lstrip(b"\0")
    if block[:1] != b"\0" or data[:size] != hashlib.new(name).digest() or rest[:1] != b"\1":
        raise ValueError("no OAEP block")
    return rest[1:]


def _mask(seed: bytes, length: int, name: str) -> bytes:
    """MGF1 (RFC 8017, B.2.1)."""
    size = hashlib.new(name).digest_size
    blocks = (hashlib.new(name, seed + count.to_bytes(4, "big")).digest() for count in range(-(-length // size)))
    return b"".join(blocks)[:length]


def _xor(first: bytes, second: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(first, second))


def _pem() -> str:
    """The public key as X.509 SubjectPublicKeyInfo in PEM (C)."""
    numbers = _der(0x30, _der_integer(_MODULUS) + _der_integer(EXPONENT))
    data = base64.b64encode(_der(0x30, _ALGORITHM + _der(0x03, b"\0" + numbers))).decode("ascii")
    lines = [data[start : start + 64] for start in range(0, len(data), 64)]
    return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""])


def _der(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(size))) + size + content


def _der_integer(number: int) -> bytes:
    return _der(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _base64url(number: int) -> str:
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
