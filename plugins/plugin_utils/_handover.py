# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The gate before modules, on the controller: a password that one host found refused is not tried by the next host.

Modules run on many hosts, each with its own home and state files. The gate lets them pass one by one until the first has
shown that the password is right.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Callable
from urllib.parse import urlsplit

from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.parsing.convert_bool import BOOLEANS_TRUE

from ..module_utils import _files
from ..module_utils._api import lockout
from ..module_utils._api.login import Account
from ..module_utils._api.session import route_of
from ..module_utils._errors import LoginRefused, OptionError, TdmError, without
from ..module_utils._frame.connection import OPTIONS, account_of, http_settings_of
from ..module_utils._frame.task import Context, Task
from ..module_utils._text import in_short

PATIENCE = 5.0  # seconds of waiting before it is told
WAITS = (
    "waiting for the first task with the login %s on %s: it shows whether the password is right. The other hosts begin after it, "
    "so that a wrong password is sent only once"
)
NO_SECRETS = {"password": "", "client_secret": ""}


def through_gate(
    task: Task,
    args: dict[str, Any],
    is_blind: bool,
    execute: Callable[[dict[str, Any]], dict[str, Any]],
    shares_notes: bool = False,
    tell: Callable[[str], object] = lambda line: None,
) -> dict[str, Any]:
    """Return the result of ``execute(args)``, called once the gate allows it.

    :param args: the options for the module.
    :param is_blind: the result of the login will stay unknown (the module runs in the background on another host).
    :param shares_notes: the module uses the same state files, on this machine and with the same home.
    :param tell: shows a line to the user, if the wait is long.

    Raises :class:`LoginRefused` if one more attempt with this password could lock the account.
    """
    account, route = _account(args)
    if account and str(args.get("forget_refusal")).lower() in BOOLEANS_TRUE:
        for path in (lockout.note_path(account.gate_key()), lockout.proof_path(account.gate_key())):
            lockout.forget(path)
    if account is None or not account.secret or (task.keeps_sessions and args.get("state") == "absent"):
        return execute(args)  # sends no password
    key = account.gate_key()
    notes, proof = lockout.note_path(key), lockout.proof_path(key)
    with _in_turn(proof, account, tell) as began:
        try:
            lockout.refuse(proof, account.secret)
            with _files.locked(notes):
                lockout.refuse(notes, account.secret, route, began)
        except LoginRefused:
            if not args.get("session_file"):
                raise
            # A living session may be used, but must not be opened again with this password.
            args = {**args, **NO_SECRETS}
        else:
            if not lockout.is_proven(proof, account.secret):
                if is_blind:
                    raise OptionError(
                        "async on another host would hide whether the password is right: run tdm_subscriber_info once before it"
                    )
                return _first(task, args, account, proof, execute, shares_notes)
    return execute(args)


@contextmanager
def _in_turn(proof: str, account: Account, tell: Callable[[str], object]) -> Iterator[float]:
    """Hold the lock of a proof, as :func:`_files.locked` does. Tell once if the wait is long: a first task may take hours."""
    login = in_short(without(account.name, [account.secret]))
    waiting = threading.Timer(PATIENCE, tell, [WAITS % (login, urlsplit(account.url).hostname)])
    waiting.daemon = True
    waiting.start()
    try:
        with _files.locked(proof) as began:
            waiting.cancel()
            yield began
    finally:
        waiting.cancel()


def _first(
    task: Task,
    args: dict[str, Any],
    account: Account,
    proof: str,
    execute: Callable[[dict[str, Any]], dict[str, Any]],
    shares_notes: bool,
) -> dict[str, Any]:
    """Return the result of ``execute(args)``, which may be the first to send the password; record whether it was accepted."""
    key = account.gate_key()
    lockout.announce(proof, key, account.secret)
    try:
        result = execute(args)
    except BaseException as error:
        # No login: the host couldn't be reached. Or the task is ending, and the module itself has recorded its login.
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
    """Return the account of a module's login, and its route to the platform; None if the options contain no account."""
    given = {name: options[name] for name in OPTIONS if options.get(name) is not None}
    params = ArgumentSpecValidator(OPTIONS).validate(given).validated_parameters
    try:
        account = account_of(params, Context())
    except (TdmError, AttributeError, TypeError):
        return None, ""  # the module will report the fault
    try:
        route = route_of(account, http_settings_of(params))
    except (TdmError, TypeError):
        route = ""
    return (account, route) if account.name else (None, "")


def _proves(task: Task, args: dict[str, Any], result: dict[str, Any]) -> bool:
    """Return whether a result proves that a login was accepted."""
    if result.get("failed") or "ansible_job_id" in result:
        return False
    return bool(result.get("changed")) if task.keeps_sessions else not args.get("session_file")
