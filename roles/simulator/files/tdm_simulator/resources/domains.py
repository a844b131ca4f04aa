# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Domains of devices and of multicast groups, of one and in bulk (C)."""

from __future__ import annotations

import re

from .. import Document
from ..api.operations import Call, Operation
from ..api.shapes import DOMAIN, Many, Text, Thing
from ..errors import ApiError
from ..http.messages import Response
from ..world.tables import Table

_PART = r"(?! )[^\x00-\x1F/:<>\x7F]{1,20}(?<! )"
_NAME = re.compile(r"(%s/){0,4}%s\Z" % (_PART, _PART))
_GROUP = re.compile(r"(?! )[^\x00-\x1F:<>\x7F]{1,20}(?<! )\Z")
#: C DevicesDomains and MulticastGroupsDomain.
_BULK = Thing(
    _needed=("devEUIs",), devEUIs=Many(Text(), low=1), addedDomains=Many(DOMAIN, low=1), removedDomains=Many(DOMAIN, low=1)
)


def domains(value: list[Document], name: str = "domains", one_per_group: bool = True) -> list[Document]:
    """A checked list of domains: their syntax, and at most one per group (C)."""
    found: list[Document] = []
    for item in value:
        domain, group = item.get("name", ""), item.get("group", {}).get("name", "")
        if not _NAME.match(domain):
            raise ApiError("invalid", name, "malformed domain name")
        if not _GROUP.match(group):
            raise ApiError("invalid", name, "malformed domain group name")
        if one_per_group and any(other["group"]["name"] == group for other in found):
            raise ApiError("invalid", name, "two domains of the group %s" % group)
        found.append({"name": domain, "group": {"name": group}})
    return found


def _change(call: Call, table: Table, most: int | None = None) -> Response:
    """204; a new domain replaces the old one of its group."""
    body = call.body(_BULK)
    added = domains(body.get("addedDomains", []), "addedDomains")
    removed = domains(body.get("removedDomains", []), "removedDomains", False)
    groups = {domain["group"]["name"] for domain in added}
    for domain in removed:
        if domain["group"]["name"] in groups:
            raise ApiError("invalid", "removedDomains", "the group %s is also in addedDomains" % domain["group"]["name"])
    for one in named(table, body["devEUIs"], most):
        kept = [domain for domain in one["domains"] if domain["group"]["name"] not in groups and domain not in removed]
        if kept + added != one["domains"]:
            call.world.change(one, {"domains": kept + added})
            call.world.stamp(one, call.who)
    return call.answer(204)


def named(table: Table, euis: list[str], most: int | None = None) -> list[Document]:
    """The resources in a bulk request, without duplicates."""
    if most is not None and len(euis) > most:
        raise ApiError("too_many", len(euis), most)
    for eui in euis:
        if eui not in table:
            raise ApiError("unknown_eui", eui)
    return [table[eui] for eui in dict.fromkeys(euis)]


def of_devices(call: Call) -> Response:
    """POST the domains of a page of devices (C)."""
    return _change(call, call.world.devices, call.world.settings.page_size_max)


def of_groups(call: Call) -> Response:
    """POST the domains of multicast groups (C)."""
    return _change(call, call.world.groups)


OPERATIONS = [
    Operation("POST", "/devices/domains", of_devices, answer="domains"),
    Operation("POST", "/multicastGroups/domains", of_groups, answer="domains"),
]
