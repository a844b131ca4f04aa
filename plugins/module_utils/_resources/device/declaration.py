# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The declaration of the LoRaWAN device (contract: schemas Device, DeviceLorawan, DeviceBrief).

``NO_OPTIONS`` lists the contract's writable fields that have no option.
"""

from __future__ import annotations

import re
from typing import Any, Callable

from ..._schema.embedded_xml import AppSKeys, InactivityAlarm
from ..._schema.filters import EUI_PREFIX, Prefix
from ..._schema.json_types import INTEGER
from ..._schema.parts import Beginning, Encryption, Identity, Labels, Listing, Within
from ..._schema.references import Domains, Reference, References, Tags
from ..._schema.resource import APART, EDIT, NEVER, WHOLE, Field, Resource
from ..._schema.sections import Section
from ..._schema.texts import Fault, shown
from ..._schema.values import EUI, UNKNOWN, Choice, Degrees, Flag, Hex, Integer, Key, Note, Typed, ValueType
from .filters import FILTERS, RANGES
from .headings import HEADINGS
from .import_csv import IMPORT_CSV, STATES
from .import_rows import IMPORTING
from .rules import EXTERNAL, FLAGS_OF_PLAN, LOCAL, LOSS, MANUAL, NETWORK, DeviceRules, is_lorawan
from .shown import SHOWN

VERSION = r"N(?:\.N(?:\.N)?(?:-I(?:\.I)*)?(?:\+I(?:\.I)*)?)?".replace("N", "(?:0|[1-9][0-9]*)").replace("I", "[a-zA-Z0-9-]+")
PROTOCOL = re.compile(r"[a-zA-Z0-9-]{1,8}:[a-zA-Z0-9-]{1,16}:%s\Z" % VERSION)


class LocationType(Choice):
    """The location that counts: the manual one (0 in the API) or the network's (1)."""

    json = INTEGER
    empty = NETWORK

    def __init__(self) -> None:
        super().__init__(MANUAL, NETWORK)

    def read(self, api: object) -> object:
        known = {0: MANUAL, 1: NETWORK, "0": MANUAL, "1": NETWORK, None: NETWORK}
        return known.get(api, api) if api is None or isinstance(api, (str, int)) else api

    def send(self, value: object) -> int:
        return 0 if value == MANUAL else 1


class ProtocolIdentifier(ValueType):
    """A protocol of ThingPark X, ``producer:module:version`` (contract, ``driverMetadata.application``)."""

    def parse(self, raw: object) -> str:
        text = str(super().parse(raw))
        if not PROTOCOL.match(text):
            raise Fault("must be like abeeway:asset-tracker:1, a producer, a module and a version, got %s" % shown(text))
        return text


#: The API's words (contract, joinServer).
JOIN_SERVERS = {"LOCAL": LOCAL, "LOCAL_WITH_HSM": LOCAL, "EXTERNAL": EXTERNAL}


class JoinServer(Choice):
    """The server that holds an OTAA device's keys: the platform's or an external one (contract, joinServer).

    The keys given at creation decide which. The value is UNKNOWN if an older platform doesn't show it (O), and for ABP devices,
    which have no join server.
    """

    empty = UNKNOWN

    def __init__(self) -> None:
        super().__init__(LOCAL, EXTERNAL)

    def read(self, api: object) -> object:
        known = JOIN_SERVERS.get(api) if isinstance(api, str) else None
        return known or super().read(api or None)


def _suspended_in_brief(brief: dict[str, Any]) -> object:
    state = brief.get("healthState")
    return UNKNOWN if not state else state == "SUSPENDED"


def _location_type_in_brief(brief: dict[str, Any]) -> object:
    # Only a network location has a radius (contract, DevicesBriefLorawan): a location without one is manual.
    if brief.get("radius") is not None:
        return NETWORK
    return UNKNOWN if brief.get("lat") is None else MANUAL


def _place_in_brief(key: str) -> Callable[[dict[str, Any]], object]:
    def read(brief: dict[str, Any]) -> object:
        value = brief.get(key)
        if brief.get("radius") is not None or not isinstance(value, (int, float)):
            return UNKNOWN
        return float(value)

    return read


#: The contract's writable fields that have no option.
NO_OPTIONS = (
    "EUI",  # the identity: dev_eui
    "connectivity",  # only LoRaWAN devices are in scope, and LORAWAN is the default
    "occContext",  # used by the engine for optimistic locking
    "appKeyEncryptionMode",  # deprecated: useless and ignored, says the contract
    "model.macMajorVersion",  # a fact about the device profile, which has the option device_profile
    "model.macMinorVersion",
)

#: With 40 IDs in one request, the address stays below 4 KiB. A platform has thousands of device profiles, a fleet a handful.
PROFILES = Listing("/deviceProfiles", "commercialName", at_once=40, shown={"macMinorVersion": INTEGER})
PLANS = Listing("/networkSubscriptions", "commercialName", shown={"granted": INTEGER, "used": INTEGER})
ROUTING_PROFILES = Listing("/appServersRoutingProfiles", "name")
SERVERS = Listing("/appServers", "name")
#: Written by a request of its own, also after a creation (contract, DeviceRestricted).
RESTRICTED = Section("/restricted", "deviceRestricted", ("ra",))


#: The options that belong to a device's place and purpose, not to its hardware: a replacement takes them over.
HEIRLOOM = (
    "name",
    "latitude",
    "longitude",
    "location_type",
    "marker_id",
    "customer_admin_data",
    "tags",
    "domains",
    "connectivity_plan",
    *FLAGS_OF_PLAN,
    "routing_profile",
    "application_servers",
    "inactivity_alarm",
)


def _key(name: str, api: str, *aliases: str) -> Field:
    return Field(name, (api,), Key(), NEVER, aliases, secret=True)


DEVICE = Resource(
    name="device",
    plural="devices",
    path="/devices",
    identity=Identity("dev_eui", "EUI", EUI, "devEUI", "/e%s"),
    rules=DeviceRules(),
    page=1000,
    listing={"sort": "EUI,asc"},  # the platform gives a cursor only for a list that is sorted by EUI
    is_one=is_lorawan,
    newer=("healthState", "creationDate", "tags"),
    brief_keys=("healthState", "joinServer", "lat", "lon", "radius"),
    scopes={
        "tag": Within("tags"),
        "domain": Within("domains"),
        "name_prefix": Beginning(Prefix(), "name"),
        "eui_prefix": Beginning(EUI_PREFIX),
    },
    labels={
        "tags": Labels("tag", "/tags", "/devices/tags", "devEUIs", at_once=100),
        "domains": Labels("domain", "", "/devices/domains", "devEUIs", ("addedDomains", "removedDomains"), True, True, 1000),
    },
    set_aside={"suspended": True},
    # The contract's rules for a device's body. The platform's import accepts encrypted session keys too.
    encryption=Encryption(
        ("app_key", "nwk_key"),
        ("nwk_s_key", "app_s_keys", "s_nwk_s_int_key", "nwk_s_enc_key"),
        "exchange_key_version",
        ("hsm_app_key_version", "hsm_nwk_key_version"),
    ),
    filters=FILTERS,
    ranges=RANGES,
    heirloom=HEIRLOOM,
    is_dated=True,
    is_licensed=True,
    grouped_by="connectivity_plan",
    own_table=IMPORT_CSV,
    importing=IMPORTING,
    headings=HEADINGS,
    cell_words={"suspended": STATES},
    loss=LOSS,
    shown=SHOWN,
    fields=(
        Field("name", ("name",), Typed()),
        Field("device_profile", ("model",), Reference("commercialName"), refers_to=PROFILES),
        Field("activation", ("activation",), Choice("OTAA", "ABP"), on_update=False),
        Field("join_server", ("joinServer",), JoinServer(), on_create=False, on_update=False),
        Field("join_eui", ("appEUI",), Hex(16, "JoinEUI"), aliases=("app_eui",)),
        _key("app_key", "appKey"),
        _key("nwk_key", "nwkKey"),
        Field("owner_token", ("ownerToken",), Typed(), NEVER, secret=True, on_update=False),
        Field("dev_addr", ("nwAddress",), Hex(8, "DevAddr"), on_update=False),
        _key("nwk_s_key", "nwKey", "f_nwk_s_int_key"),
        Field("app_s_keys", ("appKeys",), AppSKeys(), NEVER, secret=True),
        _key("s_nwk_s_int_key", "sNwkSIntKey"),
        _key("nwk_s_enc_key", "nwkSEncKey"),
        Field("exchange_key_version", ("exchangeKeyVersion",), ValueType(), NEVER),
        Field("hsm_app_key_version", ("hsmAppKeyVersion",), ValueType(), NEVER),
        Field("hsm_nwk_key_version", ("hsmNwkKeyVersion",), ValueType(), NEVER),
        Field("verification_code", ("verificationCode",), Typed(), NEVER, secret=True),
        Field("connectivity_plan", ("networkSubscription",), Reference("commercialName"), refers_to=PLANS),
        Field("network_geolocation", ("networkSubscription", "nwGeolocalization"), Flag()),
        Field("passive_roaming", ("networkSubscription", "prAllowed"), Flag()),
        # The contract's brief lacks it, but ThingPark Wireless shows it there (O).
        Field("routing_profile", ("appServersRoutingProfile",), Reference("name"), refers_to=ROUTING_PROFILES, cached=True),
        Field("application_servers", ("appServers",), References("name"), refers_to=SERVERS),
        Field(
            "suspended",
            ("suspension",),
            Flag(("NONE", "SUBSCRIBER_SUSPENDED")),
            in_brief=_suspended_in_brief,
            resets=True,
        ),
        Field("tags", ("tags",), Tags(), APART),
        Field("add_tags", ("tags",), Tags(), EDIT, edits="tags"),
        Field("remove_tags", ("tags",), Tags(), EDIT, edits="tags", removes=True),
        Field("domains", ("domains",), Domains()),
        Field("add_domains", ("domains",), Domains(), EDIT, edits="domains"),
        Field("remove_domains", ("domains",), Domains(), EDIT, edits="domains", removes=True),
        Field("inactivity_alarm", ("alarm004",), InactivityAlarm(), WHOLE),
        Field("latitude", ("adminLat",), Degrees(90), in_brief=_place_in_brief("lat"), hint_only=True),
        Field("longitude", ("adminLon",), Degrees(180), in_brief=_place_in_brief("lon"), hint_only=True),
        Field(
            "location_type",
            ("locationType",),
            LocationType(),
            on_create=False,
            in_brief=_location_type_in_brief,
            hint_only=True,
            default=NETWORK,
            resets=True,
        ),
        Field("marker_id", ("markerID",), Integer(0, 2**31 - 1)),
        Field("customer_admin_data", ("customerAdminData",), Note()),
        Field(
            "motion_indicator",
            ("motionIndicator",),
            Choice("NEAR_STATIC", "WALKING_SPEED", "BIKE_SPEED", "VEHICLE_SPEED", "RANDOM"),
        ),
        Field("driver_application", ("driverMetadata", "application"), ProtocolIdentifier()),
        Field("debug_network_geolocation", ("debug", "nwGeoloc"), Flag(), WHOLE),
        Field(
            "lorawan_debug",
            ("debug", "lorawan"),
            Flag(),
            WHOLE,
            ("debug",),  # for an inventory's host variables, which have the prefix lorawan_
            on_create=False,
            resets=True,
            section=RESTRICTED,
        ),
    ),
    together=(("latitude", "longitude"), ("network_geolocation", "passive_roaming")),
    exclusive=(("routing_profile", "application_servers"),),
    alternatives=(("routing_profile", "application_servers"), ("connectivity_plan", *FLAGS_OF_PLAN)),
)
