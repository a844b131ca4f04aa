# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings of the subscription, and what is written apart with a right of its own, as the debugging of a device."""

from __future__ import annotations

import pytest

WRITES = ("POST", "PUT", "DELETE")
MAIL, GUARD = "email:network@example.com", "sms:+31612345678"
TOLD = [{"severities": ["warning", 4], "contacts": [MAIL]}, {"severities": [6, "major"], "contacts": [GUARD, MAIL]}]
SHOWN = [
    {"severities": ["warning", "minor"], "contacts": [MAIL]},
    {"severities": ["major", "critical"], "contacts": [MAIL, GUARD]},
]
OAUTH = {"client_id": "sub-1/x", "client_secret": "an-oauth-secret"}
RESTRICTED = {"non_roaming_net_id": "000002", "roaming_net_id": "60000a", "segregation_id": "1234abcd"}


def writes(counts: dict) -> dict:
    return {what: number for what, number in counts.items() if what.split()[0] in WRITES and "login" not in what}


@pytest.fixture(params=["json", "xml"])
def account(request, simulator, account_on):
    return account_on(simulator, body_format=request.param)


def test_without_options_the_settings_are_shown(account, counts):
    result = account.tdm_subscription()
    assert (result["changed"], result["action"]) == (False, "unchanged")
    assert result["subscription"] == {"default_ism_bands": ["eu868"]}
    assert {what: number for what, number in counts().items() if "/log" not in what and "/cust" not in what} == {"GET ": 1}


def test_what_differs_is_written_once(account, counts):
    wish = {"alarm_notifications": TOLD, "default_ism_bands": ["US902-915 (US915)", "eu868"], "ns_id": "f03d290200000000"}
    would_be = account.tdm_subscription(**wish, check=True, diff=True)
    assert would_be["action"] == "updated" and not writes(counts())
    result = account.tdm_subscription(**wish, diff=True)
    assert writes(counts()) == {"PUT ": 1}
    assert result["diff"]["after"] == would_be["diff"]["after"]
    assert result["diff"]["before"] == {"alarm_notifications": [], "default_ism_bands": ["eu868"], "ns_id": ""}
    assert result["subscription"]["alarm_notifications"] == SHOWN
    assert (result["diff"]["before_header"], "subscription" in result) == ("subscription", True)
    for check in (True, False):
        assert account.tdm_subscription(**wish, check=check)["changed"] is False
    again = account.tdm_subscription()["subscription"]
    assert (again["ns_id"], again["default_ism_bands"]) == ("F03D290200000000", ["eu868", "us915"])
    assert not writes(counts())


def test_each_way_to_write_the_same_notifications_is_equal(account):
    account.tdm_subscription(alarm_notifications=TOLD)
    same = [
        {"severities": ["critical"], "contacts": [MAIL, "SMS:+31 6 1234 5678"]},
        {"severities": [5], "contacts": [GUARD, MAIL, MAIL]},
        {"severities": ["3", "Minor"], "contacts": [MAIL]},
    ]
    assert account.tdm_subscription(alarm_notifications=same)["changed"] is False
    assert account.tdm_subscription(alarm_notifications=SHOWN)["changed"] is False
    assert account.tdm_subscription(alarm_notifications=SHOWN[:1])["changed"] is True
    for nobody in ([], []):
        result = account.tdm_subscription(alarm_notifications=nobody)
    assert result["changed"] is False and "alarm_notifications" not in result["subscription"]


FAULTS = [
    ({"alarm_notifications": [*TOLD, {"severities": [5], "contacts": [MAIL]}]}, "has the severity major in two notifications"),
    ({"alarm_notifications": [{"severities": [7], "contacts": [MAIL]}]}, "is not a known severity of an alarm"),
    ({"alarm_notifications": [{"severities": [], "contacts": [MAIL]}]}, "has a notification without severities"),
    ({"alarm_notifications": [{"severities": [5], "contacts": []}]}, "has a notification without contacts"),
    ({"alarm_notifications": [{"severities": [5], "contacts": ["ann@example.com"]}]}, "write it like email:ann@example.com"),
    ({"alarm_notifications": [{"severities": [5], "contacts": ["sms:Ann"]}]}, "write it like email:ann@example.com"),
    ({"ns_id": "1234"}, "has 4 of 16 hexadecimal digits"),
    ({"non_roaming_net_id": "500000"}, "is not a NetID that the platform accepts"),
    ({"segregation_id": "1234567"}, "has 7 of 8 hexadecimal digits"),
]


@pytest.mark.parametrize("wish, words", FAULTS)
def test_faults_are_told_before_the_login(account, counts, wish, words):
    result = account.tdm_subscription(**wish)
    (finding,) = result["findings"]
    assert result["failed"] and words in finding["message"] and not counts()
    assert set(finding) == {"where", "option", "message"} and [finding["option"]] == list(wish)


def test_an_unknown_band_is_told_before_anything_is_written(account, counts):
    (finding,) = account.tdm_subscription(default_ism_bands=["eu869"], segregation_id="00000001")["findings"]
    assert finding["option"] == "default_ism_bands" and "not known" in finding["message"] and not writes(counts())


def test_notifications_that_nobody_understands_are_another_than_any(through, meddler, do):
    through.tdm_subscription(alarm_notifications=TOLD)
    for odd in ("<x/>", "<notifications><state val='4-9'/></notifications>", 5):
        meddler.rules.clear()
        meddler.on("GET", "/subscriptions/100", do.edited(lambda data, odd=odd: data.update(alarmStateNotifications=odd)))
        assert through.tdm_subscription(alarm_notifications=TOLD, check=True)["changed"] is True


# -- what is written apart ------------------------------------------------------------------


def test_restricted_settings_come_after_the_others_with_the_version_that_these_led_to(through, meddler):
    wish = {"ns_id": "F03D290200000000", **RESTRICTED}
    assert through.tdm_subscription(**wish)["action"] == "updated"
    first, second = (one for one in meddler.sent("PUT"))
    assert (first.path.rpartition("/")[2], second.path.rpartition("/")[2]) == ("100", "restricted")
    assert set(first.json()) == {"nsID", "occContext"}
    assert second.json().keys() == {"nonRoamingDevicesNetID", "roamingDevicesNetID", "segregationID", "occContext"}
    assert second.json()["occContext"]["version"] == first.json()["occContext"]["version"] + 1
    assert through.tdm_subscription(**wish)["changed"] is False
    through.tdm_subscription(segregation_id="00000001")
    assert [one.path.rpartition("/")[2] for one in meddler.sent("PUT")[2:]] == ["restricted"]


def test_they_are_written_in_both_formats(account, counts):
    assert account.tdm_subscription(**RESTRICTED)["action"] == "updated"
    assert writes(counts()) == {"PUT /restricted": 1}
    result = account.tdm_subscription(**RESTRICTED)
    assert result["changed"] is False and result["subscription"]["roaming_net_id"] == "60000A"


def test_a_first_answer_without_a_version_is_asked_for_it(through, meddler, do):
    meddler.on("PUT", "/subscriptions/100", do.says_after(200, {}))
    assert through.tdm_subscription(ns_id="F03D290200000000", **RESTRICTED)["action"] == "updated"
    assert through.tdm_subscription(ns_id="F03D290200000000", **RESTRICTED)["changed"] is False


@pytest.mark.parametrize("granted, options", [(["x", "s1"], ["segregation_id"]), (["x"], ["ns_id", "segregation_id"])])
def test_a_right_that_the_account_lacks_is_told_before_anything_is_written(account, simulator, counts, granted, options):
    account.tdm_subscription(roaming_net_id="000002")
    simulator.settings(permissions=granted)
    counts()
    # What is so already needs no right.
    wish = {"ns_id": "F03D290200000000", "segregation_id": "1234ABCD", "roaming_net_id": "000002"}
    for check in (True, False):
        result = account.tdm_subscription(**wish, check=check)
        assert [finding["option"] for finding in result["findings"]] == options
        assert all("needs the right ra" in finding["message"] for finding in result["findings"])
    assert not writes(counts())


def test_a_right_that_nobody_told_of_is_told_of_when_it_is_refused(start_simulator, account_on):
    simulator = start_simulator(profile="enterprise", **OAUTH)
    account = account_on(simulator, auth_method="oauth2", login=None, password=None, **OAUTH)
    assert account.tdm_subscription(alarm_notifications=TOLD, **RESTRICTED)["action"] == "updated"
    simulator.settings(permissions=["s1"])
    result = account.tdm_subscription(ns_id="F03D290200000000", segregation_id="00000001")
    assert result["failed"] and (result["changed"], result["action"]) == (True, "failed")
    assert "subscription: this account may not change segregation_id, which needs the right ra" in result["msg"]
    assert "leave the option out" in result["msg"] and result["msg"].endswith("The other changes were made before")
    assert account.tdm_subscription()["subscription"]["ns_id"] == "F03D290200000000"
    refused = account.tdm_subscription(segregation_id="00000001")
    assert refused["failed"] and refused["changed"] is False and "changed before" not in refused["msg"]
    simulator.settings(permissions=["x"])
    assert "needs the right ra or s1" in account.tdm_subscription(ns_id="F03D290200000001")["msg"]


def test_somebody_else_changed_it_meanwhile(simulator, through, meddler, do, account_on):
    others = account_on(simulator)
    meddler.on("PUT", "/subscriptions/100", do.meanwhile(lambda: others.tdm_subscription(ns_id="0" * 16)), times=1)
    result = through.tdm_subscription(ns_id="F03D290200000000")
    assert result["failed"] and "somebody else changed ns_id" in result["msg"]
    # Another option is no conflict, and keeps what they wrote.
    meddler.on("PUT", "/restricted", do.meanwhile(lambda: others.tdm_subscription(ns_id="1" * 16)), times=1)
    assert through.tdm_subscription(segregation_id="00000001")["action"] == "updated"
    assert through.tdm_subscription()["subscription"]["ns_id"] == "1" * 16
    meddler.on("PUT", "/subscriptions/100", do.meanwhile(lambda: others.tdm_subscription(ns_id="2" * 16)), times=1)
    assert through.tdm_subscription(ns_id="F03D290200000000", force=True)["action"] == "updated"


def test_an_answer_that_got_lost_is_no_second_change(through, meddler, do):
    meddler.on("PUT", "/restricted", do.lost_after, times=1)
    result = through.tdm_subscription(ns_id="F03D290200000000", **RESTRICTED, diff=True)
    assert result["action"] == "updated" and set(result["diff"]["after"]) == {"ns_id", *RESTRICTED}
    assert through.tdm_subscription(**RESTRICTED)["changed"] is False


# -- the debugging of a device --------------------------------------------------------------


def test_a_new_device_gets_its_debugging_in_a_second_request(account, row, counts, simulator):
    wish = row(1, lorawan_debug=True)
    assert account.tdm_device(**wish, check=True)["action"] == "created" and not writes(counts())
    made = account.tdm_device(**wish)
    assert (made["action"], made["device"]["lorawan_debug"]) == ("created", True)
    assert writes(counts()) == {"POST /devices": 1, "PUT /devices/{deviceUid}/restricted": 1}
    assert simulator.device(wish["dev_eui"])["debug"]["lorawan"] is True
    for again in (account.tdm_device(**wish), account.tdm_device(dev_eui=wish["dev_eui"], debug=True)):
        assert again["changed"] is False
    assert account.tdm_device(**row(2, lorawan_debug=False))["action"] == "created"
    assert not writes(counts()).get("PUT /devices/{deviceUid}/restricted")
    changed = account.tdm_device(dev_eui=wish["dev_eui"], lorawan_debug=False, diff=True)
    assert changed["diff"]["before"] == {"lorawan_debug": True} and changed["diff"]["after"] == {"lorawan_debug": False}
    assert writes(counts()) == {"PUT /devices/{deviceUid}/restricted": 1}


def test_a_fleet_gets_its_debugging_and_remembers_it(account, rows, counts):
    described = rows(3, lorawan_debug=True, debug_network_geolocation=True)
    assert account.tdm_fleet(devices=described)["summary"]["created"] == 3
    assert writes(counts())["PUT /devices/{deviceUid}/restricted"] == 3
    again = account.tdm_fleet(devices=described)
    assert (again["summary"]["unchanged"], again["looked_up"]) == (3, 0)
    changed = account.tdm_fleet(devices=[{**one, "name": "x", "lorawan_debug": False} for one in described])
    assert changed["summary"]["updated"] == 3
    assert {name: number for name, number in writes(counts()).items() if name.startswith("PUT")} == {
        "PUT /devices/{deviceUid}": 3,
        "PUT /devices/{deviceUid}/restricted": 3,
    }
    (shown, *_others) = account.tdm_device_info(gather="devices")["devices"]
    assert (shown["debug"]["lorawan"], shown["debug_network_geolocation"], shown["name"]) == (False, True, "x")


def test_without_the_right_no_device_is_made_or_changed(account, rows, row, counts, simulator):
    account.tdm_fleet(devices=rows(2))
    simulator.settings(permissions=["x", "a"])
    counts()
    result = account.tdm_fleet(devices=rows(3, lorawan_debug=True))
    assert result["failed"] and not writes(counts())
    (finding,) = result["findings"]
    assert finding["option"] == "lorawan_debug" and "needs the right ra" in finding["message"] and len(finding["rows"]) == 3
    # What is so already, and what a new device has anyway, takes no right.
    assert account.tdm_fleet(devices=rows(3, lorawan_debug=False))["summary"]["created"] == 1
    assert account.tdm_device(**row(1, name="y"))["action"] == "updated"


def test_a_refusal_when_a_device_is_made_says_that_it_was_made(start_simulator, account_on, row):
    simulator = start_simulator(profile="enterprise", **OAUTH)
    simulator.settings(permissions=["x", "a"])
    account = account_on(simulator, auth_method="oauth2", login=None, password=None, **OAUTH)
    result = account.tdm_device(**row(1, routing_profile=None, lorawan_debug=True))
    assert result["failed"] and result["changed"] is True
    assert "the device was created, but lorawan_debug could not be set: this account may not change" in result["msg"]
    result = account.tdm_device(dev_eui=row(1)["dev_eui"], name="other", lorawan_debug=True)
    assert result["failed"] and result["changed"] is True and "The other changes were made before" in result["msg"]
    assert account.tdm_device(dev_eui=row(1)["dev_eui"], name="other")["changed"] is False


def test_an_older_platform_is_written_apart_too(start_simulator, account_on, row):
    simulator = start_simulator(profile="legacy")
    account = account_on(simulator, auth_method="digest", subscriber_id="100002581")
    assert account.tdm_device(**row(1, lorawan_debug=True))["action"] == "created"
    assert account.tdm_device(**row(1, lorawan_debug=True))["changed"] is False
