# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes the platform's resources to description files that, when applied, change and create nothing."""

from __future__ import annotations

import csv
import io
import os
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .. import _files
from .._api.resources import Client, ResourceClient
from .._engine.cache import Cache
from .._engine.description import Description, describe, is_open
from .._engine.plan import NOTHING, Observed
from .._engine.policy import Policy
from .._engine.prepare import make_plan
from .._engine.selection import listed
from .._engine.writing import is_ours
from .._errors import OptionError
from .._frame.connection import account_of, connected
from .._frame.task import Context, Task
from .._resources.alarm_subscription import ALARM_SUBSCRIPTION
from .._resources.application_server import APPLICATION_SERVER
from .._resources.device.declaration import DEVICE
from .._resources.device.export_csv import not_in_csv
from .._resources.multicast_group import MULTICAST_GROUP
from .._resources.routing_profile import ROUTING_PROFILE
from .._schema.near import suggestion
from .._schema.resource import Resource
from .._schema.texts import shown
from .._workers import check_parallel, each
from .adopted_files import ENDINGS, SPLITS, File, Layout, content_of, desired_of, files_of, stale_files
from .info import filters_in, look
from .progress import progress_of


class Adoptable(NamedTuple):
    """A kind of resource that can be adopted.

    :param is_filtered: the option ``filters`` applies to it.
    :param keys_file: file that lists resources with unreadable keys; empty if it has no keys.
    """

    resource: Resource
    is_filtered: bool = False
    keys_file: str = ""


#: The kinds that can be adopted.
ADOPTABLE = {
    one.resource.keys: one
    for one in (
        Adoptable(DEVICE, True, "keys.missing.csv"),
        Adoptable(APPLICATION_SERVER),
        Adoptable(ROUTING_PROFILE),
        Adoptable(MULTICAST_GROUP),
        Adoptable(ALARM_SUBSCRIPTION),
    )
}
MODULE = "tdm_adopt"
#: The one secret that a new device doesn't need.
NOT_NEEDED = "owner_token"
KEYS_KEPT = "%s contains keys that somebody filled in, and was not overwritten: move it to a safe place, and run again"
NO_COLUMN = "format csv has no column for what some %s have: %s. Name these in leave_out, or use the format yaml"
NEEDS_GROUP = "domain_group is missing: split_by domain needs a group of domains, such as Site"
NO_SPLIT = "domain_group is given, but split_by isn't domain: leave it out"
SPLIT_LEFT_OUT = "split_by %s needs the option %s, which leave_out names: take it out there"
ONLY_DEVICES = "format csv is only for devices: use yaml for %s"
WOULD_CHANGE = (
    "%d %s (%s) changed on the platform during this run, and nothing was written: run again when nobody else changes them"
)
NONE_FOUND = "No %s was found: nothing was written or removed for them"
NOT_OURS = "%s exists, and was not written by adopting: move it away, or name another dest"
LEFT_OUT = "%d options can't be described, and are left unchanged: the return value left_out lists each with the reason"


@dataclass
class Found:
    """The resources of one kind.

    :param told: their descriptions, in the order of ``observed``.
    """

    adoptable: Adoptable
    observed: list[Observed]
    told: list[Description]


@dataclass
class Written:
    """The files to write, and the facts for the result."""

    files: list[File] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)  # path -> content
    stale: list[str] = field(default_factory=list)
    left_out: list[dict[str, str]] = field(default_factory=list)
    keys_missing: int = 0


class _Seen(ResourceClient):
    """The resources of one kind; those fetched before are not fetched again."""

    def __init__(self, api: ResourceClient, observed: list[Observed]) -> None:
        super().__init__(api.client, api.resource)
        self._observed = {one.address: one for one in observed if one.whole is not None}

    def get(self, identity: str) -> dict[str, Any] | None:
        seen = self._observed.get(identity)
        return seen.whole if seen is not None else super().get(identity)

    def labels(self, option: str, identity: str) -> tuple[str, ...]:
        seen = self._observed.get(identity)
        parts = (seen.parts if seen is not None else None) or {}
        return parts[option] if option in parts else super().labels(option, identity)


class _Adoption:
    """One run of the task.

    :param layout: the places of the files.
    """

    def __init__(self, params: dict[str, Any], context: Context, layout: Layout) -> None:
        self._params = params
        self._context = context
        self._layout = layout
        self._without = frozenset(params["leave_out"] or [])
        self.written = Written()

    def take(self, client: Client, one: Adoptable, filters: dict[str, Any]) -> None:
        """Prepare the files of one kind; nothing is written yet."""
        resource, written = one.resource, self.written
        found = self._found(ResourceClient(client, resource), one, filters)
        if not found.told:
            self._context.warn(NONE_FOUND % resource.name)
            return
        self._refuse_lost(found)
        files = files_of(resource, found.told, self._layout)
        for file in files:
            old = content_of(file.path)
            if old.strip() and not is_ours(old):
                raise OptionError(NOT_OURS % file.path)
        self._refuse_changes(ResourceClient(client, resource), found, files)
        written.files += files
        written.texts.update((file.path, file.content) for file in files)
        written.stale += stale_files(self._layout.dest, resource.keys, [file.path for file in files])
        written.left_out += [
            {"resource": resource.key, "id": told.identity, "option": option, "message": message}
            for told in found.told
            for option, message in told.left_out
        ]
        if one.keys_file:
            self._list_keys(os.path.join(self._layout.dest, one.keys_file), found)

    def _found(self, api: ResourceClient, one: Adoptable, filters: dict[str, Any]) -> Found:
        resource = one.resource
        briefs = listed(api, filters if one.is_filtered else {})
        observed = [Observed(resource, brief) for brief in briefs]
        if self._params["gather"] == "whole":
            self._look(api, [each for each in observed if is_open(each)])
        observed = [each for each in observed if each.exists]
        return Found(one, observed, [describe(each, self._without) for each in observed])

    def _look(self, api: ResourceClient, observed: list[Observed]) -> None:
        """Fetch these resources as a whole, and save fields that the list lacks for the next fleet run."""
        tell = progress_of(self._context, MODULE, api.resource.plural) if self._params["progress"] else None
        cache = Cache(api.resource, self._cache_path(api.resource))
        done: list[None] = []

        def fetch(one: Observed) -> None:
            look(api, one)
            if one.whole is not None:
                cache.remember(one.address, one.whole)
            done.append(None)

        def tick() -> None:
            if tell is not None:
                tell(len(done), len(observed), 0)

        each(observed, fetch, min(self._params["parallel"], len(observed)), tick)
        try:
            cache.save()
        except OptionError as error:
            message = "The state of the %s could not be saved for the next run: %s"
            self._context.warn(message % (api.resource.plural, error.message))

    def _cache_path(self, resource: Resource) -> str:
        if not resource.is_dated or self._context.check:
            return ""
        return os.path.join(_files.home(), "%s-%s.json" % (resource.keys, account_of(self._params, Context()).key()))

    def _refuse_lost(self, found: Found) -> None:
        """Raise :class:`OptionError` if CSV has no column for an option."""
        if self._layout.format != "csv":
            return
        lost = Counter(name for one in found.told for name in not_in_csv(one.options))
        if lost:
            named = ", ".join("%s (%d)" % pair for pair in sorted(lost.items()))
            raise OptionError(NO_COLUMN % (found.adoptable.resource.plural, named))

    def _refuse_changes(self, api: ResourceClient, found: Found, files: list[File]) -> None:
        """Read the files back, plan to apply them, and raise :class:`OptionError` if that would change anything."""
        resource = api.resource
        described = [desired for file in files for desired in desired_of(file, self._layout.format)]
        policy = Policy(parallel=self._params["parallel"])
        plan = make_plan(_Seen(api, found.observed), described, policy, Cache(resource, ""))
        wrong = [change.identity for change in plan.changes if change.action != NOTHING]
        if wrong:
            raise OptionError(WOULD_CHANGE % (len(wrong), resource.plural, ", ".join(wrong[:10])))

    def _list_keys(self, path: str, found: Found) -> None:
        """Prepare the file that lists resources with unreadable keys; a file that somebody filled in stays."""
        resource = found.adoptable.resource
        needs = {one.address: resource.rules.unreadable(one) for one in found.observed}
        needed = {name for names in needs.values() for name in names} - {NOT_NEEDED}
        columns = [each.name for each in resource.fields if each.name in needed]
        rows = [identity for identity in sorted(needs) if needed.intersection(needs[identity])]
        self.written.keys_missing = len(rows)
        old = content_of(path)
        if any(cell.strip() for row in list(csv.reader(io.StringIO(old)))[1:] for cell in row[1:]):
            self._context.warn(KEYS_KEPT % path)
        elif rows:
            lines = [[resource.identity.option, *columns], *([identity, *[""] * len(columns)] for identity in rows)]
            text = io.StringIO()
            csv.writer(text, lineterminator="\n").writerows(lines)
            self.written.texts[path] = text.getvalue()
        elif old:
            self.written.stale.append(path)

    def finish(self) -> dict[str, Any]:
        """Write changed files and remove obsolete ones; return the result."""
        written, context = self.written, self._context
        old = {path: content_of(path) for path in [*written.texts, *written.stale]}
        new = {**written.texts, **dict.fromkeys(written.stale, "")}
        changed = [path for path in new if new[path] != old[path]]
        if not context.check:
            for path in changed:
                if path in written.texts:
                    _files.write(path, new[path].encode("utf-8"))
                else:
                    _files.remove(path)
        if written.left_out:
            context.warn(LEFT_OUT % len(written.left_out))
        result: dict[str, Any] = {
            "changed": bool(changed),
            "files": self._told_files(changed),
            "left_out": written.left_out,
            "keys_missing": written.keys_missing,
        }
        total = sum(len(file.told) for file in written.files)
        result["msg"] = "described %d resources; files: %d, new or changed: %d" % (total, len(written.texts), len(changed))
        if context.diff:
            result["diff"] = [
                {"before_header": path, "after_header": path, "before": old[path], "after": new[path]} for path in changed
            ]
        return result

    def _told_files(self, changed: list[str]) -> list[dict[str, Any]]:
        told = [
            {
                "file": file.path,
                "resources": file.resource.keys,
                "count": len(file.told),
                "action": "written" if file.path in changed else "unchanged",
            }
            for file in self.written.files
        ]
        removed = [path for path in self.written.stale if path in changed]
        return told + [{"file": path, "resources": "", "count": 0, "action": "removed"} for path in removed]


def run(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Write the platform's resources to files."""
    started = time.monotonic()
    chosen = [ADOPTABLE[keys] for keys in dict.fromkeys(params["resources"])]
    layout = _layout(params, chosen)
    filters = _filters(params)
    adoption = _Adoption(params, context, layout)
    with connected(params, context) as client:
        for one in chosen:
            adoption.take(client, one, filters)
    result = adoption.finish()
    requests = dict(sorted(client.session.transport.counts.items()))
    return {**result, "requests": requests, "seconds": round(time.monotonic() - started, 3)}


def _layout(params: dict[str, Any], chosen: list[Adoptable]) -> Layout:
    """Return the places of the files; raises :class:`OptionError` for invalid options."""
    check_parallel(params["parallel"])
    if not params["dest"]:
        raise OptionError("dest is empty: name the directory for the files")
    split_by, group = params["split_by"] or "", params["domain_group"] or ""
    if split_by == "domain" and not group:
        raise OptionError(NEEDS_GROUP)
    if group and split_by != "domain":
        raise OptionError(NO_SPLIT)
    without = params["leave_out"] or []
    known = {name for one in chosen for name in one.resource.by_name}
    for name in without:
        if name not in known:
            message = "leave_out has %s, which is not an option of the adopted resources%s"
            raise OptionError(message % (shown(name), suggestion(name, sorted(known))))
    if split_by and SPLITS[split_by] in without:
        raise OptionError(SPLIT_LEFT_OUT % (split_by, SPLITS[split_by]))
    others = [one.resource.plural for one in chosen if one.resource.own_table is None]
    if params["format"] == "csv" and others:
        raise OptionError(ONLY_DEVICES % " and ".join(others))
    return Layout(params["dest"], params["format"], split_by, group)


def _filters(params: dict[str, Any]) -> dict[str, Any]:
    """Return the filters; raises :class:`OptionError` if they are invalid."""
    (resource,) = (one.resource for one in ADOPTABLE.values() if one.is_filtered)
    found = filters_in(resource, params["filters"] or {})
    if found and resource.keys not in params["resources"]:
        raise OptionError("filters are about %s, which resources doesn't name: leave them out" % resource.plural)
    return found


TASK = Task(
    {
        "dest": {"type": "path", "required": True},
        "format": {"type": "str", "choices": list(ENDINGS), "default": "yaml"},
        "resources": {"type": "list", "elements": "str", "choices": list(ADOPTABLE), "default": ["devices"]},
        "filters": {"type": "dict"},
        "split_by": {"type": "str", "choices": list(SPLITS)},
        "domain_group": {"type": "str"},
        "leave_out": {"type": "list", "elements": "str"},
        "gather": {"type": "str", "choices": ["whole", "briefs"], "default": "whole"},
        "parallel": {"type": "int", "default": 8},
        "progress": {"type": "bool", "default": True},
    },
    run,
)
