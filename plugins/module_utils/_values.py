# Copyright: (c) 2026, the lorawan.thingpark contributors
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

HEX = re.compile(r"[0-9A-F]+\Z")
SEPARATORS = str.maketrans("", "", "-:. \t\u00a0_")
#: What may be a key, whole or in part: too long for an EUI, or text as only encryption makes it.
SECRET = re.compile(r"(?:[0-9A-Fa-f][-:. _\u00a0]?){20,}|[A-Za-z0-9+/]{64,}={0,2}")
SURROGATE = re.compile(r"[\ud800-\udfff]")
BASE64 = re.compile(r"[A-Za-z0-9+/]{64,}={0,2}\Z")
# The contract's patterns for tags, domains and domain groups (schemas TagName and Domain).
TAG = re.compile(r"[^\x00-\x20<>\x7f](?:[^\x00-\x1f<>\x7f]{0,38}[^\x00-\x20<>\x7f])?\Z")
PORT = re.compile(r"[0-9]{1,3}\Z")
DOMAIN_GROUP = re.compile(r"(?! )[^\x00-\x1f:<>\x7f]{1,20}(?<! )\Z")
DOMAIN_PART = re.compile(r"(?! )[^\x00-\x1f/:<>\x7f]{1,20}(?<! )\Z")


class Fault(ValueError):
    """A value that can't be what it is meant to be; its text completes "OPTION ..." and holds no secret."""


def shown(raw: object, limit: int = 40) -> str:
    """Return ``raw`` quoted and short enough for one sentence, control characters made harmless.

    A key that got into another option or column is not shown.
    """
    text = SECRET.sub("(hidden, it may be a key)", str(raw))
    text = "".join(c if c.isprintable() else "?" for c in text)
    return '"%s"' % (text if len(text) <= limit else text[: limit - 3] + "...")


def refuse_nested(items: object) -> None:
    """Raise a :class:`Fault` for a list whose items aren't all plain values."""
    for item in items:
        if item is None or isinstance(item, (dict, list, tuple, set)):
            raise Fault("must be a list of texts, but one of them is %s" % ("empty" if item is None else "no text"))


class Kind:
    """A kind of value; the class itself is the plain text one."""

    #: What an argument spec says of this kind.
    spec: dict = {"type": "str"}
    #: The value that stands for "there is none" in a whole resource.
    empty: object = ""
    #: Whether a user can ask for "none" with an empty text.
    clears = False

    def parse(self, raw: object) -> object:
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
        if len(text) == self.digits and HEX.match(text):
            return text
        # YAML reads an unquoted 0012... as a number, and what it was is lost.
        hint = "; quote it, YAML took it for a number" if isinstance(raw, (int, float)) else ""
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
            raise Fault("is no key: it has %d of 32 hexadecimal digits" % len(digits))
        raise Fault("is no key: 32 hexadecimal digits are needed")

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

    def __init__(self, words: tuple | None = None) -> None:
        self.words = words or (False, True)

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


class Tags(Kind):
    """A set of tags: at most 40 characters each, no order (contract, ``TagName``)."""

    spec = {"type": "list", "elements": "str"}
    empty = ()
    clears = True

    def parse(self, raw: object) -> tuple:
        if isinstance(raw, str):
            raw = [part for part in raw.split(",") if part.strip()]
        if not isinstance(raw, (list, tuple, set)):
            raise Fault("must be a list of tags")
        refuse_nested(raw)
        tags = {str(tag).strip() for tag in raw}
        for tag in tags:
            if not TAG.match(tag):
                raise Fault("has the tag %s: 1 to 40 characters without < and > are allowed" % shown(tag))
        return tuple(sorted(tags))

    def read(self, api: object) -> tuple:
        return tuple(sorted(str(tag.get("name")) if isinstance(tag, dict) else str(tag) for tag in api or ()))

    def show(self, value: object) -> object:
        return list(value)


class Domains(Kind):
    """Domains as ``group: name``, one of each group (contract, ``Domain``)."""

    spec = {"type": "dict"}
    empty = ()

    def parse(self, raw: object) -> tuple:
        if isinstance(raw, dict):
            pairs = list(raw.items())
        elif isinstance(raw, (list, tuple)):
            pairs = [self._pair(item) for item in raw]
        else:
            raise Fault('must be a dictionary "group: name", got %s' % shown(raw))
        seen: dict = {}
        for written, given in pairs:
            if given is None or isinstance(given, (dict, list, tuple, set)):
                raise Fault("must give one domain, a text, for the group %s" % shown(written))
            group, name = str(written).strip(), str(given).strip()
            if group in seen and seen[group] != name:
                raise Fault("has two domains of the group %s: %s and %s" % (shown(group), shown(seen[group]), shown(name)))
            if not DOMAIN_GROUP.match(group):
                raise Fault("has the group %s: 1 to 20 characters without : < > are allowed" % shown(group))
            parts = name.split("/")
            if len(parts) > 5 or not all(DOMAIN_PART.match(part) for part in parts):
                raise Fault(
                    "has the domain %s: up to five parts of 1 to 20 characters, separated by /, without : < >" % shown(name)
                )
            seen[group] = name
        return tuple(sorted(seen.items()))

    @staticmethod
    def _pair(item: object) -> tuple:
        if isinstance(item, dict) and isinstance(item.get("group"), dict):
            return item["group"].get("name"), item.get("name")
        if isinstance(item, dict) and len(item) == 1:
            return next(iter(item.items()))
        group, colon, name = str(item).partition(":")
        if not colon:
            raise Fault("has %s where group:name is needed" % shown(item))
        return group, name

    def send(self, value: object) -> list:
        return [{"name": name, "group": {"name": group}} for group, name in value]

    def show(self, value: object) -> object:
        return dict(value)


class Reference(Kind):
    """Another resource, by ID or by name. What the API shows is both: ``(ID, name)``.

    :param names: the API's keys of the name, the first one found counts.
    """

    clears = True

    def __init__(self, *names: str) -> None:
        self.names = names

    def read(self, api: object) -> object:
        if not isinstance(api, dict):
            return "" if api is None else api
        identifier, *names = ("" if api.get(key) is None else str(api[key]) for key in ("ID", *self.names))
        name = next(filter(None, names), "")
        return (identifier, name) if identifier or name else ""

    def send(self, value: object) -> dict:
        return {"ID": value or None}

    def same(self, wished: object, actual: object) -> bool:
        # A part that the platform doesn't show is empty too, and no answer to the wish for "none".
        return bool(wished) and wished in actual if isinstance(actual, tuple) else wished == actual

    def decided(self, actual: object) -> bool:
        # Old platforms' briefs name a plan without its ID (O).
        return not isinstance(actual, tuple) or bool(actual[0])

    def show(self, value: object) -> object:
        return (value[0] or value[1]) if isinstance(value, tuple) else value


class References(Reference):
    """A set of other resources, each by ID or by name."""

    spec = {"type": "list", "elements": "str"}
    empty = ()

    def parse(self, raw: object) -> tuple:
        if isinstance(raw, str):
            raw = raw.split(",")
        if not isinstance(raw, (list, tuple, set)):
            raise Fault("must be a list of IDs or names")
        refuse_nested(raw)
        return tuple(sorted({str(item).strip() for item in raw if str(item).strip()}))

    def read(self, api: object) -> tuple:
        if not isinstance(api, (list, tuple)):
            return self.empty if api is None else api
        found = (super(References, self).read(item if isinstance(item, dict) else {"ID": item}) for item in api)
        return tuple(sorted(filter(None, found)))

    def send(self, value: object) -> list:
        return [{"ID": identifier} for identifier in value]

    def same(self, wished: object, actual: object) -> bool:
        if not isinstance(actual, tuple):
            return False
        left = list(actual)
        for wish in wished:
            match = next((seen for seen in left if wish in seen), None)
            if match is None:
                return False
            left.remove(match)
        return not left

    def decided(self, actual: object) -> bool:
        return not isinstance(actual, tuple) or all(super(References, self).decided(item) for item in actual)

    def show(self, value: object) -> object:
        return sorted(super(References, self).show(item) for item in value) if isinstance(value, tuple) else value
