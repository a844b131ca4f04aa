# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes documents as XML, and parses a client's XML (P, X).

X: the root has a namespace and its children have none; lists are `briefs` of `brief`; times are xs:dateTime;
the subscription, the network subscription and the error have the elements of their schemas, in that order.
?: the other roots and namespaces, the names inside other lists, and that a null element is left out.
"""

from __future__ import annotations

import datetime
import re
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from .. import Document

_WS = "http://www.actility.com/tpkwrls/ws/"
#: Root elements with a known namespace: X, and O for the administrator's login.
NAMESPACES = {
    "error": "http://www.actility.com/smp/ws/common",
    "subscription": _WS + "subscription",
    "subscriptionNetwork": _WS + "subscription",
    "login": "http://www.actility.com/smp/ws/admin",
}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TIMES = {"creationDate", "now", "lastUpdate", "lorawanSince", "previousConnection", "thingparkLastUnsuccessfulLogin"}
_IN_SECONDS = {"subscriptionTimestamp", "unsubscriptionTimestamp"}  # C: int32, too small for milliseconds

#: X SubscriptionDto: the elements of a subscription in XML.
_SUBSCRIPTION: Document = {
    "creationTimestamp": None,
    "alarmStateNotifications": None,
    "state": {"value": None, "timestamp": None},
    "subscriber": {"ID": None, "organization": None, "name": None},
}
#: X SubscriptionNetworkDto: its elements. Two have other names in C, and rates are integers.
_NETWORK = (
    *("ID", "commercialName", "commercialDescription", "ackedUplinkFrame", "downlinkTransmission", "uplinkRate"),
    *("uplinkBucketSize", "uplinkRegulatorPolicy", "downlinkRate", "downlinkBucketSize", "downlinkRegulatorPolicy", "mobility"),
    *("nwGeolocalization", "thingParkCloudRouting", "thirdPartyAppRouting", "addLrrMetaInfo", "spreadingFactorMin"),
    *("uplinkLrrBufferingSize", "uplinkLrrBufferingDuratione", "maxDestinationPerRoute"),
)
_IN_C = {"thirdPartyAppRouting": "thirdPartyAppServersRouting", "uplinkLrrBufferingDuratione": "uplinkLrrBufferingDuration"}


def write(root: str, document: Any) -> bytes:
    """A document as bytes, below a root element."""
    if root == "subscription":
        document = _ordered(_SUBSCRIPTION, document)
    elif root == "subscriptionNetwork":
        document = {name: _whole(document[_IN_C.get(name, name)]) for name in _NETWORK}
    elif root == "error":
        document = _error(document)
    namespace = NAMESPACES.get(root, _WS + (root[:-1] if root.endswith("s") else root))
    parts = ['<?xml version="1.0" encoding="UTF-8"?>', '<x:%s xmlns:x="%s">' % (root, namespace)]
    if isinstance(document, list):
        for item in document:
            _element(parts, _one_of(root), item)
    else:
        for name, value in document.items():
            _element(parts, name, value)
    parts.append("</x:%s>" % root)
    return "".join(parts).encode("utf-8")


def _ordered(layout: Document, document: Document) -> Document:
    return {name: document.get(name, "") if inner is None else _ordered(inner, document[name]) for name, inner in layout.items()}


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) else value


def _error(document: Document) -> Document:
    """X ErrorTO: info1 and info2 always; an import's CSV has an element of its own."""
    shown = {"code": document["code"], "message": document["message"], "info1": "", "info2": ""}
    if "csv" in document:
        shown["errors"] = {"csv": document["csv"]}
    return shown


def _one_of(plural: str) -> str:
    if plural.endswith("sses"):
        return plural[:-2]
    return plural[:-1] if plural.endswith("s") else plural


def _element(parts: list[str], name: str, value: Any) -> None:
    if value is None:
        return
    parts.append("<%s>" % name)
    if isinstance(value, dict):
        for key, item in value.items():
            _element(parts, key, item)
    elif isinstance(value, list):
        for item in value:
            _element(parts, _one_of(name), item)
    else:
        parts.append(_text(name, value))
    parts.append("</%s>" % name)


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and (name in _TIMES or name.lower().endswith("timestamp")):
        return _moment(value * (1000 if name in _IN_SECONDS else 1))
    # XML parsers read a bare carriage return as a line end.
    return escape(_NOT_XML.sub("\ufffd", str(value)), {"\r": "&#13;"})


def _moment(milliseconds: int) -> str:
    """xs:dateTime for epoch milliseconds (X)."""
    then = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=milliseconds)
    return then.isoformat(timespec="milliseconds") + "+00:00"


class _Builder(ElementTree.TreeBuilder):
    def doctype(self, name: str, pubid: str, system: str) -> None:
        """Called by the parser for a document type."""
        raise ValueError("a document type is not accepted")


def parse(text: str | bytes) -> ElementTree.Element:
    """The root element of an XML text or bytes, without comments; ValueError if invalid.

    A document type is refused, so there are no entities and nothing is fetched.
    """
    parser = ElementTree.XMLParser(target=_Builder())
    try:
        parser.feed(text)
        return parser.close()
    except (ElementTree.ParseError, LookupError):
        raise ValueError("not well-formed XML") from None


def local(element: ElementTree.Element) -> str:
    """An element's name without its namespace."""
    return element.tag.rpartition("}")[2]
