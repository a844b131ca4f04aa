# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""XML documents of the API, from and to the objects that JSON would hold.

The root is in its resource's namespace, its children have none, and a list is ``<briefs><brief>..</brief></briefs>`` (X).
The names are those of JSON. Reading ignores the root's namespace, and refuses a document with a DTD, so that no entity is ever
defined, expanded or fetched.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

try:
    from lxml import etree
except Exception:  # _frame reports it before any call here
    pass

from .._errors import OptionError
from .._schema.json_types import TEXT, JsonTypes, ListOf
from .xml_types import COMMON, typed

#: The start of the platform's namespaces: ``.../subscription`` (X), and in the same form those of other resources (?).
NAMESPACE = "http://www.actility.com/tpkwrls/ws/"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
DEEPEST = 32  # levels of nested elements; a device has five
MOST_ELEMENTS = 2_000_000  # a page of 5,000 briefs has a fifth of this


class NotXml(Exception):
    """A body that is not a valid XML document; its text completes "the platform's answer ...".

    :param is_page: the document declares itself a web page.
    """

    def __init__(self, message: str, is_page: bool = False) -> None:
        super().__init__(message)
        self.is_page = is_page


@dataclass
class _Element:
    """An element that is being read; ``children`` holds the name, the value and the text of each closed child."""

    name: str
    is_nil: bool = False
    children: list[tuple[str, object, str]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text in this element, which may arrive in thousands of pieces."""
        return "".join(self.texts)

    def value(self, types: JsonTypes) -> object:
        """Return the value that JSON would hold for this element."""
        if self.is_nil:
            return None
        type_ = types.get(self.name, TEXT)
        if isinstance(type_, ListOf):
            return self._members(type_, types)
        return self.fields() if self.children else typed(type_, self.text)

    def fields(self) -> dict[str, object]:
        """Return this element's children by name; several children with one name become a list."""
        values: dict[str, list[object]] = {}
        for name, value, _text in self.children:
            values.setdefault(name, []).append(value)
        found: dict[str, object] = {
            name: of_name[0] if len(of_name) == 1 else [each for one in of_name for each in _as_list(one)]
            for name, of_name in values.items()
        }
        if "briefs" in found and "now" in found:  # the time of a list is a text in JSON too (contract, Devices)
            found["now"] = next(text for name, _value, text in self.children if name == "now")
        return found

    def _members(self, type_: ListOf, types: JsonTypes) -> list[object]:
        """Return the members of the list that this element holds, or, in a list without a wrapper, the element as one member."""
        member = type_.member_of(self.name)
        if self.children and all(name == member for name, _value, _text in self.children):
            # A list of plain values and its members may have the same name; each member is then a list of one.
            is_list = isinstance(types.get(member), ListOf)
            return [value for _name, each, _text in self.children for value in (_as_list(each) if is_list else [each])]
        if self.children:
            return [self.fields()]
        return [typed(type_.kind, self.text)] if self.text.strip() else []


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


class _Reader:
    """Builds the objects while expat reads, without keeping the document in memory."""

    def __init__(self, types: JsonTypes) -> None:
        self.types = {**COMMON, **types}
        self.open: list[_Element] = []
        self.root = _Element("")
        self.count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if len(self.open) >= DEEPEST or self.count > MOST_ELEMENTS:
            raise NotXml("is an XML document that is too deep or too large")
        is_nil = attributes.get(INSTANCE + " nil", "").strip() in ("true", "1")
        self.open.append(_Element(name.rpartition(" ")[2], is_nil))

    def data(self, text: str) -> None:
        if not self.open[-1].children:
            self.open[-1].texts.append(text)

    def end(self, _name: str) -> None:
        element = self.open.pop()
        if self.open:
            self.open[-1].children.append((element.name, element.value(self.types), element.text))
        else:
            self.root = element

    def doctype(self, name: str, *_identifiers: object) -> None:
        raise NotXml("is an XML document with a DTD, which is never read", is_page=name.lower() == "html")


def read_document(body: bytes, types: JsonTypes) -> tuple[str, object]:
    """Return the root's name and the objects in an XML document; raises :class:`NotXml`.

    :param types: the types of its keys in JSON, besides COMMON.
    """
    reader = _Reader(types)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    parser.StartDoctypeDeclHandler = reader.doctype  # before any entity is declared
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise NotXml("is not readable as XML (line %d of it)" % error.lineno) from None
    root = reader.root
    return root.name, root.fields() if root.children or not root.text.strip() else root.text


def write_document(name: str, data: dict[str, Any], types: JsonTypes) -> bytes:
    """Return the XML document with the content of ``data``, and with a root of this name.

    :param types: the types of its keys; they name the members of its lists.

    Raises :class:`OptionError` for a text that XML can't carry.
    """
    space = NAMESPACE + name
    root = etree.Element("{%s}%s" % (space, name), nsmap={"ns": space})
    _fill(root, name, data, types)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _fill(element: etree._Element, name: str, value: object, types: JsonTypes) -> None:
    """Put a value into its element; ``name`` is the element's name."""
    if isinstance(value, dict):
        for inner, each in value.items():
            _fill(etree.SubElement(element, inner), inner, each, types)
    elif isinstance(value, (list, tuple)):
        type_ = types.get(name)
        member = (type_ if isinstance(type_, ListOf) else ListOf()).member_of(name)
        for each in value:
            _fill(etree.SubElement(element, member), member, each, types)
    elif value is None:
        element.set("{%s}nil" % INSTANCE, "true")
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    else:
        try:
            element.text = str(value)
        except ValueError:
            message = "%s contains a control character, which XML doesn't allow: remove it, or set body_format to json"
            raise OptionError(message % name) from None
