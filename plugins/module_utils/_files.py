# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files: what a user describes a fleet in, and those that several processes share.

The latter are written whole, read by their owner only, changed under a lock. They hold a live session and what is known of
refused passwords; they lie below Ansible's home.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from ._errors import OptionError
from ._interruption import breakable, is_told_to_end

LARGEST_SOURCE = 64 * 1024 * 1024  # bytes; 100,000 devices have some 30 million
ROUNDS = 50_000  # of PBKDF2: about 20 ms, once per process


def home() -> str:
    """Return the directory for this collection's files below Ansible's home."""
    return os.path.join(os.path.expanduser(os.environ.get("ANSIBLE_HOME") or "~/.ansible"), "tdm")


def ensure_directory(path: str) -> None:
    """Make a directory that only its owner can enter."""
    try:
        os.makedirs(path, mode=0o700, exist_ok=True)
    except OSError as error:
        raise OptionError("the directory %s can't be made: %s" % (path, error.strerror)) from None


def read_source_file(path: str) -> bytes:
    """Return what a user's file holds; raises :class:`OptionError`, without waiting, for what is no file or too large."""
    try:
        _refuse_irregular(path, os.stat(path))  # to open a device can already do something to it
        # Between the two it may have become a pipe, which nobody may ever write to.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            _refuse_irregular(path, os.fstat(file.fileno()))
            content = file.read(LARGEST_SOURCE + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = error.strerror if isinstance(error, OSError) else "its name holds a NUL character"
        raise OptionError("src %s can't be read: %s" % (path.replace("\0", "?"), reason)) from None
    if len(content) > LARGEST_SOURCE:
        most = LARGEST_SOURCE // 1024 // 1024
        raise OptionError("src %s is larger than %d MiB, which is read at most: divide it into several files" % (path, most))
    return content


def _refuse_irregular(path: str, status: os.stat_result) -> None:
    kinds = ((stat.S_ISDIR, "a directory"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"), (stat.S_ISREG, ""))
    kind = next((what for is_kind, what in kinds if is_kind(status.st_mode)), "a device")
    if kind:
        raise OptionError("src %s is %s: name a regular file" % (path, kind))


def read_text(path: str) -> str:
    """Return what a file holds, nothing when it isn't there.

    Raises :class:`OptionError` for a file of another user, or one that others can read or write.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise OptionError("%s can't be opened: %s" % (path, error.strerror)) from None
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise OptionError("%s is no file" % path)
    with os.fdopen(descriptor, encoding="utf-8", errors="replace") as file:
        if status.st_uid != os.geteuid() or status.st_mode & 0o077:
            raise OptionError(
                "%s belongs to another user or is open to others, and isn't used: name another file, or close it with chmod 600"
                % path
            )
        return file.read()


def read_json(path: str) -> dict[str, Any] | None:
    """Return what a file of ours holds, None when it isn't there or can't be understood; raises as :func:`read_text`."""
    try:
        data = json.loads(read_text(path))
    except ValueError:
        return None
    return data if isinstance(data, dict) else None


def write_json(path: str, data: object, indent: int | None = None) -> None:
    """Write a file of mode 0600 at once: it is the old one or the new one, never half of it.

    :param indent: spaces of each level, for a file that people read.
    """
    directory = os.path.dirname(os.path.abspath(path))
    ensure_directory(directory)
    try:
        descriptor, temporary = tempfile.mkstemp(dir=directory, prefix=".tdm-")  # mkstemp makes it 0600
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(json.dumps(data, indent=indent))  # json.dump takes a way that is several times slower
                file.flush()
                os.fsync(descriptor)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        raise OptionError("%s can't be written: %s" % (path, error.strerror)) from None


def remove(path: str) -> bool:
    """Remove a file; return whether it was there."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        return False
    return True


@contextmanager
def locked(path: str) -> Iterator[None]:
    """Hold the lock that goes with ``path``. A lock of a process that died is free: the kernel keeps it, not the file.

    Whoever waits can be interrupted, and must have nothing to lose; a task that was told to end doesn't wait at all.
    """
    ensure_directory(os.path.dirname(os.path.abspath(path)))
    descriptor = _take_lock(path + ".lock")
    try:
        yield
    finally:
        os.close(descriptor)


def drop_lock(path: str) -> None:
    """Remove the file of the lock that is held for ``path``; who waits for it takes a new one."""
    remove(path + ".lock")


def _take_lock(path: str) -> int:
    while True:
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise OptionError("%s can't be opened: %s" % (path, error.strerror)) from None
        try:
            with breakable():
                fcntl.flock(descriptor, fcntl.LOCK_EX | (fcntl.LOCK_NB if is_told_to_end() else 0))
        except BaseException as error:
            os.close(descriptor)
            raise KeyboardInterrupt if isinstance(error, BlockingIOError) else error from None
        try:
            if os.stat(path).st_ino == os.fstat(descriptor).st_ino:
                return descriptor
        except FileNotFoundError:
            pass
        os.close(descriptor)  # whoever held it has dropped it meanwhile: take the one that others take now


def fingerprint(secret: str, salt: str = "") -> str:
    """Return ``salt:digest``, by which a secret is known again but not found out."""
    salt = salt or secrets.token_hex(16)
    return "%s:%s" % (salt, _digest(secret, salt))


def is_fingerprint_of(secret: str, mark: str) -> bool:
    """Return whether ``mark`` is a fingerprint of ``secret``."""
    salt, colon, _rest = mark.partition(":")
    return bool(colon) and secrets.compare_digest(fingerprint(secret, salt), mark)


@lru_cache(maxsize=64)  # the items of a loop ask the same again and again
def _digest(secret: str, salt: str) -> str:
    return hashlib.pbkdf2_hmac("sha256", secret.encode("utf-8"), salt.encode("ascii"), ROUNDS).hex()
