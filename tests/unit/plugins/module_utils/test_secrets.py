# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which of a task's options are secrets, and what is masked of them in a result: neither too little nor too much."""

from __future__ import annotations

import copy
import os

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.secrets import masked, presentable, secrets_of
from ansible_collections.lorawan.thingpark.plugins.modules import (
    tdm_device as device,
)
from ansible_collections.lorawan.thingpark.plugins.modules import (
    tdm_fleet as fleet,
)
from ansible_collections.lorawan.thingpark.plugins.modules import (
    tdm_subscriber_info as subscriber_info,
)

TAG = "LW:D0:1122334455667788:AABBCCDDEEFF0011:AABB1122:OOWNER-TOKEN:SABC"
KEY = "0A9B8C7D6E5F40312213A4F5E6D7C8B9"
HIDDEN = "********"


@pytest.mark.parametrize(
    "params,secrets",
    [
        ({}, set()),
        ({"password": "one", "client_secret": "two", "login": "me"}, {"one", "two"}),
        ({"proxy": "http://proxy:3128"}, set()),
        ({"proxy": "http://me:p%40ss@proxy:3128"}, {"p%40ss", "p@ss", "bWU6cEBzcw=="}),
        ({"proxy": "me:pa/ss@proxy"}, {"pa/ss", "bWU6cGEvc3M="}),
        ({"url": "https://me:pass@host/rest", "login_url": "https://host/login"}, {"pass", "bWU6cGFzcw=="}),
        ({"dev_eui": TAG}, {"OWNER-TOKEN"}),
        ({"dev_eui": ["AABBCCDDEEFF0011", TAG]}, {"OWNER-TOKEN"}),
        ({"onboarding_tag": TAG, "dev_eui": None}, {"OWNER-TOKEN"}),
        ({"app_key": KEY, "verification_code": "17", "owner_token": ""}, {KEY, "17"}),
        ({"app_s_keys": {"1-3": KEY, "*": "other"}}, {KEY, "other"}),
        ({"app_s_keys": {KEY: "*"}, "verification_code": "1*", "password": "!!", "client_secret": "!" * 8}, {"1*", "!" * 8}),
        ({"app_s_keys": "<AppSKeys/>", "verification_code": 17}, {"<AppSKeys/>", "17"}),
    ],
)
def test_secrets_among_the_options(monkeypatch, params, secrets):
    monkeypatch.setattr(os, "environ", {})
    assert secrets_of(device.TASK, params) == secrets


def test_the_password_of_a_proxy_in_the_environment_is_a_secret(monkeypatch):
    monkeypatch.setattr(os, "environ", {"https_proxy": "http://me:pass@proxy:3128", "NO_PROXY": "x", "HTTP_PROXY": "http://y"})
    assert secrets_of(device.TASK, {}) == {"pass", "bWU6cGFzcw=="}


FIELDS = {
    "dev_eui": "70B3D57EDE000017",
    "device": {"name": "hall-17", "tags": ["17", "x17"], "latitude": 52.0017, "marker_id": 17, "model": {"id": "17"}},
    "changed": True,
    "summary": {"created": 17},
}


@pytest.mark.parametrize("secret", ["17", "1", "D57E", "hall", "70B3D57EDE0000", "all-17-"])
def test_a_field_is_left_alone_where_a_secret_is_a_part_of_it(secret):
    assert masked(copy.deepcopy(FIELDS), {secret}) == FIELDS


def test_a_value_that_is_nothing_but_a_secret_is_masked():
    result = {"user": {"comment": KEY.lower(), "id": 5}, "rows": [("a-password", "a-password-2")], "a-password": None}
    assert masked(result, {KEY, "a-password"}) == {
        "user": {"comment": HIDDEN, "id": 5},
        "rows": [[HIDDEN, "a-password-2"]],
        "a-password": None,
    }


@pytest.mark.parametrize("message", ["msg", "exception", "error", "message"])
def test_messages_are_searched(message):
    told = {message: "refused: pass=a-password, code=17 (status 400, code 17)"}
    shown = "refused: pass=********, code=17 (status 400, code 17)"
    assert masked(dict(told), {"a-password", "17"}) == {message: shown}
    assert masked({"results": [{"dev_eui": "17", **told}]}, {"a-password", "17"}) == {
        "results": [{"dev_eui": "17", message: shown}]
    }


def test_lists_of_messages_are_searched():
    result = {"warnings": ["the a-password"], "notes": ["a-password", "fine"], "tags": ["the a-password"]}
    assert masked(result, {"a-password"}) == {
        "warnings": ["the ********"],
        "notes": [HIDDEN, "fine"],
        "tags": ["the a-password"],
    }


def test_a_word_of_a_message_that_is_a_short_secret():
    assert masked({"msg": "s3cret: the s3crets of hall-s3cret"}, {"s3cret"}) == {"msg": "********: the s3crets of hall-s3cret"}


def test_what_ansible_may_show_of_the_options():
    params = {
        "dev_eui": TAG,
        "onboarding_tag": "anything",
        "name": "hall-17",
        "password": "a-password",
        "client_secret": "",
        "app_key": None,
        "verification_code": "17",
        "proxy": "http://me:pass@proxy",
        "url": "https://host/rest",
        "tags": ["17", TAG],
    }
    tag = TAG.replace("OOWNER-TOKEN", "O********")
    hidden = dict.fromkeys(("onboarding_tag", "password", "verification_code", "proxy"), "(not shown)")
    assert presentable(device.TASK, params) == {**params, **hidden, "dev_eui": tag, "tags": ["17", tag]}
    rows = {"devices": [{"app_key": KEY}], "defaults": {"app_key": KEY}, "src": None}
    assert presentable(fleet.TASK, rows) == {"devices": "(not shown)", "defaults": "(not shown)", "src": None}
    assert presentable(subscriber_info.TASK, {"proxy": "http://proxy:3128"}) == {"proxy": "http://proxy:3128"}


def test_a_secret_in_another_option_is_not_shown():
    params = {"app_key": KEY, "name": KEY.lower(), "tags": [KEY, "a"], "domains": {"Site": KEY}}
    shown = presentable(device.TASK, params)
    assert shown == {"app_key": "(not shown)", "name": HIDDEN, "tags": [HIDDEN, "a"], "domains": {"Site": HIDDEN}}
    assert params["tags"] == [KEY, "a"] and params["domains"] == {"Site": KEY}
