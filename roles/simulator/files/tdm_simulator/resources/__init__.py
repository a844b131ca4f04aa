# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The resources below the subscription. Each file declares one kind; all its OPERATIONS are answered."""

from __future__ import annotations

import importlib
import pkgutil

from ..api.operations import Operation
from ..settings import Settings


def operations(settings: Settings) -> list[Operation]:
    """The operations of a platform."""
    files = [importlib.import_module("%s.%s" % (__name__, one.name)) for one in pkgutil.iter_modules(__path__)]
    found: list[Operation] = [operation for file in files for operation in getattr(file, "OPERATIONS", ())]
    return [one for one in found if not (one.wireless and settings.enterprise)]
