# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Types of value that link a resource to others: tags, domains, and references by ID or name."""

from __future__ import annotations

import re

from .json_types import ListOf
from .texts import Fault, line_within, refuse_nested, shown, text_of, text_within
from .values import Value, ValueType

# The contract's patterns for tags, domains and domain groups (schemas TagName and Domain).
TAG = re.compile(r"[^\x00-\x20<>\x7f](?:[^\x00-\x1f<>\x7f]{0,38}[^\x00-\x20<>\x7f])?\Z")
DOMAIN_GROUP = re.compile(r"(?! )[^\x00-\x1f:<>\x7f]{1,20}(?<! )\Z")
DOMAIN_PART = re.compile(r"(?! )[^\x00-\x1f/:<>\x7f]{1,20}(?<! )\Z")


class Tags(ValueType):
    """A set of tags: at most 40 characters each, no order (contract, ``TagName``)."""

    spec = {"type": "list", "elements": "str"}
    json = ListOf()
    empty = ()
    clears = True

    def parse(self, raw: object) -> tuple[str, ...]:
        if isinstance(raw, str):
            raw = [part for part in line_within(raw, "tags").split(",") if part.strip()]
        if not isinstance(raw, (list, tuple, set)):
            raise Fault("must be a list of tags")
        refuse_nested(raw)
        tags = {line_within(tag, "a tag") for tag in raw if tag != ""}
        for tag in tags:
            if not TAG.match(tag):
                raise Fault("has the tag %s: use 1 to 40 characters, without < and >" % shown(tag))
        return tuple(sorted(tags))

    def in_cell(self, text: str) -> object:
        return text  # a tag may begin with a bracket

    def read(self, api: object) -> object:
        if not isinstance(api, (list, tuple)):
            return self.empty if api is None else api
        return tuple(sorted(str(tag.get("name")) if isinstance(tag, dict) else str(tag) for tag in api))

    def send(self, value: Value) -> object:
        return [{"name": tag} for tag in value]

    def show(self, value: object) -> object:
        return list(value) if isinstance(value, tuple) else value


class Domains(ValueType):
    """Domains as ``group: name``, one of each group (contract, ``Domain``)."""

    spec = {"type": "dict"}
    json = ListOf()
    empty = ()

    def parse(self, raw: object) -> tuple[tuple[str, str], ...]:
        if isinstance(raw, dict):
            pairs = list(raw.items())
        elif isinstance(raw, (list, tuple)):
            pairs = [self._pair(item) for item in raw]
        else:
            raise Fault('must be a dictionary "group: name", got %s' % shown(raw))
        seen: dict[str, str] = {}
        for written, given in pairs:
            if given is None or isinstance(given, (dict, list, tuple, set)):
                raise Fault("must give one domain, a text, for the group %s" % shown(written))
            group = line_within(written, "a group")
            name = line_within(given, "a domain of the group %s" % shown(group))
            if group in seen and seen[group] != name:
                raise Fault("has two domains of the group %s: %s and %s" % (shown(group), shown(seen[group]), shown(name)))
            if not DOMAIN_GROUP.match(group):
                raise Fault("has the group %s: use 1 to 20 characters, without : < >" % shown(group))
            parts = name.split("/")
            if len(parts) > 5 or not all(DOMAIN_PART.match(part) for part in parts):
                raise Fault(
                    "has the domain %s: up to five parts of 1 to 20 characters, separated by /, without : < >" % shown(name)
                )
            seen[group] = name
        return tuple(sorted(seen.items()))

    def in_cell(self, text: str) -> object:
        if text[0] in "[{":
            return super().in_cell(text)
        return [part.strip() for part in text_of(text).split(",") if part.strip()]

    @staticmethod
    def _pair(item: object) -> tuple[object, object]:
        if isinstance(item, dict) and isinstance(item.get("group"), dict):
            return item["group"].get("name"), item.get("name")
        if isinstance(item, dict) and len(item) == 1:
            return next(iter(item.items()))
        group, colon, name = item.partition(":") if isinstance(item, str) else ("", "", "")
        if not colon:
            raise Fault("has %s instead of group:name: write the group too, or map the column to domain:GROUP" % shown(item))
        return group, name

    def send(self, value: Value) -> object:
        return [{"name": name, "group": {"name": group}} for group, name in value]

    def joined(self, some: Value, more: Value) -> Value:
        # A domain replaces the one of the same group (contract, DevicesDomains).
        return tuple(sorted({**dict(some), **dict(more)}.items()))

    def show(self, value: object) -> object:
        return dict(value) if isinstance(value, tuple) else value


class Reference(ValueType):
    """Another resource, by ID or by name. The API shows both: ``(ID, name)``.

    :param names: the API's keys of the name; the first one that is found counts.
    """

    clears = True

    def __init__(self, *names: str) -> None:
        self.names = names

    def read(self, api: object) -> object:
        if not isinstance(api, dict):
            return "" if api is None else api
        return self._pair(api) or ""

    def _pair(self, api: dict[str, object]) -> tuple[str, str] | None:
        identifier, *names = ("" if api.get(key) is None else str(api[key]) for key in ("ID", *self.names))
        name = next(filter(None, names), "")
        return (identifier, name) if identifier or name else None

    def send(self, value: object) -> object:
        return {"ID": value or None}

    def same(self, desired: object, actual: object) -> bool:
        # An ID or a name that the platform doesn't show is empty too, and must not match an empty value ("none").
        return bool(desired) and desired in actual if isinstance(actual, tuple) else desired == actual

    def is_shown_by(self, desired: object, api: object) -> bool:
        return bool(desired) and isinstance(api, dict) and api.get("ID") == desired

    def decided(self, actual: object) -> bool:
        # Old platforms' briefs name a plan without its ID (O).
        return not isinstance(actual, tuple) or bool(actual[0])

    def show(self, value: object) -> object:
        return (value[0] or value[1]) if isinstance(value, tuple) else value


class References(Reference):
    """A set of other resources, each by ID or by name."""

    spec = {"type": "list", "elements": "str"}
    json = ListOf()
    empty = ()

    def parse(self, raw: object) -> tuple[str, ...]:
        if isinstance(raw, str):
            raw = text_of(raw).split(",")
        if not isinstance(raw, (list, tuple, set)):
            raise Fault("must be a list of IDs or names")
        refuse_nested(raw)
        return tuple(sorted({text_within(item, "a name") for item in raw} - {""}))

    def in_cell(self, text: str) -> object:
        return text  # a name may begin with a bracket

    def read(self, api: object) -> object:
        if not isinstance(api, (list, tuple)):
            return self.empty if api is None else api
        found = (self._pair(item if isinstance(item, dict) else {"ID": item}) for item in api)
        return tuple(sorted(filter(None, found)))

    def send(self, value: Value) -> object:
        return [{"ID": identifier} for identifier in value]

    def same(self, desired: Value, actual: object) -> bool:
        if not isinstance(actual, tuple):
            return False
        left = list(actual)
        for each in desired:
            match = next((seen for seen in left if each in seen), None)
            if match is None:
                return False
            left.remove(match)
        return not left

    def decided(self, actual: object) -> bool:
        return not isinstance(actual, tuple) or all(super(References, self).decided(item) for item in actual)

    def show(self, value: object) -> object:
        return sorted(str(super(References, self).show(item)) for item in value) if isinstance(value, tuple) else value
