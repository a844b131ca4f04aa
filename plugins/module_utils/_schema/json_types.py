# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What JSON says of a value's type by itself, and XML doesn't.

Declarations state it by the API's keys. A key that none states holds a text, or an object where it has elements of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Union

#: TIME is epoch milliseconds in JSON and ``xs:dateTime`` in XML (X).
TEXT, INTEGER, NUMBER, FLAG, TIME = "text", "integer", "number", "flag", "time"


class ListOf(NamedTuple):
    """A list, ``<briefs><brief>..</brief></briefs>`` in XML.

    :param member: what XML calls a member. X knows ``brief`` alone; by its example, others are called like the list, without
        its last letter (?).
    :param kind: what a member is where it is a plain value.
    """

    member: str = ""
    kind: str = TEXT

    def member_of(self, key: str) -> str:
        """Return what XML calls a member of the list with this key."""
        return self.member or key[:-1]


JsonType = Union[str, ListOf]
#: The types by the API's keys, wherever in a document these stand.
JsonTypes = Mapping[str, JsonType]
