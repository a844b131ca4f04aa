# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``gather: options``: what is there, as the tasks that manage it take it. Given back to them, it changes nothing."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.declaration import DEVICE
from ansible_collections.lorawan.thingpark.tests.conftest import as_much_as
from ansible_collections.lorawan.thingpark.tests.documentation import misfits, return_values, unexplained
from ansible_collections.lorawan.thingpark.tests.worlds import PLAINLY, PLATFORMS, worlds

WORLDS = as_much_as(5, 15, 60)  # on each platform


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_is_there_changes_nothing_when_it_is_given_back(start_simulator, account_on, row, platform):
    options, way = PLATFORMS[platform]
    simulator = start_simulator(**options)
    account = account_on(simulator, **way)

    @settings(max_examples=WORLDS, **PLAINLY)
    @given(world=worlds(platform), number=st.integers(0, 30))
    def law(world, number):
        euis = world.build(simulator, account, row)
        told = account.tdm_device_info(gather="options")
        note(told)
        devices = told["devices"]
        assert sorted(one["dev_eui"] for one in devices) == sorted(euis)
        allowed = {"dev_eui", *(each.name for each in DEVICE.fields if not each.secret)}
        assert all(set(one) <= allowed and None not in one.values() for one in devices)
        assert all("dev_addr" not in one for one in devices if one["activation"] == "OTAA"), "the network gave it, and will again"
        before = simulator.devices()
        result = account.tdm_fleet(devices=devices, create=False, cache=False, check=True)
        assert "failed" not in result and not result["changed"], result
        assert not account.tdm_fleet(devices=devices, create=False)["changed"]
        assert simulator.devices() == before
        one = devices[number % len(devices)]
        assert not account.tdm_device(create=False, check=True, **one)["changed"]

    law()


#: The API's word -> the option that says the same.
TWINS = {
    "eui": "dev_eui",
    "app_eui": "join_eui",
    "nw_address": "dev_addr",
    "suspension": "suspended",
    "alarm004": "inactivity_alarm",
    "admin_lat": "latitude",
    "admin_lon": "longitude",
}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_field_is_explained_with_its_unit_and_has_one_name(start_simulator, account_on, row, platform):
    options, way = PLATFORMS[platform]
    simulator = start_simulator(**options)
    account = account_on(simulator, **way)
    simulator.seed(20)
    place = {"adminLat": 52.5, "adminLon": 4.5, "locationType": 0}
    alarm = '<alarm004><threshold1 status="ENABLE" level="3" duration="P2D"/></alarm004>'
    for number, eui in enumerate(simulator.devices()):
        simulator.change_device(eui, **(place if number % 2 else {"network": [52.5, 4.5, 100]}), alarm004=alarm)
        simulator.change_device(eui, debug={"nwGeoloc": True}, driverMetadata={"application": "abeeway:asset-tracker:1"})
    entry = return_values("tdm_device_info")["devices"]
    for gather in ("briefs", "devices", "options"):
        devices = account.tdm_device_info(gather=gather)["devices"]
        assert len(devices) == 20 and not unexplained(entry, devices, gather)
        assert not misfits(entry, devices, gather)
    explained = entry["contains"]
    assert all(explained[name]["description"] == told for name, told in _deprecated(explained).items())
    assert set(TWINS) == set(_deprecated(explained)) and set(TWINS.values()) <= set(explained)
    times = [name for name in explained if "timestamp" in name or name.endswith(("_date", "_changed", "_by"))]
    assert len(times) >= 8 and all("in milliseconds since 1970, UTC" in explained[name]["description"] for name in times)


@pytest.mark.parametrize("body_format", ["json", "xml"])
def test_every_field_of_other_resources_is_explained(account_on, simulator, body_format):
    account = account_on(simulator, body_format=body_format)
    account.tdm_multicast_group(dev_eui="70B3D57ED00000F0", dev_addr="1400F00D", nwk_s_key="0F" * 16, **{"class": "C"})
    account.tdm_alarm_subscription(thingpark_id="tpk-100002581", minimum_severity="major")
    account.tdm_application_server(name="secret", content_type="json", custom_http_headers={"Authorization": "Bearer not-shown"})
    simulator.seed(1)
    simulator.alarm(next(iter(simulator.devices())), 13, 3, "DevStatusReq", "4")
    for module, key, how in (
        ("multicast_group", "multicast_groups", {"gather": "base_stations"}),
        ("multicast_group", "multicast_groups", {"gather": "multicast_groups"}),
        ("application_server", "application_servers", {"gather": "application_servers"}),
        ("routing_profile", "routing_profiles", {"gather": "routing_profiles"}),
        ("alarm_subscription", "alarm_subscriptions", {}),
        ("alarm", "alarms", {}),
        ("catalogue", "connectivity_plans", {"gather": ["connectivity_plans"]}),
        ("subscriber", "subscription", {}),
    ):
        found = getattr(account, "tdm_%s_info" % module)(**how)[key]
        entry = return_values("tdm_%s_info" % module)[key]
        assert found and not unexplained(entry, found, key)
        assert not misfits(entry, found, key)
    report = account.tdm_report()["report"]
    assert not unexplained(return_values("tdm_report")["report"], report, "report")


def _deprecated(explained: dict) -> dict:
    return {name: told["description"] for name, told in explained.items() if told["description"].startswith("B(Deprecated.)")}


def test_what_stays_of_a_signed_application_server(account):
    made = account.tdm_application_server(
        name="signed",
        content_type="json",
        destinations=[{"addresses": ["https://a.example.com/"]}],
        custom_http_headers={"Authorization": "Bearer not-to-be-shown"},
        security_status="as_key",
        as_id="me",
        as_key="0F" * 16,
    )
    assert made["changed"]
    told = account.tdm_application_server_info(name="signed", gather="options")
    (server,) = told["application_servers"]
    assert server["name"] == "signed" and server["content_type"] == "json" and "security_status" not in server
    assert "not-to-be-shown" not in str(told)
    assert {one["option"] for one in told["left_out"]} >= {"custom_http_headers", "security_status", "as_id"}
    assert "%d options of application servers can't be described" % len(told["left_out"]) in account.warnings[-1]
    every = account.tdm_application_server_info(gather="options")["application_servers"]
    result = account.tdm_application_servers(application_servers=every, create=False, results="all")
    assert "failed" not in result and not result["changed"], result


def test_routing_profiles_come_back_too(account):
    every = account.tdm_routing_profile_info(gather="options")["routing_profiles"]
    result = account.tdm_routing_profiles(routing_profiles=every, create=False)
    assert every and every[0]["routes"] and "failed" not in result and not result["changed"], result


def test_a_device_that_goes_meanwhile_is_not_there(simulator, through, meddler, do):
    simulator.seed(3, prefix="70B3D57ED1")
    last = max(simulator.devices())
    meddler.on("GET", r"/devices/e" + last, do.meanwhile(lambda: simulator.inspect("DELETE", "devices/" + last)), times=1)
    told = through.tdm_device_info(gather="options", parallel=1)
    assert len(told["devices"]) == 2


@pytest.fixture
def silent(simulator):
    """Return the time of a platform's devices: one sent now, one three days ago, one never."""
    simulator.seed(3, prefix="70B3D57ED1")
    now = datetime.now(timezone.utc)
    for eui, days in zip(sorted(simulator.devices()), (0, 3, None)):
        radio = None if days is None else {"lastUpTimestamp": round((now - timedelta(days=days)).timestamp() * 1000) - 5000}
        simulator.change_device(eui, radio=radio)
    return now


@pytest.mark.parametrize("kind", ["json", "xml"])
def test_who_is_silent(simulator, account, silent, counts, frame, kind):
    account = account.with_options(body_format=kind)

    def found(**filters: object) -> list:
        return [int(one["dev_eui"][-1]) for one in account.tdm_device_info(**filters)["devices"]]

    assert found(silent_for="P2D") == [2, 3]
    assert counts() == {**frame, "GET /devices": 1}
    assert found(silent_for="pt80h") == [3]
    assert found(silent_for="PT1S") == [1, 2, 3]
    assert found(last_up_before=silent - timedelta(days=2)) == [2, 3]
    assert found(last_up_before=(silent - timedelta(days=4)).isoformat()) == [3]
    assert found(silent_for="P2D", created_to=silent - timedelta(days=2)) == []


REFUSED = [
    ({"silent_for": "2 days"}, 'silent_for has the duration "2 days": write it like PT12H or P2D'),
    ({"silent_for": "P1M"}, "silent_for has the duration"),
    ({"silent_for": "PT0S"}, "silent_for must be from PT1S to P3650D"),
    ({"silent_for": "P4000D"}, "silent_for must be from PT1S to P3650D"),
    ({"silent_for": " "}, "silent_for is empty"),
    ({"last_up_before": "2020-01-01"}, "last_up_before has no offset from UTC"),
    ({"last_up_before": "2999-01-01T00:00:00Z"}, "last_up_before is in the future"),
    ({"last_up_before": "yesterday"}, "last_up_before must be a date and time"),
]


@pytest.mark.parametrize("filters,message", REFUSED, ids=[next(iter(case[0].values())) for case in REFUSED])
def test_what_nobody_can_mean_is_refused_before_the_login(simulator, account, filters, message):
    result = account.tdm_device_info(**filters)
    assert result["failed"] and message in result["msg"]
    assert simulator.requests()["total"] == 0


def test_both_ways_to_say_how_long_are_not_given_together(validated_for):
    with pytest.raises(AssertionError, match="mutually exclusive"):
        validated_for("tdm_device_info", {"silent_for": "P2D", "last_up_before": "2020-01-01T00:00:00Z", "url": "http://x"})
