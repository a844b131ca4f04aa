#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/downlink.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_downlink
short_description: Send a downlink to a device or multicast group on ThingPark
version_added: 0.1.0
description:
  - Queues one downlink for a device or for a multicast group.
  - B(The task never repeats a downlink by itself.) If the platform's answer is lost, the task fails. The message says that
    the downlink may be in the queue. A new run with O(flush_queue=true) empties the queue first, so the queue then contains
    exactly one downlink.
  - Success means that the platform accepted the downlink. It doesn't mean that the device received it.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
    details: Checks whether the device or multicast group exists, and sends nothing.
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
    support: none
  idempotent:
    description: When run twice in a row outside check mode, with the same arguments, the second invocation indicates no change.
    support: none
    details: Each run sends a downlink.
options:
  dev_eui:
    description: DevEUI of the device. One of O(dev_eui) and O(multicast_group) is required.
    type: str
  multicast_group:
    description: DevEUI of the multicast group.
    type: str
  payload:
    description:
      - Bytes of the downlink, as two hexadecimal digits per byte. Blanks, colons and dashes between the digits are allowed.
        An empty text sends no byte. Quote the text, because YAML can read it as a number.
      - The network encrypts the payload, unless you set O(f_cnt_dn) or O(a_f_cnt_dn).
    type: str
    required: true
  f_port:
    description: LoRaWAN port, from 1 to 225.
    type: int
    required: true
  confirmed:
    description: Whether the device must confirm the downlink. Only for O(dev_eui).
    type: bool
  f_cnt_dn:
    description: Downlink counter of a O(payload) that you encrypted yourself, in LoRaWAN 1.0.
    type: int
  a_f_cnt_dn:
    description: Application downlink counter of a O(payload) that you encrypted yourself, in LoRaWAN 1.1.
    type: int
  flush_queue:
    description: Whether to empty the downlink queue first.
    type: bool
    default: false
  validity:
    description: Maximum time in the queue in seconds, or a time such as V(2026-12-01T06:00:00Z).
    type: str
  retry_ineligible_gateways:
    description:
      - Whether to retry gateways that can't send at the moment, such as gateways without GPS for class B. The platform's default
        is to retry. Only for O(multicast_group).
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

- name: Replace all queued downlinks with this one
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
  sample: true
held_back:
  description: Whether the password was not sent at all, because the platform had refused it shortly before.
  returned: when the login was refused
  type: bool
  sample: false
"""

from ..module_utils._frame.module import main as run_module
from ..module_utils._tasks.downlink import TASK


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
