# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rulebooks for alarms, run by the real ansible-rulebook against a simulator."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.lorawan.thingpark.tests.events import story

ROOT = Path(__file__).resolve().parents[2]
RULEBOOKS = ROOT / "extensions/eda/rulebooks"
NAMES = ("silent_meter", "low_battery", "join_failure", "mass_alarm")
BATTERY, UPLINK_RATE, NO_UPLINK, JOIN_MIC = 1, 3, 4, 8
WARNING, MAJOR = 3, 5


def test_java_is_here():
    """Without it, ansible-rulebook runs no rule: .ci/run installs it where it may."""
    assert story.java_version() >= 17, story.NO_JAVA


@pytest.fixture
def platform(tmp_path):
    one = story.Platform(tmp_path)
    yield one
    one.stop()


@pytest.fixture
def tickets():
    one = story.Webhook()
    yield one
    one.stop()


@pytest.fixture
def all_of_them(tmp_path, platform, tickets):
    """All rulebooks in one process, which needs one Java; each with its own state file in the home."""
    (tmp_path / "rulebook.yml").write_text("".join((RULEBOOKS / (name + ".yml")).read_text().lstrip("-") for name in NAMES))
    fleet = tmp_path / "fleet.csv"
    fleet.write_text("UPDATE_OTAA,70B3D57ED0000003,,,70B3D57ED0000000,,,,,,a name of its own\n")
    variables = {name + "_url": tickets.url for name in ("ticket", "notify", "incident")}
    variables.update(service_list=str(tmp_path / "batteries.csv"), fleet_src=str(fleet), interval=1)
    running = story.Rulebook(str(tmp_path / "rulebook.yml"), tmp_path, platform.url, platform.password, **variables)
    yield running
    running.stop()


def test_the_rulebooks_do_as_they_say(platform, tickets, all_of_them, tmp_path):
    platform.inspect("POST", "seed", {"count": 40})
    euis = ["70B3D57ED00000%02X" % number for number in range(1, 41)]
    for eui in euis:
        platform.inspect("PUT", "devices/" + eui, {"alarms": [0] * 6})
    silent, low, mute, *others = euis
    platform.inspect("PUT", "devices/" + silent, {"name": "{{ lookup('ansible.builtin.pipe', 'touch %s/hit') }}" % tmp_path})
    platform.inspect("PUT", "devices/" + low, {"name": ' =1+1,"2'})
    platform.inspect("PUT", "devices/" + mute, {"name": "mute"})
    # The first alarm is there before anybody looks: the list for the service round is to have it.
    platform.inspect("PUT", "alarms/" + low, {"id": BATTERY, "state": WARNING})
    assert all_of_them.wait_for(lambda: platform.looks() > 2 * len(NAMES)), all_of_them.output()
    platform.inspect("PUT", "alarms/" + silent, {"id": NO_UPLINK, "state": MAJOR})
    platform.inspect("PUT", "alarms/" + mute, {"id": JOIN_MIC, "state": MAJOR})
    for eui in others:
        platform.inspect("PUT", "alarms/" + eui, {"id": UPLINK_RATE, "state": WARNING})
    done = all_of_them.wait_for(
        lambda: len(tickets.received) >= 3 and platform.is_acknowledged(silent) and (tmp_path / "batteries.csv").exists()
    )
    status = all_of_them.stop()
    assert done, "%s\n%s" % (tickets.received, all_of_them.output())
    ticket, incident, told = sorted(tickets.received, key=lambda one: ("text" in one, "alarm" in one))
    assert (ticket["dev_eui"], ticket["severity"]) == (silent, "major")
    assert "lookup('ansible.builtin.pipe'" in ticket["title"] and not (tmp_path / "hit").exists()
    assert incident["title"] == "37 devices have the alarm uplink_rate_exceeded"
    assert "mute (70B3D57ED0000003) can't join: join_mic_wrong, major" in told["text"]
    assert "differs from its description" in told["description"]
    head, line = csv.reader(io.StringIO((tmp_path / "batteries.csv").read_text()))
    assert head == ["DevEUI", "name", "domains", "severity", "since"]
    assert line[:4] == [low, "'=1+1,\"2", "", "warning"]
    assert status in (0, 128 + signal.SIGTERM)  # the latter where Java has taken the signal
    assert platform.password not in all_of_them.output()


@pytest.mark.thorough
def test_the_demo_tells_its_story(tmp_path):
    """Also behind a proxy, which can't reach what runs here."""
    command, env = [sys.executable, story.__file__], {**os.environ, "http_proxy": "http://127.0.0.1:9", "no_proxy": ""}
    done = subprocess.run(command, check=False, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    assert "One silent meter, one ticket" in done.stdout


@pytest.mark.thorough
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_demo_that_is_broken_off_leaves_nothing_running(tmp_path, number):
    with (tmp_path / "said").open("w") as said:
        env = {**os.environ, "TMPDIR": str(tmp_path)}
        demo = subprocess.Popen([sys.executable, story.__file__], env=env, stdout=said, stderr=subprocess.STDOUT)
    assert story.wait_for(lambda: list(tmp_path.glob("*/rulebook.log")))
    (ready,) = tmp_path.glob("*/ready.json")
    address = json.loads(ready.read_text())["url"]
    demo.send_signal(number)
    assert demo.wait(60) == 128 + number
    with pytest.raises(OSError, match="refused"):
        story.NO_PROXY.open(address, timeout=10)
    assert [one.name for one in tmp_path.iterdir()] == ["said"]


def test_the_demo_says_what_is_missing_without_java(tmp_path):
    env = {"JAVA_HOME": str(tmp_path), "PATH": ""}
    done = subprocess.run([sys.executable, story.__file__], check=False, env=env, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("ansible-rulebook needs Java 17 or newer, and none is here")
