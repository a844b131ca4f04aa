# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""The table of operations on the page on faithfulness: ``python -m tests.project.faithfulness`` writes it.

What the simulator serves comes from its declarations. Which module sends an operation comes from what it sends (``used_paths``).
That nothing is forgotten there is held against the declarations, and against the expressions of the sources that make a path:
texts, sums of them, and what a method of the same file returns.
"""

from __future__ import annotations

import ast
import importlib
import re
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/docsite/rst/faithfulness.rst"
#: Paths that public clients use and the contract doesn't have.
BESIDE = ("/appServersRoutingProfiles", "/tasks/")
#: The module that sends any request.
ANY = "tdm_request"
BEGIN, END = ".. begin of the paths", ".. end of the paths"
_HEAD = [
    ".. list-table::",
    "   :header-rows: 1",
    "   :widths: 10 52 38",
    "",
    "   * - Method",
    "     - Path below ``/subscriptions/mine``",
    "     - Module",
]


def served() -> dict[str, list[str]]:
    """Return the methods of each path below the subscription that an Enterprise simulator serves."""
    folder = str(ROOT / "roles/simulator/files")
    sys.path.append(folder)
    try:
        application = importlib.import_module("tdm_simulator.application")
        settings = importlib.import_module("tdm_simulator.settings")
    finally:
        sys.path.remove(folder)
    found = defaultdict(list)
    for operation in application.Application(settings.Settings(edition="enterprise")).operations:
        if not operation.path.startswith(BESIDE):
            found[operation.path].append(operation.method)
    return dict(found)


def made() -> set[str]:
    """Return the paths below the subscription that the sources of the plugins make, with ``{}`` for their parts."""
    found = set()
    for file in sorted((ROOT / "plugins").rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        for node in ast.walk(tree):
            if isinstance(node, (ast.Constant, ast.BinOp)):
                for text in texts(node, functions):
                    path = re.sub(r"e?(%[sd]|\{\})", "{}", text).removeprefix("{}").removeprefix("/subscriptions/mine")
                    if re.match(r"(/[a-zA-Z{][\w{}]*)+\Z", path) or (not path and "/mine" in text):
                        found.add(path)
    for resource in declared():
        one = resource.path + re.sub(r"e?%s", "{}", resource.identity.address or "/%s")
        found |= {one, *(one + each.path for each in resource.labels.values())}
    return found


def declared() -> list:
    """Return the resources that are declared, from which the paths of one resource are made."""
    utils = "ansible_collections.lorawan.thingpark.plugins.module_utils."
    resource = importlib.import_module(utils + "_schema.resource").Resource
    folder = ROOT / "plugins/module_utils/_resources"
    names = [path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.py")]
    modules = [importlib.import_module(utils + "_resources." + name.replace("/", ".")) for name in names]
    found = {id(value): value for module in modules for value in vars(module).values() if isinstance(value, resource)}
    return list(found.values())


def texts(node: ast.expr, functions: dict[str, ast.FunctionDef], depth: int = 4) -> set[str]:
    """Return what an expression may be, ``{}`` standing for whatever isn't written in the file."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        return texts(node.left, functions, depth)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        ends = texts(node.right, functions, depth)
        return {head + end for head in texts(node.left, functions, depth) for end in ends}
    if isinstance(node, ast.BoolOp):
        return set().union(*(texts(value, functions, depth) for value in node.values))
    if isinstance(node, ast.IfExp):
        return texts(node.body, functions, depth) | texts(node.orelse, functions, depth)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in functions and depth:
        returned = [one.value for one in ast.walk(functions[node.func.attr]) if isinstance(one, ast.Return) and one.value]
        return set().union({"{}"}, *(texts(value, functions, depth - 1) for value in returned))
    return {"{}"}


def operations() -> list[tuple[str, str]]:
    """Return the path and verb of each operation that is served below the subscription."""
    return sorted((path, method) for path, methods in served().items() for method in methods)


def table(used: dict[str, set[str]]) -> list[str]:
    """Return the lines of the table; ``used`` are the modules by operation. tdm_request sends all, and is named alone only."""
    lines = list(_HEAD)
    for path, method in operations():
        modules = used.get("%s /subscriptions/mine%s" % (method, path), set())
        named = sorted(modules - {ANY}) or sorted(modules)
        lines += [
            "   * - " + method,
            "     - ``%s``" % (path or "/"),
            "     - " + (", ".join("``%s``" % name for name in named) or "none"),
        ]
    return lines


def with_table(page: str, used: dict[str, set[str]]) -> str:
    """Return the page with the table as it should be."""
    head, rest = page.split(BEGIN)
    return head + BEGIN + "\n\n" + "\n".join(table(used)) + "\n\n" + END + rest.split(END)[1]


if __name__ == "__main__":
    from tests.project.used_paths import used as used_paths

    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), used_paths()), encoding="utf-8")
