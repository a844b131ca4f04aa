#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/subscriber_info.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_subscriber_info
short_description: Show the subscription and the subscriber on ThingPark
version_added: 0.1.0
description:
  - Returns the subscription with its subscriber, state and options, the user, and the permissions.
  - The keys are the API's keys in snake_case. Unknown keys of the platform are included.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
  - lorawan.thingpark.tdm.info
seealso:
  - module: lorawan.thingpark.tdm_session
"""

EXAMPLES = r"""
- name: Get the subscription and the subscriber
  lorawan.thingpark.tdm_subscriber_info:
  register: account

- name: Show the owner of the account
  ansible.builtin.debug:
    msg: "{{ account.subscriber.name }}, subscription {{ account.subscription.id }}"
"""

RETURN = r"""
subscription:
  description:
    - The subscription. Times are in milliseconds since 1970, UTC.
    - With O(body_format=xml), it only has C(id), C(creation_timestamp), C(alarm_state_notifications), C(state) and C(subscriber),
      because the platform's XML schema has no other fields.
  returned: success
  type: dict
  contains:
    id:
      description: Number of the subscription in the API's addresses, or V(mine) with OAuth.
      type: str
      sample: '100'
    state:
      description: State of the subscription, with C(value) and C(timestamp), in milliseconds since 1970, UTC.
      type: dict
      sample: {value: ACTIVE, timestamp: 1577836800000}
    creation_timestamp:
      description: When the subscription was created, in milliseconds since 1970, UTC.
      type: int
      sample: 1577836800000
    alarm_state_notifications:
      description: Contacts for alarms, in XML. M(lorawan.thingpark.tdm_subscription) shows them as C(alarm_notifications).
      type: str
      sample: <notifications><state val="5-6"><contact address="sms:+31612345678"/></state></notifications>
    subscriber:
      description: The same as RV(subscriber).
      type: dict
      sample: {id: '100002581', name: Olivia Operator, organization: Example Operations}
    options:
      description: Features that the operator has enabled.
      returned: with O(body_format=json)
      type: dict
      sample:
        cellular_support: DEACTIVATED
        dev_addr_validation: DEACTIVATED
        dev_eui_validation: DEACTIVATED
        license: DEACTIVATED
        external_js: ACTIVATED
    network_subscriptions_handling:
      description: Way of choosing connectivity plans, in C(mode).
      returned: with O(body_format=json)
      type: dict
      sample: {mode: ADVANCED}
    default_ism_bands:
      description: ISM bands that the web interface offers first.
      returned: with O(body_format=json)
      type: list
      elements: dict
      sample:
        - {id: eu868, name: EU863-870 (EU868)}
    default_ism_band:
      description: B(Deprecated.) The first of RV(subscription.default_ism_bands).
      returned: with O(body_format=json)
      type: dict
      sample: {id: eu868, name: EU863-870 (EU868)}
    operator:
      description: The operator's NetIDs and NSID.
      returned: with O(body_format=json)
      type: dict
      sample:
        ns_id: F03D290200000000
        non_roaming_devices_net_id: '000000'
        roaming_devices_net_id: '000002'
    twa_exchange_key_version:
      description: Version of the RSA exchange key that encrypts device keys.
      returned: with O(body_format=json)
      type: str
      sample: TWK1
    occ_context:
      description: 'Last change: its author (C(who)), its time (C(last_update), in milliseconds since 1970, UTC), and the
        resulting C(version).'
      returned: with O(body_format=json)
      type: dict
      sample: {version: 1, last_update: 1577836800000, who: Platform Operator}
  sample:
    id: '100'
    creation_timestamp: 1577836800000
    state:
      value: ACTIVE
      timestamp: 1577836800000
    network_subscriptions_handling:
      mode: ADVANCED
subscriber:
  description: The subscriber's C(id), C(name) and C(organization).
  returned: success
  type: dict
  sample: {id: '100002581', name: Olivia Operator, organization: Example Operations}
granted_permissions:
  description: Permissions of the session, with the platform's names. Empty if the platform doesn't show them.
  returned: success
  type: list
  elements: str
  sample: [x, a, ra]
user:
  description: The user's C(first_name), C(last_name) and C(language). Empty if the platform doesn't show them.
  returned: success
  type: dict
  sample: {first_name: Olivia, last_name: Operator, language: en-US}
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
from ..module_utils._tasks.subscriber_info import TASK


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
