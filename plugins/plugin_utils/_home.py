# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ansible's home, which holds this collection's state files."""

from __future__ import annotations

import os

from ansible import constants


def take_home() -> None:
    """Put a home from ``ansible.cfg`` into the environment, from which this collection and its modules take the home."""
    home, origin = constants.config.get_config_value_and_origin("ANSIBLE_HOME")
    if origin != "default":
        os.environ.setdefault("ANSIBLE_HOME", str(home))
