# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which keys were given last time, so that a key that has changed since is written once: the platform shows none of them.

Only a salted fingerprint of a resource's keys is kept (HMAC of SHA-256). The salt stands beside them and is the file's own.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from typing import Any, Callable

from .. import _files
from .._errors import OptionError

FORMAT = 1
LARGEST = 64 * 1024 * 1024  # bytes; 100,000 devices have some 9 million
USELESS = "Which keys were given last time isn't known, and those of today count as written: %s"


class Fingerprints:
    """The fingerprints of keys, by the identity of their resources.

    :param path: their file; empty to keep none.
    :param warn: takes the warning that the file is of no use, and is made anew.
    """

    def __init__(self, path: str, warn: Callable[[str], object] = str) -> None:
        self.path = path
        self._warn = warn
        self._is_useless = False
        kept = self._read() if path else {}
        self._salt = str(kept.get("salt") or secrets.token_hex(16))
        self._known: dict[str, Any] = dict(kept.get("keys") or {})
        self._new: dict[str, str] = {}

    def _read(self) -> dict[str, Any]:
        try:
            text = _files.read_text(self.path, LARGEST)
            data = _files.from_json(text) if text else {}
            if not isinstance(data, dict) or not isinstance(data.get("keys", {}), dict):
                raise OptionError("%s is damaged" % self.path)
        except OptionError as error:
            if not self._is_useless:
                self._warn(USELESS % error.message)
            self._is_useless = True
            return {}
        return data if data.get("format") == FORMAT else {}

    def of(self, identity: str, keys: dict[str, Any]) -> str:
        """Return the fingerprint of a resource's keys (canonical, by option)."""
        text = json.dumps([identity, sorted(keys.items())])
        return hmac.new(self._salt.encode("ascii"), text.encode("utf-8"), hashlib.sha256).hexdigest()

    def is_known(self, identity: str) -> bool:
        """Return whether keys of this resource were given before."""
        return identity in self._known

    def has_changed(self, identity: str, keys: dict[str, Any]) -> bool:
        """Return whether other keys of this resource were given last time."""
        return self.is_known(identity) and self._known[identity] != self.of(identity, keys)

    def note(self, identity: str, keys: dict[str, Any]) -> None:
        """Remember that these keys are the ones the platform has."""
        self._new[identity] = self.of(identity, keys)

    def save(self) -> None:
        """Write what is new; what other runs wrote meanwhile stays, unless their salt is another one."""
        if not self.path or not self._new:
            return
        with _files.locked(self.path):
            kept = self._read()
            others = kept.get("keys") or {} if kept.get("salt") == self._salt else {}
            keys = {**others, **self._new}
            _files.write_json(self.path, {"format": FORMAT, "salt": self._salt, "keys": keys})
