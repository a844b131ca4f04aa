# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The headings that vendors and operators use for a device's options in their tables, besides the options' own names.

Upper and lower case, spaces and punctuation don't count: ``dev_eui64`` stands for ``Dev EUI64`` and ``DevEUI-64`` too. A heading
with different meanings in different tables, such as ``Serial``, ``Model`` or ``Network key``, is left out: the user explains it
with the option ``columns``.
"""

from __future__ import annotations

HEADINGS = {
    "dev_eui": ("eui", "eui64", "dev_eui64", "device_eui", "device_eui64", "lorawan_deveui", "lora_deveui"),
    "onboarding_tag": ("tr005", "tr005_tag", "tr005_code", "qr_code", "lorawan_qr_code", "onboarding_code", "onboarding_qr_code"),
    "name": ("device_name",),
    "device_profile": ("device_profile_id", "device_profile_name", "lorawan_device_profile"),
    "activation": ("activation_mode", "activation_type"),
    "join_eui": ("joineui64", "appeui64", "application_eui", "lorawan_joineui", "lorawan_appeui"),
    "app_key": ("application_key", "otaa_appkey", "lorawan_appkey"),
    "nwk_key": ("network_root_key", "lorawan_nwkkey"),
    "dev_addr": ("device_address",),
    "nwk_s_key": ("network_session_key",),
    "app_s_keys": ("appskey", "application_session_key"),
    "connectivity_plan": ("connectivity_plan_id", "connectivity_plan_name", "network_subscription", "network_subscription_id"),
    "routing_profile": ("routing_profile_id", "as_routing_profile", "as_routing_profile_id"),
    "application_servers": ("application_server", "application_server_id", "application_server_ids"),
    "suspended": ("device_state",),
    "tags": ("tag", "device_tags"),
    "domains": ("domain", "device_domains"),
    "inactivity_alarm": ("alarm_004",),
    "latitude": ("lat",),
    "longitude": ("lon", "lng", "long"),
    "marker_id": ("marker",),
    "customer_admin_data": ("admin_info", "administrative_info", "administrative_data"),
    "driver_application": ("protocol_identifier", "protocol_id"),
}
