#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_device_info
short_description: Show LoRaWAN devices in ThingPark's Device Manager
version_added: 0.1.0
description:
  - Returns devices by DevEUI, or all that match the filters, however many pages the platform's list has.
  - Without DevEUIs and filters, returns all devices of the subscription.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
  - lorawan.thingpark.tdm.info
options:
  dev_eui:
    description: The devices with these DevEUIs. Those that aren't there are left out. Can't be given together with filters.
    type: list
    elements: str
  eui_prefix:
    description: Only devices whose DevEUI begins with these digits.
    type: str
  name:
    description: Only devices whose name begins with these characters.
    type: str
  tag:
    description: Only devices with these tags.
    type: list
    elements: str
  domain:
    description: "Only devices with these domains, as C(group: name)."
    type: dict
  connectivity_plan:
    description: Only devices with the connectivity plan of this ID. V(_any) are those with any plan, V(_unset) those without one.
    type: str
  application_server:
    description: Only devices that are associated directly with the application servers of these IDs.
    type: list
    elements: str
  health_state:
    description: Only devices in one of these health states.
    type: list
    elements: str
    choices: [INIT, ACTIVE, RF_CNX_ERROR, SUSPENDED]
  query:
    description: Only devices whose DevEUI or name begins with these characters.
    type: str
  created_from:
    description: Only devices that were created at this time or later, in ISO 8601.
    type: str
  created_to:
    description: Only devices that were created at this time or earlier, in ISO 8601.
    type: str
  network_geolocation:
    description:
      - Only devices whose connectivity plan has network geolocation, or with V(false) hasn't.
      - Ignored with O(connectivity_plan).
    type: bool
  passive_roaming:
    description:
      - Only devices whose connectivity plan allows passive roaming, or with V(false) doesn't.
      - Ignored with O(connectivity_plan).
    type: bool
  alarm_level:
    description: Only devices with an alarm of this level or above that nobody has acknowledged.
    type: int
    choices: [1, 2, 3, 4, 5, 6]
  battery_level:
    description:
      - Only devices whose battery level is this or below.
      - LoRaWAN knows levels from 1 to 254. The number is sent as it is, and the platform judges it.
    type: int
  max_rssi:
    description: Only devices whose average RSSI is this or below, in dBm.
    type: float
  max_snr:
    description: Only devices whose average SNR is this or below, in dB.
    type: float
  min_snr:
    description: Only devices whose average SNR is this or above, in dB.
    type: float
  min_latitude:
    description: Only devices that lie north of this latitude, in decimal degrees.
    type: float
  max_latitude:
    description: Only devices that lie south of this latitude, in decimal degrees.
    type: float
  min_longitude:
    description: Only devices that lie east of this longitude, in decimal degrees.
    type: float
  max_longitude:
    description: Only devices that lie west of this longitude, in decimal degrees.
    type: float
  gather:
    description:
      - V(briefs) returns what the platform's list shows, many devices in one request.
      - V(devices) fetches each whole device too, with its inactivity alarm and its location, in a request for each. On an older
        platform, whose list lacks the tags, it takes two.
    type: str
    choices: [briefs, devices]
    default: briefs
  parallel:
    description: How many requests are under way at once with O(gather=devices).
    type: int
    default: 8
seealso:
  - module: lorawan.thingpark.tdm_device
"""

EXAMPLES = r"""
- name: All suspended devices in Utrecht
  lorawan.thingpark.tdm_device_info:
    domain:
      Site: Utrecht/Centraal
    health_state: [SUSPENDED]
  register: suspended

- name: One device as a whole
  lorawan.thingpark.tdm_device_info:
    dev_eui: 70B3D57ED0000001
    gather: devices
"""

RETURN = r"""
devices:
  description:
    - The devices, with all that the platform tells, in snake_case, and beside it the options of M(lorawan.thingpark.tdm_device)
      as they would be written there. What is null, since the platform doesn't know it, is left out. Keys are never in it.
  returned: success
  type: list
  elements: dict
  sample:
    - dev_eui: 70B3D57ED0000001
      name: park-00001
      activation: OTAA
      device_profile: LORA/GenericA.1.0.4a_ETSI
      connectivity_plan: kpn-cs/seldom
      health_state: ACTIVE
      last_up_timestamp: 1577836800000
login_refused:
  description: The platform refused the login. It is not tried again until the password changes or 15 minutes have passed.
  returned: when the login was refused
  type: bool
held_back:
  description: The password was not even sent, since it was refused shortly before.
  returned: when the login was refused
  type: bool
"""

from ..module_utils._module import main as run_module
from ..module_utils._tasks.device_info import TASK


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
