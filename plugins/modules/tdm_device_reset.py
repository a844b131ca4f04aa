#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/device_reset.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_device_reset
short_description: Reset the network's session of a device
version_added: 0.1.0
description:
  - Resets the counters that the network keeps for a device, and empties its queue of downlinks.
  - It is for an ABP device that was restarted and counts from zero again. An OTAA device has to join once more.
  - B(It is never done again by itself.) Where the platform's answer was lost, the task fails and says that the device may have
    been reset.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
    details: Looks whether the device is there, and resets nothing.
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
- name: It was restarted on its pole
  lorawan.thingpark.tdm_device_reset:
    dev_eui: 70B3D57ED0000001
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
from ..module_utils._tasks.device_reset import TASK


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
