# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of an adoption: their names, the resources in each, and their content when read back."""

from __future__ import annotations

import glob
import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .. import _files
from .._engine.description import Description
from .._engine.desired import Desired, read_desired
from .._engine.hosts import host_names
from .._engine.sharing import share, unlike
from .._engine.sources import Source, read_source, rows_of
from .._engine.writing import MARK, as_inventory, as_json, as_yaml, is_ours
from .._errors import BadInput, OptionError
from .._resources.device.export_csv import write_csv
from .._schema.resource import Resource

ENDINGS = {"yaml": "yml", "json": "json", "inventory": "yml", "csv": "csv"}
#: ``split_by`` -> the option whose value selects the file.
SPLITS = {"tag": "tags", "domain": "domains", "device_profile": "device_profile", "connectivity_plan": "connectivity_plan"}
GROUP = "thingpark_%s"  # the group in an inventory that isn't split
NOT_ALIKE = (
    "%s of %s %s would change when it is written as %s and read again, and nothing was written: name it in "
    "leave_out, or use the format yaml"
)


@dataclass
class Layout:
    """The places and format of the files.

    :param dest: their directory.
    :param split_by: a key of ``SPLITS``, or empty for one file; ``domain_group``: the group of domains that counts.
    """

    dest: str
    format: str
    split_by: str = ""
    domain_group: str = ""


@dataclass
class File:
    """A file with resources of one kind.

    :param told: the descriptions, in the order of the file.
    :param defaults: options common to all resources; ``rows``: the options of each.
    """

    path: str
    content: str
    resource: Resource
    told: list[Description]
    defaults: dict[str, Any]
    rows: list[dict[str, Any]]


def files_of(resource: Resource, told: list[Description], layout: Layout) -> list[File]:
    """Return the files for these descriptions of one kind."""
    parts: dict[str | None, list[Description]] = {}
    for one in sorted(told, key=lambda each: each.identity):
        parts.setdefault(_part_of(one, layout), []).append(one)
    ending = ENDINGS[layout.format]
    if layout.split_by not in SPLITS or SPLITS[layout.split_by] not in resource.by_name:
        path = os.path.join(layout.dest, "%s.%s" % (resource.keys, ending))
        return [_file(resource, parts[None], layout.format, path, GROUP % resource.keys, _hosts(told, [GROUP % resource.keys]))]
    names = _names(layout.split_by, list(parts))
    prefix = "%s_%s" % (layout.split_by, layout.domain_group) if layout.domain_group else layout.split_by
    groups = {part: re.sub(r"[^a-z0-9]+", "_", "%s_%s" % (prefix.lower(), names[part])) for part in parts}
    paths = {part: os.path.join(layout.dest, resource.keys, "%s.%s" % (name, ending)) for part, name in names.items()}
    hosts = _hosts(told, groups.values())
    in_order = sorted(paths.items(), key=_second)
    return [_file(resource, parts[part], layout.format, path, groups[part], hosts) for part, path in in_order]


def _hosts(told: list[Description], groups: Iterable[str]) -> dict[str, str]:
    """Return the host name of each resource, by identity: Ansible reads all files of a directory as one inventory."""
    return host_names({one.identity: one.options.get("name") for one in told}, groups)


def _second(pair: tuple[object, str]) -> str:
    return pair[1]


def _part_of(one: Description, layout: Layout) -> str | None:
    """Return the value that selects a resource's file; None if the resource has none."""
    value = one.options.get(SPLITS.get(layout.split_by, ""))
    if isinstance(value, dict):
        value = value.get(layout.domain_group)
    elif isinstance(value, list):  # of several tags the first counts: a resource is in one file only
        value = value[0] if value else None
    return None if value is None else str(value)


def _names(split_by: str, parts: list[str | None]) -> dict[str | None, str]:
    """Return a file name for each value: the value itself, plus a digest if two names would be equal."""
    plain = {part: re.sub(r"[^a-z0-9._]+", "-", part.lower()).strip("-.") if part else "no-" + split_by for part in parts}
    found = {}
    for part, name in plain.items():
        is_alone = name and not name.startswith("no-") and sum(other == name for other in plain.values()) == 1
        digest = hashlib.sha256((part or "").encode("utf-8", "surrogatepass")).hexdigest()[:8]
        found[part] = name if is_alone or part is None else "%s-%s" % (name or "x", digest)
    return found


def _file(resource: Resource, told: list[Description], kind: str, path: str, group: str, hosts: dict[str, str]) -> File:
    if kind == "csv":
        rows = [{resource.identity.option: one.identity, **_ordered(resource, one)} for one in told]
        return File(path, "# %s\n%s" % (MARK, write_csv(rows)), resource, told, {}, rows)
    defaults, rows = share(resource, told, plainly=kind == "inventory")
    if kind == "inventory":
        content = as_inventory(group, defaults, rows, [hosts[one.identity] for one in told])
    else:
        content = (as_yaml if kind == "yaml" else as_json)(resource.keys, defaults, rows)
    return File(path, content, resource, told, defaults, rows)


def _ordered(resource: Resource, one: Description) -> dict[str, Any]:
    return {each.name: one.options[each.name] for each in resource.fields if each.name in one.options}


def desired_of(file: File, kind: str) -> list[Desired]:
    """Return a file's content as read back; raises :class:`OptionError` if it differs from the original descriptions."""
    resource = file.resource
    if kind == "inventory":  # Ansible reads it, and host variables replace group variables
        source = Source(rows_of(resource, [{**file.defaults, **row} for row in file.rows]), {"create": False}, [])
    else:
        source = read_source(resource, file.content.encode("utf-8"), os.path.basename(file.path))
    try:
        found = read_desired(resource, source.rows, source.defaults)
    except BadInput as error:
        findings: Any = error.facts["findings"]
        first = findings[0]
        option, identity = first["option"], first[resource.identity.option]
        raise OptionError(NOT_ALIKE % (option, resource.name, identity, kind)) from None
    for one, desired in zip(file.told, found):
        wrong = unlike(resource, one, desired.values) - ({"activation"} if kind == "csv" else set())
        if wrong or desired.identity != one.identity or desired.create:
            raise OptionError(NOT_ALIKE % (", ".join(sorted(wrong)) or "create", resource.name, one.identity, kind))
    return found


def stale_files(dest: str, keys: str, kept: list[str]) -> list[str]:
    """Return the files of one kind that an earlier adoption wrote and this one doesn't."""
    endings = sorted(set(ENDINGS.values()))
    patterns = [os.path.join(glob.escape(dest), *below) for below in ((keys + ".%s",), (keys, "*.%s"))]
    found = [path for pattern in patterns for ending in endings for path in glob.glob(pattern % ending)]
    return sorted(path for path in found if path not in kept and is_ours(content_of(path)))


def content_of(path: str) -> str:
    """Return the content of a file, empty if it doesn't exist."""
    if not os.path.lexists(path):
        return ""
    return _files.read_source_file(path).decode("utf-8", "replace")
