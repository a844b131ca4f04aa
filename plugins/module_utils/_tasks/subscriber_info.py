# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The subscription, its subscriber and the user."""

from __future__ import annotations

from typing import Any

from .._frame.connection import connected
from .._frame.task import Context, Task
from .._text import in_snake_case

OPTIONS: dict[str, Any] = {}


def run(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Return the platform's data about the subscription."""
    with connected(params, context) as client:
        subscription = in_snake_case(client.subscription())
        facts = client.session.grant.facts
        return {
            "changed": False,
            "subscription": {"id": client.session.subscription.rpartition("/")[2], **subscription},
            "subscriber": subscription.get("subscriber", {}),
            "granted_permissions": facts.get("granted_permissions", []),
            "user": facts.get("user", {}),
        }


TASK = Task(OPTIONS, run)
