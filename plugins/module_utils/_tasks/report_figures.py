# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The figures and tables of a report, computed from the platform's briefs. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from .._schema.severities import SEVERITIES
from .._schema.values import dig
from .._text import utc_of

HOUR = 3600 * 1000  # milliseconds
DAY = 24 * HOUR
ALIVE, SILENT, NEVER_HEARD, SUSPENDED = "alive", "silent", "never_heard", "suspended"
STATES = (ALIVE, SILENT, NEVER_HEARD, SUSPENDED)
#: The contract's health states, in lower case; an older platform's list lacks them (O).
HEALTH = ("active", "init", "rf_cnx_error", "suspended", "unknown")
#: Age classes of the last uplink: up to this many milliseconds, and the class's name.
AGES = ((HOUR, "hour"), (DAY, "day"), (7 * DAY, "week"), (30 * DAY, "month"), (90 * DAY, "quarter"))
LONGER, NEVER = "longer", "never"
BATTERY_LOW = "battery_low"
#: Battery levels: 0 is external power, 1 to 254 are measured, 255 is unknown (contract, ``lastBatLevel``).
EXTERNAL_POWER, FULL = 0, 254
COUNTS = ("devices", ALIVE, SILENT, NEVER_HEARD, SUSPENDED, BATTERY_LOW, "alarms")
#: The columns of each table. Each is a CSV file besides the report.
COLUMNS = {
    "silent": ("dev_eui", "name", "device_profile", "connectivity_plan", "domains", "tags", "last_up", "silent_days"),
    "batteries": ("dev_eui", "name", "device_profile", "domains", "tags", "battery_percent", "measured", "alarm"),
    "alarms": ("dev_eui", "device_name", "domains", "severity", "alarm", "acked", "occurrences", "created", "updated"),
    "licences": ("connectivity_plan", "plan_name", "granted", "used", "left", "devices"),
    "device_profiles": ("device_profile", *COUNTS),
    "domains": ("domain_group", "domain", *COUNTS),
    "last_run": ("resource", "where", "action", "error", "remedy"),
    "drift": ("resource", "where", "action", "differs", "error"),
}
Rows = list[dict[str, Any]]


class Limits(NamedTuple):
    """The limits for a silent device and a low battery.

    :param now: epoch milliseconds.
    :param silent_since: a device is silent if its last uplink is before this time, epoch milliseconds.
    :param battery_below: percent.
    """

    now: int
    silent_since: int
    battery_below: int


class Seen(NamedTuple):
    """A device's state from its brief. Times are epoch milliseconds."""

    dev_eui: str
    name: str
    profile: str
    plan: str
    domains: tuple[tuple[str, str], ...]
    tags: str
    state: str
    health: str
    last_up: int | None
    battery: int | None
    measured: int | None


def seen(brief: dict[str, Any], limits: Limits) -> Seen:
    """Return the state in a brief of the device list (contract, DeviceBrief and DevicesBriefLorawan)."""
    health = str(brief.get("healthState") or "unknown").lower()
    last_up = _number(brief.get("lastUpTimestamp"))
    state = SUSPENDED if health == SUSPENDED else NEVER_HEARD
    if state != SUSPENDED and last_up is not None:
        state = SILENT if last_up < limits.silent_since else ALIVE
    domains = [each for each in brief.get("domains") or [] if isinstance(each, dict)]
    tags = [each.get("name") for each in brief.get("tags") or [] if isinstance(each, dict)]
    return Seen(
        str(brief.get("EUI") or ""),
        str(brief.get("name") or ""),
        str(dig(brief, ("model", "commercialName")) or dig(brief, ("model", "ID")) or ""),
        str(dig(brief, ("networkSubscription", "ID")) or dig(brief, ("networkSubscription", "commercialName")) or ""),
        tuple((str(dig(each, ("group", "name")) or ""), str(each.get("name") or "")) for each in domains),
        ", ".join(sorted(str(name) for name in tags)),
        state,
        health if health in HEALTH else "unknown",
        last_up,
        _number(brief.get("lastBatLevel")),
        _number(brief.get("lastBatLevelTimestamp")),
    )


def _number(value: object) -> int | None:
    return int(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def percent(level: int | None) -> int | None:
    """Return a battery's level in percent, None without a battery or a measurement."""
    return round(100 * level / FULL) if level is not None and EXTERNAL_POWER < level <= FULL else None


class Fleet:
    """The devices of a report and their alarms.

    :param alarms: active alarms, as tdm_alarm_info returns them.
    """

    def __init__(self, devices: Sequence[Seen], alarms: Sequence[dict[str, Any]], limits: Limits) -> None:
        self._devices = devices
        self._alarms = alarms
        self._limits = limits
        self._alarms_of = Counter(each.get("dev_eui") for each in alarms)
        self._warned = {each.get("dev_eui") for each in alarms if each.get("name") == BATTERY_LOW}
        self._low = {each.dev_eui for each in devices if self._is_low(each)}

    def _is_low(self, one: Seen) -> bool:
        level = percent(one.battery)
        return one.dev_eui in self._warned or (level is not None and level < self._limits.battery_below)

    def figures(self) -> dict[str, Any]:
        """Return the counts."""
        states = Counter(each.state for each in self._devices)
        health = Counter(each.health for each in self._devices)
        return {
            "devices": {
                "total": len(self._devices),
                **{state: states[state] for state in STATES},
                BATTERY_LOW: len(self._low),
            },
            "health": {name: health[name] for name in HEALTH},
            "last_heard": self._ages(),
            "batteries": self._levels(),
        }

    def _ages(self) -> dict[str, int]:
        """Return the number of devices per age of the last uplink. Suspended devices aren't counted."""
        counts = Counter(self._age(each.last_up) for each in self._devices if each.state != SUSPENDED)
        return {name: counts[name] for name in (*(name for _age, name in AGES), LONGER, NEVER)}

    def _age(self, last_up: int | None) -> str:
        if last_up is None:
            return NEVER
        return next((name for age, name in AGES if self._limits.now - last_up <= age), LONGER)

    def _levels(self) -> dict[str, Any]:
        """Return the number of batteries per ten percent, and of devices without a known level."""
        levels = [percent(each.battery) for each in self._devices]
        tens = Counter(min(level // 10, 9) for level in levels if level is not None)
        external = sum(each.battery == EXTERNAL_POWER for each in self._devices)
        measured = sum(tens.values())
        return {
            "measured": measured,
            "external_power": external,
            "unknown": len(levels) - measured - external,
            "tens": [tens[ten] for ten in range(10)],
        }

    def tables(self) -> dict[str, Rows]:
        """Return the tables about devices, with all rows."""
        quiet = [each for each in self._devices if each.state in (SILENT, NEVER_HEARD)]
        low = [each for each in self._devices if each.dev_eui in self._low]
        return {
            # Latest first: devices that fell silent recently are news.
            "silent": [self._silent(each) for each in sorted(quiet, key=lambda one: (-(one.last_up or 0), one.dev_eui))],
            "batteries": [self._battery(each) for each in sorted(low, key=_by_level)],
            "alarms": [_alarm(each) for each in sorted(self._alarms, key=_by_severity)],
            "device_profiles": self._counted(["device_profile"], ((each, (each.profile,)) for each in self._devices)),
            "domains": self._counted(
                ["domain_group", "domain"], ((each, domain) for each in self._devices for domain in each.domains)
            ),
        }

    def _silent(self, one: Seen) -> dict[str, Any]:
        days = None if one.last_up is None else round((self._limits.now - one.last_up) / DAY, 1)
        return {**_named(one), "connectivity_plan": one.plan, "last_up": utc_of(one.last_up), "silent_days": days}

    def _battery(self, one: Seen) -> dict[str, Any]:
        measures = {"battery_percent": percent(one.battery), "measured": utc_of(one.measured)}
        return {**_named(one), **measures, "alarm": one.dev_eui in self._warned}

    def _counted(self, keys: list[str], members: Iterable[tuple[Seen, tuple[str, ...]]]) -> Rows:
        """Return a row for each group of devices, the largest group first."""
        groups: dict[tuple[str, ...], Counter[str]] = {}
        for one, group in members:
            counts = groups.setdefault(group, Counter())
            counts["devices"] += 1
            counts[one.state] += 1
            counts[BATTERY_LOW] += one.dev_eui in self._low
            counts["alarms"] += self._alarms_of[one.dev_eui]
        ordered = sorted(groups.items(), key=lambda pair: (-pair[1]["devices"], pair[0]))
        return [{**dict(zip(keys, group)), **{name: counts[name] for name in COUNTS}} for group, counts in ordered]


def _named(one: Seen) -> dict[str, Any]:
    domains = ", ".join("%s: %s" % pair for pair in one.domains)
    return {"dev_eui": one.dev_eui, "name": one.name, "device_profile": one.profile, "domains": domains, "tags": one.tags}


def _by_level(one: Seen) -> tuple[bool, int, str]:
    level = percent(one.battery)
    return level is None, level or 0, one.dev_eui


def _by_severity(alarm: dict[str, Any]) -> tuple[int, bool, str, str]:
    """Return the sort key of an alarm: most severe first, unacknowledged before acknowledged, then oldest first."""
    ranks = {name: -number for number, name in SEVERITIES.items()}
    severity = ranks.get(str(alarm.get("severity")), 0)
    return severity, bool(alarm.get("acked")), str(alarm.get("created") or ""), str(alarm.get("dev_eui") or "")


def _alarm(alarm: dict[str, Any]) -> dict[str, Any]:
    domains = ", ".join("%s: %s" % pair for pair in (alarm.get("domains") or {}).items())
    told = {name: alarm.get(name) for name in COLUMNS["alarms"]}
    return {**told, "alarm": alarm.get("name"), "domains": domains}


def alarm_figures(alarms: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the number of alarms by severity and by name, the most frequent name first."""
    pairs = Counter((str(each.get("name")), str(each.get("severity"))) for each in alarms)
    names = Counter(str(each.get("name")) for each in alarms)
    severities = Counter(str(each.get("severity")) for each in alarms)
    ordered = sorted(names, key=lambda name: (-names[name], name))
    split = {name: {each: pairs[name, each] for each in severe()} for name in ordered}
    return {
        "total": len(alarms),
        "not_acked": sum(not each.get("acked") for each in alarms),
        "by_severity": {name: severities[name] for name in severe()},
        "by_alarm": [{"alarm": name, "total": names[name], "by_severity": split[name]} for name in ordered],
    }


def severe() -> list[str]:
    """Return the severities of active alarms, most severe first."""
    return [name for number, name in sorted(SEVERITIES.items(), reverse=True) if name != "cleared"]


def licence_rows(plans: Sequence[dict[str, Any]], devices: Sequence[Seen]) -> Rows:
    """Return the connectivity plans with their licenses, the fullest first (contract, ``granted`` and ``used``)."""
    counts = Counter(each.plan for each in devices)
    rows = []
    for plan in plans:
        granted, used = _number(plan.get("granted")), _number(plan.get("used"))
        left = None if granted is None or used is None else granted - used
        name = str(plan.get("ID") or "")
        told = {"granted": granted, "used": used, "left": left, "devices": counts[name]}
        rows.append({"connectivity_plan": name, "plan_name": str(plan.get("commercialName") or ""), **told})
    return sorted(rows, key=_by_use)


def _by_use(row: dict[str, Any]) -> tuple[float, str]:
    share = row["used"] / row["granted"] if row["granted"] and row["used"] is not None else 0.0
    return -share, row["connectivity_plan"]
