# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ThingPark Enterprise: bearer tokens, plans by flags, application servers only."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

SECRET = "an-oauth-secret"


@pytest.fixture
def start_enterprise(start_simulator, account_on, start_meddler):
    """Return a function that starts an Enterprise platform: (simulator, meddler, account)."""

    def start(**options: object) -> tuple:
        simulator = start_simulator(edition="enterprise", client_id="sub-1/x", client_secret=SECRET, **options)
        meddler = start_meddler(simulator.origin)
        oauth = {"auth_method": "oauth2", "client_id": "sub-1/x", "client_secret": SECRET}
        return simulator, meddler, account_on(simulator, meddler.url, login=None, password=None, **oauth)

    return start


@pytest.fixture
def enterprise(start_enterprise) -> tuple:
    return start_enterprise()


@pytest.fixture
def fleet_of(rows):
    """Return a function that describes devices as Enterprise takes them."""
    server = {"routing_profile": None, "application_servers": ["Parking sensors"]}
    return lambda count, **options: rows(count, **{**server, **options})


BY_ID = {"connectivity_plan": "Seldom"}
BY_FLAGS = {"connectivity_plan": None, "network_geolocation": True, "passive_roaming": False}
MODES = [(BY_ID, "ADVANCED", "kpn-cs/seldom"), (BY_FLAGS, "BASIC", "kpn-cs/often-geo")]


@pytest.mark.parametrize("options,mode,plan", MODES, ids=["by ID", "by flags"])
def test_a_fleet_converges(enterprise, fleet_of, counts_of, options, mode, plan):
    simulator, meddler, account = enterprise
    made = account.tdm_fleet(devices=fleet_of(30, **options))
    assert made["summary"]["created"] == 30, made
    sent = meddler.sent("POST", "/subscriptions/mine/devices")
    assert {tuple(request.query["networkSubscriptionsHandlingMode"]) for request in sent} == {(mode,)}
    assert {one["plan"] for one in simulator.devices().values()} == {plan}
    counts_of(simulator)
    again = account.tdm_fleet(devices=fleet_of(30, **options))
    assert not again["changed"], again
    assert counts_of(simulator) == {"POST /token": 1, "GET /devices": 1}
    assert again["requests"] == {"GET": 1, "POST": 1}


CHANGES = [
    ({"name": "n"}, None, {"name": "n"}),
    ({"connectivity_plan": "Testing"}, ["ADVANCED"], {"networkSubscription": {"ID": "kpn-cs/testing"}}),
    (
        {"connectivity_plan": None, "network_geolocation": True, "passive_roaming": True},
        ["BASIC"],
        {"networkSubscription": {"nwGeolocalization": True, "prAllowed": True}},
    ),
]


@pytest.mark.parametrize("options,mode,body", CHANGES, ids=["name", "by ID", "by flags"])
def test_how_a_plan_is_changed(enterprise, fleet_of, options, mode, body):
    simulator, meddler, account = enterprise
    account.tdm_fleet(devices=fleet_of(1, **BY_ID))
    result = account.tdm_fleet(devices=fleet_of(1, **{**BY_ID, **options}))
    assert result["summary"]["updated"] == 1, result
    (request,) = meddler.sent("PUT")
    assert request.query.get("networkSubscriptionsHandlingMode") == mode
    assert request.json() == {**body, "occContext": {"version": 1}}
    assert not account.tdm_fleet(devices=fleet_of(1, **{**BY_ID, **options}))["changed"]


@pytest.mark.parametrize("options", [BY_ID, BY_FLAGS], ids=["by ID", "by flags"])
def test_suspending_and_resuming(enterprise, fleet_of, options):
    simulator, _meddler, account = enterprise
    account.tdm_fleet(devices=fleet_of(2, **options))
    for suspended, action in ((True, "suspended"), (False, "resumed")):
        result = account.tdm_fleet(devices=fleet_of(2, **options, suspended=suspended))
        assert result["summary"][action] == 2, result
        assert not account.tdm_fleet(devices=fleet_of(2, **options, suspended=suspended))["changed"]


def test_the_bearer_goes_in_the_header_only(enterprise):
    _simulator, meddler, account = enterprise
    result = account.tdm_subscriber_info()
    assert result["subscription"]["id"] == "mine"
    (request,) = meddler.sent("GET")
    assert request.headers["Authorization"].startswith("Bearer ") and request.query == {}
    assert request.headers["Authorization"][7:] not in json.dumps(result)
    (login,) = meddler.sent("POST", "/token")
    assert b"grant_type=client_credentials" in login.body


def test_a_token_at_its_end_is_renewed_before_it(start_enterprise, fleet_of, counts_of):
    simulator, meddler, account = start_enterprise(token_lifetime=31)
    path = account.tdm_session()["session_file"]
    grant = json.loads(Path(path).read_text())
    grant["grant"]["ends"] -= 30  # a while later
    Path(path).write_text(json.dumps(grant))
    counts_of(simulator)
    assert account.tdm_fleet(devices=fleet_of(30), session_file=path)["summary"]["created"] == 30
    assert counts_of(simulator)["POST /token"] == 1
    assert simulator.requests()["by_status"].get("401") is None
    renewed = json.loads(Path(path).read_text())["grant"]
    assert renewed["bearer"] != grant["grant"]["bearer"]


def test_tokens_that_end_again_and_again(start_enterprise, fleet_of, monkeypatch):
    from ansible_collections.lorawan.thingpark.plugins.module_utils._api import login as _auth

    monkeypatch.setattr(_auth, "EARLY", 0.3)
    simulator, _meddler, account = start_enterprise(token_lifetime=0.4, latency=20)
    result = account.tdm_fleet(devices=fleet_of(60), parallel=2)
    assert result["summary"]["created"] == 60, result
    assert simulator.requests()["tokens"]["attempts"] >= 2
    assert simulator.requests()["by_status"].get("401", 0) == 0


@pytest.mark.parametrize("lifetime", [1, 30])
def test_a_token_that_lives_shorter_than_we_are_early(start_enterprise, fleet_of, lifetime):
    simulator, _meddler, account = start_enterprise(token_lifetime=lifetime)
    result = account.tdm_fleet(devices=fleet_of(5))
    assert result["summary"]["created"] == 5, result


def test_a_token_that_is_taken_away(enterprise, fleet_of, do):
    simulator, meddler, account = enterprise
    meddler.on("POST", "/devices", do.meanwhile(simulator.kill_sessions), times=1, skip=5)
    assert account.tdm_fleet(devices=fleet_of(20))["summary"]["created"] == 20
    assert simulator.requests()["tokens"]["attempts"] == 2


NO_TOKEN = [
    (200, {"token_type": "Bearer"}, "gave no access token (status 200)"),
    (500, {"error": "server_error"}, "gave no access token (status 500)"),
    (200, [], "gave no access token"),
    (200, "<html>hello</html>", "is a web page"),
    (404, "<html>not found</html>", "is a web page"),
    (200, b"{", "not readable"),
]


@pytest.mark.parametrize("status,body,message", NO_TOKEN)
def test_no_token(enterprise, do, status, body, message):
    _simulator, meddler, account = enterprise
    meddler.on("POST", "/token", do.says(status, body))
    result = account.tdm_subscriber_info()
    assert result["failed"] and message in result["msg"] and "login_refused" not in result
    assert len(meddler.seen) == 1 and SECRET not in result["msg"]


@pytest.mark.parametrize("lifetime", [None, "300", 0])
def test_odd_lifetimes(enterprise, do, lifetime):
    _simulator, meddler, account = enterprise
    meddler.on("POST", "/token", do.edited(lambda data: data.update(expires_in=lifetime)))
    assert "failed" not in account.tdm_subscriber_info()


def test_a_routing_profile_is_refused(enterprise, rows):
    _simulator, _meddler, account = enterprise
    assert account.tdm_fleet(devices=rows(1))["failed"]


def test_oauth_on_a_wireless_platform(start_simulator, start_meddler, account_on, rows, counts_of):
    simulator = start_simulator(ways_in="oauth2", client_id="sub-1/x", client_secret=SECRET)
    meddler = start_meddler(simulator.origin)
    oauth = {"auth_method": "oauth2", "client_id": "sub-1/x", "client_secret": SECRET}
    account = account_on(simulator, meddler.url, login=None, password=None, **oauth)
    assert account.tdm_subscriber_info()["subscription"]["id"] == "mine"
    made = account.tdm_fleet(devices=rows(12, routing_profile="Sensor platform"))
    assert made["summary"]["created"] == 12, made
    assert {one["route"] for one in simulator.devices().values()} == {"TWA_100002581.25885"}
    counts_of(simulator)
    assert not account.tdm_fleet(devices=rows(12))["changed"]
    assert counts_of(simulator) == {"POST /token": 1, "GET /devices": 1}
    assert account.tdm_fleet(devices=rows(12, name="x"))["summary"]["updated"] == 12
    assert account.tdm_device(dev_eui=rows(1)[0]["dev_eui"], state="absent")["action"] == "deleted"
    paths = {one.path for one in meddler.seen if "/subscriptions/" in one.path}
    assert paths and all("/subscriptions/mine" in path for path in paths)


def test_debugging_of_the_geolocation_is_compared(enterprise, fleet_of):
    _simulator, _meddler, account = enterprise
    fleet = fleet_of(2, **BY_ID, debug_network_geolocation=True)
    assert [account.tdm_fleet(devices=fleet)["changed"] for _run in range(2)] == [True, False]
    fleet[0]["debug_network_geolocation"] = False
    assert [account.tdm_fleet(devices=fleet)["summary"]["updated"] for _run in range(2)] == [1, 0]
