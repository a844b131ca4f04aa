# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AS routing profiles: made, changed and deleted, in Wireless alone."""

from __future__ import annotations

import pytest

from .conftest import simulator

PATH = "/appServersRoutingProfiles"
PLACES = '<dests><dest type="HTTP" address="https://as.example.com/one"/></dests>'
ROUTE = {"sourcePort": "*", "strategy": "SEQUENTIAL", "destinations": PLACES}


def test_a_routing_profile_is_made_changed_and_deleted(wireless):
    status, document, headers = wireless.api("POST", PATH, {"name": "mine", "routes": [ROUTE]})
    assert (status, document["ID"], document["isDefault"]) == (201, "TWA_100002581.26000", False)
    assert headers["Location"] == "/thingpark/wireless/rest/subscriptions/100/appServersRoutingProfiles/26000"
    path = PATH + "/26000"
    assert wireless.api("GET", path)[1] == document and document["routes"] == [ROUTE]
    routes = [dict(ROUTE, sourcePort="1-9,12", strategy="BURST")]
    status, document, _headers = wireless.api("PUT", path, {"routes": routes, "occContext": document["occContext"]})
    assert (status, document["name"], document["routes"], document["occContext"]["version"]) == (200, "mine", routes, 2)
    assert wireless.api("PUT", path, {"name": "x", "occContext": {"version": 1}})[1]["code"] == 9011
    assert wireless.api("PUT", path, {"name": "x", "occContext": {"version": 1}}, {"force": ""})[0] == 200
    assert [one["name"] for one in wireless.api("GET", PATH)[1]["briefs"]][-1] == "x"
    assert wireless.api("DELETE", path)[0] == 204
    assert [wireless.api(method, path, body)[0] for method, body in (("GET", None), ("PUT", {}), ("DELETE", None))] == [404] * 3


def test_a_routing_profile_in_use_stays(wireless):
    route = wireless.api("POST", PATH, {"name": "mine"})[1]["ID"]
    assert wireless.made(appServersRoutingProfile={"ID": route})["appServersRoutingProfile"]["name"] == "mine"
    assert wireless.api("DELETE", PATH + "/26000")[1]["code"] == 9031
    wireless.api("DELETE", "/devices/5000")
    assert wireless.api("DELETE", PATH + "/26000")[0] == 204
    assert wireless.create(appServersRoutingProfile={"ID": route})[1]["code"] == 9024


def test_the_default_stays_until_another_is_made_it(wireless):
    assert wireless.api("PUT", PATH + "/1", {"name": "renamed", "isDefault": False})[0] == 200
    (default,) = [one for one in wireless.api("GET", PATH)[1]["briefs"] if one["isDefault"]]
    assert default["name"] == "renamed" and wireless.api("DELETE", PATH + "/1")[1]["code"] == 9031


def test_one_routing_profile_is_the_default(wireless):
    wireless.api("POST", PATH, {"name": "mine", "isDefault": True})
    assert [one["ID"] for one in wireless.api("GET", PATH)[1]["briefs"] if one["isDefault"]] == ["TWA_100002581.26000"]
    assert wireless.made()["appServersRoutingProfile"]["name"] == "mine"
    wireless.api("DELETE", "/devices/5000")
    assert wireless.api("DELETE", PATH + "/26000")[1]["code"] == 9031
    assert wireless.api("PUT", PATH + "/1", {"isDefault": True})[0] == 200
    assert wireless.api("DELETE", PATH + "/26000")[0] == 204


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": " "},
        {"name": 1},
        {"name": "a", "isDefault": "yes"},
        {"name": "a", "routes": [{}]},
        {"name": "a", "routes": [dict(ROUTE, strategy="RANDOM")]},
        {"name": "a", "routes": [dict(ROUTE, sourcePort="x")]},
        {"name": "a", "routes": [dict(ROUTE, sourcePort="*1")]},
        {"name": "a", "routes": [dict(ROUTE, sourcePort="*,1")]},
        {"name": "a", "routes": [dict(ROUTE, sourcePort="1-300")]},
        {"name": "a", "routes": [dict(ROUTE, destinations="https://as.example.com")]},
        {"name": "a", "routes": [dict(ROUTE, destinations="<dests><dest/></dests>")]},
        {"name": "a", "routes": [dict(ROUTE, destinations="<routes/>")]},
    ],
)
def test_routing_profiles_that_are_refused(wireless, body):
    assert wireless.api("POST", PATH, body)[0] == 400
    assert len(wireless.api("GET", PATH)[1]["briefs"]) == 3
    if body:
        assert wireless.api("PUT", PATH + "/2", {"name": "b", **body})[0] == 400
        assert wireless.api("GET", PATH + "/2")[1]["name"] == "No application server"


def test_the_list_by_type(wireless):
    asked = [wireless.api("GET", PATH, query={"type": kind}) for kind in ("LORAWAN", "CELLULAR", "x")]
    assert [(status, len(document.get("briefs", ()))) for status, document, _headers in asked] == [(200, 3), (200, 0), (400, 0)]


def test_enterprise_has_none(enterprise):
    assert enterprise.api("POST", PATH, {"name": "a"})[0] == 404


def test_routing_profiles_are_kept_across_restarts(tmp_path):
    kept = ("--state-file", str(tmp_path / "state.json"))
    with simulator(*kept) as one:
        client = one.client()
        client.api("POST", PATH, {"name": "mine"})
        client.made(appServersRoutingProfile={"ID": "TWA_100002581.26000"})
        assert one.stop() == 0
    with simulator(*kept) as one:
        client = one.client()
        assert client.api("GET", "/devices/5000")[1]["appServersRoutingProfile"]["name"] == "mine"
        assert client.api("POST", PATH, {"name": "other"})[1]["ID"] == "TWA_100002581.26001"
