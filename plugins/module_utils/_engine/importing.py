# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Creates and deletes resources by the platform's import: many in one request, one import at a time.

Changes that a row can't express, or that an import leaves open, are made by single requests. Finally the platform's list is
read: its content counts, not the import's answer.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, Callable, NamedTuple, Protocol

from .._api.imports import Imported, Imports, Refusal
from .._api.resources import ResourceClient
from .._errors import ApiError, SessionDied, TdmError
from .._schema.values import dig, members
from .._workers import ahead, begun, each
from .bulk import ALWAYS, AUTO, FIRST, NEVER, Load, Pace, Work
from .cache import CREATED, Cache, is_another
from .outcomes import Outcome
from .plan import CREATE, DELETE, Change, Observed, compare
from .policy import Policy
from .prepare import FEW

ALREADY_EXISTS = 111  # error code (O)
#: After this many imports in a row without success, no more are sent.
TRIES = 3
PAGE = 2000  # of a list that is read to check imports; the platform may allow only smaller pages
SHARED = 6  # characters of a beginning that makes a filtered list short; a DevEUI's maker has as many
PAUSE, LONGEST_PAUSE = 2.0, 10.0  # seconds between two readings
LONGEST_LOOK = 600.0  # seconds to wait for an import that is still running
NOT_CHECKED = (
    "the list could not be read after the import of %d %s, so nothing but the answer to the import says that they are as "
    "described: run again to check (%s)"
)
REFUSED = "the platform refused a row of POST %s (code %d: %s)"


class Row(NamedTuple):
    """The row of an import for one change.

    :param params: query parameters that the whole request needs for it.
    :param secrets: texts in the row that no message may repeat.
    """

    cells: list[str]
    params: tuple[tuple[str, tuple[str, ...]], ...] = ()
    secrets: tuple[str, ...] = ()


class Singles(Protocol):
    """Makes changes by single requests, and records the outcomes of all changes: a Run."""

    def why_not(self, change: Change) -> str:
        """Return the reason not to start a change, or an empty text."""

    def take(self, change: Change) -> None:
        """Make a change by single requests."""

    def conclude(self, change: Change, work: Callable[[], Outcome]) -> None:
        """Record the outcome that ``work`` returns, or the failure that it raises."""

    def finish(self, change: Change) -> Outcome:
        """Return the outcome of a change that an import made."""

    def mend(self, change: Change, brief: dict[str, Any]) -> Outcome:
        """Correct a resource that an import created; return one outcome for both."""

    def doubt(self, changes: list[Change]) -> None:
        """Remember that these changes may already have been made."""

    def stop(self, why: str) -> None:
        """Start no further change."""

    def tell(self, note: str) -> None:
        """Add a note to the result."""


def is_bulk(policy: Policy, api: ResourceClient) -> bool:
    """Return whether imports may make changes: not if the run stops after failures, or rewrites keys."""
    is_wanted = policy.bulk != NEVER and policy.max_failures is None and not policy.update_keys
    return is_wanted and api.resource.importing is not None and not api.shown.imports.is_refused


def contradictions(change: Change, observed: Observed, by_itself: bool = False) -> list[str]:
    """Return the options whose values differ from a creation's request, which shows that something else made the resource.

    :param by_itself: also count options that the platform may set by itself, and described ones that the request lacks.
    """
    resource = observed.resource
    resets = {each.name for each in resource.fields if each.resets}
    counts = change.values.keys() | resets if by_itself else change.values.keys() - resets
    return [name for name in compare(change.desired, observed).differing if name in counts]


class Bulk:
    """Makes the changes of a run by imports while that is worth it, and the others by single requests.

    :param singles: makes single requests, and records all outcomes.
    """

    def __init__(self, api: ResourceClient, policy: Policy, cache: Cache, singles: Singles) -> None:
        declared = api.resource.importing
        if declared is None:
            raise AssertionError("%s can't be imported" % api.resource.plural)
        self._api = api
        self._resource = api.resource
        self._declared = declared
        self._policy = policy
        self._cache = cache
        self._singles = singles
        self._imports = Imports(api, declared)
        self._rows: dict[str, Row] = {}
        self._done: list[Change] = []  # made by imports, according to the platform
        self._guessed: set[str] = set()  # those confirmed only by the list; fields that it lacks may be from another writer
        self._failures = 0  # in a row
        self._work = Work([], [])
        self._pace = Pace(False, 1, 0)

    def take(self, changes: list[Change], tick: Callable[[], object]) -> None:
        """Make the changes and record their outcomes.

        :param tick: called every two seconds.
        """
        singles, loads = self._shared(changes)
        parallel = min(self._policy.parallel, len(changes))
        self._pace = Pace(self._policy.bulk == AUTO, parallel, sum(len(load.changes) for load in loads))
        self._work = Work(singles, loads)
        each([self._import, *[self._send_singly] * (parallel - 1)], lambda work: work(), parallel, tick, self._work.close)
        for action in (CREATE, DELETE):
            self._look_again(action, [change for change in self._done if change.action == action])

    def _shared(self, changes: list[Change]) -> tuple[list[Change], list[Load]]:
        """Return the changes for single requests, and those for imports."""
        singles: list[Change] = []
        loads: dict[object, Load] = {}
        for change in changes:
            row = self._row(change)
            if row is None:
                singles.append(change)
                continue
            self._rows[change.identity] = row
            key = (change.action, row.params)
            loads.setdefault(key, Load(*key, deque())).changes.append(change)
        worth = 1 if self._policy.bulk == ALWAYS else FIRST
        for load in loads.values():
            if len(load.changes) < worth:
                singles.extend(load.changes)
        return singles, [load for load in loads.values() if len(load.changes) >= worth]

    def _row(self, change: Change) -> Row | None:
        """Return the row of an import for a change, None if a row can't express it."""
        if change.action == DELETE:
            return Row(self._declared.deletion(change.identity))
        if change.action != CREATE:
            return None
        resource, is_mine = self._resource, self._api.client.session.is_mine
        values = {name: value for name, value in change.values.items() if name not in self._declared.labels}
        body, secrets = self._api.sent(resource.body(values))
        names = [*values, *([resource.encryption.version] if resource.encryption else [])]
        words = {name: word for name in names if (word := dig(body, resource.by_name[name].path)) or name in values}
        cells = self._declared.creation(change.identity, change.desired.values, words, is_mine)
        if cells is None:
            return None
        labels = [
            (param, tuple(":".join(label) for label in members(change.values.get(option))))
            for option, param in self._declared.labels.items()
        ]
        query = [(name, (value,)) for name, value in resource.rules.query(body, is_mine).items()]
        params = tuple(sorted(query + [(name, texts) for name, texts in labels if texts]))
        return Row(cells, params, (*secrets, *resource.secrets(change.desired.values)))

    def _send_singly(self) -> None:
        """Make changes by single requests until none are left."""
        try:
            while (given := self._work.single()) is not None:
                change, is_imported = given
                if is_imported:
                    self._singles.doubt([change])
                self._singles.take(change)
        except BaseException:  # an interruption: other workers must not wait for changes
            self._work.close()
            raise

    def _import(self) -> None:
        """Send imports while they are worth it; then help with single requests."""
        try:
            if self._policy.bulk == AUTO:
                self._try_single()
            while self._pace.goes_on and self._failures < TRIES and not self._imports.shown.is_refused:
                load = self._work.load(self._pace.size)
                if load is None:
                    break
                self._carry(load)
        except BaseException:
            self._work.close()
            raise
        self._work.open()
        self._send_singly()

    def _try_single(self) -> None:
        """Make one change by a single request, to measure its duration."""
        load = self._work.load(1)
        for change in load.changes if load is not None else ():
            self._work.settled(change)
            began = time.monotonic()
            self._singles.take(change)
            self._pace.note_single(time.monotonic() - began, self._api.client.session.transport.pacer.interval)

    def _carry(self, load: Load) -> None:
        """Send one import. After some time, single requests start on its rows too."""
        self._work.hand_over([change for change in load.changes if self._singles.why_not(change)])
        load = load._replace(changes=deque(self._left_of(load)))
        if not load.changes:
            return
        rows = {change.identity: self._rows[change.identity] for change in load.changes}
        cells = {identity: row.cells for identity, row in rows.items()}
        secrets = tuple({text for row in rows.values() for text in row.secrets})
        began = opened = time.monotonic()
        coming = begun(lambda: self._imports.send(cells, dict(load.params), secrets))
        lent = self._work.lent
        if not self._work.wait(coming, self._pace.patience(len(rows))):
            opened = time.monotonic()
            self._work.open()
            self._work.wait(coming)
        now = time.monotonic()
        if not coming.done():  # no longer needed: each of its rows has a single request
            self._pace.goes_on = False
            return
        try:
            said = coming.result()
        except TdmError as error:
            self._fail(load, error)
        else:
            self._pace.note(len(rows), now - began, self._work.lent - lent, now - opened)
            self._work.open(not self._pace.goes_on)
            self._settle(load, said)

    def _settle(self, load: Load, said: Imported) -> None:
        """Record the platform's answer to an import."""
        # A second attempt can't tell what the first one made, which is refused now.
        if not said.is_told or (said.is_repeated and said.refusals):
            self._failures = 0 if self._look(load) else self._failures + 1
            self._work.hand_over(load.changes)
            return
        # If every row is refused, the platform may refuse the import itself. Single requests show which.
        is_believed = len(said.refusals) < said.seen
        self._failures = 0 if is_believed else self._failures + 1
        unseen: list[Change] = []
        for line, change in enumerate(load.changes, 1):
            refusal = said.refusals.get(line)
            if refusal is None and line <= said.seen:
                self._enter(change)
            elif refusal is None:
                unseen.append(change)
            # This refusal counts. Others are repeated by single requests, whose errors say more.
            elif change.action == CREATE and refusal.code != ALREADY_EXISTS and is_believed and self._work.settled(change):
                self._singles.conclude(change, partial(self._refuse, refusal))
        self._singles.doubt([change for change in unseen if said.is_doubtful and self._work.holds(change)])
        self._work.put_back(load, unseen)
        self._work.hand_over(load.changes)

    def _refuse(self, refusal: Refusal) -> Outcome:
        message = REFUSED % (self._declared.path, refusal.code, refusal.reason)
        raise ApiError(message, 400, refusal.code, refusal.reason)

    def _enter(self, change: Change) -> None:
        """Record that an import made a change, unless a single request took the change."""
        if self._work.settled(change):
            self._done.append(change)
            self._singles.conclude(change, partial(self._singles.finish, change))

    def _fail(self, load: Load, error: TdmError) -> None:
        """Continue after an import without a usable answer."""
        self._failures += 1
        self._pace.begin_again()
        if isinstance(error, SessionDied):
            self._singles.stop("not begun: " + error.message)
        if error.unclear:
            self._look(load)
        self._work.hand_over(load.changes)

    def _left_of(self, load: Load) -> list[Change]:
        """Return the changes of an import that no single request took."""
        return [change for change in load.changes if self._work.holds(change)]

    def _look(self, load: Load) -> bool:
        """Read which changes of an import were made; return whether any was. The others are left to single requests."""
        changes = self._left_of(load)
        if not changes:
            return False
        self._singles.doubt(changes)
        try:
            found = self._found([change.identity for change in changes], load.action == CREATE)
        except TdmError:  # the single requests will report it
            return False
        taken = [change for change in changes if not self._open_of(change, found.get(change.identity))]
        for change in taken:
            self._enter(change)
            self._guessed.add(change.identity)
        return bool(taken)

    def _open_of(self, change: Change, brief: dict[str, Any] | None, by_itself: bool = False) -> bool:
        """Return whether a change is still to be made, according to the list; see :func:`contradictions`."""
        if change.action == DELETE:  # a resource that somebody else created since is not to be deleted
            return brief is not None and not is_another(brief, change.observed.whole or {})
        if brief is None:
            return True
        return bool(contradictions(change, Observed(self._resource, brief=brief), by_itself))

    def _look_again(self, action: str, changes: list[Change]) -> None:
        """Compare imported changes with the list, and correct differences; remember fields that the list lacks."""
        if not changes:
            return
        try:
            found = self._found([change.identity for change in changes], action == CREATE)
        except TdmError as error:  # then the import's answer has to be enough
            self._singles.tell(NOT_CHECKED % (len(changes), self._resource.plural, error.message))
            return
        wrong = [change for change in changes if self._open_of(change, found.get(change.identity), by_itself=True)]
        unsure = self._guessed.union(change.identity for change in wrong)
        if self._cache.path and action == CREATE:
            self._remember([change for change in changes if change.identity not in unsure], found)
        self._singles.doubt([change for change in wrong if action == DELETE or change.identity not in found])

        def mend(change: Change) -> None:
            brief = found.get(change.identity)
            if brief is None or action == DELETE:
                self._singles.take(change)
            else:
                self._singles.conclude(change, partial(self._singles.mend, change, brief))

        each(wrong, mend, min(self._policy.parallel, len(wrong)))

    def _remember(self, changes: list[Change], found: dict[str, dict[str, Any]]) -> None:
        """Remember what was sent of fields that the list lacks.

        The platform may have ignored a column of the import: of all resources with the same fields, one is read.
        """
        alike: dict[tuple[str, ...], list[tuple[Change, dict[str, Any]]]] = {}
        for change in changes:
            pieces = self._cache.pieces_in(self._resource.body(change.values))
            unseen = tuple(piece for piece in pieces if piece not in found[change.identity])
            alike.setdefault(unseen, []).append((change, pieces))
        for unseen, some in alike.items():
            if not unseen or self._is_as_sent(some[0][0]):
                for change, pieces in some:
                    self._cache.remember_sent(change.identity, found[change.identity], pieces)

    def _is_as_sent(self, change: Change) -> bool:
        """Read a created resource as a whole; return whether it has the values of its creation."""
        try:
            whole = self._api.get(change.address)
        except TdmError:
            return False
        return whole is not None and not contradictions(change, Observed(self._resource, whole=whole), by_itself=True)

    def _found(self, identities: list[str], is_making: bool) -> dict[str, dict[str, Any]]:
        """Return the briefs of these resources; waits until an import that may still be running makes no more difference."""
        before, pause, end = None, PAUSE, time.monotonic() + LONGEST_LOOK
        while True:
            found = self._listed(identities)
            is_over = len(found) == (len(identities) if is_making else 0)
            if is_over or set(found) == before or time.monotonic() > end:
                return found
            before = set(found)
            self._api.client.session.transport.pacer.rest(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _listed(self, identities: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Return the briefs of these resources that exist; the list is filtered by the common beginning of the identities."""
        wanted, kept = set(identities), self._resource.kept_keys | {CREATED}
        query, beginning = self._resource.identity.query, os.path.commonprefix(list(wanted))
        filters = {"pageSize": PAGE, **({query: beginning} if query and beginning else {})}
        few = len(wanted) <= FEW and len(beginning) < SHARED
        found = {}
        for page in self._few(wanted) if few else ahead(self._api.briefs(filters)):
            for brief in page:
                identity = self._resource.names_of(brief)[0]
                if identity in wanted:
                    found[identity] = {name: value for name, value in brief.items() if name in kept}
        return found

    def _few(self, identities: Iterable[str]) -> Iterator[list[dict[str, Any]]]:
        for identity in sorted(identities):
            brief = self._api.brief(identity)
            if brief is not None:
                yield [brief]
