# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulator of the Device Manager API of Actility ThingPark (TDM).

``http`` parses requests and writes answers. ``access`` handles logins and sessions. ``application`` finds the operation of a
request. ``resources`` declares each kind of resource in a file of its own, with the vocabulary of ``api``, which answers from
the declaration. ``world`` holds the platform's state. ``testing`` lets tests inspect it and cause faults.

Marks in the docstrings of this package name the source of a fact:
P the operator's page about the API, C the OpenAPI contract of release 7.3,
X the XML schemas, O observed in public clients, ? this simulator's choice.
"""

from __future__ import annotations

import time
from typing import Any

__version__ = "0.1.0"
BASE_PATH = "/thingpark/wireless/rest"
SUBSCRIPTION_ID = "100"
SUBSCRIBER = {"ID": "100002581", "name": "Olivia Operator", "organization": "Example Operations"}
#: A JSON object: a body, an answer, or a stored resource.
Document = dict[str, Any]


def now_ms() -> int:
    """Epoch time in milliseconds (C: all times of JSON documents)."""
    return int(time.time() * 1000)
