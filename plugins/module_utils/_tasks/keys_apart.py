# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keys outside of the description, such as from a vault, by the identity of their resources."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Callable

from .. import _files
from .._engine.desired import Desired, Problem, refuse
from .._engine.fingerprints import Fingerprints
from .._engine.outcomes import FAILED, SKIPPED, Outcome
from .._engine.sources import Source, overlaid, read_source
from .._errors import OptionError
from .._schema.resource import Resource
from .._schema.row import Row
from .._schema.texts import Fault

ON_CHANGE = "on_change"
#: Options for keys outside of the description.
OPTIONS: dict[str, dict[str, Any]] = {
    "keys": {"type": "dict", "no_log": False},
    "keys_src": {"type": "path", "no_log": False},
}
NEEDS_KEYS = "update_keys on_change needs keys or keys_src: keys in the description can't be compared with the last run's"
BOTH = "keys and keys_src can't be combined: give one of them"
NO_KEY = "is not a key: keys contains only %s"
TWICE = "%s has keys twice, first in %s: remove one of them"
NO_OPTIONS = "must be a dictionary of keys, such as app_key"
ENCRYPTED = "keys_src %s is encrypted, and keys_src doesn't decrypt: give the keys in keys, from vars_files or the lookup unvault"
OVERRULED = (
    "for %d of the %s, the description has other keys than keys or keys_src, and the description counts: remove them from one of "
    "the two; the first: %s"
)
ENCRYPTED_FILE = b"$ANSIBLE_VAULT;"


def has_keys(resource: Resource) -> bool:
    """Return whether a kind of resource has keys, and an identity that the user knows in advance."""
    return bool(resource.secret_options) and not resource.identity.named_by


class KeysApart:
    """A task's keys outside of the description.

    :param by_identity: raw options by canonical identity.
    :param is_written: write keys that have changed since the last run.
    """

    def __init__(self, resource: Resource, by_identity: dict[str, dict[str, Any]], is_written: bool) -> None:
        self._resource = resource
        self._by_identity = by_identity
        self._is_written = is_written
        self._fingerprints = Fingerprints("")
        self._given: dict[str, dict[str, Any]] = {}
        self._overruled: list[str] = []

    def added(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield the rows, each with its keys; a row's own options take precedence."""
        if not self._by_identity:
            yield from rows
            return
        type_, option = self._resource.identity.type, self._resource.identity.option
        for row in rows:
            try:
                identity = str(type_.parse(row.raw.get(option)))
            except Fault:  # the fault is reported when the row is read
                identity = ""
            keys = self._by_identity.get(identity, {})
            if keys and self._are_others(keys, row.raw):
                self._overruled.append(identity)
            yield replace(row, raw=overlaid(self._resource, keys, row.raw)) if keys else row

    def _are_others(self, keys: dict[str, Any], raw: dict[str, Any]) -> bool:
        """Return whether a row has another value for one of the keys."""
        by_name = self._resource.by_name
        own = {by_name[name].name: given for name, given in raw.items() if name in by_name and given is not None}
        for name, given in keys.items():
            option = by_name[name]
            try:
                if given is not None and option.name in own and option.type.parse(own[option.name]) != option.type.parse(given):
                    return True
            except Fault:  # the fault is reported when the row is read, unless the row's key replaces a faulty one
                continue
        return False

    def remember(self, described: list[Desired], path: str, warn: Callable[[str], object]) -> None:
        """Load the last run's fingerprints, and mark resources with changed keys for a rewrite."""
        if not self._by_identity:
            return
        if self._overruled:
            warn(OVERRULED % (len(self._overruled), self._resource.plural, self._overruled[0]))
        self._fingerprints = Fingerprints(path, warn)
        secret = self._resource.secret_options
        for desired in described:
            if desired.identity in self._by_identity and not desired.absent:
                keys = {name: value for name, value in desired.values.items() if name in secret}
                self._given[desired.identity] = keys
                desired.rewrites_keys = self._is_written and self._fingerprints.has_changed(desired.identity, keys)

    def note(self, described: list[Desired], outcomes: list[Outcome], always: bool) -> None:
        """Remember the keys that the platform has now.

        For a resource without a fingerprint, the keys count as written even if it failed, as it may have been created with them.

        :param always: all keys were written.
        """
        rewritten = {desired.identity for desired in described if desired.rewrites_keys}
        for outcome in outcomes:
            identity = outcome.identity
            if identity not in self._given:
                continue
            is_done = outcome.action not in (FAILED, SKIPPED)
            is_sent = is_done and (always or outcome.action == "created" or identity in rewritten)
            if is_sent or not self._fingerprints.is_known(identity):
                self._fingerprints.note(identity, self._given[identity])

    def save(self) -> None:
        """Save the fingerprints; raises :class:`OptionError` on failure."""
        self._fingerprints.save()


def read_keys(resource: Resource, params: dict[str, Any]) -> KeysApart:
    """Return the keys of a task; raises :class:`OptionError`, and :class:`BadInput` for invalid keys."""
    given, path = params.get("keys"), params.get("keys_src")
    if given is not None and path:
        raise OptionError(BOTH)
    is_written = params.get("update_keys") == ON_CHANGE
    if is_written and given is None and not path:
        raise OptionError(NEEDS_KEYS)
    problems: list[Problem] = []
    found: dict[str, dict[str, Any]] = {}
    first: dict[str, str] = {}
    for where, identity, options in _entries(resource, given or {}, path, problems):
        try:
            name = str(resource.identity.type.parse(identity))
        except Fault as fault:
            problems.append(Problem(where, "", resource.identity.option, str(fault)))
        else:
            if name in first:
                problems.append(Problem(where, name, resource.identity.option, TWICE % (name, first[name])))
            found[name], first[name] = options, where
        wrong = [name for name in options if name not in resource.secret_options]
        known = ", ".join(sorted(resource.secret_options))
        problems += [Problem(where, str(identity), name, NO_KEY % known) for name in wrong]
    refuse(resource, problems)
    return KeysApart(resource, found, is_written)


def _entries(
    resource: Resource, given: dict[str, Any], path: str | None, problems: list[Problem]
) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Yield place, identity and keys of each entry. From a file, only the keys and their faults are used."""
    for identity, options in given.items():
        if not isinstance(options, dict):
            raise OptionError("keys.%s %s" % (identity, NO_OPTIONS))
        yield "keys", identity, options
    if path:
        source = _source_of(resource, path)
        for row in source.rows:
            place = "%s, %s" % (os.path.basename(path), row.where)
            count = ("row", resource.identity.option, *resource.secret_options)
            faults = [fault for fault in row.faults if not row.is_readable or fault[0] in count]
            problems += [Problem(place, "", row.labels.get(option, option), message) for option, message in faults]
            if not row.is_readable:
                continue
            secret = {name: value for name, value in row.raw.items() if name in resource.secret_options}
            yield place, row.raw.get(resource.identity.option), secret


def _source_of(resource: Resource, path: str) -> Source:
    """Return the content of ``keys_src``, with this option's name in messages; raises :class:`OptionError`."""
    content, name = _files.read_source_file(path, "keys_src"), os.path.basename(path)
    if content.startswith(ENCRYPTED_FILE):
        raise OptionError(ENCRYPTED % name)
    try:
        return read_source(resource, content, name)
    except OptionError as error:
        raise OptionError("keys_%s" % error if str(error).startswith("src ") else str(error)) from None
