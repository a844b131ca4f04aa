#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/session.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_session
short_description: Open or close a session with ThingPark's Device Manager
version_added: 0.1.0
description:
  - Logs in once, and keeps the session in a file that the other modules of this collection take as O(session_file).
  - The file has mode 0600, and a directory that is made for it 0700. The session's token and cookie are in it and nowhere else.
  - In check mode too, the session is opened and closed, since nothing could be read without one.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: partial
    details: Opens and closes the session in check mode too, since nothing could be read without one.
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
    support: none
  idempotent:
    description: When run twice in a row outside check mode, with the same arguments, the second invocation indicates no change.
    support: full
options:
  state:
    description:
      - V(present) opens a session, or leaves the one alone that is alive.
      - V(absent) closes it on the platform and removes its file.
    type: str
    default: present
    choices: [present, absent]
  forget_refusal:
    description:
      - Whether to forget that a password of this account was refused, so that it is sent again.
      - For once, when the operator has unlocked the account. It works once in 15 minutes, so that of many tasks one sends the
        password again.
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

- name: Use it
  lorawan.thingpark.tdm_subscriber_info:
    session_file: "{{ session.session_file }}"

- name: Log in again, after the operator has unlocked the account
  lorawan.thingpark.tdm_session:
    login: "{{ tdm_login }}"
    password: "{{ tdm_password }}"
    forget_refusal: true

- name: Close it
  lorawan.thingpark.tdm_session:
    session_file: "{{ session.session_file }}"
    state: absent
"""

RETURN = r"""
session_file:
  description: The file with the session.
  returned: success
  type: str
  sample: /home/operator/.ansible/tdm/session-3b6f0c.json
subscription:
  description: The subscription's number in the API's addresses, V(mine) with OAuth.
  returned: O(state=present)
  type: str
  sample: '100'
granted_permissions:
  description: What the session may do, as the platform names it. Empty where the platform doesn't say.
  returned: O(state=present)
  type: list
  elements: str
  sample: [x, a, ra]
user:
  description: The user's C(first_name), C(last_name) and C(language). Empty where the platform doesn't say.
  returned: O(state=present)
  type: dict
  sample: {first_name: Olivia, last_name: Operator, language: en-US}
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
from ..module_utils._tasks.session import TASK


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
