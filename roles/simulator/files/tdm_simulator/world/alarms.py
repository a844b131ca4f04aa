# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alarms of devices and of multicast groups: raised, and counted by state (C)."""

from __future__ import annotations

from .. import Document, now_ms
from .world import World

CLEARED, CRITICAL = 1, 6
_NO_UPLINK = 4  # C: alarm 004


def add(world: World, eui: str, state: int, when: int | None = None) -> None:
    """Raise alarm 004 for a device or a multicast group."""
    when = now_ms() if when is None else when
    record = {
        "ID": _NO_UPLINK,
        "acked": False,
        "alarmUid": "%024x" % world.next_alarm,
        "creationTimestamp": when,
        "updateTimestamp": when,
        "level": state - 1,
        "occurrence": 1,
        "state": state,
        "severity": max(state, 3),
    }
    world.next_alarm += 1
    world.alarms.setdefault(eui, []).append(record)
    count(world, eui)


def count(world: World, eui: str) -> None:
    """Bring the counts that devices and groups show up to date: alarms not acknowledged, by state (C)."""
    counts = [0] * CRITICAL
    for one in world.alarms.get(eui, ()):
        counts[one["state"] - 1] += not one["acked"]
    owner(world, eui)["alarms"] = counts
    world.touch()


def owner(world: World, eui: str) -> Document:
    """The device or the multicast group with an EUI."""
    return world.devices[eui] if eui in world.devices else world.groups[eui]


def replace(world: World, eui: str, counts: list[int]) -> None:
    """Exchange all alarms for new ones: so many of each state, none of them acknowledged."""
    world.alarms.pop(eui, None)
    for state, number in enumerate(counts, CLEARED):
        for _one in range(number):
            add(world, eui, state)
    count(world, eui)
