# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Devices that are created and deleted by the platform's import: what that costs, and that each outcome is as true as ever."""

from __future__ import annotations

import threading
from functools import partial

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._api import imports
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine import bulk, importing
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.apply import NOT_KNOWN
from ansible_collections.lorawan.thingpark.tests.conftest import as_much_as

IMPORT, DEVICES = "POST /devices/import", "POST /devices"
SENT = "/devices/import"
NAMES = {"GET /deviceProfiles": 1, "GET /networkSubscriptions": 1, "GET /appServersRoutingProfiles": 1}
HIDDEN = {"inactivity_alarm": [{"duration": "PT6H", "level": 3}], "latitude": 52.125, "longitude": 4.5}
MANY = as_much_as(600, 2_000, 10_000)


@pytest.fixture
def small(monkeypatch):
    """Make imports of a few rows, so that a few devices need several."""
    for name, rows in (("FIRST", 4), ("MOST", 8), ("LEAST", 2)):
        monkeypatch.setattr(bulk, name, rows)
    monkeypatch.setattr(importing, "FIRST", 4)


def actions(result: dict) -> list:
    """Return what became of each device."""
    return [one["action"] for one in result["results"]]


@pytest.mark.parametrize("body_format", ["json", "xml"])
def test_what_a_large_fleet_costs(simulator, account, rows, counts, frame, body_format):
    account = account.with_options(body_format=body_format)
    fleet = rows(MANY if body_format == "json" else 60, **HIDDEN)
    made = account.tdm_fleet(devices=fleet, bulk="always", results="all")
    assert made["summary"]["created"] == len(fleet) and set(actions(made)) == {"created"}
    cost = counts()
    assert sum(cost.values()) <= len(fleet) / 400 + 15
    seen = {"GET /devices": cost["GET /devices"], "GET /devices/{deviceUid}": 1}  # one, for what the list doesn't show
    assert cost == {**frame, **NAMES, **seen, IMPORT: cost[IMPORT]}
    stored = simulator.devices()
    assert all(stored[one["dev_eui"]]["keys"]["appKey"] == one["app_key"] for one in fleet)
    # What the list doesn't show is remembered from what was sent.
    again = account.tdm_fleet(devices=fleet)
    assert not again["changed"] and again["looked_up"] == 0
    assert counts() == {**frame, "GET /devices": -(-len(fleet) // 1000)}


def test_imports_grow_and_come_one_at_a_time(through, meddler, rows):
    busy, most = threading.Semaphore(1), []

    def alone(request, forward):
        most.append(busy.acquire(blocking=False))
        answer = forward(request)
        busy.release()
        return answer

    meddler.on("POST", SENT, alone)
    through.tdm_fleet(devices=rows(420), bulk="always")
    assert [len(one.rows()) for one in meddler.sent("POST", SENT)] == [50, 100, 200, 70] and all(most)


def test_deletions_are_imported_and_a_purge_only_where_that_is_said(simulator, account, rows, counts):
    fleet = rows(60)
    account.tdm_fleet(devices=fleet, bulk="always")
    simulator.seed(3, prefix="70B3D57EDE")
    counts()
    gone = [{"dev_eui": one["dev_eui"], "state": "absent"} for one in fleet]
    purge = {"scope": {"eui_prefix": "70B3D57EDE"}, "max": 3}
    result = account.tdm_fleet(devices=gone[:20], bulk="always", max_deletions="100%")
    assert result["summary"]["deleted"] == 20 and counts()[IMPORT] == 1
    result = account.tdm_fleet(devices=fleet[20:], bulk="always", purge=purge)
    cost = counts()
    assert result["summary"]["deleted"] == 3 and IMPORT not in cost and cost["DELETE /devices/{deviceUid}"] == 3
    simulator.seed(3, prefix="70B3D57EDE")
    result = account.tdm_fleet(devices=fleet[20:], bulk="always", purge={**purge, "bulk": True})
    cost = counts()
    assert result["summary"]["deleted"] == 3 and cost[IMPORT] == 1 and "DELETE /devices/{deviceUid}" not in cost
    assert set(simulator.devices()) == {one["dev_eui"] for one in fleet[20:]}


@pytest.mark.parametrize("options", [{"on_error": "stop"}, {"max_failures": 3}, {"update_keys": "always"}])
def test_what_an_import_can_not_do(account, rows, counts, options):
    refused = account.tdm_fleet(devices=rows(3), bulk="always", **options)
    assert refused["failed"] and "say bulk: auto" in refused["msg"] and counts() == {}
    assert account.tdm_fleet(devices=rows(60), bulk="auto", **options)["summary"]["created"] == 60
    assert IMPORT not in counts()


def test_check_mode_imports_nothing(account, rows, counts):
    assert account.tdm_fleet(devices=rows(60), bulk="always", check=True)["summary"]["created"] == 60
    assert IMPORT not in counts()


#: What no row can say of a device.
SINGLE = {
    "suspended": {"suspended": True},
    "no plan": {"suspended": True, "connectivity_plan": None},
    "debug": {"debug_network_geolocation": True},
    "network": {"location_type": "network"},
    "address": {"dev_addr": "01020304"},
    "line break": {"customer_admin_data": "two\nlines"},
    "backslash": {"name": "north\\south"},
}


@pytest.mark.parametrize("options", SINGLE.values(), ids=SINGLE)
def test_what_no_row_can_say_goes_by_a_single_request(account, row, counts, options):
    result = account.tdm_fleet(devices=[row(1, **options), row(2)], bulk="always")
    cost = counts()
    assert result["summary"]["created"] == 2 and (cost[DEVICES], cost[IMPORT]) == (1, 1)
    assert not account.tdm_fleet(devices=[row(1, **options), row(2)])["changed"]


#: What rows can say, and the device profile that takes it.
NEWER, ABP = "LORA/GenericA.1.1.0a_ETSI", {"activation": "ABP", "join_eui": None, "app_key": None, "dev_addr": "01020304"}
SAID = {
    "all": {**HIDDEN, "customer_admin_data": 'pole 7, "left"', "motion_indicator": "BIKE_SPEED", "marker_id": 5, "tags": ["a"]},
    "servers": {"routing_profile": None, "application_servers": ["TWA_100002581.1972.AS", "Parking sensors"]},
    "abp": {**ABP, "nwk_s_key": "C5" * 16, "app_s_keys": {"1-2": "C6" * 16, "*": "C7" * 16}},
    "external": {"app_key": None, "owner_token": "C8C8C8"},
    "domains": {"domains": {"Site": "Utrecht/Centraal", "Region": "North"}},
    "active": {"suspended": False, "location_type": "manual", "latitude": 0.00001, "longitude": -4},
}


@pytest.mark.parametrize("options", SAID.values(), ids=SAID)
def test_a_device_is_the_same_by_import_and_by_a_single_request(simulator, account, row, counts, options):
    description = row(1, **options)
    assert account.tdm_fleet(devices=[description])["summary"]["created"] == 1
    (single,) = simulator.devices().values()
    simulator.reset()
    counts()
    account.tdm_fleet(devices=[description], bulk="always")
    assert counts()[IMPORT] == 1
    (imported,) = simulator.devices().values()
    varying = ("uid", "creationDate", "lastUpdate")
    assert {**single, **dict.fromkeys(varying)} == {**imported, **dict.fromkeys(varying)}
    assert not account.tdm_fleet(devices=[description])["changed"]


def test_domains_are_given_by_the_import_and_tags_afterwards(through, meddler, rows, simulator):
    fleet = rows(9, tags=["north"])
    for number, one in enumerate(fleet):
        one["domains"] = {"Site": "A" if number % 3 else "B"}
    through.tdm_fleet(devices=fleet, bulk="always")
    sent = {one.query["domain"][0]: len(one.rows()) for one in meddler.sent("POST", SENT)}
    assert sent == {"Site:A": 6, "Site:B": 3} and len(meddler.sent("POST", "/devices/tags")) == 1
    assert not meddler.sent("POST", "/devices/domains") and not through.tdm_fleet(devices=fleet)["changed"]
    assert {tuple(one["tags"]) for one in simulator.devices().values()} == {("north",)}


def test_rows_that_the_platform_refuses(simulator, account, rows):
    fleet = rows(30, connectivity_plan="kpn-cs/seldom")
    simulator.settings(licences={"kpn-cs/seldom": 25})
    result = account.tdm_fleet(devices=fleet, bulk="always", check_licences=False, results="all")
    assert actions(result) == ["created"] * 25 + ["failed"] * 5
    assert "code 9022: All licenses of the network subscription kpn-cs/seldom are in use" in result["results"][-1]["error"]
    assert len(result["msg"].splitlines()) == 2 and NOT_KNOWN not in result["msg"] and len(simulator.devices()) == 25


def test_rows_behind_a_hundred_errors_are_sent_again(account, rows, meddler, through, do, monkeypatch):
    monkeypatch.setattr(bulk, "FIRST", 300)
    fleet = rows(240)
    account.tdm_fleet(devices=fleet[:110])
    meddler.on("GET", "/devices", do.says(200, {"briefs": [], "more": False}), times=1)
    result = through.tdm_fleet(devices=fleet, bulk="always", results="all")
    assert actions(result) == ["unchanged"] * 110 + ["created"] * 130
    assert [len(one.rows()) for one in meddler.sent("POST", SENT)] == [240, 140]


def test_a_device_that_somebody_else_makes_meanwhile(simulator, through, meddler, do, row, rows, account):
    meddler.on("POST", SENT, do.meanwhile(partial(account.tdm_device, **row(2, name="theirs"))), times=1)
    result = through.tdm_fleet(devices=rows(4), bulk="always", results="all")
    assert actions(result) == ["created", "updated", "created", "created"]
    assert simulator.device(row(2)["dev_eui"])["name"] == "row-0002"


def lines(change):
    """Return what passes an import's faults on, changed."""

    def edit(data):
        data["message"] = change(data["message"])
        data["csv"] = data["message"]

    return edit


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("line 2", "line 3"),
        lambda text: text.replace("line 2", "line 99"),
        lambda text: text.replace("line 2", "Zeile 2"),
        lambda text: text.replace("1000002", "1000003"),
        lambda text: text.replace("[", "("),
        lambda text: "Import failed",
        lambda text: "",
    ],
)
def test_faults_that_contradict_themselves_are_looked_up(account, through, meddler, do, row, rows, change):
    account.tdm_device(**row(2))
    meddler.on("GET", "/devices", do.edited(lambda data: data["briefs"].clear()), times=1)
    meddler.on("POST", SENT, do.edited(lines(change)))
    fleet = rows(12)
    result = through.tdm_fleet(devices=fleet, bulk="always", results="all")
    assert "failed" not in result and set(actions(result)) <= {"created", "unchanged"}
    assert len(meddler.sent("POST", SENT)) == 1 and not account.tdm_fleet(devices=fleet)["changed"]


BROKEN = {
    "lost before": lambda do: do.lost_before,
    "lost after": lambda do: do.lost_after,
    "500 before": lambda do: do.says(500, {"code": 1}),
    "502 after": lambda do: do.says_after(502, "<html></html>"),
    "504 after": lambda do: do.says_after(504, "<html></html>"),
    "garbage": lambda do: do.says_after(200, b"\x00<{]"),
    "page": lambda do: do.says_after(200, "<html></html>"),
    "list": lambda do: do.says_after(200, []),
    "number": lambda do: do.says_after(200, 7),
    "400": lambda do: do.says(400, {"code": 9041, "message": "bad"}),
    "429": lambda do: do.says(429, {}),
}


@pytest.mark.parametrize("how", BROKEN.values(), ids=BROKEN)
def test_an_import_without_a_usable_answer(account, through, meddler, do, rows, how, small, simulator, hurried):
    meddler.on("POST", SENT, how(do), times=20 if "429" in str(how) else 1)
    fleet = rows(30)
    result = through.with_options(retries=1).tdm_fleet(devices=fleet, bulk="always", results="all")
    assert set(actions(result)) == {"created"} and "failed" not in result
    assert len(simulator.devices()) == 30 and not account.tdm_fleet(devices=fleet)["changed"]
    assert len(meddler.sent("POST", SENT)) > 2  # it goes on with imports


def test_imports_that_always_come_to_nothing_are_given_up(through, meddler, do, rows, small):
    meddler.on("POST", SENT, do.says_after(500, {"code": 1}))
    assert through.tdm_fleet(devices=rows(60), bulk="always")["summary"]["created"] == 60
    assert len(meddler.sent("POST", SENT)) == importing.TRIES


@pytest.mark.parametrize("status", imports.NO_IMPORT)
def test_a_platform_without_the_import(simulator, through, meddler, do, rows, status, small):
    simulator.seed(2, prefix="70B3D57EDE")
    meddler.on("POST", SENT, do.says(status, {"code": 9, "message": "no"}))
    purge = {"scope": {"eui_prefix": "70B3D57EDE"}, "max": 2, "bulk": True}
    result = through.tdm_fleet(devices=rows(20), bulk="always", purge=purge)
    assert (result["summary"]["created"], result["summary"]["deleted"]) == (20, 2)
    assert len(meddler.sent("POST", SENT)) == 1 and len(meddler.sent("POST", "/devices")) == 20


@pytest.mark.parametrize("late", [0.1, 0.5])
def test_an_import_that_goes_on_after_its_time_out(simulator, account, rows, late, monkeypatch, counts):
    """Rows come while the list is looked at, and after two looks agreed while single requests are at work."""
    monkeypatch.setattr(importing, "PAUSE", 0.02 if late < 0.2 else late)
    monkeypatch.setattr(bulk, "AIM", 1000)
    simulator.settings(import_row_ms=1000 * late / 5)
    fleet = rows(20)
    result = account.with_options(timeout=late).tdm_fleet(devices=fleet, bulk="always", results="all", parallel=4)
    assert set(actions(result)) == {"created"} and "failed" not in result, result
    simulator.settings(import_row_ms=0)
    assert counts()[IMPORT] == 1 and not account.tdm_fleet(devices=fleet)["changed"]


def test_what_contradicts_the_description_is_not_ours(simulator, through, meddler, do, row, rows, account):
    """An import without an answer did nothing, and somebody else made one of its devices."""
    theirs = row(2, name="theirs")
    meddler.on("POST", SENT, lambda _request, _forward: account.tdm_device(**theirs) and None, times=1)
    result = through.tdm_fleet(devices=rows(4), bulk="always", results="all")
    assert actions(result) == ["created", "updated", "created", "created"]
    assert simulator.device(row(2)["dev_eui"])["name"] == "row-0002"


def test_what_an_import_left_otherwise_than_described_is_mended(simulator, through, meddler, rows, account):
    fleet = rows(6)

    def otherwise(request, forward):
        request.body = request.body.replace(b"row-0003", b"row-0333").replace(fleet[4]["dev_eui"].encode(), b"70B3D57ED1FFFFFF")
        return forward(request)

    meddler.on("POST", SENT, otherwise)
    result = through.tdm_fleet(devices=fleet, bulk="always", results="all")
    assert actions(result) == ["created"] * 6 and not account.tdm_fleet(devices=fleet)["changed"]
    assert {simulator.device(one["dev_eui"])["name"] for one in fleet} == {one["name"] for one in fleet}


def test_a_list_that_can_not_be_read_after_an_import_is_noted(simulator, through, meddler, rows, small):
    meddler.on("GET", "/devices", lambda request, forward: None if meddler.sent("POST", SENT) else forward(request))
    result = through.with_options(retries=0).tdm_fleet(devices=rows(6), bulk="always", results="all")
    assert actions(result) == ["created"] * 6 and "failed" not in result
    (note,) = result["notes"]
    assert note.startswith("the list could not be read after the import of 6 devices, so nothing but the answer")


def test_no_message_holds_the_key_of_any_row(through, meddler, rows, do, home):
    fleet = rows(6)
    keys = [one["app_key"] for one in fleet]
    told = "%s,line 1,[7] like %s,[8] and %s\n" % (fleet[0]["dev_eui"], keys[5], keys[4].lower())
    meddler.on("POST", SENT, do.says(200, {"code": 1, "message": told}), times=1)
    meddler.on("POST", SENT, do.says(400, {"code": 2, "message": "no " + keys[3]}))
    result = through.tdm_fleet(devices=fleet, bulk="always", results="all")
    assert "code 7: like ********; and ********" in result["results"][0]["error"]
    result = through.tdm_fleet(devices=rows(12)[6:], bulk="always", results="all")
    kept = "".join(path.read_text() for path in (home / "tdm").glob("*.json"))
    assert not [key for key in keys if key.lower() in (str(result) + kept).lower()]


def test_a_platform_that_imports_by_itself_is_asked_to(simulator, through, meddler, rows, do, small):
    """After an import without an answer in time, the next ones are tasks, which a platform may offer or not."""
    meddler.on("POST", SENT, do.says_after(504, "<html></html>"), times=1)
    simulator.settings(import_row_ms=20)
    result = through.tdm_fleet(devices=rows(30), bulk="always", results="all")
    assert set(actions(result)) == {"created"} and "failed" not in result
    first, *others = [one.query.get("async") for one in meddler.sent("POST", SENT)]
    assert first is None and others and set(map(tuple, others)) == {("true",)}
    assert meddler.sent("GET", "/tasks/[0-9]+")


def test_a_platform_that_has_no_tasks_is_asked_once(through, meddler, rows, do, small):
    def without_task(request, forward):
        request.target = request.target.replace("async=true", "")
        return forward(request)

    meddler.on("POST", SENT, do.says_after(504, "<html></html>"), times=1)
    meddler.on("POST", SENT, without_task)
    through.tdm_fleet(devices=rows(40), bulk="always")
    asked = ["async" in one.query for one in meddler.sent("POST", SENT)]
    assert asked[:2] == [False, True] and not any(asked[2:]) and not meddler.sent("GET", "/tasks/[0-9]+")


def test_a_session_that_dies_during_an_import(simulator, account, rows, small):
    for fault in ("session_401", "session_403_163", "session_page"):
        simulator.reset()
        simulator.inspect("PUT", "faults", {"rules": [{"fault": fault, "path": SENT, "skip": 1}]})
        assert account.tdm_fleet(devices=rows(30), bulk="always")["summary"]["created"] == 30
        assert simulator.sessions()["sessions"] == 0


def test_a_platform_that_goes_down_during_an_import(through, meddler, rows, small):
    """All that may have been taken is told so, and nothing else."""
    meddler.on("POST", SENT, lambda request, forward: None, skip=1)
    meddler.on("", "/devices", lambda request, forward: None)
    meddler.on("GET", "/devices", lambda request, forward: None, skip=1)
    meddler.on("POST", "/devices", lambda request, forward: None)
    result = through.with_options(retries=0).tdm_fleet(devices=rows(60), bulk="always", results="all", parallel=1)
    unclear = [one for one in result["results"] if NOT_KNOWN in one.get("error", "")]
    assert actions(result)[:4] == ["created"] * 4 and len(unclear) == 20 and result["summary"]["skipped"] == 36
    assert {one["action"] for one in unclear} == {"failed"}


def test_auto_times_one_device_and_imports_as_long_as_that_is_faster(simulator, account, rows, counts):
    simulator.settings(latency_ms=20)
    assert account.tdm_fleet(devices=rows(49), bulk="auto")["summary"]["created"] == 49
    assert IMPORT not in counts()
    assert account.tdm_fleet(devices=rows(450), bulk="auto")["summary"]["created"] == 401
    cost = counts()
    assert cost[DEVICES] == 1 and cost[IMPORT] <= 5


@pytest.mark.parametrize("parallel", [1, 16])
def test_auto_leaves_imports_that_are_slower(simulator, account, rows, counts, parallel, small):
    simulator.settings(latency_ms=5, import_row_ms=250 if parallel == 1 else 1000)
    result = account.tdm_fleet(devices=rows(40), bulk="auto", parallel=parallel, results="all")
    (job,) = simulator.inspect("GET", "jobs")["jobs"]
    assert set(actions(result)) == {"created"} and counts()[IMPORT] == 1
    # Where there is more than one request at a time, the import's rows were taken singly, and nobody waited for its end.
    assert job["state"] == ("FINISHED" if parallel == 1 else "RUNNING")
    assert simulator.sessions()["sessions"] == 0
    simulator.reset()


def test_keys_are_imported_encrypted(through, meddler, rows, simulator):
    fleet = rows(3)
    through.tdm_fleet(devices=fleet, bulk="always", key_encryption="exchange_key", key_encryption_padding="pkcs1v15")
    sent = meddler.sent("POST", SENT)[0].rows()
    assert not {one["app_key"] for one in fleet} & {cells[5] for cells in sent} and all(cells[23] for cells in sent)
    assert {simulator.device(one["dev_eui"])["keys"]["appKey"] for one in fleet} == {one["app_key"] for one in fleet}


def test_enterprise_has_other_rows(start_simulator, account_on, row, counts_of):
    oauth = {"client_id": "a/b", "client_secret": "c"}
    simulator = start_simulator(edition="enterprise", **oauth)
    account = account_on(simulator, login=None, password=None, auth_method="oauth2", **oauth)
    base = {"routing_profile": None, "application_servers": ["TWA_100002581.1972.AS"]}
    fleet = [
        row(1, **base),
        row(2, **base, connectivity_plan=None, network_geolocation=True),
        row(3, **base, connectivity_plan=None, network_geolocation=False),
        row(4, **base, marker_id=7),
    ]
    assert account.tdm_fleet(devices=fleet, bulk="always")["summary"]["created"] == 4
    cost = counts_of(simulator)
    assert cost[IMPORT] == 2 and cost[DEVICES] == 1  # by the plan's ID, and by its features
    assert not account.tdm_fleet(devices=fleet)["changed"]
