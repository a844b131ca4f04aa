# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""The page on faithfulness is true: its tests exist, its sources have a name, its table of paths is as the code is."""

from __future__ import annotations

import ast
import re

import pytest

from tests.documentation import MODULES
from tests.project.faithfulness import ANY, PAGE, ROOT, made, operations, served, with_table
from tests.project.used_paths import used as used_paths

ROW = re.compile(r"^   \* - (.+)\n     - (\S+)\n     - ``(\w+)\.py::(\w+)``$", re.MULTILINE)
FOLDERS = ("tests/simulator", "tests/contract")


def rows() -> list[tuple[str, str, str, str]]:
    """Return behaviour, source, file and test of every row."""
    return ROW.findall(PAGE.read_text(encoding="utf-8"))


def test_each_behaviour_names_a_test_that_exists():
    tests = {
        (file.stem, node.name)
        for folder in FOLDERS
        for file in (ROOT / folder).glob("test_*.py")
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }
    named = [(file, test) for _behaviour, _source, file, test in rows()]
    assert len(named) > 60
    assert not [pair for pair in named if pair not in tests]


def test_each_row_has_all_three_cells():
    body = PAGE.read_text(encoding="utf-8").split("Not simulated\n")[0]
    headers = body.count("   * - Behavior\n")
    assert body.count("\n   * - ") == len(rows()) + headers


def test_each_source_is_one_of_those_that_are_explained():
    explained = set(re.findall(r"^   \* - ``(.)``$", (PAGE.parent / "sources.rst").read_text(encoding="utf-8"), re.MULTILINE))
    assert {mark for _behaviour, source, _file, _test in rows() for mark in source.split("+")} == explained


def test_no_behaviour_stands_there_twice():
    behaviours = [behaviour for behaviour, _source, _file, _test in rows()]
    assert len(behaviours) == len(set(behaviours))


@pytest.fixture(scope="module")
def used() -> dict:
    """Return the modules that send each operation."""
    return used_paths()


def test_the_table_of_operations_is_true(used):
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_table(page, used), "python -m tests.project.faithfulness writes it anew"


def test_every_operation_of_the_contract_is_within_reach(used):
    """By a module made for it, or by tdm_request, which was sent and did what it was told."""
    assert len(operations()) == 79 and len(served()) == 63
    sent = {"%s /subscriptions/mine%s" % (method, path): path for path, method in operations()}
    assert not [operation for operation in sent if ANY not in used.get(operation, ())]


def test_each_path_that_the_sources_make_was_used(used):
    contract = {re.sub(r"\{\w+\}", "{}", path) for path in served()}
    own = {operation.partition(" ")[2] for operation, modules in used.items() if modules - {ANY}}
    below = {re.sub(r"\{\w+\}", "{}", path).removeprefix("/subscriptions/mine") for path in own}
    # A path may be put together of a resource's own and what is below it.
    ends = made()
    assert not {path for path in below & contract if path and not any(path.endswith(end) for end in ends if end)}
    assert {end for end in ends & contract if not any(end in path for path in below)} == set()
    assert len(ends & contract) >= 9


def test_one_engine_uses_one_set_of_paths(used):
    of_a_device, of_a_fleet = ({path for path in used if module in used[path]} for module in ("tdm_device", "tdm_fleet"))
    assert of_a_fleet - of_a_device == {"POST /subscriptions/mine/devices/import"} and of_a_device < of_a_fleet


def test_the_words_beside_the_table_are_true(used):
    routing = {"tdm_adopt", "tdm_routing_profile", "tdm_routing_profiles", "tdm_routing_profile_info"}
    profiles = "/subscriptions/mine/appServersRoutingProfiles"
    assert used["GET " + profiles] == {"tdm_device", "tdm_fleet", *routing}
    assert used["GET %s/{appServersRoutingProfileUid}" % profiles] == routing
    assert used["GET /customers"] == used["GET /customers/logout"] == set(MODULES)
