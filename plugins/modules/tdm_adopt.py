#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/adopt.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_adopt
short_description: Write existing devices and other resources of ThingPark into files
version_added: 0.1.0
description:
  - Writes the platform's devices, application servers and AS routing profiles into files. Afterwards,
    M(lorawan.thingpark.tdm_fleet) can manage the devices with these files.
  - B(Applying the files changes nothing.) Before the task writes a file, it compares the description
    with the platform, as check mode does. If anything would change, the task fails and writes nothing.
  - B(Applying the files creates nothing.) Each file sets C(create) to V(false). So no device is created
    without its keys, for example on another platform.
  - If you adopt again later, the files show the changes. Without changes on the platform, the files
    stay the same.
  - The task only reads the platform. It fetches each resource at most once.
  - The files contain no secrets. The platform never shows keys, so C(keys.missing.csv) lists the devices
    whose keys you need.
  - Each file is complete or absent. Only the owner can read it.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)),
      when in diff mode.
    support: full
  idempotent:
    description: When run twice in a row outside check mode, with the same arguments, the second invocation
      indicates no change.
    support: full
options:
  dest:
    description:
      - Directory for the files, on the machine where the task runs. The task creates it if necessary.
      - Each kind of resource has a file, such as C(devices.yml), or with O(split_by) a directory, such
        as C(devices/).
      - The task replaces its own earlier files, and removes those that it no longer writes. Other files
        stay.
    type: path
    required: true
  format:
    description:
      - V(yaml) and V(json) are for C(src) of M(lorawan.thingpark.tdm_fleet). C(defaults) contains the
        values that nine of ten devices share.
      - V(inventory) is an Ansible inventory for the role P(lorawan.thingpark.fleet#role). Each device
        is a host, with its options as host variables with the prefix C(lorawan_), and has the same
        name as in the inventory plugin P(lorawan.thingpark.devices#inventory).
      - V(csv) is ThingPark's import format, with C(UPDATE) rows. It lacks columns for some options.
        List these in O(leave_out), or the task fails.
    type: str
    default: yaml
    choices: [yaml, json, inventory, csv]
  resources:
    description: Resources to adopt.
    type: list
    elements: str
    default:
      - devices
    choices: [devices, application_servers, routing_profiles, multicast_groups, alarm_subscriptions]
  filters:
    description:
      - Only devices that match these filters of M(lorawan.thingpark.tdm_device_info), such as C(tag),
        C(domain) and C(name).
      - If no device matches, the task writes and removes nothing.
    type: dict
  split_by:
    description:
      - Writes one file per tag, domain, device profile or connectivity plan. Devices without one are
        in a separate file, such as C(no-tag.yml).
      - A device with several tags is in the file of the alphabetically first tag.
      - Resources without this option are not split.
    type: str
    choices: [tag, domain, device_profile, connectivity_plan]
  domain_group:
    description: Group of the domains for O(split_by=domain).
    type: str
  leave_out:
    description: Options to leave out of the files, such as V(latitude). The files then don't change
      these options.
    type: list
    elements: str
  gather:
    description:
      - V(whole) fetches each resource if the list doesn't show all of its fields. This needs one request
        for nearly every device.
      - V(briefs) writes only the fields of the list, and fetches no resource. It leaves out fields
        that the list doesn't show reliably, such as a device's inactivity alarm and location.
    type: str
    default: whole
    choices: [whole, briefs]
  parallel:
    description: How many requests to send at the same time, from 1 to 64.
    type: int
    default: 8
  progress:
    description:
      - Whether a long run reports its progress every two seconds, on the standard error. Only works
        if the task runs in Ansible's worker process.
    type: bool
    default: true
seealso:
  - module: lorawan.thingpark.tdm_fleet
  - module: lorawan.thingpark.tdm_device_info
"""

EXAMPLES = r"""
- name: Adopt all resources
  lorawan.thingpark.tdm_adopt:
    dest: adopted
    resources: [devices, application_servers, routing_profiles]

- name: Adopt the parking sensors as an inventory, with a group per connectivity plan
  lorawan.thingpark.tdm_adopt:
    dest: parking
    format: inventory
    filters:
      tag: [parking]
    split_by: connectivity_plan

- name: Adopt in ThingPark's import format, without options that have no column
  lorawan.thingpark.tdm_adopt:
    dest: tables
    format: csv
    leave_out: [tags, domains, join_server, location_type, debug_network_geolocation]
"""

RETURN = r"""
files:
  description: The files. Each has its path C(file), the kind of C(resources), their C(count), and C(action), which is V(written),
    V(unchanged) or V(removed).
  returned: success
  type: list
  elements: dict
  sample:
    - {file: adopted/devices.yml, resources: devices, count: 1963, action: written}
left_out:
  description:
    - Options that can't be described, such as secrets. Each entry has C(resource), C(id), C(option), and the reason in
      C(message). The options keep their values on the platform.
  returned: success
  type: list
  elements: dict
  sample:
    - resource: application_server
      id: TWA_100002581.1972.AS
      option: custom_http_headers
      message: is a secret, which is never part of a generated description
keys_missing:
  description: Number of devices with keys on the platform. C(keys.missing.csv) lists the devices.
  returned: success
  type: int
  sample: 1963
requests:
  description: Number of requests by HTTP method, including the login.
  returned: success
  type: dict
  sample: {GET: 1972, POST: 1}
seconds:
  description: Duration of the task, in seconds.
  returned: success
  type: float
  sample: 9.1
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
from ..module_utils._tasks.adopt import TASK


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
