#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/device.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_device_info
short_description: Show LoRaWAN devices in ThingPark's Device Manager
version_added: 0.1.0
description:
  - Returns devices by DevEUI, or all that match the filters, however many pages the platform's list has.
  - Without DevEUIs and filters, returns all devices of the subscription.
  - A device has to match all of the filters. What no filter can hold is refused before the login.
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
    description:
      - Only devices whose DevEUI begins with these hexadecimal digits, 1 to 16 of them, in any spelling of a DevEUI.
      - Put it between quotation marks. Without them, YAML takes digits such as V(0012) or V(10.10) for a number and changes
        them.
    type: str
  name:
    description: Only devices whose name begins with these characters, in this case. Blanks at the end count.
    type: str
  tag:
    description:
      - Only devices with this tag, or with all of these tags; one of them isn't enough. For devices with any of several tags,
        run the task for each of them.
      - Where an older platform's list doesn't show a device's tags, it is left to the platform how it combines several.
    type: list
    elements: str
  domain:
    description: 'Only devices with this domain, as C(group: name), or with all of these domains, one of each group.'
    type: dict
  connectivity_plan:
    description:
      - Only devices with this connectivity plan, by ID or name. V(_any) are those with any plan, V(_unset) those without one.
      - A name takes two requests more than an ID. One that the platform doesn't know is an error.
    type: str
  application_server:
    description:
      - Only devices that are associated directly with this application server, or with all of these, by ID or name. A way through
        an AS routing profile doesn't count.
      - A name takes two requests more, as that of O(connectivity_plan) does. One that the platform doesn't know is an error.
    type: list
    elements: str
  health_state:
    description: Only devices in one of these health states, which are V(INIT), V(ACTIVE), V(RF_CNX_ERROR) and V(SUSPENDED).
      Upper and lower case don't matter.
    type: list
    elements: str
  query:
    description: Only devices whose name begins with these characters, or whose DevEUI, written without separators, does.
    type: str
  created_from:
    description:
      - Only devices that were created at this time or later, such as V(2018-08-24T09:27:59Z), with or without quotation marks.
      - Without an offset such as V(Z) or V(+02:00), the time is the platform's own. A date alone is its first moment there.
    type: str
  created_to:
    description: Only devices that were created at this time or earlier, as O(created_from) has it. A date alone is the whole
      day.
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
      - LoRaWAN knows levels from 1, the lowest, to 254, the highest. Devices with power from outside are left out.
    type: int
  max_rssi:
    description: Only devices whose average RSSI is this or below, in dBm, from -200 to 20.
    type: float
  max_snr:
    description: Only devices whose average SNR is this or below, in dB, from -50 to 50.
    type: float
  min_snr:
    description: Only devices whose average SNR is this or above, in dB, from -50 to 50.
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
    description:
      - Only devices that lie west of this longitude, in decimal degrees.
      - It can't be less than O(min_longitude). For an area across 180 degrees, run the task for each side.
    type: float
  gather:
    description:
      - V(briefs) returns what the platform's list shows, many devices in one request.
      - V(devices) fetches each whole device too, with its inactivity alarm and its location, in a request for each. On an older
        platform, whose list lacks the tags, it takes two.
    type: str
    default: briefs
    choices: [briefs, devices]
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
      as they would be written there. What is null, since the platform doesn't know it, is left out. Secrets are never in it.
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

from ..module_utils._frame.module import main as run_module
from ..module_utils._resources.device.declaration import DEVICE
from ..module_utils._tasks.info import info

TASK = info(DEVICE)


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
