# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong, as types.

Every error that reaches a user is one of these. Its text is one sentence that names the option,
the device and the remedy, and never holds a key, a password, a token or a cookie.
"""

from __future__ import annotations


class TdmError(Exception):
    """Anything this collection gives up on.

    :param message: one clear sentence for the user.
    :param facts: return values that the failing task still gives back (str -> JSON value).
    """

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

    :param sent: whether the request may have reached the platform, so that a write may have taken effect.
    :param final: asked again, the platform would say the same.
    """

    def __init__(self, message: str, sent: bool = True, final: bool = False) -> None:
        super().__init__(message)
        self.sent = sent
        self.final = final


class LoginError(TdmError):
    """The account could not be logged in, for a reason other than its password.

    :param harmless: the password was accepted before, or never sent: it can't have counted as a wrong one.
    """

    def __init__(self, message: str, harmless: bool = False, **facts: object) -> None:
        super().__init__(message, **facts)
        self.harmless = harmless


class LoginRefused(LoginError):
    """The platform refused the login or the password (three in a row lock the account).

    :param held_back: it was not even sent, since it was refused before.
    """

    def __init__(self, message: str, held_back: bool = False) -> None:
        super().__init__(message, login_refused=True, held_back=held_back)


class SessionDied(TdmError):
    """The platform no longer knows the session (API.md, section 2: codes 4, 163, 164, 141-144)."""


class ApiError(TdmError):
    """The platform refused a request.

    :param status: the HTTP status.
    :param code: the error document's code, or None when there was no error document.
    :param reason: the error document's own message, as the platform wrote it.
    """

    def __init__(self, message: str, status: int, code: int | None = None, reason: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.reason = reason


class Conflict(TdmError):
    """Another writer changed the same thing meanwhile (the contract's OccContext)."""
