# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The declarations against the operator's contract: nothing that can be written is missing, and types are the contract's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import yaml

from ansible_collections.lorawan.thingpark.plugins.module_utils._api.xml_types import COMMON, CUSTOMERS, SUBSCRIPTION
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.alarm_subscription import ALARM_SUBSCRIPTION
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.application_server import APPLICATION_SERVER
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.declaration import DEVICE, NO_OPTIONS
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.subscription_settings import (
    NO_OPTIONS as SETTINGS_NO_OPTIONS,
)
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.subscription_settings import (
    SUBSCRIPTION as SUBSCRIPTION_SETTINGS,
)
from ansible_collections.lorawan.thingpark.plugins.module_utils._schema.json_types import FLAG, INTEGER, NUMBER, TIME, ListOf
from ansible_collections.lorawan.thingpark.plugins.module_utils._schema.resource import APART, EDIT, Resource

from .conftest import CONTRACT

#: What is read here, by the schemas of the answers: what it holds, and whether all of it is shown to a user.
READ = {
    ("Device", "Devices", "DeviceTags"): (DEVICE.json_types, True),
    ("ParsedOnboardingTag",): (DEVICE.json_types, False),
    ("AppServer", "AppServers", "AppServerHttpLorawan"): (APPLICATION_SERVER.json_types, True),
    ("DeviceProfiles",): (DEVICE.by_name["device_profile"].refers_to.shown, False),
    ("NetworkSubscriptions",): (DEVICE.by_name["connectivity_plan"].refers_to.shown, False),
    ("Subscription",): (SUBSCRIPTION, True),
    ("Subscription", "Restricted"): (SUBSCRIPTION_SETTINGS.json_types, False),
    ("AlarmsSubscription", "UsersAlarmsSubscriptions"): (ALARM_SUBSCRIPTION.json_types, True),
    ("Customers",): (CUSTOMERS, True),
    ("Error",): ({}, True),
}
#: Options of ThingPark Wireless (O), which this contract of ThingPark Enterprise leaves out.
WIRELESS = {"routing_profile"}


@pytest.fixture(scope="module")
def schemas() -> dict:
    with CONTRACT.open(encoding="utf-8") as stream:
        return yaml.load(stream, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))["components"]["schemas"]


def resolved(schemas: dict, schema: dict) -> dict:
    while "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    return schema


def properties(schemas: dict, schema: dict) -> Iterator[tuple[str, dict]]:
    """Yield the properties of a schema, of a LoRaWAN device where it may be another one."""
    schema = resolved(schemas, schema)
    yield from schema.get("properties", {}).items()
    for part in (*schema.get("allOf", ()), *schema.get("oneOf", ()), *schema.get("anyOf", ())):
        if "Cellular" not in str(part.get("$ref")):
            yield from properties(schemas, part)


def writable(schemas: dict, schema: dict, path: tuple = ()) -> Iterator[tuple]:
    """Yield the paths of the fields that a request may hold; a list's member stands for the list."""
    for name, field in properties(schemas, schema):
        inner = resolved(schemas, field)
        if field.get("readOnly") or inner.get("readOnly"):
            continue
        if any(properties(schemas, inner)) and name != "occContext":
            yield from writable(schemas, inner, (*path, name))
        else:
            yield (*path, name)


def paths_of_options(resource: Resource, section: str = "") -> dict:
    """Return the option of each path that a request of ours can hold: of the resource's own body, or of a section."""
    found = {}
    for spec in resource.fields:
        is_here = (spec.section.path if spec.section else "") == section and spec.seen not in (APART, EDIT)
        if is_here and (spec.on_create or spec.on_update):
            place = spec.type.send("x") if hasattr(spec.type, "names") else None
            found[(*spec.path, "ID") if isinstance(place, dict) else spec.path] = spec.name
    return found


def test_every_writable_field_is_an_option_or_has_a_reason(schemas):
    fields = set(writable(schemas, schemas["Device"]))
    options = paths_of_options(DEVICE)
    reasons = {tuple(name.split(".")) for name in NO_OPTIONS}
    assert fields - set(options) == reasons, "neither an option nor in NO_OPTIONS, or both"
    assert {name for path, name in options.items() if path not in fields} == WIRELESS


@pytest.mark.parametrize(
    "resource, section, schema",
    [
        (DEVICE, "/restricted", "DeviceRestricted"),
        (SUBSCRIPTION_SETTINGS, "", "Subscription"),
        (SUBSCRIPTION_SETTINGS, "/restricted", "Restricted"),
        (ALARM_SUBSCRIPTION, "", "AlarmsSubscription"),
    ],
)
def test_every_writable_field_of_a_section_is_an_option_or_has_a_reason(schemas, resource, section, schema):
    fields = set(writable(schemas, schemas[schema]))
    options = set(paths_of_options(resource, section))
    assert options <= fields
    left = {path[0] for path in fields - options}
    # The NSID is one value, which the subscription's own body writes with a weaker right.
    assert left <= {"occContext", *SETTINGS_NO_OPTIONS, *(["nsID"] if section else [])}


def forbidden(schemas: dict, verb: str) -> set:
    mark = "x-%sForbidden" % verb
    return {
        name for name, field in properties(schemas, schemas["Device"]) if field.get(mark) or resolved(schemas, field).get(mark)
    }


@pytest.mark.parametrize("verb", ["create", "update"])
def test_what_a_request_may_not_hold(schemas, verb):
    writable_once = [spec for spec in DEVICE.fields if spec.on_create or spec.on_update]
    ours = {spec.path[0] for spec in writable_once if not spec.section and not getattr(spec, "on_" + verb)}
    others = {"EUI", "connectivity", "occContext"}
    assert ours == forbidden(schemas, verb) - others


def test_what_can_not_be_read_is_what_is_never_returned(schemas):
    write_only = {name for name, field in properties(schemas, schemas["Device"]) if field.get("writeOnly")}
    assert {spec.path[0] for spec in DEVICE.fields if spec.seen == "never"} == write_only


def types(schemas: dict, schema: dict, seen: tuple = ()) -> Iterator[tuple[str, str]]:
    """Yield (name, type) of all fields in a schema; epoch milliseconds are a type of their own, told by their example."""
    parts = (schema, *schema.get("allOf", ()), *schema.get("oneOf", ()), *schema.get("anyOf", ()))
    for part in (resolved(schemas, each) for each in parts):
        if id(part) in seen:
            continue
        for name, field in part.get("properties", {}).items():
            inner = resolved(schemas, field)
            kind = inner.get("type", "object")
            kind = kind if isinstance(kind, str) else [one for one in kind if one != "null"][0]
            is_time = inner.get("format") == "int64" and str(inner.get("example", "")) == "1577836800000"
            is_time = is_time or "epoch time" in str(inner.get("description", "")).replace("\n", " ").lower()
            if (name, kind) != ("now", "string"):  # a list's, which the codec knows
                yield name, "time" if is_time and kind == "integer" else kind
            if kind == "array":
                member = resolved(schemas, inner["items"])
                if member.get("type") in ("integer", "number", "boolean"):
                    yield name, member["type"]
                yield from types(schemas, member, (*seen, id(part)))
            else:
                yield from types(schemas, inner, (*seen, id(part)))
        if part is not schema and not part.get("properties"):
            yield from types(schemas, part, (*seen, id(part)))


KINDS = {INTEGER: "integer", NUMBER: "number", FLAG: "boolean", TIME: "time"}


def kinds(name: str, type_: object) -> set[tuple[str, str]]:
    """Return what the contract calls a type, of a list and of its members."""
    if isinstance(type_, ListOf):
        return {(name, "array"), *kinds(name, type_.kind)}
    return {(name, KINDS[type_])} if type_ in KINDS else set()


@pytest.mark.parametrize("names", READ, ids=["-".join(names) for names in READ])
def test_types_that_xml_does_not_say(schemas, names):
    stated, is_shown = READ[names]
    ours = set().union(*(kinds(*pair) for pair in {**COMMON, **stated}.items()))
    theirs = {pair for name in names for pair in types(schemas, schemas[name]) if pair[1] in ("array", *KINDS.values())}
    known = {name for name in names for name, _kind in types(schemas, schemas[name])}
    assert {pair for pair in ours - theirs if pair[0] in known} == set(), "of another type"
    assert (theirs - ours if is_shown else set()) == set(), "missing"
