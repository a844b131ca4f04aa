# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""How a target below targets/ is played by ansible-playbook against a simulator.

Which platforms, in which frames of a task, and what a target finds about them: setup_simulator/vars/main.yml.
A target also finds these variables: tdm_frame, simulator_url (the API's base), simulator_origin, output_dir.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TARGETS = HERE / "targets"
PLATFORMS = yaml.safe_load((TARGETS / "setup_simulator/vars/main.yml").read_text())["platforms"]
PLAYED = [(profile, frame) for profile, platform in PLATFORMS.items() for frame in platform["frames"]]
CLIENT_ID, CLIENT_SECRET = "sub-100002581/tester", "not-a-real-secret"
TIMEOUT_SECONDS = 300
PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")


def targets() -> list[str]:
    """Return the names of the folders with tasks of their own; ``setup_*`` only help others."""
    names = sorted(path.parent.parent.name for path in TARGETS.glob("*/tasks/main.yml"))
    return [name for name in names if not name.startswith("setup_")]


def options(profile: str) -> dict:
    """Return the options of a simulator that a target of this profile can be played on."""
    return {"profile": profile, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}


def play(target: str, profile: str, frame: str, simulator, directory: Path, environment, url: str = "") -> str:
    """Play a target and return Ansible's whole output; it must succeed.

    :param directory: for what the run writes, with the results of its tasks in ``results``.
    :param environment: the function of the fixture ``child_environment``.
    :param url: the API's base, where that isn't the simulator's own.
    """
    variables = {
        "tdm_frame": frame,
        "simulator_profile": profile,
        "simulator_url": url or simulator.url,
        "simulator_origin": simulator.origin,
        "simulator_login": simulator.login,
        "simulator_password": simulator.password,
        "simulator_client_id": CLIENT_ID,
        "simulator_client_secret": CLIENT_SECRET,
        "output_dir": str(directory / "output"),
    }
    (directory / "output").mkdir()
    (directory / "vars.json").write_text(json.dumps(variables))
    playbook = directory / "play.yml"  # JSON is YAML
    playbook.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "roles": [target]}]))
    done = subprocess.run(
        [PLAYBOOK, "-vvvv", "--extra-vars", "@" + str(directory / "vars.json"), playbook],
        check=False,
        cwd=ROOT,
        env=environment(
            ANSIBLE_HOME=str(directory / "ansible"),
            ANSIBLE_REMOTE_TEMP=str(directory / "ansible/remote"),
            ANSIBLE_ASYNC_DIR=str(directory / "ansible/async"),
            ANSIBLE_ROLES_PATH=str(TARGETS),
            ANSIBLE_CALLBACK_PLUGINS=str(HERE / "plugins/callback"),
            TASK_RESULTS=str(directory / "results"),
        ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )
    print(done.stdout)  # pytest shows it when the test fails
    assert done.returncode == 0, "ansible-playbook ended with %d" % done.returncode
    return done.stdout
