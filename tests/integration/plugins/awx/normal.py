# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs modules of awx.awx as they are, but in Ansible's worker: a Python of its own for each costs half a second."""

from __future__ import annotations

import contextlib
import importlib
import io
import json

from ansible.module_utils import basic
from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    """What Ansible takes for any module that has no action of its own."""

    def run(self, tmp: object = None, task_vars: dict | None = None) -> dict:
        """Run the module and return its result."""
        super().run(tmp, task_vars)
        namespace, _dot, name = self._task.action.rpartition(".")
        if namespace != "awx.awx":
            return self._execute_module(task_vars=task_vars)
        given = dict(self._task.args)
        self._update_module_args(self._task.action, given, task_vars)
        basic._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": given}).encode()
        basic._ANSIBLE_PROFILE = "legacy"
        module = importlib.import_module("ansible_collections.awx.awx.plugins.modules." + name)
        with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.suppress(SystemExit):
            module.main()
        return json.loads(said.getvalue())
