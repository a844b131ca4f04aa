#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/application_server.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_application_server
short_description: Manage an application server on ThingPark
version_added: 0.1.0
description:
  - Creates, changes or deletes one application server. Application servers receive the data of devices.
  - Options that you don't set keep their values. An empty text, list or dictionary removes the value, if the platform allows
    it.
  - The task writes only differences.
  - The module manages HTTP application servers for LoRaWAN only. It ignores Kafka application servers, and those of cellular
    devices.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
  - lorawan.thingpark.tdm.attributes
options:
  state:
    description: Whether the application server should exist. The task doesn't delete an application server in use. The message
      then shows the number of its devices and multicast groups.
    type: str
    default: present
    choices: [present, absent]
  create:
    description:
      - Whether to create the application server if it doesn't exist. With V(false), the task fails instead, and the options
        that only a creation needs are not required.
    type: bool
    default: true
  id:
    description:
      - ID of the application server from the platform, such as V(TWA_100002581.1972.AS). With O(id), you can change O(name).
      - An unknown ID fails, because the platform assigns the IDs. Use O(name) for a new application server.
      - One of O(id) and O(name) is required.
    type: str
  name:
    description: Name of the application server. If two application servers have the same name, the task fails with both IDs.
      Then set O(id).
    type: str
  description:
    description: Free text.
    type: str
  content_type:
    description: Format of messages. The platform's default is V(xml).
    type: str
    choices: [xml, json, jsontyped]
  destinations:
    description: Destinations of the data, in order. ThingPark Enterprise accepts one destination with one address, the ports
      V(*) and V(sequential).
    type: list
    elements: dict
    suboptions:
      addresses:
        description: Addresses of the destination, such as C(https://app.example.com/uplinks).
        type: list
        elements: str
        required: true
      ports:
        description: 'LoRaWAN ports of the destination: V(*), a port, a list such as V(1,2) or a range such as V(10-20). Only
          the last destination can have V(*).'
        type: str
        default: '*'
      strategy:
        description: V(blast) sends to all addresses, and V(sequential) to the first address that answers.
        type: str
        default: sequential
        choices: [sequential, blast]
  custom_http_headers:
    description: Up to five HTTP headers of the platform's requests, as C(name=value). The values can be secret and are never
      shown.
    type: dict
  domains:
    description: 'Domains of the application server, as C(group: name).'
    type: dict
  active:
    description: Whether the application server receives data and can send downlinks. A new application server is active.
    type: bool
  security_status:
    description: Whether messages are signed with O(as_key). V(as_key) requires O(as_key), because the platform never shows
      the existing key. O(as_id), O(as_key) and O(max_timestamp_deviation) require V(as_key).
    type: str
    choices: [none, as_key]
  as_id:
    description: ID of the signer. The default is the application server's own ID.
    type: str
  as_key:
    description: Key for signatures, 32 hexadecimal digits. The platform never shows it. The task sends it when it creates the
      application server or changes its security, see O(update_keys).
    type: str
  max_timestamp_deviation:
    description: Maximum deviation of a downlink's time, in seconds. V(0) means no limit.
    type: int
  update_keys:
    description:
      - V(on_create) sends keys and other write-only options only when it creates an application server.
      - V(always) sends them in every run. The platform doesn't show these values, so every run counts as a change.
    type: str
    default: on_create
    choices: [on_create, always]
  force:
    description: Overwrite another user's change at the same moment, in spite of the platform's optimistic locking.
    type: bool
    default: false
seealso:
  - module: lorawan.thingpark.tdm_application_server_info
  - module: lorawan.thingpark.tdm_device
"""

EXAMPLES = r"""
- name: Create or update an application server
  lorawan.thingpark.tdm_application_server:
    name: parking
    content_type: json
    destinations:
      - addresses: [https://parking.example.com/uplinks]
    custom_http_headers:
      Authorization: "Bearer {{ parking_token }}"

- name: Send the data to another address
  lorawan.thingpark.tdm_application_server:
    name: parking
    destinations:
      - addresses: [https://parking.example.net/uplinks]

- name: Deactivate the application server
  lorawan.thingpark.tdm_application_server:
    name: parking
    active: false

- name: Delete the application server
  lorawan.thingpark.tdm_application_server:
    name: parking
    state: absent
"""

RETURN = r"""
action:
  description: The change, or in check mode the change that a run would make. One of V(created), V(updated), V(deleted),
    V(unchanged) and V(failed).
  returned: when the platform was asked
  type: str
  sample: created
id:
  description: ID of the application server. It is missing if check mode would create the application server.
  returned: when the application server exists
  type: str
  sample: TWA_100002581.1972.AS
application_server:
  description:
    - The application server after the task, or in check mode after a run, with the names and values of this module's options.
      It contains the options that the task compared, and no secrets.
  returned: success and O(state=present)
  type: dict
  sample: {name: parking, id: TWA_100002581.1972.AS, content_type: json}
findings:
  description:
    - All faults of the options. Each has C(where), C(id), C(option) and C(message). C(where) is always V(options).
  returned: when the options have faults
  type: list
  elements: dict
  sample:
    - where: options
      id: parking
      option: as_id
      message: 'is given, but security_status is none: remove it, or use security_status as_key'
name:
  description: Name of the application server.
  returned: when the platform was asked, and O(id) was not given
  type: str
  sample: parking
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
from ..module_utils._resources.application_server import APPLICATION_SERVER
from ..module_utils._tasks.one import one

TASK = one(APPLICATION_SERVER)


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
