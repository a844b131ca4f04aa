#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/statistics_info.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_statistics_info
short_description: Show statistics of devices on ThingPark
version_added: 0.1.0
description:
  - Returns statistics of some devices, of a multicast group, or of the whole subscription.
  - Each device and each kind of statistics needs a request. For example, three kinds for 100 devices need 300 requests.
  - The keys are the API's keys in snake_case. Times are in milliseconds since 1970, UTC, and in C(time) also as
    ISO 8601 in UTC.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
  - lorawan.thingpark.tdm.info
options:
  gather:
    description:
      - Kinds of statistics to return.
      - V(counters) is the number of devices by health state, only for the subscription.
      - V(frames) lists uplinks and downlinks, for devices and multicast groups. V(frame_totals) counts them per
        time slot, also for the subscription.
      - V(battery_levels), V(locations) and V(spreading_factors) are only for devices.
    type: list
    elements: str
    required: true
    choices: [counters, frames, frame_totals, battery_levels, locations, spreading_factors]
  dev_eui:
    description: DevEUIs of the devices.
    type: list
    elements: str
  multicast_group:
    description: DevEUI of the multicast group.
    type: str
  scope:
    description: Whether to return statistics of all devices or of all multicast groups, without O(dev_eui) and
      O(multicast_group).
    type: str
    default: subscription
    choices: [subscription, multicast_groups]
  begin:
    description: Start of the period, such as V(2026-11-27T00:00:00Z). By default, the period ends now and has the
      length O(duration).
    type: str
  duration:
    description: Length of the period, such as V(PT24H) or V(P7D). The default depends on the kind, and is V(P7D)
      for most kinds.
    type: str
  step:
    description: Length of a time slot, such as V(PT1H) or V(P1D), for totals, batteries and locations.
    type: str
  timezone:
    description: Time zone of the time slots, such as V(Europe/Amsterdam), for totals.
    type: str
  type:
    description: Only frames of these types, for devices.
    type: list
    elements: str
    choices: [uplink, downlink, microflow]
  gateway:
    description: Only frames that the base station with this LRR ID received or sent, for devices.
    type: str
  parallel:
    description: How many requests to send at the same time, from 1 to 64.
    type: int
    default: 8
seealso:
  - module: lorawan.thingpark.tdm_device_info
  - module: lorawan.thingpark.tdm_alarm_info
"""

EXAMPLES = r"""
- name: Count the devices by health state
  lorawan.thingpark.tdm_statistics_info:
    gather: [counters]

- name: Show battery levels of three months, by week
  lorawan.thingpark.tdm_statistics_info:
    gather: [battery_levels]
    dev_eui: ["70B3D57ED0000001", "70B3D57ED0000002"]
    duration: P90D
    step: P7D

- name: Count the frames of the whole subscription, per day
  lorawan.thingpark.tdm_statistics_info:
    gather: [frame_totals]
    duration: P7D
    step: P1D
    timezone: Europe/Amsterdam
"""

RETURN = r"""
devices:
  description:
    - Statistics of each device in O(dev_eui). Each entry has C(dev_eui), and a key per kind in O(gather), which contains
      C(briefs) and other fields of the platform.
    - RSSI and ESP are in dBm, SNR in dB, and sizes in bytes. A packet error rate has no documented unit. A battery level
      is a number from V(1) (lowest) to V(254) (highest).
    - In C(locations), C(lat) and C(lon) are in decimal degrees, C(alt) and both radii in meters, and velocities in meters
      per second.
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
  description: Number of devices by health state in C(briefs), and of all devices in C(total_count).
  returned: O(gather) has it
  type: dict
  sample: {total_count: 1963, briefs: [{health_state: ACTIVE, count: 1950}]}
frames:
  description: Downlinks of multicast groups, in C(briefs). Sizes are in bytes.
  returned: O(gather) has it, without O(dev_eui)
  type: dict
  sample:
    briefs:
      - time: '2026-11-27T03:00:00Z'
        bs_count: 93
        bs_success_count: 86
        status: SUCCESS
frame_totals:
  description: Number of frames per time slot, in C(briefs). Sizes are in bytes.
  returned: O(gather) has it, without O(dev_eui)
  type: dict
  sample: {briefs: [{time: '2026-11-27T00:00:00Z', up: {count: 47000}, dw: {count: 1200}}]}
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
from ..module_utils._tasks.statistics_info import TASK


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
