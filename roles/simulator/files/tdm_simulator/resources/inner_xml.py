# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""XML inside JSON strings: alarm004, the AppSKeys of ABP devices, and the recipients of alarm mail (C)."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element
from xml.sax.saxutils import quoteattr

from .. import Document
from ..api import xml
from ..api.parameters import duration_seconds
from ..api.shapes import KEY
from ..errors import ApiError

_HOUR = 3600
_DAY = 24 * _HOUR
_STATES = re.compile(r"([1-6])(?:-([1-6]))?\Z")
_PORTS = re.compile(r"[0-9]{1,3}(-[0-9]{1,3})?\Z")


def _parse(field: str, text: str) -> Element:
    try:
        return xml.parse(text)
    except ValueError as problem:
        raise ApiError("invalid", field, problem) from None


def alarm004(text: str) -> str | None:
    """Check an alarm004 document by the rules of C; returns it re-serialized.

    The order of attributes and the white space differ from the request, as
    they may on a real server.
    """
    if not text.strip():
        return None
    root = _parse("alarm004", text)
    if root.tag != "alarm004" or root.attrib or (root.text or "").strip():
        raise ApiError("invalid", "alarm004", "the root element is not a bare alarm004")
    thresholds = {}
    for child in root:
        if child.tag not in ("threshold1", "threshold2") or child.tag in thresholds:
            raise ApiError("invalid", "alarm004", "unexpected element %s" % child.tag)
        if len(child) or (child.text or "").strip() or (child.tail or "").strip():
            raise ApiError("invalid", "alarm004", "%s is not empty" % child.tag)
        thresholds[child.tag] = _threshold(child)
    if not thresholds:
        raise ApiError("invalid", "alarm004", "no threshold")
    first = thresholds.get("threshold1")
    second = thresholds.get("threshold2")
    if second and second["status"] == "ENABLE" and (not first or first["status"] != "ENABLE"):
        raise ApiError("invalid", "alarm004", "threshold2 is enabled without threshold1")
    if first and second:
        for name in ("level", "seconds"):
            if None not in (first[name], second[name]) and first[name] >= second[name]:
                raise ApiError(
                    "invalid",
                    "alarm004",
                    "the %s of threshold1 is not lower" % ("duration" if name == "seconds" else name),
                )
    parts = []
    for name in sorted(thresholds):
        one = thresholds[name]
        parts.append(
            '<%s%s%s status="%s"/>'
            % (
                name,
                "" if one["duration"] is None else ' duration="%s"' % one["duration"],
                "" if one["level"] is None else ' level="%d"' % one["level"],
                one["status"],
            )
        )
    return "<alarm004>%s</alarm004>" % "".join(parts)


def _threshold(element: Element) -> Document:
    unknown = set(element.attrib) - {"status", "level", "duration"}
    if unknown:
        raise ApiError("invalid", "alarm004", "unexpected attribute %s" % sorted(unknown)[0])
    status = element.get("status")
    if status not in ("ENABLE", "DISABLE"):
        raise ApiError("invalid", "alarm004", "status is neither ENABLE nor DISABLE")
    level = element.get("level")
    duration = element.get("duration")
    if status == "ENABLE" and (level is None or duration is None):
        raise ApiError("invalid", "alarm004", "an enabled threshold needs level and duration")
    if level is not None and level not in ("2", "3", "4", "5", "6"):
        raise ApiError("invalid", "alarm004", "level is not 2 to 6")
    seconds = None
    if duration is not None:
        seconds = duration_seconds(duration)
        if seconds is None or not _HOUR <= seconds <= 30 * _DAY:
            raise ApiError("invalid", "alarm004", "duration is not PT1H to P30D")
    return {"status": status, "level": None if level is None else int(level), "duration": duration, "seconds": seconds}


def notifications(text: str) -> str:
    """Check the recipients of alarm mail, by C's examples; returns them re-serialized, in another order of contacts (?)."""
    root = _parse("alarmStateNotifications", text)
    if root.tag != "notifications" or root.attrib:
        raise ApiError("invalid", "alarmStateNotifications", "the root element is not a bare notifications")
    seen: set[int] = set()
    parts = []
    for state in root:
        match = _STATES.match(state.get("val", ""))
        if state.tag != "state" or set(state.attrib) != {"val"} or not match:
            raise ApiError("invalid", "alarmStateNotifications", "a state with a val such as 3 or 4-6 is expected")
        states = set(range(int(match[1]), int(match[2] or match[1]) + 1))
        contacts = sorted((one.get("address", "") for one in state), reverse=True)
        if not states or states & seen:
            raise ApiError("invalid", "alarmStateNotifications", "no state may be there twice")
        if not contacts or any(one.tag != "contact" or set(one.attrib) != {"address"} for one in state):
            raise ApiError("invalid", "alarmStateNotifications", "a contact with an address is expected")
        seen |= states
        inner = "".join("\n    <contact address=%s />" % quoteattr(one) for one in contacts)
        parts.append("\n  <state val='%s'>%s\n  </state>" % (state.get("val"), inner))
    return "<notifications>%s\n</notifications>\n" % "".join(parts)


def app_skeys(text: str) -> None:
    """Check the AppSKeys document of an ABP device (C `appKeys`)."""
    root = _parse("appKeys", text)
    if root.tag != "AppSKeys" or not len(root):
        raise ApiError("invalid", "appKeys", "AppSKeys with at least one AppSKey is expected")
    for child in root:
        if child.tag != "AppSKey" or set(child.attrib) != {"Port"} or len(child):
            raise ApiError("invalid", "appKeys", "AppSKey with a Port is expected")
        if not KEY.match((child.text or "").strip()):
            raise ApiError("invalid", "appKeys", "an AppSKey is not 32 hexadecimal digits")
        if not _ports(child.get("Port", "").strip()):
            raise ApiError("invalid", "appKeys", "malformed Port")


def _ports(text: str) -> bool:
    if text == "*":
        return True
    for part in text.split(","):
        if not _PORTS.match(part.strip()):
            return False
        numbers = [int(number) for number in part.split("-")]
        if not all(1 <= number <= 255 for number in numbers) or numbers != sorted(numbers):
            return False
    return True
