# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run did, as a table for people; and what tdm_report counts, writes and leaves out."""

from __future__ import annotations

import csv
import io
import os
import time

import pytest
from prometheus_client.parser import text_string_to_metric_families

from ansible_collections.lorawan.thingpark.plugins.module_utils import _files
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine import apply
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.outcome_table import MEND, OTHERWISE, REMEDIES
from ansible_collections.lorawan.thingpark.plugins.module_utils._tasks import outcome_report

PLAN = "kpn-cs/testing"
DAY = 24 * 3600 * 1000
FORBIDDEN = {"code": 3, "message": "Forbidden"}


def table(path) -> list[dict]:
    """Return the rows of a table as somebody's spreadsheet reads them."""
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")  # without the mark, Excel would take it for another encoding
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def metrics(path) -> dict:
    """Return the samples of a file for Prometheus, by name and labels."""
    families = list(text_string_to_metric_families(path.read_text(encoding="utf-8")))
    assert families and all(family.type == "gauge" and family.documentation for family in families)
    return {(one.name, *sorted(one.labels.values())): one.value for family in families for one in family.samples}


# -- what a run did ---------------------------------------------------------------------------------------------------------


def test_a_run_tells_of_every_device(account, rows, tmp_path):
    report = tmp_path / "reports/last.csv"
    described = rows(3)
    result = account.tdm_fleet(devices=described, report=str(report), results="none")
    assert result["report_file"] == str(report)
    assert report.stat().st_mode & 0o777 == 0o600
    assert table(report) == [
        {"dev_eui": one["dev_eui"], "where": "devices[%d]" % at, "action": "created", "error": "", "remedy": ""}
        for at, one in enumerate(described)
    ]
    described[1]["name"] = "another"
    account.tdm_fleet(devices=described, report=str(report))
    assert [row["action"] for row in table(report)] == ["unchanged", "updated", "unchanged"]


def test_without_an_option_for_it_no_table_is_made(account, rows, monkeypatch):
    """For a large fleet without changes, it would be a tenth of the run."""
    monkeypatch.setattr(outcome_report, "table_of", None)
    monkeypatch.setattr(outcome_report, "table_of_error", None)
    assert account.tdm_fleet(devices=rows(2))["summary"]["created"] == 2
    assert "findings" in account.tdm_fleet(devices=[{}])


def test_check_mode_leaves_the_last_runs_report_alone(account, rows, tmp_path):
    report = tmp_path / "last.csv"
    assert "report_file" not in account.tdm_fleet(devices=rows(2), report=str(report), check=True)
    assert not report.exists()


def test_what_failed_stands_there_with_its_remedy(meddler, through, rows, do, tmp_path):
    report = tmp_path / "last.csv"
    through.tdm_fleet(devices=rows(12))
    eui = rows(12)[4]["dev_eui"]
    meddler.on("PUT", "/devices/e" + eui, do.says(400, {"code": 9016, "message": "=1+1\nnot, this; -name\x1b[2J"}))
    result = through.tdm_fleet(devices=[{**one, "name": "new"} for one in rows(12)], report=str(report))
    assert result["failed"] and result["report_file"]
    told = table(report)
    assert [row["action"] for row in told].count("updated") == 11
    assert told[4]["action"] == "failed" and "not, this;' -name" in told[4]["error"] and "\x1b" not in told[4]["error"]
    assert told[4]["remedy"] == "Remove the cause that the platform names, and run again"
    assert len(report.read_text(encoding="utf-8").splitlines()) == 13  # a device is one line


def test_faults_of_the_description_are_told_row_by_row(account, row, tmp_path):
    report = tmp_path / "last.csv"
    report.write_text("an older one")
    described = [row(1), row(2, activation="OTA"), row(3, activation="OTA"), row(4, connectivity_plan="none/such")]
    result = account.tdm_fleet(devices=described, report=str(report))
    assert result["failed"] and "findings" in result
    assert [(one["dev_eui"][-1], one["where"], one["action"], one["remedy"]) for one in table(report)] == [
        ("2", "devices[1]", "refused", MEND),
        ("3", "devices[2]", "refused", MEND),
    ]
    assert "activation" in table(report)[0]["error"]
    account.tdm_fleet(devices=[described[0], described[3]], report=str(report))  # what only the platform knows
    assert [(one["dev_eui"][-1], one["action"]) for one in table(report)] == [("4", "refused")]


def test_a_run_that_ends_early_says_why_and_shows_no_secret(account, rows, tmp_path):
    report = tmp_path / "last.csv"
    wrong = account.with_options(password="a-wrong-passphrase", login="a-wrong-passphrase")
    assert wrong.tdm_fleet(devices=rows(2), report=str(report))["failed"]
    (told,) = table(report)
    assert (told["dev_eui"], told["action"]) == ("", "failed") and told["error"]
    assert "a-wrong-passphrase" not in report.read_text(encoding="utf-8")


def test_a_key_that_the_platform_repeats_is_not_written(meddler, through, row, do, tmp_path):
    report = tmp_path / "last.csv"
    key = row(1)["app_key"]
    meddler.on("POST", "/devices", do.says(400, {"code": 1, "message": "bad key %s" % key.lower()}))
    through.tdm_fleet(devices=[row(1)], report=str(report))
    assert "bad key" in report.read_text(encoding="utf-8") and key.lower() not in report.read_text(encoding="utf-8").lower()


def test_a_run_that_is_ended_from_outside_leaves_no_older_report(account, rows, tmp_path, monkeypatch):
    report = tmp_path / "last.csv"
    account.tdm_fleet(devices=rows(2), report=str(report))

    def interrupted(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(apply.Run, "apply", interrupted)
    with pytest.raises(KeyboardInterrupt):
        account.tdm_fleet(devices=rows(3), report=str(report))
    assert [row["error"] for row in table(report)] == ["the run was stopped from outside: what it did until then is not listed"]


def test_a_place_where_nobody_can_write_is_found_first(account, rows, simulator, tmp_path, monkeypatch):
    result = account.tdm_fleet(devices=rows(2), report=str(tmp_path))
    assert "names the directory" in result["msg"] and not simulator.devices()
    monkeypatch.setattr(os, "access", lambda *_arguments: False)
    result = account.tdm_fleet(devices=rows(2), report=str(tmp_path / "last.csv"))
    assert "can't write" in result["msg"] and not simulator.devices()


def test_a_full_disk_hides_no_outcome(account, rows, tmp_path, monkeypatch):
    replace = os.replace

    def full(source: str, target: str) -> None:
        if target.endswith("last.csv"):
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", full)
    result = account.tdm_fleet(devices=rows(2), report=str(tmp_path / "last.csv"))
    assert result["summary"]["created"] == 2 and not result.get("failed")
    assert any("could not be written" in warning for warning in account.warnings)
    assert list(tmp_path.glob(".tdm*")) == []


def test_other_resources_are_told_by_name(account, tmp_path):
    report = tmp_path / "last.csv"
    servers = [{"name": "one", "content_type": "JSON", "destinations": [{"addresses": ["https://one.example.com"]}]}]
    account.tdm_application_servers(application_servers=servers, report=str(report))
    assert [row["name"] for row in table(report)] == ["one"]


def test_every_remedy_is_for_an_error_that_can_be():
    root = os.path.dirname(os.path.dirname(_files.__file__))
    code = ""
    for folder, _folders, names in os.walk(root):
        for name in names:
            if name.endswith(".py") and name != "outcome_table.py":
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    code += " ".join(file.read().replace('"\n', "").split())
    dead = [words for words, _remedy in REMEDIES if words.replace(" of ", " %s of ") not in code and words not in code]
    assert dead == ["(status 5"]  # which is put together of the status
    assert OTHERWISE


# -- what a report counts ---------------------------------------------------------------------------------------------------


@pytest.fixture
def fleet(account, rows, simulator) -> list[str]:
    """Return the DevEUIs of six devices: heard now, silent, heard on mains, never heard, suspended, and one of another site."""
    described = rows(6, domains={"Site": "Utrecht"})
    described[5]["domains"], described[4]["suspended"] = {"Site": "Breda"}, True
    described[1]["name"] = '=HYPERLINK("http://example.com")'
    assert account.tdm_fleet(devices=described)["summary"]["created"] == 6
    euis = [one["dev_eui"] for one in described]
    now = round(time.time() * 1000)
    for at, (days, level) in {0: (0, 30), 1: (10, 254), 2: (0.5, 0), 4: (40, 255), 5: (3, 127)}.items():
        simulator.change_device(euis[at], radio={"lastUpTimestamp": now - round(days * DAY), "lastBatLevel": level})
    simulator.alarm(euis[1], 4, 6)
    simulator.alarm(euis[5], 1, 4)
    simulator.alarm(euis[5], 8, 3)
    simulator.alarm(euis[0], 8, 3)
    simulator.alarm(euis[0], 8, 1)  # cleared again
    return euis


@pytest.mark.parametrize("body_format", ["json", "xml"])
def test_the_figures_are_the_fleets(account, fleet, simulator, body_format):
    account = account.with_options(body_format=body_format)
    simulator.forget_requests()
    result = account.tdm_report()
    assert not result["changed"] and result["files"] == []
    report = result["report"]
    assert report["devices"] == {
        "total": 6,
        "alive": 2,
        "silent": 2,
        "never_heard": 1,
        "suspended": 1,
        "battery_low": 2,  # one by its level, one by its alarm
    }
    assert report["last_heard"] == {"hour": 1, "day": 1, "week": 1, "month": 1, "quarter": 0, "longer": 0, "never": 1}
    assert report["batteries"] == {"measured": 3, "external_power": 1, "unknown": 2, "tens": [0, 1, 0, 0, 0, 1, 0, 0, 0, 1]}
    assert report["alarms"]["by_severity"] == {"critical": 1, "major": 0, "minor": 1, "warning": 1, "indeterminate": 0}
    assert [(one["alarm"], one["total"]) for one in report["alarms"]["by_alarm"]] == [
        ("battery_low", 1),
        ("join_mic_wrong", 1),
        ("no_uplink", 1),
    ]
    assert report["alarms"]["not_acked"] == 3
    silent = report["tables"]["silent"]["rows"]
    assert [(row["dev_eui"], row["silent_days"]) for row in silent] == [(fleet[5], 3.0), (fleet[1], 10.0), (fleet[3], None)]
    assert [row["dev_eui"] for row in report["tables"]["batteries"]["rows"]] == [fleet[0], fleet[5]]
    assert [row["severity"] for row in report["tables"]["alarms"]["rows"]] == ["critical", "minor", "warning"]
    utrecht, breda = report["tables"]["domains"]["rows"]
    assert (utrecht["domain"], utrecht["devices"], utrecht["silent"], utrecht["alarms"]) == ("Utrecht", 5, 1, 1)
    assert (breda["domain"], breda["devices"], breda["battery_low"], breda["alarms"]) == ("Breda", 1, 1, 2)
    plan = next(row for row in report["licences"] if row["connectivity_plan"] == PLAN)
    assert plan["used"] == plan["devices"] == 6 and plan["left"] == plan["granted"] - 6
    assert "drift" not in report and "last_run" not in report
    assert {path.split()[0] for path in simulator.requests()["by_path"]} == {"GET", "POST"}  # POST is the login


def test_filters_narrow_down_devices_and_their_alarms(account, fleet):
    report = account.tdm_report(filters={"domain": {"Site": "Breda"}}, silent_after="P7D")["report"]
    assert report["devices"]["total"] == 1 and report["devices"]["alive"] == 1
    assert report["alarms"]["total"] == 2 and report["silent_after_hours"] == 168


def test_tables_are_whole_and_harmless_and_the_result_is_limited(account, fleet, tmp_path):
    dest = tmp_path / "reports"
    result = account.tdm_report(dest=str(dest), limit=1, mode="0640")
    assert sorted(path.name for path in dest.iterdir()) == [
        *("alarms.csv", "batteries.csv", "device_profiles.csv", "domains.csv", "drift.csv"),
        *("last_run.csv", "licences.csv", "silent.csv"),
    ]
    assert len(result["report"]["tables"]["silent"]["rows"]) == 1 and result["report"]["tables"]["silent"]["total"] == 3
    rows = table(dest / "silent.csv")
    assert len(rows) == 3 and rows[1]["name"] == '\'=HYPERLINK("http://example.com")'
    assert (dest / "silent.csv").stat().st_mode & 0o777 == 0o640
    assert table(dest / "drift.csv") == []
    again = account.tdm_report(dest=str(dest), limit=1)  # its mode is 0600
    assert {one["action"] for one in again["files"]} == {"written"}
    assert {path.stat().st_mode & 0o777 for path in dest.iterdir()} == {0o600}
    told = {os.path.basename(one["file"]): one["action"] for one in account.tdm_report(dest=str(dest), limit=1)["files"]}
    assert told["last_run.csv"] == "unchanged"  # the age of a silent device may have gone on


def test_check_mode_writes_nothing(account, fleet, tmp_path):
    result = account.tdm_report(dest=str(tmp_path / "reports"), metrics=str(tmp_path / "x/thingpark.prom"), check=True)
    assert result["changed"] and {one["action"] for one in result["files"]} == {"written"}
    assert not {"reports", "x"} & {one.name for one in tmp_path.iterdir()}, "no directory either"


def test_metrics_are_what_prometheus_reads(account, fleet, rows, simulator, tmp_path):
    simulator.alarm(fleet[0], 99, 5)  # one that has no name yet
    last, path = tmp_path / "last.csv", tmp_path / "thingpark.prom"
    account.tdm_fleet(devices=[{**rows(1)[0], "name": "new"}, {**rows(9)[8], "create": False}], report=str(last))
    os.utime(last, (1000000000, 1000000000))
    drift = account.tdm_fleet(devices=[{**rows(1)[0], "name": "newer"}], check=True, diff=True)
    account.tdm_report(metrics=str(path), last_run=str(last), drift=drift)
    told = metrics(path)
    assert told["thingpark_devices", "active"] + told["thingpark_devices", "init"] == 5
    assert told["thingpark_devices_silent",] == 2
    assert told["thingpark_alarms", "critical", "no_uplink"] == 1
    assert told["thingpark_alarms", "alarm_99", "major"] == 1
    assert told["thingpark_alarms", "downlink_rate_exceeded", "minor"] == 0  # told as zero: a graph doesn't break off
    assert told["thingpark_licences_used", PLAN] == 6
    assert told["thingpark_last_run_devices", "updated"] == 1 and told["thingpark_last_run_devices", "failed"] == 1
    assert told["thingpark_last_run_success",] == 0
    assert told["thingpark_last_run_timestamp_seconds",] == 1000000000
    assert told["thingpark_drift_devices",] == 1
    assert abs(told["thingpark_report_timestamp_seconds",] - time.time()) < 60
    assert not [labels for labels in told if any(eui in labels for eui in fleet)]
    assert path.stat().st_mode & 0o777 == 0o644  # node_exporter runs as another user


def test_the_last_run_and_the_drift_are_told(account, fleet, rows, tmp_path):
    last = tmp_path / "last.csv"
    account.tdm_report(last_run=str(last))
    assert any("no run has written it yet" in warning for warning in account.warnings)
    account.tdm_fleet(devices=rows(2), report=str(last))
    drift = account.tdm_fleet(devices=[{**rows(1)[0], "name": "new"}], check=True, diff=True)
    report = account.tdm_report(last_run=str(last), drift=drift)["report"]
    assert report["last_run"]["actions"]["unchanged"] == 1 and report["last_run"]["succeeded"]
    (row,) = report["tables"]["drift"]["rows"]
    assert (row["resource"], row["action"], row["differs"]) == (fleet[0], "updated", "name: row-0001 → new")
    faulty = account.tdm_fleet(devices=[{**rows(1)[0], "activation": "OTA"}], check=True)
    report = account.tdm_report(drift=faulty)["report"]
    assert not report["drift"]["compared"] and report["tables"]["drift"]["rows"][0]["resource"] == fleet[0]


def test_what_an_account_may_not_see_is_left_out(meddler, through, fleet, do, tmp_path):
    for path in ("/devices/alarms", "/networkSubscriptions"):
        meddler.on("GET", path, do.says(403, FORBIDDEN))
    result = through.tdm_report(metrics=str(tmp_path / "thingpark.prom"))
    assert "alarms" not in result["report"] and "licences" not in result["report"]
    assert result["report"]["devices"]["total"] == 6
    assert sum("The report has no" in warning for warning in through.warnings) == 2
    assert not [name for name, *_labels in metrics(tmp_path / "thingpark.prom") if "alarms" in name or "licences" in name]


@pytest.mark.parametrize(
    "options,said",
    [
        ({"mode": "rw"}, "octal"),
        ({"mode": "0999"}, "octal"),
        ({"metrics": "thingpark.txt"}, "must end with .prom"),
        ({"silent_after": "two days"}, "silent_after"),
        ({"battery_below": 101}, "battery_below must be from 0 to 100"),
        ({"limit": 1001}, "limit must be from 0 to 1000"),
        ({"filters": {"tags": ["x"]}}, "did you mean tag"),
        ({"drift": {"changed": True}}, "neither summary nor msg"),
        ({"drift": [1]}, "neither summary nor msg"),
    ],
)
def test_what_can_not_be_meant_is_refused_before_the_login(account, simulator, options, said):
    assert said in account.tdm_report(**options)["msg"]
    assert simulator.requests()["logins"]["attempts"] == 0


def test_another_table_is_no_last_run(account, tmp_path):
    for content in (b"a,b\n1,2\n", b"a\rb\n", b"%s\n" % (b"a" * 140000)):
        (tmp_path / "other.csv").write_bytes(content)
        assert "is not the report of a run" in account.tdm_report(last_run=str(tmp_path / "other.csv"))["msg"]
    assert "is a directory" in account.tdm_report(last_run=str(tmp_path))["msg"]
