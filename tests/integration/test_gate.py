# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's gate in front of modules on many hosts, and what an interruption leaves behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")
WRONG = "a-wrong-password"
ASK = {"lorawan.thingpark.tdm_subscriber_info": {}}


@pytest.fixture
def start(tmp_path, child_environment):
    """Return a function that starts ansible-playbook with plays, on ``hosts`` that each have a home of their own."""

    def run(plays: list, simulator, hosts: int = 1, **environment: str) -> subprocess.Popen:
        lines = ["host%d ansible_connection=local home=%s/host%d\n" % (n, tmp_path, n) for n in range(hosts)]
        (tmp_path / "hosts").write_text("".join(lines))
        (tmp_path / "play.yml").write_text(json.dumps(plays))
        account = {"TDM_URL": simulator.url, "TDM_LOGIN": simulator.login, "TDM_PASSWORD": simulator.password}
        return subprocess.Popen(
            [PLAYBOOK, "-i", str(tmp_path / "hosts"), "--forks", "8", str(tmp_path / "play.yml")],
            cwd=tmp_path,
            env=child_environment(ANSIBLE_HOME=str(tmp_path / "ansible"), **{**account, **environment}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    return run


def play_of(tasks: list, **environment: str) -> list:
    """Return a play whose tasks run as modules, with a home on each host."""
    own = {"ANSIBLE_HOME": "{{ home }}", **environment}
    return [{"hosts": "all", "gather_facts": False, "environment": own, "tasks": tasks}]


@pytest.mark.parametrize(
    "tasks",
    [
        pytest.param([ASK], id="plain"),
        pytest.param([{"lorawan.thingpark.tdm_session": {"state": "absent"}}, ASK], id="after a session is closed"),
        pytest.param([{**ASK, "async": 60, "poll": 1}], id="in the background"),
    ],
)
def test_hosts_with_homes_of_their_own_try_a_wrong_password_once(start, simulator, tasks):
    if "async" in tasks[0]:
        tasks = [ASK, *tasks]
        play = [{**play_of(tasks)[0], "ignore_errors": True}]
    else:
        play = play_of(tasks)
    process = start(play, simulator, 4, TDM_PASSWORD=WRONG)
    output = process.communicate(timeout=120)[0]
    print(output)
    assert simulator.requests()["logins"]["attempts"] == 1
    assert WRONG not in output


def test_a_wrong_password_in_the_plays_environment_goes_out_once(start, simulator):
    process = start(play_of([ASK], TDM_PASSWORD=WRONG), simulator, 4)
    print(process.communicate(timeout=120)[0])
    assert simulator.requests()["logins"]["attempts"] == 1


def test_hosts_with_a_right_password_all_work(start, simulator):
    process = start(play_of([ASK]), simulator, 4)
    print(process.communicate(timeout=120)[0])
    assert process.returncode == 0
    assert simulator.requests()["logins"]["attempts"] == 4


@pytest.mark.parametrize("frame", ["auto", "module"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_closes_its_session_and_shuts_nobody_out(start, start_simulator, number, frame):
    simulator = start_simulator(latency=100)
    devices = [{"dev_eui": "70B3D57ED6%06d" % n, "name": "n%d" % n, "activation": "OTAA"} for n in range(300)]
    for device in devices:
        device.update(device_profile="LORA/GenericA.1.0.4a_ETSI", app_key="%032d" % int(device["dev_eui"][-6:]))
    tasks = [{"lorawan.thingpark.tdm_fleet": {"devices": devices, "parallel": 2}, "no_log": True}]
    play = {"hosts": "all", "gather_facts": False, "vars": {"tdm_frame": frame}}
    process = start([{**play, "tasks": tasks}], simulator)
    while len(simulator.devices()) < 5:
        time.sleep(0.05)
        assert process.poll() is None
    os.killpg(process.pid, number)
    process.communicate(timeout=60)
    for _wait in range(100):
        if simulator.sessions()["sessions"] == 0:
            break
        time.sleep(0.1)
    assert simulator.sessions()["sessions"] == 0
    assert 5 <= len(simulator.devices()) < 300
    process = start([{**play, "tasks": [ASK]}], simulator)
    print(process.communicate(timeout=60)[0])
    assert process.returncode == 0
