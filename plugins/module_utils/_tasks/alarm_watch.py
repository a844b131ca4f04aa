# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Alarms, watched for as long as somebody wants to know: each change is told once.

The platform can't be asked for changes. It lists the alarms in the order of their updates, the latest first, so that a look
ends at what is known. Nobody knows whether an acknowledgement counts as an update, and some platforms don't list what is cleared
and acknowledged. So every other look is at the alarms that nobody has acknowledged, and the number of alarms that the platform
tells with each look is held against the number that is known: where they differ, the list is read whole.
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
from .._schema.severities import CLEARED
from .._text import harmless
from . import alarm_info
from .alarm_changes import Change, Seen, changes_of, event_of, last_event_of, seen_of
from .alarm_memory import Memory
from .alarms import ALL, OPTIONS, RULES, Wanted, matches, read_wanted

LIST = ALL + "/alarms"
#: What may be asked for of the alarms' filters. The others would let changes go unseen.
ASKED = ("dev_eui", "alarm", "severity", "min_severity", "domain")
OWN: dict[str, dict[str, Any]] = {
    **{name: OPTIONS[name] for name in ASKED},
    "interval": {"type": "float", "default": 60.0},
    "initial": {"type": "str", "choices": ["skip", "emit"], "default": "skip"},
    "state_file": {"type": "path"},
    # ansible-rulebook reads it as well.
    "feedback": {"type": "bool", "default": False},
}
RULE = {"mutually_exclusive": [pair for pair in RULES["mutually_exclusive"] if set(pair) <= set(ASKED)]}
#: For the functions of the frame, which take a task's options from it.
TASK = replace(alarm_info.TASK, options=OWN, rules=RULE)
LEAST_INTERVAL = 1.0  # seconds
LONGEST_PAUSE = 900.0  # seconds between two tries while the platform is in trouble
AFTER_LOGIN = lockout.UNCLEAR_HOLD + 5.0  # seconds until a login without an answer may be tried again
PAGE = 100
WHOLE_EVERY = 60  # looks; the list is read whole now and then, should the platform's clock have been set back
READS = 3  # of the whole list, in one look, until it is clear that none was missed
MOST_PAGES = 10  # of the history, in search of alarms that are not listed any more
LAST = 2.0  # seconds that the end of the session may take


class Watch:
    """The alarms of one account.

    :param given: options as a rulebook gives them; raises :class:`OptionError` for what can't be meant.
    :param warn: takes a warning for the user.

    ``pause`` is for how many seconds to wait before the next look.
    """

    def __init__(self, given: dict[str, Any], warn: Callable[[str], object]) -> None:
        problem = missing_library()
        if problem:
            raise OptionError(problem)
        spec = argument_spec(TASK)
        unknown = sorted(set(given) - set(spec))
        if unknown:
            raise OptionError("the alarms' event source knows no option %s: it has %s" % (unknown[0], ", ".join(sorted(spec))))
        # As for a module, null is nothing: the environment counts.
        checked = ArgumentSpecValidator(spec, **RULE).validate({name: given[name] for name in given if given[name] is not None})
        self._params: dict[str, Any] = checked.validated_parameters
        self._secrets = secrets_of(TASK, self._params)
        self._warn = lambda text: warn(self._safe(text))
        if checked.error_messages:
            raise OptionError(self._safe("; ".join(checked.error_messages)))
        if not self._params["interval"] >= LEAST_INTERVAL:  # so that NaN is refused too
            raise OptionError("interval must be at least %g seconds, got %g" % (LEAST_INTERVAL, self._params["interval"]))
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
        self._off = [0, 0]  # by how much the platform's two numbers of alarms differ from what is listed
        self.pause = self._params["interval"]
        self.memory = Memory(self._params.get("state_file") or "", self._mark())

    def _safe(self, text: str) -> str:
        safe: str = harmless(without(text, self._secrets, ours=True))
        return safe

    def _mark(self) -> str:
        asked = json.dumps([self._account.key(), self._query], sort_keys=True)
        return hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()[:24]

    def look(self) -> list[Change]:
        """Return what changed since the last look, in the order in which it did; for a thread of its own.

        Where the platform is in trouble, nothing did, and the pause is longer. Raises :class:`TdmError` for what doesn't pass.
        """
        try:
            with self._looking:
                found = self._look()
        except KeyboardInterrupt:  # told to end
            return []
        except TdmError as error:
            self._bear(error)
            return []
        except Exception as error:  # its text may quote what was sent or received
            raise TdmError(mistake_of(error)) from None
        self._has_worked = True
        self._troubles, self.pause = 0, self._params["interval"]
        return found

    def _bear(self, error: TdmError) -> None:
        """Wait longer before the next look, or raise what doesn't pass: a refused password is never sent again."""
        # What a killed process, or a platform without an answer, has left: nobody knows whether it was refused.
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
            self._warn("%s; the next look is in %d s" % (error.message, self.pause))

    def _unclear_for(self) -> float:
        return lockout.unclear_for(lockout.note_path(self._account.gate_key()), self._account.secret)

    def _rest(self, seconds: float) -> None:
        """Wait as the platform asks, but no longer than the source lives."""
        if self._ended.wait(seconds):
            raise KeyboardInterrupt

    @contextmanager
    def _client(self) -> Iterator[Client]:
        """Give a client for one look, with the session of the look before: it may be opened again once in each."""
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
        """Return all alarms by their UIDs, and whether some may be missing.

        Where one leaves the list while it is read page by page, another one slips onto a page that was read already.
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
        """Return alarms by their UIDs, and how many the platform says there are.

        :param of_loud: those that nobody has acknowledged.
        :param is_whole: all of them, instead of those up to what is known. Of alarms with the same time, any may be new.
        """
        found: dict[str, dict[str, Any]] = {}
        count = None
        query = {**self._query, **({"acked": "false"} if of_loud else {}), "pageSize": PAGE}
        for document in client.whole_pages(LIST, query, SHOWN):
            self._rest(0)
            page = document["briefs"]
            if not all(isinstance(brief.get("alarmUid"), str) for brief in page):
                raise TransportError("the platform's list of alarms contains one without a UID")
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
        """Return how many alarms more the platform counts than are known after a look, None where it doesn't count.

        :param alone: the look was at all of them, and what else is known isn't listed any more.
        """
        if count is None:
            return None
        known = {} if alone else dict(self.memory.alarms)
        known.update((uid, seen_of(brief)) for uid, brief in found.items())
        return count - sum(not (of_loud and seen.acked) for seen in known.values())

    def _steps(self, brief: dict[str, Any]) -> Iterator[Change]:
        """Yield what became of a listed alarm, and what else is new of it."""
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
        """Return whether an alarm has, or had, a severity that is asked for."""
        states = {after.severity, before.severity if before else after.severity}
        return any(matches(self._severities, {"state": state}) for state in states)

    def _left(self, client: Client, missing: set[str]) -> list[Change]:
        """Return what became of alarms that are not listed any more: cleared and acknowledged, or their device was deleted."""
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
        """End a look that is under way, write what was told, and end the session unless it lives in a file."""
        self._ended.set()
        try:
            self.memory.close()
        finally:
            # A login that is under way is waited for: broken off, its password would be held back from the next start.
            is_over = self._looking.acquire(timeout=LAST)
            if self._transport is not None:
                self._transport.stop()
            if is_over and self._grant is not None and not self._params.get("session_file"):
                wire = replace(self._wire, timeout=LAST, retries=0)
                Session(self._account, Transport(wire), self._grant).close()
