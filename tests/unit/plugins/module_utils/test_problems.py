# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All faults of a file at once: each named by its line and its field, and nothing secret in any of them."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.desired import read_desired
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.sources import read_source, rows_of
from ansible_collections.lorawan.thingpark.plugins.module_utils._errors import BadInput
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.declaration import DEVICE
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.tr005 import crc16_modbus

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[3]
TWENTY = HERE / "data" / "twenty-faults.csv"
#: Line by line, and a word that the message must hold.
EXPECTED = [
    ("dev_eui (column B)", "15 of 16"),
    ("dev_eui (column B)", "not 16 hexadecimal digits"),
    ("app_key (column F)", "31 of 32"),
    ("join_eui (column E)", "14 of 16"),
    ("suspended (column AA)", "ACTIVE or SUSPENDED"),
    ("HSM group (column R)", "no field"),
    ("motion_indicator (column Q)", "must be one of"),
    ("application_servers (column T)", "together with routing_profile"),
    ("longitude (column M)", "-180 to 180"),
    ("latitude (column L)", "missing"),
    ("inactivity_alarm (column O)", "higher level"),
    ("inactivity_alarm (column O)", "well-formed"),
    ("dev_eui (column B)", "first in line 3"),
    ("onboarding_tag (column B)", "checksum"),
    ("dev_addr (column C)", "7 of 8"),
    ("nwk_s_enc_key (column V)", "missing"),
    ("app_s_keys (column F)", "ports"),
    ("directive (column A)", "unknown directive"),
    ("owner_token (column Y)", "external join server"),
    ("marker_id (column J)", "whole number"),
]


def findings_of(source) -> tuple:
    with pytest.raises(BadInput) as caught:
        read_desired(DEVICE, source.rows, source.defaults)
    return caught.value.facts["findings"], caught.value.message


def secrets_of(path: Path) -> set:
    """Return every run of six digits of every key, and the owner token's parts."""
    cells = [cell for row in csv.reader(path.open()) for place, cell in enumerate(row) if place in (4, 5, 20, 21, 24)]
    keys = {
        key
        for cell in cells
        for key in re.findall("[0-9A-Za-z]{6,}", re.sub("<[^>]*>", " ", cell))
        if len(key) > 16 or "T0ken" in key
    }
    assert len(keys) >= 20
    return {key[i : i + 6] for key in keys for i in range(len(key) - 5)}


def test_twenty_faults_are_twenty_findings():
    findings, message = findings_of(read_source(DEVICE, TWENTY.read_bytes(), TWENTY.name))
    assert [(each["where"], each["option"]) for each in findings] == [
        ("line %d" % number, option) for number, (option, _word) in enumerate(EXPECTED, 1)
    ]
    for problem, (_option, word) in zip(findings, EXPECTED):
        assert word in problem["message"], problem
    assert message.startswith("20 faults in the description")
    assert all(problem["message"] in message for problem in findings)


def test_none_of_the_findings_holds_a_secret():
    findings, message = findings_of(read_source(DEVICE, TWENTY.read_bytes(), TWENTY.name))
    said = message + repr(findings)
    assert not [part for part in secrets_of(TWENTY) if part in said]


@pytest.mark.parametrize("number", range(20))
def test_each_row_alone_has_its_one_fault(number):
    lines = TWENTY.read_text().splitlines(keepends=True)
    first = lines[2].replace(lines[2].split(",")[5], "0123456789ABCDEF0123456789ABCDEF") if number == 12 else "\n"
    findings, _message = findings_of(read_source(DEVICE, (first + lines[number]).encode(), "one.csv"))
    assert [(each["where"], each["option"]) for each in findings] == [("line 2", EXPECTED[number][0])]


BROKEN_TAG = "LW:D0:1122334455667788:A84041FFFF00000E:AABB1122:C0000"


@pytest.mark.parametrize("row", ["CREATE_OTAA,%s", "CREATE_OTAA,%s,,,,0123456789ABCDEF0123456789ABCDEF", ",%s"])
def test_what_a_broken_tag_would_bring_is_not_called_missing(row):
    findings, _message = findings_of(read_source(DEVICE, (row % BROKEN_TAG).encode(), "one.csv"))
    assert [each["option"] for each in findings] == ["onboarding_tag (column B)"]


KEY = "A3F07B1C9D2E48566F8190BACDE7F2D4"
#: The same of options in a list, where their names can be wrong too.
ROWS = [
    ({"dev_eui": "12"}, "dev_eui"),
    ({"dev_eui": 17}, "dev_eui"),
    ({}, "dev_eui"),
    ({"appkey": KEY}, "appkey"),
    ({"colour": "red"}, "colour"),
    ({"state": "gone"}, "state"),
    ({"tags": ["a<b"]}, "tags"),
    ({"tags": "x" * 41}, "tags"),
    ({"domains": ["Site:Paris", "Site:Lyon"]}, "domains"),
    ({"domains": {"Site": "a//b"}}, "domains"),
    ({"connectivity_plan": "p", "passive_roaming": True}, "connectivity_plan"),
    ({"inactivity_alarm": [{"level": 3, "duration": "P31D"}]}, "inactivity_alarm"),
    ({"inactivity_alarm": [{"level": 3}, {"level": 4}, {"level": 5}]}, "inactivity_alarm"),
    ({"suspended": "sometimes"}, "suspended"),
    ({"activation": "OTAA", "app_key": KEY, "nwk_s_key": KEY}, "nwk_s_key"),
    ({"app_key": KEY + KEY}, "app_key"),
    ({"app_s_keys": {KEY: "1"}}, "app_s_keys"),
    ({"latitude": "noon", "longitude": 4}, "latitude"),
    ({"name": {"first": "x"}}, "name"),
    ({"app_eui": "1122334455667788", "join_eui": "1122334455667788"}, "join_eui"),
]


def test_twenty_faults_in_a_list():
    devices = []
    for number, (raw, _option) in enumerate(ROWS):
        devices.append({"dev_eui": "70B3D57ED01%05X" % number, **raw} if raw else raw)
    with pytest.raises(BadInput) as caught:
        read_desired(DEVICE, rows_of(DEVICE, devices))
    found = [(each["where"], each["option"]) for each in caught.value.facts["findings"]]
    assert found == [("devices[%d]" % number, option) for number, (_raw, option) in enumerate(ROWS)]
    said = caught.value.message + repr(caught.value.facts)
    assert not any(KEY[i : i + 6] in said for i in range(27))


def made_up_fleet(count: int) -> str:
    """Return a legal file as operators hold it: spellings, tags, deletions, comments, short rows, XML over lines."""
    alarm = "\"<alarm004>\n  <threshold1 duration='PT12H' level='2' status='ENABLE' />\n</alarm004>\""
    lines = ["#type,DevEUI,DevAddr,profile,JoinEUI,AppKey", ""]
    for number in range(count):
        eui, key = "70B3D57ED01%05X" % number, "%032x" % (number + 2**120)
        spelled = [eui, eui.lower(), eui + " ", "-".join(eui[i : i + 2] for i in range(0, 16, 2))][number % 4]
        tag = "LW:D0:1122334455667788:%s:AABB1122" % eui
        lines.append(
            [
                "CREATE_OTAA,%s,,PROFILE,11-22-33-44-55-66-77-88,%s,,plan,route,203,n%d,52.1,4.5,café,%s,,RANDOM,,"
                % (spelled, key, number, alarm),
                "CREATE_OTAA,%s:C%04X,,,,%s" % (tag, crc16_modbus(tag.encode()), key.upper()),
                "DELETE,%s" % spelled,
                ',%s,%08x,PROFILE,%s,"<AppSKeys><AppSKey Port=""*"">%s</AppSKey></AppSKeys>",,plan' % (spelled, number, key, key),
                'CREATE_OTAA,%s,,PROFILE,,%s,,plan,,,"Pand ""Hoop"", hal",,,,,,,,,"as1,as2"' % (spelled, key),
            ][number % 5]
        )
        lines += ["# next", ",,,", ""] if number % 7 == 0 else []
    return "\r\n".join(lines)


#: Text, devices, and how many of them are to be absent.
FLEETS = {"made up": (made_up_fleet(500), 500, 100)}
# A file as operators hold it lies beside the checkout where this project is made; it is no part of the collection.
FLEETS.update({path.name: (path.read_text("utf-8"), 2000, 37) for path in ROOT.parent.glob("shared/data/fleet-2000.csv")})


@pytest.mark.parametrize("name", FLEETS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_legal_fleet_has_no_fault(name, encoding):
    text, count, absent = FLEETS[name]
    source = read_source(DEVICE, text.encode(encoding), "fleet.csv")
    all_desired = read_desired(DEVICE, source.rows)
    assert len({desired.identity for desired in all_desired}) == len(all_desired) == count
    assert sum(desired.absent for desired in all_desired) == absent
    assert source.warnings == []
