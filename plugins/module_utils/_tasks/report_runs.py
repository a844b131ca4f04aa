# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report's part about runs: the last run from its report file, and drift from the result of a run in check mode."""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Sequence
from typing import Any

from .. import _files
from .._engine.csv_text import from_csv
from .._engine.outcome_table import COLUMNS, REFUSED
from .._engine.outcomes import ACTIONS, FAILED, SKIPPED
from .._errors import OptionError
from .._text import utc_of
from .report_figures import Rows

NO_REPORT = "last_run %s is not the report of a run: name the file that tdm_fleet writes with its option report"
NOT_YET = "last_run %s doesn't exist: no run has written it yet"
NO_RESULT = "drift must be the result of tdm_fleet in check mode: it has neither summary nor msg"
TROUBLED = (FAILED, SKIPPED, REFUSED)


def read_last_run(path: str) -> tuple[dict[str, Any] | None, Rows]:
    """Return the last run's figures, and its rows with an error or change; None if the file doesn't exist yet.

    Raises :class:`OptionError` for another kind of file. The time of the run is the file's modification time.
    """
    if not os.path.exists(path):
        return None, []
    content = _files.read_source_file(path, "last_run")
    try:
        headings, *rows = from_csv(content.decode("utf-8", "replace")) or [[]]
    except csv.Error:
        raise OptionError(NO_REPORT % path) from None
    if tuple(headings[1:]) != COLUMNS or not all(len(row) == len(headings) for row in rows):
        raise OptionError(NO_REPORT % path)
    told = [dict(zip(("resource", *COLUMNS), row)) for row in rows]
    counts = Counter(row["action"] for row in told)
    figures = {
        "ended": utc_of(round(os.stat(path).st_mtime * 1000)),
        "succeeded": not any(counts[action] for action in TROUBLED),
        "actions": {action: counts[action] for action in (*ACTIONS, REFUSED)},
    }
    listed = [row for row in told if row["action"] != "unchanged"]
    return figures, sorted(listed, key=lambda row: row["action"] not in TROUBLED)


def read_drift(result: object) -> tuple[dict[str, Any], Rows]:
    """Return the changes that a run in check mode announced, as figures and by resource.

    :param result: the result of tdm_fleet, or of a failed task in a role's rescue, which may have only ``msg``.
    """
    summary = result.get("summary") if isinstance(result, dict) else None
    if not isinstance(result, dict) or (not isinstance(summary, dict) and not result.get("msg")):
        raise OptionError(NO_RESULT)
    rows = [_drifted(each, result.get("diff")) for each in result.get("results") or [] if isinstance(each, dict)]
    rows += [_found(each) for each in result.get("findings") or [] if isinstance(each, dict)]
    counts = {str(name): count for name, count in (summary or {}).items() if isinstance(count, int)}
    figures = {
        "compared": isinstance(summary, dict),
        "actions": counts,
        "total": sum(count for name, count in counts.items() if name != "unchanged"),
        "message": str(result.get("msg") or ""),
        "failed": bool(result.get("failed")),
    }
    return figures, rows


def _drifted(outcome: dict[str, Any], diff: object) -> dict[str, Any]:
    name = _resource(outcome)
    told: dict[str, Any] = {key: str(outcome.get(key) or "") for key in ("where", "action", "error")}
    return {"resource": name, **told, "differs": _difference(name, diff if isinstance(diff, list) else [])}


def _found(finding: dict[str, Any]) -> dict[str, Any]:
    fault = "%s %s" % (finding.get("option"), finding.get("message"))
    return {"resource": _resource(finding), "where": finding.get("where"), "action": REFUSED, "error": fault, "differs": ""}


def _resource(told: dict[str, Any]) -> str:
    return next((str(told[key]) for key in ("dev_eui", "name", "id") if told.get(key)), "")


def _difference(name: str, diff: Sequence[Any]) -> str:
    """Return the differing options of a resource, as ``name: old → new``."""
    for each in diff:
        if isinstance(each, dict) and name and str(each.get("before_header", "")).endswith(name):
            before, after = each.get("before"), each.get("after")
            if isinstance(before, dict) and isinstance(after, dict):
                names = [option for option in (after or before) if before.get(option) != after.get(option)]
                return "; ".join("%s: %s → %s" % (one, _value(before.get(one)), _value(after.get(one))) for one in names)
    return ""


def _value(value: object) -> str:
    return "nothing" if value in (None, "", [], {}) else str(value)
