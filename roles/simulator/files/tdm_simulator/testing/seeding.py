# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Devices and changes from outside: many plausible devices, and another writer's changes."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from .. import Document, now_ms
from ..api.operations import Call
from ..http.messages import Request
from ..resources import alarms
from ..resources.device_rules import MODE
from ..resources.devices import blank
from ..world.world import World

SEED_PREFIX = "70B3D57ED0"
OTHER_WRITER = "Another Writer"


def other_writer(world: World, who: str = OTHER_WRITER) -> Call:
    """A call of another writer, who names plans by ID."""
    return Call(Request("PUT", "", {MODE: ["ADVANCED"]}, {}), world, who)


def seed(
    world: World,
    count: int,
    prefix: str = SEED_PREFIX,
    tags: Sequence[str] = (),
    chosen: Mapping[str, str] = MappingProxyType({}),
) -> list[str]:
    """Create devices with ascending EUIs below a prefix; returns their EUIs.

    :param chosen: the ``plan``, ``model`` and ``route`` of all devices; without it they vary.
    """
    plan, model, route = (chosen.get(name) for name in ("plan", "model", "route"))
    rng = random.Random(4711)
    width = 16 - len(prefix)
    if count > 16 ** min(width, 12):
        raise ValueError("the prefix %s leaves no room for %d EUIs" % (prefix, count))
    profiles = (
        [model] if model else sorted(key for key, one in world.catalogue.profiles.items() if one["otaa"] and one["minor"] < 10)
    )
    plans = [one["ID"] for one in world.catalogue.unicast_plans()]
    made: list[Document] = []
    number = 0
    while len(made) < count:
        number += 1
        if number >= 16**width:
            raise ValueError("no EUIs are left below the prefix %s" % prefix)
        eui = "%s%0*X" % (prefix, width, number)
        if eui in world.devices:
            continue
        device = blank(eui)
        device.update(
            version=1,
            lastUpdate=device["creationDate"],
            who="Olivia Operator",
            name="seed-%05d" % number,
            model=rng.choice(profiles),
            joinServer="LOCAL",
            appEUI="70B3D57ED0000000",
            keys={"appKey": "%032X" % rng.getrandbits(128)},
            plan=plan or rng.choice(plans),
            suspension="NONE",
            tags=sorted(set(tags)),
            creationDate=device["creationDate"] - rng.randrange(86400000),
        )
        if world.routes:
            device["route"] = route or rng.choice(list(world.routes))
        else:
            device["servers"] = [rng.choice(list(world.servers))]
        if rng.random() < 0.5:
            _place(device, rng)
        if rng.random() < 0.7:
            _hear(device, rng)
        made.append(device)
    _add(world, made)
    for name in tags:
        world.tag_uid(name)
    return [device["EUI"] for device in made]


def _add(world: World, made: list[Document]) -> None:
    # Creation dates rise with the UID, as they do on a platform.
    for device, date in zip(made, sorted(one["creationDate"] for one in made)):
        device["creationDate"] = date
        world.add(world.devices, device)
        if device["health"] == "RF_CNX_ERROR":
            alarms.add(world, device["EUI"], 3, when=device["radio"]["lastUpTimestamp"])


def _place(device: Document, rng: random.Random) -> None:
    """Give a device a location, set by hand or found by the network."""
    latitude, longitude = 50.75 + rng.random() * 2.7, 3.4 + rng.random() * 3.8
    if rng.random() < 0.5:
        device.update(adminLat=round(latitude, 3), adminLon=round(longitude, 3), locationType=0)
    else:
        device["network"] = [round(latitude, 3), round(longitude, 3), rng.randrange(20, 2000)]


def _hear(device: Document, rng: random.Random) -> None:
    """Give a device the data of past uplinks."""
    heard = now_ms() - rng.randrange(86400000)
    device["nwAddress"] = "14%06X" % rng.getrandbits(24)
    device["health"] = "ACTIVE" if rng.random() < 0.9 else "RF_CNX_ERROR"
    device["radio"] = {
        "avgRSSI": -60.0 - rng.randrange(60),
        "avgSNR": rng.randrange(-15, 12) / 1.0,
        "avgESP": -70.0 - rng.randrange(60),
        "lastRSSI": -60.0 - rng.randrange(60),
        "lastSNR": rng.randrange(-15, 12) / 1.0,
        "lastESP": -70.0 - rng.randrange(60),
        "lastSF": rng.randrange(7, 13),
        "lastBatLevel": rng.randrange(0, 255),
        "lastBatLevelTimestamp": heard,
        "lastInstantPER": 0.0,
        "lastMeanPER": 0.25,
        "lastNbTrans": 1,
        "lastTxPower": 14.0,
        "firstUpTimestamp": device["creationDate"],
        "lastUpTimestamp": heard,
        "lastDwTimestamp": heard,
        "bestLRR": "10000779",
        "historyUpDaily": {"val": [rng.randrange(30) for _slot in range(12)]},
        "historyDwDaily": {"val": [rng.randrange(3) for _slot in range(12)]},
    }
