# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of hosts, for the inventory plugin and for adopted inventories. Pure.

The names come from the platform, where many people can write them. A host's name is used in patterns, paths and commands, so a
dangerous name is not used.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping

#: Patterns, paths, templates and commands may interpret these characters: ``--limit "Meter 12"`` selects ``Meter`` and ``12``.
UNSAFE = re.compile(r"[^\w.-]")
#: A name with another beginning could be a command's option or a hidden file.
BEGINNING = re.compile(r"[^\W_]")
EUI = re.compile(r"[0-9A-Fa-f]{16}\Z")
#: Names with a special meaning in Ansible. A host 127.0.0.1 would take the place of localhost.
ANSIBLES = frozenset({"all", "ungrouped", "localhost", "127.0.0.1"})
#: Ansible looks for ``host_vars/NAME`` and ``host_vars/NAME.yml``, so a host ``edge.yml`` would get the variables of ``edge``.
FILES = (".yml", ".yaml", ".json")
LONGEST = 200  # bytes; file systems allow 255 for a file's name, and fact caches add some


def host_names(names: Mapping[str, object], taken: Iterable[str] = ()) -> dict[str, str]:
    """Return a host name for each resource: its own name if safe and unique, otherwise its identity.

    :param names: the resources' names, by identity; anything but a text means that it has none.
    :param taken: names that no host may have, such as those of groups.
    """
    safe = {identity: _safe(name) if isinstance(name, str) else "" for identity, name in names.items()}
    refused = {*ANSIBLES, *map(_folded, (*taken, *names))}
    count = Counter(map(_folded, safe.values()))
    return {
        identity: name if count[_folded(name)] == 1 and _is_fit(name, refused) else identity for identity, name in safe.items()
    }


def _safe(name: str) -> str:
    # An accent may be a character of its own, or one with its letter: the same name then has two spellings.
    return UNSAFE.sub("_", unicodedata.normalize("NFC", name.strip()))


def _folded(name: str) -> str:
    """Return a name in the form for comparison: some file systems ignore case, and some the spelling of a letter."""
    return unicodedata.normalize("NFKC", name).casefold()


def _is_fit(name: str, refused: set[str]) -> bool:
    low = _folded(name)
    is_other = low in refused or low.endswith(FILES) or EUI.match(name)
    return bool(BEGINNING.match(name)) and not is_other and len(name.encode()) <= LONGEST
