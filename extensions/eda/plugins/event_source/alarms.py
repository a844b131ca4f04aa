# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An event source for Event-Driven Ansible: each change of an alarm on ThingPark is an event."""

from __future__ import annotations

DOCUMENTATION = r"""
short_description: Report each change of an alarm on ThingPark once
version_added: 0.1.0
author: The lorawan.thingpark contributors (@lorawan)
description:
  - Polls the platform every minute for changed alarms. If few alarms have changed, a poll is one request.
  - An event has three parts. C(change) is V(raised), V(escalated), V(eased), V(acknowledged) or V(cleared). C(alarm) has the
    fields of M(lorawan.thingpark.tdm_alarm_info), and C(previous_severity). C(device) has C(dev_eui), C(name) and C(domains).
  - A poll shows the current state of an alarm. If an alarm changes and changes back between two polls, the source reports
    nothing.
  - An alarm leaves the list if its device is deleted or leaves the domain. The source reports it as V(cleared), with C(listed)
    V(false) in C(alarm) and without the device's name.
  - The source uses the same client as the modules. The client waits as long as the platform asks it to. It replaces an expired
    session at most once per poll. It never sends a refused password again, and the source ends.
  - If the platform fails, the pause between two polls grows, up to 15 minutes. After the failure, the source reports all changes.
  - Needs C(ansible-core), C(requests) and C(lxml) in the Python that runs C(ansible-rulebook).
extends_documentation_fragment:
  - lorawan.thingpark.tdm
options:
  dev_eui:
    description: Only alarms of these devices, a list of DevEUIs.
    type: list
    elements: str
  alarm:
    description:
      - Only alarms of this kind, as a name of M(lorawan.thingpark.tdm_alarm_info) such as V(no_uplink), or as a number.
    type: str
  severity:
    description: Only changes to or from this severity.
    type: str
  min_severity:
    description: Only changes to or from this severity or a worse one.
    type: str
  domain:
    description: Only alarms of devices in these domains, a dictionary of domain groups and domains.
    type: dict
  interval:
    description: Seconds between two polls, at least 1.
    type: float
    default: 60
  initial:
    description:
      - Handling of alarms that already exist at the first start.
      - V(skip) ignores them. V(emit) reports each active alarm as C(raised).
    type: str
    choices: [skip, emit]
    default: skip
  state_file:
    description:
      - File for the alarms that the source has reported. With this file, a restart repeats no event and loses no event. Each
        rulebook needs its own file.
      - Without this file, each start counts as the first.
      - After a restart, the source reports the changes since the stop.
      - If the process is killed, it may repeat the events of its last second. Events that C(ansible-rulebook) has not finished
        are lost, unless O(feedback=true). SIGTERM has the same effect, because Java then ends C(ansible-rulebook) at once.
    type: path
  needs:
    description:
      - Variables that the rules need, a dictionary of names and values. The shipped rulebooks use it.
      - The source doesn't start if one of them is missing or empty. Otherwise, C(ansible-rulebook) would look for them only at
        the first event, and lose it.
    type: dict
    default: {}
  feedback:
    description:
      - Whether to count an event as reported only after C(ansible-rulebook) has stored it. Then no end of the process loses an
        event.
      - Needs an C(ansible-rulebook) with feedback and persistence (C(--persistence-id), or a switch of the activation).
        The source needs a name.
    type: bool
    default: false
notes:
  - Each option of the connection can come from the environment, as for modules, such as E(TDM_LOGIN) and E(TDM_PASSWORD).
  - A text from the platform can't become a template in a playbook. The source puts a blank between the two braces that begin a
    template.
  - The source doesn't watch alarms of multicast groups, because the platform lists them group by group.
"""

EXAMPLES = r"""
- name: Report silent meters
  hosts: localhost
  sources:
    - lorawan.thingpark.alarms:
        alarm: no_uplink
        min_severity: major
        state_file: ~/.ansible/tdm/silent_meters.json
  rules:
    - name: Show the silent meter
      condition: event.change == "raised"
      action:
        debug:
          msg: "{{ event.device.name }} is silent since {{ event.alarm.updated }}"
"""

import asyncio
import importlib
import logging
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

#: A separate package name for the collection's code. ansible-rulebook runs this file without Ansible's collection loader, and
#: Python's own import finds only the collections of the package ansible if this package is installed.
PACKAGE = "lorawan_thingpark_plugins"
PLUGINS = Path(__file__).absolute().parents[4] / "plugins"
FEEDBACK = "eda_feedback_queue"  # the argument that ansible-rulebook adds for a source with feedback
LOGGER = logging.getLogger("lorawan.thingpark.alarms")


def client() -> Any:
    """Return the module that watches alarms; raise RuntimeError if Python lacks a library."""
    package = ModuleType(PACKAGE)
    package.__path__ = [str(PLUGINS)]
    sys.modules.setdefault(PACKAGE, package)
    try:
        return importlib.import_module(PACKAGE + ".module_utils._tasks.alarm_watch")
    except ImportError as error:
        message = "the alarms source lacks a library in ansible-rulebook's Python, %s (%s): install ansible-core, requests, lxml"
        raise RuntimeError(message % (sys.executable, error)) from None


async def main(queue: asyncio.Queue[Any], args: dict[str, Any]) -> None:
    """Put each change into the queue until the task is cancelled."""
    given = {name: value for name, value in args.items() if name != FEEDBACK}
    feedback: asyncio.Queue[Any] | None = args.get(FEEDBACK)
    watch = client().Watch(given, LOGGER.warning)
    try:
        while True:
            for change in await asyncio.to_thread(watch.look):
                if change.event is not None:
                    await queue.put(change.event)
                    if feedback is not None:
                        await feedback.get()
                watch.memory.take(change)
            watch.memory.settle()
            await asyncio.sleep(watch.pause)
    finally:
        await asyncio.to_thread(watch.close)


if __name__ == "__main__":

    class Printer(asyncio.Queue[Any]):
        """Prints the events that a rulebook would receive."""

        async def put(self, item: Any) -> None:
            """Print an event."""
            print(item)  # noqa: T201

    asyncio.run(main(Printer(), {"initial": "emit"}))
