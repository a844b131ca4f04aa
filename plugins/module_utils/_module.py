# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Between Ansible and what a task does: argument specs, and the frame of a module's own process.

The other frame, in Ansible's worker, is ``plugins/plugin_utils/_action.py``; both call the same ``run``.
"""

from __future__ import annotations

import os
import traceback
from dataclasses import replace
from typing import Any, Callable
from urllib.parse import unquote

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible.module_utils.errors import AnsibleFallbackNotFound

from ._connect import ENVIRONMENT, OPTIONS
from ._errors import TdmError
from ._inner_xml import HAS_LXML
from ._interruption import ended_cleanly
from ._onboarding_tag import looks_like_tag
from ._task import Context, Task
from ._transport import HAS_REQUESTS
from ._words import harmless

#: Options of the connection that are secret as a whole, and addresses that may come with a password.
SECRETS = tuple(name for name, entry in OPTIONS.items() if entry.get("no_log"))
ADDRESSES = ("proxy", "url", "login_url", "session_url")
MISTAKE = (
    "the collection made a mistake (%s in %s, line %d): please report it, with the traceback that -vvv shows. What it was "
    "about isn't shown, since it may hold a secret"
)


def from_environment(name: str) -> str:
    """Return an environment variable for an option that wasn't given; an empty one counts as none."""
    if not os.environ.get(name):
        raise AnsibleFallbackNotFound
    return os.environ[name]


def argument_spec(task: Task) -> dict[str, Any]:
    """Return a module's whole argument spec: the connection's options and its own."""
    spec = {name: {**entry, "fallback": (from_environment, [ENVIRONMENT[name]])} for name, entry in OPTIONS.items()}
    spec.update(task.options)
    return spec


def own_secrets(params: dict[str, Any]) -> set[str]:
    """Return the secrets in a task's options that are to be kept out of its result, the keys of devices apart."""
    found = {str(params[name]) for name in SECRETS if params.get(name)}
    for name in ADDRESSES:
        found |= _password_in(str(params.get(name) or ""))
    for name in ("dev_eui", "onboarding_tag"):
        value = params.get(name)
        for text in value if isinstance(value, list) else [value]:
            if looks_like_tag(str(text)):
                found |= {part[1:] for part in str(text).strip().split(":")[5:] if part[:1] in "Oo"}
    return found - {""}


def _password_in(address: str) -> set[str]:
    """Return the password in an address, as it stands there and as it is meant."""
    whose = address.rpartition("@")[0].rpartition("://")[2]
    password = whose.partition(":")[2]
    return {password, unquote(password)}


def missing_library() -> str:
    """Return the sentence about a library that is missing on this machine, or nothing."""
    for name, is_here in (("requests", HAS_REQUESTS), ("lxml", HAS_LXML)):
        if not is_here:
            return str(missing_required_lib(name))
    return ""


def result_of(task: Task, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Return a task's result, whatever happens in it that a user can cause.

    What the platform says gets to a terminal from here: results, warnings and progress hold no control characters.
    """
    problem = missing_library()
    if problem:
        return {"failed": True, "changed": False, "msg": problem}
    context = replace(context, warn=_harmlessly(context.warn), report=context.report and _harmlessly(context.report))
    try:
        result = task.run(params, context)
    except TdmError as error:
        result = failure_of(error)
    except Exception as error:  # its text may quote what was sent or received
        frames = traceback.extract_tb(error.__traceback__)
        message = MISTAKE % (type(error).__name__, os.path.basename(frames[-1].filename), frames[-1].lineno or 0)
        lines = [*traceback.format_list(frames), type(error).__name__ + "\n"]
        result = {"failed": True, "changed": False, "msg": message, "exception": "".join(lines)}
    shown: dict[str, Any] = harmless(result)
    return shown


def failure_of(error: TdmError) -> dict[str, Any]:
    """Return the result that an error is for the user."""
    result: dict[str, Any] = harmless({"failed": True, "changed": False, "msg": error.message, **error.facts})
    return result


def _harmlessly(tell: Callable[[str], object]) -> Callable[[str], object]:
    return lambda text: tell(harmless(text))


def main(task: Task) -> None:
    """Run a task as a module."""
    module = AnsibleModule(argument_spec(task), supports_check_mode=True, **task.rules)
    params = dict(module.params)
    if task.masks_itself:
        module.no_log_values = set()
        # The invocation that -vvv shows: what is in these is known from the playbook.
        module.params.update(
            {name: "(not shown)" for name, entry in task.options.items() if entry.get("no_log") and params[name]}
        )
    module.no_log_values |= own_secrets(params)
    with ended_cleanly():
        result = result_of(task, params, Context(module.check_mode, module._diff, module.warn))
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)
