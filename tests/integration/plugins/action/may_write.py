# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lets clients of a simulator write, or forbids it, and returns a digest of its devices.

It does without the process that ``uri`` would be.

Options: ``simulator``, its address; ``allowed``, whether writing is.
"""

from __future__ import annotations

import hashlib
import json

from ansible.module_utils.urls import open_url
from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    """The action, for Ansible."""

    _supports_check_mode = False

    def run(self, tmp=None, task_vars=None):
        """Change the setting; return a digest of the stored devices, whose keys no output may show."""
        result = super().run(tmp, task_vars)
        inside = self._task.args["simulator"] + "/_simulator/"
        body = json.dumps({"read_only": not self._task.args["allowed"]})
        open_url(inside + "settings", data=body, headers={"Content-Type": "application/json"}, method="PUT")
        stored = json.load(open_url(inside + "devices"))["devices"]
        return {**result, "devices": hashlib.sha256(json.dumps(stored, sort_keys=True).encode()).hexdigest()}
