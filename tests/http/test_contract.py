# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests as they go out, against the operator's contract, where that lies beside the checkout."""

from __future__ import annotations

import json
import re
from datetime import datetime

import jsonschema
import pytest
import yaml

from .conftest import CONTRACT

MINE = "/subscriptions/mine"
BASE = "/thingpark/wireless/rest"
VERBS = {"POST": "create", "PUT": "update"}
ABP = {
    "activation": "ABP",
    "app_key": None,
    "join_eui": None,
    "dev_addr": "04F5F519",
    "nwk_s_key": "1" * 32,
    "app_s_keys": {"*": "2" * 32},
}
FULL = {
    "tags": ["Alpha", "b c"],
    "domains": {"Region": "North/East"},
    "latitude": 52.5,
    "longitude": -4.5,
    "inactivity_alarm": [{"level": 3, "duration": "PT6H"}],
    "marker_id": 7,
    "motion_indicator": "RANDOM",
    "customer_admin_data": "pole 7",
    "driver_application": "abeeway:asset-tracker:1",
    "suspended": True,
}
FORMATS = jsonschema.FormatChecker(())


@FORMATS.checks("date-time", ValueError)
def is_time(text: str) -> bool:
    """Return whether a text is a date and time with its offset."""
    return datetime.fromisoformat(text).tzinfo is not None


class Contract:
    """What the contract says of requests; ``faults`` tells what a request does against it."""

    def __init__(self) -> None:
        with CONTRACT.open(encoding="utf-8") as stream:
            self.all = yaml.load(stream, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        self.templates = [
            (re.compile(re.sub(r"\{\w+\}", "([^/]+)", path) + r"\Z"), path, operations)
            for path, operations in sorted(self.all["paths"].items(), key=lambda pair: "{" in pair[0])
        ]

    def resolved(self, node: dict) -> dict:
        while "$ref" in node:
            _hash, *keys = node["$ref"].split("/")
            node = self.all
            for key in keys:
                node = node[key]
        return node

    def faults(self, request) -> list[str]:
        path = request.path.removeprefix(BASE)
        for pattern, template, operations in self.templates:
            match = pattern.match(path)
            if match and request.method.lower() in operations:
                operation = operations[request.method.lower()]
                declared = [self.resolved(each) for each in (*operations.get("parameters", ()), *operation.get("parameters", ()))]
                names = re.findall(r"\{(\w+)\}", template)
                return [
                    *self._path_faults(dict(zip(names, match.groups(), strict=True)), declared),
                    *self._query_faults(request.query, declared),
                    *self._body_faults(request, operation),
                ]
        return ["no such operation: %s %s" % (request.method, path)]

    def _path_faults(self, parts: dict, declared: list) -> list[str]:
        schemas = {each["name"]: each["schema"] for each in declared if each["in"] == "path"}
        return [fault for name, value in parts.items() for fault in self._value_faults(schemas[name], value, name)]

    def _query_faults(self, query: dict, declared: list) -> list[str]:
        schemas = {each["name"]: self.resolved(each["schema"]) for each in declared if each["in"] == "query"}
        faults = ["unknown parameter " + name for name in query if name not in schemas]
        for name in set(query) & set(schemas):
            schema = schemas[name]
            many = schema.get("type") == "array"
            if len(query[name]) > 1 and not many:
                faults.append("several " + name)
            for text in query[name]:
                inner = self.resolved(schema["items"] if many else schema)
                kind = inner.get("type")
                value = json.loads(text) if kind in ("integer", "number", "boolean") else text
                faults += self._value_faults(inner, value, name)
        return faults

    def _body_faults(self, request, operation: dict) -> list[str]:
        declared = self.resolved(operation.get("requestBody", {})).get("content", {})
        kind = (request.headers.get("content-type") or "").partition(";")[0]
        if not request.body and not declared:
            return []
        if kind not in declared:
            return ["a body of %s" % (kind or "no type")]
        if kind != "application/json":
            return []
        return self._object_faults(declared[kind]["schema"], request.json(), VERBS[request.method], "body")

    def _value_faults(self, schema: dict, value: object, where: str) -> list[str]:
        plain = {
            key: self.resolved(schema)[key]
            for key in ("type", "enum", "pattern", "minimum", "maximum", "format")
            if key in schema
        }
        checker = jsonschema.Draft202012Validator(plain, format_checker=FORMATS)
        return ["%s: %s" % (where, error.message) for error in checker.iter_errors(value)]

    def _parts(self, schema: dict) -> list[dict]:
        """Return a schema and all that it is made of; a device is a LoRaWAN one."""
        schema = self.resolved(schema)
        more = [*schema.get("allOf", ()), *schema.get("oneOf", ())]
        more = [each for each in more if "Cellular" not in str(each.get("$ref"))]
        return [schema, *(part for each in more for part in self._parts(each))]

    def _object_faults(self, schema: dict, value: object, verb: str, where: str) -> list[str]:
        parts = self._parts(schema)
        fields = {name: field for part in parts for name, field in part.get("properties", {}).items()}
        if not fields:
            inner = self.resolved(schema)
            if inner.get("type") == "array" and isinstance(value, list):
                return [fault for each in value for fault in self._object_faults(inner["items"], each, verb, where + "[]")]
            return self._value_faults(inner, value, where)
        if not isinstance(value, dict):
            return ["%s is no object" % where]
        faults = []
        needed = {name for part in parts for name in part.get("required", ()) if not self._is(fields.get(name), "readOnly")}
        needed |= {name for part in parts for name in part.get("x-required" + verb.title(), ())}
        faults += ["%s lacks %s" % (where, name) for name in needed - set(value)]
        for name, inner in value.items():
            place = "%s.%s" % (where, name)
            if name not in fields:
                faults.append("%s is unknown" % place)
            elif self._is(fields[name], "readOnly") or self._is(fields[name], "x-%sForbidden" % verb):
                faults.append("%s may not be sent" % place)
            else:
                faults += self._object_faults(fields[name], inner, verb, place)
        return faults

    def _is(self, field: dict | None, mark: str) -> bool:
        return bool(field) and bool(field.get(mark) or self.resolved(field).get(mark))


@pytest.fixture(scope="module")
def contract() -> Contract:
    return Contract()


@pytest.fixture
def enterprise(start_simulator, account_on, start_meddler):
    """Return an account on an Enterprise platform, and who sees its requests."""
    simulator = start_simulator(edition="enterprise", client_id="a/b", client_secret="c")
    meddler = start_meddler(simulator.origin)
    oauth = {"auth_method": "oauth2", "client_id": "a/b", "client_secret": "c"}
    return account_on(simulator, meddler.url, login=None, password=None, **oauth), meddler


def work(account, rows) -> list:
    """Do all that the collection can do; return the results."""

    def fleet(count: int, **options: object) -> list:
        return rows(count, **{"routing_profile": None, "application_servers": ["Parking sensors"], **options})

    results = [
        account.tdm_fleet(devices=fleet(12)),
        account.tdm_fleet(devices=fleet(12, **FULL, connectivity_plan=None, network_geolocation=True, passive_roaming=False)),
        account.tdm_fleet(devices=fleet(3, **{**FULL, "tags": [], "domains": {}, "inactivity_alarm": [], "suspended": False})),
        account.tdm_fleet(devices=fleet(2, name="forced", marker_id=9, debug_network_geolocation=True), force=True),
        account.tdm_fleet(devices=fleet(2, connectivity_plan="", customer_admin_data="", application_servers=[])),
        account.tdm_fleet(devices=fleet(2), update_keys="always"),
        account.tdm_device(**{name: value for name, value in fleet(20, **ABP)[19].items() if value}),
        account.tdm_device(dev_eui="70B3D57ED1000001", location_type="network"),
        account.tdm_device(dev_eui="70B3D57ED1000002", state="absent"),
        account.tdm_device(
            onboarding_tag="LW:D0:70B3D57ED0000000:70B3D57ED1000099:03380000", app_key="3" * 32, application_servers=[]
        ),
        account.tdm_device_info(dev_eui=["70B3D57ED1000001"], gather="devices"),
        account.tdm_device_info(
            eui_prefix="70b3-d5",
            name="row",
            tag=["Alpha", "b c"],
            domain={"Region": "North/East"},
            connectivity_plan="kpn-cs/testing",
            application_server=["TWA_100002581.1972.AS"],
            health_state=["INIT", "ACTIVE"],
            query="row",
            created_from="2018-08-24T09:27:59.512Z",
            created_to="2118-08-24T09:27:59+01:00",
            network_geolocation=True,
            passive_roaming=False,
            alarm_level=3,
            battery_level=250,
            max_rssi=-10.5,
            max_snr=9,
            min_snr=-20,
            min_latitude=50,
            max_latitude=54.5,
            min_longitude=-5,
            max_longitude=6,
        ),
        account.tdm_subscriber_info(),
    ]
    purge = {"scope": {"tag": "Alpha"}, "max": "100%", "action": "delete"}
    return [*results, account.tdm_fleet(devices=fleet(1), purge=purge)]


def test_requests_are_as_the_contract_says(enterprise, contract, rows):
    account, meddler = enterprise
    results = work(account, rows)
    assert not [result["msg"] for result in results if result.get("failed")]
    sent = [request for request in meddler.seen if not request.path.startswith("/users-auth/")]
    assert {"GET", "POST", "PUT", "DELETE"} == {request.method for request in sent}
    faults = {"%s %s: %s" % (request.method, request.path, fault) for request in sent for fault in contract.faults(request)}
    assert faults == set()


BAD = [
    ("GET", "/nowhere", {}, b""),
    ("PATCH", "/devices", {}, b""),
    ("GET", "/devices/70B3D57ED1000001x", {}, b""),
    ("GET", "/devices", {"page": ["1"]}, b""),
    ("GET", "/devices", {"pageIndex": ["0"]}, b""),
    ("GET", "/devices", {"healthState": ["FINE"]}, b""),
    ("GET", "/devices", {"from": ["yesterday"]}, b""),
    ("GET", "/devices", {"name": ["a", "b"]}, b""),
    ("POST", "/devices", {}, b'{"EUI": "70B3D57ED1000001", "activation": "OTAA"}'),
    (
        "POST",
        "/devices",
        {"networkSubscriptionsHandlingMode": ["SOME"]},
        b'{"EUI": "A", "activation": "OTAA", "model": {"ID": "a"}}',
    ),
    ("POST", "/devices", {}, b'{"EUI": "A", "activation": "OTAA", "model": {"ID": "a"}, "locationType": 0}'),
    ("PUT", "/devices/5000", {}, b'{"name": "x"}'),
    ("PUT", "/devices/5000", {}, b'{"occContext": {"version": 1}, "activation": "ABP"}'),
    ("PUT", "/devices/5000", {}, b'{"occContext": {"version": 1}, "healthState": "INIT"}'),
    ("PUT", "/devices/5000", {}, b'{"occContext": {"version": 1}, "novelty": 1}'),
    ("PUT", "/devices/5000", {}, b'{"occContext": {"version": 1}, "markerID": "1"}'),
    ("PUT", "/devices/5000", {}, b'{"occContext": {"version": 1}, "networkSubscription": {"commercialName": "x"}}'),
    ("POST", "/devices/tags", {}, b'{"devEUIs": []}'),
]


@pytest.mark.parametrize("method,path,query,body", BAD)
def test_the_check_finds_what_is_wrong(contract, make_request, method, path, query, body):
    assert contract.faults(make_request(method, BASE + MINE + path, query, body))
