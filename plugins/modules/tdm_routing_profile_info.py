#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/routing_profile.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_routing_profile_info
short_description: Show AS routing profiles on ThingPark
version_added: 0.1.0
description:
  - Returns AS routing profiles by ID, by the beginning of their name, or all of them.
  - ThingPark Wireless has routing profiles. ThingPark Enterprise has none.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
  - lorawan.thingpark.tdm.info
options:
  id:
    description: IDs of the routing profiles to return. Unknown IDs are ignored. Can't be combined with filters.
    type: list
    elements: str
  name:
    description: Only routing profiles whose name begins with these characters.
    type: str
  parallel:
    description: How many requests to send at the same time, from 1 to 64, with O(gather=routing_profiles) or O(gather=options).
    type: int
    default: 8
  gather:
    description:
      - V(briefs) returns the fields of the platform's list. V(routing_profiles) fetches each routing profile, with one request
        per routing profile.
      - V(options) returns exactly the options of each routing profile. Passed to M(lorawan.thingpark.tdm_routing_profile) with
        C(create) V(false), they change nothing. The task fetches fields that the list doesn't show.
    type: str
    default: briefs
    choices: [briefs, routing_profiles, options]
seealso:
  - module: lorawan.thingpark.tdm_routing_profile
"""

EXAMPLES = r"""
- name: List all routing profiles
  lorawan.thingpark.tdm_routing_profile_info:
  register: profiles

- name: Show all fields of one routing profile
  lorawan.thingpark.tdm_routing_profile_info:
    name: "Sensor"
    gather: routing_profiles
"""

RETURN = r"""
routing_profiles:
  description:
    - The routing profiles with all fields of the platform, in snake_case, and with the options
      of M(lorawan.thingpark.tdm_routing_profile). Fields without a value are left out. Secrets
      are never included.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: ID of the routing profile from the platform, such as V(TWA_100002581.26000).
      type: str
      sample: TWA_100002581.26000
    name:
      description: Name of the routing profile.
      type: str
      sample: metering
    routes:
      description: Routes of the data, in order.
      type: list
      elements: dict
      contains:
        source_port:
          description: 'LoRaWAN ports of the route: V(*), a port, a list such as V(1,2) or a range
            such as V(10-20).'
          type: str
          sample: '*'
        strategy:
          description: V(blast) sends to all destinations, and V(sequential) to the first destination
            that answers.
          type: str
          sample: sequential
        destinations:
          description: Destinations of the route.
          type: list
          elements: dict
          contains:
            type:
              description: Type of the destination.
              type: str
              sample: HTTP
            address:
              description: Address of the destination, such as C(https://app.example.com/uplinks).
              type: str
              sample: https://metering.example.com/uplinks
    is_default:
      description: Whether this is the default routing profile of the subscription.
      type: bool
      sample: false
    occ_context:
      description: 'Last change: its author (C(who)), its time (C(last_update), in milliseconds
        since 1970, UTC), and the resulting C(version).'
      returned: when the resource was fetched
      type: dict
      sample: {version: 3, last_update: 1795737600000, who: Olivia Operator}
    href:
      description: Address in the API.
      type: str
      sample: /thingpark/wireless/rest/subscriptions/100/appServersRoutingProfiles/26000
  sample:
    - {id: TWA_100002581.26000, name: metering, is_default: false}
left_out:
  description:
    - Options that can't be described, such as secrets. Each entry has C(id), C(option), and the
      reason in C(message). The options keep their values on the platform.
  returned: O(gather=options)
  type: list
  elements: dict
  sample:
    - id: TWA_100002581.26000
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
from ..module_utils._resources.routing_profile import ROUTING_PROFILE
from ..module_utils._tasks.info import info

TASK = info(ROUTING_PROFILE)


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
