# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Of which secrets Ansible is told, that masks them in all that a run prints."""

from __future__ import annotations

from types import SimpleNamespace

from ansible_collections.lorawan.thingpark.plugins.plugin_utils import _registry


def test_what_is_found_by_chance_is_not_registered(monkeypatch):
    told: list[str] = []
    monkeypatch.setattr(_registry, "ANSIBLES", SimpleNamespace(register_secrets=told.extend))
    key = "0F1E2D3C4B5A69788796A5B4C3D2E1F0"
    _registry.register({"17", "demo", "AABBCCDDEEFF", "70B3D57ED0000017", "a-long-password", key})
    assert sorted(told) == [key, "a-long-password"]
    monkeypatch.setattr(_registry, "ANSIBLES", None)
    _registry.register({"a-long-password"})
