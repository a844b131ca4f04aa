# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""What follows from the declarations is in the repository as `make reference` writes it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "docs/reference"))
import generate  # noqa: E402
import module  # noqa: E402

FILES = generate.generated()


@pytest.mark.parametrize("path", FILES)
def test_it_is_as_written(path):
    written = ROOT / path
    assert written.is_file() and written.read_text(encoding="utf-8") == FILES[path], "run `make reference`"


@pytest.mark.parametrize("folder", ["plugins/modules", "plugins/action"])
def test_there_is_no_module_besides(folder):
    found = {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).glob("*.py")}
    assert found == {path for path in FILES if path.startswith(folder + "/")}


def unknown(told: dict, options: dict) -> list[str]:
    """Return what is told of options that aren't there, and of their suboptions."""
    below = {name: each["suboptions"] for name, each in told.items() if "suboptions" in each}
    inner = [(words, options.get(name, {}).get("options", {})) for name, words in below.items()]
    return [*(set(told) - set(options)), *(name for words, spec in inner for name in unknown(words, spec))]


def test_words_about_what_is_no_option_are_not_left_behind():
    """An option that was renamed leaves words that nobody sees."""
    for each in generate.modules():
        told = each.told_of("options")
        assert set(told) <= set(each.task.options), each.name
    for subject in generate.SUBJECTS:
        about = generate.loaded(subject)
        single = [each for each in generate.modules() if each.subject == subject and each.kind == "one"]
        for each in single:
            assert not unknown(about["options"], each.task.options), subject


@pytest.mark.parametrize("what", ["task", "row", "examples"])
def test_what_is_not_said_of_a_module_is_told(what):
    about = generate.loaded("application_server")
    entry = {name: said for name, said in about["modules"][0].items() if name != what}
    with pytest.raises(ValueError, match="application_server.yml: tdm_application_server lacks %s" % what):
        module.Module("application_server", about, entry, generate.loaded("common"))


def test_an_option_without_words_is_told():
    about = generate.loaded("application_server")
    del about["options"]["destinations"]
    one = module.Module("application_server", about, about["modules"][0], generate.loaded("common"))
    with pytest.raises(ValueError, match="has no words for the option destinations of tdm_application_server"):
        one.documentation()


def test_an_example_that_lacks_a_field_is_told():
    value = {"type": "list", "contains": {"name": {"type": "str"}, "id": {"type": "int"}}, "example": {"name": "a", "lat": 5}}
    with pytest.raises(ValueError, match="here: the example and the documented fields differ in id, lat"):
        module.exemplified(value, value["example"], "here")


@pytest.mark.parametrize("path", [path for path in FILES if path.endswith("argument_specs.yml")])
def test_words_about_a_role_hold_no_template(path):
    """Ansible renders the specification of a role's options, its words included."""
    assert "{{" not in FILES[path]
