# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The types of value that only filters have: a prefix of a DevEUI or a name, a time, a duration of silence, a limit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from .._errors import OptionError
from .embedded_xml import seconds_of
from .references import Domains
from .texts import Fault, shown
from .values import EUI, HEX, SEPARATORS, Choice, ValueType

#: The text of a number that YAML and Python make of an unquoted 10.10, 24.0 or 2.4e12.
FLOAT = re.compile(r"(\d+)\.(\d+)(?:[Ee]\d+)?\Z", re.ASCII)
LONGEST_SILENCE = 3650 * 24 * 3600  # seconds; no device is older
#: A time in ISO 8601, or as Python and YAML write it: with a space in the middle, or without a time of day.
TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:(?:[Tt]| +)(\d\d:\d\d)(:\d\d)?(?:\.(\d{1,9}))? *([Zz]|[+-]\d\d(?::?\d\d)?)?)?\Z", re.ASCII
)


@dataclass(frozen=True)
class Filter:
    """A filter of a list of resources.

    :param query: the list's parameter (contract); empty if the list has none, so that this collection filters the briefs.
    :param type: the type of its values.
    :param names: the option that refers to the same resources, if a user may give names and the list knows only IDs.
    :param words: words that may be given instead of such a name.
    :param all_of: the option of which a resource must have all the given values. The contract doesn't say whether one is enough.
    :param choices: the only values that may be given.
    :param begins: the option whose value must begin with the filter's, if the list has no parameter.
    :param before: the brief's key of a time that must be before the filter's, if the list has no parameter. A brief without
        that time matches.
    """

    query: str
    type: ValueType
    names: str = ""
    words: tuple[str, ...] = ()
    all_of: str = ""
    choices: tuple[int, ...] = ()
    begins: str = ""
    before: str = ""

    def argument(self) -> dict[str, Any]:
        """Return this filter's entry in an argument spec."""
        return {**self.type.spec, **({"choices": list(self.choices)} if self.choices else {})}

    def said(self, value: object) -> object:
        """Return a canonical value as a query parameter: true and false are JSON's words."""
        if isinstance(value, bool):
            return str(value).lower()
        return ["%s:%s" % pair for pair in value] if isinstance(self.type, Domains) and isinstance(value, tuple) else value


def read_filters(
    declared: dict[str, Filter], given: dict[str, Any], plural: str, ranges: tuple[tuple[str, str], ...] = ()
) -> dict[str, Any]:
    """Return the given filters with canonical values; raises :class:`OptionError` for filters that nothing could match.

    An empty filter is a mistake too: without it, all resources would match.

    :param plural: the resources' name in a sentence.
    :param ranges: pairs of filters; the value of the first must not be greater than that of the second.
    """
    found: dict[str, Any] = {}
    for option, each in declared.items():
        if given.get(option) is None:
            continue
        try:
            value = "" if not str(given[option]).strip() else each.type.parse(given[option])
        except Fault as fault:
            raise OptionError("%s %s" % (option, fault)) from None
        if value in ("", ()):
            raise OptionError("%s is empty: leave it out to match all %s, or say what to look for" % (option, plural))
        found[option] = value
    for low, high in ranges:
        if low in found and high in found and _is_beyond(found[low], found[high]):
            message = "%s (%s) is beyond %s (%s), so none of the %s could match"
            raise OptionError(message % (low, found[low], high, found[high], plural))
    return found


def read_eui(option: str, given: object) -> str:
    """Return the DevEUI that an option gives; raises :class:`OptionError` if it is invalid."""
    try:
        return str(EUI.parse(given))
    except Fault as fault:
        raise OptionError("%s %s" % (option, fault)) from None


def _is_beyond(low: object, high: object) -> bool:
    """Return whether a range runs backwards; False if one of two times is in the server's offset, which is unknown."""
    if isinstance(low, str) and isinstance(high, str):
        first, last = moment(low), moment(high)
        return (first.tzinfo is None) == (last.tzinfo is None) and first > last
    return isinstance(low, float) and isinstance(high, float) and low > high


class HexPrefix(ValueType):
    """The first hexadecimal digits of a number, in any spelling that the whole number may have.

    :param digits: the number of digits of the whole number.
    """

    def __init__(self, digits: int) -> None:
        self.digits = digits

    def parse(self, raw: object) -> str:
        text = str(raw).translate(SEPARATORS).upper()
        number = FLOAT.match(str(raw))
        # A dot between complete pairs of digits is a separator; any other dot means that YAML read a number.
        if isinstance(raw, float) or number and any(len(part) % 2 for part in number.groups()):
            raise Fault("is the number %s, which may differ from what you wrote: quote it, and leave out its dot" % shown(raw))
        if not HEX.match(text) or len(text) > self.digits:
            got = "%d of them" % len(text) if HEX.match(text) else shown(raw)
            raise Fault("must be 1 to %d hexadecimal digits, got %s" % (self.digits, got))
        return text


#: The first digits of a DevEUI.
EUI_PREFIX = HexPrefix(16)


class Prefix(ValueType):
    """The first characters of a name. A space at the end counts: ``Room 1`` with a space after it leaves out ``Room 10``."""

    def parse(self, raw: object) -> str:
        return str(raw).lstrip().rstrip("\t\r\n") if super().parse(raw) else ""


class Measure(ValueType):
    """A finite number within bounds."""

    spec = {"type": "float"}

    def __init__(self, low: float, high: float) -> None:
        self.low = low
        self.high = high

    def parse(self, raw: object) -> float:
        try:
            value = float(str(raw))
        except ValueError:
            value = float("nan")
        if not self.low <= value <= self.high:
            raise Fault("must be a number from %g to %g, got %s" % (self.low, self.high, shown(raw)))
        return value


class Choices(Choice):
    """A list of the contract's words."""

    def __init__(self, *words: str) -> None:
        super().__init__(*words)
        self.spec = {"type": "list", "elements": "str"}

    def parse(self, raw: object) -> tuple[str, ...]:  # type: ignore[override]
        return tuple(Choice.parse(self, each) for each in (raw if isinstance(raw, (list, tuple)) else [raw]))


class Time(ValueType):
    """A time in the contract's spelling. Without an offset, it is in the server's (contract, ``from`` and ``to``).

    :param ends: a date alone means the end of that day, not its start.
    """

    def __init__(self, ends: bool = False) -> None:
        self.ends = ends

    def parse(self, raw: object) -> str:
        text = str(super().parse(raw))
        match = TIME.match(text)
        try:
            if not match:
                raise ValueError
            day, minute, second, fraction, offset = match.groups("")
            clock = minute + (second or ":00") + ("." + fraction[:3].ljust(3, "0") if fraction else "")
            if not minute:
                clock = "23:59:59.999" if self.ends else "00:00:00"
            if offset[1:]:
                offset = offset[:3] + ":" + (offset[3:].lstrip(":") or "00")
            time = "%sT%s%s" % (day, clock, offset.upper())
            moment(time)  # there is no 30 February
        except ValueError:
            raise Fault("must be a date and time like 2018-08-24T09:27:59Z, got %s" % shown(text)) from None
        return time


class PastTime(Time):
    """A time in the past that this collection compares itself, so that it needs an offset. Canonical: epoch milliseconds."""

    def parse(self, raw: object) -> int:  # type: ignore[override]
        text = super().parse(raw)
        when = moment(text)
        if when.tzinfo is None:
            raise Fault("has no offset from UTC: write it like 2018-08-24T09:27:59Z, got %s" % shown(text))
        if when > datetime.now(timezone.utc):
            raise Fault("is in the future, when nothing was sent yet, got %s" % shown(text))
        return _milliseconds(when)


class Silence(ValueType):
    """A time without uplinks, an ISO 8601 duration. Canonical: its start in epoch milliseconds, by this machine's clock."""

    def parse(self, raw: object) -> int:
        seconds = seconds_of(super().parse(raw))
        if not 1 <= seconds <= LONGEST_SILENCE:
            raise Fault("must be from PT1S to P3650D, got %s" % shown(raw))
        return _milliseconds(datetime.now(timezone.utc)) - 1000 * seconds


def _milliseconds(when: datetime) -> int:
    return round(when.timestamp() * 1000)


def moment(time: str) -> datetime:
    """Return the datetime of a canonical time; raises :class:`ValueError` for a day that doesn't exist."""
    return datetime.fromisoformat(time.replace("Z", "+00:00"))
