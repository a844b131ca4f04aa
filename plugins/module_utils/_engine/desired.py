# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads a description: one Desired per row, and all problems of the description at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Callable

from .._errors import BadInput
from .._schema.near import Hints
from .._schema.resource import Resource
from .._schema.row import Faults, Row
from .._schema.texts import Fault
from .._schema.values import SPREADSHEETS_REMEDY, YAMLS_REMEDY, Choice, Flag, Values

FLAG = Flag()
STATE = Choice("present", "absent")
SUSPEND, DELETE, KEEP = "suspend", "delete", "keep"
WHAT_BECOMES = Choice(SUSPEND, DELETE, KEEP)
REPLACEMENT = ("replaces", "replaced")
NEEDS_REPLACES = "has no effect without replaces: give replaces too"
TWICE = "%s is described twice, first in %s: remove one of the two"
OF_ITSELF = "names the %s itself"
DESCRIBED = "names %s, which %s also describes: remove that, the replacement says what happens to it"
GOING = "has no effect with state: absent: give it for the %s that stays"
NAMED_TWICE = (
    "is also the name that %s gives to another one, and a run can't distinguish the two. Remove one, or give the %s here too"
)
FAULTS_IN_MESSAGE = 40
PLACES_IN_MESSAGE = 8  # for a fault that many rows share


@dataclass
class Desired:
    """The desired state of one resource, in canonical values.

    :param identity: the resource's identity, such as a DevEUI: 16 upper-case hexadecimal digits.
    :param values: canonical values by option; missing options are left alone.
    :param meant_by: the option that names the resource, if it is described by name; empty if described by identity.
    :param absent: the resource should not exist.
    :param where: the place of the description.
    :param create: whether a missing resource may be created; never if described by an identity that the platform assigns.
    :param kept: the data that the rules keep of an identifying option, such as a TR005 tag.
    :param labels: the source's own names of options, where they differ.
    :param replaces: identity of the resource that this one replaces; ``replaced``: what happens to that resource.
    :param after: identity of the resource that must be as described before this one may change.
    :param rewrites_keys: write the keys although no comparison shows a difference.
    :param open: secrets that the description lists without a value, as a backup does.
    """

    identity: str
    values: Values
    absent: bool = False
    where: str = ""
    create: bool = True
    kept: Any = None
    labels: dict[str, str] = field(default_factory=dict)
    open: tuple[str, ...] = ()
    meant_by: str = ""
    replaces: str = ""
    replaced: str = ""
    after: str = ""
    rewrites_keys: bool = False

    def problems(self, faults: Faults) -> list[Problem]:
        """Return faults of this resource as problems, in the words of its source."""
        if self.labels:  # only tables rename options, and their texts never were YAML
            faults = [(option, message.replace(YAMLS_REMEDY, SPREADSHEETS_REMEDY)) for option, message in faults]
        return [Problem(self.where, self.identity, self.labels.get(option, option), message) for option, message in faults]


@dataclass(frozen=True)
class Problem:
    """One fault of the description.

    :param identity: the resource; empty if unknown, or if the fault concerns no single resource.
    """

    where: str
    identity: str
    option: str
    message: str


def read_desired(
    resource: Resource,
    rows: Iterable[Row],
    defaults: dict[str, Any] | None = None,
    state: str = "present",
    create: bool = True,
    barred: dict[str, str] | None = None,
) -> list[Desired]:
    """Return a Desired for each Row; raises :class:`BadInput` with all faults of all rows.

    :param defaults: options of every resource whose row lacks them.
    :param state: ``present`` or ``absent`` for rows without a state.
    :param create: whether a missing resource may be created, if neither its row nor the defaults say.
    :param barred: options that this task doesn't accept, each with the reason.
    """
    found: list[Desired] = []
    problems: list[Problem] = []
    reader = _Reader(resource, defaults or {}, state, create, problems)
    first: dict[str, str] = {}
    for row in rows:
        desired, faults = reader.read(row)
        faults += [(name, message) for name, message in (barred or {}).items() if name in desired.values]
        if faults or row.faults:
            problems += desired.problems(row.faults + faults)
        if desired.identity:
            if desired.identity in first:
                message = TWICE % (desired.identity, first[desired.identity])
                problems += desired.problems([(desired.meant_by or resource.identity.option, message)])
            else:
                first[desired.identity] = row.where
        found.append(desired)
    successions, more = _replaced(resource, found)
    refuse(resource, problems + more + _named_twice(resource, found))
    return found + successions


def _named_twice(resource: Resource, described: list[Desired]) -> list[Problem]:
    """Return the problems of names that one row uses to find a resource and another row gives to a different one."""
    identity = resource.identity
    there = [desired for desired in described if not desired.absent] if identity.named_by else []
    given = {desired.values.get(identity.named_by): desired.where for desired in there if not desired.meant_by}
    problems: list[Problem] = []
    for desired in there:
        if desired.meant_by and desired.identity in given:
            message = NAMED_TWICE % (given[desired.identity], identity.option)
            problems += desired.problems([(identity.named_by, message)])
    return problems


def _read_replacement(resource: Resource, raw: dict[str, Any], desired: Desired, faults: Faults) -> None:
    """Move the options about a replacement from a row to the Desired; adds faults."""
    given = {option: raw.pop(option) for option in REPLACEMENT if option in raw}
    given = {option: value for option, value in given.items() if value not in (None, "")}
    if not given:
        return
    try:
        desired.replaced = str(WHAT_BECOMES.parse(given.get("replaced", SUSPEND)))
    except Fault as fault:
        faults.append(("replaced", str(fault)))
    if "replaces" not in given:
        faults.append(("replaced", NEEDS_REPLACES))
        return
    try:
        desired.replaces = str(resource.identity.type.parse(given["replaces"]))
    except Fault as fault:
        faults.append(("replaces", str(fault)))
        return
    if desired.replaces == desired.identity:
        faults.append(("replaces", OF_ITSELF % resource.name))


def _replaced(resource: Resource, described: list[Desired]) -> tuple[list[Desired], list[Problem]]:
    """Return a Desired for each replaced resource, with the place of its replacement in the description; and the problems."""
    where = {desired.identity: desired.where for desired in described}
    found: list[Desired] = []
    problems: list[Problem] = []
    for heir in described:
        if not heir.replaces:
            continue
        if heir.absent:
            problems += heir.problems([("replaces", GOING % resource.name)])
        elif heir.replaces in where:
            problems += heir.problems([("replaces", DESCRIBED % (heir.replaces, where[heir.replaces]))])
        else:
            where[heir.replaces] = heir.where
            aside = dict(resource.set_aside) if heir.replaced == SUSPEND else {}
            is_to_go = heir.replaced == DELETE
            found.append(Desired(heir.replaces, aside, is_to_go, heir.where, create=False, after=heir.identity))
    return found, problems


def refuse(resource: Resource, problems: list[Problem]) -> None:
    """Raise :class:`BadInput` if there are problems. A fault that many rows share is reported once, with its rows."""
    if not problems:
        return
    alike: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        alike.setdefault((problem.option, problem.message), []).append(problem)
    number = len({(problem.where, problem.option, problem.message) for problem in problems})  # a fault of a selection counts once
    count = "1 fault" if number == 1 else "%d faults" % number
    lines = [_line(resource, group) for _number, group in zip(range(FAULTS_IN_MESSAGE), alike.values())]
    if len(alike) > FAULTS_IN_MESSAGE:
        lines.append("and %d more, all of them in the return value findings" % (len(alike) - FAULTS_IN_MESSAGE))
    message = "%s in the description of the %s; nothing was changed.\n%s" % (count, resource.plural, "\n".join(lines))
    raise BadInput(message, findings=[_told(resource, group) for group in alike.values()])


def _line(resource: Resource, group: list[Problem]) -> str:
    """Return equal problems as one sentence."""
    first = group[0]
    whose = " (%s %s)" % (resource.name, first.identity) if first.identity and len(group) == 1 else ""
    return "%s%s: %s %s" % (_places(resource, group), whose, first.option, first.message)


def _told(resource: Resource, group: list[Problem]) -> dict[str, Any]:
    """Return equal problems as one return value."""
    first, key = group[0], resource.identity.option
    told: dict[str, Any] = {
        "where": _places(resource, group),
        **({key: first.identity} if key else {}),
        "option": first.option,
        "message": first.message,
    }
    if len(group) > 1:
        told.update({key: "", "rows": [{"where": one.where, key: one.identity} for one in group]})
    return told


def _places(resource: Resource, group: list[Problem]) -> str:
    """Return the places of equal problems, shortened if there are many: ``lines 3, 4, 9 and 200 more``."""
    if len(group) > 1 and len({problem.where for problem in group}) == 1:
        return "%s (%d %s)" % (group[0].where, len(group), resource.plural)
    shown = [problem.where for problem in group[:PLACES_IN_MESSAGE]]
    for word in ("line", "row"):
        if len(shown) > 1 and all(place.startswith(word + " ") for place in shown):
            numbers = [place[len(word) + 1 :] for place in shown]
            shown = ["%ss %s" % (word, numbers[0]), *numbers[1:]]
    more = " and %d more" % (len(group) - len(shown)) if len(group) > len(shown) else ""
    return ", ".join(shown) + more


class _Reader:
    """Converts the rows of one source to canonical values, with the source's defaults."""

    def __init__(self, resource: Resource, defaults: dict[str, Any], state: str, create: bool, problems: list[Problem]) -> None:
        self._resource = resource
        self._rules = resource.rules
        self._hints: Hints = {}
        #: Options that identify a resource or set its state; all others describe it.
        self._own = (*filter(None, (resource.identity.option, resource.identity.named_by)), *self._rules.identifying, "state")
        self._own += REPLACEMENT if resource.heirloom else ()
        self._state = state
        self._defaults = self._usable(defaults, problems)
        self._create = self._defaults.pop("create", create)

    def _usable(self, defaults: dict[str, Any], problems: list[Problem]) -> dict[str, Any]:
        """Report the faults of the defaults once, and drop the faulty defaults."""
        resource = self._resource
        faults = [
            (name, "can't be in defaults: give it for each %s" % resource.name) for name in sorted(set(defaults) & set(self._own))
        ]
        create = {name: defaults[name] for name in defaults if name == "create" and defaults[name] is not None}
        defaults = {name: given for name, given in defaults.items() if name != "create"}
        if create:
            try:
                create["create"] = FLAG.parse(create["create"])
            except Fault as fault:
                faults.append(("create", str(fault)))
                create.clear()
        # Defaults are parsed one by one, as rows may complete them. Only alternatives already exclude each other here.
        values, more = resource.parse_fields(
            {name: given for name, given in defaults.items() if name not in self._own}, self._hints
        )
        beside = {name: value for name, value in values.items() if any(name in group for group in resource.alternatives)}
        faults += more + self._rules.check(beside)
        problems += [Problem("defaults", "", option, message) for option, message in faults]
        bad = {option for option, _message in faults}
        known = {name: resource.by_name[name].name for name in defaults if name in resource.by_name}
        return {**create, **{name: defaults[name] for name, option in known.items() if option not in bad}}

    def read(self, row: Row) -> tuple[Desired, Faults]:
        """Return ``(desired, faults)`` of one row; the identity is empty if it has a fault."""
        raw = dict(row.raw)
        raw.pop("host", None)  # already part of the row's place
        faults: Faults = []
        desired = Desired("", {}, where=row.where, labels=row.labels)
        if not row.is_readable:
            return desired, faults
        identify = self._rules.identify if self._rules.identifying else self._identify
        desired.identity, desired.kept = identify(raw, faults)
        if self._resource.heirloom:
            _read_replacement(self._resource, raw, desired, faults)
        named_by = self._resource.identity.named_by
        if named_by and not row.raw.get(self._resource.identity.option):
            desired.meant_by = named_by
        desired.create = self._may_create(raw.pop("create", None), faults) and desired.meant_by == named_by
        if self._state_of(raw.pop("state", None), faults) == "absent":
            desired.absent = True
            unknown = {name: given for name, given in raw.items() if name not in self._resource.by_name}
            return desired, faults + self._resource.parse(unknown, self._hints)[1]
        if row.present and self._state == "absent":
            faults.append(("directive", row.present))
        if desired.kept is not None:
            self._rules.complete_row(raw, self._defaults, desired.kept, faults)
        merged = self._with_defaults(raw) if self._defaults else raw
        if desired.kept is None and any(option in self._rules.identifying for option, _message in faults):
            # The faulty option would have brought unknown values, so no option can be called missing.
            return desired, faults + self._resource.parse_fields(merged, self._hints)[1]
        desired.values, more = self._resource.parse(merged, self._hints)
        if not desired.create:
            by_name = self._resource.by_name
            desired.open = tuple(name for name in raw if raw[name] is None and name in by_name and by_name[name].secret)
        return desired, faults + more

    def _identify(self, raw: dict[str, Any], faults: Faults) -> tuple[str, None]:
        identity = self._resource.identity
        if self._resource.is_single:
            return "", None
        given, name = raw.pop(identity.option, None), raw.get(identity.named_by)
        option = identity.option
        parse: Callable[[object], Any] = identity.parse
        if (given is None or given == "") and identity.named_by:
            given, option, parse = name, identity.named_by, self._resource.by_name[identity.named_by].type.parse
        try:
            found = "" if given is None or given == "" else str(parse(given))
            if found:  # a blank text is no name
                return found, None
            faults.append((option, "is missing"))
        except Fault as fault:
            faults.append((option, str(fault)))
        return "", None

    def _state_of(self, given: object, faults: Faults) -> object:
        """Return ``present`` or ``absent``: the row's state, or else the task's."""
        try:
            return self._state if given is None or given == "" else STATE.parse(given)
        except Fault as fault:
            faults.append(("state", str(fault)))
            return ""

    def _may_create(self, given: object, faults: Faults) -> bool:
        """Return whether a missing resource may be created: as the row says, else the defaults, else the task."""
        try:
            return self._create if given is None else FLAG.parse(given)
        except Fault as fault:
            faults.append(("create", str(fault)))
            return False

    def _with_defaults(self, raw: dict[str, Any]) -> dict[str, Any]:
        by_name = self._resource.by_name
        said = {name: given for name, given in raw.items() if given is not None}
        taken = {by_name[name].name for name in said if name in by_name}
        for group in self._resource.alternatives:
            if taken.intersection(group):
                taken.update(group)
        taken |= self._rules.not_for(said)
        merged = {name: given for name, given in self._defaults.items() if by_name[name].name not in taken}
        merged.update(said)
        return merged
