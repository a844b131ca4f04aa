# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes a client from a task's options; its session is closed on every exit."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .. import _files
from .._api import session as _session
from .._api.codec import JSON, XML
from .._api.login import ADMINISTRATORS, Account, Credentials
from .._api.platform import LookedUp
from .._api.resources import Client
from .._api.session import Session
from .._errors import OptionError
from .._http.addresses import is_this_machine, parts_of
from .._http.pools import HttpSettings
from .._http.transport import Transport
from .._signals import breakable, unbroken
from .._text import SPACES
from .task import Context

#: KPN's public base address of the Device Manager API.
KPN = "https://www.kpn-lora.com/thingpark/wireless/rest"

ADDRESSES = ("url", "login_url", "session_url")
#: Options that are trimmed; a blank text means the default.
NAMES = ("login_field", "password_field", "subscriber_id", "module_id")
UNSEEN_MARKS = "\u200b\u2060\ufeff"  # invisible characters at the ends of copied texts
LARGEST_PEM = 1_000_000  # bytes; a certificate with its chain and key has a few thousand

#: The connection options, part of every module's argument spec.
OPTIONS: dict[str, dict[str, Any]] = {
    "url": {"type": "str", "default": KPN},
    "auth_method": {"type": "str", "default": "html", "choices": ["html", "smp", "digest", "oauth2"]},
    "login": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "client_id": {"type": "str"},
    "client_secret": {"type": "str", "no_log": True},
    "subscriber_id": {"type": "str"},
    "module_id": {"type": "str", "default": "TPW_SUBS"},
    "login_url": {"type": "str"},
    "session_url": {"type": "str"},
    "login_field": {"type": "str", "default": "login"},
    "password_field": {"type": "str", "default": "password", "no_log": False},
    "body_format": {"type": "str", "default": JSON, "choices": [JSON, XML]},
    "session_file": {"type": "path"},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
    "client_cert": {"type": "path"},
    "client_key": {"type": "path", "no_log": False},
    "proxy": {"type": "str"},
    "timeout": {"type": "float", "default": 30.0},
    "retries": {"type": "int", "default": 4},
    "max_requests_per_second": {"type": "float", "default": 0.0},
}
#: The environment variable of each option, used if the task lacks the option.
ENVIRONMENT = {name: "TDM_" + name.upper() for name in OPTIONS}


def http_settings_of(params: dict[str, Any]) -> HttpSettings:
    """Return the HTTP settings; raises :class:`OptionError` for invalid values."""
    for name, least in (("timeout", 0.1), ("retries", 0), ("max_requests_per_second", 0)):
        if params[name] < least:
            raise OptionError("%s must be at least %s, got %s" % (name, least, params[name]))
    for name in ("ca_path", "client_cert", "client_key"):
        if params.get(name) and not os.path.exists(params[name]):
            raise OptionError("%s names %s, which doesn't exist" % (name, params[name]))
    if params.get("client_key") and not params.get("client_cert"):
        raise OptionError("client_key is given without client_cert")
    for name in ("ca_path", "client_cert", "client_key"):  # reading a pipe could block forever
        if params.get(name) and not os.path.isfile(params[name]) and not (name == "ca_path" and os.path.isdir(params[name])):
            raise OptionError("%s names %s, which is not a regular file" % (name, params[name]))
    for name in ("client_cert", "client_key"):
        if params.get(name) and _is_locked(params[name]):
            raise OptionError(
                "%s contains a key with a passphrase, which a task can't enter: give a file without one, readable only by you "
                "(openssl pkey -in old.pem -out new.pem)" % name
            )
    return HttpSettings(
        params["validate_certs"],
        params.get("ca_path") or "",
        params.get("client_cert") or "",
        params.get("client_key") or "",
        params.get("proxy") or "",
        params["timeout"],
        params["retries"],
        params["max_requests_per_second"],
    )


def _is_locked(path: str) -> bool:
    """Return whether a PEM file contains an encrypted key, for which OpenSSL would prompt at the terminal."""
    try:
        with open(path, "rb") as file:
            return b"ENCRYPTED" in file.read(LARGEST_PEM)
    except OSError:
        return False  # the TLS library will report it


def account_of(params: dict[str, Any], context: Context) -> Account:
    """Return the account and its addresses; raises :class:`OptionError` for invalid values."""
    addresses = {name: (params.get(name) or "").strip() for name in ADDRESSES}
    for name, address in addresses.items():
        parts = parts_of(address)
        if parts is None and (address or name == "url"):
            raise OptionError("%s must be like %s, without a login in it" % (name, KPN))
        if parts and parts.scheme == "http" and not is_this_machine(parts.hostname or ""):
            context.warn("%s is plain http: the password and all keys can be read on the way. Use https." % name)
    oauth = params["auth_method"] == "oauth2"
    for_subscriber = params["auth_method"] in ADMINISTRATORS
    texts = {name: (params.get(name) or "").strip() or OPTIONS[name].get("default", "") for name in NAMES}
    return Account(
        addresses["url"].rstrip("/"),
        params["auth_method"],
        _credential(params, "client_id" if oauth else "login", context),
        _credential(params, "client_secret" if oauth else "password", context),
        addresses["login_url"],
        addresses["session_url"],
        texts["login_field"],
        texts["password_field"],
        texts["subscriber_id"] if for_subscriber else "",
        texts["module_id"] if for_subscriber else "",
        params["body_format"],
    )


def _credential(params: dict[str, Any], name: str, context: Context) -> str:
    """Return a login or secret in the form to send."""
    text: str = params.get(name) or ""
    if text.splitlines() not in ([], [text]):
        raise OptionError(
            "%s contains a line end, which no login has (echo and text files add one): nothing was sent. "
            "Remove it, for example with the filter trim" % name
        )
    if OPTIONS[name].get("no_log"):
        return text  # a password may begin or end with a blank
    trimmed = text.strip(SPACES + UNSEEN_MARKS)
    if trimmed != text:
        context.warn("%s has spaces around it, which are ignored: remove them" % name)
    return trimmed


#: Look-ups of the last session from a file; shared because the items of a loop run in one process, one after the other.
_SHARED: list[tuple[str, Credentials, LookedUp]] = []


@contextmanager
def connected(params: dict[str, Any], context: Context) -> Iterator[Client]:
    """Give a client, with the session in ``session_file`` or a new session that is closed at the end."""
    account = account_of(params, context)
    transport = Transport(http_settings_of(params))
    path = params.get("session_file") or ""
    session = None
    with unbroken():  # interruptions wait while the session is opened and closed, but not during the work
        try:
            session = session_in(path, account, transport) if path else _of_its_own(account, transport)
            with breakable():
                yield Client(session, read_only=context.check)
        finally:
            if session is not None and not path:
                session.close()
            transport.stop()


def _of_its_own(account: Account, transport: Transport) -> Session:
    return Session(account, transport, _session.log_in(account, transport))


def session_in(path: str, account: Account, transport: Transport) -> Session:
    """Return the session in a file; if there is none, open one and store it there."""
    session = _session.load(path, account, transport)
    if session is None:
        if not account.secret:
            raise OptionError("session_file %s contains no session: run tdm_session first, or give login and password too" % path)
        with _files.locked(path) as began:
            session = _session.load(path, account, transport) or _session.open_in(path, account, transport, began)
    whose = (account.url, session.grant)
    if not _SHARED or _SHARED[0][:2] != whose:
        _SHARED[:] = [(*whose, session.looked_up)]
    session.looked_up = _SHARED[0][2]
    return session
