# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Play the story of a silent meter and draw what it prints: docs/images/events.svg. Run by `make picture`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from demo import draw

ROOT = Path(__file__).resolve().parents[2]
IMAGE = ROOT / "docs/images/events.svg"
STORY = ROOT / "tests/events/story.py"
ALT = "What make demo-events prints: a meter falls silent, a rule fires, a ticket is made, the alarm is acknowledged"


def main() -> None:
    """Play and draw."""
    output = subprocess.run([sys.executable, STORY], check=True, text=True, stdout=subprocess.PIPE).stdout
    draw(output.splitlines(), "make demo-events", ALT, IMAGE, Path(__file__).name)


if __name__ == "__main__":
    main()
