#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/alarm_subscription.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_alarm_subscription_info
short_description: Show the alarm subscriptions of users in ThingPark's Device Manager
version_added: 0.1.0
description:
  - Returns who is told of alarms from which severity on, of these users or of all.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
  - lorawan.thingpark.tdm.info
options:
  thingpark_id:
    description: The alarm subscriptions with these IDs. Those that aren't there are left out. Can't be given
      together with filters.
    type: list
    elements: str
  gather:
    description:
      - V(briefs) returns what the platform's list shows. V(alarm_subscriptions) fetches each of them whole,
        in a request for each.
      - V(options) returns each of them in exactly the options that would change nothing if they were given
        to M(lorawan.thingpark.tdm_alarm_subscription) with C(create) V(false), and nothing else. What the list
        doesn't show is fetched.
    type: str
    default: briefs
    choices: [briefs, options]
seealso:
  - module: lorawan.thingpark.tdm_alarm_subscription
"""

EXAMPLES = r"""
- name: Who is told of alarms
  lorawan.thingpark.tdm_alarm_subscription_info:
  register: told
"""

RETURN = r"""
alarm_subscriptions:
  description:
    - The alarm subscriptions, with all that the platform tells, in snake_case, and beside it the options of
      M(lorawan.thingpark.tdm_alarm_subscription) as they would be written there. What is null, since the platform
      doesn't know it, is left out. Secrets are never in it.
  returned: success
  type: list
  elements: dict
  sample:
    - thingpark_id: tpk-100002581
      minimum_severity: major
      href: /thingpark/wireless/rest/subscriptions/100/users/tpk-100002581/alarmsSubscription
  contains:
    thingpark_id:
      description: Which alarm subscription it is.
      type: str
    minimum_severity:
      description: The least severity of the alarms of which the user is told, by name or by number.
      type: str
left_out:
  description:
    - The options that some alarm subscriptions have and that can't be described, such as secrets, each with
      C(thingpark_id), C(option) and C(message), the reason. They are left as they are.
  returned: O(gather=options)
  type: list
  elements: dict
  sample: []
login_refused:
  description: The platform refused the login. It is not tried again until the password changes or 15 minutes
    have passed.
  returned: when the login was refused
  type: bool
held_back:
  description: The password was not even sent, since it was refused shortly before.
  returned: when the login was refused
  type: bool
"""

from ..module_utils._frame.module import main as run_module
from ..module_utils._resources.alarm_subscription import ALARM_SUBSCRIPTION
from ..module_utils._tasks.info import info

TASK = info(ALARM_SUBSCRIPTION)


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
