# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of a resource can't be data: a declaration overrides the methods that it needs, and nothing else."""

from __future__ import annotations

from typing import Any, Callable, Protocol

from .row import Faults
from .values import Values


class Facts(Protocol):
    """What is known of a resource on the platform."""

    brief: dict[str, Any] | None
    whole: dict[str, Any] | None

    def value(self, option: str) -> object:
        """Return the canonical value of an option, or UNKNOWN."""


#: Asks the platform at a path below the subscription, with parameters; None where it knows nothing of it.
Ask = Callable[[str, "dict[str, str]"], "dict[str, Any] | None"]
#: Options before and after a change, with what is done: ``(action, before, after)``.
Changed = tuple[str, Values, Values]


IN_USE = "it is used by %s, and the platform deletes only unused ones: assign another one to these first"


def in_use(brief: dict[str, Any], counts: tuple[tuple[str, str], ...]) -> str:
    """Return why a resource that others use is not deleted, or nothing.

    :param counts: keys of its brief that count, with what one of those is called.
    """
    numbers = [(brief.get(key), what) for key, what in counts]
    used = ["%d %s%s" % (count, what, "s" if count != 1 else "") for count, what in numbers if isinstance(count, int) and count]
    return IN_USE % " and ".join(used) if used else ""


class Rules:
    """The rules of a resource without any of its own."""

    #: Options that take the place of the identity, such as a code that holds it.
    identifying: tuple[str, ...] = ()
    #: Options of which ``is_compared`` and ``stand_in`` are asked.
    judged: tuple[str, ...] = ()
    #: Options of which some kinds of platform don't take everything: ``check_here`` is asked of a description with one.
    limited_here: tuple[str, ...] = ()
    #: Options whose limits only the platform knows: ``check_limits`` is asked of a change of one.
    limited_by_platform: tuple[str, ...] = ()

    def identify(self, raw: dict[str, Any], faults: Faults) -> tuple[str, Any]:
        """Return the identity that such an option in ``raw`` holds, and what else is to be kept of it; adds faults."""
        return "", None

    def secrets_in(self, text: str) -> list[str]:
        """Return the secrets in a text that is more than a secret, as such an option may hold."""
        return []

    def complete_row(self, raw: dict[str, Any], defaults: dict[str, Any], kept: Any, faults: Faults) -> None:
        """Add what the identifying option says besides to the options of a row."""

    def not_for(self, row: dict[str, Any]) -> set[str]:
        """Return the options for which a row with these options takes no default."""
        return set()

    def check(self, values: Values) -> Faults:
        """Return the faults of values that must not stand together; one that is given and can't be read is None."""
        return []

    def complete(self, values: Values) -> None:
        """Add what the given values imply."""

    def leave_implied_out(self, values: Values) -> None:
        """Take out of all that is known what other options say already."""

    def check_creation(self, values: Values, named: Callable[[str], dict[str, Any]]) -> Faults:
        """Return what a resource that is to be made lacks, or may not have.

        :param named: what the platform's list shows of the resource that an option names; nothing where it isn't known.
        """
        return []

    def lacking_unless_found(self, kept: Any) -> set[str]:
        """Return the options whose lack is told elsewhere, since the identifying option stands for them."""
        return set()

    def question(self, kept: Any, values: Values) -> tuple[str, str, str, str, tuple[str, ...]] | None:
        """Return what to ask the platform before a resource can be made: ``(option, path, key, text, secrets)``.

        Questions of the same key have the same answer.
        """
        return None

    def answered(self, answer: dict[str, Any]) -> list[str]:
        """Return what an answer to the question offers for the option."""
        return []

    def undecided(self, kept: Any, offered: list[str]) -> str:
        """Return what to say where the answer offers none, or several."""
        return ""

    def is_compared(self, option: str, values: Values, observed: Facts) -> bool:
        """Return whether a difference in this option counts."""
        return True

    def stand_in(self, option: str, values: Values, observed: Facts) -> object:
        """Return the value of an option that the platform doesn't show, where another one tells it."""
        return observed.value(option)

    def refuse_change(self, values: Values, observed: Facts) -> str:
        """Return why the platform can't do it to an existing resource, or nothing."""
        return ""

    def refuse_deletion(self, observed: Facts) -> str:
        """Return why an existing resource is not deleted, or nothing."""
        return ""

    def check_here(self, values: Values, is_enterprise: bool) -> Faults:
        """Return what this kind of platform doesn't take."""
        return []

    def check_limits(self, observed: Facts, after: Values, ask: Ask) -> Faults:
        """Return what the platform would not take of a resource that is to be made or changed.

        :param after: the options that change, as they will be.
        """
        return []

    def sent_besides(self, options: list[str], values: Values) -> list[str]:
        """Return the options that have to be in the request besides those that differ."""
        return []

    def implied(self, values: Values, observed: Facts, after: Values) -> Values:
        """Return what a change of these options brings about by itself: option -> its value afterwards."""
        return {}

    def action_of(self, differing: list[str], values: Values) -> str:
        """Return what a change is called that has a name of its own, or nothing."""
        return ""

    def query(self, body: dict[str, Any], may_choose: bool) -> dict[str, str]:
        """Return the parameters of a request with this body.

        :param may_choose: the platform is one that addresses its only subscription as ``mine``: ThingPark Enterprise.
        """
        return {}

    def warnings(self, created: list[tuple[str, Values]], may_choose: bool) -> list[str]:
        """Return what the user should know of resources that are to be made: ``(identity, values)`` each."""
        return []

    def check_run(self, changes: list[Changed], listed: Callable[[str], list[dict[str, Any]]]) -> list[tuple[str, str]]:
        """Return what all changes of a run together can't have: ``(option, message)`` each.

        :param listed: gives the list of what an option names; the platform is asked for it once.
        """
        return []

    def unreadable(self, observed: Facts) -> list[str]:
        """Return the secrets that a resource of this kind may have, and that nobody can read from the platform."""
        return []
