# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Alarms: their names, the types of their fields, and the filters of their list."""

from __future__ import annotations

from .._schema.filters import Filter, Time
from .._schema.json_types import FLAG, INTEGER, TIME, JsonTypes, ListOf
from .._schema.references import Domains
from .._schema.severities import SEVERITY, Named
from .._schema.values import Flag

#: The alarms that Actility publishes (docs.thingpark.com). Their numbers are the platform's, their names ours.
NAMES = {
    1: "battery_low",
    2: "downlink_rate_exceeded",
    3: "uplink_rate_exceeded",
    4: "no_uplink",
    5: "data_rate_higher",
    6: "data_rate_lower",
    7: "join_replay_dev_nonce",
    8: "join_mic_wrong",
    9: "join_replay_mic",
    10: "uplink_replay_counter",
    11: "uplink_replay_repeated",
    12: "mac_command_rejected",
    13: "mac_command_unanswered",
    14: "join_eui_invalid",
    15: "join_replay_dev_nonce_invalid",
    16: "uplink_mic_wrong",
}
#: The types of an alarm's fields, and of the counts of alarms (XML doesn't show types).
SHOWN: JsonTypes = {
    **dict.fromkeys(("ID", "state", "level", "occurrence", "count", "totalCount"), INTEGER),
    **dict.fromkeys(("creationTimestamp", "updateTimestamp", "ackedTimestamp"), TIME),
    "acked": FLAG,
    "domains": ListOf(),
    "alarmUids": ListOf(),
}


#: The filters of the list of all devices' alarms (contract, /devices/alarms).
FILTERS = {
    "alarm": Filter("ID", Named(NAMES, "alarm", any_number=True)),
    "severity": Filter("state", SEVERITY),
    "min_severity": Filter("state", SEVERITY),
    "acked": Filter("acked", Flag()),
    "domain": Filter("domain", Domains()),
    "created_from": Filter("from", Time()),
    "updated_to": Filter("to", Time(ends=True)),
}
