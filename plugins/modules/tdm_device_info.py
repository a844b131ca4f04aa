#!/usr/bin/python
# Copyright: (c) 2026, the lorawan.thingpark contributors
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
