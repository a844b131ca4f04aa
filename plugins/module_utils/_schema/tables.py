# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tables in text files: cuts lines into cells, with any delimiter and with the extras that spreadsheets add."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Callable

from .row import Row

#: Excel's own first line, which names the delimiter.
SEPARATOR_LINE = re.compile(r"(?i)\"?sep=(\\t|\t|[^\w\s\"'#])?\"?[,;\t ]*\n?\Z")
QUOTED = re.compile('"[^"\n]*"')

IsComment = Callable[[list[str]], bool]
#: The line's number, and its cells, or a message if the line can't be read.
Record = tuple[int, "list[str] | str"]


class TextTable:
    """A text whose lines are rows.

    :param is_comment: whether a line, cut into cells, is a comment. The first line that isn't one shows the delimiter.
    """

    def __init__(self, text: str, is_comment: IsComment) -> None:
        # Not splitlines(): it also breaks a line where a cell holds a vertical tab or one of Unicode's separators.
        self.lines = io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n")).readlines()
        self.delimiter = self._delimiter(is_comment)

    def _delimiter(self, is_comment: IsComment) -> str:
        """Return the delimiter: from a ``sep=`` line, or from the first line with several cells that isn't a comment."""
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
        """Yield ``(line number, cells)``, the cells without white space around them; a message instead of unreadable cells.

        :param begins_row: whether a line, cut by the delimiter, looks like the start of a row: after an unreadable row, the
            next line of this kind is read.
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
                else:  # the usual case: a csv.reader for each line takes several times as long
                    cells, start = line.split(delimiter), start + 1
            except csv.Error:
                # Go on with the next line that looks like a row: the faults of the other rows must be reported too.
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
        """Return whether a line is a comment that needs no parsing, or a ``sep=`` line."""
        if line.startswith("#"):
            return is_comment(_cut(line, self.delimiter))
        told = SEPARATOR_LINE.match(line) if line[:4].lower() in ("sep=", '"sep') else None
        return told is not None and told.group(1) in (None, self.delimiter, "\\t")


def _cut(line: str, delimiter: str) -> list[str]:
    """Return the cells of a line that may be a comment: it may have quotation marks anywhere, which a strict reader refuses."""
    is_quoted = '"' in line and len(line) <= csv.field_size_limit()
    return next(csv.reader([line], delimiter=delimiter)) if is_quoted else line.split(delimiter)


@dataclass(frozen=True)
class OwnTable:
    """A resource's own format of a table, without headings: the format that the platform's web interface imports.

    :param name: its name in a sentence.
    :param read: ``(table, file's name, warnings)`` -> its rows.
    :param is_comment: whether a line, cut into cells, is a comment.
    :param is_row: whether cells are surely a row of this format; a row of headings never is.
    :param may_be_row: whether cells may be a faulty row of this format.
    """

    name: str
    read: Callable[[TextTable, str, list[str]], list[Row]]
    is_comment: IsComment
    is_row: Callable[[list[str]], bool]
    may_be_row: Callable[[list[str]], bool]
