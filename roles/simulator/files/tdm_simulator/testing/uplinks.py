# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uplinks of the devices, posted to an application server on this host, signed as ThingPark signs them.

The report and its token follow public clients and published examples (O). How often a platform repeats a post without success
is unknown (?): this one repeats it until it is accepted or refused.
"""

from __future__ import annotations

import asyncio
import bisect
import hashlib
import json
import random
import time
from datetime import datetime, timezone
from urllib.parse import quote, urlsplit

from .. import SUBSCRIBER, Document
from ..settings import Settings
from ..world.world import World

REPEAT_SECONDS = 1.0
ANSWER_SECONDS = 10.0
F_PORT = 2
BUSY = (429, 502, 503, 504)  # to be repeated


def signed(report: Document, settings: Settings) -> str:
    """The query of a signed post: ThingPark's parameters, and the token over the report, the query and the key."""
    moment = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
    pairs = {
        "LrnDevEui": report["DevEUI"],
        "LrnFPort": report["FPort"],
        "LrnInfos": settings.uplinks_as_id + "-1-1",
        "AS_ID": settings.uplinks_as_id,
        "Time": moment,
    }
    elements = "".join(str(report[name]) for name in ("CustomerID", "DevEUI", "FPort", "FCntUp", "payload_hex"))
    query = "&".join("%s=%s" % pair for pair in pairs.items())
    token = hashlib.sha256((elements + query + settings.uplinks_key).encode()).hexdigest()
    return "&".join("%s=%s" % (name, quote(str(value), safe="")) for name, value in {**pairs, "Token": token}.items())


class Uplinks:
    """Sends uplinks one after the other, of each device in turn, while the simulator runs."""

    def __init__(self, world: World) -> None:
        self._world, self._settings = world, world.settings
        self._counts = {"sent": 0, "taken": 0, "refused": 0, "repeated": 0}
        self._frames: dict[str, int] = {}
        self._rng = random.Random(4711)
        self._last = ""

    def shown(self) -> Document:
        """The numbers of uplinks sent, accepted and refused, and of repeated posts."""
        return dict(self._counts)

    async def run(self) -> None:
        """Send until the task is cancelled."""
        due = time.monotonic()
        while True:
            report = self._next()
            if report is not None:
                self._counts["sent"] += 1
                await self._deliver(report)
            # Delays are not made up for: slow answers lower the rate.
            due = max(due + 1 / self._settings.uplinks_rate, time.monotonic())
            await asyncio.sleep(due - time.monotonic())

    def _next(self) -> Document | None:
        """The report of the next device's uplink; None while there are no devices."""
        ordered = self._world.devices.ordered
        if not ordered:
            return None
        eui = self._last = ordered[bisect.bisect_right(ordered, self._last) % len(ordered)]
        frame = self._frames[eui] = self._frames.get(eui, -1) + 1
        rssi, snr = -60.0 - self._rng.randrange(60), self._rng.randrange(-60, 40) / 4
        gateway = {"Lrrid": "10000779", "Chain": 0, "LrrRSSI": rssi, "LrrSNR": snr, "LrrESP": rssi - 3}
        return {
            "Time": datetime.now(timezone.utc).isoformat(timespec="milliseconds"),
            "DevEUI": eui,
            "FPort": F_PORT,
            "FCntUp": frame,
            "ADRbit": 1,
            "MType": 2,
            "FCntDn": 0,
            "payload_hex": "%04x" % self._rng.randrange(150, 250),
            "mic_hex": "%08x" % self._rng.getrandbits(32),
            "Lrcid": "00000201",
            "LrrRSSI": rssi,
            "LrrSNR": snr,
            "SpFact": self._rng.randrange(7, 13),
            "SubBand": "G1",
            "Channel": "LC1",
            "DevLrrCnt": 1,
            "Lrrid": gateway["Lrrid"],
            "Late": 0,
            "Lrrs": {"Lrr": [gateway]},
            "CustomerID": SUBSCRIBER["ID"],
            "CustomerData": {"name": self._world.devices[eui]["name"]},
        }

    async def _deliver(self, report: Document) -> None:
        """Post a report until it is accepted or refused; a repeated post is signed anew (?)."""
        body = json.dumps({"DevEUI_uplink": report}).encode()
        while True:
            try:
                status = await asyncio.wait_for(self._post(signed(report, self._settings), body), ANSWER_SECONDS)
            except (OSError, ValueError, EOFError, asyncio.TimeoutError):
                status = 503
            if status not in BUSY:
                self._counts["taken" if 200 <= status < 300 else "refused"] += 1
                return
            self._counts["repeated"] += 1
            await asyncio.sleep(REPEAT_SECONDS)

    async def _post(self, query: str, body: bytes) -> int:
        """Post a body on a new connection; return the status."""
        address = urlsplit(self._settings.uplinks_url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port or 80)
        try:
            path = "%s?%s" % (address.path or "/", "&".join(filter(None, (address.query, query))))
            head = "POST %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: tdm-simulator\r\nConnection: close\r\n" % (path, address.netloc)
            head += "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
            writer.write(head.encode("ascii") + body)
            line = await reader.readline()
            return int(line.split(b" ", 2)[1]) if line.startswith(b"HTTP/1.") else 503
        finally:
            writer.close()
