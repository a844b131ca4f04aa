# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the frames and the tasks hand each other."""

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
    """How a task runs, apart from its options.

    :param check: change nothing.
    :param diff: return what changed.
    :param warn: takes a warning for the user.
    :param report: takes a line about the progress of a long task; None where nobody could see it.
    :param presentable: gives a message as it may be written to a file: without the task's secrets.
    """

    check: bool = False
    diff: bool = False
    warn: Callable[[str], object] = _ignore
    report: Callable[[str], object] | None = None
    presentable: Callable[[str], str] = _same


@dataclass(frozen=True)
class Task:
    """What a module is: its options and the function behind it.

    :param options: its own part of the argument spec.
    :param run: ``run(params, context)`` returns the result, with ``failed`` and ``msg`` where it failed after all
        was tried; raises :class:`TdmError` for what ends it early.
    :param rules: what else AnsibleModule takes: ``required_if`` and the like.
    :param holding_secrets: options that hold secrets among other things, and so are never shown; an option that is
        itself a secret has ``no_log``.
    :param secrets_inside: what the secrets are called in there.
    :param digits: options whose texts are hexadecimal digits, which YAML may take for numbers.
    :param rows: options that hold resources, each with the argument spec of one.
    :param secrets_in: gives the secrets in a text that is more than a secret, such as an onboarding tag.
    :param empty_is_nothing: an empty text for a number says nothing, as in a list of resources.
    :param keeps_sessions: it opens and closes sessions for other tasks.
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
