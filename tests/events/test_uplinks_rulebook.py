# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rulebook ``uplink_to_downlink``, run by the real ansible-rulebook against the simulator."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import yaml

from ansible_collections.lorawan.thingpark.tests.events.uplink_posts import free_port

KEY, AS_ID = "0123456789abcdef" * 2, "TWA_100002581.1972.AS"  # of the simulator
PATIENCE = 90


def test_uplinks_are_answered_once_by_downlinks(start_simulator, child_environment, tmp_path):
    assert shutil.which("java"), "ansible-rulebook needs Java 17: install openjdk-17-jre-headless"
    port = free_port()
    simulator = start_simulator(seed=1, uplinks_url="http://127.0.0.1:%d/" % port, uplinks_rate=4)
    (tmp_path / "variables.yml").write_text(yaml.safe_dump({"uplinks_host": "127.0.0.1", "uplinks_port": port}))
    python = "ansible_connection=local ansible_python_interpreter=" + sys.executable
    (tmp_path / "inventory").write_text("localhost %s\n" % python)
    account = {
        "TDM_URL": simulator.url,
        "TDM_LOGIN_URL": simulator.origin + "/thingpark/smp/rest/login",
        "TDM_LOGIN": simulator.login,
        "TDM_PASSWORD": simulator.password,
        "TDM_UPLINK_KEYS": "%s=%s" % (AS_ID, KEY),
    }
    binaries = Path(sys.executable).parent
    env = child_environment(**account, ANSIBLE_HOME=str(tmp_path / "home"))
    env["PATH"] = "%s:%s" % (binaries, env["PATH"])
    command = [binaries / "ansible-rulebook", "-r", "lorawan.thingpark.uplink_to_downlink", "--print-events"]
    command += ["-i", "inventory", "-e", "variables.yml"]
    log = tmp_path / "log"
    with log.open("wb") as stream:
        process = subprocess.Popen(command, cwd=tmp_path, env=env, stdout=stream, stderr=subprocess.STDOUT)
    try:
        (device,) = simulator.devices()
        deadline = time.monotonic() + PATIENCE
        while not simulator.device(device)["downlinks"]:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
        taken = simulator.inspect("GET", "uplinks")["taken"]
        while simulator.inspect("GET", "uplinks")["taken"] < taken + 4:
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
    (downlink,) = simulator.device(device)["downlinks"]
    assert (downlink["fPort"], downlink["payload"]) == (10, "0E10")
    assert simulator.inspect("GET", "uplinks")["refused"] == 0
    assert KEY not in log.read_text()
    assert simulator.password not in log.read_text()
