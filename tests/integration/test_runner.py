# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs as AWX and ansible-navigator run them, and what they leave behind: no secret, in no spelling."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import ansible_runner
import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
PASSWORD = "Zeer-geheim+wachtwoord/42 &é"
FLEET = ROOT / "playbooks/files/quickstart-fleet.csv"
PROJECT = "---\n- name: The project's own playbook, since AWX runs none of a collection\n"
PROJECT += "  ansible.builtin.import_playbook: lorawan.thingpark.%s\n"
ROW = "CREATE_OTAA,70B3D57ED7%06X,,LORA/GenericA.1.0.4a_ETSI,70B3D57ED0FFFFFF,%s,,kpn-cs/seldom,DEFAULT,,n%d\n"


def key(number: int) -> str:
    """Return a device's key that no other text looks like."""
    return "%016X%016X" % (0xC0FFEE5EC2E7 + number, 0xFEED5EED1CED * (number + 1))


def rows(count: int) -> str:
    """Return a fleet of so many devices, in ThingPark's import format."""
    return "".join(ROW % (number, key(number), number) for number in range(count))


class Job:
    """A private data directory for ansible-runner, laid out and filled as AWX does.

    :param directory: where it is made.
    :param environment: of the job, with no person's settings in it.
    """

    def __init__(self, directory: Path, environment: dict[str, str]) -> None:
        self.directory = directory / "private"
        for name in ("project", "inventory", "env"):
            (self.directory / name).mkdir(parents=True)
        # An inventory that names localhost and says no more, such as people have. AWX's own says which Python, too.
        (self.directory / "inventory/hosts").write_text("localhost ansible_connection=local\n")
        # A home that nobody can write to, root neither: the job's own files belong to Ansible's home.
        (directory / "no-home").write_text("")
        own = {"HOME": str(directory / "no-home"), "ANSIBLE_HOME": str(directory / "ansible")}
        temporary = {"ANSIBLE_REMOTE_TEMP": str(directory / "ansible/tmp")}
        path = {"PATH": "%s%s%s" % (BIN, os.pathsep, os.environ["PATH"])}
        # AWX colours what it shows, and runs without this checkout's interpreter.
        self.environment = {**environment, **path, **own, **temporary, "ANSIBLE_FORCE_COLOR": "true"}
        del self.environment["ANSIBLE_NOCOLOR"], self.environment["ANSIBLE_PYTHON_INTERPRETER"]

    def play(self, playbook: str, fleet: str = "") -> None:
        """Make the project that runs a playbook of the collection."""
        project = self.directory / "project"
        (project / "play.yml").write_text(PROJECT % playbook)
        if fleet:
            (project / "fleet.csv").write_text(fleet, encoding="utf-8")

    def run(self, variables: dict | None = None, **options: object) -> ansible_runner.Runner:
        """Run the project with AWX's settings, but with the output kept; return what ansible-runner says of it."""
        settings = {"suppress_ansible_output": True, "suppress_output_file": False}
        (self.directory / "env/settings").write_text(json.dumps(settings))
        if (variables or {}).get("tdm_frame") == "module":
            python = "ansible_python_interpreter='{{ ansible_playbook_python }}'"
            (self.directory / "inventory/hosts").write_text("localhost ansible_connection=local %s\n" % python)
        (self.directory / "env/extravars").write_text(json.dumps(variables or {}))
        (self.directory / "env/passwords").write_text(json.dumps({"^Vault password:\\s*?$": "none-is-asked-for"}))
        done = ansible_runner.run(
            private_data_dir=str(self.directory),
            ident="1",
            playbook="play.yml",
            envvars=self.environment,
            fact_cache_type="jsonfile",
            suppress_env_files=True,
            **options,
        )
        print((self.directory / "artifacts/1/stdout").read_text())
        return done


@pytest.fixture
def job(tmp_path, child_environment, monkeypatch) -> Job:
    """Return a job in an environment of its own: ansible-runner adds the test's own to it."""
    for name in [name for name in os.environ if name.startswith(("ANSIBLE_", "TDM_"))]:
        monkeypatch.delenv(name)
    return Job(tmp_path, child_environment())


@pytest.fixture
def account(inject, job):
    """Return a function that gives a job the account of a simulator, as AWX injects a credential."""

    def give(simulator, **changes: str) -> None:
        inputs = {"url": simulator.url, "login": simulator.login, "password": simulator.password, **changes}
        job.environment.update(inject(inputs, job.directory / "env"))

    return give


@pytest.fixture
def remains(job, read_below):
    """Return a function that reads what a job left behind, but for two files that ansible-runner itself needs.

    ``command`` always holds the job's environment, and so any credential; AWX removes it with the directory. The project
    holds the fleet with its keys.
    """

    def read() -> dict[str, str]:
        found = {name: text for name, text in read_below(job.directory).items() if not name.startswith("project/")}
        assert PASSWORD in json.loads(found.pop("artifacts/1/command"))["env"].get("TDM_PASSWORD", PASSWORD)
        assert [name for name in found if name.startswith("artifacts/1/job_events/")]
        assert "PLAY RECAP" in found["artifacts/1/stdout"]
        return {**found, **{"ansible/" + name: text for name, text in read_below(job.directory.parent / "ansible").items()}}

    return read


def keys_of(fleet: str) -> list[str]:
    """Return the keys in a file of ThingPark's import format."""
    # A device profile's ID may be as long.
    return [cell for line in fleet.splitlines() for cell in line.split(",") if re.fullmatch("[0-9A-Fa-f]{32}", cell)]


def test_search_finds_a_secret_in_every_spelling(find_leaks):
    text = "%s or %s or %s or c2VjcmV0UEFTUw or %s" % ("SECRETpass", "secretPASS", "73656372657450415353", "a%26b")
    assert find_leaks({"x": text}, ["secretPASS"]) and find_leaks({"x": text}, ["a&b"])
    for shift in ("", "x", "xy"):
        assert find_leaks({"x": base64.b64encode((shift + PASSWORD + "tail").encode()).decode()}, [PASSWORD])
    assert not find_leaks({"x": text}, [PASSWORD])


def test_quickstart_as_a_job(job, remains, find_leaks):
    job.play("quickstart")
    before = sorted(path.name for path in job.directory.glob("project/*"))
    (job.directory / "project").chmod(0o555)
    done = job.run(verbosity=4)
    assert (done.status, done.rc) == ("successful", 0)
    assert [event for event in done.events if event["event"] == "playbook_on_stats"]
    assert sorted(path.name for path in job.directory.glob("project/*")) == before
    left = remains()
    fleet = left.pop("ansible/tdm-quickstart/fleet.csv")
    assert len(keys_of(fleet)) > 150
    assert not find_leaks(left, keys_of(fleet))


def test_quickstart_in_the_navigator(tmp_path, child_environment, read_below, find_leaks):
    (tmp_path / "run").mkdir()
    done = subprocess.run(
        [BIN / "ansible-navigator", "run", "lorawan.thingpark.quickstart", "--ee", "false", "-m", "stdout", "-vvvv"]
        + ["--playbook-artifact-save-as", tmp_path / "run/artifact.json"]
        + ["--log-file", tmp_path / "run/log.txt", "--log-level", "debug"],
        check=False,
        cwd=tmp_path / "run",
        env=child_environment(
            PATH="%s%s%s" % (BIN, os.pathsep, os.environ["PATH"]),
            HOME=str(tmp_path / "home"),
            TMPDIR=str(tmp_path),
            ANSIBLE_HOME=str(tmp_path / "ansible"),
            TERM="xterm",
        ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    print(done.stdout)
    assert done.returncode == 0
    assert "Done: 2 updated, 198 unchanged" in done.stdout
    left = {**read_below(tmp_path), "stdout": done.stdout}
    assert json.loads(left["run/artifact.json"])["status"] == "successful"
    keys = keys_of(left.pop("ansible/tdm-quickstart/fleet.csv"))
    assert len(keys) > 150
    assert not find_leaks(left, keys)


@pytest.mark.parametrize("frame", ["worker", "module"])
def test_provisioning_checked_and_done(job, account, start_simulator, remains, find_leaks, frame):
    simulator = start_simulator(password=PASSWORD)
    account(simulator)
    job.play("provision", rows(20))
    variables = {"tdm_fleet_src": "fleet.csv", "tdm_frame": frame}
    for cmdline, sentence in (("--check --diff", "would create 20"), ("--diff", "20 created"), ("", "20 unchanged")):
        done = job.run(variables, verbosity=4, cmdline=cmdline)
        assert (done.status, done.rc) == ("successful", 0)
        assert '"msg": "%s"' % sentence in (job.directory / "artifacts/1/stdout").read_text()
        assert len(simulator.devices()) == (0 if "--check" in cmdline else 20)
        secrets = [PASSWORD, *keys_of(rows(20)), *simulator.issued()]
        assert len(secrets) >= 24
        assert not find_leaks(remains(), secrets)
    assert simulator.sessions()["sessions"] == 0


def test_a_job_that_fails(job, account, start_simulator, remains, find_leaks):
    """One device of a profile that isn't there, one whose key is none; and in the end a password that is refused."""
    simulator = start_simulator(password=PASSWORD)
    account(simulator)
    unknown = rows(3).replace("LORA/GenericA.1.0.4a_ETSI", "LORA/NotThere", 1)
    broken = rows(3).replace(key(1), key(1)[:-1] + "!")
    for fleet, sentence in ((unknown, "is not known to the platform"), (broken, "app_key")):
        job.play("provision", fleet)
        done = job.run({"tdm_fleet_src": "fleet.csv"}, verbosity=4)
        assert (done.status, done.rc) == ("failed", 2)
        assert sentence in (job.directory / "artifacts/1/stdout").read_text()
        assert not find_leaks(remains(), [PASSWORD, key(1)[:-1] + "!", *keys_of(rows(3)), *simulator.issued()])
    account(simulator, password=PASSWORD + "?")
    assert job.run({"tdm_fleet_src": "fleet.csv"}, verbosity=4).status == "failed"
    assert not find_leaks(remains(), [PASSWORD])


@pytest.mark.parametrize("frame", ["worker", "module"])
def test_a_cancelled_job_closes_its_session(job, account, start_simulator, frame):
    """ansible-runner kills ansible-playbook, so that nobody tells the processes below it."""
    simulator = start_simulator(latency=100)
    account(simulator)
    job.play("provision", rows(400))
    variables = {"tdm_fleet_src": "fleet.csv", "tdm_fleet_parallel": 2, "tdm_frame": frame}
    done = job.run(variables, cancel_callback=lambda: len(simulator.devices()) >= 3)
    assert done.status == "canceled"
    deadline = time.monotonic() + 20
    while simulator.sessions()["sessions"] and time.monotonic() < deadline:
        time.sleep(0.1)
    assert simulator.sessions()["sessions"] == 0
    made = len(simulator.devices())
    assert 3 <= made < 400
    time.sleep(1)
    assert len(simulator.devices()) == made
