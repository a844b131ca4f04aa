# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""Tests that need the operator's contract, which is no part of the project: without it nothing is collected."""

from __future__ import annotations

from tests.simulator.contract import PATH, ROOT

#: The validator, which make installs where there is a Node for it.
PRISM = ROOT / ".cache/prism/node_modules/.bin/prism"
collect_ignore = [] if PATH.exists() else ["test_generated.py", "test_plugin.py", "test_record.py"]
collect_ignore += [] if PATH.exists() and PRISM.exists() else ["test_prism.py"]
