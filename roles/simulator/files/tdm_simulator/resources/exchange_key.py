# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The public exchange key (C): a real RSA key, so that keys encrypted with it can be read here.

C says neither how a key is padded nor whether its digits or its bytes are encrypted (?): the padding is the
setting `exchange_padding`, and both digits and bytes are understood. The private key is the same in every
simulator and protects nothing.
"""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
import random

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
_SMALL = [number for number in range(3, 2000, 2) if all(number % divisor for divisor in range(3, int(number**0.5) + 1, 2))]


def read(call: Call) -> Response:
    """GET the key as PEM, or as a JSON Web Key for those who accept that (C)."""
    modulus, _private = _numbers()
    if "application/jwk+json" in call.request.headers.get("accept", ""):
        call.request.xml = False
        answer = call.answer(200, {"kid": KEY_VERSION, "kty": "RSA", "n": _base64url(modulus), "e": _base64url(EXPONENT)})
        answer.media_type = "application/jwk+json"
        return answer
    return Response(200, pem(modulus).encode("ascii"), "application/x-pem-file")


def open_keys(settings: Settings, body: Document) -> None:
    """Put the keys of a device's document that are encrypted with the exchange key in clear."""
    if "exchangeKeyVersion" not in body or not any(name in body for name in _KEYS):
        return
    if body["exchangeKeyVersion"] != KEY_VERSION:
        raise ApiError("invalid", "exchangeKeyVersion", body["exchangeKeyVersion"])
    for name in _KEYS:
        if name in body:
            body[name] = _opened(name, body[name], settings.exchange_padding)


def _opened(name: str, text: str, padding: str) -> str:
    """The 32 digits of an encrypted key in base64."""
    modulus, private = _numbers()
    try:
        data = base64.b64decode(text, validate=True)
        if len(data) != BITS // 8:
            raise ValueError(name)
        number = pow(int.from_bytes(data, "big"), private, modulus)
        clear = _unpad(number.to_bytes(BITS // 8, "big"), padding)
    except (binascii.Error, ValueError, OverflowError):
        raise ApiError("invalid", name, "base64 of a key encrypted with the exchange key is expected") from None
    if len(clear) == 16:
        return clear.hex().upper()
    digits = clear.decode("latin-1")
    if not KEY.match(digits):
        raise ApiError("invalid", name, "32 hexadecimal digits are expected")
    return digits


@functools.lru_cache(maxsize=1)
def _numbers() -> tuple[int, int]:
    """(modulus, private exponent), made when first needed."""
    numbers = random.Random(4711)
    first, second = _prime(numbers), _prime(numbers)
    return first * second, pow(EXPONENT, -1, (first - 1) * (second - 1))


OPERATIONS = [Operation("GET", "/publicExchangeKey", read)]


def _prime(numbers: random.Random) -> int:
    while True:
        number = numbers.getrandbits(BITS // 2) | 3 << BITS // 2 - 2 | 1
        if all(number % small for small in _SMALL) and number % EXPONENT != 1 and _looks_prime(number, numbers):
            return number


def _looks_prime(number: int, numbers: random.Random) -> bool:
    """Miller and Rabin's test."""
    odd, halvings = number - 1, 0
    while odd % 2 == 0:
        odd, halvings = odd // 2, halvings + 1
    for _round in range(12):
        power = pow(numbers.randrange(2, number - 1), odd, number)
        if power in (1, number - 1):
            continue
        for _halving in range(halvings - 1):
            power = pow(power, 2, number)
            if power == number - 1:
                break
        else:
            return False
    return True


def _unpad(block: bytes, padding: str) -> bytes:
    """The message in a padded block (RFC 8017, 7.1.2 and 7.2.2); ValueError when there is none."""
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


def pem(modulus: int) -> str:
    """The public key as X.509 SubjectPublicKeyInfo in PEM (C)."""
    numbers = _der(0x30, _der_integer(modulus) + _der_integer(EXPONENT))
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
