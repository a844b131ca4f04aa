# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters of the list of devices (contract, ``/devices``)."""

from __future__ import annotations

from ..._schema.filters import EUI_PREFIX, Choices, Filter, Measure, PastTime, Prefix, Silence, Time
from ..._schema.references import Domains, References, Tags
from ..._schema.values import Degrees, Flag, Integer, ValueType

FILTERS = {
    "eui_prefix": Filter("devEUI", EUI_PREFIX),
    "name": Filter("name", Prefix()),
    "tag": Filter("tag", Tags(), all_of="tags"),
    "domain": Filter("domain", Domains(), all_of="domains"),
    # "_any" and "_unset" are the list's own words, not plans (contract, networkSubscriptionID).
    "connectivity_plan": Filter("networkSubscriptionID", ValueType(), names="connectivity_plan", words=("_any", "_unset")),
    "application_server": Filter("appServerID", References(), names="application_servers"),
    "health_state": Filter("healthState", Choices("INIT", "ACTIVE", "RF_CNX_ERROR", "SUSPENDED")),
    "query": Filter("query", Prefix()),
    "created_from": Filter("from", Time()),
    "created_to": Filter("to", Time(ends=True)),
    "last_up_before": Filter("", PastTime(), before="lastUpTimestamp"),
    "silent_for": Filter("", Silence(), before="lastUpTimestamp"),
    "network_geolocation": Filter("nwGeolocalization", Flag()),
    "passive_roaming": Filter("prAllowed", Flag()),
    "alarm_level": Filter("alarmLevel", Integer(1, 6), choices=(1, 2, 3, 4, 5, 6)),
    "battery_level": Filter("batteryLevel", Integer(1, 254)),
    # No LoRaWAN radio has values outside these limits: there, the user forgot the minus sign.
    "max_rssi": Filter("infRSSI", Measure(-200, 20)),
    "max_snr": Filter("infSNR", Measure(-50, 50)),
    "min_snr": Filter("supSNR", Measure(-50, 50)),
    "min_latitude": Filter("minLat", Degrees(90)),
    "max_latitude": Filter("maxLat", Degrees(90)),
    "min_longitude": Filter("minLon", Degrees(180)),
    "max_longitude": Filter("maxLon", Degrees(180)),
}
#: Pairs of filters whose first value must not be greater than the second.
RANGES = (
    ("created_from", "created_to"),
    ("min_snr", "max_snr"),
    ("min_latitude", "max_latitude"),
    ("min_longitude", "max_longitude"),
)
