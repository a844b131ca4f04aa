# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The commands that the documentation shows, and what is run for them.

A console block shows commands, each after ``$``; other lines are what they print.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.connection import ENVIRONMENT, OPTIONS
from ansible_collections.lorawan.thingpark.tests.documentation import NAME, ROOT
from ansible_collections.lorawan.thingpark.tests.integration.examples import EVENT_SOURCES, Block, text_in

#: Programs that have nothing to do with the collection.
OTHERS = ("cd", "docker", "echo", "git", "podman", "printf")


def commands_of(block: Block) -> list[str]:
    """Return the commands of a console block; raises ValueError where it shows none."""
    found = [line[2:] for line in block.text.replace("\\\n", " ").splitlines() if line.startswith("$ ")]
    if not found:
        raise ValueError("%s: no line of this console begins with $" % block.place)
    return found


def runnable(command: str) -> tuple[list[str], bool]:
    """Return what to run for a command of a page, nothing where there is nothing to run, and whether in the checkout.

    Commands of Ansible are run as they are, but for an installation from Galaxy, and for a rulebook and a playbook that asks for
    a vault's password, which only have to be there. ``make build`` builds into the world; any other goal of ``make`` only says
    what it would do: other tests do it. ``pip`` may install nothing new. The simulator reads its options and says that it isn't
    running. The names and values of ``export`` are looked at; they are an example's.
    Raises ValueError for what can't be right, and for a command that none of this fits.
    """
    words = shlex.split(command)
    program, *rest = words
    if program in OTHERS or (words[:3] == ["ansible-galaxy", "collection", "install"] and "/" not in words[3]):
        return [], False
    if program == "export":
        check_exports(dict(word.split("=", 1) for word in rest))
        return [], False
    if program == "ansible-playbook" and "--ask-vault-pass" in rest:
        playbook = rest[0].removeprefix(NAME + ".").replace(".", "/") + ".yml"
        return ["test", "-f", "playbooks/" + playbook], True
    if program == "ansible-rulebook":
        name = rest[rest.index("--rulebook") + 1].removeprefix(NAME + ".")
        return ["test", "-f", "extensions/eda/rulebooks/%s.yml" % name], True
    if program.startswith("ansible"):
        return ["bash", "-euc", command], False
    if words == ["make", "build"]:
        return ["ansible-galaxy", "collection", "build", str(ROOT), "--output-path", ".build"], False
    if program == "make":
        return [*words, "--dry-run"], True
    if program in ("python", "python3") and rest[:3] == ["-m", "pip", "install"]:
        return ["python", *rest, "--no-index"], True
    if program in ("python", "python3") and Path(rest[0]).name == "tdm_simulator":
        return ["python", *rest, "--status", "--ready-file", ".cache/not-there.json"], True
    raise ValueError("no test knows how to run the command: %s" % command)


def check_exports(variables: dict) -> None:
    """Raise ValueError where a variable of this collection's is none, or can't have its value."""
    names = {variable: name for name, variable in ENVIRONMENT.items()}
    own = {variable: value for variable, value in variables.items() if variable.startswith("TDM_")}
    texts = [text_in(path, "DOCUMENTATION") for path in EVENT_SOURCES.glob("*.py")]
    unknown = set(own) - set(names) - set(re.findall(r"\bE\((\w+)\)", " ".join(texts)))
    faults = ArgumentSpecValidator(OPTIONS).validate({names[key]: value for key, value in own.items() if key in names})
    if unknown or faults.error_messages:
        raise ValueError("export: %s" % ([*unknown] or faults.error_messages))
