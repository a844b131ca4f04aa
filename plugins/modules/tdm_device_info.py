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
  - Returns devices by DevEUI, or all that match the filters, with all pages of the platform's list.
  - Without any of them, returns all devices of the subscription.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
  - lorawan.thingpark.tdm.info
options:
  dev_eui:
    description: DevEUIs of the devices. Those that aren't there are left out.
    type: list
    elements: str
  eui_prefix:
    description: First digits of the DevEUI.
    type: str
  name:
    description: First characters of the name.
    type: str
  tag:
    description: Tags that the devices have.
    type: list
    elements: str
  domain:
    description: "Domains that the devices have, as C(group: name)."
    type: dict
  connectivity_plan:
    description: ID of the connectivity plan, V(_any) for any, or V(_unset) for devices without.
    type: str
  application_server:
    description: IDs of application servers that the devices are associated with directly.
    type: list
    elements: str
  health_state:
    description: Health states, one of which the devices have.
    type: list
    elements: str
    choices: [INIT, ACTIVE, RF_CNX_ERROR, SUSPENDED]
  query:
    description: First characters of the DevEUI or of the name.
    type: str
  created_from:
    description: Time of ISO 8601 at or after which the devices were created.
    type: str
  created_to:
    description: Time of ISO 8601 at or before which the devices were created.
    type: str
  network_geolocation:
    description: Whether the connectivity plan has network geolocation. Ignored with O(connectivity_plan).
    type: bool
  passive_roaming:
    description: Whether the connectivity plan allows passive roaming. Ignored with O(connectivity_plan).
    type: bool
  alarm_level:
    description: Level that an alarm of the device has at least, if nobody has acknowledged it.
    type: int
    choices: [1, 2, 3, 4, 5, 6]
  battery_level:
    description: Battery level that the device has at most, from 1 to 254.
    type: int
  max_rssi:
    description: Average RSSI in dBm that the device has at most.
    type: float
  max_snr:
    description: Average SNR in dB that the device has at most.
    type: float
  min_snr:
    description: Average SNR in dB that the device has at least.
    type: float
  min_latitude:
    description: Southern border of a rectangle in which the device lies, in decimal degrees.
    type: float
  max_latitude:
    description: Northern border of that rectangle.
    type: float
  min_longitude:
    description: Western border of that rectangle.
    type: float
  max_longitude:
    description: Eastern border of that rectangle.
    type: float
  gather:
    description:
      - V(briefs) returns what the platform's list shows, which costs one request for many devices.
      - V(devices) fetches each whole device too, with its inactivity alarm and its location, which costs a request for each.
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
    - The devices. All that the platform tells, in snake_case, and beside it the options of M(lorawan.thingpark.tdm_device) as
      they would be written there. Keys are never in it.
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
"""

from ..module_utils._module import main as run_module
from ..module_utils._tasks.device_info import TASK


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
