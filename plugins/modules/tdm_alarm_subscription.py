#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/alarm_subscription.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_alarm_subscription
short_description: Manage the alarm subscription of a user in ThingPark's Device Manager
version_added: 0.1.0
description:
  - Makes, changes and deletes the alarm subscription of one user, who is told of alarms of a severity or above.
  - Only what differs is written. The platform gives alarm subscriptions no version, so that of two who write at the same moment
    the last one wins.
  - One's own takes no right. Those of others take the right C(ra) or C(s1) on the subscription.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
  - lorawan.thingpark.tdm.idempotent
options:
  state:
    description: Whether the user should have an alarm subscription.
    type: str
    default: present
    choices: [present, absent]
  create:
    description: Whether it may be made. With V(false), a user without one fails the task instead.
    type: bool
    default: true
  thingpark_id:
    description: The ThingPark ID of the user, such as V(tpk-100002581). No login tells the account's own one.
    type: str
    required: true
  minimum_severity:
    description: The least severity of the alarms of which the user is told, by name or by number. V(indeterminate) or V(2),
      V(warning) or V(3), V(minor) or V(4), V(major) or V(5), V(critical) or V(6). A new alarm subscription needs it.
    type: str
seealso:
  - module: lorawan.thingpark.tdm_alarm_subscription_info
  - module: lorawan.thingpark.tdm_subscription
"""

EXAMPLES = r"""
- name: Ann is told when it is serious
  lorawan.thingpark.tdm_alarm_subscription:
    thingpark_id: tpk-100002581
    minimum_severity: major

- name: Ann has left
  lorawan.thingpark.tdm_alarm_subscription:
    thingpark_id: tpk-100002581
    state: absent
"""

RETURN = r"""
action:
  description: The change, or in check mode the change that a run would make. One of V(created), V(updated), V(deleted),
    V(unchanged) and V(failed).
  returned: when the platform was asked
  type: str
  sample: created
thingpark_id:
  description: The ThingPark ID of the user.
  returned: when the platform was asked
  type: str
  sample: tpk-100002581
alarm_subscription:
  description:
    - The alarm subscription after the task, or in check mode after a run, with the names and values of this module's options.
      It contains the options that the task compared, and no secrets.
  returned: success and O(state=present)
  type: dict
  sample: {thingpark_id: tpk-100002581, minimum_severity: major}
findings:
  description:
    - All faults of the options. Each has C(where), C(thingpark_id), C(option) and C(message). C(where) is always V(options).
  returned: when the options have faults
  type: list
  elements: dict
  sample:
    - where: options
      thingpark_id: tpk-100002581
      option: minimum_severity
      message: 'is missing: there is no alarm subscription of this user yet, and a new one needs it'
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
from ..module_utils._resources.alarm_subscription import ALARM_SUBSCRIPTION
from ..module_utils._tasks.one import one

TASK = one(ALARM_SUBSCRIPTION)


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
