# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files with words about options and return values: how they are read, and how YAML is written."""

from __future__ import annotations

import string
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
PLUGINS = "ansible_collections.lorawan.thingpark.plugins"
#: The header of every file that is written: this one's own.
LICENCE = "".join(Path(__file__).read_text(encoding="utf-8").splitlines(keepends=True)[:3])
LONGEST_LINE = 130


class Short(list):
    """A list that stands on one line."""


class _ShortMapping(dict):
    """A dictionary that stands on one line."""


class _Dumper(yaml.SafeDumper):
    """YAML as the rest of the repository has it: lists are indented."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: object) -> bool:
        return True


_Dumper.add_representer(Short, lambda dumper, data: dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=True))
_Dumper.add_representer(
    _ShortMapping, lambda dumper, data: dumper.represent_mapping("tag:yaml.org,2002:map", data, flow_style=True)
)


def dumped(data: object) -> str:
    """Return data as YAML, with the longest lines that may be: a line ends with the word that goes beyond its width."""
    widths = range(LONGEST_LINE - 8, 0, -4)
    texts = (yaml.dump(data, Dumper=_Dumper, sort_keys=False, width=width, allow_unicode=True) for width in widths)
    return next(text for text in texts if all(len(line) <= LONGEST_LINE for line in text.splitlines()))


def short(sample: Any) -> Any:
    """Return a sample whose lists and dictionaries stand on one line each, where they are short."""
    fits = len(str(sample)) < LONGEST_LINE - 30
    if isinstance(sample, list):
        is_plain = not any(isinstance(each, (list, dict)) for each in sample)
        return Short(sample) if is_plain and fits else [short(each) for each in sample]
    return _ShortMapping(sample) if isinstance(sample, dict) and fits else sample


def loaded(name: str) -> dict[str, Any]:
    """Return what one of the files beside this one holds."""
    return yaml.safe_load((HERE / (name + ".yml")).read_text(encoding="utf-8"))


def filled(data: Any, words: dict[str, str]) -> Any:
    """Return data with ``$word`` replaced in all of its texts and keys."""
    if isinstance(data, str):
        return string.Template(data).substitute(words)
    if isinstance(data, list):
        return [filled(each, words) for each in data]
    if isinstance(data, dict):
        return {filled(key, words): filled(each, words) for key, each in data.items()}
    return data


def merged(alike: Any, own: Any) -> Any:
    """Return what is said alike of every resource, with a resource's own words in its place; dictionaries are merged."""
    if isinstance(alike, dict) and isinstance(own, dict):
        return {**alike, **{key: merged(alike.get(key), each) for key, each in own.items()}}
    return own
