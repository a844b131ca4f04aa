# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""XML that ThingPark puts inside a field: the inactivity alarm, the AppSKeys and the destinations of routes.

These are short documents in a JSON string. A user writes them as lists and dictionaries. Two documents are the same if they
differ only in white space, quotes or the order of attributes.
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache
from typing import Any

try:
    from lxml import etree

    IMPORT_ERROR: Exception | None = None
except Exception as error:  # _frame reports it before any call here
    IMPORT_ERROR = error

from .json_types import ListOf
from .structures import PORTS, Ports, address_within
from .texts import Fault, shown, text_of, text_within
from .values import BASE64, Integer, Key, Value, ValueType

N = "([0-9]{1,9})"
DURATION = re.compile(r"P(?:{0}W|(?:{0}D)?(?:T(?:{0}H)?(?:{0}M)?(?:{0}S)?)?)\Z".replace("{0}", N))
#: A duration in a table's cell, such as "2 days"; OFF has a cell's words for "no alarm".
SPAN = re.compile(r"(?i)\s*([0-9]{1,4})\s*(h|hours?|d|days?|w|weeks?)\s*\Z")
OFF = ("off", "no", "none", "false")
HOUR = 3600
DAY = 24 * HOUR
LEVEL = Integer(2, 6)


def seconds_of(text: object) -> int:
    """Return the seconds of an ISO 8601 duration in weeks, days, hours, minutes and seconds; raises :class:`Fault`."""
    match = isinstance(text, str) and DURATION.match(text.strip().upper())
    if not match or not any(match.groups()):
        raise Fault("has the duration %s: write it like PT12H or P2D" % shown(text))
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return weeks * 7 * DAY + days * DAY + hours * HOUR + minutes * 60 + seconds


def duration_of(seconds: int) -> str:
    """Return ISO 8601 for a number of seconds, days first."""
    days, rest = divmod(seconds, DAY)
    hours, rest = divmod(rest, HOUR)
    minutes, rest = divmod(rest, 60)
    time = "".join("%d%s" % pair for pair in ((hours, "H"), (minutes, "M"), (rest, "S")) if pair[0])
    return "P" + ("%dD" % days if days else "") + ("T" + time if time else "")


def root_of(text: str, name: str) -> etree._Element:
    """Return the root element of a small document without DTD or entities; raises :class:`Fault`, which never shows the text."""
    if "<!" in text:
        raise Fault("must be a <%s> document without declarations" % name)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(text.strip().encode("utf-8", "surrogatepass"), parser)
    except etree.XMLSyntaxError as error:
        raise Fault("is not well-formed XML (line %d of it)" % (error.lineno or 1)) from None
    if root.tag != name:
        raise Fault("must be a <%s> document" % name)
    return root


class InactivityAlarm(ValueType):
    """ThingPark's alarm 004, "no uplink": at most two thresholds with rising level and duration.

    Canonical: a tuple of ``(level, seconds)`` of the enabled thresholds (contract, ``Device.alarm004``).
    """

    spec = {
        "type": "list",
        "elements": "dict",
        "options": {"level": {"type": "int", "required": True}, "duration": {"type": "str", "required": True}},
    }
    empty = ()
    clears = True

    def parse(self, raw: object) -> tuple[tuple[int, int], ...]:
        if isinstance(raw, str):
            text = text_of(raw)
            return self._from_xml(text) if text else ()
        if not isinstance(raw, (list, tuple)) or not all(isinstance(item, dict) for item in raw):
            raise Fault("must be a list of thresholds, each with level and duration")
        for item in raw:
            unknown = [name for name in item if name not in ("level", "duration")]
            if unknown:
                raise Fault("has a threshold with the unknown option %s: use level and duration" % shown(unknown[0]))
        return self._checked([(item.get("level"), item.get("duration")) for item in raw])

    def in_cell(self, text: str) -> object:
        if text[0] in "<[{":
            return super().in_cell(text)
        if text.lower() in OFF:
            return []
        return [self._threshold(part) for part in text_of(text).split(",")]

    @staticmethod
    def _threshold(text: str) -> dict[str, str]:
        """Return the threshold that a cell holds: ``3: P2D`` or ``3: 2 days``."""
        level, colon, duration = text.partition(":")
        if not colon:
            raise Fault("has %s instead of a threshold: write level and duration, such as 3: 2 days, or off" % shown(text))
        words = SPAN.match(duration)
        if words:
            number, unit = words.group(1), words.group(2)[0].upper()
            return {"level": level.strip(), "duration": "PT%sH" % number if unit == "H" else "P%s%s" % (number, unit)}
        return {"level": level.strip(), "duration": duration.strip()}

    @staticmethod
    @lru_cache(maxsize=512)  # a fleet has thousands of devices and a handful of alarms
    def _from_xml(text: str) -> tuple[tuple[int, int], ...]:
        root = root_of(text, "alarm004")
        first, second = root.find("threshold1"), root.find("threshold2")
        on = [each for each in (first, second) if each is not None and each.get("status", "").upper() == "ENABLE"]
        if on == [second]:
            raise Fault("enables its second threshold without the first")
        return InactivityAlarm._checked([(each.get("level"), each.get("duration")) for each in on])

    @staticmethod
    def _checked(thresholds: list[tuple[object, object]]) -> tuple[tuple[int, int], ...]:
        if len(thresholds) > 2:
            raise Fault("has %d thresholds; ThingPark supports at most two" % len(thresholds))
        result = []
        for level, duration in thresholds:
            try:
                number = LEVEL.parse(level)
            except Fault:
                raise Fault("has the level %s: it must be from 2 to 6" % shown(level)) from None
            seconds = seconds_of(duration)
            if not HOUR <= seconds <= 30 * DAY:
                raise Fault("has the duration %s: it must be from PT1H to P30D" % shown(duration))
            result.append((number, seconds))
        if len(result) == 2 and not (result[0][0] < result[1][0] and result[0][1] < result[1][1]):
            raise Fault("needs a second threshold with a higher level and a longer duration than the first")
        return tuple(result)

    def send(self, value: Value) -> str:
        # To switch the alarm off, send one disabled threshold with valid values: the contract names no other way.
        status = "ENABLE" if value else "DISABLE"
        inner = "".join(
            '<threshold%d status="%s" level="%d" duration="%s"/>' % (number, status, level, duration_of(seconds))
            for number, (level, seconds) in enumerate(value or ((2, HOUR),), 1)
        )
        return "<alarm004>%s</alarm004>" % inner

    def show(self, value: object) -> object:
        if not isinstance(value, tuple):
            return value
        return [{"level": level, "duration": duration_of(seconds)} for level, seconds in value]


class AppSKeys(ValueType):
    """The AppSKeys of an ABP device, ``ports: key`` (contract, ``DeviceLorawan.appKeys``)."""

    spec = {"type": "dict"}
    empty = ()

    def parse(self, raw: object) -> object:
        if isinstance(raw, str):
            text = text_of(raw)
            if BASE64.match(text):  # the whole document, encrypted with the exchange key
                return text
            root = root_of(text, "AppSKeys")
            pairs = [(each.get("Port", "*"), each.text or "") for each in root.findall("AppSKey")]
        elif isinstance(raw, dict):
            pairs = list(raw.items())
        else:
            raise Fault('must be a dictionary "ports: key"')
        if not pairs:
            raise Fault("holds no key")
        ports, key = Ports(), Key()
        keys = {}
        for written, value in pairs:
            port = ports.parse(written)
            if port in keys:
                raise Fault("has two keys for the ports %s" % shown(port))
            try:
                keys[port] = key.parse(value)
            except Fault as fault:
                raise Fault("has for the ports %s what %s" % (port, fault)) from None
        return tuple(sorted(keys.items()))

    def in_cell(self, text: str) -> object:
        if text[0] in "<[{" or BASE64.match(text):
            return super().in_cell(text)
        if text.count(":") != 1:
            with suppress(Fault):
                return {"*": Key().parse(text)}  # one key, with or without colons between its digits
        pairs = [part.partition(":") for part in text_of(text).split(";") if part.strip()]
        if not all(colon for _ports, colon, _key in pairs):
            return {"*": text}
        if len({ports.strip() for ports, _colon, _key in pairs}) != len(pairs):
            raise Fault("has two keys for the same ports: remove one of the two")
        return {ports.strip(): key.strip() for ports, _colon, key in pairs}

    def send(self, value: Value) -> str:
        if isinstance(value, str):
            return value
        return "<AppSKeys>%s</AppSKeys>" % "".join(
            '<AppSKey Port="%s">%s</AppSKey>' % pair
            for pair in value  # digits, commas, dashes and stars only
        )


class Routes(ValueType):
    """The destinations of the data of each port, in order; those of each route are XML (O: ``routes`` of an AS routing profile).

    Canonical: a tuple of ``(ports, strategy, ((type, address), ...))``. One strategy has two words: BURST in public clients,
    BLAST in the contract's application servers. Upper and lower case don't count in a type.
    """

    json = ListOf("route")
    spec = {
        "type": "list",
        "elements": "dict",
        "options": {
            "source_port": {"type": "str", "default": "*"},
            "strategy": {"type": "str", "choices": ["sequential", "blast"], "default": "sequential"},
            "destinations": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "options": {
                    "type": {"type": "str", "default": "HTTP"},
                    "address": {"type": "str", "required": True},
                },
            },
        },
    }
    empty = ()
    clears = True
    words = {"sequential": "SEQUENTIAL", "blast": "BURST"}
    meant = {"SEQUENTIAL": "sequential", "BURST": "blast", "BLAST": "blast"}

    def parse(self, raw: object) -> tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]:
        if raw == "":
            return ()
        if not isinstance(raw, (list, tuple)) or not all(isinstance(item, dict) for item in raw):
            raise Fault("must be a list of routes, each with destinations, and optionally with source_port and strategy")
        return tuple(self._route(item) for item in raw)

    def _route(self, item: dict[str, Any]) -> tuple[str, str, tuple[tuple[str, str], ...]]:
        unknown = [name for name in item if name not in ("source_port", "strategy", "destinations")]
        if unknown:
            raise Fault("has a route with the unknown option %s: use source_port, strategy and destinations" % shown(unknown[0]))
        word = "sequential" if item.get("strategy") in (None, "") else item["strategy"]
        if str(word).lower() not in self.words:
            raise Fault("has the unknown strategy %s: use sequential or blast" % shown(word))
        given = item.get("destinations")
        if not isinstance(given, (list, tuple)) or not given or not all(isinstance(one, dict) for one in given):
            raise Fault("has a route without destinations: give a list of them, each with an address")
        ports = PORTS.parse("*" if item.get("source_port") in (None, "") else item["source_port"])
        return ports, self.words[str(word).lower()], tuple(self._destination(one) for one in given)

    @staticmethod
    def _destination(item: dict[str, Any]) -> tuple[str, str]:
        unknown = [name for name in item if name not in ("type", "address")]
        if unknown:
            raise Fault("has a destination with the unknown option %s: use type and address" % shown(unknown[0]))
        kind = "HTTP" if item.get("type") in (None, "") else text_within(item["type"], "a type").upper()
        if kind != "HTTP":  # the addresses of other types are not documented
            return kind, text_within(item.get("address"), "an address")
        return kind, address_within(item.get("address"))

    def read(self, api: object) -> object:
        if api is None:
            return self.empty
        try:
            return tuple(self._from_api(route) for route in api)  # type: ignore[attr-defined]
        except (AttributeError, KeyError, TypeError, Fault):
            return api

    def _from_api(self, route: dict[str, Any]) -> tuple[str, str, tuple[tuple[str, str], ...]]:
        if route["strategy"] not in self.meant:
            raise KeyError(route["strategy"])
        root = root_of(route.get("destinations") or "<dests/>", "dests")
        return (
            PORTS.parse(route["sourcePort"]),
            route["strategy"],
            tuple((each.get("type", "HTTP").upper(), each.attrib["address"]) for each in root.findall("dest")),
        )

    def same(self, desired: object, actual: object) -> bool:
        return self._in_words(desired) == self._in_words(actual)

    def _in_words(self, value: object) -> object:
        if not isinstance(value, tuple):
            return value
        return [(ports, self.meant[strategy], destinations) for ports, strategy, destinations in value]

    def like(self, desired: Value, actual: object) -> Value:
        shown_words = {strategy for _ports, strategy, _destinations in actual} if isinstance(actual, tuple) else set()
        if "BLAST" not in shown_words:
            return desired
        return tuple((ports, "BLAST" if word == "BURST" else word, places) for ports, word, places in desired)

    def send(self, value: Value) -> object:
        return [
            {"sourcePort": ports, "strategy": strategy, "destinations": self._document(destinations)}
            for ports, strategy, destinations in value
        ]

    @staticmethod
    def _document(destinations: tuple[tuple[str, str], ...]) -> str:
        root = etree.Element("dests")
        for kind, address in destinations:
            etree.SubElement(root, "dest", {"type": kind, "address": address})
        return str(etree.tostring(root, encoding="unicode"))

    def show(self, value: object) -> object:
        if not isinstance(value, tuple):
            return value
        return [
            {
                "source_port": ports,
                "strategy": self.meant[strategy],
                "destinations": [{"type": kind, "address": address} for kind, address in destinations],
            }
            for ports, strategy, destinations in value
        ]
