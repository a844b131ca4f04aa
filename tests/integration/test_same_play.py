# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One play and one inventory on every platform: only the account differs. What the runs cost stands in fleet.rst.

The first run makes the fleet, the second finds it as described, the third carries edits of the inventory out, the fourth
purges what the inventory no longer has.
"""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Callable

if TYPE_CHECKING:
    from ansible_collections.lorawan.thingpark.tests.conftest import Simulator

ROOT = Path(__file__).resolve().parents[2]
PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")
CALLBACKS = Path(__file__).resolve().parent / "plugins/callback"
PAGE = ROOT / "docs/docsite/rst/fleet.rst"
BEGIN, END = ".. begin of the costs\n\n", "\n.. end of the costs\n"

CLIENT = {"client_id": "sub-100002581/play", "client_secret": "not-a-real-secret"}
#: Title in the table -> (the simulator's options, the environment that tells a play about the account).
PLATFORMS = {
    "KPN, JSON": ({"profile": "kpn"}, {}),
    "KPN, XML": ({"profile": "kpn"}, {"TDM_BODY_FORMAT": "xml"}),
    "Enterprise": (
        {"profile": "enterprise", **CLIENT},
        {"TDM_AUTH_METHOD": "oauth2", **{"TDM_" + name.upper(): value for name, value in CLIENT.items()}},
    ),
    "Older platform": ({"profile": "legacy"}, {"TDM_AUTH_METHOD": "digest", "TDM_SUBSCRIBER_ID": "100002581"}),
}
FLEET = 40
SITES = ("Utrecht/Centraal", "Utrecht/Zuilen", "Delft/Station", "Assen")
EXTERNAL, NEWEST = 7, 8  # the sensors whose keys an external join server holds, and of LoRaWAN 1.1


def sensor(number: int) -> dict:
    """Return the variables of one host of the inventory."""
    words = {
        "dev_eui": "70B3D57ED1%06X" % number,
        "app_key": "%032X" % (0xC3 << 120 | number),
        "tags": ["parking", "batch-%d" % (number % 3)],
        "domains": {"Site": SITES[number % len(SITES)], "Owner": "City"},
        "customer_admin_data": 'pole %d, "c\u00f4t\u00e9 <nord>" & more' % number,
    }
    if number % 4 == 0:
        words["inactivity_alarm"] = [{"level": 3, "duration": "PT6H"}, {"level": 5, "duration": "P2D"}]
    if number % 5 == 0:
        words.update(latitude=52.0 + number / 1000, longitude=4.25 + number / 1000)
    if number % 10 == 3:
        words["suspended"] = True
    if number % 10 == 6:
        words.update(motion_indicator="NEAR_STATIC", marker_id=12, driver_application="actility:sensor:1")
    if number == EXTERNAL:
        words.update(join_eui="70B3D57ED0FFFFF0", owner_token="A1B2C3D4")
        del words["app_key"]
    if number == NEWEST:
        words.update(device_profile="LORA/GenericA.1.1a_ETSI_Rx2-SF12", nwk_key="%032X" % (0xC4 << 120 | number))
    return {"lorawan_" + name: value for name, value in words.items()}


def fleet() -> dict:
    """Return the hosts of the inventory, by name."""
    return {"park-%03d" % number: sensor(number) for number in range(1, FLEET + 1)}


def edited() -> dict:
    """Return the inventory after somebody's edits."""
    hosts = fleet()
    changes = {
        "park-001": {"name": "park-001 (moved)", "domains": {"Site": "Assen", "Owner": "City"}},
        "park-002": {"tags": ["parking", "on loan"]},
        "park-004": {"inactivity_alarm": []},
        "park-005": {"latitude": 53.0, "longitude": 6.5625},
        "park-006": {"connectivity_plan": "kpn-cs/testing", "motion_indicator": "WALKING_SPEED"},
        "park-009": {"device_profile": "LORA/GenericA.1.0.3a_ETSI"},
        "park-010": {"connectivity_plan": "Testing"},
        "park-011": {"connectivity_plan": ""},
        "park-012": {"suspended": True},
        "park-013": {"suspended": False},
        "park-014": {"application_servers": ["Building sensors", "Parking sensors"], "customer_admin_data": ""},
        "park-016": {"inactivity_alarm": [{"level": 4, "duration": "PT12H"}], "tags": ["parking"]},
    }
    for host, words in changes.items():
        hosts[host].update({"lorawan_" + name: value for name, value in words.items()})
    return hosts


def shrunk() -> dict:
    """Return the inventory after some sensors were taken off the poles."""
    return {host: words for host, words in edited().items() if host not in ("park-020", "park-023", "park-039")}


SHARED = {
    "lorawan_device_profile": "LORA/GenericA.1.0.4a_ETSI",
    "lorawan_activation": "OTAA",
    "lorawan_join_eui": "70B3D57ED0FFFFFF",
    "lorawan_connectivity_plan": "kpn-cs/seldom",
    "lorawan_application_servers": ["Parking sensors"],
}
STRANGERS = 25  # devices that were there before, and are nobody's business
PURGE = {"scope": {"tag": "parking"}, "max": "10%", "backup": "{{ playbook_dir }}/backup.json"}
#: Title in the table -> (hosts of the inventory, further variables, what the fleet's summary says).
RUNS: dict[str, tuple[Callable[[], dict], dict, dict]] = {
    "%d new devices" % FLEET: (fleet, {}, {"created": 40}),
    "no device has changed": (fleet, {}, {"unchanged": 40}),
    "12 changed devices": (edited, {}, {"updated": 10, "suspended": 1, "resumed": 1, "unchanged": 28}),
    "3 purged devices": (shrunk, {"tdm_fleet_purge": PURGE}, {"deleted": 3, "unchanged": 37}),
}
#: The sensor that a task of its own keeps, beside the fleet.
LONE = {
    "dev_eui": "70B3D57ED2000001",
    "name": "{{ 'tester' if tdm_fleet_purge is undefined else 'tester, put away' }}",
    "device_profile": "LORA/GenericA.1.0.2c_ETSI",
    "activation": "OTAA",
    "app_key": "%032X" % (0xC5 << 120),
    "connectivity_plan": "Testing",
    "application_servers": ["Building sensors"],
    "inactivity_alarm": [{"level": 3, "duration": "PT6H"}],
    "tags": ["tools"],
}
ACTIONS = ["created", "unchanged", "unchanged", "updated"]
SESSION = {"session_file": "{{ opened.session_file }}"}
PLAY = [
    {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {"tdm_fleet_group": "sensors", "tdm_fleet_results": "all"},
        "roles": ["lorawan.thingpark.fleet"],
        "tasks": [
            {"lorawan.thingpark.tdm_session": {}, "register": "opened"},
            {"lorawan.thingpark.tdm_device": {**LONE, **SESSION}},
            {"lorawan.thingpark.tdm_device_info": {"tag": ["parking"], "gather": "devices", **SESSION}},
            {"lorawan.thingpark.tdm_session": {"state": "absent", **SESSION}},
        ],
    }
]
#: What each platform decides by itself, and a result therefore tells otherwise.
OWN_WORDS = {
    "tdm_fleet": {
        "requests": "the price, which is in the table",
        "looked_up": "a part of the price",
        "notes": "says that a platform is an older one",
        "seconds": "a time",
        "backup_file": "lies beside the play, which has a folder for each platform; its content is compared",
    },
    "tdm_session": {
        "session_file": "lies below Ansible's home, one for each platform",
        "subscription": "is an address, and Enterprise calls it mine",
        "user": "is told when a session starts, which OAuth has no answer for",
        "granted_permissions": "are told there too",
    },
    "tdm_device": {},
    "tdm_device_info": {},
}
OWN_WORDS_OF_A_DEVICE = {
    "href": "an address, with the number that the platform gave",
    "creation_date": "a time",
    "now": "a time",
    "last_update": "a time",
    "who": "the account by the platform's name for it: a person, or an OAuth client",
}
#: The same of a device as the simulator holds it.
OWN_STATE = {
    "uid": "is given in the order in which parallel requests arrive",
    "href": "holds the uid, and in Enterprise mine",
    "creationDate": "a time",
    "lastUpdate": "a time",
    "who": "as above",
}


@dataclass
class Run:
    """What one run of the play told and left.

    :param told: (module, result) of each of the collection's tasks, without the platform's own words.
    :param stored: the play's devices afterwards, by EUI, without the platform's own state.
    :param backup: what a purge wrote before it deleted.
    :param strangers: the devices that were there before the first run, as they are.
    :param fleet_cost: the requests of the role ``fleet``; ``other_cost`` those of the other tasks.
    """

    told: list[tuple[str, dict]]
    stored: dict[str, dict]
    backup: object
    strangers: list[dict]
    fleet_cost: int
    other_cost: int


def without(value: object, names: dict) -> object:
    """Return a value with these keys left out of it, at any depth."""
    if isinstance(value, dict):
        return {key: without(one, names) for key, one in value.items() if key not in names}
    return [without(one, names) for one in value] if isinstance(value, list) else value


def told(line: str) -> tuple[str, dict]:
    """Return module and result of a line of the recorder, without the platform's own words."""
    record = json.loads(line)
    module = record["action"].rpartition(".")[2]
    result = {name: value for name, value in record["result"].items() if name not in OWN_WORDS[module]}
    return module, without(result, OWN_WORDS_OF_A_DEVICE)


def run_once(simulator: Simulator, directory: Path, hosts: dict, variables: dict, environment: dict) -> Run:
    """Run the play once; return what came of it."""
    inventory = {"sensors": {"hosts": hosts, "vars": SHARED}}
    files = {"play.yml": PLAY, "inventory.yml": inventory, "vars.json": variables}  # JSON is YAML
    for name, content in files.items():
        (directory / name).write_text(json.dumps(content))
    results, backup = directory / "results", directory / "backup.json"
    results.unlink(missing_ok=True)
    simulator.forget_requests()
    done = subprocess.run(
        [PLAYBOOK, "play.yml", "--inventory", "inventory.yml", "--extra-vars", "@vars.json", "--diff"],
        check=False,
        cwd=directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout
    lines = [line for line in results.read_text().splitlines() if '"action": "lorawan.thingpark.' in line]
    fleet_cost = sum(json.loads(lines[0])["result"]["requests"].values())
    devices = simulator.devices()
    ours = [eui for eui in devices if eui.startswith(("70B3D57ED1", "70B3D57ED2"))]
    return Run(
        [told(line) for line in lines],
        {eui: without(devices[eui], OWN_STATE) for eui in ours},
        json.loads(backup.read_text()) if backup.exists() else None,
        [device for eui, device in devices.items() if eui not in ours],
        fleet_cost,
        simulator.requests()["total"] - fleet_cost,
    )


def table(runs: dict[str, list[Run]]) -> str:
    """Return the table of costs for the page."""
    costs = [("role ``fleet``", "fleet_cost"), ("other tasks", "other_cost")]
    rows = [["Run", "Task", *runs]]
    for number, title in enumerate(RUNS):
        for task, cost in costs:
            rows.append([title, task, *(str(getattr(of[number], cost)) for of in runs.values())])
    lines = [".. list-table::", "   :header-rows: 1", "   :widths: 26 22 12 12 14 14", ""]
    for row in rows:
        lines += ["   %s - %s" % (" " if at else "*", cell) for at, cell in enumerate(row)]
    return "\n".join(lines) + "\n"


def test_the_same_play(tmp_path_factory, start_simulator, child_environment):
    def all_runs(title: str) -> list[Run]:
        options, words = PLATFORMS[title]
        directory = tmp_path_factory.mktemp("play")
        simulator = start_simulator(**options)
        simulator.seed(STRANGERS)
        if "TDM_CLIENT_ID" not in words:
            words = {"TDM_LOGIN": simulator.login, "TDM_PASSWORD": simulator.password, **words}
        environment = child_environment(
            ANSIBLE_HOME=str(directory / "ansible"),
            ANSIBLE_REMOTE_TEMP=str(directory / "ansible/remote"),
            ANSIBLE_CALLBACK_PLUGINS=str(CALLBACKS),
            TASK_RESULTS=str(directory / "results"),
            TDM_URL=simulator.url,
            **words,
        )
        return [run_once(simulator, directory, hosts(), more, environment) for hosts, more, _summary in RUNS.values()]

    with ThreadPoolExecutor(2) as pool:
        runs = dict(zip(PLATFORMS, pool.map(all_runs, PLATFORMS)))
    first, *others = runs.values()
    for run, (hosts, _more, summary), action in zip(first, RUNS.values(), ACTIONS):
        told_by = dict(run.told)
        assert {name: count for name, count in told_by["tdm_fleet"]["summary"].items() if count} == summary
        assert (told_by["tdm_device"]["action"], len(told_by["tdm_device_info"]["devices"])) == (action, len(hosts()))
        assert "diff" in told_by["tdm_device"] and len(told_by["tdm_fleet"]["results"]) == FLEET
        assert set(run.stored) == {LONE["dev_eui"], *(words["lorawan_dev_eui"] for words in hosts().values())}
    assert [len(run.backup["devices"]) if run.backup else 0 for run in first] == [0, 0, 0, 3]
    for of in others:
        for run, like in zip(of, first):
            assert run.told == like.told
            assert run.stored == like.stored
            assert run.backup == like.backup
    for of in runs.values():
        assert len(of[0].strangers) == STRANGERS and of[-1].strangers == of[0].strangers
    costs = PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    assert costs == table(runs), "the table in fleet.rst should be:\n" + table(runs)
