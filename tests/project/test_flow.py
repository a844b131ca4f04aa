# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""The way of one row to its request, traced: which files it enters, and how often it is compared."""

from __future__ import annotations

import json
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest
from requests.cookies import RequestsCookieJar

from ansible_collections.lorawan.thingpark.plugins.module_utils._api.login import Account, Credentials
from ansible_collections.lorawan.thingpark.plugins.module_utils._api.resources import Client, ResourceClient
from ansible_collections.lorawan.thingpark.plugins.module_utils._api.session import Session
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.apply import Run
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.cache import Cache
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.desired import read_desired
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.policy import Policy
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.prepare import make_plan
from ansible_collections.lorawan.thingpark.plugins.module_utils._http.transport import Answer
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.declaration import DEVICE
from ansible_collections.lorawan.thingpark.plugins.module_utils._schema.row import Row

UTILS = (Path(__file__).resolve().parents[2] / "plugins" / "module_utils").resolve()
#: What no row takes alone: the meaning of a value by itself, one HTTP exchange, a session's proof, and the ground.
VALUES = ("values", "texts", "references", "structures", "embedded_xml", "json_types")
ASIDE = ("_http/", "_api/login.py", "_resources/device/tr005.py", *("_schema/%s.py" % name for name in VALUES))
EUI = "70B3D57ED1000001"
IDS = {"model": {"ID": "LORA/X"}, "networkSubscription": {"ID": "plan-1"}, "appServersRoutingProfile": {"ID": "route-1"}}
PLACE = {"adminLat": 52.5, "adminLon": 13.25, "locationType": 0, "markerID": 3}
WHOLE = {"EUI": EUI, "name": "old", "activation": "OTAA", "appEUI": "A" * 16, **IDS, **PLACE, "customerAdminData": "hall"}
BRIEF = {**WHOLE, "healthState": "ACTIVE", "creationDate": 0, "tags": [], "lat": 52.5, "lon": 13.25}
ROW = {
    "dev_eui": EUI,
    "name": "new",
    "device_profile": "LORA/X",
    "activation": "OTAA",
    "join_eui": "A" * 16,
    "connectivity_plan": "plan-1",
    "routing_profile": "route-1",
    "marker_id": 3,
    "customer_admin_data": "hall",
}


class Platform:
    """Takes the place of the transport, and has one device."""

    def __init__(self) -> None:
        self.sent: list = []

    def send(self, request):
        self.sent.append(request)
        lists = {"devices": BRIEF, "networkSubscriptions": {"ID": "plan-2", "commercialName": "other"}}
        listed = lists.get(request.url.rpartition("/")[2])
        device = {**WHOLE, "occContext": {"version": 7}, **json.loads(request.body or b"{}")}
        body = {"briefs": [listed], "more": False} if listed else device
        return Answer(200, json.dumps(body).encode(), "application/json", {}, RequestsCookieJar())


class Trace:
    """Counts the files that are entered, and the calls of some functions."""

    def __init__(self) -> None:
        self.files: set = set()
        self.calls: Counter = Counter()

    def __call__(self, frame, event, _argument) -> None:
        path = Path(frame.f_code.co_filename)
        if event == "call" and "module_utils" in path.parts and path.name.endswith(".py"):
            name = path.resolve().relative_to(UTILS).as_posix()
            if "/" in name and not name.startswith(ASIDE):
                self.files.add(name)
            self.calls[frame.f_code.co_name] += 1


def go(platform: Platform, row: dict, trace: Trace) -> list:
    """Bring a row to its requests; return what it described, as it is afterwards."""
    session = Session(Account("https://host/rest"), platform, Credentials(subscription="/subscriptions/1"))
    api, cache = ResourceClient(Client(session), DEVICE), Cache(DEVICE, "")
    policy = Policy(parallel=1)
    run = Run(api, policy, cache)
    threading.setprofile(trace)
    sys.setprofile(trace)
    try:
        described = read_desired(DEVICE, [Row("line 1", row)])
        run.apply(make_plan(api, described, policy, cache).changes)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return described


@pytest.fixture
def platform() -> Platform:
    return Platform()


def test_a_changed_row_enters_few_files(platform):
    trace = Trace()
    go(platform, ROW, trace)
    assert [request.method for request in platform.sent] == ["GET", "GET", "PUT"]
    assert json.loads(platform.sent[-1].body) == {"name": "new", "occContext": {"version": 7}}
    assert len(trace.files) <= 9, "\n".join(sorted(trace.files))
    assert trace.calls["compare"] == 2  # with the list, and with the device itself, which has the version


def test_a_row_that_is_as_described_is_compared_once(platform):
    trace = Trace()
    go(platform, {**ROW, "name": "old"}, trace)
    assert [request.method for request in platform.sent] == ["GET"]
    assert trace.calls["compare"] == 1


def test_a_name_that_is_looked_up_leaves_the_description_as_it_was(platform):
    (desired,) = go(platform, {**ROW, "name": "old", "connectivity_plan": "other"}, trace := Trace())
    assert json.loads(platform.sent[-1].body)["networkSubscription"] == {"ID": "plan-2"}
    assert desired.values["connectivity_plan"] == "other"
    assert trace.calls["compare"] == 3  # the list, the ID behind the name, the device itself
