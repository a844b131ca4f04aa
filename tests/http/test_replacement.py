# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A device takes the place of another one, which goes only when the new one is there."""

from __future__ import annotations

import pytest

OLD, NEW = "70B3D57ED0AA0001", "70B3D57ED0AA0002"
PLACE = {
    "name": "meter 7",
    "latitude": 52.1,
    "longitude": 5.1,
    "tags": ["a", "b"],
    "domains": {"Site": "West"},
    "routing_profile": "NOAS",
    "customer_admin_data": "pole 7",
    "inactivity_alarm": [{"level": 3, "duration": "PT6H"}],
}


@pytest.fixture
def old(account, row):
    assert not account.tdm_device(**{**row(1), "dev_eui": OLD, **PLACE}).get("failed")


@pytest.fixture
def new(row) -> dict:
    wanted = {"activation", "app_key", "join_eui", "device_profile"}
    return {**{name: value for name, value in row(2).items() if name in wanted}, "dev_eui": NEW, "replaces": OLD}


def place_of(device: dict) -> dict:
    names = ("name", "tags", "domains", "adminLat", "adminLon", "customerAdminData", "alarm004")
    return {**{name: device.get(name) for name in names}, "plan": device["plan"], "route": device["route"]}


def test_the_new_one_takes_the_place_and_the_old_one_is_suspended(simulator, account, old, new, counts):
    foretold = account.tdm_device(**new, check=True, diff=True)
    assert set(simulator.devices()) == {OLD}
    counts()
    done = account.tdm_device(**new, diff=True)
    assert done["diff"] == foretold["diff"] and len(done["diff"]) == 2
    assert (done["action"], done["replaced_device"]) == ("created", {"dev_eui": OLD, "action": "suspended"})
    assert place_of(simulator.device(NEW)) == place_of(simulator.device(OLD))
    assert [simulator.device(eui)["suspension"] for eui in (OLD, NEW)] == ["SUBSCRIBER_SUSPENDED", "NONE"]
    counts()
    again = account.tdm_device(**new)
    assert not again["changed"] and again["replaced_device"]["action"] == "unchanged"
    assert not [what for what in counts() if what.startswith(("PUT", "DELETE", "POST /devices"))]


@pytest.mark.parametrize("replaced,left", [("delete", {NEW}), ("keep", {OLD, NEW})])
def test_what_becomes_of_the_old_one(simulator, account, old, new, replaced, left):
    done = account.tdm_fleet(devices=[{**new, "replaced": replaced}], max_deletions=1)
    assert done["changed"] and set(simulator.devices()) == left
    assert all(one["suspension"] == "NONE" for one in simulator.devices().values())
    assert not account.tdm_fleet(devices=[{**new, "replaced": replaced}], max_deletions=1)["changed"]


def test_what_its_own_description_says_counts(simulator, account, old, new):
    own = {"name": "meter 8", "application_servers": ["Parking sensors"], "add_tags": ["c"]}
    assert not account.tdm_device(**new, **own).get("failed")
    made = simulator.device(NEW)
    assert (made["name"], made["tags"], made["domains"]) == ("meter 8", ["a", "b", "c"], simulator.device(OLD)["domains"])
    assert made["servers"] and not made["route"]


def test_the_old_one_stays_where_the_new_one_fails(simulator, through, meddler, old, new, do):
    meddler.on("POST", "/devices", do.says(400, {"code": 1, "message": "no"}))
    for replaced in ("suspend", "delete"):
        failed = through.tdm_fleet(devices=[{**new, "replaced": replaced}], results="all", max_deletions=1)
        assert [one["action"] for one in failed["results"]] == ["failed", "skipped"]
        assert "its replacement %s is not as described" % NEW in failed["msg"]
    assert simulator.device(OLD)["suspension"] == "NONE"
    alone = through.tdm_device(**new)
    assert alone["failed"] and NEW in alone["msg"] and simulator.device(OLD)["suspension"] == "NONE"


def test_a_run_that_was_interrupted_goes_on(simulator, through, meddler, old, new, do):
    """The new one was made, and its tags never came: they are the old one's still."""
    meddler.on("POST", "/devices/tags", do.says(400, {"code": 1, "message": "no"}), times=2)
    assert through.tdm_device(**new)["failed"] and simulator.device(NEW)["tags"] == []
    assert simulator.device(OLD)["suspension"] == "NONE"
    assert through.tdm_device(**new)["changed"] and simulator.device(NEW)["tags"] == ["a", "b"]
    assert simulator.device(OLD)["suspension"] == "SUBSCRIBER_SUSPENDED"


def test_many_at_once(simulator, account, rows, row):
    account.tdm_fleet(devices=rows(20, tags=["street"]))
    wanted = {"activation", "app_key", "join_eui", "device_profile"}
    fleet = [
        {
            **{name: value for name, value in each.items() if name in wanted},
            "dev_eui": "70B3D57ED0BB%04d" % number,
            "replaces": each["dev_eui"],
        }
        for number, each in enumerate(rows(20))
    ]
    done = account.tdm_fleet(devices=fleet)
    assert (done["summary"]["created"], done["summary"]["suspended"]) == (20, 20)
    assert all(one["tags"] == ["street"] for one in simulator.devices().values())
    assert not account.tdm_fleet(devices=fleet)["changed"]


def test_a_table_has_a_column_for_the_replaced_device(simulator, account, old, new, tmp_path):
    source = tmp_path / "fleet.csv"
    source.write_text(
        "DevEUI,Activation,Device profile,AppKey,JoinEUI,Replaces,Replaced\n%s,%s,%s,%s,%s,%s,delete\n70B3D57ED0AA0003,,,,,,\n"
        % (NEW, new["activation"], new["device_profile"], new["app_key"], new["join_eui"], OLD.lower())
    )
    done = account.tdm_fleet(src=str(source), create=True, max_deletions=1)
    # Its only faults are those of a new device: an empty cell replaces nothing.
    assert {(one["dev_eui"], one["option"].partition(" ")[0]) for one in done["findings"]} == {
        ("70B3D57ED0AA0003", option) for option in ("activation", "device_profile")
    }
    source.write_text(source.read_text().rpartition("70B3")[0])
    done = account.tdm_fleet(src=str(source), max_deletions=1)
    assert done["summary"]["deleted"] == 1 and set(simulator.devices()) == {NEW}
    assert not account.tdm_fleet(src=str(source), max_deletions=1)["changed"]


@pytest.mark.parametrize(
    "changes,words",
    [
        ({"replaces": "70B3D57ED0AA0009"}, "replaces names 70B3D57ED0AA0009, which doesn't exist"),
        ({"replaces": NEW}, "replaces names the device itself"),
        ({"replaces": "x"}, "replaces "),
        ({"replaces": None, "replaced": "delete"}, "replaced has no effect without replaces: give replaces too"),
        ({"replaced": "forget"}, "replaced "),
        ({"replaced": None, "replaces": None, "name": "x", "nonsense": 1}, "1 fault in the description of the devices"),
        ({"state": "absent"}, "replaces has no effect with state: absent"),
    ],
)
def test_what_can_not_be_meant(simulator, account, old, new, changes, words):
    refused = account.tdm_fleet(devices=[{**new, **changes}])
    assert refused["failed"] and words in refused["msg"] and set(simulator.devices()) == {OLD}


def test_defaults_can_not_say_it(account, old, new):
    refused = account.tdm_fleet(devices=[new], defaults={"replaced": "delete"})
    assert "replaced can't be in defaults: give it for each device" in refused["msg"]
    refused = account.tdm_fleet(select={"all": True}, set={"replaces": OLD})
    assert "replaces is different for each device" in refused["msg"]


def test_one_is_replaced_once_and_is_not_described_besides(account, old, new):
    for other in ({**new, "dev_eui": "70B3D57ED0AA0003"}, {"dev_eui": OLD}):
        refused = account.tdm_fleet(devices=[new, other])
        assert refused["failed"] and "replaces names %s, which " % OLD in refused["msg"]
