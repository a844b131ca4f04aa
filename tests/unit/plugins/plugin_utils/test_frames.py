# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the frame in Ansible's worker does by itself."""

from __future__ import annotations

from types import SimpleNamespace

from ansible_collections.lorawan.thingpark.plugins.plugin_utils._action import TdmAction


def test_progress_leaves_the_standard_output_alone():
    told = []
    action = SimpleNamespace(_display=SimpleNamespace(display=lambda line, **how: told.append((line, how))))
    TdmAction._report(action, "120 of 2000 devices")
    assert told == [("120 of 2000 devices", {"stderr": True})]
