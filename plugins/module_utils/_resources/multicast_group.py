# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The declaration of the multicast group, which gets one downlink for many devices.

Contract: schemas MulticastGroup, MulticastGroups, BsTag. It mentions a group's AS routing profile but has no field for it, and
none for an exchange key: neither is an option.
"""

from __future__ import annotations

from typing import Any, Callable

from .._schema.embedded_xml import AppSKeys
from .._schema.filters import EUI_PREFIX, Filter, HexPrefix, Prefix
from .._schema.json_types import INTEGER, NUMBER, TIME, ListOf
from .._schema.parts import Beginning, Gathered, Identity, Labels, Listing, Within
from .._schema.references import Domains, Reference, References
from .._schema.resource import NEVER, WHOLE, Field, Resource
from .._schema.row import Faults
from .._schema.rules import Ask, Facts, Rules
from .._schema.structures import BaseStationTags
from .._schema.texts import Fault
from .._schema.values import EUI, Choice, Decimal, Hex, Integer, Key, Note, Typed, Values, ValueType, dig, keys_in_texts, members

KEYS = ("nwk_s_key", "s_nwk_s_int_key", "nwk_s_enc_key")
TEXTS = ("name", "customer_admin_data")
NEEDED = ("dev_addr", "class", "nwk_s_key")
NOT_THERE = "is missing: the multicast group doesn't exist, and can't be created without it"
PERIODS = [1, 2, 4, 8, 16, 32, 64, 128]
NO_PERIOD = "is missing: class B needs it"
PERIOD_OF_C = "belongs to class B, but the group is of class C: remove it"
BOTH_KEYS = "is missing: LoRaWAN 1.1 needs both of them"
ENCRYPTED = "is not a plain key of 32 hexadecimal digits, and the platform accepts no other key for a multicast group"
NOT_SENT = "is %s, and the base stations with the tag %s can't send that way: they support %s. Choose one of these, or other tags"
TOO_MANY = "allows %d base stations, but the group has %d: choose another plan, or remove tags from the group first"
LOSS = (
    "You can delete the group and create it again by hand, but it loses its history and the frame counter on which its devices "
    "rely"
)
PLANS = Listing("/networkSubscriptions", "commercialName", query={"communicationType": "MULTICAST"})
GROUPS, SETTINGS = "/multicastGroups", "/multicastDownlinkSettings"
MEGAHERTZ = Decimal(433, 928, "MHz", 5e-4)
#: The options whose limits depend on the base stations.
SENT = ("downlink_data_rate", "downlink_frequency", "base_station_tags")


class PingSlotPeriod(Integer):
    """Seconds between two ping slots of class B: a power of two (contract, pingSlotPeriod)."""

    def __init__(self) -> None:
        super().__init__(PERIODS[0], PERIODS[-1])
        self.spec = {"type": "int", "choices": PERIODS}

    def parse(self, raw: object) -> int:
        value = super().parse(raw)
        if value not in PERIODS:
            raise Fault("must be a power of two from %d to %d, got %d" % (PERIODS[0], PERIODS[-1], value))
        return value


class MulticastGroupRules(Rules):
    """The rules of a multicast group."""

    limited_by_platform = (*SENT, "connectivity_plan")

    def check(self, values: Values) -> Faults:
        faults: Faults = []
        if values.get("class") == "C" and "ping_slot_period" in values:
            faults.append(("ping_slot_period", PERIOD_OF_C))
        one, other = KEYS[1:]
        if (one in values) != (other in values):
            faults.append((other if one in values else one, BOTH_KEYS))
        faults += [(name, ENCRYPTED) for name in KEYS if values.get(name) and Key.is_encrypted(values[name])]
        keys = values.get("app_s_keys") or ()
        if isinstance(keys, str) or any(Key.is_encrypted(key) for _ports, key in keys):
            faults.append(("app_s_keys", ENCRYPTED))
        return faults + keys_in_texts(values, KEYS, TEXTS)

    def check_creation(self, values: Values, named: Callable[[str], dict[str, Any]]) -> Faults:
        faults = [(name, NOT_THERE) for name in NEEDED if not values.get(name)]
        if values.get("class") == "B" and "ping_slot_period" not in values:
            faults.append(("ping_slot_period", NO_PERIOD))
        return faults

    def refuse_change(self, values: Values, observed: Facts) -> str:
        now = observed.value("class")
        if values.get("class") == "B" and now == "C" and "ping_slot_period" not in values:
            return "ping_slot_period " + NO_PERIOD
        return "ping_slot_period " + PERIOD_OF_C if "ping_slot_period" in values and values.get("class", now) == "C" else ""

    def implied(self, values: Values, observed: Facts, after: Values) -> Values:
        return {"ping_slot_period": None} if after.get("class") == "C" else {}

    def query(self, body: dict[str, Any], may_choose: bool) -> dict[str, str]:
        # A plan is chosen by its ID (contract, NetworkSubscriptionsHandlingMode).
        return {"networkSubscriptionsHandlingMode": "ADVANCED"} if may_choose and "networkSubscription" in body else {}

    def unreadable(self, observed: Facts) -> list[str]:
        # The platform doesn't show whether the group has the keys of LoRaWAN 1.1 (contract).
        return ["nwk_s_key", "app_s_keys"]

    def check_limits(self, observed: Facts, after: Values, ask: Ask) -> Faults:
        rate, frequency, tags = (after.get(option, observed.value(option)) for option in SENT)
        faults = _too_many(observed, after, ask)
        if any(option in after for option in SENT) and (isinstance(rate, int) or isinstance(frequency, float)):
            for name, namespace in members(tags):
                faults += _not_sent(rate, frequency, name, ask(SETTINGS, {"bsTag": name, "bsTagNamespace": namespace}) or {})
        return faults


def _not_sent(rate: object, frequency: object, tag: str, settings: dict[str, Any]) -> Faults:
    """Return the faults of a data rate or frequency that the base stations with a tag can't use.

    Contract: MulticastDownlinkSettings.
    """
    faults: Faults = []
    low, high = (dig(settings, ("ismBand", key)) for key in ("minDownlinkDR", "maxDownlinkDR"))
    if isinstance(rate, int) and isinstance(low, int) and isinstance(high, int) and not low <= rate <= high:
        faults.append(("downlink_data_rate", NOT_SENT % (rate, tag, "%d to %d" % (low, high))))
    told = [channel.get("frequency") for channel in settings.get("lcs") or [] if isinstance(channel, dict)]
    known = sorted({float(each) for each in told if isinstance(each, (int, float))})
    if isinstance(frequency, float) and known and not any(MEGAHERTZ.same(frequency, each) for each in known):
        among = ", ".join("%g" % each for each in known)
        faults.append(("downlink_frequency", NOT_SENT % ("%g MHz" % frequency, tag, among)))
    return faults


def _too_many(observed: Facts, after: Values, ask: Ask) -> Faults:
    """Return the fault of a new plan that allows fewer base stations than the group has (contract, multicastMaxLrrCells).

    The platform shows the number of base stations only for the tags that a group already has. So new tags aren't checked.
    """
    plan, eui = after.get("connectivity_plan"), dig(observed.whole or observed.brief, ("EUI",))
    if not plan or not isinstance(eui, str):
        return []
    briefs = (ask(PLANS.path, {"networkSubscriptionID": plan}) or {}).get("briefs") or [{}]
    number = str(briefs[0].get("href") or "").rpartition("/")[2]
    most = dig(ask("%s/%s" % (PLANS.path, number), {}), ("multicastMaxLrrCells",)) if number.isdigit() else None
    count = dig(ask("%s/e%s/bss" % (GROUPS, eui), {}), ("bsCount",)) if isinstance(most, int) else None
    if isinstance(most, int) and isinstance(count, int) and count > most:
        return [("connectivity_plan", TOO_MANY % (most, count))]
    return []


def _key(name: str, api: str, *aliases: str) -> Field:
    return Field(name, (api,), Key(), NEVER, aliases, secret=True)


MULTICAST_GROUP = Resource(
    name="multicast group",
    plural="multicast groups",
    document="multicastGroup",
    path=GROUPS,
    identity=Identity("dev_eui", "EUI", EUI, "devEUI", "/e%s"),
    rules=MulticastGroupRules(),
    scopes={
        "domain": Within("domains"),
        "base_station_tag": Within("base_station_tags"),
        "name_prefix": Beginning(Prefix(), "name"),
        "eui_prefix": Beginning(EUI_PREFIX),
    },
    labels={
        "domains": Labels("domain", "", GROUPS + "/domains", "devEUIs", ("addedDomains", "removedDomains"), True, True, 100),
        "base_station_tags": Labels("tag", "/bss/tags", on_create=True),
    },
    filters={
        "eui_prefix": Filter("devEUI", EUI_PREFIX),
        "addr_prefix": Filter("devAddr", HexPrefix(8)),
        "name": Filter("name", Prefix()),
        "base_station_tag": Filter("bsTag", Typed()),
        "domain": Filter("domain", Domains(), all_of="domains"),
        # "_any" and "_unset" are the list's own words, not plans (contract, networkSubscriptionID).
        "connectivity_plan": Filter("networkSubscriptionID", ValueType(), names="connectivity_plan", words=("_any", "_unset")),
        "application_server": Filter("appServerID", References(), names="application_servers"),
        "alarm_level": Filter("alarmLevel", Integer(1, 6), choices=(1, 2, 3, 4, 5, 6)),
        "query": Filter("query", Prefix()),
    },
    loss=LOSS,
    gathered={"base_stations": Gathered("/bss", "base_station_count")},
    shown={
        **dict.fromkeys(("alarm1", "alarm2", "alarm3", "alarm4", "alarm5", "alarm6", "alarmCount", "alarmLevel"), INTEGER),
        **dict.fromkeys(("lastFCntDn", "multicastMaxLrrCells", "bsCount", "minDownlinkDR", "maxDownlinkDR", "lc"), INTEGER),
        **dict.fromkeys(("creationDate", "firstDwTimestamp", "lastDwTimestamp"), TIME),
        **dict.fromkeys(("lat", "lon", "frequency"), NUMBER),
        "lcs": ListOf(),
        "val": ListOf("val", INTEGER),
    },
    fields=(
        Field("name", ("name",), Typed()),
        Field("dev_addr", ("nwAddress",), Hex(8, "DevAddr"), on_update=False),
        Field("class", ("class",), Choice("B", "C"), WHOLE),
        Field("ping_slot_period", ("pingSlotPeriod",), PingSlotPeriod(), WHOLE),
        _key("nwk_s_key", "nwKey", "f_nwk_s_int_key"),
        Field("app_s_keys", ("appKeys",), AppSKeys(), NEVER, secret=True),
        _key("s_nwk_s_int_key", "sNwkSIntKey"),
        _key("nwk_s_enc_key", "nwkSEncKey"),
        Field("verification_code", ("verificationCode",), Typed(), NEVER, secret=True),
        Field("downlink_data_rate", ("downlinkDataRate",), Integer(0, 15), WHOLE),
        Field("downlink_frequency", ("downlinkFrequency",), MEGAHERTZ, WHOLE),
        Field("base_station_tags", ("bss", "tags"), BaseStationTags()),
        Field("connectivity_plan", ("networkSubscription",), Reference("commercialName"), refers_to=PLANS),
        Field("application_servers", ("appServers",), References("name"), refers_to=Listing("/appServers", "name")),
        Field("domains", ("domains",), Domains()),
        Field("customer_admin_data", ("customerAdminData",), Note(), WHOLE),
    ),
    together=(("class", "ping_slot_period"),),
)
