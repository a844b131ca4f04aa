# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task for one resource."""

from __future__ import annotations

from typing import Any

from .._api.exchange_key import PADDINGS, EncryptingClient
from .._api.resources import Client, ResourceClient
from .._engine.apply import Run
from .._engine.cache import Cache
from .._engine.desired import read_desired
from .._engine.keys import barred
from .._engine.outcomes import FAILED, Outcome
from .._engine.policy import Policy
from .._engine.prepare import make_plan
from .._engine.preview import preview
from .._errors import TdmError
from .._frame.connection import connected
from .._frame.task import Context, Task
from .._schema.resource import NEVER, Resource
from .._schema.row import Row

#: Options about the existence of the resource.
EXISTENCE: dict[str, dict[str, Any]] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "create": {"type": "bool", "default": True},
}
#: Options about replacing another resource.
REPLACEMENT: dict[str, dict[str, Any]] = {
    "replaces": {"type": "str"},
    "replaced": {"type": "str", "choices": ["suspend", "delete", "keep"]},
}
#: Options about writing.
WRITING: dict[str, dict[str, Any]] = {
    "update_keys": {"type": "str", "choices": ["on_create", "always"], "default": "on_create", "no_log": False},
    "force": {"type": "bool", "default": False},
}
#: Options about the encryption of keys, for resources whose keys the platform accepts encrypted.
ENCRYPTION: dict[str, dict[str, Any]] = {
    "key_encryption": {"type": "str", "choices": ["none", "exchange_key"], "default": "none", "no_log": False},
    "key_encryption_padding": {"type": "str", "choices": list(PADDINGS), "default": PADDINGS[0], "no_log": False},
}


def encrypts(params: dict[str, Any]) -> bool:
    """Return whether a task encrypts keys before sending."""
    return params.get("key_encryption") == "exchange_key"


def barred_in(params: dict[str, Any], resource: Resource) -> dict[str, str]:
    """Return the options that must not be described in a task, each with the reason."""
    return barred(resource) if encrypts(params) else {}


def client_of(client: Client, resource: Resource, params: dict[str, Any]) -> ResourceClient:
    """Return the client for one kind of resource; it encrypts keys if the task says so."""
    if encrypts(params):
        return EncryptingClient(client, resource, params["key_encryption_padding"])
    return ResourceClient(client, resource)


def meaningless(resource: Resource) -> list[str]:
    """Return the common options that have no effect on this kind of resource."""
    means = {
        "update_keys": any(each.seen == NEVER for each in resource.fields),
        "force": resource.is_versioned,
        "check_licences": resource.is_licensed,
        "cache": resource.is_dated,
        **dict.fromkeys(ENCRYPTION, bool(resource.encryption)),
    }
    return [name for name, is_meant in means.items() if not is_meant]


def one(resource: Resource) -> Task:
    """Return the task that makes one resource match its options."""
    identifying = (resource.identity.option, *resource.rules.identifying)
    place = REPLACEMENT if resource.heirloom else {}
    ways = (*identifying, *filter(None, [resource.identity.named_by]))
    only = {"required": True} if len(ways) == 1 else {}
    own = {name: {"type": "str", **only} for name in identifying}
    options = {**EXISTENCE, **own, **resource.argument_spec(), **place, **WRITING, **ENCRYPTION}
    for name in meaningless(resource):
        options.pop(name, None)

    def run(params: dict[str, Any], context: Context) -> dict[str, Any]:
        names = ("state", *identifying, *place, *(each.name for each in resource.fields))
        return applied(resource, names, params, context)

    return Task(
        options,
        run,
        {} if only else {"required_one_of": [ways]},
        resource.rules.identifying,  # e.g. a TR005 tag may contain a secret
        digits=resource.digits,
        empty_is_nothing=True,
        secrets_in=resource.rules.secrets_in,
    )


def applied(resource: Resource, names: tuple[str, ...], params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Make one resource match these options; return the task's result."""
    given = {name: params[name] for name in names if params.get(name) is not None}
    wrong = barred_in(params, resource)
    described = read_desired(resource, [Row("options", given)], create=params.get("create", False), barred=wrong)
    policy = Policy(params.get("update_keys") == "always", params.get("force", False), parallel=1)
    cache = Cache(resource, "")
    with connected(params, context) as client:
        api = client_of(client, resource, params)
        plan = make_plan(api, described, policy, cache)
        for warning in plan.warnings:
            context.warn(warning)
        outcomes = preview(resource, plan) if context.check else Run(api, policy, cache).apply(plan.changes)
    return _result(resource, plan.changes[0].observed.known(), outcomes, described[0].absent, context)


def _result(
    resource: Resource, before: dict[str, object], outcomes: list[Outcome], absent: bool, context: Context
) -> dict[str, Any]:
    """Return the result for a resource, and for the one that it replaced."""
    outcome, *others = outcomes
    names = outcome.names(resource)
    for each in outcomes:
        if each.error:
            message = "%s: %s" % (_called(resource, each), each.error)
            raise TdmError(message, action=FAILED, changed=any(one.changed for one in outcomes), **names)
    result: dict[str, Any] = {"changed": any(one.changed for one in outcomes), "action": outcome.action, **names}
    if not absent:
        is_now = {**before, **outcome.after}
        open_values = {name: value for name, value in is_now.items() if not resource.by_name[name].secret}
        result[resource.key] = {**names, **resource.show(open_values)}
    for other in others:
        result["replaced_" + resource.key] = {**other.names(resource), "action": other.action}
    if context.diff:
        changed = [diff_of(resource, one) for one in outcomes if one is outcome or one.changed]
        result["diff"] = changed if len(changed) > 1 else changed[0]
    return result


def diff_of(resource: Resource, outcome: Outcome) -> dict[str, object]:
    """Return an outcome in Ansible's format for differences."""
    header = _called(resource, outcome)
    return {
        "before_header": header,
        "after_header": header,
        "before": resource.show(outcome.before),
        "after": {} if outcome.action == "deleted" else resource.show(outcome.after),
    }


def _called(resource: Resource, outcome: Outcome) -> str:
    return ("%s %s" % (resource.name, outcome.identity)).rstrip()
