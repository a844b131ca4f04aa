# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Desired and observed, side by side: the one step that follows."""

from __future__ import annotations

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.desired import Desired
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.plan import Observed, compare, contradicted, plan
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.declaration import DEVICE
from ansible_collections.lorawan.thingpark.plugins.module_utils._schema.values import UNKNOWN

EUI = "70B3D57ED0100001"
KEY = "A3F07B1C9D2E48566F8190BACDE7F2D4"
ALARM = '<alarm004><threshold1 status="ENABLE" level="3" duration="P2D"/></alarm004>'
NO_ALARM = '<alarm004><threshold1 status="DISABLE" level="2" duration="PT1H"/></alarm004>'
WHOLE = {
    "EUI": EUI,
    "name": "meter",
    "activation": "OTAA",
    "appEUI": "1122334455667788",
    "nwAddress": "04F5F519",
    "model": {"ID": "LORA/GenericA.1", "commercialName": "Generic"},
    "networkSubscription": {"ID": "kpn/seldom", "commercialName": "Seldom", "nwGeolocalization": False, "prAllowed": False},
    "appServers": [{"ID": "as1", "name": "One"}, {"ID": "as2", "name": "Two"}],
    "suspension": "NONE",
    "domains": [{"name": "Paris", "group": {"name": "Site"}}],
    "alarm004": ALARM,
    "adminLat": 52.0,
    "adminLon": 4.0,
    "locationType": 0,
    "markerID": 203,
    "customerAdminData": "door",
    "motionIndicator": "RANDOM",
    "joinServer": "LOCAL",
    "occContext": {"version": 7},
}
BRIEF = {
    "EUI": EUI,
    "name": "meter",
    "activation": "OTAA",
    "model": {"ID": "LORA/GenericA.1"},
    "networkSubscription": {"ID": "kpn/seldom", "commercialName": "Seldom"},
    "healthState": "ACTIVE",
    "tags": ["a", "b"],
    "lat": 52.0,
    "lon": 4.0,
    "markerID": 203,
    "customerAdminData": None,
}


def described(**raw) -> Desired:
    values, faults = DEVICE.parse(raw)
    assert not faults
    return Desired(EUI, values)


def differences(desired: Desired, observed: Observed) -> tuple[list[str], list[str]]:
    comparison = compare(desired, observed)
    return comparison.differing, comparison.unknown


def whole(**changes) -> Observed:
    device = {**WHOLE, **changes}
    return Observed(DEVICE, brief=BRIEF, whole={key: value for key, value in device.items() if value is not ...})


def brief(**changes) -> Observed:
    changed = {**BRIEF, **changes}
    return Observed(DEVICE, brief={key: value for key, value in changed.items() if value is not ...})


@pytest.mark.parametrize(
    ("raw", "actual", "action", "body"),
    [
        # the same in another spelling
        ({"name": " meter "}, whole(), "nothing", {}),
        ({"join_eui": "11-22-33-44-55-66-77-88"}, whole(), "nothing", {}),
        ({"device_profile": "Generic"}, whole(), "nothing", {}),
        ({"connectivity_plan": "Seldom"}, brief(), "nothing", {}),
        ({"application_servers": "Two,as1"}, whole(), "nothing", {}),
        ({"inactivity_alarm": [{"level": 3, "duration": "PT48H"}]}, whole(), "nothing", {}),
        ({"inactivity_alarm": ALARM.replace('"', "'").replace("/>", "\n />")}, whole(), "nothing", {}),
        ({"tags": ["b", "a"]}, brief(), "nothing", {}),
        ({"tags": ["b", "a"]}, whole(), "nothing", {}),
        ({"domains": {"Site": "Paris"}}, whole(), "nothing", {}),
        ({"latitude": "52.000001", "longitude": 4}, whole(), "nothing", {}),
        ({"latitude": 52, "longitude": 4}, brief(), "nothing", {}),
        ({"marker_id": "203.0"}, brief(), "nothing", {}),
        ({"suspended": False}, brief(), "nothing", {}),
        ({"activation": "otaa", "join_eui": "1122334455667788"}, whole(), "nothing", {}),
        ({"inactivity_alarm": []}, whole(alarm004=...), "nothing", {}),
        ({"customer_admin_data": ""}, whole(customerAdminData=...), "nothing", {}),
        ({"routing_profile": ""}, whole(), "nothing", {}),
        ({"connectivity_plan": ""}, whole(networkSubscription=None), "nothing", {}),
        ({"dev_addr": "01020304"}, whole(), "nothing", {}),  # the network gives it
        ({"app_key": KEY, "verification_code": "1234"}, whole(), "nothing", {}),
        # what differs, and nothing else
        ({"name": "door", "marker_id": 203}, brief(), "update", {"name": "door"}),
        ({"customer_admin_data": ""}, whole(), "update", {"customerAdminData": ""}),
        ({"latitude": 52, "longitude": 5}, whole(), "update", {"adminLat": 52.0, "adminLon": 5.0}),
        ({"application_servers": ["as1"]}, whole(), "update", {"appServers": [{"ID": "as1"}]}),
        ({"application_servers": []}, whole(), "update", {"appServers": []}),
        ({"domains": {}, "name": "x"}, whole(), "update", {"domains": [], "name": "x"}),
        ({"join_eui": "FF" * 8}, whole(), "update", {"appEUI": "FF" * 8}),
        ({"device_profile": "LORA/GenericA.2"}, brief(), "update", {"model": {"ID": "LORA/GenericA.2"}}),
        ({"connectivity_plan": "kpn/often"}, whole(), "update", {"networkSubscription": {"ID": "kpn/often"}}),
        ({"connectivity_plan": ""}, whole(), "update", {"networkSubscription": {"ID": None}}),
        (
            {"network_geolocation": True, "passive_roaming": False},
            whole(),
            "update",
            {"networkSubscription": {"nwGeolocalization": True, "prAllowed": False}},
        ),
        (
            {"connectivity_plan": "kpn/often", "suspended": False},
            whole(),
            "update",
            {"networkSubscription": {"ID": "kpn/often"}, "suspension": "NONE"},
        ),
        ({"inactivity_alarm": []}, whole(), "update", {"alarm004": NO_ALARM}),
        ({"suspended": True}, brief(), "suspend", {"suspension": "SUBSCRIBER_SUSPENDED"}),
        ({"suspended": False}, brief(healthState="SUSPENDED"), "resume", {"suspension": "NONE"}),
        ({"suspended": True, "name": "x"}, brief(), "update", {"suspension": "SUBSCRIBER_SUSPENDED", "name": "x"}),
        ({"routing_profile": "r"}, whole(appServers=...), "update", {"appServersRoutingProfile": {"ID": "r"}}),
        ({"routing_profile": "r"}, whole(), "update", {"appServersRoutingProfile": {"ID": "r"}, "appServers": []}),
        (
            {"application_servers": ["as9"]},
            whole(appServers=..., appServersRoutingProfile={"ID": "r"}),
            "update",
            {"appServers": [{"ID": "as9"}], "appServersRoutingProfile": {"ID": None}},
        ),
    ],
)
def test_an_existing_device(raw, actual, action, body):
    step = plan(described(**raw), actual)
    assert (step.action, DEVICE.body(step.values), step.identity) == (action, body, EUI)
    assert set(step.before) == set(step.after)
    assert bool(step.after) is (action != "nothing")


PARIS, CITY, NORTH = ("Site", "Paris"), ("Kind", "City"), ("Site", "North")


@pytest.mark.parametrize(
    "raw,add,remove",
    [
        ({"domains": {}}, {}, {"domains": (PARIS,)}),
        ({"domains": {"Site": "North"}}, {"domains": (NORTH,)}, {}),  # it takes the place of the other one of its group
        ({"domains": {"Kind": "City"}}, {"domains": (CITY,)}, {"domains": (PARIS,)}),
        ({"add_domains": {"Kind": "City"}}, {"domains": (CITY,)}, {}),
        ({"add_domains": {"Site": "North"}}, {"domains": (NORTH,)}, {}),
        ({"add_domains": {"Kind": "City"}, "remove_domains": {"Site": "Paris"}}, {"domains": (CITY,)}, {"domains": (PARIS,)}),
        ({"remove_domains": {"Site": "North"}}, {}, {}),
        ({"add_tags": ["a", "c"]}, {"tags": ("c",)}, {}),
        ({"remove_tags": ["a", "c"]}, {}, {"tags": ("a",)}),
        ({"add_tags": ["a"], "remove_tags": ["c"]}, {}, {}),
    ],
)
def test_labels_come_and_go(raw, add, remove):
    step = plan(described(**raw), Observed(DEVICE, brief().brief, whole().whole))
    given = ({name: labels for name, labels in some.items() if labels} for some in (step.add, step.remove))
    assert (*given, step.values) == (add, remove, {})
    assert step.action == ("update" if add or remove else "nothing")


def test_labels_of_a_new_device():
    edits = {"add_tags": ["a"], "remove_tags": ["b"], "add_domains": {"Site": "Paris"}, "remove_domains": {"Kind": "City"}}
    step = plan(described(**edits), Observed(DEVICE))
    assert (step.after, step.add, step.values) == ({"tags": ("a",), "domains": (PARIS,)}, {"tags": ("a",)}, {"domains": (PARIS,)})


def test_what_is_added_to_must_be_known():
    unclear = Observed(DEVICE, {"EUI": EUI, "tags": None})
    assert compare(described(add_tags=["a"]), unclear).unknown == ["tags"]


def test_before_and_after_are_true():
    step = plan(described(name="door", marker_id=203, tags=["b", "c"]), brief())
    assert (step.before, step.after) == ({"name": "meter", "tags": ("a", "b")}, {"name": "door", "tags": ("b", "c")})


@pytest.mark.parametrize(
    ("tags", "add", "remove", "action"),
    [
        (["b", "c"], ("c",), ("a",), "update"),
        ([], (), ("a", "b"), "update"),
        (["a", "b", "c"], ("c",), (), "update"),
        (["b", "a"], (), (), "nothing"),
    ],
)
def test_tags_are_added_and_removed_apart(tags, add, remove, action):
    for actual in (brief(), whole(), Observed(DEVICE, whole=WHOLE, parts={"tags": ("a", "b")})):
        step = plan(described(tags=tags), actual)
        labels = (step.add.get("tags", ()), step.remove.get("tags", ()))
        assert (*labels, step.values, step.action) == (add, remove, {}, action)


@pytest.mark.parametrize(
    ("raw", "actual", "suspended"),
    [
        ({"connectivity_plan": ""}, whole(), (False, True)),
        ({"connectivity_plan": "kpn/often"}, whole(suspension="SUBSCRIBER_SUSPENDED"), (True, False)),
        ({"connectivity_plan": "kpn/often"}, whole(), None),
        ({"connectivity_plan": "", "suspended": True}, whole(suspension="SUBSCRIBER_SUSPENDED"), None),
        ({"connectivity_plan": "kpn/often"}, brief(healthState=None), None),
    ],
)
def test_what_the_platform_does_by_itself_is_foretold(raw, actual, suspended):
    step = plan(described(**raw), actual)
    said = (step.before["suspended"], step.after["suspended"]) if "suspended" in step.after else None
    assert said == suspended
    assert "suspended" not in step.values or "suspended" in raw


@pytest.mark.parametrize(
    ("raw", "actual", "words"),
    [
        ({"activation": "ABP", "dev_addr": "04F5F519", "nwk_s_key": KEY}, whole(), ["activation", "OTAA", "ABP"]),
        (
            {"activation": "ABP", "dev_addr": "01020304", "nwk_s_key": KEY},
            whole(activation="ABP"),
            ["dev_addr", "04F5F519", "01020304"],
        ),
        ({"dev_addr": "01020304"}, whole(activation="ABP"), ["dev_addr"]),
        ({"app_key": KEY}, whole(joinServer="EXTERNAL"), ["app_key", "external join server"]),
        ({"join_eui": "1122334455667788", "owner_token": "S3cretT0ken"}, whole(), ["owner_token", "local join server"]),
        ({"join_eui": "1122334455667788", "owner_token": "S3cretT0ken"}, whole(joinServer="LOCAL_WITH_HSM"), ["owner_token"]),
    ],
)
def test_what_can_not_change_is_refused_with_what_would_be_lost(raw, actual, words):
    step = plan(described(name="other", **raw), actual)
    assert (step.action, step.values) == ("refuse", {})
    for word in (*words, "ThingPark can't change", "history", "alarms", "lost forever"):
        assert word in step.message
    assert KEY[:6] not in step.message and "S3cret" not in step.message


def test_the_right_kind_of_join_server_is_no_refusal():
    assert plan(described(join_eui="1122334455667788", owner_token="x"), whole(joinServer="EXTERNAL")).action == "nothing"
    assert plan(described(app_key=KEY), whole(joinServer=...)).action == "nothing"


@pytest.mark.parametrize(
    ("raw", "actual", "expected"),
    [
        ({"name": "x"}, brief(), (["name"], [])),
        ({"name": "x"}, brief(name=None), ([], ["name"])),
        ({"name": "x"}, brief(name=...), ([], ["name"])),
        ({"customer_admin_data": "x"}, brief(), ([], ["customer_admin_data"])),
        ({"customer_admin_data": ""}, brief(), ([], ["customer_admin_data"])),
        ({"activation": "ABP", "dev_addr": "1" * 8, "nwk_s_key": KEY}, brief(activation=None), ([], ["activation", "dev_addr"])),
        ({"inactivity_alarm": []}, brief(), ([], ["inactivity_alarm"])),
        ({"tags": ["a"]}, brief(tags=...), ([], ["tags"])),
        ({"tags": ["a"]}, brief(tags=[]), (["tags"], [])),
        ({"suspended": True}, brief(healthState=...), ([], ["suspended"])),
        # a brief may show a place that the device doesn't have: only the device itself decides
        ({"latitude": 53, "longitude": 4}, brief(), ([], ["latitude"])),
        ({"latitude": 53, "longitude": 4}, brief(lat=None), ([], ["latitude", "location_type"])),
        ({"latitude": 52, "longitude": 4}, brief(radius=80), ([], ["latitude", "longitude", "location_type"])),
        ({"latitude": 53, "longitude": 4}, whole(), (["latitude"], [])),
        ({"location_type": "network"}, brief(radius=80), ([], [])),
        # old platforms name a plan without its ID
        ({"connectivity_plan": "Seldom"}, brief(networkSubscription={"commercialName": "Seldom"}), ([], [])),
        (
            {"connectivity_plan": "kpn/seldom"},
            brief(networkSubscription={"commercialName": "Seldom"}),
            ([], ["connectivity_plan"]),
        ),
        ({"connectivity_plan": "kpn/often"}, brief(networkSubscription={"ID": "kpn/seldom"}), (["connectivity_plan"], [])),
        ({"connectivity_plan": "kpn/often"}, brief(networkSubscription=None), ([], ["connectivity_plan"])),
        ({"connectivity_plan": ""}, brief(networkSubscription={"commercialName": "Seldom"}), (["connectivity_plan"], [])),
        ({"connectivity_plan": ""}, brief(networkSubscription={"ID": "kpn/seldom"}), (["connectivity_plan"], [])),
        # who takes one of two rivals must know of the other
        ({"application_servers": ["as9"]}, brief(appServers=[]), (["application_servers"], ["routing_profile"])),
        ({"routing_profile": "r"}, brief(appServersRoutingProfile={"ID": "q"}), (["routing_profile"], ["application_servers"])),
        ({"application_servers": ["as9"]}, brief(appServers=[{"ID": "as9"}]), ([], [])),
        ({"application_servers": []}, brief(appServers=[{"ID": "as9"}]), (["application_servers"], [])),
        ({"application_servers": ["as9"]}, whole(), (["application_servers"], [])),
    ],
)
def test_differing_and_unknown(raw, actual, expected):
    assert differences(described(**raw), actual) == expected


def test_what_can_not_be_seen_is_neither_differing_nor_unknown():
    assert differences(Desired(EUI, {"app_key": KEY, "owner_token": "x"}), brief()) == ([], [])


def test_what_an_earlier_run_saw_counts():
    recalled = {"alarm004": ALARM, "adminLat": 52.5, "adminLon": 4.0, "locationType": 0, "appServersRoutingProfile": None}
    actual = Observed(DEVICE, brief=BRIEF, recalled=recalled)
    assert differences(described(inactivity_alarm=[{"level": 3, "duration": "P2D"}]), actual) == ([], [])
    assert differences(described(inactivity_alarm=[]), actual) == (["inactivity_alarm"], [])
    assert differences(described(latitude=52.5, longitude=4), actual) == ([], [])
    assert differences(described(latitude=52, longitude=4), actual) == (["latitude"], [])
    assert actual.value("routing_profile") == ""
    assert actual.value("customer_admin_data") is UNKNOWN


@pytest.mark.parametrize("update_keys", [False, True])
def test_keys_are_written_again_only_when_asked(update_keys):
    raw = {"name": "door", "app_key": KEY, "nwk_key": KEY, "verification_code": "1"}
    step = plan(described(**raw), whole(), update_keys=update_keys)
    keys = {"appKey": KEY, "nwkKey": KEY, "verificationCode": "1"} if update_keys else {}
    assert DEVICE.body(step.values) == {"name": "door", **keys}
    same = plan(described(app_key=KEY), whole(), update_keys=update_keys)
    assert same.action == ("update" if update_keys else "nothing")
    assert same.after == ({"app_key": KEY} if update_keys else {})
    assert plan(described(name="meter"), whole(), update_keys=update_keys).action == "nothing"


def test_what_the_platform_never_takes_again_is_not_written_again():
    wanted = described(join_eui="1122334455667788", owner_token="x")
    assert plan(wanted, whole(joinServer="EXTERNAL"), update_keys=True).action == "nothing"


def test_a_new_device():
    wanted = described(activation="OTAA", app_key=KEY, device_profile="p", tags=["t"], latitude=52, longitude=4, suspended=True)
    step = plan(wanted, Observed(DEVICE))
    assert (step.action, step.add, step.remove, step.before) == ("create", {"tags": ("t",)}, {}, {})
    assert DEVICE.body(step.values) == {
        "activation": "OTAA",
        "appKey": KEY,
        "model": {"ID": "p"},
        "adminLat": 52.0,
        "adminLon": 4.0,
        "suspension": "SUBSCRIBER_SUSPENDED",
    }
    assert step.after["location_type"] == "manual"


def test_a_row_that_only_updates_makes_nothing():
    step = plan(Desired(EUI, {"name": "x"}, create=False), Observed(DEVICE))
    assert step.action == "refuse" and "UPDATE" in step.message and step.message.endswith(": activation, device_profile")
    assert plan(Desired(EUI, {"name": "x"}, create=False), brief()).action == "update"


def test_absent():
    assert plan(Desired(EUI, {}, absent=True), Observed(DEVICE)).action == "nothing"
    step = plan(Desired(EUI, {}, absent=True), whole())
    assert step.action == "delete"
    assert step.before["name"] == "meter" and step.before["tags"] == ("a", "b")
    assert "app_key" not in step.before


def test_what_is_known_of_a_device_describes_it_again():
    known = whole().known()
    assert "network_geolocation" not in known and "passive_roaming" not in known
    assert "routing_profile" not in known and known["latitude"] == 52.0
    shown = DEVICE.show(known)
    assert shown["connectivity_plan"] == "kpn/seldom"
    assert plan(described(**shown), whole()).action == "nothing"
    enterprise = whole(networkSubscription={"nwGeolocalization": True, "prAllowed": False}).known()
    assert enterprise["network_geolocation"] is True


def test_what_did_not_take_effect_is_written_once_more():
    wanted = described(suspended=True, latitude=52, longitude=4, name="other")
    assert contradicted(wanted, DEVICE, WHOLE) == {"suspended": True}
    assert contradicted(wanted, DEVICE, {**WHOLE, "suspension": "SUBSCRIBER_SUSPENDED", "locationType": 1}) == {
        "location_type": "manual"
    }
    assert contradicted(described(name="other"), DEVICE, WHOLE) == {}


@pytest.mark.parametrize(("context", "version"), [({"version": 7}, 7), ({"version": "7"}, None), ({}, None), (None, None)])
def test_the_version_for_optimistic_locking(context, version):
    assert Observed(DEVICE, whole={"occContext": context}).version == version
    assert Observed(DEVICE, brief={"occContext": {"version": 1}}).version is None
    assert not Observed(DEVICE).exists and Observed(DEVICE, whole={}).exists


def test_a_value_that_nobody_knows_is_a_difference_that_can_be_shown():
    step = plan(described(motion_indicator="RANDOM"), whole(motionIndicator="TELEPORTING"))
    assert step.before == {"motion_indicator": "TELEPORTING"}
    step = plan(described(suspended=False), whole(suspension="OPERATOR_SUSPENDED"))
    assert step.before == {"suspended": "OPERATOR_SUSPENDED"}
