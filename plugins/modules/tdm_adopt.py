#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/adopt.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_adopt
short_description: Write what is in ThingPark's Device Manager into files that describe it
version_added: 0.1.0
description:
  - Writes down the devices that somebody made by hand, in the web page or with another program, so that from now on
    M(lorawan.thingpark.tdm_fleet) can keep them as they are described. Application servers and AS routing profiles
    too.
  - B(Applying what was written changes nothing.) Before a file is written, it is read again and compared with the platform,
    as check mode does. If anything would change, nothing is written.
  - B(What was written makes nothing.) Each file says C(create) V(false), so that on another platform, or when a device
    is gone, nothing is made without its keys.
  - Adopting again shows what changed since. The files are the same as long as the platform is, so that git shows a
    few lines.
  - The platform is only read, its list once and each resource at most once.
  - No secrets are in the files. Keys can't be read from the platform; C(keys.missing.csv) lists the devices that have
    some.
  - Files are written at once, whole or not at all, and only their owner may read them.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff
      mode.
    support: full
  idempotent:
    description: When run twice in a row outside check mode, with the same arguments, the second invocation indicates
      no change.
    support: full
options:
  dest:
    description:
      - The directory for the files, on the machine where the task runs. It is made if it isn't there.
      - Each kind of resource has a file there, such as C(devices.yml), or a directory with O(split_by), such as C(devices/).
      - What adopting wrote there earlier is replaced, and what it doesn't write any more is removed. Files of others
        stay.
    type: path
    required: true
  format:
    description:
      - V(yaml) and V(json) are for C(src) of M(lorawan.thingpark.tdm_fleet). What nine in ten share stands in their
        C(defaults).
      - V(inventory) is an inventory of Ansible. Each device is a host, its options are the host's variables, with C(lorawan_)
        in front, as the role P(lorawan.thingpark.fleet#role) takes them.
      - V(csv) is ThingPark's import format, with C(UPDATE) rows. It can't hold everything. What it would drop has to
        be named in O(leave_out), or the task fails.
    type: str
    default: yaml
    choices: [yaml, json, inventory, csv]
  resources:
    description: What to adopt.
    type: list
    elements: str
    default:
      - devices
    choices: [devices, application_servers, routing_profiles, multicast_groups, alarm_subscriptions]
  filters:
    description:
      - Only devices that match these filters of M(lorawan.thingpark.tdm_device_info), such as C(tag), C(domain) and
        C(name).
      - Where nothing matches, nothing is written and nothing is removed.
    type: dict
  split_by:
    description:
      - Write a file for each tag, domain, device profile or connectivity plan. A device without one stands in a file
        of its own, such as C(no-tag.yml).
      - A device with several tags stands in the file of the first one in alphabetical order.
      - What has no such option is not split.
    type: str
    choices: [tag, domain, device_profile, connectivity_plan]
  domain_group:
    description: With O(split_by=domain), the group whose domains are meant.
    type: str
  leave_out:
    description: Options that are not to be described, and so are left as they are, such as V(latitude).
    type: list
    elements: str
  gather:
    description:
      - V(whole) fetches each resource whose line in the list doesn't show everything, in a request for each. Of devices,
        these are nearly all.
      - V(briefs) describes what the list shows, and fetches none. What the list doesn't show surely, such as a device's
        inactivity alarm and location, is left as it is.
    type: str
    default: whole
    choices: [whole, briefs]
  parallel:
    description: How many requests are under way at once.
    type: int
    default: 8
  progress:
    description:
      - Whether a long run says every two seconds how far it is, on the standard error. Only where the task runs in
        Ansible's worker.
    type: bool
    default: true
seealso:
  - module: lorawan.thingpark.tdm_fleet
  - module: lorawan.thingpark.tdm_device_info
"""

EXAMPLES = r"""
- name: Everything that is there
  lorawan.thingpark.tdm_adopt:
    dest: adopted
    resources: [devices, application_servers, routing_profiles]

- name: The parking sensors as an inventory, a group for each connectivity plan
  lorawan.thingpark.tdm_adopt:
    dest: parking
    format: inventory
    filters:
      tag: [parking]
    split_by: connectivity_plan

- name: ThingPark's own import format, without what it has no columns for
  lorawan.thingpark.tdm_adopt:
    dest: tables
    format: csv
    leave_out: [tags, domains, join_server, location_type, debug_network_geolocation]
"""

RETURN = r"""
files:
  description: The files, each with its C(file), what is in it (C(resources)), how many there are (C(count)), and C(action),
    which is V(written), V(unchanged) or V(removed).
  returned: success
  type: list
  elements: dict
  sample:
    - {file: adopted/devices.yml, resources: devices, count: 1963, action: written}
left_out:
  description:
    - The options that something has and that can't be described, such as secrets, each with C(resource), C(id), C(option) and
      C(message), the reason. They are left as they are.
  returned: success
  type: list
  elements: dict
  sample: []
keys_missing:
  description: How many devices have keys that nobody can read. C(keys.missing.csv) lists them.
  returned: success
  type: int
  sample: 1963
requests:
  description: How many requests were sent, by verb, with those of the login.
  returned: success
  type: dict
  sample: {GET: 1972, POST: 1}
seconds:
  description: How long it took.
  returned: success
  type: float
  sample: 9.1
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
from ..module_utils._tasks.adopt import TASK


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
