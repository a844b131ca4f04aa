# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The changes of an alarm between two looks at the list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from .._schema.severities import CLEARED, SEVERITIES
from .._schema.values import dig
from .._text import harmless, inert
from .alarms import Wanted, shown

RAISED, ESCALATED, EASED, ACKNOWLEDGED, GONE = "raised", "escalated", "eased", "acknowledged", "cleared"
#: Return values of an alarm that go to the event's ``device`` part.
OF_DEVICE = ("dev_eui", "device_name", "domains")


class Seen(NamedTuple):
    """The remembered state of an alarm.

    :param severity: its state (contract, AlarmBrief), from 1, which is cleared, to 6.
    :param updated: time of the platform's last change, in epoch milliseconds.
    :param number: the platform's number for this kind of alarm (contract, ``ID``).
    """

    severity: int
    acked: bool
    updated: int
    occurrences: int
    number: int
    dev_eui: str


class Change(NamedTuple):
    """One step of an alarm.

    :param event: the event to send; None if no rule wants it.
    :param seen: the state after the step; None if the alarm is no longer listed.
    """

    uid: str
    event: dict[str, Any] | None
    seen: Seen | None


def seen_of(brief: dict[str, Any]) -> Seen:
    """Return the state to remember of a listed alarm."""
    numbers = [brief.get(key) for key in ("state", "updateTimestamp", "occurrence", "ID")]
    severity, updated, occurrences, number = (each if isinstance(each, int) else 0 for each in numbers)
    return Seen(severity, brief.get("acked") is True, updated, occurrences, number, str(dig(brief, ("device", "EUI")) or ""))


def changes_of(before: Seen | None, brief: dict[str, Any]) -> Iterator[tuple[str, Seen]]:
    """Yield an alarm's changes since it was last seen, at most two, each with the state after it.

    :param before: None for a new alarm.
    """
    now = seen_of(brief)
    word = _step(before, now)
    if word:
        # An interruption between the two steps must leave the state after the first one.
        yield word, now._replace(acked=before.acked and now.acked if before else now.acked)
    if before is not None and now.acked and not before.acked:
        yield ACKNOWLEDGED, now


def _step(before: Seen | None, now: Seen) -> str:
    """Return the change of an alarm's severity, empty if unchanged."""
    was = before.severity if before else CLEARED
    if now.severity == CLEARED:
        return GONE if before is None or was > CLEARED else ""
    if was == CLEARED:
        return RAISED
    if now.severity > was:
        return ESCALATED
    if before is not None and _is_another(before, now):
        return RAISED
    return EASED if now.severity < was else ""


def _is_another(before: Seen, now: Seen) -> bool:
    """Return whether an alarm was cleared, or got worse, and returned between two looks.

    docs.thingpark.com, alarm concepts: a newly triggered alarm restarts its count of occurrences, and a worse one loses its
    acknowledgement.
    """
    return now.occurrences < before.occurrences or (before.acked and not now.acked)


def event_of(word: str, before: Seen | None, brief: dict[str, Any]) -> dict[str, Any]:
    """Return the event of a change.

    The platform's texts are made harmless, without templates or control characters, as rules and playbooks pass them on.
    """
    told = shown(Wanted(), brief)
    device = {"dev_eui": told.get("dev_eui"), "name": told.get("device_name"), "domains": told.get("domains")}
    was = before.severity if before else CLEARED
    previous = SEVERITIES.get(was, str(was)) if word != ACKNOWLEDGED else told.get("severity")
    alarm = {name: value for name, value in told.items() if name not in OF_DEVICE}
    event = {
        "change": word,
        "alarm": {**alarm, "previous_severity": previous},
        "device": {name: value for name, value in device.items() if value is not None},
    }
    safe: dict[str, Any] = inert(harmless(event))
    return safe


def last_event_of(uid: str, before: Seen) -> dict[str, Any]:
    """Return the final event of an alarm that left the list without being seen as cleared."""
    brief = {"alarmUid": uid, "ID": before.number, "state": CLEARED, "acked": before.acked, "device": {"EUI": before.dev_eui}}
    event = event_of(GONE, before, brief)
    event["alarm"]["listed"] = False
    return event
