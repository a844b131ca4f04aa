# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The frame in Ansible's worker: what it hands to a task, to its module, and to Ansible."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible.plugins.action import ActionBase

from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.connection import ENVIRONMENT
from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.task import Task
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.declaration import DEVICE
from ansible_collections.lorawan.thingpark.plugins.module_utils._tasks.many import many
from ansible_collections.lorawan.thingpark.plugins.plugin_utils import _action

KEY = "0A9B8C7D6E5F40312213A4F5E6D7C8B9"


class Played:
    """A task that is played with options in a frame, and what came of it."""

    def __init__(self, task: Task, options: dict[str, Any], environment: dict[str, Any] | None, monkeypatch) -> None:
        self.lines: list[tuple[str, dict[str, Any]]] = []
        self.registered: list[dict[str, Any]] = []
        self.gate: dict[str, Any] = {}
        self.action = action = object.__new__(_action.TdmAction)
        action.task = task
        action._task = SimpleNamespace(
            args=options, environment=[environment or {}], async_val=0, check_mode=False, diff=False, action="tdm_x"
        )
        action._templar = SimpleNamespace(template=lambda value: value)
        action._connection = SimpleNamespace(transport="local", _shell=SimpleNamespace(env_prefix=self._prefix))
        action._play_context = SimpleNamespace(become=False)
        action._display = SimpleNamespace(display=lambda text, **options: self.lines.append((text, options)))
        monkeypatch.setattr(ActionBase, "run", lambda *arguments: {})
        monkeypatch.setattr(_action, "register", lambda _task, params: self.registered.append(dict(params)))
        monkeypatch.setattr(_action, "through_gate", self._through_gate)
        self.result = action.run(None, {})

    def _prefix(self, **names: Any) -> str:
        return str(names)

    def _through_gate(self, _task, args, _is_blind, _execute, shares_notes, tell):
        self.gate = args
        tell("waiting")
        self.shares_notes = shares_notes
        return {}


@pytest.fixture
def play(monkeypatch):
    """Return a function that plays a task whose result is its own options."""
    for variable in ENVIRONMENT.values():
        monkeypatch.delenv(variable, raising=False)

    def run(options, environment=None, entries=None, carry_out=lambda params, context: {"params": params}):
        return Played(Task(entries or {}, carry_out), options, environment, monkeypatch)

    return run


def test_null_is_not_given_in_either_frame(play, monkeypatch):
    monkeypatch.setenv("TDM_LOGIN", "me")
    options = {"login_field": None, "login": None, "retries": None}
    params = play(options).result["params"]
    assert (params["login_field"], params["login"], params["retries"]) == ("login", "me", 4)
    assert play(options, {"ANY": "thing"}).gate == {"login": "me"}


def test_a_file_to_read_is_found_where_ansible_finds_files(play, monkeypatch):
    monkeypatch.setattr(_action.TdmAction, "_find_needle", lambda _self, folder, name: "/%s/%s" % (folder, name), raising=False)
    entries = {name: {"type": "path"} for name in ("src", "keys_src", "dest")}
    params = play({"src": "fleet.csv", "keys_src": "keys.csv", "dest": "x"}, entries=entries).result["params"]
    assert [params[name] for name in entries] == ["/files/fleet.csv", "/files/keys.csv", "x"]


def test_a_relative_path_is_the_same_in_both_frames(play, monkeypatch, tmp_path):
    """A module runs in the playbook's directory, Ansible's worker in the one from which Ansible was started."""
    monkeypatch.chdir(tmp_path)
    purge = {"type": "dict", "options": {"backup": {"type": "path"}, "max": {"type": "str"}}}
    entries = {**dict.fromkeys(("dest", "report", "backup"), {"type": "path"}), "purge": purge, "name": {"type": "str"}}
    options = {"dest": "a", "report": "~/b", "backup": "/c", "purge": {"backup": "d/e", "max": "5"}, "name": "f", "timeout": 1}
    gate = play(options, {"TDM_CA_PATH": "g"}, entries).gate
    here = {"dest": str(tmp_path / "a"), "purge": {"backup": str(tmp_path / "d/e"), "max": "5"}, "ca_path": str(tmp_path / "g")}
    assert gate == {**options, **here}


@pytest.mark.parametrize(("variable", "shares"), [("ANY", True), ("HOME", False), ("ANSIBLE_HOME", False)])
def test_a_module_with_another_home_has_other_notes(play, variable, shares):
    assert play({}, {variable: "x"}).shares_notes is shares


@pytest.mark.parametrize(
    "options,environment",
    [({"password": 12345678}, {"ANY": "thing"}), ({}, {"TDM_PASSWORD": 12345678}), ({}, {"TDM_PASSWORD": "12345678"})],
)
def test_a_password_of_digits_is_a_text_for_the_gate(play, options, environment):
    played = play(options, {"TDM_TIMEOUT": 5, "TDM_LOGIN": "", "TDM_PROXY": None, **environment})
    assert played.gate == {"password": "12345678", "timeout": 5}
    assert [each["password"] for each in played.registered] == ["12345678"]


def test_a_wait_at_the_gate_is_displayed_and_no_warning(play):
    played = play({"login": "me"}, {"ANY": "thing"})
    assert played.lines == [("waiting", {"stderr": True})] and "warnings" not in played.result


@pytest.mark.parametrize(
    "options,environment,sentence",
    [
        ({}, {"TDM_PASSWORD": True}, "password must be a text, but is true or false"),
        ({}, {"TDM_LOGIN": False}, "login must be a text, but is true or false"),
        ({}, {"TDM_URL": 1.5}, "url must be a text, but is a number with a fraction"),
        ({}, {"TDM_TIMEOUT": "abc"}, "timeout must be a number with a decimal point"),
        ({"login": False}, {}, "login must be a text, but is true or false"),
        ({"login": object()}, {}, "login has a value of the type object"),
    ],
)
def test_what_is_misread_ends_in_one_sentence(play, options, environment, sentence):
    played = play(options, environment)
    assert played.result["failed"] and sentence in played.result["msg"] and not played.gate


def test_ansible_is_told_of_the_secrets(play):
    assert [each["password"] for each in play({"password": "a-password"}).registered] == ["a-password"]


def test_no_message_about_options_shows_a_secret(play):
    misfit = play({"password": "a-password", "a-password": 1, KEY: 2}).result["msg"]
    assert misfit.startswith("Unsupported parameters for (tdm_x) module: ")
    assert "a-password" not in misfit and KEY not in misfit and "(hidden, it may be a key), ******** (use one of url, " in misfit
    alone = play({KEY: 2}).result["msg"]
    assert KEY not in alone and "module: (hidden, it may be a key) (use one of url, " in alone


@pytest.mark.parametrize(
    "options,words",
    [
        ({"passwrod": 1}, "passwrod (did you mean password or "),
        ({"select": {"tagg": ["a"]}}, "select.tagg (did you mean tag?)"),
        ({"devices": [], "purge": {"scope": {"tags": "a"}, "qqq": 1}}, "purge.qqq (use one of scope, max, action, "),
        ({"devices": [], "purge": {"scope": {"tags": "a"}}}, "purge.scope.tags (did you mean tag?)"),
        ({"qqqq": 1, "zzzz": 1, "resluts": 1}, "resluts (did you mean results?), qqqq, zzzz (use one of devices, select, set, "),
        ({"z%03d" % number: 1 for number in range(40)}, "z007 and 32 more (use one of devices, select, set, "),
    ],
)
def test_an_unknown_option_is_told_with_near_names_or_a_short_list(play, options, words):
    task = many(DEVICE, "tdm_fleet")
    message = play(options, entries=task.options).result["msg"]
    assert message.startswith("Unsupported parameters for (tdm_x) module: ") and words in message
    assert len(message) < 400


def test_a_misspelled_option_comes_before_the_option_that_is_missing(play):
    message = play({"dset": "x"}, entries={"dest": {"type": "path", "required": True}}).result["msg"]
    assert message == "Unsupported parameters for (tdm_x) module: dset (did you mean dest?)"


def test_progress_goes_to_the_standard_error(play):
    played = play({}, carry_out=lambda params, context: context.report("5 of 9") or {})
    assert played.lines == [("5 of 9", {"stderr": True})]


def test_a_variable_that_is_null_is_empty(play, monkeypatch):
    played = play({})
    names = {"http_proxy": None, "no_proxy": "a", "TDM_PASSWORD": "secret", "TDM_LOGIN": None}
    monkeypatch.setattr(ActionBase, "_compute_environment_string", lambda _self, raw: raw.update(names))
    kept: dict[str, Any] = {"old": 1}
    assert played.action._compute_environment_string(kept) == str({"http_proxy": "", "no_proxy": "a", "TDM_LOGIN": ""})
    assert kept == {"http_proxy": "", "no_proxy": "a", "TDM_LOGIN": ""}
