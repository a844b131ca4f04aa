# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The types of a device's fields in requests, by C: schema first, rules afterwards."""

from __future__ import annotations

import re
import struct

from .catalogue import MOTION_INDICATORS
from .errors import ApiError
from .shapes import OCC, Flag, Many, Number, Text, Thing

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

#: C Device and DeviceLorawan, as far as they are a client's to send.
DEVICE = Thing(
    EUI=Text(EUI, "16 hexadecimal digits"),
    appEUI=Text(EUI, "16 hexadecimal digits"),
    nwAddress=Text(DEV_ADDR, "8 hexadecimal digits"),
    activation=Text(choices=("OTAA", "ABP")),
    connectivity=Text(choices=("LORAWAN", "CELLULAR")),
    motionIndicator=Text(choices=MOTION_INDICATORS),
    suspension=Text(choices=("NONE", "SUBSCRIBER_SUSPENDED")),
    name=Text(re.compile(r".*\S", re.DOTALL), "a name that is not empty"),
    markerID=Number(),
    locationType=Number(choices=(0, 1)),
    adminLat=Number(-90, 90, whole=False),
    adminLon=Number(-180, 180, whole=False),
    model=Thing(ID=Text()),
    #: null takes the plan or the route away.
    networkSubscription=Thing(_nullable=True, ID=Text(nullable=True), nwGeolocalization=Flag(), prAllowed=Flag()),
    appServersRoutingProfile=Thing(_nullable=True, ID=Text(nullable=True)),
    appServers=Many(Thing(ID=Text())),
    domains=Many(Thing(name=Text(), group=Thing(name=Text()))),
    driverMetadata=Thing(application=Text()),
    debug=Thing(nwGeoloc=Flag()),
    occContext=OCC,
    **dict.fromkeys((*WRITE_ONLY, "customerAdminData", "alarm004", "appKeyEncryptionMode"), Text()),
)


def check_types(body):
    """A device document whose fields have the types of C; ApiError otherwise; unknown fields pass."""
    return DEVICE.check("", body)


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


def check_key(name, value):
    """A key in clear is 32 hexadecimal digits (C)."""
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
