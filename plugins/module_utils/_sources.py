# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that describe a fleet: ThingPark's own import CSV, JSON and YAML, from bytes to rows.

The CSV is the one operators hold today (contract, ``devices/import``; API.md, section 6): no header, ``#`` starts
a comment line, columns A to AA, rows may be shorter. What Excel makes of it works too: a byte order mark,
Windows-1252, semicolons or tabs, decimal commas.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Callable

from ._errors import OptionError
from ._values import shown
from ._wishes import Row

COMMON = {
    "C": "dev_addr",
    "D": "device_profile",
    "H": "connectivity_plan",
    "I": "routing_profile",
    "J": "marker_id",
    "K": "name",
    "L": "latitude",
    "M": "longitude",
    "N": "customer_admin_data",
    "O": "inactivity_alarm",
    "P": "verification_code",
    "Q": "motion_indicator",
    "T": "application_servers",
    "X": "exchange_key_version",
    "Z": "driver_application",
    "AA": "suspended",
}
OTAA = {
    "E": "join_eui",
    "F": "app_key",
    "S": "hsm_app_key_version",
    "U": "nwk_key",
    "V": "hsm_nwk_key_version",
    "Y": "owner_token",
}
ABP = {"E": "nwk_s_key", "F": "app_s_keys", "U": "s_nwk_s_int_key", "V": "nwk_s_enc_key"}
IDENTITY_LABELS = {name: name + " (column B)" for name in ("dev_eui", "onboarding_tag")}
#: Activation -> (option by column, label by option).
COLUMNS = {
    activation: (names, {**IDENTITY_LABELS, **{name: "%s (column %s)" % (name, letter) for letter, name in names.items()}})
    for activation, names in (("OTAA", {**COMMON, **OTAA}), ("ABP", {**COMMON, **ABP}))
}
LETTERS = [*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "AA"]
#: Directive -> (activation, state, whether the device has to exist).
DIRECTIVES = {
    "CREATE_OTAA": ("OTAA", "present", False),
    "CREATE_ABP": ("ABP", "present", False),
    "CREATE": ("ABP", "present", False),
    "": ("ABP", "present", False),
    "UPDATE_OTAA": ("OTAA", "present", True),
    "UPDATE_ABP": ("ABP", "present", True),
    "DELETE": ("OTAA", "absent", False),
}
#: The API's words of a device's state, as column AA may hold them; which ones it takes is published nowhere.
STATES = {
    "NONE": False,
    "ACTIVE": False,
    "INIT": False,
    "RF_CNX_ERROR": False,
    "SUSPENDED": True,
    "SUBSCRIBER_SUSPENDED": True,
}
PLAN_FEATURES = {"NetworkGeolocation": "network_geolocation", "PassiveRoaming": "passive_roaming"}


@dataclass
class Source:
    """What a file says: its rows, the defaults it brings, and what the user should know about how it was read."""

    rows: list[Row]
    defaults: dict[str, Any]
    warnings: list[str]


def read_source(content: bytes, name: str, yaml_load: Callable[[str], object] | None = None) -> Source:
    """Return what a file describes; raises :class:`OptionError` when it can't be read at all.

    :param name: the file's name: its ending says CSV, JSON or YAML; without one of these the content does.
    :param yaml_load: reads YAML text; None where there is no YAML library.
    """
    warnings: list[str] = []
    text = _decode(content, name, warnings)
    if not text.strip():
        raise OptionError("src %s is empty: it describes no device" % name)
    ending = name.rpartition(".")[2].lower()
    if ending in ("yml", "yaml"):
        if yaml_load is None:
            raise OptionError("src %s is YAML, and the Python library PyYAML is missing where this task runs" % name)
        data = _load(yaml_load, text, name, "YAML")
    elif ending == "json" or (ending not in ("csv", "txt") and text.lstrip()[:1] in ("[", "{")):
        data = _load(json.loads, text, name, "JSON")
    else:
        rows = list(_csv_rows(text, warnings))
        if not rows:
            raise OptionError("src %s holds comments only: it describes no device" % name)
        return Source(rows, {}, warnings)
    return _from_data(data, name, warnings)


def rows_of(devices: list[Any], where: str = "devices") -> list[Row]:
    """Return rows for a list of dictionaries with a device's options."""
    rows = []
    for index, raw in enumerate(devices):
        place = "%s[%d]" % (where, index)
        if isinstance(raw, dict):
            rows.append(Row("host %s" % raw["host"] if raw.get("host") else place, raw))
        else:
            what = "a list" if isinstance(raw, list) else "nothing" if raw is None else "a single value"
            rows.append(_unreadable(place, "device", "must be a dictionary of a device's options, not %s" % what))
    return rows


def _unreadable(where: str, option: str, message: str) -> Row:
    return Row(where, {}, faults=[(option, message)], is_readable=False)


def _decode(content: bytes, name: str, warnings: list[str]) -> str:
    if content[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):  # of today, and of before 2007
        raise OptionError("src %s is a workbook, not a text file: save it as CSV (UTF-8) first" % name)
    if content.startswith(b"$ANSIBLE_VAULT;"):
        raise OptionError("src %s is encrypted: give its rows in devices, since the lookup file decrypts and src doesn't" % name)
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
        raise OptionError("src %s is no text file, it holds NUL characters: save it as CSV (UTF-8)" % name)
    return text


def _load(load: Callable[[str], object], text: str, name: str, what: str) -> object:
    try:
        return load(text)
    except (
        Exception
    ) as error:  # PyYAML's and json's errors share no base; their text may quote the file, so only the place is shown
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else getattr(error, "lineno", None)
        raise OptionError("src %s is no readable %s%s" % (name, what, " (line %d)" % line if line else "")) from None


def _from_data(data: object, name: str, warnings: list[str]) -> Source:
    defaults: object = {}
    if isinstance(data, dict):
        unknown = sorted(str(key) for key in set(data) - {"devices", "defaults", "note"})
        if unknown:
            raise OptionError("src %s has the unknown key %s: devices and defaults are known" % (name, shown(unknown[0])))
        defaults = data.get("defaults") or {}
        data = data.get("devices")
    if not isinstance(data, list) or not isinstance(defaults, dict):
        raise OptionError("src %s must be a list of devices, or a dictionary with devices and defaults" % name)
    if not data:
        raise OptionError("src %s describes no device" % name)
    return Source(rows_of(data), defaults, warnings)


def _csv_rows(text: str, warnings: list[str]) -> Iterator[Row]:
    # Not splitlines(): it also breaks a line where a cell holds a vertical tab or one of Unicode's separators.
    lines = io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n")).readlines()
    delimiter = _delimiter(lines)
    ignored: dict[str, list[str]] = {}
    for number, cells in _records(lines, delimiter):
        if cells is None:
            yield _unreadable(
                "line %d" % number,
                "row",
                "has a quotation mark that is never closed, or one inside a cell that isn't doubled",
            )
        else:
            yield _csv_row("line %d" % number, [cell.strip() for cell in cells], delimiter, ignored)
    for letter, places in ignored.items():
        warnings.append(
            "Column %s of src was left out: the API has no field for it (%d rows, first %s)." % (letter, len(places), places[0])
        )


def _delimiter(lines: list[str]) -> str:
    """Return what separates the cells, from the first line that is no comment and has more than one."""
    for line in lines:
        places = [(line.index(mark), mark) for mark in ",;\t" if mark in line]
        if places and not _is_comment(line):
            return min(places)[1]
    return ","


def _is_comment(line: str) -> bool:
    # Excel puts quotation marks around a comment that holds a separator.
    return line.lstrip(' "').startswith("#")


def _records(lines: list[str], delimiter: str) -> Iterator[tuple[int, list[str] | None]]:
    """Yield ``(line number, cells)``; cells are None where a quotation mark is never closed."""
    start = 0

    def rest() -> Iterator[str]:
        nonlocal start
        while start < len(lines):
            start += 1
            yield lines[start - 1]

    while start < len(lines):
        line = lines[start]
        first = start
        if not line.strip() or line.startswith("#"):
            start += 1
            continue
        try:
            cells = next(csv.reader(rest(), delimiter=delimiter, strict=True), [])
        except csv.Error:
            # Go on with the next line that begins as a row does: the others' faults are wanted too.
            start = first + 1
            while start < len(lines) and not _begins_row(lines[start], delimiter):
                start += 1
            yield first + 1, None
            continue
        if any(cell.strip() for cell in cells) and not cells[0].lstrip().startswith("#"):
            yield first + 1, cells


def _begins_row(line: str, delimiter: str) -> bool:
    first, mark, _rest = line.partition(delimiter)
    return bool(mark) and first.strip(' "').upper() in DIRECTIVES


def _csv_row(where: str, cells: list[str], delimiter: str, ignored: dict[str, list[str]]) -> Row:
    directive = cells[0].upper()
    if directive not in DIRECTIVES:
        if directive == "CREATE_CELLULAR":
            message = "is CREATE_CELLULAR: cellular devices are not in this collection's scope, take the row out"
        elif not any(c.isdigit() for c in "".join(cells[1:2])):
            message = "is %s, and no DevEUI follows: a row of headings is a comment, put # in front of it" % shown(cells[0])
        else:
            message = "is %s, which is no directive: %s are" % (
                shown(cells[0]),
                ", ".join(each for each in DIRECTIVES if each),
            )
            # What the row wants isn't known, which device it is about is: as with a DELETE, only that is looked at.
            return Row(where, {"dev_eui": cells[1], "state": "absent"}, faults=[("directive", message)], labels=IDENTITY_LABELS)
        return _unreadable(where, "directive", message)
    activation, state, update_only = DIRECTIVES[directive]
    raw: dict[str, Any] = {"dev_eui": cells[1] if len(cells) > 1 else "", "state": state}
    row = Row(where, raw, labels=IDENTITY_LABELS, says_present=state == "present")
    if state == "absent":
        return row
    raw.update({"create": False} if update_only else {"activation": activation})
    names, row.labels = COLUMNS[activation]
    for letter, cell in zip(LETTERS[2:], cells[2:]):
        if not cell:
            continue
        name = names.get(letter)
        if name is None:
            if letter == "R":
                message = "is given, but the API publishes no field for it: make this device in the web interface"
                row.faults.append(("HSM group (column R)", message))
            else:
                ignored.setdefault(letter, []).append(where)
        else:
            raw[name] = cell
    if any(cells[len(LETTERS) :]):
        row.faults.append(("row", "has %d columns; the last one known is AA, the 27th" % len(cells)))
    _read_words(row, delimiter)
    return row


def _read_words(row: Row, delimiter: str) -> None:
    """Turn the cells that hold words of their own into options."""
    raw = row.raw
    features = [part.strip() for part in raw.get("connectivity_plan", "").split(",")]
    if all(part in PLAN_FEATURES for part in features):
        del raw["connectivity_plan"]
        raw.update({name: word in features for word, name in PLAN_FEATURES.items()})
    if "suspended" in raw:
        word = raw["suspended"].upper()
        if word in STATES:
            raw["suspended"] = STATES[word]
        else:
            message = "must be ACTIVE or SUSPENDED, got %s" % shown(raw.pop("suspended"))
            row.faults.append(("suspended", message))
    if delimiter != ",":
        for name in ("latitude", "longitude"):
            if name in raw:
                raw[name] = raw[name].replace(",", ".")
