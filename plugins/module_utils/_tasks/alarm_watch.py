# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Watches alarms, and reports each change once.

The platform has no query for changes. It lists alarms by update time, latest first, so a look at the list ends at known alarms.
That can miss changes: it is unknown whether an acknowledgement counts as an update, and some platforms don't list cleared and
acknowledged alarms. So every other look reads only unacknowledged alarms, and each look compares the platform's count of alarms
with the known number. If these differ, the whole list is read.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import Any, Callable

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from .._api import lockout
from .._api import session as _session
from .._api.login import Credentials
from .._api.resources import Client
from .._api.session import Session
from .._errors import ApiError, LoginError, OptionError, SessionDied, TdmError, TransportError, mistake_of, without
from .._frame.connection import account_of, http_settings_of, session_in
from .._frame.module import argument_spec, missing_library
from .._frame.secrets import secrets_of
from .._frame.task import Context
from .._http.throttle import Pacer
from .._http.transport import Transport
from .._resources.alarms import FILTERS, SHOWN
from .._schema.near import suggestion
from .._schema.severities import CLEARED
from .._schema.texts import without_keys
from .._text import harmless
from . import alarm_info
from .alarm_changes import Change, Seen, changes_of, event_of, last_event_of, seen_of
from .alarm_memory import Memory
from .alarms import ALL, OPTIONS, RULES, Wanted, matches, read_wanted

LIST = ALL + "/alarms"
#: The alarm filters of the event source. Any other filter could hide changes.
ASKED = ("dev_eui", "alarm", "severity", "min_severity", "domain")
OWN: dict[str, dict[str, Any]] = {
    **{name: OPTIONS[name] for name in ASKED},
    "interval": {"type": "float", "default": 60.0},
    "initial": {"type": "str", "choices": ["skip", "emit"], "default": "skip"},
    "state_file": {"type": "path"},
    "needs": {"type": "dict", "default": {}},
    # ansible-rulebook uses this option too.
    "feedback": {"type": "bool", "default": False},
}
RULE = {"mutually_exclusive": [pair for pair in RULES["mutually_exclusive"] if set(pair) <= set(ASKED)]}
#: The options in the form that the frame's functions need.
TASK = replace(alarm_info.TASK, options=OWN, rules=RULE)
EMPTY = "needs.%s is empty: set this variable in the file of --vars, since the rules of this rulebook need it"
LEAST_INTERVAL = 1.0  # seconds
LONGEST_PAUSE = 900.0  # seconds between two attempts while the platform is in trouble
AFTER_LOGIN = lockout.UNCLEAR_HOLD + 5.0  # seconds until a login without an answer may be repeated
PAGE = 100
WHOLE_EVERY = 60  # looks; the whole list is read regularly, in case the platform's clock was set back
READS = 3  # most readings of the whole list in one look, until it is certainly complete
MOST_PAGES = 10  # of the history, to find alarms that left the list
LAST = 2.0  # seconds to end the session


class Watch:
    """The watch over one account's alarms.

    :param given: options of the rulebook; raises :class:`OptionError` for invalid ones.
    :param warn: receives a warning for the user.

    ``pause``: seconds to wait before the next look.
    """

    def __init__(self, given: dict[str, Any], warn: Callable[[str], object]) -> None:
        problem = missing_library()
        if problem:
            raise OptionError(problem)
        spec = argument_spec(TASK)
        unknown = sorted(set(given) - set(spec))
        if unknown:
            known = suggestion(unknown[0], [*OWN, *spec])
            raise OptionError("%s is not an option of the alarms source%s" % (without_keys(str(unknown[0])), known))
        # As in a module, null counts as not given, so that the environment variable applies.
        checked = ArgumentSpecValidator(spec, **RULE).validate({name: given[name] for name in given if given[name] is not None})
        self._params: dict[str, Any] = checked.validated_parameters
        self._secrets = secrets_of(TASK, self._params)
        self._warn = lambda text: warn(self._safe(text))
        if checked.error_messages:
            raise OptionError(self._safe("; ".join(checked.error_messages)))
        if not self._params["interval"] >= LEAST_INTERVAL:  # written so that NaN is refused too
            raise OptionError("interval must be at least %g second, got %g" % (LEAST_INTERVAL, self._params["interval"]))
        for name, value in self._params["needs"].items():
            if value is None or value == "":
                raise OptionError(EMPTY % without_keys(str(name)))
        wanted = read_wanted(self._params)
        self._severities = Wanted([], "", {name: value for name, value in wanted.filters.items() if "severity" in name})
        self._wanted = replace(wanted, filters={name: value for name, value in wanted.filters.items() if "severity" not in name})
        self._query: dict[str, Any] = {
            FILTERS[name].query: FILTERS[name].said(value) for name, value in self._wanted.filters.items()
        }
        if wanted.dev_euis:
            self._query["devEUI"] = wanted.dev_euis
        self._account = account_of(self._params, Context(warn=self._warn))
        self._wire = http_settings_of(self._params)
        self._grant: Credentials | None = None
        self._transport: Transport | None = None
        self._ended = threading.Event()
        self._looking = threading.Lock()
        self._looks = self._troubles = 0
        self._has_worked = self._is_unsure = False
        self._off = [0, 0]  # by how much the platform's two counts differ from the lists
        self.pause = self._params["interval"]
        self.memory = Memory(self._params.get("state_file") or "", self._mark())

    def _safe(self, text: str) -> str:
        safe: str = harmless(without(text, self._secrets, ours=True))
        return safe

    def _mark(self) -> str:
        asked = json.dumps([self._account.key(), self._query], sort_keys=True)
        return hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()[:24]

    def look(self) -> list[Change]:
        """Return the changes since the last look, in their order. Runs in a thread of its own.

        While the platform is in trouble, returns no changes and extends the pause. Raises :class:`TdmError` for a lasting error.
        """
        try:
            with self._looking:
                found = self._look()
        except KeyboardInterrupt:  # the source is ending
            return []
        except TdmError as error:
            self._bear(error)
            return []
        except Exception as error:  # its text may contain data that was sent or received
            raise TdmError(mistake_of(error)) from None
        self._has_worked = True
        self._troubles, self.pause = 0, self._params["interval"]
        return found

    def _bear(self, error: TdmError) -> None:
        """Lengthen the pause, or raise a permanent error. A refused password is never sent again."""
        # A killed process or a missing answer leaves it open whether the password was refused.
        unclear = self._unclear_for() if error.facts.get("held_back") else 0.0
        is_refused = isinstance(error, OptionError) or bool(error.facts.get("login_refused") and not unclear)
        is_wrong = isinstance(error, LoginError) and not unclear or bool(getattr(error, "final", False))
        if isinstance(error, ApiError):
            is_wrong = 400 <= error.status < 500 and error.status != 429
        if is_refused or (is_wrong and not self._has_worked):
            raise TdmError(self._safe(error.message)) from None
        self._troubles += 1
        self.pause = max(self.pause, min(self._params["interval"] * 2.0 ** min(self._troubles, 10), LONGEST_PAUSE))
        if self._grant is None or isinstance(error, SessionDied):
            self.pause = max(self.pause, unclear + 1.0 if unclear else AFTER_LOGIN)
        if self._troubles == 1:
            self._warn("%s; the next poll is in %d s" % (error.message, self.pause))

    def _unclear_for(self) -> float:
        return lockout.unclear_for(lockout.note_path(self._account.gate_key()), self._account.secret)

    def _rest(self, seconds: float) -> None:
        """Wait before a request, but no longer than the source lives."""
        if self._ended.wait(seconds):
            raise KeyboardInterrupt

    @contextmanager
    def _client(self) -> Iterator[Client]:
        """Give a client for one look, with the previous look's session; each look may open it again once."""
        self._transport = transport = Transport(self._wire, Pacer(self._wire.rate, sleep=self._rest))
        path = self._params.get("session_file") or ""
        self._rest(0)
        if path:
            session = session_in(path, self._account, transport)
        else:
            session = Session(self._account, transport, self._grant or _session.log_in(self._account, transport))
        try:
            yield Client(session, read_only=True)
        finally:
            self._grant = session.grant

    def _look(self) -> list[Change]:
        of_loud, is_whole = self._looks % 2, self._is_unsure or self._looks % WHOLE_EVERY == 0
        with self._client() as client:
            missing: set[str] = set()
            found, count = self._read(client, bool(of_loud), False) if not is_whole else ({}, None)
            if is_whole or self._difference(found, count, of_loud) not in (None, self._off[of_loud]):
                found, self._is_unsure = self._read_whole(client)
                self._off[of_loud] = self._difference(found, count, of_loud, alone=True) or 0
                missing = set() if self._is_unsure else self.memory.alarms.keys() - found.keys()
            in_order = sorted(found.values(), key=lambda brief: seen_of(brief).updated)
            changes = [change for brief in in_order for change in self._steps(brief)]
            changes += self._left(client, missing)
            if self.memory.is_empty:  # what is told of nobody comes first: a first look broken off would tell it after all
                changes.sort(key=lambda change: change.event is not None)
        self._looks += 1
        return changes

    def _read_whole(self, client: Client) -> tuple[dict[str, dict[str, Any]], bool]:
        """Return all alarms by UID, and whether some may be missing.

        If an alarm leaves the list while its pages are read, another one moves to a page that was already read, and is missed.
        """
        found, count = self._read(client, False, True)
        for _again in range(READS - 1):
            if count == len(found):
                return found, False
            before = found
            found, count = self._read(client, False, True)
            if before.keys() == found.keys():
                return found, False
        return found, count != len(found)

    def _read(self, client: Client, of_loud: bool, is_whole: bool) -> tuple[dict[str, dict[str, Any]], int | None]:
        """Return alarms by UID, and the platform's count of them.

        :param of_loud: only unacknowledged alarms.
        :param is_whole: read all alarms, not only up to a known one. Alarms with the same time as a known one may be new.
        """
        found: dict[str, dict[str, Any]] = {}
        count = None
        query = {**self._query, **({"acked": "false"} if of_loud else {}), "pageSize": PAGE}
        for document in client.whole_pages(LIST, query, SHOWN):
            self._rest(0)
            page = document["briefs"]
            if not all(isinstance(brief.get("alarmUid"), str) for brief in page):
                raise TransportError("the platform's alarm list contains an alarm without a UID: report this to the operator")
            if count is None and isinstance(document.get("count"), int):
                count = document["count"]
            for brief in page:
                before = found.get(brief["alarmUid"])
                if matches(self._wanted, brief) and (before is None or seen_of(before).updated < seen_of(brief).updated):
                    found[brief["alarmUid"]] = brief
            known = [seen_of(brief).updated for brief in page if self.memory.alarms.get(brief["alarmUid"]) == seen_of(brief)]
            if known and not is_whole and seen_of(page[-1]).updated < max(known):
                break
        return found, count

    def _difference(self, found: dict[str, dict[str, Any]], count: int | None, of_loud: int, alone: bool = False) -> int | None:
        """Return by how many alarms the platform's count exceeds the known number after a look; None without a count.

        :param alone: all alarms were read, so known alarms beyond them have left the list.
        """
        if count is None:
            return None
        known = {} if alone else dict(self.memory.alarms)
        known.update((uid, seen_of(brief)) for uid, brief in found.items())
        return count - sum(not (of_loud and seen.acked) for seen in known.values())

    def _steps(self, brief: dict[str, Any]) -> Iterator[Change]:
        """Yield the changes of a listed alarm, including unreported ones."""
        uid, now = brief["alarmUid"], seen_of(brief)
        before = last = self.memory.alarms.get(uid)
        for word, after in changes_of(before, brief):
            is_told = self._is_wanted(before, after) and not (self.memory.is_empty and not self._tells_first(now))
            yield Change(uid, event_of(word, before, brief) if is_told else None, after)
            last = after
        if last != now:
            yield Change(uid, None, now)

    def _tells_first(self, now: Seen) -> bool:
        return self._params["initial"] == "emit" and now.severity > CLEARED

    def _is_wanted(self, before: Seen | None, after: Seen) -> bool:
        """Return whether an alarm has or had a wanted severity."""
        states = {after.severity, before.severity if before else after.severity}
        return any(matches(self._severities, {"state": state}) for state in states)

    def _left(self, client: Client, missing: set[str]) -> list[Change]:
        """Return the changes of alarms that left the list: cleared and acknowledged, or their device was deleted."""
        past: dict[str, dict[str, Any]] = {}
        query = {name: value for name, value in self._query.items() if name in ("ID", "devEUI")}
        for page in islice(client.pages(LIST + "/histories", query, SHOWN), MOST_PAGES) if missing else ():
            for brief in page:
                uid = brief.get("alarmUid")
                if uid in missing and seen_of(brief).updated >= self.memory.alarms[uid].updated:
                    past.setdefault(uid, {**brief, "state": CLEARED})
            if len(past) == len(missing):
                break
        changes: list[Change] = []
        for uid in sorted(missing, key=lambda uid: seen_of(past.get(uid, {})).updated):
            before = self.memory.alarms[uid]
            if uid in past:
                changes += self._steps(past[uid])
            elif before.severity > CLEARED and self._is_wanted(before, before):
                changes.append(Change(uid, last_event_of(uid, before), before._replace(severity=CLEARED)))
            changes.append(Change(uid, None, None))
        return changes

    def close(self) -> None:
        """Stop a running look, save the reported changes, and end the session unless it is in a file."""
        self._ended.set()
        try:
            self.memory.close()
        finally:
            # Wait for a running login: if it is cut off, the next start must hold its password back.
            is_over = self._looking.acquire(timeout=LAST)
            if self._transport is not None:
                self._transport.stop()
            if is_over and self._grant is not None and not self._params.get("session_file"):
                wire = replace(self._wire, timeout=LAST, retries=0)
                Session(self._account, Transport(wire), self._grant).close()
