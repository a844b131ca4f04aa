# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connects Ansible and a task: the argument spec, and the frame for a module in its own process.

The other frame, for Ansible's worker process, is ``plugins/plugin_utils/_action.py``. Both call the same ``run``.
"""

from __future__ import annotations

import glob
import os
import platform
import select
import sys
import traceback
from contextlib import suppress
from dataclasses import replace
from typing import Any, Callable, NoReturn

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible.module_utils.errors import AnsibleFallbackNotFound

from .._errors import TdmError, mistake_of, without
from .._http import limits, transport
from .._schema import embedded_xml
from .._signals import ended_cleanly
from .._text import harmless
from .connection import ENVIRONMENT, OPTIONS
from .secrets import masked, presentable, secrets_of
from .task import Context, Task

LIBRARIES = ("requests", "urllib3", "lxml")
UNUSABLE = (
    "The Python library %s on %s's Python %s is installed, but can't be imported (%s): reinstall it, or "
    "install a version that fits this Python and its other libraries"
)


def from_environment(name: str) -> str:
    """Return the environment variable of an option that was not given, trimmed; empty if unset or blank."""
    if not os.environ.get(name, "").strip():
        raise AnsibleFallbackNotFound
    return os.environ[name]


def argument_spec(task: Task) -> dict[str, Any]:
    """Return a module's whole argument spec: the connection options and its own.

    No option has Ansible's ``no_log``, which would also mask the value inside other values; ``secrets.py`` masks for both frames.
    """
    spec = {name: {**entry, "fallback": (from_environment, [ENVIRONMENT[name]])} for name, entry in OPTIONS.items()}
    spec.update(task.options)
    return {name: {**entry, "no_log": False} if "no_log" in entry else entry for name, entry in spec.items()}


def missing_library() -> str:
    """Return the message about a library that is missing or broken on this machine, or an empty text."""
    errors = (("requests", limits.IMPORT_ERROR), ("requests", transport.IMPORT_ERROR), ("lxml", embedded_xml.IMPORT_ERROR))
    for library, error in errors:
        if error is not None:
            name = getattr(error, "name", None) or library
            # A missing submodule means a broken library, not a missing one.
            if isinstance(error, ModuleNotFoundError) and "." not in name:
                return str(missing_required_lib(name))
            named = name.partition(".")[0]
            reason = "%s: %s" % (type(error).__name__, str(error).split("\n", maxsplit=1)[0])
            return UNUSABLE % (named if named in LIBRARIES else library, platform.node(), sys.executable, reason)
    return ""


def result_of(task: Task, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Return a task's result; errors become failed results.

    Removes control characters from results, warnings and progress, since terminals show them.
    """
    problem = missing_library()
    if problem:
        return {"failed": True, "changed": False, "msg": problem}
    secrets = secrets_of(task, params)

    def presentable_text(text: str) -> str:
        shown: str = harmless(without(text, secrets, ours=True))
        return shown

    def safely(tell: Callable[[str], object]) -> Callable[[str], object]:
        return lambda text: tell(presentable_text(text))

    report = context.report and safely(context.report)
    context = replace(context, warn=safely(context.warn), report=report, presentable=presentable_text)
    try:
        result = task.run(params, context)
    except TdmError as error:
        result = failure_of(error)
    except Exception as error:  # its text may contain data that was sent or received
        lines = [*traceback.format_list(traceback.extract_tb(error.__traceback__)), type(error).__name__ + "\n"]
        result = {"failed": True, "changed": False, "msg": mistake_of(error), "exception": "".join(lines)}
    shown: dict[str, Any] = harmless(masked(result, secrets))
    return shown


def failure_of(error: TdmError) -> dict[str, Any]:
    """Return a failed result for an error."""
    result: dict[str, Any] = harmless({"failed": True, "changed": False, "msg": error.message, **error.facts})
    return result


class Module(AnsibleModule):
    """Ansible's module frame, without its own records of the options in the system journal and with ``-vvv``."""

    def __init__(self, task: Task) -> None:
        self._task = task
        super().__init__(argument_spec(task), supports_check_mode=True, **task.rules)

    def _log_invocation(self) -> None:
        """Write nothing to the system journal: options contain keys."""

    def fail_json(self, *messages: Any, **facts: Any) -> NoReturn:
        """End with a failure; Ansible also calls this for options that it refuses."""
        message = str(messages[0] if messages else facts.pop("msg"))
        facts["msg"] = without(message, secrets_of(self._task, self.params), ours=True)
        self.end_failed(**facts)

    def end_failed(self, **result: Any) -> NoReturn:
        """End with a failed result that contains no secrets."""
        self.params = presentable(self._task, self.params)
        super().fail_json(**result)

    def exit_json(self, **result: Any) -> NoReturn:
        """End successfully."""
        self.params = presentable(self._task, self.params)
        super().exit_json(**result)


def main(task: Task) -> None:
    """Run a task as a module."""
    module = Module(task)
    _remove_program(module)
    with ended_cleanly(_nobody_reads()):
        result = result_of(task, dict(module.params), Context(module.check_mode, module._diff, module.warn))
    if result.pop("failed", False):
        module.end_failed(**result)
    module.exit_json(**result)


def _remove_program(module: AnsibleModule) -> None:
    """Remove this module's program file: it contains the options, and would stay if Ansible is killed."""
    if module._tmpdir and not getattr(module, "_keep_remote_files", False):
        for path in glob.glob(os.path.join(glob.escape(module._tmpdir), "AnsiballZ_*")):
            with suppress(OSError):  # owned by another user, who removes it after the task
                os.unlink(path)


def _nobody_reads() -> Callable[[], bool]:
    """Return a function that tells whether the reader of the result, Ansible or its remote connection, is gone."""
    output = select.poll()
    output.register(1, 0)
    return lambda: any(event & (select.POLLERR | select.POLLHUP) for _number, event in output.poll(0))
