# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes a plan from a description: reads the platform's state, finds the IDs of names, and compares. Sends no writes.

The list is read once. A resource is fetched itself only if its brief lacks a described field.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from .._api.resources import ResourceClient
from .._errors import OptionError
from .._memory import all_kept
from .._schema.values import UNKNOWN
from .._workers import ahead, each
from . import keys
from . import purge as _purge
from .cache import Cache
from .desired import Desired, Problem, refuse
from .lookup import Found, Lookup, is_only_named
from .names import Names
from .plan import CREATE, DELETE, REFUSE, SAME, SUSPEND, Change, Comparison, Observed, compare, plan, unchanged
from .policy import Policy, Purge
from .replacement import NOT_THERE, inherited
from .rights import problems_of_licences, problems_of_rights

#: Up to this many resources are requested one by one; for more, the whole list is cheaper.
FEW = 10
#: Note for a platform whose lists show few fields (O).
OLDER = "This is an older platform, whose list shows little of %s: the run fetched %d of them one by one, as every run has to"


@dataclass
class Plan:
    """The necessary changes, in the order of their application.

    :param purge: changes of resources that are not described; these come last.
    :param looked_at: number of resources fetched because their briefs lack a field.
    :param notes: messages for verbose output.
    """

    changes: list[Change] = field(default_factory=list)
    purge: list[Change] = field(default_factory=list)
    looked_at: int = 0
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def deletions(self) -> list[Change]:
        """Return the deletions known so far; without those of a purge if a change is refused."""
        is_refused = any(change.action == REFUSE for change in self.changes)
        return [change for change in self.changes + ([] if is_refused else self.purge) if change.action == DELETE]


def make_plan(api: ResourceClient, described: list[Desired], policy: Policy, cache: Cache) -> Plan:
    """Return the plan.

    Raises :class:`BadInput` with all problems: unknown names, missing options of resources to create, exceeded licenses.
    Raises :class:`OptionError` if it would delete more than allowed.
    """
    look = _Preparation(api, described, policy, cache)
    look.take_list()
    problems = look.inherit() + look.problems_here() + look.clear_up()
    look.guard_deletions()
    changes = look.changes()
    refuse(api.resource, problems + look.problems_of(changes) + look.problems_of_run(changes))
    if api.encrypts and keys.are_sent(api.resource, changes):
        api.make_ready()
    created = [(change.identity, change.values) for change in changes if change.action == CREATE]
    warnings = api.resource.rules.warnings(created, api.client.session.is_mine)
    purged: list[Change] = []
    if policy.purge is not None:
        purged, more = look.purged(policy.purge)
        warnings = [*warnings, *more]
    return Plan(changes, purged, look.count, warnings, look.notes())


class _Preparation:
    """Collects the state of the described resources until it is enough to plan.

    Each new state of a resource is entered by :meth:`_take` and compared at once.
    """

    def __init__(self, api: ResourceClient, described: list[Desired], policy: Policy, cache: Cache) -> None:
        self._api = api
        self._resource = api.resource
        self._policy = policy
        self._cache = cache
        self._described = {desired.identity: desired for desired in described}
        self._observed: dict[str, Observed] = {}
        self._comparisons: dict[str, Comparison] = {}
        self._names = Names(api.resource, self._described) if api.resource.identity.named_by else None
        #: Resources as described, whose state is dropped to save memory. Not with a purge: it counts all briefs in its scope.
        self._settled: set[str] = set()
        self._may_forget = policy.purge is None and not policy.update_keys and len(described) > FEW
        #: Number of resources fetched because their briefs lack a field.
        self.count = 0

    @cached_property
    def _lookup(self) -> Lookup:
        """The finder of IDs; most runs need none."""
        return Lookup(self._api.client, self._resource)

    def take_list(self) -> None:
        """Read the list; each page is compared while the platform prepares the next one."""
        kept = self._resource.kept_keys
        with all_kept():
            for identity, one in self._listed():
                # If the list changes while it is read, a resource may appear on two pages; the later brief counts.
                self._settled.discard(identity)
                self._take(identity, one)
                if self._may_forget and self._comparisons.get(identity) is SAME and self._is_settled(identity, one):
                    self._settled.add(identity)
                    self._take(identity, None)
                elif one.brief is not None:
                    one.brief = {name: value for name, value in one.brief.items() if name in kept}

    def _is_settled(self, identity: str, one: Observed) -> bool:
        """Return whether the state of a resource that is as described is no longer needed; in a fleet, of nearly all."""
        desired = self._described[identity]
        is_needed = desired.meant_by or desired.replaces or desired.after or desired.rewrites_keys
        return not is_needed and not self._resource.rules.refuse_change(desired.values, one)

    def _listed(self) -> Iterator[tuple[str, Observed]]:
        """Yield the listed state of each described resource; with a purge, of every resource."""
        everything = self._policy.purge is not None
        recall = self._cache.recall if self._cache.path else None
        if self._resource.is_single:
            for identity in self._described:
                yield identity, Observed(self._resource, whole=self._api.get(identity))
            return
        few = len(self._described) <= FEW and not everything and not self._resource.identity.named_by
        for page in self._few() if few else ahead(self._api.briefs()):
            for brief in page:
                identity = self._name_of(brief)
                if everything or identity in self._described:
                    yield identity, Observed(self._resource, brief, recalled=recall(brief) if recall else None)

    def _few(self) -> Iterator[list[dict[str, Any]]]:
        for identity in sorted(self._described):
            brief = self._api.brief(identity)
            if brief is not None:
                yield [brief]

    def _name_of(self, brief: dict[str, Any]) -> str:
        """Return the key of a brief's resource in this run."""
        return self._names.of(brief) if self._names is not None else self._resource.names_of(brief)[0]

    def _take(self, identity: str, one: Observed | None) -> None:
        """Enter the state of a resource and compare it; None for a resource that was deleted since it was listed."""
        if one is None:
            del self._observed[identity]
            self._comparisons.pop(identity, None)
            return
        self._observed[identity] = one
        self._compare(identity)

    def _compare(self, identity: str) -> None:
        desired = self._described.get(identity)
        if desired is not None and not desired.absent:
            self._comparisons[identity] = compare(desired, self._observed[identity])

    def _name(self, found: Found) -> list[str]:
        """Replace names by IDs; return the identities of the resources concerned."""
        for identity, ids in found.items():
            desired = self._described[identity]
            self._described[identity] = replace(desired, values={**desired.values, **ids})
        return list(found)

    def inherit(self) -> list[Problem]:
        """Let replacements inherit values from the resources they replace; return the problems of missing ones."""
        problems: list[Problem] = []
        heirs = [desired for desired in self._described.values() if desired.replaces]
        olds = self._entire([heir.replaces for heir in heirs if heir.replaces in self._observed])
        for heir in heirs:
            old = olds.get(heir.replaces)
            if old is None:
                del self._described[heir.replaces]
                if heir.identity not in self._observed:
                    problems += heir.problems([("replaces", NOT_THERE % heir.replaces)])
                continue
            self._described[heir.identity] = replace(heir, values=inherited(heir, old))
            if heir.identity in self._observed:
                self._compare(heir.identity)
        return problems

    def problems_here(self) -> list[Problem]:
        """Return the problems of ambiguous names, and of options that this kind of platform doesn't accept."""
        rules, is_enterprise = self._resource.rules, self._api.client.session.is_mine
        problems: list[Problem] = []
        for desired in self._described.values():
            if self._names is not None and desired.meant_by:
                problems += desired.problems(self._names.faults(desired))
            if any(name in desired.values for name in rules.limited_here):
                problems += desired.problems(rules.check_here(desired.values, is_enterprise))
        return problems

    def clear_up(self) -> list[Problem]:
        """Resolve open questions: IDs of names, fields that briefs lack; return the problems found."""
        # Most of a fleet already is as described; only the rest needs a closer look.
        rest = [
            identity
            for identity, desired in self._described.items()
            if not desired.absent and identity not in self._settled and self._comparisons.get(identity) is not SAME
        ]
        self._show_ids(rest)
        unclear = [self._described[name] for name in rest if name in self._comparisons and self._comparisons[name].unknown]
        for identity, one in self._fetched(unclear).items():
            self._take(identity, one)
        self._show_ids(rest)
        return self._identify(rest)

    def _show_ids(self, rest: list[str]) -> None:
        """Find the IDs for an older platform that shows only names (O), if nothing else about a resource is unclear."""
        wanted: dict[str, set[str]] = {}
        for identity in rest:
            unknown = self._comparisons[identity].unknown if identity in self._comparisons else []
            if unknown and all(is_only_named(self._observed[identity], option) for option in unknown):
                for option in unknown:
                    wanted.setdefault(option, set()).add(self._described[identity].values[option])
        if not wanted:
            return
        shown = self._api.shown
        for option, texts in wanted.items():
            shown.identifiers[self._resource.by_name[option].path[0]] = self._lookup.names_as_ids(option, texts)
        for identity, one in self._observed.items():
            brief, whole = (part and shown.identified(part) for part in (one.brief, one.whole))
            self._observed[identity] = replace(one, brief=brief, whole=whole)
        for identity in rest:
            if identity in self._comparisons:
                self._compare(identity)

    def _identify(self, rest: list[str]) -> list[Problem]:
        """Replace names by IDs, if a resource is to be created or seems to name another resource than described.

        Returns the problems of these names, and of resources to create.
        """
        naming = [each.name for each in self._resource.fields if each.refers_to]
        to_make = [identity for identity in rest if identity not in self._observed and self._described[identity].create]
        problems: list[Problem] = []
        if to_make:
            found, problems = self._lookup.answer_questions(self._of(to_make))
            self._name(found)
        options = {desired.identity: [name for name in naming if name in desired.values] for desired in self._of(to_make)}
        for identity in rest:
            if identity in self._comparisons:
                options[identity] = [name for name in naming if name in self._comparisons[identity].differing]
        if any(options.values()):
            found, more = self._lookup.identify(self._of(rest), options)
            problems += more
            for identity in self._name(found):
                if identity in self._observed:
                    self._compare(identity)
        return problems + (self._lookup.problems_of_creations(self._of(to_make)) if to_make else [])

    def _of(self, identities: Iterable[str]) -> list[Desired]:
        return [self._described[identity] for identity in identities]

    def guard_deletions(self) -> None:
        """Refuse more deletions than allowed, and fetch the resources to delete as a whole, for the backup."""
        if self._policy.max_deletions is None:
            return
        doomed = [identity for identity, desired in self._described.items() if desired.absent and identity in self._observed]
        _purge.guard(self._resource, doomed, len(self._described), self._policy.max_deletions)
        for identity, one in self._entire(doomed).items():
            self._take(identity, one)

    def _counted(self, doomed: list[str]) -> dict[str, Observed]:
        """Return the resources to delete that are in use, with the number of their users; counted only before a deletion."""
        uses = self._api.uses() if doomed and self._resource.users else {}
        found = {identity: (self._observed[identity], uses.get(self._observed[identity].address)) for identity in doomed}
        key = self._resource.users.count if self._resource.users else ""
        return {
            identity: replace(one, brief={**(one.brief or {}), key: count}) for identity, (one, count) in found.items() if count
        }

    def changes(self) -> list[Change]:
        """Return the changes of the described resources."""
        described = self._described.items()
        absent = [identity for identity, desired in described if desired.absent and identity in self._observed]
        self._observed.update(self._counted(absent))
        nothing, always = Observed(self._resource), self._policy.update_keys
        return [
            unchanged(desired, nothing)
            if identity in self._settled
            else plan(desired, self._observed.get(identity, nothing), self._comparisons.get(identity), always)
            for identity, desired in self._described.items()
        ]

    def problems_of(self, changes: list[Change]) -> list[Problem]:
        """Return the problems of single changes that the platform would refuse."""
        problems = keys.problems(self._resource, changes) if self._api.encrypts else []
        return problems + (self._lookup.problems_of_changes(changes) if self._resource.rules.limited_by_platform else [])

    def problems_of_run(self, changes: list[Change]) -> list[Problem]:
        """Return the problems of missing rights, and of limits that all changes together exceed."""
        granted = self._api.client.rights
        problems = [] if granted is None else problems_of_rights(self._resource, changes, granted)
        if self._policy.check_licences:
            problems += problems_of_licences(self._resource, changes, self._lookup.listed)
        return problems

    def purged(self, purge: Purge) -> tuple[list[Change], list[str]]:
        """Return the changes of resources that are not described, and warnings for the user."""
        resource, scope, aside = self._resource, purge.scope, self._resource.set_aside
        listed, spared = self._observed, set(self._described)
        if purge.action == SUSPEND:
            # Resources already suspended need no purge and don't count against its maximum.
            spared |= {name for name, one in listed.items() if all(one.value(key) == value for key, value in aside.items())}
        # The scope is checked for all resources, since the maximum may be a percentage of those in scope.
        listed.update(self._seen_for(scope))
        chosen = _purge.choose(resource, listed, spared, scope, purge.maximum, purge.action)
        left = sum(scope.is_unclear(identity, one) for identity, one in listed.items() if identity not in spared)
        warnings = []
        if left:
            message = "purge skipped %d %s: the platform doesn't show whether they are in its scope"
            warnings.append(message % (left, resource.plural))
        if purge.action == SUSPEND:
            wanted = [Desired(identity, dict(aside), where="purge") for identity in chosen]
            found = self._fetched([each for each in wanted if compare(each, listed[each.identity]).unknown])
        else:
            wanted = [Desired(identity, {}, absent=True, where="purge") for identity in chosen]
            self._observed.update(self._counted(chosen))
            found = self._entire(chosen)
        seen = {**listed, **found}
        return [plan(each, one) for each in wanted if (one := seen[each.identity]) is not None], warnings

    def _fetched(self, described: list[Desired]) -> dict[str, Observed | None]:
        """Fetch whole resources, with described labels that are still unknown; None for a deleted resource."""
        found: dict[str, Observed | None] = {}

        def fetch(desired: Desired) -> None:
            identity = desired.identity
            one = self._observed[identity]
            whole = self._api.get(one.address)
            found[identity] = None
            if whole is not None:
                if self._cache.path:
                    self._cache.remember(one.address, whole)
                labels = self._resource.labels_in(desired.values)
                found[identity] = self._with_labels(identity, replace(one, whole=whole), labels, strict=True)

        self.count += len(described)
        each(described, fetch, min(self._policy.parallel, len(described)))
        return found

    def _entire(self, identities: list[str]) -> dict[str, Observed | None]:
        """Return whole resources, with their labels; None for a deleted resource."""
        found = {identity: self._observed[identity] for identity in identities if self._observed[identity].whole is not None}
        fetched = self._fetched([Desired(identity, {}) for identity in identities if identity not in found])
        found.update((identity, one) for identity, one in fetched.items() if one is not None)

        def see(identity: str) -> None:
            found[identity] = self._with_labels(identity, found[identity], self._resource.apart)

        each(list(found), see, min(self._policy.parallel, len(found)))
        return {**fetched, **found}

    def _seen_for(self, scope: _purge.Scope) -> dict[str, Observed]:
        """Return resources that may be in the scope with the fields it needs: labels, and if still unclear the whole resource."""
        unclear = {identity: one for identity, one in self._observed.items() if scope.is_unclear(identity, one)}
        found: dict[str, Observed] = {}

        def ask(identity: str) -> None:
            one = self._with_labels(identity, unclear[identity], scope.labels())
            if one.whole is None and scope.is_unclear(identity, one):
                one = replace(one, whole=self._api.get(one.address))
            found[identity] = one

        each(list(unclear), ask, min(self._policy.parallel, len(unclear)))
        self.count += sum(one.whole is not unclear[identity].whole for identity, one in found.items())
        return found

    def _with_labels(self, identity: str, one: Observed, options: Iterable[str], strict: bool = False) -> Observed:
        """Return the state of a resource completed by labels that its brief lacks.

        :param strict: a platform without labels is an error, since some are described.
        """
        parts = dict(one.parts or {})
        for option in options:
            if one.value(option) is UNKNOWN:
                with suppress(*(() if strict else (OptionError,))):
                    parts[option] = self._api.labels(option, identity)
        return replace(one, parts=parts or None)

    def notes(self) -> list[str]:
        """Return messages for verbose output."""
        return [OLDER % (self._resource.one, self.count)] if self._api.shown.is_older and self.count else []
