# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""What a person writes in an hour with requests: one request after the other. Also lists the fleet, and nothing more.

``python sequential.py create|list bodies.jsonl``, with TDM_URL, TDM_LOGIN and TDM_PASSWORD in the environment.
"""

from __future__ import annotations

import os
import re
import sys
from urllib.parse import urlsplit

import requests

URL = os.environ["TDM_URL"]


def log_in(session: requests.Session) -> tuple[str, dict[str, str]]:
    """Return the subscription's address and the parameters of every call; the cookies stay in the session."""
    parts = urlsplit(URL)
    form = {"login": os.environ["TDM_LOGIN"], "password": os.environ["TDM_PASSWORD"]}
    page = session.post("%s://%s/thingpark/smp/rest/login" % (parts.scheme, parts.netloc), data=form).text
    code = re.search(r"userAccessCode=([^&\s\"<]+)", page).group(1)
    answer = session.get(URL + "/customers", params={"userAccessCode": code, "type": "SUBSCRIBER"}).json()
    return URL + "/subscriptions/100", {"sessionToken": answer["sessionToken"]}


def create(session: requests.Session, base: str, token: dict[str, str], path: str) -> None:
    """Make the devices of a file that holds a body in each line."""
    headers = {"Content-Type": "application/json"}
    with open(path, "rb") as lines:
        for line in lines:
            session.post(base + "/devices", params=token, data=line.strip(), headers=headers).raise_for_status()


def listed(session: requests.Session, base: str, token: dict[str, str]) -> int:
    """Read the whole list of devices; return how many there are."""
    count, place = 0, {}
    while True:
        page = session.get(base + "/devices", params={"sort": "EUI,asc", "pageSize": 1000, **place, **token}).json()
        count += len(page["briefs"])
        if not page["more"]:
            return count
        place = {"pageAfter": page["cursors"]["last"]}


if __name__ == "__main__":
    with requests.Session() as own:
        own.headers["Accept"] = "application/json"
        where, proof = log_in(own)
        if sys.argv[1] == "create":
            create(own, where, proof, sys.argv[2])
        else:
            print(listed(own, where, proof))
        own.get(URL + "/customers/logout", params=proof)
