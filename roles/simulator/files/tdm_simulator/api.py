# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which handler answers which path, and who may call it."""

from __future__ import annotations

import re

from . import BASE_PATH
from .accounts import LOGIN_PATH, TOKEN_PATH, USER_NAME, Accounts
from .codec import encode
from .devices import Devices
from .errors import ApiError
from .inspection import Inspection
from .listing import Listing
from .onboarding import Onboarding
from .resources import Resources
from .tags import Tags

SUBSCRIPTION_ID = "100"
_DEVICE = r"(e[0-9A-F]+|[0-9]+)"  # C: the pattern of deviceUid
_NUMBER = r"([0-9]+)"
READ_ONBOARDING_TAG = "devices/readOnboardingTag"  # a POST that only reads (C)


class Application:
    """Routes requests; counts them; turns refusals into error documents."""

    def __init__(self, world, settings, meter):
        self._settings = settings
        self._meter = meter
        self.accounts = Accounts(settings, meter)
        devices = Devices(world, settings)
        listing = Listing(world, settings)
        tags = Tags(world, settings, listing)
        resources = Resources(world, settings)
        self._inspection = Inspection(world, settings, self.accounts, meter, devices)
        table = [
            ("", {"GET": resources.read_subscription, "PUT": resources.update_subscription}),
            ("/devices", {"GET": listing.handle, "POST": devices.create}),
            ("/devices/tags", {"POST": tags.bulk_tags}),
            ("/devices/tags/suggestions", {"GET": tags.suggestions}),
            ("/devices/domains", {"POST": tags.bulk_domains}),
            ("/" + READ_ONBOARDING_TAG, {"POST": Onboarding(world, settings).handle}),
            ("/devices/" + _DEVICE, {"GET": devices.read, "PUT": devices.update, "DELETE": devices.delete}),
            ("/devices/%s/tags" % _DEVICE, {"GET": tags.read, "POST": tags.add}),
            ("/devices/%s/tags/%s" % (_DEVICE, _NUMBER), {"DELETE": tags.remove}),
            ("/tasks/" + _NUMBER, {"GET": devices.task}),
            ("/deviceProfiles", {"GET": resources.list_profiles}),
            ("/networkSubscriptions", {"GET": resources.list_plans}),
            ("/networkSubscriptions/" + _NUMBER, {"GET": resources.read_plan}),
            ("/appServers", {"GET": resources.list_servers}),
            ("/appServers/" + _NUMBER, {"GET": resources.read_server}),
        ]
        if not settings.enterprise:
            table += [
                ("/appServersRoutingProfiles", {"GET": resources.list_routes}),
                ("/appServersRoutingProfiles/" + _NUMBER, {"GET": resources.read_route}),
            ]
        self._routes = [(re.compile(path + r"\Z"), methods) for path, methods in table]
        if settings.enterprise:
            self._outside = {TOKEN_PATH: {"POST": self.accounts.issue_token}}
        else:
            self._outside = {
                LOGIN_PATH: {"POST": self.accounts.login},
                BASE_PATH + "/customers": {"GET": self.accounts.start_session},
                BASE_PATH + "/customers/logout": {"GET": self.accounts.logout},
            }

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
        """The error document of a refusal (C Error)."""
        return encode(request, refusal.status, refusal.document(), refusal.headers)

    def _dispatch(self, request):
        outside = self._outside.get(request.path)
        if outside is not None:
            return _method(outside, request)(request)
        prefix = BASE_PATH + "/subscriptions/"
        if not request.path.startswith(prefix):
            raise ApiError("not_found")
        owner, slash, path = request.path[len(prefix) :].partition("/")
        methods, uids = self._route(slash + path)
        if owner == "mine" and not self._settings.enterprise:
            raise ApiError("not_found")  # the way of the other edition
        handler = _method(methods, request)
        if self._settings.enterprise:
            self.accounts.require_bearer(request)
            who = self._settings.client_id
        else:
            self.accounts.require_session(request)
            who = USER_NAME
        if owner != ("mine" if self._settings.enterprise else SUBSCRIPTION_ID):
            raise ApiError("other_subscription")
        if self._settings.read_only and request.method != "GET" and path != READ_ONBOARDING_TAG:
            raise ApiError("read_only")
        return handler(request, who, *uids)

    def _route(self, path):
        for pattern, methods in self._routes:
            match = pattern.match(path)
            if match:
                return methods, match.groups()
        raise ApiError("not_found")


def _method(methods, request):
    handler = methods.get(request.method)
    if handler is None:
        raise ApiError("method_not_allowed", headers=[("Allow", ", ".join(sorted(methods)))])
    return handler
