# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""What one can take in at once: a function of 60 lines and six parameters, a file of 400 lines.

Branches and statements are ruff's (pyproject.toml); of parameters, it would count what a test asks of pytest as well.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(
    path for place in ("plugins", "extensions", "roles/simulator/files", "docs") for path in (ROOT / place).rglob("*.py")
)
MOST_LINES, LONGEST, MOST_PARAMETERS = 400, 60, 6
#: A module's documentation is no code to take in.
DOCUMENTATION = ("DOCUMENTATION", "EXAMPLES", "RETURN")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_is_too_long(path):
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    told = [each for each in tree.body if isinstance(each, ast.Assign) and getattr(each.targets[0], "id", "") in DOCUMENTATION]
    lines = len(text.splitlines()) - sum((each.end_lineno or 0) - each.lineno + 1 for each in told)
    assert lines <= MOST_LINES
    functions = [each for each in ast.walk(tree) if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef))]
    lengths = [(each.name, (each.end_lineno or 0) - each.lineno + 1) for each in functions]  # names come again in other classes
    assert not [(name, length) for name, length in lengths if length > LONGEST]
    assert not {each.name for each in functions if len(parameters(each)) > MOST_PARAMETERS}


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    """Return what a caller may give."""
    given = function.args
    return [each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs) if each.arg not in ("self", "cls")]
