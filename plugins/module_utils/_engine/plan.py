# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wished and actual, laid side by side: what has to happen to one device.

Pure: values go in, a Step comes out. Nothing here asks the platform anything; where the answer can't be known
from what is at hand, the Step or the difference says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .._resources.device.declaration import DEVICE, NETWORK, check_creation
from .._schema.resource import NEVER, UNKNOWN, dig
from .._schema.values import Values, members
from .desired import Wish

CREATE, UPDATE, DELETE, SUSPEND, RESUME, NOTHING, REFUSE = (
    "create",
    "update",
    "delete",
    "suspend",
    "resume",
    "nothing",
    "refuse",
)
#: What a Step that was carried out is called in the results.
DONE = {
    CREATE: "created",
    UPDATE: "updated",
    DELETE: "deleted",
    SUSPEND: "suspended",
    RESUME: "resumed",
    NOTHING: "unchanged",
}
#: Fields that the platform may set by itself while it does something else; looked at again after a write.
SETTLING = ("suspended", "location_type")

#: A device has the one or the other.
RIVALS = (("routing_profile", "application_servers"), ("application_servers", "routing_profile"))

NOT_TO_BE_MADE = (
    "the device is not there, and create: false (in a CSV, an UPDATE row) says not to make it. Take it out of the description; "
    "or, if it should exist, say create: true (a CREATE row) where that is said, for the device, in defaults or for the task"
)
NEEDS = ", and give what it needs besides: %s"
LOSS = (
    "Deleting and creating it would do it, and would lose its whole history, its frames and its alarms for ever, "
    "and it would have to join again; do that by hand if it is worth it"
)


@dataclass
class Seen:
    """What is known of one device.

    :param brief: from the list; ``whole``: the device itself; ``tags``: where they were asked for apart.
    :param recalled: parts of the whole device that an earlier run saw, and that still hold.
    """

    brief: dict[str, Any] | None = None
    whole: dict[str, Any] | None = None
    tags: tuple[str, ...] | None = None
    recalled: dict[str, Any] | None = None

    @property
    def exists(self) -> bool:
        """Whether the platform has the device."""
        return self.brief is not None or self.whole is not None

    def value(self, name: str) -> object:
        """Return the canonical value of an option, or UNKNOWN."""
        spec = DEVICE.by_name[name]
        if name == "tags" and self.tags is not None:
            return self.tags
        if self.whole is not None:
            value = spec.from_whole(self.whole)
            if value is not UNKNOWN:
                return value
        if self.recalled is not None and spec.path[0] in self.recalled:
            return spec.from_whole(self.recalled)
        return UNKNOWN if self.brief is None else spec.from_brief(self.brief)

    def is_sure(self, name: str) -> bool:
        """Whether a difference in this option would be a real one, not just a brief that shows it otherwise."""
        spec = DEVICE.by_name[name]
        return not spec.hint_only or self.whole is not None or spec.path[0] in (self.recalled or ())

    @property
    def version(self) -> int | None:
        """The version for optimistic locking; only the whole device carries it (contract, OccContext)."""
        version = dig(self.whole, ("occContext", "version"))
        return version if isinstance(version, int) else None

    @property
    def join_server(self) -> str:
        """LOCAL, LOCAL_WITH_HSM, EXTERNAL, or nothing where the platform doesn't say."""
        return (self.whole or {}).get("joinServer") or (self.brief or {}).get("joinServer") or ""


@dataclass
class Step:
    """What has to happen to one device.

    :param before: the options that will change, as they are (canonical).
    :param after: the same options as they will be.
    :param values: what the body of the request says (canonical, by option).
    :param add_tags: tags to add; ``remove_tags`` those to take away.
    :param message: why it is refused.
    """

    wish: Wish
    action: str
    before: dict[str, object] = field(default_factory=dict)
    after: dict[str, object] = field(default_factory=dict)
    values: Values = field(default_factory=dict)
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    message: str = ""
    seen: Seen = field(default_factory=Seen)

    @property
    def dev_eui(self) -> str:
        """The device's DevEUI."""
        return self.wish.dev_eui


def differences(wish: Wish, seen: Seen) -> tuple[list[str], list[str]]:
    """Return ``(differing, unknown)``: two lists of options of an existing device.

    A difference that only a brief shows, where a brief can't be trusted with it, counts as unknown.
    """
    differing: list[str] = []
    unknown: list[str] = []
    # The network gives an OTAA device its DevAddr when it joins: a wished one only counts at creation.
    activation = wish.values.get("activation") or seen.value("activation")
    for name, wished in wish.values.items():
        spec = DEVICE.by_name[name]
        if spec.seen == NEVER or (name == "dev_addr" and activation == "OTAA"):
            continue
        actual = activation if name == "dev_addr" and activation is UNKNOWN else seen.value(name)
        if actual is UNKNOWN:
            unknown.append(name)
        elif not spec.kind.same(wished, actual):
            sure = seen.is_sure(name) and (not wished or spec.kind.decided(actual))
            (differing if sure else unknown).append(name)
    # Who takes one of two rivals must know of the other: the platform refuses both together.
    for name, rival in RIVALS:
        if name in differing and wish.values[name] and rival not in wish.values and seen.value(rival) is UNKNOWN:
            unknown.append(rival)
    return differing, unknown


def plan(wish: Wish, seen: Seen, update_keys: bool = False, differing: list[str] | None = None) -> Step:
    """Return what has to happen to one device of which enough is known.

    :param update_keys: write keys and other write-only fields even though nothing shows whether they differ.
    :param differing: the options that differ, where the caller knows them.
    """
    if wish.absent:
        if not seen.exists:
            return Step(wish, NOTHING)
        return Step(wish, DELETE, before=known(seen), seen=seen)
    if not seen.exists:
        return _creation(wish)
    return _change(wish, seen, update_keys, differences(wish, seen)[0] if differing is None else differing)


def _creation(wish: Wish) -> Step:
    if not wish.create:
        # An onboarding tag brings a device profile, which is only asked for when the device is to be made.
        known = wish.values if wish.tag is None else {"device_profile": wish.tag.profile_id, **wish.values}
        lacking = list(dict.fromkeys([*(option for option, _message in check_creation(known)), *wish.open]))
        return Step(wish, REFUSE, message=NOT_TO_BE_MADE + (NEEDS % ", ".join(lacking) if lacking else ""))
    values = {name: value for name, value in wish.values.items() if DEVICE.by_name[name].on_create and name != "tags"}
    return Step(wish, CREATE, after=dict(wish.values), values=values, add_tags=wish.values.get("tags", ()))


def _change(wish: Wish, seen: Seen, update_keys: bool, differing: list[str]) -> Step:
    message = _refusal(wish, seen, differing)
    if message:
        return Step(wish, REFUSE, message=message, seen=seen)
    before = {name: seen.value(name) for name in differing}
    after = {name: wish.values[name] for name in differing}
    _add_implied(wish, seen, before, after)
    step = Step(wish, UPDATE if differing else NOTHING, before, after, seen=seen)
    step.values = {name: wish.values[name] for name in _to_send(wish, differing) if name != "tags"}
    if "tags" in differing:
        wished, actual = set(wish.values["tags"]), set(members(before["tags"]))
        step.add_tags = tuple(sorted(wished - actual))
        step.remove_tags = tuple(sorted(actual - wished))
    if differing == ["suspended"]:
        step.action = SUSPEND if wish.values["suspended"] else RESUME
    if update_keys:
        unseen = {name: value for name, value in wish.values.items() if _is_rewritable(name)}
        if unseen:
            step.action = UPDATE
            step.values.update(unseen)
            step.after.update(unseen)
    _leave_rivals(step)
    return step


def _is_rewritable(name: str) -> bool:
    spec = DEVICE.by_name[name]
    return spec.seen == NEVER and spec.on_update


def _to_send(wish: Wish, differing: list[str]) -> list[str]:
    """Return the options that a request names: those that differ, and those that the API takes only together."""
    names = list(differing)
    for group in DEVICE.together:
        if any(name in names for name in group):
            names += [name for name in group if name in wish.values and name not in names]
    # A new plan resumes a suspended device (contract, suspension) unless the same request says otherwise.
    if "connectivity_plan" in names and "suspended" in wish.values and "suspended" not in names:
        names.append("suspended")
    return names


def _add_implied(wish: Wish, seen: Seen, before: dict[str, object], after: dict[str, object]) -> None:
    """Show what the platform does by itself: no plan suspends, a new plan resumes (contract, suspension)."""
    if "connectivity_plan" not in after or "suspended" in wish.values:
        return
    suspended = seen.value("suspended")
    will_be = not after["connectivity_plan"]
    if suspended is not UNKNOWN and suspended != will_be:
        before["suspended"], after["suspended"] = suspended, will_be


def _leave_rivals(step: Step) -> None:
    """Let a device that takes a routing profile leave its application servers, and the other way round."""
    for name, rival in RIVALS:
        has = step.seen.value(rival) if step.values.get(name) else UNKNOWN
        if has is not UNKNOWN and has:
            empty = DEVICE.by_name[rival].kind.empty
            step.values[rival] = empty
            step.before[rival], step.after[rival] = has, empty


def _refusal(wish: Wish, seen: Seen, differing: list[str]) -> str:
    """Return why the platform can't do it to an existing device (contract, ``x-updateForbidden``), or nothing."""
    for name in differing:
        spec = DEVICE.by_name[name]
        if not spec.on_update:
            shown = spec.kind.show(seen.value(name))
            return "ThingPark can't change %s of an existing device (it is %s, wished is %s). %s" % (
                name,
                shown,
                spec.kind.show(wish.values[name]),
                LOSS,
            )
    if "app_key" in wish.values and seen.join_server == "EXTERNAL":
        return "app_key is given, but the device was made for an external join server, which ThingPark can't change. " + LOSS
    if "owner_token" in wish.values and seen.join_server.startswith("LOCAL"):
        return "owner_token is given, but the device was made for the local join server, which ThingPark can't change. " + LOSS
    return ""


def unsettled(wish: Wish, whole: dict[str, Any]) -> Values:
    """Return the wished values that the platform's answer to a write still contradicts, of those it sets by itself."""
    seen = Seen(whole=whole)
    values = {}
    for name in SETTLING:
        if name in wish.values and not DEVICE.by_name[name].kind.same(wish.values[name], seen.value(name)):
            values[name] = wish.values[name]
    return values


def known(seen: Seen) -> dict[str, object]:
    """Return all that can be told of a device, canonical, by option; empty values and the network's defaults left out."""
    values = {}
    for spec in DEVICE.fields:
        value = seen.value(spec.name)
        if value is not UNKNOWN and value != spec.kind.empty and value != NETWORK:
            values[spec.name] = value
    # Flags choose a plan only where there is no ID to name it (contract, networkSubscription).
    if values.get("connectivity_plan"):
        values.pop("network_geolocation", None)
        values.pop("passive_roaming", None)
    return values
