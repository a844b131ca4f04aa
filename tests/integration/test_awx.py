# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the collection brings for AWX: the credential type, the survey, and the playbook that sets both up.

The playbook runs with the real modules of awx.awx, against a stand-in that keeps what it is given.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.connection import ENVIRONMENT, OPTIONS
from ansible_collections.lorawan.thingpark.tests.integration import awx_stand_in
from ansible_collections.lorawan.thingpark.tests.integration.awx_stand_in import StandIn

ROOT = Path(__file__).resolve().parents[2]
FILES = ROOT / "playbooks/awx/files"
CREDENTIAL_TYPE = yaml.safe_load((FILES / "credential_type.yml").read_text(encoding="utf-8"))
UPLINK_CREDENTIAL_TYPE = yaml.safe_load((FILES / "uplink_credential_type.yml").read_text(encoding="utf-8"))
SURVEY = yaml.safe_load((FILES / "survey.yml").read_text(encoding="utf-8"))
FIELDS = {field["id"]: field for field in CREDENTIAL_TYPE["inputs"]["fields"]}
ROLE = yaml.safe_load((ROOT / "roles/fleet/meta/argument_specs.yml").read_text(encoding="utf-8"))
VARIABLES = ROLE["argument_specs"]["main"]["options"]

#: Runs the modules in Ansible's worker. Without it, each has a Python of its own, as everywhere.
QUICKLY = {"ANSIBLE_ACTION_PLUGINS": str(ROOT / "tests/integration/plugins/awx")}

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
                # A module reads these for each of its requests, also for those over plain HTTP.
                SSL_CERT_FILE=os.devnull,
                SSL_CERT_DIR=os.devnull,
                **{**QUICKLY, **environment},
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
KEYS = ("feedbeefcafe0123456789abcdef4242", "4242fedcba9876543210facefeedbeef")
SECRETS = (*KEYS, "a-known-password", "a-known-secret", "a-known-token")
#: What people may want besides: a notification, secrets from a vault, keys of uplinks, slices.
MORE = {
    "tdm_client_secret": "a-known-secret",
    "tdm_subscriber_id": 100000001,
    "tdm_awx_fleet_src": "fleet.csv",
    "tdm_awx_notification": {"type": "webhook", "configuration": {"url": "https://hooks.example.com", "headers": {}}},
    "tdm_awx_vault": {"url": "https://vault.example.com", "token": "a-known-token", "api_version": "v2"},
    "tdm_awx_vault_secrets": {"password": {"secret_path": "thingpark", "secret_key": "password"}},
    "tdm_awx_uplink_keys": {"TWA_1.1.AS": KEYS[0], "TWA_1.2.AS": KEYS[1]},
    "tdm_awx_slices": 4,
    "tdm_awx_rate": 40,
}
JOBS = ("provision", "drift", "adopt", "report")
WORKFLOW = "ThingPark drift, approval, provision"
BUILT_IN = {kind: [given["name"]] for kind, given in awx_stand_in.BUILT_IN}


def changes(done: subprocess.CompletedProcess) -> int:
    """Return how many tasks changed something, by ansible-playbook's own account."""
    assert done.returncode == 0
    return int(re.search(r"changed=(\d+)", done.stdout).group(1))


def test_setting_up_again_changes_nothing_and_removing_leaves_nothing(play, awx):
    done = play("setup", {**ACCOUNT, **WHERE, **MORE}, "-vvvv")
    assert changes(done) > 20
    assert "WARNING" not in done.stdout
    assert not [secret for secret in SECRETS if secret in done.stdout]
    check_credentials(awx)
    check_inventories(awx)
    check_job_templates(awx)
    check_workflow(awx)

    writes = awx.writes
    again = play("setup", {**ACCOUNT, **WHERE, **MORE})
    assert changes(again) == 0 and awx.writes == writes
    assert "tdm_awx_update_secrets=true" in again.stdout

    assert changes(play("remove", {})) == 8
    # AWX itself drops a label that nothing has.
    left = {kind: list(awx.named(kind)) for kind in awx.objects if awx.objects[kind] and kind != "labels"}
    assert left == BUILT_IN


def check_credentials(awx: StandIn) -> None:
    """Check what is to log in with: all but the password, which a vault has."""
    kinds, credentials = awx.named("credential_types"), awx.named("credentials")
    for name, file in (("ThingPark Device Manager", CREDENTIAL_TYPE), ("ThingPark Uplink Keys", UPLINK_CREDENTIAL_TYPE)):
        assert {half: kinds[name][half] for half in file} == file
    assert credentials["ThingPark"]["credential_type"] == kinds["ThingPark Device Manager"]["id"]
    texts = {"login": "me@example.com", "client_secret": "a-known-secret", "subscriber_id": "100000001"}
    assert credentials["ThingPark"]["inputs"] == texts
    (source,) = awx.objects["credential_input_sources"]
    assert source["source_credential"] == credentials["ThingPark vault"]["id"]
    assert credentials["ThingPark vault"]["inputs"] == MORE["tdm_awx_vault"]
    assert (source["target_credential"], source["input_field_name"]) == (credentials["ThingPark"]["id"], "password")
    assert source["metadata"] == MORE["tdm_awx_vault_secrets"]["password"]
    assert credentials["ThingPark uplink keys"]["inputs"] == {"keys": "TWA_1.1.AS=%s\nTWA_1.2.AS=%s" % KEYS}


def check_inventories(awx: StandIn) -> None:
    """Check the project, and the inventories: of the node itself, of the platform's devices, of the fleet's description."""
    project, image = awx.named("projects")["ThingPark"], awx.named("execution_environments")["ThingPark"]
    inventories, sources = awx.named("inventories"), awx.named("inventory_sources")
    assert image["image"] == WHERE["tdm_awx_image"]
    assert (project["scm_url"], project["default_environment"]) == (WHERE["tdm_awx_scm_url"], image["id"])
    (localhost,) = awx.objects["hosts"]
    assert localhost["inventory"] == inventories["ThingPark"]["id"]
    variables = json.loads(localhost["variables"])
    assert variables == {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    assert set(inventories) - set(sources) == {"ThingPark"}
    for name, path in (("ThingPark devices", "devices.thingpark.yml"), ("ThingPark fleet", "fleet.yml")):
        source = sources[name]
        assert source["inventory"] == inventories[name]["id"]
        assert (source["source"], source["source_project"], source["source_path"]) == ("scm", project["id"], path)
        assert source["overwrite"] is source["overwrite_vars"] is True
    # The platform is asked for its devices, so with the account.
    assert sources["ThingPark devices"]["credential"] == awx.named("credentials")["ThingPark"]["id"]


def check_job_templates(awx: StandIn) -> None:
    """Check the four jobs, the sliced one, and that the variables which they get are their roles'."""
    templates, inventories = awx.named("job_templates"), awx.named("inventories")
    sliced = templates.pop("ThingPark provision in slices")
    assert set(templates) == {"ThingPark " + job for job in JOBS}
    for one in (*templates.values(), sliced):
        assert one["project"] == awx.named("projects")["ThingPark"]["id"]
        assert awx.linked(one, "credentials") == awx.linked(one, "labels") == ["ThingPark"]
        assert awx.linked(one, "notification_templates_error") == ["ThingPark"]
        assert (one["job_type"], one["allow_simultaneous"]) == ("run", False)
    for job in JOBS:
        one = templates["ThingPark " + job]
        assert (one["playbook"], one["inventory"], one["job_slice_count"]) == (job + ".yml", inventories["ThingPark"]["id"], 1)
        assert one["ask_job_type_on_launch"] is one["survey_enabled"] is (job == "provision")
    first, *others = awx.surveys["ThingPark provision"]["spec"]
    assert [{**first, "default": ""}, *others] == SURVEY["spec"] and first["default"] == "fleet.csv"
    assert (sliced["job_slice_count"], sliced["playbook"]) == (4, "provision.yml")
    assert sliced["inventory"] == inventories["ThingPark fleet"]["id"]

    given = {name: json.loads(one["extra_vars"]) for name, one in awx.named("job_templates").items()}
    assert given["ThingPark drift"] == {"tdm_fleet_src": "fleet.csv"}
    assert given["ThingPark provision in slices"] == {"tdm_fleet_group": "sensors", "tdm_max_requests_per_second": 10.0}
    for job, role in {"drift": "fleet", "provision in slices": "fleet", "adopt": "adopt", "report": "report"}.items():
        assert given["ThingPark " + job]
        for spec in ROOT.glob("roles/%s/meta/argument_specs.yml" % role):
            assert set(given["ThingPark " + job]) <= set(yaml.safe_load(spec.read_text())["argument_specs"]["main"]["options"])


def check_workflow(awx: StandIn) -> None:
    """Check that every night drift leads to an approval, and only an approval to provisioning."""
    workflow = awx.named("workflow_job_templates")[WORKFLOW]
    nodes, templates = awx.named("workflow_job_template_nodes"), awx.named("job_templates")
    assert {node["workflow_job_template"] for node in nodes.values()} == {workflow["id"]}
    for name in ("drift", "provision"):
        assert nodes[name]["unified_job_template"] == templates["ThingPark " + name]["id"]
    approval = awx.named("workflow_approval_templates")["Provision the fleet again?"]
    assert nodes["approval"]["unified_job_template"] == approval["id"] and 0 < approval["timeout"] < 86400
    kinds = ("success", "failure", "always")
    ways = [(name, way, awx.linked(node, way + "_nodes")) for name, node in nodes.items() for way in kinds]
    assert sorted(way for way in ways if way[2]) == [("approval", "success", ["provision"]), ("drift", "failure", ["approval"])]
    (schedule,) = awx.objects["schedules"]
    assert schedule["unified_job_template"] == workflow["id"] and "FREQ=DAILY" in schedule["rrule"] and schedule["enabled"]
    for association in ("error", "approvals"):
        assert awx.linked(workflow, "notification_templates_" + association) == ["ThingPark"]


@pytest.mark.thorough
def test_the_least_that_can_be_wanted(play, awx, tmp_path):
    (tmp_path / "ca.pem").write_text("-- the certificate of an authority --")
    given = {**ACCOUNT, **WHERE, "tdm_ca_path": str(tmp_path / "ca.pem"), "tdm_awx_jobs": ["provision"]}
    assert play("setup", given, ANSIBLE_ACTION_PLUGINS="").returncode == 0
    assert set(awx.named("job_templates")) == {"ThingPark provision"}
    assert set(awx.named("credentials")) == {"ThingPark"}
    assert not {"workflow_job_templates", "schedules", "notification_templates", "credential_input_sources"} & set(awx.objects)
    inputs = {"login": "me@example.com", "password": "a-known-password"}
    inputs["ca_certificates"] = "-- the certificate of an authority --"
    assert awx.named("credentials")["ThingPark"]["inputs"] == inputs

    play("setup", {**given, "tdm_password": "a-new-password"})
    assert awx.named("credentials")["ThingPark"]["inputs"] == inputs
    play("setup", {**given, "tdm_password": "a-new-password", "tdm_awx_update_secrets": True})
    assert awx.named("credentials")["ThingPark"]["inputs"] == {**inputs, "password": "a-new-password"}
    play("setup", {**given, "tdm_awx_uplink_keys": "TWA_1.1.AS=" + KEYS[0]})
    assert awx.named("credentials")["ThingPark uplink keys"]["inputs"] == {"keys": "TWA_1.1.AS=" + KEYS[0]}
    assert changes(play("remove", {})) == 6
    assert changes(play("remove", {})) == 0


@pytest.mark.parametrize(
    ("playbook", "collection"),
    [
        ("setup", "awx.awx"),
        pytest.param("remove", "awx.awx", marks=pytest.mark.thorough),
        pytest.param("eda", "ansible.eda", marks=pytest.mark.thorough),
    ],
)
def test_a_missing_collection_is_told_with_its_remedy(play, tmp_path, playbook, collection):
    """Instead of Ansible's own word on a module that it can't resolve."""
    own = tmp_path / "collections/ansible_collections/lorawan"
    own.mkdir(parents=True)
    (own / "thingpark").symlink_to(ROOT)
    given = {name.replace("_awx_", "_eda_"): value for name, value in WHERE.items()} | WHERE
    done = play(playbook, given, ANSIBLE_COLLECTIONS_PATH=str(tmp_path / "collections"))
    assert done.returncode != 0 and done.stdout.count("[ERROR]") <= 1
    assert 'Install it with \\"ansible-galaxy collection install %s\\".' % collection in done.stdout
    assert "couldn't resolve module" not in done.stdout


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"tdm_awx_image": "lorawan-thingpark-ee"}, "Set tdm_awx_scm_url, the project's Git address"),
        pytest.param({**WHERE, "tdm_awx_scm_url": ""}, "Set tdm_awx_scm_url", marks=pytest.mark.thorough),
        pytest.param({**WHERE, "tdm_awx_jobs": ["prov"]}, "tdm_awx_jobs must be a list", marks=pytest.mark.thorough),
        pytest.param({**WHERE, "tdm_awx_jobs": "provision"}, "got provision.", marks=pytest.mark.thorough),
        pytest.param({**WHERE, "tdm_awx_slices": "four"}, "tdm_awx_slices must be a whole number", marks=pytest.mark.thorough),
    ],
)
def test_playbook_says_what_is_missing_or_wrong_before_it_makes_anything(play, awx, variables, expected):
    done = play("setup", variables)
    assert done.returncode != 0
    assert expected in done.stdout
    assert awx.writes == 0
