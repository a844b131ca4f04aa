# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tables with headings: which option a column is, which kind of table a file is, and what a cell says."""

from __future__ import annotations

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.desired import read_desired
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.headings import Layout
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.sources import read_source
from ansible_collections.lorawan.thingpark.plugins.module_utils._errors import BadInput, OptionError
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.application_server import APPLICATION_SERVER
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.declaration import DEVICE
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.headings import HEADINGS
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.import_csv import DIRECTIVES

E1, E2, E3 = "24E124785C421885", "24E124785C421886", "24E124785C421887"
KEY, OTHER_KEY = "5572404C696E6B4C6F52613230313823", "0F1E2D3C4B5A69788796A5B4C3D2E1F0"
JOIN = "24E124C0002A0001"
IMPORT_ROW = "CREATE_OTAA,%s,,PROFILE,%s,%s" % (E1, JOIN, KEY)


def read(text, name: str = "list.csv", resource=DEVICE, defaults=None, **layout) -> list:
    content = text if isinstance(text, bytes) else text.encode()
    source = read_source(resource, content, name, Layout(**layout))
    assert source.warnings == []
    return read_desired(resource, source.rows, defaults)


def values(text, **how) -> dict:
    (desired,) = read(text, **how)
    return desired.values


def found(text, **how) -> list[tuple[str, str, str]]:
    with pytest.raises(BadInput) as caught:
        read(text, **how)
    assert KEY[:8] not in caught.value.message + repr(caught.value.facts)
    return [(each["where"], each["option"], each["message"]) for each in caught.value.facts["findings"]]


def refused(text, **how) -> str:
    with pytest.raises(OptionError) as caught:
        read(text, **how)
    assert KEY[:8] not in caught.value.message
    return caught.value.message


def table(*rows: str, delimiter: str = ",") -> str:
    return "\n".join(rows).replace(",", delimiter) + "\n"


VENDORS = {
    "milesight": ("SN,DevEUI,AppEUI,AppKey", "6785C4218850,%s,%s,%s" % (E1, JOIN, KEY), ("SN",)),
    "elsys": ("Type;EUI64;Appkey;Date", "ERS;%s;%s;2024-01-05" % (E1, KEY), ("type", "DATE")),
    "dragino": (
        "DevEUI,AppEUI,AppKey,AppSKey,NwkSKey,DevAddr",
        "%s,%s,%s,%s,%s,01823C01" % (E1, JOIN, KEY, OTHER_KEY, OTHER_KEY),
        ("AppSKey", "NwkSKey", "DevAddr"),
    ),
}


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_vendors_delivery_list(vendor):
    heading, row, ignored = VENDORS[vendor]
    (desired,) = read(table(heading, row), ignored=ignored, defaults={"activation": "OTAA", "device_profile": "P"})
    join = {"join_eui": JOIN} if "AppEUI" in heading else {}
    assert desired.identity == E1
    assert desired.values == {"activation": "OTAA", "device_profile": "P", "app_key": KEY, **join}


def test_a_list_with_the_keys_of_both_activations():
    heading, row, _ignored = VENDORS["dragino"]
    assert [each[1] for each in found(table(heading, row), defaults={"activation": "OTAA"})] == [
        "nwk_s_key (column NwkSKey)",
        "app_s_keys (column AppSKey)",
    ]
    abp = values(table(heading, row), defaults={"activation": "ABP"}, ignored=("AppKey", "AppEUI"))
    assert abp == {
        "activation": "ABP",
        "app_s_keys": (("*", OTHER_KEY),),
        "nwk_s_key": OTHER_KEY,
        "dev_addr": "01823C01",
    }


SPELLINGS = [
    *("DevEUI", "dev_eui", "DEV EUI", "Dev-EUI", " Dev  Eui ", "EUI64", "eui-64", "Dev EUI*", '"Dev\nEUI"', "D\u200bevEUI"),
    "\uff24\uff45\uff56EUI",  # wide letters
    *HEADINGS["dev_eui"],
]


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_spellings_of_one_heading(spelling, delimiter):
    (desired,) = read(table("Name,%s" % spelling, "hall,%s" % E1, delimiter=delimiter))
    assert (desired.identity, desired.values) == (E1, {"name": "hall"})


OPTIONS = {each.name: each.name for each in DEVICE.fields}
OPTIONS.update({word: option for option, words in HEADINGS.items() for word in words})


@pytest.mark.parametrize("heading", OPTIONS)
def test_each_option_has_its_column(heading):
    option = OPTIONS[heading]
    if option in ("dev_eui", "onboarding_tag"):
        assert read(table(heading, E1 if option == "dev_eui" else "LW:D0:%s:%s:AABB1122" % (JOIN, E1)))[0].identity == E1
        return
    source = read_source(DEVICE, table("dev_eui,%s" % heading, "%s,no" % E1).encode(), "list.csv")
    assert set(source.rows[0].raw) | {option for option, _fault in source.rows[0].faults} == {"dev_eui", option}
    assert set(source.rows[0].labels) == {"dev_eui", option}


def test_no_two_options_share_a_heading():
    assert len({word for words in HEADINGS.values() for word in words}) == sum(map(len, HEADINGS.values()))
    assert set(HEADINGS) <= {"dev_eui", "onboarding_tag", *DEVICE.by_name}


ALARM = "<alarm004><threshold1 status='ENABLE' level='3' duration='P2D'/></alarm004>"
CELLS = [
    ("Tags", "a, b ,c", {"tags": ("a", "b", "c")}),
    ("Tags", "[x]", {"tags": ("[x]",)}),
    ("Domains", "Site:Utrecht/Centraal, Kind: Meter", {"domains": (("Kind", "Meter"), ("Site", "Utrecht/Centraal"))}),
    ("Domains", '{"Site": "Utrecht, C"}', {"domains": (("Site", "Utrecht, C"),)}),
    ("domain:Site", "Utrecht, C", {"domains": (("Site", "Utrecht, C"),)}),
    ("Add domains: Site", "Utrecht", {"add_domains": (("Site", "Utrecht"),)}),
    ("Inactivity alarm", "3: 2 days", {"inactivity_alarm": ((3, 172_800),)}),
    ("Inactivity alarm", "3:P2D, 5: 1 week", {"inactivity_alarm": ((3, 172_800), (5, 604_800))}),
    ("Inactivity alarm", "2: 12h", {"inactivity_alarm": ((2, 43_200),)}),
    ("Inactivity alarm", "Off", {"inactivity_alarm": ()}),
    ("Alarm 004", ALARM, {"inactivity_alarm": ((3, 172_800),)}),
    ("Inactivity alarm", '[{"level": 3, "duration": "P2D"}]', {"inactivity_alarm": ((3, 172_800),)}),
    *(("Suspended", word, {"suspended": True}) for word in ("yes", "TRUE", "1", "ja", "WAAR", "WAHR", "VRAI", "x", "SUSPENDED")),
    *(("Suspended", word, {"suspended": False}) for word in ("no", "FALSE", "0", "nein", "ONWAAR", "Active")),
    ("Device state", "SUSPENDED", {"suspended": True}),
    ("AppSKey", KEY, {"app_s_keys": (("*", KEY),)}),
    ("AppSKey", ":".join(KEY[at : at + 2] for at in range(0, 32, 2)), {"app_s_keys": (("*", KEY),)}),
    ("AppSKey", "1: %s; 2-5: %s" % (KEY, OTHER_KEY), {"app_s_keys": (("1", KEY), ("2-5", OTHER_KEY))}),
    ("AppSKey:1,2", KEY, {"app_s_keys": (("1,2", KEY),)}),
    ("Application servers", "as-1, as-2", {"application_servers": ("as-1", "as-2")}),
    ("Marker", "203", {"marker_id": 203}),
    ("Motion indicator", "near static", {"motion_indicator": "NEAR_STATIC"}),
]


@pytest.mark.parametrize(("heading", "cell", "said"), CELLS)
def test_what_a_cell_says(heading, cell, said):
    rows = ['DevEUI,"%s"' % heading, '%s,"%s"' % (E1, cell.replace('"', '""'))]
    assert values("\n".join(rows)) == said


@pytest.mark.parametrize(
    ("heading", "cell", "part"),
    [
        ("Domains", "Utrecht", 'has "Utrecht" instead of group:name: write the group too, or map the column to domain:GROUP'),
        ("Domains", "Site:Utrecht, Centrum", 'has "Centrum" instead of group:name'),
        ("Domains", "#N/A", "an error value of a spreadsheet"),
        ("Domains", "{", "begins like JSON, but is not valid JSON"),
        ("Domains", '{"a": "1", "a": "2"}', "is JSON with a key twice"),
        ("Inactivity alarm", "two days", "instead of a threshold: write level and duration"),
        ("Inactivity alarm", "9: P2D", "has the level"),
        ("Inactivity alarm", "3: soon", "has the duration"),
        ("AppSKey", KEY[:30], "is not a key: it has 30 of 32"),
        ("AppSKey", "1: %s; 1: %s" % (KEY, KEY), "has two keys for the same ports"),
        ("AppSKey", "1:" + KEY[1:], "is not a key: it has 31 of 32"),
        ("Suspended", "maybe", "must be true or false"),
        ("DevAddr", "1823C01", "has 7 of 8 hexadecimal digits"),
        ("Join EUI", "2,4E+15", "a spreadsheet converted it to a number"),
        ("Name", "7.01346E+15", "a spreadsheet converted it to a number"),
        ("Name", "#REF!", "an error value of a spreadsheet"),
    ],
)
def test_faults_of_a_cell_name_line_and_heading(heading, cell, part):
    text = 'DevEUI,"%s"\n%s,"%s"\n' % (heading, E1, cell.replace('"', '""'))
    (one,) = found(text)
    assert one[0] == "line 2" and one[1].endswith("(column %s)" % heading) and part in one[2]


def test_state_and_create_have_columns():
    one, other = read(table("DevEUI,State,Create", "%s,absent," % E1, "%s,,no" % E2))
    assert (one.absent, other.absent, other.create) == (True, False, False)
    assert read(table("Create,DevEUI", "no,%s" % E1))[0].create is False
    assert [each[1] for each in found(table("DevEUI,State,Create", "%s,ACTIVE,often" % E1))] == [
        "create (column Create)",
        "state (column State)",
    ]


def test_an_empty_cell_says_nothing_and_a_short_row_is_one():
    one, other = read(table("DevEUI,Name,Tags,AppKey", "%s,,," % E1, E2))
    assert (one.values, other.values) == ({}, {})


@pytest.mark.parametrize(("delimiter", "comma"), [(";", ","), ("\t", ","), (",", "."), (";", ".")])
def test_decimal_commas(delimiter, comma):
    rows = [delimiter.join(row) for row in (("DevEUI", "Lat", "Lon"), (E1, "52%s1" % comma, "-5%s5" % comma))]
    assert values("\n".join(rows)) == {"latitude": 52.1, "longitude": -5.5, "location_type": "manual"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("first", ["", "sep=;\n", "# a comment\n\n", '"# a, comment";;\n', "##\n"])
def test_whatever_stands_before_the_headings(encoding, end, first):
    text = (first + 'DevEUI;"Name";Tags\n;;\n%s;"a ""b"";\nc";x\n# a comment\n' % E1).replace("\n", end)
    (desired,) = read(text.encode(encoding))
    assert desired.values["tags"] == ("x",) and desired.values["name"].startswith('a "b";')
    assert desired.where == "line %d" % (first.count("\n") + 3)


def test_no_row_with_a_resource_is_lost_as_a_comment():
    one, other = read(table("Name,DevEUI", "# 12,%s" % E1, "# 13,", "#,", "#14,%s" % E2))
    assert [each.values["name"] for each in (one, other)] == ["# 12", "#14"]
    assert [each[:2] for each in found(table("DevEUI,Name", "#%s,a" % E1, "####,b", "# %s,c" % E2, E3))] == [
        ("line 2", "dev_eui (column DevEUI)"),
        ("line 3", "dev_eui (column DevEUI)"),
    ]


def test_unknown_headings_are_told_together_with_the_faults_of_rows():
    text = table("DevEUI,Nmae,AppKeys,Zzz", "x,hall,%s,1" % KEY)
    assert found(text) == [
        ("line 1", "column Nmae", "is not an option of a device (did you mean name?)" + LEAVE),
        ("line 1", "column AppKeys", found(text)[1][2]),
        ("line 1", "column Zzz", "is not an option of a device" + LEAVE),
        ("line 2", "dev_eui (column DevEUI)", found(text)[3][2]),
    ]
    assert "app_key" in found(text)[1][2] and "app_s_keys" in found(text)[1][2]


LEAVE = ": say in columns which option it is, or skip it with ignore_columns"


@pytest.mark.parametrize(
    ("heading", "layout", "option", "part"),
    [
        ("DevEUI,Name,name", {}, "column name", "is name, and so is column Name"),
        ("DevEUI,JoinEUI,AppEUI", {}, "column AppEUI", "is join_eui, and so is column JoinEUI"),
        ("DevEUI,Domains,domain:Site", {}, "column domain:Site", "conflicts with column Domains, which gives all of domains"),
        ("DevEUI,domain:A,Domain: A", {}, "column Domain: A", "is domains:A, and so is column domain:A"),
        ("DevEUI,Domains,domain:s", {}, "column domain:s", "conflicts with column Domains"),
        ("DevEUI,name:x", {}, "column name:x", "is not an option of a device"),
        ("DevEUI,SN", {"columns": {"sn": "nmae"}}, "columns", '"nmae", which is not an option of a device (did you mean name?)'),
        ("DevEUI,SN", {"columns": {"S/N": "name", "Serail": "tags"}}, "columns", 'has "Serail", which is not a heading of this'),
        ("DevEUI,SN,Name", {"columns": {"SN": "name"}}, "column Name", "is name, and so is column SN"),
        ("DevEUI,SN", {"columns": {"SN": "name"}, "ignored": ("sn",)}, "columns", 'has "SN", but ignore_columns skips it'),
        ("DevEUI,Serial", {"ignored": ("Serail",)}, "ignore_columns", 'is not a heading of this table (did you mean "Serial"?)'),
        ("Name,Tags", {}, "dev_eui", "no column has this heading"),
        ("Name,Code", {"columns": {"code": "marker"}}, "dev_eui", "no column has this heading"),
    ],
)
def test_faults_of_headings(heading, layout, option, part):
    told = found(table(heading, ",".join([E1] + ["1"] * heading.count(","))), **layout)
    assert [one[2] for one in told if one[1] == option and part in one[2]] != []
    assert told[0][0] in ("line 1", "options")


def test_headings_of_ones_own():
    text = table("Seriennummer,Kennung,Ort,Extra", "12,%s,Halle,?" % E1)
    layout = {"columns": {"kennung": "Dev EUI", "SERIEN-NUMMER": "name", "Ort": "domain:Site"}, "ignored": ("extra",)}
    assert values(text, **layout) == {"name": "12", "domains": (("Site", "Halle"),)}


def test_what_the_task_says_of_a_heading_comes_first():
    text = table("DevEUI,Name,Label", "%s,Meter type 1,hall" % E1)
    told = values(text, columns={"Name": "customer_admin_data", "Label": "name"})
    assert told == {"customer_admin_data": "Meter type 1", "name": "hall"}


@pytest.mark.parametrize(
    ("row", "part"),
    [
        ("%s,a,b" % E1, "has 3 cells, but there are headings for 2"),
        ("%s,a,,,x" % E1, "has 5 cells, but there are headings for 2"),
        ('%s,"a' % E1, "quotation mark that is never closed"),
    ],
)
def test_faults_of_rows(row, part):
    told = found(table("DevEUI,Name", row, "x,b"))
    assert [each[0] for each in told] == ["line 2", "line 3"] and told[0][1] == "row" and part in told[0][2]
    assert read(table("DevEUI,Name", "%s,a,,,," % E1))[0].values == {"name": "a"}


def test_a_column_without_a_heading():
    assert values(table("DevEUI,,Name,", "%s,,a," % E1)) == {"name": "a"}
    (one,) = found(table("DevEUI,,Name,", "%s,b,a," % E1, "%s,b,a," % E2))
    assert one[0] == "lines 2, 3" and "cell in a column without a heading" in one[2]


def test_one_device_twice():
    assert "is described twice, first in line 2" in found(table("DevEUI,Name", "%s,a" % E1, "%s,b" % E1.lower()))[0][2]


BOTH = "begins with a row that could be headings or a row of ThingPark's import CSV"


@pytest.mark.parametrize("directive", [each for each in DIRECTIVES if each])
def test_a_file_that_could_be_both_is_refused(directive):
    if directive != "CREATE":  # create is an option, and no device stands behind it
        assert BOTH in refused(table("%s,DevEUI,Name" % directive, "%s,%s,a" % (directive, E1)))
    assert "line 2 is a row of ThingPark's import CSV" in refused(table("Name,DevEUI", "%s,%s" % (directive.lower(), E1)))
    assert "line 3 is a row of" in refused(table("Action,DevEUI", "x,%s" % E1, "%s,%s" % (directive, E2)), ignored=("Action",))


@pytest.mark.parametrize("row", ["DevEUI,%s" % E1, "%s,DevEUI" % E1, "CREAT_OTAA,%s,DevEUI" % E1, "Dev EUI,AppKey,%s" % E1])
def test_a_row_of_a_heading_and_a_device_is_refused(row):
    assert BOTH in refused(table(row, "AppKey,%s" % KEY))


@pytest.mark.parametrize(
    "row",
    [
        *(IMPORT_ROW, "DELETE,%s" % E1, ",%s,04F5F519,P,%s" % (E1, KEY)),
        *("CREATE,%s,,,,,,,,,DevEUI" % E1, "UPDATE_OTAA,%s,,,,,,,,,Name" % E1),
    ],
)
def test_a_row_of_the_import_csv_makes_the_file_one(row):
    desired = read(row, defaults={"device_profile": "P"})[0]
    assert (desired.identity, desired.where) == (E1, "line 1")
    for layout in ({"columns": {"SN": "name"}}, {"ignored": ("SN",)}):
        assert "has no headings in its first row, but the options columns and ignore_columns" in refused(row, **layout)


def test_headings_that_are_a_comment_make_no_table():
    assert read("#type,DevEUI,DevAddr,profile\n" + IMPORT_ROW)[0].where == "line 2"
    assert read("# DevEUI,Name\n" + IMPORT_ROW)[0].where == "line 2"
    assert "is not ThingPark's import CSV" in refused("#DevEUI,AppKey\n%s,%s\n%s,%s" % (E1, KEY, E2, KEY))


@pytest.mark.parametrize("row", ["CREATE_OTAA,12,,Name", "#N/A,%s,,,,,,,,,Name" % E1, "#NAME?,%s" % E1])
def test_a_row_of_the_import_csv_with_a_fault_is_no_heading(row):
    assert any("column A" in each[1] or "column B" in each[1] for each in found("%s\n%s" % (row, IMPORT_ROW.replace(E1, E2))))


@pytest.mark.parametrize(
    ("text", "layout", "part"),
    [
        ("DevEUI,Name\n", {}, "contains only headings: it describes no device"),
        ("DevEUI,Name\n# none\n,,\n", {}, "contains only headings"),
        ("a,b\n1,2\n", {"columns": {"x": "dev_eui"}}, "is an option of a device: put headings such as dev_eui and name"),
        ("%s,%s\n" % (E1, KEY), {"columns": {"x": "dev_eui"}}, "has no headings in its first row"),
        ("DevEUI,Name\n", {"sheet": "x"}, "doesn't have the name of a workbook"),
        ("Delivery of today\nDevEUI,Name\n%s,a" % E1, {}, "is not ThingPark's import CSV"),
    ],
)
def test_tables_that_are_refused(text, layout, part):
    assert part in refused(text, **layout)


@pytest.mark.parametrize("name", ["f.json", "f.yml"])
@pytest.mark.parametrize("layout", [{"columns": {"SN": "name"}}, {"ignored": ("SN",)}])
def test_what_is_said_of_headings_needs_a_table(name, layout):
    message = refused('[{"dev_eui": "%s"}]' % E1, name=name, **layout)
    assert "is not a table: columns and ignore_columns are only for tables" in message


@pytest.mark.parametrize("name", ["list.csv", "list.tsv", "list.txt", "list", "list.bak", "LIST.CSV"])
def test_names_of_tables(name):
    assert read(table("DevEUI,Name", "%s,a" % E1), name=name)[0].values == {"name": "a"}


def test_a_table_of_another_resource():
    text = 'Name,Content type,Destinations,custom_http_headers:X-Token,Active\nparking,json,"[{""addresses"": [""https://a.example/""]}]",abcdefgh,no\n'
    (desired,) = read(text, resource=APPLICATION_SERVER)
    assert desired.meant_by == "name" and desired.values["destinations"] == ((("https://a.example/",), "*", "SEQUENTIAL"),)
    assert desired.values["custom_http_headers"] == (("X-Token", "abcdefgh"),)
    said = refused("a,b\n1,2", resource=APPLICATION_SERVER)
    assert "is an option of an application server: put headings such as id and name above its columns" in said
    assert found("ID,Nam\nx,y", resource=APPLICATION_SERVER)[0][1] == "column Nam"


def test_a_separator_in_a_quoted_heading_separates_nothing():
    (desired,) = read('"Site, hall";DevEUI;Name\nx;%s;a\n' % E1, ignored=("site hall",))
    assert desired.values == {"name": "a"}


def test_a_key_is_shown_nowhere():
    for rows in ((KEY + ",DevEUI", "a,%s" % E1), ("DevEUI,Name", "%s,a,%s" % (E1, KEY)), ("DevEUI,Domains", "%s,%s" % (E1, KEY))):
        found(table(*rows))
