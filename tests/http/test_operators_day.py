# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An operator's day: what is on the platform goes into git, work is done in every way there is, and git shows just that."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import openpyxl
import pytest
import yaml

from ansible_collections.lorawan.thingpark.tests.conftest import as_much_as

FLEET = as_much_as(800, 8000, 8000)
DELIVERED, DELETED, BUILDING, ROTATED = 300, 50, 40, 10
DEFAULTS = {
    "device_profile": "LORA/GenericA.1.0.4a_ETSI",
    "activation": "OTAA",
    "join_eui": "70B3D57ED0000000",
    "connectivity_plan": "kpn-cs/seldom",
    "routing_profile": "NOAS",
}


def delivered(number: int) -> tuple[str, str, str]:
    """Return DevEUI, AppKey and name of a device that a vendor delivers."""
    return "24E124785C%06X" % number, "%032X" % ((0xC6 << 120) + number), "meter %05d" % number


@pytest.fixture
def vendors_lists(tmp_path) -> list:
    """Return the two files of a delivery: a CSV with headings of its own, and a workbook."""
    rows = [delivered(number) for number in range(DELIVERED)]
    table, book = tmp_path / "delivery.csv", tmp_path / "delivery.xlsx"
    lines = ["%s;%s;%s;%s" % (number, *row) for number, row in enumerate(rows[: DELIVERED // 2])]
    table.write_text("\n".join(["SN;Dev EUI;Application key;Name", *lines]) + "\n", encoding="utf-8")
    made = openpyxl.Workbook()
    for row in [("DevEUI", "AppKey", "Name"), *rows[DELIVERED // 2 :]]:
        made.active.append(row)
    content = io.BytesIO()
    made.save(content)
    book.write_bytes(content.getvalue())
    return [table, book]


class Repository:
    """A directory of adopted files, in git."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self("init", "--quiet")

    def __call__(self, *words: str) -> str:
        who = ("-c", "user.name=operator", "-c", "user.email=operator@example.org", "-c", "commit.gpgsign=false")
        done = subprocess.run(["git", *who, *words], cwd=self.path, check=True, capture_output=True, text=True)
        return done.stdout

    def commit(self, message: str) -> None:
        self("add", "--all")
        self("commit", "--quiet", "--message", message)

    def devices(self) -> dict:
        """Return what the file of devices says of each, its defaults included."""
        said = yaml.safe_load((self.path / "devices.yml").read_text(encoding="utf-8"))
        return {one["dev_eui"]: {**said["defaults"], **one} for one in said["devices"]}


def test_an_operators_day(simulator, account, tmp_path, vendors_lists):
    simulator.seed(FLEET, tags=["seeded"])
    euis = sorted(simulator.devices())
    building, gone, broken = euis[:BUILDING], euis[-DELETED:], euis[BUILDING]
    there = {"add_tags": ["building-7"], "routing_profile": "NOAS", "create": False}
    account.tdm_fleet(devices=[{"dev_eui": eui, **there} for eui in building])

    # What is there goes into git.
    folder = tmp_path / "adopted"
    account.tdm_adopt(dest=str(folder))
    repository = Repository(folder)
    repository.commit("What is there")
    before = repository.devices()
    assert sorted(before) == euis
    source = str(folder / "devices.yml")
    assert not account.tdm_fleet(src=source)["changed"]

    # Somebody changed three in the web page: it is found, and set right.
    for eui in euis[100:103]:
        simulator.change_device(eui, name="changed by hand")
    found = account.tdm_fleet(src=source, check=True, diff=True)
    assert found["summary"]["updated"] == 3 and {one["before"]["name"] for one in found["diff"]} == {"changed by hand"}
    assert account.tdm_fleet(src=source)["summary"]["updated"] == 3

    # A vendor delivers.
    table, book = vendors_lists
    wish = {"defaults": DEFAULTS, "ignore_columns": ["SN"]}
    assert account.tdm_fleet(src=str(table), **wish)["summary"]["created"] == DELIVERED // 2
    assert account.tdm_fleet(src=str(book), defaults=DEFAULTS)["summary"]["created"] == DELIVERED // 2

    # A building is routed elsewhere.
    moved = account.tdm_fleet(select={"tag": ["building-7"]}, set={"routing_profile": "Sensor platform"}, max_changes=BUILDING)
    assert moved["summary"]["updated"] == BUILDING

    # Ten keys are rotated in the safe.
    some = [delivered(number) for number in range(ROTATED * 2)]
    safe = {eui: {"app_key": key} for eui, key, _name in some}
    devices = [{"dev_eui": eui} for eui in safe]
    rotate = {"devices": devices, "update_keys": "on_change"}
    assert not account.tdm_fleet(keys=safe, **rotate)["changed"]
    safe.update((eui, {"app_key": key[::-1]}) for eui, key, _name in some[:ROTATED])
    assert account.tdm_fleet(keys=safe, **rotate)["summary"]["updated"] == ROTATED
    assert not account.tdm_fleet(keys=safe, **rotate)["changed"]
    assert simulator.device(some[0][0])["keys"]["appKey"] == some[0][1][::-1]

    # A broken one is replaced.
    new = {**DEFAULTS, "dev_eui": "24E124785CFFFFFF", "app_key": "%032X" % (0xC7 << 120), "replaces": broken}
    own = {name: value for name, value in new.items() if name not in ("connectivity_plan", "routing_profile")}
    assert account.tdm_device(**own)["replaced_device"]["action"] == "suspended"

    # A batch is deleted, under guard.
    batch = {"devices": [{"dev_eui": eui} for eui in gone], "state": "absent"}
    refused = account.tdm_fleet(**batch)
    assert len(refused["deletion_candidates"]) == DELETED
    assert account.tdm_fleet(**batch, max_deletions=DELETED)["summary"]["deleted"] == DELETED

    # Adopted again, the difference is what was done, and applying it changes nothing.
    account.tdm_adopt(dest=str(folder))
    after = repository.devices()
    assert set(after) - set(before) == {*(delivered(number)[0] for number in range(DELIVERED)), new["dev_eui"]}
    assert set(before) - set(after) == set(gone)
    changed = {
        eui: {name for name in after[eui] if after[eui][name] != before[eui].get(name)} for eui in set(after) & set(before)
    }
    assert {eui: names for eui, names in changed.items() if names} == {
        **dict.fromkeys(building, {"routing_profile"}),
        broken: {"suspended"},
    }
    if FLEET >= 8000:  # the delivery is too small a part to change what nine in ten share: git shows what was done, and no more
        added, removed, _path = repository("diff", "--numstat", "--", "devices.yml").split()
        assert int(added) <= 12 * (DELIVERED + 1) + 2 * BUILDING and int(removed) <= 12 * DELETED + 2 * BUILDING
    assert not account.tdm_fleet(src=source)["changed"]
    repository.commit("A day's work")
