#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/downlink.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_downlink
short_description: Send a downlink to a device or a multicast group
version_added: 0.1.0
description:
  - Queues one downlink for a device, or for a multicast group.
  - B(A downlink is never sent again by itself.) Where the platform's answer was lost, the task fails and says that the downlink
    may have been queued. A run with O(flush_queue=true) empties the queue before, so that there is exactly one.
  - Success says that the platform took the downlink, not that the device got it.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
    details: Looks whether the device or the multicast group is there, and sends nothing.
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
    support: none
  idempotent:
    description: When run twice in a row outside check mode, with the same arguments, the second invocation indicates no change.
    support: none
    details: Each run sends a downlink. Whether the device has obeyed one before, nobody but the device knows.
options:
  dev_eui:
    description: DevEUI of the device. One of O(dev_eui) and O(multicast_group) is required.
    type: str
  multicast_group:
    description: DevEUI of the multicast group.
    type: str
  payload:
    description:
      - What to send, as hexadecimal digits, two for each byte; blanks, colons and dashes between them are fine. An empty text
        sends no byte. Quote it, or YAML may take it for a number.
      - The network encrypts it, unless O(f_cnt_dn) or O(a_f_cnt_dn) is given.
    type: str
    required: true
  f_port:
    description: The LoRaWAN port, from 1 to 225.
    type: int
    required: true
  confirmed:
    description: Whether the device is asked to confirm it. For O(dev_eui) alone.
    type: bool
  f_cnt_dn:
    description: The downlink counter with which O(payload) is encrypted already, in LoRaWAN 1.0.
    type: int
  a_f_cnt_dn:
    description: The application's downlink counter with which O(payload) is encrypted already, in LoRaWAN 1.1.
    type: int
  flush_queue:
    description: Whether to empty the queue before.
    type: bool
    default: false
  validity:
    description: How long the downlink may wait in the queue, in seconds, or until which time, such as V(2026-12-01T06:00:00Z).
    type: str
  retry_ineligible_gateways:
    description:
      - Whether gateways that can't send now, such as those without GPS for class B, are tried again. The platform's default
        is to do so. For O(multicast_group) alone.
    type: bool
seealso:
  - module: lorawan.thingpark.tdm_device
  - module: lorawan.thingpark.tdm_device_reset
"""

EXAMPLES = r"""
- name: Open the valve
  lorawan.thingpark.tdm_downlink:
    dev_eui: 70B3D57ED0000001
    f_port: 2
    payload: "01FF"
    confirmed: true

- name: Whatever was queued before, the interval is an hour
  lorawan.thingpark.tdm_downlink:
    dev_eui: 70B3D57ED0000001
    f_port: 10
    payload: "0E10"
    flush_queue: true
    validity: "86400"
"""

RETURN = r"""
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
from ..module_utils._tasks.downlink import TASK


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
