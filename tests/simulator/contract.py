# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""The operator's contract as a judge: is this answer, and was this request, what it says?

The contract is no part of the project. Where it lies beside the checkout, exchanges are held to it.
"""

from __future__ import annotations

import copy
import functools
import json
import re
from pathlib import Path

import jsonschema_rs
import yaml

ROOT = Path(__file__).resolve().parents[2]
PATH = ROOT.parent / "shared" / "api" / "device-manager-7.3.openapi.yaml"
MINE = "/subscriptions/mine"
METHODS = ("get", "post", "put", "delete")
#: Of a session in Wireless, not of an operation.
SESSION = ("sessionToken", "adminAccessCode", "type")
_SCALARS = {"integer": int, "number": float, "boolean": lambda text: {"": True, "true": True, "false": False}[text.lower()]}


class Contract:
    """The contract of the Enterprise edition, read once."""

    def __init__(self, path: Path = PATH) -> None:
        with path.open(encoding="utf-8") as stream:
            document = yaml.load(stream, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        # YAML knows dates, where the contract's examples mean text.
        self.document = json.loads(json.dumps(document, default=lambda date: date.isoformat()))
        self._prepare(self.document)
        self._for_requests = {"create": self._written("Create"), "update": self._written("Update")}

    def operations(self) -> dict[tuple[str, str], dict]:
        """Return every operation by method and path below the subscription."""
        return {
            (method.upper(), path.removeprefix(MINE)): operation
            for path, methods in self.document["paths"].items()
            for method, operation in methods.items()
            if method in METHODS
        }

    def parameters(self, method: str, path: str) -> dict[str, dict]:
        """Return the query parameters of an operation by name."""
        shared = self.document["paths"][MINE + path].get("parameters", [])
        found = [self.resolved(one) for one in (*shared, *self.operations()[method, path].get("parameters", []))]
        return {one["name"]: one for one in found if one["in"] == "query"}

    def resolved(self, node: dict) -> dict:
        """Return what a node refers to, or the node."""
        while "$ref" in node:
            target = self.document
            for name in node["$ref"].split("/")[1:]:
                target = target[name]
            node = target
        return node

    def plain(self) -> dict:
        """Return the contract for a validator that knows OpenAPI and nothing more, with the deviations of :meth:`_prepare`.

        * What binds a client alone are extensions (``x-requiredCreate``, ``x-updateForbidden``), and what is read-only is
          required of answers alone: the bodies of POST and PUT get schemas of their own, in which that is written out.
        * ``(?:\\-`` is no regular expression in the Unicode mode that JSON Schema asks for; ``(?:-`` is meant. Validators are
          silent about the whole schema of a device else.
        """
        document = copy.deepcopy(self.document)
        for kind, components in self._for_requests.items():
            own = _referring(components["schemas"], kind)
            document["components"]["schemas"].update({kind + name: schema for name, schema in own.items()})
        for methods in document["paths"].values():
            for method, operation in methods.items():
                if method in METHODS and "requestBody" in operation:
                    operation["requestBody"] = _referring(self.resolved(operation["requestBody"]), kind_of(method))
        return json.loads(json.dumps(document), object_hook=_with_pattern)

    # -- answers -----------------------------------------------------------------------

    def answer_faults(self, method: str, path: str, status: int, media_type: str, body: str) -> list[str]:
        """Return what is wrong with an answer, in sentences; nothing for one that is right.

        :param path: the template below the subscription.
        """
        operation = self.operations().get((method, path))
        if operation is None:
            return ["the contract has no %s %s" % (method, path)]
        answers = operation["responses"]
        if str(status) not in answers and status < 400:
            return ["the contract has no status %d" % status]
        content = self.resolved(answers.get(str(status), answers["default"])).get("content", {})
        if not body:
            may_be_empty = not content or path == "/devices/import"  # which answers nothing when all went well
            return [] if may_be_empty else ["there is no body"]
        if media_type not in content:
            return ["the contract has no %s here, but %s" % (media_type, ", ".join(content) or "nothing")]
        if not media_type.endswith("json"):
            return []
        return self._faults(content[media_type]["schema"], json.loads(body), self.document["components"])

    # -- requests ----------------------------------------------------------------------

    def request_faults(self, method: str, path: str, query: dict, media_type: str, body: str) -> list[str]:
        """Return what is wrong with a request, in sentences; nothing for one that the contract allows."""
        operation = self.operations().get((method, path))
        if operation is None:
            return ["the contract has no %s %s" % (method, path)]
        faults = self.query_faults(method, path, query)
        wanted = self.resolved(operation.get("requestBody", {})).get("content", {})
        if not wanted:
            return faults + (["there is a body"] if body else [])
        if media_type not in wanted:
            return [*faults, "the contract wants %s, not %s" % (" or ".join(wanted), media_type or "nothing")]
        if not media_type.endswith("json"):
            return faults
        found = self._faults(wanted[media_type]["schema"], json.loads(body), self._for_requests[kind_of(method)])
        if "force" in query:
            found = [fault for fault in found if '"occContext" is a required' not in fault]
        return faults + found

    def query_faults(self, method: str, path: str, query: dict) -> list[str]:
        """Return what is wrong with a request's query parameters."""
        known = self.parameters(method, path)
        faults = ["%s is no parameter" % name for name in query if name not in known and name not in SESSION]
        for name, one in known.items():
            if one.get("required") and name not in query:
                faults.append("%s is missing" % name)
            schema = self.resolved(one["schema"])
            item = self.resolved(schema["items"]) if schema.get("type") == "array" else schema
            for text in query.get(name, []):
                try:
                    value = _SCALARS.get(item.get("type"), str)(text)
                except (ValueError, KeyError):
                    faults.append("%s=%s is no %s" % (name, text, item.get("type")))
                    continue
                faults += ["%s: %s" % (name, fault) for fault in self._faults(item, value, self.document["components"])]
        return faults

    # -- schemas -----------------------------------------------------------------------

    @staticmethod
    def _faults(schema: dict, document: object, components: dict) -> list[str]:
        # json, not the objects: a validator of its own for each schema, made once.
        validator = _validator(json.dumps(schema, sort_keys=True), id(components), _Held(components))
        return ["%.300s at %s" % (error.message, _path(error.instance_path)) for error in validator.iter_errors(document)]

    def _prepare(self, contract: dict) -> None:
        """Resolve each choice by a discriminator to LoRaWAN over HTTP, and add what is required in answers.

        JSON Schema alone cannot judge those: the cellular branch requires nothing, so that a LoRaWAN device
        always matches both branches of a oneOf.
        """
        _allow_null(contract)
        for schema in contract["components"]["schemas"].values():
            mapping = schema.get("discriminator", {}).get("mapping", {})
            chosen = mapping.get("LORAWAN") or mapping.get("HTTP")
            if chosen:
                schema.pop("oneOf", None)
                schema.pop("anyOf", None)
                schema.setdefault("allOf", []).append({"$ref": chosen})
        for schema in _objects(contract["components"]["schemas"]):
            schema["answer-required"] = list(schema.get("required", []))
            properties = schema["properties"]
            shown = [
                name for name in schema.get("x-requiredRead", []) if not self.resolved(properties.get(name, {})).get("writeOnly")
            ]
            if shown:  # a write-only field is never shown, whatever the contract requires
                schema["required"] = sorted({*schema.get("required", []), *shown})

    def _written(self, verb: str) -> dict:
        """Return the schemas as they bind a client: what it must send, and what it may not."""
        components = copy.deepcopy(self.document["components"])
        for schema in _objects(components["schemas"]):
            properties = schema["properties"]
            read_only = {name for name, one in properties.items() if self.resolved(one).get("readOnly")}
            required = [name for name in schema.get("answer-required", []) if name not in read_only]
            mine = schema.get("x-required" + verb, [])
            if verb == "Update":  # a part of a document is enough (seen in public clients); inner objects stay whole
                required = [] if "x-requiredUpdate" in schema else required
            schema["required"] = sorted({*required, *mine})
            forbidden = [name for name, one in properties.items() if self.resolved(one).get("x-%sForbidden" % verb.lower())]
            for name in read_only:
                properties[name] = {}  # it may be sent back as it was read, and is not looked at
            for name in forbidden:
                properties[name] = {"not": {}, "description": "forbidden at " + verb.lower()}
            schema["required"] = [name for name in schema["required"] if name not in forbidden]
            if not schema["required"]:
                del schema["required"]
        return components


class _Held:
    """A value that a cache does not look into."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return True


@functools.cache
def _validator(schema: str, _key: int, components: _Held) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(dict(json.loads(schema), components=components.value))


def _path(steps: list) -> str:
    return "$" + "".join("[%d]" % step if isinstance(step, int) else "." + step for step in steps)


def _objects(node: object):
    """Yield every schema of an object with properties, wherever it stands."""
    if isinstance(node, dict):
        if isinstance(node.get("properties"), dict):
            yield node
        for value in list(node.values()):
            yield from _objects(value)
    elif isinstance(node, list):
        for value in node:
            yield from _objects(value)


def _allow_null(node: object) -> None:
    """Let null pass where the contract's type says so but its enumeration forgot."""
    if isinstance(node, dict):
        if "enum" in node and "null" in node.get("type", ()):
            node["enum"] = [*node["enum"], None]
        for value in node.values():
            _allow_null(value)
    elif isinstance(node, list):
        for value in node:
            _allow_null(value)


def kind_of(method: str) -> str:
    """Return whether a method's body binds a client as at a creation or as at an update."""
    return "update" if method.upper() == "PUT" else "create"


def _referring(node: dict, kind: str) -> dict:
    """Return a copy that refers to the schemas of a kind of requests."""
    name = "#/components/schemas/"
    return json.loads(json.dumps(node).replace(name, name + kind))


def _with_pattern(node: dict) -> dict:
    if isinstance(node.get("pattern"), str):
        node["pattern"] = node["pattern"].replace(r"(?:\-", "(?:-")
    return node


def template(path: str, known: list[str]) -> str | None:
    """Return the template among ``known`` that a path below the subscription is of; a word wins over a part."""
    for one in sorted(known, key=lambda text: text.count("{")):
        if re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(one)), path):
            return one
    return None
