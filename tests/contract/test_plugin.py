# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""A run of tests whose simulator was asked what the contract doesn't allow fails, though all of its tests pass."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from tests.conftest import ROOT

ONE_REQUEST = """
import urllib.error
import urllib.request

import pytest

from tests.conftest import NO_PROXY, Simulator


def test_one_request(tmp_path):
    one = Simulator(tmp_path, edition="enterprise", client_id="a/b")
    headers = {"User-Agent": "lorawan.thingpark/1.0.0"}
    with pytest.raises(urllib.error.HTTPError, match="401"):
        NO_PROXY.open(urllib.request.Request(one.url + "/subscriptions/mine/devices?page=1", headers=headers))
    one.stop()
"""


def test_a_run_is_judged(tmp_path):
    test = tmp_path / "test_one.py"
    test.write_text(ONE_REQUEST)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "SIMULATOR_"))}
    command = [sys.executable, "-m", "pytest", "-n", "1", "-p", "tests.contract.plugin", "--rootdir", tmp_path, test]
    done = subprocess.run(command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert "1 passed, 1 error in" in done.stdout, done.stdout
    assert done.returncode == 1, done.stdout
    assert re.search("GET +/devices +1 +1", done.stdout) and "page is no parameter" in done.stdout, done.stdout
