# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets that Ansible is told of. From 2.22 on it masks them in all that a whole run prints, wherever their characters stand."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..module_utils._errors import DIGITS_OF_EUI, LEAST

try:
    from ansible.module_utils.secrets import register_secrets
except ImportError:  # ansible-core before 2.22

    def register_secrets(values: Iterable[str], /) -> None:
        """Do nothing: this Ansible masks no more than a task's own result."""


PART_OF_EUI = re.compile("[0-9A-Fa-f]{1,%d}" % DIGITS_OF_EUI)


def register(secrets: Iterable[str]) -> None:
    """Tell Ansible of those secrets that nobody finds by chance in a name, a number or a DevEUI."""
    register_secrets([secret for secret in secrets if len(secret) >= LEAST and not PART_OF_EUI.fullmatch(secret)])
