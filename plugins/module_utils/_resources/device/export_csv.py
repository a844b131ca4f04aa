# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes devices as rows of ThingPark's import CSV that only update; ``import_csv.py`` reads them."""

from __future__ import annotations

import csv
import io
from typing import Any

from ..._schema.embedded_xml import InactivityAlarm
from .import_csv import COLUMNS, LETTERS

ALARM = InactivityAlarm()
#: Options without a lettered column of their own: column A holds the activation, column B the DevEUI.
SAID = ("dev_eui", "activation")


def write_csv(rows: list[dict[str, Any]]) -> str:
    """Return the rows as a CSV, each with the options of one device; the activation decides which columns there are."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in rows:
        letters = _letters(str(row["activation"]))
        cells = {letters[name]: _cell(name, value) for name, value in row.items() if name not in SAID}
        last = max((LETTERS.index(letter) for letter in cells), default=1)
        directive = "UPDATE_%s" % row["activation"]
        writer.writerow([directive, row["dev_eui"], *(cells.get(letter, "") for letter in LETTERS[2 : last + 1])])
    return text.getvalue()


def not_in_csv(row: dict[str, Any]) -> list[str]:
    """Return the options of a device that have no column; only ``activation`` if the activation isn't known."""
    if row.get("activation") not in COLUMNS:
        return ["activation"]
    letters = _letters(str(row["activation"]))
    return [name for name in row if name not in letters and name not in SAID]


def _letters(activation: str) -> dict[str, str]:
    return {name: letter for letter, name in COLUMNS[activation][0].items()}


def _cell(name: str, value: Any) -> str:
    if name == "inactivity_alarm":
        return ALARM.send(ALARM.parse(value))
    if name == "suspended":
        return "SUSPENDED" if value else "ACTIVE"
    return ",".join(value) if isinstance(value, list) else str(value)
