#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/alarm.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_alarm_info
short_description: Show alarms of devices on ThingPark
version_added: 0.1.0
description:
  - Returns alarms of some devices, of a multicast group, or of all devices of the subscription. The latest alarm comes first.
  - An alarm must match all filters. An invalid filter fails before the login.
  - An alarm is active until it is both cleared and acknowledged.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
  - lorawan.thingpark.tdm.info
options:
  dev_eui:
    description:
      - Only alarms of the devices with these DevEUIs. If you give only one DevEUI, an unknown device is an error.
    type: list
    elements: str
  multicast_group:
    description: Only alarms of the multicast group with this DevEUI.
    type: str
  alarm:
    description:
      - Only this alarm, by name or number. RV(alarms[].name) lists the names. The platform can have more numbers than names.
    type: str
  severity:
    description: Only alarms of this severity, V(cleared), V(indeterminate), V(warning), V(minor), V(major) or V(critical),
      or its number from 1 to 6.
    type: str
  min_severity:
    description: Only alarms of at least this severity.
    type: str
  acked:
    description: Only acknowledged alarms, or with V(false) only unacknowledged ones.
    type: bool
  domain:
    description: 'Only alarms of devices with this domain, as C(group: name), or with all of these.'
    type: dict
  created_from:
    description:
      - Only alarms that were raised at this time or later, such as V(2018-08-24T09:27:59Z).
      - If an alarm becomes more severe, this time stays the same. So don't use it to poll for changes. Instead, read the alarms
        until you reach a known one, because the latest change comes first.
    type: str
  updated_to:
    description: Only alarms whose last change was at this time or earlier.
    type: str
  history:
    description: Whether to return cleared alarms, with their former severity, instead of active alarms.
    type: bool
    default: false
  limit:
    description: Maximum number of alarms to return.
    type: int
  gather:
    description:
      - V(alarms) returns each alarm. V(summary) returns counts of the alarms of all devices, with one request.
    type: str
    default: alarms
    choices: [alarms, summary]
seealso:
  - module: lorawan.thingpark.tdm_alarm_ack
  - module: lorawan.thingpark.tdm_device_info
"""

EXAMPLES = r"""
- name: List unacknowledged alarms with severity major and above
  lorawan.thingpark.tdm_alarm_info:
    acked: false
    min_severity: major
  register: alarms

- name: List devices that may have a wrong key
  lorawan.thingpark.tdm_alarm_info:
    alarm: join_mic_wrong

- name: Count the alarms by severity
  lorawan.thingpark.tdm_alarm_info:
    gather: summary
"""

RETURN = r"""
alarms:
  description: The alarms, the latest change first. Fields without a value are left out.
  returned: success and O(gather=alarms)
  type: list
  elements: dict
  contains:
    uid:
      description: ID of this alarm, for M(lorawan.thingpark.tdm_alarm_ack).
      type: str
      sample: 5d31b91ccc9cc606607bc0a8
    id:
      description: Number of the kind of alarm.
      type: int
      sample: 13
    name:
      description:
        - Name of the kind of alarm. For a number without a published name, it is C(alarm_) and the number.
        - V(battery_low), V(downlink_rate_exceeded), V(uplink_rate_exceeded), V(no_uplink), V(data_rate_higher),
          V(data_rate_lower), V(join_replay_dev_nonce), V(join_mic_wrong), V(join_replay_mic), V(uplink_replay_counter),
          V(uplink_replay_repeated), V(mac_command_rejected), V(mac_command_unanswered), V(join_eui_invalid),
          V(join_replay_dev_nonce_invalid) and V(uplink_mic_wrong) are the alarms 1 to 16.
      type: str
      sample: mac_command_unanswered
    severity:
      description: Severity of the alarm, such as V(major).
      type: str
      sample: warning
    acked:
      description: Whether a user has acknowledged the alarm.
      type: bool
      sample: true
    acked_by:
      description: User who acknowledged the alarm.
      type: str
      sample: Olivia Operator
    acked_at:
      description: Time of the acknowledgment, as ISO 8601 in UTC.
      type: str
      sample: '2026-11-27T08:15:42Z'
    dev_eui:
      description: DevEUI of the device or multicast group.
      type: str
      sample: 70B3D57ED0000001
    device_name:
      description: Name of the device, if you asked for alarms of several devices.
      type: str
      sample: park-00001
    domains:
      description: Domains of the device, if you asked for alarms of several devices.
      type: dict
      sample: {Site: Utrecht/Centraal}
    occurrences:
      description: Number of occurrences before the alarm was cleared.
      type: int
      sample: 1
    created:
      description: Time when the alarm was raised, as ISO 8601 in UTC.
      type: str
      sample: '2026-11-27T03:00:00Z'
    updated:
      description: Time of the last change of the alarm, as ISO 8601 in UTC.
      type: str
      sample: '2026-11-27T03:00:00Z'
    details:
      description: Further values of the alarm. Their meaning depends on the kind of alarm.
      type: list
      elements: str
      sample: [DevStatusReq, '4']
  sample:
    - uid: 5d31b91ccc9cc606607bc0a8
      id: 13
      name: mac_command_unanswered
      severity: warning
      acked: true
      dev_eui: 70B3D57ED0000001
      device_name: park-00001
      created: '2026-11-27T03:00:00Z'
summary:
  description:
    - Number of alarms in C(total), and by severity in C(by_severity). With O(gather=alarms), also the number
      of unacknowledged alarms in C(not_acked), and the number by kind in C(by_alarm).
  returned: success
  type: dict
  sample:
    total: 3
    not_acked: 2
    by_severity:
      major: 2
      warning: 1
    by_alarm:
      mac_command_unanswered: 1
      no_uplink: 2
login_refused:
  description: Whether the platform refused the login. The password is then held back until it changes, or for
    15 minutes.
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
from ..module_utils._tasks.alarm_info import TASK


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
