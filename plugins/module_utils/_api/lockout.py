# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The gate in front of every login: a refused password is sent only once, whatever fails.

All processes of a user share one lock and one file of notes per account. Before a process sends a password, it writes a note
into a second file; if it can't, it doesn't send the password. Afterwards it notes the result in the first file. A process that
finds a note about the password that it wants to send doesn't send it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Callable

from .. import _files
from .._errors import LoginError, LoginRefused, OptionError, TdmError, TransportError

HOLD = 900  # seconds for which a refused password isn't sent again
UNCLEAR_HOLD = 60  # the same for a password without a clear answer, which may have counted as wrong
#: The kinds of notes: a password that must not be sent, the same because the account is locked, an accepted password, a login
#: that never left the machine, and a user's request to forget a refusal.
HELD, LOCKED, ACCEPTED, UNSENT, FORGOTTEN = "held", "locked", "accepted", "unsent", "forgotten"
#: The end of the message about a locked account. It is cut off before the message is noted: later, it may be wrong.
LOCK_REMEDY = (
    ": ask the operator to unlock it. Its login is held back for 15 minutes, or until tdm_session is run with forget_refusal=true"
)
NEVER = float("inf")
TEXTS, NUMBERS = ("kind", "about", "message", "boot"), ("seconds", "since", "clock")
FAR = 10.0**12  # seconds; larger than any number in a valid note


@dataclass(frozen=True)
class Note:
    """A fact about an account that counts for a while.

    :param about: the fingerprint of a password, or the route to the platform.
    :param seconds: how long it counts.
    :param since: when it was written, in seconds of the epoch.
    :param clock: the same in seconds since the machine started; ``boot`` identifies that start.
    """

    kind: str
    about: str
    seconds: float
    message: str
    since: float
    clock: float
    boot: str

    def age(self) -> float:
        """Return its age in seconds; below 0 if the machine restarted and its clock was set back since."""
        if self.boot and self.boot == _files.boot():
            return _files.clock() - self.clock
        return time.time() - self.since

    def left(self) -> float:
        """Return for how many seconds it still counts."""
        return min(self.seconds, HOLD) - max(self.age(), 0.0)

    def is_about(self, secret: str) -> bool:
        """Return whether it is about this password."""
        return _files.is_fingerprint_of(secret, self.about)


def _note(kind: str, about: str = "", seconds: float = HOLD, message: str = "") -> Note:
    return Note(kind, about, seconds, message, time.time(), _files.clock(), _files.boot())


def note_path(gate_key: str) -> str:
    """Return the file with the notes about an account."""
    return os.path.join(_files.home(), "login-%s.json" % gate_key)


def proof_path(gate_key: str) -> str:
    """Return the controller's file about an account's logins by modules, here and on other hosts."""
    return os.path.join(_files.home(), "proven-%s.json" % gate_key)


def _sent_path(path: str) -> str:
    """Return the file with the note about the password that is about to be sent, beside copies of the other notes.

    If the password is refused, this file replaces the file of notes.
    """
    return path[: -len(".json")] + ".sent.json"


def refuse(path: str, secret: str, route: str = "", began: float = NEVER) -> None:
    """Raise an error if the notes forbid this login; the caller holds the lock of ``path``.

    :param path: the file with the notes about the account.
    :param route: the route to the platform. If another login failed to leave the machine on the same route while this one
        waited, this one ends with the same error.
    :param began: when the wait began, in seconds of :func:`_files.clock`.

    Raises :class:`LoginRefused` if this password was refused, or got no clear answer, a short while ago, and
    :class:`TransportError` if it ends with another login's error.
    """
    notes = [*_known(path), *_left_behind(path)]
    for note in notes:
        if note.kind in (HELD, LOCKED) and note.is_about(secret):
            raise LoginRefused(
                "This login already failed, and its password was not sent again (three wrong passwords lock "
                "the account). It is held back for %s: %s. The first answer was: %s"
                % (_in_minutes(note.left()), _remedy(note, notes), note.message),
                held_back=True,
            )
    for note in notes:
        if note.kind == UNSENT and route and note.about == route and note.boot == _files.boot() and note.clock >= began:
            message = "%s (found by another task with this account, while this one waited)" % note.message
            raise TransportError(message, sent=False, final=True)


def unclear_for(path: str, secret: str) -> float:
    """Return the seconds for which a password is held back because its answer was unclear; 0 if it was refused, or isn't held."""
    held = [note for note in (*_known(path), *_left_behind(path)) if note.kind in (HELD, LOCKED) and note.is_about(secret)]
    return held[0].left() if held and held[0].seconds <= UNCLEAR_HOLD else 0.0


def _remedy(note: Note, notes: list[Note]) -> str:
    """Return the remedy for a password that is held back."""
    if note.kind == LOCKED:
        return "ask the operator to unlock the account, and run tdm_session with forget_refusal=true then, or wait"
    forgotten = max((one.left() for one in notes if one.kind == FORGOTTEN), default=0.0)
    if not forgotten:
        return "correct the password, wait, or run tdm_session with forget_refusal=true when the operator has unlocked it"
    return "correct the password, or wait; forget_refusal was used already, and works again in %s" % _in_minutes(forgotten)


def _in_minutes(seconds: float) -> str:
    minutes = max(1, -int(-seconds // 60))
    return "%d minute%s" % (minutes, "" if minutes == 1 else "s")


def is_proven(path: str, secret: str) -> bool:
    """Return whether a file says that this password was accepted a short while ago."""
    return any(note.kind == ACCEPTED and note.is_about(secret) for note in _known(path))


def forget(path: str) -> None:
    """Forget a refusal, but only once in a while: of many tasks that want this, only the first one sends the password again.

    A lock of the account is forgotten each time, since no password can lock it more.
    """
    with _files.locked(path):
        try:
            kinds = {note.kind for note in _known(path)}
        except OptionError:
            kinds = set()  # the file is damaged: write a new one
        if FORGOTTEN not in kinds or LOCKED in kinds:
            _write(path, [_note(FORGOTTEN)])
            _files.remove(_sent_path(path))


def announce(path: str, gate_key: str, secret: str) -> None:
    """Note that a password is about to be sent; raises :class:`OptionError` if the note fails: then it must not be sent."""
    is_kept = False
    try:
        left = _left_behind(path)
        if left:
            _write(path, [*_known(path), *left])
        is_kept = True  # a killed task's note is now in path too: until then, its own file must not be removed
        note = _note(
            HELD, _files.fingerprint(secret, gate_key), HOLD, "it was refused, and the disk was too full to note the reason"
        )
        _write(_sent_path(path), [*_known(path), note])
    except OptionError as error:
        if is_kept:
            withdraw(path)
        raise OptionError("the login was not sent, since the note about it could not be written: " + error.message) from None


def withdraw(path: str) -> None:
    """Remove the note that a password is about to be sent."""
    _try(lambda: _files.remove(_sent_path(path)))


def settle(path: str, gate_key: str, secret: str, error: TdmError | None = None, route: str = "") -> None:
    """Note the result of an announced login, as far as the disk allows; if a step fails, the password stays held back.

    :param error: the login's error, None for an accepted login.
    """
    if isinstance(error, LoginRefused):
        _try(lambda: _files.rename(_sent_path(path), path))  # the announcement becomes the note, which needs no disk space
        _try(lambda: _add(path, _refusal(error, _files.fingerprint(secret, gate_key))))
    elif error is None or (isinstance(error, LoginError) and error.harmless):
        withdraw(path)
        _try(lambda: _files.remove(path))
    elif not getattr(error, "sent", not isinstance(error, OptionError)):
        withdraw(path)
        if isinstance(error, TransportError) and not error.final:
            _try(lambda: _add(path, _note(UNSENT, route, UNCLEAR_HOLD, error.message)))
    elif _try(lambda: _add(path, _note(HELD, _files.fingerprint(secret, gate_key), UNCLEAR_HOLD, error.message))):
        withdraw(path)


def _refusal(error: LoginRefused, about: str) -> Note:
    return _note(LOCKED if error.is_lock else HELD, about, HOLD, error.reason)


def _try(step: Callable[[], object]) -> bool:
    """Take a step in the files; return whether it succeeded."""
    try:
        step()
    except OptionError:
        return False
    return True


def _add(path: str, note: Note) -> None:
    """Add a note to a file. It replaces notes about the same password or route, and notes of logins that weren't sent."""
    _write(path, [*(one for one in _known(path) if one.kind != UNSENT and one.about != note.about), note])


def prove(path: str, gate_key: str, secret: str) -> None:
    """Note that a password was accepted, and drop all other notes: earlier refusals no longer count."""
    _try(lambda: _write(path, [_note(ACCEPTED, _files.fingerprint(secret, gate_key))]))


def hand_on(proof: str, gate_key: str, secret: str, message: str) -> None:
    """Note that a module's password was refused; the caller holds the lock of ``proof``, the controller's own file.

    The note goes into the file that all tasks read, and stays in ``proof`` only if the disk has no room for that.
    """
    reason = message[: -len(LOCK_REMEDY)] if message.endswith(LOCK_REMEDY) else message
    error = LoginRefused(reason, remedy=message[len(reason) :])
    settle(proof, gate_key, secret, error)
    path = note_path(gate_key)
    with _files.locked(path):
        if _try(lambda: _add(path, _refusal(error, _files.fingerprint(secret, gate_key)))):
            _try(lambda: _files.remove(proof))


@contextmanager
def pass_through(gate_key: str, secret: str, route: str = "", began: float = NEVER) -> Iterator[None]:
    """Hold the account's lock around a login; raises as :func:`refuse` does instead of sending a refused password again.

    If the process is killed meanwhile, its announcement stays, and holds the password back for a minute.
    """
    path = note_path(gate_key)
    with _files.locked(path) as waited:
        refuse(path, secret, route, min(began, waited))
        announce(path, gate_key, secret)
        try:
            yield
        except TdmError as error:
            settle(path, gate_key, secret, error, route)
            raise
        settle(path, gate_key, secret)


def _left_behind(path: str) -> list[Note]:
    """Return the note of a login whose process ended before its answer, if there is one."""
    message = "none, since the task that sent it was stopped before"
    sent = [replace(note, seconds=UNCLEAR_HOLD, message=message) for note in _known(_sent_path(path))[-1:]]
    return [note for note in sent if note.left() > 0]


def _known(path: str) -> list[Note]:
    """Return the notes in a file that still count."""
    text = _files.read_text(path)
    if not text:
        return []
    data = _files.from_json(text)
    found = data.get("notes") if isinstance(data, dict) else None
    if not isinstance(found, list) or not all(_is_note(one) for one in found):
        raise OptionError(
            "%s is damaged, or doesn't contain notes about logins, and nothing is sent: run tdm_session with "
            "forget_refusal=true if you know that the password is right" % path
        )
    notes = [note for note in (Note(**one) for one in found) if note.left() > 0]
    if any(note.age() < 0 for note in notes):  # the clock was set back: date these notes anew, so that they expire
        now = _note(HELD)
        notes = [replace(one, since=now.since, clock=now.clock, boot=now.boot) if one.age() < 0 else one for one in notes]
        _try(lambda: _write(path, notes))
    return notes


def _is_note(data: object) -> bool:
    """Return whether data from a file is a valid note."""
    if not isinstance(data, dict) or set(data) != {*TEXTS, *NUMBERS} or not all(isinstance(data[name], str) for name in TEXTS):
        return False
    numbers = [data[name] for name in NUMBERS]
    return all(isinstance(number, (int, float)) and -FAR < number < FAR for number in numbers)


def _write(path: str, notes: list[Note]) -> None:
    _files.write_json(path, {"notes": [asdict(note) for note in notes]})
