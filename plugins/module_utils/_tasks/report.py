# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports on a fleet: figures, CSV tables, and metrics for Prometheus."""

from __future__ import annotations

import os
import stat
import time
from typing import Any, Callable, TypeVar
from urllib.parse import urlsplit

from .. import _files
from .._api.resources import Client, ResourceClient
from .._engine.csv_text import as_csv
from .._engine.selection import listed
from .._errors import ApiError, OptionError
from .._frame.connection import connected
from .._frame.task import Context, Task
from .._resources.device.declaration import DEVICE
from .._schema.filters import Silence
from .._schema.severities import CLEARED
from .._schema.texts import Fault, shown
from .._text import utc_of
from . import alarms as _alarms
from .catalogue_info import KINDS, TYPES
from .info import filters_in
from .report_figures import COLUMNS, HOUR, Fleet, Limits, Rows, alarm_figures, licence_rows, seen
from .report_metrics import metrics
from .report_runs import NOT_YET, read_drift, read_last_run

Found = TypeVar("Found")
MOST_ROWS = 1000
FOR_NODE_EXPORTER = 0o644  # readable by everybody, because node_exporter runs as another user
NOT_SHOWN = "The report has no %s: %s"


def run(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Return the report; write the requested tables and metrics."""
    started = time.monotonic()
    limits, mode = _limits(params), _mode(params["mode"])
    filters = filters_in(DEVICE, params["filters"] or {})
    _refuse_places(params, context.check)
    last_run, last_rows = read_last_run(params["last_run"]) if params["last_run"] else (None, [])
    if params["last_run"] and last_run is None:
        context.warn(NOT_YET % params["last_run"])
    drift, drift_rows = read_drift(params["drift"]) if params["drift"] else (None, [])
    with connected(params, context) as client:
        figures, tables = _looked_at(client, filters, limits, context)
    tables.update(last_run=last_rows, drift=drift_rows)
    report = {
        "created": utc_of(limits.now),
        "platform": urlsplit(params["url"]).hostname or "",
        "silent_after_hours": round((limits.now - limits.silent_since) / HOUR, 1),
        "battery_below": params["battery_below"],
        **figures,
        **({} if last_run is None else {"last_run": last_run}),
        **({} if drift is None else {"drift": drift}),
        "tables": {name: _table(name, tables[name], params["limit"]) for name in COLUMNS},
    }
    files = _write(params, report, tables, mode, context.check)
    requests = dict(sorted(client.session.transport.counts.items()))
    changed = any(file["action"] == "written" for file in files)
    result = {"changed": changed, "report": report, "files": files, "msg": _sentence(report)}
    return {**result, "requests": requests, "seconds": round(time.monotonic() - started, 3)}


def _limits(params: dict[str, Any]) -> Limits:
    for name, least, most in (("battery_below", 0, 100), ("limit", 0, MOST_ROWS)):
        if not least <= params[name] <= most:
            raise OptionError("%s must be from %d to %d, got %d" % (name, least, most, params[name]))
    try:
        silent_since = Silence().parse(params["silent_after"])
    except Fault as fault:
        raise OptionError("silent_after %s" % fault) from None
    return Limits(round(time.time() * 1000), silent_since, params["battery_below"])


def _mode(given: object) -> int:
    """Return permissions; YAML may have read octal digits as a number."""
    try:
        mode = given if isinstance(given, int) else int(str(given), 8)
    except ValueError:
        mode = -1
    if not 0o400 <= mode <= 0o777:
        raise OptionError('mode must be the permissions of a file in octal digits, such as "0644", got %s' % shown(given))
    return mode


def _refuse_places(params: dict[str, Any], check: bool) -> None:
    """Raise :class:`OptionError` before any request if a file can't be written."""
    if params["metrics"]:
        if not params["metrics"].endswith(".prom"):
            raise OptionError("metrics must end with .prom, or node_exporter ignores the file, got %s" % params["metrics"])
        _files.refuse_unwritable("metrics", params["metrics"], check)
    if params["dest"]:
        _files.refuse_unwritable("dest", os.path.join(params["dest"], "silent.csv"), check)


def _looked_at(
    client: Client, filters: dict[str, Any], limits: Limits, context: Context
) -> tuple[dict[str, Any], dict[str, Rows]]:
    """Return figures and tables; data that this account may not read is left out with a warning."""
    devices = [seen(brief, limits) for brief in listed(ResourceClient(client, DEVICE), filters)]
    alarms = _allowed("alarms", lambda: _active_alarms(client), context)
    plans = _allowed("licences", lambda: _plans(client), context)
    if filters and alarms is not None:
        euis = {one.dev_eui for one in devices}
        alarms = [alarm for alarm in alarms if alarm.get("dev_eui") in euis]
    fleet = Fleet(devices, alarms or [], limits)
    licences = None if plans is None else licence_rows(plans, devices)
    figures = {
        **fleet.figures(),
        **({} if alarms is None else {"alarms": alarm_figures(alarms)}),
        **({} if licences is None else {"licences": licences}),
    }
    return figures, {**fleet.tables(), "licences": licences or []}


def _allowed(what: str, ask: Callable[[], Found], context: Context) -> Found | None:
    try:
        return ask()
    except ApiError as error:
        if error.status not in (403, 404):
            raise
        context.warn(NOT_SHOWN % (what, error.message))
        return None


def _active_alarms(client: Client) -> list[dict[str, Any]]:
    wanted = _alarms.Wanted(filters={"min_severity": CLEARED + 1})
    return [_alarms.shown(wanted, brief) for brief in _alarms.alarms(client, wanted)]


def _plans(client: Client) -> list[dict[str, Any]]:
    return [brief for page in client.pages(KINDS["connectivity_plans"].path, None, TYPES) for brief in page]


def _table(name: str, rows: Rows, limit: int) -> dict[str, Any]:
    """Return a table's first rows, with all columns, and the file with all rows."""
    columns = list(COLUMNS[name])
    first = [{column: row.get(column) for column in columns} for row in rows[:limit]]
    return {"total": len(rows), "columns": columns, "rows": first, "file": name + ".csv"}


def _write(params: dict[str, Any], report: dict[str, Any], tables: dict[str, Rows], mode: int, check: bool) -> Rows:
    """Write the requested files; return the result for each."""
    wanted: list[tuple[str, str, int, int]] = []  # path, text, permissions, rows
    if params["dest"]:
        directory = os.path.abspath(params["dest"])
        for name, columns in COLUMNS.items():
            text = as_csv(columns, ([row.get(column) for column in columns] for row in tables[name]))
            wanted.append((os.path.join(directory, name + ".csv"), text, mode, len(tables[name])))
    if params["metrics"]:
        wanted.append((os.path.abspath(params["metrics"]), metrics(report), FOR_NODE_EXPORTER, 0))
    files = []
    for path, text, permissions, rows in wanted:
        content = text.encode("utf-8", "replace")
        is_same = _holds(path, content, permissions)
        if not is_same and not check:
            _files.write(path, content, permissions)
        files.append({"file": path, "rows": rows, "action": "unchanged" if is_same else "written"})
    return files


def _holds(path: str, content: bytes, permissions: int) -> bool:
    """Return whether a file has this content and these permissions."""
    try:
        if not os.path.isfile(path):  # to open a pipe would wait
            return False
        with open(path, "rb") as file:
            has_mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode) == permissions
            return has_mode and file.read(len(content) + 1) == content
    except OSError:
        return False


def _sentence(report: dict[str, Any]) -> str:
    devices, alarms = report["devices"], report.get("alarms")
    told = "" if alarms is None else ", %d alarms" % alarms["total"]
    words = "%d devices: %d alive, %d silent, %d never heard, %d suspended; %d batteries to change%s"
    counts = [devices[name] for name in ("total", "alive", "silent", "never_heard", "suspended", "battery_low")]
    return words % (*counts, told)


TASK = Task(
    {
        "dest": {"type": "path"},
        "metrics": {"type": "path"},
        "filters": {"type": "dict"},
        "silent_after": {"type": "str", "default": "P2D"},
        "battery_below": {"type": "int", "default": 20},
        "last_run": {"type": "path"},
        "drift": {"type": "raw"},
        "limit": {"type": "int", "default": 20},
        "mode": {"type": "raw", "default": "0600"},
    },
    run,
)
