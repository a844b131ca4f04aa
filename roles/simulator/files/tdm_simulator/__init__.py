# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulator of the Device Manager API of Actility ThingPark (TDM).

``http`` reads requests and writes answers. ``access`` lets clients in. ``application`` finds the operation for a request.
``resources`` declares what there is: a file for each kind, in the vocabulary of ``api``, which answers from the declaration.
``world`` is what the platform remembers, ``testing`` what tests see of it and let go wrong.

Marks in the docstrings of this package say where a fact comes from:
P the operator's page on the API, C the OpenAPI contract of release 7.3,
X the XML schemas, O observed in public clients, ? chosen by this simulator.
"""

from __future__ import annotations

import time
from typing import Any

__version__ = "0.1.0"
BASE_PATH = "/thingpark/wireless/rest"
SUBSCRIPTION_ID = "100"
SUBSCRIBER = {"ID": "100002581", "name": "Olivia Operator", "organization": "Example Operations"}
#: An object of JSON: a body, an answer, or what the world keeps of a resource.
Document = dict[str, Any]


def now_ms() -> int:
    """Epoch time in milliseconds (C: all times of JSON documents)."""
    return int(time.time() * 1000)
