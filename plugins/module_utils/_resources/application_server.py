# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The declaration of the application server, which gets devices' data (contract: schemas AppServer, AppServerHttpLorawan)."""

from __future__ import annotations

import re

from .._schema.filters import Filter, Prefix
from .._schema.json_types import FLAG, INTEGER, ListOf
from .._schema.parts import Beginning, Identity, Within
from .._schema.references import Domains
from .._schema.resource import NEVER, WHOLE, Field, Resource
from .._schema.row import Faults
from .._schema.rules import Facts, Rules, in_use
from .._schema.structures import Destinations, HttpHeaders
from .._schema.texts import Fault, shown
from .._schema.values import Choice, Flag, Integer, Key, Note, Typed, Values, ValueType

AS_ID = re.compile(r"[A-Za-z0-9._-]+\Z")
SECURITY = ("security_status", "as_id", "as_key", "max_timestamp_deviation")
ROUTES = ". Routing profiles count too, but the platform doesn't show them"
ENTERPRISE = "is more than ThingPark Enterprise supports: use %s"


class AsId(ValueType):
    """The name under which an application server signs (contract, ``asID``)."""

    def parse(self, raw: object) -> str:
        text = str(super().parse(raw))
        if text and not AS_ID.match(text):
            raise Fault("may contain only letters, digits, dashes, dots and underscores, got %s" % shown(text))
        return text


class SecurityStatus(Choice):
    """Whether uplinks and downlinks are signed with a key (the API's DOWNLINK_AS_KEY)."""

    empty = "none"

    def __init__(self) -> None:
        super().__init__("none", "as_key")

    def read(self, api: object) -> object:
        known = {"NONE": "none", "DOWNLINK_AS_KEY": "as_key", None: "none"}
        return known.get(api, api) if api is None or isinstance(api, str) else api

    def send(self, value: object) -> str:
        return "DOWNLINK_AS_KEY" if value == "as_key" else "NONE"


class ApplicationServerRules(Rules):
    """The rules of an application server."""

    limited_here = ("destinations",)

    def check(self, values: Values) -> Faults:
        faults: Faults = []
        given = [name for name in SECURITY[1:] if name in values]
        if "security_status" not in values and given:
            faults = [("security_status", "is missing: the platform accepts %s only together with it" % " and ".join(given))]
        elif values.get("security_status") == "none":
            faults = [(name, "is given, but security_status is none: remove it, or use security_status as_key") for name in given]
        elif values.get("security_status") and "as_key" not in values:
            faults = [("as_key", "is missing: security_status as_key needs it, because the existing key can't be read")]
        return faults

    def check_here(self, values: Values, is_enterprise: bool) -> Faults:
        destinations = values.get("destinations") or ()
        if not is_enterprise or not destinations:
            return []
        addresses, ports, strategy = destinations[0]
        if len(destinations) > 1 or len(addresses) > 1:
            return [("destinations", ENTERPRISE % "one destination with one address")]
        if ports != "*" or strategy != "SEQUENTIAL":
            return [("destinations", ENTERPRISE % "the ports * and the strategy sequential")]
        return []

    def unreadable(self, observed: Facts) -> list[str]:
        return ["as_key"] if observed.value("security_status") == "as_key" else []

    def refuse_deletion(self, observed: Facts) -> str:
        used = in_use(observed.brief or {}, COUNTS)
        return used + ROUTES if used else ""


COUNTS = (("deviceCount", "device"), ("multicastGroupCount", "multicast group"), ("baseStationCount", "base station"))

APPLICATION_SERVER = Resource(
    name="application server",
    plural="application servers",
    document="appServer",
    path="/appServers",
    identity=Identity("id", "ID", Typed(), "ID", named_by="name"),
    rules=ApplicationServerRules(),
    # Other interfaces create the types KAFKA and HTTP_CELLULAR (contract).
    is_one=lambda brief: brief.get("type") in ("HTTP", None),
    brief_keys=("type", *(key for key, _what in COUNTS)),
    scopes={"domain": Within("domains"), "name_prefix": Beginning(Prefix(), "name")},
    filters={"name": Filter("name", Prefix()), "query": Filter("query", Prefix())},
    fields=(
        Field("name", ("name",), Typed()),
        Field("description", ("description",), Note(), WHOLE),
        Field("content_type", ("contentType",), Choice("xml", "json", "jsontyped"), WHOLE, default="xml"),
        Field("destinations", ("destinations",), Destinations(), WHOLE, may_hide=True),
        Field("custom_http_headers", ("customHttpHeaders",), HttpHeaders(), WHOLE, secret=True, may_hide=True),
        Field("domains", ("domains",), Domains()),
        Field("active", ("state",), Flag(("DEACTIVATED", "ACTIVE"), empty=None), on_create=False, resets=True),
        Field("security_status", ("downlinkSecurity", "status"), SecurityStatus(), WHOLE),
        Field("as_id", ("downlinkSecurity", "asID"), AsId(), WHOLE),
        Field("as_key", ("downlinkSecurity", "downlinkAsKey"), Key(), NEVER, secret=True),
        Field("max_timestamp_deviation", ("downlinkSecurity", "maxTimestampDeviation"), Integer(0, 2**31 - 1), WHOLE),
    ),
    together=(SECURITY,),
    shown={
        **dict.fromkeys((key for key, _what in COUNTS), INTEGER),
        **dict.fromkeys(("baseStationAlarms", "deviceAlarms"), FLAG),
        "flowMatcherTags": ListOf(),
    },
)
