# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many application servers in one task: by name or ID, deleted with a backup that can be applied again, never doubled."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

KEY = "A3F07B1C9D2E48566F8190BACDE7F2D4"
WRITES = ("POST", "PUT", "DELETE")


def writes(counts: dict) -> dict:
    return {what: number for what, number in counts.items() if what.split()[0] in WRITES and "login" not in what}


def server(name: str, **options: object) -> dict:
    return {"name": name, "destinations": [{"addresses": ["https://%s.example.com" % name]}], **options}


@pytest.fixture(params=["json", "xml"])
def account(request, simulator, account_on):
    return account_on(simulator, body_format=request.param)


def test_they_are_made_once(account, counts):
    described = [server("a"), server("b", domains={"Site": "Utrecht"}), server("c", active=False)]
    told = {"application_servers": described, "defaults": {"content_type": "json"}, "results": "all"}
    checked = account.tdm_application_servers(**told, check=True)
    assert checked["summary"]["created"] == 3 and not writes(counts())
    made = account.tdm_application_servers(**told)
    assert made["summary"] == {"created": 3, "updated": 0, "deleted": 0, "unchanged": 0, "failed": 0, "skipped": 0}
    assert [(one["name"], one["action"]) for one in made["results"]] == [("a", "created"), ("b", "created"), ("c", "created")]
    # The platform makes none that is inactive: one request more.
    assert writes(counts()) == {"POST /appServers": 3, "PUT /appServers/{appServerUid}": 1}
    again = account.tdm_application_servers(**told)
    assert (again["changed"], again["summary"]["unchanged"]) == (False, 3) and not writes(counts())


def test_one_bad_one_spoils_nothing(account):
    described = [server("a"), {"name": "gone", "create": False, "description": "x"}, {"id": "TWA_1.1.AS", "description": "x"}]
    result = account.tdm_application_servers(application_servers=described, results="all")
    assert result["failed"] and result["summary"]["created"] == 1 and result["summary"]["failed"] == 2
    assert [one["action"] for one in result["results"]] == ["created", "failed", "failed"]


def test_what_is_deleted_can_be_made_again_from_the_backup(account, tmp_path):
    signed = {"security_status": "as_key", "as_key": KEY, "custom_http_headers": {"X-Token": "s3cret"}}
    account.tdm_application_servers(application_servers=[server("a", active=False), server("b", **signed)])
    absent = {"application_servers": [{"name": "a"}, {"name": "b"}], "state": "absent"}
    refused = account.tdm_application_servers(**absent)
    assert refused["failed"] and refused["deletion_candidates"] == ["a", "b"]
    path = tmp_path / "backup.json"
    gone = account.tdm_application_servers(**absent, max_deletions=2, backup=str(path))
    assert gone["summary"]["deleted"] == 2
    kept = json.loads(path.read_text())
    one, other = kept["application_servers"]
    assert (one["name"], one["active"], other["active"]) == ("a", False, True) and "id" not in one
    assert one["destinations"][0]["addresses"] == ["https://a.example.com"]
    assert (other["as_key"], other["custom_http_headers"]) == (None, None)
    # As it is, the file makes nothing; with what only its owner knows, it does.
    assert account.tdm_application_servers(src=str(path))["failed"]
    kept["defaults"]["create"] = True
    other.update(as_key=KEY, custom_http_headers=signed["custom_http_headers"])
    path.write_text(json.dumps(kept))
    assert account.tdm_application_servers(src=str(path))["summary"]["created"] == 2
    (again,) = account.tdm_application_server_info(name="a")["application_servers"]
    assert again["active"] is False


def test_a_name_is_not_given_to_a_second_one(account, counts):
    """The next run could not tell the two apart."""
    made = account.tdm_application_server(**server("a"))
    counts()
    for rows in ([{"id": made["id"], "name": "b"}, {"name": "b"}], [{"name": "b"}, {"name": "b"}]):
        refused = account.tdm_application_servers(application_servers=rows, check=True)
        (problem,) = refused["findings"]
        assert (problem["where"], problem["option"]) == ("application_servers[1]", "name")
    refused = account.tdm_application_servers(application_servers=[{"id": made["id"]}], defaults={"name": "b"})
    assert refused["findings"][0]["message"] == "can't be in defaults: give it for each application server"
    assert not counts()
    other = account.tdm_application_server(**server("b"))
    swapped = [{"id": made["id"], "name": "b"}, {"id": other["id"], "name": "a"}]
    assert account.tdm_application_servers(application_servers=swapped)["summary"]["updated"] == 2
    assert account.tdm_application_servers(application_servers=swapped)["summary"]["unchanged"] == 2


def test_failures_are_told_once_whatever_they_are_called(meddler, through, do):
    names = ["a", "is", "server", "2000"]
    through.tdm_application_servers(application_servers=[server(name) for name in names])
    meddler.on("PUT", "/appServers/.*", do.says(403, {"code": 403, "message": "not allowed here, ask for it"}))
    rows = [server(name, description="x") for name in names]
    _count, *told = through.tdm_application_servers(application_servers=rows)["msg"].splitlines()
    assert len(told) == 1 and told[0].startswith("4 application servers, a (application_servers[0]), is (")
    assert "PUT /subscriptions/100/appServers/... (status 403, code 403: not allowed here" in told[0]


def test_check_mode_knows_what_ends_a_purge(account, row):
    account.tdm_application_servers(application_servers=[server("x-%d" % number) for number in range(3)])
    account.tdm_device(**row(1, application_servers=["x-2"], routing_profile=None))
    told = {"purge": {"scope": {"name_prefix": "x-"}, "max": 9}, "on_error": "stop", "results": "all"}
    checked, done = (
        account.tdm_application_servers(application_servers=[server("x-0")], **told, check=check) for check in (True, False)
    )
    assert checked["summary"] == done["summary"] and checked["results"] == done["results"]
    assert (done["summary"]["failed"], done["summary"]["skipped"]) == (1, 1)
    assert "not begun: an application server had failed" in done["msg"]


def test_one_that_is_meant_twice_is_refused(account, counts):
    made = account.tdm_application_server(**server("a"))
    counts()
    for second in ({"name": "a", "description": "x"}, {"name": "a", "state": "absent"}):
        twice = [{"id": made["id"], "description": "by its ID"}, second]
        refused = account.tdm_application_servers(application_servers=twice)
        assert refused["failed"] and not writes(counts())
        (problem,) = refused["findings"]
        assert (problem["where"], problem["option"]) == ("application_servers[1]", "name")
        assert problem["message"].startswith("is now the name of %s, which application_servers[0] already describes" % made["id"])


def test_a_purge_spares_those_that_are_described_or_used(account, simulator):
    account.tdm_application_servers(application_servers=[server(name) for name in ("x-a", "x-b", "y-c")])
    purge = {"scope": {"name_prefix": "x-"}, "max": 1}
    told = account.tdm_application_servers(application_servers=[server("x-a")], purge=purge)
    assert told["summary"]["deleted"] == 1 and Path(told["backup_file"]).is_file()
    left = {one["name"] for one in account.tdm_application_server_info()["application_servers"]}
    assert {"x-a", "y-c"} <= left and "x-b" not in left


def test_nothing_is_kept_for_the_next_run(account, home):
    """The list doesn't say when a server was changed, so what was seen of one need not hold; its headers are secret besides."""
    headed = {**server("a"), "custom_http_headers": {"X-Token": "s3cret-t0ken-of-it"}}
    for _run in range(2):
        account.tdm_application_servers(application_servers=[headed])
    assert not list(home.rglob("application_servers-*"))
    assert not [path for path in home.rglob("*") if path.is_file() and "s3cret" in path.read_text()]
