# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Application servers, lists to choose from, settings of the subscription, the exchange key, the import."""

from __future__ import annotations

import base64
import json
from xml.etree import ElementTree

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from .conftest import otaa, simulator

KEY = "E90D3593AD699FC1F7CD5BB2E35CBF0F"
USER = "/users/tpk-100002581/alarmsSubscription"


# -- application servers ---------------------------------------------------------------


def test_an_application_server_is_made_changed_and_deleted(wireless):
    status, document, headers = wireless.api("POST", "/appServers", {"name": "mine"})
    path = headers["Location"].partition("/100")[2]
    assert (status, document["ID"], document["contentType"]) == (201, "TWA_100002581.2000.AS", "xml")
    wireless.made(appServers=[{"ID": document["ID"]}])
    assert wireless.api("GET", path)[1]["deviceCount"] == 1
    assert wireless.api("DELETE", path)[1]["code"] == 9031
    wireless.api("DELETE", "/devices/5000")
    status, document, _headers = wireless.api("PUT", path, {"state": "DEACTIVATED", "occContext": {"version": 1}})
    assert (status, document["healthState"], document["occContext"]["version"]) == (200, "DEACTIVATED", 2)
    assert wireless.api("PUT", path, {"name": "x", "occContext": {"version": 1}})[1]["code"] == 9011
    assert wireless.api("DELETE", path)[0] == 204 and wireless.api("GET", path)[0] == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": 1},
        {"name": "a", "state": "ACTIVE"},
        {"name": "a", "type": "KAFKA"},
        {"name": "a", "contentType": "yaml"},
        {"name": "a", "customHttpHeaders": [{"name": "Host", "value": "a"}]},
        {"name": "a", "customHttpHeaders": [{"name": "a", "value": "a"}, {"name": "A", "value": "b"}]},
        {"name": "a", "customHttpHeaders": [{"name": "a%d" % number, "value": "a"} for number in range(6)]},
        {"name": "a", "destinations": [{"ports": "*"}]},
        {"name": "a", "downlinkSecurity": {"status": "NONE", "asID": "a"}},
        {"name": "a", "downlinkSecurity": {"status": "DOWNLINK_AS_KEY"}},
    ],
)
def test_application_servers_that_are_refused(wireless, body):
    assert wireless.api("POST", "/appServers", body)[0] == 400


def test_an_application_server_by_its_id(wireless):
    path = "/appServers/TWA_100002581.1972.AS"
    assert wireless.api("GET", path)[1] == wireless.api("GET", "/appServers/1972")[1]
    assert wireless.api("PUT", path, {"name": "new"})[0] == 200
    assert wireless.api("GET", path + "/security")[1]["downlinkSecurity"] == {"status": "NONE"}
    assert wireless.api("DELETE", path)[0] == 204
    for gone in (path, "/appServers/1972", "/appServers/TWA_1"):
        assert wireless.api("GET", gone)[1]["code"] == 9029


def test_destinations_by_edition(wireless, enterprise):
    some = [{"addresses": ["https://a.example"], "ports": ports, "strategy": "BLAST"} for ports in ("1-9", "*")]
    assert wireless.api("POST", "/appServers", {"name": "a", "destinations": some})[0] == 201
    assert wireless.api("POST", "/appServers", {"name": "a", "destinations": some[::-1]})[0] == 400
    assert enterprise.api("POST", "/appServers", {"name": "a", "destinations": some})[0] == 400


def test_security_hides_its_key(wireless):
    path = "/appServers/1972/security"
    secured = {"downlinkSecurity": {"status": "DOWNLINK_AS_KEY", "downlinkAsKey": KEY}, "occContext": {"version": 1}}
    assert wireless.api("PUT", path, {"downlinkSecurity": {"status": "NONE"}})[1]["code"] == 9012
    assert wireless.api("PUT", path, secured)[1]["downlinkSecurity"] == {
        "status": "DOWNLINK_AS_KEY",
        "asID": "TWA_100002581.1972.AS",
    }
    for shown in (path, "/appServers/1972"):
        assert KEY not in json.dumps(wireless.api("GET", shown)[1])
    assert wireless.api("GET", "/appServers/1972/iotFlowConnector/metrics")[1]["uplinksLast1h"] == 0


# -- lists to choose from ---------------------------------------------------------------


def test_vendors(wireless):
    names = [one["name"] for one in wireless.api("GET", "/deviceVendors")[1]["briefs"]]
    assert names == sorted(names)
    wireless.made()
    latest = wireless.api("GET", "/deviceVendors", query={"sort": "BY_LAST_CREATED"})[1]["briefs"][0]
    assert latest["commecialName"] == latest["name"]  # as the contract spells it
    assert latest["name"] == wireless.get("70B3D57ED0000001")["vendor"]["name"]
    assert wireless.api("GET", "/deviceVendors", query={"ID": latest["ID"]})[1]["briefs"] == [latest]
    assert wireless.api("GET", "/deviceVendors", query={"connectivity": "CELLULAR"})[1]["briefs"] == []
    assert wireless.api("GET", "/deviceVendors", query={"ismBandID": "none"})[0] == 400


def test_bands_drivers_and_transactions(wireless):
    bands = wireless.api("GET", "/ismBands")[1]["briefs"]
    assert {"ID": "eu868", "name": "EU863-870 (EU868)"} in bands and len(bands) == 11
    drivers = wireless.api("GET", "/drivers", query={"perPage": 2})[1]
    assert len(drivers) == 2 and drivers != wireless.api("GET", "/drivers", query={"perPage": 2, "page": 2})[1]
    assert wireless.api("GET", "/drivers", query={"source": "custom"})[1] == []
    transactions = wireless.api("GET", "/networkSubscriptions/transactions")[1]["briefs"]
    assert {one["status"] for one in transactions} == {"SUBSCRIBED"} and len(transactions) == 4


def test_profiles_are_exported_as_csv(wireless):
    status, headers, data = wireless.send("GET", "/deviceProfiles/export")
    assert (status, headers["Content-Type"]) == (200, "application/csv")
    lines = data.decode().splitlines()
    assert lines[0] == "#Manufacturer name,Device model name,Device model ID,Device connectivity,ISM bands"
    assert any("LORA/GenericA.1.0.3a_ETSI,LORAWAN" in line for line in lines)
    only = wireless.send("GET", "/deviceProfiles/export", query={"ismBandID": "us915"})[2].decode().splitlines()
    assert 1 < len(only) < len(lines)


# -- settings of the subscription --------------------------------------------------------


def test_restricted_settings_are_read_with_the_subscription(wireless):
    assert wireless.api("PUT", "/restricted", {"segregationID": "0000000A"})[1] == {"segregationID": "0000000A"}
    assert wireless.api("GET", "")[1]["segregationID"] == "0000000A"
    for body in ({"segregationID": "1"}, {"roamingDevicesNetID": "500000"}, {"baseStationTagsNamespace": "NONE"}):
        assert wireless.api("PUT", "/restricted", body)[1]["code"] == 9016


TOLD = "<notifications><state val='3'><contact address='email:a@b.example'/></state>%s</notifications>"
TWO = "<state val='4-6'><contact address='email:a@b.example'/><contact address='sms:+31612345678'/></state>"


def test_notifications_are_checked_and_come_back_in_another_writing(wireless):
    version = wireless.api("GET", "")[1]["occContext"]["version"]
    body = {"alarmStateNotifications": TOLD % TWO, "occContext": {"version": version}}
    shown = wireless.api("PUT", "", body)[1]["alarmStateNotifications"]
    assert shown != TOLD % TWO and [one.get("val") for one in ElementTree.fromstring(shown)] == ["3", "4-6"]
    twice, none, odd = TWO.replace("4-6", "3-4"), "<state val='4'/>", TWO.replace("4-6", "4-7")
    for text in (TOLD % twice, TOLD % none, TOLD % odd, "<x/>", "<notifications>"):
        assert wireless.api("PUT", "", {"alarmStateNotifications": text})[1]["code"] == 9016


def test_rights(wireless):
    wireless.made()
    path = "/devices/5000"
    calls = [("PUT", "/restricted"), ("PUT", path + "/restricted"), ("GET", path + "/debugLorawanLogs"), ("PUT", "")]
    before = wireless.inspect("GET", "settings")["permissions"]
    try:
        for rights, refused in ((["x", "s1"], calls[:3]), (["x"], calls), (["ra"], [])):
            wireless.inspect("PUT", "settings", {"permissions": rights})
            for call in calls:
                status = wireless.send(*call, {} if call[0] == "PUT" else None)[0]
                assert (status == 403) == (call in refused), (rights, call)
    finally:
        wireless.inspect("PUT", "settings", {"permissions": before})


def test_who_is_told_of_alarms(wireless):
    assert wireless.api("GET", USER)[0] == 404 and wireless.api("PUT", USER, {"minimumSeverity": 3})[0] == 404
    assert wireless.api("POST", USER, {"minimumSeverity": 1})[0] == 400
    assert wireless.api("POST", USER.replace("tpk", "x"), {"minimumSeverity": 3})[0] == 404
    assert wireless.api("POST", USER, {"minimumSeverity": 3})[0] == 201
    assert wireless.api("POST", USER, {"minimumSeverity": 3})[1]["code"] == 9030
    assert wireless.api("PUT", USER, {"minimumSeverity": 6})[1]["minimumSeverity"] == 6
    briefs = wireless.api("GET", "/usersAlarmsSubscriptions")[1]["briefs"]
    assert [(one["user"]["thingparkID"], one["subscription"]["minimumSeverity"]) for one in briefs] == [("tpk-100002581", 6)]
    assert wireless.api("GET", "/usersAlarmsSubscriptions", query={"thingparkID": "x"})[1]["briefs"] == []
    assert wireless.api("DELETE", USER)[0] == 204 and wireless.api("DELETE", USER)[0] == 404


# -- the exchange key ---------------------------------------------------------------------

PADDINGS = {
    "pkcs1v15": padding.PKCS1v15(),
    "oaep-sha1": padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None),
    "oaep-sha256": padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None),
}


def encrypted(client, clear, how):
    """A text encrypted with the public key that the simulator shows, by another's implementation."""
    pem = client.send("GET", "/publicExchangeKey")[2]
    return base64.b64encode(serialization.load_pem_public_key(pem).encrypt(clear, PADDINGS[how])).decode()


@pytest.mark.parametrize("how", list(PADDINGS))
@pytest.mark.parametrize("clear", [KEY.encode(), bytes.fromhex(KEY)], ids=["digits", "bytes"])
def test_an_encrypted_key_is_read(wireless, how, clear):
    wireless.inspect("PUT", "settings", {"exchange_padding": how})
    try:
        wireless.made(appKey=encrypted(wireless, clear, how), exchangeKeyVersion="TWK1")
        assert wireless.inspect("GET", "devices/70B3D57ED0000001")["keys"]["appKey"] == KEY
        body = {"appKey": encrypted(wireless, b"0" * 32, how), "exchangeKeyVersion": "TWK1"}
        assert wireless.put("70B3D57ED0000001", body)[0] == 200
        assert wireless.inspect("GET", "devices/70B3D57ED0000001")["keys"]["appKey"] == "0" * 32
    finally:
        wireless.inspect("PUT", "settings", {"exchange_padding": "pkcs1v15"})


@pytest.mark.parametrize("text", [KEY, "", "QUFB" * 80, base64.b64encode(bytes(range(256))).decode()])
def test_what_is_not_encrypted_with_the_key_is_refused(wireless, text):
    status, document, _headers = wireless.create(appKey=text, exchangeKeyVersion="TWK1")
    assert status == 400 and "appKey" in document["message"]


def test_an_encrypted_key_needs_its_version_and_the_right_padding(wireless):
    for version, how in (("TWK0", "pkcs1v15"), ("TWK1", "oaep-sha1")):
        assert wireless.create(appKey=encrypted(wireless, KEY.encode(), how), exchangeKeyVersion=version)[0] == 400
    assert wireless.create(appKey=encrypted(wireless, b"short", "pkcs1v15"), exchangeKeyVersion="TWK1")[0] == 400


def test_a_block_that_is_not_for_encryption_is_refused(wireless):
    numbers = serialization.load_pem_public_key(wireless.send("GET", "/publicExchangeKey")[2]).public_numbers()
    block = b"\0\1" + b"\xff" * 221 + b"\0" + KEY.encode()  # as for a signature
    text = base64.b64encode(pow(int.from_bytes(block, "big"), numbers.e, numbers.n).to_bytes(256, "big")).decode()
    assert wireless.create(appKey=text, exchangeKeyVersion="TWK1")[0] == 400


def test_the_key_as_a_json_web_key(wireless):
    pem = wireless.send("GET", "/publicExchangeKey")[2]
    numbers = serialization.load_pem_public_key(pem).public_numbers()
    status, headers, data = wireless.send("GET", "/publicExchangeKey", headers={"Accept": "application/jwk+json"})
    document = json.loads(data)
    assert (status, headers["Content-Type"], document["kid"], document["kty"]) == (200, "application/jwk+json", "TWK1", "RSA")
    assert int.from_bytes(base64.urlsafe_b64decode(document["n"] + "=="), "big") == numbers.n
    assert int.from_bytes(base64.urlsafe_b64decode(document["e"] + "=="), "big") == numbers.e == 65537


# -- the import ----------------------------------------------------------------------------

TAG = "LW:D0:1122334455667788:AABBCCDDEEFF0011:03380000"
MODEL = "LORA/GenericA.1.0.3a_ETSI"


def send_csv(client, text, query=(), part="csv"):
    """(status, error document or None, headers) of an import."""
    body = '--edge\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n--edge--\r\n' % (part, text)
    return client.api("POST", "/devices/import", body, query, {"Content-Type": "multipart/form-data; boundary=edge"})


def row(number, directive="CREATE_OTAA", **cells):
    """A row of the import, with cells by their letters."""
    columns = {"A": directive, "B": "70B3D57ED00000%02X" % number, "D": MODEL, "E": "73A0000C6D07EF7B", "F": KEY, **cells}
    places = ["A", "B", "C", "D", "E", "F", *"GHIJKLMNOPQRSTUVWXYZ", "AA"]
    return ",".join('"%s"' % columns.get(letter, "").replace('"', '""') for letter in places)


def test_devices_are_imported_and_deleted(wireless):
    rich = row(1, H="kpn-cs/seldom", I="NOAS", J="203", K="one", L="52.5", M="4.5", N="info", Q="RANDOM", C="14000001", Z="a:b:1")
    abp = row(2, "CREATE_ABP", C="14000002", E=KEY, F='<AppSKeys><AppSKey Port="*">%s</AppSKey></AppSKeys>' % KEY)
    text = "# a comment\n\n%s\n%s\n%s\n" % (rich, abp, row(3, F="", Y="AB12"))
    assert send_csv(wireless, text)[:2] == (200, None)
    device = wireless.get("70B3D57ED0000001")
    assert (device["name"], device["markerID"], device["adminLat"], device["nwAddress"]) == ("one", 203, 52.5, "14000001")
    assert device["networkSubscription"]["ID"] == "kpn-cs/seldom" and device["appServersRoutingProfile"]["ID"] == "NOAS"
    assert device["driverMetadata"]["application"] == "a:b:1"
    assert wireless.get("70B3D57ED0000002")["activation"] == "ABP"
    assert wireless.get("70B3D57ED0000003")["joinServer"] == "EXTERNAL"
    assert send_csv(wireless, "DELETE,70B3D57ED0000001\nDELETE,70B3D57ED0000002")[1] is None
    assert wireless.listed()["count"] == 1


def test_an_import_answers_200_with_the_rows_that_failed(wireless):
    bad = row(2, D="none/none")
    status, document, _headers = send_csv(wireless, "\n".join((row(1), row(1), "# x", bad, row(3), "FLY,1")))
    assert (status, document["code"]) == (200, 1)
    assert document["message"].splitlines() == [
        "70B3D57ED0000001,line 2,[111] A Device report already exists for the given EUI",
        "70B3D57ED0000002,line 4,[222] No device profile for the given ID : none/none",
        "1,line 6,[9016] Invalid value for column A: FLY",
    ]
    assert wireless.listed()["count"] == 2


def test_an_import_stops_after_100_errors(wireless):
    text = "\n".join(["DELETE,%d" % number for number in range(120)] + [row(1)])
    assert len(send_csv(wireless, text)[1]["message"].splitlines()) == 100
    assert wireless.listed()["count"] == 0


def test_an_import_with_an_onboarding_tag(wireless):
    parsed = json.loads(
        json.dumps(wireless.api("POST", "/devices/readOnboardingTag", TAG, headers={"Content-Type": "text/plain"})[1])
    )
    assert parsed["device"]["model"]
    assert send_csv(wireless, row(1, B=TAG, D="", E="", F=""))[1] is None
    device = wireless.get("AABBCCDDEEFF0011")
    assert (device["model"]["ID"], device["appEUI"]) == (parsed["device"]["model"]["ID"], "1122334455667788")


def test_the_domains_of_an_import(wireless):
    assert send_csv(wireless, row(1), {"domain": "b:a"})[1] is None
    assert wireless.get("70B3D57ED0000001")["domains"] == [{"name": "a", "group": {"name": "b"}}]
    assert "[9025]" in send_csv(wireless, "DELETE,70B3D57ED0000001", {"domain": "b:c"})[1]["message"]
    assert send_csv(wireless, "DELETE,70B3D57ED0000001", {"domain": "b:a"})[1] is None


def test_an_import_in_enterprise_chooses_plans_by_features(enterprise):
    assert send_csv(enterprise, row(1, H="NetworkGeolocation, PassiveRoaming", I="NOAS", J="x"))[1] is None
    plan = enterprise.get("70B3D57ED0000001")["networkSubscription"]
    assert plan["nwGeolocalization"] and plan["prAllowed"]
    assert "column H" in send_csv(enterprise, row(2, H="Wings"))[1]["message"]


def test_an_import_in_the_background_has_a_task(wireless):
    status, document, headers = send_csv(wireless, row(1), {"async": ""})
    assert (status, document) == (202, None)
    assert wireless.api("GET", headers["Location"].partition("/100")[2])[1]["state"] == "FINISHED"


def test_what_is_no_import(wireless):
    assert send_csv(wireless, row(1), part="other")[0] == 400
    assert wireless.api("POST", "/devices/import", row(1), headers={"Content-Type": "text/csv"})[0] == 415
    headers = {"Content-Type": "multipart/form-data"}
    assert wireless.api("POST", "/devices/import", row(1), headers=headers)[0] == 400


def test_asynchronous_requests_of_one_device():
    with simulator() as one:
        client = one.client()
        status, document, headers = client.create(otaa(), {"async": ""})
        assert (status, document) == (202, None) and "/tasks/" in headers["Location"]
        assert client.api("DELETE", "/devices/5000", query={"async": "true"})[0] == 202
        assert client.listed()["count"] == 0
