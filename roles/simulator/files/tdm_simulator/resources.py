# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What devices refer to: subscription, profiles, plans, application servers, routes (C, O)."""

from __future__ import annotations

import re

from . import fields, views
from .catalogue import ISM_BANDS, SUPPLIER
from .codec import decode, encode
from .devices import check_occ
from .errors import ApiError
from .parameters import boolean, choice, page_index
from .world import now_ms

SUBSCRIBER = {"ID": "100002581", "name": "Olivia Operator", "organization": "Example Operations"}
_NS_ID = re.compile(r"[0-9a-fA-F]{16}\Z")
_CONNECTIVITIES = ("LORAWAN", "CELLULAR")


class Resources:
    """The handlers of everything below a subscription that is not a device."""

    def __init__(self, world, settings):
        self._world = world
        self._settings = settings
        self._catalogue = world.catalogue

    def _paged(self, request, briefs):
        size = self._settings.page_size_min
        start = (page_index(request, self._settings) - 1) * size
        return encode(request, 200, {"briefs": briefs[start : start + size], "more": start + size < len(briefs)})

    # -- subscription ------------------------------------------------------------

    def read_subscription(self, request, who):
        """GET the subscription (C Subscription; the subscriber information of P)."""
        return encode(request, 200, self._subscription())

    def update_subscription(self, request, who):
        """PUT the writable fields of the subscription, under optimistic locking (C)."""
        force = boolean(request, "force", False)
        body = decode(request)
        kept = self._world.subscription
        if not isinstance(body.get("occContext", {}), dict):
            raise ApiError("invalid", "occContext", "an object is expected")
        if not force:
            check_occ(body, kept["version"], self._settings.enterprise)
        elif self._settings.enterprise and "occContext" not in body:
            raise ApiError("occ_missing")  # C requires it here without exception
        changed = {}
        if "alarmStateNotifications" in body:
            if not isinstance(body["alarmStateNotifications"], str):
                raise ApiError("invalid", "alarmStateNotifications", "a string is expected")
            changed["alarmStateNotifications"] = body["alarmStateNotifications"]
        if "nsID" in body:
            if not isinstance(body["nsID"], str) or not _NS_ID.match(body["nsID"]):
                raise ApiError("invalid", "nsID", "16 hexadecimal digits are expected")
            changed["nsID"] = body["nsID"]
        for name in ("defaultIsmBand", "defaultIsmBands"):
            if name in body:
                value = body[name] if name == "defaultIsmBands" else [body[name]]
                changed["defaultIsmBands"] = _bands(name, value)
        kept.update(changed, version=kept["version"] + 1, who=who, lastUpdate=max(now_ms(), kept["lastUpdate"] + 1))
        self._world.touch()
        return encode(request, 200, self._subscription())

    def _subscription(self):
        kept = self._world.subscription
        bands = [{"ID": band, "name": ISM_BANDS[band]} for band in kept["defaultIsmBands"]]
        handling = {"mode": "ADVANCED"}
        if self._settings.enterprise:
            handling = {
                "mode": "BASIC",
                "supportedNetworkSubscriptions": [
                    {
                        "communicationType": "UNICAST",
                        "connectivity": "LORAWAN",
                        "maxDestinationPerRoute": 5,
                        "nwGeolocalization": geolocation,
                        "prAllowed": roaming,
                    }
                    for geolocation, roaming in sorted(
                        {(plan["nwGeolocalization"], plan["prAllowed"]) for plan in self._catalogue.plans.values()}
                    )
                ],
            }
        shown = {
            "creationTimestamp": kept["creationTimestamp"],
            "alarmStateNotifications": kept["alarmStateNotifications"],
            "defaultIsmBands": bands,
            "networkSubscriptionsHandling": handling,
            "state": {"value": "ACTIVE", "timestamp": kept["creationTimestamp"]},
            "subscriber": dict(SUBSCRIBER),
            "operator": {"nonRoamingDevicesNetID": "000000", "roamingDevicesNetID": "000002"},
            "options": {
                "cellularSupport": "DEACTIVATED",
                "devAddrValidation": "DEACTIVATED",
                "devEUIValidation": "DEACTIVATED",
                "license": "DEACTIVATED",
                "externalJS": "ACTIVATED",
            },
            "occContext": {"version": kept["version"], "lastUpdate": kept["lastUpdate"], "who": kept["who"]},
        }
        if bands:
            shown["defaultIsmBand"] = bands[0]
        if kept["nsID"]:
            shown["nsID"] = kept["nsID"]
        return shown

    # -- device profiles -----------------------------------------------------------

    def list_profiles(self, request, who):
        """GET deviceProfiles with its filters (C)."""
        wanted = set(request.values("ID"))
        bands = request.values("ismBandID")
        for band in bands:
            if band not in ISM_BANDS:
                raise ApiError("bad_parameter", "ismBandID", band)
        vendor = request.value("vendorID")
        cellular = choice(request, "connectivity", _CONNECTIVITIES) == "CELLULAR"
        nothing = cellular or request.value("typeMAC", "LoRaMAC") != "LoRaMAC"
        briefs = []
        for profile_id in () if nothing else sorted(self._catalogue.profiles):
            profile = self._catalogue.profiles[profile_id]
            shown_bands = [band for band in profile["bands"] if not bands or band in bands]
            if (
                (wanted and profile_id not in wanted)
                or (bands and not shown_bands)
                or (vendor is not None and profile["vendor"] != vendor)
            ):
                continue
            briefs.append(self._profile(profile, shown_bands))
        return self._paged(request, briefs)

    def _profile(self, profile, bands):
        title = views.vendor(self._catalogue, profile["vendor"])["commercialName"]
        return {
            "ID": profile["ID"],
            "commercialName": profile["commercialName"],
            "connectivity": "LORAWAN",
            "macMajorVersion": 0,
            "macMinorVersion": profile["minor"],
            "typeMAC": "LoRaMAC",
            "vendor": {"ID": profile["vendor"], "name": title, "commercialName": title},
            "defaultIsmBands": [{"ID": band, "name": ISM_BANDS[band]} for band in bands],
            "motionModelIndicator": profile["motion"],
        }

    # -- network subscriptions -------------------------------------------------------

    def list_plans(self, request, who):
        """GET networkSubscriptions: granted and used licences (C)."""
        tests = []
        for name in ("networkSubscriptionID", "connectivityPlan"):
            wanted = request.value(name)
            if wanted is not None:
                tests.append(lambda plan, wanted=wanted: plan["ID"] == wanted)
        supplier = request.value("connectivitySupplier")
        kind = choice(request, "connectivity", _CONNECTIVITIES, "LORAWAN")
        cast = choice(request, "communicationType", ("UNICAST", "MULTICAST"), "UNICAST")
        if (supplier or SUPPLIER["ID"]) != SUPPLIER["ID"] or kind != "LORAWAN" or (cast != "UNICAST"):
            tests.append(lambda plan: False)
        return self._paged(
            request,
            [
                dict(self._plan(plan), href=views.href(self._settings, "networkSubscriptions/%d" % plan["uid"]))
                for plan in self._catalogue.plans.values()
                if all(test(plan) for test in tests)
            ],
        )

    def _plan(self, plan):
        return {
            "ID": plan["ID"],
            "commercialName": plan["commercialName"],
            "communicationType": "UNICAST",
            "connectivity": "LORAWAN",
            "maxDestinationPerRoute": 5,
            "nwGeolocalization": plan["nwGeolocalization"],
            "prAllowed": plan["prAllowed"],
            "granted": plan["granted"],
            "used": self._world.used[plan["ID"]],
            "supplier": dict(SUPPLIER),
        }

    def read_plan(self, request, who, uid):
        """GET one network subscription (C NetworkSubscriptionLorawan)."""
        plan = _by_uid(self._catalogue.plans, uid, "network subscription")
        shown = self._plan(plan)
        shown.update(
            uplinkRate=6.0,
            uplinkRateUnit="HOUR",
            uplinkBucketSize=20,
            uplinkRegulatorPolicy="MARK",
            downlinkTransmission=True,
            downlinkRate=1.0,
            downlinkRateUnit="HOUR",
            downlinkBucketSize=10,
            downlinkRegulatorPolicy="DROP",
            thingParkCloudRouting=False,
            thirdPartyAppServersRouting=True,
            thingParkKafkaRouting=False,
            ackedUplinkFrame=True,
            addLrrMetaInfo=True,
            addPerInfo=False,
            adrVersion=2,
            allowClassB=True,
            deviceStatusRequestFrequency=1.0,
            deviceStatusRequestFrequencyUnit="DAY",
            downlinkSentIndication=True,
            forceAdaptiveDataRate=False,
            hrAllowed=False,
            macroDiversityReliability=0.9,
            marginOffset=0,
            minAntennaDiversity=3,
            mobility=False,
            nbTransMax=3,
            nbTransMin=1,
            nbTransOffset=0,
            raAllowed=False,
            reportDeviceBatteryLevel=True,
            reportDeviceMargin=True,
            targetPacketErrorRate=0.1,
        )
        return encode(request, 200, shown)

    # -- application servers and routes -----------------------------------------------

    def list_servers(self, request, who):
        """GET appServers, by ID or by name (C)."""
        attribute, _comma, order = request.value("sort", "ID,asc").partition(",")
        if attribute not in ("ID", "name") or order not in ("asc", "desc", ""):
            raise ApiError("bad_parameter", "sort", request.value("sort"))
        for kind in request.values("type"):
            if kind not in ("HTTP", "HTTP_CELLULAR", "KAFKA"):
                raise ApiError("bad_parameter", "type", kind)
        boolean(request, "destinationsRequired")
        found = [
            server
            for server in self._catalogue.servers.values()
            if server["ID"].startswith(request.value("ID", ""))
            and server["name"].startswith(request.value("name", ""))
            and (server["ID"].startswith(request.value("query", "")) or server["name"].startswith(request.value("query", "")))
            and (not request.values("type") or "HTTP" in request.values("type"))
        ]
        for name in (
            "tpxIotFlowConnectorId",
            "tpxIotFlowConnectionId",
            "baseStationAlarmNotification",
            "deviceAlarmNotification",
        ):
            if request.values(name):
                found = []  # these are for Kafka servers, of which there are none
        found.sort(key=lambda server: server[attribute], reverse=order == "desc")
        return self._paged(request, [self._server(server) for server in found])

    def _server(self, server):
        return {
            "ID": server["ID"],
            "name": server["name"],
            "type": "HTTP",
            "state": "ACTIVE",
            "validationState": "VALIDATED",
            "healthState": "ACTIVE",
            "baseStationCount": 0,
            "deviceCount": self._world.server_use[server["ID"]],
            "multicastGroupCount": 0,
            "domains": [],
            "href": views.href(self._settings, "appServers/%d" % server["uid"]),
        }

    def read_server(self, request, who, uid):
        """GET one application server (C AppServer)."""
        server = _by_uid(self._catalogue.servers, uid, "application server")
        shown = self._server(server)
        del shown["href"]
        shown.update(
            contentType="json",
            downlinkSecurity={"status": "NONE"},
            destinations=[{"addresses": [server["address"]], "ports": "*", "strategy": "SEQUENTIAL"}],
            occContext={
                "version": 1,
                "lastUpdate": self._world.subscription["creationTimestamp"],
                "who": "%(name)s" % SUBSCRIBER,
            },
        )
        return encode(request, 200, shown)

    def list_routes(self, request, who):
        """GET appServersRoutingProfiles (Wireless, O)."""
        return self._paged(
            request,
            [
                {
                    "ID": route["ID"],
                    "name": route["name"],
                    "isDefault": route["isDefault"],
                    "href": views.href(self._settings, "appServersRoutingProfiles/%d" % route["uid"]),
                }
                for route in self._catalogue.routes.values()
            ],
        )

    def read_route(self, request, who, uid):
        """GET one routing profile (Wireless, O)."""
        route = _by_uid(self._catalogue.routes, uid, "AS routing profile")
        destinations = '<dests><dest type="HTTP" address="https://as.example.com/%s"/></dests>'
        return encode(
            request,
            200,
            {
                "ID": route["ID"],
                "name": route["name"],
                "isDefault": route["isDefault"],
                "occContext": {
                    "version": 1,
                    "who": SUBSCRIBER["name"],
                    "lastUpdate": self._world.subscription["creationTimestamp"],
                },
                "routes": []
                if route["ID"] == "NOAS"
                else [{"sourcePort": "*", "strategy": "SEQUENTIAL", "destinations": destinations % route["uid"]}],
            },
        )


def _by_uid(table, uid, what):
    for one in table.values():
        if str(one["uid"]) == uid:
            return one
    raise ApiError("resource_not_found", what, uid)


def _bands(name, value):
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ApiError("invalid", name, "ISM bands are expected")
    found = []
    for item in value:
        band = fields.reference({name: item}, name)
        if band not in ISM_BANDS:
            raise ApiError("invalid", name, band)
        found.append(band)
    return found
