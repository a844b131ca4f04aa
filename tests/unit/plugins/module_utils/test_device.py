# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The device as it is declared: what it requires, what it forbids, what is sent and what is shown."""

from __future__ import annotations

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.declaration import DEVICE
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.rules import check_creation
from ansible_collections.lorawan.thingpark.plugins.module_utils._schema.values import UNKNOWN, dig

K1, K2, K3 = "A3F07B1C9D2E48566F8190BACDE7F2D4", "0F1E2D3C4B5A69788796A5B4C3D2E1F0", "C0FFEE00C0FFEE11C0FFEE22C0FFEE33"
JOIN = "1122334455667788"
OTAA = {"activation": "OTAA", "app_key": K1}
ABP = {"activation": "ABP", "dev_addr": "04F5F519", "nwk_s_key": K1}
ENCRYPTED = "Qm9+/" * 20


def faults(**raw) -> list:
    return [option for option, _message in DEVICE.parse(raw)[1]]


@pytest.mark.parametrize(
    "raw",
    [
        OTAA,
        {**OTAA, "join_eui": JOIN},
        {**OTAA, "app_eui": JOIN},
        {**OTAA, "nwk_key": K2},
        {**OTAA, "dev_addr": "04f5f519"},
        {"activation": "otaa", "join_eui": JOIN},
        {"activation": "OTAA", "join_eui": JOIN, "owner_token": "T0ken"},
        {**OTAA, "app_key": ENCRYPTED, "exchange_key_version": "1"},
        {**OTAA, "app_key": "AB" * 24, "hsm_app_key_version": 2},
        ABP,
        {**ABP, "app_s_keys": {"*": K2}},
        {**ABP, "s_nwk_s_int_key": K2, "nwk_s_enc_key": K3},
        {"activation": "ABP", "dev_addr": "04F5F519", "f_nwk_s_int_key": K1},
        {"name": "x"},
        {"app_key": K1},
        {},
        {"routing_profile": "", "application_servers": ["a"]},
        {"routing_profile": "a", "application_servers": []},
        {"connectivity_plan": "", "network_geolocation": True},
        {"network_geolocation": True, "passive_roaming": False},
        {"latitude": 52, "longitude": "4.5"},
        {"name": None, "app_key": None, "activation": None},
        {"name": "", "marker_id": "", "suspended": "", "motion_indicator": " "},
    ],
)
def test_what_may_stand_together(raw):
    assert faults(**raw) == []


@pytest.mark.parametrize(
    ("raw", "options"),
    [
        ({**OTAA, "owner_token": "T0ken"}, ["owner_token"]),
        ({"app_key": K1, "owner_token": "T0ken"}, ["owner_token"]),
        ({"activation": "OTAA", "owner_token": "T0ken", "join_server": "local"}, ["owner_token"]),
        ({**OTAA, "nwk_key": K2, "join_server": "external"}, ["app_key", "nwk_key"]),
        ({**ABP, "join_server": "local"}, ["join_server"]),
        ({**OTAA, "join_server": "ours"}, ["join_server"]),
        ({**OTAA, "nwk_s_key": K2}, ["nwk_s_key"]),
        ({**OTAA, "app_s_keys": {"*": K2}}, ["app_s_keys"]),
        ({**OTAA, "s_nwk_s_int_key": K2, "nwk_s_enc_key": K3}, ["s_nwk_s_int_key", "nwk_s_enc_key"]),
        ({**ABP, "app_key": K2}, ["app_key"]),
        ({**ABP, "nwk_key": K2}, ["nwk_key"]),
        ({**ABP, "join_eui": JOIN}, ["join_eui"]),
        ({**ABP, "owner_token": "T0ken"}, ["owner_token"]),
        ({**ABP, "s_nwk_s_int_key": K2}, ["nwk_s_enc_key"]),
        ({**ABP, "nwk_s_enc_key": K2}, ["s_nwk_s_int_key"]),
        ({"app_key": K1, "nwk_s_key": K2}, ["activation"]),
        ({"routing_profile": "a", "application_servers": ["b"]}, ["application_servers"]),
        ({"connectivity_plan": "a", "network_geolocation": False}, ["connectivity_plan"]),
        ({"connectivity_plan": "a", "passive_roaming": True}, ["connectivity_plan"]),
        ({"latitude": 52}, ["longitude"]),
        ({"longitude": 4}, ["latitude"]),
        ({**OTAA, "app_key": ENCRYPTED}, ["app_key"]),
        ({"join_eui": JOIN, "app_eui": JOIN}, ["join_eui"]),
    ],
)
def test_what_is_required_and_what_is_forbidden(raw, options):
    assert faults(**raw) == options


@pytest.mark.parametrize(
    ("raw", "option"),
    [
        ({"activation": "OTAA", "app_key": "12"}, "app_key"),
        ({"activation": "OTAA", "join_eui": "12"}, "join_eui"),
        ({**OTAA, "nwk_key": "12"}, "nwk_key"),
        ({**OTAA, "app_key": "12", "nwk_key": K2}, "app_key"),
        ({"activation": "OTA", "app_key": K1}, "activation"),
        ({"activation": "OTA", "dev_addr": "04F5F519", "nwk_s_key": K1}, "activation"),
        ({**ABP, "dev_addr": "04F5F51"}, "dev_addr"),
        ({**ABP, "nwk_s_key": "x"}, "nwk_s_key"),
        ({**ABP, "app_s_keys": {"0": K2}}, "app_s_keys"),
        ({**ABP, "s_nwk_s_int_key": "x", "nwk_s_enc_key": K3}, "s_nwk_s_int_key"),
        ({"latitude": "52,1", "longitude": 4}, "latitude"),
        ({"latitude": 52, "longitude": 181}, "longitude"),
        ({"marker_id": "many"}, "marker_id"),
        ({"motion_indicator": "SLOW"}, "motion_indicator"),
        ({"suspended": "perhaps"}, "suspended"),
        ({"domains": ["Site:a", "Site:b"]}, "domains"),
        ({"tags": ["<"]}, "tags"),
        ({"inactivity_alarm": [{"level": 1, "duration": "P1D"}]}, "inactivity_alarm"),
        ({"name": ["a"]}, "name"),
    ],
)
def test_one_fault_gives_one_finding(raw, option):
    assert faults(**raw) == [option]


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("appkey", "app_key"),
        ("appKey", "app_key"),
        ("join_euii", "join_eui"),
        ("conectivity_plan", "connectivity_plan"),
        ("lattitude", "latitude"),
        ("tag", "tags"),
        ("qqqqqq", None),
    ],
)
@pytest.mark.parametrize("given", ["x", None, ""])
def test_an_unknown_option_is_named_with_its_nearest(name, near, given):
    _values, found = DEVICE.parse({name: given})
    assert [option for option, _message in found] == [name]
    assert ("did you mean %s?" % near in found[0][1]) if near else ("did you mean" not in found[0][1])


def test_an_option_that_is_no_text_is_unknown_too():
    assert faults(**{"1": 2}) == ["1"]
    assert [option for option, _message in DEVICE.parse({1: 2})[1]] == ["1"]


def test_a_location_that_is_given_is_the_one_to_use():
    values, _faults = DEVICE.parse({"latitude": 52, "longitude": 4})
    assert values["location_type"] == "manual"
    values, _faults = DEVICE.parse({"latitude": 52, "longitude": 4, "location_type": "network"})
    assert values["location_type"] == "network"


@pytest.mark.parametrize(
    ("raw", "minor", "options"),
    [
        (OTAA, 10, ["nwk_key"]),
        ({**OTAA, "nwk_key": K2}, 10, []),
        ({**OTAA, "nwk_key": K2}, 3, ["nwk_key"]),
        (OTAA, 3, []),
        ({"activation": "OTAA", "join_eui": JOIN, "join_server": "external"}, 10, []),
        (ABP, 10, ["s_nwk_s_int_key", "nwk_s_enc_key"]),
        (ABP, 2, []),
        ({**ABP, "s_nwk_s_int_key": K2, "nwk_s_enc_key": K3}, 10, []),
        ({**ABP, "s_nwk_s_int_key": K2, "nwk_s_enc_key": K3}, 0, ["s_nwk_s_int_key", "nwk_s_enc_key"]),
        ({**OTAA, "nwk_key": K2}, None, []),
    ],
)
def test_what_the_profiles_version_requires_and_forbids(raw, minor, options):
    values, _faults = DEVICE.parse({"device_profile": "p", **raw})
    assert [option for option, _message in check_creation(values, minor)] == options


EXTERNAL = {"activation": "OTAA", "join_server": "external"}


@pytest.mark.parametrize(
    ("raw", "options"),
    [
        ({}, ["activation", "device_profile"]),
        ({**OTAA, "device_profile": ""}, ["device_profile"]),
        ({"activation": "OTAA"}, ["app_key"]),
        ({"activation": "OTAA", "join_eui": JOIN}, ["app_key"]),
        ({"activation": "OTAA", "join_eui": JOIN, "join_server": "local"}, ["app_key"]),
        ({"activation": "OTAA", "join_eui": JOIN, "nwk_key": K2}, ["app_key"]),
        ({"activation": "OTAA", "owner_token": "T0ken"}, ["join_eui"]),
        (EXTERNAL, ["join_eui"]),
        ({**EXTERNAL, "join_eui": JOIN}, []),
        ({"activation": "OTAA", "join_eui": JOIN, "owner_token": "T0ken"}, []),
        (OTAA, []),
        (ABP, []),
        ({"activation": "ABP"}, ["dev_addr", "nwk_s_key"]),
        ({"activation": "ABP", "nwk_s_key": K1}, ["dev_addr"]),
        ({"activation": "ABP", "dev_addr": "04F5F519"}, ["nwk_s_key"]),
    ],
)
def test_what_a_device_can_not_be_made_without(raw, options):
    values, found = DEVICE.parse({"device_profile": "p", **raw} if raw else raw)
    assert not found  # a device that exists has it all
    assert [option for option, _message in check_creation(values)] == options


@pytest.mark.parametrize(
    ("api", "value"), [("LOCAL", "local"), ("LOCAL_WITH_HSM", "local"), ("EXTERNAL", "external"), (None, UNKNOWN), ("", UNKNOWN)]
)
def test_join_servers(api, value):
    field = DEVICE.by_name["join_server"]
    assert field.from_whole({"joinServer": api}) == value and field.from_whole({}) is UNKNOWN


def test_the_body_speaks_the_apis_language():
    raw = {
        **ABP,
        "app_s_keys": {"1-2": K2},
        "device_profile": "LORA/GenericA.1",
        "network_geolocation": True,
        "passive_roaming": False,
        "application_servers": "b,a",
        "suspended": True,
        "tags": ["t"],
        "domains": {"Site": "Paris"},
        "latitude": 52,
        "longitude": 4,
        "marker_id": "203",
        "driver_application": "abeeway:asset-tracker:1",
        "debug_network_geolocation": True,
        "inactivity_alarm": [],
        "customer_admin_data": "",
        "routing_profile": "",
    }
    assert DEVICE.body(DEVICE.parse(raw)[0]) == {
        "activation": "ABP",
        "nwAddress": "04F5F519",
        "nwKey": K1,
        "appKeys": '<AppSKeys><AppSKey Port="1-2">%s</AppSKey></AppSKeys>' % K2,
        "model": {"ID": "LORA/GenericA.1"},
        "networkSubscription": {"nwGeolocalization": True, "prAllowed": False},
        "appServers": [{"ID": "a"}, {"ID": "b"}],
        "suspension": "SUBSCRIBER_SUSPENDED",
        "domains": [{"name": "Paris", "group": {"name": "Site"}}],
        "adminLat": 52.0,
        "adminLon": 4.0,
        "locationType": 0,
        "markerID": 203,
        "driverMetadata": {"application": "abeeway:asset-tracker:1"},
        "debug": {"nwGeoloc": True},
        "alarm004": '<alarm004><threshold1 status="DISABLE" level="2" duration="PT1H"/></alarm004>',
        "customerAdminData": "",
        "appServersRoutingProfile": {"ID": None},
    }


@pytest.mark.parametrize("flags_first", [True, False])
def test_a_plan_and_its_flags_share_one_object(flags_first):
    names = ["network_geolocation", "connectivity_plan"]
    values = {"network_geolocation": True, "connectivity_plan": ""}
    ordered = {name: values[name] for name in (names if flags_first else reversed(names))}
    sent = DEVICE.body(ordered)["networkSubscription"]
    assert sent["nwGeolocalization"] is True


def test_secrets_are_only_named():
    values, _faults = DEVICE.parse({**ABP, "app_s_keys": {"*": K2}, "verification_code": "12345678"})
    shown = DEVICE.show({**values, "name": UNKNOWN})
    assert shown == {
        "activation": "ABP",
        "dev_addr": "04F5F519",
        "nwk_s_key": "(secret)",
        "app_s_keys": "(secret)",
        "verification_code": "(secret)",
    }
    assert set(DEVICE.secrets(values)) == {K1, K2, "12345678"}
    assert DEVICE.secrets({"app_s_keys": ENCRYPTED}) == [ENCRYPTED]


def test_every_key_is_a_secret_in_the_argument_spec():
    spec = DEVICE.argument_spec()
    secret = {name for name, entry in spec.items() if entry.get("no_log") is True}
    assert secret == {
        *("app_key", "nwk_key", "nwk_s_key", "app_s_keys", "s_nwk_s_int_key", "nwk_s_enc_key"),
        *("owner_token", "verification_code"),
    }
    assert spec["join_eui"]["aliases"] == ["app_eui"]


def test_dig():
    assert dig({"a": {"b": None}}, ("a", "b")) is None
    assert dig({"a": None}, ("a", "b")) is UNKNOWN
    assert dig([], ("a",)) is UNKNOWN
    assert not UNKNOWN and repr(UNKNOWN) == "UNKNOWN"


@pytest.mark.parametrize(("api", "value"), [(0, "manual"), ("1", "network"), (1, "network"), (None, "network"), (7, 7)])
def test_the_type_of_location(api, value):
    kind = DEVICE.by_name["location_type"].type
    assert kind.read(api) == value
    assert kind.send("network") == 1


@pytest.mark.parametrize("text", ["abeeway:asset-tracker:1", "a:b:0", "a:b:1.2.3-rc.1+x"])
def test_protocol_identifiers(text):
    assert DEVICE.parse({"driver_application": text}) == ({"driver_application": text}, [])


@pytest.mark.parametrize("text", ["abeeway", "a:b", "a:b:01", "a:b:x", "a b:c:1", "a:b:1:2", "abeeway-x:b:1", "a:b:1\n1"])
def test_what_is_no_protocol_identifier(text):
    assert "must be like abeeway:asset-tracker:1" in DEVICE.parse({"driver_application": text})[1][0][1]


def test_a_key_where_an_options_name_should_be_is_not_shown():
    key = "0F1E2D3C4B5A69788796A5B4C3D2E1F0"
    _values, faults = DEVICE.parse({"dev_eui_x": 1, key: "app_key"})
    assert [option for option, _message in faults] == ["dev_eui_x", "(hidden, it may be a key)"]
    assert key not in str(faults)
