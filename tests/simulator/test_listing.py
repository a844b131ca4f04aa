# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of devices, the subscription, and the lists of the catalogue."""

from __future__ import annotations

import base64
import json

import pytest

from .conftest import SITE, simulator


def euis(document):
    """The EUIs of a page."""
    return [brief["EUI"] for brief in document["briefs"]]


def walk(client, query):
    """All EUIs by cursors, and the number of pages."""
    found, pages, after = [], 0, []
    while True:
        document = client.listed(query + after)
        found += euis(document)
        pages += 1
        if not document["more"]:
            assert "cursors" not in document
            return found, pages
        after = [("pageAfter", document["cursors"]["last"])]


def test_pages_by_index(wireless):
    wireless.inspect("POST", "seed", {"count": 250})
    sizes = {}
    for size in (None, "1", "-5", "150", "100000"):
        query = [] if size is None else [("pageSize", size)]
        document = wireless.listed(query)
        sizes[size] = (len(document["briefs"]), document["more"], document["count"])
        assert "cursors" not in document
    assert sizes == {
        None: (100, True, 250),
        "1": (100, True, 250),
        "-5": (100, True, 250),
        "150": (150, True, 250),
        "100000": (250, False, 250),
    }
    pages = [euis(wireless.listed([("pageIndex", str(index))])) for index in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [100, 100, 50, 0]
    assert len(set(sum(pages, []))) == 250
    for bad in ("0", "-1", "x", "1001", "", "9" * 30):
        assert wireless.api("GET", "/devices", query=[("pageIndex", bad)])[0] == 400


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_cursors_skip_nobody(wireless, order):
    wireless.inspect("POST", "seed", {"count": 450, "prefix": "AA"})
    wireless.inspect("POST", "seed", {"count": 50, "prefix": "00"})
    found, pages = walk(wireless, [("sort", "EUI," + order)])
    assert (len(found), pages) == (500, 5)
    assert found == sorted(found, reverse=order == "desc")
    first = wireless.listed([("sort", "EUI," + order)])
    last = first["cursors"]["last"]
    assert json.loads(base64.b64decode(last)) == {"EUI": first["briefs"][-1]["EUI"]}
    # Whoever is deleted meanwhile makes nobody else move.
    for eui in euis(first)[50:]:
        wireless.inspect("DELETE", "devices/" + eui)
    second = wireless.listed([("sort", "EUI," + order), ("pageAfter", last)])
    assert euis(second) == found[100:200] and second["count"] == 450
    filtered, _pages = walk(wireless, [("sort", "EUI," + order), ("devEUI", "aa")])
    assert filtered == [eui for eui in found if eui.startswith("AA") and (eui not in euis(first)[50:])]


def test_page_after_needs_the_order_of_euis(wireless):
    last = base64.b64encode(b'{"EUI":"0000000000000000"}').decode()
    for query in ([], [("sort", "name,asc")], [("sort", "creationDate,asc")]):
        assert wireless.api("GET", "/devices", query=query + [("pageAfter", last)])[0] == 400
    for bad in ("x", "", "e30=", "NQ==", base64.b64encode(b"[" * 9000).decode()):
        query = [("sort", "EUI,asc"), ("pageAfter", bad)]
        assert wireless.api("GET", "/devices", query=query)[0] == 400
    assert wireless.api("GET", "/devices", query=[("sort", "EUI,asc"), ("pageAfter", last)])[0] == 200


def test_a_platform_without_cursors():
    with simulator("--no-cursors", "--seed", "150") as one:
        client = one.client()
        document = client.listed([("sort", "EUI,asc")])
        assert document["more"] and "cursors" not in document


def test_orders(wireless):
    for number, name in ((3, "b"), (1, "c"), (2, "a")):
        wireless.made(EUI="70B3D57ED000000%d" % number, name=name)

    def order(sort):
        return "".join(eui[-1] for eui in euis(wireless.listed([("sort", sort)])))

    assert euis(wireless.listed())[0][-1] == "3"
    assert (order("EUI,asc"), order("EUI,desc")) == ("123", "321")
    assert (order("name,asc"), order("name,desc")) == ("231", "132")
    assert (order("creationDate,asc"), order("creationDate,desc")) == ("312", "213")
    assert len(order("avgSNR,desc")) == 3
    for bad in ("EUI,up", "nothing,asc", ","):
        assert wireless.api("GET", "/devices", query=[("sort", bad)])[0] == 400


def test_filters(wireless):
    server = {"ID": "TWA_100002581.1972.AS"}
    vertical = {"name": "Energy", "group": {"name": "Vertical"}}
    wireless.made(
        EUI="AA00000000000001",
        name="door-1",
        networkSubscription={"ID": "kpn-cs/seldom"},
        domains=[SITE, vertical],
        adminLat=52,
        adminLon=5,
    )
    wireless.made(
        EUI="AA00000000000002", name="door-2", networkSubscription={"ID": "kpn-cs/often-geo"}, appServers=[server], domains=[SITE]
    )
    wireless.made(EUI="BB00000000000003", name="leak-3")
    wireless.inspect(
        "PUT",
        "devices/AA00000000000001",
        {"health": "ACTIVE", "alarms": [0, 0, 0, 1, 0, 0], "radio": {"avgRSSI": -100.0, "avgSNR": -3.0, "lastBatLevel": 20}},
    )
    for uid, tag in ((5000, "one"), (5000, "two"), (5001, "two")):
        assert wireless.api("POST", "/devices/%d/tags" % uid, {"name": tag})[0] == 201
    expected = [
        ("devEUI=AA", "12"),
        ("devEUI=aa", "12"),
        ("devEUI=AA00000000000002", "2"),
        ("devEUI=BB&devEUI=AA00000000000001", "13"),
        ("devEUI=CC", ""),
        ("devEUI=", "123"),
        ("name=door", "12"),
        ("name=oor", ""),
        ("query=leak", "3"),
        ("query=bb", "3"),
        ("tag=two", "12"),
        ("tag=two&tag=one", "1"),
        ("tag=tw", ""),
        ("domain=Site:France/Paris", "12"),
        ("domain=Site:France/Paris&domain=Vertical:Energy", "1"),
        ("domain=Site:France", ""),
        ("networkSubscriptionID=kpn-cs/seldom", "1"),
        ("networkSubscriptionID=_unset", "3"),
        ("networkSubscriptionID=_any", "12"),
        ("connectivityPlan=_NOCP", "3"),
        ("connectivityPlan=_CP", "12"),
        ("connectivityPlan=kpn-cs/often-geo", "2"),
        ("networkSubscriptionID=none", ""),
        ("nwGeolocalization=true", "2"),
        ("nwGeolocalization=false", "1"),
        ("prAllowed=true", ""),
        ("prAllowed=false", "12"),
        ("nwGeolocalization=true&networkSubscriptionID=kpn-cs/seldom", "1"),
        ("healthState=ACTIVE", "1"),
        ("healthState=INIT&healthState=SUSPENDED", "23"),
        ("appServerID=" + server["ID"], "2"),
        ("appServerID=x", ""),
        ("appServerID=%s&appServerID=TWA_100002581.1973.AS" % server["ID"], ""),
        ("connectivity=LORAWAN", "123"),
        ("connectivity=CELLULAR", ""),
        ("minLat=51&maxLat=53&minLon=4&maxLon=6", "1"),
        ("minLat=53", ""),
        ("maxLon=6", "1"),
        ("from=2020-01-01T00:00:00Z", "123"),
        ("to=2020-01-01T00:00:00.5Z", ""),
        ("from=2020-01-01T00:00:00%2B02:00", "123"),
        ("to=2099-01-01T00:00:00+0200", "123"),
        ("from=2020-01-01", "123"),
        ("batteryLevel=30", "1"),
        ("batteryLevel=10", ""),
        ("infRSSI=-90", "1"),
        ("infSNR=-5", ""),
        ("supSNR=-5", "1"),
        ("alarmLevel=4", "1"),
        ("alarmLevel=5", ""),
        ("nonsense=1", "123"),
    ]
    for query, ends in expected:
        pairs = [tuple(part.split("=", 1)) for part in query.replace("%2B", "+").split("&")]
        for sort in ("EUI,asc", "creationDate,asc", "name,asc"):
            document = wireless.listed(pairs + [("sort", sort)])
            assert "".join(eui[-1] for eui in euis(document)) == ends, (query, sort)
            assert document["count"] == len(ends)
    for bad in (
        "healthState=FINE",
        "connectivity=WIFI",
        "nwGeolocalization=maybe",
        "minLat=x",
        "minLat=nan",
        "from=yesterday",
        "to=2020-13-01T00:00:00Z",
        "batteryLevel=x",
        "domain=nothing",
        "tag= x",
        "pageSize=x",
        "pageSize=1.5",
    ):
        pairs = [tuple(bad.split("=", 1))]
        assert wireless.api("GET", "/devices", query=pairs)[0] == 400, bad


def test_filters_see_every_change_at_once(wireless):
    wireless.made(EUI="AA00000000000001", name="a")
    query = [("tag", "x"), ("sort", "EUI,asc")]
    assert wireless.listed(query)["count"] == 0
    wireless.api("POST", "/devices/5000/tags", {"name": "x"})
    assert wireless.listed(query)["count"] == 1
    wireless.api("DELETE", "/devices/5000")
    assert wireless.listed(query)["count"] == 0


def test_briefs_hold_no_more_than_they_should(wireless):
    wireless.made(
        alarm004='<alarm004><threshold1 status="DISABLE"/></alarm004>', adminLat=5, adminLon=5, customerAdminData="second floor"
    )
    brief = wireless.listed()["briefs"][0]
    for name in ("alarm004", "adminLat", "adminLon", "locationType", "suspension", "appKey", "uid", "keys", "connectivity"):
        assert name not in brief
    assert set(brief["occContext"]) == {"lastUpdate", "who"}
    assert brief["nwAddress"] is None and brief["lastUpTimestamp"] is None
    assert brief["customerAdminData"] == "second floor"
    assert brief["appServersRoutingProfile"] == {"ID": "DEFAULT", "name": "Default route"}


def test_null_briefs(wireless):
    wireless.made(customerAdminData="second floor", motionIndicator="RANDOM")
    wireless.inspect("PUT", "settings", {"null_briefs": True})
    brief = wireless.listed()["briefs"][0]
    wireless.inspect("PUT", "settings", {"null_briefs": False})
    for name in ("activation", "customerAdminData", "motionIndicator"):
        assert brief[name] is None
    assert brief["occContext"] == {"lastUpdate": None, "who": None}
    assert wireless.listed()["briefs"][0]["activation"] == "OTAA"


def test_subscription_updates(wireless):
    version = wireless.api("GET", "")[1]["occContext"]
    status, document, _headers = wireless.api(
        "PUT", "", {"occContext": version, "nsID": "F03D290200000000", "state": {"value": "X"}}
    )
    assert status == 200 and document["nsID"] == "F03D290200000000"
    assert document["state"]["value"] == "ACTIVE"
    assert wireless.api("PUT", "", {"occContext": version, "nsID": "0" * 16})[0] == 409
    for bad in ({"nsID": 1}, {"alarmStateNotifications": 1}, {"defaultIsmBands": [{"ID": "x"}]}, {"occContext": 1}):
        assert wireless.api("PUT", "", bad)[0] == 400


def test_subscription_updates_may_need_a_version(enterprise):
    enterprise.inspect("PUT", "settings", {"occ_required": True})
    try:
        assert enterprise.api("PUT", "", {}, {"force": "true"})[0] == 400
        assert enterprise.api("PUT", "", {"occContext": {"version": 0}})[0] == 409
        assert enterprise.api("PUT", "", {"occContext": {"version": 0}}, {"force": "true"})[0] == 200
    finally:
        enterprise.inspect("PUT", "settings", {"occ_required": False})


def test_profiles_and_their_filters(wireless):
    found, index = [], 1
    while True:
        document = wireless.api("GET", "/deviceProfiles", query={"pageIndex": index})[1]
        found += document["briefs"]
        index += 1
        if not document["more"]:
            break
        assert len(document["briefs"]) == 100
    assert len({one["ID"] for one in found}) == len(found) > 150
    assert {one["macMinorVersion"] for one in found} == {3, 4, 5, 6, 10}

    def ids(**query):
        return {
            one["ID"]
            for one in wireless.api(
                "GET", "/deviceProfiles", query=[(name, value) for name, values in query.items() for value in values]
            )[1]["briefs"]
        }

    assert ids(ID=["LORA/GenericA.1.0.3a_ETSI", "none"]) == {"LORA/GenericA.1.0.3a_ETSI"}
    assert "MCLI/TVLVEA.1.0.1a_ETSI" in ids(vendorID=["mclimate"])
    assert ids(typeMAC=["WattecoMAC_3.2"]) == ids(connectivity=["CELLULAR"]) == set()
    briefs = wireless.api(
        "GET", "/deviceProfiles", query=[("ismBandID", "eu868"), ("ismBandID", "kr920"), ("vendorID", "generic")]
    )[1]["briefs"]
    assert briefs and all({band["ID"] for band in one["defaultIsmBands"]} <= {"eu868", "kr920"} for one in briefs)
    assert wireless.api("GET", "/deviceProfiles", query={"ismBandID": "xx"})[0] == 400


def test_plans_servers_and_routes(wireless):
    plans = wireless.api("GET", "/networkSubscriptions")[1]["briefs"]
    assert [one["ID"] for one in plans] == ["kpn-cs/often-geo", "kpn-cs/seldom", "kpn-cs/testing", "kpn-cs/multicast"]
    unicast = wireless.api("GET", "/networkSubscriptions", query={"communicationType": "UNICAST"})[1]["briefs"]
    assert unicast == plans[:3]
    uid = plans[0]["href"].rpartition("/")[2]
    assert wireless.api("GET", "/networkSubscriptions/" + uid)[1]["nwGeolocalization"] is True
    assert (
        wireless.api("GET", "/networkSubscriptions", query={"networkSubscriptionID": "kpn-cs/seldom"})[1]["briefs"][0]["ID"]
        == "kpn-cs/seldom"
    )
    servers = wireless.api("GET", "/appServers", query={"name": "Parking"})[1]["briefs"]
    assert [one["ID"] for one in servers] == ["TWA_100002581.1973.AS"]
    assert wireless.api("GET", "/appServers/1973")[1]["name"] == "Parking sensors"
    routes = wireless.api("GET", "/appServersRoutingProfiles")[1]["briefs"]
    assert [(one["ID"], one["isDefault"]) for one in routes] == [
        ("DEFAULT", True),
        ("NOAS", False),
        ("TWA_100002581.25885", False),
    ]
    assert wireless.api("GET", "/appServersRoutingProfiles/25885")[1]["routes"][0]["sourcePort"] == "*"
    for path in ("/appServers/1", "/networkSubscriptions/1", "/appServersRoutingProfiles/9"):
        assert wireless.api("GET", path)[0] == 404


def test_a_large_fleet_is_listed_whole():
    with simulator("--seed", "20000") as one:
        client = one.client()
        found, pages = walk(client, [("sort", "EUI,asc"), ("pageSize", "1000")])
        assert (len(found), pages) == (20000, 20)
        tagged, _pages = walk(client, [("sort", "EUI,asc"), ("networkSubscriptionID", "_any"), ("pageSize", "100")])
        assert len(tagged) == 20000
