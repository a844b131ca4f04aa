# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a message says about options that a module or plugin doesn't have: each with the options that the user may have meant."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from ..module_utils._schema.near import did_you_mean, nearest, some_of
from ..module_utils._schema.texts import without_keys


def unknown_options(names: Iterable[object], spec: dict[str, Any], secrets: Collection[str] = ()) -> str:
    """Return unknown options for a message: ``filters.tagg (did you mean tag?), colour (use one of alarm, domain and 9 more)``.

    :param names: the names; the name of an option within another one is a tuple, as in ``ValidationResult``.
    :param spec: the argument spec, the options first that a message should offer first.
    :param secrets: a secret in the place of a name gets no near names, which would show what it looks like.
    """
    within: dict[tuple[str, ...], list[str]] = {}
    for path in sorted(name if isinstance(name, tuple) else (str(name),) for name in names):
        within.setdefault(path[:-1], []).append(path[-1])
    told = []
    for above, unknown in within.items():
        known = _known(above, spec)
        near = {name: "" if name in secrets else did_you_mean(nearest(name, known)) for name in unknown}
        unknown.sort(key=lambda name: not near[name])  # names without a near one come last: the list of names is for all of them
        called = [without_keys(".".join((*above, name))) + near[name] for name in unknown]
        told.append(some_of(called) + ("" if all(near.values()) else " (use one of %s)" % some_of(known)))
    return ", ".join(told)


def _known(above: tuple[str, ...], spec: dict[str, Any]) -> list[str]:
    """Return the names of the options within an option, or of all options, with their other names at the end."""
    for part in above:
        found = [entry for name, entry in spec.items() if part in (name, *entry.get("aliases", ()))]
        spec = found[0].get("options", {}) if found else {}
    return [*spec, *(alias for entry in spec.values() for alias in entry.get("aliases", ()))]
