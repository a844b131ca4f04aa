# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What earlier runs saw of devices and a list doesn't show, so that a converged fleet costs its list and nothing else.

A brief lacks the inactivity alarm and more, but it says when and by whom the device was last changed. As long as both
are what they were, what was seen then still holds. Nothing secret is kept; the file may be removed at any time.
"""

from __future__ import annotations

from typing import Any, Callable

from .. import _files
from .._errors import OptionError
from .plan import Seen
from .._resources.device.declaration import DEVICE
from .._schema.resource import WHOLE, dig

FORMAT = 1
LARGEST = 256 * 1024 * 1024  # bytes; 100,000 devices have some 60 million
#: The parts of a whole device that its brief doesn't show, or not surely.
PARTS = tuple(
    sorted({spec.path[0] for spec in DEVICE.fields if spec.seen == WHOLE or spec.hint_only} | {"appServersRoutingProfile"})
)


class Memory:
    """What is remembered of the devices of one subscription.

    :param path: its file; empty to remember nothing.
    :param warn: takes the warning that the file is of no use, and is made anew.
    """

    def __init__(self, path: str, warn: Callable[[str], object] = str) -> None:
        self._path = path
        self._warn = warn
        self._is_useless = False
        self._devices = self._read() if path else {}
        self._new: dict[str, list[Any]] = {}
        self._gone: set[str] = set()

    def _read(self) -> dict[str, list[Any]]:
        try:
            text = _files.read_text(self._path, LARGEST)
            data = _files.from_json(text) if text else {"format": FORMAT, "devices": {}}
            if not isinstance(data, dict) or not isinstance(data.get("devices"), dict):
                raise OptionError("%s is damaged" % self._path)
        except OptionError as error:
            if not self._is_useless:
                self._warn("What earlier runs saw of the devices is of no use, and is seen anew: " + error.message)
            self._is_useless = True
            return {}
        return data["devices"] if data.get("format") == FORMAT else {}

    def recall(self, brief: dict[str, Any]) -> dict[str, Any] | None:
        """Return the remembered parts of the device with this brief, None when it has changed since."""
        record: object = self._devices.get(brief.get("EUI", ""))
        mark = _mark(brief)
        if mark is None or not isinstance(record, list) or len(record) != 3 or record[:2] != mark:
            return None
        return record[2] if isinstance(record[2], dict) else None

    def learn(self, dev_eui: str, whole: dict[str, Any]) -> None:
        """Remember what a whole device shows."""
        mark = _mark(whole)
        if self._path and mark:
            # A part that the device lacks is empty, and that is worth knowing too.
            self._new[dev_eui] = [*mark, {part: whole.get(part) for part in PARTS}]

    def forget(self, dev_eui: str) -> None:
        """Drop a device that is gone."""
        self._gone.add(dev_eui)

    def save(self) -> None:
        """Write what was learned; what other runs wrote meanwhile stays."""
        if not self._path or not (self._new or self._gone & set(self._devices) or self._is_useless):
            return
        with _files.locked(self._path):
            devices = {**self._read(), **self._new}
            for dev_eui in self._gone:
                devices.pop(dev_eui, None)
            _files.write_json(self._path, {"format": FORMAT, "devices": devices})


def remembered(brief: dict[str, Any], memory: Memory) -> Seen:
    """Return what a brief and the memory together say of a device."""
    return Seen(brief=brief, recalled=memory.recall(brief))


def _mark(device: dict[str, Any]) -> list[object] | None:
    when, who = (dig(device, ("occContext", key)) for key in ("lastUpdate", "who"))
    return [when, who or None] if when else None
