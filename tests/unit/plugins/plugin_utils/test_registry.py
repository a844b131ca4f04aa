# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Of which secrets Ansible is told, that masks them in all that a run prints."""

from __future__ import annotations

from types import SimpleNamespace

from ansible_collections.lorawan.thingpark.plugins.modules import (
    tdm_device as device,
)
from ansible_collections.lorawan.thingpark.plugins.modules import (
    tdm_fleet as fleet,
)
from ansible_collections.lorawan.thingpark.plugins.plugin_utils import _registry

KEYS = ["%02X" % number * 16 for number in range(3)]
DEVICES = [
    {"dev_eui": "70B3D57ED0000017", "name": "a-long-name", "app_key": KEYS[0], "verification_code": "17"},
    {"dev_eui": "70B3D57ED0000018", "app_s_keys": {"*": KEYS[1]}, "owner_token": "AABBCCDDEEFF"},
]


def test_what_is_found_by_chance_is_not_registered(monkeypatch):
    told: list[str] = []
    monkeypatch.setattr(_registry, "ANSIBLES", SimpleNamespace(register_secrets=told.extend))
    params = {"password": "a-long-password", "client_secret": "demo", "devices": DEVICES}
    params["defaults"] = {"f_nwk_s_int_key": KEYS[2]}
    _registry.register(fleet.TASK, params)
    assert sorted(told) == [*KEYS, "a-long-password"]
    monkeypatch.setattr(_registry, "ANSIBLES", None)
    _registry.register(fleet.TASK, params)


def test_a_verification_code_is_not_registered_however_long(monkeypatch):
    told: list[str] = []
    monkeypatch.setattr(_registry, "ANSIBLES", SimpleNamespace(register_secrets=told.extend))
    _registry.register(device.TASK, {"verification_code": "a-long-name", "owner_token": "an-owner-token"})
    _registry.register(fleet.TASK, {"devices": [{"verification_code": "a-long-name", "owner_token": "another-token"}]})
    assert sorted(told) == ["an-owner-token", "another-token"]


def test_options_that_can_not_be(monkeypatch):
    told: list[str] = []
    monkeypatch.setattr(_registry, "ANSIBLES", SimpleNamespace(register_secrets=told.extend))
    for value in (None, "text", ["text", 5, None], {"a": 1}):
        _registry.register(fleet.TASK, {"devices": value, "defaults": value})
    assert told == []
