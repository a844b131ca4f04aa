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
from tests.unit.simulator.contract import Contract

EXAMPLES = int(os.environ.get("EXAMPLES", "25"))
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]
#: What is there at the start, so that not every generated UID is unknown.
KNOWN = {
    "deviceUid": "e70B3D57ED0000001",
    "multicastGroupUid": "1",
    "appServerUid": "1972",
    "networkSubscriptionUid": "86",
    "thingparkID": "tpk-100002581",
}
GROUP = b'{"EUI":"70B3D57ED00000F0","nwAddress":"1400f00d","class":"C","nwKey":"00000000000000000000000000000000"}'

schema = schemathesis.openapi.from_dict(Contract().document)


@schema.hook
def map_path_parameters(context, path_parameters):
    """Put what exists into the paths; other tests ask for what does not."""
    return {name: KNOWN.get(name, value) for name, value in (path_parameters or {}).items()}


@pytest.fixture(scope="module")
def simulator(tmp_path_factory):
    """An Enterprise simulator with some devices."""
    one = Simulator(
        tmp_path_factory.mktemp("generated"), edition="enterprise", client_id="a/b", client_secret="c", token_lifetime=36000
    )
    yield one
    one.stop()
    assert "Traceback" not in one.log.read_text(), one.log.read_text()


@pytest.fixture
def bearer(simulator):
    """The headers of a logged-in client; the world is as at the start."""
    simulator.reset()
    simulator.seed(10)
    simulator.change_device("70B3D57ED0000001", alarms=[1, 0, 1, 0, 0, 1])
    form = urllib.parse.urlencode({"grant_type": "client_credentials", "client_id": "a/b", "client_secret": "c"})
    with NO_PROXY.open(simulator.origin + "/users-auth/protocol/openid-connect/token", form.encode(), timeout=60) as answer:
        token = answer.read().decode().partition('access_token":"')[2].partition('"')[0]
    headers = {"Authorization": "Bearer " + token, "Content-Type": "application/json"}
    group = urllib.request.Request(simulator.url + "/subscriptions/mine/multicastGroups", GROUP, headers)
    with NO_PROXY.open(group, timeout=60) as answer:
        assert answer.status == 201
    return {"Authorization": headers["Authorization"]}


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
    case.validate_response(answer, checks=CHECKS)
