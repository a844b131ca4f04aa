# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looks up the resources that a description names: a device's profile, connectivity plan, application servers."""

from __future__ import annotations

import difflib
from functools import partial
from itertools import starmap
from typing import Any

from .._api.resources import Client, as_object, several
from .._api.session import Call
from .._errors import ApiError
from .._schema.parts import Listing
from .._schema.references import Reference, References
from .._schema.resource import Resource
from .._schema.texts import shown
from .desired import Desired, Problem
from .plan import CREATE, UPDATE, Change, Observed

#: Identity -> option -> the IDs that replace names.
Found = dict[str, dict[str, Any]]


class Lookup:
    """Finds the IDs of named resources; requests each list at most once.

    Lists are shared with earlier items of a loop in the same session. If a name is missing there, the list is requested again
    before the name is reported as unknown.
    """

    def __init__(self, client: Client, resource: Resource) -> None:
        self._client = client
        self._resource = resource
        self._shared = client.session.looked_up
        self._asked: dict[str, list[dict[str, Any]]] = {}  # list -> its briefs, fetched in this task
        self._told: dict[str, dict[str, Any] | None] = {}  # path and query -> answer

    def identify(self, described: list[Desired], options: dict[str, list[str]]) -> tuple[Found, list[Problem]]:
        """Return the IDs of names, and the problems of names that the platform doesn't know.

        :param options: identity -> the options to look up in its description.
        """
        self._look_up_by_id(described, options)
        found: Found = {}
        problems: list[Problem] = []
        for desired in described:
            for option in options.get(desired.identity, ()):
                wanted = desired.values.get(option)
                if not wanted:
                    continue
                many = isinstance(wanted, tuple)
                answers = [self._find(option, text) for text in (wanted if many else (wanted,))]
                problems += desired.problems([(option, message) for _id, message in answers if message])
                ids = tuple(sorted(identifier for identifier, message in answers if not message))
                if ids:
                    found.setdefault(desired.identity, {})[option] = ids if many else ids[0]
        return found, problems

    def names_as_ids(self, option: str, wanted: set[str]) -> dict[str, str]:
        """Return name -> ID for an option, for a platform that shows names but no IDs.

        If several resources share a name, a described one is chosen, since the platform doesn't show which one it is.
        """
        identifiers: dict[str, str] = {}
        listing = self._listing(option)
        if listing.key not in self._asked:
            self._ask(listing)
        for identifier, name in self._shared.lists[listing.key]:
            if name not in identifiers or identifier in wanted:
                identifiers[name] = identifier
        return identifiers

    def problems_of_creations(self, described: list[Desired]) -> list[Problem]:
        """Return the problems of resources to create: missing options, and options that the resources they name forbid."""
        rules = self._resource.rules
        problems: list[Problem] = []
        for desired in described:
            faults = rules.check_creation(desired.values, partial(self._brief, desired))
            told = rules.lacking_unless_found(desired.kept)
            problems += desired.problems([fault for fault in faults if fault[0] not in told])
        return problems

    def listed(self, option: str) -> list[dict[str, Any]]:
        """Return the current list of the resources that an option names; requested once per task."""
        listing = self._listing(option)
        if listing.key not in self._asked:
            self._ask(listing)
        return self._asked[listing.key]

    def answer_questions(self, described: list[Desired]) -> tuple[Found, list[Problem]]:
        """Return the values that the platform gives for identifying options, such as the device profile of a TR005 tag."""
        rules = self._resource.rules
        found: Found = {}
        problems: list[Problem] = []
        for desired in described:
            question = rules.question(desired.kept, desired.values)
            if question is None:
                continue
            option, path, key, text, secrets = question
            if key not in self._shared.answers:
                answer = self._client.call(Call("POST", path, text=text, secrets=secrets, types=self._resource.shown))
                self._shared.answers[key] = rules.answered(answer if isinstance(answer, dict) else {})
            offered = self._shared.answers[key]
            if len(offered) == 1:
                found.setdefault(desired.identity, {})[option] = offered[0]
            else:
                problems += desired.problems([(option, rules.undecided(desired.kept, offered))])
        return found, problems

    def told(self, path: str, query: dict[str, str]) -> dict[str, Any] | None:
        """Return the platform's answer to a path below the subscription, requested once per task; None on status 400 or 404."""
        key = "%s %s" % (path, sorted(query.items()))
        if key not in self._told:
            try:
                self._told[key] = as_object(self._client.call(Call("GET", path, query, types=self._resource.json_types)), path)
            except ApiError as error:
                if error.status not in (400, 404):
                    raise
                self._told[key] = None
        return self._told[key]

    def problems_of_changes(self, changes: list[Change]) -> list[Problem]:
        """Return the problems of changes beyond limits that only the platform knows."""
        rules = self._resource.rules
        return [
            problem
            for change in changes
            if change.action in (CREATE, UPDATE) and any(name in change.after for name in rules.limited_by_platform)
            for problem in change.desired.problems(rules.check_limits(change.observed, change.after, self.told))
        ]

    def _listing(self, option: str) -> Listing:
        listing = self._resource.by_name[option].refers_to
        if listing is None:
            raise AssertionError("%s names nothing" % option)
        return listing

    def _brief(self, desired: Desired, option: str) -> dict[str, Any]:
        """Return the brief of the resource that an option names; empty if the list wasn't requested."""
        briefs = self._shared.briefs.get(self._listing(option).key, {})
        return briefs.get(desired.values.get(option, ""), {})

    def _look_up_by_id(self, described: list[Desired], options: dict[str, list[str]]) -> None:
        """Look up resources by ID if their list is too long to read."""
        for each in self._resource.fields:
            if each.refers_to is None or not each.refers_to.at_once:
                continue
            listing, known = each.refers_to, self._shared.briefs.setdefault(each.refers_to.key, {})
            wanted = {
                desired.values[each.name]
                for desired in described
                if each.name in options.get(desired.identity, ()) and desired.values.get(each.name)
            }
            missing = sorted(wanted - set(known))
            for start in range(0, len(missing), listing.at_once):
                for page in self._client.pages(listing.path, {"ID": missing[start : start + listing.at_once]}, listing.shown):
                    known.update((str(brief.get("ID")), brief) for brief in page)

    def _ask(self, listing: Listing) -> None:
        briefs = [brief for page in self._client.pages(listing.path, listing.query, listing.shown) for brief in page]
        if listing.at_once:
            self._shared.briefs.setdefault(listing.key, {}).update((str(brief.get("ID")), brief) for brief in briefs)
        self._asked[listing.key] = briefs
        self._shared.lists[listing.key] = [(str(each.get("ID") or ""), str(each.get(listing.name) or "")) for each in briefs]

    def _find(self, option: str, text: str) -> tuple[str, str]:
        """Return ``(ID, "")``, or ``("", fault)``."""
        listing = self._listing(option)
        lists = self._shared.lists
        if listing.at_once and text in self._shared.briefs.get(listing.key, {}):
            return text, ""
        if listing.key not in self._asked and not any(text in pair for pair in lists.get(listing.key, ())):
            self._ask(listing)
        existing = lists[listing.key]
        if any(identifier == text for identifier, _name in existing):
            return text, ""
        matches = sorted({identifier for identifier, name in existing if name == text})
        if len(matches) == 1:
            return matches[0], ""
        if matches:
            return "", "%s %s" % (shown(text), several(matches))
        names = {each for pair in existing for each in pair if each}
        near = difflib.get_close_matches(text, names, 3, 0.4)
        hint = "; the platform lists none"
        if near:
            hint = "; nearest: %s" % ", ".join(near)
        elif names:
            hint = "; it knows, for example: %s" % ", ".join(sorted(starmap(_called, existing))[:3])
        return "", "%s is not known to the platform%s" % (shown(text, 60), hint)


def _called(identifier: str, name: str) -> str:
    """Return an ID with the name beside it, or the one of the two that the platform shows."""
    return "%s (%s)" % (identifier, name) if identifier and name and identifier != name else identifier or name


def is_only_named(one: Observed, option: str) -> bool:
    """Return whether the platform shows only the name of a resource that an option refers to, not its ID (O)."""
    value = one.value(option)
    type_ = one.resource.by_name[option].type
    is_one = isinstance(type_, Reference) and not isinstance(type_, References)
    return is_one and isinstance(value, tuple) and not value[0]
