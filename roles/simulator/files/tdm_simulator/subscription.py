# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The subscription, its restricted settings, and who is told of alarms (C, X)."""

from __future__ import annotations

import re

from . import SUBSCRIBER, views
from .accounts import THINGPARK_ID
from .catalogue import ISM_BANDS
from .codec import decode, encode
from .devices import check_occ
from .errors import ApiError
from .exchange import KEY_VERSION
from .operations import Operation
from .parameters import boolean, page, texts
from .shapes import OCC, Many, Number, Text, Thing
from .world import now_ms

_EUI64 = Text(re.compile(r"[0-9a-fA-F]{16}\Z"), "16 hexadecimal digits")
_NET_ID = Text(
    re.compile(r"([02]000[0-3][0-9a-fA-F]|400[0-1][0-9a-fA-F]{2}|[6-9a-fA-F][0-9a-fA-F]{5})\Z"), "a NetID of the LoRa Alliance"
)
_BAND = Thing(_needed=("ID",), ID=Text(choices=tuple(ISM_BANDS)))
_SUBSCRIPTION = Thing(
    alarmStateNotifications=Text(), nsID=_EUI64, defaultIsmBand=_BAND, defaultIsmBands=Many(_BAND), occContext=OCC
)
_RESTRICTED = Thing(
    baseStationTagsNamespace=Text(choices=("OPERATOR", "SUBSCRIBER", "ALL")),
    nonRoamingDevicesNetID=_NET_ID,
    nsID=_EUI64,
    roamingDevicesNetID=_NET_ID,
    segregationID=Text(re.compile(r"[0-9a-fA-F]{8}\Z"), "8 hexadecimal digits"),
    occContext=OCC,
)
_RESTRICTED_NAMES = tuple(name for name in _RESTRICTED.fields if name != "occContext")
_ALARMS = Thing(_needed=("minimumSeverity",), minimumSeverity=Number(2, 6))


class Subscription:
    """The handlers of the subscription itself."""

    def __init__(self, world, settings):
        self._world = world
        self._settings = settings

    def operations(self):
        """What this area answers."""
        user = "/users/{thingparkID}/alarmsSubscription"
        listed = ("pageIndex", "pageSize", *texts("thingparkID"))
        return [
            Operation("GET", "", self.read_subscription, answer="subscription"),
            Operation("PUT", "", self.update_subscription, ("force",), "subscription"),
            Operation("PUT", "/restricted", self.update_restricted, ("force",), "restricted"),
            Operation("GET", "/usersAlarmsSubscriptions", self.list_alarms, listed, "usersAlarmsSubscriptions"),
            Operation("GET", user, self.read_alarms, answer="alarmsSubscription"),
            Operation("POST", user, self.create_alarms, answer="alarmsSubscription"),
            Operation("PUT", user, self.update_alarms, answer="alarmsSubscription"),
            Operation("DELETE", user, self.delete_alarms),
        ]

    def read_subscription(self, request, who):
        """GET the subscription (C Subscription; the subscriber information of P)."""
        return encode(request, 200, self._subscription())

    def update_subscription(self, request, who):
        """PUT the writable fields of the subscription, under optimistic locking (C)."""
        force = boolean(request, "force", False)
        body = decode(request, _SUBSCRIPTION)
        if not force:
            check_occ(body, self._world.subscription["version"], self._settings.occ_required)
        elif self._settings.occ_required and "occContext" not in body:
            raise ApiError("occ_missing")  # C requires it here without exception
        changed = {name: body[name] for name in ("alarmStateNotifications", "nsID") if name in body}
        for name in ("defaultIsmBand", "defaultIsmBands"):
            if name in body:
                value = body[name] if name == "defaultIsmBands" else [body[name]]
                changed["defaultIsmBands"] = [band["ID"] for band in value]
        self._change(changed, who)
        return encode(request, 200, self._subscription())

    def update_restricted(self, request, who):
        """PUT the restricted settings; they are read with the subscription (C).

        C gives the document no occContext although it names the locking: one is checked when it is sent (?).
        """
        body = decode(request, _RESTRICTED)
        if not boolean(request, "force", False):
            check_occ(body, self._world.subscription["version"], False)
        changed = {name: body[name] for name in _RESTRICTED_NAMES if name in body}
        kept = dict(self._world.subscription["restricted"], **changed)
        self._change({"restricted": kept, "nsID": changed.get("nsID", self._world.subscription["nsID"])}, who)
        return encode(request, 200, kept)

    def _change(self, changed, who):
        kept = self._world.subscription
        kept.update(changed, version=kept["version"] + 1, who=who, lastUpdate=max(now_ms(), kept["lastUpdate"] + 1))
        self._world.touch()

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
                        {(plan["nwGeolocalization"], plan["prAllowed"]) for plan in self._world.catalogue.unicast_plans()}
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
            "twaExchangeKeyVersion": KEY_VERSION,
            "occContext": {"version": kept["version"], "lastUpdate": kept["lastUpdate"], "who": kept["who"]},
        }
        if bands:
            shown["defaultIsmBand"] = bands[0]
        shown.update(kept["restricted"])
        if kept["nsID"]:
            shown["nsID"] = kept["nsID"]
        return shown

    # -- who is told of alarms -------------------------------------------------------

    def list_alarms(self, request, who):
        """GET the alarm subscriptions of all users (C)."""
        wanted = request.value("thingparkID")
        briefs = [
            {"user": {"thingparkID": name}, "subscription": self._alarms(name), "href": self._alarms(name)["href"]}
            for name in sorted(self._world.alarm_subscriptions)
            if wanted in (None, name)
        ]
        return encode(request, 200, page(request, self._settings, briefs, sized=True))

    def _alarms(self, name):
        href = views.href(self._settings, "users/%s/alarmsSubscription" % name)
        return {"minimumSeverity": self._world.alarm_subscriptions[name], "href": href}

    def _known(self, name):
        if name not in self._world.alarm_subscriptions:
            raise ApiError("resource_not_found", "alarms subscription", name)

    def read_alarms(self, request, who, name):
        """GET the alarm subscription of a user (C)."""
        self._known(name)
        return encode(request, 200, self._alarms(name))

    def create_alarms(self, request, who, name):
        """POST the alarm subscription of a user; there is one user (?)."""
        if name != THINGPARK_ID:
            raise ApiError("resource_not_found", "user", name)
        if name in self._world.alarm_subscriptions:
            raise ApiError("exists", "alarms subscription", name)
        return self._store_alarms(request, 201, name)

    def update_alarms(self, request, who, name):
        """PUT the alarm subscription of a user (C)."""
        self._known(name)
        return self._store_alarms(request, 200, name)

    def _store_alarms(self, request, status, name):
        self._world.alarm_subscriptions[name] = decode(request, _ALARMS)["minimumSeverity"]
        self._world.touch()
        document = self._alarms(name)
        return encode(request, status, document, [("Location", document["href"])] if status == 201 else ())

    def delete_alarms(self, request, who, name):
        """DELETE the alarm subscription of a user (C)."""
        self._known(name)
        del self._world.alarm_subscriptions[name]
        self._world.touch()
        return encode(request, 204)
