# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks for settings: a resource that exists once per subscription, without a name, creation or deletion."""

from __future__ import annotations

from .._frame.task import Task
from .._schema.resource import Resource
from .one import WRITING, applied


def settings(resource: Resource) -> Task:
    """Return the task that makes the settings match its options."""
    names = tuple(each.name for each in resource.fields)
    return Task(
        {**resource.argument_spec(), "force": WRITING["force"]},
        lambda params, context: applied(resource, names, params, context),
        digits=resource.digits,
        empty_is_nothing=True,
    )
