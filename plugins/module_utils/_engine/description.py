# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Describes an existing resource by options that, applied to it, change nothing.

Pure. The plan's own comparison decides: an option that it would change, or can't compare, is left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .._schema.resource import EDIT, NEVER, Field, Resource
from .._schema.texts import Fault
from .._schema.values import UNKNOWN
from .desired import Desired
from .plan import Observed, compare

SECRET = "is a secret, which is never part of a generated description"
NOT_KEPT = "would change when it is written to a file and read again"
IMPLIES = "would also set %s, which is to be left out"
NOT_CERTAIN = "can't be determined from the platform's answers"


@dataclass
class Description:
    """The description of one resource.

    :param identity: the resource, by the platform's identity.
    :param options: its other options, as a user writes them.
    :param empty: options without a value, which may be described as empty.
    :param left_out: options with a value that can't be described: ``(option, why)``.
    """

    identity: str
    options: dict[str, Any]
    empty: dict[str, Any] = field(default_factory=dict)
    left_out: list[tuple[str, str]] = field(default_factory=list)


def is_open(one: Observed) -> bool:
    """Return whether the list may lack an option of the resource that can be described."""
    return any(one.value(each.name) is UNKNOWN or not one.is_sure(each.name) for each in _readable(one.resource))


def describe(one: Observed, without: frozenset[str] = frozenset()) -> Description:
    """Return the description of an existing resource: applied to it, it changes nothing.

    :param without: options to leave out.
    """
    resource = one.resource
    told = Description(one.address, {})
    known = one.known()
    told.left_out = [(name, SECRET) for name in known if resource.by_name[name].secret and name not in without]
    for each in _readable(resource):
        name = each.name
        if name in without or not one.is_sure(name):
            continue
        value = one.value(name)
        if name not in known:
            if each.type.clears and value == each.type.empty:
                told.empty[name] = each.type.show(value)
        elif name not in resource.rules.judged or resource.rules.is_compared(name, known, one):
            shown = each.type.show(value)
            fault = _lost(each, shown, value)
            if fault:
                told.left_out.append((name, fault))
            else:
                told.options[name] = shown
    while told.options and not _settle(told, one, without):
        pass
    return told


def _readable(resource: Resource) -> list[Field]:
    return [each for each in resource.fields if each.seen not in (NEVER, EDIT) and not each.secret]


def _lost(each: Field, shown: Any, value: object) -> str:
    """Return why a value would not survive the way through a description, or an empty text."""
    try:
        return "" if each.type.same(each.type.parse(shown), value) else NOT_KEPT
    except Fault as fault:
        return str(fault)
    except ValueError:  # the platform may show a value that our types don't understand
        return NOT_KEPT


def _settle(told: Description, one: Observed, without: frozenset[str]) -> bool:
    """Return whether the options are valid together. If not, leave out or add options that bring them closer to it."""
    resource = one.resource
    values, faults = resource.parse(told.options)
    for option, message in faults:
        _leave_out(told, resource, option, message)
    if faults:
        return False
    comparison = compare(Desired(told.identity, values, create=False), one)
    message = resource.rules.refuse_change(values, one)
    wrong = [*comparison.differing, *comparison.unknown]
    for option in wrong:
        each, value = resource.by_name[option], one.value(option)
        if option in without:
            source = _source_of(option, told, resource)
            _leave_out(told, resource, source, IMPLIES % option)
        elif option in told.options or value is UNKNOWN or _lost(each, each.type.show(value), value):
            _leave_out(told, resource, option, NOT_CERTAIN)
        else:  # other options imply another value, so the platform's default has to be described explicitly
            told.options[option] = each.type.show(value)
    if message:
        _leave_out(told, resource, "", message)
    return not wrong and not message


def _source_of(option: str, told: Description, resource: Resource) -> str:
    """Return the given option that implies a missing one; an empty text if unknown."""
    for name in told.options:
        rest = {other: value for other, value in told.options.items() if other not in _group_of(name, resource)}
        if option not in resource.parse(rest)[0]:
            return name
    return ""


def _group_of(option: str, resource: Resource) -> set[str]:
    """Return an option and all options that are only sent together with it."""
    return {option, *(name for names in resource.together if option in names for name in names)}


def _leave_out(told: Description, resource: Resource, option: str, message: str) -> None:
    """Leave out an option with those that are only sent together with it; if it has none, leave out everything."""
    group = _group_of(option, resource)
    doomed = [name for name in told.options if name in group] or list(told.options)
    for name in doomed:
        del told.options[name]
        told.left_out.append((name, message if name == option or not option else "%s %s" % (option, message)))
