# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Selects resources by filters: the list's own query, and conditions on its briefs."""

from __future__ import annotations

from typing import Any

from .._api.resources import ResourceClient
from .._errors import ApiError, OptionError
from .._schema.values import members
from .desired import Desired
from .lookup import Lookup
from .plan import Observed

UNSURE = (
    "this platform's list doesn't show the %s of %d %s that it returned, so the filter may have been ignored: "
    "list them by their %s"
)


def surely_listed(api: ResourceClient, filters: dict[str, Any]) -> list[dict[str, Any]]:
    """Return matching briefs, for resources to change; raises :class:`OptionError` if a brief can't confirm the match."""
    resource = api.resource
    found = listed(api, filters)
    for option in [each.all_of for name, each in resource.filters.items() if name in filters and each.all_of]:
        unsure = sum(not isinstance(Observed(resource, brief).value(option), tuple) for brief in found)
        if unsure:
            raise OptionError(UNSURE % (option, unsure, resource.plural, resource.identity.option))
    return found


def listed(api: ResourceClient, filters: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the briefs that match.

    The platform filters by ID of a plan or server. The given text is tried as an ID first, without extra requests. If nothing
    matches, it may be a name or a mistake, and the names are looked up.
    """
    declared = api.resource.filters
    named = {option: value for option, value in filters.items() if declared[option].names and value not in declared[option].words}
    found = None
    try:
        found = _matching(api, filters)
    except ApiError as error:
        if not named or error.status not in (400, 404):
            raise
    if found or not named:
        return found or []
    identified = _identified(api, named)
    if found is not None and identified == named:
        return found
    return _matching(api, {**filters, **identified})


def _identified(api: ResourceClient, named: dict[str, Any]) -> dict[str, Any]:
    """Return the IDs of names in filters; raises :class:`OptionError` for unknown names."""
    declared = api.resource.filters
    desired = Desired("", {declared[option].names: value for option, value in named.items()})
    found, problems = Lookup(api.client, api.resource).identify([desired], {"": list(desired.values)})
    for problem in problems:
        option = next(option for option in named if declared[option].names == problem.option)
        raise OptionError("%s %s" % (option, problem.message))
    ids = {**desired.values, **found.get("", {})}
    return {option: ids[declared[option].names] for option in named}


def _matching(api: ResourceClient, filters: dict[str, Any]) -> list[dict[str, Any]]:
    declared = api.resource.filters
    asked = {option: value for option, value in filters.items() if declared[option].query}
    query = {declared[option].query: declared[option].said(value) for option, value in asked.items()}
    starts = {declared[option].begins: str(value) for option, value in filters.items() if declared[option].begins}
    ages = [(declared[option].before, value) for option, value in filters.items() if declared[option].before]
    # All of them are required, as in the scope of a purge.
    wanted = {declared[option].all_of: set(value) for option, value in filters.items() if declared[option].all_of}
    found = (Observed(api.resource, brief) for page in api.briefs(query) for brief in page)
    matching = (one.brief or {} for one in found if _has_all(one, wanted) and _begins(one, starts))
    return [brief for brief in matching if all((brief.get(key) or 0) < time for key, time in ages)]


def _has_all(one: Observed, wanted: dict[str, set[Any]]) -> bool:
    """Return whether a resource has all these values; fields that its brief lacks don't count."""
    shown = {option: one.value(option) for option, some in wanted.items() if some}
    return all(wanted[option] <= set(members(value)) for option, value in shown.items() if isinstance(value, tuple))


def _begins(one: Observed, starts: dict[str, str]) -> bool:
    """Return whether a resource's values have these beginnings."""
    return all(str(one.value(option)).startswith(start) for option, start in starts.items())
