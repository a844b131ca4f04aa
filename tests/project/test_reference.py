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


def test_words_about_what_is_no_option_are_not_left_behind():
    """An option that was renamed leaves words that nobody sees."""
    for each in generate.modules():
        told = each.told_of("options")
        assert set(told) <= set(each.task.options), each.name
    for subject in generate.SUBJECTS:
        about = generate.loaded(subject)
        single = [each for each in generate.modules() if each.subject == subject and each.kind == "one"]
        for each in single:
            assert set(about["options"]) <= set(each.task.options), subject


def test_an_option_without_words_is_told():
    about = generate.loaded("application_server")
    del about["options"]["destinations"]
    one = module.Module("application_server", about, about["modules"][0], generate.loaded("common"))
    with pytest.raises(ValueError, match="has no words for the option destinations of tdm_application_server"):
        one.documentation()
