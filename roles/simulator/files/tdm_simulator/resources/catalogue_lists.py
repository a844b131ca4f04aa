# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists that devices refer to, and that can't be changed: profiles, vendors, bands, drivers (C)."""

from __future__ import annotations

import csv
import io

from .. import Document
from ..api.operations import Call, Operation, Parameter
from ..api.parameters import texts, word
from ..http.messages import Response
from ..world.catalogue import ISM_BANDS, Catalogue
from . import device_views as views

_BAND = ("ismBandID", word(*ISM_BANDS))


def list_profiles(call: Call) -> Response:
    """GET deviceProfiles with its filters (C)."""
    wanted, vendor, bands = call.values("ID"), call.value("vendorID"), call.values("ismBandID")
    found = [one for one in _profiles(call) if (not wanted or one["ID"] in wanted) and vendor in (None, one["vendor"])]
    return call.page(found, lambda world, one: _profile(world.catalogue, one, bands))


def _profiles(call: Call) -> list[Document]:
    """The profiles of the requested bands; all of them are LoRaWAN."""
    bands = call.values("ismBandID")
    if call.value("connectivity") == "CELLULAR" or call.value("typeMAC", "LoRaMAC") != "LoRaMAC":
        return []
    profiles = [one for _name, one in sorted(call.world.catalogue.profiles.items())]
    return [one for one in profiles if not bands or set(bands) & set(one["bands"])]


def _profile(catalogue: Catalogue, profile: Document, bands: list[str]) -> Document:
    return {
        "ID": profile["ID"],
        "commercialName": profile["commercialName"],
        "connectivity": "LORAWAN",
        "macMajorVersion": 0,
        "macMinorVersion": profile["minor"],
        "typeMAC": "LoRaMAC",
        "vendor": _vendor(catalogue, profile["vendor"]),
        "defaultIsmBands": bands_of([band for band in profile["bands"] if not bands or band in bands]),
        "motionModelIndicator": profile["motion"],
    }


def bands_of(bands: list[str]) -> list[Document]:
    """ISM bands with their names (C)."""
    return [{"ID": band, "name": ISM_BANDS[band]} for band in bands]


def _vendor(catalogue: Catalogue, vendor_id: str) -> Document:
    title = views.vendor(catalogue, vendor_id)["commercialName"]
    return {"ID": vendor_id, "name": title, "commercialName": title}


def export_profiles(call: Call) -> Response:
    """GET the profiles as CSV, with the header of C's example."""
    stream = io.StringIO()
    stream.write("#Manufacturer name,Device model name,Device model ID,Device connectivity,ISM bands\n")
    writer = csv.writer(stream, lineterminator="\n")
    for one in _profiles(call):
        title = views.vendor(call.world.catalogue, one["vendor"])["commercialName"]
        writer.writerow([title, one["commercialName"], one["ID"], "LORAWAN", ",".join(one["bands"])])
    return Response(200, stream.getvalue().encode("utf-8"), "application/csv")


def list_vendors(call: Call) -> Response:
    """GET deviceVendors, by name, or first those of the latest devices (C)."""
    catalogue = call.world.catalogue
    wanted, name = call.values("ID"), call.value("name", "")
    vendors = [_vendor(catalogue, vendor_id) for vendor_id in {one["vendor"] for one in _profiles(call)}]
    vendors = [one for one in vendors if (not wanted or one["ID"] in wanted) and one["name"].startswith(name)]
    vendors.sort(key=lambda one: one["name"])
    if call.value("sort") == "BY_LAST_CREATED":
        latest = {catalogue.profiles[one["model"]]["vendor"]: one["uid"] for one in call.world.devices.values()}
        vendors.sort(key=lambda one: -latest.get(one["ID"], 0))
    return call.page(
        vendors,
        # C misspells "commercial" here.
        lambda world, one: {
            "ID": one["ID"],
            "name": one["name"],
            "commecialName": one["commercialName"],
            "logo": views.logo("deviceVendor", catalogue.vendor_uids[one["ID"]]),
        },
    )


def list_bands(call: Call) -> Response:
    """GET ismBands (C)."""
    return call.page(bands_of(list(ISM_BANDS)))


def list_drivers(call: Call) -> Response:
    """GET drivers: a bare list (C); pages count from 1 (?)."""
    drivers = []
    for text in sorted(set(call.world.catalogue.drivers.values())):
        producer, module, version = text.split(":")
        if call.value("q", "").lower() not in text.lower() or call.value("source", "system") != "system":
            continue
        names = {"producerId": producer, "moduleId": module, "version": version}
        drivers.append(
            {
                "id": text,
                "name": "%s %s" % (producer, module),
                **names,
                "application": names,
                "private": True,
                "source": "system",
                "type": "thingpark-x-js",
            }
        )
    size = max(1, int(call.value("perPage", call.world.settings.page_size_min)))
    start = (max(1, int(call.value("page", 1))) - 1) * size
    return call.answer(200, drivers[start : start + size])


_PROFILES: tuple[Parameter, ...] = ("pageIndex", "language-tag", "connectivity", _BAND, *texts("typeMAC", "vendorID", "ID"))
_SORT = ("sort", word("BY_NAME", "BY_LAST_CREATED"))
_VENDORS: tuple[Parameter, ...] = ("pageIndex", "language-tag", "connectivity", _BAND, *texts("name", "ID"), _SORT)
_DRIVERS: tuple[Parameter, ...] = ("page", "perPage", *texts("q"), ("source", word("custom", "system")))
OPERATIONS = [
    Operation("GET", "/deviceProfiles", list_profiles, _PROFILES, "deviceProfiles"),
    Operation("GET", "/deviceProfiles/export", export_profiles, ("language-tag", *texts("ismBandID"))),
    Operation("GET", "/deviceVendors", list_vendors, _VENDORS, "deviceVendors"),
    Operation("GET", "/ismBands", list_bands, ("pageIndex",), "ismBands"),
    Operation("GET", "/drivers", list_drivers, _DRIVERS, "drivers"),
]
