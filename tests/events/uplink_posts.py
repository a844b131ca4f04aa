# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Posts as ThingPark sends them to an application server, and the event source that receives them."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import runpy
import socket
import ssl
import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import quote

# The path that ansible-rulebook runs: below the collection's own name, which tells the source where the collection is.
SOURCE = Path(__file__).absolute().parents[2] / ".build/ansible_collections/lorawan/thingpark/extensions/eda/plugins/event_source"
NAMES = runpy.run_path(str(SOURCE / "uplinks.py"))
AS_ID, KEY = "TWA_100000001.1.AS", "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
DEVICE = "70B3D57ED0000001"
#: Which elements a token covers, by the kind of report.
COVERED = {
    "DevEUI_uplink": ("CustomerID", "DevEUI", "FPort", "FCntUp", "payload_hex"),
    "DevEUI_downlink_Sent": ("CustomerID", "DevEUI", "FPort", "FCntDn"),
    "DevEUI_location": ("CustomerID", "DevEUI"),
    "DevEUI_notification": ("CustomerID", "DevEUI"),
}


def report(**changes: object) -> dict[str, Any]:
    """Return an uplink's report, with changes; a value of None leaves one out."""
    one = {
        "Time": "2026-11-28T09:00:00.12+01:00",
        "DevEUI": DEVICE,
        "FPort": 2,
        "FCntUp": 7,
        "ADRbit": 1,
        "payload_hex": "0e10",
        "LrrRSSI": -117.0,
        "LrrSNR": -14.75,
        "SpFact": 12,
        "Lrrid": "290000D5",
        "Lrrs": {"Lrr": [{"Lrrid": "290000D5", "Chain": 0, "LrrRSSI": -117.0, "LrrSNR": -14.75, "LrrESP": -131.89}]},
        "CustomerID": "100000001",
        "CustomerData": {"name": "meter 1", "tags": ["meters"], "doms": [{"n": "Utrecht/Centraal", "g": "site"}]},
        "AppSKey": "2B7E151628AED2A6ABF7158809CF4F3C",
        **changes,
    }
    return {name: value for name, value in one.items() if value is not None}


def covered(body: dict[str, Any], kind: str) -> str:
    """Return the elements of a report that its token covers, as one text."""
    given = {"FPort": "0", **body}
    texts = [given.get(name, "") for name in COVERED[kind]]
    return "".join(one if isinstance(one, str) else json.dumps(one) for one in texts)


def query(body: dict[str, Any], kind: str = "DevEUI_uplink", late: float = 0, key: str = KEY, as_id: str = AS_ID) -> str:
    """Return the query of a post, signed some seconds ago, as it stands in the address."""
    moment = datetime.now(timezone(timedelta(hours=2))) - timedelta(seconds=late)
    pairs = {"LrnDevEui": body.get("DevEUI", ""), "LrnFPort": body.get("FPort", 0), "LrnInfos": as_id + "-1-7", "AS_ID": as_id}
    pairs["Time"] = moment.isoformat(timespec="microseconds")
    elements = covered(body, kind)
    if kind == "DevEUI_location":
        elements = elements[: -len(DEVICE)] + elements[-len(DEVICE) :].lower()
    text = "&".join("%s=%s" % pair for pair in pairs.items())
    token = hashlib.sha256((elements + text + key).encode()).hexdigest()
    return "&".join("%s=%s" % (name, quote(str(value), safe="")) for name, value in {**pairs, "Token": token}.items())


def document(body: dict[str, Any], kind: str = "DevEUI_uplink") -> bytes:
    """Return a report as JSON."""
    return json.dumps({kind: body}).encode()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Listener:
    """The source, running, with its queue.

    :param room: how many events the queue takes before somebody takes them.
    :param options: of the source.
    """

    def __init__(self, room: int = 0, **options: object) -> None:
        self.port = free_port()
        self.queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue(room)
        self.args: dict[str, Any] = {"port": self.port, "keys": {AS_ID: KEY}, **options}
        self.tls: ssl.SSLContext | None = None
        self.pipe: Any = None

    async def __aenter__(self) -> Listener:
        self.task = asyncio.create_task(NAMES["main"](self.queue, self.args))
        deadline = time.monotonic() + 10
        while not self.task.done() and time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                _reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.close()
                return self
            await asyncio.sleep(0.01)
        await self.task
        raise RuntimeError("the source does not listen")

    async def __aexit__(self, *_what: object) -> None:
        if self.pipe:
            self.pipe[1].close()
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task

    async def send(self, data: bytes) -> int:
        """Send bytes on the open connection, or a new one if it was closed; return the status of the answer, 0 without one."""
        if self.pipe is None or self.pipe[0].at_eof():
            self.pipe = await asyncio.open_connection("127.0.0.1", self.port, ssl=self.tls)
        reader, writer = self.pipe
        writer.write(data)
        return await answer(reader)

    async def post(self, address: str, body: bytes, content_type: str = "application/json", *headers: str) -> int:
        """Post a body; return the status."""
        return await self.send(message(address, body, content_type, *headers))

    async def uplink(self, late: float = 0, **changes: object) -> int:
        """Post a signed uplink; return the status."""
        body = report(**changes)
        return await self.post(query(body, late=late), document(body))

    def events(self) -> list[dict[str, Any]]:
        """Return the events that came since the last call."""
        return [self.queue.get_nowait() for _one in range(self.queue.qsize())]

    async def settled(self) -> list[dict[str, Any]]:
        """Return the events that came, once the source has handed all of them over."""
        for _turn in range(5):
            await asyncio.sleep(0)
        return self.events()


def message(address: str, body: bytes, content_type: str = "application/json", *headers: str) -> bytes:
    """Return a post as it goes over the wire."""
    head = ["POST /?%s HTTP/1.1" % address, "Host: 127.0.0.1", "Content-Length: %d" % len(body), *headers]
    head += ["Content-Type: " + content_type] if content_type else []
    return "\r\n".join([*head, "", ""]).encode() + body


async def answer(reader: asyncio.StreamReader) -> int:
    """Read an answer; return its status, 0 where the connection ends without one."""
    try:
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
        length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
        await reader.readexactly(length)
    except (asyncio.IncompleteReadError, ConnectionError):
        return 0
    return int(head.split(b" ", 2)[1])


@contextlib.asynccontextmanager
async def listening(room: int = 0, **options: object) -> AsyncIterator[Listener]:
    """Run the source for a while."""
    async with Listener(room, **options) as one:
        yield one
