# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Resources as they are, or as they would be described: those that are named, or all that match filters."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from .._api.resources import Client, ResourceClient
from .._engine.description import describe, is_open
from .._engine.desired import Desired
from .._engine.lookup import Lookup
from .._engine.plan import Observed
from .._errors import ApiError, OptionError
from .._frame.connection import connected
from .._frame.task import Context, Task
from .._schema.filters import read_filters
from .._schema.resource import Resource
from .._schema.texts import Fault
from .._schema.values import UNKNOWN, members
from .._text import in_snake_case
from .._workers import each

LEFT_OUT = "%d options of %s can't be described, and are left as they are: the return value left_out has each, and why"


def info(resource: Resource) -> Task:
    """Return the task that shows resources of one kind."""
    key = resource.identity.option
    options: dict[str, Any] = {
        key: {"type": "list", "elements": "str"},
        **{name: each.argument() for name, each in resource.filters.items()},
        "gather": {"type": "str", "choices": ["briefs", resource.keys, "options"], "default": "briefs"},
        "parallel": {"type": "int", "default": 8},
    }
    exclusive = [(key, name) for name in resource.filters]
    times: dict[str, list[str]] = {}
    for name, declared in resource.filters.items():
        times.setdefault(declared.before, []).append(name)
    exclusive += [tuple(names) for before, names in times.items() if before and len(names) > 1]
    rules = {"mutually_exclusive": exclusive}
    return Task(options, _Info(resource).run, rules, digits=resource.digits, secrets_in=resource.rules.secrets_in)


def observed(resource: Resource, params: dict[str, Any], context: Context) -> list[Observed]:
    """Return what the task that shows resources finds, for whoever tells it otherwise.

    :param params: that task's parameters, the connection's included.
    """
    return _Info(resource).observed(params, context)


class _Info:
    """The resources of one kind, as they are."""

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        self._key = resource.identity.option

    def run(self, params: dict[str, Any], context: Context) -> dict[str, Any]:
        """Return resources by their identity, or all that match the filters."""
        found = self.observed(params, context)
        if params["gather"] == "options":
            return self._in_options(found, context)
        return {"changed": False, self._resource.keys: [self._shown(one) for one in found]}

    def observed(self, params: dict[str, Any], context: Context) -> list[Observed]:
        """Return what is known of resources after as many requests as ``gather`` wants."""
        identities = self._identities(params.get(self._key) or [])
        filters = read_filters(self._resource.filters, params, self._resource.plural, self._resource.ranges)
        if params["parallel"] < 1:
            raise OptionError("parallel must be at least 1, got %d" % params["parallel"])
        with connected(params, context) as client:
            api = ResourceClient(client, self._resource)
            wanted = params.get(self._key) is not None  # an empty list means none, not all of them
            briefs = [api.brief(identity) for identity in identities] if wanted else self._listed(api, client, filters)
            found = [Observed(self._resource, brief) for brief in briefs if brief is not None]
            gather = params["gather"]
            open_ones = [one for one in found if gather == self._resource.keys or (gather == "options" and is_open(one))]
            each(open_ones, lambda one: look(api, one), min(params["parallel"], len(open_ones)))
            return [one for one in found if one.exists]

    def _in_options(self, found: list[Observed], context: Context) -> dict[str, Any]:
        """Return resources as the tasks that manage them take them."""
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
                result.append(str(self._resource.identity.type.parse(text)))
            except Fault as fault:
                raise OptionError("%s %s" % (self._key, fault)) from None
        return result

    def _listed(self, api: ResourceClient, client: Client, filters: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the briefs that match.

        The platform knows plans and servers by ID. What is given is taken for one first, which costs nothing; only where no
        resource matches, it may be a name, or a mistake, and the names are asked for.
        """
        declared = self._resource.filters
        named = {
            option: value for option, value in filters.items() if declared[option].names and value not in declared[option].words
        }
        found = None
        try:
            found = self._matching(api, filters)
        except ApiError as error:
            if not named or error.status not in (400, 404):
                raise
        if found or not named:
            return found or []
        identified = self._identified(client, named)
        if found is not None and identified == named:
            return found
        return self._matching(api, {**filters, **identified})

    def _identified(self, client: Client, named: dict[str, Any]) -> dict[str, Any]:
        """Return the IDs of what filters name; raises :class:`OptionError` for what the platform doesn't know."""
        declared = self._resource.filters
        desired = Desired("", {declared[option].names: value for option, value in named.items()})
        found, problems = Lookup(client, self._resource).identify([desired], {"": list(desired.values)})
        for problem in problems:
            option = next(option for option in named if declared[option].names == problem.option)
            raise OptionError("%s %s" % (option, problem.message))
        ids = {**desired.values, **found.get("", {})}
        return {option: ids[declared[option].names] for option in named}

    def _matching(self, api: ResourceClient, filters: dict[str, Any]) -> list[dict[str, Any]]:
        declared = self._resource.filters
        asked = {option: value for option, value in filters.items() if declared[option].query}
        query = {declared[option].query: declared[option].said(value) for option, value in asked.items()}
        starts = {declared[option].begins: str(value) for option, value in filters.items() if declared[option].begins}
        ages = [(declared[option].before, value) for option, value in filters.items() if declared[option].before]
        # As in the scope of a purge, a resource has to have all.
        wanted = {declared[option].all_of: set(value) for option, value in filters.items() if declared[option].all_of}
        found = (Observed(self._resource, brief) for page in api.briefs(query) for brief in page)
        matching = (one.brief or {} for one in found if _has_all(one, wanted) and _begins(one, starts))
        return [brief for brief in matching if all((brief.get(key) or 0) < time for key, time in ages)]

    def _shown(self, one: Observed) -> dict[str, Any]:
        """Return all the platform tells, in snake_case, and in the resource's own options where it has them."""
        parts = {option: () for option in one.parts or ()}
        told = {**(one.brief or {}), **(one.whole or {}), **parts}
        raw = in_snake_case(told)
        # Where the platform's word is an option's name too, its value is the option's as well, the empty ones included.
        own = {each.name: one.value(each.name) for each in self._resource.fields if each.name in raw}
        identity = str(told.get(self._resource.identity.key))
        return {**raw, self._key: identity, **self._resource.show({**own, **one.known()})}


def _has_all(one: Observed, wanted: dict[str, set[Any]]) -> bool:
    """Return whether a resource has all of these, as far as its brief shows it."""
    shown = {option: one.value(option) for option, some in wanted.items() if some}
    return all(wanted[option] <= set(members(value)) for option, value in shown.items() if isinstance(value, tuple))


def _begins(one: Observed, starts: dict[str, str]) -> bool:
    """Return whether a resource's values begin so."""
    return all(str(one.value(option)).startswith(start) for option, start in starts.items())


def look(api: ResourceClient, one: Observed) -> None:
    """Fetch a resource whole, with the labels that the list doesn't show; nothing stays of one that is gone since it was listed."""
    identity = one.address
    one.whole = api.get(identity)
    if one.whole is None:
        one.brief = one.recalled = None
        return
    for option in one.resource.apart:
        if one.value(option) is UNKNOWN:  # they are no part of the whole, and an older platform's list lacks them (O)
            with suppress(OptionError):
                one.parts = {**(one.parts or {}), option: api.labels(option, identity)}
