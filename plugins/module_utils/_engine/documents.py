# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads JSON and YAML: texts as written, each key once, limited in depth and size.

Numbers stay texts, and so do YAML's yes, no, on and off: ``0012345678901234`` is an EUI, and ``NO`` is Norway. The option's type
converts the text later.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

try:
    import yaml

    HAS_YAML = True
except ImportError:  # only needed for YAML files
    HAS_YAML = False

from .._errors import OptionError
from .._schema.texts import shown
from .._text import code_of

MOST_VALUES = 10_000_000  # including all copies by aliases; 100,000 devices have a third of it
DEEPEST = 100  # nested lists and dictionaries; a device has five
KEYS_IN_MESSAGE = 5
NULL = ("", "~", "null", "Null", "NULL")
#: YAML's own tags. The option's type converts the text, so most of these tags are ignored.
STANDARD = ("!", *("tag:yaml.org,2002:" + name for name in ("str", "bool", "int", "float", "timestamp", "null", "map", "seq")))
NOT_IN_YAML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
MERGE = "tag:yaml.org,2002:merge"
JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:\n]')

NO_JSON = "src %s holds %s in line %d, which is not valid JSON: programs write it for a missing number; remove it"


def read_json(text: str, name: str) -> object:
    """Return the data of a JSON text; raises :class:`OptionError`, whose message may contain a key but never a value."""
    is_repeated = False

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal is_repeated
        result = dict(pairs)
        is_repeated = is_repeated or len(result) != len(pairs)
        return result

    def refuse(word: str) -> None:
        raise OptionError(NO_JSON % (name, word, text.count("\n", 0, _place_of(word, text)) + 1))

    try:
        data: object = json.loads(text, object_pairs_hook=once, parse_int=str, parse_float=str, parse_constant=refuse)
    except RecursionError:
        raise _too_deep(name) from None
    except json.JSONDecodeError as error:  # its message may quote the file, so only the position is shown
        raise _unreadable(name, "JSON", error.lineno) from None
    if is_repeated:
        raise _repeated(name, _repeated_in_json(text))
    return data


def _place_of(word: str, text: str) -> int:
    """Return the position of a word in JSON, outside of strings."""
    return next(match.start() for match in re.finditer(r'"(?:[^"\\]|\\.)*"|%s' % word, text) if match.group() == word)


def _repeated_in_json(text: str) -> list[tuple[int, object]]:
    """Return ``(line, key)`` of every key that is repeated in its dictionary; the json module gives no lines."""
    found: list[tuple[int, object]] = []
    open_keys: list[set[str] | None] = []
    line, last = 1, ""
    for match in JSON_TOKEN.finditer(text):
        token = match.group()
        if token == "\n":
            line += 1
        elif token in "{[":
            open_keys.append(set() if token == "{" else None)
        elif token in "}]":
            open_keys.pop()
        elif token != ":":
            last = token
        elif (keys := open_keys[-1]) is not None:
            key = json.loads(last)
            if key in keys:
                found.append((line, key))
            keys.add(key)
    return found


def read_yaml(text: str, name: str) -> object:
    """Return the data of a YAML text; raises :class:`OptionError`, whose message may contain a key but never a value."""
    if not HAS_YAML:
        raise OptionError("src %s is YAML, and the Python library PyYAML is missing where this task runs" % name)
    reader = _YamlReader(name)
    try:
        # Events are flat, so that depth and aliases cost nothing before they are checked.
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            reader.take(event)
    except yaml.YAMLError as error:  # its message may quote the file, so only the position is shown
        mark = getattr(error, "problem_mark", None)
        strange = None if mark is not None else NOT_IN_YAML.search(text)
        if strange:
            line = text.count("\n", 0, strange.start()) + 1
            said = "src %s contains %s in line %d, a character that YAML doesn't allow: remove it"
            raise OptionError(said % (name, code_of(strange.group()), line)) from None
        line = mark.line + 1 if mark is not None else 0
        if "nesting" in str(getattr(error, "problem", "")):  # the C parser has its own limit
            raise _too_deep(name, line) from None
        raise _unreadable(name, "YAML", line) from None
    if reader.repeated:
        raise _repeated(name, reader.repeated)
    return reader.document


@dataclass
class _Open:
    """A list or dictionary that is still being read.

    :param values: its items; for a dictionary, keys and values alternate.
    :param merged: the dictionaries that ``<<`` merges in, the strongest first.
    """

    is_dictionary: bool
    anchor: str | None
    began_at: int
    values: list[Any] = field(default_factory=list)
    keys: set[Any] = field(default_factory=set)
    merged: list[dict[Any, Any]] = field(default_factory=list)


#: Stands for a key in a dictionary at ``<<``.
_MERGE_KEY = object()
#: Value of an anchor whose list or dictionary is still being read.
_INCOMPLETE = object()


class _YamlReader:
    """Builds data from the events of PyYAML's parser."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.document: object = None
        self.repeated: list[tuple[int, object]] = []
        self._documents = 0
        self._count = 0  # of values, including all copies by aliases
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Any, int]] = {}

    def take(self, event: Any) -> None:
        """Process the parser's next event; raises :class:`OptionError`."""
        line = event.start_mark.line + 1
        if isinstance(event, yaml.ScalarEvent):
            self._put(self._scalar(event, line), event.anchor, 1, line)
        elif isinstance(event, yaml.AliasEvent):
            value, size = self._anchors.get(str(event.anchor), (None, 0))
            if not size or value is _INCOMPLETE:
                what = "inside the value that it refers to" if size else "without an anchor of that name before it"
                raise OptionError("src %s has the alias %s in line %d %s" % (self.name, shown(event.anchor), line, what))
            self._put(value, None, size, line)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._refuse_tag(event.tag, line)
            if len(self._open) >= DEEPEST:
                raise _too_deep(self.name, line)
            if event.anchor:
                self._anchors[event.anchor] = (_INCOMPLETE, 1)
            self._open.append(_Open(isinstance(event, yaml.MappingStartEvent), event.anchor, self._count))
        elif isinstance(event, yaml.CollectionEndEvent):
            ended = self._open.pop()
            value = _dictionary(ended) if ended.is_dictionary else ended.values
            self._put(value, ended.anchor, 1, line, self._count - ended.began_at)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise OptionError(
                    "src %s contains a second YAML document from line %d on: put everything into one" % (self.name, line)
                )

    def _scalar(self, event: Any, line: int) -> object:
        is_plain = event.implicit[0] and event.tag is None
        is_key = bool(self._open) and self._open[-1].is_dictionary and len(self._open[-1].values) % 2 == 0
        if is_key and (event.tag == MERGE or (is_plain and event.value == "<<")):
            return _MERGE_KEY
        self._refuse_tag(event.tag, line)
        if is_key:
            return event.value
        is_null = event.tag == "tag:yaml.org,2002:null" or (is_plain and event.value in NULL)
        return None if is_null else event.value

    def _refuse_tag(self, tag: str | None, line: int) -> None:
        if tag is not None and tag not in STANDARD:
            raise OptionError(
                "src %s has the tag %s in line %d, and tags aren't supported in files: write the value itself, or give a list in "
                "the playbook, where Ansible decrypts it" % (self.name, shown(tag), line)
            )

    def _put(self, value: Any, anchor: str | None, size: int, line: int, inside: int = 0) -> None:
        """Put a complete value into the list or dictionary that is open.

        :param size: number of values to add to the count.
        :param inside: number of values in it that are counted already.
        """
        self._count += size
        if self._count > MOST_VALUES:
            raise OptionError(
                "src %s has more than %d values when its aliases are expanded (line %d): split the file, or use fewer aliases"
                % (self.name, MOST_VALUES, line)
            )
        if anchor:
            self._anchors[anchor] = (value, size + inside)
        if not self._open:
            self.document = value
            return
        into = self._open[-1]
        if into.is_dictionary and len(into.values) % 2 == 0:
            self._check_key(value, into, line)
        elif into.is_dictionary and into.values[-1] is _MERGE_KEY:
            self._merge(value, into, line)
        into.values.append(value)

    def _check_key(self, key: Any, into: _Open, line: int) -> None:
        if key is _MERGE_KEY:
            return
        if not isinstance(key, str):
            raise OptionError("src %s has a key that is not a text in line %d" % (self.name, line))
        if key in into.keys:
            self.repeated.append((line, key))
        into.keys.add(key)

    def _merge(self, value: Any, into: _Open, line: int) -> None:
        # Several << count as one with a list, and the first is the strongest. PyYAML's versions disagree here.
        merged = value if isinstance(value, list) else [value]
        if not all(isinstance(each, dict) for each in merged):
            raise OptionError("src %s has << in line %d without a dictionary after it" % (self.name, line))
        into.merged += merged


def _dictionary(ended: _Open) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for each in reversed(ended.merged):
        result.update(each)
    keys, values = ended.values[::2], ended.values[1::2]
    result.update((key, value) for key, value in zip(keys, values) if key is not _MERGE_KEY)
    return result


def _repeated(name: str, found: list[tuple[int, object]]) -> OptionError:
    places = ["%s in line %d" % (shown(key), line) for line, key in found[:KEYS_IN_MESSAGE]]
    if len(found) > KEYS_IN_MESSAGE:
        places.append("and %d more" % (len(found) - KEYS_IN_MESSAGE))
    return OptionError(
        "src %s repeats a key in the same place, and only the last one would count: %s. Merge the two" % (name, ", ".join(places))
    )


def _too_deep(name: str, line: int = 0) -> OptionError:
    where = " (line %d)" % line if line else ""
    return OptionError(
        "src %s has lists or dictionaries nested too deeply%s: no option needs more than five levels" % (name, where)
    )


def _unreadable(name: str, what: str, line: int) -> OptionError:
    return OptionError("src %s is not valid %s%s" % (name, what, " (line %d)" % line if line else ""))
