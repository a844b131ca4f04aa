# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Opens a session for several tasks, and closes it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .. import _files
from .._api import lockout
from .._api import session as _session
from .._api.login import Account
from .._api.session import Session
from .._errors import OptionError
from .._frame.connection import account_of, http_settings_of
from .._frame.task import Context, Task
from .._http.transport import Transport
from .._signals import unbroken

OPTIONS = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "forget_refusal": {"type": "bool", "default": False},
}


def run(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Open a session and store it in a file, or close it; in check mode too, because reading needs a session."""
    account = account_of(params, context)
    transport = Transport(http_settings_of(params))
    if not params.get("session_file") and not account.name:
        raise OptionError("login (or client_id) is needed to find the account's session, or session_file to name one")
    if params["forget_refusal"]:
        if not account.name:
            raise OptionError("forget_refusal needs the account's login (or client_id), to know which refusal to forget")
        lockout.forget(lockout.note_path(account.gate_key()))
    path = params.get("session_file") or _session.default_path(account)
    with _files.locked(path) as began, unbroken():
        if params["state"] == "absent":
            return _close(path, account, transport)
        session = _session.load(path, account, transport, renewable=True)
        if session is not None and session.is_alive():
            return _shown(False, path, session)
        if session is None:  # the file may hold a session that an older password opened
            _close_on_platform(path, account, transport)
        session = _session.open_in(path, account, transport, began)
    return _shown(True, path, session)


def _close(path: str, account: Account, transport: Transport) -> dict[str, Any]:
    _close_on_platform(path, account, transport)
    changed = _files.remove(path)
    _files.drop_lock(path)
    return {"changed": changed, "session_file": path}


def _close_on_platform(path: str, account: Account, transport: Transport) -> None:
    session = _session.load(path, replace(account, secret=""), transport)  # closing needs no password
    if session is not None:
        session.close()


def _shown(changed: bool, path: str, session: Session) -> dict[str, Any]:
    facts = session.grant.facts
    return {
        "changed": changed,
        "session_file": path,
        "subscription": session.subscription.rpartition("/")[2],
        "granted_permissions": facts.get("granted_permissions", []),
        "user": facts.get("user", {}),
    }


TASK = Task(OPTIONS, run, keeps_sessions=True)
