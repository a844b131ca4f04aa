# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's gate in front of modules: what became of a password is known before and after each of them, whatever fails."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from ansible.errors import AnsibleError

from ansible_collections.lorawan.thingpark.plugins.module_utils import _files
from ansible_collections.lorawan.thingpark.plugins.module_utils._api import lockout
from ansible_collections.lorawan.thingpark.plugins.module_utils._api.session import log_in
from ansible_collections.lorawan.thingpark.plugins.module_utils._errors import LoginRefused, OptionError, TransportError
from ansible_collections.lorawan.thingpark.plugins.module_utils._http.transport import Transport
from ansible_collections.lorawan.thingpark.plugins.module_utils._tasks import session, subscriber_info
from ansible_collections.lorawan.thingpark.plugins.plugin_utils import _handover

ARGS = {"url": "https://tdm.example.com/rest", "login": "me", "password": "wrong-one", "retries": "0"}
REFUSED = {"failed": True, "msg": "refused", "login_refused": True, "held_back": False}


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ANSIBLE_HOME", str(tmp_path))
    return tmp_path / "tdm"


class Module:
    """What a module on some host would do: it returns a result, and the options that it got are kept."""

    def __init__(self, result=None) -> None:
        self.result = REFUSED if result is None else result
        self.calls: list = []

    def __call__(self, args: dict) -> dict:
        self.calls.append(args)
        if isinstance(self.result, BaseException):
            raise self.result
        return self.result


def through(module, task=subscriber_info.TASK, **options):
    return _handover.through_gate(task, {**ARGS, **options}, False, module)


def test_the_second_host_does_not_get_a_refused_password():
    module = Module()
    assert through(module) == REFUSED
    with pytest.raises(LoginRefused, match="for 15 minutes.*refused"):
        through(module, login=" ME ", url="https://TDM.example.com.:443/rest/")
    assert len(module.calls) == 1


def test_a_long_wait_is_told_once_and_without_the_secret(monkeypatch):
    monkeypatch.setattr(_handover, "PATIENCE", 0.05)
    begun, told = threading.Event(), threading.Event()
    lines: list = []

    def first(_args):
        begun.set()
        return {"changed": not told.wait(10)}

    def tell(line):
        lines.append(line)
        told.set()

    def go(execute, tell):
        args = {**ARGS, "login": "me wrong-one"}
        return _handover.through_gate(subscriber_info.TASK, args, False, execute, tell=tell)

    with ThreadPoolExecutor(1) as pool:
        holder = pool.submit(go, first, lambda line: lines.append("the first one waits for nobody"))
        assert begun.wait(10)
        assert go(Module({"changed": False}), tell) == holder.result() == {"changed": False}
    time.sleep(0.1)
    assert len(lines) == 1 and lines[0].startswith("waiting for the first task with the login me ******** on tdm.example.com: ")


def test_a_living_session_goes_on_without_the_password():
    module = Module()
    through(module)
    module.result = {"changed": False}
    assert through(module, session_file="x") == {"changed": False}
    assert module.calls[1]["password"] == ""


def test_no_room_for_what_became_of_it(monkeypatch):
    module = Module()
    write = _files.write_json

    def full(path, data):
        if module.calls:
            raise OptionError("no room")
        write(path, data)

    monkeypatch.setattr(_files, "write_json", full)
    assert through(module) == REFUSED
    monkeypatch.setattr(_files, "write_json", write)
    with pytest.raises(LoginRefused, match="for 15 minutes"):
        through(module)
    assert len(module.calls) == 1


def test_no_room_for_the_note_before(monkeypatch):
    module = Module()
    monkeypatch.setattr(_files, "write_json", lambda *_arguments: (each for each in ()).throw(OptionError("no room")))
    with pytest.raises(OptionError, match="the login was not sent.*no room"):
        through(module)
    assert not module.calls


def test_a_task_that_is_killed_meanwhile():
    with pytest.raises(KeyboardInterrupt):
        through(Module(KeyboardInterrupt()))
    with pytest.raises(LoginRefused, match="for 1 minute.*stopped before"):
        through(Module())


def test_a_task_that_is_told_to_end_here_leaves_it_to_the_notes_of_its_module():
    for _time in range(2):
        with pytest.raises(KeyboardInterrupt):
            _handover.through_gate(subscriber_info.TASK, ARGS, False, Module(KeyboardInterrupt()), shares_notes=True)


@pytest.mark.parametrize("result", [AnsibleError("unreachable"), {"failed": True, "msg": "something else"}, {"changed": False}])
def test_what_is_no_refusal_holds_nobody_up(result, home):
    module = Module(result)
    for _time in range(2):
        if isinstance(result, AnsibleError):
            with pytest.raises(AnsibleError):
                through(module)
        else:
            assert through(module) == result
    assert len(module.calls) == 2 and not list(home.glob("*.sent.json"))


def test_a_refusal_is_forgotten_once():
    module = Module()
    through(module)
    assert through(module, task=session.TASK, forget_refusal="yes") == REFUSED
    for _time in range(2):
        with pytest.raises(LoginRefused):
            through(module, task=session.TASK, forget_refusal=True)
    assert len(module.calls) == 2
    through(module, task=session.TASK, state="absent")
    assert len(module.calls) == 3


def test_a_module_that_forgets_here_too_waits_for_nobody():
    def module(_args):
        lockout.forget(lockout.note_path(_handover._account(ARGS)[0].gate_key()))
        return REFUSED

    done = threading.Thread(target=through, args=(module, session.TASK), kwargs={"forget_refusal": True}, daemon=True)
    done.start()
    done.join(10)
    assert not done.is_alive()
    with pytest.raises(LoginRefused):
        through(module)


def test_modules_that_wait_share_a_login_that_goes_nowhere(monkeypatch):
    """They run here, with the same notes; on other hosts each of them has a network of its own."""
    tried = []

    def once(_transport, request):
        tried.append(request)
        time.sleep(1)
        raise TransportError("nowhere can't be reached", sent=False)

    def module(args):
        account, _route = _handover._account(args)
        wire = _handover.http_settings_of(
            {**{name: entry.get("default") for name, entry in _handover.OPTIONS.items()}, "retries": 0}
        )
        try:
            log_in(account, Transport(wire))
        except TransportError as error:
            return {"failed": True, "msg": error.message}

    monkeypatch.setattr(Transport, "_once", once)
    failures = []

    def one(_number):
        try:
            failures.append(through(module)["msg"])
        except TransportError as error:
            failures.append(error.message)

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(one, range(10)))
    assert len(tried) == 1 and len(failures) == 10
    assert sum("found by another task" in message for message in failures) == 9


def test_a_module_without_a_password_waits_for_nobody():
    module = Module({"changed": False})
    with _files.locked(lockout.proof_path(_handover._account(ARGS)[0].gate_key())):
        done = threading.Thread(target=through, args=(module,), kwargs={"password": ""})
        done.start()
        done.join(10)
    assert len(module.calls) == 1
