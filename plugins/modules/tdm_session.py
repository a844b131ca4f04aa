#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/session.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_session
short_description: Open or close a session on ThingPark
version_added: 0.1.0
description:
  - Logs in once, and stores the session in a file. Pass the file to other modules of this collection as O(session_file).
  - The file has mode 0600. If the task creates the directory, it has mode 0700. The session's token and cookie are only in
    this file.
  - Check mode also opens and closes the session, because other tasks need it to read the platform.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: partial
    details: Check mode also opens and closes the session, because other tasks need it to read the platform.
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
    support: none
  idempotent:
    description: When run twice in a row outside check mode, with the same arguments, the second invocation indicates no change.
    support: full
options:
  state:
    description:
      - V(present) opens a session, or keeps the session in the file if it is still valid.
      - V(absent) closes the session on the platform and removes its file.
    type: str
    default: present
    choices: [present, absent]
  forget_refusal:
    description:
      - Whether to send a password again although the platform refused it before.
      - Use it once after the operator has unlocked the account. It works once in 15 minutes, so only one of many tasks sends
        the password again.
    type: bool
    default: false
seealso:
  - module: lorawan.thingpark.tdm_fleet
  - module: lorawan.thingpark.tdm_device
"""

EXAMPLES = r"""
- name: Open a session
  lorawan.thingpark.tdm_session:
    login: "{{ tdm_login }}"
    password: "{{ tdm_password }}"
  register: session

- name: Use the session
  lorawan.thingpark.tdm_subscriber_info:
    session_file: "{{ session.session_file }}"

- name: Log in again, after the operator has unlocked the account
  lorawan.thingpark.tdm_session:
    login: "{{ tdm_login }}"
    password: "{{ tdm_password }}"
    forget_refusal: true

- name: Close the session
  lorawan.thingpark.tdm_session:
    session_file: "{{ session.session_file }}"
    state: absent
"""

RETURN = r"""
session_file:
  description: Path of the session file.
  returned: success
  type: str
  sample: /home/operator/.ansible/tdm/session-3b6f0c.json
subscription:
  description: Number of the subscription in the API's addresses, or V(mine) with OAuth.
  returned: O(state=present)
  type: str
  sample: '100'
granted_permissions:
  description: Permissions of the session, with the platform's names. Empty if the platform doesn't show them.
  returned: O(state=present)
  type: list
  elements: str
  sample: [x, a, ra]
user:
  description: The user's C(first_name), C(last_name) and C(language). Empty if the platform doesn't show them.
  returned: O(state=present)
  type: dict
  sample: {first_name: Olivia, last_name: Operator, language: en-US}
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
from ..module_utils._tasks.session import TASK


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
