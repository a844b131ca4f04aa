# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remembers fields that the platform's list lacks, so that an unchanged fleet costs one reading of the list.

A device's brief lacks the inactivity alarm and more, but has the time and author of the last change. While both stay the same,
the remembered fields still hold. The file contains no secrets and may be removed at any time.
"""

from __future__ import annotations

from typing import Any, Callable

from .. import _files
from .._errors import OptionError
from .._schema.resource import WHOLE, Resource
from .._schema.values import dig

FORMAT = 1
LARGEST = 256 * 1024 * 1024  # bytes; 100,000 devices have some 60 million
CREATED = "creationDate"  # in briefs and whole resources, in milliseconds (contract)
#: Milliseconds by which two times of the same event may differ.
AT_ONCE = 1000


class Cache:
    """The remembered fields of one kind of resource in one subscription.

    :param path: the file; empty to remember nothing.
    :param warn: receives a warning if the file is unusable; a new one is made.
    """

    def __init__(self, resource: Resource, path: str, warn: Callable[[str], object] = str) -> None:
        self._key = resource.identity.key
        # Fields that a brief lacks or doesn't show reliably; never secrets.
        hidden = [each for each in resource.fields if each.seen == WHOLE or each.hint_only or each.cached]
        self._pieces = sorted({each.path[0] for each in hidden if not each.secret})
        self._plural, self._keys = resource.plural, resource.keys
        self.path = path
        self._warn = warn
        self._is_useless = False
        self._kept = self._read() if path else {}
        self._new: dict[str, list[Any]] = {}
        self._gone: set[str] = set()

    def _read(self) -> dict[str, list[Any]]:
        try:
            text = _files.read_text(self.path, LARGEST)
            data = _files.from_json(text) if text else {"format": FORMAT, self._keys: {}}
            if not isinstance(data, dict) or not isinstance(data.get(self._keys), dict):
                raise OptionError("%s is damaged" % self.path)
        except OptionError as error:
            if not self._is_useless:
                saved = "The cache of the %s can't be used, and the run fetches everything again: %s"
                self._warn(saved % (self._plural, error.message))
            self._is_useless = True
            return {}
        return data[self._keys] if data.get("format") == FORMAT else {}

    def recall(self, brief: dict[str, Any]) -> dict[str, Any] | None:
        """Return the remembered pieces of the resource with this brief, None if the resource has changed since."""
        record: object = self._kept.get(brief.get(self._key, ""))
        if not isinstance(record, list) or len(record) != 3 or record[:2] != _mark(brief):
            return None
        return record[2] if isinstance(record[2], dict) else None

    def remember(self, identity: str, whole: dict[str, Any]) -> None:
        """Remember the pieces of a whole resource; does nothing without a ``path``."""
        mark = _mark(whole)
        if mark:
            # A missing piece is stored as None: it is known to be empty.
            self._new[identity] = [*mark, {piece: whole.get(piece) for piece in self._pieces}]

    def pieces_in(self, body: dict[str, Any]) -> dict[str, Any]:
        """Return the fields to remember in the body of a request.

        Fields that the request left out stay unknown, as the platform may have set them itself.
        """
        return {piece: body[piece] for piece in self._pieces if piece in body}

    def remember_sent(self, identity: str, brief: dict[str, Any], pieces: dict[str, Any]) -> None:
        """Remember the fields that a creation set on a resource of which only the brief is known.

        Does nothing if somebody may have changed the resource since: only the time of the last change would be known.
        """
        created, mark = brief.get(CREATED), _mark(brief)
        if mark and isinstance(created, int) and isinstance(mark[0], int) and mark[0] <= created + AT_ONCE:
            self._new[identity] = [*mark, pieces]

    def forget(self, identity: str) -> None:
        """Drop a deleted resource."""
        self._gone.add(identity)

    def save(self) -> None:
        """Write what this run learned; entries that other runs wrote in the meantime stay."""
        if not self.path or not (self._new or self._gone & set(self._kept) or self._is_useless):
            return
        with _files.locked(self.path):
            kept = {**self._read(), **self._new}
            for identity in self._gone:
                kept.pop(identity, None)
            _files.write_json(self.path, {"format": FORMAT, self._keys: kept})


def is_another(new: dict[str, Any], old: dict[str, Any]) -> bool:
    """Return whether two states with one identity show two resources: the older one was deleted, and the newer one created."""
    created, before = new.get(CREATED), old.get(CREATED)
    return isinstance(created, int) and isinstance(before, int) and created > before + AT_ONCE


def _mark(item: dict[str, Any]) -> list[object] | None:
    when, who = (dig(item, ("occContext", key)) for key in ("lastUpdate", "who"))
    return [when, who or None] if when else None
