# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads Excel workbooks: one sheet, from bytes to rows of cells. Values that Excel may have spoiled are marked.

Needs the library openpyxl, imported only for such a file. It never runs macros.
"""

from __future__ import annotations

import importlib
import io
import itertools
import re
import warnings as python_warnings
import zipfile
from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any

from .._errors import OptionError
from .._schema.texts import Fault, shown
from .headed import Number

WORKBOOKS = (".xlsx", ".xlsm")
MOST_ROWS = 200_000
MOST_COLUMNS = 256
LARGEST = 512 * 1024 * 1024  # unpacked size in bytes; 100,000 rows have some 60 million
CHUNK = 1 << 20
OVERLAP = 64  # bytes; longer than any match of the patterns below
#: Formulas, and merged cells, in a sheet's XML. Some programs write elements with a prefix.
FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
JOINED = re.compile(rb'<(?:\w+:)?mergeCell ref="([A-Z0-9:]{2,24})"')
#: Number formats that show the number itself.
PLAIN = ("General", "0", "@", "#", "GENERAL")
MISSING = (
    "src %s is a workbook, and the Python library openpyxl is missing where this task runs: install it there with python3 -m pip "
    "install openpyxl, or save the sheet as CSV (UTF-8)"
)
UNREADABLE = "src %s is not a readable workbook (%s): save it again as .xlsx, or as CSV (UTF-8)"
PASSWORD = "src %s is a workbook with a password, or one from before 2007: save it as .xlsx without a password"
TOO_LARGE = "src %s has more than %d MiB unpacked, which is too much: split it into several files"
TOO_MANY = "src %s has more than %d rows in its sheet, which is too much: split it into several files"
NO_SHEET = "src %s has no sheet %s: it has %s"
NO_SHEETS = "src %s has no sheet with cells"
OTHERS = "src %s has %d sheets, and only the first, %s, was read: name the right one in sheet."
EMPTY = "src %s: its sheet %s is empty"
CELLS_JOINED = "src %s has merged cells in its sheet %s (%s): unmerge them, and fill in each"
DATE = "was converted to a date or a time by a spreadsheet: format the column as text, and enter the value again"
NO_RESULT = (
    "contains a formula whose result isn't in the file: open it in a spreadsheet and save it, or put the value in its place"
)


def read_workbook(content: bytes, name: str, sheet: str, warnings: list[str]) -> Iterator[tuple[int, list[Any]]]:
    """Return an iterator of ``(row number, cells)`` of a sheet; raises :class:`OptionError` if there is none to read.

    A cell is a text, a :class:`Number`, true or false, None, or a :class:`Fault` for an unusable value.

    :param sheet: its name; empty for the first visible sheet.
    :param warnings: receives warnings about how the file was read.
    """
    try:
        openpyxl: Any = importlib.import_module("openpyxl")
    except ImportError:
        raise OptionError(MISSING % name) from None
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise OptionError(PASSWORD % name)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, python_warnings.catch_warnings():
            python_warnings.simplefilter("ignore")  # about parts without cells, such as drop-down lists
            if sum(part.file_size for part in archive.infolist()) > LARGEST:
                raise OptionError(TOO_LARGE % (name, LARGEST // 1024 // 1024))
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            found = _sheet_of(book, name, sheet, warnings)
            formulas, joined = _looked_through(archive, found._worksheet_path)
            if joined:
                raise OptionError(CELLS_JOINED % (name, shown(found.title), joined))
            other = None
            if formulas:  # openpyxl shows a formula without a stored result as empty
                other = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)[found.title]
            rows = list(_rows_of(found, other, name))
    except OptionError:
        raise
    except Exception as error:  # the library raises many different errors for damaged files
        raise OptionError(UNREADABLE % (name, type(error).__name__)) from None
    if not rows:
        raise OptionError(EMPTY % (name, shown(found.title)))
    return iter(rows)


def _sheet_of(book: Any, name: str, wanted: str, warnings: list[str]) -> Any:
    """Return the wanted sheet."""
    sheets = book.worksheets  # without charts, which are sheets too
    if not sheets:
        raise OptionError(NO_SHEETS % name)
    if wanted:
        for each in sheets:
            if each.title.strip().casefold() == wanted.strip().casefold():
                return each
        raise OptionError(NO_SHEET % (name, shown(wanted), ", ".join(shown(each.title) for each in sheets[:20])))
    seen = [each for each in sheets if each.sheet_state == "visible"] or sheets
    if len(seen) > 1:
        warnings.append(OTHERS % (name, len(seen), shown(seen[0].title)))
    return seen[0]


def _looked_through(archive: zipfile.ZipFile, path: str) -> tuple[bool, str]:
    """Return whether a sheet has formulas, and its first merged cells: openpyxl shows neither while it streams."""
    has_formulas, joined, before = False, "", b""
    with archive.open(path.lstrip("/")) as file:
        while chunk := file.read(CHUNK):
            piece = before + chunk
            has_formulas = has_formulas or FORMULA.search(piece) is not None
            match = JOINED.search(piece)
            joined = joined or (match.group(1).decode("ascii") if match else "")
            before = piece[-OVERLAP:]
    return has_formulas, joined


def _rows_of(sheet: Any, formulas: Any, name: str) -> Iterator[tuple[int, list[Any]]]:
    """Yield ``(number, cells)`` of the rows that aren't empty.

    :param formulas: the same sheet with formulas instead of results; None if it has no formulas.
    """
    bounds = {"max_row": MOST_ROWS + 1, "max_col": MOST_COLUMNS}
    sheet.reset_dimensions()  # the dimensions in the file may be wrong
    if formulas is not None:
        formulas.reset_dimensions()
    others = formulas.iter_rows(**bounds) if formulas is not None else itertools.repeat(())
    blank = None  # openpyxl reuses one row object for all missing rows, which may be many
    for number, (row, other) in enumerate(zip(sheet.iter_rows(**bounds), others), 1):
        if row is blank:
            continue
        cells = [_read(cell) for cell in row]
        for index, cell in enumerate(other):
            # A formula whose result is an empty text has the type str.
            if cells[index] is None and cell.data_type == "f" and row[index].data_type != "str":
                cells[index] = Fault(NO_RESULT)
        if all(cell is None for cell in cells):
            blank = row
            continue
        if number > MOST_ROWS:
            raise OptionError(TOO_MANY % (name, MOST_ROWS))
        yield number, cells


def _read(cell: Any) -> Any:
    """Return the value of a cell: a text, a number, true or false, a fault, or None."""
    value = cell.value
    if isinstance(value, str):
        return value.strip() or None
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (date, time, timedelta)):
        return Fault(DATE)
    if isinstance(value, (int, float)):
        return Number(value, cell.number_format in PLAIN)
    return Fault("is neither text, number nor date: empty the cell, or enter it as text")
