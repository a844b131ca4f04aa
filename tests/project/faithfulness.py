# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""The table of paths on the page on faithfulness, made from the sources: ``python -m tests.project.faithfulness``.

What the simulator serves comes from its declarations. What the collection calls comes from the texts of its sources
that are paths, so that a path which is put together otherwise would be missed.
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
BEGIN, END = ".. begin of the paths", ".. end of the paths"
_HEAD = [
    ".. list-table::",
    "   :header-rows: 1",
    "   :widths: 60 20 20",
    "",
    "   * - path",
    "     - the simulator serves",
    "     - called from",
]


def served() -> dict[str, list[str]]:
    """Return the methods of each path below the subscription that an Enterprise simulator serves."""
    folder = str(ROOT / "roles/simulator/files")
    sys.path.append(folder)
    try:
        api, catalogue, meter, settings, world = (
            importlib.import_module("tdm_simulator." + name) for name in ("api", "catalogue", "meter", "settings", "world")
        )
    finally:
        sys.path.remove(folder)
    chosen = settings.Settings(edition="enterprise")
    application = api.Application(world.World(catalogue.Catalogue(chosen)), chosen, meter.Meter())
    found = defaultdict(list)
    for operation in application.operations:
        if not operation.path.startswith(BESIDE):
            found[operation.path].append(operation.method)
    return dict(found)


def called() -> dict[str, set[str]]:
    """Return the source files of the plugins in which each path stands, with ``{}`` for its parts."""
    found = defaultdict(set)
    for file in sorted((ROOT / "plugins").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.match(r"/[a-z]\S*\Z", node.value):
                path = re.sub(r"e?(%[sd]|\{\w*\})", "{}", node.value)
                path = re.sub(r"/e?\Z", "/{}", path)  # what follows is put behind it
                found[path.removeprefix("/subscriptions/mine")].add(file.name)
    return found


def table() -> list[str]:
    """Return the lines of the table."""
    names = called()
    lines = list(_HEAD)
    for path, methods in sorted(served().items()):
        files = sorted(names.get(re.sub(r"\{\w+\}", "{}", path), ()))
        lines += [
            "   * - ``/subscriptions/mine%s``" % path,
            "     - " + ", ".join(sorted(methods)),
            "     - " + (", ".join("``%s``" % name for name in files) or "nowhere"),
        ]
    return lines


def with_table(page: str) -> str:
    """Return the page with the table as it should be."""
    head, rest = page.split(BEGIN)
    return head + BEGIN + "\n\n" + "\n".join(table()) + "\n\n" + END + rest.split(END)[1]


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
