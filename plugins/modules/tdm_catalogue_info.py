#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/catalogue_info.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_catalogue_info
short_description: Show the connectivity plans, device profiles and tags of a ThingPark subscription
version_added: 0.1.0
description:
  - Returns connectivity plans with their free licenses, device profiles, vendors, ISM bands, drivers, tags and more, in one
    session.
  - The keys are the API's keys in snake_case. Unknown keys of the platform are included.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
  - lorawan.thingpark.tdm.info
options:
  gather:
    description:
      - Kinds of data to return. Each is a return value of this module.
      - V(tags) and V(base_station_tags) require O(query), and V(multicast_settings) requires O(base_station_tag).
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
    description: Only tags or base station tags that begin with this text, or drivers that contain it. The platform returns
      at most 20 tags.
    type: str
  vendor:
    description: Only device profiles of the vendor with this ID.
    type: str
  ism_band:
    description: Only device profiles and vendors for one of these ISM bands, such as V(eu868).
    type: list
    elements: str
  base_station_tag:
    description: Base station tag for V(multicast_settings).
    type: str
  base_station_tag_namespace:
    description: Owner of the base station tag.
    type: str
    default: operator
    choices: [operator, subscriber]
  details:
    description: Whether to return all fields of each connectivity plan, such as its rates, with one request per plan.
    type: bool
    default: false
seealso:
  - module: lorawan.thingpark.tdm_device
  - module: lorawan.thingpark.tdm_subscriber_info
"""

EXAMPLES = r"""
- name: Show the free licenses of each connectivity plan
  lorawan.thingpark.tdm_catalogue_info:
    gather: [connectivity_plans]
  register: catalogue

- name: List the device profiles of a vendor
  lorawan.thingpark.tdm_catalogue_info:
    gather: [device_profiles]
    vendor: actility-sup/2
    ism_band: [eu868]
"""

RETURN = r"""
connectivity_plans:
  description:
    - Connectivity plans (network subscriptions).
    - With O(details), each has further fields. Rates such as C(uplink_rate) are in frames per C(uplink_rate_unit).
  returned: O(gather) has it
  type: list
  elements: dict
  contains:
    id:
      description: ID of the plan.
      type: str
      sample: kpn-cs/seldom
    commercial_name:
      description: Name of the plan.
      type: str
      sample: Seldom
    granted:
      description: Number of licenses of the subscription.
      type: int
      sample: 10000
    used:
      description: Number of used licenses.
      type: int
      sample: 1963
    left:
      description: Number of free licenses.
      type: int
      sample: 8037
    communication_type:
      description: Devices (V(UNICAST)) or multicast groups (V(MULTICAST)).
      type: str
      sample: UNICAST
    connectivity:
      description: Type of connectivity, V(LORAWAN) or V(CELLULAR).
      type: str
      sample: LORAWAN
    nw_geolocalization:
      description: Whether the plan has network geolocation.
      type: bool
      sample: false
    pr_allowed:
      description: Whether the plan allows passive roaming.
      type: bool
      sample: false
    max_destination_per_route:
      description: Maximum number of application servers of a device.
      type: int
      sample: 5
    supplier:
      description: Connectivity supplier of the plan, with its C(commercial_name).
      type: dict
      sample: {id: kpn-cs, commercial_name: KPN Connectivity}
    href:
      description: Address in the API.
      type: str
      sample: /thingpark/wireless/rest/subscriptions/100/networkSubscriptions/87
  sample:
    - {id: kpn-cs/seldom, commercial_name: Seldom, granted: 10000, used: 1963, left: 8037}
transactions:
  description: Purchases of connectivity plans. The platform doesn't document the unit of their times. They have 32 bits,
    so they are probably seconds since 1970, UTC.
  returned: O(gather) has it
  type: list
  elements: dict
  sample:
    - id: kpn-cs/seldom
      granted: 10000
      status: SUBSCRIBED
      subscription_timestamp: 1577836800
device_profiles:
  description: Device profiles that the subscription can use.
  returned: O(gather) has it
  type: list
  elements: dict
  sample:
    - id: LORA/GenericA.1.0.4a_ETSI
      commercial_name: LoRaWAN 1.0.4 revA - class A - Rx2_SF9
      mac_minor_version: 6
vendors:
  description: Vendors of devices.
  returned: O(gather) has it
  type: list
  elements: dict
  sample:
    - {id: actility-sup/2, commercial_name: Generic}
ism_bands:
  description: ISM bands of the subscription.
  returned: O(gather) has it
  type: list
  elements: dict
  sample:
    - {id: eu868, name: EU863-870 (EU868)}
drivers:
  description: Drivers of ThingPark X, which decode payloads.
  returned: O(gather) has it
  type: list
  elements: dict
  sample:
    - {id: 'abeeway:asset-tracker:1', name: abeeway asset-tracker}
tags:
  description: Device tags that begin with O(query).
  returned: O(gather) has it
  type: list
  elements: dict
  sample:
    - {name: parking}
base_station_tags:
  description: Base station tags that begin with O(query), with their C(namespace).
  returned: O(gather) has it
  type: list
  elements: dict
  sample:
    - {name: city, namespace: OPERATOR}
multicast_settings:
  description: ISM band (C(ism_band)) and channels (C(lcs)) for multicast of the base stations with O(base_station_tag).
    Frequencies are in MHz.
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
  description: Public RSA key that encrypts device keys, as a JSON Web Key. C(kid) is its version.
  returned: O(gather) has it
  type: dict
  sample: {kid: TWK1, kty: RSA, n: iAquKWN2Fex2..., e: AQAB}
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
from ..module_utils._tasks.catalogue_info import TASK


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
