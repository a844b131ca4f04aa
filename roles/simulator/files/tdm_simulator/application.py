# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the operation for a request, and checks that the caller may use it."""

from __future__ import annotations

from collections.abc import Mapping

from . import BASE_PATH, SUBSCRIPTION_ID, resources
from .access.accounts import USER_NAME, Accounts
from .access.ways_in import WaysIn
from .api.codec import asks_for_xml, encode
from .api.operations import Call, Operation, Routes
from .errors import ApiError
from .http.messages import Request, Response
from .settings import Settings
from .testing.faults import Faults
from .testing.inspection import Inspection
from .testing.meter import Meter
from .testing.uplinks import Uplinks
from .world.world import World

_BELOW = BASE_PATH + "/subscriptions/"


class Application:
    """Routes and counts requests, and turns refusals into error documents."""

    def __init__(self, settings: Settings, world: World | None = None) -> None:
        self._settings = settings
        self.world = world or World(settings)
        self.meter = Meter()
        self.accounts = Accounts(settings)
        self.operations = resources.operations(settings)
        self.faults = Faults(self.world, self.accounts)
        self.uplinks = Uplinks(self.world)
        self._inspection = Inspection(self.world, self.accounts, self.meter, self.faults, self.uplinks)
        self._routes = Routes(self.operations)
        self._outside = Routes(WaysIn(self.accounts, settings, self.meter).operations())

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        if request.path.startswith("/_simulator/"):
            return self._inspection.handle(request)
        try:
            response = self._dispatch(request)
        except ApiError as refusal:
            response = self.error_response(request, refusal)
        self.meter.count(request, response.status)
        return response

    def error_response(self, request: Request | None, refusal: ApiError) -> Response:
        """The error document of a refusal (C Error, X error)."""
        return encode(request, refusal.status, refusal.document(), refusal.headers, root="error")

    def _dispatch(self, request: Request) -> Response:
        settings = self._settings
        request.formats = settings.formats
        request.xml = asks_for_xml(request.headers.get("accept", "*/*"), settings.formats)
        request.nulls_are_absent = settings.old_bodies
        if not request.path.startswith(_BELOW):
            found = self._outside.find(request.path)
            if found is None:
                raise ApiError("not_found")
            methods, parts = found
            return _choose(methods, request, "").handler(request, *parts)
        owner, slash, path = request.path[len(_BELOW) :].partition("/")
        found = self._routes.find(slash + path)
        if found is None or (owner == "mine" and not settings.oauth):
            raise ApiError("not_found")  # `mine` exists only with OAuth
        methods, parts = found
        operation = _choose(methods, request, _BELOW + owner)
        who = self._caller(request)
        if owner not in self._names():
            raise ApiError("other_subscription")
        if settings.read_only and operation.changes:
            raise ApiError("read_only")
        if operation.rights and not set(operation.rights) & set(settings.permissions):
            raise ApiError("no_right", " or ".join(operation.rights))
        operation.check_query(request)
        return operation.handler(Call(request, self.world, who), *parts)

    def _caller(self, request: Request) -> str:
        """The caller, by a bearer token (C; O on Wireless) or a session (P)."""
        settings = self._settings
        is_bearer = request.headers.get("authorization", "")[:7].lower() == "bearer "
        if settings.enterprise or settings.ways_in == ("oauth2",) or ("oauth2" in settings.ways_in and is_bearer):
            self.accounts.require_bearer(request)
            return settings.client_id
        self.accounts.require_session(request)
        return USER_NAME

    def _names(self) -> tuple[str, ...]:
        """Names of the subscription in addresses: with OAuth, Wireless also accepts its number (?)."""
        if self._settings.enterprise:
            return ("mine",)
        return (SUBSCRIPTION_ID, "mine") if self._settings.oauth else (SUBSCRIPTION_ID,)


def _choose(methods: Mapping[str, Operation], request: Request, place: str) -> Operation:
    # An unknown method still has a known path, which counts and records need.
    operation = methods.get(request.method, next(iter(methods.values())))
    request.template, request.root = place + operation.path, operation.answer
    if request.method not in methods:
        raise ApiError("method_not_allowed", headers=[("Allow", ", ".join(sorted(methods)))])
    return operation
