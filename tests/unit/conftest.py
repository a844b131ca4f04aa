# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tests of the pure parts need no process of their own each."""

from __future__ import annotations

import signal


def pytest_configure(config) -> None:
    """Leave out ansible-test's plugin that makes a process for each test: ten times the seconds, in fifteen environments.

    And take Ctrl+C as it is meant: a shell that starts the tests in the background has it ignored.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    forked = config.pluginmanager.get_plugin("ansible_forked")
    if forked is not None:
        config.pluginmanager.unregister(forked)
