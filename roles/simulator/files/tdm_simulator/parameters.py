# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Query parameters: typed, and refused when they are not what C says."""

from __future__ import annotations

import datetime
import math
import re

from .errors import ApiError

_OFFSET_BLANK = re.compile(r" ([0-9]{2}:?[0-9]{2})\Z")
_FRACTION = re.compile(r"\.([0-9]{1,9})")
_BASIC_OFFSET = re.compile(r"([+-][0-9]{2})([0-9]{2})\Z")
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
    """An ISO 8601 time as epoch milliseconds; without offset it is the server's, UTC (C)."""
    value = request.value(name)
    if value is None:
        return None
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
