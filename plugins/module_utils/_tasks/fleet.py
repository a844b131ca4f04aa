# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet: many devices, described in a list or a file."""

from __future__ import annotations

import os
import secrets
import time
from typing import Any, Callable

from .. import _files
from .._engine import apply
from .._engine import outcomes as _outcomes
from .._engine import plan as _plan
from .._api.client import Client
from .._frame.connection import account_of, connected
from .._errors import OptionError
from .._engine.cache import Memory
from .._engine.outcomes import FAILED, SKIPPED, Outcome
from .._engine.plan import Seen, Step
from .._engine.observe import Plan, Policy, Purge, make_plan
from .._engine.purge import allowance, read_scope
from .._resources.device.declaration import DEVICE, LORAWAN_1_1
from .._schema.resource import dig
from .._engine.sources import Source, read_source, rows_of
from .._frame.task import Context, Task
from .._engine.desired import Wish, read_wishes
from .device import diff_of

SCOPE = {
    "tag": {"type": "str"},
    "domain": {"type": "dict"},
    "name_prefix": {"type": "str"},
    "eui_prefix": {"type": "str"},
    "all": {"type": "bool", "default": False},
}
PURGE = {
    "scope": {"type": "dict", "required": True, "options": SCOPE},
    "max": {"type": "str", "default": "10%"},
    "action": {"type": "str", "choices": ["delete", "suspend"], "default": "delete"},
    "backup": {"type": "path"},
}
OPTIONS = {
    "devices": {"type": "list", "elements": "dict"},
    "src": {"type": "path"},
    "defaults": {"type": "dict"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "create": {"type": "bool", "default": True},
    "update_keys": {"type": "str", "choices": ["on_create", "always"], "default": "on_create", "no_log": False},
    "force": {"type": "bool", "default": False},
    "parallel": {"type": "int", "default": 8},
    "on_error": {"type": "str", "choices": ["continue", "stop"], "default": "continue"},
    "max_failures": {"type": "int"},
    "max_deletions": {"type": "str", "default": "10%"},
    "backup": {"type": "path"},
    "check_licences": {"type": "bool", "default": True},
    "purge": {"type": "dict", "options": PURGE},
    "progress": {"type": "bool", "default": True},
    "results": {"type": "str", "choices": ["all", "changed", "failed", "none"], "default": "changed"},
    "cache": {"type": "bool", "default": True},
}
RULES = {"mutually_exclusive": [("devices", "src")], "required_one_of": [("devices", "src")]}
MOST_PARALLEL = 64
BACKUP_NOTE = (
    "Devices as they were before a run deleted them. Keys can't be read from the platform and are not in here. To make the "
    "devices again: give each its keys (app_key and the like, which stand here as null), say create: true in defaults, and "
    "give this file to tdm_fleet as src."
)


def run(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Make a fleet be as described."""
    policy = _policy(params)
    wishes = _wishes(params, context)
    if policy.purge is not None and not wishes:
        raise OptionError(
            "devices is empty: with purge, everything in its scope would go. Use tdm_device with state: absent for that"
        )
    memory = Memory(_memory_path(params), context.warn)
    started = time.monotonic()
    backup = ""
    try:
        with connected(params, context) as client:
            plan = make_plan(client, wishes, policy, memory)
            for warning in plan.warnings:
                context.warn(warning)
            path = _backup_path(params) if plan.deletions() else ""
            if context.check:
                outcomes = apply.foretell(plan.steps, plan.purge_steps, policy.max_failures)
            else:
                backup = _back_up(path, plan.deletions())
                outcomes = _carry_out(client, plan, policy, memory, _reporter(params, context))
    finally:
        _save(memory, context)  # once the session is closed: a task that is told to end may not come so far
    requests = dict(sorted(client.session.transport.counts.items()))
    result = _result(outcomes, params, context)
    result.update(requests=requests, looked_up=plan.looked_at, seconds=round(time.monotonic() - started, 3))
    if plan.notes:
        result["notes"] = plan.notes
    if backup:
        result["backup_file"] = backup
    return result


def _policy(params: dict[str, Any]) -> Policy:
    if not 1 <= params["parallel"] <= MOST_PARALLEL:
        raise OptionError("parallel must be from 1 to %d, got %d" % (MOST_PARALLEL, params["parallel"]))
    if params["max_failures"] is not None and params["max_failures"] < 0:
        raise OptionError("max_failures must be at least 0, got %d" % params["max_failures"])
    purge = None
    allowance("max_deletions", params["max_deletions"], 0)  # says now what is wrong with it
    if params.get("purge"):
        options = params["purge"]
        allowance("purge.max", options["max"], 0)
        action = _plan.SUSPEND if options["action"] == "suspend" else _plan.DELETE
        purge = Purge(read_scope(options["scope"] or {}), options["max"], action)
    most = 0 if params["on_error"] == "stop" else params["max_failures"]
    return Policy(
        params["update_keys"] == "always",
        params["force"],
        params["parallel"],
        most,
        params["max_deletions"],
        params["check_licences"],
        purge,
    )


def _wishes(params: dict[str, Any], context: Context) -> list[Wish]:
    """Return what is wished; the rows themselves, which take as much memory, are gone afterwards."""
    source = _source(params)
    for warning in source.warnings:
        context.warn(warning)
    defaults = {**source.defaults, **(params.get("defaults") or {})}
    return read_wishes(source.rows, defaults, params["state"], params["create"])


def _source(params: dict[str, Any]) -> Source:
    if params.get("devices") is not None:
        return Source(rows_of(params["devices"]), {}, [])
    path = params["src"]
    if not path:
        raise OptionError("src is empty: name a file, or give devices")
    return read_source(_files.read_source_file(path), os.path.basename(path))


def _save(memory: Memory, context: Context) -> None:
    """Keep what was seen; where that can't be, the next run has to look again, and this one is none the worse."""
    try:
        memory.save()
    except OptionError as error:
        context.warn("What was seen of the devices could not be kept for the next run: " + error.message)


def _memory_path(params: dict[str, Any]) -> str:
    if not params["cache"]:
        return ""
    return os.path.join(_files.home(), "devices-%s.json" % account_of(params, Context()).key())


def _reporter(params: dict[str, Any], context: Context) -> apply.Progress | None:
    """Return what turns progress into lines for the user, None where there is nobody to read them."""
    report = context.report
    if not params["progress"] or report is None:
        return None
    started = time.monotonic()

    def progress(done: int, total: int, failed: int) -> None:
        elapsed = time.monotonic() - started
        rate = done / elapsed if elapsed else 0.0
        left = "%d s left" % round((total - done) / rate) if rate else "time left not known yet"
        report("tdm_fleet: %d of %d devices, %.0f a second, %d failed, %s" % (done, total, rate, failed, left))

    return progress


def _carry_out(client: Client, plan: Plan, policy: Policy, memory: Memory, progress: apply.Progress | None) -> list[Outcome]:
    run_ = apply.Run(client, policy, memory, progress)
    outcomes = run_.carry_out(plan.steps)
    failed = sum(outcome.action == FAILED for outcome in outcomes)
    if failed and plan.purge_steps:
        run_.stop(apply.PURGE_LAST % failed)
    return outcomes + run_.carry_out(plan.purge_steps)


def _backup_path(params: dict[str, Any]) -> str:
    """Return the new file for the devices that a run will delete."""
    named = {str(path) for path in (params["backup"], (params["purge"] or {}).get("backup")) if path}
    if len(named) > 1:
        raise OptionError("backup and purge.backup name two files: name one, all devices that a run deletes go into it")
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    path = named.pop() if named else os.path.join(_files.home(), "backup-%s-%s.json" % (stamp, secrets.token_hex(4)))
    if os.path.exists(path):
        raise OptionError("backup %s is there already, and may hold devices of an earlier run: name a new file" % path)
    return path


def _back_up(path: str, deletions: list[Step]) -> str:
    """Write the devices that a run will delete to a file, before its first write; return its path, nothing without any."""
    if not deletions:
        return ""
    devices = [{"dev_eui": step.dev_eui, **DEVICE.show(_plan.known(step.seen)), **_unreadable(step.seen)} for step in deletions]
    try:
        _files.write_json(path, {"note": BACKUP_NOTE, "defaults": {"create": False}, "devices": devices}, indent=2)
    except OptionError as error:
        raise OptionError("without a backup nothing is deleted, and nothing was changed: " + error.message) from None
    return path


def _unreadable(seen: Seen) -> dict[str, None]:
    """Return places for the keys and the token that a device may have had, and that nobody can read; null says nothing."""
    is_new = dig(seen.whole, ("model", "macMinorVersion")) == LORAWAN_1_1
    if seen.value("activation") == "ABP":
        names = ["nwk_s_key", "app_s_keys", *(["s_nwk_s_int_key", "nwk_s_enc_key"] if is_new else [])]
    elif seen.join_server == "EXTERNAL":
        names = ["owner_token"]
    else:
        names = ["app_key", *(["nwk_key"] if is_new else [])]
    return dict.fromkeys(names)


def _result(outcomes: list[Outcome], params: dict[str, Any], context: Context) -> dict[str, Any]:
    summary = _outcomes.summary_of(outcomes)
    choices: dict[str, Callable[[Outcome], object]] = {
        "all": lambda outcome: True,
        "changed": lambda outcome: outcome.changed or outcome.error,
        "failed": lambda outcome: outcome.error,
        "none": lambda outcome: False,
    }
    wanted = choices[params["results"]]
    result = {
        "changed": any(outcome.changed for outcome in outcomes),
        "summary": summary,
        "results": [outcome.as_dict() for outcome in outcomes if wanted(outcome)],
        "msg": _sentence(summary, context.check),
    }
    if context.diff:
        result["diff"] = [diff_of(outcome) for outcome in outcomes if outcome.changed]
    troubled = [outcome for outcome in outcomes if outcome.action in (FAILED, SKIPPED)]
    if troubled:
        failed, skipped = summary[FAILED], summary[SKIPPED]
        if failed and skipped:
            message = "%d of %d devices failed and %d were not begun." % (failed, len(outcomes), skipped)
        else:
            word = "failed" if failed else "were not begun"
            message = "%d of %d devices %s." % (failed or skipped, len(outcomes), word)
        result.update(failed=True, msg="%s\n%s" % (message, _outcomes.causes(troubled)))
    return result


def _sentence(summary: dict[str, int], check: bool) -> str:
    parts = ["%d %s" % (count, action) for action, count in summary.items() if count]
    return ("would be: " if check else "") + (", ".join(parts) or "no device is described")


TASK = Task(
    OPTIONS,
    run,
    RULES,
    holding_secrets=("devices", "defaults"),
    secrets_inside=frozenset(name for name, spec in DEVICE.by_name.items() if spec.secret),
)
