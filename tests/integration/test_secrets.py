# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every secret in play, looked for in every output of every module, in both frames: in success, failure, check and crash."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import ansible_runner
import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.connection import OPTIONS
from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.module import argument_spec
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.declaration import DEVICE
from ansible_collections.lorawan.thingpark.tests.integration import secret_world as world
from ansible_collections.lorawan.thingpark.tests.meddler import Meddler

FRAMES = ["worker", "module"]
PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")
CALLBACKS = Path(__file__).resolve().parent / "plugins/callback"
MODULE = "lorawan.thingpark."
CLIENT = "sub-100002581/play"


@pytest.fixture
def platform(start_simulator):
    """Return a simulator that repeats secrets, and itself behind it."""
    options = {"client_id": CLIENT, "client_secret": world.SECRETS["client_secret"]}
    simulator = start_simulator(password=world.SECRETS["password"], ways_in="html,oauth2,smp", **options)
    meddler = Meddler(simulator.origin)
    meddler.on("POST", "/login", world.log_in_loudly)
    meddler.on("GET", "/subscriptions/mine", world.refuse_loudly)
    meddler.on("POST", "/openid-connect/token", world.log_in_loudly)
    for method in ("GET", "POST", "PUT", "DELETE"):
        meddler.on(method, "/.*(devices|appServers|multicastGroups|echo-please).*", world.refuse_loudly)
    yield simulator, meddler
    meddler.close()


class Place:
    """A directory to play in: ``project`` holds what is given, and everything else what a run leaves."""

    def __init__(self, directory: Path, simulator, meddler: Meddler, frame: str, child_environment) -> None:
        self.directory, self.project, self.left = directory, directory / "project", directory / "left"
        for path in (self.project, self.left, directory / "site"):
            path.mkdir()
        (directory / "site/sitecustomize.py").write_text(world.SITE)
        self.frame = frame
        self.given = {**world.SECRETS, "url": meddler.url, "login": simulator.login, "place": str(self.left)}
        self.given.update(client_id=CLIENT, tag=world.TAG_OF_NO_PROFILE, echo_url=meddler.origin + "/" + world.ECHO)
        self.environment = child_environment(
            PATH="%s%s%s" % (PLAYBOOK.parent, os.pathsep, os.environ["PATH"]),
            PYTHONPATH=str(directory / "site"),
            SECRETS_SYSLOG=str(self.left / "syslog"),
            ANSIBLE_HOME=str(self.left / "ansible"),
            ANSIBLE_REMOTE_TEMP=str(self.left / "ansible/tmp"),
            ANSIBLE_LOG_PATH=str(self.left / "log"),
            ANSIBLE_CALLBACKS_ENABLED="recorder",
            ANSIBLE_CALLBACK_PLUGINS=str(CALLBACKS),
            TASK_RESULTS=str(self.left / "results"),
        )

    def write(self, tasks: list[dict], given: dict, account: dict) -> None:
        """Write the playbook with these tasks, the variables that it is given, and the account of all tasks."""
        (self.project / "given.yml").write_text(json.dumps({**given, "tdm_frame": self.frame}))
        play = {"hosts": "localhost", "gather_facts": False, "vars_files": ["given.yml"], "tasks": tasks}
        play["module_defaults"] = {"group/lorawan.thingpark.tdm": {**account, "retries": 0}}
        (self.project / "play.yml").write_text(json.dumps([play]))


@pytest.fixture
def make_place(tmp_path, platform, child_environment, monkeypatch):
    """Return a function that makes the place for a frame."""
    for name in [name for name in os.environ if name.startswith(("ANSIBLE_", "TDM_"))]:
        monkeypatch.delenv(name)  # ansible-runner adds the test's own
    return lambda frame: Place(tmp_path, *platform, frame, child_environment)


def tasks_of(steps: list[tuple]) -> list[dict]:
    """Return the tasks of these steps, with their results shown, and in the end written to a file."""
    tasks: list[dict] = []
    for name, module, options, keywords, _message in steps:
        tasks.append({"name": name, MODULE + module: options, "register": name, "ignore_errors": True, **keywords})
    everything = "{{ {%s} | to_json }}" % ", ".join("'%s': %s" % (step[0], step[0]) for step in steps)
    tasks.append({"ansible.builtin.debug": {"var": "purged"}})
    tasks.append({"ansible.builtin.copy": {"content": everything, "dest": "{{ place }}/registered.json", "mode": "0600"}})
    return tasks


def looked_at(told: dict, steps: list[tuple]) -> None:
    """Say which task did not do what it is here for: what didn't happen can't leak."""
    for name, _module, _options, _keywords, message in steps:
        assert told[name].get("failed", False) is bool(message), name
        assert message in str(told[name].get("msg", "")) + str(told[name].get("results", "")), name


def test_every_option_that_may_hold_a_secret_is_tried():
    """A new one has to be declared secret, and to be listed with the secrets that the tasks give it."""
    options = [{**OPTIONS, **task.options} for task in world.TASKS]
    secret = {name for each in options for name, entry in each.items() if entry.get("no_log")}
    holding = {name for task in world.TASKS for name in task.holding_secrets}
    assert secret | holding | {"proxy"} == set(world.OPTIONS), "the address of a proxy may come with a password"
    # Ansible itself would mask by substring, and since 2.22 in all that a run prints.
    assert not [name for task in world.TASKS for name, entry in argument_spec(task).items() if entry.get("no_log")]
    assert {secret for several in world.OPTIONS.values() for secret in several} | {"url_password"} == set(world.SECRETS)
    assert set(world.KEYS.values()) | {"appKeys"} == {spec.path[0] for spec in DEVICE.fields if spec.secret}


@pytest.mark.parametrize("frame", FRAMES)
def test_no_output_holds_a_secret(make_place, platform, read_below, find_leaks, frame):
    """What a job leaves: output at -vvvv, events, results as JSON, logs, files; and what anybody sees of its processes."""
    simulator, _meddler = platform
    place = make_place(frame)
    steps = world.steps(frame)
    place.write(tasks_of(steps), place.given, {name: "{{ %s }}" % name for name in ("url", "login", "password")})
    with world.Watch(str(place.left)) as seen:
        done = ansible_runner.run(
            private_data_dir=str(place.directory),
            ident="job",
            artifact_dir=str(place.left),
            playbook="play.yml",
            envvars=place.environment,
            fact_cache_type="jsonfile",
            suppress_env_files=True,
            verbosity=4,
            settings={"suppress_ansible_output": True},
        )
    left = read_below(place.left)
    print(left["job/stdout"])
    assert done.status == "successful"
    looked_at(json.loads(left["registered.json"]), steps)

    issued = simulator.issued()
    session = left.pop("session.json")
    held = find_leaks({"session": session}, issued)
    assert held, "the session file is the one place for a token and a cookie"
    assert (place.left / "session.json").stat().st_mode & 0o777 == 0o600
    assert not find_leaks({"session": session}, list(world.SECRETS.values()))

    left.update(commands="\n".join(seen.commands), environments="\n".join(seen.environments))
    names = ["log", "results", "backup.json", "job/stdout", "job/command", "commands", "environments"]
    places = ("job/job_events/", "ansible/tdm/devices-", "ansible/tdm/login-")
    names += [name for name in left if name.startswith(places) and name.endswith(".json")]
    names += ["syslog"] if frame == "module" else []
    assert len(names) > 60 and not [name for name in names if not left[name]]
    assert ("AnsiballZ_tdm_fleet.py" in left["commands"]) == (frame == "module")
    assert not [name for name in left if "AnsiballZ" in name], "Ansible removes what it made for a module"
    assert not find_leaks(left, world.all_secrets(issued))


@pytest.mark.parametrize("frame", FRAMES)
def test_a_debugger_and_a_header_with_arguments_show_no_secret(make_place, platform, read_below, find_leaks, frame):
    """With the account in the environment and the fleet in a file, even what shows all of a task's arguments shows none."""
    simulator, meddler = platform
    place = make_place(frame)
    rows = [{**one, "name": world.ECHO} for one in world.plainly_described()]
    (place.project / "fleet.json").write_text(json.dumps(rows))
    place.write([{MODULE + "tdm_fleet": {"src": "fleet.json"}, "debugger": "on_failed"}], {}, {})
    account = {"TDM_URL": meddler.url, "TDM_LOGIN": simulator.login, "TDM_PASSWORD": simulator.password}
    with world.Watch(str(place.left)) as seen:
        done = subprocess.run(
            [PLAYBOOK, "play.yml", "-vvvv", "--diff"],
            check=False,
            cwd=place.project,
            env={**place.environment, **account, "ANSIBLE_DISPLAY_ARGS_TO_STDOUT": "true"},
            input="p task.args\np result._result\np result\np task\np host\nq\n",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=100,
        )
    print(done.stdout)
    assert re.search(r"TASK \[lorawan.thingpark.tdm_fleet .*src=fleet.json\]", done.stdout)
    assert "(debug)> {'" in done.stdout and done.stdout.count("refused: ") > len(rows)
    left = {**read_below(place.left), "stdout": done.stdout, "commands": "\n".join(seen.commands)}
    assert not find_leaks(left, world.all_secrets(simulator.issued()))
