# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keys in a safe: devices are made with them, and a key that was changed there is written once."""

from __future__ import annotations

import json

import pytest

ROTATED = "%032X" % (0xC9 << 120)


@pytest.fixture
def fleet(rows) -> list:
    """Return devices without their keys."""
    return [{name: value for name, value in each.items() if name != "app_key"} for each in rows(12)]


@pytest.fixture
def safe(rows) -> dict:
    """Return the keys by DevEUI, and of a device that nobody describes."""
    return {each["dev_eui"]: {"app_key": each["app_key"]} for each in rows(13)}


def written(meddler) -> dict:
    """Return the keys in the updates that were sent, by DevEUI, and forget them."""
    found = {one.path[-16:]: one.json().get("appKey") for one in meddler.sent("PUT")}
    meddler.seen.clear()
    return found


def test_devices_are_made_with_the_keys_of_a_safe(simulator, account, fleet, safe):
    assert account.tdm_fleet(devices=fleet, keys=safe)["summary"]["created"] == 12
    kept = [one["keys"]["appKey"] for _eui, one in sorted(simulator.devices().items())]
    assert kept == [keys["app_key"] for _eui, keys in sorted(safe.items())][:12]
    assert not account.tdm_fleet(devices=fleet, keys=safe)["changed"]


def test_a_key_that_changed_is_written_once(through, meddler, fleet, safe, rows):
    through.tdm_fleet(devices=fleet, keys=safe)
    changed = [each["dev_eui"] for each in fleet[3:5]]
    safe = {**safe, **{eui: {"app_key": ROTATED} for eui in changed}}
    assert not through.tdm_fleet(devices=fleet, keys=safe)["changed"]  # update_keys is on_create
    meddler.seen.clear()
    wish = {"devices": fleet, "keys": safe, "update_keys": "on_change"}
    foretold = through.tdm_fleet(**wish, check=True, diff=True)
    assert not written(meddler) and foretold["summary"]["updated"] == 2
    done = through.tdm_fleet(**wish, diff=True)
    assert done["diff"] == foretold["diff"] and done["diff"][0]["after"] == {"app_key": "(secret)"}
    assert written(meddler) == dict.fromkeys(changed, ROTATED)
    assert ROTATED not in json.dumps(done)
    assert not through.tdm_fleet(**wish)["changed"] and not written(meddler)


def test_a_key_that_was_refused_is_written_by_the_next_run(through, meddler, do, fleet, safe):
    through.tdm_fleet(devices=fleet, keys=safe)
    eui = fleet[2]["dev_eui"]
    wish = {"devices": fleet, "keys": {**safe, eui: {"app_key": ROTATED}}, "update_keys": "on_change"}
    meddler.on("PUT", "/devices/.*", do.says(400, {"code": 1, "message": "no"}), times=1)
    assert through.tdm_fleet(**wish)["failed"]
    written(meddler)
    assert through.tdm_fleet(**wish)["changed"] and written(meddler) == {eui: ROTATED}
    assert not through.tdm_fleet(**wish)["changed"]


def test_no_key_is_kept(account, fleet, safe, tmp_path, monkeypatch):
    monkeypatch.setenv("ANSIBLE_HOME", str(tmp_path))
    account.tdm_fleet(devices=fleet, keys=safe)
    (kept,) = tmp_path.glob("tdm/devices-keys-*.json")
    text = kept.read_text().upper()
    assert len(json.loads(text)["KEYS"]) == 12 and not any(keys["app_key"] in text for keys in safe.values())
    assert kept.stat().st_mode & 0o077 == 0
    kept.write_text("{")
    wish = {"devices": fleet, "keys": {**safe, fleet[0]["dev_eui"]: {"app_key": ROTATED}}, "update_keys": "on_change"}
    assert not account.tdm_fleet(**wish)["changed"]
    assert any("The keys of the last run are unknown" in one for one in account.warnings)


def test_a_file_of_keys(simulator, account, fleet, rows, tmp_path):
    path = tmp_path / "keys.json"
    path.write_text(json.dumps(rows(12)))
    assert account.tdm_fleet(devices=fleet, keys_src=str(path))["summary"]["created"] == 12
    path.unlink()
    assert "keys_src %s can't be read" % path in account.tdm_fleet(devices=fleet, keys_src=str(path))["msg"]


def test_a_file_of_keys_with_faults(account, counts, fleet, row, tmp_path):
    path = tmp_path / "keys.csv"
    one = "%s,%s" % (fleet[0]["dev_eui"], ROTATED)
    for text, words in (
        ("DevEUI,AppKey\n%s\n%s\n" % (one, one.lower()), "has keys twice, first in keys.csv, line 2"),
        ("DevEUI,AppKey\n%s,x\n" % one, "row has 3 cells, but there are headings for 2"),
        ("DevEUI,Kie\n%s\n" % one, "Kie"),
    ):
        path.write_text(text)
        refused = account.tdm_fleet(devices=fleet, keys_src=str(path))
        assert refused["failed"] and words in refused["msg"] and "not nothing" not in refused["msg"], refused["msg"]
        assert ROTATED not in json.dumps(refused) and not counts()


def test_what_two_first_runs_saw_is_kept(through, meddler, do, fleet, safe):
    """Neither found a file, and so each has a salt of its own."""
    seen = []
    other = do.meanwhile(lambda: seen.append(through.tdm_fleet(devices=fleet[6:], keys=safe)))
    meddler.on("POST", "/devices", other, times=1)
    assert through.tdm_fleet(devices=fleet[:6], keys=safe, parallel=1)["summary"]["created"] == 6 and seen[0]["changed"]
    rotated = {eui: {"app_key": ROTATED} for eui in safe}
    assert through.tdm_fleet(devices=fleet, keys=rotated, update_keys="on_change")["summary"]["updated"] == 12


def test_what_was_made_and_failed_afterwards_has_its_key(simulator, through, meddler, do, row, safe):
    one = {name: value for name, value in row(1, tags=["x"]).items() if name != "app_key"}
    meddler.on("POST", "/devices/tags", do.says(400, {"code": 1, "message": "no"}), times=1)
    assert through.tdm_fleet(devices=[one], keys=safe)["failed"]
    rotated = {eui: {"app_key": ROTATED} for eui in safe}
    assert through.tdm_fleet(devices=[one], keys=rotated, update_keys="on_change")["changed"]
    assert simulator.device(one["dev_eui"])["keys"]["appKey"] == ROTATED


@pytest.mark.parametrize(
    "text",
    [
        '{"format": 1, "salt": "\u00e9", "keys": {}}',
        '{"format": 1, "salt": ["\\ud800"], "keys": {}}',
        '{"format": 1, "salt": "ab", "keys": {"70B3D57ED1000001": [1]}}',
        '{"format": 1, "salt": "ab"}',
        "[]",
    ],
)
def test_a_damaged_file_is_made_anew(account, home, fleet, safe, text):
    account.tdm_fleet(devices=fleet, keys=safe)
    (kept,) = (home / "tdm").glob("devices-keys-*.json")
    kept.write_text(text)
    done = account.tdm_fleet(devices=fleet, keys=safe, update_keys="on_change")
    assert not done.get("failed") and not done["changed"], done["msg"]
    assert any("The keys of the last run are unknown" in one for one in account.warnings)
    rotated = {eui: {"app_key": ROTATED} for eui in safe}
    assert account.tdm_fleet(devices=fleet, keys=rotated, update_keys="on_change")["summary"]["updated"] == 12


def test_what_the_description_says_counts(simulator, account, row, safe):
    own = row(1, app_key=ROTATED)
    account.tdm_fleet(devices=[own], keys=safe)
    assert simulator.devices()[own["dev_eui"]]["keys"]["appKey"] == ROTATED
    assert "for 1 of the devices, the description has other keys than keys or keys_src" in account.warnings[0]
    assert own["dev_eui"] in account.warnings[0] and ROTATED not in account.warnings[0]
    account.warnings.clear()
    account.tdm_fleet(devices=[own], keys={own["dev_eui"]: {"app_key": ROTATED.lower()}})
    assert not account.warnings


@pytest.mark.parametrize(
    "text,words",
    [
        ("$ANSIBLE_VAULT;1.1;AES256\n3031\n", "keys_src keys.yml is encrypted, and keys_src doesn't decrypt: give"),
        ("", "keys_src keys.yml is empty"),
        (None, "keys_src /"),  # and the path, because a missing file may be searched in the wrong directory
    ],
)
def test_an_unusable_file_of_keys_names_its_option(account, counts, fleet, tmp_path, text, words):
    path = tmp_path / "keys.yml"
    if text is not None:
        path.write_text(text)
    refused = account.tdm_fleet(devices=fleet, keys_src=str(path))
    assert refused["failed"] and refused["msg"].startswith(words) and not counts()


@pytest.mark.parametrize(
    "options,words",
    [
        ({"keys": {}, "keys_src": "x"}, "keys and keys_src can't be combined"),
        ({"update_keys": "on_change"}, "update_keys on_change needs keys or keys_src"),
        ({"keys": {"70B3D57ED0000001": {"name": "x"}}}, "name is not a key: keys contains only app_key"),
        ({"keys": {"70B3D57ED0000001": "x"}}, "keys.70B3D57ED0000001 must be a dictionary of keys"),
        ({"keys": {"70B3": {"app_key": ROTATED}}}, "dev_eui "),
        (
            {"keys": {name: {"app_key": ROTATED} for name in ("70B3D57ED000000A", "70b3d57ed000000a")}},
            "70B3D57ED000000A has keys twice",
        ),
    ],
)
def test_what_is_wrong_with_them_is_told_before_the_login(account, counts, fleet, options, words):
    result = account.tdm_fleet(devices=fleet, **options)
    assert result["failed"] and words in result["msg"] and ROTATED not in json.dumps(result) and not counts()
