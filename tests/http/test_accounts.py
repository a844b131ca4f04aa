# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A refused password goes out once, whatever fails around it, and a login that goes nowhere holds up nobody."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils import _files
from ansible_collections.lorawan.thingpark.plugins.module_utils._api import lockout
from ansible_collections.lorawan.thingpark.plugins.module_utils._errors import OptionError, TransportError
from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.connection import account_of
from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.task import Context
from ansible_collections.lorawan.thingpark.plugins.module_utils._http import transport

WRONG = "wr0ng-Passw0rd"
DEFAULTS = {"auth_method": "html", "login_field": "login", "password_field": "password", "module_id": "", "body_format": "json"}
PAGE = "<div id='serverInfo'><span id='errorCode'>%s</span><span id=\"info1\">%s</span><span id='info2'>%s</span>"

#: Logs in, and is killed by the test before the answer comes.
ONE_LOGIN = """
import json, sys
sys.path.insert(0, sys.argv[1])
from ansible_collections.lorawan.thingpark.plugins.module_utils._frame import connection
from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.task import Context
from ansible_collections.lorawan.thingpark.plugins.module_utils._tasks import subscriber_info
params = {name: option.get("default") for name, option in connection.OPTIONS.items()}
subscriber_info.run({**params, **json.loads(sys.argv[2])}, Context())
"""


@pytest.fixture
def wrong(account):
    """Return the account with a wrong password."""
    return account.with_options(password=WRONG)


def attempts(simulator) -> int:
    return simulator.requests()["logins"]["attempts"]


def gate_key(**options: object) -> str:
    return account_of({**DEFAULTS, "login": "me", "password": "x", **options}, Context()).gate_key()


URL = "https://tdm.example.com/thingpark/wireless/rest"
SAME = [
    "https://tdm.example.com:443/thingpark/wireless/rest",
    "https://tdm.example.com./thingpark/wireless/rest/",
    "HTTPS://TDM.Example.COM/thingpark/wireless/rest",
    "http://tdm.example.com:80/elsewhere",
    " https://tdm.example.com/thingpark/wireless/rest\n",
]
HOSTS = ["127.0.0.1", "127.1", "0x7f.1", "0177.0.0.1", "2130706433", "localhost", "LOCALHOST.", "127.000.000.001", "[::1]"]
HOSTS += ["0.0.0.0", "0", "[::]", "[::ffff:0.0.0.0]"]
PATHS = ["", "/elsewhere", "/login", "//login", "/login/", "/%6Cogin", "/./login", "/login?x=1"]


def test_spellings_of_one_account_have_one_gate():
    assert {gate_key(url=url) for url in SAME} == {gate_key(url=URL)}
    assert len({gate_key(url="http://%s:8000/rest" % host) for host in HOSTS}) == 1
    assert len({gate_key(url=URL, login_url="https://tdm.example.com" + path) for path in PATHS}) == 1
    assert (
        len({gate_key(url="https://%s/" % host) for host in ("bücher.example", "BÜCHER.example", "xn--bcher-kva.example.")}) == 1
    )
    assert {gate_key(url=URL, login=login) for login in ("ME", " me", "Me\t", "\u200bme\ufeff")} == {gate_key(url=URL)}


def test_other_accounts_have_other_gates():
    others = [
        {"url": "https://tdm.example.org/thingpark/wireless/rest"},
        {"url": "https://tdm.example.com:8443/thingpark/wireless/rest"},
        {"url": URL, "login": "you"},
        {"url": URL, "login_field": "mail"},
        {"url": URL, "login_url": "https://tdm.example.net/login"},
        {"url": URL, "auth_method": "oauth2", "client_id": "me", "client_secret": "x"},
        {"url": URL, "auth_method": "oauth2", "client_id": "me", "client_secret": "x", "login_url": URL},
        *(
            {"url": "http://%s/" % host}
            for host in ("127.2", "1.2.3", "1.2.3.4.5", "256.1.1.1", "127.example.com", "08.1", "0x.1.1.g")
        ),
    ]
    assert len({gate_key(url=URL), *(gate_key(**other) for other in others)}) == len(others) + 1


def test_a_wrong_password_goes_out_once_in_whichever_way_it_logs_in(simulator, wrong):
    for way in ("html", "smp", "digest"):
        result = wrong.with_options(auth_method=way, subscriber_id="199").tdm_subscriber_info()
        assert result["login_refused"] and result["held_back"] is (way != "html")
    assert attempts(simulator) == 1


def test_a_wrong_password_goes_out_once_however_its_account_is_written(simulator, wrong):
    port = urlsplit(simulator.url).port
    path = urlsplit(simulator.url).path
    for host in ("127.0.0.1", "127.1", "localhost", "LocalHost", "127.0.0.1.", "0177.1"):
        for login in (simulator.login, simulator.login.upper(), " %s " % simulator.login):
            result = wrong.with_options(url="http://%s:%d%s/" % (host, port, path), login=login).tdm_subscriber_info(retries=0)
            assert result["failed"], result
    assert attempts(simulator) == 1


class Disk:
    """Stands in for ``os`` in _files: what is done with files fails, from one deed on.

    :param full: only what takes room fails.
    :param once: only one deed fails.
    """

    def __init__(self, begin: int, full: bool, once: bool) -> None:
        self.begin, self.full, self.once = begin, full, once
        self.deeds = 0

    def __getattr__(self, name: str):
        what = getattr(os, name)
        if name not in ("open", "fsync", "replace", "unlink", "makedirs", "stat", "fstat", "fdopen", "mkstemp"):
            return what

        def deed(*arguments, **options):
            takes_room = name in ("fsync", "fdopen", "mkstemp", "makedirs") or (name == "open" and arguments[1] & os.O_CREAT)
            if self.full and not takes_room:
                return what(*arguments, **options)
            self.deeds += 1
            if self.deeds - 1 == self.begin or (self.deeds > self.begin and not self.once):
                if name == "fdopen":
                    os.close(arguments[0])
                raise OSError(errno.ENOSPC if self.full else errno.EIO, "No room" if self.full else "Input/output error")
            return what(*arguments, **options)

        return deed


@pytest.mark.parametrize("once", [True, False], ids=["once", "from then on"])
@pytest.mark.parametrize("full", [True, False], ids=["full", "broken"])
@pytest.mark.parametrize("is_right", [True, False], ids=["right", "wrong"])
def test_a_disk_that_fails_at_any_moment(simulator, account, wrong, home, monkeypatch, full, once, is_right):
    mine = account if is_right else wrong
    for begin in range(200):
        simulator.reset()
        simulator.forget_requests()
        shutil.rmtree(home, ignore_errors=True)
        disk = Disk(begin, full, once)
        with monkeypatch.context() as patch:
            patch.setattr(_files, "os", disk)
            for _time in range(2):
                result = mine.tdm_subscriber_info()
                assert "mistake" not in result.get("msg", ""), (begin, result)
        was_sent = attempts(simulator)
        for _time in range(2):
            later = mine.tdm_subscriber_info()
            assert "mistake" not in later.get("msg", ""), (begin, later)
        # Where not even a note can be taken back, it holds a password that wasn't sent.
        assert is_right or attempts(simulator) in ([1] if full else [0, 1]), (begin, result["msg"])
        # What takes no room is done on a full disk: the refusal counts for all of its time.
        assert is_right or not (full and was_sent) or "for 15 minutes" in later["msg"], (begin, later)
        assert simulator.sessions()["sessions"] == 0
        if disk.deeds <= begin:
            assert begin > 5
            return
    pytest.fail("there is no end of it")


def test_on_a_full_disk_nothing_is_sent(simulator, account, monkeypatch):
    monkeypatch.setattr(_files, "os", Disk(2, True, False))
    result = account.tdm_subscriber_info()
    assert result["failed"] and "the login was not sent" in result["msg"] and "No room" in result["msg"]
    assert attempts(simulator) == 0


@pytest.mark.parametrize("arrives", [True, False])
def test_a_task_that_is_killed_before_the_answer(simulator, meddler, through, do, home, monkeypatch, arrives):
    from ansible_collections import lorawan

    mine = through.with_options(password=WRONG)
    place = os.path.dirname(os.path.dirname(list(lorawan.__path__)[0]))
    running = []

    def kill(request, forward):
        running[0].send_signal(signal.SIGKILL)
        running[0].wait()
        return forward(request) if arrives else None

    meddler.on("POST", "/login", kill, times=1)
    options = _files.json.dumps(mine.options)
    running.append(subprocess.Popen([sys.executable, "-c", ONE_LOGIN, place, options]))
    assert running[0].wait(60) == -9
    for _time in range(3):
        result = mine.tdm_subscriber_info()
        assert result["held_back"] and "stopped before" in result["msg"] and "for 1 minute" in result["msg"]
    assert len(meddler.sent("POST", "/login")) == 1
    assert "failed" not in through.tdm_subscriber_info()  # the right one is another
    assert mine.tdm_subscriber_info()["held_back"] is False
    later = _files.clock() + 61
    monkeypatch.setattr(_files, "clock", lambda: later)
    assert "for 14 minutes" in mine.tdm_subscriber_info()["msg"]


def test_what_a_killed_task_left_outlives_the_login_with_another_password(simulator, meddler, through, do):
    for password in ("wrong-1", "wrong-2"):
        meddler.on("POST", "/login", lambda *_arguments: (each for each in ()).throw(SystemExit), times=1)
        lockout.announce(*_place_of(through.with_options(password=password)))
    for password in ("wrong-1", "wrong-2"):
        assert through.with_options(password=password).tdm_subscriber_info()["held_back"]
    assert not meddler.seen


def _place_of(account) -> tuple:
    found = account_of({**DEFAULTS, **account.options}, Context())
    path = lockout.note_path(found.gate_key())
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    return path, found.gate_key(), found.secret


def test_a_note_that_says_longer_holds_no_longer(simulator, wrong, home):
    wrong.tdm_subscriber_info()
    (path,) = (home / "tdm").glob("login-*.json")
    data = json.loads(path.read_text())
    data["notes"][0]["seconds"] = 10.0**9
    path.write_text(json.dumps(data))
    assert "for 15 minutes" in wrong.tdm_subscriber_info()["msg"]
    data["notes"][0]["clock"] -= 901
    path.write_text(json.dumps(data))
    assert wrong.tdm_subscriber_info()["held_back"] is False


def test_what_a_killed_task_left_is_forgotten_too(simulator, account):
    lockout.announce(*_place_of(account))
    assert account.tdm_subscriber_info()["held_back"]
    assert account.tdm_session(forget_refusal=True)["changed"]


@pytest.mark.parametrize("by", [-86400, -1, 86400])
def test_a_clock_that_is_set_neither_prolongs_nor_annuls_a_hold(simulator, wrong, monkeypatch, by):
    wrong.tdm_subscriber_info()
    now, moment = time.time(), _files.clock()
    monkeypatch.setattr(lockout.time, "time", lambda: now + by)
    assert "for 15 minutes" in wrong.tdm_subscriber_info()["msg"]
    monkeypatch.setattr(_files, "clock", lambda: moment + 899)
    assert "for 1 minute:" in wrong.tdm_subscriber_info()["msg"]
    monkeypatch.setattr(_files, "clock", lambda: moment + 902)
    assert wrong.tdm_subscriber_info()["held_back"] is False
    assert attempts(simulator) == 2


@pytest.mark.parametrize("boot", ["another", ""])
def test_a_machine_that_starts_anew_with_a_clock_of_yesterday(simulator, wrong, monkeypatch, boot):
    if not boot:
        monkeypatch.setattr(_files, "boot", lambda: "")  # a system that doesn't tell its starts apart
    wrong.tdm_subscriber_info()
    now = time.time()
    monkeypatch.setattr(_files, "boot", lambda: boot)
    monkeypatch.setattr(_files, "clock", lambda: 5.0)
    monkeypatch.setattr(lockout.time, "time", lambda: now - 86400)
    assert "for 15 minutes" in wrong.tdm_subscriber_info()["msg"]
    monkeypatch.setattr(lockout.time, "time", lambda: now - 86400 + 600)
    monkeypatch.setattr(_files, "clock", lambda: 605.0)
    assert "for 5 minutes" in wrong.tdm_subscriber_info()["msg"]
    monkeypatch.setattr(lockout.time, "time", lambda: now - 86400 + 902)
    monkeypatch.setattr(_files, "clock", lambda: 907.0)
    assert wrong.tdm_subscriber_info()["held_back"] is False


def test_a_lock_that_is_slow_to_come(simulator, account):
    path = _place_of(account)[0]
    with ThreadPoolExecutor(4) as pool:
        with _files.locked(path):
            waiting = [pool.submit(account.tdm_subscriber_info) for _number in range(4)]
            time.sleep(1)
            assert attempts(simulator) == 0
        assert not any("failed" in one.result() for one in waiting)
    assert (attempts(simulator), simulator.sessions()["sessions"]) == (4, 0)


NO_ROOM = [("tdm_session", {}), ("tdm_subscriber_info", {}), ("tdm_session", {"state": "present", "session_file": None})]


@pytest.mark.parametrize("task,options", NO_ROOM)
def test_a_session_that_can_not_be_kept_is_closed_again(simulator, account, tmp_path, monkeypatch, task, options):
    _full_for_sessions(monkeypatch)
    given = {"session_file": str(tmp_path / "session.json"), **options}
    result = getattr(account, task)(**{name: value for name, value in given.items() if value})
    assert result["failed"] and "No space left" in result["msg"]
    assert (attempts(simulator), simulator.sessions()["sessions"]) == (1, 0)
    assert simulator.requests()["by_path"]["GET /thingpark/wireless/rest/customers/logout"] == 1


def test_a_session_that_is_opened_again_and_can_not_be_kept_is_closed(simulator, account, monkeypatch):
    path = account.tdm_session()["session_file"]
    simulator.kill_sessions()
    _full_for_sessions(monkeypatch)
    result = account.tdm_subscriber_info(session_file=path)
    assert result["failed"] and "could not be reopened" in result["msg"] and "No space left" in result["msg"]
    assert simulator.sessions()["sessions"] == 0


def _full_for_sessions(monkeypatch) -> None:
    write = _files.write_json

    def full(path, data):
        if os.path.basename(path).startswith("session"):
            raise OptionError("%s can't be written: No space left on device" % path)
        write(path, data)

    monkeypatch.setattr(_files, "write_json", full)


@pytest.fixture
def unreachable(monkeypatch):
    """Let no request leave the machine; return the list of those that tried."""
    tried = []
    lock = threading.Lock()

    def once(self, request):
        with lock:
            tried.append(request.url)
        time.sleep(1)
        raise TransportError("nowhere can't be reached: check url and the network", sent=False)

    monkeypatch.setattr(transport.Transport, "_once", once)
    return tried


@pytest.mark.parametrize("kept", [False, True])
def test_who_waits_for_a_login_that_goes_nowhere_shares_its_result(account, tmp_path, unreachable, kept):
    mine = account.with_options(retries=0, session_file=str(tmp_path / "session.json") if kept else None)
    with ThreadPoolExecutor(30) as pool:
        results = list(pool.map(lambda _number: mine.tdm_subscriber_info(), range(30)))
    assert all(result["failed"] and "can't be reached" in result["msg"] for result in results)
    assert sum("found by another task" in result["msg"] for result in results) == 29
    assert len(unreachable) == 1
    assert "found by another" not in mine.tdm_subscriber_info()["msg"]  # it didn't wait, and looks for itself
    assert len(unreachable) == 2


def test_only_who_goes_the_same_way_shares_it(account, unreachable):
    ways = [
        {},
        {"timeout": 7},
        {"proxy": "http://127.0.0.1:9"},
        {"validate_certs": False},
        {"session_url": account.options["url"]},
    ]
    with ThreadPoolExecutor(len(ways)) as pool:
        results = list(pool.map(lambda way: account.tdm_subscriber_info(retries=0, **way), ways))
    assert not any("found by another" in result["msg"] for result in results)
    assert len(unreachable) == len(ways)


LOCKED = [
    ("110", "ACCOUNT_LOCKED", ""),
    ("9", "", "User Is Locked"),
    ("50", "account-locked", ""),
    ("LOCKED", "", ""),
    ("9", "<b>ACCOUNT_LOCKED</b>", ""),
    ("9", "ACCOUNT_LOCKOUT", ""),
    ("9", "", "accountLock"),
    ("", "ACCOUNT_LOCKED", ""),
]


@pytest.mark.parametrize("page", LOCKED)
def test_a_locked_account_is_told_and_tried_again_when_told_so(meddler, through, do, page):
    meddler.on("POST", "/login", do.says(200, PAGE % page), times=1)
    result = through.tdm_subscriber_info()
    assert result["login_refused"] and "is locked (error code %s" % (page[0] or "none") in result["msg"]
    assert "operator" in result["msg"] and "forget_refusal=true" in result["msg"] and "15 minutes" in result["msg"]
    held = through.tdm_session()
    assert held["held_back"] and "forget_refusal=true" in held["msg"] and len(meddler.seen) == 1
    assert through.tdm_session(forget_refusal=True)["changed"]
    assert through.tdm_session(state="absent", forget_refusal=True)["changed"]
    assert "failed" not in through.tdm_subscriber_info()


def test_other_ways_in_tell_a_lock_too(meddler, through, do):
    says = do.says(400, {"code": 12, "message": "The administrator is locked"})
    meddler.on("POST", "/login", says)
    meddler.on("POST", "/token", do.says(401, {"error": "invalid_grant", "error_description": "Account is LOCKED"}))
    smp = through.with_options(auth_method="smp", subscriber_id="1").tdm_subscriber_info()
    oauth = through.with_options(auth_method="oauth2", client_id="x", client_secret="y").tdm_subscriber_info()
    assert smp["login_refused"] and oauth["login_refused"]
    assert "is locked (status 400" in smp["msg"] and "is locked (invalid_grant" in oauth["msg"]


NOT_LOCKED = [
    "unlocked again",
    "ACCOUNT_NOT_LOCKED",
    "Your browser blocked cookies",
    "Account isn't locked yet",
    "It will be locked after two more",
    "blockade",
]


@pytest.mark.parametrize("info", NOT_LOCKED)
def test_what_is_not_locked_is_not_told_so(meddler, through, do, info):
    meddler.on("POST", "/login", do.says(200, PAGE % ("50", info, "")))
    assert "wrong login or password" in through.tdm_subscriber_info()["msg"]


def test_a_lock_that_is_told_again_is_forgotten_again(simulator, account):
    for number in range(3):
        account.with_options(password=WRONG + str(number)).tdm_subscriber_info()
    assert "is locked" in account.tdm_subscriber_info()["msg"]
    assert "is locked" in account.tdm_session(forget_refusal=True)["msg"]  # too early
    held = account.tdm_subscriber_info()["msg"]
    assert "forget_refusal=true then" in held and held.count("forget_refusal") == held.count("or wait") == 1
    simulator.unlock_accounts()
    assert account.tdm_session(forget_refusal=True)["changed"]


def test_of_many_tasks_that_want_it_forgotten_one_sends_the_password_again(simulator, wrong):
    wrong.tdm_subscriber_info()
    for _time in range(2):
        with ThreadPoolExecutor(20) as pool:
            results = list(pool.map(lambda _number: wrong.tdm_session(forget_refusal=True), range(20)))
        assert all(result["login_refused"] for result in results)
    assert attempts(simulator) == 2
    assert "forget_refusal was used already, and works again in 15 minutes" in wrong.tdm_subscriber_info()["msg"]


def test_a_refusal_is_forgotten_of_the_account_that_is_named(simulator, wrong):
    wrong.tdm_subscriber_info()
    result = wrong.with_options(login=None, password=None).tdm_session(forget_refusal=True, session_file="/tmp/none")
    assert result["failed"] and "forget_refusal needs" in result["msg"]
    wrong.with_options(login="else").tdm_session(forget_refusal=True)
    assert wrong.tdm_subscriber_info()["held_back"] and attempts(simulator) == 2


DAMAGED = [b"nonsense", b"\xff\xfe", b"[]", b'{"notes": 5}', b'{"notes": [5]}', b"[" * 100_000, b'{"notes": [{"kind": "held"}]}']


@pytest.mark.parametrize("content", DAMAGED, ids=range(len(DAMAGED)))
def test_damaged_notes_annul_no_refusal(simulator, wrong, account, home, content):
    wrong.tdm_subscriber_info()
    (path,) = (home / "tdm").glob("login-*.json")
    path.write_bytes(content)
    for mine in (wrong, account):
        result = mine.tdm_subscriber_info()
        assert result["failed"] and str(path) in result["msg"] and "damaged" in result["msg"]
    assert attempts(simulator) == 1
    assert account.tdm_session(forget_refusal=True)["changed"]
