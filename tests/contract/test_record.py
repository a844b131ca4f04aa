# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""The checker of recorded exchanges: it lets pass what is right, and names what is wrong."""

from __future__ import annotations

import json
import re

import pytest

from tests.contract.check import BASE, judge
from tests.simulator.contract import Contract


@pytest.fixture(scope="module")
def contract():
    """The contract, read once."""
    return Contract()


def exchange(method, path, status, answer="", request="", query=None, edition="enterprise", **more):
    """A line of a record."""
    line = {
        "client": "lorawan.thingpark/1.0.0",
        "method": method,
        "path": BASE + "mine" + path,
        "edition": edition,
        "few_briefs": False,
        "query": query or {},
        "request_type": "application/json" if request else "",
        "request": json.dumps(request) if request else "",
        "status": status,
        "answer_type": "application/json" if answer else "",
        "answer": json.dumps(answer) if answer else "",
    }
    return json.dumps({**line, **more})


ERROR = {"code": 1, "message": "no"}
DOMAINS = {"devEUIs": ["70B3D57ED0000001"], "addedDomains": [{"name": "a", "group": {"name": "b"}}]}


@pytest.mark.parametrize(
    "line, words",
    [
        (exchange("POST", "/devices/domains", 204, request=DOMAINS), None),
        (exchange("POST", "/devices/domains", 204, request={"a": 1}), '"devEUIs" is a required property'),
        (exchange("POST", "/devices/domains", 400, ERROR, request={"a": 1}), '"devEUIs" is a required property'),
        (exchange("POST", "/devices/domains", 400, ERROR, request={"a": 1}, client="a test's own"), None),
        (exchange("POST", "/devices/domains", 200, request=DOMAINS), "no status 200"),
        (exchange("POST", "/devices/domains", 500, ERROR, request=DOMAINS), "status 500"),
        (exchange("GET", "/devices/counters", 200, {"briefs": []}), '"totalCount" is a required property'),
        (exchange("GET", "/devices/counters", 200, {"briefs": [], "totalCount": 0}, query={"a": ["b"]}), "a is no parameter"),
        (exchange("GET", "/devices/clusters", 200, {"count": 0, "clusters": []}), "minLat is missing"),
        (exchange("GET", "/devices/{deviceUid}/alarms", 200, {"briefs": [], "more": False}, query={"state": ["7"]}), "maximum"),
        (exchange("GET", "/devices/counters", 200, {"briefs": [], "totalCount": 0}, answer_type="text/html"), "text/html"),
        (exchange("POST", "/devices", 201, ERROR, request={"EUI": "0", "occContext": {"version": 1}}), "$.occContext"),
        (exchange("PUT", "/devices/{deviceUid}", 404, ERROR, request={"name": "a"}), "occContext"),
        (exchange("PUT", "/devices/{deviceUid}", 404, ERROR, request={"name": "a", "occContext": {"version": 1}}), None),
        (exchange("DELETE", "/devices/{deviceUid}", 204), None),
        (exchange("DELETE", "/devices/{deviceUid}", 204, request={"a": 1}), "there is a body"),
        (exchange("PATCH", "/devices/{deviceUid}", 200), "the contract has no PATCH"),
    ],
)
def test_faults_are_found(contract, line, words):
    report = judge(contract, [line])
    faults = [fault for found in report.faults.values() for fault in found]
    assert bool(faults) == bool(words), faults
    assert words is None or any(words in fault for fault in faults), faults


def test_what_only_wireless_has_is_let_pass(contract):
    lines = [exchange("GET", "/appServersRoutingProfiles", 200, {}), exchange("GET", "/tasks/{taskUid}", 200, {})]
    assert not judge(contract, lines).faults
    body = {"EUI": "0", "activation": "OTAA", "model": {"ID": "a"}, "appServersRoutingProfile": {"ID": "DEFAULT"}}
    report = judge(contract, [exchange("POST", "/devices", 202, request=body, edition="wireless")])
    assert report.requests == {("POST", "/devices"): 1} and not report.faults


def test_lists_of_old_platforms_are_not_judged(contract):
    line = {"method": "GET", "path": "/devices", "status": 200, "answer": {"briefs": [{}], "more": False}}
    assert judge(contract, [exchange(**line)]).faults
    assert not judge(contract, [exchange(**line, few_briefs=True)]).faults


def test_the_report_counts_by_operation(contract):
    line = exchange("POST", "/devices/domains", 204, request=DOMAINS)
    in_xml = exchange("GET", "/devices/{deviceUid}", 200, {}, client="a test's own", answer_type="application/xml")
    text = "\n".join(judge(contract, [line, line]).lines())
    assert re.search(r"POST +/devices/domains +2 +2", text)
    assert re.search(r"in all +2 +2 +1", "\n".join(judge(contract, [line, line, in_xml]).lines()))
