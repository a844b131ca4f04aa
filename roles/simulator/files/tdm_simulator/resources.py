# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What devices refer to and cannot be changed: profiles, vendors, plans, bands, drivers (C)."""

from __future__ import annotations

import csv
import io

from . import views
from .catalogue import ISM_BANDS, SUPPLIER
from .codec import encode
from .errors import ApiError
from .httpmsg import Response
from .operations import Operation
from .parameters import integer, page, texts, word

_BAND = ("ismBandID", word(*ISM_BANDS))
_SINCE = 1577836800  # C: an int32, so seconds
_OPERATOR = "kpn"  # ?

#: What every plan allows (C NetworkSubscription, NetworkSubscriptionLorawan; X SubscriptionNetworkDto).
PLAN_FEATURES = {
    "uplinkRate": 6.0,
    "uplinkRateUnit": "HOUR",
    "uplinkBucketSize": 20,
    "uplinkRegulatorPolicy": "MARK",
    "downlinkTransmission": True,
    "downlinkRate": 1.0,
    "downlinkRateUnit": "HOUR",
    "downlinkBucketSize": 10,
    "downlinkRegulatorPolicy": "DROP",
    "thingParkCloudRouting": False,
    "thirdPartyAppServersRouting": True,
    "thingParkKafkaRouting": False,
    "ackedUplinkFrame": True,
    "addLrrMetaInfo": True,
    "addPerInfo": False,
    "adrVersion": 2,
    "allowClassB": True,
    "deviceStatusRequestFrequency": 1.0,
    "deviceStatusRequestFrequencyUnit": "DAY",
    "downlinkSentIndication": True,
    "forceAdaptiveDataRate": False,
    "hrAllowed": False,
    "macroDiversityReliability": 0.9,
    "marginOffset": 0,
    "minAntennaDiversity": 3,
    "mobility": False,
    "multicastMaxLrrCells": 100,
    "nbTransMax": 3,
    "nbTransMin": 1,
    "nbTransOffset": 0,
    "raAllowed": False,
    "reportDeviceBatteryLevel": True,
    "reportDeviceMargin": True,
    "spreadingFactorMin": 7,
    "targetPacketErrorRate": 0.1,
    "uplinkLrrBufferingDuration": "PT0S",
    "uplinkLrrBufferingSize": 0,
}


class Resources:
    """The handlers of the lists that devices choose from."""

    def __init__(self, world, settings):
        self._world = world
        self._settings = settings
        self._catalogue = world.catalogue

    def operations(self):
        """What this area answers."""
        plans = ("pageIndex", "language-tag", *texts("connectivitySupplier", "connectivityPlan", "networkSubscriptionID"))
        cast = ("communicationType", word("UNICAST", "MULTICAST"))
        return [
            Operation(
                "GET",
                "/deviceProfiles",
                self.list_profiles,
                ("pageIndex", "language-tag", "connectivity", _BAND, *texts("typeMAC", "vendorID", "ID")),
                "deviceProfiles",
            ),
            Operation("GET", "/deviceProfiles/export", self.export_profiles, ("language-tag", *texts("ismBandID"))),
            Operation(
                "GET",
                "/deviceVendors",
                self.list_vendors,
                (
                    "pageIndex",
                    "language-tag",
                    "connectivity",
                    _BAND,
                    *texts("name", "ID"),
                    ("sort", word("BY_NAME", "BY_LAST_CREATED")),
                ),
                "deviceVendors",
            ),
            Operation("GET", "/ismBands", self.list_bands, ("pageIndex",), "ismBands"),
            Operation(
                "GET",
                "/drivers",
                self.list_drivers,
                ("page", "perPage", *texts("q"), ("source", word("custom", "system"))),
                "drivers",
            ),
            Operation("GET", "/networkSubscriptions", self.list_plans, (*plans, "connectivity", cast), "subscriptionNetworks"),
            Operation(
                "GET", "/networkSubscriptions/transactions", self.list_transactions, (*plans, *texts("vendor")), "transactions"
            ),
            Operation(
                "GET",
                "/networkSubscriptions/{networkSubscriptionUid}",
                self.read_plan,
                ("language-tag",),
                "subscriptionNetwork",
            ),
        ]

    def _paged(self, request, briefs):
        return encode(request, 200, page(request, self._settings, briefs))

    # -- device profiles and what they are made of --------------------------------

    def list_profiles(self, request, who):
        """GET deviceProfiles with its filters (C)."""
        wanted = request.values("ID")
        vendor = request.value("vendorID")
        bands = request.values("ismBandID")
        briefs = [
            self._profile(profile, bands)
            for profile in self._profiles(request)
            if (not wanted or profile["ID"] in wanted) and vendor in (None, profile["vendor"])
        ]
        return self._paged(request, briefs)

    def _profiles(self, request):
        """The profiles of the bands asked for; all of them are LoRaWAN."""
        bands = request.values("ismBandID")
        if request.value("connectivity") == "CELLULAR" or request.value("typeMAC", "LoRaMAC") != "LoRaMAC":
            return []
        profiles = [self._catalogue.profiles[profile_id] for profile_id in sorted(self._catalogue.profiles)]
        return [one for one in profiles if not bands or set(bands) & set(one["bands"])]

    def _profile(self, profile, bands):
        shown = [band for band in profile["bands"] if not bands or band in bands]
        return {
            "ID": profile["ID"],
            "commercialName": profile["commercialName"],
            "connectivity": "LORAWAN",
            "macMajorVersion": 0,
            "macMinorVersion": profile["minor"],
            "typeMAC": "LoRaMAC",
            "vendor": self._vendor(profile["vendor"]),
            "defaultIsmBands": [{"ID": band, "name": ISM_BANDS[band]} for band in shown],
            "motionModelIndicator": profile["motion"],
        }

    def _vendor(self, vendor_id):
        title = views.vendor(self._catalogue, vendor_id)["commercialName"]
        return {"ID": vendor_id, "name": title, "commercialName": title}

    def export_profiles(self, request, who):
        """GET the profiles as CSV, with the header of C's example."""
        stream = io.StringIO()
        stream.write("#Manufacturer name,Device model name,Device model ID,Device connectivity,ISM bands\n")
        writer = csv.writer(stream, lineterminator="\n")
        for one in self._profiles(request):
            title = self._vendor(one["vendor"])["commercialName"]
            writer.writerow([title, one["commercialName"], one["ID"], "LORAWAN", ",".join(one["bands"])])
        return Response(200, stream.getvalue().encode("utf-8"), "application/csv")

    def list_vendors(self, request, who):
        """GET deviceVendors, by name or with those of the latest devices first (C)."""
        wanted, name = request.values("ID"), request.value("name", "")
        vendors = [self._vendor(vendor_id) for vendor_id in {one["vendor"] for one in self._profiles(request)}]
        vendors = [one for one in vendors if (not wanted or one["ID"] in wanted) and one["name"].startswith(name)]
        vendors.sort(key=lambda one: one["name"])
        if request.value("sort") == "BY_LAST_CREATED":
            latest = {}
            for uid, device in self._world.by_uid.items():
                latest[self._catalogue.profiles[device["model"]]["vendor"]] = uid
            vendors.sort(key=lambda one: -latest.get(one["ID"], 0))
        uids = self._catalogue.vendor_uids
        # C spells commercialName without its r here.
        return self._paged(
            request,
            [
                {
                    "ID": one["ID"],
                    "name": one["name"],
                    "commecialName": one["commercialName"],
                    "logo": views.logo("deviceVendor", uids[one["ID"]]),
                }
                for one in vendors
            ],
        )

    def list_bands(self, request, who):
        """GET ismBands (C)."""
        return self._paged(request, [{"ID": band, "name": name} for band, name in ISM_BANDS.items()])

    def list_drivers(self, request, who):
        """GET drivers: a bare list (C); pages count from 1 (?)."""
        drivers = []
        for text in sorted(set(self._catalogue.drivers.values())):
            producer, module, version = text.split(":")
            if request.value("q", "").lower() not in text.lower() or request.value("source", "system") != "system":
                continue
            drivers.append(
                {
                    "id": text,
                    "name": "%s %s" % (producer, module),
                    "producerId": producer,
                    "moduleId": module,
                    "version": version,
                    "application": {"producerId": producer, "moduleId": module, "version": version},
                    "private": True,
                    "source": "system",
                    "type": "thingpark-x-js",
                }
            )
        size = max(1, integer(request, "perPage", self._settings.page_size_min))
        start = (max(1, integer(request, "page", 1)) - 1) * size
        return encode(request, 200, drivers[start : start + size])

    # -- network subscriptions -------------------------------------------------------

    def list_plans(self, request, who):
        """GET networkSubscriptions: granted and used licences (C)."""
        cast = request.value("communicationType")
        briefs = [
            dict(self._plan(plan), href=views.href(self._settings, "networkSubscriptions/%d" % plan["uid"]))
            for plan in self._plans(request)
            if cast in (None, plan["communicationType"])
        ]
        return self._paged(request, briefs)

    def _plans(self, request):
        wanted = [request.value(name) for name in ("networkSubscriptionID", "connectivityPlan")]
        supplier = request.value("connectivitySupplier", SUPPLIER["ID"])
        if supplier != SUPPLIER["ID"] or request.value("connectivity") == "CELLULAR":
            return []
        return [plan for plan in self._catalogue.plans.values() if all(one in (None, plan["ID"]) for one in wanted)]

    def _plan(self, plan):
        names = ("ID", "commercialName", "communicationType", "nwGeolocalization", "prAllowed", "granted")
        return dict(
            {name: plan[name] for name in names},
            connectivity="LORAWAN",
            maxDestinationPerRoute=5,
            used=self._world.used[plan["ID"]],
            supplier=dict(SUPPLIER),
        )

    def read_plan(self, request, who, uid):
        """GET one network subscription (C NetworkSubscriptionLorawan, X subscriptionNetwork)."""
        plan = by_uid(self._catalogue.plans, uid, "network subscription")
        return encode(request, 200, {**PLAN_FEATURES, **self._plan(plan), "commercialDescription": plan["commercialName"]})

    def list_transactions(self, request, who):
        """GET networkSubscriptions/transactions: each plan was subscribed to once (C)."""
        vendor = request.value("vendor", _OPERATOR)
        briefs = [
            {
                "ID": plan["ID"],
                "commercialName": plan["commercialName"],
                "granted": plan["granted"],
                "status": "SUBSCRIBED",
                "subscriptionTimestamp": _SINCE,
                "subscriptionOption": {"href": views.href(self._settings, "options/%d" % plan["uid"])},
                "supplier": dict(SUPPLIER),
                "vendor": {"ID": _OPERATOR},
            }
            for plan in (self._plans(request) if vendor == _OPERATOR else ())
        ]
        return self._paged(request, briefs)


def by_uid(table, uid, what):
    """The entry of a table with a UID; 404 without."""
    for one in table.values():
        if str(one["uid"]) == uid:
            return one
    raise ApiError("resource_not_found", what, uid)
