# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows of ThingPark's import CSV that create and delete devices (contract, ``devices/import``); ``import_csv.py`` reads them.

A row has the same content as the single request that would create the device. If no row can hold that content, the single
request is sent instead.
"""

from __future__ import annotations

from typing import Any

from ..._schema.parts import Importing
from ..._schema.values import Values
from .import_csv import COLUMNS, LETTERS, PLAN_FEATURES
from .rules import EXTERNAL, FLAGS_OF_PLAN, LOCAL, MANUAL

#: Activation -> option -> column.
COLUMN_OF = {activation: {option: letter for letter, option in names.items()} for activation, (names, _labels) in COLUMNS.items()}
PLAN_COLUMN = "H"
#: Options whose column ThingPark Enterprise ignores, by activation (contract, "Not applicable to ThingPark Enterprise").
IGNORED = {
    "OTAA": ("routing_profile", "marker_id", "verification_code", "hsm_app_key_version", "nwk_key", "hsm_nwk_key_version"),
    "ABP": ("routing_profile", "marker_id", "verification_code", "exchange_key_version"),
}
#: The options that many devices get in one request.
LABELS = frozenset(edit + option for option in ("tags", "domains") for edit in ("", "add_", "remove_"))
FEATURE_OF = {option: word for word, option in PLAN_FEATURES.items()}


def creation(identity: str, values: Values, sent: dict[str, Any], is_enterprise: bool) -> list[str] | None:
    """Return the row that creates a device, None if no row can hold the description.

    :param values: the described values, canonical, by option.
    :param sent: the values of a request's body, in the API's words, by option; without domains.
    :param is_enterprise: whether the platform may be ThingPark Enterprise.
    """
    activation = str(sent.get("activation"))
    if activation not in COLUMN_OF or not _is_plain(values, sent):
        return None
    cells = {"A": "CREATE_" + activation, "B": identity}
    given = {name: value for name, value in sent.items() if name not in ("activation", "suspended", *FLAGS_OF_PLAN)}
    for name, value in given.items():
        text, letter = _text(value), COLUMN_OF[activation].get(name)
        if text is None or letter is None or (activation == "OTAA" and name == "dev_addr"):
            return None
        if text and is_enterprise and name in IGNORED[activation]:
            return None
        cells[letter] = text
    if any(name in sent for name in FLAGS_OF_PLAN):
        if not is_enterprise:  # no other platform chooses a plan
            return None
        cells[PLAN_COLUMN] = ",".join(FEATURE_OF[name] for name in FLAGS_OF_PLAN if sent.get(name))
    last = max(LETTERS.index(letter) for letter, text in cells.items() if text)
    return [cells.get(letter, "") for letter in LETTERS[: last + 1]]


def deletion(identity: str) -> list[str]:
    """Return the row that deletes a device."""
    return ["DELETE", identity]


def _is_plain(values: Values, sent: dict[str, Any]) -> bool:
    """Return whether a new device with the values of ``sent`` matches its whole description.

    The platform sets some other values by itself. Any further value would need a request of its own.
    """
    has_plan = bool(_text(sent.get("connectivity_plan"))) or any(name in sent for name in FLAGS_OF_PLAN)
    by_itself = {
        "join_server": LOCAL if sent.get("app_key") else EXTERNAL,
        "location_type": MANUAL if sent.get("latitude") is not None else None,
        # Without a plan, a device is suspended. The accepted words of the state's column aren't published.
        "suspended": False if has_plan else None,
    }
    if set(values) - set(sent) - set(by_itself) - LABELS:
        return False
    return all(values[name] == state for name, state in by_itself.items() if name in values)


def _text(value: Any) -> str | None:
    """Return the cell's text for a value in the API's words, None if no cell can hold it."""
    if value is None or isinstance(value, bool):
        return None if value else ""
    if isinstance(value, dict):
        return _text(value.get("ID")) if set(value) == {"ID"} else None
    if isinstance(value, list):
        texts = [_text(one) for one in value]
        return None if any(not text or "," in text for text in texts) else ",".join(str(text) for text in texts)
    if isinstance(value, float):
        return ("%.9f" % value).rstrip("0").rstrip(".")
    text = str(value)
    # A row is one line. How the platform reads spaces around a cell's text, or a backslash, isn't published.
    return text if text == text.strip() and "\\" not in text and len(text.splitlines()) <= 1 else None


IMPORTING = Importing("/devices/import", "csv", creation, deletion, {"domains": "domain"})
