# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documentation says of options and variables what the code declares: all of it, and nothing else."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from importlib import import_module

import pytest
import yaml
from jinja2 import Environment, nodes

from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.connection import ENVIRONMENT, OPTIONS
from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.module import argument_spec
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.declaration import DEVICE
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.rules import NEEDED
from ansible_collections.lorawan.thingpark.plugins.plugin_utils._inventory import SPEC
from ansible_collections.lorawan.thingpark.tests.documentation import (
    FILTERS,
    MODULES,
    ROLES,
    ROOT,
    documentation,
    misfits,
    pages,
    plugin,
    return_values,
)

#: What a task's option may say that is documented, and what says nothing to a reader.
FACTS = {"type", "default", "choices", "aliases", "elements", "required"}
UNTOLD = {"fallback", "no_log"}
#: Keywords of tasks whose text is an expression, without braces.
EXPRESSIONS = {"that", "when", "changed_when", "failed_when", "until"}
#: The name of a return value -> its unit, as the description says it.
UNITS = {
    r"timestamp$|_date$|_bat_chang|^now$": "in milliseconds since 1970, UTC",
    r"^(created|updated|acked_at)$": "as ISO 8601 in UTC",
    r"duration$": "as an ISO 8601 duration",
    r"^seconds$|_period$|_deviation$": "in seconds",
    r"_hours$": "in hours",
    r"(rssi|esp|tx_power)$": "in dBm",
    r"snr$": "in dB",
    r"frequency$": "in MHz",
    r"(^|_)(lat|lon|latitude|longitude)$": "in decimal degrees",
    r"radius$": "in meters",
    r"^size$": "in bytes",
    r"^battery_below$": "in percent",
}
VARIABLE = re.compile(r"\bTDM_[A-Z0-9_]+\b")


def told(options: dict, nested: str) -> dict:
    """Return options as they can be compared; ``nested`` is the key of the options in an option."""
    result = {}
    for name, entry in options.items():
        unknown = set(entry) - FACTS - UNTOLD - {nested, "description"}
        assert not unknown, "option %s: no test knows %s" % (name, unknown)
        facts = {key: entry[key] for key in FACTS if entry.get(key) is not None}
        result[name] = {"type": "str", "required": False, "aliases": [], **facts}
        if nested in entry:
            result[name]["options"] = told(entry[nested], nested)
    return result


def text_of(option: dict) -> str:
    """Return an option's description as one text."""
    lines = option["description"]
    return lines if isinstance(lines, str) else "\n".join(lines)


@pytest.mark.parametrize("module", MODULES)
def test_options_are_documented_as_declared(module):
    declared = argument_spec(plugin("modules", module).TASK)
    assert told(documentation("module")[module]["doc"]["options"], "suboptions") == told(declared, "options")


@pytest.mark.parametrize("module", MODULES)
def test_each_option_names_its_own_environment_variable(module):
    for name, option in documentation("module")[module]["doc"]["options"].items():
        expected = {ENVIRONMENT[name]} if name in OPTIONS else set()
        assert set(re.findall(r"E\((TDM_\w+)\)", text_of(option))) == expected, name


def test_what_a_device_can_not_change_is_documented():
    options = documentation("module")["tdm_device"]["doc"]["options"]
    fixed = {name for name, option in options.items() if "can't change afterwards" in text_of(option).lower()}
    assert fixed == {field.name for field in DEVICE.fields if not field.on_update}


def test_what_a_device_needs_is_documented():
    options = documentation("module")["tdm_device"]["doc"]["options"]
    needed = {name for name, option in options.items() if "Required to create" in text_of(option)}
    assert needed == set(NEEDED)


@pytest.mark.parametrize("name", FILTERS)
def test_parameters_of_a_filter_are_documented(name):
    function = plugin("filter", name).FilterModule().filters()[name]
    first, *others = inspect.signature(function).parameters.values()
    options = documentation("filter")[name]["doc"]["options"]
    assert first.default is inspect.Parameter.empty and options.pop("_input")["required"]
    assert {one.name: one.default for one in others} == {key: entry["default"] for key, entry in options.items()}


def test_options_of_the_inventory_are_documented_as_declared():
    options = documentation("inventory")["devices"]["doc"]["options"]
    ansibles = {name for fragment in ("constructed", "inventory_cache") for name in _options_of_fragment(fragment)}
    own = {name: entry for name, entry in options.items() if name in SPEC}
    assert set(options) - set(SPEC) == {"plugin", *ansibles}
    declared = {**SPEC, "filters": {"type": "dict"}}  # those of the module that shows devices, which documents them
    assert told(own, "suboptions") == told(declared, "options")


def _options_of_fragment(name: str) -> dict:
    """Return the options in one of Ansible's own fragments."""
    fragment = import_module("ansible.plugins.doc_fragments." + name).ModuleDocFragment
    return yaml.safe_load(fragment.DOCUMENTATION)["options"]


# -- return values -------------------------------------------------------------


def leaves(entry: dict, place: str) -> Iterator[tuple[str, dict]]:
    """Yield the fields of a return value that contain no documented fields, each with its place."""
    if "contains" not in entry:
        yield place, entry
    for name, below in entry.get("contains", {}).items():
        yield from leaves(below, "%s.%s" % (place, name))


@pytest.mark.parametrize("module", MODULES)
def test_every_return_value_has_a_sample_of_its_type_and_so_has_every_field(module):
    for name, entry in return_values(module).items():
        for place, each in [(name, entry), *leaves(entry, name)]:
            assert each.get("sample") not in (None, [], {}, ""), place
            assert misfits(each, each["sample"], place) == []


@pytest.mark.parametrize("name", FILTERS)
def test_the_value_of_a_filter_has_a_sample_of_its_type(name):
    value = documentation("filter")[name]["return"]["_value"]
    assert value.get("sample") and misfits(value, value["sample"], name) == []


@pytest.mark.parametrize("module", [name for name in MODULES if name.endswith(("_info", "_report"))])
def test_the_sample_of_a_list_and_the_samples_of_its_fields_are_of_one_resource(module):
    for entry in return_values(module).values():
        sample = entry["sample"][0] if isinstance(entry["sample"], list) and "contains" in entry else entry["sample"]
        for name, below in entry.get("contains", {}).items():
            if name in sample and "sample" in below:
                assert sample[name] == below["sample"], name


@pytest.mark.parametrize("module", MODULES)
def test_every_field_with_a_unit_names_the_unit(module):
    for value, entry in return_values(module).items():
        for place, each in leaves(entry, value):
            name = place.rpartition(".")[2]
            for pattern, unit in UNITS.items():
                if each["type"] in ("int", "float", "str") and re.search(pattern, name):
                    assert unit in text_of(each), place


# -- environment variables -----------------------------------------------------


def variables_read() -> set:
    """Return the environment variables that the collection's code names, each as a text of its own."""
    files = [one for place in ("plugins", "extensions", "roles/*/files") for one in ROOT.glob(place + "/**/*.py")]
    found = set(ENVIRONMENT.values())
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and VARIABLE.fullmatch(node.value):
                found.add(node.value)
    return found


def test_environment_variables_in_the_documentation_are_read_and_the_other_way_round():
    files = [*pages(), *ROOT.glob("plugins/doc_fragments/*.py"), *ROOT.glob("roles/*/meta/argument_specs.yml")]
    found = {name for path in files for name in VARIABLE.findall(path.read_text(encoding="utf-8"))}
    assert found == variables_read()


# -- roles ---------------------------------------------------------------------


def role_options(role: str) -> dict:
    """Return the documented options of a role."""
    return documentation("role")[role]["entry_points"]["main"]["options"]


def role_files(role: str, *folders: str) -> list:
    """Return what the YAML files of a role's folders hold."""
    paths = [path for folder in folders for path in sorted((ROOT / "roles" / role / folder).glob("*.yml"))]
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in paths]


def names_in(data: object, is_expression: bool = False) -> Iterator[str]:
    """Yield the variables that templates and expressions use."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from names_in(value, key in EXPRESSIONS)
    elif isinstance(data, list):
        for value in data:
            yield from names_in(value, is_expression)
    elif isinstance(data, str):
        tree = Environment().parse("{{ %s }}" % data if is_expression else data)
        yield from (node.name for node in tree.find_all(nodes.Name) if node.ctx == "load")


def names_set_in(data: object) -> Iterator[str]:
    """Yield the variables that tasks set for themselves."""
    if isinstance(data, list):
        for value in data:
            yield from names_set_in(value)
    elif isinstance(data, dict):
        for key, value in data.items():
            if key == "register":
                yield value
            elif key in ("vars", "ansible.builtin.set_fact"):
                yield from value
            else:
                yield from names_set_in(value)


@pytest.mark.parametrize("role", ROLES)
def test_variables_of_a_role_are_documented_and_used(role):
    files, own = role_files(role, "tasks", "defaults", "vars"), role_files(role, "vars")
    prefixes = tuple(name.partition("_")[0] + "_" for name in role_options(role))
    made = {*names_set_in(files), *(name for each in own for name in each)}
    used = {name for name in names_in(files) if name.startswith(prefixes)} - made
    assert used == set(role_options(role))


@pytest.mark.parametrize("role", ROLES)
def test_defaults_of_a_role_are_documented(role):
    """One that is made of other variables is told in words."""
    documented = {name: entry["default"] for name, entry in role_options(role).items() if "default" in entry}
    for defaults in role_files(role, "defaults"):
        assert set(defaults) == set(role_options(role))
        assert {name: value for name, value in defaults.items() if "{{" not in str(value)} == documented


def test_variables_of_the_fleet_role_are_options_of_its_module():
    module = documentation("module")["tdm_fleet"]["doc"]["options"]
    role = role_options("fleet")
    others = yaml.safe_load((ROOT / "docs/reference/role_fleet.yml").read_text(encoding="utf-8"))["others"]
    assert set(role) == {
        *("tdm_" + name for name in OPTIONS if name != "session_file"),
        *("tdm_fleet_" + name for name in module if name not in OPTIONS),
        "tdm_fleet_group",
        *("tdm_" + name for name in others),
    }
    for name, option in module.items():
        documented = role.get(("tdm_" if name in OPTIONS else "tdm_fleet_") + name, option)
        for fact in ("type", "elements", "choices"):
            assert documented.get(fact) == option.get(fact), (name, fact)
        if name not in OPTIONS and "default" in option:
            assert documented["default"] == option["default"], name
