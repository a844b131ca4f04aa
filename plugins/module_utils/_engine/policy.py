# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run may do to resources: the options of a task in the form for the engine."""

from __future__ import annotations

from dataclasses import dataclass

from . import purge as _purge
from .bulk import NEVER
from .plan import DELETE


@dataclass
class Purge:
    """Limits for deleting or suspending resources that are not described.

    :param maximum: a number of resources, or a percentage of those in scope.
    :param action: DELETE or SUSPEND.
    :param bulk: whether imports may delete them, if the policy allows imports at all.
    """

    scope: _purge.Scope
    maximum: object
    action: str = DELETE
    bulk: bool = False


@dataclass
class Policy:
    """How a run changes resources.

    :param update_keys: write keys although they can't be compared.
    :param force: override optimistic locking.
    :param parallel: number of simultaneous requests.
    :param max_failures: stop after so many failures; None for never.
    :param max_deletions: most deletions of resources described as absent, as a number or a percentage of those described.
    None for a task about one named resource: it is deleted without limit or backup.
    :param check_licences: refuse changes that together exceed a limit, such as more devices than a plan has licenses for.
    :param bulk: whether creations and deletions use the platform's import: NEVER, AUTO or ALWAYS.
    """

    update_keys: bool = False
    force: bool = False
    parallel: int = 8
    max_failures: int | None = None
    max_deletions: object = None
    check_licences: bool = False
    purge: Purge | None = None
    bulk: str = NEVER
