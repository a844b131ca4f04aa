# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet: many devices, described in a list or a file."""

from __future__ import annotations

import os
import time
from typing import Any, Callable

try:
    import yaml

    HAS_YAML = True
except ImportError:  # only needed for a src in YAML; the reader of sources says so
    HAS_YAML = False

from .. import _files, _fleet, _plan
from .._client import Client
from .._connect import account_of, connected
from .._errors import OptionError
from .._fleet import Outcome
from .._memory import Memory
from .._plan import Seen, Step
from .._prepare import Plan, Policy, Purge, make_plan
from .._purge import allowance, read_scope
from .._resources.device import DEVICE
from .._sources import Source, read_source, rows_of
from .._task import Context, Task
from .._wishes import Wish, read_wishes
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
    "update_keys": {"type": "str", "choices": ["on_create", "always"], "default": "on_create", "no_log": False},
    "force": {"type": "bool", "default": False},
    "parallel": {"type": "int", "default": 8},
    "on_error": {"type": "str", "choices": ["continue", "stop"], "default": "continue"},
    "max_failures": {"type": "int"},
    "purge": {"type": "dict", "options": PURGE},
    "progress": {"type": "bool", "default": True},
    "results": {"type": "str", "choices": ["all", "changed", "failed", "none"], "default": "changed"},
    "cache": {"type": "bool", "default": True},
}
RULES = {"mutually_exclusive": [("devices", "src")], "required_one_of": [("devices", "src")]}
MOST_PARALLEL = 64
BACKUP_NOTE = (
    "Devices as they were before a purge deleted them. Keys can't be read from the platform and are not in here: "
    "add them (app_key and the like) before this file is given to tdm_fleet as src."
)


def run(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Make a fleet be as described."""
    policy = _policy(params)
    wishes = _wishes(params, context)
    if policy.purge is not None and not wishes:
        raise OptionError(
            "devices is empty: with purge, everything in its scope would go. Use tdm_device with state: absent for that"
        )
    memory = Memory(_memory_path(params))
    started = time.monotonic()
    backup = ""
    with connected(params, context) as client:
        try:
            plan = make_plan(client, wishes, policy, memory)
            for warning in plan.warnings:
                context.warn(warning)
            if context.check:
                outcomes = _fleet.foretell(plan.steps + plan.purge_steps)
            else:
                backup = _backup_path(params, plan)
                outcomes = _carry_out(client, plan, policy, memory, _reporter(params, context), backup)
        finally:
            _save(memory, context)
    requests = dict(sorted(client.session.transport.counts.items()))
    result = _result(outcomes, params, context)
    result.update(requests=requests, looked_up=plan.looked_at, seconds=round(time.monotonic() - started, 3))
    if plan.notes:
        result["notes"] = plan.notes
    if backup and os.path.exists(backup):
        result["backup_file"] = backup
    return result


def _policy(params: dict[str, Any]) -> Policy:
    if not 1 <= params["parallel"] <= MOST_PARALLEL:
        raise OptionError("parallel must be from 1 to %d, got %d" % (MOST_PARALLEL, params["parallel"]))
    if params["max_failures"] is not None and params["max_failures"] < 0:
        raise OptionError("max_failures must be at least 0, got %d" % params["max_failures"])
    purge = None
    if params.get("purge"):
        options = params["purge"]
        allowance(options["max"], 0)  # says now what is wrong with it
        action = _plan.SUSPEND if options["action"] == "suspend" else _plan.DELETE
        purge = Purge(read_scope(options["scope"] or {}), options["max"], action)
    most = 0 if params["on_error"] == "stop" else params["max_failures"]
    return Policy(params["update_keys"] == "always", params["force"], params["parallel"], most, purge)


def _wishes(params: dict[str, Any], context: Context) -> list[Wish]:
    """Return what is wished; the rows themselves, which take as much memory, are gone afterwards."""
    source = _source(params)
    for warning in source.warnings:
        context.warn(warning)
    defaults = {**source.defaults, **(params.get("defaults") or {})}
    return read_wishes(source.rows, defaults, params["state"])


def _source(params: dict[str, Any]) -> Source:
    if params.get("devices") is not None:
        return Source(rows_of(params["devices"]), {}, [])
    path = params["src"]
    if not path:
        raise OptionError("src is empty: name a file, or give devices")
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError as error:
        raise OptionError("src %s can't be read: %s" % (path, error.strerror)) from None
    return read_source(content, os.path.basename(path), _load_yaml if HAS_YAML else None)


def _load_yaml(text: str) -> object:
    """Read YAML with numbers left as they are written: 0012345678901234 is an EUI, not an octal number."""
    base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    numbers = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:timestamp")
    resolvers = {
        first: [(tag, pattern) for tag, pattern in pairs if tag not in numbers]
        for first, pairs in base.yaml_implicit_resolvers.items()
    }
    loader = type("TextLoader", (base,), {"yaml_implicit_resolvers": resolvers})
    return yaml.load(text, Loader=loader)  # a SafeLoader that resolves less


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


def _reporter(params: dict[str, Any], context: Context) -> _fleet.Progress | None:
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


def _carry_out(
    client: Client, plan: Plan, policy: Policy, memory: Memory, progress: _fleet.Progress | None, backup: str
) -> list[Outcome]:
    run_ = _fleet.Run(client, policy, memory, progress)
    outcomes = run_.carry_out(plan.steps)
    failed = sum(outcome.action == _fleet.FAILED for outcome in outcomes)
    if failed and plan.purge_steps:
        run_.stop("not begun: a purge comes last, and only when no device failed before (%d did)" % failed)
    elif backup:
        try:
            _back_up(plan.purge_steps, backup)
        except OptionError as error:  # what was done before must still be told
            run_.stop("not begun: without a backup nothing is deleted: " + error.message)
    return outcomes + run_.carry_out(plan.purge_steps)


def _backup_path(params: dict[str, Any], plan: Plan) -> str:
    """Return the file for what a purge will delete, nothing when it will delete nothing; it must not exist yet."""
    if not any(step.action == _plan.DELETE for step in plan.purge_steps):
        return ""
    path = str(params["purge"].get("backup") or "")
    if path and os.path.exists(path):
        raise OptionError("purge.backup %s is there already, and may hold devices of an earlier purge: name a new file" % path)
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    path = path or os.path.join(_files.home(), "backup-%s-%d.json" % (stamp, os.getpid()))
    _files.ensure_directory(os.path.dirname(os.path.abspath(path)))  # says now what would be in the way
    return path


def _back_up(steps: list[Step], path: str) -> None:
    """Write the devices that a purge will delete to a file."""
    devices = [{"dev_eui": step.dev_eui, **DEVICE.show(_plan.known(step.seen)), **_missing_key(step.seen)} for step in steps]
    _files.write_json(path, {"note": BACKUP_NOTE, "devices": devices})


def _missing_key(seen: Seen) -> dict[str, str]:
    """Return an empty key for a device that had one, so that it can't be made again without by mistake."""
    if seen.value("activation") == "ABP":
        return {"nwk_s_key": ""}
    return {} if seen.join_server == "EXTERNAL" else {"app_key": ""}


def _result(outcomes: list[Outcome], params: dict[str, Any], context: Context) -> dict[str, Any]:
    summary = _fleet.summary_of(outcomes)
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
    troubled = [outcome for outcome in outcomes if outcome.action == _fleet.FAILED]
    word = "failed" if troubled else "were not begun"
    troubled = troubled or [outcome for outcome in outcomes if outcome.action == _fleet.SKIPPED]
    if troubled:
        first = troubled[0]
        place = " (%s)" % first.where if first.where else ""
        parts = (len(troubled), len(outcomes), word, first.dev_eui, place, first.error)
        result.update(failed=True, msg="%d of %d devices %s; the first, %s%s: %s" % parts)
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
