# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which of a task's options are secrets, and how its result is kept free of them.

Ansible masks a secret wherever its characters stand. A verification code of two digits would so spoil every DevEUI that has
them, and such a result is of no use as input. Here, a secret is masked in messages, and where a value is nothing else.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Iterable
from typing import Any

from .._errors import HIDDEN, LEAST, passwords_in, spellings, without
from .connection import OPTIONS
from .task import Task

#: Addresses that may come with a password.
ADDRESSES = ("proxy", "url", "login_url", "session_url")
#: Keys of a result whose values are messages.
MESSAGES = frozenset({"msg", "error", "message", "exception", "warnings", "notes"})
NOT_SHOWN = "(not shown)"


def secrets_of(task: Task, params: dict[str, Any]) -> set[str]:
    """Return the secrets in a task's options; those of a fleet's devices are kept out of its result by themselves."""
    found: set[str] = set()
    for name in _secret_options(task):
        found |= _texts_of(params.get(name))
    for address in (*(str(params.get(name) or "") for name in ADDRESSES), *_proxies()):
        found |= passwords_in(address)
    for value in params.values():
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str):
                found.update(task.secrets_in(text))
    # "*", the port of an AppSKey where the key should be, is in many messages, and in HIDDEN.
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
    """Return the texts of a secret; an ABP device's AppSKeys are several."""
    return {str(each) for each in (value.values() if isinstance(value, dict) else [value]) if each}


def _secret_options(task: Task) -> list[str]:
    return [name for name, entry in {**OPTIONS, **task.options}.items() if entry.get("no_log")]


def _proxies() -> set[str]:
    """Return the environment's proxies."""
    return {value for name, value in os.environ.items() if name.lower().endswith("_proxy")}


def masked(result: dict[str, Any], secrets: Iterable[str]) -> dict[str, Any]:
    """Return a result, itself changed where need be, in which no message holds a secret and no value is one.

    A short one is left where it stands alone: the number of a building is no secret because it is somebody's code as well.
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
    if isinstance(value, dict):  # in its place: a list of 100,000 devices is not to be had twice
        for key, each in value.items():
            value[key] = _mask(each, secrets, whole, is_message or key in MESSAGES)
    elif isinstance(value, list):
        value[:] = [_mask(each, secrets, whole, is_message) for each in value]
    elif isinstance(value, tuple):
        return [_mask(each, secrets, whole, is_message) for each in value]
    return value


def presentable(task: Task, params: dict[str, Any]) -> dict[str, Any]:
    """Return a task's options as Ansible may show them with ``-vvv``: no secrets, nor what holds some.

    A secret that stands in another option too, as a key in ``name``, is masked there as in a result.
    """
    hidden = {*_secret_options(task), *task.holding_secrets}
    hidden |= {name for name in ADDRESSES if passwords_in(str(params.get(name) or ""))}
    shown: dict[str, Any] = {}
    for name, value in params.items():
        is_given = value is not None and value != ""
        shown[name] = NOT_SHOWN if name in hidden and is_given else _without_inner(task, copy.deepcopy(value))
    return masked(shown, secrets_of(task, params))


def _without_inner(task: Task, value: Any) -> Any:
    """Return texts, alone or in a list, without the secrets that stand in them among other things."""
    if isinstance(value, list):
        return [_without_inner(task, each) for each in value]
    if isinstance(value, str):
        for secret in task.secrets_in(value):
            value = value.replace(secret, HIDDEN)
    return value
