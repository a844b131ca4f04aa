# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""Results as Markdown, for the eye and the terminal."""

from __future__ import annotations

from statistics import median

from . import targets
from .cells import Cell, Plan

HEAD = ["who: what", "runs", "wall s", "devices/s", "writes/s", "limit (e)", "requests a device", "CPU s", "MiB", "first write s"]
NOTES = (
    "Medians, with the least and the most where there are several runs. Devices per second are of the whole command, with the "
    "start of Ansible or Python; writes per second are from the first to "
    "the last one. (a) is the uri module in a loop, measured on %d devices: a larger fleet takes proportionally "
    "longer. (b) are the loops of tdm_device, (c) the sequential script with requests, (d) the asynchronous one with aiohttp, "
    "(e) parallel / latency, and wrk's ceiling of the simulator. CPU is user and system time of all processes of the command. "
    "Memory is the largest sum of their proportional set sizes, looked at every 0.2 s."
)


def spread(runs: list[dict], figure: str, digits: int, factor: float = 1.0) -> str:
    """Return a figure's median, and its bounds where there are several runs."""
    found = [run[figure] * factor for run in runs if figure in run]
    if not found:
        return ""
    text = "%.*f" % (digits, median(found))
    return text if len(found) == 1 else "%s (%.*f-%.*f)" % (text, digits, min(found), digits, max(found))


def lines_of(results: dict) -> list[list[str]]:
    """Return the table of all cells that were measured."""
    rows = []
    for name, one in results["cells"].items():
        runs, devices = one["runs"], one["cell"]["devices"]
        if runs:
            cell = Cell(**one["cell"])
            limit = "%.0f" % cell.limit if cell.job == "create" and cell.latency else ""
            cells = [spread(runs, "wall", 2), spread(runs, "rate", 0), spread(runs, "write_rate", 0), limit]
            cells += [spread(runs, "requests", 3, 1 / devices), spread(runs, "cpu", 2)]
            cells += [spread(runs, "peak", 0, 1 / targets.MIB), spread(runs, "first_write", 2)]
            rows.append([name, str(len(runs)), *cells])
    return rows


def machine_of(results: dict) -> str:
    """Return the machine and the versions in a sentence."""
    one = results["machine"]
    versions = ", ".join("%s %s" % (name, version) for name, version in one["versions"].items() if version)
    pinned = "the simulator on a core of its own" if one["pinned"] else "the simulator on the same core"
    parts = (one["processor"], one["cores"], one["memory_gib"], one["system"], pinned, versions)
    return "%s, %d cores, %s GiB, %s; %s; %s." % parts


def markdown(results: dict) -> str:
    """Return the targets and all cells, with the machine and what was left out."""
    plan = Plan(results["scale"])
    parts = ["# Benchmark", machine_of(results), NOTES % plan.uri.devices]
    if results["scale"] != 1:
        parts.append("Fleets are %d times smaller than they should be: these figures say only that all runs." % results["scale"])
    parts.append(table(targets.HEAD, [row.cells for row in targets.rows(results)]))
    parts.append(table(HEAD, lines_of(results)))
    if plan.left_out:
        parts.append("Not run: " + "; ".join("%s (%s)" % pair for pair in plan.left_out.items()) + ".")
    return "\n\n".join(parts) + "\n"


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| %s |" % " | ".join(line) for line in lines)
