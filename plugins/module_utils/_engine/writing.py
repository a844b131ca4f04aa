# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes descriptions as text files for git: YAML, JSON and Ansible inventories, with stable output.

Every text is quoted by one rule, so that none turns into a number, a flag or a date.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from .documents import NOT_IN_YAML

MARK = "Adopted from ThingPark by lorawan.thingpark.tdm_adopt. Adopting again writes this file anew."
PLAIN_KEY = re.compile(r"[a-z_][a-z0-9_]*\Z")
#: Keys that YAML reads as a flag or null, and that must be quoted.
YAML_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
#: YAML's other line breaks, and the byte order mark that readers drop.
BREAKS = re.compile("[\x85\u2028\u2029\ufeff]")
TEMPLATE = re.compile(r"\{[{%#]")


def as_yaml(keys: str, defaults: dict[str, Any], rows: list[dict[str, Any]]) -> str:
    """Return YAML text for ``src``.

    :param keys: the top-level key of the resources.
    """
    content = {"defaults": {"create": False, **defaults}, keys: rows}
    return "---\n# %s\n%s\n" % (MARK, "\n".join(_block(content, "", "")))


def as_json(keys: str, defaults: dict[str, Any], rows: list[dict[str, Any]]) -> str:
    """Return JSON text for ``src``."""
    content = {"note": MARK, "defaults": {"create": False, **defaults}, keys: rows}
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def as_inventory(group: str, defaults: dict[str, Any], rows: list[dict[str, Any]], names: list[str]) -> str:
    """Return an inventory in YAML: each resource is a host of the group, and its options are the host's variables.

    Ansible never treats the platform's texts as templates.

    :param names: the name of each host.
    """
    hosts = {}
    for name, row in zip(names, rows):
        # Without a name in its variables, the resource would get the host's name.
        own = row if "name" in row or "name" in defaults else {**row, "name": None}
        hosts[name] = {"lorawan_" + option: value for option, value in own.items()}
    variables = {"lorawan_" + option: value for option, value in {"create": False, **defaults}.items()}
    content = {group: {"vars": variables, "hosts": hosts}}
    return "---\n# %s\n%s\n" % (MARK, "\n".join(_block(content, "", "!unsafe ")))


def is_ours(text: str) -> bool:
    """Return whether the adopt module wrote this file, and so may replace or remove it."""
    return MARK in text[: 2 * len(MARK)]


def _block(value: dict[str, Any], indent: str, unsafe: str) -> Iterator[str]:
    """Yield the lines of a dictionary."""
    for key, each in value.items():
        name = key if PLAIN_KEY.match(key) and key not in YAML_WORDS else _quoted(key)
        if isinstance(each, dict) and each:
            yield "%s%s:" % (indent, name)
            yield from _block(each, indent + "  ", unsafe)
        elif isinstance(each, list) and any(isinstance(item, dict) for item in each):
            yield "%s%s:" % (indent, name)
            for item in each:
                is_block = isinstance(item, dict) and item
                first, *rest = _block(item, indent + "    ", unsafe) if is_block else [_inline(item, unsafe)]
                yield "%s  - %s" % (indent, first.lstrip(" "))
                yield from rest
        else:
            yield "%s%s: %s" % (indent, name, _inline(each, unsafe))


def _inline(value: object, unsafe: str) -> str:
    if isinstance(value, str):
        return (unsafe if TEMPLATE.search(value) else "") + _quoted(value)
    if isinstance(value, list):
        return "[%s]" % ", ".join(_inline(each, unsafe) for each in value)
    if isinstance(value, float):
        return _decimal(value)
    return json.dumps(value)


def _decimal(value: float) -> str:
    """Return a number in a notation that YAML 1.1 reads too: it takes 1e-07 for a text."""
    text = repr(value)
    return text if "e" not in text else ("%.20f" % value).rstrip("0") + "0"


def _quoted(text: str) -> str:
    """Return a quoted text that JSON and YAML read alike; YAML's own line breaks and special characters are escaped."""
    written = BREAKS.sub(_escape, json.dumps(text, ensure_ascii=False))
    return NOT_IN_YAML.sub(_escape, written)


def _escape(match: re.Match[str]) -> str:
    number = ord(match.group())
    return "\\u%04x" % number if number < 0x10000 else "\\U%08x" % number
