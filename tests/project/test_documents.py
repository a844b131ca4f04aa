# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""Tables in README and in the pages say what is there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader

from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.connection import ENVIRONMENT
from ansible_collections.lorawan.thingpark.plugins.module_utils._http.transport import USER_AGENT
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.headings import HEADINGS
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.import_csv import (
    COLUMNS,
    DIRECTIVES,
    LETTERS,
    PLAN_FEATURES,
)

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs/docsite/rst"
QUOTED = re.compile(r"``(.+?)``")
UNDERLINE = re.compile(r"([=\-~^\"'`+*#.:_])\1{2,}\Z")


def names(folder: str, pattern: str, prefix: str = "") -> set[str]:
    """Return what README should call the files or folders that match."""
    return {prefix + path.stem for path in (ROOT / folder).glob(pattern) if not path.stem.startswith("_")}


def playbooks() -> set[str]:
    """Return the full names of all playbooks, those in folders too: a list of plays is one."""
    folder = ROOT / "playbooks"
    found = set()
    for path in folder.rglob("*.yml"):
        plays = DataLoader().load_from_file(str(path))
        if isinstance(plays, list) and {"hosts", "ansible.builtin.import_playbook"} & set(plays[0]):
            found.add(".".join(["lorawan.thingpark", *path.relative_to(folder).with_suffix("").parts]))
    return found


def markdown_table(heading: str) -> list[str]:
    """Return the first cells of README's table with this heading, less their backticks."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = re.search(r"^\| %s \|.*\n\|[-|]+\|\n((?:\|.*\n)+)" % heading, text, re.MULTILINE)
    assert table, "README has no table of %ss" % heading
    return [row.split("|")[1].strip().strip("`") for row in table.group(1).splitlines()]


def rst_table(page: str, heading: str) -> list[list[str]]:
    """Return the rows of a page's list-table whose first heading is this one."""
    text = (PAGES / page).read_text(encoding="utf-8")
    for table in re.findall(r"^\.\. list-table::\n(?:   .*\n|\n)+", text, re.MULTILINE):
        rows = [re.split(r"\n\s+- ", row) for row in re.split(r"\n   \* - ", table)[1:]]
        rows = [[" ".join(cell.split()) for cell in row] for row in rows]
        if rows[0][0] == heading:
            return rows[1:]
    raise AssertionError("%s has no table that begins with %s" % (page, heading))


def test_everything_says_the_same_version():
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text())["version"]
    simulator = (ROOT / "roles/simulator/files/tdm_simulator/__init__.py").read_text()
    assert "lorawan.thingpark/" + version == USER_AGENT and '__version__ = "%s"\n' % version in simulator


@pytest.mark.parametrize(
    "heading,there",
    [
        ("module", names("plugins/modules", "*.py")),
        ("role", {path.parent.parent.name for path in (ROOT / "roles").glob("*/tasks/main.yml")}),
        ("playbook", playbooks()),
        ("event source", names("extensions/eda/plugins/event_source", "*.py", "lorawan.thingpark.")),
        ("rulebook", names("extensions/eda/rulebooks", "*.yml", "lorawan.thingpark.")),
        ("filter", names("plugins/filter", "*.py", "lorawan.thingpark.")),
    ],
)
def test_readme_lists_exactly_what_is_there(heading, there):
    listed = markdown_table(heading)
    assert there
    assert sorted(listed) == sorted(there)


def test_no_rulebook_makes_a_number_of_a_deveui():
    """ansible-rulebook takes 12E4567890123456 for a number, infinity, and then runs no action with it."""
    for rulebook in (ROOT / "extensions/eda/rulebooks").glob("*.yml"):
        assert not re.search(r"dev_eui *}}", rulebook.read_text(encoding="utf-8")), rulebook.name


def test_a_rulebook_does_not_start_without_a_variable_that_its_rules_need():
    """ansible-rulebook would look for the variable at the first alarm, and lose that alarm."""
    checked = 0
    for path in (ROOT / "extensions/eda/rulebooks").glob("*.yml"):
        (rulebook,) = yaml.safe_load(path.read_text(encoding="utf-8"))
        needed = set(re.findall(r"{{ *(\w+) *}}", json.dumps(rulebook["rules"])))
        given = set(re.findall(r"{{ *(\w+) *}}", json.dumps(rulebook["sources"])))
        assert needed <= given, path.name
        checked += len(needed)
    assert checked >= 4


def test_what_a_rulebook_tells_is_told_again_where_nobody_answers():
    posts = []
    for playbook in (ROOT / "playbooks").glob("event_*.yml"):
        (play,) = yaml.safe_load(playbook.read_text(encoding="utf-8"))
        posts += [task for task in play["tasks"] if "ansible.builtin.uri" in task]
    assert len(posts) == 3
    assert all((task["until"], task["retries"], task["delay"]) == ("event_sent is succeeded", 10, 30) for task in posts)


def test_readme_leads_to_files_that_exist():
    for page in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CODE_OF_CONDUCT.md"):
        targets = re.findall(r"\]\(([^)#]+)\)", (ROOT / page).read_text(encoding="utf-8"))
        assert targets, page
        missing = [target for target in targets if "://" not in target and not (ROOT / target).exists()]
        assert not missing, page


def test_every_page_is_published():
    sections = yaml.safe_load((ROOT / "docs/docsite/extra-docs.yml").read_text(encoding="utf-8"))["sections"]
    published = [page for section in sections for page in section["toctree"]]
    assert sorted(published) == sorted(path.stem for path in PAGES.glob("*.rst"))


def swallowed(page: str) -> list[str]:
    """Return the underlined titles that reStructuredText takes for text: below other text, or with too short a line."""
    lines = ["", *page.splitlines()]
    titles = [
        (before.strip(), title, len(line))
        for before, title, line in zip(lines, lines[1:], lines[2:])
        if UNDERLINE.match(line) and title.strip() and not title.startswith(" ") and not UNDERLINE.match(title)
    ]
    return [title for before, title, length in titles if (before and not UNDERLINE.match(before)) or length < len(title)]


def test_every_underlined_title_becomes_a_section():
    found = {path.name: swallowed(path.read_text(encoding="utf-8")) for path in sorted(PAGES.glob("*.rst"))}
    assert found and not any(found.values()), found


@pytest.mark.parametrize(
    ("page", "titles"),
    [
        ("Title\n=====\n\nText.\n\nNext\n----\n", []),
        ("=====\nTitle\n=====\n\nText\n", []),
        ("Text.\n\n----\n\nText.\n", []),
        (".. code::\n\n   Text\n   Title\n   -----\n", []),
        ("Text.\nTitle\n-----\n", ["Title"]),
        ("- An item\nTitle\n~~~~~\n", ["Title"]),
        (".. code::\n\n   x\nTitle\n-----\n", ["Title"]),
        ("A long title\n-----------\n", ["A long title"]),
    ],
)
def test_a_title_that_is_swallowed_is_found(page, titles):
    assert swallowed(page) == titles


def test_the_headings_of_tables():
    rows = rst_table("spreadsheets.rst", "Option")
    assert {option: tuple(headings.split(", ")) for option, headings in rows} == {
        "``%s``" % option: tuple("``%s``" % each for each in headings) for option, headings in HEADINGS.items()
    }


def test_the_columns_of_the_csv():
    rows = rst_table("fleet.rst", "Column")
    assert [row[0] for row in rows] == LETTERS
    cells = {row[0]: {"OTAA": row[1], "ABP": row[2]} for row in rows}
    for activation, (options, _labels) in COLUMNS.items():
        own = {word for word, (activates, _state, _only) in DIRECTIVES.items() if activates == activation}
        assert set(QUOTED.findall(cells["A"][activation])) == (own | {"DELETE"}) - {""}
        assert QUOTED.findall(cells["B"][activation])[0] == "dev_eui"
        for letter in LETTERS[2:]:
            cell = cells[letter][activation]
            if letter in options:
                assert QUOTED.findall(cell)[0] == options[letter], letter
            else:
                assert cell.startswith("refused" if letter == "R" else "left out, with a warning"), letter
    assert set(QUOTED.findall(cells["H"]["OTAA"])[1:]) == set(PLAN_FEATURES)


def test_the_options_of_the_connection():
    rows = rst_table("sessions.rst", "Option")
    assert [(row[0].strip("`"), row[1].strip("`")) for row in rows] == list(ENVIRONMENT.items())
