# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags and domains: of one device and in bulk (C). Tags live apart from the device."""

from __future__ import annotations

import bisect

from . import fields, views
from .codec import decode, encode
from .errors import ApiError
from .listing import PAGED_FILTERS
from .operations import Operation
from .parameters import TAG, choice, word
from .shapes import Many, Text, Thing

_TAGGED = Thing(name=Text(), devEUIs=Many(Text()))
_DOMAIN = Thing(name=Text(), group=Thing(name=Text()))
#: C DevicesDomains and MulticastGroupsDomain.
DOMAINS = Thing(
    _needed=("devEUIs",), devEUIs=Many(Text(), low=1), addedDomains=Many(_DOMAIN, low=1), removedDomains=Many(_DOMAIN, low=1)
)


class Tags:
    """The handlers of `devices/{deviceUid}/tags`, `devices/tags` and `devices/domains`."""

    def __init__(self, world, settings, listing):
        self._world = world
        self._settings = settings
        self._listing = listing

    def operations(self):
        """What this area answers."""
        one = "/devices/{deviceUid}/tags"
        action = ("action", word("TAG", "UNTAG"))
        suggested = (("query", TAG), ("exclude", TAG))
        return [
            Operation("GET", one, self.read, answer="tags"),
            Operation("POST", one, self.add, answer="tag"),
            Operation("DELETE", one + "/{tagUid}", self.remove),
            Operation("POST", "/devices/tags", self.bulk_tags, (action, *PAGED_FILTERS), "tag"),
            Operation("POST", "/devices/domains", self.bulk_domains, answer="domains"),
            Operation("GET", "/devices/tags/suggestions", self.suggestions, suggested, "tags"),
        ]

    def read(self, request, who, uid):
        """GET the tags of a device, in the order of their names (C)."""
        device = self._require(uid)
        base = views.device_href(self._settings, device)
        briefs = [{"name": name, "href": "%s/tags/%d" % (base, self._world.tag_uid(name))} for name in device["tags"]]
        return encode(request, 200, {"briefs": briefs, "more": False})

    def add(self, request, who, uid):
        """POST a tag; one that is there already is accepted (?)."""
        device = self._require(uid)
        name = fields.tag_name(decode(request, _TAGGED))
        self._tag(device, name)
        place = "%s/tags/%d" % (views.device_href(self._settings, device), self._world.tag_uid(name))
        return encode(request, 201, {"name": name}, [("Location", place)])

    def remove(self, request, who, uid, tag_uid):
        """DELETE a tag of a device."""
        device = self._require(uid)
        for name in device["tags"]:
            if str(self._world.tag_uid(name)) == tag_uid:
                self._untag(device, name)
                return encode(request, 204)
        raise ApiError("tag_not_found", tag_uid)

    def bulk_tags(self, request, who):
        """POST devices/tags: by EUIs, else one page by query parameters (C)."""
        action = choice(request, "action", ("TAG", "UNTAG"), "TAG")
        body = decode(request, _TAGGED)
        name = fields.tag_name(body)
        if "devEUIs" in body:
            devices = self._named(body["devEUIs"])
        else:
            devices = self._listing.page(request)
        for device in devices:
            if action == "TAG":
                self._tag(device, name)
            else:
                self._untag(device, name)
        return encode(request, 200, {"name": name})

    def bulk_domains(self, request, who):
        """POST devices/domains: 204; a new domain replaces the one of its group (C)."""
        body = decode(request, DOMAINS)
        added, removed, groups = checked_domains(body)
        for device in self._named(body["devEUIs"]):
            kept = [domain for domain in device["domains"] if domain["group"]["name"] not in groups and domain not in removed]
            if kept + added != device["domains"]:
                self._world.replace(device, {"domains": kept + added})
                self._world.stamp(device, who)
        return encode(request, 204)

    def suggestions(self, request, who):
        """GET devices/tags/suggestions: names that begin with the query (C)."""
        query = request.value("query")
        if query is None:
            raise ApiError("bad_parameter", "query", "it is mandatory")
        excluded = set(request.values("exclude"))
        used = {name for one in self._world.by_uid.values() for name in one["tags"]}
        names = sorted(name for name in used - excluded if name.lower().startswith(query.lower()))[:20]
        return encode(request, 200, {"briefs": [{"name": name} for name in names], "query": query})

    def _named(self, euis):
        if len(euis) > self._settings.page_size_max:  # C: the maximum page size
            raise ApiError("too_many", len(euis), self._settings.page_size_max)
        for eui in euis:
            if eui not in self._world.devices:
                raise ApiError("unknown_eui", eui)
        return [self._world.devices[eui] for eui in dict.fromkeys(euis)]

    def _require(self, uid):
        return self._world.require(uid, self._settings.eui_paths)

    def _tag(self, device, name):
        if name not in device["tags"]:
            self._world.tag_uid(name)
            bisect.insort(device["tags"], name)
            self._world.touch()

    def _untag(self, device, name):
        if name in device["tags"]:
            device["tags"].remove(name)
            self._world.touch()


def checked_domains(body):
    """(added, removed, groups of the added) of a bulk request for domains (C)."""
    added = fields.domains(body.get("addedDomains", []), "addedDomains")
    removed = fields.domains(body.get("removedDomains", []), "removedDomains", False)
    groups = {domain["group"]["name"] for domain in added}
    for domain in removed:
        if domain["group"]["name"] in groups:
            raise ApiError("invalid", "removedDomains", "the group %s is also in addedDomains" % domain["group"]["name"])
    return added, removed, groups
