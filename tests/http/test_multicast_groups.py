# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Multicast groups: made, changed, deleted, one or many; their base stations, by tags, and what these can send."""

from __future__ import annotations

import json

import pytest

WRITES = ("POST", "PUT", "DELETE")
EUI = "70B3D57ED00000F0"
KEY, OTHER = "A3F07B1C9D2E48566F8190BACDE7F2D4", "B3F07B1C9D2E48566F8190BACDE7F2D4"
OAUTH = {"client_id": "sub-1/x", "client_secret": "an-oauth-secret"}
MADE = {"dev_eui": EUI, "dev_addr": "1400f00d", "class": "C", "nwk_s_key": KEY}
LIGHTS = {
    **MADE,
    "name": "street lights",
    "app_s_keys": {"1": OTHER},
    "downlink_data_rate": 3,
    "downlink_frequency": 868.1,
    "base_station_tags": ["city", {"name": "own", "namespace": "subscriber"}],
    "connectivity_plan": "Multicast",
    "application_servers": ["Parking sensors"],
    "domains": {"Site": "Utrecht"},
    "customer_admin_data": "north",
}
ONE = "/multicastGroups/{multicastGroupUid}"


def writes(counts: dict) -> dict:
    return {what: number for what, number in counts.items() if what.split()[0] in WRITES and "login" not in what}


def faults(result: dict) -> dict:
    assert result["failed"], result
    return {each["option"]: each["message"] for each in result["findings"]}


@pytest.fixture(params=["json", "xml"])
def account(request, simulator, account_on):
    return account_on(simulator, body_format=request.param)


def test_one_is_made_once_and_stays_as_it_is(account, counts, simulator):
    for check in (True, False):
        made = account.tdm_multicast_group(**LIGHTS, check=check, diff=True)
        assert (made["action"], made["dev_eui"]) == ("created", EUI)
        assert made["diff"]["after"]["nwk_s_key"] == made["diff"]["after"]["app_s_keys"] == "(secret)"
        assert KEY not in str(made) and OTHER not in str(made)
        assert writes(counts()) == ({} if check else {"POST /multicastGroups": 1})
    for check in (True, False):
        again = account.tdm_multicast_group(**LIGHTS, check=check)
        assert (again["changed"], again["action"]) == (False, "unchanged")
    assert not writes(counts())
    (shown,) = account.tdm_multicast_group_info(dev_eui=[EUI], gather="multicast_groups")["multicast_groups"]
    told = {name: value for name, value in LIGHTS.items() if name not in ("nwk_s_key", "app_s_keys", "dev_addr")}
    told.update(connectivity_plan="kpn-cs/multicast", application_servers=shown["application_servers"], dev_addr="1400F00D")
    assert {name: shown[name] for name in told} == told
    assert shown["network_subscription"]["multicast_max_lrr_cells"] == 100


def test_what_differs_is_changed_and_nothing_else(account, counts):
    account.tdm_multicast_group(**LIGHTS)
    counts()
    for wish, sent in (
        ({"name": "lights", "downlink_data_rate": 0}, {"PUT " + ONE: 1}),
        ({"domains": {"Site": "Breda"}}, {"POST /multicastGroups/domains": 1}),
        ({"name": "lamps", "domains": {}}, {"PUT " + ONE: 1}),
        ({"base_station_tags": ["city", "harbour"]}, {"POST %s/bss/tags" % ONE: 1, "DELETE %s/bss/tags/{tagUid}" % ONE: 1}),
        ({"class": "B", "ping_slot_period": 16}, {"PUT " + ONE: 1}),
        ({"ping_slot_period": 32}, {"PUT " + ONE: 1}),
        ({"class": "C"}, {"PUT " + ONE: 1}),
        ({"application_servers": [], "connectivity_plan": "", "customer_admin_data": ""}, {"PUT " + ONE: 1}),
        ({"base_station_tags": []}, {"DELETE %s/bss/tags/{tagUid}" % ONE: 2}),
    ):
        for check in (True, False):
            changed = account.tdm_multicast_group(dev_eui=EUI, **wish, check=check, diff=True)
            assert changed["action"] == "updated" and set(wish) <= set(changed["diff"]["after"]), wish
        assert writes(counts()) == sent
        assert account.tdm_multicast_group(dev_eui=EUI, **wish)["changed"] is False, wish
    assert not writes(counts())


def test_a_class_without_a_ping_slot_has_none(account):
    account.tdm_multicast_group(**{**MADE, "class": "B", "ping_slot_period": 8})
    changed = account.tdm_multicast_group(dev_eui=EUI, **{"class": "C"}, diff=True)["diff"]
    assert changed["before"] == {"class": "B", "ping_slot_period": 8}
    assert changed["after"] == {"class": "C", "ping_slot_period": None}
    for wish in ({"class": "B"}, {"ping_slot_period": 8}):
        refused = account.tdm_multicast_group(dev_eui=EUI, **wish)
        assert refused["failed"] and "ping_slot_period" in refused["msg"]


def test_keys_are_sent_again_where_that_is_asked_for(account, counts):
    account.tdm_multicast_group(**MADE)
    counts()
    again = account.tdm_multicast_group(**MADE, update_keys="always", diff=True)
    assert again["action"] == "updated" and writes(counts()) == {"PUT " + ONE: 1}
    assert again["diff"]["after"] == {"nwk_s_key": "(secret)"}


def test_what_cannot_change_is_refused(account, counts):
    account.tdm_multicast_group(**MADE)
    counts()
    refused = account.tdm_multicast_group(dev_eui=EUI, dev_addr="1400F00E")
    assert refused["failed"] and "can't change dev_addr" in refused["msg"] and not writes(counts())


@pytest.mark.parametrize(
    "wish, options",
    [
        ({"class": "A"}, ["class"]),
        ({"class": "C", "ping_slot_period": 8}, ["ping_slot_period"]),
        ({"ping_slot_period": 12}, ["ping_slot_period"]),
        ({"nwk_s_key": KEY[:30]}, ["nwk_s_key"]),
        ({"nwk_s_key": KEY + KEY[:16]}, ["nwk_s_key"]),
        ({"app_s_keys": "Qm9+/" * 20}, ["app_s_keys"]),
        ({"app_s_keys": {"1": KEY + KEY[:16]}}, ["app_s_keys"]),
        ({"s_nwk_s_int_key": KEY}, ["nwk_s_enc_key"]),
        ({"nwk_s_enc_key": KEY}, ["s_nwk_s_int_key"]),
        ({"nwk_s_key": KEY, "name": KEY}, ["name"]),
        ({"downlink_data_rate": 16}, ["downlink_data_rate"]),
        ({"downlink_frequency": 930}, ["downlink_frequency"]),
        ({"downlink_frequency": "868,1"}, ["downlink_frequency"]),
        ({"base_station_tags": [{"name": "a", "space": "x"}]}, ["base_station_tags"]),
        ({"base_station_tags": [{"name": "a", "namespace": "x"}]}, ["base_station_tags"]),
        ({"base_station_tags": [{"namespace": "operator"}]}, ["base_station_tags"]),
        ({"base_station_tags": ["<a>"]}, ["base_station_tags"]),
        ({"base_station_tags": {"a": "b"}}, ["base_station_tags"]),
        ({"base_station_tags": [["a"]]}, ["base_station_tags"]),
        ({"base_station_tags": [None]}, ["base_station_tags"]),
    ],
)
def test_faults_are_told_before_the_login(simulator, account_on, counts, wish, options):
    counts()
    result = account_on(simulator).tdm_multicast_groups(multicast_groups=[{"dev_eui": EUI, **wish}])
    assert list(faults(result)) == options and not counts() and KEY not in str(result)


def test_what_one_to_be_made_lacks_is_told(account, counts):
    assert set(faults(account.tdm_multicast_group(dev_eui=EUI, name="x"))) == {"dev_addr", "class", "nwk_s_key"}
    assert set(faults(account.tdm_multicast_group(**{**MADE, "class": "B"}))) == {"ping_slot_period"}
    assert not writes(counts())


def test_a_plan_is_one_for_multicast(account, counts):
    told = faults(account.tdm_multicast_group(**MADE, connectivity_plan="kpn-cs/seldom"))
    assert "kpn-cs/multicast" in told["connectivity_plan"] or "Multicast" in told["connectivity_plan"]
    assert not writes(counts())


def test_what_base_stations_cannot_send_is_told_before_anything_is_written(account, counts):
    tags = ["city", "harbour"]
    told = faults(account.tdm_multicast_group(**MADE, downlink_data_rate=6, downlink_frequency=869.5, base_station_tags=tags))
    assert "they support 0 to 5" in told["downlink_data_rate"] and "868.1, 868.3, 868.5" in told["downlink_frequency"]
    asked = counts()
    assert asked["GET /multicastDownlinkSettings"] == 2 and not writes(asked)
    # A tag that the platform doesn't know may get its base stations later.
    assert account.tdm_multicast_group(**MADE, downlink_data_rate=6, base_station_tags=["later"])["action"] == "created"
    counts()
    for wish, number in (
        ({"downlink_data_rate": 6}, 0),
        ({"base_station_tags": ["later"]}, 0),
        ({"name": "x"}, 0),
        ({"downlink_data_rate": 6, "base_station_tags": ["city"]}, 1),
        ({"base_station_tags": ["city"], "downlink_frequency": 868.2, "downlink_data_rate": 5}, 1),
    ):
        result = account.tdm_multicast_group(dev_eui=EUI, **wish, check=True)
        assert bool(result.get("failed")) == bool(number), result
        assert counts().get("GET /multicastDownlinkSettings", 0) == number


def test_each_tag_is_asked_of_once_in_a_run(account, counts):
    rows = [{**MADE, "dev_eui": "70B3D57ED00000%02X" % number, "dev_addr": "140000%02X" % number} for number in range(12)]
    defaults = {"downlink_data_rate": 3, "base_station_tags": ["city", "harbour"]}
    counts()
    result = account.tdm_multicast_groups(multicast_groups=rows, defaults=defaults)
    assert result["summary"]["created"] == 12 and counts()["GET /multicastDownlinkSettings"] == 2
    moved = [{"dev_eui": row["dev_eui"], "domains": {"a": "b"}} for row in rows]
    moved = account.tdm_multicast_groups(multicast_groups=moved)
    assert moved["summary"]["updated"] == 12
    assert writes(counts()) == {"POST /multicastGroups/domains": 1}


def test_a_plan_for_fewer_base_stations_is_told(through, meddler, do):
    through.tdm_multicast_group(**MADE, base_station_tags=["city"])
    meddler.on("GET", "/networkSubscriptions/[0-9]+", do.edited(lambda data: data.update(multicastMaxLrrCells=1)))
    told = faults(through.tdm_multicast_group(dev_eui=EUI, connectivity_plan="Multicast"))
    assert told["connectivity_plan"].startswith("allows 1 base stations, but the group has 2")
    assert not [one for one in meddler.seen if one.method == "PUT"]


def test_the_base_stations_that_will_send_are_counted(account, simulator, counts):
    rows = [{**MADE, "base_station_tags": ["city"]}, {**MADE, "dev_eui": EUI[:-1] + "1", "dev_addr": "1400F00E"}]
    account.tdm_multicast_groups(multicast_groups=rows)
    counts()
    found = account.tdm_multicast_group_info(gather="base_stations")["multicast_groups"]
    one, none = sorted(found, key=lambda group: group["dev_eui"])
    assert counts()["GET %s/bss" % ONE] == 2
    assert one["base_station_count"] == len(one["base_stations"]) == 2 and none["base_station_count"] == 0
    station = one["base_stations"][0]
    assert set(station) >= {"lrr_id", "health_state", "tags"} and isinstance(station["lat"], float)
    assert station["tags"] == [{"name": "city", "namespace": "OPERATOR"}]
    assert one["base_station_tags"] == ["city"]


def test_base_stations_are_read_to_their_end(through, meddler, do):
    through.tdm_multicast_group(**MADE, base_station_tags=["city"])

    pages = [["100001C1", "100001C2"], ["100001C3"]]

    def next_page(data: dict) -> None:
        briefs = [{"lrrID": name, "healthState": "ACTIVE", "tags": []} for name in pages.pop(0)]
        data.update(briefs=briefs, more=bool(pages))

    meddler.on("GET", "/multicastGroups/[^/]+/bss", do.edited(next_page))
    (shown,) = through.tdm_multicast_group_info(dev_eui=[EUI], gather="base_stations")["multicast_groups"]
    assert [one["lrr_id"] for one in shown["base_stations"]] == ["100001C1", "100001C2", "100001C3"]
    assert shown["base_station_count"] == 3


@pytest.mark.parametrize(
    "wish, found",
    [
        ({}, 2),
        ({"eui_prefix": "70B3D57ED00000F0"}, 1),
        ({"addr_prefix": "1400"}, 2),
        ({"name": "street"}, 1),
        ({"base_station_tag": "city"}, 1),
        ({"domain": {"Site": "Utrecht"}}, 1),
        ({"connectivity_plan": "Multicast"}, 1),
        ({"connectivity_plan": "_unset"}, 1),
        ({"application_server": ["Parking sensors"]}, 1),
        ({"alarm_level": 1}, 0),
        ({"query": "street"}, 1),
    ],
)
def test_groups_are_found(account, wish, found):
    account.tdm_multicast_groups(multicast_groups=[LIGHTS, {**MADE, "dev_eui": EUI[:-1] + "1", "dev_addr": "1400F00E"}])
    assert len(account.tdm_multicast_group_info(**wish)["multicast_groups"]) == found


def test_those_that_nobody_described_go_with_a_backup(account, tmp_path):
    account.tdm_multicast_groups(multicast_groups=[LIGHTS, {**MADE, "dev_eui": EUI[:-1] + "1", "dev_addr": "1400F00E"}])
    purge = {"scope": {"base_station_tag": "city"}, "max": 1}
    backup = tmp_path / "backup.json"
    gone = account.tdm_multicast_groups(multicast_groups=[{"dev_eui": EUI[:-1] + "1"}], purge=purge, backup=str(backup))
    assert gone["summary"]["deleted"] == 1
    kept = json.loads(backup.read_text())
    (one,) = kept["multicast_groups"]
    assert one["base_station_tags"] == LIGHTS["base_station_tags"] and one["nwk_s_key"] is None and one["app_s_keys"] is None
    kept["defaults"]["create"] = True
    one.update(nwk_s_key=KEY, app_s_keys={"1": OTHER})
    backup.write_text(json.dumps(kept))
    assert account.tdm_multicast_groups(src=str(backup))["summary"]["created"] == 1


def test_it_is_deleted_once(account):
    account.tdm_multicast_group(**MADE)
    for action in ("deleted", "unchanged"):
        assert account.tdm_multicast_group(dev_eui=EUI, state="absent")["action"] == action


def test_enterprise_chooses_a_plan_or_takes_the_one_that_is_named(start_simulator, account_on):
    simulator = start_simulator(profile="enterprise", **OAUTH)
    account = account_on(simulator, auth_method="oauth2", login=None, password=None, **OAUTH)
    account.tdm_multicast_group(**MADE)
    (shown,) = account.tdm_multicast_group_info()["multicast_groups"]
    assert shown["connectivity_plan"] == "kpn-cs/multicast"
    assert account.tdm_multicast_group(dev_eui=EUI, connectivity_plan="")["action"] == "updated"
    assert account.tdm_multicast_group(dev_eui=EUI, connectivity_plan="Multicast")["action"] == "updated"
