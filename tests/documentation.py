# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the collection's documentation says, for the tests that hold it to the truth."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import lru_cache
from importlib import import_module
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
NAME = "lorawan.thingpark"
PLUGINS = "ansible_collections.%s.plugins" % NAME
MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.py"))
FILTERS = sorted(path.stem for path in (ROOT / "plugins/filter").glob("*.py"))
INVENTORIES = sorted(path.stem for path in (ROOT / "plugins/inventory").glob("*.py"))
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir())

#: What Ansible itself puts into results, or asks for there.
ANSIBLES_OWN = {"changed", "deprecations", "diff", "exception", "failed", "invocation", "msg", "skipped", "warnings"}
#: Documented type -> types of the JSON value.
JSON_TYPES: dict = {
    "bool": bool,
    "dict": dict,
    "float": (int, float),
    "int": int,
    "list": list,
    "path": str,
    "raw": object,
    "str": str,
}


def plugin(kind: str, name: str):
    """Return a plugin's Python module; ``kind`` is the folder's name, as in ``modules``."""
    return import_module(".".join((PLUGINS, kind, name)))


def pages() -> list[Path]:
    """Return the pages for people: README.md, those of the roles, and the site's."""
    return sorted([ROOT / "README.md", *ROOT.glob("roles/*/README.md"), *ROOT.glob("docs/docsite/rst/*.rst")])


@lru_cache
def documentation(kind: str) -> dict:
    """Return what ansible-doc says of all plugins of a kind (module, filter, inventory or role), by their short names."""
    names = {"module": MODULES, "filter": FILTERS, "inventory": INVENTORIES, "role": ROLES}[kind]
    where = [parent for parent in map(Path, sys.path) if (parent / "ansible_collections/lorawan/thingpark").is_dir()]
    done = subprocess.run(
        [sys.executable, "-m", "ansible", "doc", "--json", "-t", kind, *(NAME + "." + name for name in names)],
        check=True,
        env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(where[0])},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        timeout=60,
    )
    return {name.rpartition(".")[2]: entry for name, entry in json.loads(done.stdout).items()}


@lru_cache
def return_values(module: str) -> dict:
    """Return the documented return values of a module."""
    return yaml.safe_load(plugin("modules", module).RETURN)


def undocumented(module: str, result: dict) -> set:
    """Return the keys of a result that neither the module's documentation nor Ansible knows."""
    return set(result) - set(return_values(module)) - ANSIBLES_OWN


def unexplained(entry: dict, value: object, place: str) -> set[str]:
    """Return the keys in a value that ``entry``, a documented return value which says what it contains, doesn't explain."""
    if isinstance(value, list):
        return {each for item in value for each in unexplained(entry, item, place)}
    if not isinstance(value, dict) or "contains" not in entry:
        return set()
    found = {"%s.%s" % (place, name) for name in set(value) - set(entry["contains"])}
    for name in set(value) & set(entry["contains"]):
        found |= unexplained(entry["contains"][name], value[name], "%s.%s" % (place, name))
    return found


def misfits(entry: dict, value: object, place: str) -> list[str]:
    """Return where a value is not of the type that ``entry``, a documented return value, says."""
    expected = JSON_TYPES[entry["type"]]
    if not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool):
        return ["%s should be %s, and is %s" % (place, entry["type"], type(value).__name__)]
    faults = []
    if isinstance(value, list):
        for item in value:
            faults += misfits({**entry, "type": entry["elements"]}, item, place + "[]")
    elif isinstance(value, dict):
        for name, below in entry.get("contains", {}).items():
            if name in value:
                faults += misfits(below, value[name], "%s.%s" % (place, name))
    return faults
