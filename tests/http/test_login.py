# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logins: a refused password goes out once, and every other failure is told apart from it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils import _files

WRONG = "wr0ng-Passw0rd"

#: What one process of many does: the frame's work without Ansible.
ONE_PROCESS = """
import json, sys
sys.path.insert(0, sys.argv[1])
from ansible_collections.lorawan.thingpark.plugins.module_utils._frame import connection
from ansible_collections.lorawan.thingpark.plugins.module_utils._errors import TdmError
from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.task import Context
from ansible_collections.lorawan.thingpark.plugins.module_utils._tasks import subscriber_info, session
from concurrent.futures import ThreadPoolExecutor
params = {name: option.get("default") for name, option in connection.OPTIONS.items()}
params.update(json.loads(sys.argv[2]), state="present")
task = session if params.get("session_file") else subscriber_info
def one(_number):
    try:
        return task.run(params, Context())
    except TdmError as error:
        return {"failed": True, "msg": error.message, **error.facts}
with ThreadPoolExecutor(int(sys.argv[3])) as pool:
    print(json.dumps(list(pool.map(one, range(int(sys.argv[3]))))))
"""

#: Takes an account's lock and is killed with it in its hands.
KILLED = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
from ansible_collections.lorawan.thingpark.plugins.module_utils import _files
with _files.locked(sys.argv[2]):
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def collections() -> str:
    """Return where this collection is found by its name."""
    from ansible_collections import lorawan

    return os.path.dirname(os.path.dirname(list(lorawan.__path__)[0]))


@pytest.fixture
def many_processes(collections):
    """Return a function that runs the same task in many processes at once, so often in each; it returns their results."""

    def many_processes(number: int, options: dict, each: int = 1) -> list:
        command = [sys.executable, "-c", ONE_PROCESS, collections, json.dumps(options), str(each)]
        running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _number in range(number)]
        return [result for one in running for result in json.loads(one.communicate(timeout=120)[0])]

    return many_processes


def refusals(simulator, kind: str = "logins") -> tuple:
    found = simulator.requests()[kind]
    return found["attempts"], found["refused"]


def test_a_wrong_password_of_50_threads_goes_out_once(simulator, account):
    wrong = account.with_options(password=WRONG)
    with ThreadPoolExecutor(50) as pool:
        results = list(pool.map(lambda _number: wrong.tdm_subscriber_info(), range(50)))
    assert refusals(simulator) == (1, 1)
    assert simulator.requests()["total"] == 1
    assert all(result["failed"] and result["login_refused"] for result in results)
    assert sorted(result["held_back"] for result in results) == [False] + [True] * 49


def test_a_wrong_password_of_20_processes_goes_out_once(simulator, account, many_processes):
    results = many_processes(20, {**account.options, "password": WRONG})
    assert refusals(simulator) == (1, 1)
    assert sorted(result["held_back"] for result in results) == [False] + [True] * 19
    assert "failed" not in account.tdm_subscriber_info()
    assert WRONG not in json.dumps(results)


def test_a_wrong_password_of_50_forks_in_5_processes_and_3_runs_goes_out_once(simulator, account, many_processes):
    for run in range(3):
        results = many_processes(5, {**account.options, "password": WRONG}, each=50)
        assert len(results) == 250 and all(result["login_refused"] for result in results)
        assert sum(not result["held_back"] for result in results) == (run == 0)
    assert refusals(simulator) == (1, 1)


def test_the_lock_of_a_process_that_died_blocks_nobody(account, collections, home):
    from ansible_collections.lorawan.thingpark.plugins.module_utils._api import lockout
    from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.connection import account_of
    from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.task import Context

    defaults = {"auth_method": "html", "login_field": "login", "password_field": "password", "body_format": "json"}
    note = lockout.note_path(account_of({**defaults, **account.options}, Context()).gate_key())
    done = subprocess.run([sys.executable, "-c", KILLED, collections, note], check=False, timeout=60)
    assert done.returncode == -9 and os.path.exists(note + ".lock")
    assert "failed" not in account.tdm_subscriber_info()


def test_a_wrong_secret_goes_out_once(start_simulator, account_on):
    simulator = start_simulator(edition="enterprise", client_id="sub-1/x", client_secret="right")
    account = account_on(simulator, auth_method="oauth2", client_id="sub-1/x", client_secret=WRONG)
    with ThreadPoolExecutor(20) as pool:
        results = list(pool.map(lambda _number: account.tdm_subscriber_info(), range(20)))
    assert refusals(simulator, "tokens") == (1, 1)
    assert sorted(result["held_back"] for result in results) == [False] + [True] * 19
    first = next(result["msg"] for result in results if not result["held_back"])
    assert "client_secret" in first and "invalid_client" in first and WRONG not in first
    assert "failed" not in account.with_options(client_secret="right").tdm_subscriber_info()


def test_the_message_of_the_first_and_of_the_others(account, home):
    wrong = account.with_options(password=WRONG)
    first, second = wrong.tdm_subscriber_info()["msg"], wrong.tdm_subscriber_info()["msg"]
    assert "refused the password" in first and "error code 50" in first and "three wrong passwords lock" in first
    assert "was not sent again" in second and "held back for 15 minutes:" in second and "error code 50" in second
    (note,) = (home / "tdm").glob("login-*.json")
    assert os.stat(note).st_mode & 0o777 == 0o600
    assert WRONG not in Path(note).read_text()


@pytest.mark.parametrize("way", ["another password", "the note removed", "time"])
def test_what_ends_the_holding_back(simulator, account, home, monkeypatch, way):
    wrong = account.with_options(password=WRONG)
    wrong.tdm_subscriber_info()
    if way == "another password":
        assert "failed" not in account.tdm_subscriber_info()
        assert wrong.tdm_subscriber_info()["held_back"] is False  # the note went with the good login
    elif way == "the note removed":
        next((home / "tdm").glob("login-*.json")).unlink()
        assert wrong.tdm_subscriber_info()["held_back"] is False
    else:
        later = _files.clock() + 901
        monkeypatch.setattr(_files, "clock", lambda: later)
        assert wrong.tdm_subscriber_info()["held_back"] is False
    assert refusals(simulator)[1] == 2


def test_other_accounts_and_addresses_are_not_held_back(simulator, account):
    account.with_options(password=WRONG).tdm_subscriber_info()
    for other in ({"login": "else@example.com"}, {"login_field": "login "}):
        result = account.with_options(password=WRONG, **other).tdm_subscriber_info()
        assert result["failed"]
    assert "error code 108" in account.with_options(login="else2@example.com").tdm_subscriber_info()["msg"]


def test_a_locked_account(simulator, account):
    for number in range(3):
        account.with_options(password=WRONG + str(number)).tdm_subscriber_info()
    result = account.tdm_subscriber_info()
    assert result["failed"] and "error code 110, info1 ACCOUNT_LOCKED" in result["msg"] and "locked" in result["msg"]
    assert account.tdm_subscriber_info()["held_back"]
    assert refusals(simulator) == (4, 4)


PAGE = "<div id='serverInfo'><span id='errorCode'>%s</span><span id=\"info1\">%s</span><span id='info2'>%s</span>"


def test_an_unknown_error_code(meddler, through, do):
    meddler.on("POST", "/login", do.says(200, PAGE % ("777", "not today", "come back")))
    result = through.tdm_subscriber_info()
    assert result["failed"] and "error code 777, info1 not today, info2 come back" in result["msg"]
    assert through.tdm_subscriber_info()["held_back"]
    assert len(meddler.seen) == 1


@pytest.mark.parametrize("code", ["50", "108", "109", "123"])
def test_the_known_error_codes(meddler, through, do, code):
    meddler.on("POST", "/login", do.says(200, PAGE % (code, "", "")))
    assert "wrong login or password" in through.tdm_subscriber_info()["msg"]


NO_LOGIN = [
    ("maintenance", 200, "<html>Back soon</html>", "no login page"),
    ("empty", 200, "", "no login page"),
    ("json", 200, {"errorCode": "50"}, "no login page"),
    ("redirect", 302, "", "status 302"),
    ("missing", 404, "<html>not found</html>", "status 404"),
    ("broken", 500, "<html>oops</html>", "status 500"),
    ("no code", 200, "<span id=errorCode></span><span id=redirectURI>http://x/?a=b</span>", "no userAccessCode"),
    ("a lock of something else", 200, "<p>The database is locked</p>", "no login page"),
    ("nothing", 200, "<span id=errorCode></span>", "no userAccessCode"),
]


@pytest.mark.parametrize("status,body,message", [pytest.param(*one[1:], id=one[0]) for one in NO_LOGIN])
def test_no_login_is_no_refusal(simulator, meddler, through, do, status, body, message):
    meddler.on("POST", "/login", do.says(status, body), times=1)
    result = through.tdm_subscriber_info()
    assert result["failed"] and message in result["msg"] and "login_refused" not in result
    # Nobody knows whether it counted as a wrong one: a next run has to wait a minute.
    assert len(meddler.sent("POST", "/login")) == 1
    held = through.tdm_subscriber_info()
    assert held["held_back"] and message in held["msg"] and len(meddler.sent("POST", "/login")) == 1
    assert "held back for 1 minute:" in held["msg"]
    assert "failed" not in through.tdm_session(forget_refusal=True)
    assert simulator.password not in result["msg"] + held["msg"]


@pytest.mark.parametrize("action", ["lost_before", "lost_after"])
def test_a_login_without_an_answer_is_sent_once(meddler, through, do, action):
    meddler.on("POST", "/login", getattr(do, action))
    assert "broke before the answer" in through.tdm_subscriber_info()["msg"]
    assert len(meddler.seen) == 1


NO_SESSION = [
    ("error document", 401, {"code": 141, "message": "Authentication failed"}, "code 141, Authentication failed"),
    ("page", 200, "<html>", "is a web page"),
    ("garbage", 200, b"{garbage", "is not readable as JSON"),
    ("list", 200, [], "started no session"),
    ("no subscription", 200, {"sessionToken": "x"}, "started no session"),
    ("odd subscription", 200, {"subscription": "x"}, "started no session"),
    ("another host", 200, {"subscription": {"href": "https://evil.example/subscriptions/1"}}, "another host (evil.example)"),
    ("redirect", 302, {}, "status 302"),
]


@pytest.mark.parametrize("status,body,message", [pytest.param(*one[1:], id=one[0]) for one in NO_SESSION])
def test_no_session(meddler, through, do, status, body, message):
    meddler.on("GET", "/customers", do.says(status, body))
    result = through.tdm_subscriber_info()
    assert result["failed"] and message in result["msg"] and "login_refused" not in result
    assert "userAccessCode=" not in result["msg"]


@pytest.mark.parametrize("spelling", ["relative", "absolute", "slashless"])
def test_the_spellings_of_the_subscriptions_address(simulator, account, rows, spelling):
    assert simulator.settings(subscription_href=spelling)["subscription_href"] == spelling
    assert account.tdm_subscriber_info()["subscription"]["id"] == "100"
    assert account.tdm_fleet(devices=rows(3))["summary"]["created"] == 3
    assert not account.tdm_fleet(devices=rows(3))["changed"]


def test_the_subscriptions_address_with_its_host(meddler, through, do):
    href = meddler.url + "/subscriptions/100"
    meddler.on("GET", "/customers", do.edited(lambda data: data["subscription"].update(href=href)))
    assert through.tdm_subscriber_info()["subscription"]["id"] == "100"


def test_an_operator_without_session_tokens(start_simulator, account_on, counts_of, frame):
    simulator = start_simulator(no_session_token=True)
    assert "failed" not in account_on(simulator).tdm_subscriber_info()
    assert counts_of(simulator) == {**frame, "GET ": 1}


def test_cookies_and_token_go_along(simulator, meddler, through):
    through.tdm_subscriber_info()
    whole = meddler.sent("GET", "/subscriptions/100")[0]
    assert whole.headers["Cookie"].startswith("JSESSIONID=") and len(whole.query["sessionToken"]) == 1
    assert whole.headers["Accept"] == "application/json" and whole.headers["User-Agent"].startswith("lorawan.thingpark/")


def test_the_login_urls_and_fields_are_options(meddler, through, do):
    meddler.on("POST", "/elsewhere", do.says(200, PAGE % ("777", "", "")))
    result = through.tdm_subscriber_info(login_url=meddler.origin + "/elsewhere", login_field="mail", password_field="pw")
    assert "777" in result["msg"]
    fields = meddler.seen[0].body.decode()
    assert fields == "mail=tester%40example.com&pw=not-a-real-passphrase"


def test_the_session_url_is_an_option(meddler, through, do):
    meddler.on("GET", "/begin", do.says(418, {}))
    assert "status 418" in through.tdm_subscriber_info(session_url=meddler.origin + "/begin")["msg"]
    assert meddler.seen[-1].query["type"] == ["SUBSCRIBER"]


@pytest.mark.parametrize("missing", ["login", "password"])
def test_half_an_account(simulator, account, missing):
    result = account.with_options(**{missing: None}).tdm_subscriber_info()
    assert result["failed"] and "login and password must be given" in result["msg"]
    assert simulator.requests()["total"] == 0


URLS = ["ftp://x", "x", "", "https://user:hidden@x/", "http://[::1", "https:///path", "http://exa mple"]


@pytest.mark.parametrize("url", URLS)
def test_an_address_that_is_none(account, url):
    result = account.with_options(url=url).tdm_subscriber_info(retries=0)
    assert result["failed"] and "url" in result["msg"] and "hidden" not in result["msg"]


@pytest.mark.parametrize("url,warned", [("http://localhost:1", 0), ("http://tdm.invalid/x", 1)])
def test_plain_http_is_warned_of(account, url, warned):
    other = account.with_options(url=url)
    assert other.tdm_subscriber_info(retries=0)["failed"]
    assert len(other.warnings) == warned


@pytest.mark.parametrize("option", ["timeout", "retries", "max_requests_per_second"])
def test_numbers_below_their_least(simulator, account, option):
    result = account.tdm_subscriber_info(**{option: -1})
    assert result["failed"] and result["msg"].startswith(option)
    assert simulator.requests()["total"] == 0


def test_the_environment_gives_the_account(simulator, account, monkeypatch):
    for name, value in account.options.items():
        monkeypatch.setenv("TDM_" + name.upper(), value)
    result = type(account)(simulator.url).tdm_subscriber_info()
    assert result["subscription"]["id"] == "100"


def test_two_at_once_open_two_sessions(simulator, account):
    barrier = threading.Barrier(2)

    def work(_number):
        barrier.wait(10)
        return account.tdm_subscriber_info()

    with ThreadPoolExecutor(2) as pool:
        assert not any("failed" in result for result in pool.map(work, range(2)))
    assert simulator.sessions()["sessions"] == 0
    assert refusals(simulator) == (2, 0)
