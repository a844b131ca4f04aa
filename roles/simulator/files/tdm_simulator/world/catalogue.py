# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The platform's fixed content: profiles, plans, application servers, routes.

Device profiles and TR005 identifiers are real ones (Actility's public device
catalogue and the LoRa Alliance's identifiers); names and numbers of plans,
servers and routes follow the identifiers seen at KPN (O).
"""

from __future__ import annotations

import csv
import os
import re

from .. import Document
from ..settings import Settings
from .tables import Table

_DATA = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "data")

SUPPLIER = {"ID": "kpn-cs", "commercialName": "KPN Connectivity"}
DEFAULT_GRANTED = 1000000

#: MAC version of the catalogue -> macMinorVersion (C).
MAC_MINOR = {"1.0.0/1.0.1": 3, "1.0.0": 3, "1.0.1": 3, "1.0.2": 4, "1.0.3": 5, "1.0.4": 6, "1.1": 10, "1.1.0": 10}

#: ISM band ID -> name (C).
ISM_BANDS = {
    "eu868": "EU863-870 (EU868)",
    "eu433": "EU433",
    "cn779": "CN779-787 (CN779)",
    "as923": "AS923",
    "kr920": "KR920-923 (KR920)",
    "us915": "US902-915 (US915)",
    "au915": "AU915-928 (AU915)",
    "cn470": "CN470-510 (CN470)",
    "in865": "IN865-867 (IN865)",
    "ru864": "RU864-870 (RU864)",
    "ww2g4": "WW2400",
}
#: Spellings of the catalog that C doesn't have.
_ISM_ALIASES = {"us902": "us915", "as920": "as923"}

#: Commercial names of two profiles each: they identify neither.
_SHARED_NAMES = {
    "LORA/GenericA.1.0.2a_ETSI_Rx2-SF12": "LoRaWAN 1.0.2 - class A - ETSI",
    "LORA/GenericA.1.0.2b_ETSI_Rx2-SF12": "LoRaWAN 1.0.2 - class A - ETSI",
    "LORA/GenericC.1.0.3a_ETSI": "LoRaWAN 1.0.3 - class C - ETSI",
    "LORA/GenericC.1.0.3e_ETSI": "LoRaWAN 1.0.3 - class C - ETSI",
}

MOTION_INDICATORS = ("NEAR_STATIC", "WALKING_SPEED", "BIKE_SPEED", "VEHICLE_SPEED", "RANDOM")
_PROTOCOL = re.compile(r"[a-zA-Z0-9-]{1,8}:[a-zA-Z0-9-]{1,16}:(0|[1-9][0-9]*)\Z")
#: Defaults of an application server (C AppServer).
NEW_SERVER: Document = {
    "type": "HTTP",
    "state": "ACTIVE",
    "contentType": "xml",
    "downlinkSecurity": {"status": "NONE"},
    "domains": [],
    "destinations": [],
    "customHttpHeaders": [],
    "description": None,
}


class Catalogue:
    """All resources that devices refer to, by ID and in a stable order."""

    def __init__(self, settings: Settings, profiles_csv: str | None = None, tr005_csv: str | None = None) -> None:
        self.profiles: dict[str, Document] = {}
        self.vendor_uids: dict[str, int] = {}
        for row in _rows(profiles_csv or os.path.join(_DATA, "device_profiles.csv")):
            self._add_profile(row)
        self.profile_uids = {key: uid for uid, key in enumerate(sorted(self.profiles), 1)}
        self.tr005: dict[str, list[str]] = {}
        self.tr005_vendors: dict[str, list[str]] = {}
        self.drivers: dict[str, str] = {}
        for row in _rows(tr005_csv or os.path.join(_DATA, "tr005_profiles.csv")):
            self._add_tr005(row)
        self.plans = Table("ID", given=_plans(settings.enterprise))
        for plan_id, granted in settings.licences.items():
            if plan_id not in self.plans:
                raise ValueError("--licences: no plan %s (there are %s)" % (plan_id, ", ".join(self.plans)))
            self.plans[plan_id]["granted"] = granted
        self.servers = [
            _server(1972, "Building sensors", "https://as.example.com/buildings"),
            _server(1973, "Parking sensors", "https://as.example.com/parking"),
        ]
        self.routes = [
            _route(1, "DEFAULT", "Default route", True),
            _route(2, "NOAS", "No application server", False),
            _route(25885, "TWA_100002581.25885", "Sensor platform", False),
        ]
        if settings.enterprise:
            self.routes.clear()
        self.stations = _stations()

    def unicast_plans(self) -> list[Document]:
        """The plans of devices, by their subscription date."""
        return [plan for plan in self.plans.values() if plan["communicationType"] == "UNICAST"]

    def multicast_plan(self) -> Document:
        """The plan of multicast groups."""
        return next(plan for plan in self.plans.values() if plan["communicationType"] == "MULTICAST")

    def plan_by_flags(self, geolocation: bool, roaming: bool) -> Document | None:
        """The plan that mode BASIC chooses: the oldest with these flags (C), or None."""
        for plan in self.unicast_plans():
            if plan["nwGeolocalization"] == geolocation and plan["prAllowed"] == roaming:
                return plan
        return None

    def _add_profile(self, row: dict[str, str]) -> None:
        profile_id = row["id"].strip()
        vendor = row["vendor"].strip()
        mac = row["mac_version"].strip()
        if mac not in MAC_MINOR:
            raise ValueError("unknown MAC version %r of profile %s" % (mac, profile_id))
        self.vendor_uids.setdefault(vendor, len(self.vendor_uids) + 1)
        bands: list[str] = []
        for text in row["ism_bands"].split(","):
            band = _ISM_ALIASES.get(text.strip(), text.strip())
            if band in ISM_BANDS and band not in bands:
                bands.append(band)
        motion = row.get("motion_indicator", "").strip()
        self.profiles[profile_id] = {
            "ID": profile_id,
            "commercialName": _SHARED_NAMES.get(profile_id) or _readable(profile_id, vendor),
            "vendor": vendor,
            "class": row["class"].strip(),
            "minor": MAC_MINOR[mac],
            "bands": bands,
            "otaa": row["otaa"].strip() == "yes",
            "abp": row["abp"].strip() == "yes",
            "motion": motion if motion in MOTION_INDICATORS else "RANDOM",
        }

    def _add_tr005(self, row: dict[str, str]) -> None:
        identifier = row["tr005_profile_id"].strip().upper()
        profile_id = row["device_profile_id"].strip()
        known = self.tr005.setdefault(identifier, [])
        if profile_id not in known:
            known.append(profile_id)
        vendors = self.tr005_vendors.setdefault(identifier[:4], [])
        if row["vendor"].strip() not in vendors:
            vendors.append(row["vendor"].strip())
        if _PROTOCOL.match(row["model_id"].strip()):
            self.drivers.setdefault(profile_id, row["model_id"].strip())


def _rows(path: str) -> list[dict[str, str]]:
    with open(path, encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def _readable(profile_id: str, vendor: str) -> str:
    _head, slash, tail = profile_id.partition("/")
    if not slash:
        _head, _line, tail = profile_id.partition("_")
    name = (tail or profile_id).replace("_", " ").strip()
    return "%s %s" % (vendor.replace("-", " ").title(), name)


def _stations() -> list[Document]:
    """Base stations that multicast groups reach by their tags (C); made up."""
    rows = (
        ("10000779", 52.0808, 4.3105, "ACTIVE", (("OPERATOR", "city"), ("SUBSCRIBER", "roof"))),
        ("1000077A", 52.0116, 4.3571, "ACTIVE", (("OPERATOR", "city"),)),
        ("1000077B", 51.9225, 4.4792, "INIT", (("OPERATOR", "harbour"),)),
    )
    return [
        {
            "lrrID": lrr,
            "lat": latitude,
            "lon": longitude,
            "healthState": health,
            "tags": [{"name": name, "namespace": namespace} for namespace, name in tags],
        }
        for lrr, latitude, longitude, health, tags in rows
    ]


def _server(uid: int, name: str, address: str) -> Document:
    """An application server over HTTP."""
    return {
        **NEW_SERVER,
        "uid": uid,
        "ID": "TWA_100002581.%d.AS" % uid,
        "name": name,
        "contentType": "json",
        "destinations": [{"addresses": [address], "ports": "*", "strategy": "SEQUENTIAL"}],
    }


def _route(uid: int, route_id: str, name: str, is_default: bool) -> Document:
    """A routing profile; NOAS has no destinations."""
    place = '<dests><dest type="HTTP" address="https://as.example.com/%d"/></dests>' % uid
    to_one = [] if route_id == "NOAS" else [{"sourcePort": "*", "strategy": "SEQUENTIAL", "destinations": place}]
    return {"uid": uid, "ID": route_id, "name": name, "isDefault": is_default, "routes": to_one}


def _plans(enterprise: bool) -> list[Document]:
    """Plans by their subscription date; in Enterprise, with every combination of flags."""
    rows = [
        ("often-geo", "Often with geolocation", True, False, 86),
        ("seldom", "Seldom", False, False, 87),
        ("testing", "Testing", False, False, 88),
    ]
    if enterprise:
        rows = [
            ("seldom", "Seldom", False, False, 87),
            ("testing", "Testing", False, False, 88),
            ("often-geo", "Often with geolocation", True, False, 86),
            ("roaming", "Passive roaming", False, True, 89),
            ("roaming-geo", "Passive roaming with geolocation", True, True, 90),
        ]
    rows.append(("multicast", "Multicast", False, False, 95))
    return [
        {
            "ID": "kpn-cs/" + name,
            "commercialName": title,
            "nwGeolocalization": geolocation,
            "prAllowed": roaming,
            "communicationType": "MULTICAST" if name == "multicast" else "UNICAST",
            "uid": uid,
            "granted": DEFAULT_GRANTED,
        }
        for name, title, geolocation, roaming, uid in rows
    ]
