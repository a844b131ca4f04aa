#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/alarm.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_alarm_ack
short_description: Acknowledge alarms of devices on ThingPark
version_added: 0.1.0
description:
  - Acknowledges alarms by their UIDs, or all alarms that match the filters. Acknowledged alarms stay unchanged.
  - The task first lists the alarms, then acknowledges them by UID. It doesn't acknowledge alarms that are raised meanwhile.
  - One of O(uids), a filter, and O(all) is required.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
    support: full
  idempotent:
    description: When run twice in a row outside check mode, with the same arguments, the second invocation indicates no change.
    support: full
options:
  dev_eui:
    description: Only alarms of the devices with these DevEUIs.
    type: list
    elements: str
  multicast_group:
    description: Only alarms of the multicast group with this DevEUI. Can be combined with O(uids).
    type: str
  alarm:
    description: Only this alarm, by name or number, see M(lorawan.thingpark.tdm_alarm_info).
    type: str
  severity:
    description: Only alarms of this severity, V(cleared), V(indeterminate), V(warning), V(minor), V(major) or V(critical),
      or its number.
    type: str
  min_severity:
    description: Only alarms of at least this severity.
    type: str
  domain:
    description: 'Only alarms of devices with this domain, as C(group: name), or with all of these.'
    type: dict
  created_from:
    description: Only alarms that were raised at this time or later, such as V(2018-08-24T09:27:59Z).
    type: str
  updated_to:
    description: Only alarms whose last change was at this time or earlier.
    type: str
  uids:
    description: UIDs of the alarms to acknowledge, from M(lorawan.thingpark.tdm_alarm_info).
    type: list
    elements: str
  all:
    description: Acknowledges all alarms of all devices.
    type: bool
    default: false
seealso:
  - module: lorawan.thingpark.tdm_alarm_info
"""

EXAMPLES = r"""
- name: Acknowledge the alarms of silent devices in one domain
  lorawan.thingpark.tdm_alarm_ack:
    alarm: no_uplink
    domain:
      Site: Utrecht/Centraal

- name: List unacknowledged alarms
  lorawan.thingpark.tdm_alarm_info:
    acked: false
  register: alarms

- name: Acknowledge exactly the listed alarms
  lorawan.thingpark.tdm_alarm_ack:
    uids: "{{ alarms.alarms | map(attribute='uid') | list }}"
"""

RETURN = r"""
alarms:
  description:
    - The acknowledged alarms, or in check mode the alarms to acknowledge. They have the fields
      of M(lorawan.thingpark.tdm_alarm_info), with the values before the acknowledgment.
  returned: success
  type: list
  elements: dict
  sample:
    - uid: 5d31b91ccc9cc606607bc0a8
      name: mac_command_unanswered
      severity: warning
      acked: false
      dev_eui: 70B3D57ED0000001
summary:
  description: Number of these alarms, with the fields of M(lorawan.thingpark.tdm_alarm_info).
  returned: success
  type: dict
  sample:
    total: 1
    not_acked: 1
    by_severity:
      warning: 1
    by_alarm:
      mac_command_unanswered: 1
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
from ..module_utils._tasks.alarm_ack import TASK


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
