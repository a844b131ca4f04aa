# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory as a task of this collection: from options to hosts, their variables and groups."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any, Callable

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ..module_utils._engine.description import describe
from ..module_utils._engine.hosts import host_names
from ..module_utils._engine.plan import Observed
from ..module_utils._errors import OptionError, without
from ..module_utils._frame.connection import OPTIONS as CONNECTION
from ..module_utils._frame.module import argument_spec
from ..module_utils._frame.secrets import secrets_of
from ..module_utils._frame.task import Context, Task
from ..module_utils._resources.device.declaration import DEVICE
from ..module_utils._schema.near import did_you_mean, nearest
from ..module_utils._schema.severities import SEVERITIES
from ..module_utils._schema.values import UNKNOWN
from ..module_utils._tasks.info import info, observed
from ..module_utils._text import in_snake_case
from ._arguments import as_json, refuse_misread, that_are_given, with_numbers, without_empty
from ._group_names import Group, group_names
from ._registry import register
from ._unknown import unknown_options

ALL_DEVICES = "lorawan_devices"
#: Values of the option hostvars that stand for several variables.
ALL, AS_OPTIONS = "all", "options"
#: Allowed prefixes of variables. The platform's data must not set Ansible's own ``ansible_`` variables.
PREFIX = re.compile(r"(?!ansible)[a-z_][a-z0-9_]*\Z", re.ASCII | re.IGNORECASE)
FACT = re.compile(r"\w+\Z", re.ASCII)
MOST_NAMED = 3  # examples in one warning

MISFIT = "the inventory has an invalid option: %s"
UNKNOWN_OPTIONS = "the inventory has no option %s: correct or remove it"
BAD_PREFIX = "%s must be a prefix for variable names, with letters, digits and _, and must not begin with ansible, got %s"
SECRET = "hostvars names %s, which is a secret and can't be read: remove it"
NO_VALUE = "hostvars names %s, which describes a change and is not a value of a device: remove it"
NOT_SHOWN = "hostvars names %s%s, which the platform shows for none of these devices: correct it, or remove it"
NO_GROUPS = "the platform's device list lacks the values for group_by %s: use gather: devices, or remove this from group_by"
ALIKE = "%s would have the same name, %s, and get a hash as suffix: rename one of them"
BY_EUI = (
    "%d devices have their DevEUI as host name, because their names are empty, not unique or invalid for a host; the first is "
    "%s. Give them unique names, or set hostname: dev_eui"
)


# -- groups --------------------------------------------------------------------


def _each_of(kind: str, option: str, by_id: bool = False) -> Callable[[Observed], list[Group] | None]:
    """Return a function that groups a device by the resources in an option.

    :param by_id: name groups by ID, for resources whose names aren't unique, such as device profiles.
    """

    def groups(one: Observed) -> list[Group] | None:
        value = one.value(option)
        if value is UNKNOWN:
            return None
        several = value if isinstance(value, tuple) and all(isinstance(each, tuple) for each in value) else [value]
        return [_group(kind, each, by_id) for each in several if each]

    return groups


def _group(kind: str, value: object, by_id: bool = False) -> Group:
    """Return the group of a tag, or of a reference ``(ID, name)``."""
    key = tuple(map(str, value)) if isinstance(value, tuple) else (str(value),)
    return Group((kind, *key), (kind, (key if by_id else key[::-1])[0] or "".join(key)))


def _by_tag(one: Observed) -> list[Group] | None:
    value = one.value("tags")
    return [_group("tag", tag) for tag in value] if isinstance(value, tuple) else None


def _by_domain(one: Observed) -> list[Group] | None:
    value = one.value("domains")
    if not isinstance(value, tuple):
        return None
    paths = [("domain", group, *name.split("/")) for group, name in value]
    return [Group(path, path) for path in paths]


def _by_health(one: Observed) -> list[Group] | None:
    state = _shown_in(one, "healthState")
    return [_group("health", state)] if state else None


def _by_alarm_level(one: Observed) -> list[Group] | None:
    level = _shown_in(one, "alarmLevel")
    if level is None:
        return None
    return [_group("alarm_level", SEVERITIES.get(level, level))] if level else []  # 0: no unacknowledged alarm


def _shown_in(one: Observed, key: str) -> Any:
    found = (one.brief or {}).get(key)
    return (one.whole or {}).get(key) if found is None else found


#: Functions by kind of group: they return a device's groups, or None if unknown.
KINDS: dict[str, Callable[[Observed], list[Group] | None]] = {
    "tag": _by_tag,
    "domain": _by_domain,
    "device_profile": _each_of("device_profile", "device_profile", by_id=True),
    "connectivity_plan": _each_of("connectivity_plan", "connectivity_plan"),
    "health": _by_health,
    "alarm_level": _by_alarm_level,
    "application_server": _each_of("application_server", "application_servers"),
    "routing_profile": _each_of("routing_profile", "routing_profile"),
}


def _above(group: Group) -> Iterable[Group]:
    """Return the groups above a domain's group, the nearest first."""
    if group.key[0] == "domain":
        for length in range(len(group.key) - 1, 1, -1):
            yield Group(group.key[:length], group.parts[:length])


# -- variables -----------------------------------------------------------------


class _Variables:
    """Chooses and names the variables of a host."""

    def __init__(self, params: dict[str, Any]) -> None:
        self._prefix, self._facts_prefix = params["hostvars_prefix"], params["facts_prefix"]
        for option in ("hostvars_prefix", "facts_prefix"):
            if not PREFIX.match(params[option]):
                raise OptionError(BAD_PREFIX % (option, params[option] or "nothing"))
        names = set(params["hostvars"])
        self._all_facts, self._all_options = ALL in names, bool(names & {ALL, AS_OPTIONS})
        names -= {ALL, AS_OPTIONS}
        for name in sorted(names & set(DEVICE.by_name)):
            if DEVICE.by_name[name].secret or DEVICE.by_name[name].edits:
                raise OptionError((SECRET if DEVICE.by_name[name].secret else NO_VALUE) % name)
        known = names & {*DEVICE.by_name, DEVICE.identity.option}
        chosen = {DEVICE.by_name[name].name if name in DEVICE.by_name else name for name in known}
        # Options that belong together are shown together: a latitude alone could not be applied.
        self._options = frozenset(chosen.union(*(group for group in DEVICE.together if chosen & set(group))))
        self._facts = frozenset(names - known)
        self.unseen = set(self._facts)
        self.shown: set[str] = set()

    def of(self, one: Observed, host: str) -> dict[str, Any]:
        """Return a host's variables."""
        options = self._options_of(one, host) if self._all_options or self._options else {}
        facts = self._facts_of(one) if self._all_facts or self._facts else {}
        variables = {self._facts_prefix + name: value for name, value in facts.items()}
        return {**variables, **{self._prefix + name: value for name, value in options.items()}}

    def _options_of(self, one: Observed, host: str) -> dict[str, Any]:
        """Return options that change nothing when applied.

        Three options are always included: the DevEUI; ``create: false``, because a new device would lack the unreadable keys; and
        the name if the host has another one, since a device without a name would get the host's.
        """
        told = describe(one).options
        chosen = told if self._all_options else {name: told[name] for name in told if name in self._options}
        name = told.get("name")
        named = {} if name == host else {"name": name}
        return {DEVICE.identity.option: one.address, "create": False, **named, **chosen}

    def _facts_of(self, one: Observed) -> dict[str, Any]:
        """Return the platform's data that is no option."""
        shown = in_snake_case({**(one.brief or {}), **(one.whole or {})})
        facts = {name: value for name, value in shown.items() if name not in DEVICE.by_name and FACT.match(name)}
        if self.unseen:
            self.unseen -= facts.keys()
            self.shown |= facts.keys()
        return facts if self._all_facts else {name: facts[name] for name in facts if name in self._facts}


# -- hosts ---------------------------------------------------------------------


def _run(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Return hosts with their variables and groups, and the parent of each group."""
    variables = _Variables(params)
    unset = dict.fromkeys(info(DEVICE).options)
    gather = "options" if params["gather"] == DEVICE.keys else params["gather"]
    found = observed(DEVICE, {**unset, **params, **(params["filters"] or {}), "gather": gather}, context)
    groups = _groups_of(found, params["group_by"], context)
    every = {one.key: one for some in groups for group in some for one in (group, *_above(group))}
    names, alike = group_names(every.values())
    _tell_alike(alike, context)
    parents = {names[key]: names[above.key] for key, group in every.items() for above in list(_above(group))[:1]}
    hosts = _hosts_of(found, params["hostname"], names.values(), context)
    result = [
        {"name": host, "vars": variables.of(one, host), "groups": [names[group.key] for group in some]}
        for one, host, some in zip(found, hosts, groups)
    ]
    for name in sorted(variables.unseen if found else ()):
        known = nearest(name, [*variables.shown, *DEVICE.by_name])
        context.warn(NOT_SHOWN % (name, did_you_mean(known)))
    return {"changed": False, "hosts": result, "parents": parents}


def _groups_of(found: list[Observed], kinds: list[str], context: Context) -> list[list[Group]]:
    """Return each device's groups."""
    groups: list[list[Group]] = [[] for _one in found]
    unknown = []
    for kind in dict.fromkeys(kinds):
        told = [KINDS[kind](one) for one in found]
        if found and all(some is None for some in told):
            unknown.append(kind)
        for own, some in zip(groups, told):
            own.extend(some or [])
    if unknown:
        context.warn(NO_GROUPS % ", ".join(unknown))
    return groups


def _tell_alike(alike: dict[str, list[tuple[str, ...]]], context: Context) -> None:
    for name, keys in sorted(alike.items())[:MOST_NAMED]:
        context.warn(ALIKE % (" and ".join("%s %s" % (key[0], ":".join(key[1:])) for key in keys[:MOST_NAMED]), name))


def _hosts_of(found: list[Observed], hostname: str, taken: Iterable[str], context: Context) -> list[str]:
    """Return the host name of each device."""
    if hostname == DEVICE.identity.option:
        return [one.address for one in found]
    names = host_names({one.address: one.value("name") for one in found}, {ALL_DEVICES, *taken})
    unnamed = sorted(eui for eui, name in names.items() if name == eui)
    if unnamed:
        context.warn(BY_EUI % (len(unnamed), unnamed[0]))
    return [names[one.address] for one in found]


# -- the task ------------------------------------------------------------------


def _task() -> Task:
    """Return the inventory's task; it has the filters of the task that shows devices."""
    shows = info(DEVICE)
    exclusive = [names for names in shows.rules["mutually_exclusive"] if DEVICE.identity.option not in names]
    filters = {name: shows.options[name] for name in DEVICE.filters}
    options: dict[str, Any] = {
        "filters": {"type": "dict", "options": filters, "mutually_exclusive": exclusive},
        "gather": {"type": "str", "choices": ["briefs", DEVICE.keys], "default": "briefs"},
        "parallel": shows.options["parallel"],
        "hostname": {"type": "str", "choices": ["name", DEVICE.identity.option], "default": "name"},
        "hostvars": {"type": "list", "elements": "str", "default": [AS_OPTIONS]},
        "hostvars_prefix": {"type": "str", "default": "lorawan_"},
        "facts_prefix": {"type": "str", "default": "thingpark_"},
        "group_by": {
            "type": "list",
            "elements": "str",
            "choices": list(KINDS),
            "default": [kind for kind in KINDS if kind != "routing_profile"],
        },
    }
    return Task(options, _run, digits=DEVICE.digits)


INVENTORY = _task()
#: Options that are read here, with those of the connection; all others are Ansible's own.
SPEC = argument_spec(INVENTORY)


def read_options(given: dict[str, Any]) -> dict[str, Any]:
    """Return the task's parameters, read like an action's options; raises :class:`OptionError`.

    Missing options come from the environment, as in modules; an empty variable counts as missing.
    """
    args = without_empty(that_are_given(as_json(given), SPEC), CONNECTION)
    refuse_misread(args, INVENTORY)
    args = with_numbers(args, INVENTORY)
    checked = ArgumentSpecValidator(SPEC).validate(args)
    params: dict[str, Any] = checked.validated_parameters
    register(INVENTORY, params)
    if checked.error_messages:
        secrets, message = secrets_of(INVENTORY, params), MISFIT % checked.error_messages[0]
        if checked.unsupported_parameters:  # first: it may be the misspelled name of an option that another message misses
            message = UNKNOWN_OPTIONS % unknown_options(checked.unsupported_parameters, SPEC, secrets)
        raise OptionError(without(message, secrets, ours=True))
    return params


def asked(params: dict[str, Any]) -> str:
    """Return a digest of the options and the account, by which a cache recognizes the same question."""
    open_ones = {name: value for name, value in params.items() if not CONNECTION.get(name, {}).get("no_log")}
    return hashlib.sha256(json.dumps(open_ones, sort_keys=True).encode()).hexdigest()
