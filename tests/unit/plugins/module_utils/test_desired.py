# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From rows to what is desired: identity, defaults, duplicates, and all faults at once."""

from __future__ import annotations

import difflib

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.desired import Problem, read_desired, refuse
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.sources import overlaid, rows_of
from ansible_collections.lorawan.thingpark.plugins.module_utils._errors import BadInput
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.declaration import DEVICE
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.tr005 import crc16_modbus

E1, E2, E3 = "70B3D57ED0100001", "70B3D57ED0100002", "70B3D57ED0100003"
JOIN = "1122334455667788"
KEY = "A3F07B1C9D2E48566F8190BACDE7F2D4"
TAG = "LW:D0:%s:%s:AABB1122" % (JOIN, E1)


def read(*devices, **options) -> list:
    return read_desired(DEVICE, rows_of(DEVICE, list(devices)), **options)


def findings(*devices, **options) -> list:
    """Return ``(where, option)`` of all findings."""
    with pytest.raises(BadInput) as caught:
        read(*devices, **options)
    return [(each["where"], each["option"]) for each in caught.value.facts["findings"]]


def test_a_wish_is_canonical():
    (desired,) = read({"dev_eui": "70-b3-d5-7e-d0-10-00-01", "name": " a ", "marker_id": "12"})
    assert (desired.identity, desired.where, desired.absent) == (E1, "devices[0]", False)
    assert desired.values == {"name": "a", "marker_id": 12}


@pytest.mark.parametrize(
    "second", [E1, E1.lower(), "70-B3-D5-7E-D0-10-00-01", "70:b3:d5:7e:d0:10:00:01", "70B3 D57E\u00a0D010 0001", TAG]
)
def test_a_device_is_described_once_in_any_spelling(second):
    with pytest.raises(BadInput) as caught:
        read({"dev_eui": E1}, {"dev_eui": E2}, {"dev_eui": second, "app_key": KEY})
    (problem,) = caught.value.facts["findings"]
    assert (problem["where"], problem["option"], problem["dev_eui"]) == ("devices[2]", "dev_eui", E1)
    assert "first in devices[0]" in problem["message"]


def test_a_device_both_present_and_absent_is_described_twice():
    assert findings({"dev_eui": E1}, {"dev_eui": E1, "state": "absent"}) == [("devices[1]", "dev_eui")]


def test_states():
    present, absent = read({"dev_eui": E1, "state": "present"}, {"dev_eui": E2}, state="absent")
    assert (present.absent, absent.absent) == (False, True)
    assert findings({"dev_eui": E1, "state": "gone"}) == [("devices[0]", "state")]
    one, two = read({"dev_eui": E1, "state": " Absent "}, {"dev_eui": E2, "state": "PRESENT"})
    assert (one.absent, two.absent) == (True, False)


@pytest.mark.parametrize("raw", [[E1], {"a": E1}, [[E1] * 1000] * 1000, True, 1.5])
@pytest.mark.parametrize("option", ["host", "dev_eui", "onboarding_tag", "state"])
def test_what_is_no_text_is_one_fault_and_not_shown(option, raw):
    with pytest.raises(BadInput) as caught:
        read({"onboarding_tag": TAG, option: raw})
    (told,) = caught.value.facts["findings"]
    assert (told["where"], told["option"]) == ("devices[0]", option)
    assert len(told["message"]) < 200 and E1 not in told["message"]


@pytest.mark.parametrize("name,looked_for", [("applicationservers", 1), ("application_servers_%d", 60)])
def test_many_unknown_names_are_looked_for_a_few_times(monkeypatch, name, looked_for):
    looked = []
    look = difflib.get_close_matches
    monkeypatch.setattr(difflib, "get_close_matches", lambda *given: looked.append(given) or look(*given))
    with pytest.raises(BadInput) as caught:
        read(*[{"dev_eui": "%016X" % i, name % i if "%" in name else name: 1} for i in range(500)])
    assert "did you mean application_servers?" in caught.value.message and len(looked) == looked_for


def test_an_absent_device_needs_nothing_but_known_options():
    (desired,) = read({"dev_eui": E1, "activation": "OTAA", "app_key": "rubbish", "state": "absent"})
    assert desired.values == {}
    unknown = {"dev_eui": E1, "state": "absent", "nmae": "x", "foo": None}
    assert findings(unknown) == [("devices[0]", "nmae"), ("devices[0]", "foo")]


@pytest.mark.parametrize("raw", [{}, {"dev_eui": None}, {"dev_eui": ""}, {"name": "x"}])
def test_a_device_without_identity(raw):
    assert findings(raw) == [("devices[0]", "dev_eui")]


@pytest.mark.parametrize("raw", ["text", None, 5, [KEY], [["dev_eui", E1]]])
def test_a_row_that_is_no_dictionary_is_not_quoted(raw):
    with pytest.raises(BadInput) as caught:
        read(raw, {"dev_eui": "short"})
    assert [each["where"] for each in caught.value.facts["findings"]] == ["devices[0]", "devices[1]"]
    assert KEY[:6] not in caught.value.message


def test_a_tag_brings_identity_activation_and_join_eui():
    (desired,) = read({"onboarding_tag": TAG, "app_key": KEY})
    assert desired.identity == E1
    assert desired.kept.profile_id == "AABB1122"
    assert desired.values == {"activation": "OTAA", "join_eui": JOIN, "app_key": KEY}
    (same,) = read({"dev_eui": TAG, "app_key": KEY})
    assert same.values == desired.values


def test_the_tags_owner_token_counts_only_where_the_join_server_is_external():
    text = TAG + ":OT0ken123"
    (external,) = read({"onboarding_tag": text})
    assert external.values["owner_token"] == "T0ken123"
    (local,) = read({"onboarding_tag": text, "app_key": KEY})
    assert "owner_token" not in local.values
    (own,) = read({"onboarding_tag": text, "owner_token": "mine1234"})
    assert own.values["owner_token"] == "mine1234"


@pytest.mark.parametrize(
    ("raw", "option"),
    [
        ({"onboarding_tag": TAG, "dev_eui": E2}, "onboarding_tag"),
        ({"onboarding_tag": TAG, "dev_eui": "12"}, "dev_eui"),
        ({"onboarding_tag": TAG, "join_eui": "FF" * 8}, "join_eui"),
        ({"onboarding_tag": TAG, "app_eui": "FF"}, "join_eui"),
        ({"onboarding_tag": TAG + ":C0000"}, "onboarding_tag"),
        ({"dev_eui": TAG + ":C0000"}, "onboarding_tag"),
        ({"onboarding_tag": "LW:D0"}, "onboarding_tag"),
    ],
)
def test_what_contradicts_a_tag(raw, option):
    assert findings({"app_key": KEY, **raw}) == [("devices[0]", option)]


def test_what_agrees_with_a_tag():
    text = "%s:C%04X" % (TAG, crc16_modbus(TAG.encode()))
    (desired,) = read({"onboarding_tag": text, "dev_eui": E1.lower(), "app_eui": "11-22-33-44-55-66-77-88"})
    assert desired.values["join_eui"] == JOIN


def test_defaults_fill_in_what_a_device_does_not_say():
    defaults = {"marker_id": "7", "app_eui": JOIN, "tags": ["a"]}
    one, two, gone = read(
        {"dev_eui": E1, "marker_id": None},
        {"dev_eui": E2, "marker_id": 8, "join_eui": "FF" * 8, "tags": []},
        {"dev_eui": E3, "state": "absent"},
        defaults=defaults,
    )
    assert one.values == {"marker_id": 7, "join_eui": JOIN, "tags": ("a",)}
    assert two.values == {"marker_id": 8, "join_eui": "FF" * 8, "tags": ()}
    assert gone.values == {}


@pytest.mark.parametrize(
    ("defaults", "raw", "values"),
    [
        ({"routing_profile": "r"}, {"application_servers": ["a"]}, {"application_servers": ("a",)}),
        ({"application_servers": ["a"]}, {"routing_profile": "r"}, {"routing_profile": "r"}),
        ({"connectivity_plan": "p"}, {"network_geolocation": True}, {"network_geolocation": True}),
        ({"network_geolocation": True, "passive_roaming": True}, {"connectivity_plan": "p"}, {"connectivity_plan": "p"}),
        ({"routing_profile": "r"}, {"application_servers": None}, {"routing_profile": "r"}),
    ],
)
def test_a_device_that_takes_one_rival_needs_no_default_for_the_other(defaults, raw, values):
    (desired,) = read({"dev_eui": E1, **raw}, defaults=defaults)
    assert desired.values == values


@pytest.mark.parametrize(
    ("defaults", "options"),
    [
        ({"dev_eui": E1}, ["dev_eui"]),
        ({"state": "absent", "onboarding_tag": TAG}, ["onboarding_tag", "state"]),
        ({"marker_id": "x", "latitude": 99}, ["marker_id", "latitude"]),
        ({"conectivity_plan": "p"}, ["conectivity_plan"]),
        ({"foo": None}, ["foo"]),
        ({"join_eui": JOIN, "app_eui": JOIN}, ["join_eui"]),
        ({"routing_profile": "r", "application_servers": ["a"]}, ["application_servers"]),
        ({"connectivity_plan": "p", "passive_roaming": True}, ["connectivity_plan"]),
    ],
)
def test_faults_of_defaults_are_reported_once(defaults, options):
    many = [{"dev_eui": "70B3D57ED01%05X" % number} for number in range(30)]
    assert findings(*many, defaults=defaults) == [("defaults", option) for option in options]


@pytest.mark.parametrize(
    "defaults",
    [
        {"activation": "OTAA"},
        {"latitude": 52},
        {"nwk_s_enc_key": KEY},
        {"app_key": "Qm9+/" * 20},
        {"activation": "ABP"},
        {"owner_token": "x"},
    ],
)
def test_defaults_may_be_half_of_something(defaults):
    other = {"app_key": KEY, "longitude": 4, "s_nwk_s_int_key": KEY, "exchange_key_version": "1", "join_eui": JOIN}
    other.update({"dev_addr": "01020304", "nwk_s_key": KEY})
    wanted = {
        "activation": (),
        "latitude": ("longitude",),
        "nwk_s_enc_key": ("s_nwk_s_int_key",),
        "app_key": ("exchange_key_version",),
        "owner_token": ("join_eui",),
    }[next(iter(defaults))]
    assert read({"dev_eui": E1, **{name: other[name] for name in wanted}}, defaults=defaults)


def test_an_encrypted_key_and_its_version_may_both_be_defaults():
    assert read({"dev_eui": E1}, defaults={"app_key": "Qm9+/" * 20, "exchange_key_version": "1"})


def test_the_message_names_forty_and_counts_the_rest():
    with pytest.raises(BadInput) as caught:
        read(*[{"dev_eui": "x%d" % number} for number in range(55)])
    assert len(caught.value.facts["findings"]) == 55
    assert caught.value.message.startswith("55 faults")
    assert caught.value.message.count("devices[") == 40
    assert "and 15 more" in caught.value.message


def test_findings_as_sentence_and_as_value():
    problem = Problem("line 3", E1, "name", "is odd")
    refuse(DEVICE, [])
    with pytest.raises(BadInput, match="^1 fault in") as caught:
        refuse(DEVICE, [problem])
    assert caught.value.message.splitlines()[1:] == ["line 3 (device %s): name is odd" % E1]
    assert caught.value.facts["findings"] == [{"where": "line 3", "dev_eui": E1, "option": "name", "message": "is odd"}]


@pytest.mark.parametrize(
    ("places", "where"),
    [
        (["line 3", "line 9"], "lines 3, 9"),
        (["line %d" % number for number in range(1, 31)], "lines 1, 2, 3, 4, 5, 6, 7, 8 and 22 more"),
        (["devices[0]", "host a"], "devices[0], host a"),
    ],
)
def test_equal_findings_are_told_once_with_their_rows(places, where):
    other = Problem("defaults", "", "tags", "is odd")
    with pytest.raises(BadInput) as caught:
        refuse(DEVICE, [Problem(place, E1, "name", "is odd") for place in places] + [other])
    assert caught.value.message.splitlines()[1:] == [where + ": name is odd", "defaults: tags is odd"]
    assert caught.value.message.startswith("%d faults" % (len(places) + 1))
    first, second = caught.value.facts["findings"]
    assert (first["where"], first["dev_eui"], "rows" in second) == (where, "", False)
    assert first["rows"] == [{"where": place, "dev_eui": E1} for place in places]


def test_whether_a_device_may_be_made():
    one, two = read({"dev_eui": E1, "create": "no"}, {"dev_eui": E2})
    assert (one.create, two.create) == (False, True)
    one, two = read({"dev_eui": E1, "create": True}, {"dev_eui": E2}, create=False)
    assert (one.create, two.create) == (True, False)
    one, two = read({"dev_eui": E1, "create": True}, {"dev_eui": E2, "create": None}, defaults={"create": False})
    assert (one.create, two.create) == (True, False)
    assert findings({"dev_eui": E1, "create": "perhaps"}) == [("devices[0]", "create")]
    assert findings({"dev_eui": E1}, {"dev_eui": E2}, defaults={"create": "x"}) == [("defaults", "create")]


def test_a_host_of_the_inventory_is_named():
    (desired,) = read({"dev_eui": E1, "host": "park-00001"})
    assert (desired.where, desired.values) == ("host park-00001", {})
    assert findings({"dev_eui": "x", "host": "park-00002"}) == [("host park-00002", "dev_eui")]


@pytest.mark.parametrize("nearer", [{"create": None, "join_eui": None}, {}])
def test_null_in_nearer_defaults_takes_no_place(nearer):
    assert overlaid(DEVICE, {"create": False, "join_eui": JOIN}, nearer) == {"create": False, "join_eui": JOIN}


def test_nearer_defaults_count_under_each_of_their_names():
    assert overlaid(DEVICE, {"app_eui": "1", "name": "a"}, {"join_eui": JOIN}) == {"join_eui": JOIN, "name": "a"}
    assert overlaid(DEVICE, {"unknown": 1}, {"unknown": 2}) == {"unknown": 2}


def test_create_that_is_null_in_defaults_leaves_the_tasks_word():
    (desired,) = read({"dev_eui": E1}, defaults={"create": None}, create=False)
    assert desired.create is False


@pytest.mark.parametrize("said", [{"app_key": KEY}, {"nwk_key": KEY}, {"join_server": "LOCAL"}])
def test_a_row_of_the_local_join_server_takes_no_default_of_an_external_one(said):
    (desired,) = read({"dev_eui": E1, **said}, defaults={"owner_token": "S3cretT0ken", "join_eui": JOIN})
    assert "owner_token" not in desired.values
    if "join_server" not in said:
        (desired,) = read({"dev_eui": E1, **said}, defaults={"join_server": "external"})
        assert "join_server" not in desired.values


@pytest.mark.parametrize("row,defaults", [({"join_server": "LOCAL"}, {}), ({}, {"join_server": "local"}), ({}, {"app_key": KEY})])
def test_a_tags_owner_token_is_for_an_external_join_server(row, defaults):
    tag = TAG + ":OABCDEF"
    (desired,) = read({"onboarding_tag": tag, **row}, defaults=defaults)
    assert "owner_token" not in desired.values
    (desired,) = read({"onboarding_tag": tag})
    assert desired.values["owner_token"] == "ABCDEF"


@pytest.mark.parametrize("option", ["dev_eui", "onboarding_tag"])
def test_false_is_a_fault_and_not_nothing(option):
    assert findings({"dev_eui": E1, option: False}) == [("devices[0]", option)]


@pytest.mark.parametrize("text", [KEY, KEY.lower(), "-".join(KEY[at : at + 2] for at in range(0, 32, 2))])
def test_a_text_that_is_a_key_of_the_device_is_a_fault(text):
    assert findings({"dev_eui": E1, "app_key": KEY, "name": text}) == [("devices[0]", "name")]
    read({"dev_eui": E1, "app_key": KEY, "name": KEY[:31], "verification_code": KEY})
