# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A table's headings: maps each column to an option, by the declaration's words and the task's ``columns``."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import Any

from .._schema.near import MOST_HINTS, did_you_mean, nearest
from .._schema.resource import Resource
from .._schema.row import Faults
from .._schema.texts import shown
from .._schema.values import ValueType
from .._text import error_value
from .desired import FLAG, REPLACEMENT, STATE, WHAT_BECOMES

NEAR = 0.7  # minimal similarity of two headings
UNKNOWN = "is not an option of %s%s: say in columns which option it is, or skip it with ignore_columns"
TWICE = "is %s, and so is %s: skip one of the two with ignore_columns, or rename it"
BESIDE = "conflicts with %s, which gives all of %s: skip one of the two with ignore_columns"
NOT_THERE = "has %s, which is not a heading of this table%s"
NO_SUCH_OPTION = "maps %s to %s, which is not an option of %s%s"
IN_BOTH = "has %s, but ignore_columns skips it: remove it from one of the two"
NO_IDENTITY = "is missing: no column has this heading or one of its other names; say in columns which column it is"


@dataclass(frozen=True)
class Layout:
    """A task's options about the table in its file.

    :param columns: option by heading, for headings that are not an option's name.
    :param ignored: headings of columns to skip.
    :param sheet: the sheet of a workbook; empty for the first one.
    """

    columns: dict[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    sheet: str = ""

    @property
    def is_of_headings(self) -> bool:
        """Whether the options concern headings, so that a table without headings is a mistake."""
        return bool(self.columns or self.ignored)


@dataclass(frozen=True)
class Column:
    """A column that is read.

    :param index: its position in a row, from 0.
    :param key: for an option that is a dictionary, the key of this column: ``Site`` of ``domains:Site``.
    """

    index: int
    option: str
    type: ValueType
    key: str = ""


def folded(text: str) -> str:
    """Return a heading in the form for comparison: letters and digits only, in lower case."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


class Words:
    """The headings that a resource understands."""

    def __init__(self, resource: Resource, layout: Layout) -> None:
        self.resource = resource
        self._layout = layout
        identity, identifying = resource.identity, resource.rules.identifying
        #: The options that identify a row's resource.
        self.identifying = {identity.option, *filter(None, [identity.named_by]), *identifying}
        self._types: dict[str, ValueType] = {name: ValueType() for name in identifying}
        self._types.update({each.name: each.type for each in resource.fields})
        self._types.update({identity.option: identity.type, "state": STATE, "create": FLAG})
        self._types.update(zip(REPLACEMENT, (identity.type, WHAT_BECOMES)) if resource.heirloom else ())
        self._names = {folded(name): name for name in self._types}
        self._names.update({folded(name): each.name for name, each in resource.by_name.items()})
        self._names.update({folded(word): option for option, words in resource.headings.items() for word in words})
        self._given = {folded(heading): option for heading, option in layout.columns.items()}
        self._ignored = {folded(heading) for heading in layout.ignored}

    def option_of(self, heading: str) -> tuple[str, str]:
        """Return ``(option, key)`` of a heading, the task's ``columns`` first; two empty texts if unknown."""
        name = folded(heading)
        if error_value(heading.strip()):  # such as #NAME?
            return "", ""
        return self._meant(self._given.get(name, heading))

    def _meant(self, text: str) -> tuple[str, str]:
        head, _colon, key = text.partition(":")
        option = self._names.get(folded(head), "")
        if key.strip() and option and self._types[option].spec["type"] == "dict":
            return option, key.strip()
        return self._names.get(folded(text), ""), ""

    def are_known(self, cells: list[str]) -> list[bool]:
        """Return for each cell whether it is a known heading: read or ignored."""
        return [bool(self.option_of(cell)[0]) or self.is_ignored(cell) for cell in cells]

    def is_ignored(self, heading: str) -> bool:
        """Return whether the task ignores a column."""
        return bool(heading) and folded(heading) in self._ignored

    def check_layout(self, cells: list[str]) -> Faults:
        """Return the faults of the task's options about these headings."""
        faults: Faults = []
        there = {folded(cell): cell for cell in cells if cell}
        for option, headings in (("columns", list(self._layout.columns)), ("ignore_columns", self._layout.ignored)):
            for heading in headings:
                if folded(heading) not in there:
                    near = [shown(there[name]) for name in nearest(folded(heading), there)]
                    faults.append((option, NOT_THERE % (shown(heading), did_you_mean(near))))
        for heading, meant in self._layout.columns.items():
            if self.is_ignored(heading):
                faults.append(("columns", IN_BOTH % shown(heading)))
            if not self._meant(meant)[0]:
                told = (shown(heading), shown(meant), self.resource.one, did_you_mean(self.nearest(meant)))
                faults.append(("columns", NO_SUCH_OPTION % told))
        return faults

    def nearest(self, heading: str) -> list[str]:
        """Return the options with names similar to a heading; takes about a millisecond."""
        return list(dict.fromkeys(self._names[name] for name in nearest(folded(heading), self._names, cutoff=NEAR)))

    def columns_of(self, cells: list[str], by_letter: bool) -> tuple[list[Column], dict[str, str], Faults]:
        """Return the columns to read, the label of each option, and the faults of headings.

        :param by_letter: columns have letters, as in a workbook, and messages use them.
        """
        called = [_called(index, heading, by_letter) for index, heading in enumerate(cells)]
        columns: list[Column] = []
        first: dict[tuple[str, str], int] = {}
        faults: Faults = []
        for index, heading in enumerate(cells):
            if not heading or self.is_ignored(heading):
                continue
            option, key = self.option_of(heading)
            if not option:
                if folded(heading) not in self._given:  # otherwise check_layout reports it
                    near = self.nearest(heading) if len(faults) < MOST_HINTS else []
                    faults.append((called[index], UNKNOWN % (self.resource.one, did_you_mean(near))))
            elif (option, key) in first:
                meant = "%s:%s" % (option, key) if key else option
                faults.append((called[index], TWICE % (meant, called[first[option, key]])))
            else:
                first[option, key] = index
                columns.append(Column(index, option, self._types[option], key))
        whole = {each.option for each in columns if not each.key}
        for (option, key), index in first.items():
            if key and option in whole:
                faults.append((called[index], BESIDE % (called[first[option, ""]], option)))
        columns = [each for each in columns if not each.key or each.option not in whole]
        labels: dict[str, str] = {}
        for column in columns:
            label = labels.get(column.option, "%s ()" % column.option)
            labels[column.option] = "%s%s)" % (label[:-1] + (", " if label[-2] != "(" else ""), called[column.index])
        return columns, labels, faults


def _called(index: int, heading: str, by_letter: bool) -> str:
    """Return a message's words for a column."""
    letter = "%s, " % letters_of(index) if by_letter else ""
    return "column %s%s" % (letter, shown(heading)[1:-1])


def letters_of(index: int) -> str:
    """Return a spreadsheet's name for a column: A, Z, AA."""
    letters = ""
    while index >= 0:
        index, rest = index // 26 - 1, index % 26
        letters = chr(ord("A") + rest) + letters
    return letters


def words_in_cell(column: Column, resource: Resource, text: str) -> Any:
    """Return the value of a cell's text in this column; raises :class:`Fault`."""
    words = resource.cell_words.get(column.option)
    if words and text.upper() in words:
        return words[text.upper()]
    return text if column.key else column.type.in_cell(text)
