# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Turns the texts of XML into the values that JSON would hold, and has the types that no declaration gives.

A resource's types come from its declaration. This module has the types of keys that any answer may hold, and those of the login
and the subscription.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Callable

from .._schema.json_types import FLAG, INTEGER, NUMBER, TIME, JsonTypes, ListOf

#: A list's frame, the version of a resource (contract, OccContext), and the error document (X).
COMMON: JsonTypes = {
    "briefs": ListOf(),
    "more": FLAG,
    "now": TIME,
    "version": INTEGER,
    "lastUpdate": TIME,
    "code": INTEGER,
}
#: The types of the contract's Customers, the answer that starts a session.
CUSTOMERS: JsonTypes = {
    "and": ListOf("and"),
    "disclaimerRequired": FLAG,
    "grantedPermissions": ListOf(),
    "previousConnection": TIME,
    "thingparkLastUnsuccessfulLogin": TIME,
    "thingparkPreviousBadConsecutivePwd": INTEGER,
}
#: The types of the contract's Subscription.
SUBSCRIPTION: JsonTypes = {
    "creationTimestamp": TIME,
    "defaultIsmBands": ListOf(),
    "grantedPermissions": ListOf(),
    "maxDestinationPerRoute": INTEGER,
    "nwGeolocalization": FLAG,
    "prAllowed": FLAG,
    "supportedNetworkSubscriptions": ListOf(),
    "timestamp": TIME,
}
DATE_TIME = re.compile(
    r"(-?\d{4,})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?\Z",
    re.ASCII,
)
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def typed(kind: str, text: str) -> object:
    """Return the value that JSON would hold for this text; None for an empty one of another type than text.

    A text that can't be read as its type comes back as it is: the API "can change without notice".
    """
    convert = _CONVERSIONS.get(kind)
    if convert is None:
        return text
    try:
        return convert(text.strip()) if text.strip() else None
    except (ValueError, KeyError, OverflowError):
        return text


def milliseconds_of(text: str) -> int:
    """Return the epoch milliseconds of an ``xs:dateTime`` (without an offset: UTC, ?), or the number if the text is one."""
    match = DATE_TIME.match(text)
    if not match:
        return int(text)
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    fraction, offset = match.group(7) or "", match.group(8) or "Z"
    # 24:00:00 is the end of a day in XML Schema, but Python's datetime doesn't accept it.
    moment = datetime(year, month, day, hour % 24, minute, second, tzinfo=timezone.utc) + timedelta(days=hour // 24)
    if offset != "Z":
        distance = timedelta(hours=int(offset[1:3]), minutes=int(offset[4:6]))
        moment -= -distance if offset[0] == "-" else distance
    return (moment - EPOCH) // timedelta(milliseconds=1) + int((fraction + "000")[:3])


def _number(text: str) -> object:
    try:
        return int(text)
    except ValueError:
        return float(text)


def _flag(text: str) -> bool:
    return {"true": True, "1": True, "false": False, "0": False}[text.lower()]


_CONVERSIONS: dict[str, Callable[[str], object]] = {INTEGER: int, NUMBER: _number, FLAG: _flag, TIME: milliseconds_of}
