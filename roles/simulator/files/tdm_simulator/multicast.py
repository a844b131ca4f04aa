# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Multicast groups (C). Groups of LoRaWAN 1.0: nothing in C says which version a group has (?)."""

from __future__ import annotations

from . import alarms, fields, rules, views, xmlrules
from .catalogue import SUPPLIER
from .codec import decode, encode
from .devices import check_occ, handling_mode
from .errors import ApiError
from .operations import Operation
from .parameters import boolean, page, sorting, texts
from .resources import PLAN_FEATURES
from .shapes import OCC, Flag, Many, Number, Text, Thing
from .tags import DOMAINS, checked_domains
from .world import now_ms

NAMESPACES = ("OPERATOR", "SUBSCRIBER")
BS_TAG = Thing(_needed=("name",), name=Text(fields.TAG_NAME, "a tag name"), namespace=Text(choices=NAMESPACES))
_KEYS = ("nwKey", "nwkSEncKey", "sNwkSIntKey")
_GROUP = Thing(
    EUI=Text(fields.EUI, "16 hexadecimal digits"),
    nwAddress=Text(fields.DEV_ADDR, "8 hexadecimal digits"),
    appKeys=Text(),
    appServers=Many(Thing(ID=Text())),
    bss=Thing(_needed=("tags",), tags=Many(BS_TAG)),
    customerAdminData=Text(),
    domains=Many(Thing(name=Text(), group=Thing(name=Text()))),
    downlinkDataRate=Number(0, 15),
    downlinkFrequency=Number(433, 928, whole=False),
    name=Text(),
    networkSubscription=Thing(_nullable=True, ID=Text(nullable=True), nwGeolocalization=Flag(), prAllowed=Flag()),
    pingSlotPeriod=Number(choices=(1, 2, 4, 8, 16, 32, 64, 128)),
    verificationCode=Text(),
    occContext=OCC,
    **{"class": Text(choices=("B", "C"))},
    **dict.fromkeys(_KEYS, Text(fields.KEY, "32 hexadecimal digits")),
)
_NEEDED = ("EUI", "nwAddress", "class", "nwKey")
_FIXED = ("EUI", "nwAddress")
_SIMPLE = ("name", "class", "customerAdminData", "downlinkDataRate", "downlinkFrequency", "pingSlotPeriod")
_OPTIONAL = ("customerAdminData", "downlinkDataRate", "downlinkFrequency", "pingSlotPeriod", "lastDwTimestamp")
_MOST_CELLS = PLAN_FEATURES["multicastMaxLrrCells"]
_NO_DOWNLINKS = {"val": [0] * 12}


class MulticastGroups:
    """The handlers of `multicastGroups` and `multicastGroups/{multicastGroupUid}`."""

    def __init__(self, world, settings, tasks):
        self._world = world
        self._settings = settings
        self._tasks = tasks

    def operations(self):
        """What this area answers."""
        path, one, mode = "/multicastGroups", "/multicastGroups/{multicastGroupUid}", "networkSubscriptionsHandlingMode"
        listed = (
            "pageIndex",
            "language-tag",
            "alarmLevel",
            "bsTag",
            ("sort", sorting("name", "lastDwTimestamp", "creationDate")),
            *texts("devEUI", "devAddr", "name", "connectivityPlan", "networkSubscriptionID", "appServerID", "domain", "query"),
        )
        return [
            Operation("GET", path, self.list, listed, "multicastGroups"),
            Operation("POST", path, self.create, ("async", mode), "multicastGroup"),
            Operation("GET", one, self.read, ("language-tag",), "multicastGroup"),
            Operation("PUT", one, self.update, ("force", mode), "multicastGroup"),
            Operation("DELETE", one, self.delete, ("async",)),
            Operation("POST", path + "/domains", self.domains, answer="domains"),
        ]

    def require(self, uid):
        """The group with a UID, or with an EUI behind an e (C); 404 without."""
        for one in self._world.groups.values():
            if uid == str(one["uid"]) or (uid == "e" + one["EUI"] and self._settings.eui_paths):
                return one
        raise ApiError("resource_not_found", "multicast group", uid)

    # -- views -------------------------------------------------------------------------

    def href(self, one):
        """The address of a group."""
        return views.href(self._settings, "multicastGroups/%d" % one["uid"])

    def _plan(self, one):
        plan = self._world.catalogue.plans[one["plan"]]
        return {"ID": plan["ID"], "commercialName": plan["commercialName"], "supplier": dict(SUPPLIER)}, plan["uid"]

    def _brief(self, one):
        counts = one["alarms"]
        shown = {
            "name": one["name"],
            "EUI": one["EUI"],
            "nwAddress": one["nwAddress"],
            "bss": {"tags": one["tags"]},
            "historyDwDaily": _NO_DOWNLINKS,
            "alarmCount": sum(counts),
            "alarmLevel": max([level for level in range(1, 7) if counts[level - 1]] or [0]),
            "appServers": views.servers_of(self._world, self._settings, one),
            "creationDate": one["creationDate"],
            "domains": one["domains"],
            "href": self.href(one),
        }
        if one["lastDwTimestamp"] is not None:
            shown["lastDwTimestamp"] = one["lastDwTimestamp"]
        if one["plan"] is not None:
            shown["networkSubscription"] = self._plan(one)[0]
        return shown

    def _whole(self, one):
        brief = self._brief(one)
        names = ("name", "EUI", "nwAddress", "bss", "historyDwDaily", "appServers", "creationDate", "domains")
        shown = {name: brief[name] for name in names}
        shown["class"] = one["class"]
        shown["now"] = now_ms()
        shown["occContext"] = {name: one[name] for name in ("version", "lastUpdate", "who")}
        shown.update({"alarm%d" % (level + 1): one["alarms"][level] for level in range(6)})
        shown.update({name: one[name] for name in _OPTIONAL if one[name] is not None})
        if one["lastDwTimestamp"] is not None:
            sent = self._world.downlinks[one["EUI"]]
            shown.update(firstDwTimestamp=sent[0]["timestamp"], lastFCntDn=sent[-1]["fCnt"])
        if one["plan"] is not None:
            plan, uid = self._plan(one)
            href = views.href(self._settings, "networkSubscriptions/%d" % uid)
            shown["networkSubscription"] = dict(plan, multicastMaxLrrCells=_MOST_CELLS, href=href)
        return shown

    # -- handlers ----------------------------------------------------------------------

    def list(self, request, who):
        """GET multicast groups, by creation unless sorted otherwise (C)."""
        found = [one for one in self._world.groups.values() if _matches(request, one)]
        attribute, _comma, order = request.value("sort", "creationDate,asc").partition(",")
        found.sort(key=lambda one: (one[attribute] or 0 if attribute != "name" else one["name"], one["uid"]))
        if order == "desc":
            found.reverse()
        briefs = [self._brief(one) for one in found]
        return encode(request, 200, page(request, self._settings, briefs, now=now_ms(), count=len(briefs)))

    def create(self, request, who):
        """POST a multicast group (C)."""
        mode = handling_mode(request, self._settings)
        later = boolean(request, "async", False)
        body = decode(request, _GROUP)
        for name in _NEEDED:
            if name not in body:
                raise ApiError("missing", name)
        if "occContext" in body:
            raise ApiError("create_forbidden", "occContext")
        eui = body["EUI"].upper()
        if eui in self._world.devices or eui in self._world.groups:
            raise ApiError("device_exists")
        now = now_ms()
        one = {
            "uid": self._world.next_group,
            "EUI": eui,
            "nwAddress": body["nwAddress"].upper(),
            "name": "-".join(eui[i : i + 2] for i in range(0, 16, 2)),
            "class": body["class"],
            "plan": None,
            "servers": [],
            "domains": [],
            "tags": [_tag(tag) for tag in body.get("bss", {}).get("tags", ())],
            "alarms": [0] * 6,
            "keys": {},
            "creationDate": now,
            "version": 1,
            "lastUpdate": now,
            "who": who,
            **dict.fromkeys(_OPTIONAL),
        }
        one.update(self._changes(body, one, mode, new=True))
        self._world.next_group += 1
        self._world.groups[eui] = one
        self._world.count(one, 1)
        self._world.touch()
        if later:
            return self._tasks.accepted(request, self.href(one))
        return encode(request, 201, self._whole(one), [("Location", self.href(one))])

    def read(self, request, who, uid):
        """GET one multicast group; its keys are never shown (C writeOnly)."""
        return encode(request, 200, self._whole(self.require(uid)))

    def update(self, request, who, uid):
        """PUT a partial document under optimistic locking (C)."""
        one = self.require(uid)
        mode = handling_mode(request, self._settings)
        body = decode(request, _GROUP)
        if not boolean(request, "force", False):
            check_occ(body, one["version"], self._settings.occ_required)
        for name in _FIXED:
            if name in body and body[name].upper() != one[name]:
                raise ApiError("update_forbidden", name)
        if "bss" in body and [_tag(tag) for tag in body["bss"]["tags"]] != one["tags"]:
            raise ApiError("update_forbidden", "bss")
        changed = self._changes(body, one, mode, new=False)
        self._world.count(one, -1)
        one.update(changed)
        self._world.count(one, 1)
        self._world.stamp(one, who)
        return encode(request, 200, self._whole(one))

    def delete(self, request, who, uid):
        """DELETE a multicast group with all that belongs to it (C)."""
        one = self.require(uid)
        del self._world.groups[one["EUI"]]
        self._world.alarms.pop(one["EUI"], None)
        self._world.downlinks.pop(one["EUI"], None)
        self._world.count(one, -1)
        self._world.touch()
        return self._tasks.accepted(request, self.href(one)) if boolean(request, "async", False) else encode(request, 204)

    def domains(self, request, who):
        """POST domains of many groups; a new one replaces the one of its group of domains (C)."""
        body = decode(request, DOMAINS)
        added, removed, names = checked_domains(body)
        for eui in body["devEUIs"]:
            if eui not in self._world.groups:
                raise ApiError("unknown_eui", eui)
        for eui in dict.fromkeys(body["devEUIs"]):
            one = self._world.groups[eui]
            kept = [domain for domain in one["domains"] if domain["group"]["name"] not in names and domain not in removed]
            if kept + added != one["domains"]:
                one["domains"] = kept + added
                self._world.stamp(one, who)
        return encode(request, 204)

    # -- rules -----------------------------------------------------------------------------

    def _changes(self, body, one, mode, new):
        changed = {name: body[name] for name in _SIMPLE if name in body}
        kind = changed.get("class", one["class"])
        period = changed.get("pingSlotPeriod", one["pingSlotPeriod"] if kind == one["class"] else None)
        if kind == "B" and period is None:
            raise ApiError("missing", "pingSlotPeriod")
        if kind == "C" and "pingSlotPeriod" in body:
            raise ApiError("forbidden", "pingSlotPeriod", "the class is C")
        changed["pingSlotPeriod"] = period if kind == "B" else None
        if "appKeys" in body:
            xmlrules.app_skeys(body["appKeys"])
        if "domains" in body:
            changed["domains"] = fields.domains(body["domains"])
        if "appServers" in body:
            changed["servers"] = rules.named_servers(self._world, body["appServers"])
        changed["keys"] = {**one["keys"], **{name: body[name] for name in (*_KEYS, "appKeys") if name in body}}
        changed["plan"], _given = rules.plan(self._world, mode, body, None if new else one, "MULTICAST")
        return changed


def _tag(given):
    return {"name": given["name"], "namespace": given.get("namespace", "OPERATOR")}


def _matches(request, one):
    """Whether a group is what the query parameters describe (C)."""
    plan = {"_unset": one["plan"] is None, "_NOCP": one["plan"] is None, "_any": one["plan"], "_CP": one["plan"]}
    query = request.value("query")
    level = request.value("alarmLevel")
    return (
        one["EUI"].startswith(request.value("devEUI", "").upper())
        and one["nwAddress"].startswith(request.value("devAddr", "").upper())
        and one["name"].startswith(request.value("name", ""))
        and (query is None or one["EUI"].startswith(query.upper()) or one["name"].startswith(query))
        and all(
            plan.get(wanted, one["plan"] == wanted)
            for wanted in (request.value("networkSubscriptionID"), request.value("connectivityPlan"))
            if wanted is not None
        )
        and (level is None or any(one["alarms"][max(int(level), alarms.CLEARED) - 1 :]))
        and all(server in one["servers"] for server in request.values("appServerID"))
        and all(any(tag["name"] == name for tag in one["tags"]) for name in request.values("bsTag"))
        and all(views.domain(text) in one["domains"] for text in request.values("domain"))
    )
