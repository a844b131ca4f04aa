# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report's figures for Prometheus, in the text format that node_exporter's textfile collector reads.

No label is a device's: a fleet would make as many series as it has devices, for ever. What can be zero is told as zero, so that a
graph doesn't break off.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from .._resources.alarms import NAMES
from .report_figures import HEALTH, severe

Sample = tuple[dict[str, str], float]
ESCAPED = {"\\": "\\\\", '"': '\\"', "\n": "\\n"}


def metrics(report: dict[str, Any]) -> str:
    """Return the figures of a report as text."""
    lines: list[str] = []
    for name, words, samples in _families(report):
        lines += ["# HELP thingpark_%s %s" % (name, words), "# TYPE thingpark_%s gauge" % name]
        lines += ["thingpark_%s%s %s" % (name, _labels(labels), _value(value)) for labels, value in samples]
    return "\n".join(lines) + "\n"


def _families(report: dict[str, Any]) -> Iterator[tuple[str, str, list[Sample]]]:
    devices = report["devices"]
    yield "devices", "Devices, by health.", [({"health": name}, report["health"][name]) for name in HEALTH]
    for state, words in (
        ("alive", "Devices heard lately."),
        ("silent", "Devices heard before, but not lately."),
        ("never_heard", "Devices never heard."),
        ("battery_low", "Devices with a battery to change."),
    ):
        yield "devices_" + state, words, [({}, devices[state])]
    yield from _of_alarms(report["alarms"])
    yield from _of_licences(report["licences"])
    yield from _of_runs(report)
    yield "report_timestamp_seconds", "When this was written.", [({}, _seconds(report["created"]))]


def _of_alarms(alarms: dict[str, Any] | None) -> Iterator[tuple[str, str, list[Sample]]]:
    if alarms is None:
        return
    told = {each["alarm"]: each["by_severity"] for each in alarms["by_alarm"]}
    names = [*NAMES.values(), *sorted(set(told) - set(NAMES.values()))]
    samples = [
        ({"alarm": name, "severity": severity}, float(told.get(name, {}).get(severity, 0))) for name in names for severity in severe()
    ]
    yield "alarms", "Active alarms, by name and severity.", samples
    yield "alarms_not_acknowledged", "Active alarms that nobody has acknowledged.", [({}, alarms["not_acked"])]


def _of_licences(plans: list[dict[str, Any]] | None) -> Iterator[tuple[str, str, list[Sample]]]:
    for name in ("granted", "used"):
        samples = [({"plan": plan["connectivity_plan"]}, plan[name]) for plan in plans or [] if plan[name] is not None]
        if samples:
            yield "licences_" + name, "Licences %s, by connectivity plan." % name, samples


def _of_runs(report: dict[str, Any]) -> Iterator[tuple[str, str, list[Sample]]]:
    run, drift = report["last_run"], report["drift"]
    if run is not None:
        actions = [({"action": name}, float(count)) for name, count in run["actions"].items()]
        yield "last_run_devices", "Devices of the last run, by what became of them.", actions
        yield "last_run_success", "Whether the last run did all it should.", [({}, float(run["succeeded"]))]
        yield "last_run_timestamp_seconds", "When the last run ended.", [({}, _seconds(run["ended"]))]
    if drift is not None and drift["compared"]:
        yield "drift_devices", "Devices that are not as described.", [({}, drift["total"])]


def _labels(labels: dict[str, str]) -> str:
    if not labels:
        return ""
    told = ('%s="%s"' % (name, re.sub(r'[\\"\n]', lambda found: ESCAPED[found.group()], text)) for name, text in labels.items())
    return "{%s}" % ",".join(told)


def _value(value: float) -> str:
    return "%d" % value


def _seconds(time: str) -> float:
    return datetime.fromisoformat(time.replace("Z", "+00:00")).timestamp()
