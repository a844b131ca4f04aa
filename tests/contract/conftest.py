# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""Tests that need the operator's contract, which is no part of the project: without it nothing is collected."""

from __future__ import annotations

import pytest

from tests.simulator.contract import PATH, ROOT

#: The validator, which make installs where there is a Node for it.
PRISM = ROOT / ".cache/prism/node_modules/.bin/prism"
VALIDATED = "test_a_target_violates_nothing"
collect_ignore = [] if PATH.exists() else ["test_generated.py", "test_plugin.py", "test_record.py"]
collect_ignore += [] if PATH.exists() and PRISM.exists() else ["test_prism.py"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Play a target on Enterprise through the validator alone, where it is: that play is held to all that the other one is."""
    if config.getoption("thorough"):
        return
    validated = {_target(item) for item in items if item.nodeid.partition("[")[0].endswith("test_prism.py::" + VALIDATED)}
    plays = [item for item in items if item.nodeid.endswith("-enterprise-auto]") and _target(item) in validated]
    items[:] = [item for item in items if item not in plays]
    config.hook.pytest_deselected(items=plays)


def _target(item: pytest.Item) -> str:
    return item.callspec.params["target"]
