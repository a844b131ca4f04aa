# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tables with a row of headings, from a text or a workbook: recognizes them and reads their rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from .._errors import OptionError
from .._schema.resource import Resource
from .._schema.row import Faults, Row
from .._schema.tables import Record, TextTable
from .._schema.texts import Fault
from .headings import NO_IDENTITY, Column, Layout, Words, letters_of, words_in_cell

MOST_KEPT = 10**15  # a spreadsheet keeps 15 digits of a number
NO_HEADINGS = (
    "src %s has no headings in its first row, but the options columns and ignore_columns need headings: add "
    "them, or leave out these two options"
)
NO_KNOWN_HEADING = (
    "src %s has no heading in its first row that is an option of %s: put headings such as %s above its "
    "columns, or say in columns "
    "what the headings mean"
)
BOTH = (
    "src %s begins with a row that could be headings or a row of %s: put only headings into the first row, or "
    "none, and a # in front of comments"
)
MIXED = (
    "src %s has headings in its first row, but line %d is a row of %s: put # in front of the headings, or, if "
    "column A is your own, use the columns state and create instead"
)
UNREADABLE = "src %s: its headings can't be read, %s %d %s"
BAD_HEADING = "src %s: the heading in column %s, row %d, %s"
HEADINGS_ONLY = "src %s contains only headings: it describes no %s"
NOT_AS_TEXT = "is a number instead of a text, and spreadsheets keep %s: format the column as text, and enter the value again"
TRUTH = "is true or false instead of a text: format the column as text, and enter the value again"
TOO_WIDE = "has %d cells, but there are headings for %d: add the missing headings, or remove the extra separator"
NO_HEADING = "has a cell in a column without a heading: add a heading, or empty the cell"


@dataclass(frozen=True)
class Number:
    """A number in a workbook's cell.

    :param is_plain: the cell shows the number itself, not as a percentage, with leading zeros or the like.
    """

    value: int | float
    is_plain: bool


#: The row's number, and its cells or an error in their place. A workbook has cells that are no texts: numbers, true and false,
#: and faults for unreadable cells.
AnyRecord = tuple[int, "list[Any] | str"]


def has_headings(words: Words, layout: Layout, cells: list[str], name: str) -> bool:
    """Return whether the first row of a text holds headings; raises :class:`OptionError` if that is ambiguous.

    A row of headings contains a known heading, names no device and doesn't begin with a directive. A row of the resource's own
    table names a device.
    """
    own = words.resource.own_table
    if own is None:
        return True
    if own.is_row(cells):
        if layout.is_of_headings:
            raise OptionError(NO_HEADINGS % name)
        return False
    known = words.are_known(cells)
    # A certain heading is no directive: ``create`` is both an option and a directive.
    may_be_row = own.may_be_row(["" if is_known else cell for cell, is_known in zip(cells, known)])
    if may_be_row and any(words.option_of(cell)[0] in words.identifying for cell in cells):
        raise OptionError(BOTH % (name, own.name))
    if may_be_row and layout.is_of_headings:
        raise OptionError(NO_HEADINGS % name)
    return layout.is_of_headings or (any(known) and not may_be_row)


def begins_comment(cells: list[str]) -> bool:
    """Return whether a row or line is a comment: # and a blank, or # alone with no other cell filled."""
    first = cells[0].strip().strip('"').strip()
    if not first.startswith("#"):
        return False
    # Several # may also be a number too wide for its column.
    behind = first.lstrip("#")
    return behind[0].isspace() if behind else not any(cell.strip(' "\n') for cell in cells[1:])


def text_records(words: Words, table: TextTable, name: str, first: int) -> Iterator[Record]:
    """Yield the records of a text with headings; raises :class:`OptionError` for a row of the resource's own table.

    :param first: the line number of the headings.
    """
    own = words.resource.own_table
    width = 0
    places: list[int] = []

    def is_comment(cells: list[str]) -> bool:
        if not begins_comment(cells):
            return False
        # A name may begin with #. If another cell identifies a resource, the row is no comment: no device may get lost.
        return not any(index and index < len(cells) and cells[index].strip(' "') for index in places)

    def begins_row(line: str, delimiter: str) -> bool:
        return line.count(delimiter) + 1 >= width

    for number, cells in table.records(is_comment, begins_row):
        if number < first:
            continue
        if not width and not isinstance(cells, str):
            width = len(cells)
            places = [index for index, cell in enumerate(cells) if words.option_of(cell)[0] in words.identifying]
        elif own is not None and not isinstance(cells, str) and cells[0] and own.is_row(cells):
            raise OptionError(MIXED % (name, number, own.name))
        yield number, cells


def read_rows(words: Words, records: Iterable[AnyRecord], name: str, place: str, comma: bool) -> list[Row]:
    """Return the rows of a table with headings; raises :class:`OptionError` if it has none.

    :param place: the word for a row in messages, ``line`` or ``row``.
    :param comma: whether a comma may be the decimal separator, as it doesn't separate the cells.
    """
    resource = words.resource
    iterator = iter(records)
    number, cells = next(iterator)
    if isinstance(cells, str):
        raise OptionError(UNREADABLE % (name, place, number, cells))
    headings = [_heading(cell, index, number, name) for index, cell in enumerate(cells)]
    if not any(words.are_known(headings)):
        examples = " and ".join(filter(None, (resource.identity.option, resource.identity.named_by or "name")))
        raise OptionError(NO_KNOWN_HEADING % (name, resource.one, examples))
    columns, labels, faults = words.columns_of(headings, place == "row")
    told = words.check_layout(headings)
    if not any(column.option in words.identifying for column in columns):
        faults.append((resource.identity.option, NO_IDENTITY))
        columns = []
    rows = []
    if told:
        rows.append(Row("options", {}, faults=told, is_readable=False))
    if faults:
        rows.append(Row("%s %d" % (place, number), {}, faults=faults, is_readable=False))
    reader = _Reader(resource, columns, labels, headings, comma)
    described = [reader.read("%s %d" % (place, number), cells) for number, cells in iterator]
    if not described:
        raise OptionError(HEADINGS_ONLY % (name, resource.name))
    return rows + described if columns else rows


def _heading(cell: object, index: int, number: int, name: str) -> str:
    """Return a heading as text."""
    if isinstance(cell, Fault):
        raise OptionError(BAD_HEADING % (name, letters_of(index), number, cell))
    return "" if cell is None else str(cell.value if isinstance(cell, Number) else cell)


class _Reader:
    """Converts rows of cells, for the columns that are read."""

    def __init__(
        self, resource: Resource, columns: list[Column], labels: dict[str, str], headings: list[str], comma: bool
    ) -> None:
        self._resource = resource
        self._labels = labels
        self._width = len(headings)
        self._blank = [index for index, heading in enumerate(headings) if not heading]
        #: Position, option, and the column if its cells need converting.
        self._columns = [(each.index, each.option, each if self._has_words(each) else None) for each in columns]
        self._decimals = {each.option for each in columns if comma and each.type.spec["type"] == "float"}
        self._by_option = {each.option: each for each in columns}

    def _has_words(self, column: Column) -> bool:
        is_plain = column.type.spec["type"] in ("str", "int", "float") and not column.key
        return not is_plain or column.option in self._resource.cell_words

    def read(self, where: str, cells: list[Any] | str) -> Row:
        """Return one row."""
        if isinstance(cells, str):
            return Row(where, {}, faults=[("row", cells)], is_readable=False)
        raw: dict[str, Any] = {}
        faults: Faults = []
        width = len(cells)
        for index, option, column in self._columns:
            cell = cells[index] if index < width else ""
            if cell == "" or cell is None:
                continue
            if column is None and isinstance(cell, str):
                raw[option] = cell
                continue
            try:
                said = self._said(column or self._by_option[option], cell)
            except Fault as fault:
                faults.append((option, str(fault)))
                continue
            if column is not None and column.key:
                raw.setdefault(option, {})[column.key] = said
            else:
                raw[option] = said
        for option in self._decimals:
            if isinstance(raw.get(option), str):
                raw[option] = raw[option].replace(",", ".")
        if width > self._width and any(cell not in ("", None) for cell in cells[self._width :]):
            faults.append(("row", TOO_WIDE % (width, self._width)))
        if any(index < width and cells[index] not in ("", None) for index in self._blank):
            faults.append(("row", NO_HEADING))
        return Row(where, raw, faults=faults, labels=self._labels)

    def _said(self, column: Column, cell: object) -> object:
        """Return a cell's value as a user would write it in a list; raises :class:`Fault`."""
        if isinstance(cell, Fault):
            raise cell
        if isinstance(cell, str):
            return words_in_cell(column, self._resource, cell)
        kind = column.type.spec["type"]
        if isinstance(cell, bool):
            if kind != "bool":
                raise Fault(TRUTH)
            return cell
        if not isinstance(cell, Number) or kind in ("int", "float", "bool") or column.option in self._resource.digits:
            return cell.value if isinstance(cell, Number) else cell
        if not cell.is_plain:
            raise Fault(NOT_AS_TEXT % "none of the displayed zeros and signs")
        if isinstance(cell.value, float) or abs(cell.value) >= MOST_KEPT:
            raise Fault(NOT_AS_TEXT % ("15 digits at most"))
        return words_in_cell(column, self._resource, str(cell.value))
