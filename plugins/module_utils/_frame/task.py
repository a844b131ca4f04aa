# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The classes that frames and tasks exchange."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable


def _ignore(*_arguments: object) -> None:
    return None


def _same(text: str) -> str:
    return text


def _none(_text: str) -> list[str]:
    return []


@dataclass
class Context:
    """The circumstances of a task, apart from its options.

    :param check: change nothing.
    :param diff: return the differences.
    :param warn: receives a warning for the user.
    :param report: receives a line about the progress of a long task; None without a reader.
    :param presentable: removes the task's secrets from a message, for a file.
    """

    check: bool = False
    diff: bool = False
    warn: Callable[[str], object] = _ignore
    report: Callable[[str], object] | None = None
    presentable: Callable[[str], str] = _same


@dataclass(frozen=True)
class Task:
    """A module: its options and its function.

    :param options: the module's own part of the argument spec.
    :param run: ``run(params, context)`` returns the result, with ``failed`` and ``msg`` if part of the work failed;
        raises :class:`TdmError` to end early.
    :param rules: further arguments of AnsibleModule, such as ``required_if``.
    :param holding_secrets: options that contain secrets among other data, and are never shown. An option that is itself
        a secret has ``no_log``.
    :param secrets_inside: the keys of secrets in these options.
    :param digits: options with hexadecimal digits, which YAML may read as numbers.
    :param rows: options that contain resources, each with the argument spec of one resource.
    :param secrets_in: returns the secrets inside a text, such as an onboarding tag.
    :param empty_is_nothing: an empty text for a number counts as not given, as in a list of resources.
    :param keeps_sessions: the task opens and closes sessions for other tasks.
    """

    options: dict[str, Any]
    run: Callable[[dict[str, Any], Context], dict[str, Any]]
    rules: dict[str, Any] = field(default_factory=dict)
    holding_secrets: tuple[str, ...] = ()
    secrets_inside: frozenset[str] = frozenset()
    digits: frozenset[str] = frozenset()
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    secrets_in: Callable[[str], list[str]] = _none
    empty_is_nothing: bool = False
    keeps_sessions: bool = False
