# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The login methods: from an account to its Credentials. One function per ``auth_method``, all with the same two parameters.

The login URL and its field names aren't published: they are options with a default (?).
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Callable
from urllib.parse import quote, urljoin, urlsplit

from .._errors import LoginError, LoginRefused, without
from .._http.addresses import same_place, same_server
from .._http.transport import Answer, Request, Transport, cookies_at
from .._text import in_short
from .codec import JSON, MEDIA_TYPES, NotData, decode, encode, error_document
from .lockout import LOCK_REMEDY
from .login_page import WRONG_PASSWORD, LoginAnswer, read_login_page, says_locked, text_of
from .xml_types import CUSTOMERS

#: The path of each method's login on the platform's host (html: ?; smp and digest: O; oauth2: contract).
USUAL_PLACES = {
    "html": "/thingpark/smp/rest/login",
    "smp": "/thingpark/smp/rest/admins/login",
    "digest": "/thingpark/smp/rest/admins/id",
    "oauth2": "/users-auth/protocol/openid-connect/token",
}
#: The methods of administrators, who log in for a subscriber.
ADMINISTRATORS = ("smp", "digest")
NO_ACCOUNT = "%s and %s must be given, in the task or as TDM_%s and TDM_%s, or else a session_file with an open session"
LOCKED_STATUS = 423
#: A text of unknown form means that the account is locked only if it also has one of these words.
WHOSE = re.compile("account|user|login|admin|subscriber|client", re.IGNORECASE)
LEAST = 8  # characters; a shorter cookie is no secret
EARLY = 30  # seconds before its end at which a bearer token counts as used up; at most a quarter of its lifetime


@dataclass(frozen=True)
class Account:
    """The account that logs in, with the addresses and the method.

    :param url: the base of all resources, without a slash at its end.
    :param method: a key of WAYS.
    :param name: the login, or the client ID.
    :param secret: the password, or the client secret.
    :param login_url: the address of the login; empty for the platform's usual one.
    :param session_url: the address that starts a session; empty for the usual one.
    :param subscriber_id: the subscriber for whom an administrator logs in; ``module_id`` is the application.
    :param body_format: JSON or XML, for all requests of a session.
    """

    url: str
    method: str = "html"
    name: str = ""
    secret: str = field(default="", repr=False)
    login_url: str = ""
    session_url: str = ""
    login_field: str = "login"
    password_field: str = "password"
    subscriber_id: str = ""
    module_id: str = ""
    body_format: str = JSON

    @property
    def origin(self) -> str:
        """Scheme, host and port of the platform."""
        parts = urlsplit(self.url)
        return "%s://%s" % (parts.scheme, parts.netloc)

    @property
    def where_to_log_in(self) -> str:
        """The address of the login: the given one or the usual one."""
        return self.login_url or self.origin + USUAL_PLACES[self.method]

    def key(self) -> str:
        """Return a key that identifies this account's sessions, for a file's name; it doesn't hold the secret."""
        whose = (self.subscriber_id, self.module_id)
        return _mark(self.url, self.method, self.name, self.where_to_log_in, self.session_url, *whose)

    def gate_key(self) -> str:
        """Return a key that identifies the account that the platform would lock, in any spelling of its address and login.

        A user has one password, and the platform counts all its refusals together. So the key is the same for all methods of a
        user.
        """
        is_client = self.method == "oauth2"
        place = same_place(self.where_to_log_in) if is_client else same_server(self.where_to_log_in)
        return _mark(place, self.name.strip().casefold(), self.login_field, self.password_field)


def _mark(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:24]


@dataclass
class Credentials:
    """The result of a login: the proofs that go with every call, and the subscription's address.

    :param query: parameters of every call: the ``sessionToken``, if the platform uses one.
    :param bearer: an OAuth 2 access token; ``ends`` is when to renew it, in seconds of the epoch, 0 for never.
    :param subscription: the subscription's address as the platform gave it.
    :param facts: permissions and user, as return values.
    """

    query: dict[str, str] = field(default_factory=dict, repr=False)
    bearer: str = field(default="", repr=False)
    cookies: dict[str, str] = field(default_factory=dict, repr=False)
    subscription: str = "/subscriptions/mine"
    ends: float = 0.0
    facts: dict[str, Any] = field(default_factory=dict)

    def secrets(self) -> list[str]:
        """Return the texts that no message may show."""
        proofs = [value for name, value in self.query.items() if name != "type"]
        return [*proofs, self.bearer, *_long_ones(self.cookies.values())]

    def used_up(self) -> bool:
        """Return whether a bearer token is at its end."""
        return bool(self.ends) and time.time() > self.ends


def _refused(account: Account, why: str, said: str = "") -> LoginRefused:
    """Return the error for a refusal.

    :param why: the reason, which the message shows in parentheses.
    :param said: the platform's full words, if ``why`` has only a part of them.
    """
    if says_locked(said or why):
        message = "%s says that the account %s is locked (%s)" % (account.origin, account.name, why)
        return LoginRefused(message, remedy=LOCK_REMEDY)
    return LoginRefused(
        "%s refused the %s of %s (%s). It was sent once and won't be sent again: three wrong passwords lock "
        "the account, and only "
        "the operator unlocks it. Correct it first"
        % (account.origin, "client_secret" if account.method == "oauth2" else "password", account.name, why)
    )


def _refuse_if_locked(account: Account, answer: Answer) -> None:
    """Raise the refusal if an answer of unknown form says that the account is locked."""
    text = text_of(answer.body)
    is_said = says_locked(text) and WHOSE.search(text)
    if is_said or answer.status == LOCKED_STATUS:
        note = in_short(without(text, [account.secret]))
        why = "status %d%s" % (answer.status, ", " + note if note and is_said else "")
        raise _refused(account, why, "locked")


def _long_ones(cookies: Iterable[str | None]) -> list[str]:
    """Return the values of cookies that identify a session; a shorter value chooses a server or a language."""
    return [value for value in cookies if value and len(value) >= LEAST]


def _cookies_of(*answers: Answer) -> list[str]:
    return _long_ones(cookie.value for answer in answers for cookie in answer.cookies)


def html(account: Account, transport: Transport) -> Credentials:
    """Log in as an end user: an HTML page brings an access code, the code brings a session (P; contract, Customers)."""
    answer = transport.send(
        Request(
            "POST",
            account.where_to_log_in,
            body={account.login_field: account.name, account.password_field: account.secret},
            headers={"Accept": "text/html"},
            repeatable=False,
            holds_password=True,
        )
    )
    page = read_login_page(answer.body)
    if page and page.error_code:
        raise _refused_by_page(account, page)
    if page and page.access_code and answer.status == 200:
        return _start_session(account, transport, {"userAccessCode": page.access_code}, answer)
    if page and says_locked(" ".join((page.info1, page.info2))):
        raise _refused_by_page(account, page)
    _refuse_if_locked(account, answer)
    if answer.status in (401, 403):
        raise _refused(account, "status %d" % answer.status)
    if page is None or answer.status != 200:
        raise LoginError(
            "%s answered the login with status %d and no login page: check url, login_url, login_field and password_field"
            % (account.origin, answer.status)
        )
    raise LoginError("%s accepted the login but sent no userAccessCode: log in once in the web interface" % account.origin)


def _refused_by_page(account: Account, page: LoginAnswer) -> LoginRefused:
    infos = (("info1", page.info1), ("info2", page.info2))
    notes = "".join(", %s %s" % (name, in_short(without(text, [account.secret]))) for name, text in infos if text)
    said = " ".join((page.error_code, page.info1, page.info2))
    if page.error_code in WRONG_PASSWORD:
        meaning = ": wrong login or password"
    elif says_locked(said):
        meaning = ""
    else:  # a locked account, one without access to this application, or an unknown code: never send the password again
        meaning = (
            ": the operator doesn't publish what it means; the account may be locked, or have no access to the Device Manager"
        )
    return _refused(account, "error code %s%s%s" % (in_short(page.error_code) or "none", notes, meaning), said)


def smp(account: Account, transport: Transport) -> Credentials:
    """Log in as an administrator, with a JSON document (O: Actility's samples)."""
    answer = transport.send(
        Request(
            "POST",
            account.where_to_log_in,
            body=encode({"login": account.name, "password": account.secret}),
            headers={"Accept": MEDIA_TYPES[JSON], "Content-Type": MEDIA_TYPES[JSON]},
            repeatable=False,
            holds_password=True,
        )
    )
    return _for_subscriber(account, transport, answer)


def digest(account: Account, transport: Transport) -> Credentials:
    """Log in as an administrator, with HTTP Digest (O: KPN's client of 2016)."""
    answer = transport.send(
        Request(
            "GET",
            account.where_to_log_in,
            headers={"Accept": MEDIA_TYPES[JSON]},
            digest=(account.name, account.secret),
            repeatable=False,
            holds_password=True,
        )
    )
    if not answer.was_challenged:
        raise LoginError(
            "%s answered the login with status %d and didn't ask for HTTP Digest: check url, login_url and auth_method"
            % (account.origin, answer.status),
            sent=False,
        )
    return _for_subscriber(account, transport, answer)


def _for_subscriber(account: Account, transport: Transport, answer: Answer) -> Credentials:
    """Turn the answer to an administrator's login into a session of the subscriber (O).

    The identifier's name has two spellings, by format (O).
    """
    data = _data_unless_refused(account, answer)
    number, reason = error_document(data)
    if answer.status in (401, 403) or (answer.status in (200, 400) and number is not None) or says_locked(reason):
        # The codes aren't published, and one of them may mean a locked account: never send the password again.
        raise _refused(account, _said(answer, data, account))
    identifier = data.get("thingparkID") or data.get("thingParkID")
    if answer.status != 200 or not identifier or not str(identifier).strip("."):  # dots would change the path
        _refuse_if_locked(account, answer)
        raise LoginError(
            "%s answered the login without a thingparkID (%s): check url, login_url and auth_method"
            % (account.origin, _said(answer, data, account))
        )
    token = {"sessionToken": str(data["sessionToken"])} if data.get("sessionToken") else {}
    where = urljoin(account.where_to_log_in, quote(str(identifier), safe="") + "/accessCode")
    wanted = transport.send(
        Request(
            "POST",
            where,
            params=token,
            body=encode({"subscriberID": account.subscriber_id, "moduleID": account.module_id}),
            headers=headers({"Accept": MEDIA_TYPES[JSON], "Content-Type": MEDIA_TYPES[JSON]}, cookies_at(where, answer)),
            repeatable=False,
        )
    )
    found = _data(account, wanted, harmless=True)
    if wanted.status not in (200, 201) or not found.get("accessCode"):
        raise LoginError(
            "%s gave no access to the subscriber %s (%s): check subscriber_id and module_id"
            % (account.origin, account.subscriber_id, _said(wanted, found, account, *token.values(), *_cookies_of(answer))),
            harmless=True,
        )
    code = {"adminAccessCode": str(found["accessCode"])}
    return _start_session(account, transport, code, answer, wanted)


def _start_session(account: Account, transport: Transport, code: dict[str, str], *before: Answer) -> Credentials:
    """Turn an access code into a session (contract, Customers; end users and administrators use the same path, O).

    :param before: the answers that led to the code. Their cookies are sent only to their own host and path.
    """
    proof = {**code, "type": "SUBSCRIBER"}
    where = account.session_url or account.url + "/customers"
    answer = transport.send(
        Request(
            "GET",
            where,
            params=proof,
            headers=headers({"Accept": MEDIA_TYPES[account.body_format]}, cookies_at(where, *before)),
            repeatable=False,  # an access code works only once
        )
    )
    data = _data(account, answer, harmless=True)
    subscription = data.get("subscription")
    if answer.status != 200 or not isinstance(subscription, dict) or not subscription.get("href"):
        raise LoginError(
            "%s started no session (%s): check url, which usually ends with /thingpark/wireless/rest, and session_url"
            % (account.origin, _said(answer, data, account, *code.values(), *_cookies_of(*before))),
            harmless=True,
        )
    query = {"sessionToken": str(data["sessionToken"])} if data.get("sessionToken") else {}
    if account.method == "digest" and not query:
        query = proof  # KPN's client of 2016 sent the access code with every call; other clients send the token (O)
    user = data.get("user")
    known = user if isinstance(user, dict) else {}
    return Credentials(
        query=query,
        cookies=cookies_at(account.url + "/", *before, answer),
        subscription=str(subscription["href"]),
        facts={
            "granted_permissions": list(subscription.get("grantedPermissions") or []),
            "user": {
                "first_name": known.get("firstName", ""),
                "last_name": known.get("lastName", ""),
                "language": known.get("language", ""),
            },
            "previous_connection": data.get("previousConnection"),
            "bad_passwords_before": data.get("thingparkPreviousBadConsecutivePwd"),
        },
    )


def oauth2(account: Account, transport: Transport) -> Credentials:
    """Log in with client credentials (contract, Subscriber_service_account)."""
    answer = transport.send(
        Request(
            "POST",
            account.where_to_log_in,
            body={"grant_type": "client_credentials", "client_id": account.name, "client_secret": account.secret},
            headers={"Accept": "application/json"},
            repeatable=False,
            holds_password=True,
        )
    )
    data = _data_unless_refused(account, answer)
    if answer.status == 200 and data.get("access_token"):
        lifetime = data.get("expires_in")
        # Renew a token before its end, so that it doesn't expire during a request.
        ends = time.time() + lifetime - min(EARLY, lifetime / 4) if isinstance(lifetime, (int, float)) else 0.0
        return Credentials(bearer=str(data["access_token"]), ends=ends)
    error = in_short(without(str(data.get("error", "")), [account.secret]))
    said = "%s %s" % (error, data.get("error_description", ""))
    if answer.status in (401, 403) or (answer.status == 400 and error) or says_locked(said):
        raise _refused(account, error or "status %d" % answer.status, said)
    _refuse_if_locked(account, answer)
    raise LoginError("%s gave no access token (status %d): check url, login_url and client_id" % (account.origin, answer.status))


def headers(base: dict[str, str], cookies: dict[str, str]) -> dict[str, str]:
    """Return ``base`` with the cookies in it."""
    return {**base, "Cookie": "; ".join("%s=%s" % pair for pair in cookies.items())} if cookies else dict(base)


def _said(answer: Answer, data: dict[str, Any], account: Account, *secrets: str) -> str:
    """Return an answer's status, and the code and reason of its error document, without secrets."""
    number, reason = error_document(data)
    parts = [
        "status %d" % answer.status,
        "" if number is None else "code %d" % number,
        in_short(without(reason, (account.secret, *secrets))),
    ]
    return ", ".join(filter(None, parts))


def _data_unless_refused(account: Account, answer: Answer) -> dict[str, Any]:
    """Return the object in the answer to a password; an empty one for a refusal whose body can't be read."""
    try:
        return _data(account, answer)
    except LoginError:
        _refuse_if_locked(account, answer)
        if answer.status not in (401, 403):
            raise
        return {}


def _data(account: Account, answer: Answer, harmless: bool = False) -> dict[str, Any]:
    """Return the object in an answer, an empty one if there is none.

    :param harmless: the password was accepted before this answer.
    """
    try:
        data = decode(answer.body, answer.content_type, CUSTOMERS)
    except NotData as error:
        message = "%s: the answer to the login (status %d) %s" % (account.origin, answer.status, error)
        raise LoginError(message, harmless) from None
    return data if isinstance(data, dict) else {}


#: The login functions, by ``auth_method``.
WAYS: dict[str, Callable[[Account, Transport], Credentials]] = {"html": html, "smp": smp, "digest": digest, "oauth2": oauth2}
