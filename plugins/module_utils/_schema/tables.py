# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tables in texts: lines to cells, whatever separates them and whatever a spreadsheet put around them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Callable

from .row import Row

#: Excel's own first line, which says what separates the cells.
SEPARATOR_LINE = re.compile(r"(?i)\"?sep=(\\t|\t|[^\w\s\"'#])?\"?[,;\t ]*\n?\Z")
QUOTED = re.compile('"[^"\n]*"')

IsComment = Callable[[list[str]], bool]
#: The line's number, and its cells or what is wrong in their place.
Record = tuple[int, "list[str] | str"]


class TextTable:
    """A text whose lines are rows.

    :param is_comment: whether a line, cut into cells, is a comment; what separates cells is taken from the first other line.
    """

    def __init__(self, text: str, is_comment: IsComment) -> None:
        # Not splitlines(): it also breaks a line where a cell holds a vertical tab or one of Unicode's separators.
        self.lines = io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n")).readlines()
        self.delimiter = self._delimiter(is_comment)

    def _delimiter(self, is_comment: IsComment) -> str:
        """Return what separates the cells, from the first line that is no comment and has more than one, or that says so."""
        for line in self.lines:
            told = SEPARATOR_LINE.match(line)
            if told and told.group(1):
                return "\t" if told.group(1) == "\\t" else told.group(1)
            bare = QUOTED.sub("", line) if '"' in line else line
            places = [(bare.index(mark), mark) for mark in ",;\t" if mark in bare]
            if places and not told and not is_comment(_cut(line, min(places)[1])):
                return min(places)[1]
        return ","

    def records(self, is_comment: IsComment, begins_row: Callable[[str, str], bool]) -> Iterator[Record]:
        """Yield ``(line number, cells)``, the cells without white space around them, or what is wrong in their place.

        :param begins_row: whether a line, cut by the delimiter, begins as a row does: where to go on behind a row that can't
            be read.
        """
        lines, delimiter, start, longest = self.lines, self.delimiter, 0, csv.field_size_limit()

        def rest() -> Iterator[str]:
            nonlocal start
            while start < len(lines):
                start += 1
                yield lines[start - 1]

        while start < len(lines):
            line = lines[start]
            first = start
            if not line.strip() or self._says_nothing(line, is_comment):
                start += 1
                continue
            try:
                if '"' in line or len(line) > longest:
                    cells = next(csv.reader(rest(), delimiter=delimiter, strict=True), [])
                else:  # as most lines of most files: a reader for each takes several times as long
                    cells, start = line.split(delimiter), start + 1
            except csv.Error:
                # Go on with the next line that begins as a row does: the others' faults are wanted too.
                start = first + 1
                while start < len(lines) and not begins_row(lines[start], delimiter):
                    start += 1
                if len(line) > longest:
                    yield first + 1, "has %d characters in its line, more than any row has" % len(line)
                else:
                    yield first + 1, "has a quotation mark that is never closed, or one inside a cell that isn't doubled"
                continue
            cells = [cell.strip() for cell in cells]
            if any(cells) and not is_comment(cells):
                yield first + 1, cells

    def _says_nothing(self, line: str, is_comment: IsComment) -> bool:
        """Return whether a line is a comment that needs no parsing, or says what separates the cells."""
        if line.startswith("#"):
            return is_comment(_cut(line, self.delimiter))
        told = SEPARATOR_LINE.match(line) if line[:4].lower() in ("sep=", '"sep') else None
        return told is not None and told.group(1) in (None, self.delimiter, "\\t")


def _cut(line: str, delimiter: str) -> list[str]:
    """Return the cells of a line that may be a comment: its quotation marks may be anywhere, which a strict reader refuses."""
    is_quoted = '"' in line and len(line) <= csv.field_size_limit()
    return next(csv.reader([line], delimiter=delimiter)) if is_quoted else line.split(delimiter)


@dataclass(frozen=True)
class OwnTable:
    """A table without headings that a resource has besides: what an operator's web page imports.

    :param name: what a sentence calls it.
    :param read: ``(table, file's name, warnings)`` -> its rows.
    :param is_comment: whether a line, cut into cells, is a comment.
    :param is_row: whether cells are surely a row of it; a row of headings never is.
    :param may_be_row: whether cells may be a row of it that has a fault.
    """

    name: str
    read: Callable[[TextTable, str, list[str]], list[Row]]
    is_comment: IsComment
    is_row: Callable[[list[str]], bool]
    may_be_row: Callable[[list[str]], bool]
