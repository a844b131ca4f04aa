# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files from bytes to rows: JSON, YAML, and every way in which a CSV can look."""

from __future__ import annotations

import json

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.desired import read_desired
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.sources import read_source
from ansible_collections.lorawan.thingpark.plugins.module_utils._errors import BadInput, OptionError
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.declaration import DEVICE

E1, E2, E3 = "70B3D57ED0100001", "70B3D57ED0100002", "70B3D57ED0100003"
K1, K2 = "A3F07B1C9D2E48566F8190BACDE7F2D4", "0F1E2D3C4B5A69788796A5B4C3D2E1F0"
JOIN = "1122334455667788"
LEGAL = "CREATE_OTAA,%s,,PROFILE,%s,%s" % (E1, JOIN, K1)
HEAD = "CREATE_OTAA,%s,,PROFILE,%s,%s,,,,," % (E1, JOIN, K1)  # up to J; K is the name


def read(text, name: str = "fleet.csv", **options) -> list:
    content = text if isinstance(text, bytes) else text.encode()
    source = read_source(DEVICE, content, name)
    return read_desired(DEVICE, source.rows, **{"defaults": source.defaults, **options})


def values(text) -> dict:
    (desired,) = read(text)
    return desired.values


def found(text, **options) -> list:
    with pytest.raises(BadInput) as caught:
        read(text, **options)
    return [(each["where"], each["option"]) for each in caught.value.facts["findings"]]


def refused(content, name: str = "fleet.csv") -> str:
    with pytest.raises(OptionError) as caught:
        read_source(DEVICE, content if isinstance(content, bytes) else content.encode(), name)
    assert name in caught.value.message
    return caught.value.message


def row(**cells: str) -> str:
    """Return a CSV row with these columns, by letter."""
    letters = [*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "AA"]
    return ",".join('"%s"' % cells[letter].replace('"', '""') if letter in cells else "" for letter in letters)


OTAA = {"A": "CREATE_OTAA", "B": E1, "D": "PROFILE", "E": JOIN, "F": K1}
ABP = {"A": "CREATE_ABP", "B": E1, "C": "04F5F519", "D": "PROFILE", "E": K1}


def test_all_columns_of_an_otaa_row():
    more = {"H": "plan", "I": "route", "J": "203", "K": "name", "L": "52.1", "M": "-4.5", "N": "near, the sluice"}
    more.update({"O": "<alarm004><threshold1 status='ENABLE' level='3' duration='P2D'/></alarm004>", "P": "12345678"})
    more.update({"Q": "NEAR_STATIC", "S": "1", "U": K2, "V": "2", "X": "3", "Z": "abeeway:tracker:1", "AA": "SUSPENDED"})
    assert values(row(**OTAA, **more)) == {
        "activation": "OTAA",
        "device_profile": "PROFILE",
        "join_eui": JOIN,
        "app_key": K1,
        "connectivity_plan": "plan",
        "routing_profile": "route",
        "marker_id": 203,
        "name": "name",
        "latitude": 52.1,
        "longitude": -4.5,
        "location_type": "manual",
        "customer_admin_data": "near, the sluice",
        "inactivity_alarm": ((3, 172_800),),
        "verification_code": "12345678",
        "motion_indicator": "NEAR_STATIC",
        "hsm_app_key_version": "1",
        "nwk_key": K2,
        "hsm_nwk_key_version": "2",
        "exchange_key_version": "3",
        "driver_application": "abeeway:tracker:1",
        "suspended": True,
    }


def test_all_columns_of_an_abp_row():
    keys = "<AppSKeys><AppSKey Port='1-2'>%s</AppSKey></AppSKeys>" % K2
    assert values(row(**ABP, F=keys, T="as1, as2", U=K1, V=K2, AA="ACTIVE")) == {
        "activation": "ABP",
        "dev_addr": "04F5F519",
        "device_profile": "PROFILE",
        "nwk_s_key": K1,
        "app_s_keys": (("1-2", K2),),
        "application_servers": ("as1", "as2"),
        "s_nwk_s_int_key": K1,
        "nwk_s_enc_key": K2,
        "suspended": False,
    }


def test_an_external_join_server():
    assert values(row(A="CREATE_OTAA", B=E1, D="P", E=JOIN, Y="T0ken"))["owner_token"] == "T0ken"


@pytest.mark.parametrize("directive", ["", "CREATE", "CREATE_ABP", "create_abp", " Create "])
def test_spellings_of_create_abp(directive):
    assert values(row(**{**ABP, "A": directive}))["activation"] == "ABP"


@pytest.mark.parametrize("directive", ["UPDATE_OTAA", "UPDATE_ABP", "update_otaa"])
def test_updates_need_nothing_but_the_device(directive):
    (desired,) = read(row(A=directive, B=E1, K="new name"))
    assert (desired.create, desired.absent, desired.values) == (False, False, {"name": "new name"})


@pytest.mark.parametrize("text", ["DELETE,%s", "delete,%s,,,,,,", "DELETE,LW:D0:1122334455667788:%s:AABB1122", 'DELETE," %s "'])
def test_deletions(text):
    (desired,) = read(text % E1)
    assert (desired.identity, desired.absent) == (E1, True)


def test_enterprise_plans_are_flags():
    both = values(row(**OTAA, H="NetworkGeolocation,PassiveRoaming"))
    assert (both["network_geolocation"], both["passive_roaming"], "connectivity_plan" in both) == (True, True, False)
    one = values(row(**OTAA, H="PassiveRoaming"))
    assert (one["network_geolocation"], one["passive_roaming"]) == (False, True)
    assert values(row(**OTAA, H="PassiveRoaming,other"))["connectivity_plan"] == "PassiveRoaming,other"


def test_short_rows_and_empty_cells_say_nothing():
    assert values("CREATE_OTAA,%s,,PROFILE,,%s" % (E1, K1)) == {"activation": "OTAA", "device_profile": "PROFILE", "app_key": K1}
    assert values(LEGAL + "," * 40)["app_key"] == K1


def test_a_tag_in_column_b_brings_the_profile():
    (desired,) = read("CREATE_OTAA,LW:D0:%s:%s:AABB1122,,,,%s" % (JOIN, E1, K1))
    assert (desired.kept.profile_id, desired.values["join_eui"]) == ("AABB1122", JOIN)


def test_columns_that_the_api_does_not_know():
    source = read_source(DEVICE, ("%s,X\n%s,Y" % (LEGAL, LEGAL)).encode(), "fleet.csv")
    assert len(source.warnings) == 1 and "Column G" in source.warnings[0] and "2 rows" in source.warnings[0]
    assert found(row(**OTAA, R="group")) == [("line 1", "HSM group (column R)")]


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("CREATE_CELLULAR,%s" % E1, "directive (column A)"),
        ("CREATE_CELLULAR,352099001761481", "directive (column A)"),
        ("CREATE_OTA,%s,,P,%s,%s" % (E1, JOIN, K1), "directive (column A)"),
        ("CREATE_OTA", "directive (column A)"),
        ("directive,code,address,profile,join,key", "directive (column A)"),
        ("CREATE_OTAA,,,P,%s,%s" % (JOIN, K1), "dev_eui (column B)"),
        ("CREATE_OTAA,12,,P,%s,%s" % (JOIN, K1), "dev_eui (column B)"),
        ("CREATE_OTAA,%s,,P,%s,%s" % (E1, K1, JOIN), "both"),
        (LEGAL + "," * 22 + "x", "row"),
        (row(**OTAA, AA="SLEEPY"), "suspended (column AA)"),
        (row(**OTAA, I="route", T="as1"), "application_servers (column T)"),
        (row(**OTAA, O="<alarm004>"), "inactivity_alarm (column O)"),
        (HEAD + '"name', "row"),
        (HEAD + '"De "Hoop""', "row"),
        ("UPDATE_OTAA", "dev_eui (column B)"),
    ],
)
def test_faults_of_a_row(text, option):
    expected = ["join_eui (column E)", "app_key (column F)"] if option == "both" else [option]
    assert found(text, defaults={"tags": ["x"]}) == [("line 1", each) for each in expected]


def test_a_row_with_an_unknown_directive_still_is_about_a_device():
    text = "CREATE_OTA,%s\nMAKE,12\n%s" % (E1, LEGAL)
    assert found(text) == [
        ("line 1", "directive (column A)"),
        ("line 2", "directive (column A)"),
        ("line 2", "dev_eui (column B)"),
        ("line 3", "dev_eui (column B)"),
    ]


def test_keys_in_the_wrong_columns_are_not_quoted():
    text = "CREATE_OTAA,%s,,P,%s,%s\n%s,%s\nCREATE_OTAA|%s|%s\n" % (E1, K1, JOIN, K2, E2, E3, K1)
    with pytest.raises(BadInput) as caught:
        read(text)
    said = caught.value.message + repr(caught.value.facts)
    assert not any(key[i : i + 6] in said for key in (K1, K2) for i in range(27))


def test_a_profile_may_come_from_the_defaults():
    (desired,) = read("CREATE_OTAA,%s,,,,%s" % (E1, K1), defaults={"device_profile": "COMMON", "activation": "ABP"})
    assert (desired.values["device_profile"], desired.values["activation"]) == ("COMMON", "OTAA")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_numbers_are_those_of_the_file(end):
    lines = [
        '# comment, with a "quote',
        "",
        "  ",
        ",,,,",
        LEGAL,
        '"# quoted, comment",',
        " # indented",
        HEAD + '"two',
        'lines"',
        "UPDATE_OTAA,x",
    ]
    lines += [HEAD.replace(E1, E2) + '"three', "more", 'lines"', "UPDATE_OTAA,y", "DELETE,z"]
    assert found(end.join(lines)) == [
        ("line 8", "dev_eui (column B)"),
        ("line 10", "dev_eui (column B)"),
        ("line 14", "dev_eui (column B)"),
        ("line 15", "dev_eui (column B)"),
    ]


@pytest.mark.parametrize("separator", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_a_separator_within_a_cell_ends_no_row(separator):
    (desired, other) = read("%sleft%sright\nDELETE,%s" % (HEAD, separator, E2))
    assert desired.values["name"] == "left%sright" % separator
    assert other.where == "line 2"


def test_rows_after_an_unclosed_quote_are_still_looked_at():
    alarm = "\"<alarm004>\n  <threshold1 duration='PT12H' level='2' status='ENABLE' />\n</alarm004>\""
    text = '%s"never closed,,,,%s\n%s\nDELETE,y\n%s\n' % (HEAD, alarm, "DELETE,x", HEAD.replace(E1, E2) + '"fine"')
    assert found(text) == [("line 1", "row"), ("line 4", "dev_eui (column B)"), ("line 5", "dev_eui (column B)")]


def test_an_unclosed_quote_in_a_long_file_costs_only_its_row():
    lines = ["DELETE,%016X" % number for number in range(6000)]
    lines[10] = HEAD + '"open'
    lines[5999] = "DELETE,x"
    assert found("\n".join(lines)) == [("line 11", "row"), ("line 6000", "dev_eui (column B)")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_whatever_a_spreadsheet_makes_of_it(encoding, delimiter, end):
    comma = "." if delimiter == "," else ","
    cells = ["CREATE_OTAA", E1, "", "PROFILE", JOIN, K1, "", "plan", "", "203", '"Pand ""De Hoop"", café; 1\t2"']
    cells += ["52%s112446" % comma, "5%s108066" % comma, "note", "", "", "", "", "", '"as1,as2"']
    text = end.join(["# one; two, three", delimiter.join(cells), ""])
    source = read_source(DEVICE, text.encode(encoding), "fleet.csv")
    (desired,) = read_desired(DEVICE, source.rows)
    assert desired.values["name"] == 'Pand "De Hoop", café; 1\t2'
    assert (desired.values["latitude"], desired.values["longitude"]) == (52.112446, 5.108066)
    assert desired.values["application_servers"] == ("as1", "as2")
    assert desired.where == "line 2"
    assert bool(source.warnings) is (encoding == "cp1252")


def test_a_decimal_comma_between_commas_is_a_fault():
    assert found(row(**OTAA, L="52,1", M="5,1")) == [("line 1", "latitude (column L)"), ("line 1", "longitude (column M)")]


def test_the_separator_is_that_of_the_first_row_that_has_one():
    assert found("DELETE\nDELETE;%s\n" % E1) == [("line 1", "dev_eui (column B)")]


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "is empty"),
        (b" \r\n\t\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"\xef\xbb\xbf\r\n", "is empty"),
        (b"# only\n# comments\n\n", "only comments"),
        (b",,,,\n,,,\n", "only comments"),
        (b"PK\x03\x04\x14\x00\x06\x00", "workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00", "workbook"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "is a PDF file, not a text file"),
        (b"\x1f\x8b\x08\x00\x00", "is a compressed file"),
        (b"{\\rtf1\\ansi a;b}", "is an RTF document"),
        (b"\xef\xbb\xbf\n<!DOCTYPE html>\n<html>", "is a web page or XML"),
        (b"<html><body>Sign in</body>", "is a web page or XML"),
        (b'<?xml version="1.0"?>\n<a/>', "is a web page or XML"),
        (b'\n[{"dev_eui": 1}]', "contains JSON, but its name doesn't say so: rename it to end with .json"),
        (b'{"devices": []}', "contains JSON"),
        (b"---\n- dev_eui: 1", "contains YAML, but its name doesn't say so: rename it to end with .yml"),
        (b"# note\n\n# note\ndevices:\n  - dev_eui: 1", "contains YAML"),
        (b"- dev_eui: 1", "contains YAML"),
        (b"6785C42,70B3D57ED0100001,A3F07B1C9D2E48566F8190BACDE7F2D4", "is not"),
        (b"$ANSIBLE_VAULT;1.1;AES256\n6139\n", "encrypted"),
        ("DELETE,x".encode("utf-16-le"), "NUL"),
        ("DELETE,x".encode("utf-32"), "NUL"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "NUL"),
        (b"DELETE,\x81\x8d", "neither UTF-8 nor Windows-1252 (byte 7)"),
    ],
)
def test_files_that_are_no_csv(content, part):
    assert part in refused(content)


DEVICES = [{"dev_eui": E1, "name": "a"}, {"dev_eui": E2, "state": "absent"}]


@pytest.mark.parametrize("name", ["f.json", "F.JSON", "fleet", "fleet.bak"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_json(name, encoding):
    one, two = read(json.dumps(DEVICES).encode(encoding), name)
    assert (one.values, one.where, two.absent, two.where) == ({"name": "a"}, "devices[0]", True, "devices[1]")


def test_a_source_may_bring_defaults():
    source = read_source(DEVICE, json.dumps({"devices": DEVICES, "defaults": {"marker_id": 1}, "note": "x"}).encode(), "f.json")
    assert source.defaults == {"marker_id": "1"}
    assert read_source(DEVICE, b'{"devices": [{}], "defaults": null}', "f.json").defaults == {}


@pytest.mark.parametrize(
    ("content", "name", "part"),
    [
        (b'[\n{"dev_eui": }]', "f.json", "is not valid JSON (line 2)"),
        (b"[" * 100_000, "f.json", "nested too deeply"),
        (b"[\n1,\n*]", "f.yml", "is not valid YAML (line 3)"),
        (b"[]", "f.json", "describes no device"),
        (b"{}", "f.json", "must be a list"),
        (b"7", "f.json", "must be a list"),
        (b'{"devices": {}}', "f.json", "must be a list"),
        (b'{"devices": [{}], "defaults": [1]}', "f.json", "must be a list"),
        (b'{"devices": [{}], "fleet": 1}', "f.json", 'unknown key "fleet"'),
        (b"\xff\xfe\x00", "f.json", "f.json"),
    ],
)
def test_json_and_yaml_that_can_not_be_read(content, name, part):
    assert part in refused(content, name)
