# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reported alarms, in a file that outlives the process."""

from __future__ import annotations

import fcntl
import os
import time

from .. import _files
from .._errors import OptionError
from .alarm_changes import Change, Seen

KIND = "lorawan.thingpark alarms 1"
LARGEST = 256 * 1024 * 1024  # bytes; an alarm has some 60
PACE = 1.0  # seconds between two writes while many changes are reported
TYPES = (int, bool, int, int, int, str)


class Memory:
    """The alarms as reported.

    :param path: the file; empty for a memory that ends with the process.
    :param mark: identifies the account and filters.

    ``alarms`` contains the state of each alarm by UID. ``is_empty`` says that no look was ever finished.

    Each change is entered after its report and written within a second. If the process is killed, the rest is reported again.
    """

    def __init__(self, path: str, mark: str) -> None:
        self.alarms: dict[str, Seen] = {}
        self.is_empty = True
        self._path, self._mark = path, mark
        self._lock = -1
        self._is_changed = False
        self._saved = time.monotonic()
        if path:
            self._claim()
            try:
                self._load()
            except BaseException:
                self._release()
                raise

    def _claim(self) -> None:
        """Lock the file while this process lives, so that no other process reports the same changes."""
        _files.ensure_directory(os.path.dirname(os.path.abspath(self._path)))
        try:
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            self._lock = os.open(self._path + ".lock", flags, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._release()
            message = "state_file %s is in use by another rulebook: give each rulebook its own file"
            raise OptionError(message % self._path) from None
        except (OSError, ValueError) as error:
            self._release()
            raise OptionError("state_file %s can't be locked: %s" % (self._path, error)) from None

    def _load(self) -> None:
        text = _files.read_text(self._path, LARGEST)
        if not text:
            return
        data = _files.from_json(text)
        kept = data.get("alarms") if isinstance(data, dict) and data.get("kind") == KIND else None
        if not isinstance(kept, dict) or not all(_is_seen(each) for each in kept.values()):
            raise OptionError(
                "state_file %s is damaged, or not a state file of alarms: name another file, or delete this "
                "one to start again" % self._path
            )
        if data.get("mark") != self._mark:
            raise OptionError(
                "state_file %s belongs to another account or other filters: name another file, or delete this one to start again"
                % self._path
            )
        self.alarms = {uid: Seen(*each) for uid, each in kept.items()}
        self.is_empty = False

    def take(self, change: Change) -> None:
        """Remember a reported change."""
        if change.seen is None:
            self.alarms.pop(change.uid, None)
        else:
            self.alarms[change.uid] = change.seen
        self._is_changed = True
        if change.event is not None and time.monotonic() - self._saved > PACE:
            self._write()

    def settle(self) -> None:
        """Save after all changes of a look were reported."""
        if self._is_changed or self.is_empty:
            self._write()
        self.is_empty = False

    def close(self) -> None:
        """Save, and unlock the file."""
        try:
            if self._is_changed:
                self._write()
        finally:
            self._release()

    def _release(self) -> None:
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _write(self) -> None:
        self._is_changed = False
        self._saved = time.monotonic()
        if self._path:
            _files.write_json(self._path, {"kind": KIND, "mark": self._mark, "alarms": self.alarms})


def _is_seen(data: object) -> bool:
    """Return whether an entry of the file has the format of an alarm's state."""
    if not isinstance(data, list) or len(data) != len(TYPES):
        return False
    # In Python, true and false are integers too.
    return all(isinstance(each, kind) and isinstance(each, bool) == (kind is bool) for each, kind in zip(data, TYPES))
