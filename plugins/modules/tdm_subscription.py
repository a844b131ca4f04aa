#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/subscription.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_subscription
short_description: Change the settings of a subscription on ThingPark
version_added: 0.1.0
description:
  - Changes the settings of the account's subscription. The module can't create or delete a subscription.
  - Options that you don't set keep their values. The task writes only differences.
  - Without options, the task only shows the settings.
  - The task always uses JSON, even with O(body_format=xml), because the platform's XML of a subscription lacks most settings.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
  - lorawan.thingpark.tdm.idempotent
options:
  alarm_notifications:
    description:
      - Contacts that get notifications of alarms, by severity. The list replaces all notifications. An empty list removes all
        of them.
      - The task combines adjacent severities with the same contacts. Their order doesn't matter.
      - Contacts are personal data, and occur in results and diffs. Set C(no_log) for the task to hide them.
    type: list
    elements: dict
    suboptions:
      severities:
        description:
          - Severities, by name or number. Each severity can occur in only one notification.
          - V(cleared) or V(1) for the end of an alarm, V(indeterminate) or V(2), V(warning) or V(3), V(minor) or V(4), V(major)
            or V(5), V(critical) or V(6).
        type: list
        elements: str
        required: true
      contacts:
        description: Addresses of the contacts, such as V(email:ann@example.com) or V(sms:+31612345678).
        type: list
        elements: str
        required: true
  default_ism_bands:
    description: ISM bands that the web interface offers first, by ID such as V(eu868) or by name. Their order doesn't matter.
    type: list
    elements: str
  ns_id:
    description: NSID, 16 hexadecimal digits. The default is the operator's NSID. There is no known way to remove it again.
    type: str
  non_roaming_net_id:
    description:
      - NetID for devices that don't roam, 6 hexadecimal digits. The default is the operator's NetID.
      - O(non_roaming_net_id), O(roaming_net_id) and O(segregation_id) are restricted. A separate request writes them after
        all others. It needs the permission C(ra) on the subscription. The other options need C(ra) or C(s1).
      - If the account is known to lack the permission and a value differs, the task fails before the first change.
    type: str
  roaming_net_id:
    description: NetID for devices that roam, 6 hexadecimal digits, see O(non_roaming_net_id).
    type: str
  segregation_id:
    description: Segregation ID for devices, 8 hexadecimal digits, see O(non_roaming_net_id). By default, the operator decides
      how to separate the traffic.
    type: str
  force:
    description: Overwrite another user's change at the same moment, in spite of the platform's optimistic locking.
    type: bool
    default: false
seealso:
  - module: lorawan.thingpark.tdm_subscriber_info
  - module: lorawan.thingpark.tdm_alarm_subscription
  - module: lorawan.thingpark.tdm_alarm_info
"""

EXAMPLES = r"""
- name: Send mail for every warning, and a text message for severe alarms
  lorawan.thingpark.tdm_subscription:
    alarm_notifications:
      - severities: [warning, minor]
        contacts: ["email:network@example.com"]
      - severities: [major, critical]
        contacts: ["email:network@example.com", "sms:+31612345678"]

- name: Remove all notifications
  lorawan.thingpark.tdm_subscription:
    alarm_notifications: []

- name: Set the segregation ID of the subscription
  lorawan.thingpark.tdm_subscription:
    segregation_id: 1234ABCD
"""

RETURN = r"""
action:
  description: The change, or in check mode the change that a run would make. One of V(updated), V(unchanged) and V(failed).
  returned: when the platform was asked
  type: str
  sample: updated
subscription:
  description: The subscription after the task, or in check mode after a run, with the names and values of this module's options.
  returned: success
  type: dict
  sample:
    alarm_notifications:
      - severities:
          - minor
          - major
          - critical
        contacts:
          - email:ann@example.com
          - sms:+31612345678
    default_ism_bands:
      - eu868
findings:
  description: All faults of the options. Each has C(where), C(option) and C(message). C(where) is always V(options).
  returned: when the options have faults
  type: list
  elements: dict
  sample:
    - where: options
      option: alarm_notifications
      message: 'has the severity major in two notifications: give its contacts in one of them'
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
from ..module_utils._resources.subscription_settings import SUBSCRIPTION
from ..module_utils._tasks.settings import settings

TASK = settings(SUBSCRIPTION)


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
