# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""Imports in module_utils go one way down, and what is pure knows neither Ansible nor the network."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[2]
UTILS = ROOT / "plugins" / "module_utils"
NAME = "ansible_collections.lorawan.thingpark.plugins.module_utils"

sys.path.insert(0, str(ROOT / "docs/pictures"))
import architecture  # noqa: E402

GROUND, PACKAGES = architecture.GROUND, architecture.PACKAGES
#: Where a resource has no name: a declaration is all that there is of one.
NAMELESS = ["_engine", "_api", "_frame", "_http", "_schema"]
#: No Ansible, no network, no files.
PURE_PACKAGES = ["_schema", "_resources"]
PURE_FILES_ELSEWHERE = [
    *("_errors.py", "_text.py", "_frame/task.py", "_http/addresses.py"),
    *("_api/codec.py", "_api/xml.py", "_api/xml_types.py", "_api/login_page.py", "_api/platform.py"),
    *(
        "_engine/description.py",
        "_engine/desired.py",
        "_engine/documents.py",
        "_engine/outcomes.py",
        "_engine/plan.py",
        "_engine/purge.py",
    ),
    "_engine/sources.py",
]
FORBIDDEN = ["ansible", "requests", "urllib3", "socket", "_socket", "ssl", "http", "urllib.request", "asyncio"]
MAY_USE_LXML = ["_schema/embedded_xml.py", "_api/login_page.py", "_api/xml.py"]


def room(path: Path) -> str:
    """Return the package that a file lies in, or its own name on the ground."""
    parts = path.relative_to(UTILS).with_suffix("").parts
    return parts[0]


def short(path: Path) -> str:
    """Return a file's path below module_utils."""
    return path.relative_to(UTILS).as_posix()


def dotted(path: Path) -> str:
    """Return the name that a file has for an import statement."""
    parts = path.relative_to(UTILS).with_suffix("").parts
    return ".".join([NAME, *(part for part in parts if part != "__init__")])


def imported(path: Path) -> set[str]:
    """Return the full names of all that a file imports, inside functions too."""
    names = set()
    package = [*NAME.split("."), *path.relative_to(UTILS).parent.parts]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else []
            base = [*base, *filter(None, [node.module])]
            # `from . import _plan` and `from ._plan import Observed` are both an import of _plan.
            names.update(".".join([*base, alias.name]) for alias in node.names)
    return names


FILES = sorted(path for path in UTILS.rglob("*.py") if path != UTILS / "__init__.py")
PURE_FILES = [path for path in FILES if room(path) in PURE_PACKAGES or short(path) in PURE_FILES_ELSEWHERE]


def named(paths: list[Path]):
    return pytest.mark.parametrize("path", paths, ids=lambda path: str(path.relative_to(UTILS)))


def test_every_file_has_its_place():
    assert {room(path) for path in FILES} == {*GROUND, *PACKAGES}
    assert set(PURE_FILES_ELSEWHERE) <= {short(path) for path in FILES}


@named(FILES)
def test_imports_go_down(path):
    own = room(path)
    below = GROUND[GROUND.index(own) + 1 :] if own in GROUND else [own, *PACKAGES[own], *GROUND]
    for name in imported(path):
        if not name.startswith("ansible_collections."):
            continue
        assert name.startswith(NAME + "."), "module_utils may not import " + name
        target = name[len(NAME) + 1 :].split(".")[0]
        assert target in below, "%s may not import %s" % (short(path), target)


def test_no_file_reaches_itself_through_others():
    known = {dotted(path) for path in FILES}
    below = {}
    for path in FILES:
        if path.name != "__init__.py":
            names = {".".join(each.split(".")[:end]) for each in imported(path) for end in range(1, each.count(".") + 2)}
            below[dotted(path)] = names & known - {dotted(path)}
    assert list(TopologicalSorter(below).static_order())  # raises CycleError, with the files that go in a circle


RESOURCES = sorted(path.stem for path in (UTILS / "_resources").iterdir() if not path.name.startswith("__"))


def code_of(path: Path) -> str:
    """Return a file's code without its docstrings and comments."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
            body[0].value.value = ""
    return ast.unparse(tree)


@named([path for path in FILES if room(path) in NAMELESS])
def test_only_a_declaration_names_its_resource(path):
    assert RESOURCES
    code = code_of(path).replace("Device Manager", "")
    for name in RESOURCES:
        found = re.findall(r"(?i)\w*%s\w*" % name, code)
        assert not found, "%s names %s" % (short(path), found)


@named(PURE_FILES)
def test_a_pure_file_names_no_forbidden_library(path):
    def within(name: str, library: str) -> bool:
        return name == library or name.startswith(library + ".")

    libraries = FORBIDDEN if short(path) in MAY_USE_LXML else [*FORBIDDEN, "lxml"]
    assert not [name for name in imported(path) for library in libraries if within(name, library)]


# -I and -S leave the standard library alone; the finder refuses those parts of it that reach the network,
# whoever imports them. lxml is refused too: a task says which library is missing, so its imports must not fail.
IMPORT_ALONE = """
import importlib, sys
class Refuse:
    def find_spec(name, path=None, target=None):
        if name in {refused!r}:
            raise ModuleNotFoundError("refused: " + name, name=name)
sys.meta_path.insert(0, Refuse)
sys.path.insert(0, {collections!r})
importlib.import_module({name!r})
"""


@named(PURE_FILES)
def test_a_pure_file_imports_alone(path, tmp_path):
    namespace = tmp_path / "ansible_collections" / "lorawan"
    namespace.mkdir(parents=True)
    (namespace / "thingpark").symlink_to(ROOT)
    code = IMPORT_ALONE.format(refused=[*FORBIDDEN, "lxml"], collections=str(tmp_path), name=dotted(path))
    done = subprocess.run([sys.executable, "-I", "-S", "-B", "-c", code], check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", sorted(ROOT.glob("tests/unit/plugins/module_utils/*.py")), ids=lambda path: path.name)
def test_a_unit_test_of_module_utils_imports_what_a_module_may(path):
    # ansible-test runs these tests as on a managed host: of Ansible, only ansible.module_utils is there.
    modules = re.findall(r"^(?:from|import) (ansible\.\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(modules) <= {"ansible.module_utils"}


def test_nothing_above_was_empty():
    assert PURE_FILES


def test_the_picture_is_the_one_that_its_script_draws():
    assert architecture.picture() == architecture.IMAGE.read_text(encoding="utf-8"), "run: make picture"


def test_the_picture_has_every_file():
    drawn = ElementTree.fromstring(architecture.picture().encode("utf-8"))
    svg = "{http://www.w3.org/2000/svg}"
    rooms = {each.get("data-name"): {str(text.text) for text in each.iter(svg + "text")} for each in drawn.iter(svg + "g")}
    for path in FILES:
        if path.name != "__init__.py":
            inner = path.relative_to(UTILS).parts
            name = inner[1] + "/*" if len(inner) > 2 else path.stem
            assert name in rooms[room(path) if len(inner) > 1 else "ground"]
    folders = {path.name for path in (ROOT / "plugins").iterdir() if any(path.glob("*.py"))}
    assert folders - {"module_utils", "doc_fragments"} == set(architecture.PLUGINS)


def test_the_arrows_say_all_that_is_allowed():
    reach = set(architecture.arrows())
    while True:
        further = {(one, end) for one, middle in reach for start, end in reach if middle == start} - reach
        if not further:
            break
        reach |= further
    allowed = {(one, other) for one, others in PACKAGES.items() for other in others}
    assert {pair for pair in reach if pair[0] != "plugins"} == allowed
