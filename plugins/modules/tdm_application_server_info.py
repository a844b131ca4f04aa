#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/application_server.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_application_server_info
short_description: Show application servers on ThingPark
version_added: 0.1.0
description:
  - Returns application servers by ID, by the beginning of their name, or all of them.
  - Kafka application servers, and those of cellular devices, are left out.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
  - lorawan.thingpark.tdm.info
options:
  id:
    description: IDs of the application servers to return. Unknown IDs are ignored. Can't be combined with filters.
    type: list
    elements: str
  name:
    description: Only application servers whose name begins with these characters.
    type: str
  query:
    description: Only application servers that match this text in the platform's search.
    type: str
  parallel:
    description: How many requests to send at the same time, from 1 to 64, with O(gather=application_servers) or
      O(gather=options).
    type: int
    default: 8
  gather:
    description:
      - V(briefs) returns the fields of the platform's list. V(application_servers) fetches each application server,
        with one request per application server.
      - V(options) returns exactly the options of each application server. Passed to M(lorawan.thingpark.tdm_application_server)
        with C(create) V(false), they change nothing. The task fetches fields that the list doesn't show.
    type: str
    default: briefs
    choices: [briefs, application_servers, options]
seealso:
  - module: lorawan.thingpark.tdm_application_server
"""

EXAMPLES = r"""
- name: List all application servers, with their number of devices
  lorawan.thingpark.tdm_application_server_info:
  register: servers

- name: Show all fields of one application server
  lorawan.thingpark.tdm_application_server_info:
    name: "Main"
    gather: application_servers
"""

RETURN = r"""
application_servers:
  description:
    - The application servers with all fields of the platform, in snake_case, and with the options of
      M(lorawan.thingpark.tdm_application_server). Fields without a value are left out. Secrets are
      never included.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: ID of the application server from the platform, such as V(TWA_100002581.1972.AS).
      type: str
      sample: TWA_100002581.1972.AS
    name:
      description: Name of the application server.
      type: str
      sample: parking
    description:
      description: Free text.
      type: str
      sample: Parking sensors of Utrecht
    content_type:
      description: Format of messages.
      type: str
      sample: json
    destinations:
      description: Destinations of the data, in order.
      type: list
      elements: dict
      contains:
        addresses:
          description: Addresses of the destination, such as C(https://app.example.com/uplinks).
          type: list
          elements: str
          sample: ['https://parking.example.com/uplinks']
        ports:
          description: 'LoRaWAN ports of the destination: V(*), a port, a list such as V(1,2) or a range
            such as V(10-20).'
          type: str
          sample: '*'
        strategy:
          description: V(blast) sends to all addresses, and V(sequential) to the first address that
            answers.
          type: str
          sample: sequential
    domains:
      description: 'Domains of the application server, as C(group: name).'
      type: dict
      sample: {Customer: Parking}
    active:
      description: Whether the application server receives data and can send downlinks.
      type: bool
      sample: true
    security_status:
      description: Whether messages are signed with C(as_key).
      type: str
      sample: as_key
    as_id:
      description: ID of the signer.
      type: str
      sample: TWA_100002581.1972.AS
    max_timestamp_deviation:
      description: Maximum deviation of a downlink's time, in seconds.
      type: int
      sample: 60
    state:
      description: Activation, V(ACTIVE) or V(DEACTIVATED), see RV(application_servers[].active).
      type: str
      sample: ACTIVE
    validation_state:
      description: Validation by the operator, V(VALIDATED), or V(SUSPENDED) if the server can't be
        activated.
      type: str
      sample: VALIDATED
    downlink_security:
      description: The signatures of messages, with their C(status) V(DOWNLINK_AS_KEY) or V(NONE). See
        RV(application_servers[].security_status).
      returned: when the resource was fetched
      type: dict
      sample: {status: DOWNLINK_AS_KEY, as_id: TWA_100002581.1972.AS, max_timestamp_deviation: 60}
    custom_http_headers:
      description: HTTP headers of the platform's requests. Their values are masked.
      returned: when the resource was fetched
      type: dict
      sample: {Authorization: (secret)}
    type:
      description: Type of the application server, always V(HTTP).
      type: str
      sample: HTTP
    health_state:
      description: Health of the application server, V(ACTIVE), V(INIT), V(ERROR) or V(DEACTIVATED).
      type: str
      sample: ACTIVE
    device_count:
      description: Number of devices that use the application server directly.
      type: int
      sample: 40
    multicast_group_count:
      description: Number of multicast groups that use the application server directly.
      type: int
      sample: 2
    base_station_count:
      description: Number of base stations that use the application server directly.
      type: int
      sample: 0
    occ_context:
      description: 'Last change: its author (C(who)), its time (C(last_update), in milliseconds since
        1970, UTC), and the resulting C(version).'
      returned: when the resource was fetched
      type: dict
      sample: {version: 3, last_update: 1795737600000, who: Olivia Operator}
    href:
      description: Address in the API.
      type: str
      sample: /thingpark/wireless/rest/subscriptions/100/appServers/1972
  sample:
    - id: TWA_100002581.1972.AS
      name: parking
      active: true
      device_count: 40
      health_state: ACTIVE
left_out:
  description:
    - Options that can't be described, such as secrets. Each entry has C(id), C(option), and the reason
      in C(message). The options keep their values on the platform.
  returned: O(gather=options)
  type: list
  elements: dict
  sample:
    - id: TWA_100002581.1972.AS
      option: custom_http_headers
      message: is a secret, which is never part of a generated description
login_refused:
  description: Whether the platform refused the login. The password is then held back until it changes,
    or for 15 minutes.
  returned: when the login was refused
  type: bool
  sample: true
held_back:
  description: Whether the password was not sent at all, because the platform had refused it shortly
    before.
  returned: when the login was refused
  type: bool
  sample: false
"""

from ..module_utils._frame.module import main as run_module
from ..module_utils._resources.application_server import APPLICATION_SERVER
from ..module_utils._tasks.info import info

TASK = info(APPLICATION_SERVER)


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
