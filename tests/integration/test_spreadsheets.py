# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Vendors' delivery lists and Excel's workbooks in real plays, in both frames."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")
KEY = "0F1E2D3C4B5A69788796A5B4C3D2E1F0"
#: What three vendors deliver, each with what has to be left out for OTAA.
VENDORS = {
    "one.csv": ("SN,DevEUI,AppEUI,AppKey\n6785C4218850,24E124785C421885,24E124C0002A0001,%s\n" % KEY, ["SN"]),
    "two.csv": (
        "DevEUI,AppEUI,AppKey,AppSKey,NwkSKey,DevAddr\nA84041F1E1823C01,A840410000000101,%s,%s,%s,01823C01\n" % (KEY, KEY, KEY),
        ["AppSKey", "NwkSKey", "DevAddr"],
    ),
    "three.csv": ("\ufeffType;EUI64;Appkey;Date\r\nERS;A81758FFFE012345;%s;2024-01-05\r\n" % KEY, ["Type", "Date"]),
}
EUIS = {"24E124785C421885", "A84041F1E1823C01", "A81758FFFE012345"}
MODULE = "lorawan.thingpark.tdm_fleet"


@pytest.fixture(params=["worker", "module"])
def play(request, tmp_path, simulator, child_environment):
    """Return a function that plays tasks in one of the frames, and returns what ansible-playbook said and the results."""

    def run(*tasks: dict) -> tuple[str, list[dict]]:
        results = tmp_path / "results.json"
        noted = [{**task, "register": "r%d" % number} for number, task in enumerate(tasks)]
        everything = "{{ [%s] | to_json }}" % ", ".join("r%d" % number for number in range(len(tasks)))
        keep = {"ansible.builtin.copy": {"dest": str(results), "content": everything, "mode": "0600"}, "no_log": True}
        plays = [{"hosts": "localhost", "gather_facts": False, "tasks": [*noted, keep]}]
        (tmp_path / "play.yml").write_text(json.dumps(plays))
        home = str(tmp_path / "home")
        account = {"TDM_URL": simulator.url, "TDM_LOGIN": simulator.login, "TDM_PASSWORD": simulator.password}
        done = subprocess.run(
            [PLAYBOOK, "play.yml", "-vvv", "-e", "tdm_frame=" + request.param],
            check=False,
            cwd=tmp_path,
            env=child_environment(ANSIBLE_HOME=home, ANSIBLE_REMOTE_TEMP=home + "/remote", **account),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )
        print(done.stdout)
        assert done.returncode == 0
        assert KEY not in done.stdout
        return done.stdout, json.loads(results.read_text())

    return run


DEFAULTS = {"device_profile": "LORA/GenericA.1.0.4a_ETSI", "activation": "OTAA", "connectivity_plan": "kpn-cs/seldom"}
NO_JOIN_EUI = {**DEFAULTS, "join_eui": "A81758FFFE000000"}


def test_delivery_lists_with_defaults(play, simulator, tmp_path):
    for name, (text, _ignored) in VENDORS.items():
        (tmp_path / name).write_bytes(text.encode())
    tasks: list[dict] = [
        {MODULE: {"src": name, "ignore_columns": ignored, "defaults": NO_JOIN_EUI}} for name, (_text, ignored) in VENDORS.items()
    ]
    _said, results = play(*tasks, *tasks, {MODULE: {"src": "one.csv"}, "ignore_errors": True})
    assert [result["summary"]["created"] for result in results[:6]] == [1, 1, 1, 0, 0, 0]
    assert [result["changed"] for result in results[3:6]] == [False] * 3
    assert set(simulator.devices()) == EUIS
    (finding,) = results[6]["findings"]
    assert (finding["where"], finding["option"]) == ("line 1", "column SN")


def test_a_workbook_in_a_play(play, simulator, tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    sheet = book.create_sheet("Meters")
    sheet.append(["Seriennummer", "Dev EUI", "Application key", "JoinEUI", "Lat", "Lon", "Tags", "domain:Site", "Bemerkung"])
    for number in range(1, 4):
        eui, key = "70B3D57ED700000%d" % number, KEY[:-1] + str(number)
        sheet.append([1000 + number, eui, key, "70B3D57ED0FFFFFF", 52.0893, "5,1101", "new, hall", "Utrecht/Centraal", 1.5])
    book.save(tmp_path / "fleet.xlsx")
    sheet["B3"] = 24124785
    sheet["C4"] = None
    book.save(tmp_path / "spoilt.xlsx")
    table = {"sheet": "Meters", "columns": {"Seriennummer": "name"}, "ignore_columns": ["Bemerkung"], "defaults": DEFAULTS}
    (tmp_path / "files").mkdir()  # where Ansible searches for files of a playbook
    (tmp_path / "files" / "keys.csv").write_text("DevEUI,AppKey\n70B3D57ED7000001,%s\n" % KEY)
    _said, (created, again, spoilt, vague, apart) = play(
        {MODULE: {"src": "fleet.xlsx", "results": "all", **table}},
        {MODULE: {"src": "fleet.xlsx", **table}},
        {MODULE: {"src": "spoilt.xlsx", **table}, "ignore_errors": True},
        {MODULE: {"src": "fleet.xlsx", **{**table, "sheet": "Doors"}}, "ignore_errors": True},
        {MODULE: {"src": "fleet.xlsx", "keys_src": "keys.csv", **table}},
    )
    assert (created["summary"]["created"], again["changed"]) == (3, False)
    assert [each["where"] for each in created["results"]] == ["row 2", "row 3", "row 4"]
    device = simulator.devices()["70B3D57ED7000001"]
    assert (device["name"], device["tags"]) == ("1001", ["hall", "new"])
    (finding,) = spoilt["findings"]
    assert (finding["where"], finding["option"]) == ("row 3", "dev_eui (column B, Dev EUI)")
    assert "format the column as text" in finding["message"]
    assert 'has no sheet "Doors": it has "Notes", "Meters"' in vague["msg"]
    assert not apart["changed"] and "for 1 of the devices, the description has other keys" in apart["warnings"][0]
