# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every example in the documentation is run against the simulator.

Each task of an example goes in check mode while the simulator refuses all that writes, in a thorough run as a module too, and
then for real. What the examples take for granted (variables, files, an inventory) is in ``example_world``.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
import yaml

from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.connection import KPN
from ansible_collections.lorawan.thingpark.tests.documentation import ROOT, pages
from ansible_collections.lorawan.thingpark.tests.integration.commands import commands_of, runnable
from ansible_collections.lorawan.thingpark.tests.integration.examples import (
    CONSOLE,
    FLEET_FILE,
    Block,
    Playbook,
    sources,
    variable_files,
)
from ansible_collections.lorawan.thingpark.tests.integration.other_systems import ADDRESSES, ENVIRONMENT, OtherSystems

HERE = Path(__file__).resolve().parent
WORLD = HERE / "example_world"
VARIABLES = yaml.safe_load((WORLD / "group_vars/all.yml").read_text(encoding="utf-8"))
#: The keys in the vault of the page about other automation.
VAULT_KEYS = {
    "70B3D57ED0000071": {"app_key": "0F1E2D3C4B5A69788796A5B4C3D2E171"},
    "70B3D57ED0000072": {"app_key": "0F1E2D3C4B5A69788796A5B4C3D2E172"},
}
#: No output may show these keys.
KEYS = re.findall(r"\b[0-9A-F]{32}\b", json.dumps([VARIABLES, VAULT_KEYS]))
SIMULATOR = ROOT / "roles/simulator/files/tdm_simulator"
EXAMPLES = sources()
OTHER_AUTOMATION = "docs/docsite/rst/other_automation.rst"
PAGES = [path.relative_to(ROOT).as_posix() for path in pages()]

#: The workbook of the examples' world.
METERS = (
    ("DevEUI", "Device profile", "Activation", "AppKey", "Connectivity plan"),
    ("70B3D57ED0000061", "LORA/GenericA.1.0.4a_ETSI", "OTAA", "0F1E2D3C4B5A69788796A5B4C3D2E161", "kpn-cs/seldom"),
)


@pytest.fixture
def world(tmp_path):
    """Return the directory that examples are run in: a copy of the world, beside a home."""
    shutil.copytree(WORLD, tmp_path / "world")
    book = openpyxl.Workbook()
    book.active.title = "Meters"
    for row in METERS:
        book.active.append(row)
    book.save(tmp_path / "world/fleet.xlsx")
    (tmp_path / "world/vault-password").write_text("a-vault-password\n", encoding="utf-8")
    yield tmp_path / "world"
    for ready in tmp_path.glob("home/**/ready.json"):  # examples that start a simulator leave it running
        subprocess.run([sys.executable, SIMULATOR, "--stop", "--ready-file", ready], check=True)


@pytest.fixture
def systems(simulator):
    """Return a stand-in for the other systems, whose vault has the simulator's account."""
    account = {"login": simulator.login, "password": simulator.password}
    systems = OtherSystems({"lorawan/keys": VAULT_KEYS, "thingpark/account": account})
    yield systems
    systems.close()


@pytest.fixture
def run(world, simulator, child_environment):
    """Return a function that runs a command, in the world or in the checkout, and wants it to succeed."""
    home = world.parent / "home"
    env = child_environment(
        HOME=str(home),
        PATH="%s:%s" % (Path(sys.executable).parent, os.environ["PATH"]),
        ANSIBLE_HOME=str(home / ".ansible"),
        ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED="true",
        ANSIBLE_REMOTE_TEMP=str(home / "remote"),
        ANSIBLE_ACTION_PLUGINS=str(HERE / "plugins/action"),
        ANSIBLE_CALLBACK_PLUGINS=str(HERE / "plugins/callback"),
        TASK_RESULTS=str(world / "results"),
        TDM_URL=simulator.url,
        TDM_LOGIN=simulator.login,
        TDM_PASSWORD=simulator.password,
        **ENVIRONMENT,
    )

    def run(*command: str, in_checkout: bool = False) -> None:
        # What is installed goes into the home: the tests' own collection is a link to the checkout.
        installs = any("ansible-galaxy" in word for word in command)
        path = {"ANSIBLE_COLLECTIONS_PATH": str(home / "collections")} if installs else {}
        done = subprocess.run(
            command,
            check=False,
            cwd=ROOT if in_checkout else world,
            env={**env, **path},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )
        print(done.stdout)
        assert done.returncode == 0, "%s ended with %d" % (" ".join(command), done.returncode)
        assert "DEPRECATION" not in done.stdout
        assert "Using a template for task args is unsafe" not in done.stdout
        assert [key for key in KEYS if key in done.stdout] == []

    return run


@pytest.mark.parametrize("source", EXAMPLES)
def test_examples_run(source, run, world, simulator, systems):
    # Whoever reads a page has devices already, unless a plugin's examples begin with making one.
    makes_one = source not in PAGES and any("device_profile:" in block.text for block in EXAMPLES[source])
    simulator.seed(20, prefix="70B3D57ED9" if makes_one else "70B3D57ED0")
    playbook = Playbook(simulator.origin, world, variable_files=variable_files(EXAMPLES[source]))
    commands = []
    # A page may fix a simulator's port. A test takes any free port.
    origins = {re.match(r"https://[^/]+", KPN)[0]: simulator.origin, "simulator_port: 8080": "simulator_port: 0"}
    if source == OTHER_AUTOMATION:
        origins.update(dict.fromkeys(ADDRESSES, systems.url))
    for block in EXAMPLES[source]:
        text = block.text
        for address, origin in origins.items():
            text = text.replace(address, origin)
        here = replace(block, text=text)
        if block.language == CONSOLE:
            commands += commands_of(here)
        else:
            playbook.add(here)
    if playbook.plays:
        (world / "playbook.yml").write_text(json.dumps(playbook.plays), encoding="utf-8")  # JSON is YAML
        inventories = [word for path in playbook.inventories or ["inventory.yml"] for word in ("-i", path)]
        run("ansible-playbook", "-vvv", *inventories, "playbook.yml")  # says the most that may be said
        records = [json.loads(line) for line in (world / "results").read_text().splitlines()]
        played = {record["play"] for record in records}
        assert [play["name"] for play in playbook.plays if "hosts" in play and play["name"] not in played] == []
    for command in commands:
        words, in_checkout = runnable(command)
        if words:
            run(*words, in_checkout=in_checkout)
    assert "403" not in simulator.requests()["by_status"]  # what writes in check mode
    # Whoever copies an example doesn't mean to have a device whose packets are ignored.
    assert [eui for eui, device in simulator.devices().items() if device["plan"] is None] == []
    if source == OTHER_AUTOMATION:
        check_other_automation(simulator.devices(), systems, world)


def check_other_automation(devices: dict, systems: OtherSystems, world: Path) -> None:
    """Check the effects of the page's examples on the devices, the other systems and the file of keys."""
    assert {"/v1/secret/data/lorawan/keys", "/v1/secret/data/thingpark/account", "/api/dcim/devices/"} <= systems.asked
    metered = devices["70B3D57ED0000071"]
    assert (metered["name"], metered["customerAdminData"], metered["domains"][0]["name"]) == ("meter-0001", "A-1001", "Utrecht")
    assert metered["keys"]["appKey"] == VAULT_KEYS["70B3D57ED0000071"]["app_key"]
    assert "70B3D57ED0000081" in devices and (world / "keys.yml").read_text(encoding="utf-8").startswith("$ANSIBLE_VAULT;")
    assert systems.tickets[-1]["devices"]


def plans_in(text: str) -> int:
    """Return of how many devices a text tells the plan; one that takes the place of another has that one's."""
    return text.count("connectivity_plan:") + text.count("replaces:")


def test_each_example_of_a_new_device_has_a_plan():
    blocks = [block for blocks in EXAMPLES.values() for block in blocks if "device_profile:" in block.text]
    without = [block.place for block in blocks if plans_in(block.text) < block.text.count("device_profile:")]
    assert blocks and without == []


def test_the_world_has_nothing_that_no_example_uses():
    texts = "\n".join(block.text for blocks in EXAMPLES.values() for block in blocks)
    assert [name for name in [*VARIABLES, FLEET_FILE] if name not in texts] == []


@pytest.mark.parametrize(
    "language,text",
    [
        ("", "x"),
        ("ini", "[sensors]"),
        ("python", "def"),
        ("yaml", "tdm_fleet_source: x"),
        ("yaml", "lorawan_dev_eui: x"),
        ("yaml", "sensors: {host: {}}"),
        ("yaml", "- a text"),
        ("yaml", "{version: 3, dependencies: {galaxy: {collections: [{name: another.one}]}}}"),
    ],
)
def test_a_block_that_no_kind_fits_is_refused(tmp_path, language, text):
    with pytest.raises((ValueError, SyntaxError)):
        Playbook("", tmp_path).add(Block("README.md", 1, language, text))


@pytest.mark.parametrize("command", ["ansibel-doc -l", "export TDM_URI=x", "export TDM_RETRIES=many", "curl x", "python x.py"])
def test_a_command_that_is_not_known_is_refused(command):
    with pytest.raises(ValueError):
        runnable(command)
