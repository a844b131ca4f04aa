# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The gates: `make gates`."""

from __future__ import annotations

import sys

import nox

try:
    import antsibull_nox
except ImportError:
    print("You need to install antsibull-nox in the same Python environment as nox.")
    sys.exit(1)

# The caches lie where `make clean` and the linters look for them.
nox.options.envdir = ".cache/nox"
antsibull_nox.load_antsibull_nox_toml()

if __name__ == "__main__":
    nox.main()
