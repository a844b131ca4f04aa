# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Public clients of the platform, played with the requests that they send: they know nothing of this simulator.

What they send are facts; the clients here are this project's own, and as trusting as theirs: an address is put together
as they do it, not as would be wise.
"""

from __future__ import annotations

import base64
import http.cookiejar
import json
import urllib.error
import urllib.request
from urllib.parse import urlencode, urljoin

from .conftest import ADMINS, BASE, FORM, PASSWORD, SECRET, TOKEN, simulator

LOGIN = "operator@example.com"
WHO = {"subscriberID": "100002581", "moduleID": "TPW_SUBS"}
JSON = {"Content-Type": "application/json", "Accept": "application/json"}


class Stranger:
    """A plain HTTP client with a jar of cookies: (status, document, headers) of each request."""

    def __init__(self, port, *handlers, headers=None):
        headers = JSON if headers is None else headers
        self.origin = "http://127.0.0.1:%d" % port
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar, *handlers)
        self.headers = headers

    def send(self, method, address, body=None, headers=None):
        """Send a request to an address below the host; a document becomes JSON."""
        data = json.dumps(body).encode() if isinstance(body, dict) else body
        request = urllib.request.Request(urljoin(self.origin, address), data, {**self.headers, **(headers or {})}, method=method)
        try:
            with self.opener.open(request, timeout=60) as answer:
                status, found, text = answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as refusal:
            with refusal:
                status, found, text = refusal.code, refusal.headers, refusal.read()
        return status, json.loads(text) if text else None, found

    def good(self, method, address, body=None, headers=None):
        """The document of a request that must succeed."""
        status, document, _headers = self.send(method, address, body, headers)
        assert status < 300, (method, address, status, document)
        return document


def test_an_administrators_script_from_the_login_to_a_downlink():
    """Actility's samples in Python for administrators: login, access code, session, list of devices, downlink.

    They put the base in front of `subscription.href` as it comes, and the host in front of a device's `href`.
    """
    with simulator("--seed", "3") as one:
        script = Stranger(one.port)
        login = script.good("POST", ADMINS + "/login", {"login": LOGIN, "password": PASSWORD})
        place = "%s/%s/accessCode?sessionToken=%s" % (ADMINS, login["thingparkID"], login["sessionToken"])
        code = script.good("POST", place, WHO)["accessCode"]
        session = script.good("GET", BASE + "/customers?adminAccessCode=" + code + "&type=SUBSCRIBER")
        token = "sessionToken=" + session["sessionToken"]
        listed = script.good("GET", BASE + session["subscription"]["href"] + "/devices?" + token)
        device = next(brief for brief in listed["briefs"] if brief["EUI"] == "70B3D57ED0000002")
        script.good("POST", device["href"] + "/admins/downlink?payload=0102&fPort=2&" + token, b"")
        kept = one.client(enter=False).inspect("GET", "devices/70B3D57ED0000002")["downlinks"]
        assert [(sent["payload"], sent["fPort"]) for sent in kept] == [("0102", 2)]


class Of2016(Stranger):
    """KPN's own client in C#: HTTP Digest, then the access code and its type with every call; null for what is absent."""

    def __init__(self, port):
        passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        passwords.add_password(None, "http://127.0.0.1:%d" % port, LOGIN, PASSWORD)
        super().__init__(port, urllib.request.HTTPDigestAuthHandler(passwords), headers={"Accept": "application/json"})
        who = self.good("GET", ADMINS + "/id")["thingparkID"]
        code = self.send("POST", "%s/%s/accessCode" % (ADMINS, who), WHO)[1]["accessCode"]
        self.proof = "adminAccessCode=" + code + "&type=SUBSCRIBER"
        self.subscription = BASE + self.call("GET", BASE + "/customers")["subscription"]["href"]

    def send(self, method, address, body=None, headers=None):
        """A body is JSON with its character set."""
        kind = {"Content-Type": "application/json; charset=utf-8"} if isinstance(body, dict) else {}
        return super().send(method, address, body, kind)

    def call(self, method, address, body=None):
        """The document of a call with the proof; an address that is given is taken as it is."""
        return self.good(method, address + "?" + self.proof, body)

    def made(self, path, body):
        """Where a new resource is."""
        status, _document, headers = self.send("POST", "%s%s?%s" % (self.subscription, path, self.proof), body)
        assert status == 201, _document
        return headers["Location"]


ABSENT = dict.fromkeys(("appKeys", "networkSubscription", "appServersRoutingProfile", "modelConfig", "customerAdminData"))


def test_the_client_of_2016_makes_changes_and_deletes_a_device():
    """KPN's client in C# of 2016 (Kpn.LoRa.Client) and its tests.

    A device has no activation, and each field that isn't set goes as null; an update names no version.
    """
    with simulator("--profile", "legacy", edition=None) as one:
        client = Of2016(one.port)
        model = client.call("GET", client.subscription + "/deviceProfiles")["briefs"][0]["ID"]
        device = {"name": "AddDevice", "model": {"ID": model}, "EUI": "200000000F252D98", "nwAddress": "0B60D265"}
        where = client.made("/devices", {**device, "nwKey": "12345678901234567890123456789012", **ABSENT})
        assert client.call("GET", where)["activation"] == "ABP"
        (brief,) = client.call("GET", client.subscription + "/devices")["briefs"]
        assert (brief["EUI"], brief["name"]) == ("200000000F252D98", "AddDevice")
        client.call("PUT", brief["href"], {"name": "Updated", "nwKey": "1" * 32, **ABSENT})
        assert client.call("GET", brief["href"])["name"] == "Updated"
        client.call("GET", brief["href"] + "/alarms")
        client.call("POST", brief["href"] + "/alarms/ack")
        client.call("DELETE", brief["href"])
        assert client.call("GET", client.subscription + "/devices")["briefs"] == []
        client.good("GET", BASE + "/customers/logout")


def test_an_update_of_2016_takes_nothing_away():
    """The same client: what its update doesn't set goes as null, and means that nobody said anything."""
    with simulator("--profile", "legacy", edition=None) as one:
        client = Of2016(one.port)
        device = {"name": "a", "model": {"ID": "LORA/GenericA.1.0.2a_ETSI_Rx2-SF12"}, "EUI": "2" * 16, "nwAddress": "0B60D265"}
        chosen = {"networkSubscription": {"ID": "kpn-cs/seldom"}, "appServersRoutingProfile": {"ID": "NOAS"}}
        where = client.made("/devices", {**device, "nwKey": "1" * 32, **ABSENT, **chosen})
        nothing = {"occContext": {"version": None, "lastUpdate": None, "who": None}, "debug": {"nwGeoloc": None}}
        client.call("PUT", where, {"name": "b", "nwKey": None, **ABSENT, **nothing})
        found = client.call("GET", where)
        assert (found["name"], found["suspension"]) == ("b", "NONE")
        assert {name: found[name]["ID"] for name in chosen} == {name: one["ID"] for name, one in chosen.items()}


def test_the_client_of_2016_makes_changes_and_deletes_a_routing_profile():
    """The same client: a new profile has a name alone; its update has a route and a null for the version."""
    with simulator("--profile", "legacy", edition=None) as one:
        client = Of2016(one.port)
        where = client.made("/appServersRoutingProfiles", {"name": "New"})
        assert client.call("GET", where)["routes"] == []
        places = '<dests><dest type="HTTP" address="https://endpoint.example:44301" /></dests>'
        route = {"sourcePort": "*", "strategy": "SEQUENTIAL", "destinations": places}
        client.call("PUT", where, {"occContext": None, "name": "Updated", "isDefault": False, "routes": [route]})
        listed = client.call("GET", client.subscription + "/appServersRoutingProfiles")["briefs"]
        assert "Updated" in [brief["name"] for brief in listed]
        assert client.call("GET", where)["routes"] == [route]
        client.call("DELETE", where)
        assert client.send("GET", where + "?" + client.proof)[0] == 404


CLIENT = "sub-100002581/simulator"


def with_bearer(port, form, **headers):
    """A client that has got itself a token by its credentials, which are in the form or in a header."""
    form = urlencode({"grant_type": "client_credentials", **form}).encode()
    token = Stranger(port).good("POST", TOKEN, form, {**FORM, **headers})
    assert token["expires_in"] > 10
    return Stranger(port, headers={"Authorization": "Bearer " + token["access_token"], "Accept": "application/json"})


def test_an_integration_makes_suspends_changes_and_deletes_a_device():
    """An integration of ThingPark Enterprise in stellio-hub/device-catalog, in both of its forms: no update has an occContext."""
    with simulator("--profile", "enterprise", edition=None) as one:
        client = with_bearer(one.port, {"client_id": CLIENT, "client_secret": SECRET})
        mine = BASE + "/subscriptions/mine"
        where, kind = mine + "/devices/e70B3D57ED0000001", {"Content-Type": "application/json"}
        device = {
            "EUI": "70B3D57ED0000001",
            "name": "Gauge",
            "model": {"ID": "LORA/GenericA.1.0.3a_ETSI"},
            "connectivity": "LORAWAN",
            "activation": "OTAA",
            "appEUI": "73A0000C6D07EF7B",
            "appKey": "E90D3593AD699FC1F7CD5BB2E35CBF0F",
            "customerAdminData": "on the roof",
            "domains": [{"name": "France/Paris", "group": {"name": "Site"}}],
            "appServers": [{"ID": "TWA_100002581.1972.AS"}],
        }
        client.good("POST", mine + "/devices", device, kind)
        client.good("POST", where + "/tags", {"name": "model: Milesight / EM500"}, kind)
        assert client.good("PUT", where, {"suspension": "SUBSCRIBER_SUSPENDED"}, kind)["healthState"] == "SUSPENDED"
        changed = client.good("PUT", where, {"name": "New", "customerAdminData": "", "suspension": "NONE"}, kind)
        assert (changed["name"], changed["suspension"]) == ("New", "NONE")
        client.good("DELETE", where)
        assert client.send("GET", where)[0] == 404


def test_routing_profiles_with_a_token_on_a_wireless_platform():
    """Front ends and a service for an operator in Serbia (iot.mts.rs): OAuth, `mine`, and routing profiles.

    The credentials are in a header. Devices are made with a profile's ID and a plan's, both chosen from the lists, and found
    page by page. Theirs are cellular; here they are LoRaWAN's.
    """
    with simulator("--ways-in", "oauth2") as one:
        words = base64.b64encode(("%s:%s" % (CLIENT, SECRET)).encode()).decode()
        client, mine = with_bearer(one.port, {}, Authorization="Basic " + words), BASE + "/subscriptions/mine"
        assert client.good("GET", mine + "/appServersRoutingProfiles?type=CELLULAR")["briefs"] == []
        route = client.good("GET", mine + "/appServersRoutingProfiles?type=LORAWAN")["briefs"][1]["ID"]
        plan = client.good("GET", mine + "/networkSubscriptions?connectivity=LORAWAN")["briefs"][1]["ID"]
        device = {
            "name": "Box",
            "EUI": "70B3D57ED0000001",
            "model": {"ID": "LORA/GenericA.1.0.3a_ETSI"},
            "connectivity": "LORAWAN",
            "activation": "OTAA",
            "appKey": "0" * 32,
            "appServersRoutingProfile": {"ID": route},
            "networkSubscription": {"ID": plan},
        }
        made = client.good("POST", mine + "/devices", device, {"Content-Type": "application/json"})
        assert (made["appServersRoutingProfile"]["ID"], made["networkSubscription"]["ID"]) == (route, plan)
        page = {"pageIndex": 1, "pageSize": 5000, "connectivity": "LORAWAN", "name": "Bo", "devEUI": device["EUI"]}
        listed = client.good("GET", mine + "/devices?" + urlencode(page))
        assert [brief["EUI"] for brief in listed["briefs"]] == ["70B3D57ED0000001"] and not listed["more"]
        client.good("GET", listed["briefs"][0]["href"])
        client.good("DELETE", mine + "/devices/e70B3D57ED0000001")
