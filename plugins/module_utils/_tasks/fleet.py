# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet: many devices, described in a list or a file."""

from __future__ import annotations

from .._resources.device.declaration import DEVICE
from .many import Many

BACKUP_NOTE = (
    "Devices as they were before a run deleted them. Keys can't be read from the platform and are not in here. To make the "
    "devices again: give each its keys (app_key and the like, which stand here as null), say create: true in defaults, and "
    "give this file to tdm_fleet as src."
)
TASK = Many(DEVICE, "tdm_fleet", "tdm_device", BACKUP_NOTE).task()
