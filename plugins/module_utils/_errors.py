# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong, as types.

Every error that reaches a user is one of these. Its text is one sentence that names the option,
the device and the remedy, and never holds a key, a password, a token or a cookie.
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
LEAST = 8  # characters; what is shorter would be found by chance in any text
DIGITS_OF_EUI = 16
#: A whole EUI; pairs of digits that go on before or behind are a key's.
EUI = (
    r"(?P<eui>(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{16}|"
    r"(?<![0-9A-Fa-f]{2}[-:])[0-9A-Fa-f]{2}(?:[-:][0-9A-Fa-f]{2}){7}(?![-:][0-9A-Fa-f]{2}))(?![0-9A-Za-z]))"
)
#: Neither a part of a word, name or number, nor joined to one. What a URL or JSON escapes before it is no part of it.
ALONE = r"(?:(?<=%%[0-9A-Fa-f]{2})|(?<=\\[nrt])|(?<![0-9A-Za-z])(?<![0-9A-Za-z][-_.]))%s(?![0-9A-Za-z])(?![-_.][0-9A-Za-z])"


def without(text: str, secrets: Iterable[str], ours: bool = False) -> str:
    """Return a text without these secrets, in whatever spelling: should the platform have repeated one, nobody sees it.

    A short one is taken out only where it stands alone, since it is found by chance in names and numbers.

    :param ours: the text is a whole message, with words of ours around the platform's. A short word in it, or a few digits,
        are one of ours, or a count: they are no secret for being somebody's password as well.
    """
    low = text.lower()
    for secret in sorted(filter(None, secrets), key=len, reverse=True):  # one may be a part of another
        if ours and len(secret) < LEAST and (secret.isdigit() or secret.isalpha()):
            continue
        for spelling in sorted(spellings(secret), key=len, reverse=True):
            if spelling in low:
                text = re.sub(_places(spelling), lambda match: match["eui"] or HIDDEN, text, flags=re.IGNORECASE)
    return text


def passwords_in(address: str) -> set[str]:
    """Return the password in an address, as it stands there and as it is meant, and the login with it as HTTP sends them."""
    whose = address.rpartition("@")[0].rpartition("://")[2]
    password = whose.partition(":")[2]
    if not password:
        return set()
    sent = {base64.b64encode(unquote(whose).encode(how, "replace")).decode("ascii") for how in ("latin-1", "utf-8")}
    return {password, unquote(password), *sent}


def _places(spelling: str) -> str:
    """Return a pattern of where a spelling stands for its secret; what has a name, ``eui``, is to stay."""
    literal = re.escape(spelling)
    if len(spelling) < LEAST:
        literal = ALONE % literal
    return "%s|%s" % ("(?P<eui>(?!))" if len(spelling) >= DIGITS_OF_EUI else EUI, literal)


@lru_cache(maxsize=256)  # a message is searched for each of a task's secrets, and a fleet has thousands of messages
def spellings(secret: str) -> frozenset[str]:
    """Return how a secret may stand in a text, in lower case: as it is, escaped, in pairs of digits, in hex, in Base64."""
    data = secret.encode("utf-8", "surrogatepass")
    found = {secret, quote(data, safe=""), quote(data), quote_plus(data), html.escape(secret), json.dumps(secret)[1:-1]}
    coded = {data.hex(), *_in_base64(data)}
    if KEY.match(secret):
        found |= {mark.join(secret[at : at + 2] for at in range(0, 32, 2)) for mark in "-: "}
        coded |= _in_base64(bytes.fromhex(secret))
    return frozenset(one.lower() for one in found | {one for one in coded if len(one) >= LEAST})


def _in_base64(data: bytes) -> set[str]:
    """Return the characters that stand for ``data`` alone in Base64, wherever in something longer it begins."""
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
    """Anything this collection gives up on.

    :param message: one clear sentence for the user.
    :param facts: return values that the failing task still gives back (str -> JSON value).

    ``unclear`` says whether a write that ended like this may have taken effect all the same.
    """

    unclear = False

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts


class OptionError(TdmError):
    """An option is missing, contradicts another one, or holds what it can't hold."""


class BadInput(TdmError):
    """The description of the fleet has faults; nothing was sent.

    ``facts['findings']`` lists all of them.
    """


class TransportError(TdmError):
    """No usable answer: the network, TLS, a proxy, a time-out, or a body that can't be read.

    :param sent: whether the request may have reached the platform.
    :param final: asked again, the platform would say the same.
    """

    def __init__(self, message: str, sent: bool = True, final: bool = False) -> None:
        super().__init__(message)
        self.sent = self.unclear = sent
        self.final = final


class NoRoom(TransportError):
    """This machine lets the process open no further file or connection: nothing was sent."""

    def __init__(self, message: str) -> None:
        super().__init__(message, sent=False)


class LoginError(TdmError):
    """The account could not be logged in, for a reason other than its password.

    :param harmless: the password was accepted before: it can't have counted as a wrong one.
    :param sent: whether the password may have reached the platform.
    """

    def __init__(self, message: str, harmless: bool = False, sent: bool = True, **facts: object) -> None:
        super().__init__(message, **facts)
        self.harmless = harmless
        self.sent = sent


class LoginRefused(LoginError):
    """The platform refused the login or the password (three in a row lock the account).

    :param held_back: it was not even sent, since it was refused before.
    :param remedy: what to do where the account is locked. It ends the message, and is no part of ``reason``, which is kept.
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
    """Another writer changed the same thing meanwhile (the contract's OccContext)."""


def mistake_of(error: Exception) -> str:
    """Return what to say of a mistake of this collection's own: where it is, and nothing of what it was about."""
    frames = traceback.extract_tb(error.__traceback__)
    return MISTAKE % (type(error).__name__, os.path.basename(frames[-1].filename), frames[-1].lineno or 0)
