# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Moves common values of many descriptions to defaults, and leaves exceptions in the rows.

Pure. A default must not reach a resource without such a value. So the defaults are reduced until the reader of descriptions
gets the original values from the rows and defaults.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from .._errors import BadInput
from .._schema.resource import Resource
from .._schema.values import Values
from .description import Description
from .desired import read_desired
from .sources import rows_of

SHARE = 0.9  # a value becomes a default if this share of the resources with any value has it
FEWEST = 2  # ... and at least this number of resources


def share(resource: Resource, told: list[Description], plainly: bool = False) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return ``(defaults, rows)``, which together equal the descriptions.

    :param plainly: a row's options simply replace defaults, as host variables replace group variables.
    """
    defaults = _candidates(resource, told)
    while True:
        rows = [_row(resource, one, defaults, plainly) for one in told]
        wrong = _wrong(resource, told, defaults, rows, plainly) if defaults else set()
        if not wrong:
            return {each.name: defaults[each.name] for each in resource.fields if each.name in defaults}, rows
        # If the reader blames an option that is no default, any default may be the cause.
        doomed = wrong.intersection(defaults) or set(defaults)
        defaults = {name: value for name, value in defaults.items() if name not in doomed}


def _candidates(resource: Resource, told: list[Description]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in (each.name for each in resource.fields if each.name != resource.identity.named_by):
        values = [one.options[name] for one in told if name in one.options]
        counts = Counter(json.dumps(value, sort_keys=True) for value in values)
        for text, count in counts.most_common(1):
            if count >= FEWEST and count >= SHARE * len(told):
                found[name] = json.loads(text)
    return found


def _row(resource: Resource, one: Description, defaults: dict[str, Any], plainly: bool) -> dict[str, Any]:
    """Return the options that a row needs besides the defaults. A default that the resource lacks is set to empty."""
    # A row that has one of several alternatives gets no default for the others.
    groups = [] if plainly else [group for group in resource.alternatives if any(name in one.options for name in group)]
    row: dict[str, Any] = {resource.identity.option: one.identity}
    for name in (each.name for each in resource.fields):
        if name in one.options:
            if name not in defaults or one.options[name] != defaults[name]:
                row[name] = one.options[name]
        elif name in defaults and name in one.empty and not any(name in group for group in groups):
            row[name] = one.empty[name]
    return row


def _wrong(
    resource: Resource, told: list[Description], defaults: dict[str, Any], rows: list[dict[str, Any]], plainly: bool
) -> set[str]:
    """Return the options in which rows under these defaults would differ from their descriptions."""
    if plainly:
        rows, defaults = [{**defaults, **row} for row in rows], {}
    try:
        read = read_desired(resource, rows_of(resource, rows), defaults, create=False)
    except BadInput as error:
        findings: Any = error.facts["findings"]
        named = {str(finding["option"]) for finding in findings}
        together = [group for group in resource.together if named.intersection(group)]
        return named.union(*together) or {""}
    wrong: set[str] = set()
    for one, desired in zip(told, read):
        wrong |= unlike(resource, one, desired.values)
    return wrong


def unlike(resource: Resource, one: Description, values: Values) -> set[str]:
    """Return the options in which canonical values differ from a description."""
    wanted, _faults = resource.parse(one.options)
    empty = {name: resource.by_name[name].type.empty for name in one.empty if name in values and name not in wanted}
    said = {**empty, **wanted}
    return {name for name in {*said, *values} if name not in said or name not in values or said[name] != values[name]}
