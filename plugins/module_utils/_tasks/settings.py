# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings: a resource of which a subscription has one, that nobody names, makes or deletes."""

from __future__ import annotations

from .._frame.task import Task
from .._schema.resource import Resource
from .one import WRITING, applied


def settings(resource: Resource) -> Task:
    """Return the task that makes the settings be as described."""
    names = tuple(each.name for each in resource.fields)
    return Task(
        {**resource.argument_spec(), "force": WRITING["force"]},
        lambda params, context: applied(resource, names, params, context),
        digits=resource.digits,
        empty_is_nothing=True,
    )
