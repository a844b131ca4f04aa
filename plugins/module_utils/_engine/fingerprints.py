# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Detects changed keys: the platform never shows keys, so fingerprints tell whether a key differs from the last run's.

The file holds only a salted fingerprint of each resource's keys (HMAC of SHA-256), and the salt.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from typing import Any, Callable

from .. import _files
from .._errors import OptionError

FORMAT = 1
HEXADECIMAL = re.compile(r"[0-9A-Fa-f]+\Z")
LARGEST = 64 * 1024 * 1024  # bytes; 100,000 devices have some 9 million
USELESS = "The keys of the last run are unknown, and the keys of this run count as written: %s"


class Fingerprints:
    """Fingerprints of keys, by the identity of the resource.

    :param path: the file; empty to keep none.
    :param warn: receives a warning if the file is unusable; a new one is made.
    """

    def __init__(self, path: str, warn: Callable[[str], object] = str) -> None:
        self.path = path
        self._warn = warn
        self._is_useless = False
        kept = self._read() if path else {}
        self._salt: str = kept.get("salt") or secrets.token_hex(16)
        self._known: dict[str, Any] = kept.get("keys") or {}
        self._new: dict[str, dict[str, Any]] = {}

    def _read(self) -> dict[str, Any]:
        try:
            text = _files.read_text(self.path, LARGEST)
            data = _files.from_json(text) if text else {}
            if not isinstance(data, dict) or (data.get("format") == FORMAT and not _is_whole(data)):
                raise OptionError("%s is damaged" % self.path)
        except OptionError as error:
            if not self._is_useless:
                self._warn(USELESS % error.message)
            self._is_useless = True
            return {}
        return data if data.get("format") == FORMAT else {}

    def of(self, identity: str, keys: dict[str, Any]) -> str:
        """Return the fingerprint of a resource's keys (canonical, by option)."""
        return self._salted(self._salt, identity, keys)

    @staticmethod
    def _salted(salt: str, identity: str, keys: dict[str, Any]) -> str:
        text = json.dumps([identity, sorted(keys.items())])
        return hmac.new(salt.encode("ascii"), text.encode("utf-8"), hashlib.sha256).hexdigest()

    def is_known(self, identity: str) -> bool:
        """Return whether the file has a fingerprint of this resource's keys."""
        return identity in self._known

    def has_changed(self, identity: str, keys: dict[str, Any]) -> bool:
        """Return whether these keys differ from those given last time."""
        return self.is_known(identity) and self._known[identity] != self.of(identity, keys)

    def note(self, identity: str, keys: dict[str, Any]) -> None:
        """Remember these keys as those on the platform."""
        self._new[identity] = keys

    def save(self) -> None:
        """Write the new fingerprints, with the salt now in the file; entries that other runs wrote in the meantime stay."""
        if not self.path or not self._new:
            return
        with _files.locked(self.path):
            kept = self._read()
            salt = kept.get("salt") or self._salt
            new = {identity: self._salted(salt, identity, keys) for identity, keys in self._new.items()}
            _files.write_json(self.path, {"format": FORMAT, "salt": salt, "keys": {**(kept.get("keys") or {}), **new}})


def _is_whole(data: dict[str, Any]) -> bool:
    """Return whether a file's content has this module's format, or is empty."""
    salt, keys = data.get("salt"), data.get("keys")
    texts = [salt, *keys, *keys.values()] if isinstance(keys, dict) else [None]
    return all(isinstance(text, str) and HEXADECIMAL.match(text) for text in texts)
