# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes of alarms, as events."""

from __future__ import annotations

DOCUMENTATION = r"""
short_description: Tell each change of an alarm on ThingPark once
version_added: 0.1.0
author: The lorawan.thingpark contributors (@lorawan)
description:
  - Asks the platform every minute for the alarms that changed. One request is enough as long as little changes.
  - An event has three parts. C(change) is V(raised), V(escalated), V(eased), V(acknowledged) or V(cleared). C(alarm) is what
    M(lorawan.thingpark.tdm_alarm_info) returns, with C(previous_severity) besides. C(device) has C(dev_eui), C(name) and
    C(domains).
  - A look shows how an alarm is. What happened and was undone between two looks is not told.
  - An alarm that is no longer listed, since its device was deleted or left the domain, is told as V(cleared), with C(listed)
    V(false) in C(alarm) and without the device's name.
  - The client is that of the modules. It waits as long as a platform asks it to, opens a session that died once in each look, and
    never sends a refused password again, which ends the source.
  - While the platform is in trouble, the source waits longer from look to look, up to 15 minutes, and then tells what changed.
  - Needs C(requests) and C(lxml) in the Python that runs C(ansible-rulebook).
extends_documentation_fragment:
  - lorawan.thingpark.tdm
options:
  dev_eui:
    description: Only alarms of these devices, given by their DevEUIs.
    type: list
    elements: str
  alarm:
    description:
      - Only alarms of this kind, by a name of M(lorawan.thingpark.tdm_alarm_info) such as V(no_uplink), or by its number.
    type: str
  severity:
    description: Only changes of alarms that have, or had before, this severity.
    type: str
  min_severity:
    description: Only changes of alarms that have, or had before, this severity or a worse one.
    type: str
  domain:
    description: Only alarms of devices in these domains, given as C(group=domain).
    type: dict
  interval:
    description: Seconds between two looks, at least 1.
    type: float
    default: 60
  initial:
    description:
      - What to do at the very first look with the alarms that are there.
      - V(skip) tells nothing of them. V(emit) tells each that is not cleared as C(raised).
    type: str
    choices: [skip, emit]
    default: skip
  state_file:
    description:
      - A file for what was told, so that a restart repeats nothing and loses nothing. Each rulebook needs one of its own.
      - Without it, each start is a first look.
      - What happens while nothing runs is told after the restart.
      - Where the process is killed, it may tell again what it told in its last second. Events that C(ansible-rulebook) has in
        hand then are lost, unless O(feedback=true). Its Java ends it at once on SIGTERM, which is such a case.
    type: path
  feedback:
    description:
      - Remember an event as told only once C(ansible-rulebook) has stored it, so that nothing is lost whatever ends the process.
      - Needs an C(ansible-rulebook) that knows feedback, with persistence (C(--persistence-id), or a switch of the activation),
        and a name for the source.
    type: bool
    default: false
notes:
  - Each option of the connection can come from the environment, as for modules, such as E(TDM_LOGIN) and E(TDM_PASSWORD).
  - What the platform says can't be a template in a playbook. A blank parts the two braces with which one begins.
  - Alarms of multicast groups are not watched, since the platform lists them group by group.
"""

EXAMPLES = r"""
- name: A silent meter
  hosts: localhost
  sources:
    - lorawan.thingpark.alarms:
        alarm: no_uplink
        min_severity: major
        state_file: ~/.ansible/tdm/silent_meters.json
  rules:
    - name: Tell
      condition: event.change == "raised"
      action:
        debug:
          msg: "{{ event.device.name }} is silent since {{ event.alarm.updated }}"
"""

import asyncio
import importlib
import importlib.util
import logging
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

#: The collection's own code under a name of its own. ansible-rulebook runs this file without Ansible's way to find collections,
#: and where some are installed with the package ansible, those hide all others from Python's own way.
PACKAGE = "lorawan_thingpark_plugins"
PLUGINS = Path(__file__).absolute().parents[4] / "plugins"
FEEDBACK = "eda_feedback_queue"  # what ansible-rulebook hands on where feedback is asked for
LOGGER = logging.getLogger("lorawan.thingpark.alarms")


def client() -> Any:
    """Return the module that watches alarms; raises RuntimeError where Python lacks what it needs."""
    if PACKAGE not in sys.modules:
        spec = ModuleSpec(PACKAGE, None, is_package=True)
        spec.submodule_search_locations = [str(PLUGINS)]
        sys.modules[PACKAGE] = importlib.util.module_from_spec(spec)
    try:
        return importlib.import_module(PACKAGE + ".module_utils._tasks.alarm_watch")
    except ImportError as error:
        message = "the source lorawan.thingpark.alarms needs ansible-core in the Python that runs ansible-rulebook, %s (%s)"
        raise RuntimeError(message % (sys.executable, error)) from None


async def main(queue: asyncio.Queue[Any], args: dict[str, Any]) -> None:
    """Put each change into the queue, for as long as nobody ends it."""
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
        """Shows what a rulebook would get."""

        async def put(self, item: Any) -> None:
            """Print an event."""
            print(item)  # noqa: T201

    asyncio.run(main(Printer(), {"initial": "emit"}))
