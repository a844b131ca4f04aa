# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many uplinks a second the event source takes, on one core: alone, and with the real ansible-rulebook. Run by hand.

Two cores are needed, wrk (Debian's package), and what `make .venv/events` installs. Other work on the machine makes the figures
smaller; what the processor time allows is told besides.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / ".build"))
from ansible_collections.lorawan.thingpark.tests.events import uplink_posts as posts  # noqa: E402

SECONDS, CONNECTIONS, MADE = 20, 20, 80000
LUA = """
local paths, bodies, at = {}, {}, 0
local file = io.open("posts")
while true do
  local path = file:read("*l")
  if not path then break end
  paths[#paths + 1] = path
  bodies[#bodies + 1] = file:read("*l")
end
function request()
  at = at % #paths + 1
  return wrk.format("POST", paths[at], {["Content-Type"] = "application/json"}, bodies[at])
end
"""
RULEBOOK = """
- name: Count
  hosts: all
  sources:
    - lorawan.thingpark.uplinks: {port: %d, max_clock_skew: 3600, keys: {%s: %s}}
  rules:
    - name: A thousand uplinks
      condition: event.type == "uplink"
      throttle: {accumulate_within: 10 minutes, threshold: 1000, group_by_attributes: [event.type]}
      action:
        debug: {msg: a thousand}
"""


def write_posts(path: Path) -> None:
    """Write uplinks of a thousand devices, each with a token of its own, as address and body."""
    gateways = [
        {"Lrrid": one, "Chain": 0, "LrrRSSI": -117.0, "LrrSNR": -14.75, "LrrESP": -131.89} for one in ("290000D5", "290000D6")
    ]
    more = {"mic_hex": "4368e1a6", "Lrcid": "00000201", "SubBand": "G2", "Channel": "LC6", "DevLrrCnt": 2, "Late": 0, "MType": 4}
    with path.open("wb") as stream:
        for number in range(MADE):
            eui = "70B3D57ED0%06X" % (number % 1000)
            body = posts.report(DevEUI=eui, FCntUp=number, payload_hex="%08x" % number, Lrrs={"Lrr": gateways}, **more)
            stream.write(b"/?" + posts.query(body).encode() + b"\n" + posts.document(body) + b"\n")


def load(folder: Path, port: int) -> float:
    """Post for a while from the second core; return the requests a second."""
    command = "taskset -c 1 wrk -t1 -c%d -d%ds -s posts.lua http://127.0.0.1:%d/" % (CONNECTIONS, SECONDS, port)
    told = subprocess.run(command.split(), cwd=folder, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in told:
        print(re.search("Non-2xx.*", told)[0])
    return float(re.search(r"Requests/sec: *([\d.]+)", told)[1])


def alone(port: int) -> None:
    """Run the source into a queue that is emptied."""

    async def run() -> None:
        queue: asyncio.Queue = asyncio.Queue(1)
        args = {"port": port, "max_clock_skew": 3600, "keys": {posts.AS_ID: posts.KEY}}
        task = asyncio.create_task(posts.NAMES["main"](queue, args))
        while not task.done():
            await queue.get()

    asyncio.run(run())


def measure(folder: Path, name: str, port: int, command: list[str]) -> None:
    """Run a program on the first core, load it, and tell what it took."""
    write_posts(folder / "posts")
    process = subprocess.Popen(["taskset", "-c", "0", *command], cwd=folder, stdout=subprocess.PIPE, text=True)
    wait_for(port)
    load(folder, port)  # Java compiles what is used often
    begun = cpu(process.pid)
    rate = load(folder, port)
    used = cpu(process.pid) - begun
    process.terminate()
    counted = process.communicate()[0].count("a thousand")
    print(
        "%s: %.0f uplinks a second, %.0f a second of CPU time; the rule counted %d thousand"
        % (name, rate, rate * SECONDS / used, counted)
    )


def wait_for(port: int) -> None:
    """Wait until somebody listens."""
    for _second in range(60):
        time.sleep(1)
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
    raise RuntimeError("nothing listens")


def cpu(pid: int) -> float:
    """Return the seconds of processor time that a process has taken."""
    fields = Path("/proc/%d/stat" % pid).read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure both, or be the source that is measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alone", type=int, metavar="PORT")
    given = parser.parse_args()
    if given.alone:
        alone(given.alone)
        return
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), posts.free_port()
        (folder / "posts.lua").write_text(LUA)
        (folder / "inventory").write_text("localhost ansible_connection=local\n")
        (folder / "rulebook.yml").write_text(RULEBOOK % (port, posts.AS_ID, posts.KEY))
        os.environ.update(ANSIBLE_COLLECTIONS_PATH=str(ROOT / ".build"), ANSIBLE_HOME=str(folder / "home"))
        os.environ["PATH"] = "%s:%s" % (Path(sys.executable).parent, os.environ["PATH"])
        measure(folder, "the source alone", port, [sys.executable, __file__, "--alone", str(port)])
        measure(folder, "ansible-rulebook", port, ["ansible-rulebook", "-r", "rulebook.yml", "-i", "inventory"])


if __name__ == "__main__":
    main()
