#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/alarm.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_alarm_info
short_description: Show alarms of devices in ThingPark's Device Manager
version_added: 0.1.0
description:
  - Returns alarms of some devices, of a multicast group, or of all devices of the subscription, the latest first.
  - An alarm has to match all filters. What no alarm could match is refused before the login.
  - An active alarm is one that isn't cleared, or that nobody has acknowledged.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
  - lorawan.thingpark.tdm.info
options:
  dev_eui:
    description:
      - Only alarms of the devices with these DevEUIs. For one device, the platform tells whether it is there.
    type: list
    elements: str
  multicast_group:
    description: Only alarms of the multicast group with this DevEUI.
    type: str
  alarm:
    description:
      - Only this alarm, by name or number. The names are RV(alarms[].name); the platform may know more numbers than have a
        name.
    type: str
  severity:
    description: Only alarms of this severity, V(cleared), V(indeterminate), V(warning), V(minor), V(major) or V(critical),
      or its number from 1 to 6.
    type: str
  min_severity:
    description: Only alarms of this severity or above.
    type: str
  acked:
    description: Only alarms that somebody has acknowledged, or with V(false) that nobody has.
    type: bool
  domain:
    description: 'Only alarms of devices with this domain, as C(group: name), or with all of these.'
    type: dict
  created_from:
    description:
      - Only alarms that were raised at this time or later, such as V(2018-08-24T09:27:59Z).
      - An alarm that grows worse keeps the time at which it was raised. To poll for news, leave this out and stop at what is
        known already; the latest change comes first.
    type: str
  updated_to:
    description: Only alarms that changed last at this time or earlier.
    type: str
  history:
    description: Return alarms that are cleared, with the severity that they had, instead of those that are active.
    type: bool
    default: false
  limit:
    description: How many alarms to return at most.
    type: int
  gather:
    description:
      - V(alarms) returns each alarm. V(summary) lets the platform count those of all devices, in one request.
    type: str
    default: alarms
    choices: [alarms, summary]
seealso:
  - module: lorawan.thingpark.tdm_alarm_ack
  - module: lorawan.thingpark.tdm_device_info
"""

EXAMPLES = r"""
- name: What is wrong now, and nobody has seen to
  lorawan.thingpark.tdm_alarm_info:
    acked: false
    min_severity: major
  register: alarms

- name: Which devices may have a wrong key
  lorawan.thingpark.tdm_alarm_info:
    alarm: join_mic_wrong

- name: One number for each severity
  lorawan.thingpark.tdm_alarm_info:
    gather: summary
"""

RETURN = r"""
alarms:
  description: The alarms, the latest change first. What the platform doesn't tell is left out.
  returned: success and O(gather=alarms)
  type: list
  elements: dict
  contains:
    uid:
      description: What the platform calls this alarm; M(lorawan.thingpark.tdm_alarm_ack) takes it.
      type: str
    id:
      description: The number of its kind.
      type: int
    name:
      description:
        - The name of its kind. Of a number without a published name, C(alarm_) and the number.
        - V(battery_low), V(downlink_rate_exceeded), V(uplink_rate_exceeded), V(no_uplink), V(data_rate_higher),
          V(data_rate_lower), V(join_replay_dev_nonce), V(join_mic_wrong), V(join_replay_mic), V(uplink_replay_counter),
          V(uplink_replay_repeated), V(mac_command_rejected), V(mac_command_unanswered), V(join_eui_invalid),
          V(join_replay_dev_nonce_invalid) and V(uplink_mic_wrong) are the alarms 1 to 16.
      type: str
    severity:
      description: How bad it is.
      type: str
    acked:
      description: Whether somebody has acknowledged it.
      type: bool
    acked_by:
      description: Who.
      type: str
    acked_at:
      description: When, in UTC.
      type: str
    dev_eui:
      description: The device or the multicast group.
      type: str
    device_name:
      description: The device's name, where alarms of several devices were asked for.
      type: str
    domains:
      description: The device's domains, where alarms of several devices were asked for.
      type: dict
    occurrences:
      description: How often it happened before it was cleared.
      type: int
    created:
      description: When it was raised, in UTC.
      type: str
    updated:
      description: When it changed last, in UTC.
      type: str
    details:
      description: What else the platform tells of it; what it means depends on the kind of alarm.
      type: list
      elements: str
  sample:
    - uid: 5d31b91ccc9cc606607bc0a8
      id: 4
      name: no_uplink
      severity: major
      acked: false
      dev_eui: 70B3D57ED0000001
      device_name: park-00001
      created: '2026-11-27T03:00:00Z'
summary:
  description:
    - How many alarms there are, in C(total); how many of each severity, in C(by_severity). With O(gather=alarms)
      also how many nobody has acknowledged, in C(not_acked), and how many of each kind, in C(by_alarm).
  returned: success
  type: dict
  sample:
    total: 3
    not_acked: 2
    by_severity:
      critical: 1
      major: 2
    by_alarm:
      no_uplink: 3
login_refused:
  description: Whether the platform refused the login. The password is then held back until it changes, or for
    15 minutes.
  returned: when the login was refused
  type: bool
held_back:
  description: Whether the password was not sent at all, because the platform had refused it shortly before.
  returned: when the login was refused
  type: bool
"""

from ..module_utils._frame.module import main as run_module
from ..module_utils._tasks.alarm_info import TASK


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
