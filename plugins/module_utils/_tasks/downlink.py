# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sends a downlink: a message to a device, or to all devices of a multicast group."""

from __future__ import annotations

import re
from typing import Any

from .._api.resources import Client, ResourceClient
from .._api.session import Call
from .._errors import ApiError, OptionError, TdmError
from .._frame.connection import connected
from .._frame.task import Context, Task
from .._resources.device.declaration import DEVICE
from .._resources.multicast_group import MULTICAST_GROUP
from .._schema.filters import Time, read_eui
from .._schema.texts import Fault, shown

PAYLOAD = re.compile(r"(?:[0-9A-Fa-f]{2})*\Z")
LARGEST = 242  # bytes; no data rate of LoRaWAN carries more
#: The contract's limits of the port; LoRaWAN reserves ports above 223.
PORTS, LAST_PORT = (1, 225), 223
LONGEST = 10  # most digits of a number of seconds
UNCLEAR = (
    "the downlink for %s may have been queued, and is not sent again: %s. To have exactly one in the queue, run again with "
    "flush_queue: true"
)
RESERVED = "f_port is %d: LoRaWAN reserves the ports above %d, and the device may ignore the downlink"
OF_A_GROUP, OF_A_DEVICE = ("retry_ineligible_gateways",), ("confirmed",)


def run(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Queue a downlink. It is never repeated automatically: a second one may open a valve twice."""
    is_device, eui, name = _target(params)
    query = _query(params)
    if params["f_port"] > LAST_PORT:
        context.warn(RESERVED % (params["f_port"], LAST_PORT))
    with connected(params, context) as client:
        try:
            some = ResourceClient(client, DEVICE if is_device else MULTICAST_GROUP)
            some.at(eui, lambda path: _send(client, path, query, context.check), _verb(context))
        except TdmError as error:
            if isinstance(error, ApiError) and error.status == 404:
                raise OptionError("%s doesn't exist in this subscription: correct it, or check the account" % name) from None
            if error.unclear and not context.check:
                raise TdmError(UNCLEAR % (name, error.message)) from None
            raise
    return {"changed": True}


def _verb(context: Context) -> str:
    return "GET" if context.check else "POST"


def _send(client: Client, path: str, query: dict[str, Any], check: bool) -> None:
    """Send the downlink to the device or group at this path; in check mode only look whether it exists."""
    client.call(Call("GET", path) if check else Call("POST", path + "/admins/downlink", query, repeatable=False))


def _target(params: dict[str, Any]) -> tuple[bool, str, str]:
    """Return whether the target is a device, its DevEUI or the group's, and its name for messages."""
    option = "dev_eui" if params.get("dev_eui") is not None else "multicast_group"
    for other in OF_A_GROUP if option == "dev_eui" else OF_A_DEVICE:
        if params.get(other) is not None:
            raise OptionError("%s can't be combined with %s: remove it" % (other, option))
    eui = read_eui(option, params[option])
    return option == "dev_eui", eui, "%s %s" % (option, eui)


def _query(params: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of the request (contract: the whole downlink is in the query)."""
    payload = re.sub(r"[\s:-]", "", params["payload"])
    if not PAYLOAD.match(payload):
        raise OptionError("payload must be hexadecimal digits, two for each byte, got %s" % shown(params["payload"]))
    if len(payload) > 2 * LARGEST:
        raise OptionError("payload has %d bytes: LoRaWAN carries at most %d" % (len(payload) // 2, LARGEST))
    low, high = PORTS
    if not low <= params["f_port"] <= high:
        raise OptionError("f_port must be from %d to %d, got %d" % (low, high, params["f_port"]))
    for name in ("f_cnt_dn", "a_f_cnt_dn"):
        if params.get(name) is not None and not 0 <= params[name] < 2**32:
            raise OptionError("%s must be from 0 to %d, got %d" % (name, 2**32 - 1, params[name]))
    given = {
        "fCntDn": params.get("f_cnt_dn"),
        "aFCntDn": params.get("a_f_cnt_dn"),
        "confirmed": params.get("confirmed"),
        "flushDownlinkQueue": params["flush_queue"] or None,
        "validityTime": _validity(params.get("validity")),
        "retryIneligibleGateways": params.get("retry_ineligible_gateways"),
    }
    said = {name: str(value).lower() if isinstance(value, bool) else value for name, value in given.items() if value is not None}
    return {"payload": payload.upper(), "fPort": params["f_port"], **said}


def _validity(given: str | None) -> str | None:
    """Return the validity of the downlink: a number of seconds, or a time."""
    if given is None or (given.isascii() and given.isdigit() and len(given) <= LONGEST):
        return given
    try:
        return Time().parse(given)
    except Fault as fault:
        raise OptionError("validity %s, or a number of seconds" % fault) from None


TASK = Task(
    {
        "dev_eui": {"type": "str"},
        "multicast_group": {"type": "str"},
        "payload": {"type": "str", "required": True},
        "f_port": {"type": "int", "required": True},
        "confirmed": {"type": "bool"},
        "f_cnt_dn": {"type": "int"},
        "a_f_cnt_dn": {"type": "int"},
        "flush_queue": {"type": "bool", "default": False},
        "validity": {"type": "str"},
        "retry_ineligible_gateways": {"type": "bool"},
    },
    run,
    {
        "mutually_exclusive": [("dev_eui", "multicast_group"), ("f_cnt_dn", "a_f_cnt_dn")],
        "required_one_of": [("dev_eui", "multicast_group")],
    },
    digits=frozenset({"dev_eui", "multicast_group", "payload"}),
)
