# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ansible's home: from its variable, from ansible.cfg, or the usual one."""

from __future__ import annotations

import os

import pytest
from ansible import constants

from ansible_collections.lorawan.thingpark.plugins.module_utils import _files
from ansible_collections.lorawan.thingpark.plugins.plugin_utils._home import take_home


@pytest.mark.parametrize(
    ("variable", "found", "home"),
    [
        ("", ("/cfg", "/etc/ansible/ansible.cfg"), "/cfg/tdm"),
        ("/variable", ("/variable", "env: ANSIBLE_HOME"), "/variable/tdm"),
        ("", ("/home/me/.ansible", "default"), os.path.expanduser("~/.ansible/tdm")),
    ],
)
def test_state_files_are_below_ansibles_home(monkeypatch, variable, found, home):
    monkeypatch.setenv("ANSIBLE_HOME", variable)
    if not variable:
        monkeypatch.delenv("ANSIBLE_HOME")
    monkeypatch.setattr(constants.config, "get_config_value_and_origin", lambda _name: found)
    take_home()
    assert _files.home() == home
