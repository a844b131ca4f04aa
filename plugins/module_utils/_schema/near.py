# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The names that a message offers for an unknown word: those that look like it, or else the first of a long list."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

#: Unknown word -> the end of its message, which the rows of one reading share: a search takes about a millisecond.
Hints = dict[str, str]
MOST_NEAR = 3  # near names in a message
MOST_HINTS = 60  # a file with more unknown names than this is a wrong file
MOST_NAMES = 8  # names in a message if none is near; it counts the others
LONGEST_WORD = 60  # characters of a word that can be a misspelled name


def nearest(word: object, known: Iterable[str], most: int = MOST_NEAR, cutoff: float = 0.6) -> list[str]:
    """Return the known names that are most similar to a word, the nearest first."""
    text = str(word)
    return difflib.get_close_matches(text.lower(), list(known), most, cutoff) if len(text) <= LONGEST_WORD else []


def did_you_mean(near: Sequence[str]) -> str:
    """Return the end of a message that offers near names, such as `` (did you mean tag?)``; nothing without names."""
    return " (did you mean %s?)" % " or ".join(near) if near else ""


def some_of(names: Sequence[str]) -> str:
    """Return a list of names for a message: the first ones, and the number of the others."""
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (" and %d more" % more if more > 0 else "")


def suggestion(word: object, known: Iterable[str]) -> str:
    """Return the end of a message about an unknown word: its near names, or else some of the known names."""
    names = list(dict.fromkeys(known))
    return did_you_mean(nearest(word, names)) or ": use one of %s" % some_of(names)


def hint(word: str, known: Iterable[str], hints: Hints) -> str:
    """Return the end of a message about an unknown word, its nearest name or nothing, and keep it in ``hints``."""
    if word not in hints and len(hints) < MOST_HINTS:
        hints[word] = did_you_mean(nearest(word, known, 1))
    return hints.get(word, "")
