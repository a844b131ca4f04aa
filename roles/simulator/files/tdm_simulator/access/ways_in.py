# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The four logins: html (P), smp and digest (O), oauth2 (C, O); and the session that the first three lead to."""

from __future__ import annotations

import base64
import binascii
import hashlib
import html
import secrets
from typing import Callable
from urllib.request import parse_http_list, parse_keqv_list

from .. import BASE_PATH, SUBSCRIBER, SUBSCRIPTION_ID, now_ms
from ..api.codec import decode, encode
from ..api.operations import Operation
from ..api.shapes import Text, Thing
from ..errors import LOGIN_LOCKED, ApiError
from ..http.messages import Headers, Request, Response, parse_fields
from ..settings import Settings
from ..testing.meter import Meter
from .accounts import THINGPARK_ID, USER, Accounts, same

LOGIN_PATH = "/thingpark/smp/rest/login"  # ?: P lost the URL
ADMINS_PATH = "/thingpark/smp/rest/admins"  # O
TOKEN_PATH = "/users-auth/protocol/openid-connect/token"  # C, O
REALM = "thingpark"  # ?
_NONCES = 10000
#: Spellings of the subscription's address. Public clients put the base address in front of it unchanged (O).
_HREFS = {"relative": "/subscriptions/", "absolute": BASE_PATH + "/subscriptions/", "slashless": "subscriptions/"}

_ADMIN_LOGIN = Thing(_needed=("login", "password"), login=Text(), password=Text())
_ACCESS_CODE = Thing(_needed=("subscriberID", "moduleID"), subscriberID=Text(), moduleID=Text())

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


class WaysIn:
    """The handlers outside a subscription."""

    def __init__(self, accounts: Accounts, settings: Settings, meter: Meter) -> None:
        self._accounts = accounts
        self._settings = settings
        self._meter = meter
        self._nonces: dict[str, bool] = {}

    def operations(self) -> list[Operation]:
        """The operations of the logins that this platform has."""
        by_way = {
            "html": [Operation("POST", LOGIN_PATH, self.login_page)],
            "smp": [Operation("POST", ADMINS_PATH + "/login", self.smp_login, answer="login")],
            "digest": [Operation("GET", ADMINS_PATH + "/id", self.digest_id, answer="admin")],
            "oauth2": [Operation("POST", TOKEN_PATH, self.token)],
        }
        ways = self._settings.ways_in
        found = [operation for way in ways for operation in by_way[way]]
        if "smp" in ways or "digest" in ways:
            found.append(Operation("POST", ADMINS_PATH + "/{thingparkID}/accessCode", self.access_code, answer="accessCode"))
        if not self._settings.enterprise:
            found.append(Operation("GET", BASE_PATH + "/customers", self.customers, answer="customers"))
            found.append(Operation("GET", BASE_PATH + "/customers/logout", self.logout, answer="logout"))
        return found

    # -- html (P) --------------------------------------------------------------

    def login_page(self, request: Request) -> Response:
        """The login page: always status 200 (P)."""
        fields = parse_fields(request.body.decode("utf-8", "replace"))
        login = fields.get("login", [""])[-1]
        password = fields.get("password", [""])[-1]
        code = self._refusal(login, lambda: same(password, self._settings.password))
        uri = ""
        if not code:
            # P doesn't escape the ampersand either.
            page = "%s/thingpark/wireless/gui/index.html?userAccessCode=%s&gmaps="
            uri = page % (request.origin, self._accounts.new_code("user"))
        info = "ACCOUNT_LOCKED" if code == LOGIN_LOCKED else ""
        text = _PAGE % (code, html.escape(info), "", uri)
        return Response(200, text.encode("utf-8"), "text/html;charset=UTF-8")

    def _refusal(self, login: str, right: Callable[[], bool]) -> int | str:
        code = self._accounts.refusal(login, right)
        self._meter.count_login(refused=bool(code))
        return code

    # -- smp (O): an administrator with a document -------------------------------

    def smp_login(self, request: Request) -> Response:
        """Login and password for an identifier, a token and a cookie; in XML, thingParkID begins with a capital (O)."""
        body = decode(request, _ADMIN_LOGIN)
        if self._refusal(body["login"], lambda: same(body["password"], self._settings.password)):
            raise ApiError("auth_failed")
        cookie, token = self._accounts.new_administrator()
        name = "thingParkID" if request.xml else "thingparkID"
        return encode(request, 200, {name: THINGPARK_ID, "sessionToken": token}, _cookie(cookie))

    def access_code(self, request: Request, thingpark_id: str) -> Response:
        """POST the wanted kind of access: an access code for it (O). After digest, the cookie is enough."""
        self._accounts.require_administrator(request)
        body = decode(request, _ACCESS_CODE)
        if thingpark_id != THINGPARK_ID or body["subscriberID"] != SUBSCRIBER["ID"]:
            raise ApiError("other_subscription")
        return encode(request, 200, {"accessCode": self._accounts.new_code("admin")})

    # -- digest (O) ----------------------------------------------------------------

    def digest_id(self, request: Request) -> Response:
        """HTTP Digest (RFC 7616 with MD5, and the older form without qop) for an identifier and a cookie."""
        kind, _space, text = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "digest":
            raise ApiError("not_authenticated", headers=self._challenge())
        try:
            given = parse_keqv_list(parse_http_list(text))
        except ValueError:
            raise ApiError("auth_failed", headers=self._challenge()) from None
        if self._nonces.pop(given.get("nonce", ""), None) is None:
            raise ApiError("not_authenticated", headers=self._challenge(stale=True))
        if self._refusal(given.get("username", ""), lambda: self._digest_agrees(request, given)):
            raise ApiError("auth_failed", headers=self._challenge())
        cookie, _token = self._accounts.new_administrator(with_token=False)
        return encode(request, 200, {"thingparkID": THINGPARK_ID}, _cookie(cookie))

    def _challenge(self, stale: bool = False) -> Headers:
        nonce = secrets.token_hex(16)
        self._nonces[nonce] = True
        while len(self._nonces) > _NONCES:
            del self._nonces[next(iter(self._nonces))]
        text = 'Digest realm="%s", qop="auth", nonce="%s", algorithm=MD5%s' % (REALM, nonce, ", stale=true" if stale else "")
        return [("WWW-Authenticate", text)]

    def _digest_agrees(self, request: Request, given: dict[str, str]) -> bool:
        uri = given.get("uri", "")
        secret = _md5(self._settings.login, REALM, self._settings.password)
        what = _md5(request.method, uri)
        if "qop" in given:
            right = _md5(secret, *[given.get(name, "") for name in ("nonce", "nc", "cnonce", "qop")], what)
        else:
            right = _md5(secret, given.get("nonce", ""), what)
        return uri.partition("?")[0] == request.path and same(given.get("response", ""), right)

    # -- oauth2 (C, O): client credentials --------------------------------------------

    def token(self, request: Request) -> Response:
        """A bearer token for the client's credentials."""
        fields = parse_fields(request.body.decode("utf-8", "replace"))
        client_id, secret = _basic_credentials(request)
        client_id = fields.get("client_id", [client_id])[-1]
        secret = fields.get("client_secret", [secret])[-1]
        good = same(client_id, self._settings.client_id) and same(secret, self._settings.client_secret)
        if fields.get("grant_type", [""])[-1] != "client_credentials":
            self._meter.count_token(refused=True)
            return encode(request, 400, {"error": "unsupported_grant_type"})
        self._meter.count_token(refused=not good)
        if not good:
            why = "Invalid client or Invalid client credentials"
            return encode(request, 401, {"error": "invalid_client", "error_description": why})
        lifetime = self._settings.token_lifetime
        document = {
            "access_token": self._accounts.new_token(),
            "token_type": "Bearer",
            "expires_in": int(lifetime) if lifetime >= 1 else lifetime,
        }
        return encode(request, 200, document, [("Cache-Control", "no-store")])

    # -- the session (C Customers, O) ----------------------------------------------------

    def customers(self, request: Request) -> Response:
        """`GET customers`: trade an access code for a session."""
        kind = "admin" if request.value("adminAccessCode") else "user"
        code = request.value(kind + "AccessCode")
        if not code:
            raise ApiError("not_authenticated")
        if request.value("type") != "SUBSCRIBER":
            raise ApiError("bad_parameter", "type", "SUBSCRIBER is expected")
        accounts = self._accounts
        cookie, session, bad_passwords = accounts.start_session(kind, code)
        document = {
            "subscription": {
                "href": _HREFS[self._settings.subscription_href] + SUBSCRIPTION_ID,
                "grantedPermissions": list(self._settings.permissions),
            },
            "user": dict(USER),
            "thingparkPreviousBadConsecutivePwd": bad_passwords,
        }
        if self._settings.session_token:
            document["sessionToken"] = session["token"]
        if accounts.previous_login is not None:
            document["previousConnection"] = accounts.previous_login
        if accounts.last_bad_login is not None:
            document["thingparkLastUnsuccessfulLogin"] = accounts.last_bad_login
        accounts.previous_login = now_ms()
        return encode(request, 200, document, _cookie(cookie))

    def logout(self, request: Request) -> Response:
        """`GET customers/logout` (O)."""
        self._accounts.end_session(request)
        return encode(request, 200, {})


def _cookie(value: str) -> Headers:
    return [("Set-Cookie", "JSESSIONID=%s; Path=/; HttpOnly" % value)]


def _md5(*parts: str) -> str:
    return hashlib.md5(":".join(parts).encode("utf-8")).hexdigest()


def _basic_credentials(request: Request) -> tuple[str, str]:
    kind, _space, value = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return "", ""
    try:
        text = base64.b64decode(value.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return "", ""
    name, _colon, secret = text.partition(":")
    return name, secret
