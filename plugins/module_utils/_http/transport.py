# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP exchanges: sends a request, returns the answer, and retries where that is safe.

Nothing here knows ThingPark, sessions or Ansible.
"""

from __future__ import annotations

import random
import re
import threading
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

try:
    import requests
    import urllib3
    from requests.auth import HTTPDigestAuth
    from requests.cookies import RequestsCookieJar, extract_cookies_to_jar
    from requests.utils import parse_dict_header
    from urllib3.filepost import encode_multipart_formdata
    from urllib3.util import Url, parse_url

    IMPORT_ERROR: Exception | None = None
    #: Switches off the library's own retries: it knows neither the pace nor which requests may be repeated.
    ONCE = urllib3.Retry(False)
except Exception as error:  # _frame reports it before any call here
    IMPORT_ERROR = error

from .._errors import NoRoom, OptionError, TransportError
from .addresses import host_of
from .failures import CAUSES, explained
from .limits import read_body
from .pools import HttpSettings, Route, route_to
from .proxies import LOGIN_WANTED
from .throttle import Budget, Pacer, seconds_to_wait

USER_AGENT = "lorawan.thingpark/0.1.0"
#: Answers after which the same request may do better: too many requests, and a platform or proxy in trouble.
TROUBLE = frozenset({429, 500, 502, 503, 504})
FORM = "application/x-www-form-urlencoded"
#: A valid value of a header. The library would accept folded lines, and would show a refused value in its exception.
HEADER = re.compile(r"(\S[^\r\n]*)?")
UNFIT = "the token or cookie from the login to %s is unusable, so nothing was sent: it begins with a blank, or has several lines"
FIRST_PAUSE = 0.5  # seconds before the first retry; doubled each time
LONGEST_PAUSE = 30.0
LAST = 0.4  # seconds that the last request of an interrupted task has for its connection, and again for its answer


class Request(NamedTuple):
    """A request to send.

    :param body: bytes as they are, or a dictionary as form fields.
    :param digest: name and password for HTTP Digest. Only a digest of the password is sent, and only once: the next answer
        is final.
    :param repeatable: the request may be sent again even if it may have arrived. Others are sent again only if they can't have
        arrived (no connection, or 429).
    :param holds_password: the platform may have counted a wrong password with its answer, so that the request isn't sent again.
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

    def whole(self) -> Request:
        """Return the request as it is sent: its parameters in the URL, its form as bytes, and with a User-Agent.

        Raises :class:`TransportError` if a header would become two: the platform chooses tokens and cookies.
        """
        url, body, headers = self.url, self.body, {"User-Agent": USER_AGENT, **(self.headers or {})}
        if not all(map(HEADER.fullmatch, headers.values())):
            raise TransportError(UNFIT % host_of(url), sent=False, final=True)
        if self.params:
            query = urlencode({name: value for name, value in self.params.items() if value is not None}, doseq=True)
            url = url.partition("#")[0]
            url = "%s%s%s" % (url, "&" if "?" in url else "?", query)
        if isinstance(body, dict):
            body = urlencode(body).encode("ascii")
            headers.setdefault("Content-Type", FORM)
        return self._replace(url=url, params=None, body=body, headers=headers)


def as_form(part: str, name: str, content: bytes) -> tuple[bytes, str]:
    """Return a CSV file as a multipart form, and the form's media type."""
    body, kind = encode_multipart_formdata({part: (name, content, "text/csv")})
    return bytes(body), str(kind)


@dataclass
class Answer:
    """The answer to a request.

    :param headers: by name, in upper or lower case.
    :param cookies: the cookies that it sets, each with its host and path; see :func:`cookies_at`.
    :param was_challenged: the server asked for a digest of the password first, and got it.
    :param unclear: the same request was sent before, and may have taken effect then.
    :param sent: when the request was sent, by the pacer's clock.
    """

    status: int
    body: bytes
    content_type: str
    headers: Mapping[str, str]
    cookies: RequestsCookieJar
    was_challenged: bool = False
    unclear: bool = False
    sent: float = 0.0

    @property
    def asked(self) -> float | None:
        """The seconds for which the platform wants no requests, None if it doesn't say."""
        return seconds_to_wait(self.headers.get("retry-after"))


class Transport:
    """Sends requests for one task.

    :param wire: how to reach the platform.
    """

    def __init__(self, wire: HttpSettings, pacer: Pacer | None = None) -> None:
        self.wire = wire
        self.pacer = pacer or Pacer(wire.rate)
        self.budget = Budget()
        self.counts: Counter[str] = Counter()
        self._timeout = urllib3.Timeout(connect=wire.timeout, read=wire.timeout)
        self._routes: dict[str, Route] = {}  # by scheme, host and port
        self._is_short = False  # this machine can open no more files and connections
        self._lock = threading.Lock()
        self._is_stopped = False

    def send(self, request: Request) -> Answer:
        """Return the platform's answer, whatever its status; raises :class:`TransportError` without one."""
        attempt, waited, unclear = 0, 0.0, False
        whole = request.whole()
        while True:
            try:
                answer = self._in_turn(whole, attempt > 0 or waited > 0)
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
        """Raise :class:`KeyboardInterrupt` after :meth:`stop`."""
        if self._is_stopped:
            raise KeyboardInterrupt

    def send_last(self, method: str, url: str, params: dict[str, str], headers: dict[str, str]) -> None:
        """Send one last request, at once and with a short timeout, and ignore its answer."""
        self.stop()
        self._timeout = urllib3.Timeout(connect=LAST, read=LAST)
        with suppress(TransportError):
            self._once(Request(method, url, params, headers=headers).whole())

    def may_try_again(self, attempt: int, answer: Answer) -> bool:
        """Return, after a pause, whether a request with an unusable answer may be sent again; all workers slow down.

        :param attempt: the number of its retries so far.
        """
        if attempt >= self.wire.retries or not self.budget.spend():
            return False
        self.pacer.slow_down(answer.sent, attempt > 0)
        self._pause(attempt, None)
        return True

    def _in_turn(self, request: Request, again: bool) -> Answer:
        """Send a request once its turn has come, and report the result to the pacer."""
        sent = self.pacer.wait(again)
        if self._is_short:  # an idle connection that is kept takes up one of the open files
            request = request._replace(headers={**(request.headers or {}), "Connection": "close"})
        try:
            self.go_on()
            with self._lock:
                self.counts[request.method] += 1
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

    def _once(self, request: Request) -> Answer:
        """Send a whole request; if the server asks for a digest of the password, send it once more with the digest."""
        answer = self._exchange(request)
        proof = _digest(request, answer)
        if not proof:
            return answer
        with self._lock:
            self.counts[request.method] += 1
        cookies = "; ".join("%s=%s" % pair for pair in cookies_at(request.url, answer).items())
        headers = {**(request.headers or {}), **({"Cookie": cookies} if cookies else {}), "Authorization": proof}
        final = self._exchange(request._replace(headers=headers))
        answer.cookies.update(final.cookies)
        return replace(final, cookies=answer.cookies, was_challenged=True)

    def _exchange(self, request: Request) -> Answer:
        wire, url, route = self.wire, request.url, None
        try:
            place = _place(url)
            route = self._route_to(place)
            response = route.pool.request(
                request.method,
                route.prefix + place.request_uri,
                body=request.body,
                headers=request.headers,
                retries=ONCE,
                redirect=False,
                assert_same_host=False,
                timeout=self._timeout,
                preload_content=False,
                decode_content=False,
            )
            content = read_body(response)
        except OptionError:
            raise
        except CAUSES as error:
            raise explained(error, url, wire, route and route.proxy) from None
        if route.proxy and response.status == LOGIN_WANTED:
            raise route.proxy.failure(host_of(url), "", LOGIN_WANTED)
        cookies = RequestsCookieJar()
        if "set-cookie" in response.headers:
            extract_cookies_to_jar(cookies, requests.Request("GET", url).prepare(), response)  # type: ignore[no-untyped-call]
        return Answer(response.status, content, response.headers.get("content-type", ""), response.headers, cookies)

    def _route_to(self, place: Url) -> Route:
        key = "%s://%s" % (place.scheme, place.netloc)
        route = self._routes.get(key)
        if route is None:
            route = self._routes[key] = route_to(place, self.wire)
        return route


@lru_cache(maxsize=64)  # a fleet's creations go to one address
def _place(url: str) -> Url:
    return parse_url(url)


def _digest(request: Request, answer: Answer) -> str:
    """Return the Authorization header that answers a Digest challenge; empty without a challenge or a password."""
    challenge = answer.headers.get("www-authenticate", "")
    if request.digest is None or answer.status != 401 or "digest" not in challenge.lower():
        return ""
    auth: Any = HTTPDigestAuth(*request.digest)
    auth.init_per_thread_state()
    auth._thread_local.chal = parse_dict_header(re.sub("(?i)digest ", "", challenge, count=1))  # type: ignore[no-untyped-call]
    try:
        return auth.build_digest_header(request.method, _place(request.url).url) or ""
    except KeyError:  # a challenge that lacks a part
        return ""


def cookies_at(url: str, *answers: Answer) -> dict[str, str]:
    """Return the cookies of some answers that belong to an address: by host, path and ``Secure``, as in a browser."""
    jar = RequestsCookieJar()
    for answer in answers:
        jar.update(answer.cookies)
    header = requests.Request("GET", url, cookies=jar).prepare().headers.get("Cookie") or ""
    pairs = (pair.partition("=") for pair in header.split("; ") if pair)
    # Of two cookies with one name, the first has the longer path, and is the right one.
    found: dict[str, str] = {}
    for name, _equals, value in pairs:
        found.setdefault(name, value)
    return found
