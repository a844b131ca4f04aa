# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Device Manager's resources over HTTP: list, get, create, update, delete. One method per request or list.

Paths and parameters are the contract's, below the subscription; the session knows how to reach it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .._errors import ApiError, OptionError, TransportError
from .._resources.device.tr005 import OnboardingTag
from .platform import place_of
from .._resources.device.declaration import DEVICE
from .._schema.resource import NEVER, dig
from .session import Session

PAGE = 1000  # devices asked for at once; the platform clamps it to its own bounds
#: Fields of a device that no answer should hold. Old platforms sent some of them (O); they go no further than here.
SECRET_KEYS = frozenset(spec.path[0] for spec in DEVICE.fields if spec.seen == NEVER)
INNER_TEXT = re.compile(">([^<>]+)<")


class Client:
    """The resources of one subscription.

    :param read_only: refuse to send anything that changes something; what check mode runs with.
    """

    def __init__(self, session: Session, read_only: bool = False) -> None:
        self.session = session
        self.read_only = read_only

    def subscription(self) -> dict[str, Any]:
        """Return the subscription (contract, Subscription)."""
        return _object(self._call("GET", ""), "")

    def pages(self, path: str, params: dict[str, Any] | None = None) -> Iterator[list[dict[str, Any]]]:
        """Yield the briefs of a list, page by page, until the platform says that there are no more.

        Follows the cursor where the platform gives one (contract, ``cursors.last``), the page's index otherwise.
        Raises :class:`TransportError` rather than end early: a list cut short would make devices look unlisted.
        """
        place: dict[str, object] = {}
        last = None
        index = 1
        while True:
            data = _object(self._call("GET", path, {**(params or {}), **place}), path)
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

    def devices(self, filters: dict[str, Any] | None = None) -> Iterator[list[dict[str, Any]]]:
        """Yield the briefs of the devices that match the contract's filters, by rising EUI, so that a cursor can be had.

        Cellular devices are left out: they are another kind of thing, and no purge may ever see them.
        """
        for page in self.pages("/devices", {"sort": "EUI,asc", "pageSize": PAGE, **(filters or {})}):
            for brief in page:
                self.session.platform.learn(brief)
            yield [self._seen(brief) for brief in page if dig(brief, ("model", "connectivity")) != "CELLULAR"]

    def brief(self, dev_eui: str) -> dict[str, Any] | None:
        """Return one device's brief, None when it isn't there (the filter is a prefix match, so a whole EUI finds one)."""
        for page in self.devices({"devEUI": dev_eui}):
            for brief in page:
                if str(brief.get("EUI")).upper() == dev_eui:
                    return brief
        return None

    def device(self, dev_eui: str) -> dict[str, Any] | None:
        """Return the whole device, None when it isn't there."""
        try:
            return self._seen(_object(self._at_device("GET", dev_eui), "/devices/e" + dev_eui))
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def create(self, body: dict[str, Any]) -> dict[str, Any]:
        """Make a device; return it as the platform answers it. Never sent twice by itself: see the fleet's engine."""
        return self._seen(self._call("POST", "/devices", self._mode(body), body, "device", repeatable=False))

    def update(self, dev_eui: str, body: dict[str, Any], force: bool = False) -> dict[str, Any]:
        """Change what ``body`` names of a device; return the device as the platform answers it.

        :param force: override optimistic locking.
        """
        params = {**self._mode(body), **({"force": "true"} if force else {})}
        return self._seen(self._at_device("PUT", dev_eui, params, body))

    def delete(self, dev_eui: str) -> bool:
        """Delete a device with its history and alarms; return whether this did it, and it wasn't gone before.

        Where the first request got no answer and the second finds no device, the first one has most likely deleted it.
        """
        try:
            self._at_device("DELETE", dev_eui)
        except ApiError as error:
            if error.status != 404:
                raise
            return error.unclear
        return True

    def device_tags(self, dev_eui: str) -> tuple[str, ...]:
        """Return the names of one device's tags, sorted."""
        pages = self.pages(self._place(dev_eui) + "/tags")
        try:
            return tuple(sorted(str(brief.get("name")) for page in pages for brief in page))
        except ApiError as error:
            if error.status == 404:
                raise OptionError("tags can't be had of this platform, which is an older one: leave the option out") from None
            raise

    def tag(self, name: str, dev_euis: list[str], remove: bool = False) -> None:
        """Tag or untag devices, at most a page of them."""
        params = {"action": "UNTAG" if remove else "TAG"}
        self._call("POST", "/devices/tags", params, {"name": name, "devEUIs": dev_euis}, "tag")

    def read_onboarding_tag(self, tag: OnboardingTag) -> dict[str, Any]:
        """Return what the platform makes of an onboarding tag (contract, ParsedOnboardingTag). It changes nothing."""
        path = self.session.subscription + "/devices/readOnboardingTag"
        data, _headers = self.session.call("POST", path, text=tag.text, secrets=(tag.owner_token,))
        return data if isinstance(data, dict) else {}

    def _mode(self, body: dict[str, Any]) -> dict[str, str]:
        """Say whether a plan is chosen by ID or by flags, where both can be (contract, NetworkSubscriptionsHandlingMode)."""
        plan = body.get("networkSubscription")
        if not self.session.is_mine or not isinstance(plan, dict):
            return {}
        return {"networkSubscriptionsHandlingMode": "ADVANCED" if "ID" in plan else "BASIC"}

    def _at_device(
        self,
        verb: str,
        dev_eui: str,
        params: dict[str, str] | None = None,
        body: dict[str, Any] | None = None,
    ) -> object:
        """Return the answer to a call at a device's address; an older platform wants another one (O)."""
        platform = self.session.platform
        try:
            answer = self._call(verb, self._place(dev_eui), params, body, "device")
        except ApiError as error:
            # Is the device not there, or does the platform not know such an address?
            if platform.knows_euis is not None or error.status not in (404, *((400,) if verb == "GET" else ())):
                raise
            place = place_of(self.brief(dev_eui) or {})
            if not place:
                raise
            answer = self._call(verb, place, params, body, "device")
            platform.knows_euis = False
        if platform.knows_euis is None:
            platform.knows_euis = True
        return answer

    def _place(self, dev_eui: str) -> str:
        """Return a device's path: made of its EUI (contract), or as an older platform's list gives it (O)."""
        platform = self.session.platform
        if platform.knows_euis is False and dev_eui not in platform.places:
            self.brief(dev_eui)
        return platform.places.get(dev_eui) or "/devices/e" + dev_eui

    def _call(
        self,
        verb: str,
        path: str,
        params: dict[str, Any] | None = None,
        body: dict[str, Any] | None = None,
        document: str = "",
        repeatable: bool = True,
    ) -> object:
        """Return what a call below the subscription answers."""
        if self.read_only and verb != "GET":
            raise AssertionError("check mode was about to send %s %s" % (verb, path))
        where = self.session.subscription + path
        secrets = _secrets_in(body or {})
        data, _headers = self.session.call(verb, where, params, body, document=document, repeatable=repeatable, secrets=secrets)
        return data

    def _seen(self, device: object) -> dict[str, Any]:
        """Return a device or a brief as the rest of this collection may see it."""
        if not isinstance(device, dict):
            return {}
        return self.session.platform.identified({key: value for key, value in device.items() if key not in SECRET_KEYS})


def _secrets_in(body: dict[str, Any]) -> tuple[str, ...]:
    """Return the texts in a device's body that no message may repeat; AppSKeys stand in an XML document."""
    texts = [str(body[spec.path[0]]) for spec in DEVICE.fields if spec.secret and body.get(spec.path[0])]
    return (*texts, *(inner for text in texts for inner in INNER_TEXT.findall(text)))


def _object(data: object, path: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise TransportError("the platform answered %s with something else than an object" % (path or "the subscription"))
    return data
