# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One device: a fleet of one."""

from __future__ import annotations

from typing import Any

from .._engine import plan as _plan
from .._frame.connection import connected
from .._errors import TdmError
from .._engine.apply import Run, foretell
from .._engine.cache import Memory
from .._engine.outcomes import FAILED, Outcome
from .._engine.observe import Policy, make_plan
from .._resources.device.declaration import DEVICE
from .._frame.task import Context, Task
from .._engine.desired import Row, read_wishes

OPTIONS: dict[str, dict[str, Any]] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "dev_eui": {"type": "str"},
    "onboarding_tag": {"type": "str"},
    "create": {"type": "bool", "default": True},
    **DEVICE.argument_spec(),
    "update_keys": {"type": "str", "choices": ["on_create", "always"], "default": "on_create", "no_log": False},
    "force": {"type": "bool", "default": False},
}
RULES = {"required_one_of": [("dev_eui", "onboarding_tag")]}
IDENTITY = ("state", "dev_eui", "onboarding_tag")


def run(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Make one device be as described."""
    raw = {name: params.get(name) for name in (*IDENTITY, *(spec.name for spec in DEVICE.fields))}
    wishes = read_wishes([Row("options", raw)], create=params["create"])
    policy = Policy(params["update_keys"] == "always", params["force"], parallel=1)
    memory = Memory("")
    with connected(params, context) as client:
        plan = make_plan(client, wishes, policy, memory)
        steps = plan.steps
        for warning in plan.warnings:
            context.warn(warning)
        outcome = (foretell(steps) if context.check else Run(client, policy, memory).carry_out(steps))[0]
    if outcome.action == FAILED:
        message = "device %s: %s" % (outcome.dev_eui, outcome.error)
        raise TdmError(message, action=FAILED, dev_eui=outcome.dev_eui, changed=outcome.changed)
    result = {"changed": outcome.changed, "action": outcome.action, "dev_eui": outcome.dev_eui}
    if not wishes[0].absent:
        is_now = {**_plan.known(steps[0].seen), **outcome.after}
        result["device"] = {"dev_eui": outcome.dev_eui, **_without_secrets(is_now)}
    if context.diff:
        result["diff"] = diff_of(outcome)
    return result


def _without_secrets(values: dict[str, object]) -> dict[str, object]:
    return DEVICE.show({name: value for name, value in values.items() if not DEVICE.by_name[name].secret})


def diff_of(outcome: Outcome) -> dict[str, object]:
    """Return an outcome as Ansible shows differences."""
    header = "device %s" % outcome.dev_eui
    return {
        "before_header": header,
        "after_header": header,
        "before": DEVICE.show(outcome.before),
        "after": {} if outcome.action == "deleted" else DEVICE.show(outcome.after),
    }


TASK = Task(OPTIONS, run, RULES, holding_secrets=("onboarding_tag",))  # it may hold an owner token
