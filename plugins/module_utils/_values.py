# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The kinds of value that a resource's fields hold.

A kind knows four things about a value: how a user may write it (``parse``), how the API writes it (``read``),
how the API wants it (``send``), and when two of them are the same (``same``). What comes out of ``parse`` and
``read`` is canonical: an EUI in any spelling is 16 upper-case digits, a set has no order. Nothing here knows
Ansible, and nothing here does input or output.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

#: A canonical value; only its kind knows its type. What may be less than canonical is an ``object``.
Value = Any
#: Canonical values by option.
Values = dict[str, Value]

HEX = re.compile(r"[0-9A-F]+\Z")
SEPARATORS = str.maketrans("", "", "-:. \t\u00a0_")
#: What may be a key, whole or in part: too long for an EUI, or text as only encryption makes it.
SECRET = re.compile(r"(?:[0-9A-Fa-f][-:. _\u00a0]?){20,}|[A-Za-z0-9+/]{64,}={0,2}")
SURROGATE = re.compile(r"[\ud800-\udfff]")
BASE64 = re.compile(r"[A-Za-z0-9+/]{64,}={0,2}\Z")
PORT = re.compile(r"[0-9]{1,3}\Z")


class Fault(ValueError):
    """A value that can't be what it is meant to be; its text completes "OPTION ..." and holds no secret."""


def shown(raw: object, limit: int = 40) -> str:
    """Return ``raw`` quoted and short enough for one sentence, control characters made harmless.

    A key that got into another option or column is not shown.
    """
    text = SECRET.sub("(hidden, it may be a key)", str(raw))
    text = "".join(c if c.isprintable() else "?" for c in text)
    return '"%s"' % (text if len(text) <= limit else text[: limit - 3] + "...")


def refuse_nested(items: Iterable[object]) -> None:
    """Raise a :class:`Fault` for a list whose items aren't all plain values."""
    for item in items:
        if item is None or isinstance(item, (dict, list, tuple, set)):
            raise Fault("must be a list of texts, but one of them is %s" % ("empty" if item is None else "no text"))


def members(value: object) -> tuple[Value, ...]:
    """Return what is in a canonical set; nothing where it isn't known or wasn't understood."""
    return value if isinstance(value, tuple) else ()


class Kind:
    """A kind of value; the class itself is the plain text one."""

    #: What an argument spec says of this kind.
    spec: dict[str, Any] = {"type": "str"}
    #: The value that stands for "there is none" in a whole resource.
    empty: Value = ""
    #: Whether a user can ask for "none" with an empty text.
    clears = False

    def parse(self, raw: object) -> Value:
        """Return the canonical value of what a user wrote; raises :class:`Fault`."""
        if isinstance(raw, (dict, list, tuple)):
            raise Fault("must be a text, not a %s" % ("list" if isinstance(raw, (list, tuple)) else "dictionary"))
        text = str(raw).strip()
        if not text.isascii() and SURROGATE.search(text):
            raise Fault("holds half a character, which no encoding can send")
        return text

    def read(self, api: object) -> object:
        """Return the canonical value of what the API sent; what isn't understood comes back as it is."""
        if api is None:
            return self.empty
        try:
            return self.parse(api)
        except Fault:
            return api

    def send(self, value: object) -> object:
        """Return what the API wants for a canonical value."""
        return value

    def same(self, wished: object, actual: object) -> bool:
        """Return whether two canonical values mean the same."""
        return wished == actual

    def decided(self, actual: object) -> bool:
        """Return whether ``actual`` says enough to call a different wish a difference."""
        return True

    def show(self, value: object) -> object:
        """Return what a person sees of a canonical value, as JSON can hold it."""
        return value


class Note(Kind):
    """A free text that may also be empty."""

    clears = True


def _quoting_hint(raw: object) -> str:
    """Return the remedy for an unquoted 0012... or 12E5...: YAML reads a number, and what it was is lost."""
    return "; quote it, YAML took it for a number" if isinstance(raw, (int, float)) else ""


class Hex(Kind):
    """A number of hexadecimal digits in any spelling: EUI, DevAddr.

    :param digits: how many there are.
    :param what: what to call it in a sentence.
    """

    def __init__(self, digits: int, what: str) -> None:
        self.digits = digits
        self.what = what

    def parse(self, raw: object) -> str:
        text = str(raw)
        if len(text) != self.digits:
            text = text.translate(SEPARATORS)
        text = text.upper()
        if len(text) == self.digits and HEX.match(text) and not isinstance(raw, float):
            return text
        hint = _quoting_hint(raw)
        if HEX.match(text):
            raise Fault("is no %s: %s has %d of %d hexadecimal digits%s" % (self.what, shown(raw), len(text), self.digits, hint))
        raise Fault("is no %s: %s is not %d hexadecimal digits%s" % (self.what, shown(raw), self.digits, hint))


class Key(Kind):
    """A LoRaWAN key: 32 hexadecimal digits, or what the platform's HSM or RSA exchange key made of it.

    The messages never hold the value (contract, ``appKey``: hexadecimal in clear or under an HSM key,
    Base64 under an exchange key).
    """

    def parse(self, raw: object) -> str:
        text = str(raw).strip()
        digits = text.translate(SEPARATORS).upper()
        if len(digits) == 32 and HEX.match(digits):
            return digits
        if len(digits) == 48 and HEX.match(digits):
            return digits
        if BASE64.match(text) and not HEX.match(digits):
            return text
        if HEX.match(digits):
            raise Fault("is no key: it has %d of 32 hexadecimal digits%s" % (len(digits), _quoting_hint(raw)))
        raise Fault("is no key: 32 hexadecimal digits are needed%s" % _quoting_hint(raw))

    @staticmethod
    def is_encrypted(value: str) -> bool:
        """Return whether a canonical key can only be an encrypted one."""
        return len(value) != 32


class Choice(Kind):
    """One of the contract's words; case and dashes don't matter to a user."""

    def __init__(self, *words: str) -> None:
        self.words = words
        self.spec = {"type": "str", "choices": list(words)}

    def parse(self, raw: object) -> str:
        word = str(raw).strip()
        if word not in self.words:
            word = word.upper().replace("-", "_").replace(" ", "_")
            matches = [each for each in self.words if each.upper() == word]
            if not matches:
                raise Fault("must be one of %s, got %s" % (", ".join(self.words), shown(raw)))
            return matches[0]
        return word


class Integer(Kind):
    """A whole number within bounds; ``"12"`` and ``12`` are the same."""

    spec = {"type": "int"}
    empty = None

    def __init__(self, low: int, high: int) -> None:
        self.low = low
        self.high = high

    def parse(self, raw: object) -> int:
        try:
            number = float(str(raw))
            value = int(number)
        except (ValueError, OverflowError):
            raise Fault("must be a whole number, got %s" % shown(raw)) from None
        if isinstance(raw, bool) or value != number:
            raise Fault("must be a whole number, got %s" % shown(raw))
        if not self.low <= value <= self.high:
            raise Fault("must be from %d to %d, got %s" % (self.low, self.high, shown(raw)))
        return value


class Degrees(Kind):
    """A latitude or longitude in decimal degrees.

    The contract keeps them as 32-bit floats, so two that differ by less than a metre are the same.
    """

    spec = {"type": "float"}
    empty = None

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def parse(self, raw: object) -> float:
        try:
            value = float(str(raw))
        except ValueError:
            raise Fault("must be a number of degrees with a decimal point, got %s" % shown(raw)) from None
        if not -self.limit <= value <= self.limit:
            raise Fault("must be from -%d to %d degrees, got %s" % (self.limit, self.limit, shown(raw)))
        return value

    def same(self, wished: object, actual: object) -> bool:
        if not isinstance(wished, float) or not isinstance(actual, float):
            return wished == actual
        return abs(wished - actual) <= 1e-5

    def show(self, value: object) -> object:
        return round(value, 5) if isinstance(value, float) else value


class Flag(Kind):
    """Yes or no, in Ansible's spellings.

    :param words: the API's words for (no, yes) where it isn't a JSON boolean.
    """

    spec = {"type": "bool"}
    empty = False

    def __init__(self, words: tuple[str, str] | None = None) -> None:
        self.words: tuple[object, object] = words or (False, True)

    def parse(self, raw: object) -> bool:
        if raw in self.words:
            return raw == self.words[1]
        word = str(raw).strip().lower()
        if word in ("true", "yes", "on", "y", "t", "1", "1.0"):
            return True
        if word in ("false", "no", "off", "n", "f", "0", "0.0"):
            return False
        raise Fault("must be true or false, got %s" % shown(raw))

    def send(self, value: object) -> object:
        return self.words[1] if value else self.words[0]


class Ports(Kind):
    """LoRaWAN ports of an AppSKey: ``*``, ``1``, ``1,2`` or ``10-20`` (contract, ``appKeys``)."""

    def parse(self, raw: object) -> str:
        text = str(raw).replace(" ", "")
        if text == "*":
            return text
        for part in text.split(","):
            ends = part.split("-")
            if len(ends) > 2 or not all(PORT.match(e) and 1 <= int(e) <= 255 for e in ends):
                raise Fault("has ports %s: use *, a port from 1 to 255, a list 1,2 or a range 10-20" % shown(raw))
            if len(ends) == 2 and int(ends[0]) > int(ends[1]):
                raise Fault("has ports %s: the range runs backwards" % shown(raw))
        return text
