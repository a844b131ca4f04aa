# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cleans texts: invisible characters, look-alikes, and a spreadsheet's errors and numbers.

The characters come from web pages, chats and PDF files; the rest from spreadsheets, YAML and INI inventories.
"""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import datetime, timedelta, timezone
from typing import Any

#: All of Unicode's horizontal dashes and the minus sign; the hyphen first.
DASHES = (
    "-\u058a\u05be\u1400\u1806\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2e17\u2e1a\u2e3a\u2e3b\u2e40\u2e5d"
    "\u301c\u3030\u30a0\ufe58\ufe63\uff0d\U00010ead"
)
#: All spaces that don't end a line; the plain one first.
SPACES = " \t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_PLAIN = str.maketrans({**dict.fromkeys(DASHES, "-"), **dict.fromkeys(SPACES, " ")})

#: Invisible characters, except white space.
UNSEEN_CLASS = (
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
UNSEEN = re.compile("[%s]" % UNSEEN_CLASS)
#: Exceptions that have an effect: joiners between characters that aren't Latin (Persian words, parts of an emoji), variants of
#: an emoji or ideograph, keycaps, and the flags of regions.
_WORKING = re.compile(
    "(?<=[^\x00-\u036f\u1e00-\u1eff\u2000-\u206f])[\u200c\u200d](?=[^\x00-\u036f\u1e00-\u1eff\u2000-\u206f])"
    "|(?<=[^\x00-\u00a0\u2000-\u206f])[\ufe00-\ufe0f\U000e0100-\U000e01ef]"
    "|(?<=[0-9#*])\ufe0f(?=\u20e3)"
    "|(?<=\U0001f3f4)[\U000e0020-\U000e007f]+"
)
#: Error values of Excel, LibreOffice and Google in frequent languages, and all those without a mark at the end; in lower case.
#: Others are recognized by their shape.
_WORDS = """
    #n/a #n/b #n/d #n/v #nv #i/t #i/r #n/disp #н/д #δ/υ #yok #hiányzik #není_k_dispozici #nedostupný #ref! #bezug!
    #verw! #rif! #¡ref! #value! #wert! #waarde! #valeur! #valore! #valor! #¡valor! #name? #naam? #nom? #nome?
    #nombre? #¿nombre? #num! #zahl! #getal! #nombre! #núm! #¡num! #div/0! #deel/0! #¡div/0! #null! #leeg! #nul!
    #nulo! #¡nulo! #spill! #überlauf! #overloop! #propagation! #calc! #blocked! #field! #unknown! #connect! #busy!
    #error! #error #fehler! #fehler #type! #getting_data #daten_abrufen #gegevens_ophalen #obtention_donnees #obteniendo_datos
    #estrazione_dati_in_corso #hämtar_data #obtendo_dados
"""
_ERROR_VALUES = frozenset(_WORDS.split())
#: Placeholders for a value that is being loaded, without the dots after them.
_LOADING = ("loading", "laden", "wird geladen", "chargement", "cargando", "carregando", "caricamento")
#: An error value with a mark: #REF!, #BEZUG!, #NAME?, #DIV/0!, #\u00a1VALOR!; and a number too wide for its column.
_ERROR_SHAPE = re.compile(r"#[\u00a1\u00bf]?[^\W\d_]+(?:[_/.]+[^\W_]+)*[!?]\Z|#{3,}\Z")
#: LibreOffice's codes, in the languages that translate them.
_ERROR_CODE = re.compile(
    "(?i)(?:err|error|fehler|fout|erreur|erro|errore|błąd|hiba|fel|feil|fejl|chyba|virhe|hata|eroare) ?: ?5[0-4][0-9]\\Z"
)

#: 7,01346E+15; 7.01346E15; 7083057000000001.0
_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?[Ee][+-][0-9]+\Z|[0-9][.,][0-9]+[Ee][0-9]{1,3}\Z|[0-9]{5,}[.,]0\Z")
#: 7.083.057.000.000.000, with any country's thousands separator.
_GROUPED = re.compile(r"[0-9]{1,3}(?:[.,'\u2019\s][0-9]{3})+\Z")
#: 1,5E+20: a spreadsheet's notation of long numbers, improbable as a text.
SCIENTIFIC = re.compile(r"[+-]?[0-9](?:[.,][0-9]+)?[Ee][+-][0-9]{2,3}\Z")
#: Python's number for 24E1241234567890: inf, or 2.4e+125 with fewer digits.
_PYTHONS_NUMBER = re.compile(r"-?(?:inf|nan|[0-9.]+e[+-][0-9]+)\Z")
LONGEST_NOTE = 300  # most characters of the platform's own words in a message
#: Characters that control a terminal (cursor, colors, title, clipboard) or change the writing direction, and lone surrogates.
#: Tabs and line ends are allowed.
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
#: The same in a JSON text, which may escape them. A match may be a false alarm.
ESCAPED = re.compile(UNSAFE.pattern + r"|\\[ubfr]")
#: The beginning of a Jinja template.
TEMPLATE = re.compile(r"\{(?=[{%#])")
#: The beginning of a word in a camelCase key; the plural s of LRRs begins none.
BORDER = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z](?!s(?![a-z]))[a-z])")
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def plain(text: str) -> str:
    """Return a text with plain hyphens for dashes and plain spaces for spaces."""
    return text if text.isascii() else text.translate(_PLAIN)


def unseen(text: str) -> str:
    """Return the first invisible character of a text, such as ``U+200B as its 13th character``; empty if there is none.

    Characters with an effect don't count, such as the joiner of an emoji or of a Persian word.
    """
    found = UNSEEN.search(text) and UNSEEN.search(_WORKING.sub(lambda match: "x" * len(match.group()), text))
    return "%s as character %d" % (code_of(found.group()), found.start() + 1) if found else ""


def code_of(character: str) -> str:
    """Return a character's Unicode code, such as ``U+200B``."""
    return "U+%04X" % ord(character)


def error_value(text: str) -> str:
    """Return the error value in a cell, such as ``#N/A``; empty for any other text.

    An error that is recognized only by its shape is returned as ``#...!``, since it may be somebody's own text.
    """
    if not text.isascii():  # East Asian keyboards type a wide # and a wide !
        text = unicodedata.normalize("NFKC", text)
    word = text.casefold()
    is_loading = word.endswith(("...", "\u2026")) and word.rstrip(".\u2026") in _LOADING
    if is_loading or word in _ERROR_VALUES or _ERROR_CODE.match(text):
        return text
    if len(text) <= 40 and text == text.upper() and _ERROR_SHAPE.match(text):
        return "#..." + text[-1] if text[-1] != "#" else "###"
    return ""


def made_a_number(raw: object) -> str:
    """Return the culprit that changed digits to a number, ``spreadsheet`` or ``YAML``; empty if they don't look changed."""
    if isinstance(raw, (int, float)):
        return "YAML"
    text = str(raw).strip()
    if _PYTHONS_NUMBER.match(text):
        return "YAML"
    return "spreadsheet" if _NUMBER.match(text) or _GROUPED.match(text) else ""


def in_snake_case(data: dict[str, Any]) -> dict[str, Any]:
    """Return ``data`` with the keys of its dictionaries in snake_case: ``networkSubscription`` is ``network_subscription``.

    Null values are left out: they mean that the platform has no value, and XML doesn't show them.
    """
    return {BORDER.sub("_", str(key)).lower(): _inside(value) for key, value in data.items() if value is not None}


def _inside(value: object) -> object:
    if isinstance(value, dict):
        return in_snake_case(value)
    return [_inside(item) for item in value] if isinstance(value, list) else value


def utc_of(milliseconds: object) -> str:
    """Return a time in epoch milliseconds as ISO 8601, in UTC and whole seconds; empty if invalid."""
    if not isinstance(milliseconds, (int, float)) or isinstance(milliseconds, bool):
        return ""
    try:
        return (EPOCH + timedelta(milliseconds=milliseconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError):
        return ""


def in_short(text: str) -> str:
    """Return the platform's own words on one line, shortened to fit a sentence."""
    line: str = harmless(" ".join(text[: 2 * LONGEST_NOTE].split()))
    return line if len(line) <= LONGEST_NOTE else line[: LONGEST_NOTE - 3] + "..."


def harmless(value: Any) -> Any:
    """Return texts, or data with texts, with control characters replaced by codes like ``\\u001b``."""
    # One search over the whole data is fast: a list of 100,000 devices rarely needs replacing.
    if isinstance(value, (dict, list)) and not ESCAPED.search(json.dumps(value, ensure_ascii=False, default=str)):
        return value
    return _shown(value)


def inert(value: Any) -> Any:
    """Return texts, or data with texts, without Jinja templates: a blank separates the two opening characters."""
    if isinstance(value, str):
        return TEMPLATE.sub("{ ", value)
    if isinstance(value, dict):
        return {inert(key): inert(each) for key, each in value.items()}
    return [inert(each) for each in value] if isinstance(value, (list, tuple)) else value


def _shown(value: Any) -> Any:
    if isinstance(value, str):
        return UNSAFE.sub(lambda match: "\\u%04x" % ord(match.group()), value)
    if isinstance(value, dict):
        return {_shown(key): _shown(each) for key, each in value.items()}
    return [_shown(each) for each in value] if isinstance(value, (list, tuple)) else value
