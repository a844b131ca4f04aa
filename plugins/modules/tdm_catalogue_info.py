#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/catalogue_info.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_catalogue_info
short_description: Show what a subscription of ThingPark's Device Manager may use
version_added: 0.1.0
description:
  - Returns connectivity plans with the licences that are left, device profiles, vendors, ISM bands, drivers, tags and more,
    all in one session.
  - The keys are the API's own in snake_case. What the platform adds to them passes through.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
  - lorawan.thingpark.tdm.info
options:
  gather:
    description:
      - What to return. Each is a return value of this module.
      - V(tags) and V(base_station_tags) need O(query), V(multicast_settings) needs O(base_station_tag).
    type: list
    elements: str
    required: true
    choices:
      - connectivity_plans
      - transactions
      - device_profiles
      - vendors
      - ism_bands
      - drivers
      - tags
      - base_station_tags
      - multicast_settings
      - exchange_key
  query:
    description: Only tags, base station tags or drivers that begin with this text, or hold it. The platform returns 20 tags
      at most.
    type: str
  vendor:
    description: Only device profiles of the vendor with this ID.
    type: str
  ism_band:
    description: Only device profiles and vendors for one of these ISM bands, such as V(eu868).
    type: list
    elements: str
  base_station_tag:
    description: The base station tag whose multicast settings are wanted.
    type: str
  base_station_tag_namespace:
    description: Whose base station tag it is.
    type: str
    default: operator
    choices: [operator, subscriber]
  details:
    description: Return all that each connectivity plan allows, such as its rates, in a request for each.
    type: bool
    default: false
seealso:
  - module: lorawan.thingpark.tdm_device
  - module: lorawan.thingpark.tdm_subscriber_info
"""

EXAMPLES = r"""
- name: How many licences are left
  lorawan.thingpark.tdm_catalogue_info:
    gather: [connectivity_plans]
  register: catalogue

- name: Which device profiles a vendor has
  lorawan.thingpark.tdm_catalogue_info:
    gather: [device_profiles]
    vendor: actility-sup/2
    ism_band: [eu868]
"""

RETURN = r"""
connectivity_plans:
  description: The connectivity plans, which are network subscriptions.
  returned: O(gather) has it
  type: list
  elements: dict
  contains:
    id:
      description: ID of the plan.
      type: str
    commercial_name:
      description: Its name.
      type: str
    granted:
      description: How many licences the subscription has.
      type: int
    used:
      description: How many of them are in use.
      type: int
    left:
      description: How many of them are left.
      type: int
  sample:
    - {id: kpn-cs/seldom, commercial_name: Seldom, granted: 10000, used: 1963, left: 8037}
transactions:
  description: Which connectivity plans were bought and when, as the platform tells it.
  returned: O(gather) has it
  type: list
  elements: dict
  sample:
    - id: kpn-cs/seldom
      granted: 10000
      status: SUBSCRIBED
      subscription_timestamp: 1577836800
device_profiles:
  description: The device profiles that devices may have.
  returned: O(gather) has it
  type: list
  elements: dict
  sample:
    - id: LORA/GenericA.1.0.4a_ETSI
      commercial_name: LoRaWAN 1.0.4 revA - class A - Rx2_SF9
      mac_minor_version: 0
vendors:
  description: The vendors of devices.
  returned: O(gather) has it
  type: list
  elements: dict
  sample:
    - {id: actility-sup/2, commercial_name: Generic}
ism_bands:
  description: The ISM bands.
  returned: O(gather) has it
  type: list
  elements: dict
  sample:
    - {id: eu868, name: EU863-870 (EU868)}
drivers:
  description: The drivers of ThingPark X, which decode payloads.
  returned: O(gather) has it
  type: list
  elements: dict
  sample:
    - {id: 'abeeway:asset-tracker:1', name: abeeway asset-tracker}
tags:
  description: Tags of devices that begin with O(query).
  returned: O(gather) has it
  type: list
  elements: dict
  sample:
    - {name: parking}
base_station_tags:
  description: Tags of base stations that begin with O(query), with their C(namespace).
  returned: O(gather) has it
  type: list
  elements: dict
  sample:
    - {name: city, namespace: OPERATOR}
multicast_settings:
  description: The C(ism_band) and the channels, C(lcs), with which base stations of O(base_station_tag) can send to many.
  returned: O(gather) has it
  type: dict
  sample:
    ism_band:
      id: eu868
      min_downlink_dr: 0
      max_downlink_dr: 5
    lcs:
      - lc: 1
        frequency: 868.1
exchange_key:
  description: The public RSA key with which device keys may be encrypted, as a JSON Web Key. C(kid) is its version.
  returned: O(gather) has it
  type: dict
  sample: {kid: TWK1, kty: RSA, n: iAquKWN2Fex2..., e: AQAB}
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
from ..module_utils._tasks.catalogue_info import TASK


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
