# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One HTTP exchange: what is sent, what comes back, and what is tried again.

Nothing here knows ThingPark, sessions or Ansible.
"""

from __future__ import annotations

import errno
import os
import random
import re
import socket
import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

try:
    import requests
    import urllib3
    from requests.auth import HTTPDigestAuth
    from requests.cookies import RequestsCookieJar
    from urllib3.filepost import encode_multipart_formdata

    IMPORT_ERROR: Exception | None = None
except Exception as error:  # the glue reports it before anything here is called
    IMPORT_ERROR = error

from .._errors import NoRoom, TransportError, passwords_in, without
from .limits import BoundedAdapter, TooMuch, was_before_sending
from .proxies import LOGIN_WANTED, Proxy, proxy_for
from .throttle import Budget, Pacer, seconds_to_wait

USER_AGENT = "lorawan.thingpark/0.1.0"
#: Answers after which the same request may do better: too many requests, and a platform or proxy in trouble.
TROUBLE = frozenset({429, 500, 502, 503, 504})
#: What OpenSSL says when it finds no version of TLS in common.
OLD_TLS = ("PROTOCOL_VERSION", "PROTOCOL VERSION", "UNSUPPORTED_PROTOCOL", "VERSION_TOO_LOW")
#: What OpenSSL says when the platform ended TLS before it got a whole request; with TLS 1.3, that can be during the request.
TLS_IS_OVER = ("alert", "EOF occurred")
FIRST_PAUSE = 0.5  # seconds before the first retry; doubled each time
LONGEST_PAUSE = 30.0
LAST = 0.4  # seconds that the last request of an interrupted task has for its connection, and again for its answer
#: What the system says when a process, or the machine, has as many files and connections open as it may.
SHORT = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


@dataclass(frozen=True)
class HttpSettings:
    """How to reach the platform; equal ones share their connections.

    :param timeout: seconds to wait for a connection, and again for each part of an answer.
    :param retries: how often a request is tried again, as long as the task has retries left (:class:`Budget`).
    :param rate: requests per second of the task, 0 for no bound.
    """

    validate_certs: bool = True
    ca_path: str = ""
    client_cert: str = ""
    client_key: str = ""
    proxy: str = ""
    timeout: float = 30.0
    retries: int = 4
    rate: float = 0.0


class Request(NamedTuple):
    """What is to be sent.

    :param body: bytes as they are, or a dictionary as form fields.
    :param digest: name and password for HTTP Digest. Only a digest of the password is sent, and once: what then
        comes back is the answer.
    :param repeatable: it may be sent again when it may have arrived; others are sent again only when they can't have
        (no connection, or 429).
    :param holds_password: an answer may have counted a wrong password, and lets the request not be sent again.
    """

    method: str
    url: str
    params: dict[str, Any] | None = None
    body: bytes | dict[str, str] | None = None
    headers: dict[str, str] | None = None
    digest: tuple[str, str] | None = None
    repeatable: bool = True
    holds_password: bool = False

    def __repr__(self) -> str:  # the rest holds passwords and proofs
        return "%s %s" % (self.method, host_of(self.url))

    def prepared(self) -> requests.PreparedRequest:
        """Return it as it goes out; made anew for each attempt, since a digest is good for one."""
        auth = HTTPDigestAuth(*self.digest) if self.digest else None
        request = requests.Request(self.method, self.url, params=self.params, data=self.body, headers=self.headers, auth=auth)
        return request.prepare()


def as_form(part: str, name: str, content: bytes) -> tuple[bytes, str]:
    """Return a file of CSV as a form sends it, and the media type of that."""
    body, kind = encode_multipart_formdata({part: (name, content, "text/csv")})
    return bytes(body), str(kind)


@dataclass
class Answer:
    """What came back.

    :param cookies: what it sets, each with the host and path where it belongs; see :func:`cookies_at`.
    :param was_challenged: the server asked for a digest of the password first, and got it.
    :param unclear: the same request was sent before, and may have taken effect then.
    :param sent: when the request went, by the pace's clock.
    """

    status: int
    body: bytes
    content_type: str
    headers: dict[str, str]
    cookies: RequestsCookieJar
    was_challenged: bool = False
    unclear: bool = False
    sent: float = 0.0

    @property
    def asked(self) -> float | None:
        """For how many seconds the platform wishes to be left alone, None where it doesn't say."""
        return seconds_to_wait(self.headers.get("retry-after"))


#: Keep-alive connections outlive a task: the items of a loop run in one worker process.
_POOL: dict[HttpSettings, BoundedAdapter] = {}


class Transport:
    """Sends requests for one task.

    :param wire: how to reach the platform.
    """

    def __init__(self, wire: HttpSettings, pacer: Pacer | None = None) -> None:
        self.wire = wire
        self.pacer = pacer or Pacer(wire.rate)
        self.budget = Budget()
        self.counts: Counter[str] = Counter()
        self._proxies: dict[str, Proxy | None] = {}  # by host
        self._is_short = False  # of files and connections, on this machine
        self._lock = threading.Lock()
        self._is_stopped = False
        # No session of requests: it would follow redirections, keep cookies and hand them on to other accounts and hosts,
        # and take certificates and passwords from the environment and .netrc instead of from the user.
        self._adapter = _adapter_of(wire)

    def send(self, request: Request) -> Answer:
        """Return the platform's answer, whatever its status; raises :class:`TransportError` without one."""
        attempt, waited, unclear = 0, 0.0, False
        while True:
            try:
                prepared = request.prepared()
            except ValueError as error:
                raise _explained(error, request.url, self.wire) from None
            prepared.headers.setdefault("User-Agent", USER_AGENT)
            try:
                answer = self._in_turn(prepared, attempt > 0 or waited > 0)
            except TransportError as error:
                error.unclear = unclear = unclear or error.sent
                is_over = attempt >= self.wire.retries or error.final or (error.sent and not request.repeatable)
                if is_over or not self.budget.spend():
                    raise
                self._pause(attempt, None)
            else:
                answer.unclear = unclear
                if answer.status not in TROUBLE:
                    self.budget.earn()
                    return answer
                is_over = attempt >= self.wire.retries or not (request.repeatable or answer.status == 429)
                if is_over or (request.holds_password and (answer.was_challenged or not request.digest)):
                    return answer
                if answer.status == 429 and answer.asked and self.budget.may_wait(waited + answer.asked):
                    waited += answer.asked
                    self.pacer.rest(answer.asked)
                    continue
                if not self.budget.spend():
                    return answer
                self._pause(attempt, answer.asked)
                unclear = unclear or answer.status != 429
            attempt += 1

    def stop(self) -> None:
        """Send nothing more: workers that an interruption has left behind must not open a session again."""
        self._is_stopped = True

    def go_on(self) -> None:
        """Raise :class:`KeyboardInterrupt` where nothing more is to be sent."""
        if self._is_stopped:
            raise KeyboardInterrupt

    def send_last(self, method: str, url: str, params: dict[str, str], headers: dict[str, str]) -> None:
        """Send one request more and nothing after it. It waits for no pace and hardly for its answer, whatever that is."""
        self.stop()
        request = requests.Request(method, url, params=params, headers={"User-Agent": USER_AGENT, **headers}).prepare()
        with suppress(TransportError):
            self._once(request, LAST)

    def may_try_again(self, attempt: int, answer: Answer) -> bool:
        """Return, after a pause, whether a request whose answer was of no use may be sent again; all workers slow down.

        :param attempt: how often it was tried again already.
        """
        if attempt >= self.wire.retries or not self.budget.spend():
            return False
        self.pacer.slow_down(answer.sent, attempt > 0)
        self._pause(attempt, None)
        return True

    def _in_turn(self, request: requests.PreparedRequest, again: bool) -> Answer:
        """Send a request once its turn has come, and tell the pace what became of it, whoever finds out the rest."""
        sent = self.pacer.wait(again)
        if self._is_short:  # a connection that waits for its next use takes the place of a file
            request.headers["Connection"] = "close"
        try:
            self.go_on()
            with self._lock:
                self.counts[request.method or ""] += 1
            answer = self._once(request)
            answer.sent = sent
            if answer.status in TROUBLE:
                self.pacer.slow_down(sent, again, answer.asked)
            else:
                self.pacer.speed_up(sent)
            return answer
        except NoRoom:
            self._is_short = True
            self.pacer.use_fewer(sent)
            raise
        except TransportError as error:
            if not error.final:
                self.pacer.slow_down(sent, again)
            raise
        finally:
            self.pacer.done()

    def _pause(self, attempt: int, asked: float | None) -> None:
        # Jittered, so that requests that failed together don't come back together.
        own = min(FIRST_PAUSE * 2**attempt, LONGEST_PAUSE) * random.uniform(0.5, 1.0)
        self.pacer.rest(asked or own)

    def _proxy_for(self, url: str) -> Proxy | None:
        """Return the proxy for a URL, if any.

        Looked up once for each host, since that reads the whole environment, a tenth of what a request costs.
        """
        host = host_of(url)
        if host not in self._proxies:
            self._proxies[host] = proxy_for(url, self.wire.proxy)
        return self._proxies[host]

    def _once(self, request: requests.PreparedRequest, timeout: float = 0) -> Answer:
        wire, url = self.wire, request.url or ""
        proxy = self._proxy_for(url)
        how: dict[str, Any] = {
            "stream": True,
            "timeout": timeout or wire.timeout,
            # The environment's proxies count; its CA bundle never does.
            "verify": (wire.ca_path or requests.utils.DEFAULT_CA_BUNDLE_PATH) if wire.validate_certs else False,
            "cert": ((wire.client_cert, wire.client_key) if wire.client_key else wire.client_cert) or None,
            "proxies": {"http": proxy.address, "https": proxy.address} if proxy else {},
        }
        try:
            response = self._adapter.send(request, **how)
            for hook in request.hooks["response"]:  # the digest's, which answers a challenge with a second request
                final = hook(response, **how)
                response = response if final is None else final  # an answer of 401 counts as false
        except Exception as error:
            raise _explained(error, url, wire, proxy) from None
        if proxy and response.status_code == LOGIN_WANTED:
            raise proxy.failure(host_of(url), "", response.status_code)
        challenges = response.history  # nothing else gets in here, since redirections aren't followed
        with self._lock:
            self.counts[request.method or ""] += len(challenges)
        cookies = RequestsCookieJar()
        for one in (*challenges, response):
            cookies.update(one.cookies)
        return Answer(
            response.status_code,
            response.content,
            response.headers.get("content-type", ""),
            {name.lower(): value for name, value in response.headers.items()},
            cookies,
            bool(challenges),
        )


def cookies_at(url: str, *answers: Answer) -> dict[str, str]:
    """Return the cookies of some answers that belong at an address: by host, path and ``Secure``, as a browser sees it."""
    jar = RequestsCookieJar()
    for answer in answers:
        jar.update(answer.cookies)
    header = requests.Request("GET", url, cookies=jar).prepare().headers.get("Cookie") or ""
    pairs = (pair.partition("=") for pair in header.split("; ") if pair)
    # Of two with one name, the first is the one with the longer path: it is meant.
    found: dict[str, str] = {}
    for name, _equals, value in pairs:
        found.setdefault(name, value)
    return found


def host_of(url: str) -> str:
    """Return the scheme, host and port of a URL: what a message may show of it."""
    scheme, _colon, rest = url.partition("://")
    return "%s://%s" % (scheme, re.split("[/?#]", rest, maxsplit=1)[0].rpartition("@")[2])


def _adapter_of(wire: HttpSettings) -> BoundedAdapter:
    if wire not in _POOL:
        if not wire.validate_certs:  # the user said so; a warning with each request would bury the playbook's output
            urllib3.disable_warnings()
        _POOL[wire] = BoundedAdapter(pool_connections=4, pool_maxsize=64)
    return _POOL[wire]


def _explained(error: Exception, url: str, wire: HttpSettings, proxy: Proxy | None = None) -> TransportError:
    """Return the TransportError that says what a library's exception means, without the query of the URL."""
    host = host_of(url)
    kinds = requests.exceptions
    if _is_short(error):
        return NoRoom("this machine lets the process open no further file or connection: raise ulimit -n, or lower parallel")
    if isinstance(error, TooMuch):
        return TransportError("the answer of %s %s" % (host, error), final=True)
    if proxy and isinstance(error, (kinds.ProxyError, kinds.ConnectTimeout)):  # it is the proxy that is connected to
        return proxy.failure(host, str(error))
    if isinstance(error, kinds.SSLError) and any(mark in str(error).upper() for mark in OLD_TLS):
        return TransportError(
            "%s offers no TLS 1.2 or newer, and an older one is never used: tell its operator" % host, sent=False
        )
    is_over = any(mark in str(error) for mark in TLS_IS_OVER)
    if isinstance(error, kinds.SSLError) and not was_before_sending(error) and not is_over:
        return TransportError("the connection to %s broke before the answer was complete" % host)
    if isinstance(error, kinds.SSLError):
        return TransportError(
            "the TLS certificate of %s was not accepted (%s): give its authority with ca_path, "
            "or a client_cert where the platform asks for one" % (host, _tls_reason(error)),
            sent=False,
        )
    if isinstance(error, kinds.ConnectTimeout):
        return TransportError(
            "%s didn't take a connection within %g s: check url and the network" % (host, wire.timeout), sent=False
        )
    if isinstance(error, kinds.Timeout) or "timed out" in str(error):
        return TransportError("%s didn't answer within %g s: raise timeout, or lower parallel" % (host, wire.timeout))
    if isinstance(error, kinds.ConnectionError) and ("NewConnectionError" in str(error) or "NameResolution" in str(error)):
        return TransportError("%s can't be reached: check url and the network" % host, sent=False)
    if isinstance(error, (OSError, ValueError)) and not isinstance(error, requests.RequestException):
        # requests complains like this about a ca_path or client_cert that isn't there.
        reason = without(str(error).split("\n", maxsplit=1)[0], passwords_in(wire.proxy))
        return TransportError("%s can't be used: %s" % (host, reason[:200]), sent=False)
    if isinstance(error, (kinds.InvalidURL, kinds.MissingSchema, kinds.InvalidSchema)):
        return TransportError("%s is no usable address: check url, login_url and session_url" % host, sent=False)
    return TransportError("the connection to %s broke before the answer was complete" % host)


def _is_short(error: BaseException | None) -> bool:
    """Return whether an exception, or what led to it, is the system's word that it has no more files or connections."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in SHORT:
            return True
        if isinstance(error, socket.gaierror):  # who looks up a name needs a file too, and doesn't say that there was none
            try:
                os.close(os.open(os.devnull, os.O_RDONLY))
            except OSError:
                return True
        error = error.__cause__ or error.__context__
    return False


def _tls_reason(error: Exception) -> str:
    text = str(error)
    for mark, reason in (
        ("certificate has expired", "it has expired"),
        ("not yet valid", "it is not valid yet"),
        ("Hostname mismatch", "it is for another host name"),
        ("doesn't match", "it is for another host name"),
        ("IP address mismatch", "it is for another host name"),
        ("self-signed", "it is signed by itself"),
        ("self signed", "it is signed by itself"),
        ("unable to get local issuer", "its authority is not known here"),
        ("alert", "the platform refused ours"),
    ):
        if mark in text:
            return reason
    return "TLS failed"
