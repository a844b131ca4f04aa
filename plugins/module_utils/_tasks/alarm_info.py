# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists active or past alarms."""

from __future__ import annotations

from itertools import islice
from typing import Any

from .._api.resources import as_object
from .._api.session import Call
from .._errors import OptionError
from .._frame.connection import connected
from .._frame.task import Context, Task
from .._resources.alarms import FILTERS, SHOWN
from .._schema.severities import SEVERITIES
from . import alarms

#: The filters that the platform's counts support (contract, stateDistributions).
COUNTED_BY = ("min_severity", "acked", "created_from", "updated_to")
ONLY_COUNTS = "gather: summary counts the alarms of all devices by %s: remove %s, or use gather: alarms"


def run(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Return the selected alarms and a summary, or only the summary."""
    wanted = alarms.read_wanted(params)
    limit = params["limit"]
    if limit is not None and limit < 1:
        raise OptionError("limit must be at least 1, got %d" % limit)
    if params["gather"] == "summary":
        besides = [name for name in (*alarms.OPTIONS, "limit") if params.get(name) is not None and name not in COUNTED_BY]
        if besides or params["history"]:
            raise OptionError(ONLY_COUNTS % (", ".join(COUNTED_BY), (besides or ["history"])[0]))
        query = {FILTERS[name].query: FILTERS[name].said(value) for name, value in wanted.filters.items()}
        with connected(params, context) as client:
            path = "/devices/alarms/stateDistributions"
            told = as_object(client.call(Call("GET", path, query, types=SHOWN)), path)
        briefs = [each for each in told.get("briefs") or [] if isinstance(each, dict)]
        counts = {each.get("state"): each.get("count") for each in briefs}
        by_severity = {name: counts[state] for state, name in reversed(SEVERITIES.items()) if counts.get(state)}
        return {"changed": False, "summary": {"total": told.get("totalCount", 0), "by_severity": by_severity}}
    with connected(params, context) as client:
        found = islice(alarms.alarms(client, wanted, params["history"]), limit)
        listed = [alarms.shown(wanted, brief) for brief in found]
    return {"changed": False, "alarms": listed, "summary": alarms.summary_of(listed)}


TASK = Task(
    {
        **alarms.OPTIONS,
        "history": {"type": "bool", "default": False},
        "limit": {"type": "int"},
        "gather": {"type": "str", "choices": ["alarms", "summary"], "default": "alarms"},
    },
    run,
    alarms.RULES,
    digits=alarms.DIGITS,
)
