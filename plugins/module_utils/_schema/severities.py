# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The severity of alarms, by number or by name, and the contacts that are notified of each severity."""

from __future__ import annotations

import html
import re
from itertools import groupby
from typing import Any

from .embedded_xml import root_of
from .json_types import INTEGER
from .near import nearest, some_of
from .texts import Fault, shown, text_of, text_within
from .values import Value, ValueType

#: The severity states of an alarm (contract, AlarmBrief).
SEVERITIES = {1: "cleared", 2: "indeterminate", 3: "warning", 4: "minor", 5: "major", 6: "critical"}
CLEARED = 1
#: The value of ``<state val="4-6">`` (contract, ``alarmStateNotifications``). A list, which was never seen, is read too.
RANGE = re.compile(r"([1-6])(?:-([1-6]))?\Z")
EMAIL = re.compile(r"email:[^\s@<>,;]+@[^\s@<>,;]+\Z")
SMS = re.compile(r"sms:\+?[0-9]{4,20}\Z")


class Named(ValueType):
    """A number that has a name; a user may give either.

    :param names: number -> name.
    :param what: the value's name in a sentence.
    :param any_number: accept numbers without a name too: the platform may know more than its documentation.
    """

    json = INTEGER
    empty = None

    def __init__(self, names: dict[int, str], what: str, any_number: bool = False) -> None:
        self.names = names
        self.what = what
        self.any_number = any_number

    def parse(self, raw: object) -> int:
        written = str(super().parse(raw))
        text = written.lower()
        numbers = {name: number for number, name in self.names.items()}
        if text in numbers:
            return numbers[text]
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
        if number in self.names or (self.any_number and number):
            return number
        some = some_of(nearest(text, numbers) or list(numbers))
        raise Fault("is not a known %s: use one of %s, got %s" % (self.what, some, shown(written)))

    def show(self, value: object) -> object:
        return self.names.get(value, value) if isinstance(value, int) else value


SEVERITY = Named(SEVERITIES, "severity of an alarm")


class Notifications(ValueType):
    """The contacts that are notified of alarms, by severity: XML in a text (contract, ``Subscription.alarmStateNotifications``).

    Canonical: a tuple of ``((first, last), contacts)``, by rising severity. Adjacent severities with the same contacts are one
    range, so that all spellings of the same value are equal. Contacts are a set: the contract gives them no order.
    """

    spec = {
        "type": "list",
        "elements": "dict",
        "options": {
            "severities": {"type": "list", "elements": "str", "required": True},
            "contacts": {"type": "list", "elements": "str", "required": True},
        },
    }
    empty = ()
    clears = True

    def parse(self, raw: object) -> Value:
        if raw == "":
            return ()
        if not isinstance(raw, (list, tuple)) or not all(isinstance(item, dict) for item in raw):
            raise Fault("must be a list of notifications, each with severities and contacts")
        found: dict[int, set[str]] = {}
        for item in raw:
            severities, contacts = self._one(item)
            for severity in severities:
                if severity in found:
                    raise Fault(
                        "has the severity %s in two notifications: give its contacts in one of them" % SEVERITIES[severity]
                    )
                found[severity] = contacts
        return _in_ranges(found)

    def _one(self, item: dict[str, Any]) -> tuple[set[int], set[str]]:
        unknown = [name for name in item if name not in ("severities", "contacts")]
        if unknown:
            raise Fault("has a notification with the unknown option %s: use severities and contacts" % shown(unknown[0]))
        severities, contacts = (_listed(item.get(name), name) for name in ("severities", "contacts"))
        try:
            numbers = {SEVERITY.parse(each) for each in severities}
        except Fault as fault:
            raise Fault("has a severity that %s" % fault) from None
        return numbers, {_contact(each) for each in contacts}

    def read(self, api: object) -> object:
        if not isinstance(api, str) or not api.strip():
            return self.empty if api is None or api == "" else api
        found: dict[int, set[str]] = {}
        try:
            for state in root_of(api, "notifications").iter("state"):
                for first, last in (_bounds(part) for part in state.get("val", "").split(",")):
                    for severity in range(first, last + 1):
                        contacts = (each.get("address", "").strip() for each in state.iter("contact"))
                        found.setdefault(severity, set()).update(filter(None, contacts))
        except Fault:
            return api
        return _in_ranges(found)

    def send(self, value: Value) -> str:
        states = []
        for (first, last), contacts in value:
            told = "".join('<contact address="%s"/>' % html.escape(each) for each in contacts)
            states.append('<state val="%s">%s</state>' % (first if first == last else "%d-%d" % (first, last), told))
        return "<notifications>%s</notifications>" % "".join(states)

    def show(self, value: object) -> object:
        if not isinstance(value, tuple):
            return value
        return [
            {"severities": [SEVERITIES[each] for each in range(first, last + 1)], "contacts": list(contacts)}
            for (first, last), contacts in value
        ]


def _listed(given: object, name: str) -> list[object]:
    """Return the severities or contacts of a notification: a list, or a single one."""
    some = list(given) if isinstance(given, (list, tuple)) else [] if given in (None, "") else [given]
    if not some:
        raise Fault("has a notification without %s: give a list of them" % name)
    return some


def _contact(raw: object) -> str:
    """Return a canonical contact; raises :class:`Fault`."""
    text = text_within(raw, "a contact")
    scheme, colon, rest = text.partition(":")
    contact = scheme.lower() + colon + rest.strip()
    if contact.startswith("sms:"):
        contact = re.sub(r"[\s().-]", "", contact)
    if not EMAIL.match(contact) and not SMS.match(contact):
        raise Fault("has the contact %s: write it like email:ann@example.com or sms:+31612345678" % shown(text_of(text)))
    return contact


def _bounds(text: str) -> tuple[int, int]:
    match = RANGE.match(text.strip())
    if not match:
        raise Fault("is unknown")
    first = int(match.group(1))
    return first, int(match.group(2) or first)


def _in_ranges(found: dict[int, set[str]]) -> tuple[tuple[tuple[int, int], tuple[str, ...]], ...]:
    """Return ranges of severities with their contacts; adjacent severities with the same contacts are one range."""
    told = [(severity, tuple(sorted(found[severity]))) for severity in sorted(found) if found[severity]]
    ranges = []
    # Severities without a gap between them have the same difference from their index.
    for (_offset, contacts), some in groupby(enumerate(told), lambda pair: (pair[1][0] - pair[0], pair[1][1])):
        severities = [severity for _place, (severity, _contacts) in some]
        ranges.append(((severities[0], severities[-1]), contacts))
    return tuple(ranges)
