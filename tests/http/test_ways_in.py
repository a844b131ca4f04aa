# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ways in of administrators, smp and digest: what is sent, what is refused, and what is never sent twice."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

WRONG = "wr0ng-Passw0rd"
SUBSCRIBER = "100002581"
FRAMES = {
    "smp": {"POST /admins/login": 1},
    "digest": {"GET /admins/id": 2},  # the question, and the answer with the digest
}
AFTER = {"POST /admins/{thingparkID}/accessCode": 1, "GET /customers": 1, "GET /customers/logout": 1}
WAYS = pytest.mark.parametrize("way", ["smp", "digest"])


@pytest.fixture
def administrator(simulator, account_on):
    """Return a function that gives an administrator's account: (way, url, options)."""

    def administrator(way: str, url: str = "", **options: object):
        return account_on(simulator, url, auth_method=way, **{"subscriber_id": SUBSCRIBER, **options})

    return administrator


@WAYS
def test_a_task_logs_in_works_and_logs_out(simulator, administrator, counts, way):
    result = administrator(way).tdm_subscriber_info()
    assert result["subscription"]["id"] == "100" and result["user"]["first_name"] == "Olivia"
    assert counts() == {**FRAMES[way], **AFTER, "GET ": 1}
    assert simulator.sessions()["sessions"] == 0


@WAYS
def test_requests_are_counted_as_they_go_out(simulator, administrator, counts, way):
    result = administrator(way).tdm_fleet(devices=[])
    assert sum(result["requests"].values()) == sum(counts().values())


@WAYS
def test_what_is_sent(meddler, administrator, way):
    administrator(way, meddler.url, module_id="TPW_OTHER").tdm_subscriber_info()
    (code,) = meddler.sent("POST", "/admins/[^/]+/accessCode")
    assert code.json() == {"subscriberID": SUBSCRIBER, "moduleID": "TPW_OTHER"}
    assert code.headers["Cookie"].startswith("JSESSIONID=")
    (start,) = meddler.sent("GET", "/customers")
    assert sorted(start.query) == ["adminAccessCode", "type"] and start.query["type"] == ["SUBSCRIBER"]
    (work,) = meddler.sent("GET", "/subscriptions/100")
    assert list(work.query) == ["sessionToken"]
    if way == "smp":
        (login,) = meddler.sent("POST", "/admins/login")
        assert login.json() == {"login": "tester@example.com", "password": "not-a-real-passphrase"}
        assert len(code.query["sessionToken"]) == 1
    else:
        question, login = meddler.sent("GET", "/admins/id")
        assert "Authorization" not in question.headers and login.headers["Authorization"].startswith("Digest ")
        assert code.query == {}
        assert not [one for one in meddler.seen if "not-a-real-passphrase" in one.target + str(one.headers) + str(one.body)]


def test_digest_without_a_session_token_sends_its_code_along(simulator, meddler, administrator):
    simulator.settings(session_token=False)
    assert "failed" not in administrator("digest", meddler.url).tdm_subscriber_info()
    (work,) = meddler.sent("GET", "/subscriptions/100")
    assert sorted(work.query) == ["adminAccessCode", "type"]


@WAYS
def test_a_wrong_password_goes_out_once(simulator, administrator, way):
    wrong = administrator(way, password=WRONG)
    with ThreadPoolExecutor(20) as pool:
        results = list(pool.map(lambda _number: wrong.tdm_subscriber_info(), range(20)))
    logins = simulator.requests()["logins"]
    assert (logins["attempts"], logins["refused"]) == (1, 1)
    assert sorted(result["held_back"] for result in results) == [False] + [True] * 19
    assert all("refused the password of tester@example.com" in result["msg"] for result in results)
    assert WRONG not in json.dumps(results)
    assert "failed" not in administrator(way).tdm_subscriber_info()


@WAYS
def test_a_wrong_subscriber_is_no_wrong_password(simulator, administrator, way):
    for _number in range(2):
        result = administrator(way, subscriber_id="199").tdm_subscriber_info()
        assert result["failed"] and "no access to the subscriber 199" in result["msg"] and "held_back" not in result
    assert "failed" not in administrator(way).tdm_subscriber_info()
    assert simulator.requests()["logins"]["refused"] == 0


@WAYS
def test_a_subscriber_is_needed(simulator, administrator, way):
    result = administrator(way, subscriber_id="").tdm_subscriber_info()
    assert result["failed"] and "subscriber_id is needed with auth_method=" + way in result["msg"]
    result = administrator(way, password="").tdm_subscriber_info()
    assert result["failed"] and "login and password must be given, in the task or as TDM_LOGIN and TDM_PASSWORD" in result["msg"]
    assert simulator.requests()["total"] == 0


@WAYS
def test_a_session_file(simulator, administrator, counts, way):
    account = administrator(way)
    path = account.tdm_session()["session_file"]
    assert not account.tdm_session()["changed"]
    assert simulator.password not in Path(path).read_text()
    other = administrator(way, subscriber_id="199")
    assert "another account" in other.tdm_subscriber_info(session_file=path)["msg"]
    simulator.kill_sessions()
    counts()
    assert account.tdm_subscriber_info(session_file=path)["subscription"]["id"] == "100"
    logout = "GET /customers/logout"
    again = {name: number for name, number in AFTER.items() if name != logout}
    assert counts() == {**FRAMES[way], **again, "GET ": 2}
    assert account.tdm_session(state="absent")["changed"] and counts() == {logout: 1}
    assert simulator.sessions()["sessions"] == 0


@WAYS
def test_a_session_that_dies_in_mid_run(simulator, meddler, administrator, do, rows, way):
    meddler.on("POST", "/devices", do.meanwhile(simulator.kill_sessions), times=1, skip=5)
    result = administrator(way, meddler.url).tdm_fleet(devices=rows(20))
    assert result["summary"]["created"] == 20, result
    assert simulator.requests()["logins"]["attempts"] == 2


ODD = [
    ("smp", "POST", "/admins/login", 404, "<html>", "is a web page", None),
    ("smp", "POST", "/admins/login", 200, {}, "without a thingparkID (status 200)", None),
    ("smp", "POST", "/admins/login", 500, {"code": 1, "message": "x"}, "without a thingparkID (status 500, code 1, x)", None),
    ("smp", "POST", "/admins/login", 403, {"code": 141, "message": "x"}, "(status 403, code 141, x)", False),
    ("smp", "POST", "/admins/login", 200, {"code": 110, "message": "locked"}, "(status 200, code 110, locked)", False),
    ("smp", "POST", "/admins/login", 401, "<html>", "(status 401)", False),
    ("digest", "GET", "/admins/id", 200, {"thingparkID": "x"}, "didn't ask for HTTP Digest", None),
    ("digest", "GET", "/admins/id", 401, {}, "didn't ask for HTTP Digest", None),
    ("digest", "GET", "/admins/id", 404, "<html>", "didn't ask for HTTP Digest", None),
]


@pytest.mark.parametrize("way,method,path,status,body,message,held", ODD)
def test_odd_answers(meddler, administrator, do, way, method, path, status, body, message, held):
    meddler.on(method, path, do.says(status, body))
    result = administrator(way, meddler.url).tdm_subscriber_info()
    assert result["failed"] and message in result["msg"] and result.get("held_back") is held
    assert len(meddler.seen) == 1


UNANSWERABLE = ['Basic realm="x"', 'Digest realm="x"', 'Digest realm="x", nonce="y", algorithm=ODD']


@pytest.mark.parametrize("challenge", UNANSWERABLE)
def test_a_digest_that_never_went_out_is_not_held_back(meddler, administrator, do, challenge):
    meddler.on("GET", "/admins/id", do.says(401, {}, WWW_Authenticate=challenge), times=1)
    account = administrator("digest", meddler.url)
    assert "didn't ask for HTTP Digest" in account.tdm_subscriber_info()["msg"]
    assert "failed" not in account.tdm_subscriber_info()


def test_a_digest_is_made_anew_when_the_platform_is_busy(simulator, meddler, administrator, do):
    meddler.on("GET", "/admins/id", do.says(429, {}, Retry_After="0"), times=1)  # nothing of the password was sent yet
    assert "failed" not in administrator("digest", meddler.url).tdm_subscriber_info()
    assert len(meddler.sent("GET", "/admins/id")) == 3 and simulator.requests()["logins"]["refused"] == 0


SENT = {"html": ("POST", "/login"), "smp": ("POST", "/admins/login"), "digest": ("GET", "/admins/id")}
SENT["oauth2"] = ("POST", "/token")


@pytest.mark.parametrize("way", SENT)
def test_a_password_goes_out_once_also_to_a_busy_platform(meddler, administrator, do, way):
    meddler.on(*SENT[way], do.says(429, {}, Retry_After="0.01"), skip=int(way == "digest"))
    options = {"client_id": "x", "client_secret": "y"} if way == "oauth2" else {}
    result = administrator(way, meddler.url, **options).tdm_subscriber_info()
    assert "status 429" in result["msg"] and len(meddler.seen) == 1 + (way == "digest")


LOCKS = [
    (423, {}, "status 423"),
    (403, "<p>Your account<br>is <b>locked</b></p>", "status 403, Your account is locked"),
    (429, b"ACCOUNT_LOCKED", "status 429, ACCOUNT_LOCKED"),
    (200, {"error_description": "account locked"}, ""),
    (400, {"error": "ACCOUNT_LOCKOUT"}, ""),
    (200, {"message": "Account lock"}, ""),
]


@pytest.mark.parametrize("way", ["html", "smp", "oauth2"])
@pytest.mark.parametrize(("status", "body", "why"), LOCKS)
def test_a_lock_is_told_in_whatever_form_it_comes(meddler, administrator, do, way, status, body, why):
    meddler.on(*SENT[way], do.says(status, body))
    options = {"client_id": "x", "client_secret": "y"} if way == "oauth2" else {}
    locked = administrator(way, meddler.url, **options)
    result = locked.tdm_subscriber_info()
    assert result["login_refused"] and "is locked (%s" % why in result["msg"] and "forget_refusal=true" in result["msg"]
    held = locked.tdm_subscriber_info()
    assert held["held_back"] and "ask the operator to unlock" in held["msg"] and len(meddler.seen) == 1


@pytest.mark.parametrize("spelling", ["thingparkID", "thingParkID"])
@pytest.mark.parametrize("kind", ["json", "xml"])
def test_the_identifier_is_read_in_both_spellings_and_formats(meddler, administrator, do, spelling, kind):
    xml = '<a:login xmlns:a="http://www.actility.com/smp/ws/admin"><%s>a/b</%s></a:login>' % (spelling, spelling)
    body = {spelling: "a/b"} if kind == "json" else xml.encode()
    meddler.on("POST", "/admins/login", do.says(200, body, Content_Type="application/" + kind))
    administrator("smp", meddler.url).tdm_subscriber_info()
    assert [one.path.rpartition("/admins/")[2] for one in meddler.seen[1:]] == ["a%2Fb/accessCode"]


def test_a_cookie_that_comes_with_the_challenge_is_kept(meddler, administrator, do):
    def challenge(request, forward):
        status, headers, content = forward(request)
        return status, {**headers, "Set-Cookie": "ROUTE=node1; Path=/"}, content

    meddler.on("GET", "/admins/id", challenge, times=1)
    assert "failed" not in administrator("digest", meddler.url).tdm_subscriber_info()
    question, *later = meddler.seen
    assert "Cookie" not in question.headers
    assert all("ROUTE=node1" in one.headers["Cookie"] for one in later)
