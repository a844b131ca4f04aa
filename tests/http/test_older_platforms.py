# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Older platforms: few fields in lists, addresses by number, plans by name. They are known by their answers."""

from __future__ import annotations

import json

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._api.resources import ResourceClient

WAY = {"auth_method": "digest", "subscriber_id": "100002581"}
FRAME = {
    "GET /admins/id": 2,
    "POST /admins/{thingparkID}/accessCode": 1,
    "GET /customers": 1,
    "GET /customers/logout": 1,
}
SEEN_IN_BRIEFS = ("dev_eui", "name", "connectivity_plan", "device_profile")


@pytest.fixture
def old(start_simulator, account_on, start_meddler) -> tuple:
    """Return (simulator, meddler, account) of an older platform."""
    simulator = start_simulator(profile="legacy")
    meddler = start_meddler(simulator.origin)
    return simulator, meddler, account_on(simulator, meddler.url, **WAY)


def lacking_ids(name_only: tuple):
    """Let the platform's devices name their plan, or more, without an ID."""

    def change(data: dict) -> None:
        for device in data.get("briefs", [data]):
            for key in name_only:
                if isinstance(device.get(key), dict):
                    device[key].pop("ID", None)

    return change


@pytest.mark.parametrize("kind", ["json", "xml"])
def test_a_fleet_converges_at_its_price(old, rows, counts_of, kind):
    simulator, _meddler, account = old
    account = account.with_options(body_format=kind)
    made = account.tdm_fleet(devices=rows(30))
    assert made["summary"]["created"] == 30 and "notes" not in made, made
    counts_of(simulator)
    for _number in range(2):
        result = account.tdm_fleet(devices=rows(30))
        assert not result["changed"], result
        assert counts_of(simulator) == {**FRAME, "GET /devices": 1, "GET /devices/{deviceUid}": 30}
        assert result["looked_up"] == 30 and "the run fetched 30 of them one by one" in result["notes"][0]


def test_what_lists_show_is_not_fetched(old, rows, counts_of):
    simulator, _meddler, account = old
    account.tdm_fleet(devices=rows(30))
    known = [{name: one[name] for name in SEEN_IN_BRIEFS} for one in rows(30)]
    counts_of(simulator)
    result = account.tdm_fleet(devices=known)
    assert not result["changed"] and result["looked_up"] == 0 and "notes" not in result
    # IDs are desired and the list has names only: the lists of both are asked for once, and no device is.
    cost = counts_of(simulator)
    profiles = cost.pop("GET /deviceProfiles")
    assert cost == {**FRAME, "GET /devices": 1, "GET /networkSubscriptions": 1} and profiles < 10
    by_name = [{"dev_eui": one["dev_eui"], "connectivity_plan": "Testing"} for one in rows(30)]
    assert not account.tdm_fleet(devices=by_name)["changed"]
    assert counts_of(simulator) == {**FRAME, "GET /devices": 1}


CHANGES = [
    {"name": "other"},
    {"connectivity_plan": "kpn-cs/seldom"},
    {"connectivity_plan": "Seldom"},
    {"connectivity_plan": ""},
    {"suspended": True},
    {"customer_admin_data": "pole 7"},
    {"state": "absent"},
]


@pytest.mark.parametrize("change", CHANGES, ids=[json.dumps(change) for change in CHANGES])
def test_a_change_is_made_once(old, rows, change):
    simulator, meddler, account = old
    account.tdm_fleet(devices=rows(12))
    meddler.seen.clear()
    fleet = rows(12)
    fleet[4] = {"dev_eui": fleet[4]["dev_eui"], **change} if "state" in change else {**fleet[4], **change}
    result = account.tdm_fleet(devices=fleet)
    assert result["changed"] and len(result["results"]) == 1, result
    (sent,) = meddler.sent("PUT") + meddler.sent("DELETE")
    assert sent.path.rpartition("/")[2].isdigit()
    assert not account.tdm_fleet(devices=fleet)["changed"]


def test_one_device(old, row):
    simulator, meddler, account = old
    assert account.tdm_device(**row(1))["action"] == "created"
    assert account.tdm_device(**row(1))["action"] == "unchanged"
    assert account.tdm_device(**row(1, name="new"))["action"] == "updated"
    assert simulator.device(row(1)["dev_eui"])["name"] == "new"
    assert account.tdm_device(dev_eui=row(1)["dev_eui"], state="absent")["action"] == "deleted"
    assert not [one for one in meddler.seen if "/devices/e" in one.path]


@pytest.mark.parametrize("desired", ["kpn-cs/testing", "Testing"])
def test_a_plan_that_is_only_named_even_in_the_whole_device(old, do, rows, desired, counts_of):
    simulator, meddler, account = old
    account.tdm_fleet(devices=rows(12))
    meddler.on("GET", r"/devices(/\d+)?", do.edited(lacking_ids(("networkSubscription", "model"))))
    counts_of(simulator)
    result = account.tdm_fleet(devices=rows(12, connectivity_plan=desired))
    assert not result["changed"], result
    cost = counts_of(simulator)
    assert cost["GET /devices/{deviceUid}"] == 12 and cost.get("GET /networkSubscriptions", 0) == (desired != "Testing")
    changed = account.tdm_fleet(devices=rows(12, connectivity_plan="kpn-cs/seldom"))
    assert changed["summary"]["updated"] == 12, changed
    assert {one["plan"] for one in simulator.devices().values()} == {"kpn-cs/seldom"}
    assert not account.tdm_fleet(devices=rows(12, connectivity_plan="kpn-cs/seldom"))["changed"]


def test_plans_that_share_a_name(old, do, rows):
    simulator, meddler, account = old
    account.tdm_fleet(devices=rows(12))

    def rename(data: dict) -> None:
        for plan in data["briefs"]:
            plan["commercialName"] = "Testing"

    meddler.on("GET", "/networkSubscriptions", do.edited(rename))
    meddler.on("GET", r"/devices(/\d+)?", do.edited(lacking_ids(("networkSubscription",))))
    # Nobody can see which of them it is: the desired one is taken for it, rather than written in every run.
    assert not account.tdm_fleet(devices=rows(12, connectivity_plan="kpn-cs/seldom"))["changed"]


def test_a_plan_that_no_list_has_any_more_is_another_one(old, do, rows):
    simulator, meddler, account = old
    account.tdm_fleet(devices=rows(12))

    def retire(data: dict) -> None:
        data["briefs"] = [plan for plan in data["briefs"] if plan["ID"] != "kpn-cs/testing"]

    meddler.on("GET", "/networkSubscriptions", do.edited(retire))
    meddler.on("GET", r"/devices(/\d+)?", do.edited(lacking_ids(("networkSubscription",))))
    assert account.tdm_fleet(devices=rows(12, connectivity_plan="kpn-cs/seldom"))["summary"]["updated"] == 12


def test_a_loop_looks_at_the_plans_for_each_item(old, do, rows):
    simulator, meddler, account = old
    account.tdm_fleet(devices=rows(2))

    def lacks_testing(data: dict) -> None:
        data["briefs"] = [plan for plan in data["briefs"] if plan["ID"] != "kpn-cs/testing"]

    meddler.on("GET", "/networkSubscriptions", do.edited(lacks_testing), times=1)
    meddler.on("GET", r"/devices(/\d+)?", do.edited(lacking_ids(("networkSubscription",))))
    in_a_session = account.with_options(session_file=account.tdm_session()["session_file"])
    first, second = (in_a_session.tdm_device(**one) for one in rows(2))
    assert 'connectivity_plan "kpn-cs/testing" is not known to the platform' in first["msg"]
    assert second["action"] == "unchanged"  # whatever the first item saw of the plans


def test_keys_that_come_back_go_no_further(old, rows):
    simulator, meddler, account = old
    keys = [one["app_key"] for one in rows(12)]
    told = [account.tdm_fleet(devices=rows(12), diff=True, results="all"), account.tdm_device_info(gather="devices")]
    assert not [key for key in keys if key in json.dumps(told).upper()]
    answers = [simulator.device(one["dev_eui"]) for one in rows(1)]
    assert keys[0] in json.dumps(answers)


def test_many_pages_without_a_cursor(old, rows, counts_of):
    simulator, meddler, account = old
    simulator.settings(page_size_max=100)
    simulator.seed(250)
    known = [{"dev_eui": eui, "name": one["name"]} for eui, one in simulator.devices().items()]
    counts_of(simulator)
    assert not account.tdm_fleet(devices=known)["changed"]
    assert counts_of(simulator) == {**FRAME, "GET /devices": 3}
    assert [one.query.get("pageIndex") for one in meddler.sent("GET", "/devices")] == [None, ["2"], ["3"]]


def test_a_purge_by_name(old, rows):
    simulator, _meddler, account = old
    account.tdm_fleet(devices=rows(12))
    purge = {"scope": {"name_prefix": "row-"}, "max": "100%"}
    result = account.tdm_fleet(devices=rows(3), purge=purge)
    assert result["summary"]["deleted"] == 9 and len(simulator.devices()) == 3, result


@pytest.mark.parametrize("scope", [{"tag": "ours"}, {"domain": {"Site": "West"}}], ids=json.dumps)
@pytest.mark.parametrize("action", ["delete", "suspend"])
def test_a_purge_by_what_its_list_does_not_show(old, rows, tmp_path, scope, action):
    simulator, _meddler, account = old
    simulator.seed(15)
    account.tdm_fleet(devices=rows(12, tags=["ours"], domains={"Site": "West"}))
    purge = {"scope": scope, "max": "25%", "action": action, "backup": str(tmp_path / "backup.json")}
    result = account.tdm_fleet(devices=rows(9), purge=purge)  # of twelve in scope, a quarter: the described ones count too
    assert result["summary"]["deleted" if action == "delete" else "suspended"] == 3 and not account.warnings, result
    assert len(simulator.devices()) == (24 if action == "delete" else 27)
    if action == "delete":
        kept = json.loads((tmp_path / "backup.json").read_text())["devices"]
        assert [(one["tags"], one["domains"]) for one in kept] == [(["ours"], {"Site": "West"})] * 3


def test_a_backup_without_tags_where_there_are_none(old, do, rows, tmp_path):
    _simulator, meddler, account = old
    account.tdm_fleet(devices=rows(12))
    meddler.on("GET", r"/devices/\d+/tags", do.says(404, {"code": 5, "message": "unknown"}))
    purge = {"scope": {"name_prefix": "row-"}, "max": 3, "backup": str(tmp_path / "backup.json")}
    assert account.tdm_fleet(devices=rows(9), purge=purge)["summary"]["deleted"] == 3
    assert not [one for one in json.loads((tmp_path / "backup.json").read_text())["devices"] if "tags" in one]


def test_whole_devices_are_shown_with_their_tags(old, do, rows):
    _simulator, meddler, account = old
    account.tdm_fleet(devices=[*rows(1, tags=["b", "a"]), rows(2)[1]])
    assert [one["tags"] for one in account.tdm_device_info(gather="devices")["devices"]] == [["a", "b"], []]
    assert not [one for one in account.tdm_device_info()["devices"] if "tags" in one]
    meddler.on("GET", r"/devices/\d+/tags", do.says(404, {"code": 5, "message": "unknown"}))
    shown = account.tdm_device_info(gather="devices")["devices"]
    assert len(shown) == 2 and not [one for one in shown if "tags" in one]


def test_tags_that_can_not_be_had(old, do, rows):
    _simulator, meddler, account = old
    account.tdm_fleet(devices=rows(12))
    meddler.on("GET", r"/devices/\d+/tags", do.says(404, {"code": 5, "message": "unknown"}))
    result = account.tdm_fleet(devices=rows(12, tags=["a"]))
    assert result["failed"] and "this platform is an older one, whose API has no tags: leave the option out" in result["msg"]
    assert not meddler.sent("PUT")


@pytest.mark.parametrize("status", [400, 404])
def test_rich_lists_and_addresses_by_number(simulator, through, meddler, do, rows, status):
    through.tdm_fleet(devices=rows(12))
    for method in ("GET", "PUT", "DELETE"):
        meddler.on(method, r"/devices/e\w+", do.says(status, {"code": 7, "message": "no such address"}))
    meddler.seen.clear()
    fleet = rows(12, name="x")
    assert through.tdm_fleet(devices=fleet, parallel=1)["summary"]["updated"] == 12
    assert len([one for one in meddler.seen if "/devices/e" in one.path]) == 1
    assert not through.tdm_fleet(devices=fleet)["changed"]


def test_a_device_that_is_gone_is_no_sign_of_age(simulator, through, meddler, do, rows):
    through.tdm_fleet(devices=rows(12))
    gone = rows(12)[0]["dev_eui"]
    meddler.on("GET", "/devices/e" + gone, do.meanwhile(lambda: simulator.inspect("DELETE", "devices/" + gone)), times=1)
    result = through.tdm_fleet(devices=rows(12, inactivity_alarm=[{"level": 3, "duration": "PT6H"}]), cache=False)
    assert (result["summary"]["created"], result["summary"]["updated"]) == (1, 11)
    assert len([one for one in meddler.sent("PUT") if "/devices/e" in one.path]) == 11


def test_a_newer_platform_is_left_in_peace(simulator, account, rows, counts, frame, monkeypatch):
    seen = []
    real = ResourceClient._place
    monkeypatch.setattr(ResourceClient, "_place", lambda self, eui: (seen.append(self), real(self, eui))[1])
    account.tdm_fleet(devices=rows(12))
    account.tdm_fleet(devices=rows(12, name="x"))
    assert {client.shown.by_identity for client in seen} == {True}
    assert {client.shown.is_older for client in seen} == {False}
