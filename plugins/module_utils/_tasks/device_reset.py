# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Resets a device's session in the network."""

from __future__ import annotations

from typing import Any

from .._api.resources import ResourceClient
from .._api.session import Call
from .._errors import ApiError, OptionError, TdmError
from .._frame.connection import connected
from .._frame.task import Context, Task
from .._resources.device.declaration import DEVICE
from .._schema.filters import read_eui

UNCLEAR = "%s may have been reset, and is not reset again: %s. To be sure, run again"


def run(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Reset the network's session of a device (contract, ``admins/reset``)."""
    eui = read_eui("dev_eui", params["dev_eui"])
    with connected(params, context) as client:
        devices = ResourceClient(client, DEVICE)
        try:
            if context.check:
                devices.at(eui, lambda path: client.call(Call("GET", path)))
            else:
                devices.at(eui, lambda path: client.call(Call("POST", path + "/admins/reset", repeatable=False)), "POST")
        except TdmError as error:
            if isinstance(error, ApiError) and error.status == 404:
                message = "dev_eui %s doesn't exist in this subscription: correct it, or check the account"
                raise OptionError(message % eui) from None
            if error.unclear and not context.check:
                raise TdmError(UNCLEAR % ("dev_eui %s" % eui, error.message)) from None
            raise
    return {"changed": True}


TASK = Task({"dev_eui": {"type": "str", "required": True}}, run, digits=frozenset({"dev_eui"}))
