#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/statistics_info.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_statistics_info
short_description: Show statistics of devices in ThingPark's Device Manager
version_added: 0.1.0
description:
  - Returns measures of some devices, of a multicast group, or of the whole subscription.
  - Of devices, each device and each kind of measure takes a request, so that 100 devices with three kinds take 300.
  - The keys are the API's own in snake_case. Each time is in milliseconds of the epoch, and in C(time) as ISO 8601 in UTC.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
  - lorawan.thingpark.tdm.info
options:
  gather:
    description:
      - What to return.
      - V(counters) are how many devices are in which health state, of the subscription alone.
      - V(frames) are single uplinks and downlinks, of devices and multicast groups. V(frame_totals) are their sums in each
        slot of time, also of the subscription.
      - V(battery_levels), V(locations) and V(spreading_factors) are of devices alone.
    type: list
    elements: str
    required: true
    choices: [counters, frames, frame_totals, battery_levels, locations, spreading_factors]
  dev_eui:
    description: The devices with these DevEUIs.
    type: list
    elements: str
  multicast_group:
    description: The multicast group with this DevEUI.
    type: str
  scope:
    description: Without O(dev_eui) and O(multicast_group), whether all devices are meant or all multicast groups.
    type: str
    default: subscription
    choices: [subscription, multicast_groups]
  begin:
    description: When the first one was, such as V(2026-11-27T00:00:00Z). By default, O(duration) reaches up to now.
    type: str
  duration:
    description: How long a time is looked at, such as V(PT24H) or V(P7D). By default it depends on the kind, and is mostly
      V(P7D).
    type: str
  step:
    description: How long a slot of time is, such as V(PT1H) or V(P1D), of totals, batteries and locations.
    type: str
  timezone:
    description: The time zone in which a slot begins, such as V(Europe/Amsterdam), of totals.
    type: str
  type:
    description: Only frames of these types, of devices.
    type: list
    elements: str
    choices: [uplink, downlink, microflow]
  gateway:
    description: Only frames that the base station with this LRR ID received or sent, of devices.
    type: str
  parallel:
    description: How many requests are under way at once, from 1 to 64.
    type: int
    default: 8
seealso:
  - module: lorawan.thingpark.tdm_device_info
  - module: lorawan.thingpark.tdm_alarm_info
"""

EXAMPLES = r"""
- name: How many devices are alive
  lorawan.thingpark.tdm_statistics_info:
    gather: [counters]

- name: Whose battery won't see the summer
  lorawan.thingpark.tdm_statistics_info:
    gather: [battery_levels]
    dev_eui: ["70B3D57ED0000001", "70B3D57ED0000002"]
    duration: P90D
    step: P7D

- name: The traffic of the whole subscription, per day
  lorawan.thingpark.tdm_statistics_info:
    gather: [frame_totals]
    duration: P7D
    step: P1D
    timezone: Europe/Amsterdam
"""

RETURN = r"""
devices:
  description:
    - 'With O(dev_eui): of each device its C(dev_eui), and what was gathered, each with C(briefs) and what the platform tells
      besides.'
  returned: success and O(dev_eui) is given
  type: list
  elements: dict
  sample:
    - dev_eui: 70B3D57ED0000001
      battery_levels:
        briefs:
          - time: '2026-11-27T00:00:00Z'
            level: 180
            timestamp: 1795737600000
counters:
  description: How many devices are in which health state, in C(briefs), and C(total_count).
  returned: O(gather) has it
  type: dict
  sample: {total_count: 1963, briefs: [{health_state: ACTIVE, count: 1950}]}
frames:
  description: The downlinks of multicast groups, in C(briefs).
  returned: O(gather) has it, without O(dev_eui)
  type: dict
  sample:
    briefs:
      - time: '2026-11-27T03:00:00Z'
        bs_count: 93
        bs_success_count: 86
        status: SUCCESS
frame_totals:
  description: The sums of each slot of time, in C(briefs).
  returned: O(gather) has it, without O(dev_eui)
  type: dict
  sample: {briefs: [{time: '2026-11-27T00:00:00Z', up: {count: 47000}, dw: {count: 1200}}]}
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
from ..module_utils._tasks.statistics_info import TASK


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
