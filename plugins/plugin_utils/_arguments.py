# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A task's options as a module would get them, in whichever frame the task runs, and with every ansible-core the same.

Ansible writes a module's options as JSON; what its releases make of a value that JSON doesn't have differs.
"""

from __future__ import annotations

import ast
import datetime
import json
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
#: How Python's text of a list, a dictionary, a set or a tuple begins.
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
    """Return options in JSON's types: dates as ISO texts, vault texts decrypted, tuples and sets as lists.

    Raises :class:`OptionError` for what can't be such, and Ansible's own errors for what is undefined or can't be decrypted.
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
    """Return options without the empty texts of those that have a default: a variable that is empty means nothing else.

    :param spec: which options are meant. What holds blanks alone is empty, and stays as such where there is no default.
    """
    kept = {}
    for name, value in args.items():
        is_empty = name in spec and isinstance(value, str) and not value.strip()
        if not is_empty or spec[name].get("default") is None:
            kept[name] = "" if is_empty else value
    return kept


def that_are_given(args: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    """Return options without those that are null, in an option's own options too: null means "not given"."""
    given: dict[str, Any] = {}
    for name, value in args.items():
        within = spec.get(name, {}).get("options")
        if value is not None:
            given[name] = that_are_given(value, within) if within and isinstance(value, dict) else value
    return given


def with_lists(args: dict[str, Any], task: Task) -> dict[str, Any]:
    """Return a task's options in which what a template returned as a list or dictionary is one, where Ansible makes a text of it.

    Before ansible-core 2.19, a template gives Python's text of what it returns. Of lists and dictionaries Ansible
    then makes such again, but not where a date is in them, as in ``[{'name': datetime.date(2024, 1, 5)}]``, and not
    of tuples and sets: ``('a', 'b')`` would be cut at its commas.
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
        return text  # Ansible will say that it is no list
    return as_json({name: found})[name] if isinstance(found, dict if kind == "dict" else (list, tuple, set)) else text


class _Dates(ast.NodeTransformer):
    """Replaces Python's way to write a date or a moment with its ISO text."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Replace ``datetime.date(2024, 1, 5)``, and leave all other calls, which no literal has."""
        kind = {"datetime.date": datetime.date, "datetime.datetime": datetime.datetime}.get(ast.unparse(node.func))
        if kind is None:
            return node
        named: dict[str, Any] = {each.arg: _zone(each.value) for each in node.keywords if each.arg == "tzinfo"}
        return ast.Constant(kind(*map(ast.literal_eval, node.args), **named).isoformat())


def _zone(node: ast.expr) -> datetime.timezone:
    """Return the zone that ``datetime.timezone.utc`` or ``datetime.timezone(datetime.timedelta(seconds=7200))`` says."""
    if ast.unparse(node) == "datetime.timezone.utc":
        return datetime.timezone.utc
    offset = node.args[0] if isinstance(node, ast.Call) else node
    if not isinstance(offset, ast.Call) or ast.unparse(offset.func) != "datetime.timedelta":
        raise ValueError
    return datetime.timezone(datetime.timedelta(**{str(part.arg): ast.literal_eval(part.value) for part in offset.keywords}))


def _in_json(value: Any) -> Any:
    """Return what stands for a value that JSON doesn't have; raises TypeError where nothing does."""
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=str)  # it has no order, and two runs must not have two
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Undefined):
        raise AnsibleUndefinedVariable(str(value._undefined_message))
    return json.loads(json.dumps(value, **ENCODING))


def _refuse_misfit(place: str, value: Any) -> None:
    """Raise what is to be said of a value that can't be written as JSON by itself, whatever it contains."""
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
    """Return what a type is called by those who don't know that Ansible wraps it."""
    return type(value).__name__.replace("_AnsibleTagged", "").lower()


def _odd_keys(value: Any, place: str) -> Iterator[tuple[str, object]]:
    """Yield the keys that JSON would make a text of, though another may have been written: true, 1.1, null."""
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
    """Yield all that a value contains, each with its place in words like ``devices[3].name``."""
    if place:
        yield place, value
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _all_within(each, "%s.%s" % (place, key) if place else str(key))
    elif isinstance(value, (list, tuple)):
        for number, each in enumerate(value):
            yield from _all_within(each, "%s[%d]" % (place, number))


def refuse_misread(args: dict[str, Any], task: Task) -> None:
    """Raise :class:`OptionError` for what YAML has misread where a text is wanted.

    Ansible would make the text "False" of a name like NO, and "1.1" of one like 1.10.
    """
    _refuse_misread(args, argument_spec(task), task, "")


def _refuse_misread(args: dict[str, Any], spec: dict[str, Any], task: Task, within: str) -> None:
    for option, entry in spec.items():
        names = (option, *entry.get("aliases", ()))
        given = [name for name in names if args.get(name) is not None]
        if len(given) > 1:  # Ansible would take the last
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
                elif isinstance(each, dict) and name not in task.rows and entry.get("type") != "raw":  # names of its user's own
                    _refuse_misread(each, {str(key): {} for key in each}, task, at + ".")


def _fraction(name: str, text: str, written: str) -> float:
    try:
        if "_" in text:  # Python's own way to write a number
            raise ValueError
        return float(text)
    except ValueError:
        raise OptionError(NO_FRACTION % (name, shown(written))) from None


def with_numbers(args: dict[str, Any], task: Task) -> dict[str, Any]:
    """Return options in which a fraction in a text is one, with whatever dash or space of Unicode it was written.

    Raises :class:`OptionError` for true and false, of which Ansible makes 1 and 0, and for a fraction that is none.
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
    """Raise for what Ansible would make a text of, such as ``{'a': 'b'}``, or fail on with a traceback."""
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
    """Return what to say of an option, with how its text is to be written: ``["NO"]`` where it is one of a list."""
    text = '["%s"]' if place.endswith("]") else '"%s"'
    return OptionError(message % (without_keys(place), "%s: %s" % (without_keys(name), text % example)))
