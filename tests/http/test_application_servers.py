# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Application servers: made, changed, deleted, by name or ID, and never at the cost of what isn't described."""

from __future__ import annotations

import json

import pytest

KEY = "A3F07B1C9D2E48566F8190BACDE7F2D4"
PARKING = {
    "name": "parking",
    "content_type": "json",
    "destinations": [{"addresses": ["https://parking.example.com/up"]}],
    "custom_http_headers": {"Authorization": "Bearer s3cret-t0ken-of-it"},
}
WRITES = ("POST", "PUT", "DELETE")


def writes(counts: dict) -> dict:
    return {what: number for what, number in counts.items() if what.split()[0] in WRITES and "login" not in what}


@pytest.fixture(params=["json", "xml"])
def account(request, simulator, account_on):
    return account_on(simulator, body_format=request.param)


def test_one_is_made_once_and_stays_as_it_is(account, counts):
    made = account.tdm_application_server(**PARKING, diff=True)
    assert (made["action"], made["name"]) == ("created", "parking") and made["id"].endswith(".AS")
    assert writes(counts()) == {"POST /appServers": 1}
    assert made["diff"]["after"]["custom_http_headers"] == {"Authorization": "(secret)"}
    for check in (True, False):
        again = account.tdm_application_server(**PARKING, check=check)
        assert (again["changed"], again["action"]) == (False, "unchanged")
    assert not writes(counts())
    (shown,) = account.tdm_application_server_info(name="parking", gather="application_servers")["application_servers"]
    assert shown["destinations"] == [{"addresses": ["https://parking.example.com/up"], "ports": "*", "strategy": "sequential"}]
    assert (shown["content_type"], shown["active"], shown["id"]) == ("json", True, made["id"])
    assert "s3cret" not in json.dumps([made, again, shown])


def test_what_differs_is_changed_and_nothing_else(account, counts, simulator):
    account.tdm_application_server(**PARKING)
    counts()
    elsewhere = [{"addresses": "https://b.example/up", "ports": "1-9"}, {"addresses": ["https://c.example"], "strategy": "blast"}]
    for check in (True, False):
        changed = account.tdm_application_server(name="parking", destinations=elsewhere, diff=True, check=check)
        assert changed["action"] == "updated" and set(changed["diff"]["after"]) == {"destinations"}
        assert changed["diff"]["before"]["destinations"][0]["addresses"] == ["https://parking.example.com/up"]
    assert writes(counts()) == {"PUT /appServers/{appServerUid}": 1}
    assert account.tdm_application_server(**{**PARKING, "destinations": elsewhere})["changed"] is False


def test_one_is_made_inactive_and_woken_again(account, counts):
    made = account.tdm_application_server(**PARKING, active=False)
    assert made["action"] == "created" and made["application_server"]["active"] is False
    assert len(writes(counts())) == 2  # the contract has no state at creation
    again = account.tdm_application_server(name="parking", active=False)
    assert again["changed"] is False and again["application_server"]["active"] is False
    (shown,) = account.tdm_application_server_info(name="parking")["application_servers"]
    assert shown["active"] is False
    assert account.tdm_application_server(name="parking", active=True)["action"] == "updated"


def test_one_is_renamed_by_its_id(account):
    made = account.tdm_application_server(**PARKING)
    renamed = account.tdm_application_server(id=made["id"], name="garage")
    assert (renamed["action"], renamed["id"]) == ("updated", made["id"])
    assert account.tdm_application_server(name="garage", state="absent")["action"] == "deleted"
    assert account.tdm_application_server(name="garage", state="absent")["action"] == "unchanged"


def test_two_of_one_name_are_told_apart_by_their_ids(account, simulator, counts):
    account.tdm_application_server(**PARKING)
    other = account.tdm_application_server(name="other")
    account.tdm_application_server(id=other["id"], name="parking")
    counts()
    result = account.tdm_application_server(name="parking", description="x")
    (problem,) = result["findings"]
    assert problem["option"] == "name" and problem["message"].startswith("is the name of several: TWA_")
    assert other["id"] in problem["message"] and not writes(counts())
    assert account.tdm_application_server(id=other["id"], description="x")["action"] == "updated"


def test_one_that_is_used_is_not_deleted(account, row, counts):
    made = account.tdm_application_server(**PARKING)
    account.tdm_device(**row(1, application_servers=["parking"], routing_profile=None))
    counts()
    for check in (True, False):
        refused = account.tdm_application_server(name="parking", state="absent", check=check)
        assert refused["failed"] and "it is used by 1 device," in refused["msg"]
    assert not writes(counts())
    account.tdm_device(**row(1, application_servers=[], routing_profile=None))
    assert account.tdm_application_server(id=made["id"], state="absent")["action"] == "deleted"


def test_its_key_is_written_once_unless_asked_for(account, simulator, counts):
    secured = {**PARKING, "security_status": "as_key", "as_key": KEY}
    made = account.tdm_application_server(**secured)
    assert KEY not in json.dumps(made)
    assert account.tdm_application_server(**secured)["changed"] is False
    assert account.tdm_application_server(**secured, update_keys="always")["action"] == "updated"
    assert account.tdm_application_server(name="parking", security_status="none")["action"] == "updated"


@pytest.mark.parametrize("options", [{}, {"name": "new"}, {"description": "x", "create": False}])
def test_none_is_made_by_an_id(account, counts, options):
    """The platform would give it another one, so that every run would make one more."""
    for check in (True, False):
        result = account.tdm_application_server(id="TWA_1.1.AS", **options, check=check)
        assert result["failed"] and "no application server has this id" in result["msg"]
    assert not writes(counts())
    assert account.tdm_application_server(id="TWA_1.1.AS", state="absent")["action"] == "unchanged"


@pytest.mark.parametrize("state", ["present", "absent"])
def test_an_id_in_the_place_of_a_name_means_none(account, counts, state):
    made = account.tdm_application_server(**PARKING)
    counts()
    result = account.tdm_application_server(name=made["id"], state=state)
    (finding,) = result["findings"]
    assert finding["message"] == "is the id of the application server parking: to use that one, write it in the option id"
    assert not writes(counts())


def test_one_that_may_not_be_made(account, counts):
    result = account.tdm_application_server(name="nowhere", create=False)
    assert result["failed"] and "the application server doesn't exist, and create: false" in result["msg"]
    assert not writes(counts())


FAULTS = [
    ({"destinations": [{"addresses": ["ftp://x"]}]}, "destinations", "must be like https://host/path"),
    ({"destinations": [{"addresses": ["https://[x"]}]}, "destinations", "must be like https://host/path"),
    ({"destinations": [{"addresses": []}]}, "destinations", "without addresses"),
    ({"destinations": [{"addresses": ["https://a"]}, {"addresses": ["https://b"]}]}, "destinations", "isn't the last"),
    ({"destinations": [{"addresses": ["https://a"], "ports": "9-1"}]}, "destinations", "runs backwards"),
    ({"custom_http_headers": {"Host": "a"}}, "custom_http_headers", "sets by itself"),
    ({"custom_http_headers": {"a": "1", "A": "2"}}, "custom_http_headers", "twice"),
    ({"custom_http_headers": {"a%d" % number: "1" for number in range(6)}}, "custom_http_headers", "has 6 headers"),
    ({"custom_http_headers": {"a b": "1"}}, "custom_http_headers", "not a header name"),
    ({"custom_http_headers": {"a": "s3cret\n"}}, "custom_http_headers", "a value that HTTP can't send"),
    ({"as_key": "short", "security_status": "as_key"}, "as_key", "is not a key"),
    ({"security_status": "as_key"}, "as_key", "is missing"),
    ({"security_status": "none", "as_id": "x"}, "as_id", "security_status is none"),
    ({"security_status": "as_key", "as_key": KEY, "as_id": "a b"}, "as_id", "only letters"),
    ({"as_id": "x"}, "security_status", "is missing: the platform accepts as_id only together with it"),
    ({"as_key": KEY, "max_timestamp_deviation": 5}, "security_status", "accepts as_key and max_timestamp_deviation only"),
    ({"custom_http_headers": {"a": 42}}, "custom_http_headers", "is not a text for the header"),
]


@pytest.mark.parametrize("options,option,words", FAULTS)
def test_faults_are_told_before_the_login(account, counts, options, option, words):
    result = account.tdm_application_server(name="parking", **options)
    (problem,) = result["findings"]
    assert problem["option"] == option and words in problem["message"] and not counts()
    assert "s3cret" not in json.dumps(result)


def test_what_enterprise_does_not_take(start_simulator, account_on):
    oauth = {"client_id": "sub-1/x", "client_secret": "an-oauth-secret"}
    simulator = start_simulator(edition="enterprise", **oauth)
    account = account_on(simulator, auth_method="oauth2", login=None, password=None, **oauth)
    some = [{"addresses": ["https://a.example", "https://b.example"]}]
    result = account.tdm_application_server(name="parking", destinations=some)
    assert "more than ThingPark Enterprise supports" in str(result), result


def test_somebody_else_changed_it_meanwhile(simulator, meddler, through, do, account_on):
    through.tdm_application_server(**PARKING)
    others = account_on(simulator)
    meddler.on(
        "PUT",
        "/appServers/.*",
        do.meanwhile(lambda: others.tdm_application_server(name="parking", description="theirs")),
        times=1,
    )
    result = through.tdm_application_server(name="parking", description="ours")
    assert result["failed"] and "somebody else changed description to theirs" in result["msg"]
    assert through.tdm_application_server(name="parking", description="ours", force=True)["action"] == "updated"


def test_a_header_of_somebody_else_is_in_no_message(simulator, meddler, through, do, account_on):
    """Nothing of this run knows it, so that nothing else would mask it."""
    through.tdm_application_server(**PARKING)
    theirs = {"name": "parking", "custom_http_headers": {"Authorization": "Bearer theirs-0f-somebody"}}
    others = account_on(simulator)
    meddler.on("PUT", "/appServers/.*", do.meanwhile(lambda: others.tdm_application_server(**theirs)), times=1)
    ours = {**theirs, "custom_http_headers": {"Authorization": "Bearer 0urs"}}
    result = through.tdm_application_server(**ours)
    assert "somebody else changed custom_http_headers to" in result["msg"] and "theirs-0f-somebody" not in str(result)
    meddler.on("PUT", "/appServers/.*", do.says(400, {"code": 9, "message": "not from Bearer theirs-0f-somebody to Bearer 0urs"}))
    for result in (through.tdm_application_server(**ours), through.tdm_application_servers(application_servers=[ours])):
        assert "not from ******** to ********" in result["msg"] and "theirs-0f" not in str(result)
