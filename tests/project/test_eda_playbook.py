# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook for an EDA controller asks the modules of ansible.eda for what they take.

No package of PyPI has that collection, so what its modules take is written down here, as of 2.13.0.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

AWX = Path(__file__).resolve().parents[2] / "playbooks/awx"
ORGANIZATION = "organization_name"
#: Of each module, what it needs to make something, and what else it takes of what we may want.
MODULES = {
    "credential_type": ({"name", "inputs", "injectors"}, {"description"}),
    "credential_info": ({"name"}, set()),
    "credential": ({"name", "credential_type_name", "inputs", ORGANIZATION}, {"description"}),
    "decision_environment": ({"name", "image_url", ORGANIZATION}, {"description", "credential", "pull_policy"}),
    "project": ({"name", "url", ORGANIZATION}, {"description", "credential", "proxy", "scm_branch", "wait", "sync"}),
    "rulebook_activation": (
        {"name", "project_name", "rulebook_name", "decision_environment_name", ORGANIZATION},
        {"description", "extra_vars", "restart_policy", "eda_credentials", "log_level"},
    ),
}


class Loader(yaml.SafeLoader):
    """Reads what Ansible reads: a text that it doesn't template is a text."""


Loader.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))


def tasks(state: str) -> list[tuple[str, dict]]:
    """Return the modules of ansible.eda that are used, with what they are given."""
    found = yaml.load((AWX / ("tasks/eda_%s.yml" % state)).read_text(encoding="utf-8"), Loader)
    return [(name.rpartition(".")[2], task[name]) for task in found for name in task if name.startswith("ansible.eda.")]


def test_each_module_gets_what_it_needs_and_takes():
    for module, given in tasks("present"):
        needed, taken = MODULES[module]
        assert needed <= set(given) <= needed | taken, module


def test_no_restart_in_a_new_container_sends_a_refused_password_again():
    (activation,) = (given for module, given in tasks("present") if module == "rulebook_activation")
    names = yaml.safe_load((AWX / "vars/names.yml").read_text(encoding="utf-8"))
    assert (activation["restart_policy"], names["tdm_eda_restart_policy"]) == ("{{ tdm_eda_restart_policy }}", "never")


def test_what_is_made_is_removed_in_the_opposite_order():
    made = list(dict.fromkeys(module for module, _given in tasks("present") if not module.endswith("_info")))
    removed = [module for module, given in tasks("absent") if given["state"] == "absent" and set(given) == {"name", "state"}]
    assert removed == ["rulebook_activation", "project", "decision_environment", "credential", "credential_type"]
    assert set(removed) == set(made)


@pytest.mark.parametrize("files", [{}, {"ca_certificates": "a-file", "client_cert": "a-file", "client_key": "a-file"}])
def test_files_are_named_as_the_controller_names_them(files):
    """It makes no file of an empty input, and takes a name that isn't there for an error."""
    types = yaml.safe_load((AWX / "files/credential_type.yml").read_text(encoding="utf-8"))
    task, *_others = yaml.load((AWX / "tasks/eda_present.yml").read_text(encoding="utf-8"), Loader)
    more = task["loop"][0]["more"]["env"]
    assert set(more) == {name for name, template in types["injectors"]["env"].items() if "tower.filename" in template}
    jinja = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
    found = {jinja.from_string(template).render(eda={"filename": files}) for template in more.values()}
    assert found == ({"a-file"} if files else {""})
