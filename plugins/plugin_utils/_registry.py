# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Registers secrets with Ansible. From 2.22 on, it masks every occurrence of them in the output of a whole run."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib import import_module
from typing import Any

from ..module_utils._errors import DIGITS_OF_EUI, LEAST
from ..module_utils._frame.secrets import secrets_inside, secrets_of
from ..module_utils._frame.task import Task

ANSIBLES: Any
try:
    ANSIBLES = import_module("ansible.module_utils.secrets")
except ImportError:  # before 2.22, Ansible masks only a task's own result
    ANSIBLES = None
PART_OF_EUI = re.compile("[0-9A-Fa-f]{1,%d}" % DIGITS_OF_EUI)


#: Short codes that may equal a name elsewhere; they are useless without the platform's account.
NO_KEYS = frozenset({"verification_code"})


def register(task: Task, params: dict[str, Any]) -> None:
    """Register a task's secrets, except those that may occur by chance in a name, a number or a DevEUI."""
    if ANSIBLES is not None:
        params = {name: value for name, value in params.items() if name not in NO_KEYS}
        task = replace(task, secrets_inside=task.secrets_inside - NO_KEYS)
        secrets = secrets_of(task, params) | secrets_inside(task, params)
        ANSIBLES.register_secrets([each for each in secrets if len(each) >= LEAST and not PART_OF_EUI.fullmatch(each)])
