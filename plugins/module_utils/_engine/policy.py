# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run may do to resources, and how: the options of a task, as the engine takes them."""

from __future__ import annotations

from dataclasses import dataclass

from . import purge as _purge
from .bulk import NEVER
from .plan import DELETE


@dataclass
class Purge:
    """What may happen to resources that nobody described.

    :param maximum: how many, as a number or a percentage of those in scope.
    :param action: DELETE or SUSPEND.
    :param bulk: whether imports may delete them, where the policy takes imports at all.
    """

    scope: _purge.Scope
    maximum: object
    action: str = DELETE
    bulk: bool = False


@dataclass
class Policy:
    """How many resources are brought to what they should be.

    :param update_keys: write keys again although they can't be compared.
    :param force: override optimistic locking.
    :param parallel: requests under way at once.
    :param max_failures: stop after so many failures; None for never.
    :param max_deletions: how many resources that are described as absent may be deleted, as a number or a percentage of
        those that are described. None for a task whose user names one: it may go, without a backup.
    :param check_licences: refuse what all changes together can't have, such as more devices than a plan has licences for.
    :param bulk: whether the platform's import carries out creations and deletions: NEVER, AUTO or ALWAYS.
    """

    update_keys: bool = False
    force: bool = False
    parallel: int = 8
    max_failures: int | None = None
    max_deletions: object = None
    check_licences: bool = False
    purge: Purge | None = None
    bulk: str = NEVER
