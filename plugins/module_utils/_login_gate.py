# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The gate in front of every login: a refused password goes out once.

All processes of a user share one lock and one note per account. Whoever finds a note about the very password
that it would send does not send it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from . import _files
from ._errors import LoginRefused

HOLD = 900  # seconds for which a refused password isn't sent again


def note_path(account_key: str) -> str:
    """Return the file with the note about an account."""
    return os.path.join(_files.home(), "login-%s.json" % account_key)


def check(account_key: str, secret: str) -> None:
    """Raise :class:`LoginRefused` when this password was refused a short while ago."""
    path = note_path(account_key)
    note = _files.read_json(path)
    if not note or not isinstance(note.get("until"), (int, float)):
        return
    left = note["until"] - time.time()
    if 0 < left <= HOLD and _files.is_fingerprint_of(secret, str(note.get("fingerprint"))):
        raise LoginRefused(
            "This login was refused already, and its password was not sent again (three wrong ones lock the account). "
            "It is held back until the password changes, for %d more minutes, or until %s is removed. The platform had said: %s"
            % (left // 60 + 1, path, note.get("message", "")),
            held_back=True,
        )


def is_proven(path: str, secret: str) -> bool:
    """Return whether a file says that this password was accepted a short while ago."""
    note = _files.read_json(path) or {}
    until = note.get("until")
    return (
        isinstance(until, (int, float)) and until > time.time() and _files.is_fingerprint_of(secret, str(note.get("fingerprint")))
    )


def note_proof(path: str, secret: str, seconds: float) -> None:
    """Remember for some seconds that the platform accepted this password."""
    _files.write_json(path, {"fingerprint": _files.fingerprint(secret), "until": time.time() + seconds})


def note_refusal(account_key: str, secret: str, message: str) -> None:
    """Remember that the platform refused this password."""
    mark = _files.fingerprint(secret)
    _files.write_json(note_path(account_key), {"fingerprint": mark, "until": time.time() + HOLD, "message": message})


@contextmanager
def pass_through(account_key: str, secret: str) -> Iterator[None]:
    """Hold the account's gate around a login; raises :class:`LoginRefused` instead of sending a refused password again."""
    path = note_path(account_key)
    with _files.locked(path):
        check(account_key, secret)
        try:
            yield
        except LoginRefused as error:
            note_refusal(account_key, secret, error.message)
            raise
        _files.remove(path)
