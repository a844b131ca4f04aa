# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a declaration says of a resource besides its fields: its identity, its labels, what it names, what a purge may ask for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable

from .json_types import JsonTypes
from .texts import Fault
from .values import Values, ValueType


@dataclass(frozen=True)
class Listing:
    """The platform's list of what a field names.

    :param path: below the subscription.
    :param name: the API's key of a name.
    :param at_once: how many IDs one request may ask for, where the list is too long to be read; 0 where it is read whole.
    :param shown: the types of what is read of its briefs besides (XML doesn't say them).
    :param query: the list's parameters that leave out what can't be named here.
    """

    path: str
    name: str
    at_once: int = 0
    shown: JsonTypes = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What tells it from other lists."""
        return "?".join((self.path, *self.query.values()))


@dataclass(frozen=True)
class Labels:
    """A part that is a set, added to and removed from many resources at once: a device's tags, its domains.

    :param word: what a sentence calls one, which is also what XML calls the request's document.
    :param path: its list, below the resource's own address; each of its briefs has a ``name``. Nothing where there is none.
    :param bulk: where many resources are labelled, below the subscription; nothing where each is labelled at ``path``.
    :param members: the API's key of the resources in that request.
    :param lists: the API's keys of all that a request adds, and of all that it removes. Without them a request names one
        label, and its parameter ``action`` says what is meant.
    :param on_create: the body that makes a resource may hold them; ``on_update`` the one that changes it.
    :param at_once: how many resources one request may name.
    """

    word: str
    path: str = ""
    bulk: str = ""
    members: str = ""
    lists: tuple[str, str] | None = None
    on_create: bool = False
    on_update: bool = False
    at_once: int = 1


@dataclass(frozen=True)
class Importing:
    """How the platform makes and deletes many of these resources in one request, the rows of a CSV.

    :param path: where, below the subscription; ``part`` is what the form calls the CSV.
    :param creation: gives the row that makes a resource: of its identity, of all that is described (canonical), of what a body
        would say (in the API's words, by option), and of whether the platform may be the Enterprise edition. None where no row
        can say it.
    :param deletion: gives the row that deletes a resource, of its identity.
    :param labels: option -> the parameter that gives its labels to all that one request makes.
    """

    path: str
    part: str
    creation: Callable[[str, Values, dict[str, Any], bool], list[str] | None]
    deletion: Callable[[str], list[str]]
    labels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Gathered:
    """A list that belongs to one resource and is only looked at: the base stations of a multicast group.

    :param path: below the resource's own address.
    :param count: what its length is called as a return value.
    """

    path: str
    count: str


@dataclass(frozen=True)
class Encryption:
    """How a resource's keys can be encrypted on their way, with the platform's RSA exchange key.

    :param keys: the options of keys that the platform takes so; ``clear`` those of the others.
    :param version: the option that says which exchange key it was.
    :param others: the options that say of a described key that something else has encrypted it.
    """

    keys: tuple[str, ...]
    clear: tuple[str, ...]
    version: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Identity:
    """How a resource is told from the others of its kind.

    :param option: what a user calls it.
    :param key: the API's key, in a brief and in the body that makes a resource.
    :param type: what its values are.
    :param query: the list's parameter that finds one; nothing where none is known, and the list is read.
    :param address: the resource's path below its list, of the identity; nothing where only its brief's ``href`` tells it.
    :param place: its path below the subscription instead, where that isn't below its list; it is made there too.
    :param named_by: the option of a name, by which it may be meant as well. The platform makes the identity then, and nothing
        says that no two have one name.
    """

    option: str
    key: str
    type: ValueType
    query: str
    address: str = ""
    named_by: str = ""
    place: str = ""

    def parse(self, given: object) -> str:
        """Return a canonical identity; raises :class:`Fault`, also for dots, which lead elsewhere in an address."""
        found = str(self.type.parse(given))
        if found in (".", ".."):
            raise Fault("is %s, which can't be an identifier: correct it" % found)
        return found


@dataclass(frozen=True)
class Users:
    """The resources of another kind that use one, where its own brief doesn't count them.

    :param path: their list, below the subscription, with ``params``.
    :param key: the keys, in their briefs, of the identity that they use.
    :param count: as which key of its brief the number is entered.
    """

    path: str
    params: dict[str, object]
    key: tuple[str, ...]
    count: str


@dataclass(frozen=True)
class Within:
    """A condition of a scope: a resource has all of these, such as a tag."""

    option: str


@dataclass(frozen=True)
class Beginning:
    """A condition of a scope: a value begins so; without an option, the identity.

    :param type: what the beginning is.
    """

    type: ValueType
    option: str = ""
