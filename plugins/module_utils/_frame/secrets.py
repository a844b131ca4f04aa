# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds the secrets in a task's options, and keeps them out of its result.

Ansible masks every occurrence of a secret. A verification code of two digits would spoil many DevEUIs, and the result would be
useless as input. So secrets are masked in messages only, and as whole values.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Iterable
from typing import Any

from .._errors import HIDDEN, LEAST, passwords_in, spellings, without
from .connection import OPTIONS
from .task import Task

#: Addresses that may contain a password.
ADDRESSES = ("proxy", "url", "login_url", "session_url")
#: Keys of a result with messages as values.
MESSAGES = frozenset({"msg", "error", "message", "exception", "warnings", "notes"})
NOT_SHOWN = "(not shown)"


def secrets_of(task: Task, params: dict[str, Any]) -> set[str]:
    """Return the secrets in a task's options, except those of a fleet's devices, which the engine keeps out of results."""
    found: set[str] = set()
    for name in _secret_options(task):
        found |= _texts_of(params.get(name))
    for address in (*(str(params.get(name) or "") for name in ADDRESSES), *_proxies()):
        found |= passwords_in(address)
    for value in params.values():
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str):
                found.update(task.secrets_in(text))
    # A mere sign such as "*", which may stand for the port of an AppSKey, occurs in many messages and in HIDDEN.
    return {each for each in found if len(each) >= LEAST or any(character.isalnum() for character in each)}


def secrets_inside(task: Task, params: dict[str, Any]) -> set[str]:
    """Return the secrets of a fleet's devices, which may be many thousands."""
    found: set[str] = set()
    for option in task.holding_secrets:
        value = params.get(option)
        rows: list[Any] = value if isinstance(value, list) else [value]
        for row in (each for each in rows if isinstance(each, dict)):
            for name in task.secrets_inside.intersection(row):
                found |= _texts_of(row[name])
    return found


def _texts_of(value: Any) -> set[str]:
    """Return the texts of a secret; an ABP device has several AppSKeys."""
    return {str(each) for each in (value.values() if isinstance(value, dict) else [value]) if each}


def _secret_options(task: Task) -> list[str]:
    return [name for name, entry in {**OPTIONS, **task.options}.items() if entry.get("no_log")]


def _proxies() -> set[str]:
    """Return the proxy addresses in the environment."""
    return {value for name, value in os.environ.items() if name.lower().endswith("_proxy")}


def masked(result: dict[str, Any], secrets: Iterable[str]) -> dict[str, Any]:
    """Remove secrets from a result's messages, and values that equal a secret; return the same result, changed in place.

    Values that equal a short secret stay: a building's number may equal somebody's code by chance.
    """
    known = sorted(secrets)
    whole = {spelling for secret in known if len(secret) >= LEAST for spelling in spellings(secret)}
    if known:
        _mask(result, known, whole, False)
    return result


def _mask(value: Any, secrets: list[str], whole: set[str], is_message: bool) -> Any:
    if isinstance(value, str):
        if is_message:
            return without(value, secrets, ours=True)
        return HIDDEN if value.lower() in whole else value
    if isinstance(value, dict):  # changed in place: a copy of 100,000 devices takes too much memory
        for key, each in value.items():
            value[key] = _mask(each, secrets, whole, is_message or key in MESSAGES)
    elif isinstance(value, list):
        value[:] = [_mask(each, secrets, whole, is_message) for each in value]
    elif isinstance(value, tuple):
        return [_mask(each, secrets, whole, is_message) for each in value]
    return value


def presentable(task: Task, params: dict[str, Any]) -> dict[str, Any]:
    """Return a task's options for ``-vvv``, without secrets and options that contain secrets.

    A secret inside another option, such as a key in ``name``, is masked as in a result.
    """
    hidden = {*_secret_options(task), *task.holding_secrets}
    hidden |= {name for name in ADDRESSES if passwords_in(str(params.get(name) or ""))}
    shown: dict[str, Any] = {}
    for name, value in params.items():
        is_given = value is not None and value != ""
        shown[name] = NOT_SHOWN if name in hidden and is_given else _without_inner(task, copy.deepcopy(value))
    return masked(shown, secrets_of(task, params))


def _without_inner(task: Task, value: Any) -> Any:
    """Return a text, or a list of texts, without the secrets inside, such as those of an onboarding tag."""
    if isinstance(value, list):
        return [_without_inner(task, each) for each in value]
    if isinstance(value, str):
        for secret in task.secrets_in(value):
            value = value.replace(secret, HIDDEN)
    return value
