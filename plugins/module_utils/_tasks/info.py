# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shows resources as the platform has them, or as options for a description: selected by identity or filters."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from .._api.resources import ResourceClient
from .._engine.description import describe, is_open
from .._engine.plan import Observed
from .._engine.selection import listed
from .._errors import OptionError
from .._frame.connection import connected
from .._frame.task import Context, Task
from .._schema.filters import read_filters
from .._schema.near import suggestion
from .._schema.resource import BRIEF, Resource
from .._schema.texts import Fault, shown
from .._schema.values import UNKNOWN
from .._text import in_snake_case
from .._workers import check_parallel, each

#: Filters of digits, which YAML may read as a number.
DIGITS = ("eui_prefix",)
LEFT_OUT = "%d options of %s can't be described, and are left unchanged: the return value left_out lists each with the reason"


def info(resource: Resource) -> Task:
    """Return the task that shows resources of one kind."""
    key = resource.identity.option
    options: dict[str, Any] = {
        key: {"type": "list", "elements": "str"},
        **{name: each.argument() for name, each in resource.filters.items()},
    }
    if any(each.seen != BRIEF for each in resource.fields):
        whole = [resource.keys]
        options["parallel"] = {"type": "int", "default": 8}
    else:
        whole = []
    gathers = ["briefs", *whole, "options", *resource.gathered]
    options["gather"] = {"type": "str", "choices": gathers, "default": "briefs"}
    exclusive: list[tuple[str, ...]] = [(key, name) for name in resource.filters]
    times: dict[str, list[str]] = {}
    for name, declared in resource.filters.items():
        times.setdefault(declared.before, []).append(name)
    exclusive += [tuple(names) for before, names in times.items() if before and len(names) > 1]
    rules = {"mutually_exclusive": exclusive}
    return Task(options, _Info(resource).run, rules, digits=resource.digits, secrets_in=resource.rules.secrets_in)


def observed(resource: Resource, params: dict[str, Any], context: Context) -> list[Observed]:
    """Return the resources that the info task finds, for other tasks.

    :param params: the info task's parameters, with the connection options.
    """
    task = _Info(resource)
    wish = task.wish(params)
    with connected(params, context) as client:
        return task.found(ResourceClient(client, resource), params, wish)


def filters_in(resource: Resource, given: dict[str, Any]) -> dict[str, Any]:
    """Return the filters in an option ``filters``; raises :class:`OptionError` if they are invalid."""
    for name in given:
        if name not in resource.filters:
            known = suggestion(name, sorted(resource.filters))
            raise OptionError("filters has the unknown filter %s%s" % (shown(name), known))
    for name in DIGITS:
        if name in given and not isinstance(given[name], str):
            raise OptionError("filters: %s must be a text, and YAML took it for a number: quote it" % name)
    return read_filters(resource.filters, given, resource.plural, resource.ranges)


class _Info:
    """The info task of one kind of resource."""

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        self._key = resource.identity.option

    def run(self, params: dict[str, Any], context: Context) -> dict[str, Any]:
        """Return the resources with these identities, or all that match the filters."""
        wish, gather = self.wish(params), params["gather"]
        with connected(params, context) as client:
            api = ResourceClient(client, self._resource)
            found = self.found(api, params, wish)
            if gather == "options":
                return self._in_options(found, context)
            shown = [self._shown(one) for one in found]
            if gather in self._resource.gathered:
                parallel = min(params["parallel"], len(shown))
                each(shown, lambda one: one.update(self._gathered(api, gather, one[self._key])), parallel)
        return {"changed": False, self._resource.keys: shown}

    def wish(self, params: dict[str, Any]) -> tuple[list[str] | None, dict[str, Any]]:
        """Return the identities, or None and filters; raises :class:`OptionError` before any login."""
        identities = self._identities(params.get(self._key) or [])
        filters = read_filters(self._resource.filters, params, self._resource.plural, self._resource.ranges)
        check_parallel(params.get("parallel", 1))
        return (None if params.get(self._key) is None else identities), filters  # an empty list selects nothing, not everything

    def found(self, api: ResourceClient, params: dict[str, Any], wish: tuple[list[str] | None, dict[str, Any]]) -> list[Observed]:
        """Return the resources, fetched as far as ``gather`` requires."""
        identities, filters = wish
        briefs = listed(api, filters) if identities is None else [api.brief(identity) for identity in identities]
        found = [Observed(self._resource, brief) for brief in briefs if brief is not None]
        gather = params["gather"]
        open_ones = [one for one in found if gather == self._resource.keys or (gather == "options" and is_open(one))]
        each(open_ones, lambda one: look(api, one), min(params.get("parallel", 1), len(open_ones)))
        return [one for one in found if one.exists]

    def _in_options(self, found: list[Observed], context: Context) -> dict[str, Any]:
        """Return the resources as options for the managing tasks."""
        told = [describe(one) for one in found]
        left_out = [
            {self._key: one.identity, "option": option, "message": message} for one in told for option, message in one.left_out
        ]
        if left_out:
            context.warn(LEFT_OUT % (len(left_out), self._resource.plural))
        items = [{self._key: one.identity, **one.options} for one in told]
        return {"changed": False, self._resource.keys: items, "left_out": left_out}

    def _identities(self, given: list[str]) -> list[str]:
        result = []
        for text in given:
            try:
                result.append(self._resource.identity.parse(text))
            except Fault as fault:
                raise OptionError("%s %s" % (self._key, fault)) from None
        return result

    def _gathered(self, api: ResourceClient, name: str, identity: str) -> dict[str, Any]:
        """Return a complete list that belongs to one resource, and its length."""
        some = [in_snake_case(brief) for brief in api.gathered(name, identity)]
        return {self._resource.gathered[name].count: len(some), name: some}

    def _shown(self, one: Observed) -> dict[str, Any]:
        """Return all fields of a resource in snake_case, and its options if the platform has values for them."""
        parts = {option: () for option in one.parts or ()}
        told = {**(one.brief or {}), **(one.whole or {}), **parts}
        raw = in_snake_case(told)
        # If a field has the same name as an option, the option's value wins, even if it is empty.
        own = {each.name: one.value(each.name) for each in self._resource.fields if each.name in raw}
        identity = str(told.get(self._resource.identity.key))
        return {**raw, self._key: identity, **self._resource.show({**own, **one.known()})}


def look(api: ResourceClient, one: Observed) -> None:
    """Fetch a resource as a whole, with labels that the list lacks. If it was deleted in the meantime, nothing is left."""
    identity = one.address
    one.whole = api.get(identity)
    if one.whole is None:
        one.brief = one.recalled = None
        return
    for option in one.resource.apart:
        if one.value(option) is UNKNOWN:  # labels are no part of the whole resource, and an older platform's list lacks them (O)
            with suppress(OptionError):
                one.parts = {**(one.parts or {}), option: api.labels(option, identity)}
