# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of groups of devices. Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

DIGITS = 6  # of the hash that distinguishes equal names


class Group(NamedTuple):
    """A group of devices.

    :param key: the unique key, such as ``("tag", "parking")``.
    :param parts: the parts of its name.
    """

    key: tuple[str, ...]
    parts: tuple[str, ...]


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
