# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The types of value that a resource's fields hold.

A type knows four things about a value: how a user may write it (``parse``), how the API writes it (``read``), how the API
wants it (``send``), and when two values are the same (``same``). The results of ``parse`` and ``read`` are canonical: an EUI
in any spelling becomes 16 upper-case digits, and a set becomes a sorted tuple. Nothing here knows Ansible, and nothing here
does input or output.
"""

from __future__ import annotations

import re
from typing import Any

from .._text import DASHES, SCIENTIFIC, SPACES, code_of, made_a_number, plain
from .json_types import FLAG, INTEGER, NUMBER, TEXT, JsonType, JsonTypes
from .texts import Fault, json_in_cell, shown, text_of

#: A canonical value; only its ValueType knows its Python type. A value that may not be canonical is an ``object``.
Value = Any
#: Canonical values by option.
Values = dict[str, Value]

HEX = re.compile(r"[0-9A-F]+\Z")
SEPARATORS = str.maketrans("", "", DASHES + SPACES + ":._")
#: Characters around digits in code and in spreadsheets: 0x70B3, '70B3, ="70B3".
AROUND = re.compile(r"\A(?:=?[\"'\u2018\u201c]+|0[xX])+|[\"'\u2019\u201d]+\Z")
BASE64 = re.compile(r"[A-Za-z0-9+/]{64,}={0,2}\Z")
YAMLS_REMEDY = '; quote it, YAML or an INI inventory read it as a number: "24E1..." in YAML, \'"24E1..."\' in an INI inventory'
SPREADSHEETS_REMEDY = "; a spreadsheet converted it to a number: format the column as text, and enter the value again"


class _Unknown:
    """An unknown value is neither empty nor different: the platform must be asked."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        return False


UNKNOWN = _Unknown()


def dig(data: object, path: tuple[str, ...]) -> object:
    """Return the value at ``path`` in nested dictionaries, or UNKNOWN."""
    for key in path:
        if not isinstance(data, dict) or key not in data:
            return UNKNOWN
        data = data[key]
    return data


def members(value: object) -> tuple[Value, ...]:
    """Return the members of a canonical set; none if it is unknown or unreadable."""
    return value if isinstance(value, tuple) else ()


class ValueType:
    """A type of value; this class itself is plain text."""

    #: Its entry in an argument spec.
    spec: dict[str, Any] = {"type": "str"}
    #: The value that means "none" in a whole resource.
    empty: Value = ""
    #: Whether a user can clear the field with an empty text.
    clears = False
    #: Its type in JSON, and the types of the keys inside it.
    json: JsonType = TEXT
    inner: JsonTypes = {}

    def parse(self, raw: object) -> Value:
        """Return the canonical value of a user's value; raises :class:`Fault`."""
        return text_of(raw)

    def in_cell(self, text: str) -> object:
        """Return the value of a table's cell in the form that a user would write in YAML; raises :class:`Fault`.

        By default, a cell holds lists and dictionaries as JSON.

        :param text: the cell, never empty.
        """
        return json_in_cell(text) if self.spec["type"] in ("dict", "list") else text

    def read(self, api: object) -> object:
        """Return the canonical value of the API's value; an unreadable value comes back as it is."""
        if api is None:
            return self.empty
        try:
            return self.parse(api)
        except Fault:
            return api

    def send(self, value: object) -> object:
        """Return the API's value for a canonical value."""
        return value

    def same(self, desired: object, actual: object) -> bool:
        """Return whether two canonical values mean the same."""
        return desired == actual

    def is_shown_by(self, desired: object, api: object) -> bool:
        """Return whether the API's value is plainly the same as a canonical value, so that it needs no ``read``."""
        return isinstance(api, str) and desired == api

    def like(self, desired: Value, actual: object) -> Value:
        """Return the canonical value to send; if several words mean the same, in the word of the actual value."""
        return desired

    def joined(self, some: Value, more: Value) -> Value:
        """Return a canonical set with the members of ``more`` added."""
        return tuple(sorted({*some, *more}))

    def without(self, some: Value, less: Value) -> Value:
        """Return a canonical set with the members of ``less`` removed."""
        return tuple(sorted(set(some) - set(less)))

    def decided(self, actual: object) -> bool:
        """Return whether ``actual`` says enough to call another desired value a difference."""
        return True

    def show(self, value: object) -> object:
        """Return a canonical value for a person to read, in JSON types."""
        return value

    def hide(self, value: object) -> object:
        """Return a canonical secret for a person to read: without the secret."""
        return "(secret)"


class Typed(ValueType):
    """A text that may consist of digits, which a spreadsheet may have converted to a number: a name, a token."""

    def parse(self, raw: object) -> str:
        text = text_of(raw)
        if text[-1:].isdigit() and SCIENTIFIC.match(text):
            raise Fault("is spoilt" + SPREADSHEETS_REMEDY)
        return text


class Note(ValueType):
    """A free text that may also be empty."""

    clears = True


#: Letters that look like a digit, and are none of the hexadecimal ones.
LOOK_ALIKE = {"O": "0", "I": "1", "L": "1"}


def _digits(raw: object) -> str:
    """Return the text that was written for digits; a float in Python's spelling, since the user's spelling is lost."""
    return repr(raw) if isinstance(raw, float) else text_of(raw)


def _hint(raw: object, text: str, digits: int) -> str:
    """Return the remedy for spoilt hexadecimal digits, if the cause can be seen; it never shows the digits."""
    taken_by = made_a_number(raw)
    if taken_by == "YAML":
        return YAMLS_REMEDY
    if taken_by:
        return SPREADSHEETS_REMEDY
    bare = AROUND.sub("", text)
    count = len(bare.translate(SEPARATORS))
    if bare != text and count == digits:
        return "; give only the digits, without anything around them"
    if count == 32 and digits == 16:
        return "; it looks like two EUIs, or a key"
    if len(text) < digits and text.isascii() and text.isdigit():
        return "; if leading zeros are missing, a spreadsheet read it as a number: format the column as text"
    strange = next((c for c in text.translate(SEPARATORS) if not c.isascii()), "")
    if strange:
        return "; %s is not a hexadecimal digit, but %s" % (shown(strange), code_of(strange))
    letter = next((c for c in bare.translate(SEPARATORS).upper() if c in LOOK_ALIKE), "") if count == digits else ""
    return "; %s is a letter, did you mean %s?" % (letter, LOOK_ALIKE[letter]) if letter else ""


class Hex(ValueType):
    """A number of hexadecimal digits in any spelling: EUI, DevAddr.

    :param digits: the number of digits.
    :param what: its name in a sentence.
    """

    spec = {"type": "str"}

    def __init__(self, digits: int, what: str) -> None:
        self.digits = digits
        self.what = what

    def parse(self, raw: object) -> str:
        if isinstance(raw, str) and len(raw) == self.digits:  # as nearly all of them are written
            text = raw.upper()
            if HEX.match(text) and len(text) == self.digits:
                return text
        written = _digits(raw)
        text = written.translate(SEPARATORS).upper()
        if isinstance(raw, int):  # YAML's number of 0x0004A30B001A2B3C has 16 digits too: another device's DevEUI
            hint = _hint(raw, written, self.digits)
            raise Fault("is not a %s: %s is a number, and may differ from what you wrote%s" % (self.what, shown(raw), hint))
        if len(text) == self.digits and HEX.match(text) and not isinstance(raw, float) and not made_a_number(written):
            return text
        hint = _hint(raw, written, self.digits)
        if HEX.match(text) and len(text) != self.digits:
            some = (self.what, shown(raw), len(text), self.digits, hint)
            raise Fault("is not a %s: %s has %d of %d hexadecimal digits%s" % some)
        raise Fault("is not a %s: %s is not %d hexadecimal digits%s" % (self.what, shown(raw), self.digits, hint))


#: A DevEUI: of a device, or of a multicast group.
EUI = Hex(16, "DevEUI")


class Key(ValueType):
    """A LoRaWAN key: 32 hexadecimal digits, or the same key encrypted by the platform's HSM or RSA exchange key.

    A key in clear or under an HSM key is hexadecimal, one under an exchange key is Base64 (contract, ``appKey``). The messages
    never show the value.
    """

    spec = {"type": "str"}

    def parse(self, raw: object) -> str:
        if isinstance(raw, str) and len(raw) == 32:  # as nearly all of them are written
            digits = raw.upper()
            if HEX.match(digits) and len(digits) == 32:
                return digits
        text = _digits(raw)
        digits = text.translate(SEPARATORS).upper()
        if isinstance(raw, int):
            raise Fault("is not a key: it is a number, and may differ from what you wrote%s" % _hint(raw, text, 32))
        if len(digits) in (32, 48) and HEX.match(digits):
            return digits
        if BASE64.match(text) and not HEX.match(digits):
            return text
        hint = _hint(raw, text, 32)
        if HEX.match(digits):
            raise Fault("is not a key: it has %d of 32 hexadecimal digits%s" % (len(digits), hint))
        raise Fault("is not a key: 32 hexadecimal digits are needed%s" % hint)

    @staticmethod
    def is_encrypted(value: str) -> bool:
        """Return whether a canonical key can only be an encrypted one."""
        return len(value) != 32


def keys_in_texts(values: Values, keys: tuple[str, ...], texts: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the faults of texts, such as a name, that are the same as one of the keys: everybody could read it there."""
    long = [name for name in texts if len(values.get(name) or "") >= 32]
    if not long:  # the usual case
        return []
    known = {values[name]: name for name in keys if values.get(name)}
    same = ((name, known.get(values[name].translate(SEPARATORS).upper())) for name in long)
    return [(name, "is the same as %s: a key must not be where everybody can read it" % key) for name, key in same if key]


class Choice(ValueType):
    """One of the contract's words; case and dashes don't matter to a user."""

    def __init__(self, *words: str) -> None:
        self.words = words
        self.spec = {"type": "str", "choices": list(words)}

    def parse(self, raw: object) -> str:
        if isinstance(raw, str) and raw in self.words:  # as nearly all of them are written
            return raw
        word = text_of(raw)
        if word not in self.words:
            word = plain(word).upper().replace("-", "_").replace(" ", "_")
            matches = [each for each in self.words if each.upper() == word]
            if not matches:
                raise Fault("must be one of %s, got %s" % (", ".join(self.words), shown(raw)))
            return matches[0]
        return word


def _number(raw: object) -> float:
    """Return a number, or the number in a text; raises ValueError and OverflowError for anything else."""
    if isinstance(raw, bool) or not isinstance(raw, (str, int, float)):
        raise ValueError
    text = plain(text_of(raw)) if isinstance(raw, str) else raw
    if isinstance(text, str) and "_" in text:  # 1_000 is Python's own way to write a number
        raise ValueError
    return float(text)


class Integer(ValueType):
    """A whole number within bounds; ``"12"`` and ``12`` are the same."""

    spec = {"type": "int"}
    json = INTEGER
    empty = None

    def __init__(self, low: int, high: int) -> None:
        self.low = low
        self.high = high

    def parse(self, raw: object) -> int:
        try:
            number = _number(raw)
            value = int(number)
        except Fault:
            raise
        except (ValueError, OverflowError):
            raise Fault("must be a whole number, got %s" % shown(raw)) from None
        if value != number:
            raise Fault("must be a whole number, got %s" % shown(raw))
        if not self.low <= value <= self.high:
            raise Fault("must be from %d to %d, got %s" % (self.low, self.high, shown(raw)))
        return value


class Decimal(ValueType):
    """A number with a decimal point.

    :param unit: its unit in a sentence.
    :param near: the largest difference at which two numbers are the same: the contract has 32-bit floats.
    """

    spec = {"type": "float"}
    json = NUMBER
    empty = None

    def __init__(self, low: int, high: int, unit: str, near: float) -> None:
        self.low = low
        self.high = high
        self.unit = unit
        self.near = near

    def parse(self, raw: object) -> float:
        try:
            value = _number(raw)
        except Fault:
            raise
        except (ValueError, OverflowError):
            raise Fault("must be a number of %s with a decimal point, got %s" % (self.unit, shown(raw))) from None
        if not self.low <= value <= self.high:
            raise Fault("must be from %d to %d %s, got %s" % (self.low, self.high, self.unit, shown(raw)))
        return value

    def same(self, desired: object, actual: object) -> bool:
        if not isinstance(desired, float) or not isinstance(actual, float):
            return desired == actual
        return abs(desired - actual) <= self.near

    def show(self, value: object) -> object:
        return round(value, 5) if isinstance(value, float) else value


class Degrees(Decimal):
    """A latitude or longitude in decimal degrees; two that differ by about a meter or less are the same."""

    def __init__(self, limit: int) -> None:
        super().__init__(-limit, limit, "degrees", 1e-5)


class Flag(ValueType):
    """Yes or no, in Ansible's spellings.

    :param words: the API's words for (no, yes) if it isn't a JSON boolean.
    :param empty: the value of a missing field: False, or None if a missing field doesn't mean no.
    """

    spec = {"type": "bool"}

    #: The words of spreadsheets in other languages for yes and no, with the German, Dutch and French words themselves.
    true = frozenset(("wahr", "waar", "vrai", "verdadero", "verdadeiro", "vero", "ja", "oui", "x"))
    false = frozenset(("falsch", "onwaar", "faux", "falso", "nein", "nee", "non"))

    def __init__(self, words: tuple[str, str] | None = None, empty: bool | None = False) -> None:
        self.empty = empty
        self.words: tuple[object, object] = words or (False, True)
        self.json = TEXT if words else FLAG

    def parse(self, raw: object) -> bool:
        if isinstance(raw, (str, bool)) and raw in self.words:
            return raw == self.words[1]
        word = text_of(raw).lower() if isinstance(raw, str) else shown(raw).strip('"').lower()
        if word in ("true", "yes", "on", "y", "t", "1", "1.0"):
            return True
        if word in ("false", "no", "off", "n", "f", "0", "0.0"):
            return False
        raise Fault("must be true or false, got %s" % shown(raw))

    def in_cell(self, text: str) -> object:
        word = text.lower()
        return True if word in self.true else False if word in self.false else text

    def send(self, value: object) -> object:
        return self.words[1] if value else self.words[0]
