# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""The fleet that every benchmark is about: the same devices in each spelling that a way of making them wants."""

from __future__ import annotations

PREFIX = "70B3D57EB0"
MODEL = "LORA/GenericA.1.0.4a_ETSI"
PLAN = "kpn-cs/seldom"
ROUTE = "DEFAULT"
JOIN_EUI = "70B3D57ED0000000"  # what the simulator's seeding gives
LOGIN, PASSWORD = "tester@example.com", "not-a-real-passphrase"


def eui(number: int) -> str:
    """Return the DevEUI of device ``number``, from 1."""
    return "%s%06X" % (PREFIX, number)


def name(number: int) -> str:
    """Return its name, as the simulator's seeding calls it."""
    return "seed-%05d" % number


def key(number: int) -> str:
    """Return its AppKey."""
    return "%032X" % (0xA5 << 120 | number)


def csv_text(count: int, edited: int = 0) -> str:
    """Return the fleet as ThingPark's import CSV; the first ``edited`` devices have other names."""
    row = "CREATE_OTAA,%s,,%s,%s,%s,,%s,%s,,%s%s\n"
    numbers = range(1, count + 1)
    return "".join(
        row % (eui(n), MODEL, JOIN_EUI, key(n), PLAN, ROUTE, name(n), " (moved)" if n <= edited else "") for n in numbers
    )


def options(number: int) -> dict[str, str]:
    """Return a device as the options of tdm_device."""
    return {
        "dev_eui": eui(number),
        "activation": "OTAA",
        "device_profile": MODEL,
        "join_eui": JOIN_EUI,
        "app_key": key(number),
        "connectivity_plan": PLAN,
        "routing_profile": ROUTE,
        "name": name(number),
    }


def body(number: int) -> dict:
    """Return a device as the platform's API wants it on creation. A test holds it against what the engine sends."""
    return {
        "EUI": eui(number),
        "activation": "OTAA",
        "model": {"ID": MODEL},
        "appEUI": JOIN_EUI,
        "appKey": key(number),
        "networkSubscription": {"ID": PLAN},
        "appServersRoutingProfile": {"ID": ROUTE},
        "name": name(number),
    }


def seeding() -> dict[str, str]:
    """Return the options with which a simulator makes up this very fleet, but for its keys, which nothing compares."""
    return {"prefix": PREFIX, "model": MODEL, "plan": PLAN, "route": ROUTE}
