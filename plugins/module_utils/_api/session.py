# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A session with the platform: opened once, kept in a file on request, renewed once when it ends, and always closed."""

from __future__ import annotations

import hashlib
import math
import os
import re
import threading
from dataclasses import asdict, fields, replace
from typing import Any, NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from .. import _files
from .._errors import ApiError, LoginError, OptionError, SessionDied, TdmError, TransportError, without
from .._http.pools import HttpSettings
from .._http.transport import LAST, Answer, Request, Transport, cookies_at
from .._schema.json_types import JsonTypes
from .._signals import is_told_to_end, unbroken
from .._text import in_short
from . import lockout, login
from .codec import MEDIA_TYPES, NONE, SESSION_CODES, NotData, decode, encode, error_document
from .login import Account, Credentials
from .platform import LookedUp, Platform

KIND = "lorawan.thingpark session 2"  # marks this collection's files: no other file is ever overwritten or removed
LOGOUT = "/customers/logout"  # (O)
SUBSCRIPTION = re.compile(r"/subscriptions/[^/?#]+\Z")
SLASHES = re.compile(r"[/\\]")


def _parts(address: str) -> SplitResult | None:
    """Return the parts of an address that the platform sent, None if it is invalid."""
    try:
        return urlsplit(address)
    except ValueError:
        return None


def default_path(account: Account) -> str:
    """Return an account's session file, used if the user names none."""
    return os.path.join(_files.home(), "session-%s.json" % account.key())


def log_in(account: Account, transport: Transport, began: float = lockout.NEVER) -> Credentials:
    """Log in and return the credentials; the gate of :mod:`lockout` ensures that a refused password is sent only once.

    :param began: when this task began to wait for others with this account, in seconds of :func:`_files.clock`.
    """
    if not account.name or not account.secret:
        names = ("client_id", "client_secret") if account.method == "oauth2" else ("login", "password")
        raise OptionError(login.NO_ACCOUNT % (*names, *map(str.upper, names)))
    if account.method in login.ADMINISTRATORS and not account.subscriber_id:
        raise OptionError("subscriber_id is needed with auth_method=%s: give the subscriber to log in for" % account.method)
    transport.go_on()
    with lockout.pass_through(account.gate_key(), account.secret, route_of(account, transport.wire), began):
        return login.WAYS[account.method](account, transport)


def route_of(account: Account, wire: HttpSettings) -> str:
    """Return a key that identifies the route to the platform, safe to store: it doesn't contain the proxy's login."""
    whole = replace(wire, proxy=wire.proxy.rpartition("@")[2])
    return hashlib.sha256(repr((account.where_to_log_in, account.url, account.session_url, whole)).encode("utf-8")).hexdigest()


class Call(NamedTuple):
    """One call of the API.

    :param path: below the subscription for a client, below the base URL for a session.
    :param body: the body, in the account's format; ``text`` is a body in plain text, of a request that changes nothing.
    :param document: the name of the body's document in XML.
    :param repeatable: it may be sent twice if it isn't clear that it arrived.
    :param secrets: texts in the body that no message may repeat.
    :param types: the types of the keys in body and answer, which XML doesn't show.
    :param accept: the media type of the answer, if it isn't the account's format.
    :param upload: ``(content, media type)`` of a body in another format.
    :param raw: return a good answer as an Answer, without decoding it.
    """

    verb: str
    path: str
    params: dict[str, Any] | None = None
    body: dict[str, Any] | None = None
    document: str = ""
    repeatable: bool = True
    text: str = ""
    secrets: tuple[str, ...] = ()
    types: JsonTypes = NONE
    accept: str = ""
    upload: tuple[bytes, str] | None = None
    raw: bool = False

    def __repr__(self) -> str:  # the rest holds keys
        return "%s %s" % (self.verb, self.path)


def _content(answer: Answer, call: Call) -> object:
    """Return the objects in an answer, or the answer itself for a raw call; a web page is never a valid answer."""
    if call.raw and answer.status < 300 and "html" not in answer.content_type.lower():
        return answer
    return decode(answer.body, answer.content_type, call.types)


class Session:
    """Sends calls with the credentials of a login.

    :param path: the session file that holds this session; empty for a session of this task alone.

    ``platform`` has the facts that answers have shown about the platform, ``looked_up`` the answers to look-ups.
    """

    def __init__(self, account: Account, transport: Transport, grant: Credentials, path: str = "") -> None:
        self.account = account
        self.transport = transport
        self.grant = grant
        self.path = path
        self.platform = Platform()
        self.looked_up = LookedUp()
        self._renewal = threading.Lock()
        self._renewed = False
        self._failure: TdmError | None = None

    @property
    def is_mine(self) -> bool:
        """Whether the subscription is addressed as ``mine``: the Enterprise edition, or OAuth 2 on another."""
        return self.subscription.endswith("/mine")

    @property
    def subscription(self) -> str:
        """The subscription's path below the base URL, ``/subscriptions/100``."""
        return self.path_of(self.grant.subscription)

    def path_of(self, href: str) -> str:
        """Return the path below the base URL of an address that the platform gave.

        The address may be absolute, begin at the host or at the base, or lack its first slash (O). Raises :class:`LoginError`
        for an address on another host: a request to it would give away the session.
        """
        parts = _parts(href)
        if parts and parts.netloc and parts.netloc != urlsplit(self.account.url).netloc:
            host = in_short(parts.hostname or "")
            raise LoginError("the platform sent an address on another host (%s), which is never called" % host)
        if not parts or parts.scheme not in ("", "http", "https") or ".." in SLASHES.split(unquote(parts.path)):
            raise LoginError("the platform sent an address that leads elsewhere, which is never called: check url")
        path = "/" + parts.path.lstrip("/")
        base = urlsplit(self.account.url).path.rstrip("/")
        return path[len(base) :] if base and path.startswith(base + "/") else path

    def call(self, call: Call) -> object:
        """Return the content of a good answer to a call below the base URL.

        Raises :class:`ApiError` for a refusal, :class:`TransportError` without a usable answer, :class:`SessionDied` if it ended.
        """
        body, kind = self._encoded(call)
        if self.grant.used_up():
            self._renew(self.grant, planned=True)
        unclear = useless = 0  # numbers of attempts that may have taken effect, and of unusable answers
        try:
            while True:
                grant = self.grant
                answer = self._send(grant, call, body, kind)
                unclear += answer.unclear
                try:
                    content = _content(answer, call)
                    died = self._says_dead(answer, content)
                except NotData as error:
                    content, died = None, error.page and answer.status in (200, 302, 401, 403)
                    if not died:
                        if call.repeatable and answer.status < 300 and self.transport.may_try_again(useless, answer):
                            useless, unclear = useless + 1, unclear + 1
                            continue
                        reason = "status %d; it %s" % (answer.status, error)
                        raise TransportError("%r got no usable answer (%s)" % (call, reason)) from None
                if not died:
                    self._follow(grant, answer)
                    break
                unclear += answer.status == 200  # a proxy's page may have replaced the answer to a completed request
                self._renew(grant)
            answer.unclear = unclear > 0
            self._refuse(grant, answer, content, call)
        except TdmError as error:
            error.unclear = error.unclear or unclear > 0
            raise
        return content

    def _encoded(self, call: Call) -> tuple[bytes | None, str]:
        """Return a call's body and its media type, None and "" without a body."""
        if call.text:
            return call.text.encode("utf-8"), "text/plain"
        if call.upload is not None:
            return call.upload
        if call.body is None:
            return None, ""
        kind = self.account.body_format
        return encode(call.body, kind, call.document, call.types), MEDIA_TYPES[kind]

    def _refuse(self, grant: Credentials, answer: Answer, content: object, call: Call) -> None:
        """Raise the error of an answer that is a redirection or a refusal."""
        if 300 <= answer.status < 400:
            message = "%s redirects to another address: set url to the one that it uses" % self.account.origin
            raise TransportError(message, sent=False)  # this server didn't carry out the request
        if answer.status >= 400:
            code, reason = error_document(content)
            reason = in_short(without(reason, (*call.secrets, self.account.secret, *grant.secrets())))
            said = "status %d%s%s" % (
                answer.status,
                "" if code is None else ", code %d" % code,
                ": " + reason if reason else "",
            )
            raise ApiError("the platform refused %r (%s)" % (call, said), answer.status, code, reason)

    def _send(self, grant: Credentials, call: Call, body: bytes | None = None, kind: str = "") -> Answer:
        """Send one call with the session's credentials; ``kind`` is the body's media type."""
        head = {"Accept": call.accept or MEDIA_TYPES[self.account.body_format]}
        if kind:
            head["Content-Type"] = kind
        if grant.bearer:
            head["Authorization"] = "Bearer " + grant.bearer
        query, head = {**(call.params or {}), **grant.query}, login.headers(head, grant.cookies)
        request = Request(call.verb, self.account.url + call.path, query, body, head, repeatable=call.repeatable)
        return self.transport.send(request)

    def _follow(self, grant: Credentials, answer: Answer) -> None:
        """Take the new value if the platform changes one of the session's cookies; ignore further cookies."""
        cookies = cookies_at(self.account.url + "/", answer) if len(answer.cookies) else {}
        changed = {name: value for name, value in cookies.items() if grant.cookies.get(name, value) != value}
        if changed:
            with self._renewal:
                if self.grant is grant:
                    self.grant = replace(grant, cookies={**grant.cookies, **changed})

    def _says_dead(self, answer: Answer, content: object) -> bool:
        if answer.status in (302, 303):  # a redirection to a login page; a platform that moved redirects to another host
            place = _parts(answer.headers.get("location", ""))
            return place is not None and place.netloc in ("", urlsplit(self.account.url).netloc)
        return answer.status == 401 or (answer.status == 403 and error_document(content)[0] in SESSION_CODES)

    def _renew(self, dead: Credentials, planned: bool = False) -> None:
        """Open the session again, once per task; workers that find it ended meanwhile take the new one."""
        with self._renewal:
            if self.grant is not dead:
                return
            if self._failure is not None:
                # Other workers need not try again. Each gets an error of its own, which can say what happened to its request.
                raise SessionDied(self._failure.message, **self._failure.facts)
            if self._renewed and not planned:
                raise SessionDied("the session ended again after it was reopened: is the account in use elsewhere?")
            if not self.account.secret:
                raise SessionDied(
                    "the session%s has ended, and there is no password to open a new one: "
                    "run tdm_session, or give login and password" % (" in " + self.path if self.path else "")
                )
            self._renewed = self._renewed or not planned
            try:
                with unbroken():
                    self.grant = renew_file(self.path, self.account, self.transport, dead) if self.path else self._log_in_again()
            except TdmError as error:
                self._failure = SessionDied("the session ended and could not be reopened: " + error.message, **error.facts)
                raise self._failure from None

    def _log_in_again(self) -> Credentials:
        return log_in(self.account, self.transport)

    def is_alive(self) -> bool:
        """Return whether the platform still knows the session, without opening it again."""
        if self.grant.used_up():
            return False
        answer = self._send(self.grant, Call("GET", self.subscription))
        try:
            content = decode(answer.body, answer.content_type)
        except NotData:
            return False
        return answer.status < 300 or (answer.status >= 400 and not self._says_dead(answer, content))

    def close(self) -> None:
        """End the session on the platform (O: ``customers/logout``); a bearer token expires by itself.

        If the task was told to end, before or meanwhile, this doesn't wait long.
        """
        if self.grant.bearer:
            return
        if not is_told_to_end():
            try:
                self._send(self.grant, Call("GET", LOGOUT))
            except TransportError:
                pass  # the session will expire by itself; the task's result matters more
            except BaseException:
                self._leave()
                raise
        else:
            self._leave()

    def _leave(self) -> None:
        self.transport.stop()
        if self._renewal.acquire(timeout=LAST):  # a worker that an interruption left behind may be reopening the session
            self._renewal.release()
        head = login.headers({"Accept": MEDIA_TYPES[self.account.body_format]}, self.grant.cookies)
        self.transport.send_last("GET", self.account.url + LOGOUT, self.grant.query, head)


def load(path: str, account: Account, transport: Transport, renewable: bool = False) -> Session | None:
    """Return the session in a file, None if there is none; raises :class:`OptionError` if it belongs to another account.

    An account without a name takes any session that the file holds for its URL.

    :param renewable: a session of the same account that was opened with another password counts as none.
    """
    text = _files.read_text(path)
    if not text.strip():
        return None
    data = _files.from_json(text)
    grant = _grant_of(data.get("grant")) if isinstance(data, dict) and _is_ours(data) else None
    session = None if grant is None else Session(account, transport, grant, path)
    if session is None or not _leads_somewhere(session):
        raise OptionError("session_file %s is not a session, or is damaged: name another file" % path)
    if data.get("url") != account.url:
        raise OptionError(
            "session_file %s is a session with another url (%s): give it the url of this task"
            % (path, in_short(str(data.get("url"))))
        )
    whose = {"name": account.name, "method": account.method, "subscriber": account.subscriber_id}
    if account.name and any(data.get(key) != value for key, value in whose.items()):
        raise OptionError("session_file %s is a session of another account: name another file, or close it first" % path)
    if account.secret and not _files.is_fingerprint_of(account.secret, data["fingerprint"]):
        if renewable:
            return None
        raise OptionError(
            "session_file %s was opened with another password: close it first, with tdm_session state=absent" % path
        )
    return session


def _is_ours(data: dict[str, Any]) -> bool:
    """Return whether a file's data is complete, as :func:`save` writes it."""
    texts = [data.get(key) for key in ("url", "method", "name", "subscriber")]
    return (
        data.get("kind") == KIND
        and all(isinstance(text, str) for text in texts)
        and bool(data["url"])
        and _files.is_fingerprint(data.get("fingerprint"))
    )


def _leads_somewhere(session: Session) -> bool:
    """Return whether the session's subscription has a valid address on the session's own host."""
    try:
        return SUBSCRIPTION.search(session.subscription) is not None
    except LoginError:
        return False


def _grant_of(data: object) -> Credentials | None:
    """Return the Credentials in a file's data, None for anything else."""
    if not isinstance(data, dict) or set(data) != {one.name for one in fields(Credentials)}:
        return None
    ends, facts = data["ends"], data["facts"]
    texts = [data["bearer"], data["subscription"]]
    for pairs in (data["query"], data["cookies"]):
        if not isinstance(pairs, dict):
            return None
        texts += [*pairs, *pairs.values()]
    is_number = isinstance(ends, (int, float)) and 0 <= ends < math.inf
    are_texts = all(isinstance(text, str) and text.isprintable() for text in texts)
    shown = (("granted_permissions", list), ("user", dict))
    are_facts = isinstance(facts, dict) and all(isinstance(facts.get(name, kind()), kind) for name, kind in shown)
    return Credentials(**data) if is_number and are_texts and are_facts else None


def save(path: str, account: Account, grant: Credentials) -> None:
    """Write a session to its file."""
    mark = _files.fingerprint(account.secret, account.gate_key())
    whose = {"method": account.method, "name": account.name, "subscriber": account.subscriber_id}
    _files.write_json(path, {"kind": KIND, "url": account.url, **whose, "fingerprint": mark, "grant": asdict(grant)})


def open_in(path: str, account: Account, transport: Transport, began: float) -> Session:
    """Log in and save the session in a file, whose lock the caller holds; if that fails, close the session again.

    :param began: as for :func:`log_in`.
    """
    session = Session(account, transport, log_in(account, transport, began), path)
    try:
        save(path, account, session.grant)
    except BaseException:
        session.close()
        raise
    return session


def renew_file(path: str, account: Account, transport: Transport, dead: Credentials) -> Credentials:
    """Return new credentials for a session file whose session ended; another process may have renewed it already."""
    with _files.locked(path) as began:
        session = load(path, account, transport)
        if session is not None and session.grant != dead and not session.grant.used_up():
            return session.grant
        return open_in(path, account, transport, began).grant
