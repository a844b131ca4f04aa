#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/multicast_group.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_multicast_group_info
short_description: Show multicast groups in ThingPark's Device Manager
version_added: 0.1.0
description:
  - Returns multicast groups by DevEUI or by filters, or all of them.
  - With O(gather=base_stations), one knows before a downlink how many base stations will send it.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
  - lorawan.thingpark.tdm.info
options:
  dev_eui:
    description: IDs of the multicast groups to return. Unknown IDs are ignored. Can't be combined with filters.
    type: list
    elements: str
  eui_prefix:
    description: Only multicast groups whose DevEUI begins with these digits.
    type: str
  addr_prefix:
    description: Only multicast groups whose DevAddr begins with these digits.
    type: str
  name:
    description: Only multicast groups whose name begins with these characters.
    type: str
  base_station_tag:
    description: Only multicast groups with this tag of base stations, whoever's it is.
    type: str
  domain:
    description: 'Only multicast groups with all of these domains, as C(group: name).'
    type: dict
  connectivity_plan:
    description: Only multicast groups on this connectivity plan, by its ID or by its commercial name. V(_any)
      stands for every plan and V(_unset) for none.
    type: str
  application_server:
    description: Only multicast groups with all of these application servers, each by its ID or by its name.
    type: list
    elements: str
  alarm_level:
    description: Only multicast groups with an alarm that nobody acknowledged, of this level or worse, from
      V(1), cleared, to V(6), critical.
    type: int
    choices: [1, 2, 3, 4, 5, 6]
  query:
    description: Only multicast groups whose DevEUI or name begins with this.
    type: str
  parallel:
    description: How many requests are under way at once where each multicast group is asked for.
    type: int
    default: 8
  gather:
    description:
      - V(briefs) returns what the platform's list shows. V(multicast_groups) fetches each of them whole, in
        a request for each.
      - V(options) returns each of them in exactly the options that would change nothing if they were given
        to M(lorawan.thingpark.tdm_multicast_group) with C(create) V(false), and nothing else. What the list
        doesn't show is fetched.
      - V(base_stations) asks for the base stations of each, beside what the list shows.
    type: str
    default: briefs
    choices: [briefs, multicast_groups, options, base_stations]
seealso:
  - module: lorawan.thingpark.tdm_multicast_group
"""

EXAMPLES = r"""
- name: How many base stations send to the street lights
  lorawan.thingpark.tdm_multicast_group_info:
    name: "street"
    gather: base_stations
  register: lights

- name: One whole
  lorawan.thingpark.tdm_multicast_group_info:
    dev_eui: [70B3D57ED00000F0]
    gather: multicast_groups
"""

RETURN = r"""
multicast_groups:
  description:
    - The multicast groups, with all that the platform tells, in snake_case, and beside it the options of
      M(lorawan.thingpark.tdm_multicast_group) as they would be written there. What is null, since the platform
      doesn't know it, is left out. Secrets are never in it.
    - With O(gather=base_stations), C(base_stations) lists those that will send, each with C(lrr_id), C(health_state),
      C(lat), C(lon) and the C(tags) that made it one of them. C(base_station_count) says how many they
      are.
  returned: success
  type: list
  elements: dict
  sample:
    - dev_eui: 70B3D57ED00000F0
      name: street lights
      dev_addr: 1400F00D
      base_station_tags:
        - city
      base_station_count: 2
      base_stations:
        - lrr_id: 100001C3
          health_state: ACTIVE
  contains:
    dev_eui:
      description: Which multicast group it is.
      type: str
    name:
      description: Name of the multicast group.
      type: str
    dev_addr:
      description: DevAddr of the multicast group, 8 hexadecimal digits, by which its devices know their
        downlinks.
      type: str
    class:
      description: The class of its devices.
      type: str
    ping_slot_period:
      description: Seconds between two ping slots of class V(B), which needs it.
      type: int
    downlink_data_rate:
      description: The data rate with which its downlinks are sent, a number of the region's.
      type: int
    downlink_frequency:
      description: The frequency in MHz on which its downlinks are sent, such as V(869.525).
      type: float
    base_station_tags:
      description: The tags of the base stations (gateways) that send its downlinks.
      type: list
      elements: raw
    connectivity_plan:
      description: The connectivity plan (network subscription), by its ID or by its commercial name.
      type: str
    application_servers:
      description: The application servers that are told of its downlinks, each by its ID or by its name.
      type: list
      elements: str
    domains:
      description: 'Domains, as C(group: name).'
      type: dict
    customer_admin_data:
      description: A free text.
      type: str
left_out:
  description:
    - Options that can't be described, such as secrets. Each entry has C(dev_eui), C(option), and the reason
      in C(message). The options keep their values on the platform.
  returned: O(gather=options)
  type: list
  elements: dict
  sample: []
login_refused:
  description: Whether the platform refused the login. The password is then held back until it changes,
    or for 15 minutes.
  returned: when the login was refused
  type: bool
held_back:
  description: Whether the password was not sent at all, because the platform had refused it shortly before.
  returned: when the login was refused
  type: bool
"""

from ..module_utils._frame.module import main as run_module
from ..module_utils._resources.multicast_group import MULTICAST_GROUP
from ..module_utils._tasks.info import info

TASK = info(MULTICAST_GROUP)


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
