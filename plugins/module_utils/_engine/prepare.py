# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a description to a plan: look at the platform, find out what names mean, and say what has to happen. Only reads."""

from __future__ import annotations

from dataclasses import dataclass, field

from .._api.resources import ResourceClient, several
from .._schema.observed import Observed
from .._schema.references import Reference, References
from . import purge as _purge
from .cache import Cache
from .desired import Desired, Problem, refuse
from .lookup import Found, Lookup
from .observe import Observer
from .plan import CREATE, DELETE, REFUSE, SAME, SUSPEND, Change, Comparison, compare, plan

DESCRIBED_BESIDES = "is the name of %s now, which %s describes already: take one of the two out, or give the %s here too"


@dataclass
class Purge:
    """What may happen to resources that nobody described.

    :param maximum: how many, as a number or a percentage of those in scope.
    :param action: DELETE or SUSPEND.
    """

    scope: _purge.Scope
    maximum: object
    action: str = DELETE


@dataclass
class Policy:
    """How many resources are brought to what they should be.

    :param update_keys: write keys again although they can't be compared.
    :param force: override optimistic locking.
    :param parallel: requests under way at once.
    :param max_failures: stop after so many failures; None for never.
    :param max_deletions: how many resources that are described as absent may be deleted, as a number or a percentage of
        those that are described. None for a task whose user names one: it may go, without a backup.
    :param check_licences: refuse what all changes together can't have, such as more devices than a plan has licences for.
    """

    update_keys: bool = False
    force: bool = False
    parallel: int = 8
    max_failures: int | None = None
    max_deletions: object = None
    check_licences: bool = False
    purge: Purge | None = None


@dataclass
class Plan:
    """What has to happen, in the order in which it is to happen.

    :param purge: what happens to resources that nobody described, last.
    :param looked_at: how many had to be fetched because their briefs lack something.
    :param notes: what a user who wants to know more is told.
    """

    changes: list[Change] = field(default_factory=list)
    purge: list[Change] = field(default_factory=list)
    looked_at: int = 0
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def deletions(self) -> list[Change]:
        """Return the deletions, as far as can be told; a purge waits until nothing has failed."""
        is_refused = any(change.action == REFUSE for change in self.changes)
        return [change for change in self.changes + ([] if is_refused else self.purge) if change.action == DELETE]


def make_plan(api: ResourceClient, described: list[Desired], policy: Policy, cache: Cache) -> Plan:
    """Return what has to happen.

    Raises :class:`BadInput` with all problems of names that the platform doesn't know, of what resources to be made lack,
    and of licences; :class:`OptionError` where more would be deleted than may be.
    """
    observer = Observer(api, cache, policy.parallel)
    lookup = Lookup(api.client, api.resource)
    observed, comparisons = observer.listed(described, policy.purge is not None)
    # Most of a fleet is as described already, and plainly so: only the rest is looked at any closer.
    rest = [desired for desired in described if not desired.absent and comparisons.get(desired.identity) is not SAME]
    problems = _problems_here(observer, described)
    problems += _clear_up(observer, lookup, rest, observed, comparisons)
    doomed = [desired.identity for desired in described if desired.absent and desired.identity in observed]
    if policy.max_deletions is not None:
        _purge.guard(api.resource, doomed, len(described), policy.max_deletions)
        _put(observed, observer.look_whole(doomed, observed))
    result = Plan()
    for desired in described:
        one = observed.get(desired.identity) or Observed(api.resource)
        result.changes.append(plan(desired, one, comparisons.get(desired.identity), policy.update_keys))
    refuse(api.resource, problems + _problems_of_run(api, lookup, result.changes, policy))
    created = [(change.identity, change.values) for change in result.changes if change.action == CREATE]
    result.warnings += api.resource.rules.warnings(created, api.client.session.is_mine)
    if policy.purge is not None:
        result.purge, warnings = _plan_purge(observer, described, observed, policy.purge)
        result.warnings += warnings
    result.looked_at, result.notes = observer.looked_at, observer.notes()
    return result


def _problems_here(observer: Observer, described: list[Desired]) -> list[Problem]:
    """Return the problems of names that several resources have, and of what this kind of platform doesn't take."""
    resource, is_enterprise = observer.resource, observer.api.client.session.is_mine
    problems: list[Problem] = []
    for desired in described:
        twins = observer.twins.get(desired.identity)
        if twins:
            problems += desired.problems([(resource.identity.named_by, several(twins, resource.identity.option))])
        if desired.identity in observer.named_besides:
            said = DESCRIBED_BESIDES % (*observer.named_besides[desired.identity], resource.identity.option)
            problems += desired.problems([(resource.identity.named_by, said)])
        problems += desired.problems(resource.rules.check_here(desired.values, is_enterprise))
    return problems


def _clear_up(
    observer: Observer,
    lookup: Lookup,
    rest: list[Desired],
    observed: dict[str, Observed],
    comparisons: dict[str, Comparison],
) -> list[Problem]:
    """Find out what is open: IDs behind names, what a brief doesn't show, names; return the problems on the way."""
    _show_ids(observer, lookup, rest, observed, comparisons)
    unclear = [desired for desired in rest if desired.identity in comparisons and comparisons[desired.identity].unknown]
    _put(observed, observer.look(unclear, observed))
    _compare_again(unclear, observed, comparisons)
    _show_ids(observer, lookup, rest, observed, comparisons)
    return _identify(lookup, rest, observed, comparisons)


def _put(observed: dict[str, Observed], found: dict[str, Observed | None]) -> None:
    """Take over what was found; what is gone since it was listed is gone."""
    for identity, one in found.items():
        if one is None:
            del observed[identity]
        else:
            observed[identity] = one


def _compare_again(described: list[Desired], observed: dict[str, Observed], comparisons: dict[str, Comparison]) -> None:
    """Compare anew what more is known of now."""
    for desired in described:
        one = observed.get(desired.identity)
        if one is None:
            comparisons.pop(desired.identity, None)
        else:
            comparisons[desired.identity] = compare(desired, one)


def _show_ids(
    observer: Observer, lookup: Lookup, rest: list[Desired], observed: dict[str, Observed], comparisons: dict[str, Comparison]
) -> None:
    """Look up the IDs of what an older platform only names (O), where nothing else about a resource is unclear."""
    wanted: dict[str, set[str]] = {}
    for desired in rest:
        unknown = comparisons[desired.identity].unknown if desired.identity in comparisons else []
        if unknown and all(_is_only_named(observed[desired.identity], option) for option in unknown):
            for option in unknown:
                wanted.setdefault(option, set()).add(desired.values[option])
    if not wanted:
        return
    shown = observer.api.shown
    for option, texts in wanted.items():
        shown.identifiers[observer.resource.by_name[option].path[0]] = lookup.names_as_ids(option, texts)
    for one in observed.values():
        one.brief = shown.identified(one.brief) if one.brief is not None else None
        one.whole = shown.identified(one.whole) if one.whole is not None else None
    _compare_again([desired for desired in rest if desired.identity in comparisons], observed, comparisons)


def _is_only_named(one: Observed, option: str) -> bool:
    value = one.value(option)
    type_ = one.resource.by_name[option].type
    is_one = isinstance(type_, Reference) and not isinstance(type_, References)
    return is_one and isinstance(value, tuple) and not value[0]


def _identify(
    lookup: Lookup, rest: list[Desired], observed: dict[str, Observed], comparisons: dict[str, Comparison]
) -> list[Problem]:
    """Put IDs in the place of names, where a resource is to be made or seems to name another one than is described.

    Returns the problems of these names, and of what resources to be made lack.
    """
    to_make = [desired for desired in rest if desired.identity not in observed and desired.create]
    found, problems = lookup.answer_questions(to_make)
    _complete(to_make, found)
    options = {desired.identity: lookup.references(desired) for desired in to_make}
    for desired in rest:
        if desired.identity in comparisons:
            differing = comparisons[desired.identity].differing
            names = [option for option in lookup.references(desired) if option in differing]
            if names:
                options[desired.identity] = names
    found, more = lookup.identify(rest, options)
    _complete(rest, found)
    _compare_again([each for each in rest if each.identity in found and each.identity in observed], observed, comparisons)
    return problems + more + lookup.problems_of_creations(to_make)


def _complete(described: list[Desired], found: Found) -> None:
    for desired in described:
        desired.values.update(found.get(desired.identity, {}))


def _problems_of_run(api: ResourceClient, lookup: Lookup, changes: list[Change], policy: Policy) -> list[Problem]:
    """Return what all changes together can't have."""
    if not policy.check_licences:
        return []
    triples = [(change.action, change.before, change.after) for change in changes]
    faults = api.resource.rules.check_run(triples, lookup.listed)
    return [Problem("all %s" % api.resource.plural, "", option, message) for option, message in faults]


def _plan_purge(
    observer: Observer, described: list[Desired], observed: dict[str, Observed], purge: Purge
) -> tuple[list[Change], list[str]]:
    """Return what happens to resources that nobody described, and what the user should know of it."""
    resource, scope, aside = observer.resource, purge.scope, observer.resource.set_aside
    spared = {desired.identity for desired in described}
    if purge.action == SUSPEND:
        # Those that are suspended already need no purge, and don't count against its maximum.
        spared |= {name for name, one in observed.items() if all(one.value(key) == value for key, value in aside.items())}
    # What the scope needs is asked for of all of them, since its maximum counts them.
    unclear = {identity: one for identity, one in observed.items() if scope.is_unclear(identity, one)}
    observer.look_where(unclear, scope.labels(), scope.is_unclear)
    chosen = _purge.choose(resource, observed, spared, scope, purge.maximum, purge.action)
    left = sum(scope.is_unclear(identity, one) for identity, one in observed.items() if identity not in spared)
    warnings = []
    if left:
        message = "purge left %d %s alone: the platform doesn't show whether they are in its scope"
        warnings.append(message % (left, resource.plural))
    if purge.action == SUSPEND:
        wanted = [Desired(identity, dict(aside), where="purge") for identity in chosen]
        _put(observed, observer.look([each for each in wanted if compare(each, observed[each.identity]).unknown], observed))
    else:
        wanted = [Desired(identity, {}, absent=True, where="purge") for identity in chosen]
        _put(observed, observer.look_whole(chosen, observed))
    return [plan(each, observed[each.identity]) for each in wanted if each.identity in observed], warnings
