# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Applies a plan: changes many resources and records the outcome of each.

A failing resource doesn't stop the others: every resource gets an outcome.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any, Callable

from .._api.resources import ResourceClient
from .._errors import ApiError, Conflict, OptionError, SessionDied, TdmError, TransportError, mistake_of
from .._http.transport import TROUBLE
from .._schema.values import UNKNOWN, ValueType
from .._workers import each
from .bulk import NEVER
from .cache import Cache
from .importing import ALREADY_EXISTS, Bulk, contradictions, is_bulk
from .labels import label
from .outcomes import FAILED, SKIPPED, Outcome, Refusals, refused, too_many, without_keys
from .plan import (
    CREATE,
    DELETE,
    DONE,
    NOTHING,
    REFUSE,
    UPDATE,
    Change,
    Observed,
    by_section,
    contradicted,
    forbidden,
    in_its_body,
    merged,
    plan,
)
from .policy import Policy

#: Attempts to write a resource that others are writing too, or whose creation is uncertain.
ATTEMPTS = 3
#: The platform counts as down after this many resources in a row without a usable answer (none, or a status in TROUBLE).
SILENCE = 20
NOT_KNOWN = "Whether it took effect is unknown; the next run will check"
PARTLY = "The other changes were made before"
HEIR_FAILED = "not begun: its replacement %s is not as described"
LEFT = "the import with it got no usable answer, and was not sent again: %s"
SILENT = "not begun: the platform gave no usable answer for %d %s in a row"
NOT_ALLOWED, CONFLICT = 403, 409  # statuses
#: Receives three counts of resources: finished, all, failed.
Progress = Callable[[int, int, int], None]


class Run:
    """One run of a plan.

    :param progress: called every two seconds.
    """

    def __init__(self, api: ResourceClient, policy: Policy, cache: Cache, progress: Progress | None = None) -> None:
        self._api = api
        self._resource = api.resource
        self._policy = policy
        self._cache = cache
        self._progress = progress
        self._lock = threading.Lock()
        self.notes: list[str] = []
        self._outcomes: dict[str, Outcome] = {}
        self._taken: dict[str, Change] = {}  # the change actually made, where another writer's change altered the plan
        self._changed: set[str] = set()  # identities of resources that were written to, even if a later step failed
        self._unclear: set[str] = set()  # identities of resources with a write whose effect is unknown
        self._in_body: set[str] = set()  # options of labels that this platform accepts only in a resource's own body
        self._failed = self._silent = 0
        self._stopped = ""
        self._refusals = Refusals(api.resource)

    def stop(self, why: str) -> None:
        """Start no further resource."""
        self._stopped = self._stopped or why

    def tell(self, note: str) -> None:
        """Add a note to the result."""
        self.notes.append(note)

    def apply(self, changes: list[Change], bulk: bool = True) -> list[Outcome]:
        """Make the changes; return their outcomes in the same order. May be called again with further changes.

        :param bulk: whether imports may be used, if the policy allows them.
        """
        for change in filter(lambda one: one.action == REFUSE, changes):
            self._note(change, refused(change))
        busy = [change for change in changes if change.action not in (REFUSE, NOTHING)]

        def tick() -> None:
            if self._progress is not None:
                done = sum(change.identity in self._outcomes for change in busy)
                self._progress(done, len(busy), self._failed)

        for some in ([one for one in busy if not one.desired.after], [one for one in busy if one.desired.after]):
            if bulk and self._policy.bulk != NEVER and is_bulk(self._policy, self._api):
                Bulk(self._api, self._policy, self._cache, self).take(some, tick)
            else:
                each(some, self.take, min(self._policy.parallel, len(some)), tick)
            taken = [self._taken.get(change.identity, change) for change in some]
            if any(change.add or change.remove for change in taken):
                done = [change for change in taken if self._outcomes[change.identity].action not in (FAILED, SKIPPED)]
                label(self._api, done, self._policy.parallel, self)
        return [self._outcomes.get(change.identity) or success(change) for change in changes]

    def why_not(self, change: Change) -> str:
        """Return the reason not to start a resource, or an empty text."""
        refused_alike = self._refusals.stopped(change) if change.action == CREATE else ""
        return self._stopped or refused_alike or self._waits(change)

    def take(self, change: Change) -> None:
        """Make one change by single requests, and record its outcome."""
        why = self.why_not(change)
        if not why:
            self.conclude(change, lambda: self._do(change))
        elif change.identity in self._unclear:
            self._note(change, self._failed_at(change, LEFT % why))
        else:
            self._note(change, outcome_of(change, SKIPPED, why))

    def conclude(self, change: Change, work: Callable[[], Outcome]) -> None:
        """Record the outcome that ``work`` returns, or the failure that it raises."""
        refusals = self._refusals if change.action == CREATE else None
        try:
            outcome = work()
        except SessionDied as error:
            self.stop("not begun: " + error.message)
            outcome = self._failed_at(change, error.message)
        except TdmError as error:
            outcome = self._failed_at(change, error.message)
            self._count_silence(isinstance(error, TransportError) or (isinstance(error, ApiError) and error.status in TROUBLE))
            if refusals:
                refusals.note(change, error)
        except Exception as error:  # a bug in the collection must not lose the other outcomes
            self.stop("not begun: " + mistake_of(error))
            outcome = self._failed_at(change, mistake_of(error))
        else:
            self._unclear.discard(change.identity)  # a later answer settled it
            self._count_silence(False)
            if refusals:
                refusals.note(change, None)
        self._note(change, outcome)

    def finish(self, change: Change) -> Outcome:
        """Return the outcome of a change that an import made."""
        self._changed.add(change.identity)
        if change.action == DELETE:
            self._cache.forget(change.address)
        return success(change)

    def mend(self, change: Change, brief: dict[str, Any]) -> Outcome:
        """Correct a resource that an import created; return one outcome for both."""
        done = self._update(self._again(change, Observed(self._resource, brief=brief)))
        return done if done.action == FAILED else success(change)

    def doubt(self, changes: list[Change]) -> None:
        """Remember that these changes may already have been made by this run, but are no longer certain."""
        identities = {change.identity for change in changes}
        self._unclear |= identities
        self._changed -= identities

    def _waits(self, change: Change) -> str:
        """Return why a replaced resource stays (its replacement failed), or an empty text."""
        heir = self._outcomes.get(change.desired.after)
        return HEIR_FAILED % heir.identity if heir is not None and heir.action in (FAILED, SKIPPED) else ""

    def _do(self, change: Change) -> Outcome:
        if change.action == CREATE:
            return self._create(change)
        if change.action == DELETE:
            is_done = self._delete(change) or change.identity in self._unclear
            self._cache.forget(change.address)
            return success(change) if is_done else outcome_of(change, "unchanged")
        return self._update(change)

    def _delete(self, change: Change) -> bool:
        """Return whether this run deleted a resource, rather than somebody else before it."""
        try:
            return bool(self.write([change], self._api.delete, change.address))
        except TransportError as error:
            if self._api.brief(change.address) is not None:
                raise
            return error.unclear

    def _create(self, change: Change) -> Outcome:
        """Create a resource. If the effect of a request is unclear, ask the platform before trying again."""
        body = self._resource.body(change.values)
        for attempt in range(ATTEMPTS):
            try:
                whole = self.write([change], self._api.create, change.identity, body)
            except (ApiError, TransportError) as error:
                if isinstance(error, ApiError) and error.status < 500 and not _says_exists(error):
                    raise
                brief = self._api.find(change.identity)
                if brief is None:
                    if attempt == ATTEMPTS - 1:
                        raise
                    continue
                fresh = self._again(change, Observed(self._resource, brief=brief))
                # Otherwise somebody else created it in the meantime.
                is_ours = change.identity in self._unclear and not contradictions(change, fresh.observed)
                if not is_ours:
                    return self._update(fresh)
                whole = fresh.observed.whole or {}
            return self._finish(change, whole)
        raise AssertionError("unreachable")

    def _unseen(self, change: Change) -> Observed:
        """Return what the list shows of a resource, without its body, which has to be fetched again."""
        return Observed(self._resource, change.observed.brief, None, change.observed.parts)

    def _again(self, change: Change, one: Observed) -> Change:
        """Return the change that a resource needs now; fetches it unless it is known as a whole."""
        whole = one.whole or self._api.get(one.address or change.address)
        if whole is None:
            raise Conflict("the %s was deleted by somebody else while it was being changed" % self._resource.name)
        parts = dict(one.parts or {})
        for option in self._resource.labels_in(change.desired.values):
            if one.value(option) is UNKNOWN:
                parts[option] = self._api.labels(option, one.address or change.address)
        fresh = plan(change.desired, replace(one, whole=whole, parts=parts or None), update_keys=self._policy.update_keys)
        return in_its_body(fresh, self._in_body)

    def _update(self, first: Change) -> Outcome:
        """Change a resource under optimistic locking: another writer's change is compared, never overwritten."""
        change, sent = first, False
        for _attempt in range(ATTEMPTS):
            if change.values and change.observed.whole is None:
                # A change must name the version, and only the whole resource has it (contract, OccContext).
                change = self._changed_meanwhile(first, self._again(change, self._unseen(change)))
            if change.action == REFUSE:
                return self._failed_at(change, change.message)
            self._taken[change.identity] = change
            if not change.values:
                # Only labels are left, which are no part of the body; or a write whose answer got lost had worked.
                if sent:
                    self._changed.add(change.identity)
                return success(first if sent else change)
            try:
                sent = True
                whole = self._send(change)
            except (ApiError, TransportError) as error:
                if change.observed.version is None:
                    raise
                fresh = self._again(change, self._unseen(change))
                if fresh.observed.version == change.observed.version:
                    raise error  # refused for another reason than a concurrent change, or never arrived
                change = self._changed_meanwhile(first, fresh)
            else:
                return self._finish(change, whole)
        raise Conflict("other programs keep changing the %s; the run gave up after %d attempts" % (self._resource.name, ATTEMPTS))

    def _send(self, change: Change) -> dict[str, Any]:
        """Write a change, the resource's own body before its sections; return the resource as the answers show it."""
        one = change.observed
        for section, values in by_section(self._resource, change.values):
            if one.version is None and change.observed.version is not None:  # the previous answer lacked it
                one = replace(one, whole=self._api.get(change.address))
            body = self._resource.body(values)
            if one.version is not None:
                body["occContext"] = {"version": one.version}
            try:
                answer = self.write([change], self._api.update, change.address, body, self._policy.force, section)
            except ApiError as error:
                if error.status == NOT_ALLOWED and section.rights:
                    raise OptionError(forbidden(section, values, error.message)) from None
                raise
            self._changed.add(change.identity)
            one = replace(one, whole=merged(one.whole or {}, answer) if section.path else answer)
        return one.whole or {}

    def write(self, changes: list[Change], send: Callable[..., Any], *what: object) -> Any:
        """Send a write and return its answer. If its effect is unknown, remember the resources."""
        try:
            return send(*what)
        except Exception as error:
            if getattr(error, "unclear", True):
                self._unclear.update(change.identity for change in changes)
            raise

    def _changed_meanwhile(self, first: Change, fresh: Change) -> Change:
        """Raise :class:`Conflict` if another writer changed an option that this change sets, unless ``force`` is set."""
        if self._policy.force:
            return fresh
        for name, before in first.before.items():
            now, declared = fresh.observed.value(name), self._resource.by_name[name]
            type_ = declared.type
            # The new value may be ours, if the answer to an earlier attempt got lost; side effects of the change count too.
            if now != before and not _same(type_, before, now) and not type_.same(first.after[name], now):
                raise Conflict(
                    "somebody else changed %s to %s while this run was changing it; run again, or use force: true"
                    % (name, type_.hide(now) if declared.secret else type_.show(now))
                )
        return fresh

    def _finish(self, change: Change, whole: dict[str, Any]) -> Outcome:
        """Record the answer to a creation or update; write once more the values that the platform overwrote by itself."""
        done = success(change)
        done.address = Observed(self._resource, whole=whole).address or done.address
        self._changed.add(change.identity)
        left = contradicted(change.desired, self._resource, whole) if whole else {}
        if left:
            try:
                observed = Observed(self._resource, whole=whole)
                whole = self._send(Change(change.desired, UPDATE, observed, values=left)) or whole
            except TdmError as error:
                message = "the %s was %s, but %s could not be set: %s" % (
                    self._resource.name,
                    done.action,
                    ", ".join(left),
                    error.message,
                )
                done.action, done.error = FAILED, without_keys(change, message)
        if whole and self._cache.path:
            self._cache.remember(done.address or change.identity, whole)
        return done

    def labelled(self, changes: list[Change]) -> None:
        """Record that these resources got or lost their labels."""
        with self._lock:
            for change in changes:
                self._unclear.discard(change.identity)
                self._changed.add(change.identity)
                self._outcomes[change.identity].changed = True

    def relabelled(self, change: Change, option: str) -> None:
        """Write the labels in the resource's own body, on a platform without requests that label many resources."""
        self._in_body.add(option)
        done = self._update(in_its_body(replace(change, values={}), [option]))
        with self._lock:
            self._outcomes[change.identity].changed |= done.changed

    def not_labelled(self, change: Change, message: str) -> None:
        """Record why a resource could not be labelled."""
        message = self._told(change, message)
        with self._lock:
            done = self._outcomes[change.identity]
            self._failed += done.action != FAILED
            done.action, done.error = FAILED, message
            done.changed = change.identity in self._changed

    def _failed_at(self, change: Change, message: str) -> Outcome:
        failed = outcome_of(change, FAILED, self._told(change, message))
        failed.changed = change.identity in self._changed
        if failed.changed:
            failed.error = "%s. %s" % (failed.error, PARTLY)
        return failed

    def _told(self, change: Change, message: str) -> str:
        """Return the error of a resource; says so if a write may have taken effect all the same."""
        message = without_keys(change, message)
        if change.identity not in self._unclear:
            return message
        return "%s %s" % (message if message.endswith("?") else message + ".", NOT_KNOWN)

    def _note(self, change: Change, outcome: Outcome) -> None:
        with self._lock:
            self._outcomes[change.identity] = outcome
            self._failed += outcome.action == FAILED
            if self._policy.max_failures is not None:
                self._stopped = self._stopped or too_many(self._resource, self._failed, self._policy.max_failures)

    def _count_silence(self, silent: bool) -> None:
        with self._lock:
            self._silent = self._silent + 1 if silent else 0
            if self._silent >= SILENCE and not self._stopped:
                self._stopped = SILENT % (self._silent, self._resource.plural)


def _says_exists(error: ApiError) -> bool:
    # Only the code for devices is known (O), so a conflict counts too. If it means something else, the look-up finds nothing.
    return error.code == ALREADY_EXISTS or error.status == CONFLICT


def _same(type_: ValueType, one: object, other: object) -> bool:
    # A reference is (ID, name) and some answers lack the name, so the shown value, the ID, is compared too.
    return type_.show(one) == type_.show(other) or type_.same(one, other)


def outcome_of(change: Change, action: str, error: str = "") -> Outcome:
    """Return the outcome of a change: ``action``, one of ACTIONS."""
    desired = change.desired
    return Outcome(
        desired.identity, action, desired.where, error=error, address=change.observed.address, meant_by=desired.meant_by
    )


def success(change: Change) -> Outcome:
    """Return the outcome of a change that was made, or that had nothing to do."""
    done = outcome_of(change, DONE[change.action])
    done.changed, done.before, done.after = change.action != NOTHING, change.before, change.after
    return done
