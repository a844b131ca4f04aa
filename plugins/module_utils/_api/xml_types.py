# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The types of the API's fields, by name: what JSON says by itself, and XML doesn't.

They are those of the resources that are read here: Device, DeviceBrief, Subscription, Customers, the lists of device
profiles, plans and application servers (contract), and the error document (X). What isn't named is text, or an object
where it has elements of its own.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Callable

INTEGERS = frozenset(
    (
        *("LastGeoRadius", "alarm1", "alarm2", "alarm3", "alarm4", "alarm5", "alarm6", "alarmCount", "alarmLevel"),
        *("baseStationCount", "classBState", "code", "count", "deviceCount", "granted", "lastBatLevel", "lastSF"),
        *("locationType", "macMajorVersion", "macMinorVersion", "markerID", "maxDestinationPerRoute"),
        "maxTimestampDeviation",
        *("multicastGroupCount", "pingSlotPeriod", "radius", "thingparkPreviousBadConsecutivePwd", "used", "val"),
        "version",
    )
)
NUMBERS = frozenset(
    (
        *("ESP", "RSSI", "SNR", "adminLat", "adminLon", "avgESP", "avgRSSI", "avgSNR", "instantPER", "lastESP"),
        *("lastGeoLat", "lastGeoLon", "lastInstantPER", "lastMeanPER", "lastNbTrans", "lastRSSI", "lastSNR"),
        *("lastTxPower", "lat", "lon"),
    )
)
FLAGS = frozenset(
    (
        *("allowDirectIPMode", "allowMessageMode", "allowed", "baseStationAlarms", "deviceAlarms", "disclaimerRequired"),
        *("isDefault", "lorawan", "mobility", "more", "nwGeoloc", "nwGeolocalization", "payloadEncryption", "prAllowed"),
    )
)
#: Epoch milliseconds in JSON, ``xs:dateTime`` in XML (X).
TIMES = frozenset(
    (
        *("LastGeoTimestamp", "creationDate", "creationTimestamp", "firstUpTimestamp", "lastBatChangeBy"),
        *("lastBatChanged", "lastBatLevelTimestamp", "lastDwTimestamp", "lastMicroflowTimestamp", "lastUpTimestamp"),
        *("lastUpdate", "lorawanSince", "now", "previousConnection", "thingparkLastUnsuccessfulLogin", "timestamp"),
    )
)
#: Lists, and what XML calls one of their members. X knows ``briefs``; the others are made in its manner (?).
LISTS = {
    "LRRs": "LRR",
    "addresses": "address",
    "and": "and",
    "appServers": "appServer",
    "briefs": "brief",
    "customHttpHeaders": "customHttpHeader",
    "defaultIsmBands": "defaultIsmBand",
    "destinations": "destination",
    "devEUIs": "devEUI",
    "domains": "domain",
    "grantedPermissions": "grantedPermission",
    "models": "model",
    "routes": "route",
    "supportedApplications": "supportedApplication",
    "supportedNetworkSubscriptions": "supportedNetworkSubscription",
    "tags": "tag",
    "val": "val",
    "vendors": "vendor",
}
#: Lists of objects that are a text elsewhere: a route's destinations are a document of their own in a text (O).
ALSO_TEXTS = frozenset(("destinations",))
DATE_TIME = re.compile(
    r"(-?\d{4,})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?\Z",
    re.ASCII,
)
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def typed(name: str, text: str) -> object:
    """Return what JSON would hold for a field with this text; None for an empty one that is no text.

    What can't be read as its type comes back as it is: the API "can change without notice".
    """
    convert = _CONVERSIONS.get(name)
    if convert is None:
        return text
    try:
        return convert(text.strip()) if text.strip() else None
    except (ValueError, KeyError, OverflowError):
        return text


def milliseconds_of(text: str) -> int:
    """Return the epoch milliseconds of an ``xs:dateTime`` (without an offset: UTC, ?) or of such a number itself."""
    match = DATE_TIME.match(text)
    if not match:
        return int(text)
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    fraction, offset = match.group(7) or "", match.group(8) or "Z"
    # 24:00:00 is the end of a day (XML Schema), which a datetime doesn't know.
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


_CONVERSIONS: dict[str, Callable[[str], object]] = {
    **dict.fromkeys(INTEGERS, int),
    **dict.fromkeys(NUMBERS, _number),
    **dict.fromkeys(FLAGS, _flag),
    **dict.fromkeys(TIMES, milliseconds_of),
}
