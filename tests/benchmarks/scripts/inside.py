# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""Parts of a run that need no platform, each by itself; the seconds go to standard output.

``python inside.py validation fleet.csv`` or ``python inside.py masking count``, with the collection on the path.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.apply import Outcome
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.desired import read_desired
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.sources import read_source
from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.secrets import masked
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.declaration import DEVICE
from ansible_collections.lorawan.thingpark.plugins.module_utils._tasks.one import diff_of


def validation(path: str) -> float:
    """Return how long tdm_fleet takes from a file's bytes to the desired devices that it has checked."""
    content = Path(path).read_bytes()
    started = time.monotonic()
    source = read_source(DEVICE, content, Path(path).name)
    read_desired(DEVICE, source.rows, source.defaults)
    return time.monotonic() - started


def masking(count: int) -> float:
    """Return how long the search for the account's secrets takes in a result that lists every device, with its diff."""
    outcomes = [Outcome("%016X" % n, "created", "line %d" % n, True, after={"name": "n%d" % n}) for n in range(count)]
    result = {
        "changed": True,
        "results": [one.as_dict(DEVICE) for one in outcomes],
        "diff": [diff_of(DEVICE, one) for one in outcomes],
        "msg": "%d created" % count,
    }
    started = time.monotonic()
    masked(result, {"not-a-real-passphrase"})
    return time.monotonic() - started


if __name__ == "__main__":
    print("seconds=%.6f" % (validation(sys.argv[2]) if sys.argv[1] == "validation" else masking(int(sys.argv[2]))))
