# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong with some devices: the others are done, unclear answers are looked up, nobody is overwritten."""

from __future__ import annotations

from functools import partial

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.apply import NOT_KNOWN
from ansible_collections.lorawan.thingpark.plugins.module_utils._http import throttle
from ansible_collections.lorawan.thingpark.plugins.module_utils._http.throttle import RESERVE


@pytest.fixture
def scarce(start_simulator, account_on):
    """Return a simulator whose plan has licences for three devices, and its account."""
    simulator = start_simulator(licences="kpn-cs/seldom=3")
    return simulator, account_on(simulator)


def test_one_bad_device_spoils_nothing(scarce, rows):
    simulator, account = scarce
    fleet = rows(20)
    for one in fleet[:8]:
        one["connectivity_plan"] = "kpn-cs/seldom"
    result = account.tdm_fleet(devices=fleet, results="all", diff=True, check_licences=False)
    assert result["failed"] and result["changed"]
    assert result["summary"]["created"] == 15 == len(simulator.devices())
    assert result["summary"]["failed"] == 5 and result["summary"]["skipped"] == 0
    told = result["msg"].splitlines()
    assert told[0] == "5 of 20 devices failed." and len(told) == 2 and "licenses" in told[1]
    assert told[1].startswith("5 devices, ") and told[1].count("70B3D57ED1") == 3 and " and 2 more: " in told[1]
    failed = [one for one in result["results"] if one["action"] == "failed"]
    assert all("code 9022" in one["error"] and not one["changed"] for one in failed) and len(failed) == 5
    assert len(result["diff"]) == 15 and result["requests"]["POST"] == 21
    assert simulator.sessions()["sessions"] == 0


def test_all_failed_is_not_changed(scarce, rows):
    simulator, account = scarce
    simulator.settings(licences={"kpn-cs/seldom": 0})
    result = account.tdm_fleet(devices=rows(5, connectivity_plan="kpn-cs/seldom"), check_licences=False)
    assert result["failed"] and not result["changed"] and result["summary"]["failed"] == 5


@pytest.mark.parametrize(
    "options,failed",
    [({"on_error": "stop"}, 1), ({"max_failures": 0}, 1), ({"max_failures": 3}, 4), ({"max_failures": 99}, 10)],
)
def test_when_to_stop(scarce, rows, options, failed):
    simulator, account = scarce
    fleet = rows(13, connectivity_plan="kpn-cs/seldom") + rows(30)[13:]
    result = account.tdm_fleet(devices=fleet, parallel=1, results="all", check_licences=False, **options)
    summary = result["summary"]
    stopped = failed < 10
    assert (summary["failed"], summary["created"]) == (failed, 3 if stopped else 20)
    assert summary["skipped"] == (30 - 3 - failed if stopped else 0)
    skipped = [one for one in result["results"] if one["action"] == "skipped"]
    why = "not begun: a device had failed" if failed == 1 else "not begun: %d devices had failed" % failed
    assert all(why in one["error"] for one in skipped)
    assert len(simulator.devices()) == summary["created"]


def test_a_platform_that_is_down_is_given_up(simulator, meddler, through, rows, do):
    meddler.on("POST", "/devices", do.lost_before)
    result = through.tdm_fleet(devices=rows(200), parallel=4)
    summary = result["summary"]
    assert result["failed"] and not result["changed"] and summary["failed"] + summary["skipped"] == 200
    assert 20 <= summary["failed"] <= 24 and len(meddler.sent("POST", "/devices")) <= 3 * 24


@pytest.mark.parametrize("trouble", [429, 500, 502, 503, 504, "maintenance"])
def test_a_platform_in_lasting_trouble_is_given_up(simulator, meddler, through, rows, do, monkeypatch, trouble):
    monkeypatch.setattr(throttle, "SLOWEST", 0.005)
    wrong = do.says(trouble, {}, Retry_After="0") if isinstance(trouble, int) else do.says(200, "<html>Back at noon</html>")
    for method in ("GET", "POST", "PUT"):
        meddler.on(method, "/devices.*", wrong, skip=2 if method == "GET" else 30)
    result = through.tdm_fleet(devices=rows(200), parallel=4)
    summary = result["summary"]
    assert result["failed"] and summary["created"] == 30 == len(simulator.devices())
    # Where the sign is a page, the session counts as dead, and is opened again once.
    assert (20 if isinstance(trouble, int) else 1) <= summary["failed"] <= 24
    assert summary["failed"] + summary["skipped"] == 170
    assert len(meddler.seen) < 24 * 3 * 5 + RESERVE


UNCLEAR = ["lost_before", "lost_after", "half", 500, 503, "500 after", "page after", "garbage after"]


@pytest.fixture
def unclear(do):
    """Return a function that gives an action with an unclear answer."""

    def unclear(how):
        named = {
            "half": do.cut,
            "500 after": do.says_after(500, {"code": 1, "message": "oops"}),
            "page after": do.says_after(502, "<html>Bad gateway</html>"),
            "garbage after": do.says_after(200, b"{garbage"),
        }
        if isinstance(how, int):
            return do.says(how, {"code": 1, "message": "oops"})
        return named.get(how) or getattr(do, how)

    return unclear


@pytest.mark.parametrize("how", UNCLEAR)
def test_a_creation_without_a_clear_answer(simulator, meddler, through, rows, unclear, how):
    meddler.on("POST", "/devices", unclear(how), times=1, skip=5)
    result = through.tdm_fleet(devices=rows(20))
    assert "failed" not in result and result["summary"]["created"] == 20
    assert len(simulator.devices()) == 20
    sent = [request.json()["EUI"] for request in meddler.sent("POST", "/devices")]
    # Sent twice only where it had not been made.
    assert len(sent) == (21 if how in ("lost_before", 500, 503) else 20)
    assert not through.tdm_fleet(devices=rows(20))["changed"]


def test_a_creation_that_stays_unclear(simulator, meddler, through, rows, do):
    meddler.on("POST", "/devices", do.says(500, {"code": 1, "message": "oops"}))
    result = through.tdm_fleet(devices=rows(1))
    assert result["failed"] and "oops" in result["msg"]
    assert len(meddler.sent("POST", "/devices")) == 3


@pytest.mark.parametrize("how", UNCLEAR)
def test_a_change_without_a_clear_answer(simulator, meddler, through, rows, unclear, how):
    through.tdm_fleet(devices=rows(20))
    meddler.on("PUT", r"/devices/e\w+", unclear(how), times=1, skip=5)
    result = through.tdm_fleet(devices=rows(20, marker_id=7))
    assert result["summary"]["updated"] == 20, result
    assert all(one["markerID"] == 7 for one in simulator.devices().values())


@pytest.mark.parametrize("how", UNCLEAR)
def test_a_deletion_without_a_clear_answer(simulator, meddler, through, rows, unclear, how):
    through.tdm_fleet(devices=rows(20))
    meddler.on("DELETE", r"/devices/e\w+", unclear(how), times=1, skip=5)
    gone = [{"dev_eui": one["dev_eui"]} for one in rows(20)]
    result = through.tdm_fleet(devices=gone, state="absent", max_deletions=20)
    assert result["summary"]["deleted"] >= 19 and len(simulator.devices()) == 0
    assert result["summary"]["deleted"] == 20, result


def test_a_lost_answer_to_a_change_that_brings_another_about(simulator, through, meddler, do, row):
    through.tdm_fleet(devices=[row(1, suspended=True)])
    meddler.on("PUT", r"/devices/e\w+", do.lost_after, times=1)
    result = through.tdm_fleet(devices=[row(1, connectivity_plan="kpn-cs/seldom")])  # a new plan resumes the device
    assert result["summary"]["updated"] == 1, result
    assert simulator.device(row(1)["dev_eui"])["suspension"] == "NONE"


@pytest.mark.parametrize("how", ["lost_after", "lost_before", "500 after"])
@pytest.mark.parametrize("verb", ["POST", "PUT", "DELETE", "TAG"])
def test_what_is_not_known_is_said(simulator, meddler, through, row, do, unclear, hurried, verb, how):
    if verb != "POST":
        through.tdm_fleet(devices=[row(1)])
    desired = {"PUT": {"name": "ours"}, "DELETE": {"state": "absent"}, "TAG": {"tags": ["one"]}}.get(verb, {})
    place = "/devices/tags" if verb == "TAG" else "/devices(/e.*)?"
    before = simulator.devices()

    def goes_on(request, forward):  # the write, once; from then on nobody gets an answer
        for method in ("GET", "POST", "PUT", "DELETE"):
            meddler.on(method, ".*", do.lost_before)
        return unclear(how)(request, forward)

    meddler.on("POST" if verb == "TAG" else verb, place, goes_on, times=1)
    result = through.tdm_fleet(devices=[row(1, **desired)], results="all", max_deletions=1)
    (one,) = result["results"]
    assert result["failed"] and NOT_KNOWN in one["error"] and not one["changed"], one
    assert (simulator.devices() != before) == (how != "lost_before")


def test_a_platform_that_is_gone_right_after_a_write(simulator, meddler, through, row, do, hurried):
    through.tdm_fleet(devices=[row(1)])

    def done_and_gone(request, forward):  # that nothing takes a connection any more says nothing about the write before
        meddler.server.socket.close()
        return do.lost_after(request, forward)

    meddler.on("PUT", "/devices/e.*", done_and_gone, times=1)
    (one,) = through.tdm_fleet(devices=[row(1, name="ours")], results="all")["results"]
    assert NOT_KNOWN in one["error"] and simulator.device(row(1)["dev_eui"])["name"] == "ours"


@pytest.mark.parametrize("how", ["lost_after", "garbage after"])
def test_what_a_conflict_leaves_unknown_is_said(simulator, through, meddler, unclear, row, how):
    through.tdm_fleet(devices=[row(1)])

    def lost_and_then_changed(request, forward):
        answer = unclear(how)(request, forward)
        simulator.change_device(row(1)["dev_eui"], name="theirs")
        return answer

    meddler.on("PUT", r"/devices/e\w+", lost_and_then_changed, times=1)
    (one,) = through.tdm_fleet(devices=[row(1, name="ours", marker_id=7)], results="all")["results"]
    assert "somebody else changed name to theirs" in one["error"] and NOT_KNOWN in one["error"]
    assert simulator.device(row(1)["dev_eui"])["markerID"] == 7


def test_an_unknown_creation_before_the_session_died_is_said(simulator, meddler, through, row, do):
    died = do.says(401, {"code": 163, "message": "no session"})

    def made_and_died(request, forward):
        meddler.on("GET", "/devices.*", died)
        do.lost_after(request, forward)

    meddler.on("POST", "/devices", made_and_died, times=1)
    (one,) = through.tdm_fleet(devices=[row(1)], results="all")["results"]
    assert "the session ended again" in one["error"] and NOT_KNOWN in one["error"] and len(simulator.devices()) == 1


def test_two_answers_of_429_slow_down_and_lose_nothing(simulator, account, rows):
    simulator.settings(rate_limit=400)
    result = account.tdm_fleet(devices=rows(150), parallel=16)
    assert result["summary"]["created"] == 150 == len(simulator.devices())


def lock_test(simulator, through, meddler, do, row, change: dict, **options: object) -> dict:
    """Let another writer change the device between our look and our write; return our result."""
    through.tdm_fleet(devices=[row(1)])
    eui = row(1)["dev_eui"]
    meddler.on("PUT", r"/devices/e\w+", do.meanwhile(lambda: simulator.change_device(eui, **change)), times=1)
    return through.tdm_fleet(devices=[row(1, name="ours")], results="all", **options)


def test_another_writer_of_another_field(simulator, through, meddler, do, row):
    result = lock_test(simulator, through, meddler, do, row, {"markerID": 77})
    (device,) = simulator.devices().values()
    assert result["summary"]["updated"] == 1 and (device["name"], device["markerID"]) == ("ours", 77)


@pytest.mark.parametrize("theirs", ["theirs", "row-theirs"])  # unlike the name before, and like it at the beginning
def test_another_writer_of_the_same_field(simulator, through, meddler, do, row, theirs):
    result = lock_test(simulator, through, meddler, do, row, {"name": theirs})
    (device,) = simulator.devices().values()
    assert result["failed"] and not result["changed"] and device["name"] == theirs
    (one,) = result["results"]
    assert "somebody else changed name to " + theirs in one["error"] and "force" in result["msg"]
    assert NOT_KNOWN not in one["error"]  # ours was refused: that is known


def test_another_writer_of_the_same_field_forced(simulator, through, meddler, do, row):
    result = lock_test(simulator, through, meddler, do, row, {"name": "theirs"}, force=True)
    (device,) = simulator.devices().values()
    assert result["changed"] and device["name"] == "ours"
    assert [request.query["force"] for request in meddler.sent("PUT")] == [["true"]]


def test_another_writer_of_the_same_wish(simulator, through, meddler, do, row):
    result = lock_test(simulator, through, meddler, do, row, {"name": "ours"})
    (device,) = simulator.devices().values()
    assert "failed" not in result and device["name"] == "ours"


def test_another_writer_who_does_not_stop(simulator, through, meddler, do, row):
    through.tdm_fleet(devices=[row(1)])
    numbers = iter(range(100))
    meddler.on(
        "PUT",
        r"/devices/e\w+",
        do.meanwhile(lambda: simulator.change_device(row(1)["dev_eui"], markerID=next(numbers))),
    )
    result = through.tdm_fleet(devices=[row(1, name="ours")])
    assert result["failed"] and "gave up after 3 attempts" in result["msg"]


def test_another_writer_who_deletes(simulator, through, meddler, do, row):
    through.tdm_fleet(devices=[row(1)])
    gone = do.meanwhile(lambda: simulator.inspect("DELETE", "devices/" + row(1)["dev_eui"]))
    meddler.on("PUT", r"/devices/e\w+", gone, times=1)
    result = through.tdm_fleet(devices=[row(1, name="ours")])
    assert result["failed"] and "deleted by somebody else" in result["msg"]


def test_another_writer_who_deletes_before_we_look(simulator, through, meddler, do, rows):
    through.tdm_fleet(devices=rows(12))
    fleet = rows(12, inactivity_alarm=[{"duration": "PT1H", "level": 2}])
    gone = do.meanwhile(lambda: simulator.inspect("DELETE", "devices/" + fleet[3]["dev_eui"]))
    meddler.on("GET", "/devices/e" + fleet[3]["dev_eui"], gone, times=1)
    result = through.tdm_fleet(devices=fleet, cache=False)
    assert (result["summary"]["created"], result["summary"]["updated"]) == (1, 11)


@pytest.mark.parametrize("alike", [True, False])
def test_a_device_that_another_makes_meanwhile(simulator, account, through, meddler, do, rows, alike):
    fleet = rows(12)
    theirs = dict(fleet[4]) if alike else {**fleet[4], "name": "theirs", "marker_id": 9}
    meddler.on("POST", "/devices", do.meanwhile(partial(account.tdm_device, **theirs)), times=1, skip=4)
    result = through.tdm_fleet(devices=fleet, parallel=1, results="all")
    assert "failed" not in result, result
    assert result["results"][4]["action"] == ("unchanged" if alike else "updated")
    assert result["summary"]["created"] == 11 and len(simulator.devices()) == 12
    assert simulator.device(fleet[4]["dev_eui"])["name"] == fleet[4]["name"]


def test_a_refusal_that_repeats_a_key_is_masked(meddler, through, row, do):
    key = row(1)["app_key"]
    text = "Invalid value for appKey: %s (or %s)" % (key, key.lower())
    meddler.on("POST", "/devices", do.says(400, {"code": 9016, "message": text}))
    result = through.tdm_fleet(devices=[row(1)])
    assert "********" in result["msg"] and key not in str(result) and key.lower() not in str(result)


def test_tags_that_fail_fail_their_devices_only(simulator, meddler, through, rows, do):
    fleet = rows(20, tags=["common"])
    fleet[7]["tags"] = ["common", "odd"]

    def refuse(request, forward):
        body = request.json()
        if body["name"] == "odd" or (len(body["devEUIs"]) > 1 and body["name"] == "common"):
            return do.says(400, {"code": 9016, "message": "no such tag"})(request, forward)
        return forward(request)

    meddler.on("POST", "/devices/tags", refuse)
    result = through.tdm_fleet(devices=fleet, results="all")
    assert result["failed"] and result["changed"]
    assert (result["summary"]["created"], result["summary"]["failed"]) == (19, 1)
    assert "the tag odd could not be added" in result["results"][7]["error"] and result["results"][7]["changed"]
    assert all("common" in one["tags"] for one in simulator.devices().values())


def test_a_tag_that_fails_has_changed_nothing(simulator, meddler, through, row, do):
    through.tdm_fleet(devices=[row(1)])
    meddler.on("POST", "/devices/tags", do.says(400, {"code": 9016, "message": "no such tag"}))
    result = through.tdm_fleet(devices=[row(1, tags=["odd"])])
    assert result["failed"] and not result["changed"] and not result["results"][0]["changed"]
    meddler.on("PUT", "/devices/.*", do.lost_after, times=1)
    result = through.tdm_fleet(devices=[row(1, name="new", tags=["odd"])])  # here its name was changed, though no answer came
    assert result["failed"] and result["changed"] and result["results"][0]["changed"]
    assert NOT_KNOWN not in result["msg"]  # what became of the name was looked up
    assert simulator.device(row(1)["dev_eui"])["name"] == "new"


@pytest.mark.parametrize("status", [500, 404])
def test_a_device_that_can_not_be_looked_at(simulator, meddler, through, rows, do, status):
    through.tdm_fleet(devices=rows(12))
    meddler.on("GET", "/devices/e" + rows(12)[3]["dev_eui"], do.says(status, {"code": 1, "message": "oops"}))
    # One after the other: before any device was found by its EUI, a 404 could mean a platform that has no such addresses.
    desired = rows(12, inactivity_alarm=[{"duration": "PT1H", "level": 2}])
    result = through.tdm_fleet(devices=desired, cache=False, parallel=1)
    assert result["failed"]
    # 404 is a device that went away: it is made again, and there is one already.
    if status == 404:
        assert result["summary"]["updated"] == 11, result


def test_a_refused_change_is_not_sent_again(simulator, meddler, through, rows, do):
    through.tdm_fleet(devices=rows(12))
    meddler.on("PUT", r"/devices/e\w+", do.says(400, {"code": 9016, "message": "not this name"}))
    result = through.tdm_fleet(devices=[{**one, "name": "new"} for one in rows(12)], results="failed")
    assert result["summary"]["failed"] == 12 and not result["changed"]
    assert all(one["error"].endswith("code 9016: not this name)") for one in result["results"])
    assert len(meddler.sent("PUT")) == 12


def test_a_redirected_platform_is_named(simulator, meddler, through, rows, do):
    meddler.on("GET", "/devices", do.says(301, b"", Location="https://new.example.com/rest/devices?sessionToken=x"))
    result = through.tdm_fleet(devices=rows(12))
    assert result["failed"] and "redirects to another address: set url" in result["msg"]
    assert simulator.sessions()["sessions"] == 0


def test_a_write_that_is_redirected_was_not_done(simulator, meddler, through, row, do):
    through.tdm_fleet(devices=[row(1)])
    meddler.on("PUT", "/devices/e.*", do.says(307, b"", Location="https://new.example.com/rest/devices"))
    result = through.tdm_fleet(devices=[row(1, name="ours")])
    assert "redirects to another address: set url" in result["msg"] and NOT_KNOWN not in result["msg"]


def test_a_creation_that_took_effect_late_is_ours(simulator, meddler, through, row, do):
    held: list = []

    def comes_late(request, forward):  # the platform has it, and is slow: nobody is answered, and no list shows it yet
        held.append((request, forward))

    def after_all(request, forward):
        if held:
            do.lost_after(*held.pop())
        return forward(request)

    meddler.on("POST", "/devices", comes_late, times=1)
    meddler.on("POST", "/devices", after_all)
    result = through.tdm_fleet(devices=[row(1)])
    assert result["summary"]["created"] == 1 == len(simulator.devices()), result


def test_briefs_without_tags(simulator, meddler, through, rows, counts, do):
    def change(data):
        for brief in data["briefs"]:
            brief.pop("tags", None)

    meddler.on("GET", "/devices", do.edited(change))
    through.tdm_fleet(devices=rows(12, tags=["a"]))
    counts()
    assert not through.tdm_fleet(devices=rows(12, tags=["a"]))["changed"]
    assert counts()["GET /devices/{deviceUid}/tags"] == 12
