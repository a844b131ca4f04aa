# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Profiles of platforms: named sets of settings.

A setting of the command line overrides the profile's.
"""

from __future__ import annotations

from typing import Any

PROFILES: dict[str, dict[str, Any]] = {
    # P: html login, session token, XML and JSON; O: OTAA only. Licenses are per plan.
    "kpn": {
        "edition": "wireless",
        "ways_in": ("html",),
        "formats": ("json", "xml"),
        "session_token": True,
        "otaa_only": True,
    },
    # C: OAuth, `/subscriptions/mine`, JSON.
    "enterprise": {
        "edition": "enterprise",
        "ways_in": ("oauth2",),
        "formats": ("json",),
        "cursors": True,
    },
    # O: the platforms that public clients of 2016 worked with.
    "legacy": {
        "edition": "wireless",
        "ways_in": ("digest",),
        "formats": ("json", "xml"),
        "session_token": False,
        "few_briefs": True,
        "eui_paths": False,
        "cursors": False,
        "keys_returned": True,
        "old_bodies": True,
    },
}
