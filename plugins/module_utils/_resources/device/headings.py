# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What vendors and operators call a device's options in the headings of their tables, besides the options' own names.

Upper and lower case, blanks and signs don't count: ``Dev EUI`` is ``DEV_EUI``. A heading that means different things in
different lists, such as ``Serial``, ``Model`` or ``Network key``, is none of these: ``columns`` says what it is.
"""

from __future__ import annotations

HEADINGS = {
    "dev_eui": ("EUI", "EUI64", "Dev EUI64", "Device EUI", "Device EUI64", "LoRaWAN DevEUI", "LoRa DevEUI"),
    "onboarding_tag": ("TR005", "TR005 tag", "TR005 code", "QR code", "LoRaWAN QR code", "Onboarding code", "Onboarding QR code"),
    "name": ("Device name",),
    "device_profile": ("Device profile ID", "Device profile name", "LoRaWAN device profile"),
    "activation": ("Activation mode", "Activation type"),
    "join_eui": ("JoinEUI64", "AppEUI64", "Application EUI", "LoRaWAN JoinEUI", "LoRaWAN AppEUI"),
    "app_key": ("Application key", "OTAA AppKey", "LoRaWAN AppKey"),
    "nwk_key": ("Network root key", "LoRaWAN NwkKey"),
    "dev_addr": ("Device address",),
    "nwk_s_key": ("Network session key",),
    "app_s_keys": ("AppSKey", "Application session key"),
    "connectivity_plan": ("Connectivity plan ID", "Connectivity plan name", "Network subscription", "Network subscription ID"),
    "routing_profile": ("Routing profile ID", "AS routing profile", "AS routing profile ID", "Application server routing profile"),
    "application_servers": ("Application server", "Application server ID", "Application server IDs"),
    "suspended": ("Device state",),
    "tags": ("Tag", "Device tags"),
    "domains": ("Domain", "Device domains"),
    "inactivity_alarm": ("Alarm 004",),
    "latitude": ("Lat",),
    "longitude": ("Lon", "Lng", "Long"),
    "marker_id": ("Marker",),
    "customer_admin_data": ("Admin info", "Administrative info", "Administrative data"),
    "driver_application": ("Protocol identifier", "Protocol ID"),
}
