# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The platform's RSA exchange key, which encrypts LoRaWAN keys for the transfer (contract, ``/publicExchangeKey``).

The contract says that the result is Base64. It doesn't say how a key is padded: that is an option. Nor does it say whether to
encrypt the key's bytes or its digits (?): this code encrypts the bytes.
"""

from __future__ import annotations

import base64
from typing import Any

try:
    from cryptography.hazmat.primitives.asymmetric import padding as _padding
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
    from cryptography.hazmat.primitives.hashes import SHA1, SHA256

    IMPORT_ERROR: Exception | None = None
except Exception as error:  # reported only when a key is to be encrypted, which few tasks do
    IMPORT_ERROR = error

from .._errors import OptionError, TransportError
from .._schema.resource import Resource
from .resources import Client, ResourceClient, as_object
from .session import Call

PATH = "/publicExchangeKey"
PADDINGS = ("oaep_sha256", "oaep_sha1", "pkcs1v15")
NO_LIBRARY = (
    "key_encryption needs the Python library cryptography, which can't be imported where this task runs: install it there, or "
    "run the task on Ansible's own machine, whose ansible-core has it"
)
NO_KEY = "the platform's exchange key is not an RSA JSON Web Key: report this to the operator"


def public_key(client: Client) -> dict[str, Any]:
    """Return the platform's public exchange key, a JSON Web Key (contract, PublicRsaJsonWebKey)."""
    key = as_object(client.call(Call("GET", PATH, accept="application/jwk+json")), PATH)
    if not all(isinstance(key.get(name), str) for name in ("kid", "n", "e")):
        raise TransportError(NO_KEY)
    return key


class EncryptingClient(ResourceClient):
    """The resources of one kind, whose keys are sent encrypted with the platform's exchange key.

    :param padding: one of PADDINGS.
    """

    encrypts = True

    def __init__(self, client: Client, resource: Resource, padding: str) -> None:
        super().__init__(client, resource)
        self._padding = padding
        self._exchange_key: ExchangeKey | None = None

    def make_ready(self) -> None:
        """Ask for the exchange key."""
        self._exchange()

    def _exchange(self) -> ExchangeKey:
        if self._exchange_key is None:
            self._exchange_key = exchange_key(self.client, self._padding)
        return self._exchange_key

    def _saying(self, body: dict[str, Any] | None, call: Call) -> Call:
        return super()._saying(body and self._sealed(body), call)

    def _sealed(self, body: dict[str, Any]) -> dict[str, Any]:
        """Return a request's body with its keys encrypted, and with the version of the exchange key."""
        declared, by_name = self.resource.encryption, self.resource.by_name
        paths = [by_name[option].path[0] for option in declared.keys] if declared else []
        clear = {path: body[path] for path in paths if path in body}
        if not declared or not clear:
            return body
        exchange = self._exchange()
        sealed = {path: exchange.encrypted(key) for path, key in clear.items()}
        return {**body, **sealed, by_name[declared.version].path[0]: exchange.version}


class ExchangeKey:
    """The exchange key of one platform.

    :param version: the platform's name for it.
    """

    def __init__(self, version: str, modulus: int, exponent: int, padding: str) -> None:
        self.version = version
        self._padding = padding
        try:
            self._key = RSAPublicNumbers(exponent, modulus).public_key()
        except ValueError:  # numbers that form no RSA key
            raise TransportError(NO_KEY) from None

    def encrypted(self, key: str) -> str:
        """Return a key of 32 hexadecimal digits, encrypted and in Base64."""
        if self._padding == "pkcs1v15":
            scheme: Any = _padding.PKCS1v15()
        else:
            hashed = SHA1 if self._padding == "oaep_sha1" else SHA256
            scheme = _padding.OAEP(mgf=_padding.MGF1(hashed()), algorithm=hashed(), label=None)
        return base64.b64encode(self._key.encrypt(bytes.fromhex(key), scheme)).decode("ascii")


def exchange_key(client: Client, padding: str) -> ExchangeKey:
    """Request and return the platform's exchange key; raises :class:`OptionError` without the library to use it."""
    if IMPORT_ERROR is not None:
        raise OptionError(NO_LIBRARY)
    key = public_key(client)
    return ExchangeKey(key["kid"], _number(key["n"]), _number(key["e"]), padding)


def _number(text: str) -> int:
    """Return a number of a JSON Web Key: base64url without padding (RFC 7518, 2)."""
    try:
        return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), "big")
    except ValueError:
        raise TransportError(NO_KEY) from None
