# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`.

from __future__ import annotations

from ..module_utils._tasks.report import TASK
from ..plugin_utils._action import TdmAction


class ActionModule(TdmAction):
    """tdm_report, in the worker."""

    task = TASK
