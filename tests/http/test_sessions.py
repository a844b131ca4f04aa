# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sessions: opened once, shared by tasks, renewed once where that is possible, and closed on every way out."""

from __future__ import annotations

import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils import _files


def mode(path) -> int:
    return stat.S_IMODE(os.stat(path).st_mode)


def secrets_in(path) -> list:
    """Return what a session's file holds and nobody may see."""
    grant = json.loads(Path(path).read_text())["grant"]
    return [*grant["query"].values(), *grant["cookies"].values()]


def test_present_and_absent(simulator, account, home, counts, frame):
    first = account.tdm_session()
    assert first["changed"]
    path = first["session_file"]
    assert Path(path).parent == home / "tdm"
    assert (mode(path), mode(home / "tdm")) == (0o600, 0o700)
    assert (first["subscription"], first["granted_permissions"]) == ("100", ["x", "a", "ra", "s1"])
    assert first["user"] == {"first_name": "Olivia", "last_name": "Operator", "language": "en-US"}
    assert counts() == {"POST /login": 1, "GET /customers": 1}
    again = account.tdm_session()
    assert again == {**first, "changed": False}
    assert counts() == {"GET ": 1}
    used = account.tdm_subscriber_info(session_file=path)
    assert used["user"] == first["user"]
    assert counts() == {"GET ": 1}
    text = json.dumps([first, again, used])
    assert not [secret for secret in [*secrets_in(path), simulator.password] if secret in text]
    absent = account.tdm_session(state="absent")
    assert absent == {"changed": True, "session_file": path}
    assert counts() == {"GET /customers/logout": 1}
    assert simulator.sessions()["sessions"] == 0 and not os.path.exists(path)
    assert account.tdm_session(state="absent") == {"changed": False, "session_file": path}
    assert counts() == {}


def test_the_password_is_not_in_the_file(simulator, account):
    assert simulator.password not in Path(account.tdm_session()["session_file"]).read_text()


def test_a_named_file_in_a_new_directory(account, tmp_path):
    path = tmp_path / "deep" / "er" / "session.json"
    assert account.tdm_session(session_file=str(path))["session_file"] == str(path)
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)


@pytest.mark.parametrize("killed", [False, True])
def test_present_opens_a_dead_session_again(simulator, account, counts, killed):
    account.tdm_session()
    if killed:
        simulator.kill_sessions()
    counts()
    assert account.tdm_session()["changed"] is killed
    assert counts() == {"GET ": 1, **({"POST /login": 1, "GET /customers": 1} if killed else {})}


def test_absent_of_a_dead_session(simulator, account):
    account.tdm_session()
    simulator.kill_sessions()
    assert account.tdm_session(state="absent")["changed"] is True


def test_absent_needs_no_password(simulator, account):
    path = account.tdm_session()["session_file"]
    assert account.with_options(password=None).tdm_session(state="absent")["changed"]
    assert simulator.sessions()["sessions"] == 0 and not os.path.exists(path)
    result = account.with_options(password=None, login=None).tdm_session()
    assert result["failed"] and "session_file" in result["msg"]


def test_a_session_that_is_closed_by_its_file_alone(simulator, account):
    path = account.tdm_session()["session_file"]
    stranger = account.with_options(password=None, login=None)
    assert stranger.tdm_subscriber_info(session_file=path)["subscription"]["id"] == "100"
    assert stranger.tdm_session(session_file=path, state="absent")["changed"]
    assert simulator.sessions()["sessions"] == 0


@pytest.mark.parametrize("bad", [0o640, 0o604, 0o666])
def test_a_file_that_others_can_read(simulator, account, bad):
    path = account.tdm_session()["session_file"]
    os.chmod(path, bad)
    simulator.forget_requests()
    for result in (account.tdm_session(), account.tdm_subscriber_info(session_file=path)):
        assert result["failed"] and path in result["msg"] and "chmod 600" in result["msg"]
    assert simulator.requests()["total"] == 0


@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_file_of_another_user(simulator, account, monkeypatch, state):
    path = account.tdm_session()["session_file"]
    simulator.forget_requests()
    me = os.geteuid()
    monkeypatch.setattr(_files.os, "geteuid", lambda: me + 1)
    for result in (account.tdm_session(state=state), account.tdm_subscriber_info(session_file=path)):
        assert result["failed"] and path in result["msg"] and "belongs to another user" in result["msg"]
    assert simulator.requests()["total"] == 0 and os.path.exists(path)


def test_a_link_in_the_files_place(account, tmp_path):
    path = Path(account.tdm_session()["session_file"])
    link = tmp_path / "link.json"
    link.symlink_to(path)
    assert "is a link: name a regular file" in account.tdm_subscriber_info(session_file=str(link))["msg"]


def test_an_empty_file_counts_as_none(simulator, account, tmp_path):
    path = tmp_path / "session.json"
    path.touch(0o600)
    assert "failed" not in account.tdm_subscriber_info(session_file=str(path))
    assert mode(path) == 0o600 and simulator.sessions()["sessions"] == 1


@pytest.mark.parametrize("content", ["nonsense", "[]", '{"kind": "of something else"}', '{"kind": 1, "url": "x"'])
def test_a_file_of_the_users_own_is_left_alone(simulator, account, tmp_path, content):
    path = tmp_path / "precious.json"
    path.write_text(content)
    path.chmod(0o600)
    for result in (
        account.tdm_subscriber_info(session_file=str(path)),
        account.tdm_session(session_file=str(path)),
        account.tdm_session(session_file=str(path), state="absent"),
    ):
        assert result["failed"] and "not a session" in result["msg"]
    assert "is a directory: name a regular file" in account.tdm_session(session_file=str(tmp_path))["msg"]
    assert path.read_text() == content and simulator.requests()["total"] == 0


def test_a_session_of_the_password_before_is_closed(simulator, account, start_simulator, tmp_path):
    path = str(tmp_path / "session.json")
    account.tdm_session(session_file=path)
    data = json.loads(Path(path).read_text())
    data["fingerprint"] = "0:0000"  # as if it had been opened with another password
    Path(path).write_text(json.dumps(data))
    assert account.tdm_session(session_file=path)["changed"]
    assert simulator.sessions()["sessions"] == 1


def test_a_file_that_can_not_be_written(account, tmp_path):
    blocker = tmp_path / "file"
    blocker.write_text("")
    result = account.tdm_session(session_file=str(blocker / "session.json"))
    assert result["failed"] and str(blocker) in result["msg"]


OTHERS = [
    ({"url": "{url}/"}, ""),
    ({"url": "http://127.0.0.1:9/rest"}, "another url"),
    ({"login": "else@example.com"}, "another account"),
    ({"password": "another one"}, "another password"),
    ({"auth_method": "oauth2", "client_id": "tester@example.com", "client_secret": "x"}, "another account"),
]


@pytest.mark.parametrize("options,message", OTHERS)
def test_a_session_serves_its_own_account_only(simulator, account, options, message):
    path = account.tdm_session()["session_file"]
    simulator.forget_requests()
    options = {name: value.format(url=simulator.url) for name, value in options.items()}
    result = account.with_options(**options).tdm_subscriber_info(session_file=path)
    assert bool(message) == bool(result.get("failed")) and message in result.get("msg", "")
    assert simulator.requests()["total"] == (0 if message else 1)
    assert simulator.password not in str(result)


def test_present_with_another_password_is_a_login(simulator, account):
    account.tdm_session()
    result = account.tdm_session(password="another")
    assert result["failed"] and result["login_refused"]


def test_an_account_of_its_own_for_each_login(account):
    assert account.tdm_session()["session_file"] != account.tdm_session(login="else", state="absent")["session_file"]


def test_a_session_file_is_filled_where_there_is_none(simulator, account, tmp_path, counts):
    path = str(tmp_path / "session.json")
    for _number in range(2):
        assert "failed" not in account.tdm_subscriber_info(session_file=path)
    assert counts() == {"POST /login": 1, "GET /customers": 1, "GET ": 2}
    result = account.with_options(password=None).tdm_subscriber_info(session_file=str(tmp_path / "none.json"))
    assert result["failed"] and "contains no session" in result["msg"]


def test_one_login_of_many_tasks_at_once(simulator, account, tmp_path):
    path = str(tmp_path / "session.json")
    with ThreadPoolExecutor(12) as pool:
        results = list(pool.map(lambda _n: account.tdm_subscriber_info(session_file=path), range(12)))
    assert not any("failed" in result for result in results)
    assert simulator.requests()["logins"]["attempts"] == 1


def test_one_renewal_of_many_tasks_at_once(simulator, account, tmp_path):
    path = account.tdm_session()["session_file"]
    simulator.kill_sessions()
    simulator.forget_requests()
    with ThreadPoolExecutor(12) as pool:
        results = list(pool.map(lambda _n: account.tdm_subscriber_info(session_file=path), range(12)))
    assert not any("failed" in result for result in results)
    assert simulator.requests()["logins"]["attempts"] == 1


DEATHS = ["killed", 4, 163, 164, 141, "page", "redirect"]


@pytest.fixture
def dying(simulator, meddler, do):
    """Return a function that lets the session die before the given request."""

    def dying(how, method: str, path: str, times: int = 1, skip: int = 0) -> None:
        if how == "killed":
            action = do.meanwhile(simulator.kill_sessions)
        elif how == "page":
            action = do.says(200, "<html>Please log in</html>")
        elif how == "redirect":
            action = do.says(302, "<html>moved</html>", Location="/login")
        else:
            action = do.says(403, {"code": how, "message": "gone"})
        meddler.on(method, path, action, times, skip)

    return dying


@pytest.mark.parametrize("how", DEATHS)
@pytest.mark.parametrize("kept", [False, True])
def test_a_session_that_dies_in_mid_run(simulator, through, rows, dying, how, kept):
    options = {"session_file": through.tdm_session()["session_file"]} if kept else {}
    dying(how, "POST", "/devices", skip=15)
    result = through.tdm_fleet(devices=rows(40), **options)
    assert "failed" not in result and result["summary"]["created"] == 40
    assert len(simulator.devices()) == 40
    assert simulator.requests()["logins"]["attempts"] == 2
    if kept:
        simulator.forget_requests()
        assert not through.tdm_session()["changed"]  # the new one is in the file
    elif how == "killed":
        assert simulator.sessions()["sessions"] == 0


def test_a_cookie_that_is_changed_in_mid_run_is_followed(simulator, account, rows):
    rule = {"fault": "new_cookie", "method": "POST", "path": "/devices", "skip": 5, "times": 3}
    simulator.inspect("PUT", "faults", {"rules": [rule]})
    result = account.tdm_fleet(devices=rows(20), parallel=1)  # the requests of more would be on their way with the old one
    assert "failed" not in result and result["summary"]["created"] == 20
    assert len(simulator.inspect("GET", "faults")["struck"]) == 3
    assert simulator.requests()["logins"]["attempts"] == 1
    assert simulator.sessions()["sessions"] == 0


def test_a_session_that_dies_without_a_password_at_hand(simulator, through, rows, dying):
    path = through.tdm_session()["session_file"]
    dying("killed", "POST", "/devices", skip=5)
    result = through.with_options(password=None).tdm_fleet(devices=rows(40), session_file=path, parallel=1)
    assert result["failed"] and result["changed"]
    summary = result["summary"]
    assert summary["created"] == len(simulator.devices()) == 5
    assert summary["failed"] + summary["skipped"] == 35 and summary["skipped"] >= 30
    assert "has ended, and there is no password" in result["msg"] and "tdm_session" in result["msg"]


@pytest.mark.parametrize("how", [4, "page"])
def test_a_session_that_keeps_dying_is_opened_again_once(simulator, through, dying, how):
    dying(how, "GET", "/subscriptions/100", times=100)
    result = through.tdm_subscriber_info()
    assert result["failed"] and "ended again" in result["msg"]
    assert simulator.requests()["logins"]["attempts"] == 2


def test_a_password_that_was_changed_in_mid_run(simulator, meddler, through, rows, dying, do):
    dying("killed", "POST", "/devices", skip=5)
    meddler.on("POST", "/login", do.says(200, "<span id=errorCode>50</span>"), skip=1)
    result = through.tdm_fleet(devices=rows(40), parallel=1)
    assert result["failed"] and result["summary"]["created"] == 5
    assert len(meddler.sent("POST", "/login")) == 2


def test_403_is_not_always_a_dead_session(simulator, meddler, through, do):
    meddler.on("GET", "/subscriptions/100", do.says(403, {"code": 9001, "message": "not yours"}))
    result = through.tdm_subscriber_info()
    assert result["failed"] and "not yours" in result["msg"]
    assert len(meddler.sent("POST", "/login")) == 1


@pytest.mark.parametrize("status,message", [(500, "out of order"), (400, "out of order"), (200, "not readable")])
def test_a_session_of_ones_own_is_closed_on_failure(simulator, meddler, through, do, status, message):
    meddler.on("GET", "/devices", do.says(status, b"{out of order" if status == 200 else {"code": 1, "message": message}))
    result = through.tdm_device_info(retries=1)
    assert result["failed"] and message in result["msg"]
    assert simulator.sessions()["sessions"] == 0


def test_a_session_of_ones_own_is_closed_after_a_crash(simulator, meddler, through, do):
    meddler.on("GET", "/devices", do.says(200, {"briefs": [{"EUI": "0" * 16, "model": "odd"}], "more": False}))
    try:
        through.tdm_device_info()
    except Exception:  # whatever an odd answer does, the session is closed
        pass
    assert simulator.sessions()["sessions"] == 0


def test_a_logout_that_fails_spoils_nothing(simulator, meddler, through, do):
    meddler.on("GET", "/customers/logout", do.lost_before)
    assert through.tdm_subscriber_info()["subscription"]["id"] == "100"


def test_a_bearer_token_needs_no_logout(start_simulator, account_on, counts_of):
    simulator = start_simulator(edition="enterprise", client_id="a/b", client_secret="c")
    account = account_on(simulator, auth_method="oauth2", client_id="a/b", client_secret="c")
    result = account.tdm_session()
    assert result["changed"] and result["subscription"] == "mine"
    assert not account.tdm_session()["changed"]
    assert account.tdm_session(state="absent")["changed"]
    assert counts_of(simulator) == {"POST /token": 1, "GET ": 1}


def test_the_renewals_of_workers_are_one(simulator, through, rows, dying):
    dying("killed", "POST", "/devices", skip=10)
    result = through.tdm_fleet(devices=rows(100), parallel=32)
    assert result["summary"]["created"] == 100
    assert simulator.requests()["logins"]["attempts"] == 2
