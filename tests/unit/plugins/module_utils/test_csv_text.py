# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No text becomes a formula in a spreadsheet, whatever separator that takes; and each row is one line."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.csv_text import MARK, as_csv, from_csv

SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20"
TEXTS = st.text(st.sampled_from(SIGNS + "a1 ;,\t\"'|\r\n\x0b\x1b\u2028\u00a0"), max_size=12)


def cells(text: str, separator: str) -> list[str]:
    """Return every cell that a spreadsheet makes, one that knows no quotation marks included."""
    read = [cell for row in csv.reader(io.StringIO(text), delimiter=separator) for cell in row]
    return read + [cell for line in text.split("\n") for cell in line.split(separator)]


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_no_cell_is_a_formula(texts):
    text = as_csv(["a"] * len(texts), [texts])
    assert text.startswith(MARK) and text.count("\n") == 2
    body = text[len(MARK) :]
    read = next(iter(from_csv(text)[1:]), [])
    assert not [cell for cell in read if re.match(r"[\s\"]*[%s]" % re.escape(SIGNS), cell)]
    for separator in ";\t":
        assert not [cell for cell in cells(body, separator) if cell.lstrip(' "').startswith(tuple(SIGNS))]


@pytest.mark.parametrize("text", ["Größe", "a-b", "70B3D57ED0000001", "Room 1, left", "x=1", "a+b@c", ""])
def test_a_plain_text_stays_as_it_is(text):
    assert from_csv(as_csv(["a"], [[text]])) == [["a"], [text]]


def test_numbers_stay_numbers():
    assert as_csv(["a", "b", "c"], [[-1.5, 7, None]]) == MARK + "a,b,c\n-1.5,7,\n"
