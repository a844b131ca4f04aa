# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The gate in front of every login: a refused password goes out once.

All processes of a user share one lock and one file of notes per account. Whoever finds a note about the very
password that it would send does not send it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from . import _files
from ._errors import LoginError, LoginRefused, TransportError

HOLD = 900  # seconds for which a refused password isn't sent again
UNCLEAR_HOLD = 60  # the same for one whose answer told nothing: it may have counted as wrong


def note_path(gate_key: str) -> str:
    """Return the file with the notes about an account."""
    return os.path.join(_files.home(), "login-%s.json" % gate_key)


def check(gate_key: str, secret: str) -> None:
    """Raise :class:`LoginRefused` when this password was refused, or got no clear answer, a short while ago."""
    path = note_path(gate_key)
    for note in _notes(path):
        if _files.is_fingerprint_of(secret, str(note.get("fingerprint"))):
            raise LoginRefused(
                "This login was tried already without success, and its password was not sent again (three wrong ones lock the "
                "account). It is held back until the password changes, for %d more seconds, or until %s is removed. "
                "The first answer was: %s" % (note["until"] - time.time() + 1, path, note.get("message", "")),
                held_back=True,
            )


def is_proven(path: str, secret: str) -> bool:
    """Return whether a file says that this password was accepted a short while ago."""
    return any(_files.is_fingerprint_of(secret, str(note.get("fingerprint"))) for note in _notes(path))


def note(path: str, secret: str, seconds: float, message: str = "") -> None:
    """Add a note about a password to a file, for some seconds; notes about other passwords stay."""
    new = {"fingerprint": _files.fingerprint(secret), "until": time.time() + seconds, "message": message}
    _files.write_json(path, {"notes": [*_notes(path), new]})


def _notes(path: str) -> list[dict[str, Any]]:
    """Return the notes in a file that still count."""
    found = (_files.read_json(path) or {}).get("notes")
    now = time.time()
    return [
        one
        for one in (found if isinstance(found, list) else [])
        if isinstance(one, dict) and isinstance(one.get("until"), (int, float)) and 0 < one["until"] - now <= HOLD
    ]


@contextmanager
def pass_through(gate_key: str, secret: str) -> Iterator[None]:
    """Hold the account's gate around a login; raises :class:`LoginRefused` instead of sending a refused password again."""
    path = note_path(gate_key)
    with _files.locked(path):
        check(gate_key, secret)
        try:
            yield
        except LoginRefused as error:
            note(path, secret, HOLD, error.message)
            raise
        except (LoginError, TransportError) as error:
            if getattr(error, "harmless", False):
                _files.remove(path)
            elif getattr(error, "sent", True):
                note(path, secret, UNCLEAR_HOLD, error.message)
            raise
        _files.remove(path)
