# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets that Ansible is told of. From 2.22 on it masks them in all that a whole run prints, wherever their characters stand."""

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
except ImportError:  # before 2.22 Ansible masks no more than a task's own result
    ANSIBLES = None
PART_OF_EUI = re.compile("[0-9A-Fa-f]{1,%d}" % DIGITS_OF_EUI)


#: A few digits, of which the same may be a name elsewhere; they open nothing without the platform's account.
NO_KEYS = frozenset({"verification_code"})


def register(task: Task, params: dict[str, Any]) -> None:
    """Tell Ansible of those of a task's secrets that nobody finds by chance in a name, a number or a DevEUI."""
    if ANSIBLES is not None:
        params = {name: value for name, value in params.items() if name not in NO_KEYS}
        task = replace(task, secrets_inside=task.secrets_inside - NO_KEYS)
        secrets = secrets_of(task, params) | secrets_inside(task, params)
        ANSIBLES.register_secrets([each for each in secrets if len(each) >= LEAST and not PART_OF_EUI.fullmatch(each)])
