# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks for many resources, described in a list or a file."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from typing import Any, Callable

from .. import _files
from .._engine import outcomes as _outcomes
from .._engine.apply import Progress, Run
from .._engine.bulk import ALWAYS, AUTO, NEVER
from .._engine.cache import Cache
from .._engine.desired import Desired, read_desired
from .._engine.headings import Layout
from .._engine.outcomes import FAILED, SKIPPED, Outcome
from .._engine.plan import DELETE, SUSPEND, Change
from .._engine.policy import Policy, Purge
from .._engine.prepare import Plan, make_plan
from .._engine.preview import PURGE_LAST, preview
from .._engine.purge import allowance, read_scope
from .._engine.sources import Source, overlaid, read_source, rows_of
from .._errors import OptionError
from .._frame.connection import account_of, connected
from .._frame.task import Context, Task
from .._memory import all_kept
from .._schema.parts import Within
from .._schema.resource import Resource
from .._schema.row import Row
from .._schema.texts import shown
from .._workers import check_parallel
from . import keys_apart
from .keys_apart import KeysApart, has_keys, read_keys
from .one import ENCRYPTION, EXISTENCE, WRITING, barred_in, client_of, diff_of, meaningless
from .outcome_report import OutcomeReport, reported
from .progress import progress_of
from .selected import MOST_CHANGES, guard_changes, options_of, read_selection

BACKUP_NOTE = (
    "%s as they were before a run deleted them. Secrets are missing, because the platform doesn't show them. To create the %s "
    "again, replace each null with the secret, set create: true in defaults, and give this file to %s as src."
)
FOR_FILES = "columns, ignore_columns and sheet are only for the file in src, but %s is given: leave them out"
EMPTY = "%s is empty: purge would delete everything in its scope. If you want that, list all of them with state: absent in %s"
BULK_ALONE = (
    "bulk: always can't be combined with on_error: stop, max_failures or update_keys: always, since an import doesn't end at its "
    "first failure, and changes nothing that exists: leave them out, or say bulk: auto"
)
#: Options of such a task, besides the list and the purge.
OPTIONS: dict[str, dict[str, Any]] = {
    "src": {"type": "path"},
    "columns": {"type": "dict"},
    "ignore_columns": {"type": "list", "elements": "str"},
    "sheet": {"type": "str"},
    "defaults": {"type": "dict"},
    **EXISTENCE,
    **WRITING,
    **ENCRYPTION,
    "parallel": {"type": "int", "default": 8},
    "on_error": {"type": "str", "choices": ["continue", "stop"], "default": "continue"},
    "max_failures": {"type": "int"},
    "max_deletions": {"type": "raw", "default": "10%"},
    "backup": {"type": "path"},
    "report": {"type": "path"},
    "check_licences": {"type": "bool", "default": True},
    "progress": {"type": "bool", "default": True},
    "results": {"type": "str", "choices": ["all", "changed", "failed", "none"], "default": "changed"},
    "cache": {"type": "bool", "default": True},
}


def many(resource: Resource, module: str) -> Task:
    """Return the task that makes many resources match a description.

    :param module: the module's name, for messages.
    """
    items = resource.keys
    scope = {name: _argument_of(resource, name) for name in resource.scopes}
    purge = {
        "scope": {"type": "dict", "required": True, "options": {**scope, "all": {"type": "bool", "default": False}}},
        "max": {"type": "raw", "default": "10%"},
        "action": {"type": "str", "choices": ["delete", *(["suspend"] if resource.set_aside else [])], "default": "delete"},
        "backup": {"type": "path"},
    }
    listed = {items: {"type": "list", "elements": "dict"}}
    options = {**listed, **options_of(resource), **OPTIONS, "purge": {"type": "dict", "options": purge}}
    if resource.importing:
        options["bulk"] = {"type": "str", "choices": [NEVER, AUTO, ALWAYS], "default": NEVER}
        purge["bulk"] = {"type": "bool", "default": False}
    if has_keys(resource):
        options.update(keys_apart.OPTIONS)
        options["update_keys"] = {**options["update_keys"], "choices": ["on_create", keys_apart.ON_CHANGE, "always"]}
    for name in meaningless(resource):
        options.pop(name, None)
    return Task(
        options,
        _Many(resource, module).run,
        {
            "mutually_exclusive": [(items, "src", "select"), ("select", "defaults")],
            "required_one_of": [(items, "src", "select")],
            "required_together": [("select", "set")],
        },
        (items, "defaults", "set", *(["keys"] if has_keys(resource) else [])),
        resource.secret_options,
        digits=resource.digits | {place + name for place in ("purge.scope.", "select.") for name in resource.scopes_of_digits},
        rows=dict.fromkeys((items, "defaults", "set"), resource.argument_spec()),
        secrets_in=resource.rules.secrets_in,
    )


class _Many:
    """The task for many resources of one kind.

    :param module: the module's name, for messages.
    """

    def __init__(self, resource: Resource, module: str) -> None:
        self._resource = resource
        self._module = module

    def run(self, params: dict[str, Any], context: Context) -> dict[str, Any]:
        """Make the resources match the description."""
        with reported(self._resource, params["report"], context) as report:
            return self._run(params, context, report)

    def _run(self, params: dict[str, Any], context: Context, report: OutcomeReport) -> dict[str, Any]:
        resource = self._resource
        policy = self._policy(params)
        selection = read_selection(resource, params)
        keys = read_keys(resource, params)
        with all_kept():
            described = [] if selection else self._described(params, context, keys)
        keys.remember(described, self._kept_path(resource.keys + "-keys", params), context.warn)
        if policy.purge is not None and not described:
            raise OptionError(EMPTY % (resource.keys, self._module))
        cache = Cache(resource, self._cache_path(params), context.warn)
        started = time.monotonic()
        backup = ""
        try:
            with connected(params, context) as client:
                api = client_of(client, resource, params)
                plan = make_plan(api, selection.described(api, context.warn) if selection else described, policy, cache)
                guard_changes(resource, plan.changes, self._most_changes(params))
                for warning in plan.warnings:
                    context.warn(warning)
                path = self._backup_path(params) if plan.deletions() else ""
                if context.check:
                    outcomes = preview(resource, plan, policy.max_failures)
                else:
                    backup = self._back_up(path, plan.deletions())
                    outcomes = self._apply(Run(api, policy, cache, self._reporter(params, context)), plan, policy)
                    keys.note(described, outcomes, policy.update_keys)
        finally:
            self._save([cache, keys], context)  # after the session is closed: an interrupted task may lack the time
        report.write(outcomes)
        requests = dict(sorted(client.session.transport.counts.items()))
        result = self._result(outcomes, params, context)
        result.update(requests=requests, looked_up=plan.looked_at, seconds=round(time.monotonic() - started, 3))
        if plan.notes:
            result["notes"] = plan.notes
        if backup:
            result["backup_file"] = backup
        if report.path:
            result["report_file"] = report.path
        return result

    def _most_changes(self, params: dict[str, Any]) -> object:
        """Return the maximum of changed resources; None for no limit."""
        most = params.get("max_changes")
        return MOST_CHANGES if most is None and params.get("select") is not None else most

    def _policy(self, params: dict[str, Any]) -> Policy:
        check_parallel(params["parallel"])
        if params["max_failures"] is not None and params["max_failures"] < 0:
            raise OptionError("max_failures must be at least 0, got %d" % params["max_failures"])
        purge = None
        for option in ("max_deletions", "max_changes"):
            if params.get(option) is not None:
                allowance(option, params[option], 0)  # reports an invalid value early
        if params.get("purge"):
            options = params["purge"]
            allowance("purge.max", options["max"], 0)
            action = SUSPEND if options["action"] == "suspend" else DELETE
            purge = Purge(read_scope(self._resource, options["scope"] or {}), options["max"], action, options.get("bulk", False))
        most = 0 if params["on_error"] == "stop" else params["max_failures"]
        update_keys = params.get("update_keys") == "always"
        if params.get("bulk") == ALWAYS and (update_keys or most is not None):
            raise OptionError(BULK_ALONE)
        return Policy(
            update_keys,
            params.get("force", False),
            params["parallel"],
            most,
            params["max_deletions"],
            params.get("check_licences", False),
            purge,
            params.get("bulk", NEVER),
        )

    def _described(self, params: dict[str, Any], context: Context, keys: KeysApart) -> list[Desired]:
        """Return the described resources. Their rows are freed, since they take as much memory."""
        source = self._source(params)
        for warning in source.warnings:
            context.warn(warning)
        defaults = overlaid(self._resource, source.defaults, params.get("defaults") or {})
        barred = barred_in(params, self._resource)
        return read_desired(self._resource, keys.added(_taken(source.rows)), defaults, params["state"], params["create"], barred)

    def _source(self, params: dict[str, Any]) -> Source:
        items = self._resource.keys
        layout = _layout(params)
        if params.get(items) is not None:
            if layout != Layout():
                raise OptionError(FOR_FILES % items)
            return Source(rows_of(self._resource, params[items]), {}, [])
        path = params["src"]
        if not path:
            raise OptionError("src is empty: name a file, or give %s" % items)
        return read_source(self._resource, _files.read_source_file(path), os.path.basename(path), layout)

    def _save(self, kept: list[Cache | KeysApart], context: Context) -> None:
        """Save state for the next run. A failure is only a warning: the next run fetches again."""
        try:
            for each_one in kept:
                each_one.save()
        except OptionError as error:
            plural = self._resource.plural
            context.warn("The state of the %s could not be saved for the next run: %s" % (plural, error.message))

    def _cache_path(self, params: dict[str, Any]) -> str:
        return self._kept_path(self._resource.keys, params) if params.get("cache") else ""

    def _kept_path(self, name: str, params: dict[str, Any]) -> str:
        """Return the path of a state file of this account."""
        return os.path.join(_files.home(), "%s-%s.json" % (name, account_of(params, Context()).key()))

    def _reporter(self, params: dict[str, Any], context: Context) -> Progress | None:
        """Return the function that reports progress to the user; None without a reader."""
        return progress_of(context, self._module, self._resource.plural) if params["progress"] else None

    def _apply(self, run: Run, plan: Plan, policy: Policy) -> list[Outcome]:
        outcomes = run.apply(plan.changes)
        failed = sum(outcome.action == FAILED for outcome in outcomes)
        if failed and plan.purge:
            run.stop(PURGE_LAST % (self._resource.name, failed))
        outcomes += run.apply(plan.purge, bulk=policy.purge is not None and policy.purge.bulk)
        plan.notes.extend(run.notes)
        return outcomes

    def _backup_path(self, params: dict[str, Any]) -> str:
        """Return the path of a new file for the backup."""
        named = {str(path) for path in (params["backup"], (params["purge"] or {}).get("backup")) if path}
        if len(named) > 1:
            message = "backup and purge.backup name different files: name one, which gets all %s that the run deletes"
            raise OptionError(message % self._resource.plural)
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        path = named.pop() if named else os.path.join(_files.home(), "backup-%s-%s.json" % (stamp, secrets.token_hex(4)))
        if os.path.exists(path):
            message = "backup %s already exists, and may contain %s of an earlier run: name a new file"
            raise OptionError(message % (path, self._resource.plural))
        return path

    def _back_up(self, path: str, deletions: list[Change]) -> str:
        """Write the resources to delete to a file, before the run's first write; return its path, empty without deletions.

        Secrets are null there, as a place for the user to fill in. IDs from the platform are left out, since a new resource gets
        another one.
        """
        if not deletions:
            return ""
        resource = self._resource
        note = BACKUP_NOTE % (resource.plural.capitalize(), resource.plural, self._module)
        items = [_as_it_was(resource, change) for change in deletions]
        content = {"note": note, "defaults": {"create": False}, resource.keys: items}
        try:
            _files.write_json(path, content, indent=2)
        except OptionError as error:
            raise OptionError("the backup can't be written, so nothing was deleted or changed: " + error.message) from None
        return path

    def _result(self, outcomes: list[Outcome], params: dict[str, Any], context: Context) -> dict[str, Any]:
        resource = self._resource
        summary = _outcomes.summary_of(resource, outcomes)
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
            "results": [outcome.as_dict(resource) for outcome in outcomes if wanted(outcome)],
            "msg": self._sentence(summary, context.check, params.get("select") is not None),
        }
        if context.diff:
            result["diff"] = [diff_of(resource, outcome) for outcome in outcomes if outcome.changed]
        troubled = [outcome for outcome in outcomes if outcome.action in (FAILED, SKIPPED)]
        if troubled:
            message = self._trouble(summary, len(outcomes))
            result.update(failed=True, msg="%s\n%s" % (message, _outcomes.causes(resource, troubled)))
        return result

    def _trouble(self, summary: dict[str, int], total: int) -> str:
        failed, skipped, items = summary[FAILED], summary[SKIPPED], self._resource.plural
        if failed and skipped:
            return "%d of %d %s failed and %d were not begun." % (failed, total, items, skipped)
        return "%d of %d %s %s." % (failed or skipped, total, items, "failed" if failed else "were not begun")

    def _sentence(self, summary: dict[str, int], check: bool, is_selected: bool) -> str:
        verbs = _outcomes.VERBS if check else {}
        parts = [verbs.get(action, "%d " + action) % count for action, count in summary.items() if count]
        if not parts:
            return ("no %s matches select" if is_selected else "no %s is described") % self._resource.name
        return ("would " if check else "") + ", ".join(parts)


def _taken(rows: list[Row]) -> Iterator[Row]:
    """Yield the rows and free each one after use: all rows take as much memory as the result."""
    rows.reverse()
    while rows:
        yield rows.pop()


def _layout(params: dict[str, Any]) -> Layout:
    """Return the task's options about the table of its file."""
    columns = params["columns"] or {}
    for heading, option in columns.items():
        if not isinstance(option, str):
            raise OptionError("columns must give for each heading an option, a text: %s has none" % shown(heading))
    named = {str(heading): option for heading, option in columns.items()}
    return Layout(named, tuple(params["ignore_columns"] or ()), params["sheet"] or "")


def _argument_of(resource: Resource, condition: str) -> dict[str, Any]:
    """Return the argument spec of a condition in a scope. For a set of texts, the condition is one text."""
    declared = resource.scopes[condition]
    kind = resource.by_name[declared.option].type.spec["type"] if isinstance(declared, Within) else "str"
    return {"type": "dict" if kind == "dict" else "str"}


def _as_it_was(resource: Resource, change: Change) -> dict[str, Any]:
    """Return the options of a resource that will be deleted, with which it could be created again."""
    known = change.observed.known()
    shown = resource.show({name: value for name, value in known.items() if not resource.by_name[name].secret})
    hidden = [name for name in known if resource.by_name[name].secret]
    identity = {} if resource.identity.named_by else {resource.identity.option: change.identity}
    return {**identity, **shown, **dict.fromkeys([*hidden, *resource.rules.unreadable(change.observed)])}
