# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an import leaves in doubt: nothing is lost, nothing is taken for granted, and an interruption ends all of it."""

from __future__ import annotations

import json
import os
import re
import signal
import threading
import time

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._api import imports
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine import bulk, cache, importing
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.apply import NOT_KNOWN
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.outcomes import ALIKE

SENT = "/devices/import"
ALARM = {"inactivity_alarm": [{"duration": "PT6H", "level": 3}]}


@pytest.fixture
def small(monkeypatch):
    """Make imports of a few rows, so that a few devices need several."""
    monkeypatch.setattr(bulk, "FIRST", 4)
    monkeypatch.setattr(importing, "FIRST", 4)


def actions(result: dict) -> list:
    """Return what became of each device."""
    return [one["action"] for one in result["results"]]


def test_a_task_whose_devices_can_not_be_looked_at(simulator, through, meddler, do, rows, small):
    """What an import may have made, and nobody could look at, goes by single requests: nothing is lost between the two."""

    def sent():
        return meddler.sent("POST", SENT)

    meddler.on("POST", SENT, do.says(202, None))
    meddler.on("GET", "/devices", lambda request, forward: None if len(sent()) == 1 else forward(request))
    result = through.with_options(retries=0).tdm_fleet(devices=rows(20), bulk="always", results="all")
    assert set(actions(result)) == {"created"} and len(simulator.devices()) == 20 and len(sent()) > 1


@pytest.mark.parametrize("answer", ["none", "task"])
def test_what_somebody_else_made_is_not_remembered_as_sent(simulator, through, meddler, do, row, rows, account, answer):
    """An import did nothing, and somebody else made one of its devices: what the list doesn't show is looked up next time."""

    def theirs(request, forward):
        account.tdm_device(**row(2, latitude=1, longitude=2))
        return do.says(202, None)(request, forward) if answer == "task" else None

    meddler.on("POST", SENT, theirs, times=1)
    fleet = rows(4, latitude=50, longitude=4)
    assert through.tdm_fleet(devices=fleet, bulk="always")["changed"]
    assert through.tdm_fleet(devices=fleet)["summary"]["failed"] == 0
    assert simulator.device(row(2)["dev_eui"])["adminLat"] == 50


def test_what_an_import_sets_by_itself_is_set_back(simulator, through, meddler, rows):
    fleet = rows(3, suspended=False)

    def suspended(request, forward):
        answer = forward(request)
        for one in fleet:
            simulator.change_device(one["dev_eui"], suspension="SUBSCRIBER_SUSPENDED")
        return answer

    meddler.on("POST", SENT, suspended)
    assert through.tdm_fleet(devices=fleet, bulk="always")["summary"]["created"] == 3
    assert {one["suspension"] for one in simulator.devices().values()} == {"NONE"}


def test_an_interrupted_run_begins_no_more_devices(through, meddler, do, rows):
    """Ctrl+C ends the single requests beside imports as it ends those of any run."""
    begun, after = [], []

    def single(request, forward):
        (after if after else begun).append(1)
        if len(begun) == 20 and not after:
            after.append(0)
            os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.02)
        return forward(request)

    meddler.on("POST", SENT, do.says(403, {"code": 9}))
    meddler.on("POST", "/devices", single)
    with pytest.raises(KeyboardInterrupt):
        through.tdm_fleet(devices=rows(200), bulk="always", parallel=4)
    assert len(after) <= 20


def test_a_reason_stays_with_its_row(through, meddler, rows, do):
    fleet = rows(3)
    told = "%s,line 1,[7] one\0two\n%s,line 2,[7] three\n" % (fleet[0]["dev_eui"], fleet[1]["dev_eui"])
    meddler.on("POST", SENT, do.says(200, {"code": 1, "message": told}), times=1)
    result = through.tdm_fleet(devices=fleet, bulk="always", results="all")
    assert "three" not in result["results"][0]["error"] and "two" not in result["results"][1]["error"]


def test_an_import_that_refuses_every_row_is_not_believed(simulator, through, meddler, rows, small):
    """Its reason may be the import itself: single requests tell, and three such imports are enough."""

    def refuse(request, forward):
        said = "".join("%s,line %d,[9000] not by import\n" % (cells[1], line) for line, cells in enumerate(request.rows(), 1))
        return 200, {"Content-Type": "application/json"}, json.dumps({"code": 1, "message": said}).encode()

    meddler.on("POST", SENT, refuse)
    result = through.tdm_fleet(devices=rows(60), bulk="always")
    assert result["summary"]["created"] == 60 and len(simulator.devices()) == 60
    assert len(meddler.sent("POST", SENT)) == importing.TRIES


def test_a_page_in_place_of_the_answer_about_one_device(through, meddler, do, rows):
    """It looks like a dead session's, but the platform had made the device."""
    meddler.on("POST", "/devices", do.says_after(200, "<html></html>"), times=1)
    assert through.tdm_fleet(devices=rows(2))["summary"]["created"] == 2


@pytest.mark.parametrize("place", ["http://elsewhere.example.com/tasks/1", "/a/../b"])
def test_a_task_that_can_not_be_watched(through, meddler, do, rows, place):
    """The platform took the import and says where its task is, which is of no use: the devices are the run's own all the same."""
    meddler.on("POST", SENT, do.says_after(202, None, Location=place), times=1)
    assert through.with_options(retries=0).tdm_fleet(devices=rows(4), bulk="always")["summary"]["created"] == 4


def test_a_session_that_dies_while_a_task_is_watched(through, meddler, do, rows):
    """What was imported is not called "not begun"."""
    meddler.on("POST", SENT, do.says_after(202, None, Location="/tasks/1"), times=1)
    dead = do.says(401, {"code": 1})
    for verb, path in (("GET", "/tasks/1"), ("GET", "/devices"), ("POST", "/devices")):
        meddler.on(
            verb, path, lambda request, forward: dead(request, forward) if meddler.sent("POST", SENT) else forward(request)
        )
    result = through.tdm_fleet(devices=rows(3), bulk="always", results="all")
    assert {"is unknown" in one["error"] for one in result["results"]} == {True}


def test_tasks_that_always_come_to_nothing_are_given_up(through, meddler, do, rows, small):
    meddler.on("POST", SENT, do.says(202, None, Location="/tasks/1"))
    meddler.on("GET", "/tasks/1", do.says(200, {"state": "FAILED"}))
    assert through.tdm_fleet(devices=rows(30), bulk="always")["summary"]["created"] == 30
    assert len(meddler.sent("POST", SENT)) == importing.TRIES


def test_a_task_that_never_ends_is_waited_for_once(through, meddler, do, rows, small, monkeypatch):
    """The list shows that the devices are there: the next imports go without waiting."""
    monkeypatch.setattr(imports, "LONGEST_TASK", 0.1)
    meddler.on("POST", SENT, do.says_after(202, None, Location="/tasks/1"))
    meddler.on("GET", "/tasks/1", do.says(200, {"state": "RUNNING"}))
    assert through.tdm_fleet(devices=rows(30), bulk="always")["summary"]["created"] == 30
    sent = [one.method for one in meddler.sent("", "/(import|tasks/1)")]
    assert sent[:2] == ["POST", "GET"] and sent.count("POST") > 2 and "GET" not in sent[sent.index("POST", 1) :]


@pytest.fixture
def moments(monkeypatch):
    """Count times as different that are a twentieth of a second apart; return a function that waits longer than that."""
    monkeypatch.setattr(cache, "AT_ONCE", 50)
    return lambda: time.sleep(0.1)


@pytest.mark.parametrize("answer", ["good", "none"])
@pytest.mark.parametrize("purged", [False, True])
def test_what_somebody_creates_after_its_deletion_stays(simulator, through, meddler, rows, row, account, moments, purged, answer):
    """An import deletes once; a device that the list shows after that is a new one."""
    fleet = rows(6)
    account.tdm_fleet(devices=fleet)

    def recreated(request, forward):
        done = forward(request)
        moments()
        account.tdm_device(**row(2, name="theirs"))
        return done if answer == "good" else None

    meddler.on("POST", SENT, recreated)
    gone = [{"dev_eui": one["dev_eui"], "state": "absent"} for one in fleet]
    purge = {"scope": {"all": True}, "max": 6, "bulk": True}
    options = {"devices": rows(7)[6:], "purge": purge} if purged else {"devices": gone, "max_deletions": "100%"}
    result = through.tdm_fleet(bulk="always", **options)
    assert result["summary"]["deleted"] == 6 and not meddler.sent("DELETE")
    assert simulator.device(row(2)["dev_eui"])["name"] == "theirs"


def test_what_was_changed_since_its_creation_is_looked_up(simulator, through, meddler, rows, row, account, moments):
    """The list doesn't show what somebody changed, only when: what was sent may no longer hold."""
    fleet = rows(12, **ALARM)

    def changed(request, forward):
        done = forward(request)
        moments()
        account.tdm_device(**row(2, inactivity_alarm=[{"duration": "PT1H", "level": 3}]))
        return done

    meddler.on("POST", SENT, changed, times=1)
    through.tdm_fleet(devices=fleet, bulk="always")
    assert through.tdm_fleet(devices=fleet)["summary"]["updated"] == 1
    assert "PT6H" in simulator.device(row(2)["dev_eui"])["alarm004"]


def test_a_column_that_the_platform_ignores_is_seen_by_the_next_run(simulator, through, meddler, rows):
    def ignored(request, forward):
        request.body = re.sub(b'"?<alarm004.*?</alarm004>"?', b"", request.body)
        return forward(request)

    fleet = [*rows(6), *rows(12, **ALARM)[6:]]
    meddler.on("POST", SENT, ignored)
    through.tdm_fleet(devices=fleet, bulk="always")
    again = through.tdm_fleet(devices=fleet)
    assert again["summary"]["updated"] == again["looked_up"] == 6 and not through.tdm_fleet(devices=fleet)["changed"]


def test_a_quotation_mark_that_hides_the_next_lines(through, meddler, rows, row, account, do):
    """A device's name in the platform's text opens a quotation: the lines after it still have faults."""
    account.tdm_device(**row(3, latitude=1, longitude=2))
    meddler.on("GET", "/devices", do.edited(lambda data: data["briefs"].clear()), times=1)
    fleet = rows(12, latitude=50, longitude=4)
    hidden = '%s,line 1,[7] bad name: pole 7,"left\n' % fleet[0]["dev_eui"]
    meddler.on("POST", SENT, do.edited(lambda data: {"code": 1, "message": hidden + data["message"]}))
    through.tdm_fleet(devices=fleet, bulk="always")
    assert through.tdm_fleet(devices=fleet)["summary"]["updated"] == 1


#: The same errors in other spellings.
SPELLINGS = {
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "CR": lambda text: text.replace("\n", "\r"),
    "BOM": lambda text: "\ufeff" + text,
    "lower case": lambda text: text.replace("70B3D57ED1", "70-b3-d5-7e-d1-"),
    "twice": lambda text: text + text,
    "quoted": lambda text: text.replace(",", '","').replace("70", '"70').replace("EUI\n", 'EUI"\n'),
}


@pytest.mark.parametrize("change", SPELLINGS.values(), ids=SPELLINGS)
def test_errors_in_another_spelling_are_understood(through, meddler, rows, row, account, do, change):
    for number in (2, 3):
        account.tdm_device(**row(number))
    meddler.on("GET", "/devices", do.edited(lambda data: data["briefs"].clear()), times=1)
    meddler.on("POST", SENT, do.edited(lambda data: {"code": 1, "message": change(data["message"])}))
    result = through.tdm_fleet(devices=rows(12), bulk="always", results="all")
    assert actions(result) == ["created", "unchanged", "unchanged"] + 9 * ["created"]


@pytest.mark.parametrize("status", [400, 422])
def test_a_refusal_that_names_rows_may_have_taken_the_others(through, meddler, rows, do, status):
    fleet = rows(6)
    message = "%s,line 1,[7] bad\n" % fleet[0]["dev_eui"]
    meddler.on("POST", SENT, do.says_after(status, {"code": 1, "message": message}))
    result = through.tdm_fleet(devices=fleet, bulk="always", results="all")
    assert set(actions(result)) == {"created"}


@pytest.mark.parametrize("is_there", [False, True])
def test_what_the_list_denies_has_changed_nothing(through, meddler, rows, do, account, is_there):
    """An import says that all went well, but did nothing, and the single requests are refused."""
    fleet = rows(6)
    if is_there:
        account.tdm_fleet(devices=fleet)
    meddler.on("POST", SENT, do.says(200, None))
    for verb, path in (("POST", "/devices"), ("DELETE", "/devices/.*")):
        meddler.on(verb, path, do.says(400, {"code": 5, "message": "no"}))
    if is_there:
        fleet = [{"dev_eui": one["dev_eui"], "state": "absent"} for one in fleet]
    result = through.tdm_fleet(devices=fleet, bulk="always", max_deletions="100%", results="all")
    assert set(actions(result)) == {"failed"} and not result["changed"]


def test_what_is_corrected_has_its_tags(simulator, through, meddler, rows, do):
    """A list without tags doesn't show that a new device has none yet."""

    def otherwise(request, forward):
        request.body = request.body.replace(b"row-0003", b"row-0333")
        return forward(request)

    def without_tags(data):
        for brief in data["briefs"]:
            del brief["tags"]

    meddler.on("POST", SENT, otherwise)
    meddler.on("GET", "/devices", do.edited(without_tags))
    through.tdm_fleet(devices=rows(6, tags=["north"]), bulk="always")
    assert [one["tags"] for one in simulator.devices().values()] == [["north"]] * 6


def test_a_few_devices_of_several_makers_cost_no_whole_list(simulator, account, row, counts, monkeypatch):
    monkeypatch.setattr(importing, "PAGE", 100)
    simulator.seed(500)
    counts()
    account.tdm_fleet(devices=[row(1), row(2, dev_eui="0018D57EDE000001")], bulk="always")
    assert counts()["GET /devices"] == 4


@pytest.mark.parametrize("ends", [False, True])
def test_labels_that_fail_for_all_are_given_up(simulator, through, meddler, rows, do, ends):
    """Each device has its reason, but not each has a request of its own."""
    meddler.on("POST", "/devices/tags", do.says(401 if ends else 403, {"code": 7, "message": "no"}))
    meddler.on("POST", "/login", do.says(500, {}), skip=1)
    result = through.tdm_fleet(devices=rows(220, tags=["north"]), bulk="always", results="failed", parallel=1)
    assert result["summary"]["failed"] == len(simulator.devices()) == 220
    assert len(meddler.sent("POST", "/devices/tags")) <= (3 if ends else 3 * ALIKE)


def test_what_single_requests_made_beside_a_lost_import_is_not_in_doubt(through, meddler, do, rows, small):
    """One device's tags are refused: it was created all the same, and nothing about it is unknown."""
    fleet, began = rows(5, tags=["north"]), threading.Event()
    last = fleet[-1]["dev_eui"]

    def lost(request, forward):
        assert began.wait(10)

    def single(request, forward):
        if request.json()["EUI"] == fleet[3]["dev_eui"]:  # the one after the last
            began.set()
            time.sleep(0.2)
        return forward(request)

    def refuse(request, forward):
        return do.says(403, {"code": 7})(request, forward) if last in request.json()["devEUIs"] else forward(request)

    meddler.on("POST", SENT, lost)
    meddler.on("POST", "/devices", single)
    meddler.on("POST", "/devices/tags", refuse)
    result = through.with_options(retries=0).tdm_fleet(devices=fleet, bulk="auto", parallel=2, results="all")
    assert actions(result) == ["created"] * 4 + ["failed"], result
    assert result["results"][-1]["changed"] and NOT_KNOWN not in result["results"][-1]["error"]


def test_an_import_that_is_sent_again_is_looked_up_as_a_whole(simulator, through, meddler, do, rows):
    """A page in place of the answer looked like a dead session's: all rows are refused the second time, as they are there."""
    meddler.on("POST", SENT, do.says_after(200, "<html></html>"), times=1)
    assert through.tdm_fleet(devices=rows(120), bulk="always")["summary"]["created"] == 120
    assert len(meddler.sent("POST", SENT)) == 3 and not meddler.sent("POST", "/devices")
