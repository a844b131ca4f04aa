# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Texts that users write: how they are read, and how a message shows them without a secret."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from .._text import DASHES, SPACES, UNSEEN, UNSEEN_CLASS, code_of, error_value, unseen

#: The characters between two digits of a key: separators, and characters that got there by accident.
BETWEEN = "[%s:._%s%s]{0,2}" % (re.escape(DASHES), SPACES, UNSEEN_CLASS)
#: A text that may be a key or a part of one: hexadecimal digits too long for an EUI, or long Base64 as encryption makes it.
SECRET = re.compile("(?:[0-9A-Fa-f]%s){20,}|[A-Za-z0-9+/]{64,}={0,2}" % BETWEEN)
LOOKED_AT = 2_000  # characters of a text that are searched for keys before a message shows some of them
LARGEST_BITS = 1_024  # bits of a whole number that a message writes out; Python refuses to write very large ones
SURROGATE = re.compile(r"[\ud800-\udfff]")
LONGEST = 16_384  # characters of any option; the longest ones hold XML


class Fault(ValueError):
    """An invalid value; its text completes "OPTION ..." and holds no secret."""


def is_huge(raw: object) -> bool:
    """Return whether this is a whole number too large for any option; Python may refuse to write it out."""
    return isinstance(raw, int) and raw.bit_length() > LARGEST_BITS


def shown(raw: object, limit: int = 40) -> str:
    """Return ``raw`` quoted and short enough for one sentence, with the codes of invisible and look-alike characters.

    The result hides keys that got into another option or column, and the content of lists and dictionaries.
    """
    if isinstance(raw, (dict, list, tuple, set, frozenset)):
        return "a dictionary" if isinstance(raw, dict) else "a list"
    whole = "(very large)" if is_huge(raw) else str(raw)
    text = SECRET.sub("(hidden, it may be a key)", whole[:LOOKED_AT])
    if len(whole) > LOOKED_AT:  # its end may be the beginning of a key
        text = text[:-100] + "..."
    if not (text.isascii() and text.isprintable()):
        text = "".join(c if c.isascii() and c.isprintable() else _visibly(c) for c in text)
    return '"%s"' % (text if len(text) <= limit else text[: limit - 3] + "...")


def _visibly(character: str) -> str:
    is_plain = character.isprintable() and character not in DASHES and not UNSEEN.match(character)
    return character if is_plain else "(%s)" % code_of(character)


def text_of(raw: object) -> str:
    """Return a user's value as a text, without the white space around it.

    Raises :class:`Fault` for other types, for texts that YAML or a spreadsheet spoilt, and for invisible characters.
    """
    text = (raw if isinstance(raw, str) else _as_text(raw)).strip()
    if not (text.isascii() and text.isprintable()):
        if SURROGATE.search(text):
            raise Fault("contains half a character, which can't be sent: write the text again")
        if found := unseen(text):
            raise Fault("contains %s, an invisible character: write the text again by hand, or remove that character" % found)
    # This quick check spares nearly all other texts the search: each error value begins or ends with such a character.
    if text and (text[0] in "#\uff03\ufe5f" or not text[-1].isalnum() or ":5" in text) and (error := error_value(text)):
        raise Fault("contains %s, an error value of a spreadsheet: fix its formula, or empty the cell" % error)
    if len(text) > LONGEST:
        raise Fault("has %d characters; no option takes more than %d" % (len(text), LONGEST))
    return text


def _as_text(raw: object) -> str:
    if raw is None or isinstance(raw, (dict, list, tuple, set, frozenset, bytes)):
        what = "nothing" if raw is None else "a dictionary" if isinstance(raw, dict) else "a list"
        raise Fault("must be a text, not %s" % what)
    if isinstance(raw, bool):
        raise Fault("is true or false instead of a text: YAML reads an unquoted yes, no, on or off that way; quote it")
    if isinstance(raw, float):
        raise Fault("is a number with a fraction instead of a text, and zeros at its end are lost: quote it")
    if is_huge(raw):
        raise Fault("is a number too large for any option: quote it, if you mean a text")
    return str(raw)


def text_within(raw: object, place: str) -> str:
    """Return a text that is part of a value; raises a :class:`Fault` that names the part by ``place``, such as ``a tag``."""
    try:
        return text_of(raw)
    except Fault as fault:
        raise Fault("has %s that %s" % (place, fault)) from None


def line_within(raw: object, place: str) -> str:
    """Return a text as :func:`text_within` does, but refuse line ends anywhere in it, those of Unicode included."""
    if isinstance(raw, str) and raw.splitlines() not in ([], [raw]):
        raise Fault("has %s with a line end in it (%s): remove it" % (place, shown(raw)))
    return text_within(raw, place)


def refuse_nested(items: Iterable[object]) -> None:
    """Raise a :class:`Fault` for a list whose items aren't all plain values."""
    for item in items:
        if item is None or isinstance(item, (dict, list, tuple, set)):
            raise Fault("must be a list of texts, but one of them is %s" % ("empty" if item is None else "no text"))


def without_keys(text: str) -> str:
    """Return an option's name, or a text with names, with keys hidden: a user may have put a key in the place of a name."""
    return SECRET.sub("(hidden, it may be a key)", text)


def json_in_cell(text: str) -> object:
    """Return the list or dictionary that a cell holds in JSON, and any other text as it is; raises :class:`Fault`."""

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        if len(dict(pairs)) != len(pairs):
            raise Fault("is JSON with a key twice: remove one of the two")
        return dict(pairs)

    if text[0] not in "[{":
        return text_of(text)
    try:
        data: object = json.loads(text_of(text), object_pairs_hook=once, parse_int=str, parse_float=str)
        return data
    except Fault:
        raise
    except (ValueError, RecursionError):
        raise Fault("begins like JSON, but is not valid JSON: fix it, or use a YAML file") from None
