# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of a resource is read with it and written by a PUT of its own, with a right of its own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Section:
    """Fields that one PUT writes.

    :param path: where, below the resource's own address; nothing for the resource's own body.
    :param document: what XML calls the body.
    :param rights: the rights of which an account needs one (contract, ``grantedPermissions``); nothing where that isn't known.
    """

    path: str = ""
    document: str = ""
    rights: tuple[str, ...] = ()
