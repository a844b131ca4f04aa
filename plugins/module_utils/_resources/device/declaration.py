# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The LoRaWAN device, declared (contract: schemas Device, DeviceLorawan, DeviceBrief; API.md, section 4).

``NO_OPTIONS`` tells which writable fields of the contract are none.
"""

from __future__ import annotations

import re
from typing import Any, Callable

from ..._schema.embedded_xml import AppSKeys, InactivityAlarm
from ..._schema.references import Domains, Reference, References, Tags
from ..._schema.resource import APART, NEVER, UNKNOWN, WHOLE, Faults, Field, Resource
from ..._schema.values import Choice, Degrees, Fault, Flag, Hex, Integer, Key, Kind, Note, Typed, Values, shown

#: The contract's macMinorVersion of LoRaWAN 1.1.
LORAWAN_1_1 = 10

MANUAL, NETWORK = "manual", "network"
LOCAL, EXTERNAL = "local", "external"
VERSION = r"N(?:\.N(?:\.N)?(?:-I(?:\.I)*)?(?:\+I(?:\.I)*)?)?".replace("N", "(?:0|[1-9][0-9]*)").replace("I", "[a-zA-Z0-9-]+")
PROTOCOL = re.compile(r"[a-zA-Z0-9-]{1,8}:[a-zA-Z0-9-]{1,16}:%s\Z" % VERSION)


class LocationType(Choice):
    """Which location counts: the one given (the API's 0) or the network's (1)."""

    empty = NETWORK

    def __init__(self) -> None:
        super().__init__(MANUAL, NETWORK)

    def read(self, api: object) -> object:
        return {0: MANUAL, 1: NETWORK, "0": MANUAL, "1": NETWORK, None: NETWORK}.get(api, api)

    def send(self, value: object) -> int:
        return 0 if value == MANUAL else 1


class ProtocolIdentifier(Kind):
    """A protocol of ThingPark X, ``producer:module:version`` (contract, ``driverMetadata.application``)."""

    def parse(self, raw: object) -> str:
        text = str(super().parse(raw))
        if not PROTOCOL.match(text):
            raise Fault("must be like abeeway:asset-tracker:1, a producer, a module and a version, got %s" % shown(text))
        return text


class JoinServer(Choice):
    """Who holds the keys of an OTAA device: the platform or another one. Its keys decide that at creation (contract, joinServer).

    An older platform (O) doesn't say it, and an ABP device has none: then it isn't known.
    """

    empty = UNKNOWN

    def __init__(self) -> None:
        super().__init__(LOCAL, EXTERNAL)

    def read(self, api: object) -> object:
        return LOCAL if api == "LOCAL_WITH_HSM" else super().read(api or None)


def _suspended_in_brief(brief: dict[str, Any]) -> object:
    state = brief.get("healthState")
    return UNKNOWN if not state else state == "SUSPENDED"


def _location_type_in_brief(brief: dict[str, Any]) -> object:
    # Only a network location has a radius (contract, DevicesBriefLorawan); a place without one is the manual one.
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


#: Writable fields of the contract that are no option.
NO_OPTIONS = (
    "EUI",  # it says which device is meant: dev_eui
    "connectivity",  # only LoRaWAN devices are in scope, and LORAWAN is the default
    "occContext",  # the engine's own, for optimistic locking
    "appKeyEncryptionMode",  # deprecated: useless and ignored, says the contract
    "model.macMajorVersion",  # the device profile's, which device_profile names
    "model.macMinorVersion",
)

OTAA_ONLY = ("join_server", "app_key", "nwk_key", "join_eui", "owner_token", "hsm_app_key_version", "hsm_nwk_key_version")
ABP_ONLY = ("nwk_s_key", "app_s_keys", "s_nwk_s_int_key", "nwk_s_enc_key")
#: What every device needs that is to be made.
NEEDED = ("activation", "device_profile")
NO_KEY = (
    "is missing: without it, the device would be made for an external join server, for ever. Give it; or say that an external "
    "one is meant, with owner_token (in a CSV, column Y) or join_server: external (for a CSV, in defaults)"
)
KEYS = ("app_key", "nwk_key", "nwk_s_key", "s_nwk_s_int_key", "nwk_s_enc_key")


def check(values: Values) -> Faults:
    """Return the faults of values that must not stand together: ``[(option, message)]``."""
    faults: Faults = []
    activation = values.get("activation")
    if activation == "OTAA":
        faults += [(name, "belongs to ABP, but activation is OTAA") for name in ABP_ONLY if name in values]
    elif activation == "ABP":
        faults += [(name, "belongs to OTAA, but activation is ABP") for name in OTAA_ONLY if name in values]
    elif any(name in values for name in ABP_ONLY) and any(name in values for name in OTAA_ONLY):
        faults.append(("activation", "is missing, and the row holds keys of both OTAA and ABP"))
    if activation != "ABP":
        faults += _check_join_server(values)
    pair = [name in values for name in ("s_nwk_s_int_key", "nwk_s_enc_key")]
    if pair[0] != pair[1]:
        faults.append(("nwk_s_enc_key" if pair[0] else "s_nwk_s_int_key", "is missing: LoRaWAN 1.1 needs both of them"))
    if values.get("routing_profile") and values.get("application_servers"):
        faults.append(("application_servers", "can't be given together with routing_profile"))
    if values.get("connectivity_plan") and ("network_geolocation" in values or "passive_roaming" in values):
        faults.append(("connectivity_plan", "can't be given together with the flags that choose a plan"))
    if ("latitude" in values) != ("longitude" in values):
        faults.append(("longitude" if "latitude" in values else "latitude", "is missing: a location takes both"))
    encrypted = [name for name in KEYS if values.get(name) and Key.is_encrypted(values[name])]
    versions = ("exchange_key_version", "hsm_app_key_version", "hsm_nwk_key_version")
    if encrypted and not any(name in values for name in versions):
        faults.append((encrypted[0], "is no key of 32 hexadecimal digits, and no exchange_key_version says what encrypted it"))
    return faults


def _check_join_server(values: Values) -> Faults:
    """Return what contradicts the join server: the local one holds keys, an external one has an owner token."""
    if "owner_token" in values and "app_key" in values:
        return [("owner_token", "is only for an external join server, but app_key makes it the local one")]
    if "owner_token" in values and values.get("join_server") == LOCAL:
        return [("owner_token", "is only for an external join server, but join_server is local")]
    if values.get("join_server") == EXTERNAL:
        return [(name, "is for the local join server, but join_server is external") for name in KEYS[:2] if name in values]
    return []


def complete(values: Values) -> None:
    """Add what the given values imply: who gives a location wants it used."""
    if "latitude" in values and "longitude" in values:
        values.setdefault("location_type", MANUAL)


def check_creation(values: Values, mac_minor_version: int | None = None) -> Faults:
    """Return what a device that is to be made lacks, or may not have: ``[(option, message)]`` (contract, ``x-requiredCreate``).

    A device that exists has all of it, though nobody can see its keys.

    :param mac_minor_version: the device profile's LoRaWAN version (contract, ``macMinorVersion``); None where it isn't known.
    """
    faults = [(name, "is missing: a device can't be made without it") for name in NEEDED if not values.get(name)]
    if values.get("activation") == "ABP":
        faults += [(name, "is missing: ABP needs it") for name in ("dev_addr", "nwk_s_key") if name not in values]
    elif values.get("activation") == "OTAA":
        faults += _check_keys_of_otaa(values)
    if mac_minor_version is None:
        return faults
    is_abp = values.get("activation") == "ABP"
    names = ["s_nwk_s_int_key", "nwk_s_enc_key"] if is_abp else ["nwk_key"]
    if mac_minor_version != LORAWAN_1_1:
        return faults + [(name, "belongs to LoRaWAN 1.1, which the device profile isn't") for name in names if name in values]
    if is_abp or "app_key" in values:
        faults += [(name, "is missing: the device profile is of LoRaWAN 1.1") for name in names if name not in values]
    return faults


def _check_keys_of_otaa(values: Values) -> Faults:
    """Return what is missing of an OTAA device's keys; without any, it must be said that an external join server has them.

    A device made without a key is one of an external join server for ever (contract, ``joinServer``).
    """
    if "app_key" in values:
        return []
    if values.get("join_server") == EXTERNAL or "owner_token" in values:
        return [] if "join_eui" in values else [("join_eui", "is missing: it names the external join server")]
    if "nwk_key" in values:
        return [("app_key", "is missing beside nwk_key: the local join server needs both")]
    if values.get("join_server") == LOCAL:
        return [("app_key", "is missing: the local join server needs it")]
    return [("app_key", NO_KEY)]


def of_digits() -> frozenset[str]:
    """Return the options, with their other names, whose texts are hexadecimal digits: YAML may take them for numbers."""
    fields = [each for each in DEVICE.fields if isinstance(each.kind, (Hex, Key))]
    return frozenset(["dev_eui", *(name for each in fields for name in (each.name, *each.aliases))])


def _key(name: str, api: str, *aliases: str) -> Field:
    return Field(name, (api,), Key(), NEVER, aliases, secret=True)


DEVICE = Resource(
    name="device",
    fields=(
        Field("name", ("name",), Typed()),
        Field("device_profile", ("model",), Reference("commercialName")),
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
        Field("exchange_key_version", ("exchangeKeyVersion",), Kind(), NEVER),
        Field("hsm_app_key_version", ("hsmAppKeyVersion",), Kind(), NEVER),
        Field("hsm_nwk_key_version", ("hsmNwkKeyVersion",), Kind(), NEVER),
        Field("verification_code", ("verificationCode",), Typed(), NEVER, secret=True),
        Field("connectivity_plan", ("networkSubscription",), Reference("commercialName")),
        Field("network_geolocation", ("networkSubscription", "nwGeolocalization"), Flag()),
        Field("passive_roaming", ("networkSubscription", "prAllowed"), Flag()),
        # Not in the contract's brief; ThingPark Wireless shows it there (O).
        Field("routing_profile", ("appServersRoutingProfile",), Reference("name")),
        Field("application_servers", ("appServers",), References("name")),
        Field(
            "suspended",
            ("suspension",),
            Flag(("NONE", "SUBSCRIBER_SUSPENDED")),
            in_brief=_suspended_in_brief,
        ),
        Field("tags", ("tags",), Tags(), APART),
        Field("domains", ("domains",), Domains()),
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
    ),
    together=(("latitude", "longitude"), ("network_geolocation", "passive_roaming")),
    check=check,
    complete=complete,
)
