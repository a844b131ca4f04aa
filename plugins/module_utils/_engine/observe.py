# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the platform shows of the resources that are described. Only reads.

What is asked for: the list once, and a resource itself only where its brief doesn't show what is described.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from .._api.resources import ResourceClient
from .._errors import OptionError
from .._schema.observed import Observed
from .._schema.values import UNKNOWN
from .cache import Cache
from .desired import Desired
from .plan import SAME, Comparison, compare
from .workers import ahead, each

#: Up to this many resources are asked for one by one; beyond it the whole list is cheaper.
FEW = 10
#: Told of many on a platform whose lists show little (O).
OLDER = (
    "This platform is an older one, whose list shows little of a %s: %d of them were fetched one by one, "
    "and every run has to do so"
)


class Observer:
    """Looks at the resources of one kind, from the list or one by one.

    :param parallel: requests under way at once.
    """

    def __init__(self, api: ResourceClient, cache: Cache, parallel: int) -> None:
        self.api = api
        self.resource = api.resource
        self.cache = cache
        self.parallel = parallel
        #: How many had to be fetched because their briefs lack something.
        self.looked_at = 0
        #: Names that several resources have: name -> their identities.
        self.twins: dict[str, list[str]] = {}
        #: Names of resources that are described by their identity besides: name -> (the identity, where that stands).
        self.named_besides: dict[str, tuple[str, str]] = {}

    def listed(self, described: list[Desired], everything: bool) -> tuple[dict[str, Observed], dict[str, Comparison]]:
        """Return what the list shows by identity, and how it compares with what is described.

        They are compared page by page, while the platform is at work with the next page.

        :param everything: keep also what nobody described, for a purge.
        """
        wanted = {desired.identity: desired for desired in described}
        kept = self.resource.kept_keys
        observed: dict[str, Observed] = {}
        comparisons: dict[str, Comparison] = {}
        few = len(wanted) <= FEW and not everything and not self.resource.identity.named_by
        for page in self._few(wanted) if few else ahead(self.api.briefs()):
            for brief in page:
                identity, desired = self._described(brief, wanted)
                if not everything and desired is None:
                    continue
                # A list that changes between its pages may show a resource twice: the last brief counts.
                one = Observed(self.resource, {name: value for name, value in brief.items() if name in kept})
                one.recalled = self.cache.recall(brief)
                if identity in observed and observed[identity].address != one.address:
                    self.twins.setdefault(identity, [observed[identity].address]).append(one.address)
                observed[identity] = one
                if desired is not None and not desired.absent:
                    comparison = compare(desired, one)
                    comparisons[identity] = SAME if comparison.is_same else comparison
        return observed, comparisons

    def _described(self, brief: dict[str, Any], wanted: dict[str, Desired]) -> tuple[str, Desired | None]:
        """Return how a brief's resource is called in this run, and what is described of it."""
        if not self.resource.identity.named_by:
            identity = str(brief.get(self.resource.identity.key)).upper()
            return identity, wanted.get(identity)
        identity, name = self.resource.names_of(brief)
        by_identity, by_name = wanted.get(identity), wanted.get(name)
        if by_identity is not None and by_name is not None and by_name is not by_identity:
            self.named_besides[name] = (identity, by_identity.where)
        desired = by_identity or by_name
        return desired.identity if desired is not None else identity, desired

    def _few(self, identities: Iterable[str]) -> Iterator[list[dict[str, Any]]]:
        for identity in sorted(identities):
            brief = self.api.brief(identity)
            if brief is not None:
                yield [brief]

    def look(self, described: list[Desired], observed: dict[str, Observed]) -> dict[str, Observed | None]:
        """Return each of these whole, and with labels that are described and not known yet; None for what is gone."""

        def fetch(desired: Desired) -> None:
            identity = desired.identity
            found[identity] = None
            whole = self.api.get(observed[identity].address)
            if whole is not None:
                self.cache.remember(observed[identity].address, whole)
                found[identity] = self._with_whole(observed[identity], whole)
                for option in self.resource.labels:
                    if option in desired.values:
                        self._see_labels(option, identity, found[identity], strict=True)

        found: dict[str, Observed | None] = {}
        self.looked_at += len(described)
        each(described, fetch, min(self.parallel, len(described)))
        return found

    def look_whole(self, identities: list[str], observed: dict[str, Observed]) -> dict[str, Observed | None]:
        """Return each of these whole, with its labels: a backup wants all that there is."""
        missing = [Desired(identity, {}) for identity in identities if observed[identity].whole is None]
        found = self.look(missing, observed)

        def see(identity: str) -> None:
            for option in self.resource.labels:
                self._see_labels(option, identity, found.get(identity, observed[identity]))

        each(identities, see, min(self.parallel, len(identities)))
        return found

    def look_where(self, unclear: dict[str, Observed], labels: list[str], is_unclear: Any) -> None:
        """Find out of each of these what a scope needs: labels, and the whole resource where it stays unclear."""

        def ask(identity: str) -> None:
            one = unclear[identity]
            for option in labels:
                self._see_labels(option, identity, one)
            if one.whole is None and is_unclear(identity, one):
                one.whole = self.api.get(one.address)

        known = sum(one.whole is not None for one in unclear.values())
        each(list(unclear), ask, min(self.parallel, len(unclear)))
        self.looked_at += sum(one.whole is not None for one in unclear.values()) - known

    def notes(self) -> list[str]:
        """Return what a user who wants to know more is told."""
        if self.api.shown.is_older and self.looked_at:
            return [OLDER % (self.resource.name, self.looked_at)]
        return []

    def _with_whole(self, one: Observed, whole: dict[str, Any]) -> Observed:
        return Observed(self.resource, one.brief, whole, one.parts, one.recalled)

    def _see_labels(self, option: str, identity: str, one: Observed | None, strict: bool = False) -> None:
        """Ask for a resource's labels where its brief lacks them.

        :param strict: a platform that has none is an error, since some are described.
        """
        if one is None or one.value(option) is not UNKNOWN:
            return
        with suppress(*(() if strict else (OptionError,))):
            one.parts = {**(one.parts or {}), option: self.api.labels(option, identity)}
