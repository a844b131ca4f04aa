# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A task's options as a module would get them: JSON's types, and texts where texts are wanted."""

from __future__ import annotations

import datetime
import json
import re
from collections import OrderedDict

import pytest
from ansible.errors import AnsibleUndefinedVariable
from ansible.parsing.vault import VaultLib, VaultSecret
from jinja2 import StrictUndefined

from ansible_collections.lorawan.thingpark.plugins.module_utils._errors import OptionError
from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.module import argument_spec
from ansible_collections.lorawan.thingpark.plugins.modules import (
    tdm_device as device,
)
from ansible_collections.lorawan.thingpark.plugins.modules import (
    tdm_device_info as device_info,
)
from ansible_collections.lorawan.thingpark.plugins.modules import (
    tdm_fleet as fleet,
)
from ansible_collections.lorawan.thingpark.plugins.modules import (
    tdm_request as request,
)
from ansible_collections.lorawan.thingpark.plugins.plugin_utils._arguments import (
    as_json,
    refuse_misread,
    that_are_given,
    with_lists,
    with_numbers,
)

EAST = datetime.timezone(datetime.timedelta(hours=2))
DAY, TIME = datetime.date(2024, 1, 5), datetime.time(10, 30)
NAIVE = datetime.datetime(2024, 1, 5, 10, 30, 7)


class Unsafe(str):
    """A text that is no template, such as a result has."""

    __UNSAFE__ = True


@pytest.mark.parametrize(
    "value,expected",
    [
        ("text", "text"),
        (Unsafe("{{ no template }}"), "{{ no template }}"),
        (12, 12),
        (1.5, 1.5),
        (True, True),
        (None, None),
        (DAY, "2024-01-05"),
        (TIME, "10:30:00"),
        (NAIVE, "2024-01-05T10:30:07"),
        (NAIVE.replace(tzinfo=datetime.timezone.utc), "2024-01-05T10:30:07+00:00"),
        (NAIVE.replace(tzinfo=EAST), "2024-01-05T10:30:07+02:00"),
        (("a", 1), ["a", 1]),
        ({"b", "a"}, ["a", "b"]),
        (frozenset({2, 1}), [1, 2]),
        (OrderedDict(one=DAY), {"one": "2024-01-05"}),
        ({1: "a", 2: "b"}, {"1": "a", "2": "b"}),
        ({"true": 1}, {"true": 1}),
    ],
    ids=range(17),
)
def test_values_of_other_types(value, expected):
    found = as_json({"alone": value, "devices": [{"name": value}, {"deep": {"er": (value,)}}]})
    assert found == {"alone": expected, "devices": [{"name": expected}, {"deep": {"er": [expected]}}]}
    assert type(found["alone"]) is type(expected)


def encrypted(text: str) -> object:
    """Return an inline vault text as this core has it; from 2.19 on Ansible decrypts it before a task gets it."""
    vault = VaultLib([("default", VaultSecret(b"vaultpw"))])
    try:
        from ansible.parsing.vault import EncryptedString
    except ImportError:
        from ansible.parsing.yaml.objects import AnsibleVaultEncryptedUnicode

        found = AnsibleVaultEncryptedUnicode(vault.encrypt(text))
        found.vault = vault
        return found
    assert EncryptedString
    return text


def test_an_inline_vault_text_is_decrypted():
    args = as_json({"password": encrypted("s\u00e9cret"), "devices": [{"app_key": encrypted("0F" * 16)}]})
    assert args == {"password": "s\u00e9cret", "devices": [{"app_key": "0F" * 16}]}


@pytest.mark.parametrize("value", [b"bytes", object(), 1j], ids=["bytes", "object", "complex"])
def test_what_has_no_json_is_named(value):
    with pytest.raises(OptionError, match=r"^devices\[1\]\.name has a value of the type %s," % type(value).__name__) as caught:
        as_json({"state": "present", "devices": [{"name": DAY}, {"tags": ["a"], "name": value}]})
    assert repr(value) not in caught.value.message
    with pytest.raises(OptionError, match="^name has a value of the type"):
        as_json({"name": value})
    with pytest.raises(OptionError, match="^key in domains has a value of the type tuple"):
        as_json({"domains": {(1, 2): "x"}})


def test_an_undefined_value_has_ansibles_sentence():
    with pytest.raises(AnsibleUndefinedVariable, match="'nowhere' is undefined"):
        as_json({"devices": [{"name": StrictUndefined(name="nowhere")}]})


@pytest.mark.parametrize("flag", [True, False])
def test_a_key_that_is_true_or_false_is_named(flag):
    with pytest.raises(OptionError, match=r"^key in devices\[0\]\.domains must be a text"):
        as_json({"devices": [{"domains": {flag: "Oslo"}}]})
    text = json.dumps({flag: ""})
    assert as_json({"name": text}) == {"name": text}


def test_a_list_with_lists_before_2_19():
    devices = [{"name": DAY, "at": NAIVE, "from": NAIVE.replace(tzinfo=datetime.timezone.utc), "to": NAIVE.replace(tzinfo=EAST)}]
    spec = fleet.TASK
    found = with_lists({"devices": repr(devices), "defaults": repr({"name": DAY}), "state": repr([DAY])}, spec)
    texts = {"at": "2024-01-05T10:30:07", "from": "2024-01-05T10:30:07+00:00", "to": "2024-01-05T10:30:07+02:00"}
    assert found == {"devices": [{"name": "2024-01-05", **texts}], "defaults": {"name": "2024-01-05"}, "state": repr([DAY])}


@pytest.mark.parametrize(
    "text",
    [
        "[datetime.date(2024, 1, 5), print(1)]",
        "[datetime.date(__import__('os').getpid(), 1, 5)]",
        "[datetime.date(2024, 1, 5)",
        "[datetime.date(2024, 13, 5)]",
        "[datetime.date.today()]",
        "[datetime.datetime(2024, 1, 5, tzinfo=datetime.timezone(print(1)))]",
        "datetime.date(2024, 1, 5)",
    ],
)
def test_nothing_but_dates_is_evaluated(text):
    assert with_lists({"devices": text}, fleet.TASK) == {"devices": text}


def test_tuples_and_sets_before_2_19():
    spec = device_info.TASK
    options = {"dev_eui": ("a", "b,c"), "tag": {"b", "a"}, "health_state": ("a",)}
    found = with_lists({name: repr(value) for name, value in options.items()}, spec)
    assert found == {"dev_eui": ["a", "b,c"], "tag": ["a", "b"], "health_state": ["a"]}
    rows = [{"tags": "('a', 'b')", "domains": repr({"Site": DAY}), "name": "('a', 'b')"}]
    within = with_lists({"devices": rows, "defaults": rows[0], "purge": {"scope": {"all": True}}}, fleet.TASK)
    row = {"tags": ["a", "b"], "domains": {"Site": "2024-01-05"}, "name": "('a', 'b')"}
    assert within == {"devices": [row], "defaults": row, "purge": {"scope": {"all": True}}}
    dated = with_lists({"devices": repr(({"name": DAY, "tags": ("a", "b")},))}, fleet.TASK)
    assert dated == {"devices": [{"name": "2024-01-05", "tags": ["a", "b"]}]}


@pytest.mark.parametrize("text", ["('a')", "(a, b)", "(a", "{a}", "(1, print(2))", "{'a': 1}", "a,b", "", "{{ x }}"])
def test_texts_that_are_no_tuples_stay(text):
    assert with_lists({"tag": text}, device_info.TASK) == {"tag": text}
    assert with_lists({"name": "('a', 'b')"}, device_info.TASK) == {"name": "('a', 'b')"}


@pytest.mark.parametrize("text,value", [("\u22125.1", -5.1), (" 5.25\u00a0", 5.25), (7, 7), (None, None), ("1e2", 100.0)])
def test_a_fraction_in_a_text(text, value):
    found = with_numbers({"latitude": text, "name": "\u22125"}, device.TASK)
    assert found == {"latitude": value, "name": "\u22125"}
    assert with_numbers({"parallel": "\uff0d5"}, fleet.TASK) == {"parallel": "-5"}


@pytest.mark.parametrize("task,option", [(device, "latitude"), (device_info, "max_rssi"), (fleet, "timeout")])
@pytest.mark.parametrize("text", ["5,1", "5.1 N", "5_2.1", "north"])
def test_what_is_no_fraction_is_refused(task, option, text):
    with pytest.raises(OptionError, match=r"^%s must be a number with a decimal point, such as .* got \"%s\"$" % (option, text)):
        with_numbers({option: text}, task.TASK)


def test_an_empty_text_for_a_number_says_nothing_in_a_resource_and_is_a_mistake_in_a_filter():
    assert with_numbers({"latitude": " ", "marker_id": "", "name": ""}, device.TASK) == {"name": ""}
    with pytest.raises(OptionError, match="^max_rssi must be a number"):
        with_numbers({"max_rssi": ""}, device_info.TASK)


@pytest.mark.parametrize("key,words", [(1.1, "but is a number with a fraction"), (None, "but is null")])
def test_a_key_that_may_have_been_written_otherwise_is_refused(key, words):
    with pytest.raises(OptionError, match=r"^key in devices\[1\]\.domains must be a text, " + words):
        as_json({"devices": [{}, {"domains": {"Site": "x", key: "y"}}]})
    assert as_json({"app_s_keys": {1: "x"}}) == {"app_s_keys": {"1": "x"}}


@pytest.mark.parametrize("task,option", [(device, "longitude"), (fleet, "parallel"), (device, "retries")])
@pytest.mark.parametrize("flag", [True, False])
def test_a_flag_is_no_number(task, option, flag):
    with pytest.raises(OptionError, match="^%s must be a number, but is true or false" % option):
        with_numbers({option: flag}, task.TASK)


def test_an_option_under_two_of_its_names_is_refused():
    with pytest.raises(OptionError, match="^join_eui is given twice, also as app_eui: remove one of them$"):
        refuse_misread({"app_eui": "1", "join_eui": "2"}, device.TASK)
    refuse_misread({"app_eui": "1", "join_eui": None}, device.TASK)


def test_a_number_is_no_scope_of_a_purge():
    with pytest.raises(OptionError, match=r"^purge\.scope\.eui_prefix must be hexadecimal digits in a text, but is a number"):
        refuse_misread({"purge": {"scope": {"eui_prefix": 24}}}, fleet.TASK)
    refuse_misread({"eui_prefix": 24}, device_info.TASK)


def test_a_device_that_is_null_is_refused():
    with pytest.raises(OptionError, match=r"^devices\[1\] must be a dictionary of options, but is null: remove it"):
        refuse_misread({"devices": [{"dev_eui": "1"}, None]}, fleet.TASK)


def test_null_means_not_given():
    scope = {"tag": None, "all": True, "domain": {"Site": None}}
    options = {"parallel": None, "src": "x", "purge": {"max": None, "scope": scope}}
    found = that_are_given({**options, "devices": [{"name": None}], "unknown": None}, argument_spec(fleet.TASK))
    assert found == {"src": "x", "purge": {"scope": {"all": True, "domain": {"Site": None}}}, "devices": [{"name": None}]}
    assert that_are_given({"purge": {"scope": None}}, argument_spec(fleet.TASK)) == {"purge": {}}


@pytest.mark.parametrize(
    "task,options,sentence",
    [
        (device, {"tags": [None]}, "tags must be a list of texts, but one of them is null"),
        (device, {"application_servers": ["a", None]}, "application_servers must be a list of texts, but one"),
        (device_info, {"dev_eui": [None, "a"]}, "dev_eui must be a list of texts, but one"),
        (device_info, {"tag": [["a"]]}, "tag must be a text, but is a list or a dictionary"),
        (device, {"name": {"a": "b"}}, "name must be a text, but is a list or a dictionary"),
        (device, {"name": ["a"]}, "name must be a text, but is"),
        (device, {"name": []}, "name must be a text, but is"),
        (device, {"app_eui": ["1122334455667788"]}, "app_eui must be a text, but is"),
        (fleet, {"src": ["a.csv"]}, "src must be a text, but is"),
        (fleet, {"purge": {"scope": {"tag": ["a"]}}}, "purge.scope.tag must be a text, but is"),
        (fleet, {"purge": False}, "purge must be a dictionary of options, but is no"),
        (fleet, {"purge": []}, "purge must be a dictionary of options, but is no"),
        (fleet, {"purge": {"scope": True}}, "purge.scope must be a dictionary of options, but is no"),
        (fleet, {"defaults": 5}, "defaults must be a dictionary of options, but is no"),
    ],
)
def test_what_has_another_shape_is_refused(task, options, sentence):
    with pytest.raises(OptionError, match="^" + sentence.replace(".", r"\.")):
        refuse_misread(options, task.TASK)


@pytest.mark.parametrize("flag,what", [(True, "true or false"), (False, "true or false"), (1.1, "a number with a fraction")])
@pytest.mark.parametrize(
    "task,shape,place",
    [
        (device, lambda flag: {"name": flag}, "name"),
        (device, lambda flag: {"app_key": flag}, "app_key"),
        (device, lambda flag: {"app_eui": flag}, "app_eui"),  # an alias
        (device, lambda flag: {"tags": flag}, "tags"),
        (device, lambda flag: {"tags": ["se", flag]}, "tags[1]"),
        (device, lambda flag: {"inactivity_alarm": [{"level": 3, "duration": flag}]}, "inactivity_alarm[0].duration"),
        (device, lambda flag: {"password": flag}, "password"),
        (device, lambda flag: {"session_file": flag}, "session_file"),
        (fleet, lambda flag: {"src": flag}, "src"),
        (fleet, lambda flag: {"purge": {"scope": {"tag": flag}}}, "purge.scope.tag"),
        (device, lambda flag: {"domains": {"Country": flag}}, "domains.Country"),
        (device, lambda flag: {"app_s_keys": {"1": flag}}, "app_s_keys.1"),
        (fleet, lambda flag: {"purge": {"scope": {"domain": {"Site": flag}}}}, "purge.scope.domain.Site"),
        (device_info, lambda flag: {"domain": {"Site": flag}}, "domain.Site"),
        (device_info, lambda flag: {"dev_eui": [flag]}, "dev_eui[0]"),
        (device_info, lambda flag: {"query": flag}, "query"),
    ],
    ids=range(16),
)
def test_what_yaml_misread_where_a_text_is_wanted_is_refused(task, shape, place, flag, what):
    with pytest.raises(OptionError, match=r"^%s must be a text, but is %s" % (re.escape(place), what)):
        refuse_misread(shape(flag), task.TASK)


def test_a_key_where_a_name_should_be_is_not_shown():
    key = "0A9B8C7D6E5F40312213A4F5E6D7C8B9"
    spec = device.TASK
    for options in ({"app_s_keys": {key: True}}, {"domains": {key: 1.1}}):
        with pytest.raises(OptionError, match="must be a text") as caught:
            refuse_misread(options, spec)
        assert key not in caught.value.message
    for options in ({"domains": {key: object()}}, {"domains": {key: {True: "a"}}}, {key: b"bytes"}):
        with pytest.raises(OptionError) as caught:
            as_json(options)
        assert key not in caught.value.message


def test_flags_and_texts_that_are_right():
    spec = device.TASK
    flags = {"suspended": False, "force": True, "validate_certs": True, "timeout": 1.5, "latitude": 5.5}
    refuse_misread({"name": "NO", "tags": ["no", 17], **flags}, spec)
    others = {"domains": {}, "app_s_keys": "<AppSKeys/>", "inactivity_alarm": [{"level": 3}]}
    refuse_misread({"name": None, "tags": [], **others}, spec)
    rows = {"devices": [{"suspended": True}], "defaults": {"suspended": False, "latitude": 5.5}}
    refuse_misread({"purge": {"scope": {"all": True}}, **rows}, fleet.TASK)


def test_what_is_handed_on_as_it_is_may_be_true_or_a_fraction():
    """A request's body is the platform's own, which has flags and numbers in it."""
    refuse_misread({"body": {"isActive": True, "level": 0.5, "more": {"isOn": False}}}, request.TASK)
    with pytest.raises(OptionError, match=r"domains\.Site must be a text"):
        refuse_misread({"domains": {"Site": False}}, device.TASK)
