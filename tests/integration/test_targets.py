# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""Every target below targets/, played by ansible-playbook against a simulator of each platform.

Which platforms, in which frames of a task, and what a target finds about them: setup_simulator/vars/main.yml.
A target also finds these variables: tdm_frame, simulator_url (the API's base), simulator_origin, output_dir.
Nothing secret may be in Ansible's output, however much of it is asked for.
A module's own target makes it return each value that its documentation names, and none that it doesn't name.
"""

from __future__ import annotations

import json
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ansible_collections.lorawan.thingpark.tests.documentation import MODULES, NAME, misfits, return_values, undocumented

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TARGETS = HERE / "targets"
PLATFORMS = yaml.safe_load((TARGETS / "setup_simulator/vars/main.yml").read_text())["platforms"]
PLAYED = [(profile, frame) for profile, platform in PLATFORMS.items() for frame in platform["frames"]]
#: The platform whose runs return all that is documented.
WHOLE = "kpn"
CLIENT_ID, CLIENT_SECRET = "sub-100002581/tester", "not-a-real-secret"
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


def keys_of(target: str, platform) -> set[str]:
    """Return the device keys that the target's files or the simulator hold."""
    texts = [json.dumps(platform.devices())]
    texts += [path.read_text(errors="replace") for path in (TARGETS / target).rglob("*") if path.is_file()]
    return {key.lower() for text in texts for key in KEY.findall(text)}


def faults_of(module: str, records: list[dict], whole: bool) -> list[str]:
    """Return where a module's results and its documentation differ; ``records`` are lines of the recorder.

    :param whole: everything that is documented has to be returned.
    """
    own = [record for record in records if record["action"] == "%s.%s" % (NAME, module)]
    faults = ["%s is returned and not documented" % key for one in own for key in undocumented(module, one["result"])]
    for name, entry in return_values(module).items():
        values = [one["result"][name] for one in own if name in one["result"]]
        faults += never_returned(name, entry, values) if whole else []
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
def platform(start_simulator, profile):
    """Return the test's simulator, of the test's profile."""
    return start_simulator(profile=profile, client_id=CLIENT_ID, client_secret=CLIENT_SECRET)


@pytest.fixture
def play(platform, profile, frame, tmp_path, child_environment):
    """Return a function that plays a target and returns Ansible's whole output."""

    def run(target: str) -> str:
        variables = {
            "tdm_frame": frame,
            "simulator_profile": profile,
            "simulator_url": platform.url,
            "simulator_origin": platform.origin,
            "simulator_login": platform.login,
            "simulator_password": platform.password,
            "simulator_client_id": CLIENT_ID,
            "simulator_client_secret": CLIENT_SECRET,
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


@pytest.mark.parametrize("profile, frame", PLAYED)
@pytest.mark.parametrize("target", targets())
def test_target(target, profile, play, platform, tmp_path):
    output = play(target)
    assert platform.password not in output and CLIENT_SECRET not in output
    assert not SESSION.findall(output)
    shown = {key.lower() for key in KEY.findall(output)}
    assert not shown & keys_of(target, platform)
    if target in MODULES:
        records = [json.loads(line) for line in (tmp_path / "results").read_text().splitlines()]
        assert faults_of(target, records, whole=profile == WHOLE) == []


def test_every_profile_is_played():
    known = runpy.run_path(str(ROOT / "roles/simulator/files/tdm_simulator/platforms.py"))["PROFILES"]
    assert set(PLATFORMS) == set(known)


def test_every_module_has_a_target():
    assert set(MODULES) <= set(targets())
