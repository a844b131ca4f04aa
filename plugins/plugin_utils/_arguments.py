# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads a task's options as a module would get them: the same in both frames and with every ansible-core.

Ansible passes a module's options as JSON, and its releases differ in values that JSON lacks.
"""

from __future__ import annotations

import ast
import datetime
import json
import os
from collections.abc import Iterator, Mapping
from typing import Any

from ansible.errors import AnsibleUndefinedVariable
from ansible.module_utils.common import json as ansible_json
from jinja2 import Undefined

from ..module_utils._errors import OptionError
from ..module_utils._frame.module import argument_spec
from ..module_utils._frame.task import Task
from ..module_utils._schema.texts import shown, without_keys
from ..module_utils._text import plain

ENCODING: dict[str, Any]
if hasattr(ansible_json, "get_module_encoder"):
    ENCODING = {"cls": ansible_json.get_module_encoder("legacy", ansible_json.Direction.CONTROLLER_TO_MODULE)}
else:  # ansible-core before 2.19
    ENCODING = {"cls": ansible_json.AnsibleJSONEncoder, "vault_to_text": True}

TEXTS = ("str", "path")
#: Beginnings of Python's text of a list, a dictionary, a set or a tuple.
OPENING = ("[", "{", "(")
NO_TEXT = (
    "%s must be a text, but is true or false: YAML reads yes, no, on, off, true and false that way without quotes. "
    "Put the text into quotes, as in %s"
)
NUMBER = (
    "%s must be a text, but is a number with a fraction: without quotes, YAML reads 1.10 as 1.1 and 24E124 as a number. "
    "Put the text into quotes, as in %s"
)
DIGITS = (
    "%s must be hexadecimal digits in a text, but is a number: without quotes, YAML reads 0x0004A30B001A2B3C, 0012345670123456 "
    "and 10:12:34:56 as numbers with other digits. Put it into quotes, as in %s"
)
NULL = "%s must be a list of texts, but one of them is null: remove it, or write a text; an empty list is [] in YAML"
NO_NUMBER = (
    "%s must be a number, but is true or false: YAML reads yes, no, on, off, true and false that way without quotes. "
    "Write the number in digits"
)
NO_FRACTION = "%s must be a number with a decimal point, such as -7.25, got %s"
SHAPE = "%s must be a text, but is a list or a dictionary: put it into quotes or, if it is a template, add | string"
NO_DICT = "%s must be a dictionary of options, but is not a dictionary: write its options below it, or remove it"
NULL_KEY = "key in %s must be a text, but is null: write a name in front of the colon"
NO_ROW = "%s must be a dictionary of options, but is null: remove it, or write the options"
TWICE = "%s is given twice, also as %s: remove one of them"
NO_VALUE = "%s has a value of the type %s, which can't be passed to a module: write it as a text in quotes"


def as_json(args: dict[str, Any]) -> dict[str, Any]:
    """Return options in JSON's types: dates become ISO texts, vault texts are decrypted, tuples and sets become lists.

    Raises :class:`OptionError` for other types, and Ansible's own errors for undefined variables and failed decryption.
    """
    try:
        text = json.dumps(args, default=_in_json)
    except (TypeError, ValueError):
        for place, value in _all_within(args, ""):
            _refuse_misfit(place, value)
        raise
    for place, key in _odd_keys(args, ""):
        raise _misread_key(place, key)
    result: dict[str, Any] = json.loads(text)
    return result


def without_empty(args: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    """Return options without empty texts if there is a default: an empty variable means the default.

    :param spec: the options concerned. Blank texts count as empty; without a default, the option stays, as an empty text.
    """
    kept = {}
    for name, value in args.items():
        is_empty = name in spec and isinstance(value, str) and not value.strip()
        if not is_empty or spec[name].get("default") is None:
            kept[name] = "" if is_empty else value
    return kept


def that_are_given(args: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    """Return options without null values, which mean "not given", also inside options with suboptions."""
    given: dict[str, Any] = {}
    for name, value in args.items():
        within = spec.get(name, {}).get("options")
        if value is not None:
            given[name] = that_are_given(value, within) if within and isinstance(value, dict) else value
    return given


def with_paths_from_here(args: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    """Return options whose relative paths are absolute, from this process's directory: a module runs in the playbook's."""
    whole = dict(args)
    for name, entry in spec.items():
        value = args.get(name)
        if isinstance(value, dict) and "options" in entry:
            whole[name] = with_paths_from_here(value, entry["options"])
        elif isinstance(value, str) and entry.get("type") == "path" and value[:1] not in ("", "~", "$"):
            whole[name] = os.path.abspath(value)
    return whole


def with_lists(args: dict[str, Any], task: Task) -> dict[str, Any]:
    """Return a task's options with texts from templates converted back to lists and dictionaries, where Ansible fails to.

    Before ansible-core 2.19, a template returns Python's text of its value. Ansible converts lists and dictionaries back, unless
    they contain a date, as in ``[{'name': datetime.date(2024, 1, 5)}]``. It doesn't convert tuples and sets: it would cut
    ``('a', 'b')`` at its commas.
    """
    return _with_lists(args, argument_spec(task), task.rows)


def _with_lists(args: dict[str, Any], spec: dict[str, Any], rows: dict[str, dict[str, Any]]) -> dict[str, Any]:
    entries = {name: entry for option, entry in spec.items() for name in (option, *entry.get("aliases", ()))}
    return {name: _evaluated(name, value, entries.get(name, {}), rows) for name, value in args.items()}


def _evaluated(name: str, value: Any, entry: dict[str, Any], rows: dict[str, dict[str, Any]]) -> Any:
    if isinstance(value, str) and value[:1] in OPENING:
        value = _literal(name, value, entry.get("type"))
    within = rows.get(name) or entry.get("options")
    if within and isinstance(value, dict):
        return _with_lists(value, within, {})
    if within and isinstance(value, list):
        return [_with_lists(each, within, {}) if isinstance(each, dict) else each for each in value]
    return value


def _literal(name: str, text: str, kind: str | None) -> Any:
    if not (kind in ("list", "dict") and text[0] in "[{" and "datetime.date" in text or kind == "list" and text[0] in "({"):
        return text
    try:
        found = ast.literal_eval(_Dates().visit(ast.parse(text, mode="eval")))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return text  # Ansible reports that it is no list
    return as_json({name: found})[name] if isinstance(found, dict if kind == "dict" else (list, tuple, set)) else text


class _Dates(ast.NodeTransformer):
    """Replaces Python's notation of a date or time with its ISO text."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Replace calls like ``datetime.date(2024, 1, 5)``; no literal contains other calls."""
        kind = {"datetime.date": datetime.date, "datetime.datetime": datetime.datetime}.get(ast.unparse(node.func))
        if kind is None:
            return node
        named: dict[str, Any] = {each.arg: _zone(each.value) for each in node.keywords if each.arg == "tzinfo"}
        return ast.Constant(kind(*map(ast.literal_eval, node.args), **named).isoformat())


def _zone(node: ast.expr) -> datetime.timezone:
    """Return the time zone of ``datetime.timezone.utc`` or ``datetime.timezone(datetime.timedelta(seconds=7200))``."""
    if ast.unparse(node) == "datetime.timezone.utc":
        return datetime.timezone.utc
    offset = node.args[0] if isinstance(node, ast.Call) else node
    if not isinstance(offset, ast.Call) or ast.unparse(offset.func) != "datetime.timedelta":
        raise ValueError
    return datetime.timezone(datetime.timedelta(**{str(part.arg): ast.literal_eval(part.value) for part in offset.keywords}))


def _in_json(value: Any) -> Any:
    """Return JSON's substitute for a value of another type; raises TypeError if there is none."""
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=str)  # a set is unordered, but each run must get the same order
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Undefined):
        raise AnsibleUndefinedVariable(str(value._undefined_message))
    return json.loads(json.dumps(value, **ENCODING))


def _refuse_misfit(place: str, value: Any) -> None:
    """Raise the error for a value that JSON can't express; contents of lists and dictionaries are checked separately."""
    if isinstance(value, (Mapping, list, tuple)):
        for key in value if isinstance(value, Mapping) else ():
            if not isinstance(key, (str, int, float, bool, type(None))):
                raise OptionError(NO_VALUE % ("key in %s" % without_keys(place), _type_of(key)))
        return
    try:
        json.dumps(value, default=_in_json)
    except (TypeError, ValueError):
        raise OptionError(NO_VALUE % (without_keys(place), _type_of(value))) from None


def _type_of(value: object) -> str:
    """Return the name of a type without Ansible's wrapper."""
    return type(value).__name__.replace("_AnsibleTagged", "").lower()


def _odd_keys(value: Any, place: str) -> Iterator[tuple[str, object]]:
    """Yield keys that JSON would turn into a text unlike the one in YAML: true, 1.1, null."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            if key is None or isinstance(key, (bool, float)):
                yield place, key
            if isinstance(each, (Mapping, list, tuple)):
                yield from _odd_keys(each, "%s.%s" % (place, key) if place else str(key))
    elif isinstance(value, (list, tuple)):
        for number, each in enumerate(value):
            if isinstance(each, (Mapping, list, tuple)):
                yield from _odd_keys(each, "%s[%d]" % (place, number))


def _misread_key(place: str, key: object) -> OptionError:
    shown_place = without_keys(place)
    message, example = (NUMBER, "1.10") if isinstance(key, float) else (NO_TEXT, "NO")
    if key is None:
        return OptionError(NULL_KEY % shown_place)
    return OptionError(message % ("key in %s" % shown_place, '%s: {"%s": ...}' % (shown_place.rpartition(".")[2], example)))


def _all_within(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    """Yield all values inside a value, each with its place like ``devices[3].name``."""
    if place:
        yield place, value
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _all_within(each, "%s.%s" % (place, key) if place else str(key))
    elif isinstance(value, (list, tuple)):
        for number, each in enumerate(value):
            yield from _all_within(each, "%s[%d]" % (place, number))


def refuse_misread(args: dict[str, Any], task: Task) -> None:
    """Raise :class:`OptionError` for a text option with a value that YAML misread.

    Ansible would turn a name like NO into the text "False", and 1.10 into "1.1".
    """
    _refuse_misread(args, argument_spec(task), task, "")


def _refuse_misread(args: dict[str, Any], spec: dict[str, Any], task: Task, within: str) -> None:
    for option, entry in spec.items():
        names = (option, *entry.get("aliases", ()))
        given = [name for name in names if args.get(name) is not None]
        if len(given) > 1:  # Ansible would silently use the last one
            raise OptionError(TWICE % (within + given[0], given[1]))
        for name in names:
            value, place = args.get(name), within + name
            several = value if isinstance(value, list) else [value]
            wanted = entry.get("elements") if isinstance(value, list) else entry.get("type", "str")
            _refuse_shape(place, value, entry)
            for number, each in enumerate(several):
                at = "%s[%d]" % (place, number) if isinstance(value, list) else place
                if isinstance(each, int) and not isinstance(each, bool) and (name in task.digits or place in task.digits):
                    raise _no_text(DIGITS, at, name, "0012345670123456")
                if isinstance(each, (bool, float)) and (wanted in TEXTS or entry.get("elements") in TEXTS):
                    message, example = (NO_TEXT, "NO") if isinstance(each, bool) else (NUMBER, "1.10")
                    raise _no_text(message, at, name, example)
                if isinstance(each, dict) and "options" in entry:
                    _refuse_misread(each, entry["options"], task, at + ".")
                elif isinstance(each, dict) and name not in task.rows and entry.get("type") != "raw":  # names chosen by the user
                    _refuse_misread(each, {str(key): {} for key in each}, task, at + ".")


def _fraction(name: str, text: str, written: str) -> float:
    try:
        if "_" in text:  # Python accepts it in numbers, users don't mean it
            raise ValueError
        return float(text)
    except ValueError:
        raise OptionError(NO_FRACTION % (name, shown(written))) from None


def with_numbers(args: dict[str, Any], task: Task) -> dict[str, Any]:
    """Return options with texts of fractions converted to numbers, after replacing Unicode's dashes and spaces.

    Raises :class:`OptionError` for true and false, which Ansible would convert to 1 and 0, and for an invalid fraction.
    """
    read = dict(args)
    for option, entry in argument_spec(task).items():
        for name in (option, *entry.get("aliases", ())) if entry.get("type") in ("int", "float") else ():
            value = args.get(name)
            if isinstance(value, bool):
                raise OptionError(NO_NUMBER % name)
            if not isinstance(value, str):
                continue
            text = plain(value).strip()
            if not text and task.empty_is_nothing and name in task.options:
                del read[name]
            elif entry["type"] == "float":
                read[name] = _fraction(name, text, value)
            else:
                read[name] = text
    return read


def _refuse_shape(place: str, value: Any, entry: dict[str, Any]) -> None:
    """Raise for a shape that Ansible would turn into a text, such as ``{'a': 'b'}``, or fail on with a traceback."""
    if entry.get("type") == "dict" and isinstance(value, (bool, int, float, list)):
        raise OptionError(NO_DICT % place)
    texts = value if isinstance(value, list) and entry.get("elements") in TEXTS else []
    if None in texts:
        raise OptionError(NULL % place)
    if isinstance(value, list) and entry.get("elements") == "dict" and None in value:
        raise OptionError(NO_ROW % ("%s[%d]" % (place, value.index(None))))
    if any(isinstance(each, (dict, list)) for each in [*texts, value if entry.get("type") in TEXTS else ""]):
        raise OptionError(SHAPE % place)


def _no_text(message: str, place: str, name: str, example: str) -> OptionError:
    """Return the error for a misread text, with its correct notation: ``["NO"]`` in a list."""
    text = '["%s"]' if place.endswith("]") else '"%s"'
    return OptionError(message % (without_keys(place), "%s: %s" % (without_keys(name), text % example)))
