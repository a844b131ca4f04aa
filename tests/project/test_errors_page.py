# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""Every message that a user can meet stands with its remedy on docs/docsite/rst/errors.rst.

A message is any text in the code of plugins and event sources, and any ``fail_msg`` of a role or playbook, with three words in
a row that don't vary. The page has some of Ansible's own messages too. It quotes a piece of each, with dots for what varies::

    ``purge would ... and purge.max ... allows``
        Look at ``purge_candidates`` first.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from ansible.module_utils import basic
from ansible.module_utils.common import parameters, validation
from ansible.parsing.dataloader import DataLoader

from ansible_collections.lorawan.thingpark.tests.documentation import MODULES, return_values

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/docsite/rst/errors.rst"
VARIES = re.compile(r"%[-+0# ]*[0-9.]*[a-zA-Z]|\{\{.*?\}\}|\.\.\.")
WORDS = re.compile(r"(?<!\S)[\"'(]?[A-Za-z][A-Za-z_.'-]*[\"',;:.?)]*(?=\s|$)")
DOCUMENTATION = {"DOCUMENTATION", "IDEMPOTENT", "EXAMPLES", "RETURN", "ATTRIBUTES", "ACTIONGROUP", "INFO", "HELP"}
#: What these get is for whoever maintains the collection, not for whoever runs a playbook.
PROGRAMMERS_ERRORS = {"AssertionError", "NotImplementedError"}
#: The return values that hold messages.
TELLING = {"error", "message", "msg", "notes", "warnings"}


def pieces(text: str) -> list[str]:
    """Return what doesn't vary in a message or a quotation, in order."""
    found = (" ".join(piece.split()) for piece in VARIES.split(text.replace("%%", "\N{PERCENT SIGN}")))
    return [piece for piece in found if re.search(r"\w", piece)]


def is_sentence(text: str) -> bool:
    """Return whether a text has at least three words besides what varies in it."""
    return len(WORDS.findall(VARIES.sub(" ", text))) >= 3


def texts_of(path: Path) -> list[tuple[int, str]]:
    """Return the texts in a Python file, with their lines: no docstrings, documentation or programmer's errors."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    left_out = set()
    for node in ast.walk(tree):
        is_documentation = isinstance(node, ast.Assign) and {getattr(name, "id", "") for name in node.targets} & DOCUMENTATION
        is_programmers = isinstance(node, ast.Call) and getattr(node.func, "id", "") in PROGRAMMERS_ERRORS
        if is_documentation or is_programmers or isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            left_out.update(id(inner) for inner in ast.walk(node))
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [(node.lineno, node.value) for node in texts if id(node) not in left_out]


def fail_msgs(tasks: object) -> list[str]:
    """Return every ``fail_msg`` in a list of tasks or plays, however deep."""
    if isinstance(tasks, dict):
        own = [tasks["fail_msg"]] if "fail_msg" in tasks else []
        return own + [text for value in tasks.values() for text in fail_msgs(value)]
    return [text for item in tasks for text in fail_msgs(item)] if isinstance(tasks, list) else []


def messages() -> list[tuple[str, str]]:
    """Return all messages: ``(where it stands, its text)``."""
    found = []
    for path in sorted([*(ROOT / "plugins").rglob("*.py"), *(ROOT / "extensions").rglob("*.py")]):
        found += [("%s:%d" % (path.relative_to(ROOT), line), text) for line, text in texts_of(path)]
    for path in sorted([*(ROOT / "roles").rglob("*.yml"), *(ROOT / "playbooks").rglob("*.yml")]):
        found += [(str(path.relative_to(ROOT)), text) for text in fail_msgs(DataLoader().load_from_file(str(path)))]
    return [(place, text) for place, text in found if is_sentence(text)]


def entries() -> list[tuple[list[str], str]]:
    """Return the page's entries: ``(quotations, remedy)``; a remedy is the indented text below a line of quotations."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    found = []
    for line, below in zip(lines, [*lines[1:], ""]):
        if line.startswith("``"):
            found.append((re.findall(r"``(.+?)``", line), below.strip() if below.startswith("    ") else ""))
    return found


def occur_in_order(parts: list[str], text: str) -> bool:
    """Return whether the parts occur in the text one after the other."""
    return bool(parts) and re.search(".*?".join(map(re.escape, parts)), " ".join(text.split())) is not None


@cache
def in_words(message: str) -> list[str]:
    """Return a message as it is told: where it varies by the resource, with the nouns for a device, as the page quotes it."""
    parts = message.replace("%%", "\N{PERCENT SIGN}").split("%s")
    nouns = ("%s", "device", "devices")
    chosen = product(nouns, repeat=len(parts) - 1) if len(parts) <= 8 else [("%s",) * (len(parts) - 1)]
    return ["".join(word for pair in zip(parts, (*words, "")) for word in pair) for words in chosen]


def quotes(quotation: str, message: str) -> bool:
    """Return whether a quotation is a piece of a message, or a whole message is a piece of the quotation."""
    parts = pieces(quotation)
    return occur_in_order(pieces(message), quotation) or any(occur_in_order(parts, told) for told in in_words(message))


MESSAGES = messages()
#: What Ansible itself says of a task's options. The page has some of it.
ANSIBLES = [text for module in (basic, parameters, validation) for _line, text in texts_of(Path(module.__file__))]
SAID = [text for _place, text in MESSAGES] + [text for text in ANSIBLES if is_sentence(text)]
ENTRIES = entries()
QUOTATIONS = [quotation for quotations, _remedy in ENTRIES for quotation in quotations]


@pytest.mark.parametrize("place,message", MESSAGES, ids=[place for place, _message in MESSAGES])
def test_the_page_has_every_message(place, message):
    assert any(quotes(quotation, message) for quotation in QUOTATIONS), (
        "%s can say %r: quote a piece of it in %s, with its remedy" % (place, message, PAGE.relative_to(ROOT))
    )


@pytest.mark.parametrize("quotation", QUOTATIONS)
def test_every_quotation_is_of_a_message(quotation):
    assert is_sentence(quotation), "too short to be found by somebody who reads the message"
    assert any(quotes(quotation, message) for message in SAID), "nothing says this any more"


@pytest.mark.parametrize("quotations,remedy", ENTRIES, ids=[quotations[0] for quotations, _remedy in ENTRIES])
def test_every_entry_has_a_remedy(quotations, remedy):
    assert remedy


def samples(entries: dict, below: str = "") -> Iterator[tuple[str, str]]:
    """Yield each message in the samples of return values, with its place."""

    def texts(name: str, value: object) -> Iterator[tuple[str, str]]:
        if isinstance(value, str) and name in TELLING:
            yield name, value
        for inner, each in value.items() if isinstance(value, dict) else ():
            yield from texts(inner, each)
        for each in value if isinstance(value, list) else ():
            yield from texts(name, each)

    for name, entry in entries.items():
        yield from ((below + found, text) for found, text in texts(name, entry.get("sample")))
        yield from samples(entry.get("contains", {}), below + name + ".")


@pytest.mark.parametrize("module", MODULES)
def test_a_sample_of_a_message_is_one_that_the_code_can_say(module):
    for place, text in samples(return_values(module)):
        assert any(occur_in_order(pieces(message), text) for message in SAID) or not is_sentence(text), (place, text)


def test_there_are_samples_of_messages():
    assert sum(is_sentence(text) for module in MODULES for _place, text in samples(return_values(module))) > 20


def test_every_kind_of_source_gave_messages():
    folders = {place.split("/")[0] for place, _message in MESSAGES}
    assert folders == {"plugins", "extensions", "roles", "playbooks"}
    assert len(MESSAGES) > 150
    assert len(set(QUOTATIONS)) == len(QUOTATIONS), "a quotation stands there twice"
