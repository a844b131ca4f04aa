# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The API's words as Ansible writes them, and as a terminal may see them."""

from __future__ import annotations

import json
import re
from typing import Any

LONGEST_NOTE = 300  # characters of a platform's own words that a message shows
#: What moves a terminal's cursor, changes its colours, title or clipboard, or turns the direction of what follows: control
#: characters but the tab and the end of a line, the overrides and isolates of writing direction; and halves of characters.
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
#: The same in a JSON text, where some of them are escaped. It finds somewhat too much.
ESCAPED = re.compile(UNSEEN.pattern + r"|\\[ubfr]")
BORDER = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def in_snake_case(data: dict[str, Any]) -> dict[str, Any]:
    """Return ``data`` with the keys of its dictionaries in snake_case: ``networkSubscription`` is ``network_subscription``.

    What is null is left out: the platform doesn't know it, and XML doesn't show it.
    """
    return {BORDER.sub("_", str(key)).lower(): _inside(value) for key, value in data.items() if value is not None}


def _inside(value: object) -> object:
    if isinstance(value, dict):
        return in_snake_case(value)
    return [_inside(item) for item in value] if isinstance(value, list) else value


def in_short(text: str) -> str:
    """Return a platform's own words fit for one sentence: on one line, and not too long."""
    line: str = harmless(" ".join(text[: 2 * LONGEST_NOTE].split()))
    return line if len(line) <= LONGEST_NOTE else line[: LONGEST_NOTE - 3] + "..."


def harmless(value: Any) -> Any:
    """Return texts, and what holds texts, with ``\\u001b`` written in the place of such a character."""
    # A list of 100,000 devices is searched as one text: nearly always there is nothing to be replaced.
    if isinstance(value, (dict, list)) and not ESCAPED.search(json.dumps(value, ensure_ascii=False, default=str)):
        return value
    return _shown(value)


def _shown(value: Any) -> Any:
    if isinstance(value, str):
        return UNSEEN.sub(lambda match: "\\u%04x" % ord(match.group()), value)
    if isinstance(value, dict):
        return {_shown(key): _shown(each) for key, each in value.items()}
    return [_shown(each) for each in value] if isinstance(value, (list, tuple)) else value
