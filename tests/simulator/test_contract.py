# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of the Enterprise edition against the operator's contract, where that lies beside the checkout."""

from __future__ import annotations

import re

import jsonschema
import pytest
import yaml

from .conftest import CONTRACT, abp, otaa

MINE = "/subscriptions/mine"
UIDS = (
    ("/devices/e70B3D57ED0000001", "/devices/{deviceUid}"),
    ("/devices/5000", "/devices/{deviceUid}"),
    ("/appServers/1972", "/appServers/{appServerUid}"),
    ("/networkSubscriptions/86", "/networkSubscriptions/{networkSubscriptionUid}"),
)


def load():
    """The contract with each choice by a discriminator resolved to LoRaWAN over HTTP.

    JSON Schema alone cannot judge those: the cellular branch requires nothing,
    so that a LoRaWAN device always matches both branches of a oneOf.
    """
    with CONTRACT.open(encoding="utf-8") as stream:
        contract = yaml.load(stream, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    allow_null(contract)
    for schema in contract["components"]["schemas"].values():
        mapping = schema.get("discriminator", {}).get("mapping", {})
        chosen = mapping.get("LORAWAN") or mapping.get("HTTP")
        if chosen:
            schema.pop("oneOf", None)
            schema.pop("anyOf", None)
            schema.setdefault("allOf", []).append({"$ref": chosen})
        required = schema.get("x-requiredRead")
        if required and schema.get("type") == "object":
            schema["required"] = sorted(set(schema.get("required", []) + required))
    return contract


def allow_null(node):
    """Let null pass where the contract's type says so but its enumeration forgot."""
    if isinstance(node, dict):
        if "enum" in node and "null" in node.get("type", ()):
            node["enum"] = [*node["enum"], None]
        for value in node.values():
            allow_null(value)
    elif isinstance(node, list):
        for value in node:
            allow_null(value)


@pytest.fixture(scope="module")
def contract():
    """The contract, read once."""
    return load()


def check(contract, method, path, status, document):
    """Validate an answer against the schema of its path and status."""
    for uid, template in UIDS:
        path = path.replace(uid, template)
    path = re.sub(r"/tags/\d+", "/tags/{tagUid}", path)
    answers = contract["paths"][MINE + path][method.lower()]["responses"]
    answer = answers.get(str(status), answers["default"])
    if "$ref" in answer:
        answer = contract["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    if "content" not in answer:
        assert document is None
        return
    schema = dict(answer["content"]["application/json"]["schema"], components=contract["components"])
    errors = [error.message + " at " + error.json_path for error in jsonschema.Draft202012Validator(schema).iter_errors(document)]
    assert not errors, errors


TAG = "LW:D0:1122334455667788:AABBCCDDEEFF0011:%s:OAABBCCDDEEFF:SYYWWNNNNNN:PFOOBAR"
RICH = otaa(
    customerAdminData="x",
    markerID=203,
    motionIndicator="RANDOM",
    adminLat=52,
    adminLon=5,
    alarm004='<alarm004><threshold1 status="ENABLE" level="3" duration="P2D"/></alarm004>',
    appServers=[{"ID": "TWA_100002581.1972.AS"}],
    driverMetadata={"application": "abeeway:asset-tracker:1"},
    domains=[{"name": "France/Paris", "group": {"name": "Site"}}],
    networkSubscription={"nwGeolocalization": True},
)
FORCE = {"force": "true"}
ALL_STEPS = [
    ("GET", "", None, None),
    ("GET", "/devices", None, None),
    ("PUT", "", {"nsID": "F03D290200000000", "occContext": {"version": 0}}, FORCE),
    ("POST", "/devices", RICH, None),
    ("GET", "/devices/5000", None, None),
    ("PUT", "/devices/5000", {"name": "new"}, FORCE),
    (
        "PUT",
        "/devices/5000",
        {"networkSubscription": {"ID": None}},
        {"force": "", "networkSubscriptionsHandlingMode": "ADVANCED"},
    ),
    ("POST", "/devices", abp(), None),
    ("POST", "/devices", otaa(EUI="70B3D57ED0000003", appKey=None), None),
    ("POST", "/devices", RICH, None),
    ("POST", "/devices", {}, None),
    ("POST", "/devices", otaa(EUI="70B3D57ED0000004"), {"async": "true"}),
    ("GET", "/devices/e70B3D57ED0000001", None, None),
    ("GET", "/devices", None, {"sort": "EUI,asc"}),
    ("POST", "/devices/5000/tags", {"name": "one"}, None),
    ("GET", "/devices/5000/tags", None, None),
    ("POST", "/devices/tags", {"name": "two", "devEUIs": ["70B3D57ED0000001"]}, None),
    (
        "POST",
        "/devices/domains",
        {"devEUIs": ["70B3D57ED0000001"], "removedDomains": [{"name": "a", "group": {"name": "b"}}]},
        None,
    ),
    ("GET", "/devices/tags/suggestions", None, {"query": "o"}),
    ("GET", "/devices", None, {"tag": "one"}),
    ("DELETE", "/devices/5000/tags/21", None, None),
    ("POST", "/devices/readOnboardingTag", TAG % "03380000", None),
    ("POST", "/devices/readOnboardingTag", TAG % "01280001", None),
    ("POST", "/devices/readOnboardingTag", TAG % "FFFF0000", None),
    ("GET", "/deviceProfiles", None, None),
    ("GET", "/deviceProfiles", None, {"pageIndex": "0"}),
    ("GET", "/networkSubscriptions", None, None),
    ("GET", "/networkSubscriptions/86", None, None),
    ("GET", "/appServers", None, None),
    ("GET", "/appServers/1972", None, None),
    ("DELETE", "/devices/5000", None, None),
    ("GET", "/devices/5000", None, None),
]


@pytest.mark.parametrize("null_briefs", [False, True])
def test_answers_are_as_the_contract_says(enterprise, contract, null_briefs):
    enterprise.inspect("PUT", "settings", {"null_briefs": null_briefs})
    try:
        for method, path, body, query in ALL_STEPS:
            headers = {"Content-Type": "text/plain"} if isinstance(body, str) else {}
            status, document, _headers = enterprise.api(method, path, body, query or (), headers)
            check(contract, method, path, status, document)
    finally:
        enterprise.inspect("PUT", "settings", {"null_briefs": False})


def test_seeded_devices_are_as_the_contract_says(enterprise, contract):
    enterprise.inspect("POST", "seed", {"count": 150, "tags": ["t"]})
    for query in ({}, {"sort": "EUI,desc"}, {"pageIndex": 2}):
        status, document, _headers = enterprise.api("GET", "/devices", query=query)
        check(contract, "GET", "/devices", status, document)
    for uid in range(5000, 5150):
        status, document, _headers = enterprise.api("GET", "/devices/%d" % uid)
        check(contract, "GET", "/devices/5000", status, document)
