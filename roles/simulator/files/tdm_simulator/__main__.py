# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entry point, for both `python <this directory>` and `python -m tdm_simulator`."""

from __future__ import annotations

import os
import sys

if not __package__:
    # Started as a directory: Python puts it first in sys.path, where the
    # package's modules would hide modules of the standard library.
    _HERE = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != _HERE]
    sys.path.insert(0, os.path.dirname(_HERE))

from tdm_simulator.cli import main

if __name__ == "__main__":
    sys.exit(main())
