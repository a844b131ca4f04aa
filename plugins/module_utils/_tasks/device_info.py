# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Devices as they are."""

from __future__ import annotations

from .._resources.device.declaration import DEVICE
from .info import Info

TASK = Info(DEVICE).task()
