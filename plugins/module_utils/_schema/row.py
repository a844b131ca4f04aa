# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One resource as a source describes it: the result of every reader of files and lists."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

#: Faults of options: ``(option, message)`` each.
Faults = list[tuple[str, str]]


@dataclass
class Row:
    """One resource as a source describes it.

    :param where: its place in the source, for messages: ``line 12`` or ``devices[3]``.
    :param raw: options as the user wrote them.
    :param faults: the faults that the reader of the source found.
    :param is_readable: whether ``raw`` can be checked; else only ``faults`` are reported.
    :param labels: other names of options for messages: option -> label.
    :param present: the message for a task with ``state: absent`` if the source itself says that the resource should exist, as
        a CSV does with CREATE; empty if it doesn't.
    """

    where: str
    raw: dict[str, Any]
    faults: Faults = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    is_readable: bool = True
    present: str = ""
