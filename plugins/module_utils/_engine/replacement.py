# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A resource that takes the place of another one: it gets what that one has, and only when it is there, the other one goes.

As long as it is described, the new one is kept as the old one is, but for what its own description says. So a run may be
interrupted anywhere: the next one goes on. Pure.
"""

from __future__ import annotations

from .._schema.values import Values
from .description import describe
from .desired import Desired
from .plan import Observed

NOT_THERE = "names %s, which doesn't exist, so nothing can be taken over: correct it, or remove it"


def inherited(heir: Desired, old: Observed) -> Values:
    """Return what an heir should be: as it is described, and else as the old one is."""
    resource = old.resource
    told = describe(old)
    options = {name: told.options[name] for name in resource.heirloom if name in told.options}
    values, _faults = resource.parse_fields(options)
    taken = set(heir.values)
    for group in resource.alternatives:
        if taken.intersection(group):
            taken.update(group)
    return {**{name: value for name, value in values.items() if name not in taken}, **heir.values}
