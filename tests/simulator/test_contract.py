# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every operation of the Enterprise edition against the operator's contract, where that lies beside the checkout."""

from __future__ import annotations

import json

import pytest
from lxml import etree

from .conftest import CONTRACT, abp, otaa
from .contract import Contract, template

TAG = "LW:D0:1122334455667788:AABBCCDDEEFF0011:%s:OAABBCCDDEEFF:SYYWWNNNNNN:PFOOBAR"
RICH = otaa(
    customerAdminData="x",
    markerID=203,
    motionIndicator="RANDOM",
    adminLat=52,
    adminLon=5,
    alarm004='<alarm004><threshold1 status="ENABLE" level="3" duration="P2D"/></alarm004>',
    appServers=[{"ID": "TWA_100002581.1972.AS"}],
    driverMetadata={"application": "abeeway:asset-tracker:1"},
    domains=[{"name": "France/Paris", "group": {"name": "Site"}}],
    networkSubscription={"nwGeolocalization": True},
)
FORCE = {"force": "true"}
ALL_STEPS = [
    ("GET", "", None, None),
    ("GET", "/devices", None, None),
    ("PUT", "", {"nsID": "F03D290200000000", "occContext": {"version": 0}}, FORCE),
    ("POST", "/devices", RICH, None),
    ("GET", "/devices/5000", None, None),
    ("PUT", "/devices/5000", {"name": "new"}, FORCE),
    (
        "PUT",
        "/devices/5000",
        {"networkSubscription": {"ID": None}},
        {"force": "", "networkSubscriptionsHandlingMode": "ADVANCED"},
    ),
    ("POST", "/devices", abp(), None),
    ("POST", "/devices", otaa(EUI="70B3D57ED0000003", appKey=None), None),
    ("POST", "/devices", RICH, None),
    ("POST", "/devices", {}, None),
    ("POST", "/devices", otaa(EUI="70B3D57ED0000004"), {"async": "true"}),
    ("GET", "/devices/e70B3D57ED0000001", None, None),
    ("GET", "/devices", None, {"sort": "EUI,asc"}),
    ("POST", "/devices/5000/tags", {"name": "one"}, None),
    ("GET", "/devices/5000/tags", None, None),
    ("POST", "/devices/tags", {"name": "two", "devEUIs": ["70B3D57ED0000001"]}, None),
    (
        "POST",
        "/devices/domains",
        {"devEUIs": ["70B3D57ED0000001"], "removedDomains": [{"name": "a", "group": {"name": "b"}}]},
        None,
    ),
    ("GET", "/devices/tags/suggestions", None, {"query": "o"}),
    ("GET", "/devices", None, {"tag": "one"}),
    ("DELETE", "/devices/5000/tags/21", None, None),
    ("POST", "/devices/readOnboardingTag", TAG % "03380000", None),
    ("POST", "/devices/readOnboardingTag", TAG % "01280001", None),
    ("POST", "/devices/readOnboardingTag", TAG % "FFFF0000", None),
    ("GET", "/deviceProfiles", None, None),
    ("GET", "/deviceProfiles", None, {"pageIndex": "0"}),
    ("GET", "/networkSubscriptions", None, None),
    ("GET", "/networkSubscriptions/86", None, None),
    ("GET", "/appServers", None, None),
    ("GET", "/appServers/1972", None, None),
    ("DELETE", "/devices/5000", None, None),
    ("GET", "/devices/5000", None, None),
]
GROUP = {
    "EUI": "70B3D57ED00000F0",
    "nwAddress": "1400f00d",
    "class": "C",
    "nwKey": "F3450E1F6CA7321DE656CB67B2A1E154",
    "bss": {"tags": [{"name": "city"}]},
    "appServers": [{"ID": "TWA_100002581.1972.AS"}],
    "downlinkFrequency": 869.5,
}
DOMAIN = {"name": "France", "group": {"name": "Site"}}
ONE, MANY, ALARMS = "/devices/5001", "/multicastGroups/1", "/alarms"
SERVER, USER = "/appServers/2000", "/users/tpk-100002581/alarmsSubscription"
BOX = {"minLat": "50", "minLon": "3", "maxLat": "54", "maxLon": "8"}
SECURITY = {"status": "DOWNLINK_AS_KEY", "downlinkAsKey": "0" * 32, "asID": "me"}
#: In a world of some seeded devices, of which 5001 was heard and has alarms.
MORE_STEPS = [
    ("GET", "/ismBands", None, None),
    ("GET", "/deviceVendors", None, {"sort": "BY_LAST_CREATED"}),
    ("GET", "/drivers", None, {"q": "a"}),
    ("GET", "/deviceProfiles/export", None, {"ismBandID": "eu868"}),
    ("GET", "/networkSubscriptions/transactions", None, None),
    ("GET", "/networkSubscriptions/95", None, None),
    ("GET", "/publicExchangeKey", None, None),
    ("PUT", "/restricted", {"roamingDevicesNetID": "000001", "segregationID": "0000000A"}, None),
    ("PUT", "/restricted", {"roamingDevicesNetID": "zz"}, None),
    ("GET", "", None, None),
    ("POST", USER, {"minimumSeverity": 4}, None),
    ("GET", USER, None, None),
    ("PUT", USER, {"minimumSeverity": 5}, None),
    ("GET", "/usersAlarmsSubscriptions", None, None),
    ("DELETE", USER, None, None),
    ("GET", USER, None, None),
    ("POST", "/appServers", {"name": "mine", "destinations": [], "domains": [DOMAIN]}, None),
    ("PUT", SERVER, {"state": "DEACTIVATED", "occContext": {"version": 1}}, None),
    ("GET", SERVER, None, None),
    ("GET", SERVER + "/security", None, None),
    ("PUT", SERVER + "/security", {"downlinkSecurity": SECURITY, "occContext": {"version": 2}}, None),
    ("GET", SERVER + "/iotFlowConnector/metrics", None, None),
    ("DELETE", SERVER, None, None),
    ("GET", "/devices/counters", None, None),
    ("GET", "/devices/clusters", None, BOX),
    ("GET", "/devices/clusters", None, None),
    ("GET", "/devices/frames", None, {"step": "PT2H", "type": "0"}),
    ("GET", ONE + "/frames", None, {"duration": "P2D"}),
    ("GET", ONE + "/frames/aggregated", None, {"timezone": "UTC"}),
    ("GET", ONE + "/batLevels", None, None),
    ("GET", ONE + "/locations", None, None),
    ("GET", ONE + "/spreadingFactors/sfDistributions", None, {"duration": "P1D", "lcs": "0-254"}),
    ("GET", ONE + "/debugLorawanLogs", None, None),
    ("PUT", ONE + "/restricted", {"debug": {"lorawan": True}, "occContext": {"version": 1}}, {"force": ""}),
    ("GET", ONE, None, None),
    ("POST", ONE + "/admins/downlink", None, {"payload": "00ff", "fPort": "10"}),
    ("POST", ONE + "/admins/reset", None, None),
    ("GET", ONE + ALARMS, None, {"state": "2"}),
    ("GET", ONE + ALARMS + "/histories", None, None),
    ("POST", ONE + ALARMS + "/{alarmUid}/ack", None, None),
    ("POST", ONE + ALARMS + "/ack", None, {"state": "5"}),
    ("GET", "/devices/alarms", None, {"sort": "state,desc", "limit": "20"}),
    ("GET", "/devices/alarms/histories", None, {"state": "3"}),
    ("GET", "/devices/alarms/stateDistributions", None, None),
    ("POST", "/devices/alarms/ack", {"alarmUids": ["0"]}, None),
    ("POST", "/multicastGroups", GROUP, None),
    ("POST", "/multicastGroups", GROUP, None),
    ("GET", "/multicastGroups", None, {"bsTag": "city", "sort": "name,desc"}),
    ("PUT", MANY, {"name": "all of them", "occContext": {"version": 1}}, None),
    ("GET", MANY, None, None),
    ("POST", "/multicastGroups/domains", {"devEUIs": [GROUP["EUI"]], "addedDomains": [DOMAIN]}, None),
    ("POST", MANY + "/bss/tags", {"name": "harbour"}, None),
    ("GET", MANY + "/bss/tags", None, None),
    ("GET", MANY + "/bss", None, None),
    ("DELETE", MANY + "/bss/tags/{tagUid}", None, None),
    ("GET", "/multicastGroups/bss/tags/suggestions", None, {"query": "c"}),
    ("GET", "/multicastDownlinkSettings", None, {"bsTag": "city"}),
    ("POST", MANY + "/admins/downlink", None, {"payload": "00", "fPort": "1"}),
    ("GET", MANY, None, None),
    ("GET", MANY + "/frames", None, None),
    ("GET", MANY + "/frames/aggregated", None, None),
    ("GET", "/multicastGroups/frames", None, None),
    ("GET", "/multicastGroups/frames/aggregated", None, {"appServerID": "TWA_100002581.1972.AS"}),
    ("GET", MANY + ALARMS, None, None),
    ("GET", MANY + ALARMS + "/histories", None, None),
    ("POST", MANY + ALARMS + "/ack", None, None),
    ("POST", MANY + ALARMS + "/{alarmUid}/ack", None, None),
    ("DELETE", MANY, None, None),
    ("POST", "/devices/import", "# nothing\n", None),
    ("POST", "/devices/import", "DELETE,70B3D57ED0FFFFFF\n", None),
]


class Judge:
    """Sends requests and holds what comes back to the contract."""

    def __init__(self, client):
        self.client = client
        self.contract = Contract()
        self.paths = sorted({path for _method, path in self.contract.operations()})
        self.answered = set()

    def send(self, method, path, body, query):
        """Send one request; the answer must be as the contract says."""
        data, headers = body, {}
        if path == "/devices/import":
            data, headers = csv_upload(body)
        elif isinstance(body, str):
            headers = {"Content-Type": "text/plain"}
        elif body is not None:
            data, headers = json.dumps(body), {"Content-Type": "application/json"}
        status, found, answer = self.client.send(method, path, data, query or (), headers)
        media_type = (found["Content-Type"] or "").partition(";")[0]
        known = template(path, self.paths)
        faults = self.contract.answer_faults(method, known, status, media_type, answer.decode())
        assert not faults, (method, path, status, faults)
        if status < 300:
            self.answered.add((method, known))
        return status, json.loads(answer) if answer and media_type.endswith("json") else None


@pytest.fixture
def judge(enterprise):
    """A judge over an Enterprise simulator that is as strict as the contract."""
    enterprise.inspect("PUT", "settings", {"occ_required": True})
    yield Judge(enterprise)
    enterprise.inspect("PUT", "settings", {"occ_required": False})


@pytest.mark.parametrize("null_briefs", [False, True])
def test_answers_are_as_the_contract_says(judge, null_briefs):
    judge.client.inspect("PUT", "settings", {"null_briefs": null_briefs})
    try:
        for step in ALL_STEPS:
            judge.send(*step)
    finally:
        judge.client.inspect("PUT", "settings", {"null_briefs": False})


def test_every_operation_is_answered_as_the_contract_says(judge):
    for step in ALL_STEPS:
        judge.send(*step)
    judge.client.inspect("POST", "reset")
    judge.client.enter()
    judge.client.inspect("POST", "seed", {"count": 30})
    eui = "70B3D57ED0000002"
    judge.client.inspect("PUT", "devices/" + eui, {"alarms": [1, 0, 2, 0, 1, 1], "network": [52.0, 4.0, 100]})
    for method, path, body, query in MORE_STEPS:
        judge.send(method, with_uid(judge, path) if "{" in path else path, body, query)
    assert judge.answered == set(judge.contract.operations())


def with_uid(judge, path):
    """The path with the UID of the first alarm or tag that is listed."""
    head, _brace, rest = path.partition("/{")
    if head.startswith(MANY + ALARMS):
        judge.client.inspect("PUT", "groups/" + GROUP["EUI"], {"alarms": [0, 0, 1, 0, 0, 0]})
    briefs = judge.send("GET", head, None, None)[1]["briefs"]
    return head + "/" + briefs[0]["href"].rpartition("/")[2] + rest.partition("}")[2]


def test_the_declared_query_parameters_are_those_of_the_contract(judge, operations):
    declared = {(one.method, one.path): {name if isinstance(name, str) else name[0] for name in one.query} for one in operations}
    for (method, path), _operation in judge.contract.operations().items():
        assert declared[method, path] >= set(judge.contract.parameters(method, path)), (method, path)


def test_seeded_devices_are_as_the_contract_says(judge):
    judge.client.inspect("POST", "seed", {"count": 150, "tags": ["t"]})
    for query in ({}, {"sort": "EUI,desc"}, {"pageIndex": 2}):
        judge.send("GET", "/devices", None, query)
    for uid in range(5000, 5150):
        judge.send("GET", "/devices/%d" % uid, None, None)


@pytest.mark.parametrize(
    "path, schema, status",
    [("", "subscription.xsd", 200), ("/networkSubscriptions/87", "subscription.xsd", 200), ("/devices/1", "error.xsd", 404)],
)
def test_xml_is_as_the_schemas_say(wireless, path, schema, status):
    answered, _headers, data = wireless.send("GET", path, headers={"Accept": "application/xml"})
    assert answered == status
    etree.XMLSchema(etree.parse(CONTRACT.parent / schema)).assertValid(etree.fromstring(data))


def test_the_errors_of_an_import_are_as_the_schema_says(wireless):
    body, headers = csv_upload("DELETE,1")
    data = wireless.send("POST", "/devices/import", body, headers=dict(headers, Accept="application/xml"))[2]
    etree.XMLSchema(etree.parse(CONTRACT.parent / "error.xsd")).assertValid(etree.fromstring(data))


def csv_upload(text):
    """(body, headers) of an import."""
    head = '--edge\r\nContent-Disposition: form-data; name="csv"; filename="a.csv"\r\n\r\n'
    return head + text + "\r\n--edge--\r\n", {"Content-Type": "multipart/form-data; boundary=edge"}
