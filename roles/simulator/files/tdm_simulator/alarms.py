# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alarms of devices and of multicast groups: active, in history, acknowledged (C).

The active list holds what is not cleared, and what is cleared but not acknowledged; the history holds what is
cleared, with the state it had before (? for both: C only says that a list may hold cleared alarms).
"""

from __future__ import annotations

from . import views
from .codec import decode, encode
from .errors import ApiError
from .operations import Operation
from .parameters import boolean, integer, moment, page, sorting, texts, whole, word
from .shapes import Many, Text, Thing
from .world import now_ms

CLEARED, CRITICAL = 1, 6
NO_UPLINK = 4  # C: alarm 004
_ACK = Thing(_needed=("alarmUids",), alarmUids=Many(Text()))
_ID = ("ID", whole())
_STATE = ("state", whole(CLEARED, CRITICAL))
_PAST_STATE = ("state", whole(3, CRITICAL))
_TIME = ("language-tag", "from", "to", _ID)
_HIDDEN = ("severity",)


def add(world, eui, state, alarm_id=NO_UPLINK, when=None, severity=None):
    """Raise an alarm for a device or a multicast group; its record."""
    when = now_ms() if when is None else when
    record = {
        "ID": alarm_id,
        "acked": False,
        "alarmUid": "%024x" % world.next_alarm,
        "creationTimestamp": when,
        "updateTimestamp": when,
        "level": state - 1,
        "occurrence": 1,
        "state": state,
        "severity": severity or max(state, 3),
    }
    world.next_alarm += 1
    world.alarms.setdefault(eui, []).append(record)
    count(world, eui)
    return record


def count(world, eui):
    """Bring the counts that devices and groups show up to date: alarms not acknowledged, by state (C)."""
    owner = world.devices.get(eui) or world.groups[eui]
    counts = [0] * CRITICAL
    for one in world.alarms.get(eui, ()):
        counts[one["state"] - 1] += not one["acked"]
    owner["alarms"] = counts
    world.touch()


def replace(world, eui, counts):
    """Exchange all alarms for new ones: so many of each state, none of them acknowledged."""
    world.alarms.pop(eui, None)
    for state, number in enumerate(counts, CLEARED):
        for _one in range(number):
            add(world, eui, state)
    count(world, eui)


class Alarms:
    """The handlers of all alarms."""

    def __init__(self, world, settings, groups):
        self._world = world
        self._settings = settings
        self._groups = groups

    def operations(self):
        """What this area answers."""
        everywhere = ("pageIndex", "acked", *_TIME, *texts("alarmUid", "devEUI"))
        order = ("sort", sorting("state", "acked"))
        how = ("stateFiltering", word("EQUAL_OR_UPPER", "EQUAL"))
        all_of = "/devices/alarms"
        found = [
            Operation(
                "GET", all_of, self.all, ("pageSize", "limit", order, how, _STATE, *texts("domain"), *everywhere), "alarms"
            ),
            Operation("POST", all_of + "/ack", self.ack_named, answer="alarms"),
            Operation("GET", all_of + "/histories", self.all_past, (_PAST_STATE, *texts("index"), *everywhere), "alarms"),
            Operation(
                "GET", all_of + "/stateDistributions", self.distribution, ("from", "to", _STATE, "acked"), "stateDistributions"
            ),
        ]
        for one, owner in (
            ("/devices/{deviceUid}", self._device),
            ("/multicastGroups/{multicastGroupUid}", self._groups.require),
        ):
            of_one = _OfOne(self, owner)
            path = one + "/alarms"
            acked = (_STATE, *_TIME, *(texts("algo") if owner == self._device else ()))
            found += [
                Operation("GET", path, of_one.active, ("pageIndex", "acked", _STATE, *_TIME), "alarms"),
                Operation("POST", path + "/ack", of_one.ack_found, acked),
                Operation(
                    "GET",
                    path + "/histories",
                    of_one.past,
                    ("pageIndex", "acked", _PAST_STATE, *texts("index"), *_TIME),
                    "alarms",
                ),
                Operation("POST", path + "/{alarmUid}/ack", of_one.ack_one),
            ]
        return found

    def _device(self, uid):
        return self._world.require(uid, self._settings.eui_paths)

    # -- all devices -----------------------------------------------------------------

    def all(self, request, who):
        """GET the alarms of all devices, the latest first unless sorted by state or acknowledgement (C)."""
        found = self._of_devices(request, select(request))
        attribute, _comma, order = request.value("sort", "").partition(",")
        if attribute:
            found.sort(key=lambda pair: pair[1][attribute], reverse=order == "desc")
        limit = integer(request, "limit")
        found = found if limit is None else found[: max(0, limit)]
        briefs = [dict(self.shown(device, one), device=_about(device)) for device, one in found]
        return encode(request, 200, page(request, self._settings, briefs, sized=True, count=len(briefs)))

    def all_past(self, request, who):
        """GET the cleared alarms of all devices (C)."""
        found = self._of_devices(request, select(request, past=True))
        briefs = [dict(past(one), device=_about(device)) for device, one in found]
        return encode(request, 200, page(request, self._settings, briefs, count=len(briefs)))

    def _of_devices(self, request, test):
        prefixes = tuple(prefix.upper() for prefix in request.values("devEUI"))
        domains = [views.domain(text) for text in request.values("domain")]
        found = []
        for eui, records in self._world.alarms.items():
            device = self._world.devices.get(eui)
            if device is None or (prefixes and not eui.startswith(prefixes)):
                continue
            if all(domain in device["domains"] for domain in domains):
                found += [(device, one) for one in records if test(one)]
        found.sort(key=lambda pair: pair[1]["updateTimestamp"], reverse=True)
        return found

    def distribution(self, request, who):
        """GET how many alarms of all devices are in which state (C)."""
        counts = dict.fromkeys(range(CLEARED, CRITICAL + 1), 0)
        for _device, one in self._of_devices(request, select(request)):
            counts[one["state"]] += 1
        briefs = [{"state": state, "count": number} for state, number in counts.items() if number]
        return encode(request, 200, {"briefs": briefs, "totalCount": sum(counts.values())})

    def ack_named(self, request, who):
        """POST UIDs: those alarms are acknowledged; unknown ones are passed over (?)."""
        wanted = set(decode(request, _ACK)["alarmUids"])
        for eui, records in self._world.alarms.items():
            if eui in self._world.devices:
                self.ack(eui, [one for one in records if one["alarmUid"] in wanted], who)
        return encode(request, 204)

    # -- what devices and groups share ---------------------------------------------------

    def ack(self, eui, records, who):
        """Acknowledge alarms; those that were before keep who did it."""
        for one in records:
            if not one["acked"]:
                one.update(acked=True, ackedInfo=who, ackedTimestamp=now_ms())
        count(self._world, eui)

    def shown(self, owner, one):
        """An active alarm (C AlarmActiveBrief)."""
        kind = "devices" if owner["EUI"] in self._world.devices else "multicastGroups"
        place = views.href(self._settings, "%s/%d/alarms/%s" % (kind, owner["uid"], one["alarmUid"]))
        return dict({name: value for name, value in one.items() if name not in _HIDDEN}, href=place)

    def records(self, eui, test):
        """The alarms of an owner that pass a test, the latest first (C)."""
        found = [one for one in self._world.alarms.get(eui, ()) if test(one)]
        return sorted(found, key=lambda one: one["updateTimestamp"], reverse=True)

    def paged(self, request, briefs):
        """One page of alarms."""
        return encode(request, 200, page(request, self._settings, briefs))

    def known(self, eui, alarm_uid):
        """The alarm of an owner with a UID, as a list that may be empty."""
        return [one for one in self._world.alarms.get(eui, ()) if one["alarmUid"] == alarm_uid]


class _OfOne:
    """The handlers of the alarms of one device, or of one multicast group."""

    def __init__(self, alarms, owner):
        self._alarms = alarms
        self._owner = owner

    def active(self, request, who, uid):
        """GET the active alarms (C)."""
        owner = self._owner(uid)
        found = self._alarms.records(owner["EUI"], select(request))
        return self._alarms.paged(request, [self._alarms.shown(owner, one) for one in found])

    def past(self, request, who, uid):
        """GET the cleared alarms (C)."""
        found = self._alarms.records(self._owner(uid)["EUI"], select(request, past=True))
        return self._alarms.paged(request, [past(one) for one in found])

    def ack_found(self, request, who, uid):
        """POST: acknowledge what the query describes; 201 as C has it."""
        eui = self._owner(uid)["EUI"]
        self._alarms.ack(eui, self._alarms.records(eui, select(request)), who)
        return encode(request, 201)

    def ack_one(self, request, who, uid, alarm_uid):
        """POST: acknowledge one alarm; 201 as C has it."""
        eui = self._owner(uid)["EUI"]
        found = self._alarms.known(eui, alarm_uid)
        if not found:
            raise ApiError("resource_not_found", "alarm", alarm_uid)
        self._alarms.ack(eui, found, who)
        return encode(request, 201)


def past(one):
    """A cleared alarm, with the state that it had (?)."""
    shown = {name: value for name, value in one.items() if name not in _HIDDEN}
    return dict(shown, state=one["severity"], level=one["severity"] - 1)


def select(request, past=False):
    """A test for alarms by the query parameters of C."""
    state, alarm_id = integer(request, "state"), integer(request, "ID")
    since, until = moment(request, "from"), moment(request, "to")
    acked, uid, index = boolean(request, "acked"), request.value("alarmUid"), request.value("index")
    equal = state == CLEARED or request.value("stateFiltering") == "EQUAL"  # C: 1 means the cleared ones alone

    def test(one):
        is_past = one["state"] == CLEARED
        if (not is_past) if past else (is_past and one["acked"]):
            return False
        severity = one["severity"] if past else one["state"]
        return (
            (state is None or (severity == state if equal else severity >= state))
            and alarm_id in (None, one["ID"])
            and acked in (None, one["acked"])
            and uid in (None, one["alarmUid"])
            and index in (None, one.get("index"))
            and (since is None or one["creationTimestamp"] >= since)
            and (until is None or one["updateTimestamp"] <= until)
        )

    return test


def _about(device):
    return {"EUI": device["EUI"], "name": device["name"], "domains": device["domains"]}
