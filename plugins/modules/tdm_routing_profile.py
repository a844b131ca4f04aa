#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/routing_profile.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_routing_profile
short_description: Manage an AS routing profile in ThingPark's Device Manager
version_added: 0.1.0
description:
  - Creates, changes and deletes one AS routing profile. A device that names it sends its data where the profile leads.
  - What isn't given is left alone. An empty list of routes takes all of them away.
  - Only what differs is written.
  - ThingPark Wireless has routing profiles. ThingPark Enterprise has none; use M(lorawan.thingpark.tdm_application_server)
    there.
  - Profiles of cellular devices are not managed, and are not seen here where the platform's list shows their type.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
  - lorawan.thingpark.tdm.idempotent
options:
  state:
    description:
      - Whether the routing profile should exist. The default one is not deleted.
      - One that devices use is refused by the platform itself, which its list doesn't tell. Check mode can't know it.
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
      - The ID that the platform gave it, such as V(TWA_100002581.26000). With it, O(name) may be another than before.
      - One that isn't there fails, since the platform makes the IDs by itself. A new one is described by its O(name).
      - One of O(id) and O(name) is required.
    type: str
  name:
    description: Name of the routing profile. The platform may have two of one name; then, O(id) is needed, and both are named.
    type: str
  routes:
    description: Where data go, in order. They are compared and written as a whole; an empty list sends nothing anywhere.
    type: list
    elements: dict
    suboptions:
      source_port:
        description: 'The LoRaWAN ports whose data go there: V(*), a port, a list such as V(1,2) or a range such as V(10-20).'
        type: str
        default: '*'
      strategy:
        description: V(blast) sends to each of the destinations. V(sequential) sends to the first that answers, so that the
          second gets nothing as long as the first does.
        type: str
        default: sequential
        choices: [sequential, blast]
      destinations:
        description: Where they go.
        type: list
        elements: dict
        required: true
        suboptions:
          type:
            description: The kind of the destination. V(HTTP) is the only one that was seen.
            type: str
            default: HTTP
          address:
            description: Its address, such as C(https://app.example.com/uplinks).
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
- name: Where the data of the meters go
  lorawan.thingpark.tdm_routing_profile:
    name: metering
    routes:
      - destinations:
          - address: https://metering.example.com/uplinks

- name: Their alarms go to two places, and all else to one
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

- name: A device takes that way
  lorawan.thingpark.tdm_device:
    dev_eui: 70B3D57ED0000011
    device_profile: LORA/GenericA.1.0.4a_ETSI
    activation: OTAA
    app_key: "{{ new_keys['70B3D57ED0000011'] }}"
    connectivity_plan: kpn-cs/seldom
    routing_profile: metering

- name: It is no longer needed
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
  description: The ID that the platform has for it. Of one that check mode would create, nobody knows it.
  returned: when the platform has it
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
  description: Its name, where it was meant by that.
  returned: when the platform was asked, and O(id) was not given
  type: str
  sample: metering
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
from ..module_utils._resources.routing_profile import ROUTING_PROFILE
from ..module_utils._tasks.one import one

TASK = one(ROUTING_PROFILE)


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
