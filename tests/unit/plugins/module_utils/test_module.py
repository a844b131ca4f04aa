# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the frames do with every task: which texts are kept out of its result, and what becomes of a mistake of ours."""

from __future__ import annotations

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils import _connect, _module
from ansible_collections.lorawan.thingpark.plugins.module_utils._errors import OptionError
from ansible_collections.lorawan.thingpark.plugins.module_utils._task import Context, Task

TAG = "LW:D0:1122334455667788:AABBCCDDEEFF0011:AABB1122:OOWNER-TOKEN:SABC"


@pytest.mark.parametrize(
    "params,secrets",
    [
        ({}, set()),
        ({"password": "one", "client_secret": "two", "login": "me"}, {"one", "two"}),
        ({"proxy": "http://me:p%40ss@proxy:3128"}, {"http://me:p%40ss@proxy:3128", "p%40ss", "p@ss"}),
        ({"proxy": "me:pa/ss@proxy"}, {"me:pa/ss@proxy", "pa/ss"}),
        ({"url": "https://me:pass@host/rest", "login_url": "https://host/login"}, {"pass"}),
        ({"dev_eui": TAG}, {"OWNER-TOKEN"}),
        ({"dev_eui": ["AABBCCDDEEFF0011", TAG]}, {"OWNER-TOKEN"}),
        ({"onboarding_tag": TAG, "dev_eui": None}, {"OWNER-TOKEN"}),
    ],
)
def test_secrets_among_the_options_of_the_connection(params, secrets):
    assert _module.own_secrets(params) == secrets


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
    params = {option: entry.get("default") for option, entry in _connect.OPTIONS.items()}
    assert _connect.account_of({**params, name: "https://host/rest?to=me@host"}, Context())
    with pytest.raises(OptionError, match="without a login in it") as caught:
        _connect.account_of({**params, name: "https://me:pass@host/rest"}, Context())
    assert "pass" not in caught.value.message
