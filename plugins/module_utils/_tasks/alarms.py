# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Selects alarms, and converts them to return values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .._api.resources import Client, ResourceClient
from .._errors import ApiError, OptionError
from .._resources.alarms import FILTERS, NAMES, SHOWN
from .._resources.device.declaration import DEVICE
from .._resources.multicast_group import MULTICAST_GROUP
from .._schema.filters import read_eui, read_filters
from .._schema.severities import CLEARED, SEVERITIES
from .._schema.values import dig
from .._text import utc_of

OPTIONS: dict[str, dict[str, Any]] = {
    "dev_eui": {"type": "list", "elements": "str"},
    "multicast_group": {"type": "str"},
    **{name: each.argument() for name, each in FILTERS.items()},
}
RULES = {"mutually_exclusive": [("dev_eui", "multicast_group"), ("multicast_group", "domain"), ("severity", "min_severity")]}
#: Options with DevEUIs.
DIGITS = frozenset({"dev_eui", "multicast_group"})
ALL = "/devices"
#: The lowest min_severity that the query of past alarms accepts (contract).
LEAST_PAST = 3


@dataclass
class Wanted:
    """The selection of alarms.

    :param dev_euis: alarms of these devices; ``group``: of this multicast group; both empty: of all devices.
    :param filters: canonical values of FILTERS.
    """

    dev_euis: list[str] = field(default_factory=list)
    group: str = ""
    filters: dict[str, Any] = field(default_factory=dict)

    @property
    def owner(self) -> str:
        """The path of the alarm list; empty for one device or group, because its path depends on the platform."""
        if self.group:
            return ""
        # One device's own list also shows whether the device exists, but has no filter for domains.
        one = len(self.dev_euis) == 1 and "domain" not in self.filters
        return "" if one else ALL


def read_wanted(params: dict[str, Any]) -> Wanted:
    """Return the selection; raises :class:`OptionError` for invalid options."""
    dev_euis = params.get("dev_eui")
    if dev_euis is not None and not dev_euis:
        raise OptionError("dev_eui is an empty list: give DevEUIs, or remove it for the alarms of all devices")
    found = [read_eui("dev_eui", each) for each in dev_euis or []]
    group = read_eui("multicast_group", params["multicast_group"]) if params.get("multicast_group") is not None else ""
    return Wanted(found, group, read_filters(FILTERS, params, "alarms", (("created_from", "updated_to"),)))


def alarms(client: Client, wanted: Wanted, history: bool = False) -> Iterator[dict[str, Any]]:
    """Yield the selected alarms as the platform's briefs, latest first.

    Raises :class:`OptionError` if the device or group doesn't exist. Each of the platform's lists supports some filters
    (contract); the others are applied here.
    """
    owner, below, query = wanted.owner, "/alarms" + ("/histories" if history else ""), _query(wanted, history)
    try:
        pages = client.pages(owner + below, query, SHOWN) if owner else _of_one(client, wanted, below, query)
        for page in pages:
            yield from (brief for brief in page if matches(wanted, brief))
    except ApiError as error:
        if error.status == 404 and owner != ALL:
            what = ("multicast_group", wanted.group) if wanted.group else ("dev_eui", wanted.dev_euis[0])
            raise OptionError("%s %s doesn't exist in this subscription: correct it, or check the account" % what) from None
        raise


def _of_one(client: Client, wanted: Wanted, below: str, query: dict[str, Any]) -> list[list[dict[str, Any]]]:
    some = ResourceClient(client, MULTICAST_GROUP if wanted.group else DEVICE)
    return some.at(wanted.group or wanted.dev_euis[0], lambda path: list(client.pages(path + below, query, SHOWN)))


def _query(wanted: Wanted, history: bool) -> dict[str, Any]:
    filters = wanted.filters
    query: dict[str, Any] = {FILTERS[name].query: FILTERS[name].said(filters[name]) for name in filters if name in ALWAYS}
    if wanted.owner == ALL and wanted.dev_euis:
        query["devEUI"] = wanted.dev_euis
    if wanted.owner == ALL and not history:
        if "domain" in filters:
            query["domain"] = FILTERS["domain"].said(filters["domain"])
        if "severity" in filters:
            query.update(state=filters["severity"], stateFiltering="EQUAL")
    least = filters.get("min_severity", CLEARED)
    if least > CLEARED and (least >= LEAST_PAST or not history):
        query["state"] = least
    return query


#: Filters that all lists of the platform support.
ALWAYS = ("alarm", "acked", "created_from", "updated_to")


def matches(wanted: Wanted, brief: dict[str, Any]) -> bool:
    """Return whether an alarm matches the selection, as far as its brief shows."""
    filters, severity = wanted.filters, brief.get("state")
    eui = dig(brief, ("device", "EUI"))
    if wanted.dev_euis and isinstance(eui, str) and eui.upper() not in wanted.dev_euis:
        return False
    if "severity" in filters and severity != filters["severity"]:
        return False
    if isinstance(severity, int) and severity < filters.get("min_severity", CLEARED):
        return False
    domains = dig(brief, ("device", "domains"))
    if "domain" in filters and isinstance(domains, list):
        there = {(dig(each, ("group", "name")), each.get("name")) for each in domains if isinstance(each, dict)}
        return set(filters["domain"]) <= there
    return True


def shown(wanted: Wanted, brief: dict[str, Any]) -> dict[str, Any]:
    """Return an alarm as a return value."""
    given = brief.get("device")
    device: dict[str, Any] = given if isinstance(given, dict) else {}
    severity, number = brief.get("state"), brief.get("ID")
    alone = wanted.group or (wanted.dev_euis[0] if len(wanted.dev_euis) == 1 else "")
    domains = [each for each in device.get("domains") or [] if isinstance(each, dict)]
    told = {
        "uid": brief.get("alarmUid"),
        "id": number,
        "name": NAMES.get(number, "alarm_%s" % number) if isinstance(number, int) else None,
        "severity": SEVERITIES.get(severity, str(severity)) if isinstance(severity, int) else None,
        "acked": brief.get("acked"),
        "acked_by": brief.get("ackedInfo"),
        "acked_at": utc_of(brief.get("ackedTimestamp")) or None,
        "dev_eui": device.get("EUI") or alone or None,
        "device_name": device.get("name"),
        "domains": {str(dig(each, ("group", "name"))): each.get("name") for each in domains} if device else None,
        "occurrences": brief.get("occurrence"),
        "created": utc_of(brief.get("creationTimestamp")) or None,
        "updated": utc_of(brief.get("updateTimestamp")) or None,
        "details": [brief[key] for key in ("addInfo", *("addInfo%d" % number for number in range(2, 6))) if brief.get(key)],
    }
    return {name: value for name, value in told.items() if value is not None}


def summary_of(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the number of alarms by severity and by name."""
    severities = Counter(str(one.get("severity")) for one in found)
    names = Counter(str(one.get("name")) for one in found)
    return {
        "total": len(found),
        "not_acked": sum(not one.get("acked") for one in found),
        "by_severity": {name: severities[name] for name in reversed(SEVERITIES.values()) if severities[name]},
        "by_alarm": dict(sorted(names.items())),
    }
