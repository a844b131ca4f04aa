# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The law of tables: devices written under headings, in any order and spelling, are read as the list that they came from."""

from __future__ import annotations

import csv
import io

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.desired import read_desired
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.headings import Layout
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.sources import read_source, rows_of
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.declaration import DEVICE
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.headings import HEADINGS

LETTERS = "abcXYZ 019.,;-_#'\"äß水"
TEXTS = st.text(LETTERS, min_size=1, max_size=12).map(str.strip).filter(lambda text: text and not text.endswith(("#", "'")))
#: A name that isn't an error value's shape, and no number that a spreadsheet made.
NAMES = TEXTS.filter(lambda text: not text.startswith("#"))
LABELS = st.text("abcXYZ019 -", min_size=1, max_size=8).map(str.strip).filter(bool)
KEYS = st.text("0123456789ABCDEF", min_size=32, max_size=32)
DOMAINS = st.dictionaries(LABELS, LABELS, min_size=1, max_size=3)
THRESHOLDS = st.builds(lambda level, days: {"level": level, "duration": "P%dD" % days}, st.integers(2, 6), st.integers(1, 30))
ALARMS = st.just([]) | THRESHOLDS.map(lambda one: [one])
OPTIONS = {
    "name": NAMES,
    "device_profile": NAMES,
    "join_eui": st.text("0123456789ABCDEF", min_size=16, max_size=16),
    "app_key": KEYS,
    "tags": st.lists(LABELS, min_size=1, max_size=3),
    "domains": DOMAINS,
    "add_domains": DOMAINS,
    "inactivity_alarm": ALARMS,
    "suspended": st.booleans(),
    "marker_id": st.integers(0, 2**31 - 1),
    "motion_indicator": st.sampled_from(["NEAR_STATIC", "RANDOM"]),
    "customer_admin_data": TEXTS,
    "create": st.booleans(),
    "state": st.sampled_from(["present", "absent"]),
}
EUIS = st.lists(st.integers(0, 2**64 - 1).map("{:016X}".format), min_size=1, max_size=5, unique=True)
SIGNS = st.sampled_from(["", " ", "_", "-", "  "])


def in_cell(value: object) -> str:
    """Return a value as a person writes it into a cell."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join("%s: %s" % pair for pair in value.items())
    if isinstance(value, list) and all(isinstance(one, dict) for one in value):
        return ", ".join("%(level)d: %(duration)s" % one for one in value) or "off"
    return ", ".join(value) if isinstance(value, list) else str(value)


@st.composite
def spelled(draw: st.DrawFn, option: str) -> str:
    """Return an option as somebody may write it over a column."""
    words = draw(st.sampled_from([option, *HEADINGS.get(option, ())])).split("_")
    text = draw(SIGNS).join(words)
    return draw(st.sampled_from([text, text.upper(), text.title(), " %s " % text]))


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[dict], list[list[str]], dict]:
    """Return devices, the same as a table, and what the task says of its headings."""
    options = draw(st.lists(st.sampled_from(sorted(OPTIONS)), unique=True, max_size=8))
    if "domains" in options and "add_domains" in options:
        options.remove("add_domains")
    devices = []
    for eui in draw(EUIS):
        given_here = draw(st.lists(st.sampled_from(options), unique=True)) if options else []
        devices.append({"dev_eui": eui, **{option: draw(OPTIONS[option]) for option in given_here}})
    columns: list[tuple[str, str]] = []  # heading, option
    layout: dict = {"columns": {}, "ignored": []}
    for option in draw(st.permutations(["dev_eui", *options])):
        if option == "domains" and draw(st.booleans()):
            groups = sorted({group for device in devices for group in device.get("domains", {})})
            columns += [("%s:%s" % (draw(spelled("domains")), group), group + ":") for group in groups]
        elif draw(st.integers(0, 4)) == 0:
            heading = "Spalte %d" % len(columns)
            layout["columns"][heading] = option
            columns.append((heading, option))
        else:
            columns.append((draw(spelled(option)), option))
    if draw(st.booleans()):
        columns.insert(draw(st.integers(0, len(columns))), ("only for us", ""))
        layout["ignored"] = ("Only for us",)
    rows = [[heading for heading, _option in columns]]
    for device in devices:
        cells = []
        for _heading, option in columns:
            if option.endswith(":"):
                cells.append(device.get("domains", {}).get(option[:-1], ""))
            else:
                cells.append(in_cell(device[option]) if option in device else "#N/A" if not option else "")
        rows.append(cells)
    return devices, rows, layout


def as_text(rows: list[list[str]], delimiter: str, first: str) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return (first + text.getvalue()).encode()


def as_workbook(rows: list[list[str]]) -> bytes:
    book, content = openpyxl.Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet("Fleet")
    for row in rows:
        sheet.append([cell or None for cell in row])
    book.save(content)
    return content.getvalue()


def said(desired) -> tuple:
    return desired.identity, desired.absent, desired.create, desired.values


@settings(deadline=None)
@given(tables(), st.sampled_from([",", ";", "\t"]), st.booleans())
def test_a_table_is_read_like_the_list_that_it_came_from(table, delimiter, is_workbook):
    devices, rows, given_layout = table
    layout = Layout(given_layout["columns"], tuple(given_layout["ignored"]))
    first = "sep=%s\r\n" % delimiter if len(rows[0]) == 1 or any("," in cell or ";" in cell for cell in rows[0]) else ""
    content = as_workbook(rows) if is_workbook else as_text(rows, delimiter, first)
    source = read_source(DEVICE, content, "fleet.xlsx" if is_workbook else "fleet.csv", layout)
    assert source.warnings == []
    expected = read_desired(DEVICE, rows_of(DEVICE, devices))
    assert [said(desired) for desired in read_desired(DEVICE, source.rows)] == [said(desired) for desired in expected]
