# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The classes that declare a resource: its fields, and the facts about the resource as a whole.

One declaration gives the argument spec, the validation, the request's body and the comparison.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Callable

from .filters import Filter, HexPrefix
from .json_types import JsonType, JsonTypes, ListOf
from .near import Hints, hint
from .parts import Beginning, Encryption, Gathered, Identity, Importing, Labels, Listing, Users, Within
from .row import Faults
from .rules import Rules
from .sections import Section
from .tables import OwnTable
from .texts import Fault, shown, without_keys
from .values import UNKNOWN, Hex, Key, Value, Values, ValueType, dig, members

#: Where a field's actual value can be read.
BRIEF = "brief"  # in the list, and in the resource itself
WHOLE = "whole"  # only in the resource itself
APART = "apart"  # in the list, and at an address of its own below the resource; never in the resource's body
NEVER = "never"  # write-only
EDIT = "edit"  # nowhere: it adds to another option's value, or removes from it

BESIDE = "conflicts with %s, which lists all values: give only one of the two"
UNKNOWN_OPTION = "is not an option of %s%s"
BOTH = "removes %s, which %s adds: remove it from one of the two"


@lru_cache(maxsize=2048)  # thousands of rows have the same values in most options; one shared object also saves memory
def _parsed(type_: ValueType, text: str) -> Value:
    return type_.parse(text)


@dataclass(frozen=True)
class Field:
    """One option of a resource and the API's field behind it.

    :param name: the option, in snake_case.
    :param path: the API's keys from the resource's root.
    :param type: the type of its values.
    :param seen: BRIEF, WHOLE, APART, NEVER or EDIT: where its actual value can be read.
    :param aliases: other names of the option.
    :param secret: a key or another secret, which is never shown.
    :param on_create: may be sent when the resource is created (the contract's ``x-createForbidden``).
    :param on_update: may be sent afterwards (the contract's ``x-updateForbidden``).
    :param in_brief: reads it from a brief that shows it in another form than the resource; returns UNKNOWN if the brief doesn't
        show it.
    :param hint_only: a brief can confirm the described value, but a difference must be checked in the resource.
    :param refers_to: the list of the resources that it refers to.
    :param may_hide: the platform hides it from some accounts: a missing value is unknown, not empty.
    :param default: the value that the platform sets by itself; a description of the resource leaves it out. UNKNOWN for none.
    :param resets: the platform may change it together with other fields: it is read again after a write.
    :param cached: kept for the next run although the contract has it in a brief.
    :param edits: the option, a set, to which this one adds values; with ``removes``, from which it removes them.
    :param section: the section that writes it, if that isn't the resource's own body.
    """

    name: str
    path: tuple[str, ...]
    type: ValueType
    seen: str = BRIEF
    aliases: tuple[str, ...] = ()
    secret: bool = False
    on_create: bool = True
    on_update: bool = True
    in_brief: Callable[[dict[str, Any]], object] | None = None
    hint_only: bool = False
    refers_to: Listing | None = None
    may_hide: bool = False
    default: object = UNKNOWN
    resets: bool = False
    cached: bool = False
    edits: str = ""
    removes: bool = False
    section: Section | None = None

    @cached_property
    def plain_key(self) -> str:
        """Its key, if a brief shows it at its root in the resource's own form; an empty text otherwise."""
        return self.path[0] if self.seen == BRIEF and self.in_brief is None and len(self.path) == 1 else ""

    def from_whole(self, resource: dict[str, Any]) -> object:
        """Return the canonical value in a whole resource; a missing one is empty."""
        if self.seen in (APART, NEVER, EDIT):
            return UNKNOWN
        value = dig(resource, self.path)
        if value is UNKNOWN:
            return UNKNOWN if self.may_hide else self.type.empty
        try:
            return self.type.read(value)
        except ValueError:  # the API "can change without notice": an unreadable value differs from any described one
            return value

    def from_brief(self, brief: dict[str, Any]) -> object:
        """Return the canonical value in a brief; missing and null mean UNKNOWN (contract, notes on DeviceBrief)."""
        if self.in_brief is not None:
            return self.in_brief(brief)
        if self.seen in (WHOLE, NEVER, EDIT):
            return UNKNOWN
        value = dig(brief, self.path)
        if value is UNKNOWN or value is None:
            return UNKNOWN
        try:
            return self.type.read(value)
        except ValueError:  # as in a whole resource
            return value

    def argument(self) -> dict[str, Any]:
        """Return this field's entry in an argument spec."""
        entry = dict(self.type.spec)
        if self.aliases:
            entry["aliases"] = list(self.aliases)
        if self.secret:
            entry["no_log"] = True
        elif "key" in self.name:  # ansible-test wants an explicit statement that this is no secret
            entry["no_log"] = False
        return entry


@dataclass(frozen=True)
class Resource:
    """A resource of the API, declared.

    :param name: its name in a sentence; ``plural`` the name of several. ``key`` and ``keys`` are the same as option names.
    :param document: the name of its document in XML; by default ``name``.
    :param path: the path of its list below the subscription.
    :param fields: all of its options.
    :param together: groups of fields; all of a group are sent when one differs.
    :param exclusive: pairs of fields; a resource has one of the two, and setting one clears the other.
    :param alternatives: groups of fields; a row that gives one of a group takes no default for the others.
    :param rules: the checks that need code.
    :param labels: the labels that many resources can get in one request, by option.
    :param listing: the parameters of a request for its list.
    :param page: the number of briefs per page, if the list lets it be chosen; 0 otherwise.
    :param in_list: turns an item of the list into a brief, if the list nests the keys that a resource has at its root.
    :param is_one: whether a brief is of this kind of resource at all.
    :param newer: keys that every brief has since release 7.3: if a brief has none of them, the platform is older.
    :param brief_keys: keys of a brief that the rules need besides the fields.
    :param scopes: the conditions that a purge may give: name -> condition.
    :param set_aside: values that a purge may set instead of deleting: option -> value.
    :param filters: the list's filters; ``ranges`` are pairs of them whose first must not be greater than the second.
    :param is_dated: a brief has the time of the last change, so that other data of the resource may be cached until it changes.
    :param is_versioned: a change names the version that it changes, and may override that (contract, OccContext).
    :param rights: the rights of which an account needs one to change it; empty if they aren't known.
    :param is_licensed: the operator sells a number of licenses for it.
    :param grouped_by: the option by which creations are grouped: equal refusals end further creations of the group.
    :param own_table: a table without headings that describes several of it; None if there is none.
    :param headings: further names of a table's columns: option -> headings, in any case and spacing.
    :param cell_words: words of a table's cells: option -> word in upper case -> value.
    :param loss: the end of a message about a change that only deleting and creating could make.
    :param is_less_in_xml: its document in XML lacks fields (X), so that JSON is requested.
    :param shown: the types of further keys that it shows: counts, times, flags (XML doesn't show types).
    :param heirloom: the options that a replacement takes over from the replaced resource; without any, none can be replaced.
    :param users: the resources that may use one, which are counted before one is deleted.
    :param not_on_enterprise: the end of the message on ThingPark Enterprise, which lacks this resource and its path.
    :param gathered: lists that belong to one of it, by the name of the return value.
    :param encryption: how its keys can be encrypted for the transfer; None if the platform accepts no encrypted ones.
    :param importing: how the platform creates and deletes many in one request; None if it can't.
    """

    name: str
    plural: str
    path: str
    identity: Identity
    fields: tuple[Field, ...]
    together: tuple[tuple[str, ...], ...] = ()
    exclusive: tuple[tuple[str, str], ...] = ()
    alternatives: tuple[tuple[str, ...], ...] = ()
    document: str = ""
    rules: Rules = Rules()
    labels: dict[str, Labels] = field(default_factory=dict)
    listing: dict[str, str] = field(default_factory=dict)
    page: int = 0
    in_list: Callable[[dict[str, Any]], dict[str, Any]] = lambda brief: brief
    is_one: Callable[[dict[str, Any]], bool] = lambda brief: True
    newer: tuple[str, ...] = ()
    brief_keys: tuple[str, ...] = ()
    scopes: dict[str, Within | Beginning] = field(default_factory=dict)
    set_aside: dict[str, object] = field(default_factory=dict)
    filters: dict[str, Filter] = field(default_factory=dict)
    ranges: tuple[tuple[str, str], ...] = ()
    is_dated: bool = False
    is_versioned: bool = True
    rights: tuple[str, ...] = ()
    is_licensed: bool = False
    grouped_by: str = ""
    own_table: OwnTable | None = None
    headings: dict[str, tuple[str, ...]] = field(default_factory=dict)
    cell_words: dict[str, dict[str, object]] = field(default_factory=dict)
    loss: str = ""
    is_less_in_xml: bool = False
    shown: JsonTypes = field(default_factory=dict)
    heirloom: tuple[str, ...] = ()
    users: Users | None = None
    not_on_enterprise: str = ""
    gathered: dict[str, Gathered] = field(default_factory=dict)
    encryption: Encryption | None = None
    importing: Importing | None = None
    by_name: dict[str, Field] = field(default_factory=dict, compare=False)
    #: The pairs that exclude each other, each in both orders.
    excluding: list[tuple[str, str]] = field(default_factory=list, compare=False)
    #: The options that add to others or remove from them: those that add come first.
    edits: list[Field] = field(default_factory=list, compare=False)

    @property
    def is_single(self) -> bool:
        """Whether a subscription has exactly one, at ``path``, which can't be named, created or deleted."""
        return not self.identity.option

    @property
    def one(self) -> str:
        """Its name in a sentence, with the article: "a device"."""
        return "%s %s" % ("an" if self.name[0] in "aeiou" else "a", self.name)

    @property
    def key(self) -> str:
        """The name of one as a return value."""
        return self.name.replace(" ", "_")

    @property
    def keys(self) -> str:
        """The name of several as an option and a return value."""
        return self.plural.replace(" ", "_")

    def __post_init__(self) -> None:
        self.excluding.extend(pair for one, other in self.exclusive for pair in ((one, other), (other, one)))
        self.edits.extend(sorted((each for each in self.fields if each.edits), key=lambda each: each.removes))
        for each in self.fields:
            self.by_name[each.name] = each
            for alias in each.aliases:
                self.by_name[alias] = each

    def names_of(self, brief: dict[str, Any]) -> list[str]:
        """Return the names by which a description may refer to the resource with this brief: its identity and its name."""
        identity = str(brief.get(self.identity.key))
        if not self.identity.named_by:
            return [str(self.identity.type.read(identity))]
        return [identity, str(dig(brief, self.by_name[self.identity.named_by].path))]

    @property
    def kept_keys(self) -> frozenset[str]:
        """The keys of a brief that are kept in memory: a list of a hundred thousand is long enough without their histories."""
        fields = {each.path[0] for each in self.fields if each.seen != WHOLE}
        return frozenset(fields | {self.identity.key, "occContext", *self.brief_keys})

    @property
    def json_types(self) -> JsonTypes:
        """The JSON types by the API's keys: of its fields, of the keys inside them, and of the further keys that it shows."""
        own: dict[str, JsonType] = {each.path[-1]: each.type.json for each in self.fields}
        inner = {key: type_ for each in self.fields for key, type_ in each.type.inner.items()}
        members = {key: ListOf() for each in self.labels.values() for key in (each.members, *(each.lists or ())) if key}
        return {**self.shown, **inner, **members, **own}

    @property
    def apart(self) -> list[str]:
        """The options that neither a resource nor its brief surely shows, so that each takes a request of its own."""
        return [each.name for each in self.fields if each.seen == APART]

    def labels_in(self, values: Values) -> list[str]:
        """Return the options in :attr:`apart` that a description sets, adds to or removes from."""
        said = {self.by_name[name].edits or name for name in values}
        return [name for name in self.apart if name in said]

    @property
    def digits(self) -> frozenset[str]:
        """The options, with their aliases, that hold hexadecimal digits: YAML may take them for numbers."""
        named = {name for name, each in self.by_name.items() if isinstance(each.type, (Hex, Key))}
        return frozenset({*named, *([self.identity.option] if isinstance(self.identity.type, Hex) else [])})

    @property
    def scopes_of_digits(self) -> list[str]:
        """The conditions of a purge that hold hexadecimal digits: a misread one would delete the wrong resources."""
        return [name for name, each in self.scopes.items() if isinstance(each, Beginning) and isinstance(each.type, HexPrefix)]

    @property
    def secret_options(self) -> frozenset[str]:
        """The options, with their aliases, that hold secrets."""
        return frozenset(name for name, each in self.by_name.items() if each.secret)

    def argument_spec(self) -> dict[str, Any]:
        """Return the argument spec of all fields."""
        return {each.name: each.argument() for each in self.fields}

    def parse(self, raw: dict[str, Any], hints: Hints | None = None) -> tuple[Values, Faults]:
        """Return ``(values, faults)``: canonical values by option, and a list of ``(option, message)``.

        None means that the option isn't given. An empty text clears a value that can be cleared; elsewhere it is ignored.

        :param hints: what is known of unknown options; one reading of many rows shares it.
        """
        values, faults = self.parse_fields(raw, hints)
        unread = {name for name, _message in faults}
        # An option with a fault of its own still counts as given: otherwise the rules would call it missing.
        there = {**dict.fromkeys(unread), **values} if unread else values
        more = self._check_edits(there) + self.rules.check(there)
        faults += [fault for fault in more if fault[0] not in unread] if unread else more
        self.rules.complete(values)
        return values, faults

    def _check_edits(self, values: Values) -> Faults:
        """Return the faults of options that add to others, or remove from them."""
        faults: Faults = []
        for each in self.edits:
            if each.name not in values:
                continue
            if each.edits in values:
                faults.append((each.name, BESIDE % each.edits))
            for other in self.edits:
                if each.removes and not other.removes and other.edits == each.edits:
                    both = set(members(values.get(other.name) or ())) & set(members(values[each.name] or ()))
                    faults += [(each.name, BOTH % (_named(one), other.name)) for one in sorted(both)]
        return faults

    def parse_fields(self, raw: dict[str, Any], hints: Hints | None = None) -> tuple[Values, Faults]:
        """Return ``(values, faults)`` as :meth:`parse` does, but check each option only by itself."""
        values: Values = {}
        faults: Faults = []
        for name, given in raw.items():
            spec = self.by_name.get(name)
            is_text = isinstance(given, str)
            if spec is None:
                near = hint(str(name), self.by_name, {} if hints is None else hints)
                faults.append((without_keys(str(name)), UNKNOWN_OPTION % (self.one, near)))
            elif spec.secret and is_text and not given.strip():
                # An empty key must not count as left out: the device would belong to an external join server forever.
                faults.append((spec.name, "is empty: give it, or leave the option out"))
            elif given is None or (is_text and not spec.type.clears and not given.strip()):
                continue
            elif spec.name in values:
                faults.append((spec.name, "is given twice, also as %s" % shown(name)))
            else:
                try:
                    values[spec.name] = _parsed(spec.type, given) if is_text and not spec.secret else spec.type.parse(given)
                except Fault as fault:
                    faults.append((spec.name, str(fault)))
        return values, faults

    def body(self, values: Values) -> dict[str, Any]:
        """Return the JSON body with ``values`` (canonical, by option)."""
        body: dict[str, Any] = {}
        for name, value in values.items():
            spec = self.by_name[name]
            if spec.seen in (APART, EDIT) and not (name in self.labels and self.labels[name].on_create):
                continue
            place = body
            for key in spec.path[:-1]:
                place = place.setdefault(key, {})
            sent = spec.type.send(value)
            # A plan's ID and a plan's flags share one object.
            if isinstance(sent, dict) and isinstance(place.get(spec.path[-1]), dict):
                place[spec.path[-1]].update(sent)
            else:
                place[spec.path[-1]] = sent
        return body

    def show(self, values: dict[str, Any]) -> dict[str, object]:
        """Return ``values`` for a person to read: in JSON types, with secrets hidden."""
        result: dict[str, object] = {}
        for name, value in values.items():
            spec = self.by_name[name]
            if value is not UNKNOWN:
                result[name] = spec.type.hide(value) if spec.secret else spec.type.show(value)
        return result

    def secrets(self, values: dict[str, object]) -> list[str]:
        """Return the texts in ``values`` that must not be shown."""
        found: list[str] = []
        for name, value in values.items():
            if self.by_name[name].secret and value:
                found.extend([value] if isinstance(value, str) else [key for _port, key in members(value)])
        return found


def _named(label: Any) -> str:
    """Return the name of one member of a set in a sentence: a tag, or a domain as ``group:name``."""
    return shown(label if isinstance(label, str) else ":".join(label))
