# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The declaration of the subscription's settings (contract: schemas Subscription, Restricted).

``NO_OPTIONS`` lists the contract's writable fields that have no option.
"""

from __future__ import annotations

import re

from .._schema.parts import Identity, Listing
from .._schema.references import References
from .._schema.resource import WHOLE, Field, Resource
from .._schema.sections import Section
from .._schema.severities import Notifications
from .._schema.texts import Fault, shown
from .._schema.values import Hex, Typed

#: A NetID of the LoRa Alliance (contract, ``nonRoamingDevicesNetID``).
NET_ID = re.compile(r"(?:[02]000[0-3][0-9A-F]|400[01][0-9A-F]{2}|[6-9A-F][0-9A-F]{5})\Z")
#: The contract's writable fields that have no option.
NO_OPTIONS = (
    "defaultIsmBand",  # deprecated: replaced by defaultIsmBands
    "baseStationTagsNamespace",  # deprecated: always ALL
    "occContext",  # used by the engine for optimistic locking
)


class NetId(Hex):
    """The number of a LoRaWAN network."""

    def __init__(self) -> None:
        super().__init__(6, "NetID")

    def parse(self, raw: object) -> str:
        text = super().parse(raw)
        if not NET_ID.match(text):
            raise Fault(
                "is not a NetID that the platform accepts: it must be like 000002, 40010A or 60000A, got %s" % shown(text)
            )
        return text


#: The contract mentions optimistic locking but gives this document no version: the engine sends one (?).
RESTRICTED = Section("/restricted", "restricted", ("ra",))

SUBSCRIPTION = Resource(
    name="subscription",
    plural="subscription",  # there is one
    path="",
    identity=Identity("", "", Typed(), ""),
    rights=("ra", "s1"),
    is_less_in_xml=True,
    fields=(
        Field("alarm_notifications", ("alarmStateNotifications",), Notifications(), WHOLE),
        Field("default_ism_bands", ("defaultIsmBands",), References("name"), WHOLE, refers_to=Listing("/ismBands", "name")),
        # The restricted settings have this field too, but need a stronger right.
        Field("ns_id", ("nsID",), Hex(16, "NSID"), WHOLE),
        Field("non_roaming_net_id", ("nonRoamingDevicesNetID",), NetId(), WHOLE, section=RESTRICTED),
        Field("roaming_net_id", ("roamingDevicesNetID",), NetId(), WHOLE, section=RESTRICTED),
        Field("segregation_id", ("segregationID",), Hex(8, "segregation ID"), WHOLE, section=RESTRICTED),
    ),
)
