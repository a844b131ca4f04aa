# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The API's words as Ansible writes them."""

from __future__ import annotations

import re
from typing import Any

BORDER = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def in_snake_case(data: dict[str, Any]) -> dict[str, Any]:
    """Return ``data`` with the keys of its dictionaries in snake_case: ``networkSubscription`` is ``network_subscription``.

    What is null is left out: the platform doesn't know it, and XML doesn't show it.
    """
    return {BORDER.sub("_", str(key)).lower(): _inside(value) for key, value in data.items() if value is not None}


def _inside(value: object) -> object:
    if isinstance(value, dict):
        return in_snake_case(value)
    return [_inside(item) for item in value] if isinstance(value, list) else value
