# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From wishes to steps: look at the platform, and find out what has to happen. Only reads.

What is asked for: the list once, a device only where its brief doesn't show what is wished, the lists of other
resources only where a device is to be made or names another one than it has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from .._resources.device import licences
from . import plan as _plan
from . import purge as _purge
from .lookup import Catalogue, references_of
from .._api.client import Client
from .._errors import OptionError
from .._schema.references import Reference, References
from .cache import Memory, remembered
from .plan import Seen, Step
from .._resources.device.declaration import DEVICE
from .._schema.resource import UNKNOWN, WHOLE
from .desired import Finding, Wish, refuse
from .workers import ahead, each

#: Up to this many devices are asked for one by one; beyond it the whole list is cheaper.
FEW = 10
#: By which ThingPark Enterprise chooses a connectivity plan.
FLAGS_OF_PLAN = ("network_geolocation", "passive_roaming")
NO_PLAN = "%s made without a connectivity_plan, and so suspended: %s. Give each a connectivity_plan, or say suspended: true"
PLAN_MAY_BE_CHOSEN = (
    "%s made without a connectivity_plan, and suspended unless this platform chooses plans by itself: %s. Give each a "
    "connectivity_plan, or network_geolocation by which one is chosen; or say suspended: true"
)
#: Told of a fleet on a platform whose lists show little (O).
OLDER = (
    "This platform is an older one, whose list shows little of a device: %d of them were fetched one by one, "
    "and every run has to do so"
)
#: What is kept of a brief: a list of a hundred thousand is long enough without their histories.
KEPT = frozenset({spec.path[0] for spec in DEVICE.fields if spec.seen != WHOLE}) | {
    "EUI",
    "healthState",
    "joinServer",
    "lat",
    "lon",
    "occContext",
    "radius",
}


@dataclass
class Purge:
    """What may happen to devices that nobody listed.

    :param maximum: how many, as a number or a percentage of those in scope.
    :param action: DELETE or SUSPEND.
    """

    scope: _purge.Scope
    maximum: object
    action: str = _plan.DELETE


@dataclass
class Policy:
    """How a fleet is brought to what it should be.

    :param update_keys: write keys again although they can't be compared.
    :param force: override optimistic locking.
    :param parallel: requests under way at once.
    :param max_failures: stop after so many failed devices; None for never.
    :param max_deletions: how many devices that are described as absent may be deleted, as a number or a percentage of those
        that are described. None for a task whose user names one device: it may go, without a backup.
    :param check_licences: refuse what a connectivity plan has no licences for.
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

    :param looked_at: how many devices had to be fetched because their briefs lack something.
    :param notes: what a user who wants to know more is told.
    """

    steps: list[Step] = field(default_factory=list)
    purge_steps: list[Step] = field(default_factory=list)
    looked_at: int = 0
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def deletions(self) -> list[Step]:
        """Return the steps that delete a device, as far as can be told; a purge waits until no device has failed."""
        is_refused = any(step.action == _plan.REFUSE for step in self.steps)
        return [step for step in self.steps + ([] if is_refused else self.purge_steps) if step.action == _plan.DELETE]


def make_plan(client: Client, wishes: list[Wish], policy: Policy, memory: Memory) -> Plan:
    """Return what has to happen.

    Raises :class:`BadInput` with all findings about names that the platform doesn't know, about what devices to be made lack,
    and about licences; :class:`OptionError` where more would be deleted than may be.
    """
    seen, settled = observe(client, wishes, policy, memory)
    plan = Plan()
    # Most of a fleet is as described already, and plainly so: only the rest is looked at any closer.
    unsettled = [wish for wish in wishes if not wish.absent and wish.dev_eui not in settled]
    catalogue = Catalogue(client)
    _identify(client, catalogue, unsettled, seen)
    look(client, [w for w in unsettled if _is_unclear(w, seen)], seen, policy.parallel, memory, plan)
    _identify(client, catalogue, unsettled, seen)
    findings = _settle_names(catalogue, unsettled, seen)
    if policy.max_deletions is not None:
        doomed = [wish for wish in wishes if wish.absent and wish.dev_eui in seen]
        _purge.guard([wish.dev_eui for wish in doomed], len(wishes), policy.max_deletions)
        _look_at_all(client, doomed, seen, policy.parallel, memory, plan)
    for wish in wishes:
        differing: list[str] | None = [] if wish.dev_eui in settled else None
        plan.steps.append(_plan.plan(wish, seen.get(wish.dev_eui) or Seen(), policy.update_keys, differing))
    if policy.check_licences and licences.take_licences(plan.steps):
        findings += licences.findings(plan.steps, catalogue.licences())
    refuse(findings)
    plan.warnings += _without_plan(plan.steps, client.session.is_mine)
    if policy.purge is not None:
        plan.purge_steps = _purge_steps(client, wishes, seen, policy.purge, policy.parallel, memory, plan)
    if client.session.platform.shows_little and plan.looked_at:
        plan.notes.append(OLDER % plan.looked_at)
    return plan


def _gives_plan(step: Step) -> bool:
    # The flags choose a plan with or without a feature, so that false says something too.
    return bool(step.values.get("connectivity_plan")) or any(name in step.values for name in FLAGS_OF_PLAN)


def _without_plan(steps: list[Step], may_choose: bool) -> list[str]:
    """Return a warning about devices that are made suspended because nothing gives them a connectivity plan.

    A run that makes them looks like a success, and the network drops all that they send (contract, ``suspension``).

    :param may_choose: the platform may choose a plan by itself (contract, NetworkSubscriptionsHandlingMode: BASIC).
    """
    made = [step for step in steps if step.action == _plan.CREATE and not step.values.get("suspended")]
    without = [step.dev_eui for step in made if not _gives_plan(step)]
    if not without:
        return []
    many = "%d devices are" % len(without) if len(without) > 1 else "1 device is"
    named = ", ".join(without[:FEW]) + (" and others" if len(without) > FEW else "")
    return [(PLAN_MAY_BE_CHOSEN if may_choose else NO_PLAN) % (many, named)]


def observe(client: Client, wishes: list[Wish], policy: Policy, memory: Memory) -> tuple[dict[str, Seen], set[str]]:
    """Return a Seen by DevEUI for the wished devices that exist, for a purge for all; and which plainly are as wished.

    They are compared page by page, while the platform is at work with the next page.
    """
    wished = {wish.dev_eui: wish for wish in wishes}
    seen: dict[str, Seen] = {}
    settled: set[str] = set()
    for page in _few(client, wished) if len(wished) <= FEW and policy.purge is None else ahead(client.devices()):
        for brief in page:
            dev_eui = str(brief.get("EUI")).upper()
            wish = wished.get(dev_eui)
            if policy.purge is not None or wish is not None:
                seen[dev_eui] = remembered(_kept(brief), memory)
                settled.discard(dev_eui)  # a list that changes between its pages may show a device twice: the last brief counts
                if wish is not None and not wish.absent and _plan.differences(wish, seen[dev_eui]) == ([], []):
                    settled.add(dev_eui)
    return seen, settled


def _few(client: Client, dev_euis: Iterable[str]) -> Iterator[list[dict[str, Any]]]:
    for dev_eui in sorted(dev_euis):
        brief = client.brief(dev_eui)
        if brief is not None:
            yield [brief]


def _kept(brief: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in brief.items() if key in KEPT}


def _is_unclear(wish: Wish, seen: dict[str, Seen]) -> bool:
    actual = seen.get(wish.dev_eui)
    return actual is not None and bool(_plan.differences(wish, actual)[1])


def look(client: Client, wishes: list[Wish], seen: dict[str, Seen], parallel: int, memory: Memory, plan: Plan) -> None:
    """Fetch the whole device, and its tags where its brief lacks them, for each of these wishes."""

    def fetch(wish: Wish) -> None:
        actual = seen[wish.dev_eui]
        whole = client.device(wish.dev_eui)
        if whole is None:
            del seen[wish.dev_eui]  # gone since it was listed
            return
        actual.whole = whole
        memory.learn(wish.dev_eui, whole)
        if "tags" in wish.values and actual.value("tags") is UNKNOWN:
            actual.tags = client.device_tags(wish.dev_eui)

    plan.looked_at += len(wishes)
    each(wishes, fetch, min(parallel, len(wishes)))


def _identify(client: Client, catalogue: Catalogue, wishes: list[Wish], seen: dict[str, Seen]) -> None:
    """Look up the IDs of what an older platform only names (O), where nothing else about a device is unclear."""
    wished: dict[str, set[str]] = {}
    for wish in wishes:
        actual = seen.get(wish.dev_eui)
        unknown = _plan.differences(wish, actual)[1] if actual is not None else []
        if actual is not None and unknown and all(_is_only_named(actual, option) for option in unknown):
            for option in unknown:
                wished.setdefault(option, set()).add(wish.values[option])
    for option, texts in wished.items():
        catalogue.identify(option, texts)
    if wished:
        platform = client.session.platform
        for actual in seen.values():
            actual.brief = platform.identified(actual.brief) if actual.brief is not None else None
            actual.whole = platform.identified(actual.whole) if actual.whole is not None else None


def _is_only_named(actual: Seen, option: str) -> bool:
    value = actual.value(option)
    kind = DEVICE.by_name[option].kind
    is_one = isinstance(kind, Reference) and not isinstance(kind, References)
    return is_one and isinstance(value, tuple) and not value[0]


def _settle_names(catalogue: Catalogue, wishes: list[Wish], seen: dict[str, Seen]) -> list[Finding]:
    """Find out the IDs behind names, where a device is to be made or seems to name another resource than is wished.

    Returns the findings about these names, and about what devices to be made lack.
    """
    to_make = [wish for wish in wishes if wish.dev_eui not in seen and wish.create]
    findings = catalogue.settle_tags(to_make)
    options = {wish.dev_eui: references_of(wish) for wish in to_make}
    for wish in wishes:
        actual = seen.get(wish.dev_eui)
        if actual is not None:
            differing = _plan.differences(wish, actual)[0]
            names = [option for option in references_of(wish) if option in differing]
            if names:
                options[wish.dev_eui] = names
    findings += catalogue.settle(wishes, options)
    return findings + catalogue.check_creations(to_make)


def _clear_up(client: Client, seen: dict[str, Seen], scope: _purge.Scope, parallel: int, plan: Plan) -> None:
    """Ask for what the scope needs and the platform's list doesn't show; of all devices, since its maximum counts them."""

    def ask(dev_eui: str) -> None:
        if scope.tag:
            _see_tags(client, dev_eui, seen)
        actual = seen[dev_eui]
        if actual.whole is None and scope.is_unclear(dev_eui, actual):
            actual.whole = client.device(dev_eui)

    unclear = [dev_eui for dev_eui, actual in seen.items() if scope.is_unclear(dev_eui, actual)]
    known = [dev_eui for dev_eui in unclear if seen[dev_eui].whole is not None]
    each(unclear, ask, min(parallel, len(unclear)))
    plan.looked_at += sum(seen[dev_eui].whole is not None for dev_eui in unclear) - len(known)


def _see_tags(client: Client, dev_eui: str, seen: dict[str, Seen]) -> None:
    """Ask for a device's tags where its brief lacks them; a platform that has none of them is none the worse here."""
    actual = seen.get(dev_eui)
    if actual is not None and actual.value("tags") is UNKNOWN:
        with suppress(OptionError):
            actual.tags = client.device_tags(dev_eui)


def _look_at_all(client: Client, doomed: list[Wish], seen: dict[str, Seen], parallel: int, memory: Memory, plan: Plan) -> None:
    """Fetch devices that are to be deleted: the backup wants the whole of each, with its tags."""
    look(client, [wish for wish in doomed if seen[wish.dev_eui].whole is None], seen, parallel, memory, plan)
    each(doomed, lambda wish: _see_tags(client, wish.dev_eui, seen), min(parallel, len(doomed)))


def _purge_steps(
    client: Client, wishes: list[Wish], seen: dict[str, Seen], purge: Purge, parallel: int, memory: Memory, plan: Plan
) -> list[Step]:
    wished = {wish.dev_eui for wish in wishes}
    if purge.action == _plan.SUSPEND:
        # Those that are suspended already need no purge, and don't count against its maximum.
        wished |= {dev_eui for dev_eui, actual in seen.items() if actual.value("suspended") is True}
    _clear_up(client, seen, purge.scope, parallel, plan)
    chosen = _purge.choose(seen, wished, purge.scope, purge.maximum, purge.action)
    unclear = sum(purge.scope.is_unclear(dev_eui, actual) for dev_eui, actual in seen.items() if dev_eui not in wished)
    if unclear:
        message = "purge left %d devices alone: the platform doesn't show whether they are in its scope" % unclear
        plan.warnings.append(message)
    if purge.action == _plan.SUSPEND:
        wishes = [Wish(dev_eui, {"suspended": True}, where="purge") for dev_eui in chosen]
        look(client, [wish for wish in wishes if _is_unclear(wish, seen)], seen, parallel, memory, plan)
        return [_plan.plan(wish, seen[wish.dev_eui]) for wish in wishes if wish.dev_eui in seen]
    doomed = [Wish(dev_eui, {}, absent=True, where="purge") for dev_eui in chosen]
    _look_at_all(client, doomed, seen, parallel, memory, plan)
    return [_plan.plan(wish, seen[wish.dev_eui]) for wish in doomed if wish.dev_eui in seen]
