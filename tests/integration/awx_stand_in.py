# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stand-in for an AWX server, for the real modules of the collection awx.awx.

It keeps what it is given, finds it by its fields, hides secrets as AWX does, and deletes with an object what belongs to it.
It is no AWX: it neither checks most fields nor runs anything.
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qsl, urlsplit

from ansible_collections.lorawan.thingpark.tests.meddler import Server

HIDDEN = "$encrypted$"
#: What may be asked for as a unified job template.
UNIFIED = ("job_templates", "workflow_job_templates", "projects", "inventory_sources")
#: What goes with a deleted object: the kind, and the field in which it names the object.
OWNED = {
    "workflow_job_templates": [("workflow_job_template_nodes", "workflow_job_template"), ("schedules", "unified_job_template")],
    "job_templates": [("schedules", "unified_job_template")],
    "inventories": [("hosts", "inventory"), ("inventory_sources", "inventory")],
    "credentials": [("credential_input_sources", "target_credential")],
}
#: What AWX brings along.
BUILT_IN = [
    ("organizations", {"name": "Default"}),
    (
        "credential_types",
        {
            "name": "HashiCorp Vault Secret Lookup",
            "managed": True,
            "inputs": {"fields": [{"id": "url"}, {"id": "token", "secret": True}, {"id": "api_version"}]},
        },
    ),
]


class StandIn:
    """A server with an API, and what is in it.

    ``objects`` holds the objects by kind, with all secrets; ``links`` the IDs that an object is associated with, by its path
    and the association; ``surveys`` those of templates by name; ``writes`` counts requests that change something.
    """

    def __init__(self) -> None:
        self.objects: dict[str, list] = {}
        self.links: dict[str, list] = {}
        self.surveys: dict[str, dict] = {}
        self.writes = 0
        self._last = 0
        for kind, given in BUILT_IN:
            self._create(kind, given)
        self.server = Server(("127.0.0.1", 0), self._handler())
        self.url = "http://127.0.0.1:%d" % self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        """End the server."""
        self.server.shutdown()
        self.server.server_close()

    def named(self, kind: str) -> dict[str, dict]:
        """Return the objects of a kind by name; nodes of workflows by their identifier."""
        return {one.get("name") or one["identifier"]: one for one in self.objects.get(kind, [])}

    def linked(self, one: dict, association: str) -> list[str]:
        """Return the names of what an object is associated with."""
        every = {each["id"]: each for kind in self.objects.values() for each in kind}
        found = (every[number] for number in self.links.get(one["url"] + association, []))
        return [each.get("name") or each["identifier"] for each in found]

    def _create(self, kind: str, given: dict) -> dict:
        self._last += 1
        path = "/api/v2/%s/%d/" % (kind, self._last)
        one = kind[:-3] + "y" if kind.endswith("ies") else kind[:-1]
        own = {"id": self._last, "type": one, "url": path, "related": {"survey_spec": path + "survey_spec/"}}
        made = {"summary_fields": {}, "scm_revision": "", **given, **own}
        self.objects.setdefault(kind, []).append(made)
        return made

    def _shown(self, kind: str, one: dict) -> dict:
        """Return an object as AWX shows it: what its credential type calls secret is hidden."""
        if kind != "credentials":
            return one
        fields = self._by_id("credential_types", one["credential_type"])["inputs"]["fields"]
        secret = {field["id"] for field in fields if field.get("secret")}
        return {**one, "inputs": {name: HIDDEN if name in secret else value for name, value in one.get("inputs", {}).items()}}

    def _by_id(self, kind: str, number: object) -> dict:
        return next(one for one in self.objects[kind] if str(one["id"]) == str(number))

    def _find(self, kind: str, wanted: dict[str, str]) -> list[dict]:
        kinds = UNIFIED if kind == "unified_job_templates" else (kind,)
        every = [one for each in kinds for one in self.objects.get(each, [])]
        return [self._shown(kind, one) for one in every if all(str(one.get(name)) == value for name, value in wanted.items())]

    def _delete(self, kind: str, one: dict) -> None:
        self.objects[kind].remove(one)
        self.links = {path: [number for number in ids if number != one["id"]] for path, ids in self.links.items()}
        if kind == "workflow_job_template_nodes":
            approvals = self.objects.get("workflow_approval_templates", [])
            approvals[:] = [each for each in approvals if each["id"] != one["unified_job_template"]]
        for other, field in OWNED.get(kind, []):
            for owned in [each for each in self.objects.get(other, []) if each.get(field) == one["id"]]:
                self._delete(other, owned)

    def answer(self, method: str, target: str, body: dict) -> tuple[int, object]:
        """Return status and JSON of an answer."""
        url = urlsplit(target)
        kind, *words = url.path.removeprefix("/api/v2/").strip("/").split("/")
        self.writes += method != "GET"
        if kind == "credentials" and not all(isinstance(value, str) for value in body.get("inputs", {}).values()):
            return 400, {"inputs": ["a value is not of type 'string'"]}
        if not words:
            if method == "POST":
                return 201, self._shown(kind, self._create(kind, body))
            found = self._find(kind, dict(parse_qsl(url.query)))
            return 200, {"count": len(found), "next": None, "results": found}
        one = self._by_id(kind, words[0])
        if words[1:]:
            return self._below(one, words[1], method, body)
        if method == "DELETE":
            if kind == "credential_types" and self._find("credentials", {"credential_type": str(one["id"])}):
                return 403, {"detail": "Deletion not allowed for credential types that are in use"}
            self._delete(kind, one)
            return 204, None
        if "inputs" in body and kind == "credentials":
            body["inputs"] = {
                name: one["inputs"].get(name) if value == HIDDEN else value for name, value in body["inputs"].items()
            }
        one.update(body)
        return 200, self._shown(kind, one)

    def _below(self, one: dict, word: str, method: str, body: dict) -> tuple[int, object]:
        """Answer about what is part of an object, or associated with it."""
        if word == "survey_spec":
            if method == "POST":
                self.surveys[one["name"]] = body
            return 200, self.surveys.get(one["name"], {})
        if word == "create_approval_template":
            made = self._create("workflow_approval_templates", body)
            one["unified_job_template"] = made["id"]
            one["related"]["unified_job_template"] = made["url"]
            return 201, made
        linked = self.links.setdefault(one["url"] + word, [])
        if method == "POST":
            if body.get("disassociate"):
                linked.remove(body["id"])
            else:
                linked.append(body["id"])
            return 204, None
        return 200, {"count": len(linked), "next": None, "results": [{"id": number} for number in linked]}

    def _handler(self):
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def handle_one(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                given = self.headers.get("authorization") == "Bearer a-token"
                data = json.loads(body) if body else {}
                status, answer = stand_in.answer(self.command, self.path, data) if given else (401, {})
                content = b"" if answer is None else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PATCH = do_DELETE = handle_one

            def log_message(self, *_arguments) -> None:
                pass

        return Handler
