# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""Imports in module_utils go one way down, and the lower half knows neither Ansible nor the network."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[2]
UTILS = ROOT / "plugins" / "module_utils"
NAME = "ansible_collections.lorawan.thingpark.plugins.module_utils"

# No Ansible, no network, no files. From top to bottom, as below.
PURE = [
    "_task",
    "_outcomes",
    "_purge",
    "_licences",
    "_plan",
    "_sources",
    "_import_csv",
    "_documents",
    "_wishes",
    "_resources/*",
    "_schema",
    "_inner_xml",
    "_platform",
    "_filters",
    "_links",
    "_onboarding_tag",
    "_codec",
    "_xml",
    "_types",
    "_login_page",
    "_values",
    "_addresses",
    "_text",
    "_words",
    "_errors",
]
# From top to bottom: each may import what stands below it, and its own folder.
ORDER = [
    "_tasks/*",
    "_module",
    "_secrets",
    "_fleet",
    "_prepare",
    "_catalogue",
    "_connect",
    "_memory",
    "_client",
    "_session",
    "_auth",
    "_login_gate",
    "_transport",
    "_connections",
    "_proxies",
    "_files",
    "_throttle",
    "_workers",
    "_interruption",
    *PURE,
]
FORBIDDEN = ["ansible", "requests", "urllib3", "socket", "_socket", "ssl", "http", "urllib.request", "asyncio"]
MAY_USE_LXML = ["_inner_xml", "_login_page", "_xml"]


def entry(path: Path) -> str:
    """Return the name that a file has in ORDER."""
    parts = path.relative_to(UTILS).with_suffix("").parts
    return parts[0] if len(parts) == 1 else parts[0] + "/*"


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
PURE_FILES = [path for path in FILES if entry(path) in PURE]


def named(paths: list[Path]):
    return pytest.mark.parametrize("path", paths, ids=lambda path: str(path.relative_to(UTILS)))


def test_every_file_has_its_place():
    assert {entry(path) for path in FILES} == set(ORDER), "module_utils and ORDER differ"


@named(FILES)
def test_imports_go_down(path):
    place = ORDER.index(entry(path))
    for name in imported(path):
        if not name.startswith("ansible_collections."):
            continue
        assert name.startswith(NAME + "."), "module_utils may not import " + name
        first = name[len(NAME) + 1 :].split(".")[0]
        target = first + "/*" if (UTILS / first).is_dir() else first
        assert target in ORDER, "unknown: " + name
        own_folder = target == entry(path) and target.endswith("/*")
        assert own_folder or ORDER.index(target) > place, "%s may not import %s" % (entry(path), target)


@named(PURE_FILES)
def test_a_pure_file_names_no_forbidden_library(path):
    def within(name: str, library: str) -> bool:
        return name == library or name.startswith(library + ".")

    libraries = FORBIDDEN if entry(path) in MAY_USE_LXML else [*FORBIDDEN, "lxml"]
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


def test_nothing_above_was_empty():
    assert PURE_FILES


# The picture on the page about the architecture: docs/pictures/architecture.py draws it.
PICTURE = ROOT / "docs/images/architecture.svg"
SVG = "{http://www.w3.org/2000/svg}"
DOORS = ["modules/*", "action/*", "plugin_utils/*", "filter/*"]


def drawn() -> tuple[list[list[str]], dict[str, str], list[tuple[str, str]]]:
    """Return what the picture shows: columns of rooms, the floor of each room, and the arrows between floors."""
    root = ElementTree.parse(PICTURE).getroot()
    columns, floors = [], {}
    for side in root.iter(SVG + "g"):
        if side.get("class") in ("left", "right"):
            texts = [(floor, text) for floor in side.iter(SVG + "g") for text in floor.findall(SVG + "text")]
            rooms = [(floor.get("data-name"), text) for floor, text in texts if "room" in (text.get("class") or "").split()]
            rooms.sort(key=lambda pair: int(pair[1].get("y")))
            columns.append([str(text.text) for _floor, text in rooms])
            floors.update((str(text.text), floor) for floor, text in rooms)
    arrows = [(path.get("data-from"), path.get("data-to")) for path in root.iter(SVG + "path") if path.get("data-from")]
    return columns, floors, arrows


def imports_between_rooms() -> set[tuple[str, str]]:
    """Return who imports whom, in the names that the picture has for files and folders."""
    found = set()
    for path in sorted((ROOT / "plugins").rglob("*.py")):
        folder = path.relative_to(ROOT / "plugins").parts[0]
        own = entry(path) if folder == "module_utils" else folder + "/*"
        package = ["plugins", *path.relative_to(ROOT / "plugins").parent.parts]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level:
                base = [*package[: len(package) + 1 - node.level], *(node.module or "").split(".")]
                for alias in node.names:
                    parts = [part for part in [*base, alias.name] if part][1:]
                    first = parts[1] if parts[0] == "module_utils" else parts[0]
                    is_folder = parts[0] != "module_utils" or (UTILS / first).is_dir()
                    found.add((own, first + "/*" if is_folder else first))
    return {(one, other) for one, other in found if one != other and one != "__init__"}


def test_the_picture_is_the_one_that_its_script_draws():
    done = subprocess.run(
        [sys.executable, "-B", "-c", "import architecture; print(architecture.picture(), end='')"],
        cwd=ROOT / "docs/pictures",
        check=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.stdout == PICTURE.read_text(encoding="utf-8"), "run: make picture"


def test_the_picture_has_every_room_once_and_in_order():
    columns, _floors, _arrows = drawn()
    rooms = [room for column in columns for room in column]
    assert sorted(rooms) == sorted([*DOORS, *ORDER]), "docs/pictures/architecture.py and ORDER differ"
    for column in columns:
        inside = [room for room in column if room in ORDER]
        assert inside == sorted(inside, key=ORDER.index)
    assert columns[1] == PURE
    folders = {path.name + "/*" for path in (ROOT / "plugins").iterdir() if any(path.glob("*.py"))}
    assert folders - {"module_utils/*", "doc_fragments/*"} == set(DOORS), "a folder of plugins/ is missing in the picture"


def test_the_arrows_are_the_imports():
    _columns, floors, arrows = drawn()
    imports = {(floors[one], floors[other]) for one, other in imports_between_rooms()}
    assert set(arrows) <= imports, "an arrow without an import"
    reach = set(arrows)
    while True:
        further = {(one, end) for one, middle in reach for start, end in reach if middle == start} - reach
        if not further:
            break
        reach |= further
    missing = {pair for pair in imports if pair[0] != pair[1]} - reach
    assert not missing, "imports that no arrow shows"
