# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection's own files as machines, volumes and accidents leave them: sessions, notes about logins, what runs saw."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils import _files

GROUP = 54321  # the fsGroup of a pod
NONSENSE = {
    "no JSON": b"{nonsense",
    "no UTF-8": b"\xff\xfe\x00{",
    "a list": b"[]",
    "a number": b"5",
    "too deep": b"[" * 200_000,
    "too deep an object": b'{"a":' * 200_000,
    "many digits": b'{"format": ' + b"9" * 5000 + b"}",
}
MALFORMED = [
    {"query": []},
    {"query": {"sessionToken": 5}},
    {"cookies": {"JSESSIONID": None}},
    {"cookies": "JSESSIONID=x"},
    {"cookies": {"JSESSIONID": "x\r\nEvil: y"}},
    {"bearer": {"a": 1}},
    {"bearer": "\ud800"},
    {"subscription": 100},
    {"subscription": ""},
    {"subscription": "/"},
    {"subscription": "//evil.example/subscriptions/1"},
    {"subscription": "/subscriptions/../1"},
    {"subscription": "/devices/1"},
    {"subscription": ["/subscriptions/100"]},
    {"ends": "tomorrow"},
    {"ends": float("nan")},
    {"ends": -1},
    {"facts": [1]},
    {"facts": {"user": "me"}},
    {"facts": {"granted_permissions": 7}},
    {"more": 1},
]


def as_volume(path: Path, directory: int = 0o2770) -> None:
    """Give a file and its directory to a group, as Kubernetes does with a volume."""
    for each, mode in ((path, 0o660), (path.parent, directory)):
        os.chown(each, -1, GROUP)
        os.chmod(each, mode)
    for lock in path.parent.glob("*.lock"):
        os.chown(lock, -1, GROUP)
        os.chmod(lock, 0o660)


@pytest.fixture
def session(account, tmp_path) -> Path:
    """Return the file of an open session, in a directory of its own."""
    path = tmp_path / "mine" / "session.json"
    account.tdm_session(session_file=str(path))
    return path


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to a group that it isn't in")


@needs_root
@pytest.mark.parametrize("directory", [0o2770, 0o2775, 0o2750])
def test_the_group_of_a_kubernetes_volume_is_no_stranger(account, session, home, directory):
    account.tdm_subscriber_info()
    as_volume(session, directory)
    assert account.tdm_subscriber_info(session_file=str(session))["subscription"]["id"] == "100"
    assert account.tdm_session(session_file=str(session), state="absent")["changed"]


@needs_root
@pytest.mark.parametrize("what", ["read by all", "another group", "no setgid", "another owner"])
def test_what_no_volume_looks_like_is_refused(simulator, account, session, what):
    as_volume(session)
    if what == "read by all":
        session.chmod(0o664)
    elif what == "another group":
        os.chown(session, -1, GROUP + 1)
        session.chmod(0o660)
    elif what == "no setgid":
        session.parent.chmod(0o770)
    else:
        os.chown(session, GROUP, GROUP)
        session.chmod(0o660)
    simulator.forget_requests()
    for result in (account.tdm_subscriber_info(session_file=str(session)), account.tdm_session(session_file=str(session))):
        assert result["failed"] and str(session) in result["msg"]
    assert simulator.requests()["total"] == 0


def test_a_directory_that_everybody_can_write_to(simulator, account, session):
    session.parent.chmod(0o777)
    simulator.forget_requests()
    for state in ("present", "absent"):
        result = account.tdm_session(session_file=str(session), state=state)
        assert result["failed"] and "everybody can write to the directory %s" % session.parent in result["msg"]
        assert "a directory of your own, such as a new one below it" in result["msg"]
    assert "everybody can write" in account.tdm_subscriber_info(session_file=str(session))["msg"]
    assert simulator.requests()["total"] == 0
    session.parent.chmod(0o1777)  # as /tmp is
    assert "failed" not in account.tdm_subscriber_info(session_file=str(session))


@pytest.mark.parametrize("content", NONSENSE.values(), ids=NONSENSE)
def test_a_session_file_with_nonsense_is_named(simulator, account, session, content):
    session.write_bytes(content)
    _all_refused(simulator, account, session, "not a session, or is damaged")


@pytest.mark.parametrize("part", MALFORMED, ids=str)
def test_a_session_file_with_something_of_another_kind_is_named(simulator, account, session, part):
    data = json.loads(session.read_text())
    data["grant"].update(part)
    session.write_text(json.dumps(data))
    _all_refused(simulator, account, session, "not a session, or is damaged")


OF_WHOM = [{"fingerprint": 5}, {"fingerprint": ""}, {"fingerprint": "x:5"}, {"url": ""}, {"url": None}, {"name": 5}]


@pytest.mark.parametrize("part", OF_WHOM, ids=str)
def test_a_session_file_that_does_not_say_whose_it_is_is_named(simulator, account, session, part):
    session.write_text(json.dumps({**json.loads(session.read_text()), **part}))
    _all_refused(simulator, account, session, "not a session, or is damaged")


def test_a_session_file_that_is_too_large_or_no_file(simulator, account, session):
    os.truncate(session, 1 << 40)
    _all_refused(simulator, account, session, "is larger than any file")
    session.unlink()
    os.mkfifo(session, 0o600)
    _all_refused(simulator, account, session, "is a pipe")


@pytest.mark.parametrize("how", ["open", "large", "a directory", "below one that all can write to"])
def test_a_file_that_no_option_names_is_moved_by_ansible_home(account, home, how):
    account.with_options(password="wrong-Passw0rd").tdm_subscriber_info()
    (note,) = (home / "tdm").glob("login-*.json")
    if how == "open":
        note.chmod(0o644)
    elif how == "large":
        os.truncate(note, 1 << 40)
    elif how == "a directory":
        note.unlink()
        note.mkdir()
    else:
        note.parent.chmod(0o777)
    message = account.tdm_subscriber_info()["msg"]
    assert "set ANSIBLE_HOME to another directory" in message and "name a" not in message


def test_a_lock_that_is_a_pipe_makes_nobody_wait(account, session):
    lock = Path(str(session) + ".lock")
    lock.unlink(missing_ok=True)
    os.mkfifo(lock, 0o600)
    assert "is a pipe" in account.tdm_session(session_file=str(session))["msg"]


@needs_root
def test_a_lock_of_another_user(account, session):
    lock = Path(str(session) + ".lock")
    lock.touch()
    os.chown(lock, GROUP, -1)
    assert "belongs to another user" in account.tdm_session(session_file=str(session))["msg"]


@pytest.mark.parametrize("name", ["a\0b", "a\ud800", "x" * 300])
def test_a_name_that_no_file_can_have(simulator, account, tmp_path, name):
    result = account.tdm_session(session_file="%s/%s" % (tmp_path, name))
    assert result["failed"] and "mistake" not in result["msg"] and "\0" not in result["msg"]
    assert simulator.requests()["total"] == 0


def _all_refused(simulator, account, path: Path, message: str) -> None:
    simulator.forget_requests()
    for result in (
        account.tdm_session(session_file=str(path)),
        account.tdm_session(session_file=str(path), state="absent"),
        account.tdm_subscriber_info(session_file=str(path)),
    ):
        assert result["failed"] and message in result["msg"] and str(path) in result["msg"], result
    assert simulator.requests()["total"] == 0 and path.exists()


#: Options that only the whole device shows, and so the memory.
WHOLE = {
    "inactivity_alarm": [{"level": 3, "duration": "P2D"}],
    "debug_network_geolocation": False,
    "latitude": 52.5,
    "longitude": 4.5,
}


@pytest.fixture
def rows(rows):
    """Return a function that describes ``count`` devices by what the list doesn't show as well."""
    return lambda count: rows(count, **WHOLE)


@pytest.fixture
def memory(account, rows, home) -> Path:
    """Return the file with what a run saw of three devices."""
    for _time in range(2):
        assert "failed" not in account.tdm_fleet(devices=rows(3))
    account.warnings.clear()
    return next((home / "tdm").glob("devices-*.json"))


def rebuilt(account, rows, path: Path) -> None:
    """Run the fleet with a memory that is of no use: a warning, nothing changes, and it is made anew."""
    account.warnings.clear()
    result = account.tdm_fleet(devices=rows(3))
    assert "failed" not in result and result["summary"]["unchanged"] == 3, result
    (warning,) = account.warnings
    assert "can't be used" in warning and str(path) in warning
    account.warnings.clear()
    assert account.tdm_fleet(devices=rows(3))["summary"]["unchanged"] == 3
    assert not account.warnings and path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", NONSENSE.values(), ids=NONSENSE)
def test_a_memory_with_nonsense_is_made_anew(account, rows, memory, content):
    memory.write_bytes(content)
    rebuilt(account, rows, memory)


@pytest.mark.parametrize("what", ["accessible to others", "a pipe", "a link", "too large", "of somebody else"])
def test_a_memory_that_is_not_ours_is_made_anew(account, rows, memory, tmp_path, what):
    if what == "accessible to others":
        memory.chmod(0o644)
    elif what == "too large":
        os.truncate(memory, 1 << 40)
    elif what == "of somebody else":
        if os.geteuid():
            pytest.xfail("only root gives files away")
        os.chown(memory, GROUP, -1)
    else:
        memory.unlink()
        if what == "a pipe":
            os.mkfifo(memory, 0o600)
        else:
            (tmp_path / "else").write_text("precious")
            memory.symlink_to(tmp_path / "else")
    rebuilt(account, rows, memory)
    assert what != "a link" or (tmp_path / "else").read_text() == "precious"


def test_a_memory_that_can_not_be_replaced_either_is_a_warning(account, rows, memory):
    memory.unlink()
    memory.mkdir()
    assert "failed" not in account.tdm_fleet(devices=rows(3))
    assert "can't be used" in account.warnings[0] and len(account.warnings) == 2


SOMETHING = [None, 5, -1.5, True, "x", "", [], ["a"], {}, {"a": {"b": []}}, "\ud800", 10**30]


def test_a_memory_with_something_of_another_kind_anywhere_fails_nothing(account, rows, memory):
    text = memory.read_text()
    rng = random.Random(7)
    for _time in range(120):
        data = json.loads(text)
        place, key = rng.choice(list(_places(data)))
        place[key] = rng.choice(SOMETHING)
        memory.write_text(json.dumps(data))
        result = account.tdm_fleet(devices=rows(3), check=True)
        assert "failed" not in result, (key, result)


def _places(data: object):
    """Yield all that a document contains, each as what contains it and its key or number."""
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in list(pairs):
        yield data, key
        yield from _places(value)


def test_the_digest_of_a_password_fits_many_guesses(account, home):
    account.tdm_session()
    (path,) = (home / "tdm").glob("session-*.json")
    mark = json.loads(path.read_text())["fingerprint"]
    assert len(mark.partition(":")[2]) == _files.DIGITS == 4
    account.with_options(password="a wrong one").tdm_subscriber_info()
    (note,) = (json.loads(one.read_text())["notes"][0]["about"] for one in (home / "tdm").glob("login-*.json"))
    assert note.partition(":")[0] == mark.partition(":")[0]  # with another salt, the digits of both would tell more together
