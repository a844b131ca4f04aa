# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of a device that need code: its two activations, its join server, the effects of a connectivity plan."""

from __future__ import annotations

from typing import Any, Callable

from ..._schema.row import Faults
from ..._schema.rules import Changed, Facts, Rules
from ..._schema.texts import Fault, shown
from ..._schema.values import EUI, UNKNOWN, Hex, Key, Values, dig, keys_in_texts
from . import licences
from .tr005 import Tr005Tag, looks_like_tr005, owner_tokens, parse_tr005

#: The contract's macMinorVersion of LoRaWAN 1.1.
LORAWAN_1_1 = 10

MANUAL, NETWORK = "manual", "network"
LOCAL, EXTERNAL = "local", "external"
OTAA_ONLY = ("join_server", "app_key", "nwk_key", "join_eui", "owner_token", "hsm_app_key_version", "hsm_nwk_key_version")
ABP_ONLY = ("nwk_s_key", "app_s_keys", "s_nwk_s_int_key", "nwk_s_enc_key")
#: Activation -> the other activation, and the options that belong only to that.
OTHER = {"OTAA": ("ABP", ABP_ONLY), "ABP": ("OTAA", OTAA_ONLY)}
KEYS = ("app_key", "nwk_key", "nwk_s_key", "s_nwk_s_int_key", "nwk_s_enc_key")
TEXTS = ("name", "customer_admin_data")
#: The options by which ThingPark Enterprise chooses a connectivity plan.
FLAGS_OF_PLAN = ("network_geolocation", "passive_roaming")
#: The options that every new device needs.
NEEDED = ("activation", "device_profile")
NOT_THERE = "is missing: the device doesn't exist, and can't be created without it"
NO_KEY = (
    "is missing: without it, the device would belong to an external join server permanently. Give it; or "
    "choose an external one, with owner_token (in a CSV, column Y) or join_server: external (for a CSV, in "
    "defaults)"
)
LOSS = (
    "Deleting and creating it would do it, but its whole history, its frames and its alarms would be lost forever, "
    "and it would have to join again; do that by hand if it is worth it"
)
NO_PLAN = (
    "%s created without a connectivity_plan, and therefore suspended: %s. Give each a connectivity_plan, or set suspended: true"
)
PLAN_MAY_BE_CHOSEN = (
    "%s created without a connectivity_plan, and suspended unless this platform chooses plans by itself: %s. Give each a "
    "connectivity_plan, or network_geolocation by which one is chosen; or set suspended: true"
)
NAMED = 10  # devices that a warning names


class DeviceRules(Rules):
    """The rules of a LoRaWAN device."""

    identifying = ("onboarding_tag",)
    judged = ("dev_addr",)

    def identify(self, raw: dict[str, Any], faults: Faults) -> tuple[str, Tr005Tag | None]:
        dev_eui, text = raw.pop("dev_eui", None), raw.pop("onboarding_tag", None)
        if isinstance(dev_eui, str) and looks_like_tr005(dev_eui.strip()):
            dev_eui, text = None, dev_eui
        try:
            tag = parse_tr005(text) if text is not None and text != "" else None
        except Fault as fault:
            faults.append(("onboarding_tag", str(fault)))
            return "", None
        if dev_eui is None or dev_eui == "":
            if tag is None:
                faults.append(("dev_eui", "is missing"))
                return "", None
            return tag.dev_eui, tag
        try:
            eui = EUI.parse(dev_eui)
        except Fault as fault:
            faults.append(("dev_eui", str(fault)))
            return "", tag
        if tag is not None and tag.dev_eui != eui:
            faults.append(("onboarding_tag", "is of the device %s, but dev_eui says %s" % (tag.dev_eui, eui)))
        return eui, tag

    def secrets_in(self, text: str) -> list[str]:
        return owner_tokens(text)

    def complete_row(self, raw: dict[str, Any], defaults: dict[str, Any], kept: Tr005Tag, faults: Faults) -> None:
        # The tag implies OTAA, and holds the JoinEUI and, for an external join server, the owner token.
        raw["activation"] = raw.get("activation") or "OTAA"
        given = raw.get("join_eui") or raw.get("app_eui")
        if given:
            try:
                if Hex(16, "JoinEUI").parse(given) != kept.join_eui:
                    faults.append(("join_eui", "is %s, but the onboarding tag says %s" % (shown(given), kept.join_eui)))
            except Fault:
                pass  # parsing the option reports this fault
        else:
            raw["join_eui"] = kept.join_eui
        said = {**defaults, **{name: given for name, given in raw.items() if given is not None}}
        is_local = bool(said.get("app_key")) or str(said.get("join_server")).strip().lower() == LOCAL
        if kept.owner_token and not is_local and not raw.get("owner_token"):
            raw["owner_token"] = kept.owner_token

    def not_for(self, row: dict[str, Any]) -> set[str]:
        # If a list has devices of both activations, a default for one activation doesn't apply to devices of the other.
        left = set({"ABP": OTAA_ONLY, "OTAA": ABP_ONLY}.get(str(row.get("activation")).strip().upper(), ()))
        if "app_key" in row or "nwk_key" in row:
            return left | {"join_server", "owner_token"}
        is_local = str(row.get("join_server")).strip().lower() == LOCAL
        return left | {"owner_token"} if is_local else left

    def check(self, values: Values) -> Faults:
        faults = [*_check_activation(values), *_check_pairs(values), *_check_encryption(values)]
        return faults + keys_in_texts(values, KEYS, TEXTS)

    def complete(self, values: Values) -> None:
        if "latitude" in values and "longitude" in values:  # a given location is meant to be used
            values.setdefault("location_type", MANUAL)

    def leave_implied_out(self, values: Values) -> None:
        # The flags choose a plan only if no ID does (contract, networkSubscription).
        if values.get("connectivity_plan"):
            for name in FLAGS_OF_PLAN:
                values.pop(name, None)

    def check_creation(self, values: Values, named: Callable[[str], dict[str, Any]]) -> Faults:
        return check_creation(values, named("device_profile").get("macMinorVersion"))

    def lacking_unless_found(self, kept: Any) -> set[str]:
        return {"device_profile"} if kept is not None else set()

    def question(self, kept: Any, values: Values) -> tuple[str, str, str, str, tuple[str, ...]] | None:
        if kept is None or "device_profile" in values:
            return None
        return "device_profile", "/devices/readOnboardingTag", kept.profile_id, kept.text, (kept.owner_token,)

    def answered(self, answer: dict[str, Any]) -> list[str]:
        # Contract, ParsedOnboardingTag.
        return sorted({str(model.get("ID")) for model in answer.get("models") or []})

    def undecided(self, kept: Any, offered: list[str]) -> str:
        message = "is missing: the onboarding tag's profile %s " % kept.profile_id
        if offered:
            return message + "matches %d device profiles: %s. Name one of them" % (len(offered), ", ".join(offered))
        return message + "matches no device profile of this platform. Name one"

    def is_compared(self, option: str, values: Values, observed: Facts) -> bool:
        # The network gives an OTAA device a new DevAddr at each join: a described one counts only at creation.
        return option != "dev_addr" or self._activation(values, observed) != "OTAA"

    def stand_in(self, option: str, values: Values, observed: Facts) -> object:
        # Without the activation, it isn't known whether a DevAddr counts.
        is_open = option == "dev_addr" and self._activation(values, observed) is UNKNOWN
        return UNKNOWN if is_open else observed.value(option)

    @staticmethod
    def _activation(values: Values, observed: Facts) -> object:
        return values.get("activation") or observed.value("activation")

    def refuse_change(self, values: Values, observed: Facts) -> str:
        if "app_key" not in values and "owner_token" not in values:
            return ""
        server = observed.value("join_server")
        if "app_key" in values and server == EXTERNAL:
            return (
                "app_key is given, but the device was created for an external join server, which ThingPark can't change. " + LOSS
            )
        if "owner_token" in values and server == LOCAL:
            return (
                "owner_token is given, but the device was created for the local join server, which ThingPark "
                "can't change. " + LOSS
            )
        return ""

    def sent_besides(self, options: list[str], values: Values) -> list[str]:
        # A new plan resumes a suspended device (contract, suspension) unless the same request says otherwise.
        return ["suspended"] if "connectivity_plan" in options and "suspended" in values else []

    def implied(self, values: Values, observed: Facts, after: Values) -> Values:
        # Removing the plan suspends a device, a new plan resumes it (contract, suspension).
        if "connectivity_plan" not in after or "suspended" in values:
            return {}
        return {"suspended": not after["connectivity_plan"]}

    def action_of(self, differing: list[str], values: Values) -> str:
        if differing != ["suspended"]:
            return ""
        return "suspend" if values["suspended"] else "resume"

    def query(self, body: dict[str, Any], may_choose: bool) -> dict[str, str]:
        # The mode says whether an ID or the flags choose the plan (contract, NetworkSubscriptionsHandlingMode).
        plan = body.get("networkSubscription")
        if not may_choose or not isinstance(plan, dict):
            return {}
        return {"networkSubscriptionsHandlingMode": "ADVANCED" if "ID" in plan else "BASIC"}

    def warnings(self, created: list[tuple[str, Values]], may_choose: bool) -> list[str]:
        # Creating devices without a plan looks like a success, but the network drops their uplinks (contract, suspension).
        without = [eui for eui, values in created if not values.get("suspended") and not _gives_plan(values, may_choose)]
        if not without:
            return []
        many = "%d devices are" % len(without) if len(without) > 1 else "1 device is"
        named = ", ".join(without[:NAMED]) + (" and others" if len(without) > NAMED else "")
        return [(PLAN_MAY_BE_CHOSEN if may_choose else NO_PLAN) % (many, named)]

    def check_run(self, changes: list[Changed], listed: Callable[[str], list[dict[str, Any]]]) -> list[tuple[str, str]]:
        return licences.check(changes, listed)

    def unreadable(self, observed: Facts) -> list[str]:
        is_new = dig(observed.whole, ("model", "macMinorVersion")) == LORAWAN_1_1
        if observed.value("activation") == "ABP":
            return ["nwk_s_key", "app_s_keys", *(["s_nwk_s_int_key", "nwk_s_enc_key"] if is_new else [])]
        if observed.value("join_server") == EXTERNAL:
            return ["owner_token"]
        return ["app_key", *(["nwk_key"] if is_new else [])]


def is_lorawan(brief: dict[str, Any]) -> bool:
    """Return whether a brief is a LoRaWAN device's. Cellular devices are out of scope, and no purge may ever see them."""
    return dig(brief, ("model", "connectivity")) != "CELLULAR"


def _gives_plan(values: Values, may_choose: bool) -> bool:
    # On Enterprise only, the flags choose a plan. A false flag counts too: it chooses a plan without the feature.
    return bool(values.get("connectivity_plan")) or may_choose and any(name in values for name in FLAGS_OF_PLAN)


def _check_activation(values: Values) -> Faults:
    """Return the faults of options that belong to the other activation, or contradict the join server."""
    activation = values.get("activation")
    faults: Faults = []
    if activation in OTHER:
        other, names = OTHER[activation]
        faults = [(name, "belongs to %s, but activation is %s" % (other, activation)) for name in names if name in values]
    elif any(name in values for name in ABP_ONLY) and any(name in values for name in OTAA_ONLY):
        faults = [("activation", "is missing, and the row holds keys of both OTAA and ABP")]
    return faults + (_check_join_server(values) if activation != "ABP" else [])


def _check_join_server(values: Values) -> Faults:
    """Return the faults of options that contradict the join server: the local one holds keys, an external one an owner token."""
    if "owner_token" in values and "app_key" in values:
        return [("owner_token", "is only for an external join server, but app_key makes it the local one")]
    if "owner_token" in values and values.get("join_server") == LOCAL:
        return [("owner_token", "is only for an external join server, but join_server is local")]
    if values.get("join_server") == EXTERNAL:
        return [(name, "is for the local join server, but join_server is external") for name in KEYS[:2] if name in values]
    return []


def _check_pairs(values: Values) -> Faults:
    """Return the faults of options without their counterpart, and of options that exclude each other."""
    faults: Faults = []
    for one, other, message in HALVES:
        if (one in values) != (other in values):
            faults.append((other if one in values else one, message))
    if values.get("routing_profile") and values.get("application_servers"):
        faults.append(("application_servers", "can't be given together with routing_profile"))
    if values.get("connectivity_plan") and any(name in values for name in FLAGS_OF_PLAN):
        faults.append(("connectivity_plan", "can't be given together with the flags that choose a plan"))
    return faults


#: Options that go in pairs.
HALVES = (
    ("s_nwk_s_int_key", "nwk_s_enc_key", "is missing: LoRaWAN 1.1 needs both of them"),
    ("latitude", "longitude", "is missing: a location takes both"),
)


def _check_encryption(values: Values) -> Faults:
    """Return the fault of an encrypted key if no option says how it was encrypted."""
    encrypted = [name for name in KEYS if values.get(name) and Key.is_encrypted(values[name])]
    versions = ("exchange_key_version", "hsm_app_key_version", "hsm_nwk_key_version")
    if encrypted and not any(name in values for name in versions):
        return [(encrypted[0], "is not a key of 32 hexadecimal digits, and no exchange_key_version says what encrypted it")]
    return []


def check_creation(values: Values, mac_minor_version: int | None = None) -> Faults:
    """Return the faults of a new device: options that it lacks, or may not have (contract, ``x-requiredCreate``).

    An existing device has all required values, although the platform doesn't show its keys.

    :param mac_minor_version: the device profile's LoRaWAN version (contract, ``macMinorVersion``); None if it isn't known.
    """
    faults = [(name, NOT_THERE) for name in NEEDED if not values.get(name)]
    if values.get("activation") == "ABP":
        faults += [(name, "is missing: ABP needs it") for name in ("dev_addr", "nwk_s_key") if name not in values]
    elif values.get("activation") == "OTAA":
        faults += _check_keys_of_otaa(values)
    if mac_minor_version is None:
        return faults
    is_abp = values.get("activation") == "ABP"
    names = ["s_nwk_s_int_key", "nwk_s_enc_key"] if is_abp else ["nwk_key"]
    if mac_minor_version != LORAWAN_1_1:
        return faults + [(name, "belongs to LoRaWAN 1.1, but the device profile doesn't") for name in names if name in values]
    if is_abp or "app_key" in values:
        faults += [(name, "is missing: the device profile is of LoRaWAN 1.1") for name in names if name not in values]
    return faults


def _check_keys_of_otaa(values: Values) -> Faults:
    """Return the faults of missing keys of a new OTAA device; without keys, an option must name the external join server.

    A device that is created without a key belongs to an external join server forever (contract, ``joinServer``).
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
