# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Declares the shape of a body: checks JSON, and converts XML to the equivalent JSON values.

All values in XML are texts (X); only the shape tells which are numbers, and which elements form a list.
"""

from __future__ import annotations

import re
from typing import Any, Callable
from xml.etree.ElementTree import Element

from ..errors import ApiError
from .xml import local

_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


class Shape:
    """Any value; the base of the others."""

    def __init__(self, nullable: bool = False) -> None:
        self.nullable = nullable
        #: Receives a name and a value, returns the converted value; ApiError if it doesn't have this shape.
        self.check: Callable[[str, Any], Any] = self._check_or_null if nullable else self._check

    def _check_or_null(self, name: str, value: Any) -> Any:
        return None if value is None else self._check(name, value)

    def from_xml(self, element: Element) -> Any:
        """The value of an element, unchecked."""
        if element.get(_NIL) in ("true", "1") or (self.nullable and not len(element) and not (element.text or "").strip()):
            return None
        return self._from_xml(element)

    def _check(self, name: str, value: Any) -> Any:
        return value

    def _from_xml(self, element: Element) -> Any:
        if len(element):
            return {local(child): self._from_xml(child) for child in element}
        return element.text or ""


class Text(Shape):
    """A string, optionally with a pattern or a set of words."""

    def __init__(
        self,
        pattern: re.Pattern[str] | None = None,
        what: str = "another form",
        choices: tuple[str, ...] = (),
        nullable: bool = False,
    ) -> None:
        super().__init__(nullable)
        self._pattern, self._what, self._choices = pattern, what, choices

    def _check(self, name: str, value: Any) -> Any:
        if not isinstance(value, str):
            raise ApiError("invalid", name, "a string is expected")
        if self._choices and value not in self._choices:
            raise ApiError("invalid", name, value)
        if self._pattern and not self._pattern.match(value):
            raise ApiError("invalid", name, self._what + " is expected")
        return value

    def _from_xml(self, element: Element) -> Any:
        return element.text or ""


class Hex(Text):
    """A fixed number of hexadecimal digits, stored in capitals."""

    def __init__(self, digits: int) -> None:
        super().__init__(re.compile(r"[0-9A-Fa-f]{%d}\Z" % digits), "%d hexadecimal digits" % digits)

    def _check(self, name: str, value: Any) -> str:
        return str(super()._check(name, value)).upper()


class Number(Shape):
    """A number between two bounds; integers are int32 by default."""

    def __init__(self, low: int = -(2**31), high: int = 2**31 - 1, whole: bool = True, choices: tuple[int, ...] = ()) -> None:
        super().__init__()
        self._low, self._high, self._whole, self._choices = low, high, whole, choices

    def _check(self, name: str, value: Any) -> Any:
        if self._whole and isinstance(value, float) and value.is_integer():
            value = int(value)  # JSON Schema: a float without fraction is an integer
        if isinstance(value, bool) or not isinstance(value, int if self._whole else (int, float)):
            raise ApiError("invalid", name, "an integer is expected" if self._whole else "a number is expected")
        if not self._low <= value <= self._high:
            raise ApiError("invalid", name, "out of range")
        if self._choices and value not in self._choices:
            raise ApiError("invalid", name, value)
        return value

    def _from_xml(self, element: Element) -> Any:
        try:
            return (int if self._whole else float)(element.text or "")
        except ValueError:
            return element.text


class Flag(Shape):
    """A boolean."""

    def _check(self, name: str, value: Any) -> Any:
        if not isinstance(value, bool):
            raise ApiError("invalid", name, "a boolean is expected")
        return value

    def _from_xml(self, element: Element) -> Any:
        text = (element.text or "").strip()
        return {"true": True, "1": True, "false": False, "0": False}.get(text, text)


class Many(Shape):
    """A list of values of one shape."""

    def __init__(self, item: Shape, low: int = 0, high: int | None = None) -> None:
        super().__init__()
        self._item, self._low, self._high = item, low, high

    def _check(self, name: str, value: Any) -> Any:
        if not isinstance(value, list):
            raise ApiError("invalid", name, "an array is expected")
        if len(value) < self._low:
            raise ApiError("invalid", name, "it is empty")
        if self._high is not None and len(value) > self._high:
            raise ApiError("invalid", name, "the maximum is %d" % self._high)
        return [self._item.check(name, one) for one in value]

    def _from_xml(self, element: Element) -> Any:
        return [self._item.from_xml(child) for child in element]


class Thing(Shape):
    """An object with named fields, some of them required. Unknown fields pass."""

    def __init__(self, _nullable: bool = False, _needed: tuple[str, ...] = (), **fields: Shape) -> None:
        super().__init__(_nullable)
        self.fields, self._needed = fields, _needed

    def _check(self, name: str, value: Any) -> Any:
        if not isinstance(value, dict):
            raise ApiError("invalid", name, "an object is expected")
        inside = name + "." if name else ""
        for one in self._needed:
            if one not in value:
                raise ApiError("missing", inside + one)
        fields = self.fields
        return {key: fields[key].check(inside + key, one) if key in fields else one for key, one in value.items()}

    def _from_xml(self, element: Element) -> Any:
        return {local(child): self.fields.get(local(child), Shape()).from_xml(child) for child in element}


def each(names: tuple[str, ...], shape: Shape) -> dict[str, Any]:
    """Several fields with the same shape."""
    return dict.fromkeys(names, shape)


ANY = Thing()
#: C OccContext. A client sends only the version.
OCC = Thing(version=Number(0))
KEY = re.compile(r"[0-9A-Fa-f]{32}\Z")
TAG_NAME = re.compile(r"[^\x00-\x20<>\x7F]([^\x00-\x1F<>\x7F]{0,38}[^\x00-\x20<>\x7F])?\Z")
NAME = Text(re.compile(r".*\S", re.DOTALL), "a name that is not empty")
DOMAIN = Thing(name=Text(), group=Thing(name=Text()))
#: The plan of a device or multicast group; null removes it.
PLAN = Thing(_nullable=True, ID=Text(nullable=True), nwGeolocalization=Flag(), prAllowed=Flag())
SERVERS = Many(Thing(ID=Text()))
