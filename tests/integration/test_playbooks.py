# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole playbooks as a user runs them: many hosts, many items, the quickstart, provisioning and drift."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from ansible_collections.lorawan.thingpark.tests.meddler import Meddler

ROOT = Path(__file__).resolve().parents[2]
PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")
FRAMES = ["worker", "module"]
#: Files in the operators' format, with how many devices they want and don't want: the demo's, and a real one with its
#: platform's profiles where it lies beside the checkout.
DATA = ROOT.parent / "shared/data"
FLEETS = [(ROOT / "playbooks/files/quickstart-fleet.csv", 200, 0, {})]
if (DATA / "fleet-2000.csv").exists():
    TABLES = {"profiles_csv": DATA / "device-profiles.csv", "tr005_csv": DATA / "tr005-profiles.csv"}
    FLEETS.append((DATA / "fleet-2000.csv", 1963, 37, TABLES))


@pytest.fixture
def play(tmp_path, child_environment):
    """Return a function that plays a playbook, a name or a list of plays, and returns what ansible-playbook said."""

    def run(playbook, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
        if not isinstance(playbook, str):
            path = tmp_path / "play.yml"
            path.write_text(json.dumps(playbook))  # JSON is YAML
            playbook = str(path)
        home = tmp_path / "ansible"
        done = subprocess.run(
            [PLAYBOOK, playbook, *arguments],
            check=False,
            cwd=tmp_path,
            env=child_environment(ANSIBLE_HOME=str(home), ANSIBLE_REMOTE_TEMP=str(home / "remote"), **environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )
        print(done.stdout)
        return done

    return run


def account(simulator, **changes: str) -> dict:
    """Return the environment that tells a play about a simulator."""
    return {"TDM_URL": simulator.url, "TDM_LOGIN": simulator.login, "TDM_PASSWORD": simulator.password, **changes}


def writes(simulator) -> dict:
    """Return how often which writing verb reached the devices."""
    counts = simulator.requests()["by_path"]
    return {
        path: count
        for path, count in counts.items()
        if "/devices" in path and not path.startswith("GET") and "readOnboardingTag" not in path
    }


def keys_in(text: str) -> set:
    """Return all that looks like a LoRaWAN key, in upper case."""
    return {key.upper() for key in re.findall(r"\b[0-9A-Fa-f]{32}\b", text)}


def test_password_of_the_quickstart_is_in_no_output(play, start_simulator):
    """The same tasks with a password that is known here, so that it can be looked for in any spelling."""
    simulator = start_simulator(password="Zeer-geheim+wachtwoord/42")
    source = str(ROOT / "playbooks/files/quickstart-fleet.csv")
    done = play("lorawan.thingpark.provision", "-vvvv", "--diff", "-e", "tdm_fleet_src=" + source, **account(simulator))
    assert done.returncode == 0
    assert "200 created" in done.stdout
    for spelling in ("Zeer-geheim", "wachtwoord/42", "wachtwoord%2F42", "WmVlci1nZWhlaW0"):
        assert spelling not in done.stdout
    stored = json.dumps(simulator.devices())
    assert not keys_in(stored) & keys_in(done.stdout)


@pytest.mark.parametrize("frame", FRAMES)
def test_a_wrong_password_of_fifty_forks_goes_out_once(play, simulator, tmp_path, frame):
    (tmp_path / "hosts").write_text("".join("host%02d ansible_connection=local\n" % number for number in range(50)))
    plays = [{"hosts": "all", "gather_facts": False, "tasks": [{"lorawan.thingpark.tdm_subscriber_info": {}}]}]
    arguments = ("-i", str(tmp_path / "hosts"), "--forks", "50", "-e", "tdm_frame=" + frame)
    done = play(plays, *arguments, **account(simulator, TDM_PASSWORD="a-wrong-password"))
    assert done.returncode != 0
    assert done.stdout.count("was sent once and won't be sent again") >= 1
    assert done.stdout.count("already failed") >= 49
    assert simulator.requests()["logins"] == {**simulator.requests()["logins"], "attempts": 1, "refused": 1}
    assert "a-wrong-password" not in done.stdout


@pytest.mark.parametrize("frame", FRAMES)
def test_a_right_password_after_a_wrong_one_works(play, simulator, frame):
    plays = [
        {
            "hosts": "localhost",
            "gather_facts": False,
            "tasks": [
                {"lorawan.thingpark.tdm_subscriber_info": {"password": "a-wrong-password"}, "ignore_errors": True},
                {"lorawan.thingpark.tdm_subscriber_info": {}},
            ],
        }
    ]
    assert play(plays, "-e", "tdm_frame=" + frame, **account(simulator)).returncode == 0
    assert simulator.requests()["logins"]["attempts"] == 2


def test_a_loop_over_200_devices_logs_in_once(play, simulator):
    device = {
        "dev_eui": "70B3D57ED40{{ '%05d' | format(item) }}",
        "name": "loop-{{ item }}",
        "device_profile": "LORA/GenericA.1.0.4a_ETSI",
        "activation": "OTAA",
        "app_key": "0F1E2D3C4B5A69788796A5B4C3D{{ '%05d' | format(item) }}",
        "connectivity_plan": "kpn-cs/seldom",
        "session_file": "{{ session.session_file }}",
    }
    tasks = [
        {"lorawan.thingpark.tdm_session": {}, "register": "session"},
        {"lorawan.thingpark.tdm_device": device, "loop": "{{ range(200) | list }}"},
        {"lorawan.thingpark.tdm_session": {"state": "absent"}},
    ]
    assert play([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}], **account(simulator)).returncode == 0
    assert len(simulator.devices()) == 200
    assert simulator.requests()["logins"]["attempts"] == 1
    assert simulator.sessions()["sessions"] == 0


EVIL = "\x1b[2J\x1b]8;;http://evil\x07<b>\r\x9b31m\u202eabc\u2066\x7f"
SHOWN = "\\u001b[2J\\u001b]8;;http://evil\\u0007<b>"


def test_what_a_terminal_obeys_is_shown_and_kept(play, simulator, tmp_path):
    simulator.seed(2, prefix="70B3D57ED6")
    first, second = simulator.devices()
    for dev_eui in (first, second):
        simulator.change_device(dev_eui, name=EVIL)
    meddler = Meddler(simulator.origin)
    refusal = json.dumps({"code": 1, "message": EVIL}).encode()
    meddler.on("PUT", ".*", lambda _request, _forward: (400, {"Content-Type": "application/json"}, refusal))
    backup = tmp_path / "backup.json"
    purge = {"scope": {"all": True}, "max": "100%", "backup": str(backup)}
    device = {"dev_eui": first, "name": "harmless"}
    tasks = [
        {"lorawan.thingpark.tdm_device_info": {}},
        {"lorawan.thingpark.tdm_device": {**device, "url": meddler.url}, "ignore_errors": True},
        {"lorawan.thingpark.tdm_fleet": {"devices": [device], "purge": purge}},
    ]
    plays = [{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]
    try:
        done = play(plays, "-v", "--diff", **account(simulator, ANSIBLE_FORCE_COLOR="false"))
    finally:
        meddler.close()
    assert done.returncode == 0 and list(simulator.devices()) == [first]
    text = done.stdout
    assert {c for c in text if unicodedata.category(c) in ("Cc", "Cf")} == {"\n"}
    assert text.replace("\\\\", "\\").count(SHOWN) >= 5  # two names, two differences, a refusal
    assert [one["name"] for one in json.loads(backup.read_text())["devices"]] == [EVIL]


def test_drift_fails_when_there_is_drift_and_changes_nothing(play, simulator, tmp_path):
    rows = "CREATE_OTAA,70B3D57ED500000%d,,LORA/GenericA.1.0.4a_ETSI,70B3D57ED0FFFFFF,%032d,,kpn-cs/seldom,DEFAULT,,n%d\n"
    (tmp_path / "fleet.csv").write_text("".join(rows % (number, number, number) for number in range(5)))
    source = ("-e", "tdm_fleet_src=" + str(tmp_path / "fleet.csv"))
    assert play("lorawan.thingpark.provision", *source, **account(simulator)).returncode == 0
    assert play("lorawan.thingpark.drift", *source, **account(simulator)).returncode == 0
    others = {
        "tdm_application_servers": [{"name": "new", "destinations": [{"addresses": ["https://a.example/"]}]}],
        "tdm_routing_profiles": [{"name": "gone", "state": "absent"}],
    }
    simulator.forget_requests()
    done = play("lorawan.thingpark.drift", *source, "-e", json.dumps(others), **account(simulator))
    assert done.returncode != 0 and writes(simulator) == {}
    assert "has drifted from its description: application servers (would create 1)" in done.stdout
    simulator.change_device("70B3D57ED5000003", name="somebody else's name")
    simulator.forget_requests()
    done = play("lorawan.thingpark.drift", *source, **account(simulator))
    assert done.returncode != 0
    assert "has drifted from its description: devices (would update 1, leave 4 unchanged)" in done.stdout
    assert "somebody else's name" in done.stdout
    assert writes(simulator) == {}


def test_check_mode_needs_a_simulator_that_runs(play):
    """Without its address, the next playbook of the command would be about the real platform."""
    done = play("lorawan.thingpark.simulator", "lorawan.thingpark.drift", "--check")
    assert done.returncode == 2 and "Check mode doesn't start the simulator, and none is running." in done.stdout
    assert "Compare the devices" not in done.stdout


@pytest.mark.parametrize(
    "playbook,variable",
    [("provision", "tdm_fleet_max_deletion"), ("adopt", "tdm_adopt_destination"), ("report", "tdm_report_drifts")],
)
def test_a_variable_that_a_role_does_not_know_is_refused(play, simulator, tmp_path, playbook, variable):
    """Otherwise Ansible would ignore it, and the run would have another limit than its user believes."""
    given = {variable: 0, "tdm_fleet_devices": [], "tdm_adopt_dest": str(tmp_path / "a"), "tdm_report_dest": str(tmp_path / "r")}
    done = play("lorawan.thingpark." + playbook, "-e", json.dumps(given), **account(simulator))
    assert done.returncode == 2 and "%s: the role" % variable in done.stdout
    assert not simulator.requests()["total"]


def test_drift_with_a_deleted_device_still_shows_the_other_differences(play, simulator, tmp_path):
    simulator.seed(3)
    changed, deleted, _shown = sorted(simulator.devices())
    assert play("lorawan.thingpark.adopt", "-e", "tdm_adopt_dest=" + str(tmp_path), **account(simulator)).returncode == 0
    simulator.change_device(changed, name="somebody else's name")
    simulator.inspect("DELETE", "devices/" + deleted)
    source = ("-e", "tdm_fleet_src=" + str(tmp_path / "devices.yml"))
    done = play("lorawan.thingpark.drift", *source, **account(simulator))
    assert done.returncode != 0
    assert "somebody else's name" in done.stdout
    assert "device %s (devices[1])" % deleted in done.stdout.partition("Fail as the comparison did")[2]


@pytest.mark.parametrize("source,wanted,unwanted,tables", FLEETS, ids=lambda value: getattr(value, "name", ""))
def test_an_operators_own_file(play, start_simulator, tmp_path, source, wanted, unwanted, tables):
    simulator = start_simulator(**tables)
    copy = tmp_path / "fleet.csv"
    copy.write_bytes(source.read_bytes())
    arguments = ("-e", "tdm_fleet_src=" + str(copy))
    total = wanted + unwanted
    created = "%d created" % wanted + (", %d unchanged" % unwanted if unwanted else "")

    def run(*more: str) -> str:
        simulator.forget_requests()
        done = play("lorawan.thingpark.provision", *arguments, *more, **account(simulator))
        assert done.returncode == 0
        return done.stdout

    would = "would create %d" % wanted + (", leave %d unchanged" % unwanted if unwanted else "")
    assert '"%s"' % would in run("--check", "--diff")
    assert writes(simulator) == {}
    assert '"%s"' % created in run()
    assert sum(writes(simulator).values()) == wanted
    assert '"%d unchanged"' % total in run()
    assert writes(simulator) == {}
    assert simulator.requests()["total"] <= total / 1000 + 6
    row = re.compile(r"(?m)^(CREATE_OTAA,(?:[^,\n]*,){9})((?:park|fill)-\d+)")
    edited, count = row.subn(r"\1\2-b", copy.read_bytes().decode("utf-8"), count=50)
    assert count == 50
    copy.write_bytes(edited.encode("utf-8"))
    assert '"50 updated, %d unchanged"' % (total - 50) in run()
    assert list(writes(simulator).values()) == [50]
    assert all(path.startswith("PUT") for path in writes(simulator))


HOSTILE = {
    1: {"name": "a[1:3]", "customerAdminData": "{{ lookup('pipe', 'touch FILE') }}"},
    2: {"name": "1E+20", "customerAdminData": "no"},
    3: {"name": "localhost", "customerAdminData": "{% raw %}"},
    4: {"name": "seed-00005", "customerAdminData": "0012"},
    6: {"name": "{{ nobody }}", "suspension": "SUBSCRIBER_SUSPENDED"},
    7: {"name": "yes", "domains": [{"name": "{{ x }}", "group": {"name": "Site"}}]},
    8: {"name": "Zürich: Bahnhof #3 \"west\" 'n' \\", "customerAdminData": "floor 3\nleft"},
}


def test_what_is_adopted_as_an_inventory_feeds_the_role(play, simulator, tmp_path):
    simulator.seed(12, prefix="70B3D57ED1", tags=["parking"])
    told = tmp_path / "told"
    for number, fields in HOSTILE.items():
        simulator.change_device("70B3D57ED1%06X" % number, **json.loads(json.dumps(fields).replace("FILE", str(told))))
    before = simulator.devices()
    wanted = ("-e", "tdm_adopt_dest=adopted", "-e", "tdm_adopt_format=inventory")
    adopted = play("lorawan.thingpark.adopt", *wanted, **account(simulator))
    assert adopted.returncode == 0 and "described 12 resources; files: 2" in adopted.stdout
    inventory = str(tmp_path / "adopted/devices.yml")
    hosts = ("-i", inventory, "-e", "tdm_fleet_group=thingpark_devices")
    applied = play("lorawan.thingpark.provision", *hosts, **account(simulator))
    assert applied.returncode == 0 and "12 unchanged" in applied.stdout
    assert simulator.devices() == before and not writes(simulator)
    assert not told.exists(), "a text of the platform was run"
    again = play("lorawan.thingpark.adopt", *wanted, **account(simulator))
    assert "changed=0" in again.stdout
