# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The parts of a declaration besides fields: identity, labels, lists for references, imports, encryption, purge conditions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable

from .json_types import JsonTypes
from .texts import Fault
from .values import Values, ValueType


@dataclass(frozen=True)
class Listing:
    """The platform's list of the resources that a field refers to.

    :param path: its path below the subscription.
    :param name: the API's key of a name.
    :param at_once: the number of IDs that one request may ask for, if the list is too long to read; 0 to read the whole list.
    :param shown: the types of further keys that are read from its briefs (XML doesn't show types).
    :param query: the list's parameters that leave out resources that can't be referred to here.
    """

    path: str
    name: str
    at_once: int = 0
    shown: JsonTypes = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The key that identifies this list among others."""
        return "?".join((self.path, *self.query.values()))


@dataclass(frozen=True)
class Labels:
    """A set of labels that requests can add to many resources at once, and remove: a device's tags, its domains.

    :param word: one label's name in a sentence, and the name of the request's document in XML.
    :param path: the list of one resource's labels, below its own address; each brief has a ``name``. Empty if there is no list.
    :param bulk: the path, below the subscription, that labels many resources; empty if each is labeled at ``path``.
    :param members: the API's key of the resources in that request.
    :param lists: the API's keys of the labels that a request adds, and of those that it removes. Without them, a request has
        one label, and its parameter ``action`` says whether to add or remove it.
    :param on_create: whether the body that creates a resource may hold labels; ``on_update`` the same for a change.
    :param at_once: the number of resources that one request may name.
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
    """How the platform creates and deletes many of these resources in one request, with a CSV.

    :param path: its path below the subscription; ``part`` is the CSV's name in the form.
    :param creation: returns the row that creates a resource, or None if no row can. It takes the identity, the described values
        (canonical), the values of a request's body (in the API's words, by option), and whether the platform may be ThingPark
        Enterprise.
    :param deletion: returns the row that deletes the resource with an identity.
    :param labels: option -> the parameter that gives its labels to all resources that one request creates.
    """

    path: str
    part: str
    creation: Callable[[str, Values, dict[str, Any], bool], list[str] | None]
    deletion: Callable[[str], list[str]]
    labels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Gathered:
    """A read-only list that belongs to one resource: the base stations of a multicast group.

    :param path: its path below the resource's own address.
    :param count: the return value with its length.
    """

    path: str
    count: str


@dataclass(frozen=True)
class Encryption:
    """How a resource's keys can be encrypted for the transfer, with the platform's RSA exchange key.

    :param keys: the options whose keys the platform accepts encrypted; ``clear`` those whose keys it accepts only in clear.
    :param version: the option with the exchange key's version.
    :param others: the options that say that the user's key is already encrypted in another way.
    """

    keys: tuple[str, ...]
    clear: tuple[str, ...]
    version: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Identity:
    """The value that identifies a resource among the others of its kind.

    :param option: the user's option.
    :param key: the API's key, in a brief and in the body that creates a resource.
    :param type: the type of its values.
    :param query: the list's parameter that finds one resource; empty if none is known, so that the whole list is read.
    :param address: the resource's path below its list, made from the identity; empty if only the brief's ``href`` shows it.
    :param place: the resource's path below the subscription, if it isn't below its list; it is created there too.
    :param named_by: the option of a name that can stand for the identity. In this case the platform chooses the identity, and
        two resources may have the same name.
    """

    option: str
    key: str
    type: ValueType
    query: str
    address: str = ""
    named_by: str = ""
    place: str = ""

    def parse(self, given: object) -> str:
        """Return a canonical identity; raises :class:`Fault`, also for dots, which would change the path of a request."""
        found = str(self.type.parse(given))
        if found in (".", ".."):
            raise Fault("is %s, which can't be an identifier: correct it" % found)
        return found


@dataclass(frozen=True)
class Users:
    """The resources of another kind that use a resource, if its own brief doesn't count them.

    :param path: the path of their list below the subscription; ``params`` are the list's parameters.
    :param key: the path, in their briefs, of the used resource's identity.
    :param count: the key under which the number is added to the used resource's brief.
    """

    path: str
    params: dict[str, object]
    key: tuple[str, ...]
    count: str


@dataclass(frozen=True)
class Within:
    """A condition of a purge's scope: the resource has all the given values, such as tags."""

    option: str


@dataclass(frozen=True)
class Beginning:
    """A condition of a purge's scope: the option's value has a prefix; without an option, the identity has it.

    :param type: the type of the prefix.
    """

    type: ValueType
    option: str = ""
