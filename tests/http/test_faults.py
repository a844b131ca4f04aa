# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every fault of the simulator at every kind of request: what the client does stands in a table, in faults.rst."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._http import throttle

PAGE = Path(__file__).resolve().parents[2] / "docs/docsite/rst/faults.rst"
BEGIN, END = ".. begin of the faults\n\n", "\n.. end of the faults\n"
EUI = "70B3D57ED1000001"
#: Column -> (the request that goes wrong, as the simulator finds it and as it counts it; the options that lead to it).
REQUESTS: dict[str, tuple[str, str, str, dict]] = {
    "list": ("GET", "/devices", "GET /devices", {}),
    "read": ("GET", "/devices/[^/]+", "GET /devices/{deviceUid}", {"name": "new"}),
    "create": ("POST", "/devices", "POST /devices", {"dev_eui": "70B3D57ED1000002"}),
    "change": ("PUT", "/devices/[^/]+", "PUT /devices/{deviceUid}", {"name": "new"}),
    "delete": ("DELETE", "/devices/[^/]+", "DELETE /devices/{deviceUid}", {"state": "absent"}),
    "tag": ("POST", "/devices/tags", "POST /devices/tags", {"tags": ["north"]}),
}
LOGIN = "POST /login"
LOOKS = ("GET /devices", "GET /devices/{deviceUid}")


@pytest.fixture
def faults(simulator) -> dict[str, dict]:
    """Return every fault, by name, as the simulator describes it."""
    return simulator.inspect("GET", "faults")["known"]


@pytest.fixture
def play(simulator, account, row, counts, home, monkeypatch):
    """Return a function that runs a task once, with one fault, on a platform with one device: requests and result."""
    monkeypatch.setattr(throttle, "LONGEST_WAIT", 0.01)
    monkeypatch.setattr(throttle, "SLOWEST", 0.01)
    hasty = account.with_options(timeout=0.3)

    def play(column: str, fault: str = "") -> tuple[Counter, dict]:
        method, path, _counted, options = REQUESTS[column]
        simulator.reset()
        shutil.rmtree(home, ignore_errors=True)
        assert "failed" not in hasty.tdm_fleet(devices=[row(1)])
        counts()
        rules = [{"fault": fault, "method": method, "path": path}] if fault else []
        simulator.inspect("PUT", "faults", {"rules": rules})
        desired = {"dev_eui": EUI, "state": "absent"} if "state" in options else row(1, **options)
        result = hasty.tdm_fleet(devices=[desired], parallel=1, max_deletions=1)
        assert not fault or simulator.inspect("GET", "faults")["struck"], (column, fault)
        return Counter(counts()), result

    return play


def words(column: str, usual: Counter, requests: Counter, result: dict, is_lost: bool) -> str:
    """Return what the client did that it doesn't do usually.

    :param is_lost: the request that went wrong never came to where the simulator counts.
    """
    own = REQUESTS[column][2]
    more = requests + Counter({own: int(is_lost)}) - usual
    done = []
    if more[LOGIN]:
        done.append("logs in")
    if any(more[look] for look in LOOKS if look != own):
        done.append("checks")
    if more[own]:
        done.append("retries")
    if result.get("failed"):
        done.append("fails")
    return ", ".join(done) or "continues"


def table(cells: dict[str, dict[str, str]], faults: dict[str, dict]) -> str:
    """Return the table for the page."""
    lines = [".. list-table::", "   :header-rows: 1", "   :widths: 28 12 12 12 12 12 12", ""]
    rows = [(faults[name]["about"], *row.values()) for name, row in cells.items()]
    for first, *others in [("Fault", *(column.capitalize() for column in REQUESTS)), *rows]:
        lines += ["   * - " + first, *("     - " + other for other in others)]
    return "\n".join(lines) + "\n"


def test_what_the_client_does(play, faults):
    usual = {column: play(column)[0] for column in REQUESTS}
    cells = {}
    for name, fault in faults.items():
        is_lost = not fault["takes_effect"] and name != "session_401"
        cells[name] = {column: words(column, usual[column], *play(column, name), is_lost) for column in REQUESTS}
    page = PAGE.read_text(encoding="utf-8")
    stands = page[page.index(BEGIN) + len(BEGIN) : page.index(END)]
    assert stands == table(cells, faults), "the table in faults.rst should be:\n" + table(cells, faults)
