# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Labels, such as tags: adds them to many resources at once, and removes them, after the resources themselves were written."""

from __future__ import annotations

from collections import Counter
from typing import Any, Callable, Protocol

from .._api.labelling import NO_SUCH_PATH, Labelling, labellings
from .._api.resources import ResourceClient
from .._errors import ApiError, SessionDied, TdmError
from .._workers import each
from .outcomes import ALIKE
from .plan import Change


class Labelled(Protocol):
    """Records the outcome of each resource: a Run."""

    def write(self, changes: list[Change], send: Callable[..., Any], *what: object) -> Any:
        """Send a request about many resources, and return its answer."""

    def labelled(self, changes: list[Change]) -> None:
        """Record that these resources have their labels."""

    def relabelled(self, change: Change, option: str) -> None:
        """Write the labels of an option in the resource's own body."""

    def not_labelled(self, change: Change, message: str) -> None:
        """Record that a resource did not get its labels."""


def label(api: ResourceClient, changes: list[Change], parallel: int, run: Labelled) -> None:
    """Add and remove labels, many resources in a request. If a request fails, its resources are tried in smaller ones.

    That ends after ALIKE resources in a row: then the cause is the label, the account or the platform.
    """
    resource = api.resource
    groups: dict[Labelling, list[Change]] = {}
    for change in changes:
        for labelling in labellings(resource, change.add, change.remove):
            groups.setdefault(labelling, []).append(change)
    work = []
    for labelling, some in groups.items():
        at_once = resource.labels[labelling.option].at_once
        work += [(labelling, some[start : start + at_once]) for start in range(0, len(some), at_once)]
    failures: Counter[Labelling] = Counter()  # of single resources, in a row
    each(work, lambda one: _label(api, *one, run, failures), min(parallel, len(work)))


def _label(api: ResourceClient, labelling: Labelling, changes: list[Change], run: Labelled, failures: Counter[Labelling]) -> None:
    try:
        run.write(changes, api.label, labelling, [change.address for change in changes])
    except TdmError as error:
        can_be_said = api.resource.labels[labelling.option].on_update
        if isinstance(error, ApiError) and error.status in NO_SUCH_PATH and can_be_said:
            for change in changes:
                try:
                    run.relabelled(change, labelling.option)
                except TdmError as failure:
                    run.not_labelled(change, failure.message)
        elif len(changes) > 1 and failures[labelling] < ALIKE and not isinstance(error, SessionDied):
            half = len(changes) // 2
            for some in (changes[:half], changes[half:]):
                _label(api, labelling, some, run, failures)
        else:
            failures[labelling] += 1
            message = "the %s could not be %s: %s" % (*labelling.told(api.resource), error.message)
            for change in changes:
                run.not_labelled(change, message)
    else:
        failures[labelling] = 0
        run.labelled(changes)
