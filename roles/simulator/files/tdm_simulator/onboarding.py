# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Onboarding tags of the LoRa Alliance (TR005), as `readOnboardingTag` reads them (C)."""

from __future__ import annotations

import re

from . import views
from .catalogue import ISM_BANDS
from .codec import encode
from .errors import ApiError
from .operations import Operation

_EUI = re.compile(r"[0-9A-Fa-f]{16}\Z")
_PROFILE = re.compile(r"[0-9A-Fa-f]{8}\Z")
_VALUE = re.compile(r"[ -9;-~]+\Z")
_EXTENSIONS = {"O": "ownerToken", "S": "serNum", "P": "proprietary", "C": "checksum"}


def checksum(text):
    """CRC-16/MODBUS as four upper-case hexadecimal digits (API.md section 6)."""
    crc = 0xFFFF
    for byte in text.encode("ascii"):
        crc ^= byte
        for _bit in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return "%04X" % crc


def parse(text):
    """The parts of a tag; ApiError when it is none."""
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
    # C requires prodID and describes profileID: both are answered.
    parts["prodID"] = parts["profileID"]
    return parts


class Onboarding:
    """The handler of `devices/readOnboardingTag`."""

    def __init__(self, world, settings):
        self._world = world
        self._settings = settings

    def operations(self):
        """What this area answers: a POST that only reads."""
        path = "/devices/readOnboardingTag"
        return [Operation("POST", path, self.handle, ("language-tag",), "onboardingTag", writes=False)]

    def handle(self, request, who):
        """POST a tag as text: its parts, the models it can stand for, a device to create."""
        media_type = request.media_type()
        if media_type and media_type != "text/plain":
            raise ApiError("unsupported_media", media_type)
        try:
            text = request.body.decode("ascii").strip()
        except UnicodeDecodeError:
            raise ApiError("bad_onboarding_tag", "it is not ASCII") from None
        parts = parse(text)
        catalogue = self._world.catalogue
        profiles = [
            catalogue.profiles[profile_id]
            for profile_id in catalogue.tr005.get(parts["profileID"], ())
            if profile_id in catalogue.profiles
        ]
        device = {
            "EUI": parts["devEUI"],
            "connectivity": "LORAWAN",
            "activation": "OTAA",
            "appEUI": parts["joinEUI"],
            "name": "-".join(parts["devEUI"][i : i + 2] for i in range(0, 16, 2)),
        }
        if "ownerToken" in parts:
            device["ownerToken"] = parts["ownerToken"]
        if len(profiles) == 1:
            device["model"] = {"ID": profiles[0]["ID"], "vendor": {"ID": profiles[0]["vendor"]}}
        vendors = catalogue.tr005_vendors.get(parts["profileID"][:4], ())
        return encode(
            request,
            200,
            {
                "parts": parts,
                "device": device,
                "models": [self._model(profile) for profile in profiles],
                "vendors": [self._vendor(vendor) for vendor in vendors],
            },
        )

    def _vendor(self, vendor_id):
        shown = views.vendor(self._world.catalogue, vendor_id)
        return {"ID": vendor_id, "commercialName": shown["commercialName"], "logo": shown["logo"]}

    def _model(self, profile):
        catalogue = self._world.catalogue
        return {
            "ID": profile["ID"],
            "commercialName": profile["commercialName"],
            "logo": views.logo("deviceProfile", catalogue.profile_uids[profile["ID"]]),
            "defaultIsmBands": [{"ID": band, "name": ISM_BANDS[band]} for band in profile["bands"]],
            "vendor": self._vendor(profile["vendor"]),
        }
