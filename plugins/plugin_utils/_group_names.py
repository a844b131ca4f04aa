# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of hosts and groups for devices. Pure.

The names come from the platform, where many people can write them. A host's name is used in paths, patterns and commands, so a
dangerous name is not used.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ..module_utils._engine.writing import ANSIBLES

#: Characters that paths, patterns, templates or commands could interpret. Letters of any alphabet are safe.
UNSAFE = re.compile(r"[^\w .-]")
#: A name with another beginning could be a command's option or a hidden file.
BEGINNING = re.compile(r"[^\W_]")
EUI = re.compile(r"[0-9A-Fa-f]{16}\Z")
LONGEST = 200  # bytes; file systems allow 255 for a file's name, and fact caches add some
DIGITS = 6  # of the hash that distinguishes equal names


class Group(NamedTuple):
    """A group of devices.

    :param key: the unique key, such as ``("tag", "parking")``.
    :param parts: the parts of its name.
    """

    key: tuple[str, ...]
    parts: tuple[str, ...]


def host_names(names: Mapping[str, str], taken: Iterable[str] = ()) -> dict[str, str]:
    """Return a host name for each device: its own name if safe and unique, otherwise its DevEUI.

    :param names: the devices' names, by DevEUI; empty for none.
    :param taken: names that no host may have, such as those of groups.
    """
    safe = {eui: unicodedata.normalize("NFC", UNSAFE.sub("_", name)).strip() for eui, name in names.items()}
    refused = ANSIBLES.union(taken)
    count = Counter(safe.values())
    return {eui: name if count[name] == 1 and _is_fit(name, refused) else eui for eui, name in safe.items()}


def _is_fit(name: str, refused: frozenset[str]) -> bool:
    is_other = name in refused or name.lower() in ANSIBLES or EUI.match(name)
    return bool(BEGINNING.match(name)) and not is_other and len(name.encode("utf-8")) <= LONGEST


def group_names(groups: Iterable[Group]) -> tuple[dict[tuple[str, ...], str], dict[str, list[tuple[str, ...]]]]:
    """Return the name of each group by its key, and the groups with equal names: name -> keys.

    A unique name depends only on the group itself. Groups with equal names all get a hash as suffix, so that a play with the
    plain name finds no group, rather than the wrong devices.
    """
    names = {group.key: "_".join(_word(part) for part in group.parts) for group in groups}
    alike: dict[str, list[tuple[str, ...]]] = {}
    while len(set(names.values())) < len(names):
        count = Counter(names.values())
        for key, name in sorted(names.items()):
            if count[name] > 1:
                alike.setdefault(name, []).append(key)
                names[key] = "%s_%s" % (name, _hash("\0".join((name, *key))))
    return names, alike


def _word(text: str) -> str:
    """Return a text as a part of a group's name: letters and digits of any alphabet, in lower case."""
    low = unicodedata.normalize("NFC", text).lower()
    return re.sub(r"[\W_]+", "_", low).strip("_") or _hash(text)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]
