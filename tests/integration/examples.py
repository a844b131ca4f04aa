# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The examples in the documentation: where they are, and the plays that run them.

A block of YAML is of the first kind that fits:

- a list of rulesets is a rulebook, which ansible-rulebook has to understand, with options that its sources have;
- a list of rules, or of this collection's event sources, is a part of a rulebook;
- a list of plays is played;
- a list of devices, or a dictionary with ``devices``, is a file for tdm_fleet's ``src``; so are JSON and rows of ThingPark's CSV;
- any other list is tasks;
- what names a ``plugin`` is an inventory, which has to be read;
- groups with ``hosts`` or ``children`` are an inventory, whose devices the role ``fleet`` provisions;
- variables of a role are given to it; where they describe a fleet in several ways, once for each way;
- variables that only playbooks have are for a command, and need be theirs;
- variables in a file that a play of the page names in ``vars_files`` are for that play;
- the definition of an execution environment needs to name this collection;
- keywords of a play, such as ``module_defaults``, are put into one that asks for the account.

A block whose first comment or whose introduction names a file (``play.yml``) is kept under that name, for commands.
Commands are in ``commands.py``.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from ansible.playbook.play import Play
from ansible_rulebook.validators import Validate

from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.connection import OPTIONS
from ansible_collections.lorawan.thingpark.tests.conftest import as_much_as
from ansible_collections.lorawan.thingpark.tests.documentation import (
    FILTERS,
    INVENTORIES,
    MODULES,
    NAME,
    ROLES,
    ROOT,
    pages,
    plugin,
)

FENCE = re.compile(r"^( *)```(\S*)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
DIRECTIVE = re.compile(r"^( *)\.\. (?:code|code-block|sourcecode)::(.*)\n((?:(?:\1 +.*)?\n)+)", re.MULTILINE)
#: In reStructuredText, a paragraph that ends in two colons begins a block of no language.
PLAIN_BLOCK = re.compile(r"^(?! *\.\. ).*::\n\n", re.MULTILINE)
FILE_NAME = re.compile(r"[\w.-]+\.(?:yml|json|csv)\b")
EVENT_SOURCES = ROOT / "extensions/eda/plugins/event_source"
CSV_ROW = re.compile(r"(?:CREATE|UPDATE|DELETE)[A-Z_]*,")

YAML = ("yaml", "yaml+jinja")
CONSOLE = "console"
SHOWN = "text"  # what a page only shows, such as output
#: The ways to describe a fleet, of which the role takes one.
DESCRIPTIONS = ("tdm_fleet_src", "tdm_fleet_devices", "tdm_fleet_group")
#: The file of devices that the tests' own world has.
FLEET_FILE = "fleet.csv"
#: The rest of a rulebook, for examples that show a part of one.
RULESET = {
    "name": "An example",
    "hosts": "localhost",
    "sources": [{"ansible.eda.generic": {}}],
    "rules": [{"name": "Every event", "condition": "true", "action": {"debug": None}}],
}
#: How a task is rehearsed in check mode: in the frame that fits, and in a thorough run as a module too.
FRAMES = as_much_as(("auto",), ("auto", "module"), ("auto", "module"))


@dataclass(frozen=True)
class Block:
    """An example: the page or plugin that it stands in, the line, its language, its text, and the file that it is."""

    source: str
    line: int
    language: str
    text: str
    file: str = ""

    @property
    def place(self) -> str:
        """Where it stands, for people."""
        return "%s:%d" % (self.source, self.line)


def sources() -> dict[str, list[Block]]:
    """Return all examples, by the page or plugin that they stand in."""
    found = {path.relative_to(ROOT).as_posix(): list(blocks_of_page(path)) for path in pages()}
    for kind, names in (("modules", MODULES), ("filter", FILTERS)):
        for name in names:
            found[name] = [Block(name, 1, "yaml", plugin(kind, name).EXAMPLES)]
    for name in INVENTORIES:
        files = plugin("inventory", name).EXAMPLES.strip("\n").split("\n---\n")
        found["inventory " + name] = [Block(name, 1, "yaml", text, FILE_NAME.findall(text)[0]) for text in files]
    for path in sorted(EVENT_SOURCES.glob("*.py")):
        found["event source " + path.stem] = [Block(path.stem, 1, "yaml", text_in(path, "EXAMPLES"))]
    return {source: blocks for source, blocks in found.items() if blocks}


def blocks_of_page(path: Path) -> Iterator[Block]:
    """Yield the blocks of a page in Markdown or reStructuredText that are more than shown."""
    text, source = path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix()
    is_markdown = path.suffix == ".md"
    for match in (FENCE if is_markdown else DIRECTIVE).finditer(text):
        content = textwrap.dedent(match[3]).strip("\n") + "\n"
        language = match[2].strip()
        rows = [line for line in content.splitlines() if not line.startswith("#")]
        if language == SHOWN and all(CSV_ROW.match(row) for row in rows):
            language = "csv"
        if language != SHOWN:
            introduction = text[: match.start()].rstrip().rpartition("\n\n")[2]
            comment = re.match(r"#.*", content)
            names = FILE_NAME.findall(comment[0] if comment else introduction)
            kept = names[0] if names and language in (*YAML, names[0].rpartition(".")[2]) else ""
            yield Block(source, text.count("\n", 0, match.start()) + 1, language, content, kept)
    if not is_markdown:
        for match in PLAIN_BLOCK.finditer(text):
            yield Block(source, text.count("\n", 0, match.start()) + 1, "", match[0])


@dataclass
class Playbook:
    """What ansible-playbook gets for the examples of one source.

    :param origin: the simulator's address.
    :param directory: where it is played.
    :param variable_files: the files that the source's plays name in ``vars_files``.
    """

    origin: str
    directory: Path
    plays: list = field(default_factory=list)
    inventories: list = field(default_factory=list)
    variable_files: frozenset = frozenset()

    def add(self, block: Block) -> None:
        """Add what a block says; raises ValueError where no kind fits it."""
        if block.file:
            (self.directory / block.file).write_text(block.text, encoding="utf-8")
        if block.language == "python":
            ast.parse(block.text, block.place)
        elif block.language in ("csv", "json"):
            self._add_file(block, block.language)
        elif block.language in YAML:
            self._add_yaml(block, yaml.safe_load(block.text))
        else:
            raise ValueError("%s: no test runs the language %r" % (block.place, block.language))

    def _add_yaml(self, block: Block, data: object) -> None:
        keys = set(data) if isinstance(data, dict) else set()
        rows = data if isinstance(data, list) and all(isinstance(row, dict) for row in data) else []
        # Variables of the connection are every role's; pages mean the one that provisions then.
        provisioning_first = sorted(ROLES, key=lambda role: role != "fleet")
        role = next((role for role in provisioning_first if keys and keys <= role_variables(role)), None)
        if rows and all("ansible.builtin.import_playbook" in row for row in rows):
            self.plays += [{"vars": {"tdm_fleet_src": str(self.directory / FLEET_FILE)}, **row} for row in rows]
        elif rulesets_of(rows):
            check_rulebook(rulesets_of(rows))
        elif rows and all("hosts" in row for row in rows):
            for row in rows:
                self._add_play(block, **{**row, "tasks": self._rehearsed(row.get("tasks", []))})
        elif "devices" in keys or (rows and all("dev_eui" in row for row in rows)):
            self._add_file(block, "yml")
        elif rows:
            self._add_play(block, tasks=self._rehearsed(rows))
        elif "plugin" in keys and block.file:
            self.inventories.append(block.file)
            wanted = "groups.lorawan_devices is defined" if data["plugin"].startswith(NAME) else "groups.all | length > 0"
            self._add_play(block, tasks=[{"ansible.builtin.assert": {"that": wanted}}])
        elif keys and all(isinstance(group, dict) and {"hosts", "children"} & set(group) for group in data.values()):
            self.inventories.append(self._written(block, "inventory.yml"))
            self._add_role(block, "fleet", {"tdm_fleet_group": next(iter(data))})
        elif role:
            ways = keys & set(DESCRIPTIONS)
            for way in sorted(ways) or [""]:
                given = {name: value for name, value in data.items() if name not in ways - {way}}
                self._add_role(block, role, given if way or role != "fleet" else {**given, "tdm_fleet_src": FLEET_FILE})
        elif keys and (keys <= playbook_variables() or keys <= rulebook_variables() or defines_environment(data)):
            pass  # nothing to play
        elif block.file in self.variable_files:
            pass  # the play that names the file is played
        elif keys and keys <= set(Play.fattributes):
            # The play finds no account in its environment: that of the example is what counts.
            nothing = {"TDM_LOGIN": "", "TDM_PASSWORD": ""}
            ask = [{NAME + ".tdm_subscriber_info": {}}]
            self._add_play(block, **{"tasks": ask, **data, "environment": {**nothing, **data.get("environment", {})}})
        else:
            raise ValueError("%s: no kind of example fits this block" % block.place)

    def _add_play(self, block: Block, **keywords: object) -> None:
        name = "%s: %s" % (block.place, keywords.pop("name", ""))
        self.plays.append({"name": name, "hosts": "localhost", "gather_facts": False, **keywords})

    def _add_role(self, block: Block, role: str, variables: dict) -> None:
        task = {"ansible.builtin.include_role": {"name": "%s.%s" % (NAME, role)}, "vars": variables}
        self._add_play(block, tasks=self._rehearsed([task]))

    def _add_file(self, block: Block, suffix: str) -> None:
        options = {"src": self._written(block, suffix), "max_deletions": block.text.count("\nDELETE,")}
        self._add_play(block, tasks=self._rehearsed([{NAME + ".tdm_fleet": options}]))

    def _written(self, block: Block, suffix: str) -> str:
        name = "example-%d.%s" % (block.line, suffix)
        (self.directory / name).write_text(block.text, encoding="utf-8")
        return name

    def _rehearsed(self, tasks: list) -> list:
        """Return each task in check mode, in some frames, on a platform that refuses to write; and then for real."""
        steps = []
        for task in tasks:
            steps.append({**self._may_write(False), "register": "example_before"})
            steps += [{"block": [task], "check_mode": True, "vars": {"tdm_frame": frame}} for frame in FRAMES]
            steps.append({**self._may_write(True), "register": "example_after"})
            steps.append({"ansible.builtin.assert": {"that": "example_before.devices == example_after.devices", "quiet": True}})
            steps.append(task)
        return steps

    def _may_write(self, allowed: bool) -> dict:
        return {"may_write": {"simulator": self.origin, "allowed": allowed}}


def role_variables(role: str) -> set:
    """Return the names of a role's variables."""
    specs = yaml.safe_load((ROOT / "roles" / role / "meta/argument_specs.yml").read_text(encoding="utf-8"))
    return set(specs["argument_specs"]["main"]["options"])


def defines_environment(data: dict) -> bool:
    """Return whether this defines an execution environment that takes the collection from where ours does."""
    ours = yaml.safe_load((ROOT / "execution-environment.yml").read_text(encoding="utf-8"))
    places = [Path(file["dest"]) / Path(file["src"]).name for file in data.get("additional_build_files", [])]
    collections = ours["dependencies"]["galaxy"]["collections"]
    return data.get("dependencies") == {"galaxy": {"collections": collections}} and [Path(collections[0]["name"])] == places


def playbook_variables() -> set:
    """Return the variables of this collection that its playbooks and roles name."""
    playbooks = "\n".join(path.read_text(encoding="utf-8") for path in ROOT.glob("playbooks/**/*.yml"))
    return set(re.findall(r"\btdm_\w+", playbooks)).union(*map(role_variables, ROLES))


def rulebook_variables() -> set:
    """Return the variables that the rulebooks of this collection take."""
    rulebooks = "\n".join(path.read_text(encoding="utf-8") for path in ROOT.glob("extensions/eda/rulebooks/*.yml"))
    return {name for name in re.findall(r"\{\{ (\w+)", rulebooks) if name != "event"}


def variable_files(blocks: list[Block]) -> frozenset[str]:
    """Return the files that plays among the examples of a source name in ``vars_files``."""
    lists = re.findall(r"^ *vars_files: \[(.*)\]$", "\n".join(block.text for block in blocks), re.MULTILINE)
    return frozenset(name.strip() for names in lists for name in names.split(","))


def rulesets_of(rows: list) -> list:
    """Return the rulebook that rows are or are a part of, an empty list if they are none."""
    own = {"%s.%s" % (NAME, path.stem) for path in EVENT_SOURCES.glob("*.py")}
    if all("sources" in row for row in rows):
        return rows
    if all("condition" in row for row in rows):
        return [{**RULESET, "rules": rows}]
    return [{**RULESET, "sources": rows}] if all(row.keys() <= own for row in rows) else []


def text_in(path: Path, name: str) -> str:
    """Return a text that an event source holds under a name."""
    return re.search(r'%s = r"""(.*?)"""' % name, path.read_text(encoding="utf-8"), re.DOTALL)[1]


def check_rulebook(rulesets: list) -> None:
    """Raise an exception where ansible-rulebook can't read it, or a source of this collection has no such option."""
    Validate.rulebook(rulesets)
    for source in (each for ruleset in rulesets for each in ruleset["sources"]):
        for name in (name for name in source if name.startswith(NAME)):
            text = text_in(EVENT_SOURCES / (name.rpartition(".")[2] + ".py"), "DOCUMENTATION")
            described = yaml.safe_load(text)
            shared = OPTIONS if "extends_documentation_fragment" in described else {}
            unknown = set(source[name]) - set(described["options"]) - set(shared)
            if unknown:
                raise ValueError("the source %s has no option %s" % (name, ", ".join(sorted(unknown))))
