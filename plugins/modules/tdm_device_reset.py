#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/device_reset.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_device_reset
short_description: Reset a device's counters and downlink queue on ThingPark
version_added: 0.1.0
description:
  - Resets the network's frame counters of a device, and empties its downlink queue.
  - Use it for an ABP device that was restarted and counts from zero again. An OTAA device must join again afterwards.
  - B(The task never repeats the reset by itself.) If the platform's answer is lost, the task fails. The message says that the
    device may have been reset.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
    details: Checks whether the device exists, and resets nothing.
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
    support: none
  idempotent:
    description: When run twice in a row outside check mode, with the same arguments, the second invocation indicates no change.
    support: none
    details: Each run resets the device.
options:
  dev_eui:
    description: DevEUI of the device.
    type: str
    required: true
seealso:
  - module: lorawan.thingpark.tdm_device
  - module: lorawan.thingpark.tdm_downlink
"""

EXAMPLES = r"""
- name: Reset an ABP device after its restart
  lorawan.thingpark.tdm_device_reset:
    dev_eui: 70B3D57ED0000001
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
from ..module_utils._tasks.device_reset import TASK


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
