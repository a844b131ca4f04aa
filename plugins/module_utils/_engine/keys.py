# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keys in clear or encrypted: the options that encryption rules out, and the keys that can't be encrypted. Pure."""

from __future__ import annotations

from .._schema.resource import Resource
from .desired import Problem
from .plan import Change

BESIDE = (
    "says that the keys are already encrypted, but key_encryption would encrypt them: give plain keys without "
    "this option, or leave out key_encryption"
)
IN_CLEAR = "would be sent unencrypted: the platform accepts only %s encrypted. Describe such %s in a task without key_encryption"


def barred(resource: Resource) -> dict[str, str]:
    """Return the options that must not be described if the task encrypts keys, each with the reason."""
    declared = resource.encryption
    return dict.fromkeys((declared.version, *declared.others), BESIDE) if declared else {}


def problems(resource: Resource, changes: list[Change]) -> list[Problem]:
    """Return the problems of keys that a change sends and that can't be encrypted."""
    declared = resource.encryption
    if declared is None:
        return []
    message = IN_CLEAR % (" and ".join(declared.keys), resource.plural)
    return [
        problem
        for change in changes
        for problem in change.desired.problems([(name, message) for name in declared.clear if name in change.values])
    ]


def are_sent(resource: Resource, changes: list[Change]) -> bool:
    """Return whether a change sends a key that has to be encrypted."""
    keys = resource.encryption.keys if resource.encryption else ()
    return any(name in change.values for change in changes for name in keys)
