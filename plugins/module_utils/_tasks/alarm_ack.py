# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Acknowledges alarms."""

from __future__ import annotations

from typing import Any

from .._api.resources import Client, ResourceClient
from .._api.session import Call
from .._errors import ApiError, OptionError
from .._frame.connection import connected
from .._frame.task import Context, Task
from .._resources.alarms import SHOWN
from .._resources.device.declaration import DEVICE
from .._resources.multicast_group import MULTICAST_GROUP
from .._schema.resource import Resource
from . import alarms

AT_ONCE = 100  # UIDs per request; the contract names no limit
OPTIONS = {name: entry for name, entry in alarms.OPTIONS.items() if name != "acked"}
NOTHING = "no alarms are chosen: give uids or a filter, or set all: true for the alarms of all devices"
ALL = "all means the alarms of all devices, and %s restricts it: remove one of the two"
TWICE = "uids already names the alarms: remove %s"
NOT_THERE = (404, 405)


def run(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Acknowledge the selected alarms that are not acknowledged yet.

    The alarms are listed first and acknowledged by UID. So an alarm that is raised in the meantime isn't acknowledged unseen.
    """
    given = [name for name in OPTIONS if params.get(name) is not None]
    uids = params["uids"]
    besides = [*given, *(["all"] if params["all"] else [])]
    if uids is not None and besides and besides != ["multicast_group"]:
        raise OptionError(TWICE % besides[0])
    if params["all"] and given:
        raise OptionError(ALL % given[0])
    if uids is None and not besides:
        raise OptionError(NOTHING)
    wanted = alarms.read_wanted({**params, "acked": False})
    with connected(params, context) as client:
        found = [brief for brief in alarms.alarms(client, wanted) if brief.get("acked") is not True]
        if uids is not None:
            found = [brief for brief in found if brief.get("alarmUid") in uids]
        if not context.check:
            _acknowledge(client, wanted, found)
    listed = [alarms.shown(wanted, brief) for brief in found]
    result: dict[str, Any] = {"changed": bool(found), "alarms": listed, "summary": alarms.summary_of(listed)}
    if context.diff:
        before, after = ({str(one["uid"]): {"acked": acked} for one in listed} for acked in (False, True))
        result["diff"] = {"before": before, "after": after}
    return result


def _acknowledge(client: Client, wanted: alarms.Wanted, found: list[dict[str, Any]]) -> None:
    if wanted.group:
        for brief in found:
            _acknowledge_one(client, MULTICAST_GROUP, wanted.group, brief["alarmUid"])
        return
    for start in range(0, len(found), AT_ONCE):
        some = found[start : start + AT_ONCE]
        try:
            body = {"alarmUids": [brief["alarmUid"] for brief in some]}
            client.call(Call("POST", "/devices/alarms/ack", body=body, document="ack", types=SHOWN))
        except ApiError as error:
            if error.status not in NOT_THERE:
                raise
            # An older platform acknowledges alarms one by one (?).
            for brief in some:
                _acknowledge_one(client, DEVICE, str(alarms.shown(wanted, brief).get("dev_eui")), brief["alarmUid"])


def _acknowledge_one(client: Client, resource: Resource, eui: str, uid: str) -> None:
    some = ResourceClient(client, resource)
    some.at(eui, lambda path: client.call(Call("POST", "%s/alarms/%s/ack" % (path, uid))), "POST")


TASK = Task(
    {**OPTIONS, "uids": {"type": "list", "elements": "str"}, "all": {"type": "bool", "default": False}},
    run,
    alarms.RULES,
    digits=alarms.DIGITS,
)
