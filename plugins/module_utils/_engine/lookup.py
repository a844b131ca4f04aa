# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What other resources a device names, looked up once: device profiles, plans, routing profiles, application servers."""

from __future__ import annotations

import difflib

from .._api.client import Client
from .._resources.device.licences import Licences
from .._resources.device.declaration import DEVICE, check_creation
from .._schema.values import shown
from .desired import Finding, Wish

#: Option -> (path of the list, the API's key of the name).
LISTS = {
    "device_profile": ("/deviceProfiles", "commercialName"),
    "connectivity_plan": ("/networkSubscriptions", "commercialName"),
    "routing_profile": ("/appServersRoutingProfiles", "name"),
    "application_servers": ("/appServers", "name"),
}
#: IDs in one filtered request for device profiles: as many as keep the address below 4 KiB.
AT_ONCE = 40


class Catalogue:
    """Finds the IDs of what a user named, with a list at most once each.

    What an earlier item of a loop looked up in the same session is good enough where it bears the name; where it doesn't,
    the platform is asked again before anybody is told that there is no such name.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._known = client.session.looked_up
        self._asked: set[str] = set()
        self._licences: dict[str, Licences] = {}

    def settle(self, wishes: list[Wish], options: dict[str, list[str]]) -> list[Finding]:
        """Put IDs in the place of names in the wishes; return the findings about names that nothing bears.

        :param options: DevEUI -> the options of that wish to look up.
        """
        self._look_up_profiles(wishes, options)
        findings: list[Finding] = []
        for wish in wishes:
            for option in options.get(wish.dev_eui, ()):
                wished = wish.values.get(option)
                if not wished:
                    continue
                many = isinstance(wished, tuple)
                answers = [self._find(option, text) for text in (wished if many else (wished,))]
                findings += wish.findings([(option, message) for _id, message in answers if message])
                ids = tuple(sorted(identifier for identifier, message in answers if not message))
                if ids:
                    wish.values[option] = ids if many else ids[0]
        return findings

    def identify(self, option: str, wished: set[str]) -> None:
        """Let the platform's names of an option's resources be read as IDs, where it doesn't show them.

        Of several with one name, a wished one is taken: which one it is, nobody can see.
        """
        identifiers: dict[str, str] = {}
        if option not in self._asked:
            self._ask(option)
        for identifier, name in self._known.lists[option]:
            if name not in identifiers or identifier in wished:
                identifiers[name] = identifier
        self._client.session.platform.identifiers[DEVICE.by_name[option].path[0]] = identifiers

    def check_creations(self, wishes: list[Wish]) -> list[Finding]:
        """Return the findings about what devices to be made lack, or may not have with their device profile."""
        findings: list[Finding] = []
        for wish in wishes:
            profile = self._known.profiles.get(wish.values.get("device_profile", ""), {})
            faults = check_creation(wish.values, profile.get("macMinorVersion"))
            if wish.tag is not None:  # what is known of a tag without a device profile is told already
                faults = [fault for fault in faults if fault[0] != "device_profile"]
            findings += wish.findings(faults)
        return findings

    def licences(self) -> dict[str, Licences]:
        """Return the licences of each connectivity plan, by ID, as they are now; the list is asked for once in a task."""
        if "connectivity_plan" not in self._asked:
            self._ask("connectivity_plan")
        return self._licences

    def settle_tags(self, wishes: list[Wish]) -> list[Finding]:
        """Give each wish without a device profile that of its onboarding tag; the platform is asked once per identifier."""
        findings: list[Finding] = []
        for wish in wishes:
            if wish.tag is None or "device_profile" in wish.values:
                continue
            identifier = wish.tag.profile_id
            if identifier not in self._known.tags:
                models = self._client.read_onboarding_tag(wish.tag).get("models") or []
                self._known.tags[identifier] = sorted({str(model.get("ID")) for model in models})
            candidates = self._known.tags[identifier]
            if len(candidates) == 1:
                wish.values["device_profile"] = candidates[0]
                continue
            message = "is missing: the onboarding tag's profile %s " % identifier
            if candidates:
                message += "stands for %d device profiles: %s. Name one of them" % (
                    len(candidates),
                    ", ".join(candidates),
                )
            else:
                message += "stands for no device profile of this platform. Name one"
            findings += wish.findings([("device_profile", message)])
        return findings

    def _look_up_profiles(self, wishes: list[Wish], options: dict[str, list[str]]) -> None:
        """Ask for the wished device profiles by ID: a platform knows thousands, a fleet a handful."""
        wished = {
            wish.values["device_profile"]
            for wish in wishes
            if "device_profile" in options.get(wish.dev_eui, ()) and wish.values.get("device_profile")
        }
        wanted = sorted(wished - set(self._known.profiles))
        for start in range(0, len(wanted), AT_ONCE):
            for page in self._client.pages("/deviceProfiles", {"ID": wanted[start : start + AT_ONCE]}):
                self._known.profiles.update((str(brief.get("ID")), brief) for brief in page)

    def _ask(self, option: str) -> None:
        path, name = LISTS[option]
        briefs = [brief for page in self._client.pages(path) for brief in page]
        if option == "device_profile":
            self._known.profiles.update((str(brief.get("ID")), brief) for brief in briefs)
        if option == "connectivity_plan":
            for brief in briefs:
                granted, used = brief.get("granted"), brief.get("used")
                if isinstance(granted, int) and isinstance(used, int):  # an older platform (O) may tell neither
                    self._licences[str(brief.get("ID"))] = Licences(granted, used)
        self._known.lists[option] = [(str(brief.get("ID") or ""), str(brief.get(name) or "")) for brief in briefs]
        self._asked.add(option)

    def _find(self, option: str, text: str) -> tuple[str, str]:
        """Return ``(ID, "")``, or ``("", what is wrong)``."""
        if option == "device_profile" and text in self._known.profiles:
            return text, ""
        if option not in self._asked and not any(text in pair for pair in self._known.lists.get(option, ())):
            self._ask(option)
        existing = self._known.lists[option]
        if any(identifier == text for identifier, _name in existing):
            return text, ""
        matches = sorted({identifier for identifier, name in existing if name == text})
        if len(matches) == 1:
            return matches[0], ""
        if matches:
            return "", "%s is the name of several: %s. Give the ID of one" % (shown(text), ", ".join(matches))
        names = {each for pair in existing for each in pair if each}
        near = difflib.get_close_matches(text, names, 3, 0.4)
        hint = "; the platform lists none"
        if names:
            hint = "; nearest: %s" % ", ".join(near) if near else "; it knows, for instance: %s" % ", ".join(sorted(names)[:3])
        return "", "%s is not known to the platform%s" % (shown(text, 60), hint)


def references_of(wish: Wish) -> list[str]:
    """Return the options of a wish that name other resources."""
    return [option for option in LISTS if option in wish.values]
