# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The declaration of the alarm subscription: the least severity for which a user gets mail (contract: schema AlarmsSubscription).

It has no version: if two tasks write at the same moment, the last one wins.
"""

from __future__ import annotations

from typing import Any, Callable

from .._schema.parts import Identity
from .._schema.resource import Field, Resource
from .._schema.row import Faults
from .._schema.rules import Rules
from .._schema.severities import SEVERITIES, Named
from .._schema.values import Typed, Values, dig

#: The severities for which a user can get mail (contract).
LEAST = {number: name for number, name in SEVERITIES.items() if number >= 2}


def _in_list(brief: dict[str, Any]) -> dict[str, Any]:
    """Return a brief in the form of a single subscription, with its user's ID (contract, UsersAlarmsSubscriptions)."""
    whose = dig(brief, ("user", "thingparkID"))
    told = brief.get("subscription")
    return {"thingparkID": whose, **(told if isinstance(told, dict) else {})}


class AlarmSubscriptionRules(Rules):
    """The rules of an alarm subscription."""

    def check_creation(self, values: Values, named: Callable[[str], dict[str, Any]]) -> Faults:
        if "minimum_severity" in values:
            return []
        return [("minimum_severity", "is missing: this user has no alarm subscription yet, and a new one needs it")]


ALARM_SUBSCRIPTION = Resource(
    name="alarm subscription",
    plural="alarm subscriptions",
    document="alarmsSubscription",
    path="/usersAlarmsSubscriptions",
    identity=Identity("thingpark_id", "thingparkID", Typed(), "thingparkID", place="/users/%s/alarmsSubscription"),
    rules=AlarmSubscriptionRules(),
    in_list=_in_list,
    is_versioned=False,
    fields=(Field("minimum_severity", ("minimumSeverity",), Named(LEAST, "minimum severity")),),
)
