#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/alarm_subscription.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_alarm_subscription
short_description: Manage the alarm subscription of a user on ThingPark
version_added: 0.1.0
description:
  - Creates, changes or deletes the alarm subscription of one user. The user gets mail about alarms from a minimum severity
    on.
  - The task writes only differences. Alarm subscriptions have no version on the platform. If two users write at the same moment,
    the last one wins.
  - Your own alarm subscription needs no permission. Alarm subscriptions of other users need the permission C(ra) or C(s1) on
    the subscription.
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
    description: Whether to create the alarm subscription if it doesn't exist. With V(false), the task fails instead.
    type: bool
    default: true
  thingpark_id:
    description: ThingPark ID of the user, such as V(tpk-100002581). The login doesn't show the ID of your own account.
    type: str
    required: true
  minimum_severity:
    description: Minimum severity of the alarms that the user gets, by name or number. V(indeterminate) or V(2), V(warning)
      or V(3), V(minor) or V(4), V(major) or V(5), V(critical) or V(6). Required for a new alarm subscription.
    type: str
seealso:
  - module: lorawan.thingpark.tdm_alarm_subscription_info
  - module: lorawan.thingpark.tdm_subscription
"""

EXAMPLES = r"""
- name: Notify Ann of alarms with severity major and above
  lorawan.thingpark.tdm_alarm_subscription:
    thingpark_id: tpk-100002581
    minimum_severity: major

- name: Delete the alarm subscription of a user
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
  description: ThingPark ID of the user.
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
      message: 'is missing: this user has no alarm subscription yet, and a new one needs it'
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
from ..module_utils._resources.alarm_subscription import ALARM_SUBSCRIPTION
from ..module_utils._tasks.one import one

TASK = one(ALARM_SUBSCRIPTION)


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
