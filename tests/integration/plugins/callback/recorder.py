# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes the result of each task, and of each item of a loop, as a line of JSON to the file in TASK_RESULTS."""

from __future__ import annotations

import json
import os

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: recorder
type: notification
short_description: Writes the results of tasks to a file
description:
  - For the collection's own tests.
requirements:
  - E(TASK_RESULTS) names the file.
"""


class CallbackModule(CallbackBase):
    """The callback, for Ansible."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "recorder"

    def v2_playbook_on_play_start(self, play):
        """Remember the play: a task doesn't know its own."""
        self._play = play.get_name()

    def v2_runner_on_ok(self, result):
        """Record a task; its items were recorded before."""
        if not result.task.loop:
            self._record("ok", result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        """Record a failure, or what is wrong with the loop."""
        if not result.task.loop:
            self._record("failed", result)

    def v2_runner_item_on_ok(self, result):
        """Record an item of a loop."""
        self._record("ok", result)

    def v2_runner_item_on_failed(self, result):
        """Record an item of a loop."""
        self._record("failed", result)

    def _record(self, status, result):
        told = {key: value for key, value in result.result.items() if not key.startswith("_ansible_")}
        line = {"play": self._play, "action": result.task.action, "status": status, "result": told}
        with open(os.environ["TASK_RESULTS"], "a", encoding="utf-8") as file:
            file.write(json.dumps(line, default=str) + "\n")
