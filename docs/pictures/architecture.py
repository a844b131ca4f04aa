# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Draw the picture of the architecture: docs/images/architecture.svg. Run by `make picture`.

The packages and their arrows are stated here once; tests/project/test_architecture.py holds the imports to them.
"""

from __future__ import annotations

from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IMAGE = ROOT / "docs/images/architecture.svg"
UTILS = ROOT / "plugins/module_utils"

#: Package -> the packages that it may import. The ground lies below all of them.
PACKAGES = {
    "_tasks": ["_frame", "_engine", "_resources", "_api", "_http", "_schema"],
    "_frame": ["_api", "_http", "_schema"],
    "_engine": ["_api", "_http", "_schema"],
    "_resources": ["_schema"],
    "_api": ["_http", "_schema"],
    "_http": [],
    "_schema": [],
}
#: The files that lie in no package: each may import those behind it.
GROUND = ["_files", "_workers", "_memory", "_signals", "_text", "_errors"]
#: What a box is, in a few words, and where it stands: (column, row).
BOXES = {
    "plugins": ("what Ansible calls: one call of a task each", 1, 0),
    "_tasks": ("one function per module", 1, 1),
    "_frame": ("connects Ansible and a task", 0, 2),
    "_engine": ("compares, plans and applies changes", 1, 2),
    "_resources": ("declarations of resources; pure", 2, 2),
    "_api": ("calls of the API; names no resource", 0, 3),
    "_schema": ("building blocks of declarations; pure", 2, 3),
    "_http": ("one HTTP exchange, with limits", 0, 4),
    "ground": ("used by all packages", 1, 4),
}
PLUGINS = ["modules", "action", "inventory", "plugin_utils", "filter"]
STORY = [
    ("Steps of one device", ""),
    ("Row", "read from a list or a file"),
    ("Desired", "checked and in canonical form"),
    ("Observed", "the device on the platform"),
    ("Comparison", "differences, unknown fields"),
    ("Change", "the requests to send"),
    ("Outcome", "the result of the change"),
]
WIDTH, GAP_X, GAP_Y, HEAD, LINE = 330, 70, 60, 52, 22
WIDE = 3 * WIDTH + 2 * GAP_X + 40
STYLE = """
text { font-family: system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; font-size: 13px; fill: #24313f; }
.paper { fill: #fbfcfd; stroke: #d5dde5; }
.box { fill: #fff4e3; stroke: #d9922b; stroke-width: 1.5; }
.pure { fill: #e6f3ee; stroke: #2f8f6b; }
.title { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-weight: 600; font-size: 15px; }
.file { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: 12.5px; }
.what { fill: #5b6875; }
.arrow { fill: none; stroke: #5b6875; stroke-width: 1.8; marker-end: url(#head); }
"""


def files_of(box: str) -> list:
    """Return the names of what stands in a box."""
    if box == "plugins":
        return ["%s/*" % name for name in PLUGINS]
    if box == "ground":
        return GROUND
    found = [path.relative_to(UTILS / box) for path in (UTILS / box).rglob("*.py") if path.name != "__init__.py"]
    folders = sorted({path.parts[0] + "/*" for path in found if len(path.parts) > 1})
    return [*folders, *sorted(path.stem for path in found if len(path.parts) == 1)]


def arrows() -> list:
    """Return the arrows that say all: those of PACKAGES without what others lead to already."""
    direct = {"plugins": ["_tasks", "_frame", "_resources"], **PACKAGES}
    found = []
    for one, others in direct.items():
        found += [(one, other) for other in others if not any(other in PACKAGES.get(each, []) for each in others)]
    return found


def height(box: str) -> int:
    """Return the height of a box, with two files on a line."""
    return HEAD + LINE * ((len(files_of(box)) + 1) // 2)


def places() -> dict:
    """Return where each box lies: name -> (x, y)."""
    tops, y = [], 30
    for row in range(5):
        tops.append(y)
        y += max(height(name) for name, (_words, _column, at) in BOXES.items() if at == row) + GAP_Y
    return {name: (20 + column * (WIDTH + GAP_X), tops[row]) for name, (_words, column, row) in BOXES.items()}


def box(name: str, place: tuple) -> list:
    """Return the drawing of a box."""
    x, y = place
    kind = "box pure" if name in ("_resources", "_schema") else "box"
    lines = [
        '<g class="room" data-name="%s">' % name,
        '<rect class="%s" x="%d" y="%d" width="%d" height="%d" rx="8"/>' % (kind, x, y, WIDTH, height(name)),
        '<text class="title" x="%d" y="%d">%s</text>' % (x + 14, y + 22, name),
        '<text class="what" x="%d" y="%d">%s</text>' % (x + 14, y + 40, escape(BOXES[name][0])),
    ]
    for index, each in enumerate(files_of(name)):
        column, line = index % 2, index // 2
        lines.append('<text class="file" x="%d" y="%d">%s</text>' % (x + 14 + 155 * column, y + HEAD + 10 + LINE * line, each))
    return [*lines, "</g>"]


def arrow(one: str, other: str, place: dict) -> str:
    """Return the drawing of an arrow: straight down, across and down, or to the right."""
    (x, y), (to_x, to_y) = place[one], place[other]
    start_x, end_x = x + WIDTH // 2, to_x + WIDTH // 2
    if to_x > x:
        start_x, end_x = x + WIDTH - 40, to_x + 40
    elif to_x < x:
        start_x, end_x = x + 40, to_x + WIDTH - 40
    bottom = y + height(one)
    if y == to_y:
        path = "M%d %d H%d" % (x + WIDTH, y + height(other) // 2, to_x - 3)
        return '<path class="arrow" data-from="%s" data-to="%s" d="%s"/>' % (one, other, path)
    path = "M%d %d C%d %d %d %d %d %d" % (start_x, bottom, start_x, bottom + 40, end_x, to_y - 40, end_x, to_y - 3)
    return '<path class="arrow" data-from="%s" data-to="%s" d="%s"/>' % (one, other, path)


def story() -> list:
    """Return the drawing of what a device is called on its way, in the corner that is free."""
    x, y = 20 + 2 * (WIDTH + GAP_X), 44
    lines = []
    for index, (name, words) in enumerate(STORY):
        kind, line = ("file" if words else "title"), y + LINE * index
        lines.append('<text class="%s" x="%d" y="%d">%s</text>' % (kind, x, line, name))
        lines.append('<text class="what" x="%d" y="%d">%s</text>' % (x + 110, line, words))
    return lines


def picture() -> str:
    """Return the whole picture."""
    place = places()
    tall = max(y + height(name) for name, (_x, y) in place.items()) + 20
    lines = [
        "<!-- Drawn by docs/pictures/architecture.py. -->",
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img">'
        % (WIDE, tall, WIDE, tall),
        "<title>The packages of the collection; imports go along the arrows</title>",
        "<style>%s</style>" % STYLE,
        '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0 L10 5 L0 10 z" fill="#5b6875"/></marker></defs>',
        '<rect class="paper" x="1" y="1" width="%d" height="%d" rx="10"/>' % (WIDE - 2, tall - 2),
        *story(),
    ]
    lines += [arrow(one, other, place) for one, other in arrows()]
    for name in BOXES:
        lines += box(name, place[name])
    return "\n".join([*lines, "</svg>", ""])


if __name__ == "__main__":
    IMAGE.write_text(picture(), encoding="utf-8")
