# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""The yardstick: the engine's own requests, with the same parallelism, as quick as aiohttp can without any of its care.

No validation, no plan, no retry, no result for each device. ``python asynchronous.py bodies.jsonl parallel``, with TDM_URL,
TDM_LOGIN and TDM_PASSWORD in the environment.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from urllib.parse import urlsplit

import aiohttp

URL = os.environ["TDM_URL"]
LISTS = ("/deviceProfiles", "/networkSubscriptions", "/appServersRoutingProfiles")


async def main(path: str, parallel: int) -> None:
    """Look at what is there as the engine does, then make the devices of a file that holds a body in each line."""
    with open(path, "rb") as file:
        bodies = iter(file.read().splitlines())
    connector = aiohttp.TCPConnector(limit=parallel, keepalive_timeout=60)
    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    cookies = aiohttp.CookieJar(unsafe=True)  # from a host without a name, too
    async with aiohttp.ClientSession(connector=connector, cookie_jar=cookies, auto_decompress=False) as session:
        parts = urlsplit(URL)
        form = {"login": os.environ["TDM_LOGIN"], "password": os.environ["TDM_PASSWORD"]}
        async with session.post("%s://%s/thingpark/smp/rest/login" % (parts.scheme, parts.netloc), data=form) as answer:
            code = re.search(r"userAccessCode=([^&\s\"<]+)", await answer.text()).group(1)
        proof = {"userAccessCode": code, "type": "SUBSCRIBER"}
        async with session.get(URL + "/customers", params=proof) as answer:
            token = {"sessionToken": (await answer.json())["sessionToken"]}
        base = URL + "/subscriptions/100"
        for what in ("/devices", *LISTS):
            async with session.get(base + what, params=token) as answer:
                await answer.json()
        where = "%s/devices?sessionToken=%s" % (base, token["sessionToken"])

        async def work() -> None:
            for body in bodies:
                async with session.post(where, data=body, headers=headers) as answer:
                    if answer.status != 201:
                        raise RuntimeError("status %d" % answer.status)
                    await answer.read()

        await asyncio.gather(*[work() for _number in range(parallel)])
        async with session.get(URL + "/customers/logout", params=token) as answer:
            await answer.read()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
