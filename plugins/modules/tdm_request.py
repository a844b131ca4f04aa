#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/request.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_request
short_description: Send any request to ThingPark's Device Manager
version_added: 0.1.0
description:
  - Sends one request of the Device Manager's API that no other module of this collection sends, such as the platform's own
    import, or the export of its device profiles.
  - It uses the same session, the same pace and the same care for secrets as the other modules. Nothing is known of what it
    changes, so everything but V(GET) counts as a change.
  - B(A V(POST) is never sent again by itself.) Where the platform's answer was lost, the task fails and says so.
  - An answer of the platform that refuses the request fails the task.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: partial
    details: Sends V(GET) only, and writes no O(dest). Any other request is C(skipped), and counts as a change.
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
    support: none
  idempotent:
    description: When run twice in a row outside check mode, with the same arguments, the second invocation indicates no change.
    support: partial
    details: A V(GET) changes nothing, or the file O(dest) where that differs. What else a request does, the platform knows.
options:
  method:
    description: How to ask.
    type: str
    default: GET
    choices: [GET, POST, PUT, DELETE]
  path:
    description:
      - The path below the subscription, such as V(/devices/e70B3D57ED0000001/debugLorawanLogs), or an C(href) as the platform
        returned it.
      - A path to another host or another subscription is refused.
    type: str
    required: true
  query:
    description: The parameters of the request. A list sends a parameter several times.
    type: dict
  body:
    description: The document to send, in the API's own keys. A text instead of a dictionary is sent as it is, as C(text/plain).
    type: raw
  document:
    description: With O(body_format=xml), what the document is called.
    type: str
    default: document
  src:
    description: A file to send as a form does, on the machine where the task runs.
    type: path
  part:
    description: The name of the form's part that O(src) is.
    type: str
    default: csv
  dest:
    description:
      - A file for the answer, which is written as it comes, whole or not at all, and only where it differs.
      - Without it, the answer must be JSON or XML.
    type: path
  accept:
    description: The media type of the answer, where it isn't the account's O(body_format), such as V(text/csv).
    type: str
    default: ''
  all_pages:
    description: Read a list to its end, and return all of its C(briefs).
    type: bool
    default: false
seealso:
  - module: lorawan.thingpark.tdm_session
  - module: lorawan.thingpark.tdm_catalogue_info
"""

EXAMPLES = r"""
- name: The device profiles, as a spreadsheet
  lorawan.thingpark.tdm_request:
    path: /deviceProfiles/export
    dest: profiles.csv

- name: All devices with an alarm, in the API's own words
  lorawan.thingpark.tdm_request:
    path: /devices
    query: {alarmLevel: 4}
    all_pages: true
  register: devices
"""

RETURN = r"""
data:
  description: What the platform answered, with the API's own keys. Keys, tokens and the like are replaced.
  returned: success, without O(dest)
  type: raw
  sample: {briefs: [{ID: eu868, name: EU863-870 (EU868)}], more: false}
file:
  description: The file that was written, or is as it should be.
  returned: success and O(dest)
  type: str
  sample: /home/operator/profiles.csv
size:
  description: How many bytes the answer has.
  returned: success and O(dest)
  type: int
  sample: 48213
content_type:
  description: The answer's media type.
  returned: success and O(dest)
  type: str
  sample: application/csv
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
from ..module_utils._tasks.request import TASK


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
