# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alarms of devices and of multicast groups: active, in history, acknowledged (C).

The active list has alarms that are not cleared, and cleared ones that are not acknowledged. The history has cleared
alarms with their last state (? for both: C only says that a list may contain cleared alarms).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from .. import Document, now_ms
from ..api.collection import Collection
from ..api.filters import Test, domain
from ..api.operations import Call, Operation, Parameter
from ..api.parameters import boolean, integer, moment, sorting, texts, whole, word
from ..api.shapes import Many, Text, Thing
from ..errors import ApiError
from ..http.messages import Response
from ..world.world import World
from .devices import DEVICES
from .multicast_groups import GROUPS

CLEARED, CRITICAL = 1, 6
_NO_UPLINK = 4  # C: alarm 004
_OF_STATES = (1, 4, 5, 6, 12, 13)  # Actility's documentation: conditions, without a count of occurrences
MOST_DETAILS = 5  # C: addInfo to addInfo5
_ACK = Thing(_needed=("alarmUids",), alarmUids=Many(Text()))
_HIDDEN = ("severity",)


# -- changes of a device's or multicast group's alarms -----------------------------


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


def tell(world: World, eui: str, number: int, state: int, details: list[str], when: int | None = None) -> Document:
    """Raise an alarm of this kind, change its severity, count an occurrence, or clear it.

    Actility's documentation: a cleared alarm that returns keeps its UID and restarts its count of occurrences. An alarm that gets
    worse is no longer acknowledged. Only alarms about events count occurrences.

    :param when: the platform's time; None for now, but later than the last change.
    """
    record = next((one for one in world.alarms.get(eui, ()) if one["ID"] == number), None)
    if record is None:
        add(world, eui, state, when)
        record = world.alarms[eui][-1]
        record["ID"] = number
    else:
        if state > record["state"]:
            record["acked"] = False
            record.pop("ackedInfo", None)
            record.pop("ackedTimestamp", None)
        is_back = record["state"] == CLEARED < state
        record["occurrence"] = 1 if is_back else record["occurrence"] + (state > CLEARED and number not in _OF_STATES)
        when = max(now_ms(), record["updateTimestamp"] + 1) if when is None else when
        record.update(state=state, level=state - 1, updateTimestamp=when)
        if state > CLEARED:
            record["severity"] = state
    record.update(("addInfo%s" % (place if place > 1 else ""), text) for place, text in enumerate(details, 1))
    count(world, eui)
    return record


def count(world: World, eui: str) -> None:
    """Update the alarm counts of devices and groups: unacknowledged alarms, by state (C)."""
    counts = [0] * CRITICAL
    for one in world.alarms.get(eui, ()):
        counts[one["state"] - 1] += not one["acked"]
    (world.devices if eui in world.devices else world.groups)[eui]["alarms"] = counts
    world.touch()


def replace(world: World, eui: str, counts: list[int]) -> None:
    """Replace all alarms by new ones: a number for each state, all unacknowledged."""
    world.alarms.pop(eui, None)
    for state, number in enumerate(counts, CLEARED):
        for _one in range(number):
            add(world, eui, state)
    count(world, eui)


# -- all devices -----------------------------------------------------------------


def all_active(call: Call) -> Response:
    """GET the alarms of all devices, latest first unless sorted by state or acknowledgement (C)."""
    found = _of_devices(call, select(call))
    attribute, _comma, order = call.value("sort", "").partition(",")
    if attribute:
        found.sort(key=lambda one: one[attribute], reverse=order == "desc")
    limit = integer(call, "limit")
    found = found if limit is None else found[: max(0, limit)]
    return call.page(found, _active_of_all, sized=True, count=len(found))


def all_past(call: Call) -> Response:
    """GET the cleared alarms of all devices (C)."""
    found = _of_devices(call, select(call, past=True))
    return call.page(found, _past_of_all, count=len(found))


def _of_devices(call: Call, test: Test) -> list[Document]:
    """The alarms that pass a test, latest first, each with its device."""
    devices = call.world.devices
    prefixes = tuple(prefix.upper() for prefix in call.values("devEUI"))
    wanted = [domain(text) for text in call.values("domain")]
    found: list[Document] = []
    for eui, records in call.world.alarms.items():
        device = devices.get(eui)
        if device and (not prefixes or eui.startswith(prefixes)) and all(one in device["domains"] for one in wanted):
            found += [dict(one, device=device) for one in records if test(one)]
    found.sort(key=lambda one: one["updateTimestamp"], reverse=True)
    return found


def distribution(call: Call) -> Response:
    """GET the number of alarms of all devices by state (C)."""
    counts = dict.fromkeys(range(CLEARED, CRITICAL + 1), 0)
    for one in _of_devices(call, select(call)):
        counts[one["state"]] += 1
    briefs = [{"state": state, "count": number} for state, number in counts.items() if number]
    return call.answer(200, {"briefs": briefs, "totalCount": sum(counts.values())})


def ack_named(call: Call) -> Response:
    """POST UIDs to acknowledge; unknown ones are ignored (?)."""
    wanted = set(call.body(_ACK)["alarmUids"])
    for eui, records in call.world.alarms.items():
        if eui in call.world.devices:
            _ack(call, eui, [one for one in records if one["alarmUid"] in wanted])
    return call.answer(204)


# -- of one device, or of one multicast group ------------------------------------------


def active(owners: Collection, call: Call, uid: str) -> Response:
    """GET the active alarms (C)."""
    owner = owners.require(call, uid)
    return call.page(_of_one(call, owner, select(call)), lambda world, one: _active(world, owners, owner, one))


def past(owners: Collection, call: Call, uid: str) -> Response:
    """GET the cleared alarms (C)."""
    owner = owners.require(call, uid)
    return call.page(_of_one(call, owner, select(call, past=True)), _past)


def ack_found(owners: Collection, call: Call, uid: str) -> Response:
    """POST: acknowledge the alarms that match the query; 201 as in C."""
    owner = owners.require(call, uid)
    _ack(call, owner["EUI"], _of_one(call, owner, select(call)))
    return call.answer(201)


def ack_one(owners: Collection, call: Call, uid: str, alarm_uid: str) -> Response:
    """POST: acknowledge one alarm; 201 as in C."""
    owner = owners.require(call, uid)
    found = _of_one(call, owner, lambda one: bool(one["alarmUid"] == alarm_uid))
    if not found:
        raise ApiError("resource_not_found", "alarm", alarm_uid)
    _ack(call, owner["EUI"], found)
    return call.answer(201)


def _of_one(call: Call, owner: Document, test: Test) -> list[Document]:
    """The alarms of an owner that pass a test, latest first (C)."""
    found = [one for one in call.world.alarms.get(owner["EUI"], ()) if test(one)]
    return sorted(found, key=lambda one: one["updateTimestamp"], reverse=True)


# -- helpers --------------------------------------------------------------------------


def _ack(call: Call, eui: str, records: Iterable[Document]) -> None:
    """Acknowledge alarms; those acknowledged before keep the user's name."""
    for one in records:
        if not one["acked"]:
            one.update(acked=True, ackedInfo=call.who, ackedTimestamp=now_ms())
    count(call.world, eui)


def _active(world: World, owners: Collection, owner: Document, one: Document) -> Document:
    """An active alarm (C AlarmActiveBrief)."""
    shown = {name: value for name, value in one.items() if name not in _HIDDEN}
    return dict(shown, href="%s/alarms/%s" % (owners.href(world, owner), one["alarmUid"]))


def _past(_world: World, one: Document) -> Document:
    """A cleared alarm, with its last state (?)."""
    shown = {name: value for name, value in one.items() if name not in _HIDDEN}
    return dict(shown, state=one["severity"], level=one["severity"] - 1)


def _active_of_all(world: World, one: Document) -> Document:
    alarm, device = _apart(one)
    return dict(_active(world, DEVICES, one["device"], alarm), device=device)


def _past_of_all(world: World, one: Document) -> Document:
    alarm, device = _apart(one)
    return dict(_past(world, alarm), device=device)


def _apart(one: Document) -> tuple[Document, Document]:
    """(alarm, data about its device)."""
    alarm = dict(one)
    device = alarm.pop("device")
    return alarm, {name: device[name] for name in ("EUI", "name", "domains")}


def select(call: Call, past: bool = False) -> Test:
    """A test for alarms by the query parameters of C."""
    state, alarm_id = integer(call, "state"), integer(call, "ID")
    since, until = moment(call, "from"), moment(call, "to")
    acked, uid, index = boolean(call, "acked"), call.value("alarmUid"), call.value("index")
    equal = state == CLEARED or call.value("stateFiltering") == "EQUAL"  # C: 1 means only cleared alarms

    def test(one: Document) -> bool:
        is_past = one["state"] == CLEARED
        if (not is_past) if past else (is_past and one["acked"]):
            return False
        severity = one["severity"] if past else one["state"]
        return (
            (state is None or bool(severity == state if equal else severity >= state))
            and alarm_id in (None, one["ID"])
            and acked in (None, one["acked"])
            and uid in (None, one["alarmUid"])
            and index in (None, one.get("index"))
            and (since is None or one["creationTimestamp"] >= since)
            and (until is None or one["updateTimestamp"] <= until)
        )

    return test


# -- operations -------------------------------------------------------------------------

_STATE, _PAST_STATE = ("state", whole(CLEARED, CRITICAL)), ("state", whole(3, CRITICAL))
_TIME = ("language-tag", "from", "to", ("ID", whole()))
_INDEX, _ALGORITHM = texts("index"), texts("algo")
_ALL: tuple[Parameter, ...] = ("pageIndex", "acked", *_TIME, *texts("alarmUid", "devEUI"))
_ORDER = (("sort", sorting("state", "acked")), ("stateFiltering", word("EQUAL_OR_UPPER", "EQUAL")))


def _operations(owners: Collection, acked: tuple[Parameter, ...]) -> list[Operation]:
    path = owners.item + "/alarms"
    return [
        Operation("GET", path, partial(active, owners), ("pageIndex", "acked", _STATE, *_TIME), "alarms"),
        Operation("POST", path + "/ack", partial(ack_found, owners), (_STATE, *_TIME, *acked)),
        Operation(
            "GET", path + "/histories", partial(past, owners), ("pageIndex", "acked", _PAST_STATE, *_INDEX, *_TIME), "alarms"
        ),
        Operation("POST", path + "/{alarmUid}/ack", partial(ack_one, owners)),
    ]


OPERATIONS = [
    Operation("GET", "/devices/alarms", all_active, ("pageSize", "limit", *_ORDER, _STATE, *texts("domain"), *_ALL), "alarms"),
    Operation("POST", "/devices/alarms/ack", ack_named, answer="alarms"),
    Operation("GET", "/devices/alarms/histories", all_past, (_PAST_STATE, *_INDEX, *_ALL), "alarms"),
    Operation("GET", "/devices/alarms/stateDistributions", distribution, ("from", "to", _STATE, "acked"), "stateDistributions"),
    *_operations(DEVICES, _ALGORITHM),
    *_operations(GROUPS, ()),
]
