#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/request.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_request
short_description: Send any request to the Device Manager API of ThingPark
version_added: 0.1.0
description:
  - Sends one request to the Device Manager API. Use it for operations without a module, such as the platform's own import or
    the export of device profiles.
  - The task uses the same session, rate limit and masking of secrets as the other modules. It can't know the request's effect,
    so every method except V(GET) counts as a change.
  - B(The task never repeats a V(POST) by itself.) If the platform's answer is lost, the task fails with a message.
  - If the platform refuses the request, the task fails.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: partial
    details: Sends only V(GET), and doesn't write O(dest). Any other request is C(skipped), and counts as a change.
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
    support: none
  idempotent:
    description: When run twice in a row outside check mode, with the same arguments, the second invocation indicates no change.
    support: partial
    details: A V(GET) only changes the file O(dest), if it differs. The effect of other requests depends on the platform.
options:
  method:
    description: HTTP method of the request.
    type: str
    default: GET
    choices: [GET, POST, PUT, DELETE]
  path:
    description:
      - Path below the subscription, such as V(/devices/e70B3D57ED0000001/debugLorawanLogs), or an C(href) from the platform.
      - A path to another host or another subscription is an error.
    type: str
    required: true
  query:
    description: Query parameters of the request. A list sends a parameter several times.
    type: dict
  body:
    description: Document to send, with the API's own keys. A text is sent unchanged as C(text/plain).
    type: raw
  document:
    description: Name of the document's root element, with O(body_format=xml).
    type: str
    default: document
  src:
    description: File to send as multipart form data, from the machine where the task runs.
    type: path
  part:
    description: Name of the form part with the file O(src).
    type: str
    default: csv
  dest:
    description:
      - File for the answer. The task writes it only if it differs. The file is complete or unchanged.
      - Without O(dest), the answer must be JSON or XML.
    type: path
  accept:
    description: Media type of the answer, such as V(text/csv). The default is the media type of O(body_format).
    type: str
    default: ''
  all_pages:
    description: Whether to read all pages of a list and return all of its C(briefs).
    type: bool
    default: false
seealso:
  - module: lorawan.thingpark.tdm_session
  - module: lorawan.thingpark.tdm_catalogue_info
"""

EXAMPLES = r"""
- name: Export the device profiles as a spreadsheet
  lorawan.thingpark.tdm_request:
    path: /deviceProfiles/export
    dest: profiles.csv

- name: List all devices with an alarm, with the API's own keys
  lorawan.thingpark.tdm_request:
    path: /devices
    query: {alarmLevel: 4}
    all_pages: true
  register: devices
"""

RETURN = r"""
data:
  description: Answer of the platform, with the API's own keys. Secrets such as keys and tokens are masked.
  returned: success, without O(dest)
  type: raw
  sample: {briefs: [{ID: eu868, name: EU863-870 (EU868)}], more: false}
file:
  description: Path of the file with the answer.
  returned: success and O(dest)
  type: str
  sample: /home/operator/profiles.csv
size:
  description: Size of the answer, in bytes.
  returned: success and O(dest)
  type: int
  sample: 48213
content_type:
  description: Media type of the answer.
  returned: success and O(dest)
  type: str
  sample: application/csv
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
from ..module_utils._tasks.request import TASK


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
