# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write what follows from the declarations. Run by `make reference`.

These are the modules with their documentation, the action plugins, the action group, the README's table and the options of the
roles. What an option *is* (its type, choices, default) comes from the resource's declaration. What it *means* stands in
the files beside this one: one for each resource, and ``common.yml`` for what is said alike of all of them.
tests/project/test_reference.py holds the repository to what this writes.
"""

from __future__ import annotations

import re
from pathlib import Path

from module import Module
from role import role_options
from words import LICENCE, loaded

ROOT = Path(__file__).resolve().parents[2]
#: The files with words, in the order of the README's table.
SUBJECTS = (
    "device",
    "adopt",
    "report",
    "application_server",
    "routing_profile",
    "multicast_group",
    "subscription",
    "alarm_subscription",
    "alarm",
    "downlink",
    "device_reset",
    "catalogue_info",
    "statistics_info",
    "request",
    "session",
    "subscriber_info",
)
#: The roles, each called as its module.
ROLES = ("fleet", "adopt", "report")
TABLE = re.compile(r"(\| module \| what it does \|\n\|---\|---\|\n)(?:\|.*\n)+")
GROUP = """\
---
{licence}
requires_ansible: ">=2.16.0"
# One group, so that a play states its connection once, in module_defaults: group/lorawan.thingpark.tdm.
# Written by `make reference`.
action_groups:
  tdm:
"""


def modules() -> list[Module]:
    """Return all modules, in the README's order."""
    common = loaded("common")
    subjects = {subject: loaded(subject) for subject in SUBJECTS}
    return [Module(subject, about, entry, common) for subject, about in subjects.items() for entry in about["modules"]]


def generated() -> dict[str, str]:
    """Return the text of every file that follows from the declarations, by its path in the repository."""
    every = modules()
    files = {path: text for module in every for path, text in module.files()}
    files["meta/runtime.yml"] = GROUP.format(licence=LICENCE) + "".join(
        "    - %s\n" % name for name in sorted(module.name for module in every)
    )
    rows = "".join("| `%s` | %s |\n" % (module.name, module.row) for module in every)
    files["README.md"] = TABLE.sub(lambda table: table[1] + rows, (ROOT / "README.md").read_text(encoding="utf-8"))
    by_name = {module.name: module for module in every}
    for role in ROLES:
        module = by_name["tdm_" + role]
        options = role_options(role, module.task.options, module.documentation()["options"])
        files["roles/%s/meta/argument_specs.yml" % role] = options
    return files


if __name__ == "__main__":
    for path, text in generated().items():
        (ROOT / path).write_text(text, encoding="utf-8")
