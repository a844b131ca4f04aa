# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module's own process, without Ansible around it: what it returns of options that Ansible itself refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

NAME = "ansible_collections.lorawan.thingpark.plugins.modules."
BUILD = Path(__file__).resolve().parents[2] / ".build"
KEY = "0F1E2D3C4B5A69788796A5B4C3D2E1F0"


@pytest.mark.parametrize(
    "module,options,message",
    [
        ("tdm_subscriber_info", {"timeout": "abc"}, "argument 'timeout' is of type"),
        ("tdm_device", {"dev_eui": "70B3D57ED0000001", "app_key": KEY, "state": "gone"}, "value of state"),
        ("tdm_fleet", {"devices": [{"app_key": KEY}], "src": "x", "defaults": {"app_key": KEY}}, "mutually exclusive"),
        ("tdm_fleet", {"devices": [KEY]}, "Elements value for option 'devices'"),
        ("tdm_device", {"dev_eui": "70B3D57ED0000001", "app_key": KEY, "url": "ftp://host"}, "url must be like"),
    ],
    ids=range(5),
)
def test_refused_options_are_not_shown(module, options, message, child_environment, tmp_path):
    given = {"password": "a-password", "retries": 0, **options}
    done = subprocess.run(
        [sys.executable, "-m", NAME + module],
        check=False,
        input=json.dumps({"ANSIBLE_MODULE_ARGS": {**given, "_ansible_remote_tmp": str(tmp_path)}}),
        capture_output=True,
        env=child_environment(ANSIBLE_HOME=str(tmp_path), PYTHONPATH=str(BUILD)),
        text=True,
        timeout=60,
    )
    result = json.loads(done.stdout)
    assert result["failed"] and message in result["msg"]
    assert "invocation" not in result or result["invocation"]["module_args"]["password"] == "(not shown)"
    assert KEY not in done.stdout and "a-password" not in done.stdout + done.stderr
