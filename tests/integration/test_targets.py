# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""Every target below targets/, played by ansible-playbook against a simulator, in both frames of a task.

A target finds these variables: tdm_frame, simulator_url (the API's base), simulator_origin, simulator_login,
simulator_password, output_dir. The account stands in TDM_URL, TDM_LOGIN and TDM_PASSWORD too.
Nothing secret may be in Ansible's output, however much of it is asked for.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TARGETS = HERE / "targets"
FRAMES = ["worker", "module"]
TIMEOUT_SECONDS = 300
PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")

KEY = re.compile(r"\b[0-9A-Fa-f]{32}\b")
# A session in clear: in a cookie, a query or a body. Masked ones begin with a star or Ansible's own words.
SESSION = re.compile(
    r"(?:JSESSIONID|sessionToken|access_token|userAccessCode|adminAccessCode)[\"']?\s*[=:]\s*[\"']?"
    r"(?!\*|VALUE_SPECIFIED|null|None|$)[\w.~%+/-]{6,}"
)


def targets() -> list[str]:
    """Return the names of the folders with tasks of their own; ``setup_*`` only help others."""
    names = sorted(path.parent.parent.name for path in TARGETS.glob("*/tasks/main.yml"))
    return [name for name in names if not name.startswith("setup_")]


def keys_of(target: str, simulator) -> set[str]:
    """Return the device keys that the target's files or the simulator hold."""
    texts = [json.dumps(simulator.devices())]
    texts += [path.read_text(errors="replace") for path in (TARGETS / target).rglob("*") if path.is_file()]
    return {key.lower() for text in texts for key in KEY.findall(text)}


@pytest.fixture
def play(simulator, tmp_path, child_environment):
    """Return a function that plays a target and returns Ansible's whole output."""

    def run(target: str, frame: str) -> str:
        variables = {
            "tdm_frame": frame,
            "simulator_url": simulator.url,
            "simulator_origin": simulator.origin,
            "simulator_login": simulator.login,
            "simulator_password": simulator.password,
            "output_dir": str(tmp_path / "output"),
        }
        (tmp_path / "output").mkdir()
        (tmp_path / "vars.json").write_text(json.dumps(variables))
        playbook = tmp_path / "play.yml"  # JSON is YAML
        playbook.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "roles": [target]}]))
        done = subprocess.run(
            [PLAYBOOK, "-vvvv", "--extra-vars", "@" + str(tmp_path / "vars.json"), playbook],
            check=False,
            cwd=ROOT,
            env=child_environment(
                ANSIBLE_HOME=str(tmp_path / "ansible"),
                ANSIBLE_REMOTE_TEMP=str(tmp_path / "ansible/remote"),
                ANSIBLE_ASYNC_DIR=str(tmp_path / "ansible/async"),
                ANSIBLE_ROLES_PATH=str(TARGETS),
                TDM_URL=simulator.url,
                TDM_LOGIN=simulator.login,
                TDM_PASSWORD=simulator.password,
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

    return run


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("target", targets())
def test_target(target, frame, play, simulator):
    output = play(target, frame)
    assert simulator.password not in output
    assert not SESSION.findall(output)
    shown = {key.lower() for key in KEY.findall(output)}
    assert not shown & keys_of(target, simulator)
