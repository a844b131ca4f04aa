# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Types of value that are lists and dictionaries: an application server's destinations and headers, tags of base stations."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from .._text import plain
from .json_types import ListOf
from .references import TAG
from .texts import Fault, line_within, shown, text_within
from .values import Value, ValueType

PORT = re.compile(r"[0-9]{1,3}\Z")
#: The contract's patterns (AppServerCustomHttpHeaders), and the headers that can't be customized.
HEADER_NAME = re.compile(r"[!#$%&'*+\-.^`|~0-9A-Za-z_]+\Z")
HEADER_VALUE = re.compile(r"[\x21-\x7e]+(?:[ \t]+[\x21-\x7e]+)*\Z")
RESERVED = ("accept", "host", "user-agent", "content-length", "content-type")
MOST_HEADERS = 5
STRATEGIES = ("SEQUENTIAL", "BLAST")
#: The owner of a base station's tag (contract, BsTag).
OPERATOR, SUBSCRIBER = "OPERATOR", "SUBSCRIBER"


class Ports(ValueType):
    """LoRaWAN ports of an AppSKey: ``*``, ``1``, ``1,2`` or ``10-20`` (contract, ``appKeys``)."""

    spec = {"type": "str"}

    def parse(self, raw: object) -> str:
        text = plain(text_within(raw, "ports")).replace(" ", "")
        if text == "*":
            return text
        for part in text.split(","):
            ends = part.split("-")
            if len(ends) > 2 or not all(PORT.match(e) and 1 <= int(e) <= 255 for e in ends):
                raise Fault("has ports %s: use *, a port from 1 to 255, a list 1,2 or a range 10-20" % shown(raw))
            if len(ends) == 2 and int(ends[0]) > int(ends[1]):
                raise Fault("has ports %s: the range runs backwards" % shown(raw))
        return text


PORTS = Ports()


def address_within(raw: object) -> str:
    """Return an application server's address that is part of a value; raises :class:`Fault` if it is invalid."""
    text = text_within(raw, "an address")
    try:
        parts = urlsplit(text)
        is_one = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:  # brackets without an IPv6 address inside
        is_one = False
    if not is_one:
        raise Fault("has an invalid address: it must be like https://host/path, got %s" % shown(text))
    return text


class Destinations(ValueType):
    """The destinations of data: addresses for ports, in order (contract, AppServerHttpLorawanDestination).

    Canonical: a tuple of ``(addresses, ports, strategy)``.
    """

    spec = {
        "type": "list",
        "elements": "dict",
        "options": {
            "addresses": {"type": "list", "elements": "str", "required": True},
            "ports": {"type": "str", "default": "*"},
            "strategy": {"type": "str", "choices": ["sequential", "blast"], "default": "sequential"},
        },
    }
    json = ListOf()
    inner = {"addresses": ListOf("address")}
    empty = ()
    clears = True

    def parse(self, raw: object) -> tuple[tuple[tuple[str, ...], str, str], ...]:
        if raw == "":
            return ()
        if not isinstance(raw, (list, tuple)) or not all(isinstance(item, dict) for item in raw):
            raise Fault("must be a list of destinations, each with addresses, and optionally with ports and strategy")
        found = tuple(self._one(dict(item)) for item in raw)
        if any(ports == "*" for _addresses, ports, _strategy in found[:-1]):
            raise Fault("has * for the ports of a destination that isn't the last: move it to the end, or the others get no data")
        return found

    def _one(self, item: dict[str, Any]) -> tuple[tuple[str, ...], str, str]:
        unknown = [name for name in item if name not in ("addresses", "ports", "strategy")]
        if unknown:
            raise Fault("has a destination with the unknown option %s: use addresses, ports and strategy" % shown(unknown[0]))
        addresses = item.get("addresses")
        given = [addresses] if isinstance(addresses, str) else addresses
        if not isinstance(given, (list, tuple)) or not given:
            raise Fault("has a destination without addresses: give at least one")
        texts = tuple(address_within(each) for each in given)
        strategy = str(item.get("strategy") or "sequential").upper()
        if strategy not in STRATEGIES:
            raise Fault("has the unknown strategy %s: use sequential or blast" % shown(item.get("strategy")))
        return texts, PORTS.parse("*" if item.get("ports") in (None, "") else item["ports"]), strategy

    def send(self, value: Value) -> object:
        return [{"addresses": list(addresses), "ports": ports, "strategy": strategy} for addresses, ports, strategy in value]

    def show(self, value: object) -> object:
        if not isinstance(value, tuple):
            return value
        return [{"addresses": list(one[0]), "ports": one[1], "strategy": one[2].lower()} for one in value]


class HttpHeaders(ValueType):
    """HTTP headers, ``name: value``; their values may be secret (contract, AppServerCustomHttpHeaders).

    Canonical: a tuple of ``(name, value)``.
    """

    spec = {"type": "dict"}
    json = ListOf()
    empty = ()
    clears = True

    def parse(self, raw: object) -> tuple[tuple[str, str], ...]:
        if raw == "":
            return ()
        if not isinstance(raw, dict):
            raise Fault('must be a dictionary "name: value"')
        headers: dict[str, tuple[str, str]] = {}
        for written, value in raw.items():
            name = text_within(written, "a header")
            if not HEADER_NAME.match(name):
                raise Fault("has the header %s, which is not a header name: use letters, digits and dashes" % shown(name))
            if name.lower() in RESERVED:
                raise Fault("has the header %s, which the platform sets by itself: remove it" % shown(name))
            if name.lower() in headers:
                raise Fault("has the header %s twice, since upper and lower case count as the same: remove one" % shown(name))
            if not isinstance(value, str):
                raise Fault("has a value that is not a text for the header %s: quote it" % shown(name))
            if not HEADER_VALUE.match(value):
                raise Fault("has a value that HTTP can't send for the header %s: use printable ASCII" % shown(name))
            headers[name.lower()] = (name, value)
        if len(headers) > MOST_HEADERS:
            raise Fault("has %d headers, but the platform accepts at most %d: remove some" % (len(headers), MOST_HEADERS))
        return tuple(headers[name] for name in sorted(headers))

    def read(self, api: object) -> object:
        if not isinstance(api, (list, tuple)):
            return self.empty if api is None else api
        pairs = [(str(item.get("name")), str(item.get("value"))) for item in api if isinstance(item, dict)]
        return tuple(sorted(pairs, key=lambda pair: pair[0].lower()))

    def same(self, desired: object, actual: object) -> bool:
        if not isinstance(desired, tuple) or not isinstance(actual, tuple):
            return desired == actual
        return [(name.lower(), value) for name, value in desired] == [(name.lower(), value) for name, value in actual]

    def send(self, value: Value) -> object:
        return [{"name": name, "value": text} for name, text in value]

    def hide(self, value: object) -> object:
        return {name: "(secret)" for name, _value in value} if isinstance(value, tuple) else "(secret)"


class BaseStationTags(ValueType):
    """A set of tags of base stations; each tag is the operator's or the subscriber's own (contract, BsTag).

    Canonical: a sorted tuple of ``(name, namespace)``.
    """

    spec = {"type": "list", "elements": "raw"}
    json = ListOf()
    empty = ()
    clears = True

    def parse(self, raw: object) -> tuple[tuple[str, str], ...]:
        if isinstance(raw, str):
            raw = [part for part in line_within(raw, "tags").split(",") if part.strip()]
        if not isinstance(raw, (list, tuple)):
            raise Fault("must be a list of tags, each a name, or a dictionary with name and namespace")
        return tuple(sorted({self._one(item) for item in raw if item != ""}))

    @staticmethod
    def _one(item: object) -> tuple[str, str]:
        given = item if isinstance(item, dict) else {"name": item}
        unknown = [key for key in given if key not in ("name", "namespace")]
        if unknown:
            raise Fault("has a tag with the unknown option %s: use name and namespace" % shown(unknown[0]))
        name = line_within(given.get("name"), "a tag")
        if not TAG.match(name):
            raise Fault("has the tag %s: use 1 to 40 characters, without < and >" % shown(name))
        namespace = str(given.get("namespace") or OPERATOR).upper()
        if namespace not in (OPERATOR, SUBSCRIBER):
            raise Fault("has the unknown namespace %s: use operator or subscriber" % shown(given.get("namespace")))
        return name, namespace

    def read(self, api: object) -> object:
        if not isinstance(api, (list, tuple)):
            return self.empty if api is None else api
        tags = [tag for tag in api if isinstance(tag, dict)]
        return tuple(sorted((str(tag.get("name")), str(tag.get("namespace") or OPERATOR)) for tag in tags))

    def send(self, value: Value) -> object:
        return [{"name": name, "namespace": namespace} for name, namespace in value]

    def show(self, value: object) -> object:
        if not isinstance(value, tuple):
            return value
        return [name if space == OPERATOR else {"name": name, "namespace": space.lower()} for name, space in value]
