# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Excel's workbooks: what is in a sheet is read, and what Excel spoilt is never read silently."""

from __future__ import annotations

import io
import re
import sys
import zipfile
from datetime import date, datetime, time, timedelta

import openpyxl
import pytest
from openpyxl.chart import BarChart

from ansible_collections.lorawan.thingpark.plugins.module_utils._engine import workbooks
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.desired import read_desired
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.headings import Layout
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.sources import read_source
from ansible_collections.lorawan.thingpark.plugins.module_utils._errors import BadInput, OptionError
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.declaration import DEVICE

E1, E2 = "24E124785C421885", "24E124785C421886"
KEY = "5572404C696E6B4C6F52613230313823"


def book(*rows: list, formats: dict[str, str] | None = None, change=None) -> bytes:
    """Return a workbook with one sheet.

    :param formats: the number formats of cells; ``change`` gets the workbook before it is saved.
    """
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    for cell, number_format in (formats or {}).items():
        made.active[cell].number_format = number_format
    if change:
        change(made)
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def patched(content: bytes, old: str, new: str, part: str = "xl/worksheets/sheet1.xml") -> bytes:
    """Return a workbook with another text in one of its parts, in the place of a pattern."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            data = before.read(name)
            if name == part:
                data, count = re.subn(old.encode(), new.encode(), data)
                assert count == 1
            after.writestr(name, data)
    return result.getvalue()


def read(content: bytes, name: str = "fleet.xlsx", warned: int = 0, **layout) -> list:
    source = read_source(DEVICE, content, name, Layout(**layout))
    assert len(source.warnings) == warned
    return read_desired(DEVICE, source.rows)


def found(content: bytes, **layout) -> list[tuple[str, str, str]]:
    with pytest.raises(BadInput) as caught:
        read(content, **layout)
    assert KEY[:8] not in caught.value.message
    return [(each["where"], each["option"], each["message"]) for each in caught.value.facts["findings"]]


def refused(content: bytes, name: str = "fleet.xlsx", **layout) -> str:
    with pytest.raises(OptionError) as caught:
        read(content, name, **layout)
    assert name in caught.value.message
    return caught.value.message


HEADINGS = ["Dev EUI", "Name", "Marker", "Lat", "Lon", "Suspended", "Tags"]


@pytest.mark.parametrize("name", ["fleet.xlsx", "FLEET.XLSX", "fleet.xlsm"])
def test_a_workbook(name):
    first, second = [" %s " % E1, 12, 203, 52.0893, "5,11", True, "a, b"], [E2, "hall 2", "204", 52, -4, "no", None]
    one, other = read(book(HEADINGS, first, [None] * 7, second), name)
    assert (one.where, other.where) == ("row 2", "row 4")
    assert one.values == {
        "name": "12",
        "marker_id": 203,
        "latitude": 52.0893,
        "longitude": 5.11,
        "location_type": "manual",
        "suspended": True,
        "tags": ("a", "b"),
    }
    assert (other.values["suspended"], other.values["latitude"], other.values["marker_id"]) == (False, 52.0, 204)


SPOILT = [
    ("DevEUI", 8340000000000001, "General", "a spreadsheet converted it to a number"),
    ("DevEUI", 2.4124785e15, "General", "a spreadsheet converted it to a number"),
    ("DevEUI", "2.41E+15", "@", "a spreadsheet converted it to a number"),
    ("DevEUI", 70830570000001, "0000000000000000", "a spreadsheet converted it to a number"),
    ("DevAddr", 1823401, "General", "a spreadsheet converted it to a number"),
    ("AppKey", 5.5e31, "General", "a spreadsheet converted it to a number"),
    ("AppKey", 12345, "General", "a spreadsheet converted it to a number"),
    ("Name", 1234567890123456, "General", "15 digits at most"),
    ("Name", 1.5, "General", "15 digits at most"),
    ("Name", 42, "00000", "none of the displayed zeros and signs"),
    ("Name", 42, "0.00", "none of the displayed zeros and signs"),
    ("Tags", 1.5, "General", "15 digits at most"),
    ("Name", True, "General", "is true or false instead of a text: format the column as text"),
    ("Name", date(2026, 4, 3), "d-m", "was converted to a date or a time"),
    ("Name", datetime(2026, 4, 3, 1, 2), "d-m-yy h:mm", "was converted to a date or a time"),
    ("Name", time(12, 30), "h:mm", "was converted to a date or a time"),
    ("Name", timedelta(hours=30), "[h]:mm", "was converted to a date or a time"),
    ("Lat", date(2026, 4, 3), "d-m", "was converted to a date or a time"),
    ("Name", "#N/A", "General", "an error value of a spreadsheet"),
    ("DevEUI", "#REF!", "General", "an error value of a spreadsheet"),
    ("Name", "=B1", "General", "contains a formula whose result isn't in the file"),
    ("DevEUI", '=CONCATENATE("24","E1")', "General", "contains a formula whose result isn't in the file"),
    ("Suspended", "=1=1", "General", "contains a formula whose result isn't in the file"),
]


@pytest.mark.parametrize(("heading", "value", "number_format", "part"), SPOILT)
def test_what_a_spreadsheet_spoilt_is_a_fault_with_row_and_column(heading, value, number_format, part):
    others = [] if heading == "DevEUI" else ["DevEUI"]
    rows = [["Extra", heading, *others], ["x", value, *([E1] if others else [])], ["y", value, *([E2] if others else [])]]
    content = book(*rows, formats={"B2": number_format, "B3": number_format})
    told = [one for one in found(content, ignored=("extra",)) if part in one[2]]
    assert [one[0] for one in told] == ["rows 2, 3"]
    assert told[0][1].endswith("(column B, %s)" % heading)


def test_a_number_in_a_column_that_is_left_out_is_nobodys_business():
    (desired,) = read(book(["DevEUI", "Shipped", "SN"], [E1, date(2026, 1, 5), 6.7e11]), ignored=("Shipped", "SN"))
    assert desired.values == {}


def test_formulas_with_results():
    content = book(["DevEUI", "Name", "Tags"], [E1, "=B1", '=IF(A1="","x","")'])
    content = patched(content, '<c r="B2"><f>B1</f><v ?/?>(?:</v>)?</c>', '<c r="B2" t="str"><f>B1</f><v>hall</v></c>')
    content = patched(content, '<c r="C2"><f>', '<c r="C2" t="str"><f>')
    (desired,) = read(content)
    assert desired.values == {"name": "hall"}


def test_a_formula_is_looked_for_across_the_pieces_that_are_read(monkeypatch):
    monkeypatch.setattr(workbooks, "CHUNK", 7)
    assert "contains a formula" in found(book(["DevEUI", "Name"], [E1, "=B1"]))[0][2]
    assert "(A2:A3)" in refused(book(["DevEUI"], [E1], [None], change=lambda made: made.active.merge_cells("A2:A3")))


def sheets(made) -> None:
    made.active.title = "Notes"
    made.active.sheet_state = "hidden"
    for title, eui in (("Meters", E1), ("Doors", E2)):
        made.create_sheet(title)
        made[title].append(["DevEUI"])
        made[title].append([eui])
    made.create_chartsheet("Chart", 0).add_chart(BarChart())


def test_the_sheet():
    content = book(["nothing"], change=sheets)
    assert read(content, warned=1)[0].identity == E1
    for name in ("Doors", " doors "):
        assert read(content, sheet=name)[0].identity == E2
    assert 'has no sheet "Dors": it has "Notes", "Meters", "Doors"' in refused(content, sheet="Dors")
    (warning,) = read_source(DEVICE, content, "fleet.xlsx").warnings
    assert 'has 2 sheets, and only the first, "Meters", was read' in warning


REFUSED = (
    (book(), 'its sheet "Sheet" is empty'),
    (book(["DevEUI"]), "contains only headings"),
    (book([E1, "x"]), "has no heading in its first row that is an option of a device"),
    (book(["CREATE_OTAA", E1]), "has no heading in its first row"),
    (book(["DevEUI", date(2026, 1, 1)], [E1]), "the heading in column B, row 1, was converted to a date"),
    (b"DevEUI,Name\n", "is not a readable workbook (BadZipFile)"),
    (b"PK\x03\x04 and nothing", "is not a readable workbook (BadZipFile)"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "with a password, or one from before 2007"),
    (patched(book(["DevEUI"], [E1]), "<sheetData>", "<sheetData><"), "is not a readable workbook"),
    (patched(book(["DevEUI"], [E1]), "<sheetData>", '<!DOCTYPE a [<!ENTITY b "c">]><sheetData>&b;'), "not a readable workbook"),
)


# Numbered: a workbook holds the time at which it was made, and no two workers would call such a case alike.
@pytest.mark.parametrize(("content", "part"), REFUSED, ids=range(len(REFUSED)))
def test_workbooks_that_are_refused(content, part):
    assert part in refused(content)


def test_an_archive_without_a_workbook_is_refused():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    assert "is not a readable workbook (KeyError)" in refused(content.getvalue())
    assert "is a workbook, or another packed file, not a text file" in refused(content.getvalue(), "fleet.csv")


def test_bounds(monkeypatch):
    content = book(["DevEUI"], [E1], [E2], [], ["x"])
    monkeypatch.setattr(workbooks, "MOST_ROWS", 5)
    assert [each[0] for each in found(content)] == ["row 5"]
    monkeypatch.setattr(workbooks, "MOST_ROWS", 4)
    assert "has more than 4 rows in its sheet" in refused(content)
    monkeypatch.setattr(workbooks, "LARGEST", 1000)
    assert "unpacked" in refused(content)


def test_a_cell_far_below_costs_no_time(monkeypatch):
    def far(made) -> None:
        made.active["XFD1048576"].number_format = "0.00"

    cells = []
    monkeypatch.setattr(workbooks, "_read", lambda cell, reader=workbooks._read: cells.append(cell) or reader(cell))
    assert len(read(book(["DevEUI"], [E1], change=far))) == 1
    assert len(cells) <= 3 * workbooks.MOST_COLUMNS  # of two rows, and of one in the place of all between them


def test_a_missing_library_is_said_with_the_remedy(monkeypatch):
    content = book(["DevEUI"], [E1])
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    said = refused(content)
    assert "the Python library openpyxl is missing where this task runs" in said and "pip install openpyxl" in said
