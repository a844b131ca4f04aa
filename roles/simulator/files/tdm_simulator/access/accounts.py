# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one account: wrong passwords, access codes, sessions and tokens. The logins themselves are in `ways_in`."""

from __future__ import annotations

import hmac
import secrets
import time
from collections import deque
from typing import Any, Callable

from .. import Document, errors, now_ms
from ..errors import ApiError
from ..http.messages import Request
from ..settings import Settings

WRONG_PASSWORDS_BEFORE_LOCK = 3  # P: Actility's user guide
ACCESS_CODE_LIFETIME = 60.0  # ?
REMEMBERED = 10000

USER = {"firstName": "Olivia", "lastName": "Operator", "language": "en-US"}
USER_NAME = "%s %s" % (USER["firstName"], USER["lastName"])
THINGPARK_ID = "tpk-100002581"  # O for the shape


def same(given: str, expected: str) -> bool:
    """Compare secrets in constant time."""
    return hmac.compare_digest(given.encode("utf-8"), expected.encode("utf-8"))


class Accounts:
    """Sessions and tokens, alive and dead: the platform distinguishes a dead session from an unknown one (O)."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.reset()

    def reset(self) -> None:
        """The initial state: nobody is logged in and nothing is locked."""
        self.bad_passwords = 0
        self.locked = False
        self.previous_login: int | None = None
        self.last_bad_login: int | None = None
        self._codes: dict[str, tuple[str, float, int]] = {}
        self._administrators: dict[str, str] = {}
        self._sessions: dict[str, Document] = {}
        self._tokens: dict[str, float] = {}
        self._dead: dict[str, bool] = {}
        self._issued: deque[str] = deque(maxlen=REMEMBERED)

    def state(self) -> Document:
        """The state that survives a restart (sessions do not)."""
        names = ("bad_passwords", "locked", "previous_login", "last_bad_login")
        return {name: getattr(self, name) for name in names}

    def restore(self, state: Document) -> None:
        """Take over the state of an earlier run."""
        for name, value in state.items():
            setattr(self, name, value)

    def unlock(self) -> None:
        """Unlock the account, as only the operator can after three wrong passwords."""
        self.bad_passwords = 0
        self.locked = False

    def alive(self) -> dict[str, int]:
        """Number of sessions and of tokens alive."""
        self._expire()
        return {"sessions": len(self._sessions), "tokens": len(self._tokens)}

    def issued(self) -> list[str]:
        """All access codes, cookies and tokens issued, alive or not; tests check that none appears anywhere else."""
        return list(self._issued)

    def kill(self) -> None:
        """End every session and token."""
        for token in self._tokens:
            self._bury(token)
        for cookie, session in self._sessions.items():
            self._bury(cookie, session["token"])
        self._sessions.clear()
        self._administrators.clear()
        self._tokens.clear()

    # -- passwords -----------------------------------------------------------

    def refusal(self, login: str, right: Callable[[], bool]) -> int | str:
        """The login page's code for an attempt, or "" if it is let in; `right()` checks the password.

        Three wrong passwords lock the account, with any way to log in (P, ?).
        """
        if not same(login, self._settings.login):
            return errors.LOGIN_UNKNOWN_ACCOUNT
        if not self.locked and right():
            return ""
        self.last_bad_login = now_ms()
        if self.locked:
            return errors.LOGIN_LOCKED
        self.bad_passwords += 1
        self.locked = self.bad_passwords >= WRONG_PASSWORDS_BEFORE_LOCK
        return errors.LOGIN_WRONG_PASSWORD

    # -- access codes and sessions of the Wireless edition ---------------------

    def new_code(self, kind: str) -> str:
        """An access code for a kind of account: user or admin."""
        code = self._new(secrets.token_urlsafe(24))
        self._codes[code] = (kind, time.monotonic() + ACCESS_CODE_LIFETIME, self.bad_passwords)
        self.bad_passwords = 0
        return code

    def new_administrator(self, with_token: bool = True) -> tuple[str, str]:
        """(cookie, token) of an administrator, who can request access codes (O)."""
        cookie = self._new(secrets.token_hex(16).upper())
        token = self._new(secrets.token_hex(24)) if with_token else ""
        self._administrators[cookie] = token
        while len(self._administrators) > REMEMBERED:
            del self._administrators[next(iter(self._administrators))]
        return cookie, token

    def require_administrator(self, request: Request) -> None:
        """Check the administrator's cookie and, if the login gave one, the token; 401 otherwise."""
        token = self._administrators.get(request.cookie("JSESSIONID"))
        if token is None or (token and not same(request.value("sessionToken", ""), token)):
            raise ApiError("not_authenticated")

    def start_session(self, kind: str, code: str) -> tuple[str, Document, int]:
        """(cookie, session, wrong passwords before) for an access code, which works once."""
        known, until, bad_passwords = self._codes.pop(code, ("", 0.0, 0))
        if known != kind or until < time.monotonic():
            raise ApiError("auth_failed")
        cookie, token = self._new(secrets.token_hex(16).upper()), self._new(secrets.token_hex(24))
        session = {"token": token, "code": code, "until": time.monotonic() + self._settings.session_lifetime}
        self._sessions[cookie] = session
        return cookie, session, bad_passwords

    def end_session(self, request: Request) -> None:
        """End a session; its token is invalid afterwards (O, P)."""
        self.require_session(request)
        cookie = request.cookie("JSESSIONID")
        self._bury(cookie, self._sessions.pop(cookie)["token"])

    def require_session(self, request: Request) -> None:
        """Check the cookie and, if the operator requires it, the session token (P, C); 401 otherwise (O).

        An administrator's client may send its access code and type instead of the token (O). For resources with a filter named
        type, the type is no filter then (?).
        """
        cookie = request.cookie("JSESSIONID")
        token = request.value("sessionToken")
        code = request.value("adminAccessCode")
        needed = self._settings.session_token and not code
        if not cookie or (needed and not token):
            raise ApiError("not_authenticated")
        session = self._sessions.get(cookie)
        if session is None:
            raise ApiError("session_expired" if cookie in self._dead else "invalid_session")
        if needed and not same(token, session["token"]):
            raise ApiError("session_expired" if token in self._dead else "invalid_session")
        if code and not same(code, session["code"]):
            raise ApiError("invalid_session")
        now = time.monotonic()
        if session["until"] < now:
            del self._sessions[cookie]
            self._bury(cookie, session["token"])
            raise ApiError("session_expired")
        session["until"] = now + self._settings.session_lifetime
        if code and "type" in request.query:
            request.query["type"] = [kind for kind in request.query["type"] if kind != "SUBSCRIBER"]

    def rename_session(self, cookie: str) -> str | None:
        """Change a session's cookie, as a load balancer may; returns the new one, None without a session."""
        session = self._sessions.pop(cookie, None)
        if session is None:
            return None
        new = self._new(secrets.token_hex(16).upper())
        self._sessions[new] = session
        return new

    # -- tokens of the Enterprise edition ----------------------------------------

    def new_token(self) -> str:
        """A bearer token (C)."""
        self._expire()
        token = self._new(secrets.token_urlsafe(48))
        self._tokens[token] = time.monotonic() + self._settings.token_lifetime
        return token

    def require_bearer(self, request: Request) -> None:
        """A living bearer token (C); 401 otherwise."""
        kind, _space, token = request.headers.get("authorization", "").partition(" ")
        token = token.strip()
        challenge = [("WWW-Authenticate", 'Bearer realm="thingpark"')]
        if kind.lower() != "bearer" or not token:
            raise ApiError("not_authenticated", headers=challenge)
        until = self._tokens.get(token)
        if until is None:
            raise ApiError("session_expired" if token in self._dead else "invalid_session", headers=challenge)
        if until < time.monotonic():
            del self._tokens[token]
            self._bury(token)
            raise ApiError("session_expired", headers=challenge)

    # -- ends --------------------------------------------------------------

    def _new(self, secret: str) -> str:
        self._issued.append(secret)
        return secret

    def _expire(self) -> None:
        now = time.monotonic()
        for token in [key for key, until in self._tokens.items() if until < now]:
            del self._tokens[token]
            self._bury(token)
        for cookie in [key for key, one in self._sessions.items() if one["until"] < now]:
            self._bury(cookie, self._sessions.pop(cookie)["token"])

    def _bury(self, *names: Any) -> None:
        for name in names:
            self._dead[name] = True
        while len(self._dead) > REMEMBERED:
            del self._dead[next(iter(self._dead))]
