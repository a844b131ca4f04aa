# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One resource: many, of which there is one."""

from __future__ import annotations

from typing import Any

from .._api.resources import ResourceClient
from .._engine.apply import Run, preview
from .._engine.cache import Cache
from .._engine.desired import read_desired
from .._engine.outcomes import FAILED, Outcome
from .._engine.prepare import Policy, make_plan
from .._errors import TdmError
from .._frame.connection import connected
from .._frame.task import Context, Task
from .._schema.resource import NEVER, Resource
from .._schema.row import Row

#: Whether a resource should be there.
EXISTENCE: dict[str, dict[str, Any]] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "create": {"type": "bool", "default": True},
}
#: How it is written.
WRITING: dict[str, dict[str, Any]] = {
    "update_keys": {"type": "str", "choices": ["on_create", "always"], "default": "on_create", "no_log": False},
    "force": {"type": "bool", "default": False},
}


def meaningless(resource: Resource) -> list[str]:
    """Return the common options that say nothing of such a resource."""
    means = {
        "update_keys": any(each.seen == NEVER for each in resource.fields),
        "force": resource.is_versioned,
        "check_licences": resource.is_licensed,
        "cache": resource.is_dated,
    }
    return [name for name, is_meant in means.items() if not is_meant]


def one(resource: Resource) -> Task:
    """Return the task that makes one resource be as described."""
    identifying = (resource.identity.option, *resource.rules.identifying)
    ways = (*identifying, *filter(None, [resource.identity.named_by]))
    only = {"required": True} if len(ways) == 1 else {}
    options = {**EXISTENCE, **{name: {"type": "str", **only} for name in identifying}, **resource.argument_spec(), **WRITING}
    for name in meaningless(resource):
        options.pop(name, None)

    def run(params: dict[str, Any], context: Context) -> dict[str, Any]:
        names = ("state", *identifying, *(each.name for each in resource.fields))
        return applied(resource, names, params, context)

    return Task(
        options,
        run,
        {} if only else {"required_one_of": [ways]},
        resource.rules.identifying,  # such an option may hold a secret among other things
        digits=resource.digits,
        empty_is_nothing=True,
        secrets_in=resource.rules.secrets_in,
    )


def applied(resource: Resource, names: tuple[str, ...], params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Make one resource be as these options describe it; return the task's result."""
    given = {name: params[name] for name in names if params.get(name) is not None}
    described = read_desired(resource, [Row("options", given)], create=params.get("create", False))
    policy = Policy(params.get("update_keys") == "always", params.get("force", False), parallel=1)
    cache = Cache(resource, "")
    with connected(params, context) as client:
        api = ResourceClient(client, resource)
        plan = make_plan(api, described, policy, cache)
        for warning in plan.warnings:
            context.warn(warning)
        outcome = (preview(resource, plan) if context.check else Run(api, policy, cache).apply(plan.changes))[0]
    return _result(resource, plan.changes[0].observed.known(), outcome, described[0].absent, context)


def _result(resource: Resource, before: dict[str, object], outcome: Outcome, absent: bool, context: Context) -> dict[str, Any]:
    names = outcome.names(resource)
    if outcome.action == FAILED:
        message = "%s: %s" % (_called(resource, outcome), outcome.error)
        raise TdmError(message, action=FAILED, changed=outcome.changed, **names)
    result: dict[str, Any] = {"changed": outcome.changed, "action": outcome.action, **names}
    if not absent:
        is_now = {**before, **outcome.after}
        open_values = {name: value for name, value in is_now.items() if not resource.by_name[name].secret}
        result[resource.key] = {**names, **resource.show(open_values)}
    if context.diff:
        result["diff"] = diff_of(resource, outcome)
    return result


def diff_of(resource: Resource, outcome: Outcome) -> dict[str, object]:
    """Return an outcome as Ansible shows differences."""
    header = _called(resource, outcome)
    return {
        "before_header": header,
        "after_header": header,
        "before": resource.show(outcome.before),
        "after": {} if outcome.action == "deleted" else resource.show(outcome.after),
    }


def _called(resource: Resource, outcome: Outcome) -> str:
    return ("%s %s" % (resource.name, outcome.identity)).rstrip()
