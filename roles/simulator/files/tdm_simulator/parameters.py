# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Query parameters: typed, and refused when they are not what C says."""

from __future__ import annotations

import datetime
import math
import re
import zoneinfo

from .errors import ApiError
from .fields import TAG_NAME
from .world import now_ms
from .xmlrules import duration_seconds

_OFFSET_BLANK = re.compile(r" ([0-9]{2}:?[0-9]{2})\Z")
_FRACTION = re.compile(r"\.([0-9]{1,9})")
_BASIC_OFFSET = re.compile(r"([+-][0-9]{2})([0-9]{2})\Z")
_YEARS = re.compile(r"P([0-9]{1,3})([YM])\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def boolean(request, name, default=None):
    """A boolean; a parameter without value counts as true (C allowEmptyValue)."""
    value = request.value(name)
    if value is None:
        return default
    if value in ("", "true", "True"):
        return True
    if value in ("false", "False"):
        return False
    raise ApiError("bad_parameter", name, "a boolean is expected")


def choice(request, name, allowed, default=None):
    """One of some words."""
    value = request.value(name, default)
    if value is not None and value not in allowed:
        raise ApiError("bad_parameter", name, value)
    return value


def integer(request, name, default=None, minimum=-(2**31)):
    """An int32."""
    value = request.value(name)
    if value is None:
        return default
    if not re.match(r"-?[0-9]{1,10}\Z", value, re.ASCII):
        raise ApiError("bad_parameter", name, "an integer is expected")
    number = int(value)
    if not minimum <= number < 2**31:
        raise ApiError("bad_parameter", name, "out of range")
    return number


def number(request, name):
    """A number, or None."""
    value = request.value(name)
    if value is None:
        return None
    try:
        found = float(value)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise ApiError("bad_parameter", name, "a number is expected")
    return found


def moment(request, name):
    """A time as epoch milliseconds, or None."""
    value = request.value(name)
    return None if value is None else to_moment(name, value)


def to_moment(name, value):
    """An ISO 8601 time as epoch milliseconds; without offset it is the server's, UTC (C)."""
    text = _OFFSET_BLANK.sub(r"+\1", value.strip())  # a plus sign that was not encoded
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


def window(request, default):
    """(begin, end) in epoch milliseconds of `begin` and `duration`: without begin it ends now (C)."""
    milliseconds = seconds(request.value("duration", default)) * 1000
    begin = moment(request, "begin")
    if begin is None:
        begin = now_ms() - milliseconds
    return begin, begin + milliseconds


def seconds(text):
    """Seconds of a duration like P7D or P1Y, or None; a year is 365 days and a month 30 (?)."""
    match = _YEARS.match(text)
    if match:
        return int(match.group(1)) * (365 if match.group(2) == "Y" else 30) * 86400
    return duration_seconds(text)


def page_size(request, settings):
    """The page size between the minimum and the maximum of the system (C)."""
    wanted = integer(request, "pageSize")
    if wanted is None:
        return settings.page_size_min
    return max(settings.page_size_min, min(settings.page_size_max, wanted))


def page_index(request, settings):
    """The page index from 1 to the limit of the system (C)."""
    index = integer(request, "pageIndex", 1, minimum=1)
    if index > settings.page_index_max:
        raise ApiError("bad_parameter", "pageIndex", "the maximum is %d" % settings.page_index_max)
    return index


def page(request, settings, briefs, sized=False, **more):
    """The document of one page of briefs; the size can be asked for only where C says so."""
    size = page_size(request, settings) if sized else settings.page_size_min
    start = (page_index(request, settings) - 1) * size
    return dict(more, briefs=briefs[start : start + size], more=start + size < len(briefs))


# -- checks of declared parameters: (name, value) -> None, or ApiError ---------------


def whole(low=-(2**31), high=2**31 - 1):
    """A check for an integer between two bounds."""

    def check(name, value):
        if not re.match(r"-?[0-9]{1,10}\Z", value, re.ASCII) or not low <= int(value) <= high:
            raise ApiError("bad_parameter", name, "an integer is expected, %d to %d" % (low, high))

    return check


def word(*allowed):
    """A check for one of some words."""

    def check(name, value):
        if value not in allowed:
            raise ApiError("bad_parameter", name, value)

    return check


def matching(pattern, what):
    """A check for a text of a pattern."""

    def check(name, value):
        if not pattern.match(value):
            raise ApiError("bad_parameter", name, what + " is expected")

    return check


def sorting(*attributes):
    """A check for `<attribute>,<order>` (C)."""

    def check(name, value):
        attribute, _comma, order = value.partition(",")
        if attribute not in attributes or order not in ("asc", "desc", ""):
            raise ApiError("bad_parameter", name, value)

    return check


def span(name, value):
    """A check for a duration like P7D (C)."""
    if not seconds(value):
        raise ApiError("bad_parameter", name, "an ISO 8601 duration is expected")


def expiry(name, value):
    """A check for a time, or a number of seconds (C validityTime)."""
    if not re.match(r"[0-9]{1,9}\Z", value, re.ASCII):
        to_moment(name, value)


def _real(name, value):
    try:
        if math.isfinite(float(value)):
            return
    except ValueError:
        pass
    raise ApiError("bad_parameter", name, "a number is expected")


def _flag(name, value):
    if value not in ("", "true", "True", "false", "False"):
        raise ApiError("bad_parameter", name, "a boolean is expected")


def _text(name, value):
    pass


def _zone(name, value):
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
#: The check of each parameter that means the same wherever C has it.
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
    "language-tag": _text,
}


def texts(*names):
    """Parameters that are any text."""
    return tuple((name, _text) for name in names)
