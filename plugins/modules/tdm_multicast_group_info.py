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
    description: How many requests to send at the same time, from 1 to 64, if each multicast group needs one.
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
      sample: 70B3D57ED00000F0
    name:
      description: Name of the multicast group.
      type: str
      sample: street lights
    dev_addr:
      description: DevAddr of the multicast group, 8 hexadecimal digits.
      type: str
      sample: 1400F00D
    class:
      description: LoRaWAN class of the group's devices.
      type: str
      sample: B
    ping_slot_period:
      description: Time between two ping slots, in seconds.
      type: int
      sample: 8
    downlink_data_rate:
      description: Data rate of the downlinks, a number of the region's data rates.
      type: int
      sample: 3
    downlink_frequency:
      description: Frequency of the downlinks in MHz, such as V(869.525).
      type: float
      sample: 869.525
    base_station_tags:
      description: Tags of the base stations (gateways) that send the downlinks.
      type: list
      elements: raw
      sample: [city]
    connectivity_plan:
      description: Connectivity plan (network subscription) for multicast, by ID or commercial name.
      type: str
      sample: kpn-cs/multicast
    application_servers:
      description: Application servers that get reports about the downlinks, each by ID or name.
      type: list
      elements: str
      sample: [TWA_100002581.1972.AS]
    domains:
      description: 'All domains of the multicast group, as C(group: name).'
      type: dict
      sample: {Site: Utrecht/Centraal}
    customer_admin_data:
      description: Free text.
      type: str
      sample: Street lights of the city center
    base_stations:
      description: Base stations that will send the group's downlinks.
      returned: O(gather=base_stations)
      type: list
      elements: dict
      sample:
        - lrr_id: '10000779'
          health_state: ACTIVE
          lat: 52.0808
          lon: 4.3105
          tags:
            - name: city
              namespace: OPERATOR
    base_station_count:
      description: Number of these base stations.
      returned: O(gather=base_stations)
      type: int
      sample: 2
    network_subscription:
      description: Connectivity plan of RV(multicast_groups[].connectivity_plan) with its C(commercial_name)
        and C(supplier). C(multicast_max_lrr_cells) is its maximum number of base stations.
      type: dict
      sample:
        id: kpn-cs/multicast
        commercial_name: Multicast
        supplier:
          id: kpn-cs
          commercial_name: KPN Connectivity
        multicast_max_lrr_cells: 100
    app_servers:
      description: The application servers of RV(multicast_groups[].application_servers), each with
        its C(name).
      type: list
      elements: dict
      sample:
        - id: TWA_100002581.1972.AS
          name: parking
          href: /thingpark/wireless/rest/subscriptions/100/appServers/1972
    bss:
      description: The base station tags of RV(multicast_groups[].base_station_tags), each with
        its C(namespace).
      type: dict
      sample: {tags: [{name: city, namespace: OPERATOR}]}
    alarm_count:
      description: Number of unacknowledged alarms.
      type: int
      sample: 1
    alarm_level:
      description: Highest severity of the unacknowledged alarms, from V(1) (cleared) to V(6) (critical),
        or V(0) without alarms.
      type: int
      sample: 3
    first_dw_timestamp:
      description: When the first downlink was sent, in milliseconds since 1970, UTC.
      type: int
      sample: 1793836800000
    last_dw_timestamp:
      description: When the last downlink was sent, in milliseconds since 1970, UTC.
      type: int
      sample: 1795737600000
    last_f_cnt_dn:
      description: Frame counter of the last downlink.
      type: int
      sample: 41
    history_dw_daily:
      description: Downlinks in the 24 hours before RV(multicast_groups[].last_dw_timestamp). C(val)
        lists a number per two hours.
      type: dict
      sample: {val: [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1]}
    creation_date:
      description: When the multicast group was created, in milliseconds since 1970, UTC.
      type: int
      sample: 1793750400000
    now:
      description: Time of the platform's answer, in milliseconds since 1970, UTC.
      type: int
      sample: 1795741200000
    alarm1:
      description: Number of unacknowledged alarms that are cleared.
      type: int
      sample: 0
    alarm2:
      description: Number of unacknowledged alarms with severity indeterminate.
      type: int
      sample: 0
    alarm3:
      description: Number of unacknowledged alarms with severity warning.
      type: int
      sample: 1
    alarm4:
      description: Number of unacknowledged alarms with severity minor.
      type: int
      sample: 0
    alarm5:
      description: Number of unacknowledged alarms with severity major.
      type: int
      sample: 0
    alarm6:
      description: Number of unacknowledged alarms with severity critical.
      type: int
      sample: 0
    occ_context:
      description: 'Last change: its author (C(who)), its time (C(last_update), in milliseconds
        since 1970, UTC), and the resulting C(version).'
      returned: when the resource was fetched
      type: dict
      sample: {version: 3, last_update: 1795651200000, who: Olivia Operator}
    href:
      description: Address in the API.
      type: str
      sample: /thingpark/wireless/rest/subscriptions/100/multicastGroups/22
    eui:
      description: B(Deprecated.) The same as RV(multicast_groups[].dev_eui).
      type: str
      sample: 70B3D57ED00000F0
    nw_address:
      description: B(Deprecated.) The same as RV(multicast_groups[].dev_addr).
      type: str
      sample: 1400F00D
  sample:
    - dev_eui: 70B3D57ED00000F0
      name: street lights
      dev_addr: 1400F00D
      base_station_tags:
        - city
      base_station_count: 2
left_out:
  description:
    - Options that can't be described, such as secrets. Each entry has C(dev_eui), C(option), and
      the reason in C(message). The options keep their values on the platform.
  returned: O(gather=options)
  type: list
  elements: dict
  sample:
    - dev_eui: 70B3D57ED00000F0
      option: name
      message: 'contains U+0007 as character 2, an invisible character: write the text again by
        hand, or remove that character'
login_refused:
  description: Whether the platform refused the login. The password is then held back until it changes,
    or for 15 minutes.
  returned: when the login was refused
  type: bool
  sample: true
held_back:
  description: Whether the password was not sent at all, because the platform had refused it shortly
    before.
  returned: when the login was refused
  type: bool
  sample: false
"""

from ..module_utils._frame.module import main as run_module
from ..module_utils._resources.multicast_group import MULTICAST_GROUP
from ..module_utils._tasks.info import info

TASK = info(MULTICAST_GROUP)


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
