# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The declaration of the AS routing profile: the destinations of the data of the devices that refer to it.

Only ThingPark Wireless has routing profiles. Public clients show their path and fields (O), the contract their ``type``.
"""

from __future__ import annotations

from .._schema.embedded_xml import Routes
from .._schema.filters import Filter, Prefix
from .._schema.json_types import FLAG
from .._schema.parts import Beginning, Identity, Users
from .._schema.resource import WHOLE, Field, Resource
from .._schema.rules import Facts, Rules, in_use
from .._schema.values import Typed

DEFAULT = "it is the default for devices without a routing profile, and is not deleted: make another one the default first"


class RoutingProfileRules(Rules):
    """The rules of a routing profile."""

    def refuse_deletion(self, observed: Facts) -> str:
        is_default = (observed.whole or observed.brief or {}).get("isDefault") is True
        return DEFAULT if is_default else in_use(observed.brief or {}, (("deviceCount", "device"),))


ROUTING_PROFILE = Resource(
    name="routing profile",
    plural="routing profiles",
    document="appServersRoutingProfile",
    path="/appServersRoutingProfiles",
    # The list has no known parameter that finds one profile.
    identity=Identity("id", "ID", Typed(), "", named_by="name"),
    rules=RoutingProfileRules(),
    # Profiles of the type CELLULAR have no routes (contract). Not every platform shows the type (O).
    is_one=lambda brief: brief.get("type") in ("LORAWAN", None),
    brief_keys=("isDefault",),
    scopes={"name_prefix": Beginning(Prefix(), "name")},
    filters={"name": Filter("", Prefix(), begins="name")},
    # Wireless shows a device's profile in its brief (O).
    users=Users("/devices", {"pageSize": 1000, "sort": "EUI,asc"}, ("appServersRoutingProfile", "ID"), "deviceCount"),
    shown={"isDefault": FLAG},
    not_on_enterprise="ThingPark Enterprise has none: use application servers",
    fields=(
        Field("name", ("name",), Typed()),
        Field("routes", ("routes",), Routes(), WHOLE),
    ),
)
