# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The API's words as Ansible writes them."""

from __future__ import annotations

import re

BORDER = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def in_snake_case(data: object) -> object:
    """Return ``data`` with the keys of its dictionaries in snake_case: ``networkSubscription`` is ``network_subscription``."""
    if isinstance(data, dict):
        return {BORDER.sub("_", str(key)).lower(): in_snake_case(value) for key, value in data.items()}
    if isinstance(data, list):
        return [in_snake_case(value) for value in data]
    return data
