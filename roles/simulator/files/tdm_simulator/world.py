# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of the simulated platform: devices, their indexes, and the file that keeps them."""

from __future__ import annotations

import bisect
import json
import os
import tempfile
import time

from .errors import ApiError

FIRST_DEVICE_UID = 5000
FIRST_TAG_UID = 21
FIRST_SERVER_UID = 2000
FIRST_ROUTE_UID = 26000


def now_ms():
    """Epoch time in milliseconds (C: all times of JSON documents)."""
    return int(time.time() * 1000)


def new_server(one):
    """An application server from its few fields (C AppServer)."""
    server = {
        "type": "HTTP",
        "state": "ACTIVE",
        "contentType": "json",
        "downlinkSecurity": {"status": "NONE"},
        "domains": [],
        "destinations": [],
        "customHttpHeaders": [],
        "description": None,
        "version": 1,
        "lastUpdate": 1577836800000,
        "who": "Platform Operator",
    }
    server.update(one)
    return server


def new_route(one):
    """An AS routing profile from its few fields (O)."""
    route = {"isDefault": False, "routes": [], "version": 1, "lastUpdate": 1577836800000, "who": "Platform Operator"}
    return {**route, **one}


class World:
    """Devices by EUI and by UID; the EUIs in order; the order of creation."""

    def __init__(self, catalogue):
        self.catalogue = catalogue
        self.revision = 0  # only ever goes up, or a kept result could be taken for a new one
        self.reset()

    def reset(self):
        """Forget every device and task; the subscription as on the first day."""
        self.devices = {}
        self.by_uid = {}  # in the order of creation
        self.euis = []  # in the order of the EUI
        self.used = dict.fromkeys(self.catalogue.plans, 0)
        self.servers = {key: new_server(one) for key, one in self.catalogue.servers.items()}
        self.next_server = FIRST_SERVER_UID
        self.routes = {key: new_route(one) for key, one in self.catalogue.routes.items()}
        self.next_route = FIRST_ROUTE_UID
        self.groups = {}  # multicast groups, by EUI
        self.next_group = 1
        self.alarms = {}  # of devices and multicast groups, by EUI
        self.next_alarm = 1
        self.downlinks = {}  # what was submitted, by EUI
        self.alarm_subscriptions = {}  # by ThingPark ID
        self.tag_uids = {}
        self.tasks = {}
        self.next_uid = FIRST_DEVICE_UID
        self.next_task = 1
        self.subscription = {
            "creationTimestamp": 1577836800000,
            "version": 1,
            "lastUpdate": 1577836800000,
            "who": "Platform Operator",
            "alarmStateNotifications": "<notifications/>",
            "defaultIsmBands": ["eu868"],
            "nsID": None,
            "restricted": {},
        }
        self.touch()

    def touch(self):
        """Note that something changed."""
        self.revision += 1

    # -- devices ---------------------------------------------------------

    def add(self, device):
        """Add a new device: gives it its UID."""
        device["uid"] = self.next_uid
        self.next_uid += 1
        self.devices[device["EUI"]] = device
        self.by_uid[device["uid"]] = device
        if self.euis and device["EUI"] > self.euis[-1]:
            self.euis.append(device["EUI"])
        else:
            bisect.insort(self.euis, device["EUI"])
        self.count(device, 1)
        self.touch()

    def replace(self, device, changed):
        """Put the changed fields into a device and keep the counts right."""
        self.count(device, -1)
        device.update(changed)
        self.count(device, 1)
        self.touch()

    def remove(self, device):
        """Delete a device with all that belongs to it (C)."""
        del self.devices[device["EUI"]]
        del self.by_uid[device["uid"]]
        del self.euis[bisect.bisect_left(self.euis, device["EUI"])]
        self.count(device, -1)
        self.alarms.pop(device["EUI"], None)
        self.downlinks.pop(device["EUI"], None)
        self.touch()

    def server_use(self, server_id):
        """How many devices and multicast groups name an application server: (devices, groups)."""
        devices = sum(server_id in one["servers"] for one in self.by_uid.values())
        return devices, sum(server_id in one["servers"] for one in self.groups.values())

    def default_route(self):
        """ID of the default routing profile (Wireless, O), or None."""
        return next((route["ID"] for route in self.routes.values() if route["isDefault"]), None)

    def count(self, device, step):
        """Keep the used licences: a device or a multicast group comes (1) or goes (-1)."""
        if device["plan"] is not None:
            self.used[device["plan"]] += step

    def stamp(self, device, who):
        """A change of the device: version and time go up (C occContext)."""
        device["version"] += 1
        device["lastUpdate"] = max(now_ms(), device["lastUpdate"] + 1)
        device["who"] = who
        self.touch()

    def find(self, path_uid):
        """The device for a `{deviceUid}`: an integer, or e and the upper-case EUI (C)."""
        if path_uid[:1] == "e":
            return self.devices.get(path_uid[1:])
        if path_uid.isascii() and path_uid.isdigit() and len(path_uid) < 16:
            return self.by_uid.get(int(path_uid))
        return None

    def require(self, path_uid, eui_paths=True):
        """The device for a `{deviceUid}`; old platforms know the integer alone (O)."""
        device = self.find(path_uid) if eui_paths or path_uid[:1] != "e" else None
        if device is None:
            raise ApiError("device_not_found", path_uid)
        return device

    def euis_with_prefix(self, prefix):
        """The EUIs that begin with a prefix, in order."""
        low = bisect.bisect_left(self.euis, prefix)
        high = bisect.bisect_right(self.euis, prefix + "G", low)
        return self.euis[low:high]

    def tag_uid(self, name):
        """The UID of a tag; a new tag gets a new one."""
        if name not in self.tag_uids:
            self.tag_uids[name] = FIRST_TAG_UID + len(self.tag_uids)
        return self.tag_uids[name]

    # -- file --------------------------------------------------------------

    _KEPT = (
        "tag_uids",
        "next_uid",
        "next_task",
        "tasks",
        "subscription",
        "servers",
        "next_server",
        "routes",
        "next_route",
        "groups",
        "next_group",
        "alarms",
        "next_alarm",
        "downlinks",
        "alarm_subscriptions",
    )

    def snapshot(self, extra):
        """The state as JSON text."""
        state = {name: getattr(self, name) for name in self._KEPT}
        state["devices"] = list(self.by_uid.values())
        state["extra"] = extra
        return json.dumps(state)

    def restore(self, path):
        """Load a snapshot; the extra part of it, or None when there is no file."""
        try:
            with open(path, encoding="utf-8") as stream:
                state = json.load(stream)
        except FileNotFoundError:
            return None
        self.reset()
        for device in state["devices"]:
            if device["plan"] is not None:
                self.used.setdefault(device["plan"], 0)
            self.devices[device["EUI"]] = device
            self.by_uid[device["uid"]] = device
            self.count(device, 1)
        self.euis = sorted(self.devices)
        for name in self._KEPT:
            if name in state:  # the file may be older than the name
                setattr(self, name, state[name])
        for group in self.groups.values():
            self.count(group, 1)
        return state["extra"]


def write_atomically(path, text):
    """Write a file so that nobody ever reads half of it; only its owner may read it."""
    directory = os.path.dirname(os.path.abspath(path))
    handle, temporary = tempfile.mkstemp(prefix=".tdm-simulator-", dir=directory)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
