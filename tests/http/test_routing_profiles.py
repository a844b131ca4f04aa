# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""AS routing profiles: made, changed, deleted, by name or ID, one or many; Enterprise has none."""

from __future__ import annotations

import json
from urllib.parse import parse_qs

import pytest

WRITES = ("POST", "PUT", "DELETE")
PLACE = {"type": "HTTP", "address": "https://metering.example.com/up?a=1&b=\"<2>'"}
METERING = {"name": "metering", "routes": [{"destinations": [{"address": PLACE["address"]}]}]}
WHOLE = [{"source_port": "*", "strategy": "sequential", "destinations": [PLACE]}]
OAUTH = {"client_id": "sub-1/x", "client_secret": "an-oauth-secret"}


def writes(counts: dict) -> dict:
    return {what: number for what, number in counts.items() if what.split()[0] in WRITES and "login" not in what}


def route(*addresses: str, **options: object) -> dict:
    return {"destinations": [{"address": address} for address in addresses], **options}


@pytest.fixture(params=["json", "xml"])
def account(request, simulator, account_on):
    return account_on(simulator, body_format=request.param)


def test_one_is_made_once_and_stays_as_it_is(account, counts):
    would_be = account.tdm_routing_profile(**METERING, check=True)
    assert would_be["action"] == "created" and not writes(counts())
    made = account.tdm_routing_profile(**METERING, diff=True)
    assert (made["action"], made["name"], made["id"]) == ("created", "metering", "TWA_100002581.26000")
    assert writes(counts()) == {"POST /appServersRoutingProfiles": 1}
    assert made["diff"]["after"] == {"name": "metering", "routes": WHOLE} and made["routing_profile"]["routes"] == WHOLE
    for check in (True, False):
        again = account.tdm_routing_profile(**METERING, check=check)
        assert (again["changed"], again["action"], again["id"]) == (False, "unchanged", made["id"])
    assert not writes(counts())
    for asked in ({"name": "meter"}, {"id": [made["id"]]}):
        (shown,) = account.tdm_routing_profile_info(**asked, gather="routing_profiles")["routing_profiles"]
        assert (shown["routes"], shown["is_default"], shown["id"], shown["name"]) == (WHOLE, False, made["id"], "metering")


def test_what_differs_is_changed_and_nothing_else(account, counts):
    account.tdm_routing_profile(**METERING)
    counts()
    elsewhere = [
        route("https://a.example", "https://b.example", source_port="1-9, 12", strategy="blast"),
        route("https://c.example"),
    ]
    for check in (True, False):
        changed = account.tdm_routing_profile(name="metering", routes=elsewhere, diff=True, check=check)
        assert changed["action"] == "updated" and set(changed["diff"]["after"]) == {"routes"}
        assert changed["diff"]["before"]["routes"] == WHOLE
    assert writes(counts()) == {"PUT /appServersRoutingProfiles/{appServersRoutingProfileUid}": 1}
    assert changed["routing_profile"]["routes"][0]["source_port"] == "1-9,12"
    assert account.tdm_routing_profile(name="metering", routes=elsewhere)["changed"] is False
    assert account.tdm_routing_profile(name="metering", routes=elsewhere[::-1])["changed"] is True
    assert account.tdm_routing_profile(name="metering", routes=[])["action"] == "updated"
    assert account.tdm_routing_profile(name="metering", routes=[])["changed"] is False


def test_one_is_renamed_by_its_id(account):
    made = account.tdm_routing_profile(**METERING)
    renamed = account.tdm_routing_profile(id=made["id"], name="meters")
    assert (renamed["action"], renamed["id"]) == ("updated", made["id"])
    (shown,) = account.tdm_routing_profile_info(name="meters", gather="routing_profiles")["routing_profiles"]
    assert shown["routes"] == WHOLE
    assert account.tdm_routing_profile(name="meters", state="absent")["action"] == "deleted"
    for whose in ({"name": "meters"}, {"id": made["id"]}):
        assert account.tdm_routing_profile(**whose, state="absent")["action"] == "unchanged"


def test_two_of_one_name_are_told_apart_by_their_ids(account, counts):
    account.tdm_routing_profile(**METERING)
    other = account.tdm_routing_profile(name="other")
    account.tdm_routing_profile(id=other["id"], name="metering")
    counts()
    (finding,) = account.tdm_routing_profile(name="metering", routes=[])["findings"]
    assert finding["option"] == "name" and other["id"] in finding["message"] and not writes(counts())
    assert account.tdm_routing_profile(id=other["id"], state="absent")["action"] == "deleted"


def test_the_default_is_not_deleted(account, counts):
    for check in (True, False):
        refused = account.tdm_routing_profile(id="DEFAULT", state="absent", check=check)
        assert refused["failed"] and "it is the default" in refused["msg"]
    assert not writes(counts())


def test_one_that_is_used_is_not_deleted(account, rows, row, counts):
    made = account.tdm_routing_profile(**METERING)
    account.tdm_fleet(devices=rows(3, routing_profile="metering"))
    purge = {"scope": {"name_prefix": "met"}, "max": 9}
    many = {"routing_profiles": [{"name": "metering", "state": "absent"}], "max_deletions": 1}
    counts()
    for check in (True, False):
        for refused in (
            account.tdm_routing_profile(name="metering", state="absent", check=check),
            account.tdm_routing_profiles(**many, check=check),
            account.tdm_routing_profiles(routing_profiles=[{"name": "x"}], purge=purge, check=check),
        ):
            assert refused["failed"] and "it is used by 3 devices, and the platform deletes only unused ones" in refused["msg"]
    assert not [what for what in counts() if what.startswith("DELETE")]
    account.tdm_fleet(devices=rows(2, routing_profile="NOAS"))
    assert "used by 1 device, and" in account.tdm_routing_profile(name="metering", state="absent")["msg"]
    account.tdm_fleet(devices=rows(3, routing_profile="NOAS"))
    assert account.tdm_routing_profile(id=made["id"], state="absent", check=True)["action"] == "deleted"
    assert account.tdm_routing_profile(id=made["id"], state="absent")["action"] == "deleted"


def test_the_word_that_the_platform_showed_is_sent(simulator, meddler, through, do):
    """O says BURST, the contract BLAST: whoever knows only one of them gets that one, and they are no difference."""
    other = [route("https://a.example", "https://b.example", strategy="blast"), route("https://c.example")]
    through.tdm_routing_profile(name="metering", routes=other)
    sent = [one for one in meddler.seen if one.method == "POST" and "Routing" in one.path]
    assert json.loads(sent[0].body)["routes"][0]["strategy"] == "BURST"
    meddler.on(
        "GET",
        "/appServersRoutingProfiles/.*",
        do.edited(lambda data: data["routes"][0].update(strategy="BLAST")),
    )
    assert through.tdm_routing_profile(name="metering", routes=other)["changed"] is False
    through.tdm_routing_profile(name="metering", routes=other[:1])
    sent = [one for one in meddler.seen if one.method == "PUT"]
    assert json.loads(sent[0].body)["routes"][0]["strategy"] == "BLAST"


@pytest.mark.parametrize(
    "places",
    [
        "<dests>\n  <dest address='https://a.example' type='HTTP' ></dest>\r\n</dests>",
        '<?xml version="1.0" encoding="UTF-8"?><dests><dest type="http" address="https://a.example"/></dests>',
    ],
)
def test_another_writing_of_the_same_is_no_difference(through, meddler, do, places):
    wish = {"name": "metering", "routes": [route("https://a.example")]}
    through.tdm_routing_profile(**wish)
    meddler.on(
        "GET",
        "/appServersRoutingProfiles/.*",
        do.edited(lambda data: data["routes"][0].update(destinations=places)),
    )
    assert through.tdm_routing_profile(**wish)["changed"] is False


def test_routes_that_nobody_understands_are_another_than_any(through, meddler, do):
    through.tdm_routing_profile(**METERING)
    odd = [{"sourcePort": "*", "strategy": "ROUND_ROBIN", "destinations": "<dests/>"}]
    meddler.on("GET", "/appServersRoutingProfiles/.*", do.edited(lambda data: data.update(routes=odd)))
    assert through.tdm_routing_profile(**METERING, check=True)["changed"] is True
    (shown,) = through.tdm_routing_profile_info(name="metering", gather="routing_profiles")["routing_profiles"]
    assert shown["routes"][0]["strategy"] == "ROUND_ROBIN"


def test_those_of_cellular_devices_are_not_seen(through, meddler, do):
    meddler.on("GET", "/appServersRoutingProfiles", do.edited(lambda data: data["briefs"][1].update(type="CELLULAR")))
    shown = through.tdm_routing_profile_info()["routing_profiles"]
    assert [one["id"] for one in shown] == ["DEFAULT", "TWA_100002581.25885"]


def test_an_id_may_have_small_letters(through, meddler, do):
    made = through.tdm_routing_profile(**METERING)

    def small(data: dict) -> None:
        for one in data.get("briefs", [data]):
            one["ID"] = one["ID"].replace("TWA", "Twa")

    for verb in ("GET", "PUT"):
        meddler.on(verb, "/appServersRoutingProfiles.*", do.edited(small))
    changed = through.tdm_routing_profile(name="metering", routes=[])
    assert (changed["action"], changed["id"]) == ("updated", made["id"].replace("TWA", "Twa"))


def test_the_list_is_asked_for_nothing_that_it_may_not_know(through, meddler):
    through.tdm_routing_profile_info(id=["DEFAULT"], gather="routing_profiles")
    through.tdm_routing_profile_info(name="Sensor")
    targets = [one.target.partition("?")[2] for one in meddler.sent("GET", "/appServersRoutingProfiles")]
    asked = [set(parse_qs(query, keep_blank_values=True)) for query in targets]
    assert asked == [{"sessionToken"}] * 2


FAULTS = [
    ("https://a", "must be a list of routes"),
    ([{"destinations": []}], "has a route without destinations"),
    ([{"source_port": "1"}], "has a route without destinations"),
    ([{"destinations": ["https://a.example"]}], "has a route without destinations"),
    ([route("ftp://a.example")], "must be like https://host/path"),
    ([route("https://[a.example")], "must be like https://host/path"),
    ([{"destinations": [{"type": "HTTP"}]}], "an address"),
    ([{"destinations": [{"address": "https://a.example", "tyep": "HTTP"}]}], "use type and address"),
    ([route("https://a.example", source_port="9-1")], "runs backwards"),
    ([route("https://a.example", source_port="300")], "a port from 1 to 255"),
    ([route("https://a.example", strategy="random")], "use sequential or blast"),
    ([route("https://a.example", ports="1")], "use source_port, strategy and destinations"),
]


@pytest.mark.parametrize("routes,words", FAULTS)
def test_faults_are_told_before_the_login(account, counts, routes, words):
    result = account.tdm_routing_profiles(routing_profiles=[{"name": "metering", "routes": routes}])
    (finding,) = result["findings"]
    assert finding["option"] == "routes" and words in finding["message"] and not counts()


def test_enterprise_has_none(start_simulator, account_on):
    simulator = start_simulator(profile="enterprise", **OAUTH)
    account = account_on(simulator, auth_method="oauth2", login=None, password=None, **OAUTH)
    for result in (
        account.tdm_routing_profile(**METERING),
        account.tdm_routing_profile(name="metering", state="absent"),
        account.tdm_routing_profiles(routing_profiles=[METERING]),
        account.tdm_routing_profile_info(),
        account.tdm_routing_profile_info(id=["DEFAULT"]),
    ):
        assert result["failed"] and result["msg"].startswith("this platform has no routing profiles"), result
        assert result["msg"].endswith("ThingPark Enterprise has none: use application servers")


def test_wireless_with_oauth_has_them_too(start_simulator, account_on):
    """It addresses its subscription as ``mine``, as Enterprise does (O)."""
    simulator = start_simulator(ways_in="oauth2", **OAUTH)
    account = account_on(simulator, auth_method="oauth2", login=None, password=None, **OAUTH)
    assert account.tdm_routing_profile(**METERING)["action"] == "created"
    assert account.tdm_routing_profile(**METERING)["changed"] is False


def test_many_at_once(account, counts, tmp_path):
    described = [METERING, {"name": "parking", "routes": [route("https://parking.example", strategy="blast")]}]
    told = {"routing_profiles": described, "results": "all"}
    assert account.tdm_routing_profiles(**told, check=True)["summary"]["created"] == 2 and not writes(counts())
    made = account.tdm_routing_profiles(**told)
    assert [(one["name"], one["action"]) for one in made["results"]] == [("metering", "created"), ("parking", "created")]
    assert account.tdm_routing_profiles(**told)["summary"]["unchanged"] == 2
    path = tmp_path / "backup.json"
    # A purge has to leave the default alone, and says so.
    purge = {"scope": {"name_prefix": "p"}, "max": 1}
    gone = account.tdm_routing_profiles(routing_profiles=[METERING], purge={**purge, "backup": str(path)})
    assert gone["summary"]["deleted"] == 1
    kept = json.loads(path.read_text())
    kept["defaults"]["create"] = True
    path.write_text(json.dumps(kept))
    assert account.tdm_routing_profiles(src=str(path))["summary"]["created"] == 1
    assert account.tdm_routing_profiles(**told)["summary"]["unchanged"] == 2
    purge = {"scope": {"name_prefix": "Default"}, "max": 1}
    refused = account.tdm_routing_profiles(routing_profiles=[METERING], purge=purge)
    assert refused["failed"] and "it is the default" in refused["msg"]


def test_somebody_else_changed_it_meanwhile(simulator, meddler, through, do, account_on):
    through.tdm_routing_profile(**METERING)
    others = account_on(simulator)
    theirs = {"name": "metering", "routes": [route("https://theirs.example")]}
    meddler.on("PUT", "/appServersRoutingProfiles/.*", do.meanwhile(lambda: others.tdm_routing_profile(**theirs)), times=1)
    ours = {"name": "metering", "routes": [route("https://ours.example")]}
    result = through.tdm_routing_profile(**ours)
    assert result["failed"] and "somebody else changed routes" in result["msg"]
    assert through.tdm_routing_profile(**ours, force=True)["action"] == "updated"
