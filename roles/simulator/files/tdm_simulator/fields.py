# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The types of a device's fields in requests, by C: schema first, rules afterwards."""

from __future__ import annotations

import base64
import binascii
import re
import struct

from .catalogue import MOTION_INDICATORS
from .errors import ApiError

EUI = re.compile(r"[0-9A-Fa-f]{16}\Z")
DEV_ADDR = re.compile(r"[0-9A-Fa-f]{8}\Z")
KEY = re.compile(r"[0-9A-Fa-f]{32}\Z")
PROTOCOL = re.compile(
    r"[a-zA-Z0-9-]{1,8}:[a-zA-Z0-9-]{1,16}:(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)"
    r"(\.(0|[1-9][0-9]*))?(-[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)*)?"
    r"(\+[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)*)?)?\Z"
)
_DOMAIN_PART = r"(?! )[^\x00-\x1F/:<>\x7F]{1,20}(?<! )"
DOMAIN_NAME = re.compile(r"(%s/){0,4}%s\Z" % (_DOMAIN_PART, _DOMAIN_PART))
DOMAIN_GROUP = re.compile(r"(?! )[^\x00-\x1F:<>\x7F]{1,20}(?<! )\Z")
TAG_NAME = re.compile(r"[^\x00-\x20<>\x7F]([^\x00-\x1F<>\x7F]{0,38}[^\x00-\x20<>\x7F])?\Z")

#: Keys: never returned by the API (C writeOnly).
KEYS = ("appKey", "nwkKey", "appKeys", "nwKey", "sNwkSIntKey", "nwkSEncKey")
WRITE_ONLY = KEYS + ("ownerToken", "exchangeKeyVersion", "hsmAppKeyVersion", "hsmNwkKeyVersion", "verificationCode")
#: Fields that an update may repeat but not change (C x-updateForbidden).
UPDATE_FORBIDDEN = ("EUI", "activation", "nwAddress", "connectivity", "ownerToken")

_TEXT = WRITE_ONLY + (
    "EUI",
    "activation",
    "appEUI",
    "nwAddress",
    "connectivity",
    "name",
    "customerAdminData",
    "alarm004",
    "motionIndicator",
    "suspension",
    "appKeyEncryptionMode",
)
_OBJECTS = ("model", "networkSubscription", "driverMetadata", "occContext", "appServersRoutingProfile", "debug")
_INTEGERS = ("markerID", "locationType")
_NUMBERS = {"adminLat": 90.0, "adminLon": 180.0}
#: May be null: that takes the plan or the route away.
_NULLABLE = ("networkSubscription", "appServersRoutingProfile")
_ENUMS = {
    "activation": ("OTAA", "ABP"),
    "connectivity": ("LORAWAN", "CELLULAR"),
    "motionIndicator": MOTION_INDICATORS,
    "suspension": ("NONE", "SUBSCRIBER_SUSPENDED"),
    "locationType": (0, 1),
}


def check_types(body):
    """Refuse a device document whose fields have not the types of C; unknown fields pass."""
    for name in _TEXT:
        if name in body and not isinstance(body[name], str):
            raise ApiError("invalid", name, "a string is expected")
    for name in _OBJECTS:
        taken_away = name in _NULLABLE and body.get(name) is None
        if name in body and not taken_away and not isinstance(body[name], dict):
            raise ApiError("invalid", name, "an object is expected")
    for name in _INTEGERS:
        if name in body:
            body[name] = integer(name, body[name])
    for name, bound in _NUMBERS.items():
        if name in body:
            value = body[name]
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise ApiError("invalid", name, "a number is expected")
            if not -bound <= value <= bound:
                raise ApiError("invalid", name, "out of range")
    for name, allowed in _ENUMS.items():
        if name in body and body[name] not in allowed:
            raise ApiError("invalid", name, body[name])
    for name, pattern in (("EUI", EUI), ("appEUI", EUI), ("nwAddress", DEV_ADDR)):
        if name in body and not pattern.match(body[name]):
            raise ApiError("invalid", name, "hexadecimal digits are expected")
    if "name" in body and not body["name"].strip():
        raise ApiError("invalid", "name", "it is empty")


def integer(name, value):
    """An int32 (a float without fraction is one in JSON Schema)."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ApiError("invalid", name, "an integer is expected")
    if not -(2**31) <= value < 2**31:
        raise ApiError("invalid", name, "out of range")
    return value


def float32(value):
    """The value as a 32-bit float keeps it (C format: float)."""
    return struct.unpack("f", struct.pack("f", value))[0]


def check_key(name, value, encrypted):
    """A key in clear is 32 hexadecimal digits; encrypted with an RSA key it is base64 (C)."""
    if encrypted:
        try:
            if len(base64.b64decode(value, validate=True)) >= 64:
                return
        except (binascii.Error, ValueError):
            pass
        raise ApiError("invalid", name, "base64 of an encrypted key is expected")
    if not KEY.match(value):
        raise ApiError("invalid", name, "32 hexadecimal digits are expected")


def reference(body, name, nullable=False):
    """The ID inside an object like model or networkSubscription."""
    value = body[name].get("ID")
    if value is None and nullable:
        return None
    if value is None:
        raise ApiError("missing", name + ".ID")
    if not isinstance(value, str):
        raise ApiError("invalid", name + ".ID", "a string is expected")
    return value


def domains(value, name="domains", one_per_group=True):
    """A checked list of domains: patterns, and at most one for a group (C)."""
    if not isinstance(value, list):
        raise ApiError("invalid", name, "an array is expected")
    found = []
    for item in value:
        group = item.get("group") if isinstance(item, dict) else None
        group_name = group.get("name") if isinstance(group, dict) else None
        domain_name = item.get("name") if isinstance(item, dict) else None
        if not isinstance(domain_name, str) or not DOMAIN_NAME.match(domain_name):
            raise ApiError("invalid", name, "malformed domain name")
        if not isinstance(group_name, str) or not DOMAIN_GROUP.match(group_name):
            raise ApiError("invalid", name, "malformed domain group name")
        if one_per_group and any(other["group"]["name"] == group_name for other in found):
            raise ApiError("invalid", name, "two domains of the group %s" % group_name)
        found.append({"name": domain_name, "group": {"name": group_name}})
    return found


def tag_name(body):
    """The checked name of a tag (C TagName)."""
    name = body.get("name")
    if name is None:
        raise ApiError("missing", "name")
    if not isinstance(name, str) or not TAG_NAME.match(name):
        raise ApiError("invalid", "name", "malformed tag name")
    return name
