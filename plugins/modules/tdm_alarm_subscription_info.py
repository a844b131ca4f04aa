#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/alarm_subscription.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_alarm_subscription_info
short_description: Show the alarm subscriptions of users on ThingPark
version_added: 0.1.0
description:
  - Returns the alarm subscriptions of some users or of all users, with their minimum severity.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
  - lorawan.thingpark.tdm.info
options:
  thingpark_id:
    description: IDs of the alarm subscriptions to return. Unknown IDs are ignored. Can't be combined with filters.
    type: list
    elements: str
  gather:
    description:
      - V(briefs) returns the fields of the platform's list. V(alarm_subscriptions) fetches each alarm subscription, with one
        request per alarm subscription.
      - V(options) returns exactly the options of each alarm subscription. Passed to M(lorawan.thingpark.tdm_alarm_subscription)
        with C(create) V(false), they change nothing. The task fetches fields that the list doesn't show.
    type: str
    default: briefs
    choices: [briefs, options]
seealso:
  - module: lorawan.thingpark.tdm_alarm_subscription
"""

EXAMPLES = r"""
- name: List all alarm subscriptions
  lorawan.thingpark.tdm_alarm_subscription_info:
  register: told
"""

RETURN = r"""
alarm_subscriptions:
  description:
    - The alarm subscriptions with all fields of the platform, in snake_case, and with the options of
      M(lorawan.thingpark.tdm_alarm_subscription). Fields without a value are left out. Secrets are
      never included.
  returned: success
  type: list
  elements: dict
  contains:
    thingpark_id:
      description: ThingPark ID of the user, such as V(tpk-100002581).
      type: str
      sample: tpk-100002581
    minimum_severity:
      description: Minimum severity of the alarms that the user gets, by name or number.
      type: str
      sample: major
    href:
      description: Address in the API.
      type: str
      sample: /thingpark/wireless/rest/subscriptions/100/users/tpk-100002581/alarmsSubscription
  sample:
    - thingpark_id: tpk-100002581
      minimum_severity: major
      href: /thingpark/wireless/rest/subscriptions/100/users/tpk-100002581/alarmsSubscription
left_out:
  description:
    - Options that can't be described, such as secrets. Each entry has C(thingpark_id), C(option), and
      the reason in C(message). The options keep their values on the platform.
  returned: O(gather=options)
  type: list
  elements: dict
  sample:
    - thingpark_id: tpk-100002581
      option: minimum_severity
      message: 'is not a known least severity of a subscription: use one of indeterminate, warning,
        minor, major, critical, got 7'
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
from ..module_utils._resources.alarm_subscription import ALARM_SUBSCRIPTION
from ..module_utils._tasks.info import info

TASK = info(ALARM_SUBSCRIPTION)


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
