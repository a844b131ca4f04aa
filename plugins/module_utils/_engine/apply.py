# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carries a plan out: many devices at once, and the outcome of each.

One bad device spoils nothing: the others go on, and every outcome comes back.
"""

from __future__ import annotations

import threading
from typing import Any, Callable

from . import plan
from .._api.client import Client
from .._errors import ApiError, Conflict, SessionDied, TdmError, TransportError, without
from .cache import Memory
from .outcomes import FAILED, SKIPPED, Outcome, Refusals
from .plan import Seen, Step
from .observe import Policy
from .._resources.device.declaration import DEVICE
from .._http.transport import TROUBLE
from .._schema.values import Kind
from .workers import each

#: Attempts at a device that others are writing too, or whose creation stays unclear.
ATTEMPTS = 3
#: Devices in a row whose requests got no answer or one of trouble, after which the platform counts as down.
SILENCE = 20
NOT_KNOWN = "Whether it took effect is not known; the next run will see"
#: Devices in one request that tags several, unless a page of this platform holds fewer.
TAGGED_AT_ONCE = 100
PURGE_LAST = "not begun: a purge comes last, and only when no device failed before (%d did)"
ALREADY_EXISTS = 111  # error code (O)
#: Takes the numbers of devices that are done, in all, and failed.
Progress = Callable[[int, int, int], None]


def foretell(steps: list[Step], purge_steps: list[Step] | None = None, max_failures: int | None = None) -> list[Outcome]:
    """Return the outcomes that the steps would have, without taking them: what is refused ends others in the same way."""
    refused = sum(step.action == plan.REFUSE for step in steps)
    stopped = too_many(refused, max_failures)

    def outcome(step: Step, why: str) -> Outcome:
        if step.action == plan.REFUSE:
            return _refused(step)
        is_begun = step.action == plan.NOTHING or not why
        return _success(step) if is_begun else Outcome(step.dev_eui, SKIPPED, step.wish.where, error=why)

    waits = stopped or (PURGE_LAST % refused if refused else "")
    return [outcome(step, stopped) for step in steps] + [outcome(step, waits) for step in purge_steps or ()]


def too_many(failed: int, maximum: int | None) -> str:
    """Return why no further device is begun after so many failures, or nothing."""
    if maximum is None or failed <= maximum:
        return ""
    if not maximum:
        return "not begun: a device had failed, and on_error or max_failures ends the run at the first one"
    return "not begun: %d devices had failed, and no more than %d may" % (failed, maximum)


class Run:
    """One carrying-out of a plan.

    :param progress: called every two seconds.
    """

    def __init__(self, client: Client, policy: Policy, memory: Memory, progress: Progress | None = None) -> None:
        self._client = client
        self._policy = policy
        self._memory = memory
        self._progress = progress
        self._lock = threading.Lock()
        self._outcomes: dict[str, Outcome] = {}
        self._taken: dict[str, Step] = {}  # the steps that were really taken, where another writer made others of them
        self._changed: set[str] = set()  # what was really written to, whatever became of it afterwards
        self._unclear: set[str] = set()  # what was written to, and no answer ever said whether it took effect
        self._failed = 0
        self._silent = 0
        self._stopped = ""
        self._refusals = Refusals()

    def stop(self, why: str) -> None:
        """Begin no further device."""
        self._stopped = self._stopped or why

    def carry_out(self, steps: list[Step]) -> list[Outcome]:
        """Take the steps; return their outcomes in the same order. May be called again for further steps."""
        for step in steps:
            if step.action == plan.REFUSE:
                self._note(step, _refused(step))
        busy = [step for step in steps if step.action not in (plan.REFUSE, plan.NOTHING)]

        def tick() -> None:
            if self._progress is not None:
                done = sum(step.dev_eui in self._outcomes for step in busy)
                self._progress(done, len(busy), self._failed)

        each(busy, self._take, min(self._policy.parallel, len(busy)), tick)
        taken = [self._taken.get(step.dev_eui, step) for step in busy]
        self._tag([step for step in taken if step.add_tags or step.remove_tags])
        return [self._outcomes.get(step.dev_eui) or _success(step) for step in steps]

    def _take(self, step: Step) -> None:
        stopped = self._stopped or self._refusals.stopped(step)
        if stopped:
            self._note(step, Outcome(step.dev_eui, SKIPPED, step.wish.where, error=stopped))
            return
        try:
            outcome = self._do(step)
        except SessionDied as error:
            self._stopped = "not begun: " + error.message
            outcome = self._failed_at(step, error.message)
        except TdmError as error:
            outcome = self._failed_at(step, error.message)
            self._count_silence(isinstance(error, TransportError) or (isinstance(error, ApiError) and error.status in TROUBLE))
            self._refusals.note(step, error)
        except Exception as error:  # the API "can change without notice": an odd answer is one device's trouble
            message = "the platform's answer could not be understood (%s)" % type(error).__name__
            outcome = self._failed_at(step, message)
        else:
            self._unclear.discard(step.dev_eui)  # asked again, the platform told
            self._count_silence(False)
            self._refusals.note(step, None)
        self._note(step, outcome)

    def _do(self, step: Step) -> Outcome:
        if step.action == plan.CREATE:
            return self._create(step)
        if step.action == plan.DELETE:
            is_done = self._delete(step)
            self._memory.forget(step.dev_eui)
            return _success(step) if is_done else Outcome(step.dev_eui, "unchanged", step.wish.where)
        return self._update(step)

    def _delete(self, step: Step) -> bool:
        """Return whether this run deleted a device, and not somebody else before it."""
        try:
            return bool(self._write([step], self._client.delete, step.dev_eui))
        except TransportError as error:
            if self._client.brief(step.dev_eui) is not None:
                raise
            return error.unclear

    def _create(self, step: Step) -> Outcome:
        """Make a device. Where it isn't clear whether it was made, the platform is asked before it is tried again."""
        body = {"EUI": step.dev_eui, **DEVICE.body(step.values)}
        for attempt in range(ATTEMPTS):
            try:
                whole = self._write([step], self._client.create, body)
            except (ApiError, TransportError) as error:
                if isinstance(error, ApiError) and error.status < 500 and error.code != ALREADY_EXISTS:
                    raise
                brief = self._client.brief(step.dev_eui)
                if brief is None:
                    if attempt == ATTEMPTS - 1:
                        raise
                    continue
                if step.dev_eui not in self._unclear:  # nothing of ours can have made it: somebody else did, meanwhile
                    return self._update(self._again(step, Seen(brief=brief)))
                whole = self._client.device(step.dev_eui) or {}
            return self._finish(step, whole)
        raise AssertionError("unreachable")

    def _again(self, step: Step, seen: Seen) -> Step:
        """Return what has to happen to a device as it is now."""
        if seen.whole is None:
            seen.whole = self._client.device(step.dev_eui)
            if seen.whole is None:
                raise Conflict("the device was deleted by somebody else while it was being changed")
        return plan.plan(step.wish, seen, self._policy.update_keys)

    def _update(self, first: Step) -> Outcome:
        """Change a device under optimistic locking: what another writer changed meanwhile is looked at, never overwritten."""
        step, sent = first, False
        for _attempt in range(ATTEMPTS):
            if step.values and step.seen.whole is None:  # for its version, which a change has to name (contract, OccContext)
                step = self._changed_meanwhile(first, self._again(step, Seen(step.seen.brief, None, step.seen.tags)))
            if step.action == plan.REFUSE:
                return self._failed_at(step, step.message)
            self._taken[step.dev_eui] = step
            if not step.values:
                # Tags alone are no part of the device; or an answer that got lost had done it already.
                if sent:
                    self._changed.add(step.dev_eui)
                return _success(first if sent else step)
            try:
                sent = True
                whole = self._send(step)
            except (ApiError, TransportError) as error:
                if step.seen.version is None:
                    raise
                fresh = self._again(step, Seen(step.seen.brief, None, step.seen.tags))
                if fresh.seen.version == step.seen.version:
                    raise error  # refused for another reason than somebody else's change, or never arrived
                step = self._changed_meanwhile(first, fresh)
            else:
                return self._finish(step, whole)
        raise Conflict("others keep changing the device; it was given up after %d attempts" % ATTEMPTS)

    def _send(self, step: Step) -> dict[str, Any]:
        body = DEVICE.body(step.values)
        if step.seen.version is not None:
            body["occContext"] = {"version": step.seen.version}
        whole: dict[str, Any] = self._write([step], self._client.update, step.dev_eui, body, self._policy.force)
        return whole

    def _write(self, steps: list[Step], send: Callable[..., Any], *what: object) -> Any:
        """Return the answer to a write, and remember the devices where it isn't known whether it took effect."""
        try:
            return send(*what)
        except Exception as error:
            if getattr(error, "unclear", True):
                self._unclear.update(step.dev_eui for step in steps)
            raise

    def _changed_meanwhile(self, first: Step, fresh: Step) -> Step:
        """Raise :class:`Conflict` where another writer changed the very thing that is to be changed, unless forced."""
        if self._policy.force:
            return fresh
        for name, before in first.before.items():
            now = fresh.seen.value(name)
            kind = DEVICE.by_name[name].kind
            # An answer that got lost may have done it, with all that a change brings about by itself.
            if now != before and not _same(kind, before, now) and not kind.same(first.after[name], now):
                raise Conflict(
                    "somebody else changed %s to %s while this run meant to change it; run again, or use force: true"
                    % (name, kind.show(now))
                )
        return fresh

    def _finish(self, step: Step, whole: dict[str, Any]) -> Outcome:
        """Remember the answer to a write, and say once more what the platform set by itself against the wish."""
        done = _success(step)
        self._changed.add(step.dev_eui)
        left = plan.unsettled(step.wish, whole) if whole else {}
        if left:
            try:
                whole = self._send(Step(step.wish, plan.UPDATE, values=left, seen=Seen(whole=whole))) or whole
            except TdmError as error:
                message = "the device was %s, but %s could not be set: %s" % (done.action, ", ".join(left), error.message)
                done.action, done.error = FAILED, _without_keys(step, message)
        if whole:
            self._memory.learn(step.dev_eui, whole)
        return done

    def _tag(self, steps: list[Step]) -> None:
        """Add and remove tags, many devices in a request; a request that fails is tried again device by device."""
        groups: dict[tuple[str, bool], list[Step]] = {}
        for step in steps:
            if self._outcomes[step.dev_eui].action in (FAILED, SKIPPED):
                continue
            for names, remove in ((step.remove_tags, True), (step.add_tags, False)):
                for name in names:
                    groups.setdefault((name, remove), []).append(step)
        work = [
            (name, remove, members[start : start + TAGGED_AT_ONCE])
            for (name, remove), members in groups.items()
            for start in range(0, len(members), TAGGED_AT_ONCE)
        ]
        each(work, self._tag_some, min(self._policy.parallel, len(work)))

    def _tag_some(self, work: tuple[str, bool, list[Step]]) -> None:
        name, remove, steps = work
        try:
            self._write(steps, self._client.tag, name, [step.dev_eui for step in steps], remove)
        except TdmError as error:
            if len(steps) > 1:
                for step in steps:
                    self._tag_some((name, remove, [step]))
                return
            step = steps[0]
            message = "the tag %s could not be %s: %s" % (name, "removed" if remove else "added", error.message)
            with self._lock:
                done = self._outcomes[step.dev_eui]
                self._failed += done.action != FAILED
                done.action, done.error = FAILED, self._told(step, message)
                done.changed = step.dev_eui in self._changed
        else:
            with self._lock:
                for step in steps:
                    self._unclear.discard(step.dev_eui)
                    self._changed.add(step.dev_eui)
                    self._outcomes[step.dev_eui].changed = True

    def _failed_at(self, step: Step, message: str) -> Outcome:
        return Outcome(step.dev_eui, FAILED, step.wish.where, False, self._told(step, message))

    def _told(self, step: Step, message: str) -> str:
        """Return why a device failed, and whether something may have been changed all the same."""
        message = _without_keys(step, message)
        if step.dev_eui not in self._unclear:
            return message
        return "%s %s" % (message if message.endswith("?") else message + ".", NOT_KNOWN)

    def _note(self, step: Step, outcome: Outcome) -> None:
        with self._lock:
            self._outcomes[step.dev_eui] = outcome
            self._failed += outcome.action == FAILED
            self._stopped = self._stopped or too_many(self._failed, self._policy.max_failures)

    def _count_silence(self, silent: bool) -> None:
        with self._lock:
            self._silent = self._silent + 1 if silent else 0
            if self._silent >= SILENCE and not self._stopped:
                self._stopped = "not begun: the platform gave no usable answer for %d devices in a row" % self._silent


def _same(kind: Kind, one: object, other: object) -> bool:
    # A reference is (ID, name), and some answers lack the name: what is shown of it is the ID.
    return kind.show(one) == kind.show(other) or kind.same(one, other)


def _success(step: Step) -> Outcome:
    changed = step.action != plan.NOTHING
    return Outcome(step.dev_eui, plan.DONE[step.action], step.wish.where, changed, "", step.before, step.after)


def _refused(step: Step) -> Outcome:
    return Outcome(step.dev_eui, FAILED, step.wish.where, False, _without_keys(step, step.message))


def _without_keys(step: Step, message: str) -> str:
    """Return a message without the device's keys, should the platform have repeated one."""
    return without(message, DEVICE.secrets(step.wish.values), ours=True)
