# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Replacements: a new resource inherits the values of an old one, which is deleted or suspended once the new one exists.

While ``replaces`` is described, the new resource keeps the old one's values, except for its own description. So a run may be
interrupted anywhere, and the next run continues. Pure.
"""

from __future__ import annotations

from .._schema.values import Values
from .description import describe
from .desired import Desired
from .plan import Observed

NOT_THERE = "names %s, which doesn't exist, so nothing can be taken over: correct it, or remove it"


def inherited(heir: Desired, old: Observed) -> Values:
    """Return the desired values of a replacement: its own description, completed by the old resource's values."""
    resource = old.resource
    told = describe(old)
    options = {name: told.options[name] for name in resource.heirloom if name in told.options}
    values, _faults = resource.parse_fields(options)
    taken = set(heir.values)
    for group in resource.alternatives:
        if taken.intersection(group):
            taken.update(group)
    return {**{name: value for name, value in values.items() if name not in taken}, **heir.values}
