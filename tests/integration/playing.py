# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""How a target below targets/ is played by ansible-playbook against a simulator.

Which platforms, in which frames of a task, and what a target finds about them: setup_simulator/vars/main.yml.
A target also finds these variables: tdm_frame, simulator_url (the API's base), simulator_origin, output_dir.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import yaml

from ansible_collections.lorawan.thingpark.tests.documentation import MODULES, NAME, misfits, return_values, undocumented

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TARGETS = HERE / "targets"
SETUP = yaml.safe_load((TARGETS / "setup_simulator/vars/main.yml").read_text())
PLATFORMS, ABOUT_FRAMES = SETUP["platforms"], SETUP["about_frames"]
CLIENT_ID, CLIENT_SECRET = "sub-100002581/tester", "not-a-real-secret"
TIMEOUT_SECONDS = 300
PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")

#: The platform whose runs return all that is documented.
WHOLE = "kpn"

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


def faults_of(target: str, profile: str, simulator, output: str, directory: Path) -> list[str]:
    """Return what is wrong with a target's play.

    Nothing secret may be in Ansible's output, however much of it is asked for. A module's own target makes it return each
    value that its documentation names, and none that it doesn't name.
    """
    faults = ["a secret is shown" for secret in (simulator.password, CLIENT_SECRET) if secret in output]
    faults += ["a session is shown: %s" % session for session in SESSION.findall(output)]
    shown = {key.lower() for key in KEY.findall(output)}
    faults += ["a key is shown: %s" % key for key in shown & _keys_of(target, simulator)]
    if target in MODULES:
        records = [json.loads(line) for line in (directory / "results").read_text().splitlines()]
        faults += _faults_of_results(target, records, whole=profile == WHOLE)
    return faults


def _keys_of(target: str, simulator) -> set[str]:
    """Return the device keys that the target's files or the simulator hold."""
    texts = [json.dumps(simulator.devices())]
    texts += [path.read_text(errors="replace") for path in (TARGETS / target).rglob("*") if path.is_file()]
    return {key.lower() for text in texts for key in KEY.findall(text)}


def _faults_of_results(module: str, records: list[dict], whole: bool) -> list[str]:
    """Return where a module's results and its documentation differ; ``records`` are lines of the recorder.

    :param whole: everything that is documented has to be returned.
    """
    own = [record for record in records if record["action"] == "%s.%s" % (NAME, module)]
    faults = ["%s is returned and not documented" % key for one in own for key in undocumented(module, one["result"])]
    for name, entry in return_values(module).items():
        values = [one["result"][name] for one in own if name in one["result"]]
        faults += _never_returned(name, entry, values) if whole else []
        faults += [fault for value in values for fault in misfits(entry, value, name)]
        if entry["returned"] == "success":
            faults += ["%s lacks" % name for one in own if one["status"] == "ok" and name not in one["result"]]
    return faults


def _never_returned(place: str, entry: dict, values: list) -> list[str]:
    """Return what is documented at and below ``entry`` and is in none of the values."""
    if not values:
        return ["%s is documented and never returned" % place]
    items = [item for value in values for item in (value if isinstance(value, list) else [value])]
    faults = []
    for name, below in entry.get("contains", {}).items():
        faults += _never_returned("%s.%s" % (place, name), below, [item[name] for item in items if name in item])
    return faults
