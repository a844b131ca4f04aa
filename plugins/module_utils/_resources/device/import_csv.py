# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads ThingPark's import CSV, the file that many users have today.

Contract, ``devices/import``: no header, ``#`` starts a comment line, columns A to AA, rows may be shorter.
Excel's variants work too: semicolons or tabs, decimal commas, a first line ``sep=;``. An error value of a formula is a fault of
the row, even if it looks like a comment.
"""

from __future__ import annotations

import difflib
import re
from typing import Any

from ..._errors import OptionError
from ..._schema.row import Row
from ..._schema.tables import OwnTable, TextTable
from ..._schema.texts import Fault, shown, text_of
from ..._schema.values import AROUND, HEX, SEPARATORS
from ..._text import UNSEEN, error_value, made_a_number, plain
from .tr005 import looks_like_tr005

CONTRADICTION = (
    "says that the device should exist, but the task says state: absent. Write DELETE there, or remove state; to delete "
    "all devices of this file, give their DevEUIs alone in devices"
)
HEADINGS_LATER = "is %s, and no DevEUI follows: put headings into the first row, of a file without directives in column A"
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
IDENTITY_LABELS = {
    name: "%s (column %s)" % (name, letter) for name, letter in (("directive", "A"), ("dev_eui", "B"), ("onboarding_tag", "B"))
}
#: Activation -> (option by column, label by option).
COLUMNS = {
    activation: (names, {**IDENTITY_LABELS, **{name: "%s (column %s)" % (name, letter) for letter, name in names.items()}})
    for activation, names in (("OTAA", {**COMMON, **OTAA}), ("ABP", {**COMMON, **ABP}))
}
LETTERS = [*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "AA"]
#: Activation -> letter and option of each column from C on.
IN_ORDER = {activation: [(each, names.get(each)) for each in LETTERS[2:]] for activation, (names, _labels) in COLUMNS.items()}
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
CELLULAR = "CREATE_CELLULAR"
#: The API's words for a device's state, which column AA may hold. The words that the platform accepts there aren't published.
STATES: dict[str, object] = {
    "NONE": False,
    "ACTIVE": False,
    "INIT": False,
    "RF_CNX_ERROR": False,
    "SUSPENDED": True,
    "SUBSCRIBER_SUSPENDED": True,
}
PLAN_FEATURES = {"NetworkGeolocation": "network_geolocation", "PassiveRoaming": "passive_roaming"}
#: The form of an error value in a language that isn't listed: # and a word without a space.
WORD = re.compile(r"#\S{2,}\Z")


def _read(text: TextTable, name: str, warnings: list[str]) -> list[Row]:
    """Return the rows of an import CSV; raises :class:`OptionError` for another kind of table.

    :param warnings: a list to which this adds warnings about the file.
    """
    delimiter = text.delimiter
    ignored: dict[str, list[str]] = {}
    rows: list[Row] = []
    unknown: list[str] = []
    for number, cells in text.records(_is_comment, _begins_row):
        where = "line %d" % number
        if isinstance(cells, str):
            rows.append(_unreadable(where, "row", cells))
            continue
        directive = _directive(cells[0])
        if directive in DIRECTIVES:
            rows.append(_csv_row(where, directive, cells, delimiter, ignored))
        else:
            unknown.append(cells[0])
            rows.append(_without_directive(where, cells))
    # A single row may be a row of headings, or have a misspelled directive.
    is_lonely = len(unknown) == 1 and rows[0].is_readable
    is_other = len(unknown) > 1 or (is_lonely and not difflib.get_close_matches(_directive(unknown[0])[:20], DIRECTIVES))
    says_why = any(_directive(cell) == CELLULAR or cell.startswith("#") or _fault_of(cell) for cell in unknown)
    if is_other and len(rows) == len(unknown) and not says_why:
        begun = shown(unknown[0])
        raise OptionError(
            "src %s is not ThingPark's import CSV: no row has a directive such as CREATE_OTAA in column A; the "
            "first one begins with %s. Put headings such as DevEUI and AppKey above its columns, or arrange "
            "them in that order. If the first row has headings in another language, map them with columns" % (name, begun)
        )
    for letter, places in ignored.items():
        warnings.append(
            "Column %s of src was ignored: the API has no field for it (%d rows, first %s)." % (letter, len(places), places[0])
        )
    return rows


def _is_comment(cells: list[str]) -> bool:
    """Return whether a row or a line, cut into cells, is a comment; an error value in column A isn't one."""
    if "#" not in cells[0]:  # the usual case
        return False
    # Excel puts quotation marks around a comment that holds a separator.
    first = cells[0].strip().strip('"').strip()
    if not first.startswith("#"):
        return False
    second = cells[1].strip().strip('"').strip() if len(cells) > 1 else ""
    error = error_value(first)
    if error == first or _names_device(second):
        # The error values of some languages aren't listed, so that any word before a device may be one.
        return not error and (not WORD.match(first) or _directive(first.lstrip("#\"'")) in (*DIRECTIVES, CELLULAR))
    # A text that only looks like an error value may be a comment's own word, if prose follows. A line of # only is a comment.
    is_prose = sum(c.isalpha() for c in second) > sum(c.isdigit() for c in second)
    return not error or is_prose or (error == "###" and not second)


def _names_device(cell: str) -> bool:
    """Return whether a cell holds a DevEUI or a TR005 tag, or one that a spreadsheet spoilt."""
    digits = AROUND.sub("", UNSEEN.sub("", cell)).translate(SEPARATORS).upper()
    is_eui = len(digits) == 16 and HEX.match(digits) is not None
    return is_eui or looks_like_tr005(cell) or bool(error_value(cell) or (cell[-1:].isdigit() and made_a_number(cell)))


def _begins_row(line: str, delimiter: str) -> bool:
    first, mark, _rest = line.partition(delimiter)
    return bool(mark) and _directive(first.strip(' "')) in DIRECTIVES


def _is_row(cells: list[str]) -> bool:
    """Return whether a row surely belongs to this format: column A holds a directive, and column B a device."""
    return len(cells) > 1 and _directive(cells[0]) in (*DIRECTIVES, CELLULAR) and _names_device(cells[1])


def _may_be_row(cells: list[str]) -> bool:
    """Return whether a row may be a faulty row of this format: unlike headings, it has a directive or a device."""
    return _directive(cells[0]) in (*filter(None, DIRECTIVES), CELLULAR) or any(_names_device(cell) for cell in cells if cell)


def _directive(cell: str) -> str:
    """Return the directive in column A, in the spelling of DIRECTIVES."""
    word = cell.upper()
    return word if word in DIRECTIVES else plain(word).strip().replace("-", "_").replace(" ", "_")


def _fault_of(cell: str) -> str:
    """Return a fault that makes a cell wrong for any option, or an empty text."""
    try:
        text_of(cell)
    except Fault as fault:
        return str(fault)
    return ""


def _unreadable(where: str, option: str, message: str) -> Row:
    return Row(where, {}, faults=[(option, message)], labels=IDENTITY_LABELS, is_readable=False)


def _csv_row(where: str, directive: str, cells: list[str], delimiter: str, ignored: dict[str, list[str]]) -> Row:
    activation, state, update_only = DIRECTIVES[directive]
    raw: dict[str, Any] = {"dev_eui": cells[1] if len(cells) > 1 else "", "state": state}
    row = Row(where, raw, labels=IDENTITY_LABELS, present=CONTRADICTION if state == "present" else "")
    if state == "absent":
        faults = ((letter, _fault_of(cell)) for letter, cell in zip(LETTERS[2:], cells[2:]) if cell)
        row.faults += [("column %s" % letter, fault) for letter, fault in faults if fault]
        return row
    raw.update({"create": False} if update_only else {"activation": activation})
    _names, row.labels = COLUMNS[activation]
    for (letter, name), cell in zip(IN_ORDER[activation], cells[2:]):
        if not cell:
            continue
        if name is not None:
            raw[name] = cell
        elif fault := _fault_of(cell):
            row.faults.append(("column %s" % letter, fault))
        elif letter == "R":
            message = "is given, but the API publishes no field for it: make this device in the web interface"
            row.faults.append(("HSM group (column R)", message))
        else:
            ignored.setdefault(letter, []).append(where)
    if len(cells) > len(LETTERS) and any(cells[len(LETTERS) :]):
        row.faults.append(("row", "has %d columns, and only 27 are known, A to AA: look for an extra separator" % len(cells)))
    _read_words(row, delimiter)
    return row


def _without_directive(where: str, cells: list[str]) -> Row:
    """Return the row for cells whose column A can't be understood."""
    fault = _fault_of(cells[0])
    if not fault and _directive(cells[0]) == CELLULAR:
        message = "is CREATE_CELLULAR: this collection doesn't support cellular devices, remove the row"
        return _unreadable(where, "directive", message)
    if not fault and not cells[0].startswith("#") and not any(c.isdigit() for c in "".join(cells[1:2])):
        message = HEADINGS_LATER % shown(cells[0])
        return _unreadable(where, "directive", message)
    known = ", ".join(each for each in DIRECTIVES if each)
    message = fault or "is %s, an unknown directive: use one of %s" % (shown(cells[0]), known)
    if not fault and cells[0].startswith("#"):
        message = (
            "is %s, which looks like an error value of a spreadsheet: fix its formula; if the row is a "
            "comment, put a space after the #" % shown(cells[0])
        )
    # The action is unknown, but the device is known: as for a DELETE, only the DevEUI is checked.
    raw = {"dev_eui": cells[1] if len(cells) > 1 else "", "state": "absent"}
    return Row(where, raw, faults=[("directive", message)], labels=IDENTITY_LABELS)


def _read_words(row: Row, delimiter: str) -> None:
    """Turn the cells that hold the CSV's own words into options."""
    raw = row.raw
    if raw.get("connectivity_plan", "").startswith(tuple(PLAN_FEATURES)):
        features = [part.strip() for part in raw["connectivity_plan"].split(",")]
        if all(part in PLAN_FEATURES for part in features):
            del raw["connectivity_plan"]
            raw.update({name: word in features for word, name in PLAN_FEATURES.items()})
    if "suspended" in raw:
        word = raw["suspended"].upper()
        if word in STATES:
            raw["suspended"] = STATES[word]
        else:
            given = raw.pop("suspended")
            row.faults.append(("suspended", _fault_of(given) or "must be ACTIVE or SUSPENDED, got %s" % shown(given)))
    if delimiter != ",":
        for name in ("latitude", "longitude"):
            if name in raw:
                raw[name] = raw[name].replace(",", ".")


IMPORT_CSV = OwnTable("ThingPark's import CSV", _read, _is_comment, _is_row, _may_be_row)
