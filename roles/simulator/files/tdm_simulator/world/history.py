# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A device's past frames, made up to agree with all its other data.

`historyUpDaily` and `historyDwDaily` count frames in periods of two hours over a day before the last uplink (C);
the frames are spread evenly over those periods, and everything else is counted from the frames.
"""

from __future__ import annotations

from .. import Document

UPLINK, DOWNLINK = 0, 1
SLOTS = 12
SLOT_MS = 2 * 3600 * 1000
_PAYLOAD = {UPLINK: 12, DOWNLINK: 8}
_HEARD = {
    "rssi": "lastRSSI",
    "snr": "lastSNR",
    "esp": "lastESP",
    "instantPER": "lastInstantPER",
    "meanPER": "lastMeanPER",
}
_MEANS = {
    "instantPerMean": "instantPER",
    "meanPerMean": "meanPER",
    "rssiMean": "rssi",
    "snrMean": "snr",
    "espMean": "esp",
}
_BITRATE = {7: 5470.0, 8: 3125.0, 9: 1760.0, 10: 980.0, 11: 440.0, 12: 250.0}


def frames(device: Document) -> list[Document]:
    """The frames of a device in order of time (C FramesDevice)."""
    radio = device["radio"] or {}
    last = radio.get("lastUpTimestamp")
    if not isinstance(last, int):
        return []
    found: list[Document] = []
    for kind, name in ((UPLINK, "historyUpDaily"), (DOWNLINK, "historyDwDaily")):
        counts = radio.get(name, {}).get("val", [])[-SLOTS:]
        for slot, number in enumerate(counts):
            end = last - (len(counts) - 1 - slot) * SLOT_MS
            for place in range(number):
                found.append(_frame(kind, radio, end - place * (SLOT_MS // max(1, number))))
    return sorted(found, key=lambda one: one["timestamp"])


def _frame(kind: int, radio: Document, when: int) -> Document:
    frame: Document = {"type": kind, "timestamp": when, "size": _PAYLOAD[kind]}
    sf = radio.get("lastSF")
    if sf is not None:
        frame["sf"] = sf
    if kind == DOWNLINK:
        return dict(frame, deliveryStatus=1)
    frame.update(late=False, overflow=False)
    for name, source in _HEARD.items():
        if radio.get(source) is not None:
            frame[name] = radio[source]
    if sf in _BITRATE:
        frame["bitrate"] = _BITRATE[sf]
    return frame


def aggregate(found: list[Document], step: int, means: bool = False) -> list[Document]:
    """Number and sizes of frames per slot of `step` milliseconds (C FramesDevices, FramesDeviceAggregation).

    Slots begin at multiples of the step since 1970 in UTC; time zones are ignored (?).
    """
    slots: dict[int, list[Document]] = {}
    for one in found:
        slots.setdefault(one["timestamp"] // step * step, []).append(one)
    return [_slot(when, slots[when], means) for when in sorted(slots)]


def _slot(when: int, found: list[Document], means: bool) -> Document:
    up = [one for one in found if one["type"] == UPLINK]
    down = [one for one in found if one["type"] == DOWNLINK]
    shown: Document = {
        "timestamp": when,
        "up": {**_sum(up), **_sum(up, "OnTime"), **_sum([], "Late"), "subTypes": []},
        "dw": {**_sum(down), **_sum(down, "Sent"), **_sum([], "Failed"), "subTypes": []},
        "mf": dict.fromkeys(("count", "size", "sizeUp", "sizeDown", "duration"), 0),
    }
    if means:
        for name, source in _MEANS.items():
            values = [one[source] for one in up if source in one]
            shown[name] = sum(values) / len(values) if values else 0.0
    return shown


def _sum(found: list[Document], what: str = "") -> Document:
    return {"count" + what: len(found), "size" + what: sum(one["size"] for one in found)}


def spreading_factors(found: list[Document]) -> Document:
    """Uplinks and downlinks by spreading factor, 7 to 12 (C SfDistributions)."""
    counts = {sf: [0, 0] for sf in range(7, 13)}
    for one in found:
        if one.get("sf") in counts:
            counts[one["sf"]][one["type"]] += 1
    ups, downs = (sum(pair[kind] for pair in counts.values()) for kind in (UPLINK, DOWNLINK))
    return {
        "briefs": [{"sf": sf, "up": {"count": up}, "dw": {"count": down}} for sf, (up, down) in counts.items()],
        "up": {"totalCount": ups},
        "dw": {"totalCount": downs},
    }
