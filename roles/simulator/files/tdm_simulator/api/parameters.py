# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Query parameters: parses them, and refuses values that violate C."""

from __future__ import annotations

import datetime
import math
import re
import zoneinfo
from typing import Any, Callable, Protocol

from .. import now_ms
from ..errors import ApiError
from ..settings import Settings
from .shapes import TAG_NAME

#: Receives the name and a value of a query parameter; ApiError if the value is invalid.
Check = Callable[[str, str], None]

_OFFSET_BLANK = re.compile(r" ([0-9]{2}:?[0-9]{2})\Z")
_FRACTION = re.compile(r"\.([0-9]{1,9})")
_BASIC_OFFSET = re.compile(r"([+-][0-9]{2})([0-9]{2})\Z")
_YEARS = re.compile(r"P([0-9]{1,3})([YM])\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INTEGER = re.compile(r"-?[0-9]{1,10}\Z", re.ASCII)
_DURATION = re.compile(
    r"P(?=[0-9T])(?:([0-9]{1,6})W)?(?:([0-9]{1,6})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,6})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,9})S)?)?\Z"
)


class Query(Protocol):
    """An object with query parameters: a request or a call."""

    def value(self, name: str, default: Any = None) -> Any:
        """The last value of a parameter."""


# -- values, already checked by the operation ---------------------------------------------


def boolean(query: Query, name: str, default: bool | None = None) -> bool | None:
    """A boolean; a parameter without value counts as true (C allowEmptyValue)."""
    value = query.value(name)
    return default if value is None else value not in ("false", "False")


def integer(query: Query, name: str, default: int | None = None) -> int | None:
    """An int32."""
    value = query.value(name)
    return default if value is None else int(value)


def moment(query: Query, name: str) -> int | None:
    """A time as epoch milliseconds, or None."""
    value = query.value(name)
    return None if value is None else to_moment(name, value)


def to_moment(name: str, value: str) -> int:
    """An ISO 8601 time as epoch milliseconds; without offset it is the server's, UTC (C)."""
    text = _OFFSET_BLANK.sub(r"+\1", value.strip())  # a plus sign, decoded as a blank
    if text[-1:] in ("Z", "z"):
        text = text[:-1] + "+00:00"
    text = _FRACTION.sub(lambda match: "." + match.group(1)[:6].ljust(6, "0"), text)
    text = _BASIC_OFFSET.sub(r"\1:\2", text) if "T" in text else text
    try:
        if not _DATE.match(text):
            raise ValueError(text)
        found = datetime.datetime.fromisoformat(text)
        if found.tzinfo is None:
            found = found.replace(tzinfo=datetime.timezone.utc)
        return int(round(found.timestamp() * 1000))
    except (ValueError, OverflowError):
        raise ApiError("bad_parameter", name, "an ISO 8601 time is expected") from None


def window(query: Query, default: str) -> tuple[int, int]:
    """(begin, end) in epoch milliseconds of `begin` and `duration`: without begin it ends now (C)."""
    milliseconds = (seconds(query.value("duration", default)) or 0) * 1000
    begin = moment(query, "begin")
    if begin is None:
        begin = now_ms() - milliseconds
    return begin, begin + milliseconds


def seconds(text: str) -> int | None:
    """Seconds of a duration like P7D or P1Y, or None; a year is 365 days and a month 30 (?)."""
    match = _YEARS.match(text)
    if match:
        return int(match.group(1)) * (365 if match.group(2) == "Y" else 30) * 86400
    return duration_seconds(text)


def duration_seconds(text: str) -> int | None:
    """Seconds of a duration like P2D or PT12H, or None if invalid."""
    match = _DURATION.match(text)
    if not match:
        return None
    weeks, days, hours, minutes, rest = (int(part or 0) for part in match.groups())
    return weeks * 7 * 86400 + days * 86400 + hours * 3600 + minutes * 60 + rest


def page_size(query: Query, settings: Settings) -> int:
    """The page size between the minimum and the maximum of the system (C)."""
    wanted = integer(query, "pageSize")
    if wanted is None:
        return settings.page_size_min
    return max(settings.page_size_min, min(settings.page_size_max, wanted))


def page_index(query: Query, settings: Settings) -> int:
    """The page index from 1 to the limit of the system (C)."""
    index = int(query.value("pageIndex", 1))
    if index > settings.page_index_max:
        raise ApiError("bad_parameter", "pageIndex", "the maximum is %d" % settings.page_index_max)
    return index


# -- checks of declared parameters: (name, value) -> None, or ApiError ---------------


def whole(low: int = -(2**31), high: int = 2**31 - 1) -> Check:
    """A check for an integer between two bounds."""

    def check(name: str, value: str) -> None:
        if not _INTEGER.match(value) or not low <= int(value) <= high:
            raise ApiError("bad_parameter", name, "an integer is expected, %d to %d" % (low, high))

    return check


def word(*allowed: str) -> Check:
    """A check for one of some words."""

    def check(name: str, value: str) -> None:
        if value not in allowed:
            raise ApiError("bad_parameter", name, value)

    return check


def matching(pattern: re.Pattern[str], what: str) -> Check:
    """A check for a text of a pattern."""

    def check(name: str, value: str) -> None:
        if not pattern.match(value):
            raise ApiError("bad_parameter", name, what + " is expected")

    return check


def sorting(*attributes: str) -> Check:
    """A check for an order `<attribute>,<order>` (C)."""

    def check(name: str, value: str) -> None:
        attribute, _comma, order = value.partition(",")
        if attribute not in attributes or order not in ("asc", "desc", ""):
            raise ApiError("bad_parameter", name, value)

    return check


def span(name: str, value: str) -> None:
    """A check for a duration like P7D (C)."""
    if not seconds(value):
        raise ApiError("bad_parameter", name, "an ISO 8601 duration is expected")


def expiry(name: str, value: str) -> None:
    """A check for a time, or a number of seconds (C validityTime)."""
    if not re.match(r"[0-9]{1,9}\Z", value, re.ASCII):
        to_moment(name, value)


def _real(name: str, value: str) -> None:
    try:
        if math.isfinite(float(value)):
            return
    except ValueError:
        pass
    raise ApiError("bad_parameter", name, "a number is expected")


def _flag(name: str, value: str) -> None:
    if value not in ("", "true", "True", "false", "False"):
        raise ApiError("bad_parameter", name, "a boolean is expected")


def any_text(name: str, value: str) -> None:
    """A check that accepts any text."""


def _zone(name: str, value: str) -> None:
    try:
        zoneinfo.ZoneInfo(value)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        # A machine without the time zone database still knows UTC.
        if value != "UTC":
            raise ApiError("bad_parameter", name, "no such time zone") from None


#: The check of a tag's name (C TagName).
TAG = matching(TAG_NAME, "a tag name")
_MODE = word("BASIC", "ADVANCED")
_CONNECTIVITY = word("LORAWAN", "CELLULAR")
#: The check of each parameter that has the same meaning everywhere in C.
USUAL = {
    **dict.fromkeys(("pageIndex",), whole(1)),
    **dict.fromkeys(("pageSize", "batteryLevel", "limit", "page", "perPage", "fCntDn", "aFCntDn"), whole()),
    **dict.fromkeys(("from", "to", "begin"), to_moment),
    **dict.fromkeys(("duration", "step"), span),
    **dict.fromkeys(("minLat", "minLon", "maxLat", "maxLon", "infRSSI", "infSNR", "supSNR"), _real),
    **dict.fromkeys(
        ("acked", "async", "force", "overflow", "confirmed", "flushDownlinkQueue", "retryIneligibleGateways", "prAllowed"), _flag
    ),
    **dict.fromkeys(("forceDevAddrs", "nwGeolocalization", "destinationsRequired"), _flag),
    **dict.fromkeys(("tag", "bsTag"), TAG),
    "timezone": _zone,
    "connectivity": _CONNECTIVITY,
    "networkSubscriptionsHandlingMode": _MODE,
    "alarmLevel": whole(),
    "language-tag": any_text,
}


def texts(*names: str) -> tuple[tuple[str, Check], ...]:
    """Parameters that accept any text."""
    return tuple((name, any_text) for name in names)
