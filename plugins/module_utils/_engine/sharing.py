# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What many descriptions share, said once: the defaults of a file, and the rows that say what is otherwise.

Pure. A default must not reach a resource that has no such value, so the reader of descriptions itself is asked, until the rows
under their defaults say exactly what the descriptions say.
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

SHARE = 0.9  # of the resources that have a value, so that it becomes a default
FEWEST = 2  # resources that share it


def share(resource: Resource, told: list[Description], plainly: bool = False) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return ``(defaults, rows)``, which together say what the descriptions say.

    :param plainly: a row's options simply replace defaults, as the variables of a host replace those of its group.
    """
    defaults = _candidates(resource, told)
    while True:
        rows = [_row(resource, one, defaults, plainly) for one in told]
        wrong = _wrong(resource, told, defaults, rows, plainly) if defaults else set()
        if not wrong:
            return {each.name: defaults[each.name] for each in resource.fields if each.name in defaults}, rows
        # Where the reader names another option than a default, any of them may have led to it.
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
    """Return what one resource has to say besides the defaults; where it has none of them, that it is empty."""
    # Who takes one of several alternatives takes no default for the others.
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
    """Return the options of which rows under these defaults would say something else than their descriptions."""
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
    """Return the options in which canonical values, read from somewhere, say something else than a description."""
    wanted, _faults = resource.parse(one.options)
    empty = {name: resource.by_name[name].type.empty for name in one.empty if name in values and name not in wanted}
    said = {**empty, **wanted}
    return {name for name in {*said, *values} if name not in said or name not in values or said[name] != values[name]}
