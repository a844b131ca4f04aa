# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of one device: what is accepted, refused, stored and shown."""

from __future__ import annotations

import struct

import pytest

from .conftest import SERVER, abp, otaa

EUI = "70B3D57ED0000001"
KEY = "00112233445566778899AABBCCDDEEFF"
MODEL_11 = {"ID": "LORA/GenericA.1.1a_ETSI_Rx2-SF12"}
NO_ABP = {"ID": "LORA/GenericA.1.0.4a_ETSI"}
SKEYS = '<AppSKeys><AppSKey Port="%s">' + KEY + "</AppSKey></AppSKeys>"
BASE64_KEY = "QUFB" * 80


def test_create_read_delete(wireless):
    status, document, headers = wireless.create(EUI=EUI.lower(), appEUI="73a0000c6d07ef7b")
    assert status == 201
    assert document["EUI"] == EUI and document["appEUI"] == "73A0000C6D07EF7B"
    assert document["joinServer"] == "LOCAL" and document["healthState"] == "SUSPENDED"
    assert document["name"] == "70-B3-D5-7E-D0-00-00-01"
    assert document["appServersRoutingProfile"]["ID"] == "DEFAULT"
    assert "networkSubscription" not in document and "nwAddress" not in document
    place = headers["Location"]
    assert place == "/thingpark/wireless/rest/subscriptions/100/devices/5000"
    assert wireless.api("GET", "/devices/5000")[1]["EUI"] == EUI
    assert wireless.get(EUI)["occContext"] == document["occContext"]
    assert wireless.api("DELETE", "/devices/5000")[0] == 204
    for path in ("/devices/5000", "/devices/e" + EUI):
        assert wireless.api("GET", path)[0] == 404
        assert wireless.api("DELETE", path)[0] == 404
        assert wireless.api("PUT", path, {})[0] == 404


def test_lower_case_eui_in_the_path_is_not_found(wireless):
    wireless.made()
    assert wireless.api("GET", "/devices/e" + EUI.lower())[0] == 404


def test_keys_are_stored_and_never_shown(wireless):
    wireless.made(verificationCode="VOv1", tags=["nothing"], something={"un": "known"})
    shown = wireless.get(EUI)
    for name in ("appKey", "keys", "verificationCode", "tags", "something"):
        assert name not in shown
    assert "appKey" not in wireless.listed()["briefs"][0]
    stored = wireless.inspect("GET", "devices/" + EUI)
    assert stored["keys"]["appKey"] == otaa()["appKey"]


def test_the_second_create_is_refused(wireless):
    wireless.made()
    status, document, _headers = wireless.create(EUI=EUI.lower())
    assert status == 409 and document == {"code": 111, "message": "A Device report already exists for the given EUI"}


def test_unknown_model(wireless):
    status, document, _headers = wireless.create(model={"ID": "SMTC/None.1"})
    assert (status, document["code"]) == (400, 222) and "SMTC/None.1" in document["message"]


ALARM = (
    '<alarm004><threshold1 status="%s" level="%s" duration="%s"/><threshold2 status="%s" level="%s" duration="%s"/></alarm004>'
)
BOMB = '<!DOCTYPE a [<!ENTITY x "PT1H">]><alarm004><threshold1 status="ENABLE" level="3" duration="&x;"/></alarm004>'
BAD_ALARMS = [
    "nonsense",
    "<alarm004>",
    "<alarm004/>",
    "<alarm005/>",
    BOMB,
    "<alarm004><threshold3 status='ENABLE' level='3' duration='P2D'/></alarm004>",
    "<alarm004><threshold1 status='ENABLE' level='3'/></alarm004>",
    "<alarm004><threshold1 status='ON' level='3' duration='P2D'/></alarm004>",
    "<alarm004><threshold1 status='ENABLE' level='3' duration='P2D' colour='red'/></alarm004>",
    ALARM % ("DISABLE", 3, "P2D", "ENABLE", 5, "P7D"),
    ALARM % ("ENABLE", 5, "P2D", "ENABLE", 5, "P7D"),
    ALARM % ("ENABLE", 3, "P7D", "ENABLE", 5, "P7D"),
    ALARM % ("ENABLE", 1, "P2D", "ENABLE", 5, "P7D"),
    ALARM % ("ENABLE", 3, "PT59M", "ENABLE", 5, "P7D"),
    ALARM % ("ENABLE", 3, "P2D", "ENABLE", 5, "P31D"),
    ALARM % ("ENABLE", 3, "2D", "ENABLE", 5, "P7D"),
    ALARM % ("ENABLE", 3, "P2D", "ENABLE", 7, "P7D"),
]

REFUSED_CREATES = [
    otaa(EUI=None),
    otaa(EUI="70B3"),
    otaa(EUI="G" * 16),
    otaa(EUI=5),
    otaa(model=None),
    otaa(model="LORA/x"),
    otaa(model={}),
    otaa(activation=None),
    otaa(activation="otaa"),
    otaa(appEUI="zz"),
    otaa(appKey="abc"),
    otaa(appKey=KEY + "0"),
    otaa(appKey=KEY + "\n"),
    otaa(appKey=KEY, exchangeKeyVersion="TWK1"),
    otaa(appKey=BASE64_KEY),
    # join server
    otaa(appKey=None, appEUI=None),
    otaa(ownerToken="AB"),
    otaa(appKey=None, nwkKey=KEY),
    otaa(appKey=None, nwkKey=KEY, model=MODEL_11),
    otaa(nwkKey=KEY),
    otaa(model=MODEL_11),
    # what belongs to the other activation
    otaa(nwKey=KEY),
    otaa(appKeys=SKEYS % "1"),
    otaa(sNwkSIntKey=KEY),
    otaa(nwkSEncKey=KEY),
    abp(appKey=KEY),
    abp(appEUI="1" * 16),
    abp(ownerToken="AB"),
    abp(nwkKey=KEY),
    abp(nwAddress=None),
    abp(nwAddress="1234567"),
    abp(nwKey=None),
    abp(nwKey="x" * 32),
    abp(model=NO_ABP),
    abp(model=MODEL_11),
    abp(model=MODEL_11, sNwkSIntKey=KEY),
    abp(appKeys="<AppSKeys/>"),
    abp(appKeys=SKEYS % "0"),
    abp(appKeys=SKEYS % "9-3"),
    abp(appKeys=(SKEYS % "1").replace(KEY, "1")),
    abp(appKeys="nonsense"),
    # the rest
    otaa(locationType=0),
    otaa(adminLat=91, adminLon=4),
    otaa(adminLat=52, adminLon=181),
    otaa(adminLat=52),
    otaa(adminLat="52", adminLon="4"),
    otaa(adminLat=True, adminLon=4),
    otaa(motionIndicator="FLYING"),
    otaa(markerID="x"),
    otaa(markerID=2**31),
    otaa(name=5),
    otaa(name=...),
    otaa(customerAdminData=...),
    otaa(connectivity="CELLULAR"),
    otaa(suspension="NONE"),
    otaa(occContext={"version": 1}),
    otaa(networkSubscription={"ID": "kpn-cs/none"}),
    otaa(networkSubscription="kpn-cs/seldom"),
    otaa(appServers=[{"ID": "TWA_1"}]),
    otaa(appServers=[{}]),
    otaa(appServers={"ID": "x"}),
    otaa(appServers=["x"]),
    otaa(appServersRoutingProfile={"ID": "NONE"}),
    otaa(appServers=[SERVER], appServersRoutingProfile={"ID": "DEFAULT"}),
    otaa(domains={}),
    otaa(domains=[{"name": "a"}]),
    otaa(domains=[{"name": "a<", "group": {"name": "b"}}]),
    otaa(domains=[{"name": "a", "group": {"name": "b:"}}]),
    otaa(domains=[{"name": "a", "group": {"name": "g"}}, {"name": "b", "group": {"name": "g"}}]),
    otaa(driverMetadata={}),
    otaa(driverMetadata={"application": "nothing"}),
] + [otaa(alarm004=text) for text in BAD_ALARMS]


@pytest.mark.parametrize("body", REFUSED_CREATES, ids=range(len(REFUSED_CREATES)))
def test_refused_creates(wireless, body):
    status, document, _headers = wireless.create(body)
    assert status == 400 and set(document) == {"code", "message"}, (status, document)
    assert wireless.listed()["count"] == 0


ACCEPTED_CREATES = [
    otaa(appKey=None),
    otaa(appKey=None, ownerToken="AB12"),
    otaa(appEUI=None),
    otaa(model=MODEL_11, nwkKey=KEY),
    otaa(model=MODEL_11, appKey=None),
    otaa(model=NO_ABP),
    abp(),
    abp(appKeys=SKEYS % "1-2,7"),
    abp(appKeys=SKEYS % "*"),
    abp(model=MODEL_11, sNwkSIntKey=KEY, nwkSEncKey=KEY),
    otaa(networkSubscription={"ID": None}),
    otaa(networkSubscription=...),
    otaa(appServers=[SERVER]),
    otaa(appServers=[], appServersRoutingProfile={"ID": "NOAS"}),
    otaa(suspension="SUBSCRIBER_SUSPENDED"),
    otaa(adminLat=-90, adminLon=180.0),
    otaa(driverMetadata={"application": "abeeway:asset-tracker:1"}),
    otaa(markerID=203.0),
    otaa(domains=[{"name": "France/Paris", "group": {"name": "Site"}}]),
]


@pytest.mark.parametrize("body", ACCEPTED_CREATES, ids=range(len(ACCEPTED_CREATES)))
def test_accepted_creates(wireless, body):
    status, document, _headers = wireless.create(body)
    assert status == 201, document


def test_join_servers_and_addresses(wireless):
    assert wireless.made(appKey=None)["joinServer"] == "EXTERNAL"
    document = wireless.create(abp())[1]
    assert document["nwAddress"] == "147D8DC8" and "joinServer" not in document


def test_alarm004_comes_back_equal_but_written_otherwise(wireless):
    sent = "<alarm004>\n  <threshold1 duration='PT12H' level='2' status='ENABLE' />\n</alarm004>"
    shown = wireless.made(alarm004=sent)["alarm004"]
    assert shown != sent and "\n" not in shown
    assert 'duration="PT12H"' in shown and 'level="2"' in shown and 'status="ENABLE"' in shown


def test_locations_are_32_bit_and_choose_the_type(wireless):
    document = wireless.made(adminLat=52.1234567, adminLon=4.7654321)
    assert document["locationType"] == 0 and document["adminLat"] != 52.1234567
    assert document["adminLat"] == struct.unpack("f", struct.pack("f", 52.1234567))[0]
    brief = wireless.listed()["briefs"][0]
    assert brief["lat"] == document["adminLat"] and brief["radius"] is None
    wireless.put(EUI, {"locationType": 1})
    brief = wireless.listed()["briefs"][0]
    assert "lat" not in brief and "lon" not in brief
    wireless.inspect("PUT", "devices/" + EUI, {"network": [51.5, 5.5, 120]})
    brief = wireless.listed()["briefs"][0]
    assert (brief["lat"], brief["lon"], brief["radius"]) == (51.5, 5.5, 120)


def test_occ_versions(wireless):
    first = wireless.made()["occContext"]
    status, document, _headers = wireless.put(EUI, {"name": "b", "occContext": first})
    second = document["occContext"]
    assert status == 200 and document["name"] == "b"
    assert second["version"] > first["version"] and second["lastUpdate"] > first["lastUpdate"]
    status, document, _headers = wireless.put(EUI, {"name": "c", "occContext": first})
    assert status == 409 and set(document) == {"code", "message"}
    assert wireless.get(EUI)["name"] == "b"
    for query in ([("force", "")], [("force", "true")]):
        assert wireless.put(EUI, {"name": "d", "occContext": first}, query)[0] == 200
    assert wireless.put(EUI, {"name": "e", "occContext": first}, [("force", "false")])[0] == 409
    assert wireless.put(EUI, {"name": "f"})[0] == 200
    assert wireless.put(EUI, {"name": "g", "occContext": {"version": "1"}})[0] == 400


@pytest.mark.parametrize("edition", ["wireless", "enterprise"])
def test_an_update_without_a_version_passes(request, edition):
    client = request.getfixturevalue(edition)
    first = client.made()["occContext"]
    assert client.put(EUI, {"name": "b"})[0] == 200
    assert client.put(EUI, {"name": "b", "occContext": first})[0] == 409
    assert client.api("PUT", "", {"nsID": "0" * 16})[0] == 200
    assert client.api("PUT", "/appServers/1972", {"name": "b"})[0] == 200


@pytest.mark.parametrize("edition", ["wireless", "enterprise"])
def test_a_version_may_be_required(request, edition):
    client = request.getfixturevalue(edition)
    client.inspect("PUT", "settings", {"occ_required": True})
    try:
        client.made()
        for path, body in (("/devices/5000", {"name": "b"}), ("", {"nsID": "0" * 16}), ("/appServers/1972", {"name": "b"})):
            assert client.api("PUT", path, body)[1]["code"] == 9012
        assert client.put(EUI, {"name": "b"}, [("force", "")])[0] == 200
        version = client.get(EUI)["occContext"]
        assert client.put(EUI, {"name": "b", "occContext": version})[0] == 200
    finally:
        client.inspect("PUT", "settings", {"occ_required": False})


def test_another_writer_makes_a_version_stale(wireless):
    first = wireless.made()["occContext"]
    wireless.inspect("PUT", "devices/" + EUI, {"name": "theirs"})
    assert wireless.put(EUI, {"name": "mine", "occContext": first})[0] == 409
    context = wireless.get(EUI)["occContext"]
    assert context["who"] == "Another Writer" and context["lastUpdate"] > first["lastUpdate"]


@pytest.mark.parametrize(
    "change",
    [
        {"EUI": "70B3D57ED00000FF"},
        {"activation": "ABP"},
        {"nwAddress": "14000000"},
        {"connectivity": "CELLULAR"},
        {"ownerToken": "AB"},
        {"nwKey": KEY},
        {"nwkKey": KEY},
        {"model": {"ID": "nothing"}},
        {"model": MODEL_11},
        {"appKey": "x"},
        {"alarm004": "<a/>"},
        {"locationType": 0},
        {"locationType": 2},
        {"adminLat": 5},
        {"suspension": "NONE"},
        {"appServers": [SERVER]},
        {"networkSubscription": {"ID": "x"}},
        {"name": ""},
        {"domains": [{"name": "a/", "group": {"name": "b"}}]},
    ],
)
def test_refused_updates_change_nothing(wireless, change):
    before = wireless.made()
    status, document, _headers = wireless.put(EUI, dict(change, customerAdminData="new"))
    assert status == 400, document
    after = wireless.get(EUI)
    assert {**after, "now": 0} == {**before, "now": 0}


def test_updates_may_repeat_what_is_fixed(wireless):
    wireless.made(appKey=None, ownerToken="AB")
    status, document, _headers = wireless.put(
        EUI,
        {
            "EUI": EUI.lower(),
            "activation": "OTAA",
            "connectivity": "LORAWAN",
            "ownerToken": "AB",
            "healthState": "ACTIVE",
            "joinServer": "LOCAL",
            "unknown": 1,
        },
    )
    assert status == 200, document
    assert document["joinServer"] == "EXTERNAL"
    assert wireless.put(EUI, {"appKey": KEY})[0] == 400
    assert wireless.put(EUI, {"ownerToken": "CD"})[0] == 400


def test_model_changes(wireless):
    wireless.made()
    document = wireless.put(EUI, {"model": {"ID": "LORA/GenericC.1.0.2b_ETSI_Rx2-SF12"}})[1]
    assert document["model"]["type"] == "C"
    wireless.create(abp())
    assert wireless.put("70B3D57ED0000002", {"model": NO_ABP})[0] == 400


def test_asynchronous_requests_answer_with_a_task(wireless):
    status, document, headers = wireless.create(query=[("async", "")])
    assert status == 202 and document is None
    place = headers["Location"].partition("/subscriptions/100")[2]
    assert wireless.api("GET", place)[0] == 200
    assert wireless.api("DELETE", "/devices/e" + EUI, query=[("async", "true")])[0] == 202
    assert wireless.listed()["count"] == 0


def test_shared_commercial_name(wireless):
    briefs = wireless.api(
        "GET",
        "/deviceProfiles",
        query=[("ID", "LORA/GenericA.1.0.2a_ETSI_Rx2-SF12"), ("ID", "LORA/GenericA.1.0.2b_ETSI_Rx2-SF12")],
    )[1]["briefs"]
    assert len(briefs) == 2 and len({one["commercialName"] for one in briefs}) == 1
