#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/routing_profile.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_routing_profile
short_description: Manage an AS routing profile on ThingPark
version_added: 0.1.0
description:
  - Creates, changes or deletes one AS routing profile. It routes the data of the devices that use it.
  - Options that you don't set keep their values. An empty list of routes removes all routes.
  - The task writes only differences.
  - ThingPark Wireless has routing profiles. ThingPark Enterprise has none; use M(lorawan.thingpark.tdm_application_server)
    there.
  - The module doesn't manage routing profiles of cellular devices. It ignores them if the platform's list shows their type.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
  - lorawan.thingpark.tdm.idempotent
options:
  state:
    description:
      - Whether the routing profile should exist. The task doesn't delete the default routing profile.
      - The platform refuses to delete a routing profile in use. Its list doesn't show the use, so check mode can't predict
        this.
    type: str
    default: present
    choices: [present, absent]
  create:
    description:
      - Whether to create the routing profile if it doesn't exist. With V(false), the task fails instead, and the options that
        only a creation needs are not required.
    type: bool
    default: true
  id:
    description:
      - ID of the routing profile from the platform, such as V(TWA_100002581.26000). With O(id), you can change O(name).
      - An unknown ID fails, because the platform assigns the IDs. Use O(name) for a new routing profile.
      - One of O(id) and O(name) is required.
    type: str
  name:
    description: Name of the routing profile. If two routing profiles have the same name, the task fails with both IDs. Then
      set O(id).
    type: str
  routes:
    description: Routes of the data, in order. The list replaces all routes. An empty list removes all of them.
    type: list
    elements: dict
    suboptions:
      source_port:
        description: 'LoRaWAN ports of the route: V(*), a port, a list such as V(1,2) or a range such as V(10-20).'
        type: str
        default: '*'
      strategy:
        description: V(blast) sends to all destinations, and V(sequential) to the first destination that answers.
        type: str
        default: sequential
        choices: [sequential, blast]
      destinations:
        description: Destinations of the route.
        type: list
        elements: dict
        required: true
        suboptions:
          type:
            description: Type of the destination. V(HTTP) is the only known type.
            type: str
            default: HTTP
          address:
            description: Address of the destination, such as C(https://app.example.com/uplinks).
            type: str
            required: true
  force:
    description: Overwrite another user's change at the same moment, in spite of the platform's optimistic locking.
    type: bool
    default: false
seealso:
  - module: lorawan.thingpark.tdm_routing_profile_info
  - module: lorawan.thingpark.tdm_application_server
  - module: lorawan.thingpark.tdm_device
"""

EXAMPLES = r"""
- name: Create or update a routing profile
  lorawan.thingpark.tdm_routing_profile:
    name: metering
    routes:
      - destinations:
          - address: https://metering.example.com/uplinks

- name: Send some ports to two destinations, and other ports to one
  lorawan.thingpark.tdm_routing_profile:
    name: metering
    routes:
      - source_port: "10-20"
        strategy: blast
        destinations:
          - address: https://metering.example.com/alarms
          - address: https://on-call.example.com/alarms
      - destinations:
          - address: https://metering.example.com/uplinks

- name: Use the routing profile for a device
  lorawan.thingpark.tdm_device:
    dev_eui: 70B3D57ED0000011
    device_profile: LORA/GenericA.1.0.4a_ETSI
    activation: OTAA
    app_key: "{{ new_keys['70B3D57ED0000011'] }}"
    connectivity_plan: kpn-cs/seldom
    routing_profile: metering

- name: Delete a routing profile
  lorawan.thingpark.tdm_routing_profile:
    name: parking
    state: absent
"""

RETURN = r"""
action:
  description: The change, or in check mode the change that a run would make. One of V(created), V(updated), V(deleted),
    V(unchanged) and V(failed).
  returned: when the platform was asked
  type: str
  sample: created
id:
  description: ID of the routing profile. It is missing if check mode would create the routing profile.
  returned: when the routing profile exists
  type: str
  sample: TWA_100002581.26000
routing_profile:
  description:
    - The routing profile after the task, or in check mode after a run, with the names and values of this module's options.
      It contains the options that the task compared, and no secrets.
  returned: success and O(state=present)
  type: dict
  sample:
    name: metering
    id: TWA_100002581.26000
    routes:
      - source_port: '*'
        strategy: sequential
        destinations:
          - type: HTTP
            address: https://metering.example.com/uplinks
findings:
  description:
    - All faults of the options. Each has C(where), C(id), C(option) and C(message). C(where) is always V(options).
  returned: when the options have faults
  type: list
  elements: dict
  sample:
    - where: options
      id: metering
      option: routes
      message: 'has a route without destinations: give a list of them, each with an address'
name:
  description: Name of the routing profile.
  returned: when the platform was asked, and O(id) was not given
  type: str
  sample: metering
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
from ..module_utils._resources.routing_profile import ROUTING_PROFILE
from ..module_utils._tasks.one import one

TASK = one(ROUTING_PROFILE)


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
