# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks of a resource that need code: a declaration overrides only the methods that it needs."""

from __future__ import annotations

from typing import Any, Callable, Protocol

from .row import Faults
from .values import Values


class Facts(Protocol):
    """The known facts about a resource on the platform."""

    brief: dict[str, Any] | None
    whole: dict[str, Any] | None

    def value(self, option: str) -> object:
        """Return the canonical value of an option, or UNKNOWN."""


#: Sends a GET to a path below the subscription, with parameters; returns None if the platform doesn't know the path.
Ask = Callable[[str, "dict[str, str]"], "dict[str, Any] | None"]
#: A change of a resource's options: ``(action, before, after)``.
Changed = tuple[str, Values, Values]


IN_USE = "it is used by %s, and the platform deletes only unused ones: assign another one to these first"


def in_use(brief: dict[str, Any], counts: tuple[tuple[str, str], ...]) -> str:
    """Return why a resource that others use is not deleted, or an empty text.

    :param counts: keys of its brief that count its users, each with the user's name in a sentence.
    """
    numbers = [(brief.get(key), what) for key, what in counts]
    used = ["%d %s%s" % (count, what, "s" if count != 1 else "") for count, what in numbers if isinstance(count, int) and count]
    return IN_USE % " and ".join(used) if used else ""


class Rules:
    """The rules of a resource that has none of its own."""

    #: Options that can replace the identity, such as an onboarding code that holds it.
    identifying: tuple[str, ...] = ()
    #: Options for which ``is_compared`` and ``stand_in`` are called.
    judged: tuple[str, ...] = ()
    #: Options of which some kinds of platform accept fewer values: ``check_here`` is called for a description with one of them.
    limited_here: tuple[str, ...] = ()
    #: Options whose limits only the platform knows: ``check_limits`` is called for a change of one of them.
    limited_by_platform: tuple[str, ...] = ()

    def identify(self, raw: dict[str, Any], faults: Faults) -> tuple[str, Any]:
        """Return the identity that an identifying option in ``raw`` holds, and the option's other content; add its faults.

        The other content is the argument ``kept`` of later methods.
        """
        return "", None

    def secrets_in(self, text: str) -> list[str]:
        """Return the secrets that are parts of a longer text, for example of an identifying option."""
        return []

    def complete_row(self, raw: dict[str, Any], defaults: dict[str, Any], kept: Any, faults: Faults) -> None:
        """Add the identifying option's other content to the options of a row."""

    def not_for(self, row: dict[str, Any]) -> set[str]:
        """Return the options for which a row with these options takes no default."""
        return set()

    def check(self, values: Values) -> Faults:
        """Return the faults of values that contradict each other; a given value that can't be read is None."""
        return []

    def complete(self, values: Values) -> None:
        """Add the values that the given values imply."""

    def leave_implied_out(self, values: Values) -> None:
        """Remove the values that other options already imply."""

    def check_creation(self, values: Values, named: Callable[[str], dict[str, Any]]) -> Faults:
        """Return the faults of a description that creates a resource: options that it lacks, or may not have.

        :param named: gives the brief of the resource that an option refers to; empty if it isn't known.
        """
        return []

    def lacking_unless_found(self, kept: Any) -> set[str]:
        """Return the options that may be missing at first, since the platform can find them from the identifying option."""
        return set()

    def question(self, kept: Any, values: Values) -> tuple[str, str, str, str, tuple[str, ...]] | None:
        """Return the request to the platform before a resource can be created: ``(option, path, key, text, secrets)``.

        Requests with the same key have the same answer. None if there is nothing to ask.
        """
        return None

    def answered(self, answer: dict[str, Any]) -> list[str]:
        """Return the values for the option that the answer to :meth:`question` offers."""
        return []

    def undecided(self, kept: Any, offered: list[str]) -> str:
        """Return the message if the answer offers no value, or several."""
        return ""

    def is_compared(self, option: str, values: Values, observed: Facts) -> bool:
        """Return whether a difference in this option counts."""
        return True

    def stand_in(self, option: str, values: Values, observed: Facts) -> object:
        """Return the actual value of an option, or the value that other options imply if the platform doesn't show it."""
        return observed.value(option)

    def refuse_change(self, values: Values, observed: Facts) -> str:
        """Return why the platform can't make this change to an existing resource, or an empty text."""
        return ""

    def refuse_deletion(self, observed: Facts) -> str:
        """Return why an existing resource is not deleted, or an empty text."""
        return ""

    def check_here(self, values: Values, is_enterprise: bool) -> Faults:
        """Return the faults of values that this kind of platform doesn't accept."""
        return []

    def check_limits(self, observed: Facts, after: Values, ask: Ask) -> Faults:
        """Return the faults of values beyond a limit that the platform shows, for a resource to be created or changed.

        :param after: the options that change, with their new values.
        """
        return []

    def sent_besides(self, options: list[str], values: Values) -> list[str]:
        """Return the options that the request needs besides those that differ."""
        return []

    def implied(self, values: Values, observed: Facts, after: Values) -> Values:
        """Return the further changes that the platform makes by itself with this change: option -> new value."""
        return {}

    def action_of(self, differing: list[str], values: Values) -> str:
        """Return the name of a change that isn't a plain update, or an empty text."""
        return ""

    def query(self, body: dict[str, Any], may_choose: bool) -> dict[str, str]:
        """Return the parameters of a request with this body.

        :param may_choose: the subscription's address is ``mine``: the platform may be ThingPark Enterprise, which chooses plans.
        """
        return {}

    def warnings(self, created: list[tuple[str, Values]], may_choose: bool) -> list[str]:
        """Return the warnings about resources that are to be created: ``(identity, values)`` each."""
        return []

    def check_run(self, changes: list[Changed], listed: Callable[[str], list[dict[str, Any]]]) -> list[tuple[str, str]]:
        """Return the faults of all changes of a run together, such as too few licenses: ``(option, message)`` each.

        :param listed: gives the list of the resources that an option refers to; the list is read once.
        """
        return []

    def unreadable(self, observed: Facts) -> list[str]:
        """Return the options of secrets that this resource may have, and that the platform never shows."""
        return []
