# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""XML in the Wireless edition: what is in JSON is in XML too."""

from __future__ import annotations

import datetime
from xml.etree import ElementTree

import pytest

from .conftest import otaa

XML = {"Accept": "application/xml", "Content-Type": "application/xml"}
WS = "{http://www.actility.com/tpkwrls/ws/"
ALARM = '<alarm004><threshold1 duration="PT2H" level="3" status="ENABLE"/></alarm004>'


def ask(client, method, path, body=None, query=()):
    """(status, root element or None) of a request in XML."""
    status, headers, data = client.send(method, path, body, query, XML)
    assert not data or headers["Content-Type"].startswith("application/xml"), data
    return status, ElementTree.fromstring(data) if data else None


def as_xml(root, value):
    """A document in XML, written by a hand of its own."""
    element = ElementTree.Element("{http://www.actility.com/tpkwrls/ws/%s}%s" % (root, root))
    fill(element, value)
    return ElementTree.tostring(element)


def fill(element, value):
    """Put a value into an element."""
    if isinstance(value, dict):
        for name, inner in value.items():
            fill(ElementTree.SubElement(element, name), inner)
    elif isinstance(value, list):
        for inner in value:
            fill(ElementTree.SubElement(element, element.tag[:-1]), inner)
    else:
        element.text = {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def test_a_device_is_made_from_xml_and_is_the_same_in_json(wireless):
    body = otaa(
        name="Zöe & <co>",
        adminLat=52.25,
        adminLon=5.0,
        markerID=203,
        alarm004=ALARM,
        domains=[{"name": "a", "group": {"name": "b"}}],
        appServers=[{"ID": "TWA_100002581.1972.AS"}, {"ID": "TWA_100002581.1973.AS"}],
        networkSubscription={"ID": "kpn-cs/seldom"},
    )
    status, root = ask(wireless, "POST", "/devices", as_xml("device", body))
    assert status == 201
    assert root.tag == WS + "device}device" and all("}" not in child.tag for child in root.iter() if child is not root)
    device = wireless.get("70B3D57ED0000001")
    for name in ("name", "adminLat", "markerID", "domains"):
        assert device[name] == body[name], name
    assert [server["ID"] for server in device["appServers"]] == [server["ID"] for server in body["appServers"]]
    assert device["networkSubscription"]["ID"] == "kpn-cs/seldom"
    assert root.findtext("name") == "Zöe & <co>"
    assert root.findtext("alarm004") == device["alarm004"]
    assert [server.findtext("ID") for server in root.find("appServers")] == [one["ID"] for one in device["appServers"]]


def test_times_are_datetimes_in_xml(wireless):
    device = wireless.made()
    root = ask(wireless, "GET", "/devices/5000")[1]
    for text, number in (
        (root.findtext("creationDate"), device["creationDate"]),
        (root.find("occContext").findtext("lastUpdate"), device["occContext"]["lastUpdate"]),
    ):
        assert datetime.datetime.fromisoformat(text).timestamp() * 1000 == pytest.approx(number)


def test_a_list_holds_briefs(wireless):
    wireless.inspect("POST", "seed", {"count": 3})
    root = ask(wireless, "GET", "/devices")[1]
    assert root.tag == WS + "device}devices"
    assert [child.tag for child in root.find("briefs")] == ["brief"] * 3
    assert root.findtext("more") == "false" and root.findtext("count") == "3"
    assert root.find("briefs")[0].findtext("EUI") == wireless.listed()["briefs"][0]["EUI"]


def test_what_is_null_in_json_is_left_out_of_xml(wireless):
    wireless.made()
    assert wireless.listed()["briefs"][0]["nwAddress"] is None
    assert ask(wireless, "GET", "/devices")[1].find("briefs")[0].find("nwAddress") is None


def test_an_update_in_xml_with_numbers_flags_and_nothing(wireless):
    version = wireless.made(networkSubscription={"ID": "kpn-cs/seldom"})["occContext"]["version"]
    body = as_xml("device", {"adminLat": "1.5", "adminLon": 2, "occContext": {"version": version}})
    assert ask(wireless, "PUT", "/devices/5000", body)[0] == 200
    assert ask(wireless, "PUT", "/devices/5000", body)[1].findtext("code") == "9011"
    body = as_xml("device", {"networkSubscription": {"ID": ""}})
    assert ask(wireless, "PUT", "/devices/5000", body)[0] == 200
    device = wireless.get("70B3D57ED0000001")
    assert (device["adminLat"], device["suspension"]) == (1.5, "SUBSCRIBER_SUSPENDED")


def test_a_carriage_return_stays_one(wireless):
    wireless.made(customerAdminData="one\r\ntwo")
    assert ask(wireless, "GET", "/devices/5000")[1].findtext("customerAdminData") == "one\r\ntwo"


def test_errors_have_the_elements_of_their_schema_in_order(wireless):
    status, root = ask(wireless, "GET", "/devices/1")
    assert status == 404
    assert root.tag == "{http://www.actility.com/smp/ws/common}error"
    assert [child.tag for child in root] == ["code", "message", "info1", "info2"]


def test_an_imports_faults_are_in_an_element_of_their_own(wireless):
    body = '--edge\r\nContent-Disposition: form-data; name="csv"\r\n\r\nDELETE,1\r\n--edge--\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=edge", "Accept": "application/xml"}
    status, _headers, data = wireless.send("POST", "/devices/import", body, headers=headers)
    root = ElementTree.fromstring(data)
    assert (
        status == 200
        and root.find("errors").findtext("csv") == root.findtext("message") == "1,line 1,[9025] No device for the given EUI : 1\n"
    )


def test_the_subscription_has_the_elements_of_its_schema_in_order(wireless):
    root = ask(wireless, "GET", "")[1]
    assert root.tag == WS + "subscription}subscription"
    assert [child.tag for child in root] == ["creationTimestamp", "alarmStateNotifications", "state", "subscriber"]
    assert [child.tag for child in root.find("subscriber")] == ["ID", "organization", "name"]
    lacks = {"options", "defaultIsmBands", "occContext", "networkSubscriptionsHandling"}
    assert lacks <= set(wireless.api("GET", "")[1]) - {child.tag for child in root}
    root = ask(wireless, "GET", "/networkSubscriptions/87")[1]
    assert root.tag == WS + "subscription}subscriptionNetwork"
    assert [root[0].tag, root[-1].tag, len(root)] == ["ID", "maxDestinationPerRoute", 20]
    in_json = wireless.api("GET", "/networkSubscriptions/87")[1]
    assert {"granted", "used", "supplier", "uplinkRateUnit"} <= set(in_json) - {child.tag for child in root}


def test_the_network_subscription_has_names_of_its_own(wireless):
    root, in_json = ask(wireless, "GET", "/networkSubscriptions/87")[1], wireless.api("GET", "/networkSubscriptions/87")[1]
    own = {"thirdPartyAppRouting": "thirdPartyAppServersRouting", "uplinkLrrBufferingDuratione": "uplinkLrrBufferingDuration"}
    assert {child.tag for child in root} - set(in_json) == set(own) and set(own.values()) <= set(in_json)
    assert root.findtext("uplinkRate") == "6" and in_json["uplinkRate"] == 6.0


@pytest.mark.parametrize(
    "path, body, words",
    [
        ("/devices", b"<device>", "well-formed"),
        ("/devices", b'<!DOCTYPE a [<!ENTITY b "c">]><device>&b;</device>', "document type"),
        ("/devices", b"", "well-formed"),
        ("/devices", b"\xff", "well-formed"),
        ("/devices", b"<device><EUI>70B3D57ED0000001</EUI></device>", "mandatory"),
        ("/devices", b"<device><markerID>x</markerID></device>", "markerID"),
        ("/devices/domains", b"<a><devEUIs/></a>", "devEUIs"),
    ],
)
def test_bad_xml(wireless, path, body, words):
    status, root = ask(wireless, "POST", path, body)
    assert status == 400 and words in root.findtext("message"), root.findtext("message")


def test_tags_and_domains_in_bulk(wireless):
    wireless.made()
    euis = ["70B3D57ED0000001"]
    assert ask(wireless, "POST", "/devices/tags", as_xml("tag", {"name": "t", "devEUIs": euis}))[0] == 200
    added = [{"name": "a", "group": {"name": "b"}}]
    assert ask(wireless, "POST", "/devices/domains", as_xml("domains", {"devEUIs": euis, "addedDomains": added}))[0] == 204
    brief = wireless.listed()["briefs"][0]
    assert (brief["tags"], brief["domains"]) == ([{"name": "t"}], added)


@pytest.mark.parametrize(
    "accept, xml",
    [
        ("application/xml", True),
        ("text/xml", True),
        ("application/json", False),
        ("*/*", False),
        ("application/xml, application/json", False),
        ("application/xml;q=0.9, application/json;q=0.5", True),
        ("application/xml, */*;q=0.8", True),
        ("text/html", False),
        ("application/xml;q=x", False),
    ],
)
def test_the_accept_header_decides(wireless, accept, xml):
    data = wireless.send("GET", "", headers={"Accept": accept})[2]
    assert data.startswith(b"<?xml" if xml else b"{")


def test_every_list_and_document_can_be_had_in_xml(wireless, operations):
    wireless.inspect("POST", "seed", {"count": 2})
    wireless.inspect("PUT", "devices/70B3D57ED0000001", {"alarms": [1, 0, 1, 0, 0, 0]})
    group = {
        "EUI": "70B3D57ED00000F0",
        "nwAddress": "1400f00d",
        "class": "C",
        "nwKey": "0" * 32,
        "bss": {"tags": [{"name": "city"}]},
    }
    assert wireless.api("POST", "/multicastGroups", group)[0] == 201
    wireless.create(otaa(EUI="70B3D57ED00000AA"), {"async": ""})
    parts = {
        "{deviceUid}": "5000",
        "{multicastGroupUid}": "1",
        "{appServerUid}": "1972",
        "{networkSubscriptionUid}": "87",
        "{appServersRoutingProfileUid}": "1",
        "{taskUid}": "1",
        "{thingparkID}": "tpk-100002581",
    }
    wireless.api("POST", "/users/tpk-100002581/alarmsSubscription", {"minimumSeverity": 3})
    asked = 0
    for one in operations:
        if one.method != "GET" or not one.answer:
            continue
        path = one.path
        for name, value in parts.items():
            path = path.replace(name, value)
        query = {"query": "c", "bsTag": "city", "minLat": 0, "minLon": 0, "maxLat": 90, "maxLon": 90}
        wanted = {name if isinstance(name, str) else name[0] for name in one.query}
        status, root = ask(wireless, "GET", path, query={name: query[name] for name in query if name in wanted})
        assert status == 200, (path, ElementTree.tostring(root))
        assert root.tag.endswith("}" + one.answer), path
        asked += 1
    assert asked > 35
