# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The vocabulary in which a resource is declared: fields, and what is said of them together.

One declaration gives the argument spec, the validation, the body that is sent and the comparison.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Callable

from .filters import Filter, HexPrefix
from .json_types import JsonType, JsonTypes, ListOf
from .near import LONGEST_WORD, did_you_mean, nearest
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
APART = "apart"  # in the list, and in a part of its own; never in the resource's body
NEVER = "never"  # write-only
EDIT = "edit"  # nowhere: it says what another option gains or loses

MOST_HINTS = 60  # whoever has more unknown names than that gave another file
BESIDE = "conflicts with %s, which lists all values: give only one of the two"
BOTH = "removes %s, which %s adds: remove it from one of the two"


@lru_cache(maxsize=2048)  # thousands of rows say the same of most options; as one object, it takes their memory once, too
def _parsed(type_: ValueType, text: str) -> Value:
    return type_.parse(text)


@dataclass(frozen=True)
class Field:
    """One option of a resource and the API's field behind it.

    :param name: the option, in snake_case.
    :param path: the API's keys from the resource's root.
    :param type: what its values are.
    :param seen: BRIEF, WHOLE, APART or NEVER.
    :param aliases: other names a user may know it by.
    :param secret: a key or the like; never shown.
    :param on_create: may be sent when the resource is made (the contract's ``x-createForbidden``).
    :param on_update: may be sent afterwards (the contract's ``x-updateForbidden``).
    :param in_brief: how to read it from a brief that shows it otherwise than the resource does; gives UNKNOWN
        where the brief can't tell.
    :param hint_only: a brief can confirm what is described, but a difference has to be looked up.
    :param refers_to: the list of the resources that it names.
    :param may_hide: some accounts aren't shown it: what is missing isn't known, then, and not empty.
    :param default: what the platform sets by itself, which nobody needs to be told; UNKNOWN for nothing.
    :param resets: the platform may set it by itself while it does something else: it is looked at again after a write.
    :param cached: kept for the next run although the contract has it in a brief.
    :param edits: the option, a set, that this one adds to; with ``removes`` the one that it takes from.
    :param section: what writes it, where that isn't the resource's own body.
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
        """Its key in a brief, where that shows it at its root as the resource itself does; an empty text for others."""
        return self.path[0] if self.seen == BRIEF and self.in_brief is None and len(self.path) == 1 else ""

    def from_whole(self, resource: dict[str, Any]) -> object:
        """Return the canonical value in a whole resource; what it lacks is empty."""
        if self.seen in (APART, NEVER, EDIT):
            return UNKNOWN
        value = dig(resource, self.path)
        if value is UNKNOWN:
            return UNKNOWN if self.may_hide else self.type.empty
        try:
            return self.type.read(value)
        except Exception:  # the API "can change without notice": an odd value is another than any that is described
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
        except Exception:  # as in a whole resource
            return value

    def argument(self) -> dict[str, Any]:
        """Return this field's entry in an argument spec."""
        entry = dict(self.type.spec)
        if self.aliases:
            entry["aliases"] = list(self.aliases)
        if self.secret:
            entry["no_log"] = True
        elif "key" in self.name:  # ansible-test wants it said that this one is no secret
            entry["no_log"] = False
        return entry


@dataclass(frozen=True)
class Resource:
    """A resource of the API, declared.

    :param name: what a sentence calls it; ``plural`` several of them. ``key`` and ``keys`` are the same as options.
    :param document: what XML calls its document; by default its name.
    :param path: its list, below the subscription.
    :param fields: all of its options.
    :param together: fields of which all are sent when one differs.
    :param exclusive: fields of which a resource has one: who takes it leaves the others.
    :param alternatives: fields of which a row that gives one takes no default for the others.
    :param rules: what can't be data.
    :param labels: the part that many resources get at once, by its option.
    :param listing: parameters with which its list is asked for.
    :param page: how many of the list are asked for at once, where its size can be chosen; 0 where it can't.
    :param in_list: gives a brief of a list that nests what a resource has at its root.
    :param is_one: whether a brief is of such a resource at all.
    :param newer: keys that every brief has since release 7.3: without any, the platform is an older one.
    :param brief_keys: what the rules need of a brief besides its fields.
    :param scopes: the conditions that a purge may give: name -> condition.
    :param set_aside: what a purge may set instead of deleting: option -> value.
    :param filters: what the list can be asked for; ``ranges`` are filters of which the first must not be beyond the second.
    :param is_dated: a brief says when its resource was last changed, so that what else was seen of it may be kept until then.
    :param is_versioned: a change names the version that it changes, and may override that (contract, OccContext).
    :param rights: the rights of which an account needs one to change it; nothing where that isn't known.
    :param is_licensed: the operator sells how many there may be.
    :param grouped_by: the option by which equal refusals end further creations.
    :param own_table: a table without headings that describes several; None for none.
    :param headings: what a table's columns may be called besides their options: option -> headings, in any case and spacing.
    :param cell_words: words of a table's cells for an option: option -> word in upper case -> what it says.
    :param loss: what to say of a change that only deleting could bring about.
    :param is_less_in_xml: its document in XML lacks fields (X), so that JSON is asked for.
    :param shown: the types of what it shows beyond its fields, by the API's keys: counts, times, flags (XML doesn't say them).
    :param heirloom: the options that a resource takes over from one whose place it takes; none can where there are none.
    :param users: what may use one, and has to be counted before one is deleted.
    :param not_on_enterprise: what to say where ThingPark Enterprise, which lacks them, doesn't know their path.
    :param gathered: lists that belong to one, by what they are called as a return value.
    :param encryption: how its keys can be encrypted on their way; None where the platform takes none so.
    :param importing: how the platform makes and deletes many in one request; None where it can't.
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
    #: The pairs that exclude each other, each of them both ways round.
    excluding: list[tuple[str, str]] = field(default_factory=list, compare=False)
    #: The options that add to others, or take from them, in the order in which they do.
    edits: list[Field] = field(default_factory=list, compare=False)
    #: Unknown name -> the option it is nearest to, or nothing: looking for one takes about a millisecond.
    nearest: dict[str, str] = field(default_factory=dict, compare=False)

    @property
    def is_single(self) -> bool:
        """Whether a subscription has exactly one, at ``path``: nobody names it, makes it or deletes it."""
        return not self.identity.option

    @property
    def one(self) -> str:
        """What a sentence calls any of them."""
        return "%s %s" % ("an" if self.name[0] in "aeiou" else "a", self.name)

    @property
    def key(self) -> str:
        """What one is called as a return value."""
        return self.name.replace(" ", "_")

    @property
    def keys(self) -> str:
        """What several are called as an option and a return value."""
        return self.plural.replace(" ", "_")

    def __post_init__(self) -> None:
        self.excluding.extend(pair for one, other in self.exclusive for pair in ((one, other), (other, one)))
        self.edits.extend(sorted((each for each in self.fields if each.edits), key=lambda each: each.removes))
        for each in self.fields:
            self.by_name[each.name] = each
            for alias in each.aliases:
                self.by_name[alias] = each

    def names_of(self, brief: dict[str, Any]) -> list[str]:
        """Return by which names a description may mean the resource with this brief: its identity, and its name."""
        identity = str(brief.get(self.identity.key))
        if not self.identity.named_by:
            return [str(self.identity.type.read(identity))]
        return [identity, str(dig(brief, self.by_name[self.identity.named_by].path))]

    @property
    def kept_keys(self) -> frozenset[str]:
        """What is kept of a brief: a list of a hundred thousand is long enough without their histories."""
        fields = {each.path[0] for each in self.fields if each.seen != WHOLE}
        return frozenset(fields | {self.identity.key, "occContext", *self.brief_keys})

    @property
    def json_types(self) -> JsonTypes:
        """What JSON holds, by the API's keys: for its fields, for what is in them, and for what it shows beyond them."""
        own: dict[str, JsonType] = {each.path[-1]: each.type.json for each in self.fields}
        inner = {key: type_ for each in self.fields for key, type_ in each.type.inner.items()}
        members = {key: ListOf() for each in self.labels.values() for key in (each.members, *(each.lists or ())) if key}
        return {**self.shown, **inner, **members, **own}

    @property
    def apart(self) -> list[str]:
        """The options that neither a resource nor its brief surely shows, and that are asked for by themselves."""
        return [each.name for each in self.fields if each.seen == APART]

    def labels_in(self, values: Values) -> list[str]:
        """Return those of them that a description says something of."""
        said = {self.by_name[name].edits or name for name in values}
        return [name for name in self.apart if name in said]

    @property
    def digits(self) -> frozenset[str]:
        """The options, with their other names, whose texts are hexadecimal digits: YAML may take them for numbers."""
        named = {name for name, each in self.by_name.items() if isinstance(each.type, (Hex, Key))}
        return frozenset({*named, *([self.identity.option] if isinstance(self.identity.type, Hex) else [])})

    @property
    def scopes_of_digits(self) -> list[str]:
        """The conditions of a scope that are hexadecimal digits: what a purge deletes must not be misread."""
        return [name for name, each in self.scopes.items() if isinstance(each, Beginning) and isinstance(each.type, HexPrefix)]

    @property
    def secret_options(self) -> frozenset[str]:
        """The options, with their other names, that hold secrets."""
        return frozenset(name for name, each in self.by_name.items() if each.secret)

    def argument_spec(self) -> dict[str, Any]:
        """Return the argument spec of all fields."""
        return {each.name: each.argument() for each in self.fields}

    def parse(self, raw: dict[str, Any]) -> tuple[Values, Faults]:
        """Return ``(values, faults)``: canonical values by option, and a list of ``(option, message)``.

        None means that the user said nothing. An empty text clears what can be cleared, and means nothing elsewhere.
        """
        values, faults = self.parse_fields(raw)
        unread = {name for name, _message in faults}
        # What has a fault of its own is there all the same: nothing that depends on it is missing.
        there = {**dict.fromkeys(unread), **values} if unread else values
        more = self._check_edits(there) + self.rules.check(there)
        faults += [fault for fault in more if fault[0] not in unread] if unread else more
        self.rules.complete(values)
        return values, faults

    def _check_edits(self, values: Values) -> Faults:
        """Return the faults of options that add to others, or take from them."""
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

    def parse_fields(self, raw: dict[str, Any]) -> tuple[Values, Faults]:
        """Return ``(values, faults)`` as :meth:`parse` does, each option looked at by itself."""
        values: Values = {}
        faults: Faults = []
        for name, given in raw.items():
            spec = self.by_name.get(name)
            is_text = isinstance(given, str)
            if spec is None:
                faults.append((without_keys(str(name)), self._unknown(str(name))))
            elif spec.secret and is_text and not given.strip():
                # Left out, it would say something else: a device would be made for an external join server, for ever.
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

    def _unknown(self, name: str) -> str:
        if name not in self.nearest and len(self.nearest) < MOST_HINTS and len(name) <= LONGEST_WORD:
            self.nearest[name] = "".join(nearest(name, self.by_name, 1))
        near = self.nearest.get(name)
        return "is not an option of %s%s" % (self.one, did_you_mean([near] if near else []))

    def body(self, values: Values) -> dict[str, Any]:
        """Return the JSON body that says ``values`` (canonical, by option)."""
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
        """Return ``values`` as a person may see them: JSON types, secrets only named."""
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
    """Return what a sentence calls one member of a set: a tag, or a domain as ``group:name``."""
    return shown(label if isinstance(label, str) else ":".join(label))
