#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/multicast_group.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_multicast_group
short_description: Manage a multicast group in ThingPark's Device Manager
version_added: 0.1.0
description:
  - Creates, changes and deletes one multicast group. What is sent to it reaches all devices that know its DevAddr and keys.
  - What isn't given is left alone. An empty text, list or dictionary takes away what can be taken away.
  - Only what differs is written.
  - The devices themselves get DevAddr and keys in another way; the platform holds no list of them.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
  - lorawan.thingpark.tdm.attributes
options:
  state:
    description: Whether the multicast group should exist. Deleting it loses its frame counter for ever.
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
    description: DevEUI of the multicast group, 16 hexadecimal digits in any spelling. Quote it, or YAML may take it for
      a number. No device may have it.
    type: str
    required: true
  name:
    description: Name of the multicast group. The platform makes one up when it is created without.
    type: str
  dev_addr:
    description: DevAddr of the multicast group, 8 hexadecimal digits, by which its devices know their downlinks. Required
      to create it; can't change afterwards.
    type: str
  class:
    description: The class of its devices. Required to create it.
    type: str
    choices: [B, C]
  ping_slot_period:
    description: Seconds between two ping slots of class V(B), which needs it. Class V(C) has none.
    type: int
    choices: [1, 2, 4, 8, 16, 32, 64, 128]
  nwk_s_key:
    description:
      - NwkSKey of the multicast group; in LoRaWAN 1.1, its FNwkSIntKey. Required to create it.
      - Like all keys, 32 hexadecimal digits. The platform takes no encrypted one for a multicast group, so that there is
        no C(key_encryption) here.
      - B(Keys can't be read from the platform.) They are sent when the multicast group is created, see O(update_keys).
    type: str
    aliases: [f_nwk_s_int_key]
  app_s_keys:
    description: AppSKeys by ports. V(*) are all ports, V(1) is one, V(1,2) are two and V(10-20) is a range.
    type: dict
  s_nwk_s_int_key:
    description: SNwkSIntKey of a multicast group of LoRaWAN 1.1.
    type: str
  nwk_s_enc_key:
    description: NwkSEncKey of a multicast group of LoRaWAN 1.1.
    type: str
  verification_code:
    description: Verification code of DevAddr and DevEUI, where the operator asks for one.
    type: str
  downlink_data_rate:
    description:
      - The data rate with which its downlinks are sent, a number of the region's. Without it, the connectivity plan's or
        the region's counts.
      - Before one is written, the platform is asked what the base stations of each tag can send. What they can't is a fault.
        A tag of which the platform tells nothing is not looked at.
    type: int
  downlink_frequency:
    description: The frequency in MHz on which its downlinks are sent, such as V(869.525). Without it, the region's counts.
      It is looked at as O(downlink_data_rate) is.
    type: float
  base_station_tags:
    description:
      - The tags of the base stations (gateways) that send its downlinks. Each is a name, or a dictionary with C(name) and
        C(namespace).
      - The C(namespace) is V(operator) for a public tag of the operator, which a mere name is too, or V(subscriber) for
        one of your own.
      - They are compared as a whole; an empty list takes all of them away. Without any, nothing is sent.
    type: list
    elements: raw
  connectivity_plan:
    description:
      - The connectivity plan (network subscription), by its ID or by its commercial name. It must be one for multicast.
      - An empty text takes it away. ThingPark Enterprise chooses one when it isn't given.
      - A plan for fewer base stations than an existing multicast group has is a fault, where the platform tells both numbers.
        Of a new one, nobody can know how many it will have.
    type: str
  application_servers:
    description: The application servers that are told of its downlinks, each by its ID or by its name. The platform takes
      none for a multicast group with an AS routing profile, which can't be set here.
    type: list
    elements: str
  domains:
    description: 'Domains, as C(group: name). They replace all that the multicast group has.'
    type: dict
  customer_admin_data:
    description: A free text. An empty one takes it away.
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
- name: The street lights of the city
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

- name: Those of the harbour, too
  lorawan.thingpark.tdm_multicast_group:
    dev_eui: 70B3D57ED00000F0
    base_station_tags: [city, harbour]

- name: How many base stations that are
  lorawan.thingpark.tdm_multicast_group_info:
    dev_eui: [70B3D57ED00000F0]
    gather: base_stations
  register: lights

- name: They are dimmed
  lorawan.thingpark.tdm_downlink:
    multicast_group: 70B3D57ED00000F0
    payload: "01"
    f_port: 2

- name: It is no longer needed
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
      message: 'is 9, and the base stations with the tag city can''t send so: they take 0 to 5. Choose one of these, or
        other tags'
login_refused:
  description: Whether the platform refused the login. The password is then held back until it changes, or for 15 minutes.
  returned: when the login was refused
  type: bool
held_back:
  description: Whether the password was not sent at all, because the platform had refused it shortly before.
  returned: when the login was refused
  type: bool
"""

from ..module_utils._frame.module import main as run_module
from ..module_utils._resources.multicast_group import MULTICAST_GROUP
from ..module_utils._tasks.one import one

TASK = one(MULTICAST_GROUP)


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
