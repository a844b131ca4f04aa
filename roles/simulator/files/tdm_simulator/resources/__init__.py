# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What there is below the subscription: a file for each kind, which declares it."""

from __future__ import annotations

from ..api.operations import Operation
from ..settings import Settings
from . import (
    alarms,
    application_servers,
    base_stations,
    catalogue_lists,
    device_list,
    devices,
    domains,
    exchange_key,
    imports,
    measures,
    multicast_groups,
    network_subscriptions,
    onboarding,
    overview,
    radio,
    routing_profiles,
    subscription,
    tags,
    tasks,
)

_EVERYWHERE = (
    subscription,
    devices,
    device_list,
    tags,
    domains,
    onboarding,
    imports,
    alarms,
    measures,
    overview,
    radio,
    multicast_groups,
    base_stations,
    application_servers,
    network_subscriptions,
    catalogue_lists,
    exchange_key,
    tasks,
)


def operations(settings: Settings) -> list[Operation]:
    """What a platform answers."""
    found = [operation for one in _EVERYWHERE for operation in one.OPERATIONS]
    return found if settings.enterprise else found + routing_profiles.OPERATIONS
