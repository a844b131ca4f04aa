# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's gate in front of modules: a password that one host found refused is not tried by the next.

Modules run on many hosts, each with a home and so with notes of its own. Here, on the controller, they go one by one
until the first of them has shown that the password is right.
"""

from __future__ import annotations

from typing import Any, Callable

from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.parsing.convert_bool import BOOLEANS_TRUE

from ..module_utils import _files
from ..module_utils._api import lockout
from ..module_utils._api.login import Account
from ..module_utils._api.session import route_of
from ..module_utils._errors import LoginRefused, OptionError, TdmError
from ..module_utils._frame.connection import OPTIONS, account_of, http_settings_of
from ..module_utils._frame.task import Context, Task

NO_SECRETS = {"password": "", "client_secret": ""}


def through_gate(
    task: Task,
    args: dict[str, Any],
    is_blind: bool,
    execute: Callable[[dict[str, Any]], dict[str, Any]],
    shares_notes: bool = False,
) -> dict[str, Any]:
    """Return what ``execute(args)`` returns, once it may be called.

    :param args: the options that the module gets.
    :param is_blind: nothing will be known of how its login went (it runs in the background on another host).
    :param shares_notes: the module notes its login here too, with the same user's home.

    Raises :class:`LoginRefused` where the password would be sent once too often.
    """
    account, route = _account(args)
    if account and str(args.get("forget_refusal")).lower() in BOOLEANS_TRUE:
        for path in (lockout.note_path(account.gate_key()), lockout.proof_path(account.gate_key())):
            lockout.forget(path)
    if account is None or not account.secret or (task.keeps_sessions and args.get("state") == "absent"):
        return execute(args)  # no password will be sent
    key = account.gate_key()
    notes, proof = lockout.note_path(key), lockout.proof_path(key)
    with _files.locked(proof) as began:
        try:
            lockout.refuse(proof, account.secret)
            with _files.locked(notes):
                lockout.refuse(notes, account.secret, route, began)
        except LoginRefused:
            if not args.get("session_file"):
                raise
            # A living session is still good; a dead one must not be opened again with this password.
            args = {**args, **NO_SECRETS}
        else:
            if not lockout.is_proven(proof, account.secret):
                if is_blind:
                    raise OptionError(
                        "async on another host would hide whether the password is right: run tdm_subscriber_info once before it"
                    )
                return _first(task, args, account, proof, execute, shares_notes)
    return execute(args)


def _first(
    task: Task,
    args: dict[str, Any],
    account: Account,
    proof: str,
    execute: Callable[[dict[str, Any]], dict[str, Any]],
    shares_notes: bool,
) -> dict[str, Any]:
    """Return what ``execute(args)`` returns, which may be the first one to send a password; note what became of that."""
    key = account.gate_key()
    lockout.announce(proof, key, account.secret)
    try:
        result = execute(args)
    except BaseException as error:
        # The host couldn't be reached, say; or the task is told to end, and the module's own note knows of its login.
        if shares_notes or isinstance(error, AnsibleError):
            lockout.withdraw(proof)
        raise
    if result.get("login_refused") and not result.get("held_back"):
        lockout.hand_on(proof, key, account.secret, str(result.get("msg")))
    else:
        lockout.withdraw(proof)
        if _proves(task, args, result):
            lockout.prove(proof, key, account.secret)
    return result


def _account(options: dict[str, Any]) -> tuple[Account | None, str]:
    """Return the account that a module will log in with, and its way to the platform; None where the options give no account."""
    given = {name: options[name] for name in OPTIONS if options.get(name) is not None}
    params = ArgumentSpecValidator(OPTIONS).validate(given).validated_parameters
    try:
        account = account_of(params, Context())
    except (TdmError, AttributeError, TypeError):
        return None, ""  # the module will say what is wrong
    try:
        route = route_of(account, http_settings_of(params))
    except (TdmError, TypeError):
        route = ""
    return (account, route) if account.name else (None, "")


def _proves(task: Task, args: dict[str, Any], result: dict[str, Any]) -> bool:
    """Return whether a result can only come of a login that was accepted."""
    if result.get("failed") or "ansible_job_id" in result:
        return False
    return bool(result.get("changed")) if task.keeps_sessions else not args.get("session_file")
