# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""Every target below targets/, played by ansible-playbook against a simulator, in both frames of a task.

A target finds these variables: tdm_frame, simulator_url (the API's base), simulator_origin, simulator_login,
simulator_password, output_dir. The account stands in TDM_URL, TDM_LOGIN and TDM_PASSWORD too.
Nothing secret may be in Ansible's output, however much of it is asked for.
A module's own target makes it return each value that its documentation names, and none that it doesn't name.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.lorawan.thingpark.tests.documentation import MODULES, NAME, misfits, return_values, undocumented

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


def faults_of(module: str, records: list[dict]) -> list[str]:
    """Return where a module's results and its documentation differ; ``records`` are lines of the recorder."""
    own = [record for record in records if record["action"] == "%s.%s" % (NAME, module)]
    faults = ["%s is returned and not documented" % key for one in own for key in undocumented(module, one["result"])]
    for name, entry in return_values(module).items():
        values = [one["result"][name] for one in own if name in one["result"]]
        faults += never_returned(name, entry, values)
        faults += [fault for value in values for fault in misfits(entry, value, name)]
        if entry["returned"] == "success":
            faults += ["%s lacks" % name for one in own if one["status"] == "ok" and name not in one["result"]]
    return faults


def never_returned(place: str, entry: dict, values: list) -> list[str]:
    """Return what is documented at and below ``entry`` and is in none of the values."""
    if not values:
        return ["%s is documented and never returned" % place]
    items = [item for value in values for item in (value if isinstance(value, list) else [value])]
    faults = []
    for name, below in entry.get("contains", {}).items():
        faults += never_returned("%s.%s" % (place, name), below, [item[name] for item in items if name in item])
    return faults


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
                ANSIBLE_CALLBACK_PLUGINS=str(HERE / "plugins/callback"),
                TASK_RESULTS=str(tmp_path / "results"),
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
def test_target(target, frame, play, simulator, tmp_path):
    output = play(target, frame)
    assert simulator.password not in output
    assert not SESSION.findall(output)
    shown = {key.lower() for key in KEY.findall(output)}
    assert not shown & keys_of(target, simulator)
    if target in MODULES:
        records = [json.loads(line) for line in (tmp_path / "results").read_text().splitlines()]
        assert faults_of(target, records) == []


def test_every_module_has_a_target():
    assert set(MODULES) <= set(targets())
