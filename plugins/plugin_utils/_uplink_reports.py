# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


"""ThingPark's posts to an application server: parses them, checks their tokens, and makes events of them."""

from __future__ import annotations

import hashlib
import hmac
import json
import math
import re
from contextlib import suppress
from datetime import datetime, timezone
from typing import Any, Callable, NamedTuple
from urllib.parse import unquote
from xml.parsers import expat

from ..module_utils._text import harmless, inert

DEEPEST = 16  # levels; a report has four

EUI = re.compile(r"[0-9A-Fa-f]{16}\Z")
HEX = re.compile(r"([0-9A-Fa-f]{2})*\Z")
TOKEN = re.compile(r"[0-9A-Fa-f]{64}\Z")
TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)\Z", re.ASCII)
SIGNED_QUERY = ("LrnDevEui", "LrnFPort", "LrnInfos", "AS_ID", "Time")


class Refused(Exception):
    """A request that is refused.

    :param status: of the answer.
    :param reason: for the answer and the log; a fixed text, so that reasons can be counted.
    :param detail: only for the log.
    """

    def __init__(self, status: int, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.status, self.reason, self.detail = status, reason, detail


class Kind(NamedTuple):
    """A kind of report.

    :param name: the type of its events.
    :param elements: the elements of the report that its token covers, in order.
    :param spellings: possible spellings of the DevEUI in the token.
    """

    name: str
    elements: tuple[str, ...]
    spellings: tuple[Callable[[str], str], ...] = (str,)


#: The elements are known from published tokens (docs/docsite/rst/uplinks.rst); those of a notification from one client only.
KINDS = {
    "DevEUI_uplink": Kind("uplink", ("CustomerID", "DevEUI", "FPort", "FCntUp", "payload_hex")),
    "DevEUI_downlink_Sent": Kind("downlink_sent", ("CustomerID", "DevEUI", "FPort", "FCntDn")),
    "DevEUI_location": Kind("location", ("CustomerID", "DevEUI"), (str.lower,)),
    "DevEUI_notification": Kind("notification", ("CustomerID", "DevEUI"), (str, str.lower)),
}


# -- requests ---------------------------------------------------------------------


class Written(float):
    """A fraction that keeps its original text, because the token covers that text."""

    text: str

    def __new__(cls, text: str) -> Written:
        made = super().__new__(cls, text)
        if not math.isfinite(made):
            raise ValueError("not finite")
        made.text = text
        return made


def _no_number(_text: str) -> None:
    raise ValueError("not JSON")


def read_json(body: bytes) -> object:
    """Return the value of a JSON document; raise ValueError."""
    try:
        return json.loads(body.decode("utf-8"), parse_float=Written, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("too deep") from None


def read_xml(body: bytes) -> dict[str, Any]:
    """Return an XML document in the form of JSON, with texts for numbers; raise ValueError. Entities are not allowed."""
    root: dict[str, Any] = {}
    stack: list[tuple[dict[str, Any], list[str]]] = [(root, [])]

    def begin(_name: str, _attributes: object) -> None:
        if len(stack) > DEEPEST:
            raise ValueError("too deep")
        stack.append(({}, []))

    def end(name: str) -> None:
        children, texts = stack.pop()
        name = name.rpartition(" ")[2]
        value: object = children or "".join(texts)
        above = stack[-1][0]
        if name == "Lrr" or name in above:
            above.setdefault(name, [])
            if not isinstance(above[name], list):
                above[name] = [above[name]]
            above[name].append(value)
        else:
            above[name] = value

    def add(text: str) -> None:
        stack[-1][1].append(text)

    def refuse(*_what: object) -> None:
        raise ValueError("doctype")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler = add
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, LookupError) as problem:
        raise ValueError("no XML") from problem
    return root


def read_report(body_format: str, body: bytes) -> tuple[Kind, dict[str, Any]]:
    """Return a report and its kind; raise Refused. The format is ``json``, ``xml``, or ``any`` if unknown."""
    is_xml = body_format == "xml" or (body_format == "any" and body.lstrip()[:1] == b"<")
    try:
        document = read_xml(body) if is_xml else read_json(body)
    except ValueError:
        raise Refused(400, "the body is not valid JSON or XML") from None
    if not isinstance(document, dict) or len(document) != 1:
        raise Refused(400, "the body doesn't contain exactly one report")
    name, report = next(iter(document.items()))
    if name not in KINDS or not isinstance(report, dict):
        raise Refused(400, "the report is of an unknown kind", name)
    return KINDS[name], report


class Query(NamedTuple):
    """The query of a post.

    :param texts: possible texts of the query in the token: the whole query without the token, or only ThingPark's own part.
    """

    dev_eui: str
    as_id: str
    time: str
    token: str
    texts: tuple[str, ...]

    @classmethod
    def of(cls, raw: str) -> Query:
        """Read a query as sent. A plus stays a plus, as part of the time; it is no blank as in a form."""
        pairs = []
        for part in raw.split("&") if raw else []:
            name, _equals, value = part.partition("=")
            try:
                value = unquote(value, errors="strict") if "%" in value else value
                pairs.append((unquote(name, errors="strict") if "%" in name else name, value))
            except UnicodeDecodeError:
                raise Refused(400, "the query is not valid UTF-8") from None
        values = dict(pairs)
        if len(values) != len(pairs):
            raise Refused(400, "the query has a name twice")
        sent = "&".join("%s=%s" % pair for pair in pairs if pair[0] != "Token")
        own = "&".join("%s=%s" % pair for pair in pairs if pair[0] in SIGNED_QUERY)
        texts = tuple(dict.fromkeys((sent, own)))
        dev_eui, as_id, moment, token = (values.get(name, "") for name in ("LrnDevEui", "AS_ID", "Time", "Token"))
        return cls(dev_eui, as_id, moment, token.lower(), texts)


def seconds_of(text: str) -> float:
    """Return an ISO 8601 time with its offset in seconds since 1970; raise ValueError."""
    match = TIME.match(text)
    if match is None:
        raise ValueError("no time")
    moment, fraction, offset = match.groups()
    return datetime.fromisoformat(moment + ("+00:00" if offset == "Z" else offset)).timestamp() + float(fraction or 0)


def is_signed(kind: Kind, report: dict[str, Any], query: Query, keys: tuple[str, ...]) -> bool:
    """Return whether the token is the SHA-256 of the report's elements, the query and the key, in any of their spellings."""
    found = False
    if not TOKEN.match(query.token):
        return found
    for spelling in kind.spellings:
        elements = "".join(
            spelling(written(report, name)) if name == "DevEUI" else written(report, name) for name in kind.elements
        )
        for text in query.texts:
            for key in keys:
                digest = hashlib.sha256((elements + text + key).encode("utf-8", "surrogatepass")).hexdigest()
                found |= hmac.compare_digest(digest, query.token)
    return found


def written(report: dict[str, Any], name: str) -> str:
    """Return an element in the form that the token covers. An uplink without payload has no FPort, which counts as 0."""
    value = report.get(name)
    if value is None or value == "":
        return "0" if name == "FPort" else ""
    if isinstance(value, Written):
        return value.text
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return str(value)
    raise Refused(400, "an element that the token covers is neither a text nor a number")


class Tokens:
    """The tokens of accepted reports, by the minute of their time, kept as long as a repeated report would be accepted."""

    def __init__(self, skew: int) -> None:
        self._skew = skew
        self._minutes: dict[int, set[bytes]] = {}
        self.count = 0

    def has(self, moment: float, token: str) -> bool:
        """Return whether a report with this token was accepted."""
        return bytes.fromhex(token)[:12] in self._minutes.get(int(moment // 60), ())

    def add(self, moment: float, token: str) -> None:
        """Remember the token of an accepted report."""
        self._minutes.setdefault(int(moment // 60), set()).add(bytes.fromhex(token)[:12])
        self.count += 1

    def forget(self, now: float) -> None:
        """Forget tokens whose reports are now too old to be accepted."""
        for minute in [one for one in self._minutes if one * 60 + 60 < now - self._skew]:
            self.count -= len(self._minutes.pop(minute))


# -- events --------------------------------------------------------------------


def event_of(kind: Kind, report: dict[str, Any], as_id: str, signed: bool) -> dict[str, Any]:
    """Return the event of a report, without missing or unreadable values; raise Refused if it has no DevEUI."""
    report = _told(report, 0)
    dev_eui = report.get("DevEUI")
    if not isinstance(dev_eui, str) or not EUI.match(dev_eui):
        raise Refused(400, "the report has no DevEUI")
    head = {}
    for name, element, value_type in (*HEADS[kind.name], *(STATUS if report.get("Type") == "devstatusans" else ())):
        value = report.get(element)
        if value not in (None, ""):
            # An unreadable value stays available in the event's report.
            with suppress(TypeError, ValueError, OverflowError):
                head[name] = value_type(value)
    if "CustomerData" in report:
        report["CustomerData"] = _customer_data(report["CustomerData"])
    return {
        "type": kind.name,
        "device": _device(dev_eui, report.get("CustomerData", {})),
        kind.name: head,
        "as_id": _inert(as_id),
        "signed": signed,
        "received": datetime.now(timezone.utc).isoformat(timespec="milliseconds"),
        "report": report,
    }


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _hex(value: Any) -> str:
    if not HEX.match(_text(value)):
        raise ValueError
    return str(value)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not math.isfinite(float(value)):
        raise ValueError
    return float(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool):
        raise TypeError
    return int(value)


#: Elements copied to the top of an event, by kind: the event's name, the report's name, and the type.
HEADS: dict[str, tuple[tuple[str, str, Callable[[Any], Any]], ...]] = {
    "uplink": (
        ("f_port", "FPort", _whole),
        ("f_cnt", "FCntUp", _whole),
        ("payload", "payload_hex", _hex),
        ("time", "Time", _text),
        ("lrr", "Lrrid", _text),
        ("rssi", "LrrRSSI", _number),
        ("snr", "LrrSNR", _number),
        ("spreading_factor", "SpFact", _whole),
    ),
    "downlink_sent": (
        ("f_port", "FPort", _whole),
        ("f_cnt", "FCntDn", _whole),
        ("sent", "DeliveryStatus", lambda value: _whole(value) == 1),
        ("time", "Time", _text),
        ("lrr", "Lrrid", _text),
    ),
    "location": (
        ("latitude", "DevLAT", _number),
        ("longitude", "DevLON", _number),
        ("altitude", "DevAlt", _number),
        ("radius", "DevLocRadius", _number),
        ("time", "DevLocTime", _text),
    ),
    "notification": (
        ("kind", "Type", _text),
        ("time", "Time", _text),
    ),
}
#: Further elements of a notification of the type devstatusans.
STATUS = (("battery", "Var1", _whole), ("margin", "Var2", _whole))


def _customer_data(data: object) -> dict[str, Any]:
    """Return the data about the device's owner; in XML and in untyped JSON, it is JSON in a text."""
    if isinstance(data, str):
        try:
            data = _told(read_json(data.encode("utf-8", "surrogatepass")), 0)
        except (ValueError, Refused):
            return {}
    return data if isinstance(data, dict) else {}


def _device(dev_eui: str, data: dict[str, Any]) -> dict[str, Any]:
    """Return the device: its DevEUI, and its name, tags and domains if the platform sends them."""
    domains = data.get("doms")
    domains = [one for one in domains if isinstance(one, dict)] if isinstance(domains, list) else []
    found = {
        "dev_eui": dev_eui.upper(),
        "name": data.get("name"),
        "tags": data.get("tags"),
        "domains": [{"group": one.get("g"), "name": one.get("n")} for one in domains],
    }
    return {name: value for name, value in found.items() if value}


def _inert(text: str) -> str:
    """Return a text without templates and without lone surrogates, which would stop ansible-rulebook."""
    if text.isascii() and text.isprintable() and "{" not in text:  # true for nearly every text
        return text
    safe: str = inert(harmless(text))
    return safe


def _told(value: Any, depth: int) -> Any:
    """Return a report's data for events: without templates and keys.

    Keys are AppSKey and similar names, and Var1 and Var2 of most notifications: a join puts the AppSKey there. Values without
    a name are left out, since they would stop ansible-rulebook for good.
    """
    if depth > DEEPEST:
        raise Refused(400, "the report is nested too deeply")
    if isinstance(value, str):
        return _inert(value)
    if isinstance(value, list):
        return [_told(one, depth + 1) for one in value]
    if not isinstance(value, dict):
        return value
    is_told = "Type" not in value or value["Type"] in ("devstatusans", "reset")
    kept = {}
    for name, one in value.items():
        if name and "key" not in name.lower() and (is_told or name not in ("Var1", "Var2")):
            kept[_inert(name)] = _told(one, depth + 1) if isinstance(one, (str, dict, list)) else one
    return kept
