# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Network subscriptions, i.e. connectivity plans: their features and licenses (C)."""

from __future__ import annotations

from .. import Document
from ..api.collection import Collection
from ..api.filters import equals, only
from ..api.parameters import word
from ..world.catalogue import SUPPLIER
from ..world.world import World

_SINCE = 1577836800  # C: an int32, so seconds
_OPERATOR = "kpn"  # ?

#: Features of every plan (C NetworkSubscription, NetworkSubscriptionLorawan; X SubscriptionNetworkDto).
PLAN_FEATURES = {
    "uplinkRate": 6.0,
    "uplinkRateUnit": "HOUR",
    "uplinkBucketSize": 20,
    "uplinkRegulatorPolicy": "MARK",
    "downlinkTransmission": True,
    "downlinkRate": 1.0,
    "downlinkRateUnit": "HOUR",
    "downlinkBucketSize": 10,
    "downlinkRegulatorPolicy": "DROP",
    "thingParkCloudRouting": False,
    "thirdPartyAppServersRouting": True,
    "thingParkKafkaRouting": False,
    "ackedUplinkFrame": True,
    "addLrrMetaInfo": True,
    "addPerInfo": False,
    "adrVersion": 2,
    "allowClassB": True,
    "deviceStatusRequestFrequency": 1.0,
    "deviceStatusRequestFrequencyUnit": "DAY",
    "downlinkSentIndication": True,
    "forceAdaptiveDataRate": False,
    "hrAllowed": False,
    "macroDiversityReliability": 0.9,
    "marginOffset": 0,
    "minAntennaDiversity": 3,
    "mobility": False,
    "multicastMaxLrrCells": 100,
    "nbTransMax": 3,
    "nbTransMin": 1,
    "nbTransOffset": 0,
    "raAllowed": False,
    "reportDeviceBatteryLevel": True,
    "reportDeviceMargin": True,
    "spreadingFactorMin": 7,
    "targetPacketErrorRate": 0.1,
    "uplinkLrrBufferingDuration": "PT0S",
    "uplinkLrrBufferingSize": 0,
}


def _brief(world: World, plan: Document) -> Document:
    return dict(_shown(world, plan), href=PLANS.href(world, plan))


def _shown(world: World, plan: Document) -> Document:
    names = ("ID", "commercialName", "communicationType", "nwGeolocalization", "prAllowed", "granted")
    return {
        **{name: plan[name] for name in names},
        "connectivity": "LORAWAN",
        "maxDestinationPerRoute": 5,
        "used": world.used[plan["ID"]],
        "supplier": dict(SUPPLIER),
    }


def _whole(world: World, plan: Document) -> Document:
    """C NetworkSubscriptionLorawan, X subscriptionNetwork."""
    return {**PLAN_FEATURES, **_shown(world, plan), "commercialDescription": plan["commercialName"]}


def _transaction(world: World, plan: Document) -> Document:
    """The purchase of a plan: one for each."""
    return {
        "ID": plan["ID"],
        "commercialName": plan["commercialName"],
        "granted": plan["granted"],
        "status": "SUBSCRIBED",
        "subscriptionTimestamp": _SINCE,
        "subscriptionOption": {"href": world.href("options/%d" % plan["uid"])},
        "supplier": dict(SUPPLIER),
        "vendor": {"ID": _OPERATOR},
    }


_BY_NAME = {
    "connectivitySupplier": only(SUPPLIER["ID"]),
    "connectivityPlan": equals("ID"),
    "networkSubscriptionID": equals("ID"),
}
PLANS = Collection(
    path="/networkSubscriptions",
    item="/networkSubscriptions/{networkSubscriptionUid}",
    title="network subscription",
    table="plans",
    roots=("subscriptionNetworks", "subscriptionNetwork"),
    verbs=("list", "read"),
    brief=_brief,
    whole=_whole,
    filters={
        **_BY_NAME,
        "connectivity": only("LORAWAN", other=("CELLULAR",)),
        "communicationType": equals("communicationType", word("UNICAST", "MULTICAST")),
    },
    queries={"list": ("language-tag",), "read": ("language-tag",)},
)
TRANSACTIONS = Collection(
    path="/networkSubscriptions/transactions",
    title="transaction",
    table="plans",
    roots=("transactions", ""),
    verbs=("list",),
    brief=_transaction,
    filters={**_BY_NAME, "vendor": only(_OPERATOR)},
    queries={"list": ("language-tag",)},
)
OPERATIONS = [*PLANS.operations(), *TRANSACTIONS.operations()]
