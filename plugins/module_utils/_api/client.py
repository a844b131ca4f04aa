# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls below one subscription, and the lists in it. Paths and parameters are the contract's; the session knows the way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .._errors import TransportError
from .._schema.json_types import JsonTypes
from .._schema.values import dig
from .codec import NONE
from .session import Call, Session
from .xml_types import SUBSCRIPTION


class Client:
    """One subscription.

    :param read_only: refuse to send anything that changes something; what check mode runs with.
    """

    def __init__(self, session: Session, read_only: bool = False) -> None:
        self.session = session
        self.read_only = read_only

    def subscription(self) -> dict[str, Any]:
        """Return the subscription (contract, Subscription)."""
        return as_object(self.call(Call("GET", "", types=SUBSCRIPTION)), "")

    def pages(self, path: str, params: dict[str, Any] | None = None, types: JsonTypes = NONE) -> Iterator[list[dict[str, Any]]]:
        """Yield the briefs of a list, page by page, until the platform says that there are no more.

        Follows the cursor where the platform gives one (contract, ``cursors.last``), the page's index otherwise.
        Raises :class:`TransportError` rather than end early: a list cut short would make devices look unlisted.

        :param types: what the briefs' keys hold, which XML doesn't say.
        """
        place: dict[str, object] = {}
        last = None
        index = 1
        while True:
            data = as_object(self.call(Call("GET", path, {**(params or {}), **place}, types=types)), path)
            briefs = data.get("briefs")
            if not isinstance(briefs, list) or not all(isinstance(brief, dict) for brief in briefs):
                raise TransportError("the platform's list of %s holds no briefs" % path.strip("/"))
            yield briefs
            if str(data.get("more")).lower() != "true":
                return
            cursor = dig(data, ("cursors", "last")) or None  # missing or null: this platform gives none
            index += 1
            stuck = "pageAfter" in place if cursor is None else cursor == place.get("pageAfter")
            if not briefs or stuck or briefs == last:
                raise TransportError(
                    "the platform's list of %s breaks off at page %d although more is promised" % (path.strip("/"), index)
                )
            place, last = {"pageIndex": index} if cursor is None else {"pageAfter": cursor}, briefs

    def call(self, call: Call) -> object:
        """Return what a call below the subscription answers."""
        if self.read_only and call.verb != "GET" and not call.text:
            raise AssertionError("check mode was about to send %r" % (call,))
        return self.session.call(call._replace(path=self.session.subscription + call.path))


def as_object(data: object, path: str) -> dict[str, Any]:
    """Return an answer that has to be an object; raises :class:`TransportError` for any other."""
    if not isinstance(data, dict):
        raise TransportError("the platform answered %s with something else than an object" % (path or "the subscription"))
    return data
