# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Draw the picture of the architecture: docs/images/architecture.svg. Run by `make picture`.

tests/project/test_architecture.py holds the picture against the imports.
"""

from __future__ import annotations

from html import escape
from pathlib import Path

IMAGE = Path(__file__).resolve().parents[1] / "images/architecture.svg"

#: Floors from top to bottom: (name, rooms), a room being (name, what it is for).
LEFT = [
    (
        "Doors",
        [
            ("modules/*", "documentation, and one call each"),
            ("action/*", "the same doors in Ansible's worker"),
            ("plugin_utils/*", "the worker's frame, and a gate"),
            ("filter/*", "inventory hosts as devices"),
        ],
    ),
    (
        "Tasks",
        [
            ("_tasks/*", "what each module does"),
            ("_module", "argument specs, the module's frame"),
            ("_secrets", "what no result may hold"),
        ],
    ),
    (
        "Engine",
        [
            ("_fleet", "carries a plan out, many at once"),
            ("_prepare", "looks at the platform, makes the plan"),
            ("_catalogue", "names of profiles and plans to IDs"),
        ],
    ),
    (
        "Platform",
        [
            ("_connect", "options to a client with a session"),
            ("_memory", "what lists don't show"),
            ("_client", "resources over HTTP"),
        ],
    ),
    (
        "Session",
        [
            ("_session", "open, keep, renew, close"),
            ("_auth", "the ways in"),
            ("_login_gate", "a refused password goes out once"),
        ],
    ),
    (
        "Wire and files",
        [
            ("_transport", "one HTTP exchange"),
            ("_connections", "what an answer may take; TLS"),
            ("_proxies", "who stands in front, and who said so"),
            ("_files", "whole files, locks"),
            ("_throttle", "one pace for all workers"),
            ("_workers", "threads"),
            ("_interruption", "told to end: once, soon, cleanly"),
        ],
    ),
]
RIGHT = [
    (
        "What is to happen",
        [
            ("_task", "what frames and tasks share"),
            ("_outcomes", "what became of it, told by cause"),
            ("_purge", "the guard before deletions"),
            ("_licences", "what plans have left"),
            ("_plan", "wished beside actual: a step"),
        ],
    ),
    (
        "What is described",
        [
            ("_sources", "a file's bytes to rows"),
            ("_import_csv", "ThingPark's import CSV to rows"),
            ("_documents", "JSON and YAML to data"),
            ("_wishes", "rows to wishes, or faults"),
        ],
    ),
    (
        "What a resource is",
        [
            ("_resources/*", "one declaration each"),
            ("_schema", "Field, Resource: the vocabulary"),
        ],
    ),
    (
        "What values are",
        [
            ("_inner_xml", "XML inside a field"),
            ("_platform", "what answers showed of it"),
            ("_filters", "beginnings, times, bounds"),
            ("_links", "tags, domains, references"),
            ("_onboarding_tag", "TR005: what a QR code says"),
            ("_codec", "bytes to objects and back"),
            ("_xml", "the same, where the bytes are XML"),
            ("_types", "the types that XML doesn't say"),
            ("_login_page", "the HTML page after a login"),
            ("_values", "kinds of value: EUI, key, degrees"),
            ("_addresses", "which two are the same"),
            ("_text", "what gets into texts on their way"),
            ("_words", "the API's names in snake_case"),
            ("_errors", "what can go wrong, as types"),
        ],
    ),
]
#: Who imports whom. What a floor may reach along several arrows needs none of its own.
ARROWS = [
    ("Doors", "Tasks"),
    ("Tasks", "Engine"),
    ("Engine", "Platform"),
    ("Platform", "Session"),
    ("Session", "Wire and files"),
    ("Platform", "What is to happen"),
    ("What is to happen", "What is described"),
    ("What is described", "What a resource is"),
    ("What a resource is", "What values are"),
    ("Wire and files", "What values are"),
]
#: The right column begins beside this floor, so that every arrow goes down or sideways.
BESIDE = "Platform"
STORY = [
    ("One device on its way", ""),
    ("Row", "as a list or a file says it"),
    ("Wish", "the same, checked and canonical"),
    ("Seen", "what is known of the device"),
    ("Step", "what has to happen to it"),
    ("Outcome", "what became of it"),
]

X = {"left": 20, "right": 550}
WIDTH, WIDE = 440, 1010
HEAD, ROW, GAP = 40, 24, 34
STYLE = """
text { font-family: system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; font-size: 14px; fill: #24313f; }
.ground { fill: #fbfcfd; stroke: #d5dde5; }
.box { stroke-width: 1.5; }
.left .box { fill: #fff4e3; stroke: #d9922b; }
.right .box { fill: #e6f3ee; stroke: #2f8f6b; }
.title { font-weight: 600; font-size: 15px; }
.name { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-weight: 600; font-size: 13px; }
.side { font-style: italic; fill: #5b6875; font-size: 13px; }
.arrow { fill: none; stroke: #5b6875; stroke-width: 1.8; marker-end: url(#head); }
"""


def height(rooms: list) -> int:
    """Return the height of a floor's box."""
    return HEAD + ROW * len(rooms)


def places() -> dict:
    """Return where each floor's box lies: name -> (x, y, height)."""
    found, y = {}, 60
    for name, rooms in LEFT:
        found[name] = (X["left"], y, height(rooms))
        y += height(rooms) + GAP
    y = found[BESIDE][1]
    for name, rooms in RIGHT:
        found[name] = (X["right"], y, height(rooms))
        y += height(rooms) + GAP
    return found


def floor(name: str, rooms: list, place: tuple) -> list:
    """Return the drawing of a floor."""
    x, y, tall = place
    lines = [
        '<g class="floor" data-name="%s">' % escape(name),
        '<rect class="box" x="%d" y="%d" width="%d" height="%d" rx="8"/>' % (x, y, WIDTH, tall),
        '<text class="title" x="%d" y="%d">%s</text>' % (x + 14, y + 23, escape(name)),
    ]
    for index, (room, words) in enumerate(rooms):
        line = y + HEAD + 12 + ROW * index
        lines += [
            '<text class="name room" x="%d" y="%d">%s</text>' % (x + 14, line, room),
            '<text x="%d" y="%d">%s</text>' % (x + 150, line, escape(words)),
        ]
    return [*lines, "</g>"]


def arrow(one: str, other: str, place: dict) -> str:
    """Return the drawing of an arrow between two floors: straight down, straight to the right, or down and to the right."""
    (x, y, tall), (to_x, to_y, _tall) = place[one], place[other]
    if x == to_x:
        path = "M%d %d V%d" % (x + WIDTH // 2, y + tall, to_y - 3)
    elif to_y == y:
        path = "M%d %d H%d" % (x + WIDTH, y + tall // 2, to_x - 3)
    else:
        path = "M%d %d V%d H%d" % (x + WIDTH // 2, y + tall, max(y + tall + GAP, to_y + 60), to_x - 3)
    return '<path class="arrow" data-from="%s" data-to="%s" d="%s"/>' % (escape(one), escape(other), path)


def story() -> list:
    """Return the drawing of what a device is called on its way, in the corner that is free."""
    x, y = X["right"] + 14, 84
    lines = []
    for index, (name, words) in enumerate(STORY):
        kind, line = ("name" if words else "title"), y + ROW * index
        lines.append('<text class="%s" x="%d" y="%d">%s</text>' % (kind, x, line, name))
        lines.append('<text x="%d" y="%d">%s</text>' % (x + 100, line, words))
    return lines


def picture() -> str:
    """Return the whole picture."""
    place = places()
    tall = max(y + box for _x, y, box in place.values()) + 20
    lines = [
        "<!-- Drawn by docs/pictures/architecture.py. -->",
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img">'
        % (WIDE, tall, WIDE, tall),
        "<title>The files of the collection, in floors; imports go along the arrows</title>",
        "<style>%s</style>" % STYLE,
        '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0 L10 5 L0 10 z" fill="#5b6875"/></marker></defs>',
        '<rect class="ground" x="1" y="1" width="%d" height="%d" rx="10"/>' % (WIDE - 2, tall - 2),
        '<text class="side" x="%d" y="40">Talks to Ansible, the platform and the disk</text>' % X["left"],
        '<text class="side" x="%d" y="%d">Pure: no Ansible, no network, no files</text>' % (X["right"], place[BESIDE][1] - 14),
        *story(),
    ]
    for side, floors in (("left", LEFT), ("right", RIGHT)):
        lines.append('<g class="%s">' % side)
        for name, rooms in floors:
            lines += floor(name, rooms, place[name])
        lines.append("</g>")
    lines += [arrow(one, other, place) for one, other in ARROWS]
    return "\n".join([*lines, "</svg>", ""])


if __name__ == "__main__":
    IMAGE.write_text(picture(), encoding="utf-8")
