# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What earlier runs saw of resources and a list doesn't show, so that a converged fleet costs its list and nothing else.

A device's brief lacks the inactivity alarm and more, but it says when and by whom the resource was last changed. As long as both
are what they were, what was seen then still holds. Nothing secret is kept; the file may be removed at any time.
"""

from __future__ import annotations

from typing import Any, Callable

from .. import _files
from .._errors import OptionError
from .._schema.resource import WHOLE, Resource
from .._schema.values import dig

FORMAT = 1
LARGEST = 256 * 1024 * 1024  # bytes; 100,000 devices have some 60 million


class Cache:
    """What is remembered of the resources of one kind in one subscription.

    :param path: its file; empty to remember nothing.
    :param warn: takes the warning that the file is of no use, and is made anew.
    """

    def __init__(self, resource: Resource, path: str, warn: Callable[[str], object] = str) -> None:
        self._key = resource.identity.key
        # What a brief doesn't show, or not surely; no secret is kept.
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
        """Return the remembered pieces of the resource with this brief, None when it has changed since."""
        record: object = self._kept.get(brief.get(self._key, ""))
        if not isinstance(record, list) or len(record) != 3 or record[:2] != _mark(brief):
            return None
        return record[2] if isinstance(record[2], dict) else None

    def remember(self, identity: str, whole: dict[str, Any]) -> None:
        """Remember what a whole resource shows; in vain without a ``path``."""
        mark = _mark(whole)
        if mark:
            # A piece that the resource lacks is empty, and that is worth knowing too.
            self._new[identity] = [*mark, {piece: whole.get(piece) for piece in self._pieces}]

    def remember_sent(self, identity: str, brief: dict[str, Any], body: dict[str, Any]) -> None:
        """Remember what a request made of a resource that shows itself in its brief alone; in vain without a ``path``.

        What the request didn't say, the platform may have set by itself: that isn't known.
        """
        mark = _mark(brief)
        if mark:
            self._new[identity] = [*mark, {piece: body[piece] for piece in self._pieces if piece in body}]

    def forget(self, identity: str) -> None:
        """Drop a resource that is gone."""
        self._gone.add(identity)

    def save(self) -> None:
        """Write what was learned; what other runs wrote meanwhile stays."""
        if not self.path or not (self._new or self._gone & set(self._kept) or self._is_useless):
            return
        with _files.locked(self.path):
            kept = {**self._read(), **self._new}
            for identity in self._gone:
                kept.pop(identity, None)
            _files.write_json(self.path, {"format": FORMAT, self._keys: kept})


def _mark(item: dict[str, Any]) -> list[object] | None:
    when, who = (dig(item, ("occContext", key)) for key in ("lastUpdate", "who"))
    return [when, who or None] if when else None
