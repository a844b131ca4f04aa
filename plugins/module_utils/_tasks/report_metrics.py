# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report's figures for Prometheus, in the text format of node_exporter's textfile collector.

No metric is per device, because each device would make a series for ever. Zeros are written, so that graphs have no gaps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from .._resources.alarms import NAMES
from .report_figures import HEALTH, severe

Samples = list[tuple[dict[str, str], float]]
#: Help texts that Prometheus shows for each metric.
HELP = {
    "devices": "Devices, by health state.",
    "devices_alive": "Devices heard lately.",
    "devices_silent": "Devices heard before, but not lately.",
    "devices_never_heard": "Devices never heard.",
    "devices_battery_low": "Devices with a battery to change.",
    "alarms": "Active alarms, by name and severity.",
    "alarms_not_acknowledged": "Active alarms that nobody has acknowledged.",
    "licences_granted": "Licenses granted, by connectivity plan.",
    "licences_used": "Licenses used, by connectivity plan.",
    "last_run_devices": "Devices of the last run, by what became of them.",
    "last_run_success": "Whether the last run did all it should: 1 for yes.",
    "last_run_timestamp_seconds": "When the last run ended.",
    "drift_devices": "Devices that are not as described.",
    "report_timestamp_seconds": "When this was written.",
}
ESCAPED = {"\\": "\\\\", '"': '\\"', "\n": "\\n"}


def metrics(report: dict[str, Any]) -> str:
    """Return a report's figures as text, without those that were not gathered or that this account may not read."""
    lines: list[str] = []
    for short, samples in _families(report):
        name = "thingpark_" + short
        lines += ["# HELP %s %s" % (name, HELP[short]), "# TYPE %s gauge" % name]
        lines += ["%s%s %d" % (name, _labels(labels), value) for labels, value in samples]
    return "\n".join(lines) + "\n"


def _families(report: dict[str, Any]) -> Iterator[tuple[str, Samples]]:
    yield "devices", [({"health": name}, report["health"][name]) for name in HEALTH]
    for state in ("alive", "silent", "never_heard", "battery_low"):
        yield "devices_" + state, [({}, report["devices"][state])]
    yield from _of_alarms(report.get("alarms"))
    yield from _of_licences(report.get("licences"))
    yield from _of_runs(report.get("last_run"), report.get("drift"))
    yield "report_timestamp_seconds", [({}, _seconds(report["created"]))]


def _of_alarms(alarms: dict[str, Any] | None) -> Iterator[tuple[str, Samples]]:
    if alarms is None:
        return
    told = {each["alarm"]: each["by_severity"] for each in alarms["by_alarm"]}
    names = [*NAMES.values(), *sorted(set(told) - set(NAMES.values()))]
    pairs = [(name, severity) for name in names for severity in severe()]
    yield "alarms", [({"alarm": name, "severity": severity}, told.get(name, {}).get(severity, 0)) for name, severity in pairs]
    yield "alarms_not_acknowledged", [({}, alarms["not_acked"])]


def _of_licences(plans: list[dict[str, Any]] | None) -> Iterator[tuple[str, Samples]]:
    for name in ("granted", "used"):
        samples = [({"plan": plan["connectivity_plan"]}, plan[name]) for plan in plans or [] if plan[name] is not None]
        if samples:
            yield "licences_" + name, samples


def _of_runs(run: dict[str, Any] | None, drift: dict[str, Any] | None) -> Iterator[tuple[str, Samples]]:
    if run is not None:
        yield "last_run_devices", [({"action": name}, count) for name, count in run["actions"].items()]
        yield "last_run_success", [({}, run["succeeded"])]
        yield "last_run_timestamp_seconds", [({}, _seconds(run["ended"]))]
    if drift is not None and drift["compared"]:
        yield "drift_devices", [({}, drift["total"])]


def _labels(labels: dict[str, str]) -> str:
    if not labels:
        return ""
    told = ('%s="%s"' % (name, re.sub(r'[\\"\n]', lambda found: ESCAPED[found.group()], text)) for name, text in labels.items())
    return "{%s}" % ",".join(told)


def _seconds(time: str) -> float:
    return datetime.fromisoformat(time.replace("Z", "+00:00")).timestamp()
