# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of the event source for uplinks, as a rulebook gives them, and their check."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, fields
from typing import Any

from ..module_utils._schema.near import suggestion

AS_ID = re.compile(r"[A-Za-z0-9._-]+\Z")
KEY = re.compile(r"[0-9A-Fa-f]{32}\Z")


class UplinksError(Exception):
    """The source can't start. The message is one sentence with the remedy."""


@dataclass
class Options:
    """The checked options. The event source describes them."""

    port: int
    host: str = "127.0.0.1"
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    certfile: str = ""
    keyfile: str = ""
    max_clock_skew: int = 300
    max_body: int = 65536
    request_timeout: int = 10
    queue_size: int = 1000
    allow_unsigned: bool = False
    allow_unverified_notifications: bool = False

    BOUNDS = {
        "port": (0, 65535),
        "max_clock_skew": (1, 86400),
        "max_body": (1024, 16777216),
        "request_timeout": (1, 3600),
        "queue_size": (1, 1000000),
    }

    @classmethod
    def of(cls, args: dict[str, Any]) -> Options:
        """Return the options of a rulebook; raise UplinksError if an option is wrong."""
        known = {one.name: one for one in fields(cls)}
        given = {name: value for name, value in args.items() if value is not None}
        if unknown := sorted(set(given) - set(known) - {"keys_file"}):
            raise UplinksError("%s is not an option of uplinks%s" % (unknown[0], suggestion(unknown[0], [*known, "keys_file"])))
        if "port" not in given:
            raise UplinksError("port is missing: give the port to which ThingPark or your reverse proxy posts")
        values: dict[str, Any] = {"keys": cls._keys(given)}
        for name, one in known.items():
            if name in given and name != "keys":
                if name in cls.BOUNDS:
                    values[name] = _whole_number(name, given[name], *cls.BOUNDS[name])
                elif isinstance(one.default, bool):
                    values[name] = _truth(name, given[name])
                elif str(given[name]):  # an empty host would be every address of the machine
                    values[name] = str(given[name])
        made = cls(**values)
        if not made.keys and not made.allow_unsigned:
            raise UplinksError("keys is missing: give the key of each AS ID in keys, keys_file or TDM_UPLINK_KEYS")
        if made.keyfile and not made.certfile:
            raise UplinksError("keyfile is given without certfile: give the certificate too")
        return made

    @staticmethod
    def _keys(given: dict[str, Any]) -> dict[str, tuple[str, ...]]:
        """Return the spellings of each key, by AS ID. The platform may hash the key as typed, or in lower case."""
        if "keys" in given and "keys_file" in given:
            raise UplinksError("keys and keys_file are both given: remove one of them")
        pairs = given.get("keys", os.environ.get("TDM_UPLINK_KEYS", ""))
        if "keys_file" in given:
            try:
                with open(given["keys_file"], encoding="utf-8") as stream:
                    pairs = re.sub(r"(?m)^\s*#.*$", "", stream.read())
            except (OSError, ValueError) as problem:
                reason = getattr(problem, "strerror", None) or "it is not UTF-8 text"
                text = "keys_file %s can't be read (%s): name a text file that this user can read"
                raise UplinksError(text % (given["keys_file"], reason)) from None
        if isinstance(pairs, str):
            pairs = [pair.partition("=")[::2] for pair in re.split(r"[,\s]+", pairs) if pair]
        elif isinstance(pairs, dict):
            pairs = list(pairs.items())
        else:
            raise UplinksError("keys must be a dictionary, or a text such as AS_ID=key")
        found = {}
        for number, (as_id, key) in enumerate(pairs, 1):
            if not AS_ID.match(str(as_id)):
                raise UplinksError("keys has an invalid AS ID in entry %d: use letters, digits, dashes, dots, _" % number)
            if not KEY.match(str(key)):
                raise UplinksError("keys has a key for %s that is not 32 hexadecimal digits: copy it from ThingPark" % as_id)
            if str(as_id) in found:
                raise UplinksError("keys has two keys for %s: write one for each AS ID" % as_id)
            found[str(as_id)] = tuple(dict.fromkeys((str(key), str(key).lower())))
        return found


def _whole_number(name: str, value: object, low: int, high: int) -> int:
    text = str(value)
    if isinstance(value, bool) or not re.match(r"\d{1,9}\Z", text, re.ASCII) or not low <= int(text) <= high:
        raise UplinksError("%s must be a whole number from %d to %d" % (name, low, high))
    return int(text)


def _truth(name: str, value: object) -> bool:
    word = str(value).lower()
    if word not in ("true", "yes", "on", "1", "false", "no", "off", "0"):
        raise UplinksError("%s must be true or false" % name)
    return word in ("true", "yes", "on", "1")
