# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on purpose, to test clients: a schedule tells which requests fail and how."""

from __future__ import annotations

import copy
import random
import re
import time
from email.utils import formatdate
from typing import Any, Callable, NamedTuple

from .. import Document
from ..access.accounts import Accounts
from ..errors import ApiError
from ..http.jobs import Later
from ..http.messages import Headers, Request, Response
from ..resources.devices import DEVICES
from ..world.world import World
from . import seeding
from .seeding import other_writer

SHIFT_PREFIX = "70B3D57EDF"  # of devices that appear and vanish in the list
_HTML = "text/html;charset=UTF-8"
_MAINTENANCE = b"<!DOCTYPE html><html><body><h1>We will be right back</h1><p>Maintenance until noon.</p></body></html>"
_MAX_RULES = 1000
_LINE = re.compile(rb"line (\d+)")
_FIRST_ROW = re.compile(rb"(?<=\n)CREATE[^\n]*")
Answering = Callable[[Request], Response]


class Fault(NamedTuple):
    """A fault, and whether the request takes effect nevertheless."""

    about: str
    takes_effect: bool


#: All faults for rules.
FAULTS = {
    "reset_before": Fault("the connection is reset before the request takes effect", False),
    "reset_after": Fault("the connection is reset after the request took effect", True),
    "silence_before": Fault("no answer, and the request had no effect", False),
    "silence_after": Fault("no answer, and the request took effect", True),
    "error_before": Fault("500, and the request had no effect", False),
    "error_after": Fault("500, and the request took effect", True),
    "bad_gateway": Fault("502, and the request had no effect", False),
    "unavailable": Fault("503, and the request had no effect", False),
    "gateway_timeout": Fault("504, and the request took effect", True),
    "rate_seconds": Fault("429 with Retry-After in seconds", False),
    "rate_date": Fault("429 with Retry-After as a date", False),
    "rate_absurd": Fault("429 with a Retry-After of ten days", False),
    "rate_bare": Fault("429 without Retry-After", False),
    "cut": Fault("the connection ends after half of the body", True),
    "short_length": Fault("Content-Length is shorter than the body", True),
    "maintenance": Fault("a maintenance page with status 200", False),
    "garbage": Fault("a body that is neither JSON nor XML, with the right media type", True),
    "session_401": Fault("the session has expired: 401", False),
    "session_403_4": Fault("the session has expired: 403 with code 4", False),
    "session_403_163": Fault("the session has expired: 403 with code 163", False),
    "session_403_164": Fault("the session has expired: 403 with code 164", False),
    "session_page": Fault("the session has expired: the login page with status 200", False),
    "new_cookie": Fault("the answer changes the session's cookie", True),
    "drip": Fault("the answer comes in very small pieces", True),
    "other_writer": Fault("somebody changes the device right after this answer", True),
    "shifting_list": Fault("one device appears and another one disappears during the list", True),
    "rival": Fault("another user creates the device, or the first one of an import, right before this request", True),
    "half": Fault("500, although the request was carried out; of an import, only the first half of the rows", True),
    "wrong_lines": Fault("an import's errors name other lines than their own", True),
    "licences_out": Fault("from now on, no plan has a free license", True),
}
#: Faults whose answer doesn't wait for the work behind the request.
_AT_ONCE = ("reset", "silence", "error", "gateway")
_STATUSES = {"error_before": 500, "error_after": 500, "half": 500, "bad_gateway": 502, "unavailable": 503, "gateway_timeout": 504}


class Broken(Response):
    """An answer that arrives damaged.

    :param then: the connection's behavior after it: reset, close, silence or drip.
    :param share: the part of the body to send.
    """

    __slots__ = ("then", "share", "length")

    def __init__(self, response: Response, then: str, share: float = 1.0, length: int | None = None) -> None:
        super().__init__(response.status, response.body, response.media_type, response.headers)
        self.then = then
        self.share = share
        self.length = length

    def to_bytes(self, keep_alive: bool = True, head_only: bool = False) -> bytes:
        """The bytes to send."""
        if self.then in ("reset", "silence"):
            return b""
        data = super().to_bytes(keep_alive, head_only)
        if self.length is not None:
            data = re.sub(rb"Content-Length: \d+", b"Content-Length: %d" % self.length, data, count=1)
        return data[: len(data) - int(len(self.body) * (1 - self.share))] if self.body else data


class Rule:
    """One rule of a schedule: a fault, and its requests."""

    def __init__(self, given: Any) -> None:
        if not isinstance(given, dict) or given.get("fault") not in FAULTS:
            raise ApiError("invalid", "fault", "one of %s is expected" % ", ".join(FAULTS))
        unknown = set(given) - {"fault", "method", "path", "skip", "times", "probability"}
        if unknown:
            raise ApiError("invalid", sorted(unknown)[0], "a rule has no such part")
        self.fault = given["fault"]
        self.method = given.get("method", "")
        self.skip = given.get("skip", 0)
        self.times = given.get("times", 1)
        self.probability = given.get("probability", 1)
        whole = all(isinstance(number, int) for number in (self.skip, self.times))
        if not whole or not isinstance(self.probability, (int, float)) or not isinstance(self.method, str):
            raise ApiError("invalid", "rule", "skip and times are whole numbers, probability is a number")
        try:
            self.path = re.compile(given.get("path", "") + r"\Z")
        except (TypeError, re.error):
            raise ApiError("invalid", "path", "a pattern for the end of the path is expected") from None

    def strikes(self, request: Request, rng: random.Random) -> bool:
        """Whether the rule applies to this request; counts requests."""
        if not self.times or self.method not in ("", request.method) or not self.path.search(request.path):
            return False
        if self.probability < 1 and rng.random() >= self.probability:
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times -= 1
        return True


class Faults:
    """The schedule: the first rule that applies decides."""

    def __init__(self, world: World, accounts: Accounts) -> None:
        self._world = world
        self._accounts = accounts
        self._granted: dict[str, int] = {}
        self.clear()

    def clear(self) -> None:
        """Remove all faults, and restore the licenses."""
        for plan, granted in self._granted.items():
            self._world.plans[plan]["granted"] = granted
        self._granted = {}
        self._rules: list[Rule] = []
        self._rng = random.Random(0)
        self._struck: list[Document] = []

    def schedule(self, given: Document) -> None:
        """Set a schedule: `{seed, rules: [{fault, method, path, skip, times, probability}]}`."""
        rules, seed = given.get("rules"), given.get("seed", 0)
        if not isinstance(rules, list) or len(rules) > _MAX_RULES or not isinstance(seed, int):
            raise ApiError("invalid", "rules", "a list of rules and a whole number as seed are expected")
        made = [Rule(one) for one in rules]
        self.clear()
        self._rules = made
        self._rng = random.Random(seed)

    def shown(self) -> Document:
        """The faults so far, the number still to come, and all possible faults."""
        known = {name: fault._asdict() for name, fault in FAULTS.items()}
        return {"struck": self._struck, "left": sum(rule.times for rule in self._rules), "known": known}

    def answer(self, request: Request, call: Answering) -> Response:
        """Answer a request by `call`, with a fault if a rule applies."""
        for rule in self._rules:
            if rule.strikes(request, self._rng):
                self._struck.append({"fault": rule.fault, "method": request.method, "path": request.path})
                return self._wrong(rule.fault, request, call)
        return call(request)

    def _wrong(self, name: str, request: Request, call: Answering) -> Response:
        if name.startswith("session_"):
            return self._without_session(name, request, call)
        if name == "shifting_list":
            self._shift()
        if name == "rival":
            self._precede(request, call)
        response = call(request) if FAULTS[name].takes_effect else Response(200)
        if name == "half" and isinstance(response, Later):
            response.job.end_early()
        if isinstance(response, Later) and not name.startswith(_AT_ONCE):
            return response.but(lambda there: self._spoiled(name, request, there))
        return self._spoiled(name, request, response)

    def _spoiled(self, name: str, request: Request, response: Response) -> Response:
        kind = name.partition("_")[0]
        if kind in ("reset", "silence"):
            return Broken(response, kind)
        if name in _STATUSES:
            return Response(_STATUSES[name], b"<html><body>%d</body></html>" % _STATUSES[name], _HTML)
        if kind == "rate":
            return Response(429, b'{"code": 9048, "message": "Too many requests"}', headers=_retry_after(name))
        if name == "cut":
            return Broken(response, "close", share=0.5)
        if name == "short_length":
            return Broken(response, "close", length=len(response.body) // 2)
        if name == "maintenance":
            return Response(200, _MAINTENANCE, _HTML)
        if name == "garbage":
            return Response(response.status, b"\x00<{]" * 8, response.media_type, response.headers)
        if name == "drip":
            return Broken(response, "drip")
        if name == "wrong_lines":
            response.body = _LINE.sub(lambda found: b"line %d" % (int(found.group(1)) + 1), response.body)
        self._afterwards(name, request, response)
        return response

    def _without_session(self, name: str, request: Request, call: Answering) -> Response:
        self._accounts.kill()
        if name == "session_401":
            return call(request)
        if name == "session_page":
            return Response(200, b"<html><body><form action='login'></form></body></html>", _HTML)
        code = name.rpartition("_")[2]
        return Response(403, ('{"code": %s, "message": "Access denied"}' % code).encode("ascii"))

    def _afterwards(self, name: str, request: Request, response: Response) -> None:
        if name == "new_cookie":
            cookie = self._accounts.rename_session(request.cookie("JSESSIONID"))
            if cookie:
                response.headers = [*response.headers, ("Set-Cookie", "JSESSIONID=%s; Path=/; HttpOnly" % cookie)]
        elif name == "other_writer":
            device = self._world.devices.find(request.path.rpartition("/")[2])
            if device is not None:
                note = "seen by another writer %d" % len(self._struck)
                DEVICES.changed(other_writer(self._world), device, {"customerAdminData": note})
        elif name == "licences_out":
            for key, plan in self._world.plans.items():
                self._granted.setdefault(key, plan["granted"])
                plan["granted"] = 0

    def _precede(self, request: Request, call: Answering) -> None:
        """Create the same device, or the first one of an import, under another name before the request does."""
        rows = _FIRST_ROW.findall(request.body) if request.path.endswith("/devices/import") else []
        if request.method != "POST" or not (rows or request.path.endswith("/devices")):
            return
        before, own = set(self._world.devices), copy.copy(request)
        if rows:
            head, _rows, _rest = request.body.partition(rows[0])
            own.body = head + rows[0] + b"\r\n--" + request.body.rpartition(b"\r\n--")[2]
        call(own)
        job = self._world.jobs.take()
        if job is not None:
            job.seconds = 0.0
            job.start(0.0)
        for eui in set(self._world.devices) - before:
            device = self._world.devices[eui]
            DEVICES.changed(other_writer(self._world), device, {"name": "somebody else's"})
            self._struck[-1]["eui"] = eui

    def _shift(self) -> None:
        """Add a device at the front of the list, and delete the one added before."""
        came = [eui for eui in self._world.devices if eui.startswith(SHIFT_PREFIX)]
        seeding.seed(self._world, 1, SHIFT_PREFIX)
        for eui in came:
            self._world.remove(self._world.devices, self._world.devices[eui])


def _retry_after(name: str) -> Headers:
    values = {"rate_seconds": "1", "rate_date": formatdate(time.time() + 1, usegmt=True), "rate_absurd": "864000"}
    return [("Retry-After", values[name])] if name in values else []
