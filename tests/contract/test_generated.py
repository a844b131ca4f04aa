# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""Requests made up from the contract: the simulator never breaks, and never answers outside the contract.

They are the same in every run. More of them: ``EXAMPLES=500``.
"""

from __future__ import annotations

import os
import urllib.parse
import urllib.request

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from tests.conftest import NO_PROXY, Simulator
from tests.simulator.contract import Contract

EXAMPLES = int(os.environ.get("EXAMPLES", "5"))
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]
#: Where all rows are done, the answer is empty: so says the contract in prose, for which its schema has no word.
EMPTY = "/subscriptions/mine/devices/import"
#: What is there at the start, beside a UID that is not: else hardly any request would find anything.
UIDS = {
    "deviceUid": ["e70B3D57ED0000001", "5001", "123"],
    "multicastGroupUid": ["1", "e70B3D57ED00000F0", "123"],
    "appServerUid": [1972, 1973, 123],
    "alarmUid": ["%024x" % number for number in (1, 4, 99)],
    "tagUid": [21, 22, 99],
    "networkSubscriptionUid": [86, 123],
    "thingparkID": ["tpk-100002581", "nobody"],
}
THERE = [
    (
        "/multicastGroups",
        b'{"EUI":"70B3D57ED00000F0","nwAddress":"1400f00d","class":"C","nwKey":"00000000000000000000000000000000",'
        b'"bss":{"tags":[{"name":"city"}]}}',
    ),
    ("/users/tpk-100002581/alarmsSubscription", b'{"minimumSeverity":4}'),
]


def prepared() -> dict:
    """Return the contract, with UIDs in its paths that the simulator has."""
    contract = Contract()
    for methods in contract.document["paths"].values():
        for one in map(contract.resolved, methods.get("parameters", [])):
            if one["in"] == "path" and one["name"] in UIDS:
                one.pop("example", None)
                one["schema"] = {"type": one["schema"]["type"], "enum": UIDS[one["name"]]}
    return contract.document


schema = schemathesis.openapi.from_dict(prepared())


@pytest.fixture(scope="module")
def simulator(tmp_path_factory):
    """An Enterprise simulator with some devices."""
    one = Simulator(
        tmp_path_factory.mktemp("generated"),
        edition="enterprise",
        client_id="a/b",
        client_secret="c",
        token_lifetime=36000,
        occ_required=True,
    )
    yield one
    one.stop()
    assert "Traceback" not in one.log.read_text(), one.log.read_text()


@pytest.fixture
def bearer(simulator):
    """The headers of a logged-in client; the world is as at the start."""
    simulator.reset()
    simulator.seed(10, tags=["t"], model="LORA/GenericA.1.0.3a_ETSI")
    simulator.change_device("70B3D57ED0000001", alarms=[1, 0, 1, 0, 0, 1], appServers=[])
    form = urllib.parse.urlencode({"grant_type": "client_credentials", "client_id": "a/b", "client_secret": "c"})
    with NO_PROXY.open(simulator.origin + "/users-auth/protocol/openid-connect/token", form.encode(), timeout=60) as answer:
        token = answer.read().decode().partition('access_token":"')[2].partition('"')[0]
    headers = {"Authorization": "Bearer " + token}
    for path, body in THERE:
        post = urllib.request.Request(
            simulator.url + "/subscriptions/mine" + path, body, {**headers, "Content-Type": "application/json"}
        )
        with NO_PROXY.open(post, timeout=60) as answer:
            assert answer.status == 201
    simulator.inspect("PUT", "groups/70B3D57ED00000F0", {"alarms": [1, 0, 1, 0, 0, 1]})
    return headers


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much, HealthCheck.too_slow],
)
def test_generated_requests_are_answered_within_the_contract(case, simulator, bearer):
    answer = case.call(base_url=simulator.url, headers=bearer)
    empty = case.path == EMPTY and answer.status_code == 200 and not answer.content
    case.validate_response(answer, checks=[not_a_server_error] if empty else CHECKS)
