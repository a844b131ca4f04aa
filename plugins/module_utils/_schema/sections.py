# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sections: parts of a resource that are read with it, but written by a separate PUT with a separate right."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Section:
    """Fields that one PUT writes.

    :param path: the PUT's path below the resource's own address; empty for the resource's own body.
    :param document: the name of the body's document in XML.
    :param rights: the rights of which an account needs one (contract, ``grantedPermissions``); empty if they aren't known.
    """

    path: str = ""
    document: str = ""
    rights: tuple[str, ...] = ()
