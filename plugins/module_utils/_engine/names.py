# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Resources described by name: finds the resource of each description, as names need not be unique. Pure."""

from __future__ import annotations

from typing import Any

from .._api.resources import several
from .._schema.resource import Resource
from .._schema.row import Faults
from .desired import Desired

BESIDES = "is now the name of %s, which %s already describes: remove one of the two, or give the %s here too"
IS_ANOTHERS_ID = "is the %s of the %s %s: to use that one, write it in the option %s"


class Names:
    """Keys of listed resources in a run: the name if a description uses it, otherwise the identity."""

    def __init__(self, resource: Resource, described: dict[str, Desired]) -> None:
        self._resource = resource
        self._described = described
        self._twins: dict[str, set[str]] = {}  # name -> identities of all resources with this name
        self._besides: dict[str, str] = {}  # name -> identity, if both are described
        self._others: dict[str, str] = {}  # identity that a description uses as a name -> its resource's real name

    def of(self, brief: dict[str, Any]) -> str:
        """Return the key of a brief's resource in this run."""
        identity, name = self._resource.names_of(brief)
        by_identity, by_name = identity in self._described, name in self._described
        if by_identity and self._described[identity].meant_by:
            by_identity = False
            if name != identity:
                self._others[identity] = name
        by_name = by_name and bool(self._described[name].meant_by)
        if by_name:
            self._twins.setdefault(name, set()).add(identity)
        if by_name and by_identity:
            self._besides[name] = identity
        return name if by_name and not by_identity else identity

    def faults(self, desired: Desired) -> Faults:
        """Return the reasons why a description is ambiguous."""
        name, option = desired.identity, self._resource.identity.option
        said = []
        if name in self._besides:
            other = self._besides[name]
            said.append(BESIDES % (other, self._described[other].where, option))
        elif len(self._twins.get(name, ())) > 1:
            said.append(several(self._twins[name], option))
        if name in self._others:
            said.append(IS_ANOTHERS_ID % (option, self._resource.name, self._others[name], option))
        return [(self._resource.identity.named_by, message) for message in said]
