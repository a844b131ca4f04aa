# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""The integration targets of the Enterprise profile pass an independent validator without a violation.

Client -> Router -> Prism -> Meddler -> simulator: the last but one changes answers, to see that Prism would see it.
"""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.conftest import NO_PROXY, Simulator
from tests.contract.conftest import PRISM
from tests.contract.prism import BASE, Prism, Router
from tests.integration.playing import faults_of, options, play, targets
from tests.meddler import Meddler
from tests.simulator.contract import MINE, Contract

PROFILE = "enterprise"
EUI = "70B3D57ED0000001"
ERROR = {"code": 1, "message": "no"}


class Way:
    """The way from a client to its simulator, with all that stands in it."""

    def __init__(self, directory) -> None:
        self.simulator = Simulator(directory, **options(PROFILE), occ_required=True)
        self.meddler = Meddler(self.simulator.origin)
        self.prism = Prism(PRISM, self.meddler.url, directory)
        self.router = Router(self.simulator.origin, self.prism.host)

    def close(self) -> None:
        for end in (self.router.close, self.prism.stop, self.meddler.close, self.simulator.stop):
            end()

    def begin(self) -> None:
        """Forget all that was."""
        self.simulator.reset()
        self.meddler.rules.clear()
        self.router.violations.clear()
        self.router.answered.clear()

    def violations(self, method: str, path: str, body: object = None, answer: object = ..., status: int = 200, kind="json"):
        """Return what Prism says of a request below the subscription, and of its answer; ... takes the simulator's."""
        self.router.violations.clear()
        self.meddler.rules.clear()
        if answer is not ...:
            content = json.dumps(answer).encode()
            self.meddler.on(method, ".*", lambda _request, _forward: (status, {"Content-Type": "application/" + kind}, content))
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": "Bearer none", "Accept": "application/json", "Content-Type": "application/json"}
        request = urllib.request.Request(self.router.url + MINE + path, data, headers, method=method)
        try:
            NO_PROXY.open(request, timeout=60).close()
        except urllib.error.HTTPError as refused:
            refused.close()
        return list(self.router.violations)


TARGETS = Path(__file__).resolve().parents[1] / "integration/targets"


@pytest.fixture(scope="module")
def whole_way(tmp_path_factory):
    """The processes of all tests here."""
    one = Way(tmp_path_factory.mktemp("prism"))
    yield one
    one.close()


@pytest.fixture
def way(whole_way) -> Way:
    """The way, as on the first day."""
    whole_way.begin()
    return whole_way


@pytest.mark.parametrize("target", targets())
def test_a_target_violates_nothing(way, target, tmp_path, child_environment):
    output = play(target, PROFILE, "auto", way.simulator, tmp_path, child_environment, way.router.url)
    assert faults_of(target, PROFILE, way.simulator, output, tmp_path) == []
    assert [each for each in way.router.violations if LACKING not in each] == []
    # What the simulator was asked below the subscription went through the validator, all of it.
    asked = {name: number for name, number in way.simulator.requests()["by_path"].items() if BASE + "/subscriptions" in name}
    assert 0 < sum(asked.values()) <= sum(way.router.answered.values())
    # A target that empties the platform lets the simulator forget what it was asked before.
    forgets = "_simulator/reset" in (TARGETS / target / "tasks/target.yml").read_text(encoding="utf-8")
    assert forgets or sum(asked.values()) == sum(way.router.answered.values())


#: The contract has no AS routing profiles, and Enterprise answers that it doesn't know them, as is tried there.
LACKING = "/appServersRoutingProfiles, status 404, request: Selected route not found"
CREATED = {"EUI": EUI, "activation": "OTAA", "model": {"ID": "LORA/GenericA.1.0.3a_ETSI"}}
CHANGED = {"name": "a", "occContext": {"version": 1}}
WRONG = [
    ("GET", "/devices/clusters", None, {"count": 0, "clusters": []}, 200, "'minlat'"),
    ("GET", "/devices?pageIndex=x", None, ..., 401, "pageindex must be integer"),
    ("GET", "/appServers?type=SMTP", None, ..., 401, "one of the allowed values"),
    ("POST", "/devices", {"EUI": EUI, "activation": "OTAA"}, ERROR, 400, "'model'"),
    ("POST", "/devices", {**CREATED, "occContext": {"version": 1}}, ERROR, 400, "occContext must NOT be valid"),
    ("POST", "/devices", {**CREATED, "alarm004": 5}, ERROR, 400, "alarm004 must be string"),
    ("PUT", "/devices/e" + EUI, {"name": "a"}, ERROR, 409, "'occContext'"),
    ("PUT", "/devices/e" + EUI, {**CHANGED, "activation": "ABP"}, ERROR, 400, "activation must NOT be valid"),
    ("PUT", "/devices/e" + EUI, {**CHANGED, "motionIndicator": "FAST"}, ERROR, 400, "motionIndicator must be equal to one"),
    ("GET", "/devices/counters", None, {"briefs": []}, 200, "'totalCount'"),
    ("GET", "/devices/e" + EUI, None, {**CREATED, "EUI": 5}, 200, "EUI must be string"),
    (
        "GET",
        "/devices",
        None,
        {"briefs": [{"EUI": EUI}], "more": False},
        200,
        "briefs.0 must have required property 'healthState'",
    ),
    ("GET", "/networkSubscriptions/86", None, {"code": "none"}, 404, "code must be integer"),
    ("GET", "/gateways", None, {}, 200, "route not found"),
]


@pytest.mark.parametrize("method, path, body, answer, status, words", WRONG, ids=[str(number) for number in range(len(WRONG))])
def test_what_is_wrong_is_seen(way, method, path, body, answer, status, words):
    found = way.violations(method, path, body, answer, status)
    assert any(words in one for one in found), found


@pytest.mark.parametrize(
    "step",
    [
        ("POST", "/devices", CREATED, ERROR, 400),
        ("PUT", "/devices/e" + EUI, CHANGED, ERROR, 400),
        ("GET", "/devices/counters", None, {"briefs": [], "totalCount": 0}),
        ("GET", "/devices"),  # without a token, which the simulator says as the contract has it
    ],
    ids=["create", "update", "answer", "refusal"],
)
def test_what_is_right_is_let_pass(way, step):
    assert way.violations(*step) == []


def test_a_wrong_media_type_is_seen(way):
    found = way.violations("GET", "/devices/counters", answer={"briefs": [], "totalCount": 0}, kind="xml")
    assert any("media type" in one for one in found), found


def bodies(contract: Contract):
    """Yield (method, path, status, request?) of each JSON body that the contract describes."""
    for (method, template), operation in contract.operations().items():
        path = re.sub(r"\{\w+\}", "1", template)
        if "application/json" in contract.resolved(operation.get("requestBody", {})).get("content", {}):
            yield method, path, 200, True
        for status, answer in operation["responses"].items():
            if "application/json" in contract.resolved(answer).get("content", {}):
                yield method, path, int(status) if status.isdigit() else 400, False


def test_no_body_is_overlooked(way):
    # Prism says nothing at all of a body whose schema it can't make anything of.
    blind = []
    for method, path, status, is_request in bodies(Contract()):
        found = way.violations(method, path, "wrong" if is_request else None, "wrong", status)
        if not any((", request.body" if is_request else ", response.body") in one for one in found):
            blind.append((method, path, status, "request" if is_request else "answer", found))
    assert blind == []
