# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""What is run for a cell: files in a directory, and a command. The plays are those that a user would write."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from urllib.parse import urlsplit

import requests

from . import fleets
from .cells import Cell
from .measuring import tool

SCRIPTS = Path(__file__).resolve().parent / "scripts"
ACTIONS = Path(__file__).resolve().parent / "plugins/action"
SESSION = {"session_file": "{{ opened.session_file }}"}
#: The engine's own account of its time, behind its task's end.
TOLD = {"ansible.builtin.debug": {"msg": "seconds={{ fleet.seconds }}"}}
WRK_SECONDS = 6


def command(cell: Cell, directory: Path, url: str) -> list[str]:
    """Write what a cell needs into a directory; return the command that runs it."""
    return WAYS[cell.way](cell, directory, url)


def _playbook(directory: Path, tasks: list, variables: dict | None = None, inventory: dict | None = None) -> list[str]:
    play = {"name": "Benchmark", "hosts": "localhost", "gather_facts": False, "tasks": tasks}
    _write(directory / "play.yml", [play])  # JSON is YAML
    _write(directory / "vars.json", variables or {})
    words = [tool("ansible-playbook"), "play.yml", "--extra-vars", "@vars.json"]
    if inventory is not None:
        _write(directory / "inventory.json", inventory)
        words += ["--inventory", "inventory.json"]
    return words


def _write(path: Path, data: object) -> None:
    path.write_text(json.dumps(data), encoding="utf-8")


def _fleet_options(cell: Cell, directory: Path) -> dict:
    kept = cell.devices - cell.hundredth if cell.job == "purge" else cell.devices
    edited = cell.hundredth if cell.job == "changed" else 0
    (directory / "fleet.csv").write_text(fleets.csv_text(kept, edited), encoding="utf-8")
    options: dict = {"src": "fleet.csv", "parallel": cell.parallel, "bulk": cell.bulk}
    if cell.job == "purge":
        options["purge"] = {"scope": {"eui_prefix": fleets.PREFIX}, "max": str(cell.hundredth)}
    return options


def _engine(cell: Cell, directory: Path, _url: str) -> list[str]:
    if cell.job == "info":
        return _playbook(directory, [{"lorawan.thingpark.tdm_device_info": {}}])
    task = {"lorawan.thingpark.tdm_fleet": _fleet_options(cell, directory), "register": "fleet"}
    return _playbook(directory, [task, TOLD])


def _empty(_cell: Cell, directory: Path, _url: str) -> list[str]:
    """Start Ansible for next to nothing: what any playbook takes."""
    return _playbook(directory, [{"ansible.builtin.debug": {"msg": "nothing"}}])


def _inventory(cell: Cell, directory: Path, _url: str) -> list[str]:
    """Take the fleet from a list among the variables of a host in the inventory, instead of a file."""
    devices = [fleets.options(number) for number in range(1, cell.devices + 1)]
    inventory = {"all": {"hosts": {"localhost": {"ansible_connection": "local", "sensors": devices}}}}
    options = {"devices": "{{ sensors }}", "parallel": cell.parallel}
    task = {"lorawan.thingpark.tdm_fleet": options, "register": "fleet"}
    return _playbook(directory, [task, TOLD], inventory=inventory)


def _hosts(cell: Cell, directory: Path, _url: str) -> list[str]:
    """Start Ansible for next to nothing, with the platform's devices as hosts that know their options, or all there is."""
    known = "all" if cell.job == "hosts in full" else "options"
    _write(directory / "devices.thingpark.yml", {"plugin": "lorawan.thingpark.devices", "hostvars": known})
    return [*_empty(cell, directory, _url), "--inventory", "devices.thingpark.yml"]


def _loop(cell: Cell, directory: Path, _url: str) -> list[str]:
    """Go through the fleet with a task for each device, in one session, in either frame; or with a task that does nothing."""
    fleet = [fleets.options(number) for number in range(1, cell.devices + 1)]
    each = {name: "{{ item.%s }}" % name for name in fleet[0]}
    items = {"loop": "{{ fleet }}", "loop_control": {"label": "{{ item.dev_eui }}"}}
    opened = {"lorawan.thingpark.tdm_session": {}, "register": "opened"}
    closed = {"lorawan.thingpark.tdm_session": {"state": "absent", **SESSION}}
    if cell.way == "loop of nothing":
        work = {"nothing": {**each, **SESSION}, **items}
    else:
        work = {"lorawan.thingpark.tdm_device": {**each, **SESSION}, **items}
    frame = "module" if cell.way == "loop, module" else "auto"
    return _playbook(directory, [opened, work, closed], {"fleet": fleet, "tdm_frame": frame})


def _uri(cell: Cell, directory: Path, url: str) -> list[str]:
    """Call the API with Ansible's own module, as people do who have no collection."""
    page, api = "%s://%s/thingpark/smp/rest/login" % urlsplit(url)[:2], url
    form = {"login": fleets.LOGIN, "password": fleets.PASSWORD}
    code = "{{ (page.content | split('userAccessCode='))[1] | split('&') | first }}"
    asked = "%s/customers?userAccessCode=%s&type=SUBSCRIBER" % (api, code)
    headers = {"Cookie": "{{ started.cookies_string }}"}
    made = {
        "url": "%s/subscriptions/100/devices?sessionToken={{ started.json.sessionToken }}" % api,
        "method": "POST",
        "headers": {**headers, "Accept": "application/json"},
        "body": "{{ item }}",
        "body_format": "json",
        "status_code": 201,
    }
    tasks = [
        {"ansible.builtin.uri": {"url": page, "method": "POST", "body": form, "body_format": "form-urlencoded",
                                 "return_content": True}, "register": "page"},
        {"ansible.builtin.uri": {"url": asked, "headers": {"Cookie": "{{ page.cookies_string }}",
                                 "Accept": "application/json"}}, "register": "started"},
        {"ansible.builtin.uri": made, "loop": "{{ bodies }}", "loop_control": {"label": "{{ item.EUI }}"}},
    ]  # fmt: skip
    return _playbook(directory, tasks, {"bodies": [fleets.body(number) for number in range(1, cell.devices + 1)]})


def _bodies(cell: Cell, directory: Path) -> str:
    lines = [json.dumps(fleets.body(number), separators=(",", ":")) for number in range(1, cell.devices + 1)]
    (directory / "bodies.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return "bodies.jsonl"


def _sequential(cell: Cell, directory: Path, _url: str) -> list[str]:
    words = ["create", _bodies(cell, directory)] if cell.job == "create" else ["list"]
    return [sys.executable, str(SCRIPTS / "sequential.py"), *words]


def _asynchronous(cell: Cell, directory: Path, _url: str) -> list[str]:
    return [sys.executable, str(SCRIPTS / "asynchronous.py"), _bodies(cell, directory), str(cell.parallel)]


def _inside(cell: Cell, directory: Path, _url: str) -> list[str]:
    if cell.job == "validation":
        (directory / "fleet.csv").write_text(fleets.csv_text(cell.devices), encoding="utf-8")
        return [sys.executable, str(SCRIPTS / "inside.py"), "validation", "fleet.csv"]
    return [sys.executable, str(SCRIPTS / "inside.py"), "masking", str(cell.devices)]


def _wrk(cell: Cell, _directory: Path, url: str) -> list[str]:
    """Have devices made by a tool that nobody here wrote: what the simulator can do at most."""
    with requests.Session() as session:
        session.trust_env = False
        form = {"login": fleets.LOGIN, "password": fleets.PASSWORD}
        page = session.post("%s://%s/thingpark/smp/rest/login" % urlsplit(url)[:2], data=form).text
        code = page.partition("userAccessCode=")[2].partition("&")[0]
        token = session.get(url + "/customers", params={"userAccessCode": code, "type": "SUBSCRIBER"}).json()["sessionToken"]
        cookies = "; ".join("%s=%s" % pair for pair in session.cookies.items())
    path = "%s/subscriptions/100/devices?sessionToken=%s" % (urlsplit(url).path, token)
    body = json.dumps(fleets.body(0), separators=(",", ":")).replace(fleets.eui(0), fleets.PREFIX + "%06X")
    words = ["wrk", "--threads", "1", "--connections", str(cell.parallel), "--duration", "%ds" % WRK_SECONDS]
    return [*words, "--script", str(SCRIPTS / "create.lua"), url, "--", path, cookies, body]


def _slices(cell: Cell, directory: Path, url: str) -> list[str]:
    """Start as many jobs as AWX would, each with every nth host of one inventory."""
    account = {"TDM_URL": url, "TDM_LOGIN": fleets.LOGIN, "TDM_PASSWORD": fleets.PASSWORD}
    words = []
    for number in range(cell.slices):
        private = directory / ("slice-%d" % number)
        own = {"tdm_fleet_parallel": cell.parallel, "tdm_fleet_results": "none"}
        slice_directory(private, sliced(hosts(cell.devices), number, cell.slices), own, account)
        words.append(transmitted(private))
    return ["sh", "-c", " & ".join(words) + " & wait"]


def transmitted(private: Path) -> str:
    """Return a shell's words that run a private data directory as AWX does, and leave nothing of it.

    AWX packs the directory. An execution node unpacks it, runs the job, deletes it and sends back what happened. The account is
    in the directory, and nowhere else.
    """
    runner, node, results = tool("ansible-runner"), "%s-node" % private, "%s-results" % private
    steps = (
        [runner, "transmit", str(private), "-p", "play.yml"],
        [runner, "worker", "--private-data-dir", node, "--delete"],
        [runner, "process", results],
    )
    succeeded = shlex.join(["grep", "-qx", "successful", results + "/artifacts/status"])
    removed = shlex.join(["rm", "-rf", str(private), results])
    return "{ %s; %s; code=$?; %s; (exit $code); }" % (" | ".join(map(shlex.join, steps)), succeeded, removed)


def hosts(count: int) -> dict[str, dict]:
    """Return the fleet as hosts of an inventory."""
    return {
        fleets.name(number): {"lorawan_" + option: value for option, value in fleets.options(number).items()}
        for number in range(1, count + 1)
    }


def sliced(every: dict[str, dict], number: int, count: int) -> dict[str, dict]:
    """Return the part of an inventory that AWX gives to slice ``number``, from 0."""
    return {name: every[name] for name in sorted(every)[number::count]}


def slice_directory(private: Path, own: dict[str, dict], variables: dict, account: dict[str, str]) -> None:
    """Lay out what ansible-runner needs for a slice: the collection's role on the group ``sensors``, and an account."""
    play = {"name": "A slice", "hosts": "localhost", "gather_facts": False, "roles": ["lorawan.thingpark.fleet"]}
    for name in ("project", "inventory", "env"):
        (private / name).mkdir(parents=True)
    _write(private / "project/play.yml", [play])
    _write(private / "inventory/hosts.json", {"sensors": {"hosts": own}})
    _write(private / "env/extravars", {"tdm_fleet_group": "sensors", **variables})
    _write(private / "env/envvars", account)


WAYS = {
    "engine": _engine,
    "engine, from the inventory": _inventory,
    "empty play": _empty,
    "inventory plugin": _hosts,
    "slices": _slices,
    "loop, worker": _loop,
    "loop, module": _loop,
    "loop of nothing": _loop,
    "uri": _uri,
    "requests": _sequential,
    "aiohttp": _asynchronous,
    "wrk": _wrk,
    "inside": _inside,
}
