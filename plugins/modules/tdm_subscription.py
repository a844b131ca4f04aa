#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/subscription.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_subscription
short_description: Change the settings of a subscription in ThingPark's Device Manager
version_added: 0.1.0
description:
  - Changes the settings of the subscription that the account belongs to. There is one, which nobody makes or deletes.
  - What isn't given is left alone. Only what differs is written.
  - Without any option, it shows the settings.
  - The platform's answers are always JSON, even with O(body_format=xml). Its XML of a subscription leaves most settings out.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
  - lorawan.thingpark.tdm.idempotent
options:
  alarm_notifications:
    description:
      - Who is told of alarms, by their severity. It is compared and written as a whole; an empty list tells nobody.
      - Neighbouring severities with the same contacts are shown together, and their order doesn't matter.
      - Contacts are personal data, and stand in results and differences. C(no_log) for the task hides them there.
    type: list
    elements: dict
    suboptions:
      severities:
        description:
          - Severities, by name or by number, each of which may stand in one notification alone.
          - V(cleared) or V(1) is an alarm that is over, V(indeterminate) or V(2), V(warning) or V(3), V(minor) or V(4), V(major)
            or V(5), V(critical) or V(6).
        type: list
        elements: str
        required: true
      contacts:
        description: Where they are told, such as V(email:ann@example.com) or V(sms:+31612345678).
        type: list
        elements: str
        required: true
  default_ism_bands:
    description: The ISM bands that the web page offers first, by ID such as V(eu868) or by name. They have no order.
    type: list
    elements: str
  ns_id:
    description: The NSID, 16 hexadecimal digits. Where it was never set, the operator's counts. Nothing is known to take it
      away again.
    type: str
  non_roaming_net_id:
    description:
      - The NetID for devices that don't roam, 6 hexadecimal digits. Where it was never set, the operator's counts.
      - This one, O(roaming_net_id) and O(segregation_id) are restricted. They are written by a request of their own, after
        all others, which takes the right C(ra) on the subscription. The other options take C(ra) or C(s1).
      - An account that is known not to have the right is told before anything is written, unless nothing differs.
    type: str
  roaming_net_id:
    description: The NetID for devices that roam, 6 hexadecimal digits, see O(non_roaming_net_id).
    type: str
  segregation_id:
    description: The segregation ID for devices, 8 hexadecimal digits, see O(non_roaming_net_id). Without it, the operator's
      way to part the traffic decides.
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
- name: Mail for every warning, and a text message for the guard when it is serious
  lorawan.thingpark.tdm_subscription:
    alarm_notifications:
      - severities: [warning, minor]
        contacts: ["email:network@example.com"]
      - severities: [major, critical]
        contacts: ["email:network@example.com", "sms:+31612345678"]

- name: Nobody is told any more
  lorawan.thingpark.tdm_subscription:
    alarm_notifications: []

- name: Devices of this subscription are in a segment of their own
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
held_back:
  description: Whether the password was not sent at all, because the platform had refused it shortly before.
  returned: when the login was refused
  type: bool
"""

from ..module_utils._frame.module import main as run_module
from ..module_utils._resources.subscription_settings import SUBSCRIPTION
from ..module_utils._tasks.settings import settings

TASK = settings(SUBSCRIPTION)


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
