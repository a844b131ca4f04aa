# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads files that describe many resources: tables, JSON and YAML, from bytes to rows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .._errors import OptionError
from .._schema.resource import Resource
from .._schema.row import Row
from .._schema.tables import TextTable
from .._schema.texts import Fault, shown, text_of
from .documents import read_json, read_yaml
from .headed import begins_comment, has_headings, read_rows, text_records
from .headings import Layout, Words
from .workbooks import WORKBOOKS, read_workbook

#: A byte order mark at the beginning of a text or line; lines have it when files were pasted together.
MARKED_LINE = re.compile("(\\A|[\r\n])\ufeff+")
#: First bytes of files that hold a table, but not as text.
OTHER_FILES = {
    b"PK\x03\x04": "a workbook, or another packed file",
    b"\xd0\xcf\x11\xe0": "a workbook from before 2007, or one with a password",
    b"%PDF": "a PDF file",
    b"{\\rtf": "an RTF document",
    b"\x1f\x8b": "a compressed file",
    b"BZh": "a compressed file",
    b"\xfd7zXZ": "a compressed file",
    b"\x28\xb5\x2f\xfd": "a compressed file",
}
#: Beginnings of texts that are not CSV.
JSON_BEGINS = re.compile(r"\s*[\[{]")
YAML_BEGINS = re.compile(r"(?:\s*#[^\n]*\n)*\s*(?:---|(?:- *)?[a-z_]+:)(?:\s|\Z)")
MARKUP_BEGINS = re.compile(r"(?i)\s*<(?:!doctype|!--|\?xml|html|head|body|table)\b")
#: For tasks without options about a table.
LAYOUT = Layout()
NO_WORKBOOK = "src %s doesn't have the name of a workbook: sheet is only for .xlsx and .xlsm, leave it out"
NO_TABLE = "src %s is not a table: columns and ignore_columns are only for tables with headings, leave them out"


@dataclass
class Source:
    """The content of a file: its rows, its defaults, and warnings about how it was read."""

    rows: list[Row]
    defaults: dict[str, Any]
    warnings: list[str]


def read_source(resource: Resource, content: bytes, name: str, layout: Layout = LAYOUT) -> Source:
    """Return the content of a file; raises :class:`OptionError` if it can't be read at all.

    :param name: the file's name. Its ending tells workbook, CSV, JSON or YAML; otherwise the content does.
    :param layout: the task's options about the table.
    """
    warnings: list[str] = []
    if name.lower().endswith(WORKBOOKS):
        records = read_workbook(content, name, layout.sheet, warnings)
        return Source(read_rows(Words(resource, layout), records, name, "row", True), {}, warnings)
    if layout.sheet:
        raise OptionError(NO_WORKBOOK % name)
    text = _decode(content, name, warnings)
    if not text.strip():
        raise OptionError("src %s is empty: it describes no %s" % (name, resource.name))
    ending = name.rpartition(".")[2].lower()
    is_json = ending == "json" or (ending not in ("csv", "tsv", "txt") and JSON_BEGINS.match(text) is not None)
    if layout.is_of_headings and (is_json or ending in ("yml", "yaml")):
        raise OptionError(NO_TABLE % name)
    if ending in ("yml", "yaml"):
        return _from_data(resource, read_yaml(text, name), name, warnings)
    if is_json:
        return _from_data(resource, read_json(text, name), name, warnings)
    _refuse_other_text(text, name)
    rows = _from_table(resource, text, name, layout, warnings)
    if not rows:
        raise OptionError("src %s contains only comments: it describes no %s" % (name, resource.name))
    return Source(rows, {}, warnings)


def _from_table(resource: Resource, text: str, name: str, layout: Layout, warnings: list[str]) -> list[Row]:
    """Return the rows of a table with headings, or of the resource's own table without headings."""
    own = resource.own_table
    is_comment = own.is_comment if own else begins_comment
    table = TextTable(text, is_comment)
    words = Words(resource, layout)
    first = next(table.records(is_comment, lambda line, delimiter: False), None)
    if first is None:
        return []
    if own is not None and (isinstance(first[1], str) or not has_headings(words, layout, first[1], name)):
        return own.read(table, name, warnings)
    return read_rows(words, text_records(words, table, name, first[0]), name, "line", table.delimiter != ",")


def _refuse_other_text(text: str, name: str) -> None:
    """Raise :class:`OptionError` if a text to be read as CSV has another format."""
    for begins, what, ending in ((JSON_BEGINS, "JSON", ".json"), (YAML_BEGINS, "YAML", ".yml")):
        if begins.match(text):
            raise OptionError("src %s contains %s, but its name doesn't say so: rename it to end with %s" % (name, what, ending))
    if MARKUP_BEGINS.match(text):
        raise OptionError("src %s is a web page or XML, not a table: save or download it as CSV (UTF-8) first" % name)


def rows_of(resource: Resource, items: list[Any]) -> list[Row]:
    """Return rows for a list of dictionaries with a resource's options."""
    rows = []
    for index, raw in enumerate(items):
        place = "%s[%d]" % (resource.keys, index)
        if isinstance(raw, dict):
            row = Row(place, raw)
            try:
                row.where = "host %s" % text_of(raw["host"]) if raw.get("host") else place
            except Fault as fault:
                row.faults.append(("host", str(fault)))
            rows.append(row)
        else:
            what = "a list" if isinstance(raw, list) else "nothing" if raw is None else "a single value"
            message = "must be a dictionary of %s's options, not %s" % (resource.one, what)
            rows.append(Row(place, {}, faults=[(resource.key, message)], is_readable=False))
    return rows


def _decode(content: bytes, name: str, warnings: list[str]) -> str:
    for beginning, what in OTHER_FILES.items():
        if content.startswith(beginning):
            raise OptionError("src %s is %s, not a text file: save it as .xlsx or as CSV (UTF-8) first" % (name, what))
    if content.startswith(b"$ANSIBLE_VAULT;"):
        raise OptionError(
            "src %s is encrypted, and src doesn't decrypt: give its rows as a list with the lookup file, which does" % name
        )
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    else:
        encoding = "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError:
            raise OptionError(
                "src %s is neither UTF-8 nor Windows-1252 (byte %d): save it as UTF-8" % (name, error.start)
            ) from None
        warnings.append("src %s is not UTF-8; it was read as Windows-1252. Save it as UTF-8 to be sure of its names." % name)
    if "\x00" in text:
        raise OptionError("src %s is not a text file, it contains NUL characters: save it as CSV (UTF-8)" % name)
    return MARKED_LINE.sub(r"\1", text) if "\ufeff" in text else text


def _from_data(resource: Resource, data: object, name: str, warnings: list[str]) -> Source:
    defaults: object = {}
    items = resource.keys
    if isinstance(data, dict):
        unknown = sorted(str(key) for key in set(data) - {items, "defaults", "note"})
        if unknown:
            raise OptionError("src %s has the unknown key %s: use only %s and defaults" % (name, shown(unknown[0]), items))
        defaults = data.get("defaults") or {}
        data = data.get(items)
    if not isinstance(data, list) or not isinstance(defaults, dict):
        raise OptionError("src %s must be a list of %s, or a dictionary with %s and defaults" % (name, items, items))
    if not data:
        raise OptionError("src %s describes no %s" % (name, resource.name))
    return Source(rows_of(resource, data), defaults, warnings)


def overlaid(resource: Resource, options: dict[str, Any], nearer: dict[str, Any]) -> dict[str, Any]:
    """Return raw options, replaced by nearer ones under any of their names; null replaces nothing."""

    def canonical(name: str) -> str:
        return resource.by_name[name].name if name in resource.by_name else name

    said = {name: given for name, given in nearer.items() if given is not None}
    taken = {canonical(name) for name in said}
    return {**{name: given for name, given in options.items() if canonical(name) not in taken}, **said}
