# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The types of values, which JSON shows by itself and XML doesn't.

Declarations give the types by the API's keys. A key without a type holds a text, or an object if it has elements inside.

Letters in parentheses, here and in the other packages, name the source of a fact: P the operator's page on the API, X the
XML schemas, O observed in public clients, ? nowhere: this collection's own choice. "Contract" is the OpenAPI document.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Union

#: TIME is epoch milliseconds in JSON and ``xs:dateTime`` in XML (X).
TEXT, INTEGER, NUMBER, FLAG, TIME = "text", "integer", "number", "flag", "time"


class ListOf(NamedTuple):
    """A list, ``<briefs><brief>..</brief></briefs>`` in XML.

    :param member: the name of a member's element in XML; by default the list's name without its last letter. The XML schemas
        have only ``briefs`` and ``brief``; other lists follow this example (?).
    :param kind: the type of a member that is a plain value.
    """

    member: str = ""
    kind: str = TEXT

    def member_of(self, key: str) -> str:
        """Return the XML element's name for a member of the list with this key."""
        return self.member or key[:-1]


JsonType = Union[str, ListOf]
#: The types by the API's keys, which are the same anywhere in a document.
JsonTypes = Mapping[str, JsonType]
