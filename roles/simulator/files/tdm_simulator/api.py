# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which operation answers a request, and who may call it."""

from __future__ import annotations

from . import BASE_PATH, SUBSCRIPTION_ID
from .accounts import USER_NAME, Accounts
from .admins import Admins
from .alarms import Alarms
from .appservers import AppServers
from .codec import asks_for_xml, encode
from .devices import Devices
from .errors import ApiError
from .exchange import ExchangeKey
from .faults import Faults
from .imports import Imports
from .inspection import Inspection
from .jobs import Jobs
from .listing import Listing
from .measures import Measures
from .multicast import MulticastGroups
from .multicast_stations import MulticastStations
from .onboarding import Onboarding
from .operations import Routes
from .overview import Overview
from .resources import Resources
from .routing import RoutingProfiles
from .subscription import Subscription
from .tags import Tags
from .tasks import Tasks
from .ways_in import WaysIn

_BELOW = BASE_PATH + "/subscriptions/"


class Application:
    """Routes requests; counts them; turns refusals into error documents."""

    def __init__(self, world, settings, meter):
        self._settings = settings
        self._meter = meter
        self.accounts = Accounts(settings)
        exchange = ExchangeKey(settings)
        tasks = Tasks(world, settings)
        devices = Devices(world, settings, exchange, tasks)
        self.jobs = Jobs()
        listing = Listing(world, settings)
        groups = MulticastGroups(world, settings, tasks)
        stations = MulticastStations(world, settings, groups)
        self._areas = (
            Subscription(world, settings),
            devices,
            listing,
            Tags(world, settings, listing),
            Onboarding(world, settings),
            Imports(world, settings, devices, tasks, self.jobs),
            Alarms(world, settings, groups),
            Measures(world, settings, groups),
            Overview(world, settings, listing),
            Admins(world, settings, groups, stations),
            groups,
            stations,
            AppServers(world, settings),
            Resources(world, settings),
            RoutingProfiles(world, settings),
            exchange,
            tasks,
        )
        self.faults = Faults(world, self.accounts, devices)
        self._inspection = Inspection(self, world, settings, meter, devices)
        self.operations = [operation for area in self._areas for operation in area.operations()]
        self._routes = Routes(self.operations)
        self._outside = Routes(WaysIn(self.accounts, settings, meter).operations())

    def handle(self, request):
        """Answer one request."""
        if request.path.startswith("/_simulator/"):
            return self._inspection.handle(request)
        try:
            response = self._dispatch(request)
        except ApiError as refusal:
            response = self.error_response(request, refusal)
        self._meter.count(request, response.status)
        return response

    def error_response(self, request, refusal):
        """The error document of a refusal (C Error, X error)."""
        return encode(request, refusal.status, refusal.document(), refusal.headers, root="error")

    def _dispatch(self, request):
        request.formats = self._settings.formats
        request.xml = asks_for_xml(request, request.formats)
        request.nulls_are_absent = self._settings.old_bodies
        outside = self._outside.find(request.path)
        if outside is not None:
            methods, parts = outside
            return _choose(methods, request).handler(request, *parts)
        if not request.path.startswith(_BELOW):
            raise ApiError("not_found")
        owner, slash, path = request.path[len(_BELOW) :].partition("/")
        found = self._routes.find(slash + path)
        if found is None or (owner == "mine" and not self._settings.oauth):
            raise ApiError("not_found")  # mine goes with OAuth
        methods, parts = found
        operation = _choose(methods, request)
        who = self._caller(request)
        if owner not in self._names():
            raise ApiError("other_subscription")
        if self._settings.read_only and operation.changes:
            raise ApiError("read_only")
        operation.check_query(request)
        return operation.handler(request, who, *parts)

    def _caller(self, request):
        """Who calls, by a bearer token (C; O on Wireless) or in a session (P)."""
        settings = self._settings
        is_bearer = request.headers.get("authorization", "")[:7].lower() == "bearer "
        if settings.enterprise or settings.ways_in == ("oauth2",) or ("oauth2" in settings.ways_in and is_bearer):
            self.accounts.require_bearer(request)
            return settings.client_id
        self.accounts.require_session(request)
        return USER_NAME

    def _names(self):
        """What the subscription is called in addresses: Wireless with OAuth knows its number too (?)."""
        if self._settings.enterprise:
            return ("mine",)
        return (SUBSCRIPTION_ID, "mine") if self._settings.oauth else (SUBSCRIPTION_ID,)


def _choose(methods, request):
    operation = methods.get(request.method)
    if operation is None:
        # The path is known all the same: counts and records name it.
        request.operation = next(iter(methods.values()))
        raise ApiError("method_not_allowed", headers=[("Allow", ", ".join(sorted(methods)))])
    request.operation = operation
    return operation
