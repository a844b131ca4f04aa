# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads XML that a client sent: no document type, so no entities and nothing fetched."""

from __future__ import annotations

from xml.etree import ElementTree


class _Builder(ElementTree.TreeBuilder):
    def doctype(self, name: str, pubid: str, system: str) -> None:
        """Called by the parser where a document type begins."""
        raise ValueError("a document type is not accepted")


def parse(text: str | bytes) -> ElementTree.Element:
    """The root element of XML as text or bytes, comments left out; ValueError when it is none."""
    parser = ElementTree.XMLParser(target=_Builder())
    try:
        parser.feed(text)
        return parser.close()
    except (ElementTree.ParseError, LookupError):
        raise ValueError("not well-formed XML") from None


def local(element: ElementTree.Element) -> str:
    """An element's name without its namespace."""
    return element.tag.rpartition("}")[2]
