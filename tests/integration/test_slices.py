# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""More than one process: a job in AWX's slices, and fleets as hosts of one play. What they share is the platform's patience."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from ansible_collections.lorawan.thingpark.tests.benchmarks import fleets, plays

BIN = Path(sys.executable).parent
DEVICES = 120
SLICES = 3
PARALLEL = 2
RATE = 30  # requests per second that all of them together may send
WINDOW = 2.0  # seconds in which requests are counted
#: What may come in a window though it was due before or after it: the requests under way, and one at its end.
LATE = SLICES * (PARALLEL + 1)


@pytest.fixture
def run(start_simulator, tmp_path, child_environment):
    """Return a simulator that writes down every exchange, and a function that runs commands on it, all at once."""
    simulator = start_simulator(record=str(tmp_path / "record"))

    def run(commands: list[list]) -> list[str]:
        """Return the outputs; each command has an Ansible home of its own, as on its own node. The first failure raises."""
        account = {"TDM_URL": simulator.url, "TDM_LOGIN": simulator.login, "TDM_PASSWORD": simulator.password}
        path = "%s%s%s" % (BIN, os.pathsep, os.environ["PATH"])
        running = [
            subprocess.Popen(
                command,
                cwd=tmp_path,
                env=child_environment(PATH=path, ANSIBLE_HOME=str(tmp_path / ("home-%d" % number)), **account),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            for number, command in enumerate(commands)
        ]
        outputs = [process.communicate(timeout=300)[0] for process in running]
        for process, output in zip(running, outputs):
            assert process.returncode == 0, output
        return outputs

    run.simulator, run.directory = simulator, tmp_path
    return run


def slices_of(directory: Path, hosts: dict, **variables: object) -> list[list]:
    """Lay out one inventory in AWX's slices; return the commands that run them."""
    commands = []
    for number in range(SLICES):
        private = directory / ("slice-%d" % number)
        own = {"tdm_fleet_parallel": PARALLEL, "tdm_fleet_results": "none", **variables}
        plays.slice_directory(private, plays.sliced(hosts, number, SLICES), own)
        commands.append([BIN / "ansible-runner", "run", private, "-p", "play.yml"])
    return commands


def exchanges(directory: Path) -> list[dict]:
    """Return all that was asked, in order."""
    return [json.loads(line) for line in (directory / "record").read_text().splitlines()]


def made(record: list[dict]) -> Counter:
    """Return how often each device was made."""
    bodies = [one["request"] for one in record if one["method"] == "POST" and one["path"].endswith("/devices")]
    return Counter(json.loads(body)["EUI"] for body in bodies)


def most_at_once(record: list[dict]) -> int:
    """Return the most requests in any window."""
    times = sorted(one["at"] for one in record)
    return max(sum(start <= at < start + WINDOW for at in times) for start in times)


def test_slices_share_the_work_and_the_rate(run):
    every = plays.hosts(DEVICES)
    rate = "{{ %d / %d }}" % (RATE, SLICES)
    run(slices_of(run.directory, every, tdm_max_requests_per_second=rate))
    record = exchanges(run.directory)
    assert made(record) == Counter({fleets.eui(number): 1 for number in range(1, DEVICES + 1)})
    counted = run.simulator.requests()
    assert counted["logins"] == {"attempts": SLICES, "refused": 0} and set(counted["by_status"]) == {"200", "201"}
    assert run.simulator.sessions()["sessions"] == 0
    alone = RATE / SLICES * WINDOW
    # More than one of them could, or they did not run at once; and never more than all of them may.
    assert alone + PARALLEL + 1 < most_at_once(record) <= RATE * WINDOW + LATE


def test_a_purge_in_a_slice_is_refused(run):
    """A slice doesn't know the others' devices: to it, they are undescribed."""
    every = plays.hosts(DEVICES)
    run.simulator.seed(DEVICES, **fleets.seeding())
    command, *_others = slices_of(run.directory, every, tdm_fleet_purge={"scope": {"eui_prefix": fleets.PREFIX}})
    with pytest.raises(AssertionError, match="purge"):
        run([command])
    assert len(run.simulator.devices()) == DEVICES
    assert not [one for one in exchanges(run.directory) if one["method"] == "DELETE"]


@pytest.mark.parametrize("serial", [SLICES, 1])
def test_fleets_as_hosts_share_the_rate(run, serial):
    """The hosts of a play at once, as many as there are forks, or one after the other: the rate is the same."""
    share = DEVICES // SLICES
    rows = fleets.csv_text(DEVICES).splitlines(keepends=True)
    for number in range(SLICES):
        (run.directory / ("fleet-%d.csv" % number)).write_text("".join(rows[number * share : (number + 1) * share]))
    hosts = {"site-%d" % number: {"tdm_fleet_src": "fleet-%d.csv" % number} for number in range(SLICES)}
    play = {
        "hosts": "sites",
        "serial": serial,
        "gather_facts": False,
        "roles": ["lorawan.thingpark.fleet"],
        "vars": {
            "ansible_connection": "local",
            "tdm_fleet_parallel": PARALLEL,
            "tdm_max_requests_per_second": "{{ %d / ([ansible_forks, ansible_play_batch | length] | min) }}" % RATE,
        },
    }
    (run.directory / "play.yml").write_text(json.dumps([play]))  # JSON is YAML
    (run.directory / "inventory.yml").write_text(json.dumps({"sites": {"hosts": hosts}}))
    run([[BIN / "ansible-playbook", "play.yml", "--inventory", "inventory.yml", "--forks", str(SLICES)]])
    record = exchanges(run.directory)
    assert made(record) == Counter({fleets.eui(number): 1 for number in range(1, DEVICES + 1)})
    assert run.simulator.requests()["logins"]["attempts"] == SLICES
    alone = RATE / SLICES * WINDOW
    assert alone + PARALLEL + 1 < most_at_once(record) <= RATE * WINDOW + LATE
