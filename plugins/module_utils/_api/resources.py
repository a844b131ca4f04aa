# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests below one subscription: reads its lists, and lists, reads, creates, updates and deletes one kind of resource.

Paths and parameters are the contract's. The session adds the host, the base path and the proof of login. A resource's names and
paths come from its declaration: this code names none. Each method is one request or one list.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Callable, TypeVar
from urllib.parse import quote

from .._errors import ApiError, OptionError, TransportError
from .._schema.json_types import JsonTypes
from .._schema.resource import NEVER, Resource
from .._schema.sections import Section
from .._schema.values import dig
from .codec import JSON, MEDIA_TYPES, NONE
from .labelling import Labelling
from .platform import place_of
from .session import Call, Session
from .xml_types import SUBSCRIPTION

Found = TypeVar("Found")
OWN = Section()
INNER_TEXT = re.compile(">([^<>]+)<")


def several(identities: Iterable[str], option: str = "ID") -> str:
    """Return the message about a name that several resources have."""
    return "is the name of several: %s. Give the %s of one" % (", ".join(sorted(identities)), option)


def _texts_in(value: object) -> list[str]:
    """Return the texts of a secret, which may be several: HTTP headers are a list of names and values."""
    if isinstance(value, list):
        return [str(each["value"]) for each in value if isinstance(each, dict) and each.get("value")]
    return [str(value)]


class Client:
    """One subscription.

    :param read_only: refuse requests that change something; for check mode.
    """

    def __init__(self, session: Session, read_only: bool = False) -> None:
        self.session = session
        self.read_only = read_only

    def subscription(self) -> dict[str, Any]:
        """Return the subscription (contract, Subscription)."""
        return as_object(self.call(Call("GET", "", types=SUBSCRIPTION)), "")

    @property
    def rights(self) -> frozenset[str] | None:
        """The account's rights (contract, ``grantedPermissions``), None if the login didn't show them."""
        granted = self.session.grant.facts.get("granted_permissions")
        return frozenset(str(right).lower() for right in granted) if granted else None

    def pages(self, path: str, params: dict[str, Any] | None = None, types: JsonTypes = NONE) -> Iterator[list[dict[str, Any]]]:
        """Yield the briefs of a list, page by page, until the platform says that there are no more.

        Raises :class:`TransportError` rather than end early: with an incomplete list, existing devices would look missing.

        :param types: the types of the briefs' keys, which XML doesn't show.
        """
        for document in self.whole_pages(path, params, types):
            yield document["briefs"]

    def whole_pages(self, path: str, params: dict[str, Any] | None = None, types: JsonTypes = NONE) -> Iterator[dict[str, Any]]:
        """Yield the whole answer for each page of a list, as :meth:`pages` does: the briefs and the other keys.

        Follows the cursor if the platform gives one (contract, ``cursors.last``), the page's index otherwise.
        """
        place: dict[str, object] = {}
        last = None
        index = 1
        while True:
            data = as_object(self.call(Call("GET", path, {**(params or {}), **place}, types=types)), path)
            briefs = data.get("briefs")
            if not isinstance(briefs, list) or not all(isinstance(brief, dict) for brief in briefs):
                raise TransportError("the platform's list of %s contains no briefs: check url" % path.strip("/"))
            yield data
            if str(data.get("more")).lower() != "true":
                return
            cursor = dig(data, ("cursors", "last")) or None  # missing or null: this platform gives none
            index += 1
            stuck = "pageAfter" in place if cursor is None else cursor == place.get("pageAfter")
            if not briefs or stuck or briefs == last:
                raise TransportError(
                    "the platform's list of %s ends at page %d, but promises more: run again" % (path.strip("/"), index)
                )
            place, last = {"pageIndex": index} if cursor is None else {"pageAfter": cursor}, briefs

    def call(self, call: Call) -> object:
        """Return the answer to a call below the subscription."""
        if self.read_only and call.verb != "GET" and not call.text:
            raise AssertionError("check mode was about to send %r" % (call,))
        return self.session.call(call._replace(path=self.session.subscription + call.path))


def as_object(data: object, path: str) -> dict[str, Any]:
    """Return an answer that must be an object; raises :class:`TransportError` for any other."""
    if not isinstance(data, dict):
        raise TransportError(
            "the platform answered %s with something other than a JSON object: check url" % (path or "the subscription")
        )
    return data


class ResourceClient:
    """The resources of one kind in one subscription."""

    #: Whether keys are encrypted for the transfer.
    encrypts = False

    def __init__(self, client: Client, resource: Resource) -> None:
        self.client = client
        self.resource = resource
        self.shown = client.session.platform.of(resource.name)
        self._hidden = [each.path for each in resource.fields if each.seen == NEVER]
        self._hidden_keys = frozenset(path[0] for path in self._hidden)
        self.document = resource.document or resource.name
        self._key = resource.identity.key
        self._types = resource.json_types
        self._accept = MEDIA_TYPES[JSON] if resource.is_less_in_xml else ""
        if resource.is_single or resource.identity.place:
            self.shown.by_identity = True
        elif not resource.identity.address:
            self.shown.by_identity = False
        self._secret_paths = [each.path for each in resource.fields if each.secret]

    def briefs(self, filters: dict[str, Any] | None = None) -> Iterator[list[dict[str, Any]]]:
        """Yield the briefs that match the contract's filters, page by page."""
        size = {"pageSize": self.resource.page} if self.resource.page else {}
        params = {**self.resource.listing, **size, **(filters or {})}
        for nested in self._pages(params):
            page = [self.resource.in_list(brief) for brief in nested]
            for brief in page:
                self._learn(brief)
            yield [self._seen(brief) for brief in page if self.resource.is_one(brief)]

    def _pages(self, params: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
        try:
            yield from self.client.pages(self.resource.path, params, self._types)
        except ApiError as error:
            # Other platforms may be addressed as ``mine`` too (O), but only Enterprise doesn't know the path.
            if error.status == 404 and self.client.session.is_mine and self.resource.not_on_enterprise:
                message = "this platform has no %s (%s). %s"
                raise OptionError(message % (self.resource.plural, error.message, self.resource.not_on_enterprise)) from None
            raise

    def brief(self, identity: str) -> dict[str, Any] | None:
        """Return one brief, None if there is none (the list's filter is a prefix match; a whole identity finds one).

        A resource whose address isn't below a list is read at its address instead.
        """
        if self.resource.identity.place:
            return self.get(identity)
        query = self.resource.identity.query
        for page in self.briefs({query: identity} if query else None):
            for brief in page:
                if str(brief.get(self._key)).upper() == identity.upper():
                    return brief
        return None

    def find(self, name: str) -> dict[str, Any] | None:
        """Return the brief with this identity, or with this name if the resource has a ``named_by`` option.

        Raises :class:`OptionError` if several have the name.
        """
        if not self.resource.identity.named_by:
            return self.brief(name)
        found = [brief for page in self.briefs() for brief in page if name == self.resource.names_of(brief)[-1]]
        if len(found) > 1:
            identities = [str(one.get(self._key)) for one in found]
            raise OptionError("%s %s" % (name, several(identities, self.resource.identity.option)))
        return found[0] if found else None

    def uses(self) -> Counter[str]:
        """Return the number of users of each resource of this kind, by identity, as the users' briefs show it."""
        users = self.resource.users
        if users is None:
            return Counter()
        pages = self.client.pages(users.path, users.params)
        return Counter(str(dig(brief, users.key)) for page in pages for brief in page)

    def get(self, identity: str) -> dict[str, Any] | None:
        """Return the whole resource, None if it doesn't exist."""
        try:
            answer = as_object(self._at(identity, self._saying(None, Call("GET", ""))), self._made_path(identity))
        except ApiError as error:
            if error.status == 404 and not self.resource.is_single:
                return None
            raise
        # An answer may lack the identity if the address has it.
        return self._seen({self._key: identity, **answer} if self.resource.identity.place else answer)

    def create(self, identity: str, body: dict[str, Any]) -> dict[str, Any]:
        """Create a resource; return the platform's answer. The request is never repeated automatically: see the engine."""
        declared = self.resource.identity
        body = body if declared.named_by or declared.place else {self._key: identity, **body}
        path = self._made_path(identity) if declared.place else self.resource.path
        call = self._saying(body, Call("POST", path, self._query(body), repeatable=False))
        return self._seen(self.client.call(call))

    def update(self, identity: str, body: dict[str, Any], force: bool = False, section: Section = OWN) -> dict[str, Any]:
        """Change the fields in ``body``; return the resource, or its section, from the platform's answer.

        :param force: override optimistic locking.
        """
        params = {**({} if section.path else self._query(body)), **({"force": "true"} if force else {})}
        call = self._saying(body, Call("PUT", "", params))
        if section.path:
            call = call._replace(document=section.document)
        return self._seen(self.at(identity, lambda path: self.client.call(call._replace(path=path + section.path)), "PUT"))

    def delete(self, identity: str) -> bool:
        """Delete a resource with all that belongs to it; return False if it was already gone.

        If the first request got no answer and the second finds nothing, the first one has most likely deleted it.
        """
        try:
            self._at(identity, Call("DELETE", ""))
        except ApiError as error:
            if error.status != 404:
                raise
            return error.unclear
        return True

    def labels(self, option: str, identity: str) -> tuple[str, ...]:
        """Return the labels of one resource, such as a device's tags, sorted."""
        pages = self.client.pages(self._place(identity) + self.resource.labels[option].path)
        try:
            return tuple(sorted(str(brief.get("name")) for page in pages for brief in page))
        except ApiError as error:
            if error.status == 404:
                raise OptionError("this platform is an older one, whose API has no %s: leave the option out" % option) from None
            raise

    def gathered(self, name: str, identity: str) -> list[dict[str, Any]]:
        """Return a list that belongs to one resource, such as the base stations of a multicast group."""
        below = self.resource.gathered[name].path
        pages = self.at(identity, lambda path: list(self.client.pages(path + below, types=self._types)))
        return [brief for page in pages for brief in page]

    def label(self, labelling: Labelling, identities: list[str]) -> None:
        """Add labels to resources and remove labels: in one request, or one by one if the platform has no request for many."""
        declared = self.resource.labels[labelling.option]
        if declared.bulk:
            params = {} if declared.lists else {"action": "TAG" if labelling.add else "UNTAG"}
            body = labelling.body(self.resource, identities)
            self.client.call(Call("POST", declared.bulk, params, body, declared.word, types=self._types))
            return
        for identity in identities:
            self.at(identity, lambda path: self._label_one(path + declared.path, labelling), "POST")

    def _label_one(self, path: str, labelling: Labelling) -> None:
        """Add a label to one resource, or remove it if it is there; ``path`` is the path of the resource's labels."""
        label = labelling.label(self.resource)
        if labelling.add:
            word = self.resource.labels[labelling.option].word
            self.client.call(Call("POST", path, body=label, document=word, types=self._types))
            return
        for page in self.client.pages(path):
            for brief in page:
                if label.items() <= brief.items():
                    place = place_of(brief, path)
                    if not place:
                        raise TransportError(
                            "the platform's list of %s lacks the address for removing one: remove it in the web "
                            "interface" % path.strip("/")
                        )
                    self.client.call(Call("DELETE", place))

    def sent(self, body: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Return a body as it would be sent, and the texts in it that no message may repeat."""
        call = self._saying(body, Call("POST", ""))
        return call.body or {}, call.secrets

    def make_ready(self) -> None:
        """Request everything that the first write of a key needs, so that a failure comes before anything is written."""

    def _saying(self, body: dict[str, Any] | None, call: Call) -> Call:
        """Return a call with this body, whose secrets no message may repeat."""
        secrets = self._secrets_in(body or {})
        return call._replace(body=body, document=self.document, secrets=secrets, types=self._types, accept=self._accept)

    def _query(self, body: dict[str, Any]) -> dict[str, str]:
        return self.resource.rules.query(body, self.client.session.is_mine)

    def _at(self, identity: str, call: Call) -> object:
        return self.at(identity, lambda path: self.client.call(call._replace(path=path)), call.verb)

    def at(self, identity: str, do: Callable[[str], Found], verb: str = "GET") -> Found:
        """Return the result of ``do(path)`` with a resource's path, which is another one on an older platform (O).

        :param verb: the HTTP method that ``do`` sends.
        """
        shown = self.shown
        try:
            answer = do(self._place(identity))
        except ApiError as error:
            # Either the resource doesn't exist, or the platform doesn't know this form of address.
            if shown.by_identity is not None or error.status not in (404, *((400,) if verb == "GET" else ())):
                raise
            place = place_of(self.brief(identity) or {}, self.resource.path)
            if not place:
                raise
            answer = do(place)
            shown.by_identity = False
        if shown.by_identity is None:
            shown.by_identity = True
        return answer

    def _made_path(self, identity: str) -> str:
        if self.resource.is_single:
            return self.resource.path
        declared = self.resource.identity
        place = declared.place or self.resource.path + (declared.address or "/%s")
        return place % quote(identity, safe="")

    def _place(self, identity: str) -> str:
        """Return a resource's path: formed from its identity (contract), or from an older platform's list (O)."""
        shown = self.shown
        if shown.by_identity is False and identity.upper() not in shown.places:
            self.brief(identity)
        return shown.places.get(identity.upper()) or self._made_path(identity)

    def _learn(self, brief: dict[str, Any]) -> None:
        newer, shown = self.resource.newer, self.shown
        if newer and brief.keys().isdisjoint(newer):
            shown.is_older, shown.by_identity = True, False
        if shown.by_identity is False and (place := place_of(brief, self.resource.path)):
            shown.places[str(brief.get(self._key)).upper()] = place

    def _seen(self, answer: object) -> dict[str, Any]:
        """Return a resource or a brief as the rest of this collection may see it."""
        if not isinstance(answer, dict):
            return {}
        # No answer should hold a write-only secret. Old platforms sent some (O): they are removed here.
        seen = answer if answer.keys().isdisjoint(self._hidden_keys) else self._without_hidden(answer)
        return self.shown.identified(seen) if self.shown.identifiers else seen

    def _without_hidden(self, answer: dict[str, Any]) -> dict[str, Any]:
        seen = dict(answer)
        for first, *rest in self._hidden:
            if first in seen and not rest:
                del seen[first]
            elif isinstance(seen.get(first), dict):
                seen[first] = {key: value for key, value in seen[first].items() if key != rest[0]}
        return seen

    def _secrets_in(self, body: dict[str, Any]) -> tuple[str, ...]:
        """Return the texts in a body that no message may repeat; some are inside an XML document."""
        values = (dig(body, path) for path in self._secret_paths)
        texts = [text for value in values if value for text in _texts_in(value)]
        return (*texts, *(inner for text in texts for inner in INNER_TEXT.findall(text)))
