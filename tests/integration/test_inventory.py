# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory as Ansible's own commands read it, and plays that use it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent
CLIENT = {"client_id": "a/b", "client_secret": "a-client-secret"}
#: Each platform's account.
WAYS = {
    "kpn": {},
    "enterprise": {"auth_method": "oauth2", **CLIENT},
    "legacy": {"auth_method": "digest", "subscriber_id": "100002581"},
}
HOSTILE = "{{ lookup('ansible.builtin.pipe', 'touch %s') }}"


@pytest.fixture
def command(tmp_path, child_environment):
    """Return a function that runs one of Ansible's commands with an inventory: ``command(simulator, options, "ansible-...")``."""

    def run(simulator, options: dict, *words: object, **environment: str) -> subprocess.CompletedProcess:
        source = tmp_path / "devices.thingpark.yml"
        source.write_text(json.dumps({"plugin": "lorawan.thingpark.devices", **options}))  # JSON is YAML
        account = {"TDM_URL": simulator.url, "TDM_LOGIN": simulator.login, "TDM_PASSWORD": simulator.password}
        done = subprocess.run(
            [BIN / str(words[0]), "-i", source, *words[1:]],
            check=False,
            cwd=tmp_path,
            env=child_environment(ANSIBLE_HOME=str(tmp_path / "ansible"), **{**account, **environment}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )
        print(done.stdout, done.stderr)  # pytest shows it when the test fails
        return done

    return run


@pytest.fixture
def listed(command):
    """Return a function that gives ``ansible-inventory --list``, which must succeed without a warning."""

    def run(simulator, options: dict, **environment: str) -> dict:
        done = command(simulator, options, "ansible-inventory", "--list", **environment)
        assert done.returncode == 0 and "Failed to parse" not in done.stderr
        return json.loads(done.stdout)

    return run


def variables(found: dict) -> dict:
    """Return the hosts' variables."""
    return found["_meta"]["hostvars"]


@pytest.mark.parametrize("profile", WAYS)
def test_a_role_applied_to_what_the_inventory_gives_changes_nothing(start_simulator, command, tmp_path, profile):
    simulator = start_simulator(profile=profile, **CLIENT)
    simulator.seed(20, tags=["parking"])
    euis = sorted(simulator.devices())
    site = [{"name": "Utrecht/Centraal", "group": {"name": "Site"}}]
    for eui, name in zip(euis, [HOSTILE % (tmp_path / "done"), "twice", "twice", "localhost", "a/b: c"]):
        simulator.change_device(eui, name=name, customerAdminData=HOSTILE % (tmp_path / "done"), domains=site)
    group = "tag_parking" if profile != "legacy" else "lorawan_devices"
    role = {"name": "lorawan.thingpark.fleet"}
    way = {"tdm_" + name: value for name, value in WAYS[profile].items()}
    play = {"hosts": "localhost", "gather_facts": False, "roles": [role]}
    play["vars"] = {"tdm_fleet_group": group, "tdm_fleet_create": False, **way}
    (tmp_path / "play.yml").write_text(json.dumps([play]))
    before = simulator.devices()
    simulator.forget_requests()
    done = command(simulator, WAYS[profile], "ansible-playbook", tmp_path / "play.yml")
    assert done.returncode == 0 and '"msg": "20 unchanged"' in done.stdout
    assert simulator.devices() == before
    asked = simulator.requests()["by_path"]
    assert not [path for path in asked if "/devices" in path and not path.startswith("GET ")]
    assert not (tmp_path / "done").exists()


def test_forks_get_their_own_answers(simulator, command, tmp_path):
    """The inventory connected in Ansible's main process; workers that inherit the connection would read each other's answers."""
    simulator.seed(8)
    shown = {"lorawan.thingpark.tdm_device_info": {"dev_eui": ["{{ lorawan_dev_eui }}"]}, "register": "shown"}
    own = {"ansible.builtin.assert": {"that": ["shown.devices | map(attribute='dev_eui') | list == [lorawan_dev_eui]"]}}
    play = {"hosts": "lorawan_devices", "gather_facts": False, "connection": "local", "tasks": [shown, own]}
    (tmp_path / "play.yml").write_text(json.dumps([play]))
    done = command(simulator, {}, "ansible-playbook", "--forks=8", tmp_path / "play.yml", TDM_TIMEOUT="5")
    assert done.returncode == 0 and simulator.requests()["logins"]["refused"] == 0


def test_the_graph_shows_groups_with_their_parents(simulator, command):
    simulator.seed(2, tags=["Parking"])
    first, second = sorted(simulator.devices())
    simulator.change_device(first, domains=[{"name": "Utrecht/Centraal", "group": {"name": "Site"}}])
    done = command(simulator, {"group_by": ["tag", "domain"]}, "ansible-inventory", "--graph")
    assert done.stdout.splitlines() == [
        "@all:",
        "  |--@ungrouped:",
        "  |--@domain_site:",
        "  |  |--@domain_site_utrecht:",
        "  |  |  |--@domain_site_utrecht_centraal:",
        "  |  |  |  |--seed-00001",
        "  |--@lorawan_devices:",
        "  |  |--seed-00001",
        "  |  |--seed-00002",
        "  |--@tag_parking:",
        "  |  |--seed-00001",
        "  |  |--seed-00002",
    ]


def test_variables_and_groups_of_ones_own(simulator, listed):
    simulator.seed(3)
    options = {
        "hostvars": ["options", "health_state"],
        "compose": {"number": "lorawan_name[-1] | int", "shout": "lorawan_name | upper"},
        "groups": {"first": "number == 1"},
        "keyed_groups": [{"prefix": "n", "key": "number | string"}],
        "strict": True,
    }
    found = listed(simulator, options)
    assert found["first"]["hosts"] == ["seed-00001"] and found["n_3"]["hosts"] == ["seed-00003"]
    assert variables(found)["seed-00002"]["shout"] in ("SEED-00002", {"__ansible_unsafe": "SEED-00002"})
    lenient = {**options, "compose": {"none": "nothing.at.all"}, "groups": {}, "keyed_groups": [], "strict": False}
    assert len(variables(listed(simulator, lenient))) == 3


def test_what_a_stranger_named_is_never_rendered(simulator, command, listed, tmp_path):
    simulator.seed(1, tags=["{{ 7*7 }}"])
    (eui,) = simulator.devices()
    text = HOSTILE % (tmp_path / "done")
    simulator.change_device(eui, name=text, customerAdminData=text)
    options = {
        "hostvars": "all",
        "compose": {"copy": "lorawan_name", "note": "lorawan_customer_admin_data ~ '!'"},
        "keyed_groups": [{"key": "copy"}, {"key": "lorawan_tags"}],
    }
    found = listed(simulator, options)
    assert list(variables(found)) == [eui] and "tag_7_7" in found
    names = ["lorawan_name", "copy", "note", "lorawan_tags", "inventory_hostname", "group_names", "thingpark_eui"]
    words = " ".join("{{ %s }}" % name for name in names)
    play = {"hosts": "all", "gather_facts": False, "tasks": [{"ansible.builtin.debug": {"msg": words}}]}
    (tmp_path / "play.yml").write_text(json.dumps([play]))
    done = command(simulator, options, "ansible-playbook", tmp_path / "play.yml")
    assert done.returncode == 0 and "touch" in done.stdout and "7*7" in done.stdout
    assert not (tmp_path / "done").exists()


def test_a_loop_with_a_wrong_password_sends_it_once(simulator, command):
    for number in range(4):
        done = command(simulator, {}, "ansible-inventory", "--list", TDM_PASSWORD="a-wrong-password")
        shown = " ".join(done.stderr.split())
        assert ("held back for 15 minutes" if number else "refused the password of tester@example.com") in shown
        assert "a-wrong-password" not in done.stderr + done.stdout
    assert simulator.requests()["by_path"] == {"POST /thingpark/smp/rest/login": 1}
    simulator.seed(1)
    assert "seed-00001" in command(simulator, {}, "ansible-inventory", "--list").stdout


@pytest.mark.parametrize(
    "options,message",
    [
        ({"password": ["SECRET"]}, "password must be a text, but is a list or a dictionary"),
        ({"password": "SECRET", "timeout": "soon"}, 'timeout must be a number with a decimal point, such as -7.25, got "soon"'),
        ({"passwort": "SECRET"}, "the inventory has no option passwort (did you mean password or "),
        ({"password": "{{ nothing }}SECRET"}, "whose template can't be rendered: 'nothing' is undefined"),
        ({"password": "SECRET", "strict": True, "compose": {"x": "nothing.at"}}, "Could not set x for host seed-00001"),
    ],
)
def test_what_is_wrong_is_said_without_the_password(simulator, command, options, message):
    simulator.seed(1)
    own = json.loads(json.dumps(options).replace("SECRET", simulator.password))
    done = command(simulator, own, "ansible-inventory", "--list", TDM_PASSWORD="")
    assert message in " ".join(done.stderr.split())
    assert simulator.password not in done.stderr + done.stdout


def test_a_password_may_come_from_a_lookup(simulator, listed, tmp_path):
    simulator.seed(1)
    (tmp_path / "secret").write_text(simulator.password)
    password = "{{ lookup('ansible.builtin.file', '%s') }}" % (tmp_path / "secret")
    assert "seed-00001" in variables(listed(simulator, {"password": password}, TDM_PASSWORD="another"))


def test_the_cache_keeps_what_groups_are_made_of(simulator, command, listed, tmp_path):
    simulator.seed(2, tags=["parking"])
    cache = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(tmp_path / "kept")}
    options = {**cache, "compose": {"number": "lorawan_name[-1]"}, "keyed_groups": [{"prefix": "n", "key": "number"}]}
    first = listed(simulator, options)
    simulator.forget_requests()
    assert listed(simulator, options) == first and first["n_1"]["hosts"] == ["seed-00001"]
    assert "first" in listed(simulator, {**options, "groups": {"first": "number == '1'"}}), "made anew of what is kept"
    assert simulator.requests()["by_path"] == {}
    kept = "".join(path.read_text() for path in (tmp_path / "kept").iterdir())
    assert "seed-00001" in kept and simulator.password not in kept
    assert "thingpark_health_state" in variables(listed(simulator, {**options, "hostvars": "all"}))["seed-00001"]
    assert simulator.requests()["by_path"], "another question than what is kept"
    simulator.forget_requests()
    simulator.seed(1, prefix="70B3D57ED9")
    done = command(simulator, {**options, "hostvars": "all"}, "ansible-inventory", "--list", "--flush-cache")
    assert len(variables(json.loads(done.stdout))) == 3


def test_awx_needs_no_more_than_its_credential(simulator, inject, listed, tmp_path):
    simulator.seed(1)
    inputs = {"url": simulator.url, "login": simulator.login, "password": simulator.password}
    injected = inject(inputs, tmp_path)
    assert any(value == "" for value in injected.values()), "an input that is left empty gives an empty variable"
    assert list(variables(listed(simulator, {}, **injected))) == ["seed-00001"]


def test_a_file_of_another_name_is_not_read(simulator, command, tmp_path):
    (tmp_path / "devices.yml").write_text("plugin: lorawan.thingpark.devices\n")
    done = command(simulator, {}, "ansible-inventory", "-i", tmp_path / "devices.yml", "--list")
    assert "could not be verified by inventory plugin 'lorawan.thingpark.devices'" in " ".join(done.stderr.split())
