# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TR005 onboarding tags: the text of the QR code on a LoRaWAN device.

``LW:D0:<JoinEUI>:<DevEUI>:<ProfileID>[:O<owner token>][:S<serial>][:P<proprietary>][:C<checksum>]``
(LoRa Alliance TR005).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..._schema.texts import Fault, shown, text_of
from ..._schema.values import HEX

#: A tag, a tag inside another text, or the form that drafts of TR005 had.
LIKE_TAG = re.compile(r"(?i)LW:|URN:|.*\bLW:D[0-9]:")


@dataclass(frozen=True)
class Tr005Tag:
    """The parts of an onboarding tag that provisioning uses; ``text`` is the tag in the form that the platform accepts."""

    text: str
    join_eui: str
    dev_eui: str
    profile_id: str
    owner_token: str = ""


def looks_like_tr005(text: str) -> bool:
    """Return whether a cell that may hold a DevEUI or a tag holds a tag."""
    return LIKE_TAG.match(text) is not None


def owner_tokens(text: str) -> list[str]:
    """Return the owner tokens in a text that looks like a TR005 tag, well-formed or not."""
    parts = text.strip().split(":") if looks_like_tr005(text.strip()) else []
    return [part[1:] for part in parts[5:] if part[:1] in ("O", "o") and part[1:]]


def crc16_modbus(data: bytes) -> int:
    """Return the CRC-16/MODBUS of ``data`` (polynomial 0x8005 reflected, start 0xFFFF)."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _bit in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return crc


def parse_tr005(text: object) -> Tr005Tag:
    """Return the parts of an onboarding tag; raises :class:`Fault`, also for a wrong checksum."""
    tag = text_of(text)
    if tag == tag.lower():  # a scanner turned the capitals into lower case; the checksum and the token need the capitals
        tag = tag.upper()
    if tag[:4].upper() == "URN:":
        raise Fault(
            "follows a draft of TR005 (%s), not LW:D0 of the final one: give dev_eui, and join_eui, which comes first in it"
            % shown(":".join(tag.split(":")[:3]))
        )
    if tag[:3].upper() != "LW:" and LIKE_TAG.match(tag):
        raise Fault("has something before the onboarding tag: give only what begins with LW:D0:")
    parts = tag.split(":")
    if len(parts) < 5 or parts[0].upper() != "LW" or parts[1].upper() != "D0":
        raise Fault(
            "is not an onboarding tag: LW:D0:JoinEUI:DevEUI:ProfileID is needed, got one that begins with %s"
            % shown(":".join(parts[:2]))
        )
    join_eui, dev_eui, profile_id = (part.upper() for part in parts[2:5])
    for what, value, digits in (("JoinEUI", join_eui, 16), ("DevEUI", dev_eui, 16), ("ProfileID", profile_id, 8)):
        if len(value) != digits or not HEX.match(value):
            raise Fault("has an onboarding tag whose %s is not %d hexadecimal digits" % (what, digits))
    return Tr005Tag(tag, join_eui, dev_eui, profile_id, _owner_token(tag, parts[5:]))


def _owner_token(tag: str, extensions: list[str]) -> str:
    """Return the owner token among the parts behind the ProfileID; raises :class:`Fault` for an invalid part."""
    token = ""
    seen = set()
    for number, part in enumerate(extensions, 6):
        mark = part[:1].upper()
        if not part or mark in ("O", "S", "P") and part[1:] == "":
            raise Fault("has an onboarding tag whose part %d is empty: scan it again, or take that part out" % number)
        if mark not in ("O", "S", "P", "C") or mark in seen:
            # The message shows only the first letter: the rest may be the owner token.
            raise Fault(
                "has an onboarding tag whose part %d is unexpected: it begins with %s, and only O, S, P and C may follow the "
                "ProfileID, each once and without a colon inside" % (number, shown(part[:1]))
            )
        seen.add(mark)
        if mark == "O":
            token = part[1:]
        if mark == "C":
            if number != len(extensions) + 5:
                raise Fault("has an onboarding tag whose checksum is not its last part")
            body = tag[: tag.rindex(":")]
            if part[1:].upper() != "%04X" % crc16_modbus(body.encode("utf-8")):
                raise Fault("has an onboarding tag whose checksum doesn't agree: it was misread or mistyped, scan it again")
    return token
