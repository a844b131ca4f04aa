# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of an alarm between two looks at it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from .._schema.severities import CLEARED, SEVERITIES
from .._schema.values import dig
from .._text import harmless, inert
from .alarms import Wanted, shown

RAISED, ESCALATED, EASED, ACKNOWLEDGED, GONE = "raised", "escalated", "eased", "acknowledged", "cleared"
#: What an alarm is told to be besides; a device's part has a place of its own.
OF_DEVICE = ("dev_eui", "device_name", "domains")


class Seen(NamedTuple):
    """What is remembered of an alarm.

    :param severity: its state (contract, AlarmBrief), from 1, which is cleared, to 6.
    :param updated: when the platform changed it last, in epoch milliseconds.
    :param number: the platform's number for its kind (contract, ``ID``).
    """

    severity: int
    acked: bool
    updated: int
    occurrences: int
    number: int
    dev_eui: str


class Change(NamedTuple):
    """One step of an alarm.

    :param event: what is told of it; None for what nobody wants to know.
    :param seen: what is known of the alarm after it; None where it is not listed any more.
    """

    uid: str
    event: dict[str, Any] | None
    seen: Seen | None


def seen_of(brief: dict[str, Any]) -> Seen:
    """Return what is to be remembered of an alarm as the platform lists it."""
    numbers = [brief.get(key) for key in ("state", "updateTimestamp", "occurrence", "ID")]
    severity, updated, occurrences, number = (each if isinstance(each, int) else 0 for each in numbers)
    return Seen(severity, brief.get("acked") is True, updated, occurrences, number, str(dig(brief, ("device", "EUI")) or ""))


def changes_of(before: Seen | None, brief: dict[str, Any]) -> Iterator[tuple[str, Seen]]:
    """Yield what became of an alarm since it was seen, each step with what is known after it; at most two.

    :param before: None for one that was not seen.
    """
    now = seen_of(brief)
    word = _step(before, now)
    if word:
        # Whoever is interrupted between the two steps remembers the first one only.
        yield word, now._replace(acked=before.acked and now.acked if before else now.acked)
    if before is not None and now.acked and not before.acked:
        yield ACKNOWLEDGED, now


def _step(before: Seen | None, now: Seen) -> str:
    """Return what became of an alarm's severity, nothing where it is the same."""
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
    """Return whether an alarm was cleared, or got worse, and came back meanwhile.

    docs.thingpark.com, alarms' concepts: one that is triggered anew counts its occurrences anew, and one that gets worse is no
    longer acknowledged.
    """
    return now.occurrences < before.occurrences or (before.acked and not now.acked)


def event_of(word: str, before: Seen | None, brief: dict[str, Any]) -> dict[str, Any]:
    """Return what is told of a change.

    What the platform says is neither a template nor the end of a line in it: rules and playbooks hand it on.
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
    """Return what is told of an alarm that isn't listed any more, although nobody has seen it cleared."""
    brief = {"alarmUid": uid, "ID": before.number, "state": CLEARED, "acked": before.acked, "device": {"EUI": before.dev_eui}}
    event = event_of(GONE, before, brief)
    event["alarm"]["listed"] = False
    return event
