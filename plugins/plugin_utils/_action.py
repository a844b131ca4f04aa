# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The frame that runs a task in Ansible's worker process, without a process of its own.

A module starts a Python process for every item of a loop, which takes longer than our tasks. So the task runs in the worker,
unless something about it needs a process of its own; then its module runs.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
from contextlib import suppress
from typing import Any, Callable

from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator, ValidationResult
from ansible.plugins.action import ActionBase

from ..module_utils._errors import TdmError, without
from ..module_utils._frame.connection import ENVIRONMENT, OPTIONS
from ..module_utils._frame.module import argument_spec, failure_of, missing_library, result_of
from ..module_utils._frame.secrets import secrets_of
from ..module_utils._frame.task import Context, Task
from ..module_utils._signals import ended_cleanly, is_told_to_end
from ._arguments import as_json, refuse_misread, that_are_given, with_lists, with_numbers, with_paths_from_here, without_empty
from ._handover import through_gate
from ._home import take_home
from ._registry import register
from ._unknown import unknown_options

#: The variable that chooses the frame: ``auto``, or ``module`` for a process in any case.
FRAME = "tdm_frame"
UNSUPPORTED = "Unsupported parameters for (%s) module: %s"  # as Ansible's own message begins
#: Environment variables that change the module's home, and with it the state files.
HOMES = {"HOME", "ANSIBLE_HOME"}
#: Options that name a user's file.
SOURCES = ("src", "keys_src")


class TdmAction(ActionBase):
    """Base class for the actions of this collection; a subclass sets ``task``."""

    task: Task
    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the task in the suitable frame; return its result."""
        gc.freeze()  # exempt Ansible's own objects: collecting them takes time, and copies memory that workers share
        take_home()
        result = super().run(tmp, task_vars)
        spec = argument_spec(self.task)
        try:
            args = that_are_given(with_lists(self._with_found_files(as_json(self._task.args)), self.task), spec)
            is_apart = self._needs_process(task_vars or {})
            if is_apart:
                args = self._with_environment(args)
                if self._connection.transport == "local":
                    args = with_paths_from_here(args, {name: spec[name] for name in spec if name not in SOURCES})
            args = without_empty(args, OPTIONS)
            refuse_misread(args, self.task)
            args = with_numbers(args, self.task)
            checked = ArgumentSpecValidator(spec, **self.task.rules).validate(args)
            params = checked.validated_parameters
            register(self.task, params)
            if checked.error_messages:  # the errors object itself is always true
                return {**result, **self._misfit(checked, spec, secrets_of(self.task, params))}
            if is_apart:
                with ended_cleanly(_orphaned()):
                    return {**result, **self._in_module(args, params, task_vars)}
            return {**result, **self._in_worker(params)}
        except TdmError as error:
            return {**result, **failure_of(error)}

    def _misfit(self, checked: ValidationResult, spec: dict[str, Any], secrets: set[str]) -> dict[str, Any]:
        """Return AnsibleModule's message for invalid options, but without all of the options with ``-vvv``.

        An unknown option comes first: it may be the misspelled name of an option that another message misses.
        """
        message = checked.error_messages[0]
        if checked.unsupported_parameters:
            names = unknown_options(checked.unsupported_parameters, {**self.task.options, **spec}, secrets)
            message = UNSUPPORTED % (self._task.action, names)
        return {"failed": True, "changed": False, "msg": without(message, secrets, ours=True)}

    def _needs_process(self, task_vars: dict[str, Any]) -> bool:
        return bool(
            self._templar.template(task_vars.get(FRAME, "auto")) == "module"
            or self._connection.transport != "local"
            or self._play_context.become
            or self._task.async_val
            or self._task_environment()
            or missing_library()
        )

    def _task_environment(self) -> dict[str, Any]:
        """Return the task's ``environment``, merged from all levels."""
        names: dict[str, Any] = {}
        levels = self._task.environment or []
        for level in levels if isinstance(levels, list) else [levels]:
            names.update(self._templar.template(level) or {})
        return names

    def _with_found_files(self, args: dict[str, Any]) -> dict[str, Any]:
        """Find local files to read: in the role's files or beside the playbook, as other modules do, or in the current directory.

        The last is for playbooks from a collection. A module runs in another directory, so the path becomes absolute.
        """
        for name in SOURCES:
            src = args.get(name)
            if isinstance(src, str) and src and self._connection.transport == "local" and name in self.task.options:
                try:
                    args[name] = self._find_needle("files", src)
                except AnsibleError:
                    if os.path.exists(src):
                        args[name] = os.path.abspath(src)
                    # otherwise the task itself reports the missing file
        return args

    def _in_worker(self, params: dict[str, Any]) -> dict[str, Any]:
        """Run the task in this process."""
        warnings: list[str] = []
        context = Context(self._task.check_mode, self._task.diff, warnings.append, self._report)
        with ended_cleanly(_orphaned()):
            result: dict[str, Any] = result_of(self.task, params, context)
        if warnings:
            result["warnings"] = warnings
        return result

    def _report(self, line: str) -> None:
        """Show progress, or a long wait, on stderr, because a callback may write JSON to stdout."""
        self._display.display(line, stderr=True)

    def _with_environment(self, args: dict[str, Any]) -> dict[str, Any]:
        """Return options completed by the connection's environment variables: the task's, or else the controller's."""
        own = as_json(self._task_environment())
        found = {name: own.get(variable, os.environ.get(variable)) for name, variable in ENVIRONMENT.items() if name not in args}
        return {**args, **{name: value for name, value in found.items() if value is not None and str(value).strip()}}

    def _in_module(self, args: dict[str, Any], params: dict[str, Any], task_vars: dict[str, Any] | None) -> dict[str, Any]:
        """Run the task as a module.

        :param args: the options, with those of the connection.
        :param params: the same, validated. The gate needs texts in the module's form, such as a password of digits.
        """
        is_blind = bool(self._task.async_val) and self._connection.transport != "local"
        texts = {name: params[name] for name in args if OPTIONS.get(name, {}).get("type") == "str"}
        elsewhere = self._connection.transport != "local" or self._play_context.become or HOMES & set(self._task_environment())
        return through_gate(
            self.task,
            {**args, **texts},
            is_blind,
            lambda final: self._execute(final, task_vars),
            shares_notes=not elsewhere,
            tell=self._report,
        )

    def _compute_environment_string(self, raw_environment_out: dict[str, Any] | None = None) -> str:
        """Leave out variables that the module gets as options: Ansible would show them in a command line.

        A null variable becomes empty; Ansible would make it the text "None", and use that as a proxy's name.
        """
        names: dict[str, Any] = {}
        super()._compute_environment_string(names)
        kept = {name: value for name, value in names.items() if not value or name not in ENVIRONMENT.values()}
        kept = {name: "" if value is None else value for name, value in kept.items()}
        if raw_environment_out is not None:
            raw_environment_out.clear()
            raw_environment_out.update(kept)
        prefix: str = self._connection._shell.env_prefix(**kept)
        return prefix

    def _execute(self, args: dict[str, Any], task_vars: dict[str, Any] | None) -> dict[str, Any]:
        wrap_async = self._task.async_val and not self._connection.has_native_async
        try:
            result: dict[str, Any] = self._execute_module(module_args=args, task_vars=task_vars, wrap_async=wrap_async)
            self._remove_files()
        except BaseException:
            if is_told_to_end():
                _end_children()
            with suppress(AnsibleError):  # the connection is gone
                self._remove_files()
            if is_told_to_end():
                self._connection._shell.tmpdir = None  # otherwise Ansible would slowly try again
            raise
        return result

    def _remove_files(self) -> None:
        """Remove Ansible's files for the module, which contain the options; a running async wrapper keeps its own copy."""
        self._remove_tmp_path(self._connection._shell.tmpdir)


def _orphaned() -> Callable[[], bool]:
    """Return a function that tells whether Ansible is gone. Canceling a job (AWX, a time limit) kills it, not its workers."""
    parent = multiprocessing.parent_process()
    number = os.getppid() if parent is None else parent.pid  # parent.pid is right even if Ansible was already gone
    return lambda: os.getppid() != number


def _end_children() -> None:
    """End this task's child processes: a local module, or a connection's client, which ends the remote module."""
    if os.getpgrp() == os.getpid():  # before ansible-core 2.19, the group contains all of Ansible
        before = signal.signal(signal.SIGTERM, signal.SIG_IGN)  # Ansible goes on if this was only the task's time limit
        os.killpg(0, signal.SIGTERM)
        signal.signal(signal.SIGTERM, before)
