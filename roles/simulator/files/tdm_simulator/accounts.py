# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may come in: the login page, sessions, OAuth tokens."""

from __future__ import annotations

import base64
import binascii
import hmac
import html
import secrets
import time
from collections import deque

from . import errors
from .codec import encode
from .errors import ApiError
from .httpmsg import Response, parse_fields
from .world import now_ms

LOGIN_PATH = "/thingpark/smp/rest/login"  # ? in API.md: P lost the URL
TOKEN_PATH = "/users-auth/protocol/openid-connect/token"  # C, O
WRONG_PASSWORDS_BEFORE_LOCK = 3  # Actility's user guide, by API.md
ACCESS_CODE_LIFETIME = 60.0  # ?
REMEMBERED_DEAD = 10000
REMEMBERED_ISSUED = 10000

USER = {"firstName": "Olivia", "lastName": "Operator", "language": "en-US"}
USER_NAME = "%s %s" % (USER["firstName"], USER["lastName"])

# Shaped as in P: no closing div, body or html, and mixed quotes.
_PAGE = """<!DOCTYPE html>
<html lang="en">
<body class="container">
<!-- what the page's script needs from the server -->
<div id="serverInfo" style="display:none">
<!-- why a login failed -->
<span id='errorCode'>%s</span>
<span id="info1">%s</span>
<span id="info2">%s</span>
<!-- where to go next -->
<span id='redirectURI'>%s</span>
"""


def _same(given, expected):
    return hmac.compare_digest(given.encode("utf-8"), expected.encode("utf-8"))


class Accounts:
    """One account: its bad passwords, access codes, sessions and tokens."""

    def __init__(self, settings, meter):
        self._settings = settings
        self._meter = meter
        self.reset()

    def reset(self):
        """As on the first day: nobody is logged in and nothing is locked."""
        self.bad_passwords = 0
        self.locked = False
        self.previous_login = None
        self.last_bad_login = None
        self._codes = {}
        self._sessions = {}
        self._tokens = {}
        self._dead = {}
        self._issued = deque(maxlen=REMEMBERED_ISSUED)

    def state(self):
        """What survives a restart (sessions do not)."""
        return {
            "bad_passwords": self.bad_passwords,
            "locked": self.locked,
            "previous_login": self.previous_login,
            "last_bad_login": self.last_bad_login,
        }

    def restore(self, state):
        """Take over the state of an earlier run."""
        for name, value in state.items():
            setattr(self, name, value)

    def unlock(self):
        """What only the operator can do after three wrong passwords."""
        self.bad_passwords = 0
        self.locked = False

    def alive(self):
        """Number of sessions and of tokens alive."""
        self._expire()
        return {"sessions": len(self._sessions), "tokens": len(self._tokens)}

    def issued(self):
        """Access codes, cookies and tokens given out, alive or not: what nobody may find outside a session."""
        return list(self._issued)

    def kill(self):
        """End every session and token."""
        for token in self._tokens:
            self._bury(token)
        for cookie, session in self._sessions.items():
            self._bury(cookie, session["token"])
        self._sessions.clear()
        self._tokens.clear()

    # -- html login (P) ------------------------------------------------------

    def login(self, request):
        """The login page: status 200 whatever happens (P)."""
        fields = parse_fields(request.body.decode("utf-8", "replace"))
        login = fields.get("login", [""])[-1]
        password = fields.get("password", [""])[-1]
        code, info1, info2 = self._check_password(login, password)
        self._meter.count_login(refused=bool(code))
        uri = ""
        if not code:
            access_code = self._new(secrets.token_urlsafe(24))
            self._codes[access_code] = (time.monotonic() + ACCESS_CODE_LIFETIME, self.bad_passwords)
            self.bad_passwords = 0
            # The bare ampersand is P's.
            uri = "%s/thingpark/wireless/gui/index.html?userAccessCode=%s&gmaps=" % (request.origin, access_code)
        page = _PAGE % (code, html.escape(info1), html.escape(info2), uri)
        return Response(200, page.encode("utf-8"), "text/html;charset=UTF-8")

    def _check_password(self, login, password):
        if not _same(login, self._settings.login):
            return errors.LOGIN_UNKNOWN_ACCOUNT, "", ""
        if self.locked:
            self.last_bad_login = now_ms()
            return errors.LOGIN_LOCKED, "ACCOUNT_LOCKED", ""
        if not _same(password, self._settings.password):
            self.bad_passwords += 1
            self.last_bad_login = now_ms()
            if self.bad_passwords >= WRONG_PASSWORDS_BEFORE_LOCK:
                self.locked = True
            return errors.LOGIN_WRONG_PASSWORD, "", ""
        return "", "", ""

    def start_session(self, request):
        """`GET customers`: trade an access code for a session (C Customers, O)."""
        code = request.value("userAccessCode")
        if not code:
            raise ApiError("not_authenticated")
        if request.value("type") != "SUBSCRIBER":
            raise ApiError("bad_parameter", "type", "SUBSCRIBER is expected")
        until, bad_passwords = self._codes.pop(code, (0.0, 0))
        if until < time.monotonic():
            raise ApiError("auth_failed")
        cookie = self._new(secrets.token_hex(16).upper())
        token = self._new(secrets.token_hex(24))
        self._sessions[cookie] = {"token": token, "until": time.monotonic() + self._settings.session_lifetime}
        document = {
            "subscription": {"href": request_href("/subscriptions/100"), "grantedPermissions": ["x", "a", "ra", "s1"]},
            "user": dict(USER),
            "thingparkPreviousBadConsecutivePwd": bad_passwords,
        }
        if self._settings.session_token:
            document["sessionToken"] = token
        if self.previous_login is not None:
            document["previousConnection"] = self.previous_login
        if self.last_bad_login is not None:
            document["thingparkLastUnsuccessfulLogin"] = self.last_bad_login
        self.previous_login = now_ms()
        return encode(request, 200, document, [("Set-Cookie", "JSESSIONID=%s; Path=/; HttpOnly" % cookie)])

    def logout(self, request):
        """`GET customers/logout`: the token is dead afterwards (O, P)."""
        self.require_session(request)
        cookie = request.cookie("JSESSIONID")
        session = self._sessions.pop(cookie)
        self._bury(cookie, session["token"])
        return encode(request, 200, {})

    def require_session(self, request):
        """Cookie and, where the operator wants it, session token (P, C); 401 otherwise (O)."""
        cookie = request.cookie("JSESSIONID")
        token = request.value("sessionToken")
        if not cookie or (self._settings.session_token and not token):
            raise ApiError("not_authenticated")
        session = self._sessions.get(cookie)
        if session is None:
            raise ApiError("session_expired" if cookie in self._dead else "invalid_session")
        if self._settings.session_token and not _same(token, session["token"]):
            raise ApiError("session_expired" if token in self._dead else "invalid_session")
        now = time.monotonic()
        if session["until"] < now:
            del self._sessions[cookie]
            self._bury(cookie, session["token"])
            raise ApiError("session_expired")
        session["until"] = now + self._settings.session_lifetime

    # -- OAuth 2 client credentials (C, O) -------------------------------------

    def issue_token(self, request):
        """A bearer token for the client's credentials."""
        fields = parse_fields(request.body.decode("utf-8", "replace"))
        client_id, secret = _basic_credentials(request)
        client_id = fields.get("client_id", [client_id])[-1]
        secret = fields.get("client_secret", [secret])[-1]
        good = _same(client_id, self._settings.client_id) and _same(secret, self._settings.client_secret)
        if fields.get("grant_type", [""])[-1] != "client_credentials":
            self._meter.count_token(refused=True)
            return encode(request, 400, {"error": "unsupported_grant_type"})
        self._meter.count_token(refused=not good)
        if not good:
            return encode(
                request,
                401,
                {"error": "invalid_client", "error_description": "Invalid client or Invalid client credentials"},
            )
        self._expire()
        token = self._new(secrets.token_urlsafe(48))
        self._tokens[token] = time.monotonic() + self._settings.token_lifetime
        lifetime = self._settings.token_lifetime
        return encode(
            request,
            200,
            {"access_token": token, "token_type": "Bearer", "expires_in": int(lifetime) if lifetime >= 1 else lifetime},
            [("Cache-Control", "no-store")],
        )

    def require_bearer(self, request):
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

    def _expire(self):
        now = time.monotonic()
        for token in [key for key, until in self._tokens.items() if until < now]:
            del self._tokens[token]
            self._bury(token)
        for cookie in [key for key, one in self._sessions.items() if one["until"] < now]:
            self._bury(cookie, self._sessions.pop(cookie)["token"])

    def _new(self, name):
        self._issued.append(name)
        return name

    def _bury(self, *names):
        for name in names:
            self._dead[name] = True
        while len(self._dead) > REMEMBERED_DEAD:
            del self._dead[next(iter(self._dead))]


def _basic_credentials(request):
    kind, _space, value = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return "", ""
    try:
        text = base64.b64decode(value.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return "", ""
    name, _colon, secret = text.partition(":")
    return name, secret


def request_href(path):
    """A path below the base, absolute from the host as the platform writes it (O)."""
    return "/thingpark/wireless/rest" + path
