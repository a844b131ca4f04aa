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
from pathlib import Path

import pytest
import yaml
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.connection import ENVIRONMENT, OPTIONS
from ansible_collections.lorawan.thingpark.tests.integration.awx_stand_in import StandIn

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


@pytest.fixture
def awx():
    """Return a stand-in for an AWX server."""
    server = StandIn()
    yield server
    server.close()


@pytest.fixture
def play(awx, tmp_path, child_environment):
    """Return a function that runs a playbook against the stand-in and returns what ansible-playbook said."""

    def run(name: str, variables: dict, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
        (tmp_path / "vars.json").write_text(json.dumps(variables))
        done = subprocess.run(
            [Path(sys.executable).with_name("ansible-playbook"), "lorawan.thingpark.awx." + name, "-e", "@vars.json", *arguments],
            check=False,
            cwd=tmp_path,
            env=child_environment(
                ANSIBLE_HOME=str(tmp_path / "ansible"),
                ANSIBLE_REMOTE_TEMP=str(tmp_path / "ansible/tmp"),
                CONTROLLER_HOST=awx.url,
                CONTROLLER_OAUTH_TOKEN="a-token",
                **environment,
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


WHERE = {"tdm_awx_scm_url": "git@example.com:fleet.git", "tdm_awx_image": "lorawan-thingpark-ee"}
ACCOUNT = {"tdm_login": "me@example.com", "tdm_password": "a-known-password"}
#: What people may want besides: a notification, secrets from a vault, keys of uplinks, slices.
MORE = {
    "tdm_awx_fleet_src": "fleet.csv",
    "tdm_awx_notification": {"type": "webhook", "configuration": {"url": "https://hooks.example.com", "headers": {}}},
    "tdm_awx_vault": {"url": "https://vault.example.com", "token": "a-known-token", "api_version": "v2"},
    "tdm_awx_vault_secrets": {"password": {"secret_path": "thingpark", "secret_key": "password"}},
    "tdm_awx_uplink_keys": {"TWA_100000000.1234": "0123456789abcdef0123456789abcdef"},
    "tdm_awx_slices": 4,
    "tdm_awx_rate": 40,
}
JOBS = ("provision", "drift", "adopt", "report")
WORKFLOW = "ThingPark drift, approval, provision"


def changes(done: subprocess.CompletedProcess) -> int:
    """Return how many tasks changed something, by ansible-playbook's own account."""
    return int(re.search(r"changed=(\d+)", done.stdout).group(1))


def test_playbook_sets_up_what_jobs_need(play, awx, tmp_path):
    (tmp_path / "ca.pem").write_text("-- the certificate of an authority --")
    done = play("setup", {**ACCOUNT, **WHERE, "tdm_ca_path": str(tmp_path / "ca.pem")}, "-vvvv")
    assert done.returncode == 0
    assert "WARNING" not in done.stdout
    assert "a-known-password" not in done.stdout

    kinds = awx.named("credential_types")
    kind = kinds["ThingPark Device Manager"]
    assert {name: kind[name] for name in CREDENTIAL_TYPE} == CREDENTIAL_TYPE
    assert set(kinds) == {"ThingPark Device Manager", "ThingPark Uplink Keys", "HashiCorp Vault Secret Lookup"}
    credential = awx.named("credentials")["ThingPark"]
    assert credential["credential_type"] == kind["id"] and set(awx.named("credentials")) == {"ThingPark"}
    assert credential["inputs"] == {
        "login": "me@example.com",
        "password": "a-known-password",
        "ca_certificates": "-- the certificate of an authority --",
    }
    project, image = awx.named("projects")["ThingPark"], awx.named("execution_environments")["ThingPark"]
    assert image["image"] == WHERE["tdm_awx_image"]
    assert (project["scm_url"], project["default_environment"]) == (WHERE["tdm_awx_scm_url"], image["id"])
    (localhost,) = awx.objects["hosts"]
    assert localhost["inventory"] == awx.named("inventories")["ThingPark"]["id"]
    assert json.loads(localhost["variables"]) == {
        "ansible_connection": "local",
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
    }
    source = awx.named("inventory_sources")["ThingPark devices"]
    assert source["inventory"] == awx.named("inventories")["ThingPark devices"]["id"]
    assert (source["source"], source["source_project"]) == ("scm", project["id"])
    assert (source["source_path"], source["credential"]) == ("devices.thingpark.yml", credential["id"])
    assert source["overwrite"] is True and source["overwrite_vars"] is True
    assert "notification_templates" not in awx.objects


def test_playbook_makes_templates_and_a_workflow(play, awx):
    assert play("setup", {**ACCOUNT, **WHERE, "tdm_awx_fleet_src": "fleet.csv"}).returncode == 0
    templates = awx.named("job_templates")
    assert set(templates) == {"ThingPark " + job for job in JOBS}
    for job in JOBS:
        template = templates["ThingPark " + job]
        assert template["project"] == awx.named("projects")["ThingPark"]["id"] and template["playbook"] == job + ".yml"
        assert template["inventory"] == awx.named("inventories")["ThingPark"]["id"]
        assert awx.linked(template, "credentials") == ["ThingPark"] and awx.linked(template, "labels") == ["ThingPark"]
        assert (template["job_type"], template["job_slice_count"], template["allow_simultaneous"]) == ("run", 1, False)
        assert template["ask_job_type_on_launch"] is template["survey_enabled"] is (job == "provision")
    survey = awx.surveys["ThingPark provision"]
    assert [question["default"] for question in survey["spec"] if question["variable"] == "tdm_fleet_src"] == ["fleet.csv"]
    assert [{**question, "default": ""} if question["variable"] == "tdm_fleet_src" else question for question in survey["spec"]] == (
        SURVEY["spec"]
    )
    assert json.loads(templates["ThingPark drift"]["extra_vars"]) == {"tdm_fleet_src": "fleet.csv"}

    workflow = awx.named("workflow_job_templates")[WORKFLOW]
    nodes = awx.named("workflow_job_template_nodes")
    assert {node["workflow_job_template"] for node in nodes.values()} == {workflow["id"]}
    assert {name: nodes[name]["unified_job_template"] for name in ("drift", "provision")} == {
        name: templates["ThingPark " + name]["id"] for name in ("drift", "provision")
    }
    approval = awx.named("workflow_approval_templates")["Provision the fleet again?"]
    assert nodes["approval"]["unified_job_template"] == approval["id"] and 0 < approval["timeout"] < 86400
    ways = {name: {way: awx.linked(node, way + "_nodes") for way in ("success", "failure", "always")} for name, node in nodes.items()}
    assert ways == {
        "drift": {"success": [], "failure": ["approval"], "always": []},
        "approval": {"success": ["provision"], "failure": [], "always": []},
        "provision": {"success": [], "failure": [], "always": []},
    }
    (schedule,) = awx.objects["schedules"]
    assert schedule["unified_job_template"] == workflow["id"] and "FREQ=DAILY" in schedule["rrule"] and schedule["enabled"]


def test_variables_of_templates_are_those_of_their_roles(play, awx):
    assert play("setup", {**ACCOUNT, **WHERE, **MORE}).returncode == 0
    specs = {path.parts[-3]: yaml.safe_load(path.read_text()) for path in ROOT.glob("roles/*/meta/argument_specs.yml")}
    options = {role: set(spec["argument_specs"]["main"]["options"]) for role, spec in specs.items()}
    templates = awx.named("job_templates")
    for job, role in {"drift": "fleet", "provision in slices": "fleet", "adopt": "adopt", "report": "report"}.items():
        given = json.loads(templates["ThingPark " + job]["extra_vars"])
        assert given and (role not in options or set(given) <= options[role])


def test_whatever_else_is_wanted(play, awx):
    assert play("setup", {**ACCOUNT, **WHERE, **MORE}).returncode == 0
    templates, credentials = awx.named("job_templates"), awx.named("credentials")
    assert credentials["ThingPark"]["inputs"] == {"login": "me@example.com"}  # the password is the vault's
    (source,) = awx.objects["credential_input_sources"]
    assert source["source_credential"] == credentials["ThingPark vault"]["id"]
    assert (source["target_credential"], source["input_field_name"]) == (credentials["ThingPark"]["id"], "password")
    assert source["metadata"] == MORE["tdm_awx_vault_secrets"]["password"]
    assert json.loads(credentials["ThingPark uplink keys"]["inputs"]["keys"]) == MORE["tdm_awx_uplink_keys"]
    workflow = awx.named("workflow_job_templates")[WORKFLOW]
    for one in (*templates.values(), workflow):
        assert awx.linked(one, "notification_templates_error") == ["ThingPark"]
    assert awx.linked(workflow, "notification_templates_approvals") == ["ThingPark"]
    sliced = templates["ThingPark provision in slices"]
    assert (sliced["job_slice_count"], sliced["playbook"]) == (4, "provision.yml")
    assert sliced["inventory"] == awx.named("inventories")["ThingPark fleet"]["id"]
    assert awx.named("inventory_sources")["ThingPark fleet"]["source_path"] == "fleet.yml"
    assert json.loads(sliced["extra_vars"]) == {"tdm_fleet_group": "sensors", "tdm_max_requests_per_second": 10.0}


def test_a_second_run_changes_nothing_and_removing_leaves_nothing(play, awx):
    built_in = {kind: [one["name"] for one in awx.objects[kind]] for kind in awx.objects}
    given = {**ACCOUNT, **WHERE, **MORE}
    assert changes(play("setup", given)) > 20
    writes = awx.writes
    second = play("setup", given)
    assert second.returncode == 0 and changes(second) == 0 and awx.writes == writes
    assert "tdm_awx_update_secrets=true" in second.stdout
    changed = play("setup", {**given, "tdm_client_secret": "another", "tdm_awx_update_secrets": True})
    assert awx.named("credentials")["ThingPark"]["inputs"]["client_secret"] == "another" and changed.returncode == 0

    assert changes(play("remove", {})) == 8
    # AWX itself drops a label that nothing has.
    left = {kind: list(awx.named(kind)) for kind in awx.objects if awx.objects[kind] and kind != "labels"}
    assert left == built_in
    again = play("remove", {})
    assert again.returncode == 0 and changes(again) == 0


@pytest.mark.parametrize("playbook", ["setup", "remove"])
def test_playbook_says_what_is_missing(play, awx, tmp_path, playbook):
    """The collection awx.awx is not there: one sentence with the remedy, instead of Ansible's on a module."""
    own = tmp_path / "collections/ansible_collections/lorawan"
    own.mkdir(parents=True)
    (own / "thingpark").symlink_to(ROOT)
    done = play(playbook, WHERE, ANSIBLE_COLLECTIONS_PATH=str(tmp_path / "collections"))
    assert done.returncode != 0
    assert 'Install it with \\"ansible-galaxy collection install awx.awx\\".' in done.stdout
    assert "couldn't resolve module" not in done.stdout
    if playbook == "setup":
        assert "Give tdm_awx_scm_url, the project's Git address" in play("setup", {"tdm_awx_image": "an-image"}).stdout
    assert awx.writes == 0
