# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Between Ansible and what a task does: argument specs, and the frame of a module's own process.

The other frame, in Ansible's worker, is ``plugins/plugin_utils/_action.py``; both call the same ``run``.
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
    """Return an environment variable for an option that wasn't given; an empty one counts as none, and blanks are nothing."""
    if not os.environ.get(name, "").strip():
        raise AnsibleFallbackNotFound
    return os.environ[name]


def argument_spec(task: Task) -> dict[str, Any]:
    """Return a module's whole argument spec: the connection's options and its own.

    No option is ``no_log`` for Ansible, which would mask its value as a part of any other; ``secrets.py`` masks for both frames.
    """
    spec = {name: {**entry, "fallback": (from_environment, [ENVIRONMENT[name]])} for name, entry in OPTIONS.items()}
    spec.update(task.options)
    return {name: {**entry, "no_log": False} if "no_log" in entry else entry for name, entry in spec.items()}


def missing_library() -> str:
    """Return the sentence about a library that is missing on this machine, or doesn't work, or nothing."""
    errors = (("requests", limits.IMPORT_ERROR), ("requests", transport.IMPORT_ERROR), ("lxml", embedded_xml.IMPORT_ERROR))
    for library, error in errors:
        if error is not None:
            name = getattr(error, "name", None) or library
            # A part that is missing in a library is no missing library.
            if isinstance(error, ModuleNotFoundError) and "." not in name:
                return str(missing_required_lib(name))
            named = name.partition(".")[0]
            reason = "%s: %s" % (type(error).__name__, str(error).split("\n", maxsplit=1)[0])
            return UNUSABLE % (named if named in LIBRARIES else library, platform.node(), sys.executable, reason)
    return ""


def result_of(task: Task, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Return a task's result, whatever happens in it that a user can cause.

    What the platform says gets to a terminal from here: results, warnings and progress hold no control characters.
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
    except Exception as error:  # its text may quote what was sent or received
        lines = [*traceback.format_list(traceback.extract_tb(error.__traceback__)), type(error).__name__ + "\n"]
        result = {"failed": True, "changed": False, "msg": mistake_of(error), "exception": "".join(lines)}
    shown: dict[str, Any] = harmless(masked(result, secrets))
    return shown


def failure_of(error: TdmError) -> dict[str, Any]:
    """Return the result that an error is for the user."""
    result: dict[str, Any] = harmless({"failed": True, "changed": False, "msg": error.message, **error.facts})
    return result


class Module(AnsibleModule):
    """Ansible's frame of a module, without what it tells of the options by itself: the machine's journal and ``-vvv``."""

    def __init__(self, task: Task) -> None:
        self._task = task
        super().__init__(argument_spec(task), supports_check_mode=True, **task.rules)

    def _log_invocation(self) -> None:
        """Write no options into the machine's journal: they hold keys."""

    def fail_json(self, *messages: Any, **facts: Any) -> NoReturn:
        """End as failed; options that Ansible itself refuses end here too."""
        message = str(messages[0] if messages else facts.pop("msg"))
        facts["msg"] = without(message, secrets_of(self._task, self.params), ours=True)
        self.end_failed(**facts)

    def end_failed(self, **result: Any) -> NoReturn:
        """End as failed, with a result that is free of secrets already."""
        self.params = presentable(self._task, self.params)
        super().fail_json(**result)

    def exit_json(self, **result: Any) -> NoReturn:
        """End as done."""
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
    """Remove the file that this process was started from: it holds the options, and whoever kills Ansible leaves it there."""
    if module._tmpdir and not getattr(module, "_keep_remote_files", False):
        for path in glob.glob(os.path.join(glob.escape(module._tmpdir), "AnsiballZ_*")):
            with suppress(OSError):  # another user's, who removes it after the task
                os.unlink(path)


def _nobody_reads() -> Callable[[], bool]:
    """Return what tells whether nobody is left to read the result: Ansible here, or its connection from elsewhere, is gone."""
    output = select.poll()
    output.register(1, 0)
    return lambda: any(event & (select.POLLERR | select.POLLHUP) for _number, event in output.poll(0))
