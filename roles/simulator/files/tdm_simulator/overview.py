# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All devices at a glance: how many in which state, and where they are (C)."""

from __future__ import annotations

from . import listing, views
from .codec import encode
from .errors import ApiError
from .operations import Operation

MOST_CLUSTERS = 64  # C
_GRID = 8  # 8 by 8 squares make at most 64 clusters
_BOX = ("minLat", "minLon", "maxLat", "maxLon")


class Overview:
    """The handlers of `devices/counters` and `devices/clusters`."""

    def __init__(self, world, settings, found):
        self._world = world
        self._settings = settings
        self._listing = found

    def operations(self):
        """What this area answers."""
        return [
            Operation("GET", "/devices/counters", self.counters, answer="counters"),
            Operation("GET", "/devices/clusters", self.clusters, listing.FILTERS, "clusters"),
        ]

    def counters(self, request, who):
        """GET the number of devices in each health state; a state without devices counts 0 (?)."""
        counts = dict.fromkeys(listing.HEALTH_STATES, 0)
        for one in self._world.by_uid.values():
            counts[views.health(one)] += 1
        briefs = [{"healthState": state, "count": count} for state, count in counts.items()]
        return encode(request, 200, {"briefs": briefs, "totalCount": sum(counts.values())})

    def clusters(self, request, who):
        """GET the devices of a bounding box in at most 64 groups (C); here the squares of a grid (?)."""
        for name in _BOX:
            if request.value(name) is None:
                raise ApiError("bad_parameter", name, "it is mandatory")
        low_lat, low_lon, high_lat, high_lon = (float(request.value(name)) for name in _BOX)
        squares = {}
        found = self._listing.all(request)
        for one in found:
            latitude, longitude, _radius = views.location(one)
            square = _square(latitude, low_lat, high_lat), _square(longitude, low_lon, high_lon)
            squares.setdefault(square, []).append((latitude, longitude, one))
        clusters = [self._cluster(places) for _square_, places in sorted(squares.items(), key=lambda item: item[0])]
        return encode(request, 200, {"count": len(found), "clusters": clusters})

    def _cluster(self, places):
        latitudes = [latitude for latitude, _longitude, _one in places]
        longitudes = [longitude for _latitude, longitude, _one in places]
        shown = {
            "count": len(places),
            "location": _point(sum(latitudes) / len(places), sum(longitudes) / len(places)),
            "bbox": {
                "northeast": _point(max(latitudes), max(longitudes)),
                "southwest": _point(min(latitudes), min(longitudes)),
            },
        }
        if len(places) == 1:  # C: a cluster may hold one device only, which is shown
            shown["item"] = views.brief(self._world, self._settings, places[0][2])
        return shown


def _square(value, low, high):
    return min(_GRID - 1, int((value - low) / (high - low) * _GRID)) if high > low else 0


def _point(latitude, longitude):
    return {"lat": latitude, "lng": longitude}
