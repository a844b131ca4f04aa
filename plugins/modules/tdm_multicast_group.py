#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/multicast_group.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_multicast_group
short_description: Manage a multicast group on ThingPark
version_added: 0.1.0
description:
  - Creates, changes or deletes one multicast group. A downlink to the group reaches all devices that know its DevAddr
    and keys.
  - Options that you don't set keep their values. An empty text, list or dictionary removes the value, if the platform
    allows it.
  - The task writes only differences.
  - The module doesn't configure the devices. You must bring DevAddr and keys to the devices yourself. The platform
    has no list of the group's devices.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
  - lorawan.thingpark.tdm.attributes
options:
  state:
    description: Whether the multicast group should exist. Deleting it also deletes its frame counter, for ever.
    type: str
    default: present
    choices: [present, absent]
  create:
    description:
      - Whether to create the multicast group if it doesn't exist. With V(false), the task fails instead, and the options
        that only a creation needs are not required.
    type: bool
    default: true
  dev_eui:
    description: DevEUI of the multicast group, 16 hexadecimal digits in any spelling. Quote it, because YAML can read
      it as a number. No device can have the same DevEUI.
    type: str
    required: true
  name:
    description: Name of the multicast group. If a new multicast group has no name, the platform invents one.
    type: str
  dev_addr:
    description: DevAddr of the multicast group, 8 hexadecimal digits. The group's devices listen to this address. Required
      to create the multicast group; can't change afterwards.
    type: str
  class:
    description: LoRaWAN class of the group's devices. Required to create the multicast group.
    type: str
    choices: [B, C]
  ping_slot_period:
    description: Time between two ping slots, in seconds. Class V(B) requires it, and class V(C) has none.
    type: int
    choices: [1, 2, 4, 8, 16, 32, 64, 128]
  nwk_s_key:
    description:
      - NwkSKey of the multicast group; in LoRaWAN 1.1, its FNwkSIntKey. Required to create the multicast group.
      - 32 hexadecimal digits, like all keys. The platform accepts no encrypted keys for a multicast group.
      - B(The platform never shows keys.) The task sends them when it creates the multicast group, see O(update_keys).
    type: str
    aliases: [f_nwk_s_int_key]
  app_s_keys:
    description: AppSKeys by port. V(*) means all ports, V(1) one port, V(1,2) two ports, and V(10-20) a range.
    type: dict
  s_nwk_s_int_key:
    description: SNwkSIntKey of a multicast group of LoRaWAN 1.1.
    type: str
  nwk_s_enc_key:
    description: NwkSEncKey of a multicast group of LoRaWAN 1.1.
    type: str
  verification_code:
    description: Verification code of DevAddr and DevEUI, if the operator requires one.
    type: str
  downlink_data_rate:
    description:
      - Data rate of the downlinks, a number of the region's data rates. The default comes from the connectivity plan
        or the region.
      - Before a change, the task checks that the base stations of each tag support the data rate. It can't check tags
        without settings on the platform.
    type: int
  downlink_frequency:
    description: Frequency of the downlinks in MHz, such as V(869.525). The default comes from the region. The task
      checks it like O(downlink_data_rate).
    type: float
  base_station_tags:
    description:
      - Tags of the base stations (gateways) that send the downlinks. Each is a name, or a dictionary with C(name) and
        C(namespace).
      - C(namespace) is V(operator) for a public tag of the operator, or V(subscriber) for your own tag. A name alone
        means V(operator).
      - The list replaces all base station tags. An empty list removes all of them. Without a tag, no base station sends.
    type: list
    elements: raw
  connectivity_plan:
    description:
      - Connectivity plan (network subscription) for multicast, by ID or commercial name.
      - An empty text removes the plan. If you set none, ThingPark Enterprise chooses a plan.
      - If an existing multicast group has more base stations than the plan allows, the task fails. For a new multicast
        group, the task can't check this.
    type: str
  application_servers:
    description: Application servers that get reports about the downlinks, each by ID or name. The platform refuses
      them for a multicast group with an AS routing profile, which this module doesn't set.
    type: list
    elements: str
  domains:
    description: 'All domains of the multicast group, as C(group: name).'
    type: dict
  customer_admin_data:
    description: Free text. An empty text removes it.
    type: str
  update_keys:
    description:
      - V(on_create) sends keys and other write-only options only when it creates a multicast group.
      - V(always) sends them in every run. The platform doesn't show these values, so every run counts as a change.
    type: str
    default: on_create
    choices: [on_create, always]
  force:
    description: Overwrite another user's change at the same moment, in spite of the platform's optimistic locking.
    type: bool
    default: false
seealso:
  - module: lorawan.thingpark.tdm_multicast_group_info
  - module: lorawan.thingpark.tdm_downlink
  - module: lorawan.thingpark.tdm_catalogue_info
"""

EXAMPLES = r"""
- name: Create or update a multicast group
  lorawan.thingpark.tdm_multicast_group:
    dev_eui: 70B3D57ED00000F0
    name: street lights
    dev_addr: "1400F00D"
    class: C
    nwk_s_key: "{{ group_keys.nwk_s_key }}"
    app_s_keys:
      "*": "{{ group_keys.app_s_key }}"
    downlink_data_rate: 3
    base_station_tags: [city]
    connectivity_plan: Multicast

- name: Add the base stations of the harbor
  lorawan.thingpark.tdm_multicast_group:
    dev_eui: 70B3D57ED00000F0
    base_station_tags: [city, harbour]

- name: List the base stations of the group
  lorawan.thingpark.tdm_multicast_group_info:
    dev_eui: [70B3D57ED00000F0]
    gather: base_stations
  register: lights

- name: Send a downlink to the group
  lorawan.thingpark.tdm_downlink:
    multicast_group: 70B3D57ED00000F0
    payload: "01"
    f_port: 2

- name: Delete the multicast group
  lorawan.thingpark.tdm_multicast_group:
    dev_eui: 70B3D57ED00000F0
    state: absent
"""

RETURN = r"""
action:
  description: The change, or in check mode the change that a run would make. One of V(created), V(updated), V(deleted),
    V(unchanged) and V(failed).
  returned: when the platform was asked
  type: str
  sample: created
dev_eui:
  description: DevEUI of the multicast group.
  returned: when the platform was asked
  type: str
  sample: 70B3D57ED00000F0
multicast_group:
  description:
    - The multicast group after the task, or in check mode after a run, with the names and values of this module's options.
      It contains the options that the task compared, and no secrets.
  returned: success and O(state=present)
  type: dict
  sample:
    dev_eui: 70B3D57ED00000F0
    name: street lights
    dev_addr: 1400F00D
    base_station_tags:
      - city
findings:
  description:
    - All faults of the options. Each has C(where), C(dev_eui), C(option) and C(message). C(where) is always V(options).
  returned: when the options have faults
  type: list
  elements: dict
  sample:
    - where: options
      dev_eui: 70B3D57ED00000F0
      option: downlink_data_rate
      message: 'is 9, and the base stations with the tag city can''t send that way: they support 0 to 5. Choose one of these,
        or other tags'
login_refused:
  description: Whether the platform refused the login. The password is then held back until it changes, or for 15 minutes.
  returned: when the login was refused
  type: bool
  sample: true
held_back:
  description: Whether the password was not sent at all, because the platform had refused it shortly before.
  returned: when the login was refused
  type: bool
  sample: false
"""

from ..module_utils._frame.module import main as run_module
from ..module_utils._resources.multicast_group import MULTICAST_GROUP
from ..module_utils._tasks.one import one

TASK = one(MULTICAST_GROUP)


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
