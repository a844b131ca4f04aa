# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Data from outside that Ansible must never render as templates."""

from __future__ import annotations

from importlib import import_module
from typing import Any

#: From 2.19 on, Ansible renders only trusted values, and values from the network are not trusted.
RENDERS_ALL = not hasattr(import_module("ansible.template"), "trust_as_template")


def untrusted(value: Any) -> Any:
    """Return a value in which Ansible renders no text."""
    return import_module("ansible.utils.unsafe_proxy").wrap_var(value) if RENDERS_ALL else value
