# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The base stations of multicast groups, which they reach by tags (C)."""

from __future__ import annotations

from .codec import decode, encode
from .errors import ApiError
from .multicast import BS_TAG, NAMESPACES
from .operations import Operation
from .parameters import TAG, page, texts, word
from .world import now_ms

#: Of the European band, where the made-up stations stand (C MulticastDownlinkSettings).
_SETTINGS = {
    "ismBand": {"ID": "eu868", "minDownlinkDR": 0, "maxDownlinkDR": 5},
    "lcs": [{"lc": 0, "frequency": 868.1}, {"lc": 1, "frequency": 868.3}, {"lc": 2, "frequency": 868.5}],
}


class MulticastStations:
    """The handlers of `bss` and of what belongs to them."""

    def __init__(self, world, settings, groups):
        self._world = world
        self._settings = settings
        self._groups = groups
        self._stations = world.catalogue.stations

    def operations(self):
        """What this area answers."""
        bss = "/multicastGroups/{multicastGroupUid}/bss"
        namespace = ("bsTagNamespace", word(*NAMESPACES))
        return [
            Operation("GET", bss, self.list, ("pageIndex",), "bss"),
            Operation("GET", bss + "/tags", self.tags, ("pageIndex",), "tags"),
            Operation("POST", bss + "/tags", self.add, answer="tag"),
            Operation("DELETE", bss + "/tags/{tagUid}", self.remove),
            Operation(
                "GET",
                "/multicastGroups/bss/tags/suggestions",
                self.suggestions,
                (("query", TAG), *texts("exclude")),
                "tags",
            ),
            Operation("GET", "/multicastDownlinkSettings", self.downlink_settings, ("bsTag", namespace), "settings"),
        ]

    def reached(self, group):
        """The stations that a group reaches."""
        return [one for one in self._stations if any(tag in group["tags"] for tag in one["tags"])]

    def list(self, request, who, uid):
        """GET the base stations of a group; only the subscriber's own would have an href (C)."""
        group = self._groups.require(uid)
        found = self.reached(group)
        briefs = [dict(one, tags=[tag for tag in one["tags"] if tag in group["tags"]]) for one in found]
        return encode(request, 200, page(request, self._settings, briefs, bsCount=len(found), now=now_ms()))

    def _count(self, tag):
        return sum(tag in one["tags"] for one in self._stations)

    def _uid(self, tag):
        return self._world.tag_uid("%s:%s" % (tag["namespace"], tag["name"]))

    def tags(self, request, who, uid):
        """GET the base station tags of a group, in the order of their names (C)."""
        group = self._groups.require(uid)
        place = self._groups.href(group) + "/bss/tags/%d"
        briefs = [
            dict(tag, bsCount=self._count(tag), href=place % self._uid(tag))
            for tag in sorted(group["tags"], key=lambda tag: (tag["name"], tag["namespace"]))
        ]
        return encode(request, 200, page(request, self._settings, briefs))

    def add(self, request, who, uid):
        """POST a base station tag; one that is there already is accepted (?). 200 as C has it."""
        group = self._groups.require(uid)
        body = decode(request, BS_TAG)
        tag = {"name": body["name"], "namespace": body.get("namespace", NAMESPACES[0])}
        if tag not in group["tags"]:
            group["tags"].append(tag)
            self._world.stamp(group, who)
        return encode(request, 200, dict(tag, bsCount=self._count(tag)))

    def remove(self, request, who, uid, tag_uid):
        """DELETE a base station tag of a group (C)."""
        group = self._groups.require(uid)
        for tag in group["tags"]:
            if str(self._uid(tag)) == tag_uid:
                group["tags"].remove(tag)
                self._world.stamp(group, who)
                return encode(request, 204)
        raise ApiError("tag_not_found", tag_uid)

    def suggestions(self, request, who):
        """GET names of base station tags that begin with the query (C)."""
        query = request.value("query")
        if query is None:
            raise ApiError("bad_parameter", "query", "it is mandatory")
        excluded = request.values("exclude")
        tags = {(tag["name"], tag["namespace"]) for one in self._stations for tag in one["tags"]}
        found = sorted(tag for tag in tags if tag[0].lower().startswith(query.lower()) and tag[0] not in excluded)[:20]
        return encode(
            request, 200, {"briefs": [{"name": name, "namespace": namespace} for name, namespace in found], "query": query}
        )

    def downlink_settings(self, request, who):
        """GET what the base stations of a tag can send (C)."""
        name = request.value("bsTag")
        if name is None:
            raise ApiError("bad_parameter", "bsTag", "it is mandatory")
        tag = {"name": name, "namespace": request.value("bsTagNamespace", NAMESPACES[0])}
        if not self._count(tag):
            raise ApiError("resource_not_found", "base station tag", name)
        return encode(request, 200, _SETTINGS)
