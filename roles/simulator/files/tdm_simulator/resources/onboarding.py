# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Onboarding tags of the LoRa Alliance (TR005), as `readOnboardingTag` reads them (C)."""

from __future__ import annotations

import re

from .. import Document
from ..api.operations import Call, Operation
from ..errors import ApiError
from ..http.messages import Response
from ..world.catalogue import Catalogue
from . import device_views as views
from .catalogue_lists import bands_of
from .devices import name_of

_EUI = re.compile(r"[0-9A-Fa-f]{16}\Z")
_PROFILE = re.compile(r"[0-9A-Fa-f]{8}\Z")
_VALUE = re.compile(r"[ -9;-~]+\Z")
_EXTENSIONS = {"O": "ownerToken", "S": "serNum", "P": "proprietary", "C": "checksum"}


def checksum(text: str) -> str:
    """CRC-16/MODBUS as four upper-case hexadecimal digits."""
    crc = 0xFFFF
    for byte in text.encode("ascii"):
        crc ^= byte
        for _bit in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return "%04X" % crc


def parse(text: str) -> dict[str, str]:
    """The parts of a tag; ApiError if it is invalid."""
    pieces = text.split(":")
    if len(pieces) < 5 or pieces[0] != "LW" or pieces[1] != "D0":
        raise ApiError("bad_onboarding_tag", "it does not begin with LW:D0 and three fields")
    join_eui, dev_eui, profile = pieces[2:5]
    if not _EUI.match(join_eui) or not _EUI.match(dev_eui) or not _PROFILE.match(profile):
        raise ApiError("bad_onboarding_tag", "malformed JoinEUI, DevEUI or profile identifier")
    parts = {"joinEUI": join_eui.upper(), "devEUI": dev_eui.upper(), "profileID": profile.upper()}
    for position, piece in enumerate(pieces[5:], 5):
        name = _EXTENSIONS.get(piece[:1])
        if name is None or name in parts or not _VALUE.match(piece[1:]):
            raise ApiError("bad_onboarding_tag", "malformed extension")
        if name == "checksum":
            if position != len(pieces) - 1:
                raise ApiError("bad_onboarding_tag", "the checksum is not the last field")
            if piece[1:].upper() != checksum(":".join(pieces[:-1])):
                raise ApiError("bad_onboarding_tag", "the checksum does not agree")
        parts[name] = piece[1:]
    # C requires prodID and describes profileID, so both are returned.
    parts["prodID"] = parts["profileID"]
    return parts


def read(call: Call) -> Response:
    """POST a tag as text: its parts, the possible models, and a device to create."""
    media_type = call.request.media_type()
    if media_type and media_type != "text/plain":
        raise ApiError("unsupported_media", media_type)
    try:
        text = call.request.body.decode("ascii").strip()
    except UnicodeDecodeError:
        raise ApiError("bad_onboarding_tag", "it is not ASCII") from None
    parts = parse(text)
    catalogue = call.world.catalogue
    known = [name for name in catalogue.tr005.get(parts["profileID"], ()) if name in catalogue.profiles]
    profiles = [catalogue.profiles[name] for name in known]
    device: Document = {
        "EUI": parts["devEUI"],
        "connectivity": "LORAWAN",
        "activation": "OTAA",
        "appEUI": parts["joinEUI"],
        "name": name_of(parts["devEUI"]),
    }
    if "ownerToken" in parts:
        device["ownerToken"] = parts["ownerToken"]
    if len(profiles) == 1:
        device["model"] = {"ID": profiles[0]["ID"], "vendor": {"ID": profiles[0]["vendor"]}}
    vendors = catalogue.tr005_vendors.get(parts["profileID"][:4], ())
    document = {
        "parts": parts,
        "device": device,
        "models": [_model(catalogue, profile) for profile in profiles],
        "vendors": [_vendor(catalogue, vendor) for vendor in vendors],
    }
    return call.answer(200, document)


def _vendor(catalogue: Catalogue, vendor_id: str) -> Document:
    shown = views.vendor(catalogue, vendor_id)
    return {"ID": vendor_id, "commercialName": shown["commercialName"], "logo": shown["logo"]}


def _model(catalogue: Catalogue, profile: Document) -> Document:
    return {
        "ID": profile["ID"],
        "commercialName": profile["commercialName"],
        "logo": views.logo("deviceProfile", catalogue.profile_uids[profile["ID"]]),
        "defaultIsmBands": bands_of(profile["bands"]),
        "vendor": _vendor(catalogue, profile["vendor"]),
    }


# A POST that only reads.
OPERATIONS = [Operation("POST", "/devices/readOnboardingTag", read, ("language-tag",), "onboardingTag", writes=False)]
