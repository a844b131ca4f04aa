# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Profiles of platforms, and the settings that they are made of."""

from __future__ import annotations

import importlib
import json
from urllib.parse import urlencode

import pytest

from .conftest import ADMINS, BASE, LOGIN, TOKEN, abp, otaa, simulator

WAYS = {"html": (LOGIN, "POST"), "smp": (ADMINS + "/login", "POST"), "digest": (ADMINS + "/id", "GET"), "oauth2": (TOKEN, "POST")}


def served(client):
    """The ways in that a simulator has."""
    return {way for way, (path, method) in WAYS.items() if client.call_raw(method, path)[0] != 404}


@pytest.mark.parametrize(
    "options, ways",
    [
        (("--profile", "kpn"), {"html"}),
        (("--profile", "enterprise"), {"oauth2"}),
        (("--profile", "legacy"), {"digest"}),
        ((), {"html", "smp", "digest"}),
        (("--edition", "enterprise"), {"oauth2"}),
        (("--profile", "kpn", "--ways-in", "smp,html"), {"html", "smp"}),
    ],
)
def test_a_profile_has_its_ways_in(options, ways):
    with simulator(*options, edition=None) as one:
        assert served(one.client(enter=False)) == ways


def test_every_profile_is_made_of_settings(package):
    platforms = importlib.import_module("tdm_simulator.platforms")
    settings = importlib.import_module("tdm_simulator.settings")
    assert set(platforms.PROFILES) == {"kpn", "enterprise", "legacy"}
    for profile in platforms.PROFILES.values():
        shown = settings.Settings(**profile).public()
        assert {
            name: tuple(value) if isinstance(value, list) else value for name, value in shown.items()
        }.items() >= profile.items()


def test_kpn_speaks_both_formats_and_refuses_abp():
    with simulator("--profile", "kpn", edition=None) as one:
        client = one.client()
        assert client.query["sessionToken"]
        status, document, _headers = client.create(abp())
        assert (status, document["code"]) == (400, 9017) and "OTAA" in document["message"]
        assert client.create()[0] == 201
        assert client.send("GET", "", headers={"Accept": "application/xml"})[2].startswith(b"<?xml")


def test_enterprise_speaks_json_alone(enterprise):
    xml = {"Accept": "application/xml"}
    status, document, _headers = enterprise.api("GET", "", headers=xml)
    assert (status, document["code"]) == (406, 9049)
    assert enterprise.api("GET", "", headers={"Accept": "application/xml, */*;q=0.1"})[0] == 200
    assert enterprise.api("POST", "/devices", "<device/>", headers={"Content-Type": "application/xml"})[0] == 415


def test_legacy_shows_little_and_knows_integers_alone():
    with simulator("--profile", "legacy", "--seed", "3", edition=None) as one:
        client = one.client(enter=False)
        client.enter("digest")
        assert client.query == {}
        client.made(
            **abp(EUI="70B3D57ED00000AA", networkSubscription={"ID": "kpn-cs/seldom"}),
            appKey=None,
            appEUI=None,
        )
        listed = client.listed({"sort": "EUI,asc", "pageSize": "1"})
        assert "cursors" not in listed
        brief = listed["briefs"][-1]
        assert brief["EUI"] == "70B3D57ED00000AA" and brief["networkSubscription"] == {"commercialName": "Seldom"}
        assert not {"activation", "tags", "occContext", "healthState", "domains"} & set(brief)
        assert client.api("GET", "/devices/e70B3D57ED00000AA")[1]["code"] == 9010
        device = client.api("GET", brief["href"].partition("/100")[2])[1]
        assert device["nwKey"] == abp()["nwKey"] and "appKey" not in device


def test_legacy_takes_what_clients_of_2016_leave_out(wireless):
    bodies = [abp(activation=None, appKeys=..., networkSubscription=...), otaa(activation=None, customerAdminData=..., name=...)]
    assert [wireless.create(body)[0] for body in bodies] == [400, 400]
    wireless.inspect("PUT", "settings", {"old_bodies": True})
    try:
        assert [wireless.create(body)[1]["activation"] for body in bodies] == ["ABP", "OTAA"]
        wireless.put(abp()["EUI"], {"networkSubscription": {"ID": "kpn-cs/seldom"}})
        assert wireless.put(abp()["EUI"], {"networkSubscription": None, "occContext": None})[1]["suspension"] == "NONE"
        # Inside an object, null is what it always was.
        assert wireless.put(abp()["EUI"], {"networkSubscription": {"ID": None}})[1]["suspension"] != "NONE"
    finally:
        wireless.inspect("PUT", "settings", {"old_bodies": False})


def test_an_administrators_code_with_every_call_is_no_filter():
    with simulator("--profile", "legacy", edition=None) as one:
        client = one.client(enter=False)
        session = {"adminAccessCode": client.access_code_of("digest"), "type": "SUBSCRIBER"}
        found = client.call("GET", BASE + "/customers?" + urlencode(session))[2]
        client.headers, client.query = {"Cookie": found["Set-Cookie"].partition(";")[0]}, session
        assert [len(client.api("GET", "/appServers", query=query)[1]["briefs"]) for query in ({}, {"type": "KAFKA"})] == [2, 0]
        assert client.api("GET", "/appServers", query={"type": "SMTP"})[0] == 400


def test_settings_are_available_one_by_one(wireless):
    wireless.made(**abp(EUI=otaa()["EUI"]), appKey=None, appEUI=None)
    assert "nwKey" not in wireless.get(otaa()["EUI"])
    settings = {"eui_paths": False, "few_briefs": True, "keys_returned": True}
    wireless.inspect("PUT", "settings", settings)
    try:
        assert wireless.api("GET", "/devices/e70B3D57ED0000001")[0] == 404
        assert wireless.api("GET", "/devices/5000")[1]["nwKey"] == abp()["nwKey"]
        assert "activation" not in wireless.listed()["briefs"][0]
    finally:
        wireless.inspect("PUT", "settings", {name: not value for name, value in settings.items()})
    assert wireless.api("GET", "/devices/e70B3D57ED0000001")[0] == 200
    assert "activation" in wireless.listed()["briefs"][0]


@pytest.mark.parametrize(
    "changes",
    [{"formats": ["yaml"]}, {"formats": []}, {"formats": "json"}, {"exchange_padding": "none"}, {"edition": "enterprise"}],
)
def test_bad_values_of_settings(wireless, changes):
    before = wireless.inspect("GET", "settings")
    assert wireless.call("PUT", "/_simulator/settings", changes)[0] == 400
    assert wireless.inspect("GET", "settings") == before


def test_a_record_holds_each_exchange(tmp_path):
    path = tmp_path / "record.jsonl"
    with simulator("--record", str(path)) as one:
        client = one.client()
        client.create(otaa())
        client.inspect("GET", "requests")
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["path"] for line in lines] == [LOGIN, BASE + "/customers", BASE + "/subscriptions/100/devices"]
    assert lines[-1]["status"] == 201 and json.loads(lines[-1]["request"])["EUI"] == "70B3D57ED0000001"
    assert json.loads(lines[-1]["answer"])["name"] and lines[-1]["location"].endswith("/devices/5000")
