# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a role, as variables: those of its module, and the connection's."""

from __future__ import annotations

import importlib
import re
from typing import Any

import yaml
from words import LICENCE, PLUGINS, Short, dumped, loaded

#: What a role says otherwise than its module.
OWN: dict[str, dict[str, dict[str, Any]]] = {
    "fleet": {"group": {"type": "str"}, "defaults": {"default": {}}},
    "report": {
        "dest": {"required": True},
        "title": {"type": "str", "default": "LoRaWAN fleet"},
        "template": {"type": "path", "default": "report.html.j2"},
        "mode": {"type": "str"},
        "drift": {"type": "bool", "default": False},
    },
}
#: An option of the module itself; those of other modules have its name before them.
OPTION = re.compile(r"\bO\((\w+)(?=[)=])")
SUBOPTION = re.compile(r"\bO\((\w+[.]\w+)\)")
RETURN_VALUE = re.compile(r"\bRV\((\w+)\)")


def role_options(role: str, specs: dict[str, Any], documented: dict[str, Any]) -> str:
    """Return a role's argument specs.

    :param specs: the options of its module as that's task declares them; ``documented`` as the module documents them.
    """
    about = loaded("role_" + role)
    own, others = about.pop("options", {}), about.pop("others", {})
    options = {}
    for name in [*own, *(name for name in specs if name not in own)]:
        told = own.get(name) or _as_variables(role, documented[name]["description"])
        options["tdm_%s_%s" % (role, name)] = _variable(told, {**specs.get(name, {}), **OWN.get(role, {}).get(name, {})})
    for name, told in others.items():
        options["tdm_" + name] = {"description": told, "type": "list", "elements": "dict"}
    fragment = importlib.import_module(PLUGINS + ".doc_fragments.tdm").ModuleDocFragment
    connection = yaml.safe_load(fragment.DOCUMENTATION)["options"]
    for name, spec in importlib.import_module(PLUGINS + ".module_utils._frame.connection").OPTIONS.items():
        if name != "session_file":  # the role opens a session of its own
            told = [OPTION.sub(r"O(tdm_\1", connection[name]["description"][0])]
            options["tdm_" + name] = _variable(told, {**spec, "default": None})
    return "---\n%s# Written by `make reference`.\n%s" % (
        LICENCE,
        dumped({"argument_specs": {"main": {**about, "options": options}}}),
    )


def _variable(told: list[str], spec: dict[str, Any]) -> dict[str, Any]:
    facts = ("type", "elements", "required", "default", "choices")
    result = {"description": told, **{fact: spec[fact] for fact in facts if spec.get(fact) is not None}}
    if "choices" in result:
        result["choices"] = Short(result["choices"])
    if "no_log" in spec:  # the modules mask secrets; Ansible would mask a password's characters in every name and DevEUI
        result["no_log"] = False
    return result


def _as_variables(role: str, told: str | list[str]) -> list[str]:
    """Return words about the module's options as words about the role's variables."""
    lines = [told] if isinstance(told, str) else told
    # What is inside of an option is its module's to document.
    lines = [SUBOPTION.sub(r"C(tdm_%s_\1)" % role, RETURN_VALUE.sub(r"C(\1)", line)) for line in lines]
    return [OPTION.sub(r"O(tdm_%s_\1" % role, line) for line in lines]
