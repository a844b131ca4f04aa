# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection's exceptions, and the removal of secrets from texts.

Every error that reaches a user is a :class:`TdmError`. Its message is one sentence that names the option, the device and the
remedy. It never contains a key, a password, a token or a cookie.
"""

from __future__ import annotations

import base64
import html
import json
import os
import re
import traceback
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, quote_plus, unquote

HIDDEN = "********"
KEY = re.compile(r"[0-9A-Fa-f]{32}\Z")
LEAST = 8  # characters; shorter secrets occur by chance in any text
DIGITS_OF_EUI = 16
#: A whole EUI. Eight pairs of digits with further pairs around them belong to a key.
EUI = (
    r"(?P<eui>(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{16}|"
    r"(?<![0-9A-Fa-f]{2}[-:])[0-9A-Fa-f]{2}(?:[-:][0-9A-Fa-f]{2}){7}(?![-:][0-9A-Fa-f]{2}))(?![0-9A-Za-z]))"
)
#: A text that stands alone: no part of a word, name or number. A URL's or JSON's escape before it doesn't count as a letter.
ALONE = r"(?:(?<=%%[0-9A-Fa-f]{2})|(?<=\\[nrt])|(?<![0-9A-Za-z])(?<![0-9A-Za-z][-_.]))%s(?![0-9A-Za-z])(?![-_.][0-9A-Za-z])"


def without(text: str, secrets: Iterable[str], ours: bool = False) -> str:
    """Return a text without these secrets, in every spelling: the platform may have repeated one.

    A short secret is removed only if it stands alone, because it occurs by chance in names and numbers.

    :param ours: the text is a whole message with our own words. Short secrets of only letters or only digits stay: they equal a
        word or a count of the message by chance.
    """
    low = text.lower()
    for secret in sorted(filter(None, secrets), key=len, reverse=True):  # the longest first: one secret may be part of another
        if ours and len(secret) < LEAST and (secret.isdigit() or secret.isalpha()):
            continue
        for spelling in sorted(spellings(secret), key=len, reverse=True):
            if spelling in low:
                text = re.sub(_places(spelling), lambda match: match["eui"] or HIDDEN, text, flags=re.IGNORECASE)
    return text


def passwords_in(address: str) -> set[str]:
    """Return the password in an address, as written and decoded, and the login with password as HTTP sends it (Base64)."""
    whose = address.rpartition("@")[0].rpartition("://")[2]
    password = whose.partition(":")[2]
    if not password:
        return set()
    sent = {base64.b64encode(unquote(whose).encode(how, "replace")).decode("ascii") for how in ("latin-1", "utf-8")}
    return {password, unquote(password), *sent}


def _places(spelling: str) -> str:
    """Return a pattern that finds a spelling of a secret. It also matches EUIs, as the group ``eui``, which must stay."""
    literal = re.escape(spelling)
    if len(spelling) < LEAST:
        literal = ALONE % literal
    return "%s|%s" % ("(?P<eui>(?!))" if len(spelling) >= DIGITS_OF_EUI else EUI, literal)


@lru_cache(maxsize=256)  # a task searches thousands of messages for the same secrets
def spellings(secret: str) -> frozenset[str]:
    """Return the spellings of a secret in a text, in lower case: plain, escaped, in pairs of digits, in hex, in Base64."""
    data = secret.encode("utf-8", "surrogatepass")
    found = {secret, quote(data, safe=""), quote(data), quote_plus(data), html.escape(secret), json.dumps(secret)[1:-1]}
    coded = {data.hex(), *_in_base64(data)}
    if KEY.match(secret):
        found |= {mark.join(secret[at : at + 2] for at in range(0, 32, 2)) for mark in "-: "}
        coded |= _in_base64(bytes.fromhex(secret))
    return frozenset(one.lower() for one in found | {one for one in coded if len(one) >= LEAST})


def _in_base64(data: bytes) -> set[str]:
    """Return the Base64 characters that encode only ``data``, for each possible position in a longer text."""
    found = set()
    for shift in range(3):
        bits = 8 * (shift + len(data))
        text = base64.b64encode(b"\0" * shift + data).decode("ascii")[-(-8 * shift // 6) : bits // 6]
        found |= {text, text.replace("+", "-").replace("/", "_")}
    return found


MISTAKE = (
    "the collection has a bug (%s in %s, line %d): please report it, with the traceback that -vvv shows. The "
    "data isn't shown, since it may contain a secret"
)


class TdmError(Exception):
    """Any error that ends a task or the work on a resource.

    :param message: one clear sentence for the user.
    :param facts: return values of the failed task (str -> JSON value).

    ``unclear`` says whether a write with this error may have taken effect.
    """

    unclear = False

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts


class OptionError(TdmError):
    """An option is missing, contradicts another one, or has an invalid value."""


class BadInput(TdmError):
    """The description of resources has faults; nothing was sent.

    ``facts['findings']`` lists all of them.
    """


class TransportError(TdmError):
    """No usable answer: the network, TLS, a proxy, a time-out, or an unreadable body.

    :param sent: whether the request may have reached the platform.
    :param final: a repeated request would get the same answer.
    """

    def __init__(self, message: str, sent: bool = True, final: bool = False) -> None:
        super().__init__(message)
        self.sent = self.unclear = sent
        self.final = final


class NoRoom(TransportError):
    """The process can't open another file or connection on this machine; nothing was sent."""

    def __init__(self, message: str) -> None:
        super().__init__(message, sent=False)


class LoginError(TdmError):
    """The login failed for a reason other than the password.

    :param harmless: the password had been accepted, so this attempt can't count as a wrong one.
    :param sent: whether the password may have reached the platform.
    """

    def __init__(self, message: str, harmless: bool = False, sent: bool = True, **facts: object) -> None:
        super().__init__(message, **facts)
        self.harmless = harmless
        self.sent = sent


class LoginRefused(LoginError):
    """The platform refused the login or the password. Three refusals in a row lock the account.

    :param held_back: the password was not sent, because it was refused before.
    :param remedy: advice for a locked account. It ends the message, but is no part of ``reason``, which is stored.
    """

    def __init__(self, reason: str, held_back: bool = False, remedy: str = "") -> None:
        super().__init__(reason + remedy, login_refused=True, held_back=held_back)
        self.reason = reason
        self.is_lock = bool(remedy)


class SessionDied(TdmError):
    """The platform no longer knows the session (O: codes 4, 163, 164, 141-144)."""


class ApiError(TdmError):
    """The platform refused a request.

    :param status: the HTTP status.
    :param code: the error document's code, or None when there was no error document.
    :param reason: the error document's own message, as the platform wrote it.
    """

    def __init__(self, message: str, status: int, code: int | None = None, reason: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.unclear = status >= 500
        self.code = code
        self.reason = reason


class Conflict(TdmError):
    """Another writer changed the same resource in the meantime (the contract's OccContext)."""


def mistake_of(error: Exception) -> str:
    """Return the message for a bug in this collection: its place, without the data concerned."""
    frames = traceback.extract_tb(error.__traceback__)
    return MISTAKE % (type(error).__name__, os.path.basename(frames[-1].filename), frames[-1].lineno or 0)
