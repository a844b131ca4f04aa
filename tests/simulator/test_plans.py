# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connectivity plans, their licences, and where uplinks go."""

from __future__ import annotations

from .conftest import SERVER, otaa

EUI = "70B3D57ED0000001"


def test_taking_the_plan_away_suspends_and_giving_one_resumes(wireless):
    document = wireless.made(networkSubscription={"ID": "kpn-cs/seldom"})
    assert (document["suspension"], document["healthState"]) == ("NONE", "INIT")
    for nothing in (None, {"ID": None}):
        document = wireless.put(EUI, {"networkSubscription": nothing})[1]
        assert document["suspension"] == "SUBSCRIBER_SUSPENDED"
        assert "networkSubscription" not in document and document["healthState"] == "SUSPENDED"
        document = wireless.put(EUI, {"networkSubscription": {"ID": "kpn-cs/often-geo"}})[1]
        assert (document["suspension"], document["healthState"]) == ("NONE", "INIT")
    document = wireless.put(EUI, {"suspension": "SUBSCRIBER_SUSPENDED"})[1]
    assert document["networkSubscription"]["ID"] == "kpn-cs/often-geo"
    assert wireless.put(EUI, {"name": "b"})[1]["suspension"] == "SUBSCRIBER_SUSPENDED"
    assert wireless.put(EUI, {"suspension": "NONE"})[1]["suspension"] == "NONE"


def test_licences_run_out(wireless):
    plan = {"ID": "kpn-cs/testing"}
    for number in (1, 2):
        wireless.made(EUI="70B3D57ED000000%d" % number, networkSubscription=plan)
    status, document, _headers = wireless.create(EUI="70B3D57ED0000003", networkSubscription=plan)
    assert status == 403 and "kpn-cs/testing" in document["message"]
    wireless.made(EUI="70B3D57ED0000003")
    assert wireless.put("70B3D57ED0000003", {"networkSubscription": plan})[0] == 403
    assert wireless.put(EUI, {"networkSubscription": plan})[0] == 200
    briefs = wireless.api("GET", "/networkSubscriptions")[1]["briefs"]
    assert [(one["used"], one["granted"]) for one in briefs if one["ID"] == plan["ID"]] == [(2, 2)]
    wireless.api("DELETE", "/devices/e" + EUI)
    assert wireless.put("70B3D57ED0000003", {"networkSubscription": plan})[0] == 200


def test_routes_and_servers_exclude_each_other(wireless):
    wireless.made()
    assert wireless.put(EUI, {"appServers": [SERVER]})[0] == 400
    document = wireless.put(EUI, {"appServers": [SERVER], "appServersRoutingProfile": None})[1]
    assert document["appServers"][0]["name"] == "Building sensors"
    assert "appServersRoutingProfile" not in document
    assert wireless.put(EUI, {"appServersRoutingProfile": {"ID": "NOAS"}})[0] == 400
    document = wireless.put(EUI, {"appServers": [], "appServersRoutingProfile": {"ID": "NOAS"}})[1]
    assert document["appServersRoutingProfile"]["ID"] == "NOAS"


def test_enterprise_chooses_plans_by_flags(enterprise):
    document = enterprise.made()
    assert document["networkSubscription"]["ID"] == "kpn-cs/seldom"
    assert document["appServers"] == [] and "appServersRoutingProfile" not in document
    for geolocation, roaming, plan in ((True, True, "roaming-geo"), (False, True, "roaming"), (True, False, "often-geo")):
        document = enterprise.put(
            EUI, {"networkSubscription": {"nwGeolocalization": geolocation, "prAllowed": roaming}}, [("force", "")]
        )[1]
        assert document["networkSubscription"]["ID"] == "kpn-cs/" + plan
    assert enterprise.put(EUI, {"name": "b"}, [("force", "")])[1]["networkSubscription"]["ID"] == "kpn-cs/often-geo"
    advanced = [("force", ""), ("networkSubscriptionsHandlingMode", "ADVANCED")]
    document = enterprise.put(EUI, {"networkSubscription": {"ID": "kpn-cs/testing"}}, advanced)[1]
    assert document["networkSubscription"]["ID"] == "kpn-cs/testing"
    document = enterprise.put(EUI, {"networkSubscription": {"ID": None}}, advanced)[1]
    assert document["suspension"] == "SUBSCRIBER_SUSPENDED"
    body = otaa(EUI="70B3D57ED0000009", appServersRoutingProfile={"ID": "DEFAULT"})
    assert enterprise.create(body)[0] == 400


def test_basic_mode_is_for_enterprise_only(wireless):
    for mode in ("BASIC", "OTHER"):
        query = [("networkSubscriptionsHandlingMode", mode)]
        assert wireless.create(query=query)[0] == 400
