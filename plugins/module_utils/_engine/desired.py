# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the user wants of each device: one Wish per device, and every fault of the description at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .._errors import BadInput
from .._resources.device.tr005 import OnboardingTag, looks_like_tag, parse_tag
from .._resources.device.declaration import ABP_ONLY, DEVICE, OTAA_ONLY
from .._schema.resource import Faults
from .._schema.values import SPREADSHEETS_REMEDY, YAMLS_REMEDY, Choice, Fault, Flag, Hex, Values, shown

EUI = Hex(16, "DevEUI")
FLAG = Flag()
STATE = Choice("present", "absent")
#: Options of a device that say which one and whether, not what it is.
IDENTITY = ("dev_eui", "onboarding_tag", "state")
FAULTS_IN_MESSAGE = 40
PLACES_IN_MESSAGE = 8  # of one fault that many rows have
CONTRADICTION = (
    "says that the device should exist, but the task says state: absent. Write DELETE there, or leave state out; to delete "
    "all devices of this file, give their DevEUIs alone in devices"
)


@dataclass
class Row:
    """One device as a source describes it.

    :param where: where it stands, for messages: ``line 12`` or ``devices[3]``.
    :param raw: options as the user wrote them.
    :param faults: what the source itself found wrong: ``[(option, message)]``.
    :param is_readable: whether ``raw`` is worth a look; else only ``faults`` are reported.
    :param labels: other names of options for messages: option -> label.
    :param says_present: the source itself says that the device should exist, as a CSV does with CREATE and UPDATE.
    """

    where: str
    raw: dict[str, Any]
    faults: Faults = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    is_readable: bool = True
    says_present: bool = False


@dataclass
class Wish:
    """What one device should be, in canonical values.

    :param dev_eui: 16 upper-case hexadecimal digits.
    :param values: canonical values by option; what isn't in it is left alone.
    :param absent: the device should not exist.
    :param where: where it was described.
    :param create: it may be made where it isn't there.
    :param tag: the onboarding tag it came from.
    :param labels: what its source calls options, where it calls them otherwise.
    :param open: secrets for which the description has a place and says nothing, as a backup does.
    """

    dev_eui: str
    values: Values
    absent: bool = False
    where: str = ""
    create: bool = True
    tag: OnboardingTag | None = None
    labels: dict[str, str] = field(default_factory=dict)
    open: tuple[str, ...] = ()

    def findings(self, faults: Faults) -> list[Finding]:
        """Return the findings that faults of this device are, in the words of its source."""
        if self.labels:  # only a CSV has other names for options, and what is read from it was never YAML
            faults = [(option, message.replace(YAMLS_REMEDY, SPREADSHEETS_REMEDY)) for option, message in faults]
        return [Finding(self.where, self.dev_eui, self.labels.get(option, option), message) for option, message in faults]


@dataclass(frozen=True)
class Finding:
    """One fault of the description.

    :param dev_eui: the device; empty where it isn't known, or no device's own.
    """

    where: str
    dev_eui: str
    option: str
    message: str


def read_wishes(
    rows: Iterable[Row], defaults: dict[str, Any] | None = None, state: str = "present", create: bool = True
) -> list[Wish]:
    """Return a Wish for each Row; raises :class:`BadInput` with all faults of all rows.

    :param defaults: options for every device that doesn't say otherwise.
    :param state: ``present`` or ``absent`` for the rows that don't say.
    :param create: whether a device that isn't there may be made, where neither its row nor the defaults say.
    """
    wishes: list[Wish] = []
    findings: list[Finding] = []
    DEVICE.nearest.clear()
    defaults = _usable_defaults(defaults or {}, findings)
    create = defaults.pop("create", create)
    first: dict[str, str] = {}
    for row in rows:
        wish, faults = _read(row, defaults, state, create)
        if faults or row.faults:
            findings += wish.findings(row.faults + faults)
        if wish.dev_eui:
            if wish.dev_eui in first:
                message = "%s is described twice, first in %s" % (wish.dev_eui, first[wish.dev_eui])
                findings += wish.findings([("dev_eui", message)])
            else:
                first[wish.dev_eui] = row.where
        wishes.append(wish)
    refuse(findings)
    return wishes


def refuse(findings: list[Finding]) -> None:
    """Raise :class:`BadInput` when there are findings. A fault that many rows have alike is told once, with its rows."""
    if not findings:
        return
    alike: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        alike.setdefault((finding.option, finding.message), []).append(finding)
    count = "1 fault" if len(findings) == 1 else "%d faults" % len(findings)
    lines = [_line(group) for _number, group in zip(range(FAULTS_IN_MESSAGE), alike.values())]
    if len(alike) > FAULTS_IN_MESSAGE:
        lines.append("and %d more, all of them in the return value findings" % (len(alike) - FAULTS_IN_MESSAGE))
    message = "%s in the description of the devices; nothing was changed.\n%s" % (count, "\n".join(lines))
    raise BadInput(message, findings=[_told(group) for group in alike.values()])


def _line(group: list[Finding]) -> str:
    """Return equal findings as a sentence."""
    first = group[0]
    whose = " (device %s)" % first.dev_eui if first.dev_eui and len(group) == 1 else ""
    return "%s%s: %s %s" % (_places(group), whose, first.option, first.message)


def _told(group: list[Finding]) -> dict[str, Any]:
    """Return equal findings as one return value."""
    first = group[0]
    told: dict[str, Any] = {"where": _places(group), "dev_eui": first.dev_eui, "option": first.option, "message": first.message}
    if len(group) > 1:
        told.update(dev_eui="", rows=[{"where": one.where, "dev_eui": one.dev_eui} for one in group])
    return told


def _places(group: list[Finding]) -> str:
    """Return where equal findings stand, so that few words name many rows: ``lines 3, 4, 9 and 200 more``."""
    shown = [finding.where for finding in group[:PLACES_IN_MESSAGE]]
    if len(shown) > 1 and all(place.startswith("line ") for place in shown):
        shown = ["lines " + shown[0][5:], *(place[5:] for place in shown[1:])]
    more = " and %d more" % (len(group) - len(shown)) if len(group) > len(shown) else ""
    return ", ".join(shown) + more


def _usable_defaults(defaults: dict[str, Any], findings: list[Finding]) -> dict[str, Any]:
    """Report the faults of the defaults once, and leave out what has one."""
    faults = [(name, "is not for defaults: it is each device's own") for name in sorted(set(defaults) & set(IDENTITY))]
    create = {name: defaults[name] for name in defaults if name == "create" and defaults[name] is not None}
    defaults = {name: given for name, given in defaults.items() if name != "create"}
    if create:
        try:
            create["create"] = FLAG.parse(create["create"])
        except Fault as fault:
            faults.append(("create", str(fault)))
            create.clear()
    # Each by itself: what defaults lack, the rows may have. Only rivals can't stand beside each other even here.
    values, more = DEVICE.parse_fields({name: given for name, given in defaults.items() if name not in IDENTITY})
    faults += more + DEVICE.check({name: value for name, value in values.items() if any(name in rivals for rivals in RIVALS)})
    findings += [Finding("defaults", "", option, message) for option, message in faults]
    bad = {option for option, _message in faults}
    known = {name: DEVICE.by_name[name].name for name in defaults if name in DEVICE.by_name}
    return {**create, **{name: defaults[name] for name, option in known.items() if option not in bad}}


def _read(row: Row, defaults: dict[str, Any], state: str, create: bool) -> tuple[Wish, Faults]:
    """Return ``(wish, faults)`` of one row; a wish without a DevEUI when that has a fault."""
    raw = dict(row.raw)
    raw.pop("host", None)  # the place already
    faults: Faults = []
    wish = Wish("", {}, where=row.where, labels=row.labels)
    if not row.is_readable:
        return wish, faults
    wish.dev_eui, wish.tag = _identity(raw.pop("dev_eui", None), raw.pop("onboarding_tag", None), faults)
    wish.create = _may_create(raw.pop("create", None), create, faults)
    if _state(raw.pop("state", None), state, faults) == "absent":
        wish.absent = True
        faults += DEVICE.parse({name: given for name, given in raw.items() if name not in DEVICE.by_name})[1]
        return wish, faults
    if row.says_present and state == "absent":
        faults.append(("directive", CONTRADICTION))
    if wish.tag is not None:
        _add_tag(raw, wish.tag, faults)
    merged = _with_defaults(raw, defaults) if defaults else raw
    if wish.tag is None and any(option == "onboarding_tag" for option, _message in faults):
        # What the tag would bring isn't known, so nothing can be called missing.
        return wish, faults + DEVICE.parse_fields(merged)[1]
    wish.values, more = DEVICE.parse(merged)
    if not wish.create:
        wish.open = tuple(name for name in raw if raw[name] is None and name in DEVICE.by_name and DEVICE.by_name[name].secret)
    return wish, faults + more


def _state(given: object, otherwise: str, faults: Faults) -> object:
    """Return ``present`` or ``absent``; where the row doesn't say, the task did."""
    try:
        return otherwise if given is None or given == "" else STATE.parse(given)
    except Fault as fault:
        faults.append(("state", str(fault)))
        return ""


def _may_create(given: object, otherwise: bool, faults: Faults) -> bool:
    """Return whether a device may be made; where its row doesn't say, the defaults or the task did."""
    try:
        return otherwise if given is None else FLAG.parse(given)
    except Fault as fault:
        faults.append(("create", str(fault)))
        return False


def _identity(dev_eui: object, tag_text: object, faults: Faults) -> tuple[str, OnboardingTag | None]:
    if isinstance(dev_eui, str) and looks_like_tag(dev_eui.strip()):
        dev_eui, tag_text = None, dev_eui
    try:
        tag = parse_tag(tag_text) if tag_text else None
    except Fault as fault:
        faults.append(("onboarding_tag", str(fault)))
        return "", None
    if not dev_eui:
        if tag is None:
            faults.append(("dev_eui", "is missing"))
            return "", None
        return tag.dev_eui, tag
    try:
        eui = EUI.parse(dev_eui)
    except Fault as fault:
        faults.append(("dev_eui", str(fault)))
        return "", tag
    if tag is not None and tag.dev_eui != eui:
        faults.append(("onboarding_tag", "is of the device %s, but dev_eui says %s" % (tag.dev_eui, eui)))
    return eui, tag


def _add_tag(raw: dict[str, Any], tag: OnboardingTag, faults: Faults) -> None:
    """Fill in what an onboarding tag says: OTAA, the JoinEUI and, for an external join server, the owner token."""
    raw["activation"] = raw.get("activation") or "OTAA"
    given = raw.get("join_eui") or raw.get("app_eui")
    if given:
        try:
            if Hex(16, "JoinEUI").parse(given) != tag.join_eui:
                faults.append(("join_eui", "is %s, but the onboarding tag says %s" % (shown(given), tag.join_eui)))
        except Fault:
            pass  # its own fault is reported with the others
    else:
        raw["join_eui"] = tag.join_eui
    if tag.owner_token and not any(raw.get(name) for name in ("app_key", "owner_token")) and raw.get("join_server") != "local":
        raw["owner_token"] = tag.owner_token


#: A row that gives one of these needs no default for the others.
RIVALS = (("routing_profile", "application_servers"), ("connectivity_plan", "network_geolocation", "passive_roaming"))


def _with_defaults(raw: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    said = {name: given for name, given in raw.items() if given is not None}
    known = {DEVICE.by_name[name].name for name in said if name in DEVICE.by_name}
    for rivals in RIVALS:
        if known.intersection(rivals):
            known.update(rivals)
    # In a mixed description, a default for the one kind of device doesn't reach the other.
    known.update({"ABP": OTAA_ONLY, "OTAA": ABP_ONLY}.get(str(said.get("activation")).strip().upper(), ()))
    if known.intersection(("app_key", "nwk_key")):
        known.add("join_server")
    merged = {name: given for name, given in defaults.items() if DEVICE.by_name[name].name not in known}
    merged.update(said)
    return merged
