# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's gate in front of modules: a password that one host found refused is not tried by the next.

Modules run on many hosts, each with a home and so with notes of its own. Here, on the controller, they go one by one
until the first of them has shown that the password is right.
"""

from __future__ import annotations

import os
from typing import Any, Callable

from ..module_utils import _files, _login_gate
from ..module_utils._auth import Account
from ..module_utils._connect import OPTIONS, account_of
from ..module_utils._errors import LoginRefused, OptionError, TdmError
from ..module_utils._task import Context, Task

NO_SECRETS = {"password": "", "client_secret": ""}


def through_gate(
    task: Task,
    args: dict[str, Any],
    is_blind: bool,
    execute: Callable[[dict[str, Any]], dict[str, Any]],
) -> dict[str, Any]:
    """Return what ``execute(args)`` returns, once it may be called.

    :param args: the options that the module gets.
    :param is_blind: nothing will be known of how its login went (it runs in the background on another host).

    Raises :class:`LoginRefused` where the password would be sent once too often.
    """
    account = _account(args)
    if account is None or (task.keeps_sessions and args.get("state") == "absent"):
        return execute(args)  # no password will be sent
    proof = os.path.join(_files.home(), "proven-%s.json" % account.gate_key())
    with _files.locked(proof):
        try:
            _login_gate.check(account.gate_key(), account.secret)
        except LoginRefused:
            if not args.get("session_file"):
                raise
            # A living session is still good; a dead one must not be opened again with this password.
            return execute({**args, **NO_SECRETS})
        if not _login_gate.is_proven(proof, account.secret):
            if is_blind:
                raise OptionError(
                    "async on another host would hide whether the password is right: run tdm_subscriber_info once before it"
                )
            result = execute(args)
            if result.get("login_refused") and not result.get("held_back"):
                notes = _login_gate.note_path(account.gate_key())
                _login_gate.note(notes, account.secret, _login_gate.HOLD, str(result.get("msg")))
            elif _proves(task, args, result):
                _login_gate.note(proof, account.secret, _login_gate.HOLD)
            return result
    return execute(args)


def _account(options: dict[str, Any]) -> Account | None:
    """Return the account that a module will log in with, None where the options give none that is whole."""
    params = {name: entry.get("default") for name, entry in OPTIONS.items()}
    params.update({name: options[name] for name in OPTIONS if options.get(name) is not None})
    try:
        account = account_of(params, Context())
    except TdmError:
        return None  # the module will say what is wrong
    return account if account.name and account.secret else None


def _proves(task: Task, args: dict[str, Any], result: dict[str, Any]) -> bool:
    """Return whether a result can only come of a login that was accepted."""
    if result.get("failed") or "ansible_job_id" in result:
        return False
    return bool(result.get("changed")) if task.keeps_sessions else not args.get("session_file")
