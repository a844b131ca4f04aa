# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files: a user's descriptions of a fleet, and state files that several processes share.

State files are below Ansible's home and contain a live session and marks of refused passwords. They are written whole, readable
only by their owner, and changed under a lock.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import re
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Any

from ._errors import OptionError
from ._signals import breakable, is_told_to_end

LARGEST_SOURCE = 64 * 1024 * 1024  # bytes; 100,000 devices have some 30 million
LARGEST_STATE = 1024 * 1024  # bytes; a session has some hundreds
ROUNDS = 50_000  # of PBKDF2: about 20 ms, once per process
#: Number of digits stored of a password's digest. They are enough to tell two typed passwords apart, but not to find one: of a
#: million guesses, 15 match, and the platform accepts three.
DIGITS = 4
BOOT_ID = "/proc/sys/kernel/random/boot_id"
#: Errors of some network file systems that can't sync a directory, although they sync its files.
NOT_SYNCED = (errno.EINVAL, errno.ENOTSUP, errno.EACCES, errno.EBADF)


def home() -> str:
    """Return the directory for this collection's files below Ansible's home."""
    return os.path.join(os.path.expanduser(os.environ.get("ANSIBLE_HOME") or "~/.ansible"), "tdm")


def clock() -> float:
    """Return the seconds since the machine started, including sleep; independent of the wall clock."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@lru_cache(maxsize=1)
def boot() -> str:
    """Return an ID of the current boot of the machine; an empty text if the system has none."""
    try:
        with open(BOOT_ID, encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return ""


def ensure_directory(path: str) -> None:
    """Make a directory that only its owner can enter."""
    try:
        os.makedirs(path, mode=0o700, exist_ok=True)
    except (OSError, ValueError) as error:
        raise OptionError("the directory %s can't be created: %s" % (_name(path), _why(error))) from None


def read_source_file(path: str, option: str = "src") -> bytes:
    """Return the content of a user's file; raises :class:`OptionError` at once if it is no regular file or too large.

    :param option: the option that names it, for messages.
    """
    name = "%s %s" % (option, _name(path))
    try:
        content, _status = _read(path, name, LARGEST_SOURCE)
    except FileNotFoundError as error:
        raise OptionError("%s can't be read: %s" % (name, _why(error))) from None
    if len(content) > LARGEST_SOURCE:
        most = LARGEST_SOURCE // 1024 // 1024
        raise OptionError("%s is larger than %d MiB, the largest size that is read: split it into several files" % (name, most))
    return content


def _read(path: str, name: str, most: int, flags: int = 0) -> tuple[bytes, os.stat_result]:
    """Return up to one byte more than ``most`` of a regular file, and its status; never blocks.

    :param name: the file's name in messages.
    :param flags: more flags for opening it; with O_NOFOLLOW, a link counts as no regular file.
    """
    try:
        # Check first: merely opening a device can have an effect.
        _refuse_irregular(name, os.stat(path, follow_symlinks=not flags & os.O_NOFOLLOW))
        # The file may have become a pipe since the check, so don't block.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | flags), "rb") as file:
            status = os.fstat(file.fileno())
            _refuse_irregular(name, status)
            return file.read(most + 1), status
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        raise OptionError("%s can't be read: %s" % (name, _why(error))) from None


def _refuse_irregular(name: str, status: os.stat_result) -> None:
    kinds = (
        (stat.S_ISDIR, "a directory"),
        (stat.S_ISFIFO, "a pipe"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISLNK, "a link"),
        (stat.S_ISREG, ""),
    )
    kind = next((what for is_kind, what in kinds if is_kind(status.st_mode)), "a device")
    if kind:
        raise OptionError("%s is %s: %s" % (name, kind, _instead(name, "name a regular file")))


def _name(path: str) -> str:
    """Return a path for messages."""
    return path.replace("\0", "?")


def _why(error: Exception) -> str:
    """Return the reason for a message; a ValueError means an invalid path, such as one with a NUL."""
    return str(error.strerror) if isinstance(error, OSError) else "a file can't have that name"


def read_text(path: str, most: int = LARGEST_STATE) -> str:
    """Return the text of a state file, an empty one if it doesn't exist.

    Raises :class:`OptionError` if it is another user's, too large, or if others can read or replace it.

    :param most: its maximum size in bytes.
    """
    try:
        content, status = _read(path, _name(path), most, os.O_NOFOLLOW)
        directory = _refuse_open_directory(path)
    except FileNotFoundError:
        return ""
    if not _is_private(status, directory):
        raise OptionError(
            "%s belongs to another user or is accessible to others, and isn't used: %s, or protect it with chmod 600"
            % (path, _instead(path, "name another file"))
        )
    if len(content) > most:
        raise OptionError("%s is larger than any file of this collection: %s" % (path, _instead(path, "name another file")))
    return content.decode("utf-8", "replace")


def _instead(path: str, remedy: str) -> str:
    """Return the remedy for an unusable file; files below the home have no option to rename them."""
    is_ours = os.path.abspath(path).startswith(os.path.join(os.path.abspath(home()), ""))
    return "set ANSIBLE_HOME to another directory" if is_ours else remedy


def _is_private(file: os.stat_result, directory: os.stat_result) -> bool:
    """Return whether only its user can access a file.

    A Kubernetes volume (``fsGroup``) is an exception: all files and directories belong to one group without other members, the
    directories have the setgid bit, and root may own them.
    """
    if file.st_mode & 0o007:
        return False
    if file.st_uid == os.geteuid() and not file.st_mode & 0o070:
        return True
    is_volume = bool(directory.st_mode & stat.S_ISGID) and file.st_gid == directory.st_gid
    return is_volume and file.st_uid in (0, os.geteuid())


def _refuse_open_directory(path: str) -> os.stat_result:
    """Return the status of a file's directory; raises :class:`OptionError` if others could replace the file in it."""
    directory = os.path.dirname(os.path.abspath(path))
    try:
        status = os.stat(directory)
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        raise OptionError("%s can't be read: %s" % (_name(directory), _why(error))) from None
    if status.st_mode & stat.S_IWOTH and not status.st_mode & stat.S_ISVTX:
        raise OptionError(
            "everybody can write to the directory %s, and replace %s in it: %s of your own, such as a new one "
            "below it, or protect this one with chmod o-w"
            % (directory, os.path.basename(path), _instead(path, "name a file in a directory"))
        )
    return status


def from_json(text: str) -> Any:
    """Return the data of a JSON text, None if it is invalid."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def write_json(path: str, data: object, indent: int | None = None) -> None:
    """Write a JSON file as :func:`write` does.

    :param indent: spaces per level, for files that people read.
    """
    write(path, json.dumps(data, indent=indent).encode("utf-8"))  # json.dump is several times slower


def refuse_unwritable(option: str, path: str, check: bool = False) -> None:
    """Raise :class:`OptionError` if a file that an option names can't be written later.

    :param check: check mode: create no directory.
    """
    if os.path.isdir(path):
        raise OptionError("%s names the directory %s: name a file" % (option, _name(path)))
    if "\0" in path:
        raise OptionError("%s can't be written: %s" % (_name(path), _why(ValueError())))
    if os.path.lexists(path) and not os.path.islink(path):  # for root, a file would take the place of /dev/null
        _refuse_irregular("%s %s" % (option, path), os.lstat(path))
    directory = os.path.dirname(os.path.abspath(path))
    if not check:
        ensure_directory(directory)
    while not os.path.lexists(directory):
        directory = os.path.dirname(directory)
    if not os.access(directory, os.W_OK | os.X_OK):
        raise OptionError("%s names a file in %s, where this user can't write: name another one" % (option, _name(directory)))


def write(path: str, content: bytes, mode: int = 0o600) -> None:
    """Replace a file atomically: readers see the old content or the new, never half of it.

    :param mode: its permissions.
    """
    directory = os.path.dirname(os.path.abspath(path))
    ensure_directory(directory)
    try:
        descriptor, temporary = tempfile.mkstemp(dir=directory, prefix=".tdm-")  # mkstemp makes it 0600
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fchmod(descriptor, mode)
                os.fsync(descriptor)
            os.replace(temporary, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary)
            raise
        _sync(directory)
    except (OSError, ValueError) as error:
        raise OptionError("%s can't be written: %s" % (_name(path), _why(error))) from None


def _sync(directory: str) -> None:
    """Make the entries of a directory survive a power failure."""
    try:
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in NOT_SYNCED:
            raise


def rename(path: str, new: str) -> None:
    """Move a file to another one's place; needs no space, even on a full disk."""
    try:
        os.replace(path, new)
        _sync(os.path.dirname(new))
    except OSError as error:
        raise OptionError("%s can't be written: %s" % (new, _why(error))) from None


def remove(path: str) -> bool:
    """Remove a file; return whether it was there."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise OptionError("%s can't be removed: %s" % (path, _why(error))) from None
    return True


@contextmanager
def locked(path: str) -> Iterator[float]:
    """Hold the lock for ``path``; gives the time at which the wait for it began, in seconds of :func:`clock`.

    The kernel holds the lock, so a dead process frees it. Waiting can be interrupted, so the caller must have
    nothing to lose. A task that is ending doesn't wait at all.
    """
    began = clock()
    directory = os.path.dirname(os.path.abspath(path))
    ensure_directory(directory)
    try:
        _refuse_open_directory(path)
    except FileNotFoundError:  # somebody removed the directory in the meantime
        ensure_directory(directory)
    descriptor = _take_lock(path + ".lock")
    try:
        yield began
    finally:
        os.close(descriptor)


def drop_lock(path: str) -> None:
    """Remove the lock file for ``path`` while holding the lock; waiting processes create a new one."""
    remove(path + ".lock")


def _take_lock(path: str) -> int:
    while True:
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except (OSError, ValueError) as error:
            raise OptionError("%s can't be opened: %s" % (_name(path), _why(error))) from None
        try:
            status = os.fstat(descriptor)
            _refuse_irregular(path, status)
            if status.st_uid not in (0, os.geteuid()):
                other = _instead(path, "name another file")
                raise OptionError("%s belongs to another user, who could lock it forever: %s" % (path, other))
            with breakable():
                fcntl.flock(descriptor, fcntl.LOCK_EX | (fcntl.LOCK_NB if is_told_to_end() else 0))
            if os.stat(path).st_ino == status.st_ino:
                return descriptor
        except FileNotFoundError:
            pass
        except BlockingIOError:  # the task is ending and must not wait
            os.close(descriptor)
            raise KeyboardInterrupt from None
        except OSError as error:
            os.close(descriptor)
            raise OptionError("%s can't be locked: %s" % (path, _why(error))) from None
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)  # the previous holder removed this lock file: try the new one


def fingerprint(secret: str, salt: str) -> str:
    """Return ``salt:digest``, which recognizes a secret without revealing it.

    :param salt: the same one for all marks of an account, because each further salt would reveal more digits of the secret.
    """
    return "%s:%s" % (salt, _digest(secret, salt))


def is_fingerprint(mark: object) -> bool:
    """Return whether a value has the format of a fingerprint."""
    return isinstance(mark, str) and re.search(":[0-9a-f]{%d,}\\Z" % DIGITS, mark) is not None


def is_fingerprint_of(secret: str, mark: str) -> bool:
    """Return whether ``mark`` is a fingerprint of ``secret``."""
    salt, colon, digits = mark.partition(":")
    return bool(colon) and _digest(secret, salt) == digits[:DIGITS]


@lru_cache(maxsize=64)  # items of a loop ask for the same digests
def _digest(secret: str, salt: str) -> str:
    return hashlib.pbkdf2_hmac("sha256", _bytes(secret), _bytes(salt), ROUNDS).hex()[:DIGITS]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
