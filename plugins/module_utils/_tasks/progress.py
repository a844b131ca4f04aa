# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Progress messages of a long task."""

from __future__ import annotations

import time
from typing import Callable

from .._frame.task import Context


def progress_of(context: Context, module: str, plural: str) -> Callable[[int, int, int], None] | None:
    """Return a function that reports ``(done, total, failed)`` to the user, None without a reader.

    :param module: the module's name.
    :param plural: the resources' name.
    """
    report = context.report
    if report is None:
        return None
    started = time.monotonic()

    def progress(done: int, total: int, failed: int) -> None:
        elapsed = time.monotonic() - started
        rate = done / elapsed if elapsed else 0.0
        left = "%d s left" % round((total - done) / rate) if rate else "time left not known yet"
        report("%s: %d of %d %s, %.0f a second, %d failed, %s" % (module, done, total, plural, rate, failed, left))

    return progress
