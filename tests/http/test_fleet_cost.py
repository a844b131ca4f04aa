# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a fleet costs: requests are counted, and what they say is read."""

from __future__ import annotations

import json

import pytest

FULL = {
    "latitude": 52.125,
    "longitude": 4.5,
    "tags": ["Alpha", "beta"],
    "domains": {"Region": "North"},
    "customer_admin_data": "pole 7",
    "motion_indicator": "WALKING_SPEED",
    "marker_id": 5,
}


def alarm_of(level: int = 3) -> dict:
    return {"inactivity_alarm": [{"duration": "PT6H", "level": level}]}


@pytest.fixture
def full(rows):
    """Return a function that describes devices with everything that briefs show badly or not at all."""

    def full(count: int, **options: object) -> list:
        return rows(count, **{**FULL, **alarm_of(), **options})

    return full


PLAIN = {}
SERVED = {"routing_profile": None, "application_servers": ["TWA_100002581.1972.AS", "Parking sensors"]}
BY_NAME = {
    "connectivity_plan": "Testing",
    "routing_profile": "Sensor platform",
    "device_profile": "Abeeway Badge-1.0.2b-ETSI",
}
SLEEPING = {"suspended": True}


@pytest.mark.parametrize("number", [1, 10, 11, 100, 101])
def test_the_cost_of_a_converged_fleet_is_its_list(simulator, account, rows, counts, frame, number):
    simulator.settings(page_size_max=100)
    account.tdm_fleet(devices=rows(number))
    counts()
    result = account.tdm_fleet(devices=rows(number))
    assert not result["changed"] and result["summary"]["unchanged"] == number
    listed = number if number <= 10 else -(-number // 100)
    assert counts() == {**frame, "GET /devices": listed}
    assert result["requests"] == {"GET": listed + 2, "POST": 1} and result["looked_up"] == 0


@pytest.mark.parametrize("options", [PLAIN, SERVED, BY_NAME, SLEEPING], ids=["plain", "served", "by name", "sleeping"])
def test_all_that_briefs_do_not_show_is_remembered(simulator, account, full, counts, frame, options):
    made = account.tdm_fleet(devices=full(30, **options))
    assert made["summary"]["created"] == 30, made
    counts()
    for _number in range(2):
        result = account.tdm_fleet(devices=full(30, **options))
        assert not result["changed"] and result["summary"]["unchanged"] == 30, result
        assert counts() == {**frame, "GET /devices": 1}


def test_without_the_cache_each_unclear_device_is_fetched_once(account, full, rows, counts, frame):
    fleet = full(12) + rows(40)[12:]
    account.tdm_fleet(devices=fleet, cache=False)
    counts()
    result = account.tdm_fleet(devices=fleet, cache=False)
    assert not result["changed"] and result["looked_up"] == 12
    assert counts() == {**frame, "GET /devices": 1, "GET /devices/{deviceUid}": 12}


def test_another_host_has_to_look_once(account, full, counts, frame, home):
    account.tdm_fleet(devices=full(12))
    memory = next((home / "tdm").glob("devices-*.json"))
    assert memory.stat().st_mode & 0o777 == 0o600
    assert "00000000000000A5" not in memory.read_text().upper()
    memory.unlink()
    counts()
    account.tdm_fleet(devices=full(12))
    assert counts()["GET /devices/{deviceUid}"] == 12
    account.tdm_fleet(devices=full(12))
    assert counts() == {**frame, "GET /devices": 1}


@pytest.mark.parametrize("content", ["", "nonsense", '{"format": 7}', '{"format": 1, "devices": []}'])
def test_a_memory_with_nonsense_is_none(account, full, home, content):
    account.tdm_fleet(devices=full(12))
    next((home / "tdm").glob("devices-*.json")).write_text(content)
    assert account.tdm_fleet(devices=full(12))["looked_up"] == 12


def test_after_another_writers_change_only_that_device_is_fetched(simulator, account, full, counts, frame):
    fleet = full(30)
    account.tdm_fleet(devices=fleet)
    simulator.change_device(fleet[4]["dev_eui"], customerAdminData="pole 8")
    simulator.change_device(fleet[5]["dev_eui"], appEUI="70B3D57ED0000000")  # touched, but nothing differs
    counts()
    result = account.tdm_fleet(devices=fleet)
    assert [one["dev_eui"] for one in result["results"]] == [fleet[4]["dev_eui"]]
    cost = counts()
    fetched = cost.pop("GET /devices/{deviceUid}")
    assert fetched == 2 and cost == {**frame, "GET /devices": 1, "PUT /devices/{deviceUid}": 1}
    account.tdm_fleet(devices=fleet)
    assert counts() == {**frame, "GET /devices": 1}


def test_50_edited_rows_are_50_puts(simulator, through, meddler, rows, counts, frame):
    fleet = rows(300)
    through.tdm_fleet(devices=fleet)
    for one in fleet[100:150]:
        one["name"] += " edited"
    counts()
    meddler.seen.clear()
    result = through.tdm_fleet(devices=fleet)
    assert result["summary"]["updated"] == 50 and len(result["results"]) == 50
    cost = counts()
    assert cost.pop("GET /devices/{deviceUid}", 0) <= 50
    assert cost == {**frame, "GET /devices": 1, "PUT /devices/{deviceUid}": 50}
    bodies = {request.path[-16:]: request.json() for request in meddler.sent("PUT")}
    described = {one["dev_eui"]: one["name"] for one in fleet[100:150]}
    assert bodies == {eui: {"name": name, "occContext": {"version": 1}} for eui, name in described.items()}


CHANGES = [
    ({"name": "n"}, {"name": "n"}),
    ({"latitude": 51.5}, {"adminLat": 51.5, "adminLon": 4.5}),
    ({"customer_admin_data": ""}, {"customerAdminData": ""}),
    ({"marker_id": 6}, {"markerID": 6}),
    ({"connectivity_plan": "Seldom"}, {"networkSubscription": {"ID": "kpn-cs/seldom"}}),
    ({"suspended": True}, {"suspension": "SUBSCRIBER_SUSPENDED"}),
    ({"routing_profile": "NOAS"}, {"appServersRoutingProfile": {"ID": "NOAS"}}),
    (
        {"domains": {"Region": "South"}, "marker_id": 7},
        {"domains": [{"name": "South", "group": {"name": "Region"}}], "markerID": 7},
    ),
    ({"join_eui": "70b3d57ed0000001"}, {"appEUI": "70B3D57ED0000001"}),
]


@pytest.mark.parametrize("change,body", CHANGES, ids=[next(iter(change)) for change, _body in CHANGES])
def test_only_what_differs_is_sent(simulator, through, meddler, full, change, body):
    through.tdm_fleet(devices=full(1))
    meddler.seen.clear()
    result = through.tdm_fleet(devices=full(1, **change))
    assert result["changed"], result
    sent = [request.json() for request in meddler.sent("PUT")]
    assert [{**one, "occContext": None} for one in sent] == [{**body, "occContext": None}]
    assert sent[0]["occContext"] == {"version": 1}
    assert not through.tdm_fleet(devices=full(1, **change))["changed"]


def test_tags_are_set_many_at_once(simulator, account, rows, counts):
    account.tdm_fleet(devices=rows(250, tags=["a", "b"]))
    cost = counts()
    assert cost["POST /devices/tags"] <= 6
    assert all(one["tags"] == ["a", "b"] for one in simulator.devices().values())
    result = account.tdm_fleet(devices=rows(250, tags=["b", "c"]))
    assert result["summary"]["updated"] == 250
    cost = counts()
    assert cost["POST /devices/tags"] <= 6 and "PUT /devices/{deviceUid}" not in cost
    assert all(one["tags"] == ["b", "c"] for one in simulator.devices().values())


def test_domains_are_moved_many_at_once(simulator, account, rows, counts):
    account.tdm_fleet(devices=rows(2500, domains={"Site": "West", "Kind": "Meter"}))
    counts()
    result = account.tdm_fleet(devices=rows(2500, domains={"Site": "North", "Kind": "Meter"}))
    assert result["summary"]["updated"] == 2500
    cost = counts()
    assert cost["POST /devices/domains"] == 3 and not [path for path in cost if "{deviceUid}" in path]
    domains = [{"name": "Meter", "group": {"name": "Kind"}}, {"name": "North", "group": {"name": "Site"}}]
    assert all(sorted(one["domains"], key=str) == domains for one in simulator.devices().values())
    assert not account.tdm_fleet(devices=rows(2500, domains={"Site": "North", "Kind": "Meter"}))["changed"]


def test_one_tag_and_one_domain_of_many(simulator, account, rows, counts):
    """Whoever adds one needs not know the others, and touches none of them."""
    account.tdm_fleet(devices=rows(20, tags=["a", "b"], domains={"Site": "West"}))
    fleet = rows(20, add_tags=["c"], remove_tags=["a"], add_domains={"Kind": "Meter"})
    checked = account.tdm_fleet(devices=fleet, check=True, diff=True)
    counts()
    done = account.tdm_fleet(devices=fleet, diff=True)
    assert checked["diff"] == done["diff"] and done["diff"][0]["before"] == {"tags": ["a", "b"], "domains": {"Site": "West"}}
    assert done["diff"][0]["after"] == {"tags": ["b", "c"], "domains": {"Site": "West", "Kind": "Meter"}}
    assert {path: number for path, number in counts().items() if path.startswith("POST /devices")} == {
        "POST /devices/tags": 2,
        "POST /devices/domains": 1,
    }
    assert all(one["tags"] == ["b", "c"] and len(one["domains"]) == 2 for one in simulator.devices().values())
    again = account.tdm_fleet(devices=fleet)
    assert not again["changed"] and not [path for path in counts() if path.startswith(("POST /devices", "PUT"))]


def test_a_platform_that_moves_no_domains_at_once(simulator, meddler, through, rows, do):
    through.tdm_fleet(devices=rows(30, domains={"Site": "West"}, marker_id=1))
    meddler.on("POST", "/devices/domains", do.says(404, {"code": 404, "message": "HTTP 404 Not Found"}))
    meddler.seen.clear()
    fleet = rows(30, domains={"Site": "North"}, marker_id=1)
    result = through.tdm_fleet(devices=fleet)
    assert result["summary"]["updated"] == 30 and result["changed"] and not result.get("failed")
    assert len(meddler.sent("POST", "/devices/domains")) == 1 and len(meddler.sent("PUT")) == 30
    assert all(one["domains"] == [{"name": "North", "group": {"name": "Site"}}] for one in simulator.devices().values())
    assert not through.tdm_fleet(devices=fleet)["changed"]


def test_domains_that_are_refused_fail_their_devices_alone(simulator, meddler, through, rows, do):
    through.tdm_fleet(devices=rows(30))
    bad = rows(30)[7]["dev_eui"]

    def refuse(request, forward):
        if bad in request.json()["devEUIs"]:
            return do.says(403, {"code": 403, "message": "no right to this device"})(request, forward)
        return forward(request)

    meddler.on("POST", "/devices/domains", refuse)
    result = through.tdm_fleet(devices=rows(30, add_domains={"Site": "North"}), results="failed")
    assert (result["summary"]["updated"], result["summary"]["failed"], result["changed"]) == (29, 1, True)
    assert "the domain Site:North could not be added: " in result["results"][0]["error"]
    assert len(meddler.sent("POST", "/devices/domains")) <= 12  # halves of halves


def test_check_mode_writes_nothing_and_foretells(simulator, account, full, rows, counts):
    account.tdm_fleet(devices=full(20) + rows(60)[40:60])
    fleet = full(30, routing_profile="NOAS")[5:] + rows(60)[40:60]
    fleet[0].update(name="new name", tags=["gamma"])
    fleet[1].update(activation="ABP", app_key=None, join_eui=None, dev_addr="14000001", nwk_s_key="1" * 32)
    fleet[2].update(suspended=True)
    fleet[-1].update(state="absent")
    fleet[-2] = {"dev_eui": fleet[-2]["dev_eui"], "state": "absent"}
    fleet.append({"dev_eui": "70B3D57ED1EEEEEE", "state": "absent"})
    fleet = [{name: value for name, value in one.items() if value is not None} for one in fleet]
    before = simulator.devices()
    counts()
    options = {"devices": fleet, "diff": True, "results": "all"}
    foretold = account.tdm_fleet(check=True, **options)
    cost = counts()
    assert not [path for path in cost if path.split()[0] in ("PUT", "DELETE")], cost
    assert not [path for path in cost if path.startswith("POST /devices")], cost
    assert simulator.devices() == before
    assert foretold["msg"].startswith("would be") or foretold["failed"]
    done = account.tdm_fleet(**options)
    for key in ("summary", "results", "diff", "changed", "failed"):
        assert foretold.get(key) == done.get(key), key
    assert done["summary"] == {
        "created": 10,
        "updated": 14,
        "deleted": 2,
        "suspended": 0,
        "resumed": 0,
        "unchanged": 19,
        "failed": 1,
        "skipped": 0,
    }


def test_the_diff_is_true(simulator, account, full):
    account.tdm_fleet(devices=full(1))
    result = account.tdm_fleet(devices=full(1, **alarm_of(5), name="x", tags=["beta"]), diff=True)
    (diff,) = result["diff"]
    assert diff["before"]["name"] == "row-0001" and diff["after"]["name"] == "x"
    assert diff["before"]["tags"] == ["Alpha", "beta"] and diff["after"]["tags"] == ["beta"]
    assert sorted(diff["before"]) == sorted(diff["after"]) == ["inactivity_alarm", "name", "tags"]


def test_keys_never_come_back(simulator, meddler, through, full, do):
    fleet = full(12)
    keys = [one["app_key"] for one in fleet]

    def leak(data):
        device = simulator.device(data["EUI"]) if "EUI" in data else {}
        data["appKey"] = device.get("keys", {}).get("appKey")

    meddler.on("GET", r"/devices/e\w+", do.edited(leak))
    meddler.on("POST", "/devices", do.edited(leak))
    texts = [through.tdm_fleet(devices=fleet, diff=True, results="all")]
    texts.append(through.tdm_fleet(devices=fleet, diff=True, results="all", update_keys="always"))
    texts.append(through.tdm_device_info(gather="devices"))
    texts.append(through.tdm_device(**fleet[0], update_keys="always", diff=True))
    text = json.dumps(texts).upper()
    assert texts[1]["summary"]["updated"] == 12 and texts[3]["changed"], texts
    assert not [key for key in keys if key in text] and simulator.password.upper() not in text


def test_keys_are_written_once_unless_asked_for(simulator, through, meddler, rows):
    through.tdm_fleet(devices=rows(3))
    other = rows(3)
    for one in other:
        one["app_key"] = "F" * 32
    assert not through.tdm_fleet(devices=other)["changed"]
    stored = {one["keys"]["appKey"] for one in simulator.devices().values()}
    assert stored == {one["app_key"] for one in rows(3)}
    meddler.seen.clear()
    assert through.tdm_fleet(devices=other, update_keys="always")["summary"]["updated"] == 3
    assert {one["keys"]["appKey"] for one in simulator.devices().values()} == {"F" * 32}
    assert [sorted(request.json()) for request in meddler.sent("PUT")] == [["appKey", "occContext"]] * 3


@pytest.mark.parametrize("which", ["all", "changed", "failed", "none"])
def test_which_results_come_back(account, rows, which):
    account.tdm_fleet(devices=rows(2))
    fleet = rows(4)
    fleet[0]["activation"] = "ABP"
    fleet[0].update(dev_addr="14000001", nwk_s_key="1" * 32)
    del fleet[0]["app_key"], fleet[0]["join_eui"]
    result = account.tdm_fleet(devices=fleet, results=which)
    assert len(result["results"]) == {"all": 4, "changed": 3, "failed": 1, "none": 0}[which]
    assert result["summary"]["failed"] == 1 and "its whole history" in result["msg"]


def test_null_in_a_brief_is_not_known(start_simulator, account_on, full, counts_of, frame):
    simulator = start_simulator(null_briefs=True)
    account = account_on(simulator)
    account.tdm_fleet(devices=full(12))
    counts_of(simulator)
    result = account.tdm_fleet(devices=full(12))
    assert not result["changed"]
    cost = counts_of(simulator)
    assert set(cost) <= {*frame, "GET /devices", "GET /devices/{deviceUid}"}


def test_an_empty_description(simulator, account, counts, frame):
    result = account.tdm_fleet(devices=[])
    assert not result["changed"] and result["msg"] == "no device is described"
    assert set(counts()) <= {*frame, "GET /devices"}


def test_progress_is_reported_in_long_tasks_only(simulator, account, rows, monkeypatch):
    from ansible_collections.lorawan.thingpark.plugins.module_utils import _workers

    lines: list = []
    account.tdm_fleet(devices=rows(20), tell=lines.append)
    assert lines == []
    monkeypatch.setattr(_workers, "TICK", 0.05)
    simulator.settings(latency_ms=30)
    account.tdm_fleet(devices=rows(60), tell=lines.append)
    assert lines and "of 40 devices" in lines[0] and "failed" in lines[0]
    lines.clear()
    account.tdm_fleet(devices=rows(90), tell=lines.append, progress=False)
    assert lines == []
