# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`.

from __future__ import annotations

from ..module_utils._resources.alarm_subscription import ALARM_SUBSCRIPTION
from ..module_utils._tasks.info import info
from ..plugin_utils._action import TdmAction


class ActionModule(TdmAction):
    """tdm_alarm_subscription_info, in the worker."""

    task = info(ALARM_SUBSCRIPTION)
