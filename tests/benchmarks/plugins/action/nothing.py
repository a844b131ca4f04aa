# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Does nothing, with whatever options: what an item of a loop costs Ansible by itself."""

from __future__ import annotations

from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    """The action, for Ansible."""

    def run(self, tmp=None, task_vars=None):
        """Say that something changed, as the work that it is compared with does."""
        return {**super().run(tmp, task_vars), "changed": True}
