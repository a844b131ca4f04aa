#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/multicast_group.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_multicast_group_info
short_description: Show multicast groups on ThingPark
version_added: 0.1.0
description:
  - Returns multicast groups by DevEUI or by filters, or all of them.
  - O(gather=base_stations) also returns the base stations that will send the group's downlinks.
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
    description: Only multicast groups with this base station tag, of any namespace.
    type: str
  domain:
    description: 'Only multicast groups with all of these domains, as C(group: name).'
    type: dict
  connectivity_plan:
    description: Only multicast groups with this connectivity plan, by ID or commercial name. V(_any) selects groups with
      any plan, and V(_unset) groups without a plan.
    type: str
  application_server:
    description: Only multicast groups with all of these application servers, each by ID or name.
    type: list
    elements: str
  alarm_level:
    description: Only multicast groups with an unacknowledged alarm of at least this level, from V(1) (cleared) to V(6)
      (critical).
    type: int
    choices: [1, 2, 3, 4, 5, 6]
  query:
    description: Only multicast groups whose DevEUI or name begins with this text.
    type: str
  parallel:
    description: How many requests to send at the same time if each multicast group needs one.
    type: int
    default: 8
  gather:
    description:
      - V(briefs) returns the fields of the platform's list. V(multicast_groups) fetches each group, with one request per
        group.
      - V(options) returns exactly the options of each group. Passed to M(lorawan.thingpark.tdm_multicast_group) with C(create)
        V(false), they change nothing. The task fetches fields that the list doesn't show.
      - V(base_stations) returns the fields of the list and the base stations of each group.
    type: str
    default: briefs
    choices: [briefs, multicast_groups, options, base_stations]
seealso:
  - module: lorawan.thingpark.tdm_multicast_group
"""

EXAMPLES = r"""
- name: Count the base stations of a group
  lorawan.thingpark.tdm_multicast_group_info:
    name: "street"
    gather: base_stations
  register: lights

- name: Show all fields of one group
  lorawan.thingpark.tdm_multicast_group_info:
    dev_eui: [70B3D57ED00000F0]
    gather: multicast_groups
"""

RETURN = r"""
multicast_groups:
  description:
    - The multicast groups with all fields of the platform, in snake_case, and with the options
      of M(lorawan.thingpark.tdm_multicast_group). Fields without a value are left out. Secrets
      are never included.
    - With O(gather=base_stations), C(base_stations) lists the base stations that will send. Each
      has C(lrr_id), C(health_state), its location in decimal degrees (C(lat) and C(lon)), and its
      matching C(tags). C(base_station_count) is their number.
  returned: success
  type: list
  elements: dict
  contains:
    dev_eui:
      description: DevEUI of the multicast group, 16 hexadecimal digits in any spelling.
      type: str
    name:
      description: Name of the multicast group.
      type: str
    dev_addr:
      description: DevAddr of the multicast group, 8 hexadecimal digits.
      type: str
    class:
      description: LoRaWAN class of the group's devices.
      type: str
    ping_slot_period:
      description: Time between two ping slots, in seconds.
      type: int
    downlink_data_rate:
      description: Data rate of the downlinks, a number of the region's data rates.
      type: int
    downlink_frequency:
      description: Frequency of the downlinks in MHz, such as V(869.525).
      type: float
    base_station_tags:
      description: Tags of the base stations (gateways) that send the downlinks.
      type: list
      elements: raw
    connectivity_plan:
      description: Connectivity plan (network subscription) for multicast, by ID or commercial name.
      type: str
    application_servers:
      description: Application servers that get reports about the downlinks, each by ID or name.
      type: list
      elements: str
    domains:
      description: 'All domains of the multicast group, as C(group: name).'
      type: dict
    customer_admin_data:
      description: Free text.
      type: str
    base_stations:
      description: Base stations that will send the group's downlinks.
      returned: O(gather=base_stations)
      type: list
      elements: dict
    base_station_count:
      description: Number of these base stations.
      returned: O(gather=base_stations)
      type: int
    creation_date:
      description: When the multicast group was created, in milliseconds since 1970, UTC.
      type: int
    now:
      description: Time of the platform's answer, in milliseconds since 1970, UTC.
      type: int
    alarm1:
      description: Number of unacknowledged alarms that are cleared.
      type: int
    alarm2:
      description: Number of unacknowledged alarms with severity indeterminate.
      type: int
    alarm3:
      description: Number of unacknowledged alarms with severity warning.
      type: int
    alarm4:
      description: Number of unacknowledged alarms with severity minor.
      type: int
    alarm5:
      description: Number of unacknowledged alarms with severity major.
      type: int
    alarm6:
      description: Number of unacknowledged alarms with severity critical.
      type: int
    occ_context:
      description: 'Last change: its author (C(who)), its time (C(last_update), in milliseconds
        since 1970, UTC), and the resulting C(version).'
      returned: when the resource was fetched
      type: dict
    href:
      description: Address in the API.
      type: str
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
left_out:
  description:
    - Options that can't be described, such as secrets. Each entry has C(dev_eui), C(option), and
      the reason in C(message). The options keep their values on the platform.
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
  description: Whether the password was not sent at all, because the platform had refused it shortly
    before.
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
