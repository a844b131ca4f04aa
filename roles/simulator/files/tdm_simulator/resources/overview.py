# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Overview of all devices: their number by state, and their places (C)."""

from __future__ import annotations

from .. import Document
from ..api.operations import Call, Operation
from ..http.messages import Response
from ..world.world import World
from . import device_list
from . import device_views as views

_GRID = 8  # 8 by 8 squares make at most 64 clusters (C)
_Place = tuple[float, float, Document]
_BOX = ("minLat", "minLon", "maxLat", "maxLon")


def counters(call: Call) -> Response:
    """GET the number of devices in each health state; a state without devices counts 0 (?)."""
    counts = dict.fromkeys(device_list.HEALTH_STATES, 0)
    for one in call.world.devices.values():
        counts[views.health(one)] += 1
    briefs = [{"healthState": state, "count": count} for state, count in counts.items()]
    return call.answer(200, {"briefs": briefs, "totalCount": sum(counts.values())})


def clusters(call: Call) -> Response:
    """GET the devices of a bounding box in at most 64 groups (C); here the squares of a grid (?)."""
    low_lat, low_lon, high_lat, high_lon = (float(call.required(name)) for name in _BOX)
    squares: dict[tuple[int, int], list[_Place]] = {}
    found = device_list.all_found(call)
    for one in found:
        latitude, longitude, _radius = views.location(one)
        square = _square(latitude, low_lat, high_lat), _square(longitude, low_lon, high_lon)
        squares.setdefault(square, []).append((latitude, longitude, one))
    briefs = [_cluster(call.world, squares[square]) for square in sorted(squares)]
    return call.answer(200, {"count": len(found), "clusters": briefs})


def _cluster(world: World, places: list[_Place]) -> Document:
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
    if len(places) == 1:  # C: a cluster with only one device shows it
        shown["item"] = views.brief(world, places[0][2])
    return shown


def _square(value: float, low: float, high: float) -> int:
    return min(_GRID - 1, int((value - low) / (high - low) * _GRID)) if high > low else 0


def _point(latitude: float, longitude: float) -> dict[str, float]:
    return {"lat": latitude, "lng": longitude}


OPERATIONS = [
    Operation("GET", "/devices/counters", counters, answer="counters"),
    Operation("GET", "/devices/clusters", clusters, device_list.DESCRIBED, "clusters"),
]
