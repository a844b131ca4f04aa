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
#: The rows of boxes from top to bottom: name, what it is in a few words, and its left and right edge.
ROWS = [
    [("plugins", "called by Ansible; each calls one task", 16, 464)],
    [("_tasks", "one function per module", 16, 464)],
    [("_engine", "compares, plans and applies changes", 46, 434)],
    [("_frame", "connects Ansible and a task", 16, 230), ("_resources", "declarations of resources", 250, 464)],
    [("_api", "calls of the API; names no resource", 16, 434)],
    [("_http", "one HTTP exchange", 16, 230), ("_schema", "parts of declarations", 250, 464)],
    [("ground", "used by all packages", 16, 464)],
]
PURE = ("_resources", "_schema")
#: Where each arrow goes straight down: in the middle of both boxes, or beside the boxes between them.
ARROWS = {
    ("plugins", "_tasks"): 240,
    ("_tasks", "_frame"): 31,
    ("_tasks", "_engine"): 240,
    ("_tasks", "_resources"): 449,
    ("_engine", "_api"): 240,
    ("_frame", "_api"): 123,
    ("_resources", "_schema"): 449,
    ("_api", "_http"): 123,
    ("_api", "_schema"): 342,
}
PLUGINS = ["modules", "action", "inventory", "plugin_utils", "filter"]
#: A telephone shows the picture at three quarters of its size, so that letters of 13 pixels can still be read.
WIDE, GAP, HEAD, LINE, LETTER = 480, 34, 50, 20, 7.85
STYLE = """
text { font-family: system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; font-size: 14px; fill: #24313f; }
.paper { fill: #fbfcfd; stroke: #d5dde5; }
.box { fill: #fff4e3; stroke: #d9922b; stroke-width: 1.5; }
.pure { fill: #e6f3ee; stroke: #2f8f6b; }
.title, .file { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
.file { font-size: 13px; }
.title { font-weight: 600; font-size: 16px; }
.what { fill: #556270; }
.arrow { fill: none; stroke: #556270; stroke-width: 1.8; marker-end: url(#head); }
.tip { fill: #556270; }
@media (prefers-color-scheme: dark) {
  text { fill: #dbe3ea; }
  .paper { fill: #1d242b; stroke: #3a4651; }
  .box { fill: #3a2f20; stroke: #d9922b; }
  .pure { fill: #1f352d; stroke: #4fb08a; }
  .what { fill: #a9b6c2; }
  .arrow { stroke: #a9b6c2; }
  .tip { fill: #a9b6c2; }
}
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


def columns(name: str, width: int) -> int:
    """Return how many files of a box stand side by side."""
    return max(1, int((width - 20) // (LETTER * max(map(len, files_of(name))) + 2)))


def height(name: str, width: int) -> int:
    """Return the height of a box."""
    return HEAD + LINE * -(-len(files_of(name)) // columns(name, width)) + 6


def places() -> dict:
    """Return where each box lies: name -> (left, top, right, bottom, words)."""
    found, top = {}, 16
    for row in ROWS:
        tall = max(height(name, right - left) for name, _words, left, right in row)
        found.update({name: (left, top, right, top + tall, words) for name, words, left, right in row})
        top += tall + GAP
    return found


def box(name: str, place: tuple) -> list:
    """Return the drawing of a box."""
    left, top, right, bottom, words = place
    kind, across = "box pure" if name in PURE else "box", columns(name, right - left)
    lines = [
        '<g class="room" data-name="%s">' % name,
        '<rect class="%s" x="%d" y="%d" width="%d" height="%d" rx="8"/>' % (kind, left, top, right - left, bottom - top),
        '<text class="title" x="%d" y="%d">%s</text>' % (left + 12, top + 22, name),
        '<text class="what" x="%d" y="%d">%s</text>' % (left + 12, top + 40, escape(words)),
    ]
    for index, each in enumerate(files_of(name)):
        x = left + 12 + index % across * ((right - left - 20) // across)
        lines.append('<text class="file" x="%d" y="%d">%s</text>' % (x, top + HEAD + 12 + LINE * (index // across), each))
    return [*lines, "</g>"]


def arrow(one: str, other: str, place: dict) -> str:
    """Return the drawing of an arrow."""
    path = "M%d %d V%d" % (ARROWS[one, other], place[one][3], place[other][1] - 2)
    return '<path class="arrow" data-from="%s" data-to="%s" d="%s"/>' % (one, other, path)


def picture() -> str:
    """Return the whole picture."""
    place = places()
    tall = max(bottom for _left, _top, _right, bottom, _words in place.values()) + 16
    lines = [
        "<!-- Drawn by docs/pictures/architecture.py. -->",
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img">'
        % (WIDE, tall, WIDE, tall),
        "<title>The packages of the collection; imports go along the arrows</title>",
        "<style>%s</style>" % STYLE,
        '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto">'
        '<path class="tip" d="M0 0 L10 5 L0 10 z"/></marker></defs>',
        '<rect class="paper" x="1" y="1" width="%d" height="%d" rx="10"/>' % (WIDE - 2, tall - 2),
    ]
    lines += [arrow(one, other, place) for one, other in arrows()]
    for name, where in place.items():
        lines += box(name, where)
    return "\n".join([*lines, "</svg>", ""])


if __name__ == "__main__":
    IMAGE.write_text(picture(), encoding="utf-8")
