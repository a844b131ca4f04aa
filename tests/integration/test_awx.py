# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the collection brings for AWX: the credential type, the survey, and the playbook that sets both up.

The playbook runs with the real modules of awx.awx, against a stand-in that keeps what it is given.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
import yaml
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.connection import ENVIRONMENT, OPTIONS
from ansible_collections.lorawan.thingpark.tests.meddler import Server

ROOT = Path(__file__).resolve().parents[2]
FILES = ROOT / "playbooks/awx/files"
CREDENTIAL_TYPE = yaml.safe_load((FILES / "credential_type.yml").read_text(encoding="utf-8"))
SURVEY = yaml.safe_load((FILES / "survey.yml").read_text(encoding="utf-8"))
FIELDS = {field["id"]: field for field in CREDENTIAL_TYPE["inputs"]["fields"]}
ROLE = yaml.safe_load((ROOT / "roles/fleet/meta/argument_specs.yml").read_text(encoding="utf-8"))
VARIABLES = ROLE["argument_specs"]["main"]["options"]

#: Options that the credential doesn't carry, and why.
NOT_IN_THE_CREDENTIAL = {
    "session_file": "a job opens a session of its own and closes it",
    "validate_certs": "only a simulator wants it off; an authority of one's own goes into ca_certificates",
    "timeout": "belongs to the job, as the variable tdm_timeout",
    "retries": "belongs to the job, as the variable tdm_retries",
    "max_requests_per_second": "belongs to the job, as a question of the survey",
}
#: What an input has that the option of the same meaning doesn't: the content of a file, not its path.
CONTENTS = {"ca_certificates": "ca_path", "client_cert": "client_cert", "client_key": "client_key"}
#: The address of a proxy may hold a password.
SECRET_HERE = {"client_key", "proxy"}


def test_injected_variables_are_those_that_the_collection_reads():
    carried = {ENVIRONMENT[name] for name in OPTIONS if name not in NOT_IN_THE_CREDENTIAL}
    assert set(NOT_IN_THE_CREDENTIAL) <= set(OPTIONS)
    assert set(CREDENTIAL_TYPE["injectors"]["env"]) == carried
    assert {CONTENTS.get(field, field) for field in FIELDS} == set(OPTIONS) - set(NOT_IN_THE_CREDENTIAL)


def test_secret_inputs_are_marked():
    secret = {name for name, entry in OPTIONS.items() if entry.get("no_log")}
    assert {"password", "client_secret"} <= secret
    assert {field for field, entry in FIELDS.items() if entry.get("secret") is True} == secret | SECRET_HERE


def test_inputs_are_what_awx_accepts():
    assert set(CREDENTIAL_TYPE) == {"inputs", "injectors"}
    known = {"id", "type", "label", "help_text", "multiline", "secret", "choices", "default", "format"}
    for field in CREDENTIAL_TYPE["inputs"]["fields"]:
        assert {"id", "label", "type"} <= set(field) <= known
        assert field["type"] == "string" and isinstance(field.get("default", ""), str)
    assert len(FIELDS) == len(CREDENTIAL_TYPE["inputs"]["fields"])
    assert FIELDS["auth_method"]["choices"] == OPTIONS["auth_method"]["choices"]
    assert FIELDS["auth_method"]["default"] == OPTIONS["auth_method"]["default"]


def test_injectors_name_no_input_that_is_not_there():
    """AWX refuses a type whose templates don't render with all inputs and files, and nothing else, defined."""
    jinja = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
    injectors = CREDENTIAL_TYPE["injectors"]
    assert all(re.fullmatch(r"template\.[a-z_]+", label) for label in injectors["file"])
    files = {label.partition(".")[2]: "a-file" for label in injectors["file"]}
    names = {"tower": {"filename": files}, **dict.fromkeys(FIELDS, "a-value")}
    for template in [*injectors["file"].values(), *injectors["env"].values()]:
        assert template.isascii()
        assert jinja.from_string(template).render(**names) in ("a-value", "a-file")


@pytest.mark.parametrize("inputs", [{}, {"login": "me@example.com", "client_key": "a key"}])
def test_an_empty_input_gives_an_empty_variable(inject, tmp_path, inputs):
    found = inject(inputs, tmp_path)
    assert {name for name, value in found.items() if value} == {ENVIRONMENT[name] for name in inputs}
    if inputs:
        assert Path(found["TDM_CLIENT_KEY"]).read_text() == "a key"


def test_survey_asks_for_variables_of_the_role():
    assert {"name", "description", "spec"} == set(SURVEY)
    kinds = {"str": ("text", "multiplechoice"), "path": ("text",), "int": ("integer",), "float": ("float", "integer")}
    types = {"text": str, "multiplechoice": str, "integer": int, "float": (int, float)}
    for question in SURVEY["spec"]:
        option = VARIABLES[question["variable"]]
        assert question["type"] in kinds[option["type"]]
        assert question.get("choices") == option.get("choices")
        # AWX hands on an unanswered question as an empty text, which is no number; the role takes it for no file.
        assert question["required"] is (question["variable"] != "tdm_fleet_src")
        assert isinstance(question["default"], types[question["type"]])
        assert isinstance(question["question_name"], str)
        assert not option.get("no_log")
        if question["variable"] == "tdm_fleet_src":
            assert "default" not in option and question["default"] == ""
        elif question["variable"].startswith("tdm_fleet_"):
            assert question["default"] == option["default"]
        else:
            assert question["default"] == OPTIONS[question["variable"].removeprefix("tdm_")]["default"]


class StandIn:
    """Keeps the objects that it is given, by kind, and finds them by name, as AWX's API does."""

    def __init__(self) -> None:
        self.objects: dict[str, list] = {}
        self.writes = 0
        self.surveys: dict[str, dict] = {}
        self.links: dict[str, list] = {}
        self.create("organizations", {"name": "Default"})
        self.server = Server(("127.0.0.1", 0), self._handler())
        self.url = "http://127.0.0.1:%d" % self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def create(self, kind: str, given: dict) -> dict:
        """Keep a new object and return it."""
        number = sum(map(len, self.objects.values())) + 1
        path = "/api/v2/%s/%d/" % (kind, number)
        own = {"id": number, "type": kind, "url": path, "related": {"survey_spec": path + "survey_spec/"}}
        made = {**own, "summary_fields": {}, "scm_revision": "", **given}
        self.objects.setdefault(kind, []).append(made)
        return made

    def one(self, kind: str) -> dict:
        """Return the only object of a kind."""
        (found,) = self.objects[kind]
        return found

    def answer(self, method: str, target: str, body: dict) -> tuple[int, object]:
        """Return status and JSON of an answer."""
        url = urlsplit(target)
        words = url.path.removeprefix("/api/v2/").strip("/").split("/")
        self.writes += method != "GET"
        if len(words) == 1:
            if method == "POST":
                return 201, self.create(words[0], body)
            wanted = dict(parse_qsl(url.query))
            found = [one for one in self.objects.get(words[0], []) if all(str(one.get(k)) == v for k, v in wanted.items())]
            return 200, {"count": len(found), "next": None, "results": found}
        found = next(one for one in self.objects[words[0]] if str(one["id"]) == words[1])
        if words[2:] == ["survey_spec"]:
            if method == "POST":
                self.surveys[found["name"]] = body
            return 200, self.surveys.get(found["name"], {})
        if len(words) == 3:
            links = self.links.setdefault(words[2], [])
            if method == "POST":
                links.append(body["id"])
                return 204, None
            return 200, {"count": len(links), "next": None, "results": [{"id": one} for one in links]}
        found.update(body)
        return 200, found

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

            do_GET = do_POST = do_PATCH = handle_one

            def log_message(self, *_arguments) -> None:
                pass

        return Handler


@pytest.fixture
def awx():
    """Return a stand-in for an AWX server."""
    server = StandIn()
    yield server
    server.server.shutdown()
    server.server.server_close()


@pytest.fixture
def set_up(awx, tmp_path, child_environment):
    """Return a function that runs the playbook against the stand-in and returns what ansible-playbook said."""

    def run(variables: dict, *arguments: str) -> subprocess.CompletedProcess:
        (tmp_path / "vars.json").write_text(json.dumps(variables))
        done = subprocess.run(
            [Path(sys.executable).with_name("ansible-playbook"), "lorawan.thingpark.awx.setup", "-e", "@vars.json", *arguments],
            check=False,
            cwd=tmp_path,
            env=child_environment(
                ANSIBLE_HOME=str(tmp_path / "ansible"),
                ANSIBLE_REMOTE_TEMP=str(tmp_path / "ansible/tmp"),
                CONTROLLER_HOST=awx.url,
                CONTROLLER_OAUTH_TOKEN="a-token",
            ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )
        print(done.stdout)
        return done

    return run


def test_playbook_sets_up_a_job_template(set_up, awx, tmp_path):
    (tmp_path / "ca.pem").write_text("-- the certificate of an authority --")
    given = {"tdm_login": "me@example.com", "tdm_password": "a-known-password", "tdm_ca_path": str(tmp_path / "ca.pem")}
    where = {"tdm_awx_scm_url": "git@example.com:fleet.git", "tdm_awx_image": "lorawan-thingpark-ee"}
    done = set_up({**given, **where}, "-vvvv")
    assert done.returncode == 0
    assert "WARNING" not in done.stdout
    assert "a-known-password" not in done.stdout

    kind = awx.one("credential_types")
    assert {name: kind[name] for name in CREDENTIAL_TYPE} == CREDENTIAL_TYPE
    credential = awx.one("credentials")
    assert credential["credential_type"] == kind["id"]
    assert credential["inputs"] == {
        "login": "me@example.com",
        "password": "a-known-password",
        "ca_certificates": "-- the certificate of an authority --",
    }
    template, project = awx.one("job_templates"), awx.one("projects")
    image = awx.one("execution_environments")
    assert image["image"] == where["tdm_awx_image"]
    assert (project["scm_url"], project["default_environment"]) == (where["tdm_awx_scm_url"], image["id"])
    assert template["project"] == project["id"]
    assert template["inventory"] == awx.one("inventories")["id"]
    assert awx.links["credentials"] == [credential["id"]]
    assert (template["playbook"], template["job_type"], template["ask_job_type_on_launch"]) == ("provision.yml", "run", True)
    assert (template["job_slice_count"], template["allow_simultaneous"]) == (1, False)
    assert template["survey_enabled"] is True and awx.surveys[template["name"]] == SURVEY
    variables = json.loads(awx.one("hosts")["variables"])
    assert variables == {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}


def test_playbook_says_what_is_missing(set_up, awx):
    done = set_up({"tdm_awx_image": "lorawan-thingpark-ee"})
    assert done.returncode != 0
    assert "Give tdm_awx_scm_url, the project's Git address" in done.stdout
    assert awx.writes == 0
