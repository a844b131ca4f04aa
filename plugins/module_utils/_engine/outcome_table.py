# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The outcome of each resource of a run as a table for people, with a remedy for each failure. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from .._errors import BadInput, TdmError
from .._schema.resource import Resource
from .csv_text import as_csv
from .outcomes import FAILED, Outcome

#: Action of a resource whose description has a fault: the run was refused before it began.
REFUSED = "refused"
#: The columns after the one that names the resource.
COLUMNS = ("where", "action", "error", "remedy")
MEND = "Fix the description, and run again: nothing was changed"
OTHERWISE = "Look up the error on the page 'Errors and remedies', and run again"
ENDED = "the run was stopped from outside: what it did until then is not listed"
AGAIN = "Run again: the next run checks what took effect"
LATER = "Run again later, when the platform answers"
BEFORE = "Fix what failed before it, and run again"
#: Remedies by words of the error. The first match counts.
REMEDIES = (
    ("the collection has a bug", "Report it, with the traceback that -vvv shows"),
    ("not begun: its replacement", BEFORE),
    ("the platform gave no usable answer for", LATER),
    ("were refused alike", "Remove the cause that the error names, and run again"),
    ("not begun:", BEFORE),
    ("Whether it took effect is unknown", AGAIN),
    ("somebody else changed", "Look at that change, and run again; force: true overwrites it"),
    ("other programs keep changing the", "Find the other program that writes it, and run again"),
    ("was deleted by somebody else", AGAIN),
    ("doesn't exist, and create: false", "Correct its identifier, or set create: true and give the missing options"),
    ("which ThingPark can't change", "Remove that option, or delete it and create it again by hand"),
    ("ThingPark can't change", "Leave it as it is, or delete it and create it again by hand"),
    ("this account may not change", "Ask the operator for the right, or leave the option out"),
    ("(status 5", LATER),
    ("the platform refused", "Remove the cause that the platform names, and run again"),
    ("didn't answer within", LATER),
    ("can't be reached", LATER),
    ("broke before the answer was complete", LATER),
)


def table_of(resource: Resource, outcomes: Iterable[Outcome]) -> str:
    """Return the outcomes of a run as CSV, in the order of the description."""
    return _table(
        resource,
        [(one.identity, one.where, one.action, one.error, remedy_of(one.error) if one.error else "") for one in outcomes],
    )


def table_of_error(resource: Resource, error: BaseException, said: str) -> str:
    """Return as CSV the reason why a run ended before any outcome: a row for each fault of the description, or one for the run.

    :param said: the error's message without secrets.
    """
    if not isinstance(error, BadInput):
        remedy = remedy_of(said) if isinstance(error, TdmError) else AGAIN
        return _table(resource, [("", "", FAILED, said, remedy)])
    key = resource.identity.option
    rows = []
    for finding in error.facts["findings"]:  # type: ignore[attr-defined]
        fault = "%s %s" % (finding["option"], finding["message"])
        rows += [(one.get(key, ""), one["where"], REFUSED, fault, MEND) for one in finding.get("rows", [finding])]
    return _table(resource, rows)


def remedy_of(error: str) -> str:
    """Return the remedy for an error."""
    return next((remedy for words, remedy in REMEDIES if words in error), OTHERWISE)


def heading_of(resource: Resource) -> str:
    """Return the heading of the column that names the resource."""
    return resource.identity.named_by or resource.identity.option


def _table(resource: Resource, rows: Iterable[tuple[str, ...]]) -> str:
    return as_csv((heading_of(resource), *COLUMNS), rows)
