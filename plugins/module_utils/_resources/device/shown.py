# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The types of a device's fields without an option: radio, battery, alarms and location (contract: Device, DeviceBrief)."""

from __future__ import annotations

from ..._schema.json_types import FLAG, INTEGER, NUMBER, TIME, JsonTypes, ListOf

ALARMS = ("alarm1", "alarm2", "alarm3", "alarm4", "alarm5", "alarm6", "alarmCount", "alarmLevel", "count")
SHOWN: JsonTypes = {
    **dict.fromkeys(ALARMS, INTEGER),
    **dict.fromkeys(("LastGeoRadius", "classBState", "lastBatLevel", "lastSF", "macMajorVersion", "macMinorVersion"), INTEGER),
    **dict.fromkeys(("pingSlotPeriod", "radius"), INTEGER),
    **dict.fromkeys(("ESP", "RSSI", "SNR", "avgESP", "avgRSSI", "avgSNR", "instantPER", "lastESP", "lastGeoLat"), NUMBER),
    **dict.fromkeys(("lastGeoLon", "lastInstantPER", "lastMeanPER", "lastNbTrans", "lastRSSI", "lastSNR", "lastTxPower"), NUMBER),
    **dict.fromkeys(("lat", "lon"), NUMBER),
    **dict.fromkeys(("allowDirectIPMode", "allowMessageMode", "allowed", "lorawan", "mobility", "payloadEncryption"), FLAG),
    **dict.fromkeys(("LastGeoTimestamp", "creationDate", "firstUpTimestamp", "lastBatChangeBy", "lastBatChanged"), TIME),
    **dict.fromkeys(("lastBatLevelTimestamp", "lastDwTimestamp", "lastMicroflowTimestamp", "lastUpTimestamp"), TIME),
    "lorawanSince": TIME,
    "LRRs": ListOf(),
    "supportedApplications": ListOf(),
    "val": ListOf("val", INTEGER),
    "models": ListOf(),  # the device profiles that a TR005 tag stands for (contract, ParsedOnboardingTag)
}
