# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tables for people to open in a spreadsheet. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from .._text import harmless

#: A sign at the beginning of a cell, also in East Asian width, that makes a spreadsheet see a formula. Some spreadsheets split
#: cells at semicolons or tabs, so a beginning may be inside one of our cells.
FORMULA = re.compile("(^|[;\t])([\\s\"']*)([=+\\-@\uff1d\uff0b\uff0d\uff20])")
#: Byte order mark: without it, Excel assumes the encoding of its own language.
MARK = "\ufeff"


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV, each row on one line.

    Texts that look like a formula get an apostrophe in front. Numbers stay numbers.
    """
    text = io.StringIO()
    text.write(MARK)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(headings)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def from_csv(text: str) -> list[list[str]]:
    """Return the rows of a table that :func:`as_csv` wrote; the first row holds the headings."""
    return list(csv.reader(io.StringIO(text[len(MARK) :] if text.startswith(MARK) else text)))


def _cell(value: object) -> object:
    if not isinstance(value, str):
        return value
    line: str = harmless(" ".join(value.split()))
    return FORMULA.sub(r"\1'\2\3", line)
