# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Play the demo and draw the telling parts of what it prints: docs/images/demo.svg. Run by `make picture`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

IMAGE = Path(__file__).resolve().parents[1] / "images/demo.svg"
#: So few and so large letters that a telephone can show them: 400 pixels are three quarters of the picture's width.
COLUMNS, PIXELS = 50, 480
#: Light letters on a dark ground, in the light and in the dark: background, text, and Ansible's eight colors twice.
COLORS = [
    (36, 41, 46),
    (255, 139, 130),
    (150, 214, 110),
    (255, 214, 102),
    (121, 184, 255),
    (225, 160, 255),
    (110, 214, 224),
    (225, 228, 232),
]
#: Where the rest of a long line begins: below the words of a message or of a report with times.
HANGING = 10
THEME = TerminalTheme((36, 41, 46), (225, 228, 232), COLORS, COLORS)
#: The parts that tell the story, by a piece of them; the others only prepare and look.
TELLING = ("[First run", "[Second run", "[Third run", "[Fourth run", '"msg"', "--- before: device")
#: Lines that are the same in every part.
FRAMING = re.compile(r"TASK \[lorawan|included: |ok: |changed: |\}$|    \"changed\"")
COLOR = re.compile(r"\x1b\[[0-9;]*m")
#: Rich's picture of a terminal, without the fonts that it would fetch from elsewhere.
FRAME = """<!-- Drawn by docs/pictures/SCRIPT of a real run. -->
<svg class="rich-terminal" width="PIXELS" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img">
<title>ALT</title>
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: {char_height}px;
  line-height: {line_height}px; font-variant-east-asian: full-width; }}
.{unique_id}-title {{ font-family: sans-serif; font-size: 16px; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/></clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def play() -> str:
    """Return what the demo prints, with its colors."""
    playbook = Path(sys.executable).with_name("ansible-playbook")
    env = {**os.environ, "ANSIBLE_FORCE_COLOR": "true"}
    command = [playbook, "lorawan.thingpark.quickstart"]
    return subprocess.run(command, env=env, check=True, text=True, stdout=subprocess.PIPE).stdout


def telling_lines(output: str) -> list:
    """Return the lines of the demo's output that belong into the picture, an empty one before each step.

    What comes after its summary names folders of this machine.
    """
    lines = []
    until_summary = output[: output.index("\n\n", output.index('"msg": "Done'))]
    for part in until_summary.split("\n\n"):
        if any(mark in part for mark in TELLING):
            for line in part.strip("\n").split("\n"):
                plain = COLOR.sub("", line)
                if plain and not FRAMING.match(plain):
                    lines += ["", re.sub(r" \*{3,}$", "", line)] if plain.startswith("TASK") else [line]
    return lines


def draw(lines: list, command: str, alt: str, image: Path, script: str) -> None:
    """Draw what a command prints.

    :param alt: what the picture shows, for readers who can't see it.
    :param script: who draws it.
    """
    name = image.stem
    text = Text.from_ansi("\n".join(["\x1b[1m$ %s\x1b[0m" % command, *lines]))
    frame = FRAME.replace("SCRIPT", script).replace("ALT", alt).replace("PIXELS", str(PIXELS))
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere, force_terminal=True, color_system="standard")
        for line in text.split():
            first, *more = line.wrap(console, COLUMNS)
            console.print(first, highlight=False)
            if more:
                rest = line[len(first) :]
                rest = rest[len(rest.plain) - len(rest.plain.lstrip()) :]
                for piece in rest.wrap(console, COLUMNS - HANGING):
                    console.print(Text(" " * HANGING) + piece, highlight=False)
        drawing = console.export_svg(title=command, code_format=frame, unique_id=name, theme=THEME)
    image.write_text("".join(line.rstrip() + "\n" for line in drawing.splitlines()), encoding="utf-8")


def main() -> None:
    """Play, choose and draw."""
    lines = telling_lines(play())
    assert any("200 created" in line for line in lines), "the demo didn't say what it did"
    alt = "What the demo prints: 200 created, 200 unchanged, two differences, 2 updated"
    draw(lines, "make demo", alt, IMAGE, Path(__file__).name)


if __name__ == "__main__":
    main()
