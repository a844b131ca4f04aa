# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Alarm subscriptions of users: made at their own address, changed and deleted, one or many."""

from __future__ import annotations

import json

import pytest

WRITES = ("POST", "PUT", "DELETE")
ANN, BEN = "tpk-100002581", "tpk-100002582"
OWN = "/users/{thingparkID}/alarmsSubscription"


def writes(counts: dict) -> dict:
    return {what: number for what, number in counts.items() if what.split()[0] in WRITES and "login" not in what}


@pytest.fixture(params=["json", "xml"])
def account(request, simulator, account_on):
    return account_on(simulator, body_format=request.param)


def test_one_is_made_changed_and_deleted(account, counts):
    wish = {"thingpark_id": ANN, "minimum_severity": "major"}
    would_be = account.tdm_alarm_subscription(**wish, check=True)
    assert would_be["action"] == "created" and not writes(counts())
    made = account.tdm_alarm_subscription(**wish, diff=True)
    assert (made["action"], made["thingpark_id"]) == ("created", ANN)
    assert made["alarm_subscription"] == wish and made["diff"]["after"] == {"minimum_severity": "major"}
    assert {what: count for what, count in counts().items() if OWN in what} == {"GET " + OWN: 1, "POST " + OWN: 1}
    for least in ("major", 5, "5", "Major"):
        assert account.tdm_alarm_subscription(thingpark_id=ANN, minimum_severity=least)["changed"] is False
    assert not writes(counts())
    for check in (True, False):
        changed = account.tdm_alarm_subscription(thingpark_id=ANN, minimum_severity=2, diff=True, check=check)
        assert changed["diff"]["before"] == {"minimum_severity": "major"}
        assert changed["diff"]["after"] == {"minimum_severity": "indeterminate"}
    assert writes(counts()) == {"PUT " + OWN: 1}
    for check, action in ((True, "deleted"), (False, "deleted"), (False, "unchanged")):
        assert account.tdm_alarm_subscription(thingpark_id=ANN, state="absent", check=check)["action"] == action
    assert writes(counts()) == {"DELETE " + OWN: 1}


def test_they_are_shown_of_these_users_or_of_all(account):
    account.tdm_alarm_subscription(thingpark_id=ANN, minimum_severity=3)
    account.tdm_alarm_subscription(thingpark_id=BEN, minimum_severity=6)
    shown = account.tdm_alarm_subscription_info()["alarm_subscriptions"]
    assert [(one["thingpark_id"], one["minimum_severity"]) for one in shown] == [(ANN, "warning"), (BEN, "critical")]
    assert shown[0]["href"].endswith("/users/tpk-100002581/alarmsSubscription")
    assert account.tdm_alarm_subscription_info(thingpark_id=[BEN, "tpk-9"])["alarm_subscriptions"] == shown[1:]


def test_a_new_one_needs_a_severity(account, counts):
    (finding,) = account.tdm_alarm_subscription(thingpark_id=ANN)["findings"]
    assert finding["option"] == "minimum_severity" and "is missing" in finding["message"] and not writes(counts())
    result = account.tdm_alarm_subscription(thingpark_id=ANN, create=False)
    assert result["failed"] and "give what else it needs: minimum_severity" in result["msg"]
    account.tdm_alarm_subscription(thingpark_id=ANN, minimum_severity=3)
    assert account.tdm_alarm_subscription(thingpark_id=ANN)["changed"] is False


@pytest.mark.parametrize("least", ["cleared", 1, 7, "loud"])
def test_severities_that_nobody_can_be_told_of_are_refused_before_the_login(account, counts, least):
    result = account.tdm_alarm_subscription(thingpark_id=ANN, minimum_severity=least)
    assert "is not a known minimum severity: use one of indeterminate, warning" in result["msg"] and not counts()


def test_an_unknown_user_is_refused_by_the_platform(account):
    for unknown, words in (("tpk-1", "No user for the given uid"), ("tpk-1/../2 ?x", "/users/tpk-1%2F..%2F2%20%3Fx/alarms")):
        result = account.tdm_alarm_subscription(thingpark_id=unknown, minimum_severity=3)
        assert result["failed"] and words in result["msg"]
    assert account.tdm_alarm_subscription(thingpark_id="tpk-1", state="absent")["action"] == "unchanged"


@pytest.mark.parametrize("blank", ["", "  "])
def test_blanks_name_nobody_and_are_refused_before_the_login(account, counts, blank):
    (finding,) = account.tdm_alarm_subscription(thingpark_id=blank, minimum_severity=3)["findings"]
    assert (finding["option"], finding["message"]) == ("thingpark_id", "is missing") and not counts()


@pytest.mark.parametrize("dots", [".", ".."])
def test_dots_name_nobody(account, counts, dots):
    """In an address, they would lead to another one."""
    (finding,) = account.tdm_alarm_subscription(thingpark_id=dots, minimum_severity=3)["findings"]
    assert finding["message"] == "is %s, which can't be an identifier: correct it" % dots
    assert "which can't be an identifier" in account.tdm_alarm_subscription_info(thingpark_id=[dots])["msg"] and not counts()


def test_many_at_once(account, counts, tmp_path):
    both = [{"thingpark_id": ANN, "minimum_severity": "major"}, {"thingpark_id": BEN, "minimum_severity": 3}]
    told = {"alarm_subscriptions": both, "results": "all"}
    assert account.tdm_alarm_subscriptions(**told, check=True)["summary"]["created"] == 2 and not writes(counts())
    made = account.tdm_alarm_subscriptions(**told)
    assert [(one["thingpark_id"], one["action"]) for one in made["results"]] == [(ANN, "created"), (BEN, "created")]
    assert account.tdm_alarm_subscriptions(**told)["summary"]["unchanged"] == 2
    counts()
    path = tmp_path / "backup.json"
    purge = {"scope": {"all": True}, "max": 1, "backup": str(path)}
    gone = account.tdm_alarm_subscriptions(alarm_subscriptions=both[:1], purge=purge)
    assert (gone["summary"]["deleted"], writes(counts())) == (1, {"DELETE " + OWN: 1})
    kept = json.loads(path.read_text())
    assert kept["alarm_subscriptions"] == [{"thingpark_id": BEN, "minimum_severity": "warning"}]
    kept["defaults"]["create"] = True
    path.write_text(json.dumps(kept))
    assert account.tdm_alarm_subscriptions(src=str(path))["summary"]["created"] == 1
    counts()
    many = [{"thingpark_id": "tpk-%d" % number, "state": "absent"} for number in range(12)]
    assert account.tdm_alarm_subscriptions(alarm_subscriptions=[*both, *many])["summary"]["unchanged"] == 14
    assert {what for what in counts() if what.startswith("GET /us")} == {"GET /usersAlarmsSubscriptions"}


def test_of_two_who_write_the_last_one_wins(simulator, through, meddler, do, account_on):
    others = account_on(simulator)
    others.tdm_alarm_subscription(thingpark_id=ANN, minimum_severity=3)
    theirs = do.meanwhile(lambda: others.tdm_alarm_subscription(thingpark_id=ANN, minimum_severity=4))
    meddler.on("PUT", "/alarmsSubscription", theirs, times=1)
    assert through.tdm_alarm_subscription(thingpark_id=ANN, minimum_severity=6)["action"] == "updated"
    assert through.tdm_alarm_subscription(thingpark_id=ANN, minimum_severity=6)["changed"] is False
    assert all("occContext" not in one.json() for one in meddler.sent("PUT"))


def test_an_answer_that_got_lost_made_it_all_the_same(through, meddler, do):
    meddler.on("POST", "/alarmsSubscription", do.lost_after, times=1)
    assert through.tdm_alarm_subscription(thingpark_id=ANN, minimum_severity=3)["action"] == "created"
    assert len(meddler.sent("POST", "/alarmsSubscription")) == 1
    meddler.on("DELETE", "/alarmsSubscription", do.lost_after, times=1)
    assert through.tdm_alarm_subscription(thingpark_id=ANN, state="absent")["action"] == "deleted"


def test_somebody_else_makes_it_meanwhile(simulator, through, meddler, do, account_on):
    theirs = do.meanwhile(lambda: account_on(simulator).tdm_alarm_subscription(thingpark_id=ANN, minimum_severity=4))
    meddler.on("POST", "/alarmsSubscription", theirs, times=1)
    assert through.tdm_alarm_subscription(thingpark_id=ANN, minimum_severity=6)["action"] == "updated"
    (shown,) = through.tdm_alarm_subscription_info()["alarm_subscriptions"]
    assert shown["minimum_severity"] == "critical"
