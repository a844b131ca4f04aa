#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/application_server.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_application_server
short_description: Manage an application server in ThingPark's Device Manager
version_added: 0.1.0
description:
  - Creates, changes and deletes one application server, which is where the data of devices go.
  - What isn't given is left alone. An empty text, list or dictionary takes away what can be taken away.
  - Only what differs is written.
  - Application servers of HTTP for LoRaWAN alone are managed. Those of Kafka and of cellular devices are made elsewhere,
    and are not seen here.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
  - lorawan.thingpark.tdm.attributes
options:
  state:
    description: Whether the application server should exist. One that is used is not deleted, and how many devices and
      multicast groups do is told.
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
      - The ID that the platform gave it, such as V(TWA_100002581.1972.AS). With it, O(name) may be another than before.
      - One that isn't there fails, since the platform makes the IDs by itself. A new one is described by its O(name).
      - One of O(id) and O(name) is required.
    type: str
  name:
    description: Name of the application server. The platform may have two of one name; then, O(id) is needed, and both
      are named.
    type: str
  description:
    description: A free text.
    type: str
  content_type:
    description: How messages are written. The platform takes V(xml) by itself.
    type: str
    choices: [xml, json, jsontyped]
  destinations:
    description: Where data go, in order. ThingPark Enterprise takes one destination with one address, the ports V(*) and
      V(sequential).
    type: list
    elements: dict
    suboptions:
      addresses:
        description: The addresses, such as C(https://app.example.com/uplinks).
        type: list
        elements: str
        required: true
      ports:
        description: 'The LoRaWAN ports whose data go there: V(*), a port, a list such as V(1,2) or a range such as V(10-20).
          V(*) is for the last destination alone.'
        type: str
        default: '*'
      strategy:
        description: V(blast) sends to each of the addresses. V(sequential) sends to the first that answers, so that the
          second gets nothing as long as the first does.
        type: str
        default: sequential
        choices: [sequential, blast]
  custom_http_headers:
    description: Headers that the platform adds to its requests, as C(name=value), five at most. Their values may be secret
      and are never shown.
    type: dict
  domains:
    description: 'Domains, as C(group: name).'
    type: dict
  active:
    description: Whether data are forwarded, and downlinks are taken. A new application server is active.
    type: bool
  security_status:
    description: Whether what is sent is signed with O(as_key). V(as_key) needs O(as_key), since nobody can read the key
      that is there. O(as_id), O(as_key) and O(max_timestamp_deviation) need it.
    type: str
    choices: [none, as_key]
  as_id:
    description: The name under which it signs. The platform takes the application server's own ID by itself.
    type: str
  as_key:
    description: The key that signs, 32 hexadecimal digits. It can't be read from the platform, and is sent when the application
      server is created or its security changes, see O(update_keys).
    type: str
  max_timestamp_deviation:
    description: How many seconds the time of a downlink may be off. V(0) is for any.
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
- name: Where the data of the parking sensors go
  lorawan.thingpark.tdm_application_server:
    name: parking
    content_type: json
    destinations:
      - addresses: [https://parking.example.com/uplinks]
    custom_http_headers:
      Authorization: "Bearer {{ parking_token }}"

- name: Its data go elsewhere
  lorawan.thingpark.tdm_application_server:
    name: parking
    destinations:
      - addresses: [https://parking.example.net/uplinks]

- name: It gets no data for a while
  lorawan.thingpark.tdm_application_server:
    name: parking
    active: false

- name: It is no longer needed
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
  description: The ID that the platform has for it. Of one that check mode would create, nobody knows it.
  returned: when the platform has it
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
      message: is given, but security_status is none
name:
  description: Its name, where it was meant by that.
  returned: when the platform was asked, and O(id) was not given
  type: str
  sample: parking
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
from ..module_utils._resources.application_server import APPLICATION_SERVER
from ..module_utils._tasks.one import one

TASK = one(APPLICATION_SERVER)


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
