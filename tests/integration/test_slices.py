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
SLICES = 3  # fleets as hosts of one play
#: Jobs in slices, as many as AWX is told; a purge needs two, to know others' devices.
COUNTS = [pytest.param(1, marks=pytest.mark.thorough), pytest.param(2, marks=pytest.mark.thorough), 4]
PARALLEL = 2
RATE = 30  # requests per second that all of them together may send
WINDOW = 2.0  # seconds in which requests are counted


@pytest.fixture
def run(start_simulator, tmp_path, child_environment):
    """Return a simulator that writes down every exchange, and a function that runs commands on it, all at once."""
    simulator = start_simulator(record=str(tmp_path / "record"))

    account = {"TDM_URL": simulator.url, "TDM_LOGIN": simulator.login, "TDM_PASSWORD": simulator.password}

    def run(commands: list[list], **given: str) -> list[str]:
        """Return the outputs; each command has an Ansible home of its own, as on its own node. The first failure raises."""
        path = "%s%s%s" % (BIN, os.pathsep, os.environ["PATH"])
        running = [
            subprocess.Popen(
                command,
                cwd=tmp_path,
                env=child_environment(PATH=path, ANSIBLE_HOME=str(tmp_path / ("home-%d" % number)), **given),
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

    run.simulator, run.directory, run.account = simulator, tmp_path, account
    return run


def slices_of(run, count: int, **variables: object) -> list[list]:
    """Lay out one inventory in AWX's slices, with the account; return the commands that run them as AWX does."""
    commands = []
    for number in range(count):
        private = run.directory / ("slice-%d" % number)
        own = {"tdm_fleet_parallel": PARALLEL, "tdm_fleet_results": "none", **variables}
        plays.slice_directory(private, plays.sliced(plays.hosts(DEVICES), number, count), own, run.account)
        commands.append(["sh", "-c", plays.transmitted(private)])
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


def check_rate(record: list[dict], count: int) -> None:
    """Check that so many, each with its share of the rate, ran at once and stayed below it together."""
    # What may come in a window though it was due before or after it: the requests under way, and one at its end.
    late = PARALLEL + 1
    most, alone = most_at_once(record), RATE / count * WINDOW
    assert most <= RATE * WINDOW + count * late
    assert count == 1 or most > alone + late


@pytest.mark.parametrize("count", COUNTS)
def test_slices_share_the_work_and_the_rate(run, count):
    """Each device is made once, by whichever job knows it; and of a job's directories nothing is left."""
    run(slices_of(run, count, tdm_max_requests_per_second="{{ %d / %d }}" % (RATE, count)))
    record = exchanges(run.directory)
    assert made(record) == Counter({fleets.eui(number): 1 for number in range(1, DEVICES + 1)})
    counted = run.simulator.requests()
    assert counted["logins"] == {"attempts": count, "refused": 0} and set(counted["by_status"]) == {"200", "201"}
    # Besides, each asks for the list of devices, for names in three lists, and for its session's beginning and end.
    assert counted["total"] == DEVICES + count * 7
    assert run.simulator.sessions()["sessions"] == 0
    assert not list(run.directory.glob("slice-*"))
    check_rate(record, count)


def test_a_purge_in_a_slice_is_refused(run):
    """A slice doesn't know the others' devices: to it, they are undescribed."""
    run.simulator.seed(DEVICES, **fleets.seeding())
    command, *_others = slices_of(run, 2, tdm_fleet_purge={"scope": {"eui_prefix": fleets.PREFIX}})
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
    run([[BIN / "ansible-playbook", "play.yml", "--inventory", "inventory.yml", "--forks", str(SLICES)]], **run.account)
    record = exchanges(run.directory)
    assert made(record) == Counter({fleets.eui(number): 1 for number in range(1, DEVICES + 1)})
    assert run.simulator.requests()["logins"]["attempts"] == SLICES
    check_rate(record, SLICES)
