# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What devices are called as hosts, and what their groups are called. Pure.

Names come from the platform, where many people write them. A host's name ends up in paths, patterns and commands, so one that
could do something there is not used.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

#: What a host's name has none of: paths, patterns, templates and commands are made of it. Letters of any alphabet are fine.
UNSAFE = re.compile(r"[^\w .-]")
#: A host's name that begins otherwise could be taken for an option of a command, or for a hidden file.
BEGINNING = re.compile(r"[^\W_]")
EUI = re.compile(r"[0-9A-Fa-f]{16}\Z")
#: Names that mean something else to Ansible.
ANSIBLES = frozenset({"all", "ungrouped", "localhost", "127.0.0.1"})
LONGEST = 200  # bytes; file systems take 255 in the name of a file, and caches of facts add some
DIGITS = 6  # of the hash that keeps two names apart


class Group(NamedTuple):
    """A group that devices can be in.

    :param key: what it stands for, such as ``("tag", "parking")``: no two groups have the same.
    :param parts: what its name is made of.
    """

    key: tuple[str, ...]
    parts: tuple[str, ...]


def host_names(names: Mapping[str, str], taken: Iterable[str] = ()) -> dict[str, str]:
    """Return a host's name for each device: its own, where that is safe and nobody else's, or its DevEUI.

    :param names: the devices' names, by DevEUI; an empty one is none.
    :param taken: what no host may be called, such as the names of groups.
    """
    safe = {eui: unicodedata.normalize("NFC", UNSAFE.sub("_", name)).strip() for eui, name in names.items()}
    refused = ANSIBLES.union(taken)
    count = Counter(safe.values())
    return {eui: name if count[name] == 1 and _is_fit(name, refused) else eui for eui, name in safe.items()}


def _is_fit(name: str, refused: frozenset[str]) -> bool:
    is_other = name in refused or name.lower() in ANSIBLES or EUI.match(name)
    return bool(BEGINNING.match(name)) and not is_other and len(name.encode("utf-8")) <= LONGEST


def group_names(groups: Iterable[Group]) -> tuple[dict[tuple[str, ...], str], dict[str, list[tuple[str, ...]]]]:
    """Return the name of each group by its key, and what would have had the same name: name -> keys.

    A name depends on what the group stands for, and on nothing else, as long as no other group would have the same one. Those
    that would get a piece of a hash at the end: a play that names such a group finds none, rather than the wrong devices.
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
