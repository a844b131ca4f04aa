# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the frames do with every task: a library that is missing or broken, secrets in what it tells, and a mistake of ours."""

from __future__ import annotations

import re

import pytest
from ansible.module_utils.basic import AnsibleModule

from ansible_collections.lorawan.thingpark.plugins.module_utils._errors import OptionError
from ansible_collections.lorawan.thingpark.plugins.module_utils._frame import connection
from ansible_collections.lorawan.thingpark.plugins.module_utils._frame import module as _module
from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.task import Context, Task
from ansible_collections.lorawan.thingpark.plugins.module_utils._http import limits, transport
from ansible_collections.lorawan.thingpark.plugins.module_utils._schema import embedded_xml


def test_a_mistake_of_the_collection_shows_where_it_is_and_not_what_it_was_about():
    def run(params, context):
        raise KeyError(params["password"])

    result = _module.result_of(Task({}, run), {"password": "a-secret"}, Context())
    assert result["failed"] and not result["changed"]
    assert "KeyError in test_module.py, line " in result["msg"]
    assert "in result_of" in result["exception"] and "in run" in result["exception"]
    assert "a-secret" not in str(result)


@pytest.mark.parametrize("name", ["url", "login_url", "session_url"])
def test_no_address_takes_a_login(name):
    params = {option: entry.get("default") for option, entry in connection.OPTIONS.items()}
    assert connection.account_of({**params, name: "https://host/rest?to=me@host"}, Context())
    with pytest.raises(OptionError, match="without a login in it") as caught:
        connection.account_of({**params, name: "https://me:pass@host/rest"}, Context())
    assert "pass" not in caught.value.message


@pytest.mark.parametrize(
    "file,error,sentence",
    [
        (transport, ModuleNotFoundError("No module named 'requests'", name="requests"), "required Python library (requests)"),
        (limits, ModuleNotFoundError("No module named 'urllib3'", name="urllib3"), "required Python library (urllib3)"),
        (limits, ModuleNotFoundError("No module named 'idna'", name="idna"), "required Python library (idna)"),
        (embedded_xml, ModuleNotFoundError("No module named 'lxml'", name="lxml"), "required Python library (lxml)"),
        (
            embedded_xml,
            ImportError("libxslt.so.1: cannot open shared object file\nmore", name="lxml.etree"),
            "The Python library lxml on .* can't be imported .ImportError: libxslt.so.1: cannot open shared object file.: re",
        ),
        (
            limits,
            ImportError("cannot import name 'resolve_cert_reqs' from 'urllib3.util.ssl_'", name="urllib3.util.ssl_"),
            "The Python library urllib3 on .* can't be imported .ImportError: cannot import name 'resolve_cert_reqs'",
        ),
        (
            transport,
            ModuleNotFoundError("No module named 'urllib3.packages.six.moves'", name="urllib3.packages.six.moves"),
            "The Python library urllib3 on .* can't be imported .ModuleNotFoundError: No module named 'urllib3.packages.six",
        ),
        (transport, AttributeError("module 'ssl' has no attribute 'x'"), "The Python library requests on .* .AttributeError: "),
    ],
    ids=lambda value: getattr(value, "__name__", "").rpartition(".")[2] or str(value),
)
def test_a_library_that_can_not_be_imported(monkeypatch, file, error, sentence):
    assert _module.missing_library() == ""
    monkeypatch.setattr(file, "IMPORT_ERROR", error)
    result = _module.result_of(Task({}, lambda params, context: {}), {}, Context())
    assert result["failed"] and re.search(sentence.replace("(", "[(]").replace(")", "[)]"), result["msg"])
    assert "\n" not in result["msg"]


def test_secrets_are_kept_out_of_all_that_a_task_tells():
    told: list[str] = []

    def run(params, context):
        context.warn("a warning about a-password and 17 devices")
        context.report("17 of 20 devices, a-password")
        return {"msg": "a-password", "name": "not-a-password", "dev_eui": "70B3D57EDE000017"}

    task = Task({"verification_code": {"type": "str", "no_log": True}}, run)
    params = {"password": "a-password", "verification_code": "17"}
    result = _module.result_of(task, params, Context(warn=told.append, report=told.append))
    assert result == {"msg": "********", "name": "not-a-password", "dev_eui": "70B3D57EDE000017"}
    assert told == ["a warning about ******** and 17 devices", "17 of 20 devices, ********"]


@pytest.mark.parametrize("end,shown", [("fail_json", "refused: ********"), ("end_failed", "refused: a-password")])
def test_a_message_is_masked_once(monkeypatch, end, shown):
    """What a task returns is masked already; what Ansible itself says of the options is not."""
    told: list[dict] = []
    monkeypatch.setattr(AnsibleModule, "fail_json", lambda _module, **facts: told.append(facts))
    module = object.__new__(_module.Module)
    module._task = Task({}, lambda params, context: {})
    module.params = {"password": "a-password"}
    getattr(module, end)(msg="refused: a-password")
    assert told == [{"msg": shown}] and module.params == {"password": "(not shown)"}
