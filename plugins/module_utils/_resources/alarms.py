# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The words for alarms: their names, and what a list of them can be asked for."""

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
#: What XML doesn't say of an alarm, and of how many there are.
SHOWN: JsonTypes = {
    **dict.fromkeys(("ID", "state", "level", "occurrence", "count", "totalCount"), INTEGER),
    **dict.fromkeys(("creationTimestamp", "updateTimestamp", "ackedTimestamp"), TIME),
    "acked": FLAG,
    "domains": ListOf(),
    "alarmUids": ListOf(),
}


#: What the list of the alarms of all devices can be asked for (contract, /devices/alarms).
FILTERS = {
    "alarm": Filter("ID", Named(NAMES, "alarm", any_number=True)),
    "severity": Filter("state", SEVERITY),
    "min_severity": Filter("state", SEVERITY),
    "acked": Filter("acked", Flag()),
    "domain": Filter("domain", Domains()),
    "created_from": Filter("from", Time()),
    "updated_to": Filter("to", Time(ends=True)),
}
