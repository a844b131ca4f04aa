# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the user wants of each device: one Wish per device, and every fault of the description at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ._errors import BadInput
from ._onboarding_tag import OnboardingTag, looks_like_tag, parse_tag
from ._resources.device import DEVICE
from ._schema import Faults
from ._values import Fault, Hex, Values, shown

EUI = Hex(16, "DevEUI")
#: Options of a device that say which one and whether, not what it is.
IDENTITY = ("dev_eui", "onboarding_tag", "state")
FAULTS_IN_MESSAGE = 40


@dataclass
class Row:
    """One device as a source describes it.

    :param where: where it stands, for messages: ``line 12`` or ``devices[3]``.
    :param raw: options as the user wrote them.
    :param update_only: the source says that the device has to exist already.
    :param faults: what the source itself found wrong: ``[(option, message)]``.
    :param needs: options that the source demands, here or in the defaults, where no onboarding tag brings them.
    :param is_readable: whether ``raw`` is worth a look; else only ``faults`` are reported.
    :param labels: other names of options for messages: option -> label.
    """

    where: str
    raw: dict[str, Any]
    update_only: bool = False
    faults: Faults = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    is_readable: bool = True


@dataclass
class Wish:
    """What one device should be, in canonical values.

    :param dev_eui: 16 upper-case hexadecimal digits.
    :param values: canonical values by option; what isn't in it is left alone.
    :param absent: the device should not exist.
    :param where: where it was described.
    :param update_only: it has to exist already.
    :param tag: the onboarding tag it came from.
    """

    dev_eui: str
    values: Values
    absent: bool = False
    where: str = ""
    update_only: bool = False
    tag: OnboardingTag | None = None


@dataclass(frozen=True)
class Finding:
    """One fault of the description."""

    where: str
    dev_eui: str
    option: str
    message: str

    def text(self) -> str:
        """Return the finding as a sentence."""
        device = " (device %s)" % self.dev_eui if self.dev_eui else ""
        return "%s%s: %s %s" % (self.where, device, self.option, self.message)

    def as_dict(self) -> dict[str, str]:
        """Return the finding as a return value."""
        return {"where": self.where, "dev_eui": self.dev_eui, "option": self.option, "message": self.message}


def read_wishes(rows: Iterable[Row], defaults: dict[str, Any] | None = None, state: str = "present") -> list[Wish]:
    """Return a Wish for each Row; raises :class:`BadInput` with all faults of all rows.

    :param defaults: options for every device that doesn't say otherwise.
    :param state: ``present`` or ``absent`` for the rows that don't say.
    """
    wishes: list[Wish] = []
    findings: list[Finding] = []
    defaults = _usable_defaults(defaults or {}, findings)
    first: dict[str, str] = {}
    for row in rows:
        wish, faults = _read(row, defaults, state)
        findings += [
            Finding(row.where, wish.dev_eui, row.labels.get(option, option), message) for option, message in row.faults + faults
        ]
        if wish.dev_eui:
            if wish.dev_eui in first:
                message = "%s is described twice, first in %s" % (wish.dev_eui, first[wish.dev_eui])
                findings.append(Finding(row.where, wish.dev_eui, row.labels.get("dev_eui", "dev_eui"), message))
            else:
                first[wish.dev_eui] = row.where
        wishes.append(wish)
    refuse(findings)
    return wishes


def refuse(findings: list[Finding]) -> None:
    """Raise :class:`BadInput` when there are findings."""
    if not findings:
        return
    count = "1 fault" if len(findings) == 1 else "%d faults" % len(findings)
    lines = [finding.text() for finding in findings[:FAULTS_IN_MESSAGE]]
    if len(findings) > FAULTS_IN_MESSAGE:
        lines.append("and %d more, all of them in the return value findings" % (len(findings) - FAULTS_IN_MESSAGE))
    message = "%s in the description of the devices; nothing was changed.\n%s" % (count, "\n".join(lines))
    raise BadInput(message, findings=[finding.as_dict() for finding in findings])


def _usable_defaults(defaults: dict[str, Any], findings: list[Finding]) -> dict[str, Any]:
    """Report the faults of the defaults once, and leave out what has one."""
    faults = [(name, "is not for defaults: it is each device's own") for name in sorted(set(defaults) & set(IDENTITY))]
    # Each by itself: what defaults lack, the rows may have. Only rivals can't stand beside each other even here.
    values, more = DEVICE.parse_fields({name: given for name, given in defaults.items() if name not in IDENTITY})
    faults += more + DEVICE.check({name: value for name, value in values.items() if any(name in rivals for rivals in RIVALS)})
    findings += [Finding("defaults", "", option, message) for option, message in faults]
    bad = {option for option, _message in faults}
    known = {name: DEVICE.by_name[name].name for name in defaults if name in DEVICE.by_name}
    return {name: defaults[name] for name, option in known.items() if option not in bad}


def _read(row: Row, defaults: dict[str, Any], state: str) -> tuple[Wish, Faults]:
    """Return ``(wish, faults)`` of one row; a wish without a DevEUI when that has a fault."""
    raw = dict(row.raw)
    faults: Faults = []
    if not row.is_readable:
        return Wish("", {}, where=row.where), faults
    eui, tag = _identity(raw.pop("dev_eui", None), raw.pop("onboarding_tag", None), faults)
    wanted = str(raw.pop("state", None) or state)
    if wanted not in ("present", "absent"):
        faults.append(("state", "must be present or absent, got %s" % shown(wanted)))
    if wanted == "absent":
        faults += DEVICE.parse({name: given for name, given in raw.items() if name not in DEVICE.by_name})[1]
        return Wish(eui, {}, True, row.where, tag=tag), faults
    if tag is not None:
        _add_tag(raw, tag, faults)
    merged = _with_defaults(raw, defaults) if defaults else raw
    if tag is None and any(option == "onboarding_tag" for option, _message in faults):
        # What the tag would bring isn't known, so nothing can be called missing.
        return Wish(eui, {}, where=row.where), faults + DEVICE.parse_fields(merged)[1]
    values, more = DEVICE.parse(merged)
    faults += [(name, "is missing") for name in row.needs if tag is None and not merged.get(name)]
    return Wish(eui, values, False, row.where, row.update_only, tag), faults + more


def _identity(dev_eui: object, tag_text: object, faults: Faults) -> tuple[str, OnboardingTag | None]:
    if dev_eui and looks_like_tag(str(dev_eui).strip()):
        dev_eui, tag_text = None, dev_eui
    try:
        tag = parse_tag(str(tag_text)) if tag_text else None
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
    if tag.owner_token and not raw.get("app_key") and not raw.get("owner_token"):
        raw["owner_token"] = tag.owner_token


#: A row that gives one of these needs no default for the others.
RIVALS = (("routing_profile", "application_servers"), ("connectivity_plan", "network_geolocation", "passive_roaming"))


def _with_defaults(raw: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    said = {name: given for name, given in raw.items() if given is not None}
    known = {DEVICE.by_name[name].name for name in said if name in DEVICE.by_name}
    for rivals in RIVALS:
        if known.intersection(rivals):
            known.update(rivals)
    merged = {name: given for name, given in defaults.items() if DEVICE.by_name[name].name not in known}
    merged.update(said)
    return merged
