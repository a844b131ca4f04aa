# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Any other request: to this subscription alone, once, and without showing a secret."""

from __future__ import annotations

import os

import pytest


@pytest.fixture
def eui(simulator) -> str:
    simulator.seed(3)
    return sorted(simulator.devices())[0]


def test_what_is_read_changes_nothing(account, eui, counts, frame):
    read = account.tdm_request(path="/devices/e" + eui, check=True)
    assert (read["changed"], read["data"]["EUI"]) == (False, eui)
    assert counts() == {**frame, "GET /devices/{deviceUid}": 1}
    href = read["data"]["networkSubscription"]["href"]
    assert account.tdm_request(path=href)["data"]["ID"] == read["data"]["networkSubscription"]["ID"]


def test_a_subscription_itself(account):
    assert account.tdm_request(path="/")["data"]["subscriber"]["ID"]


def test_all_pages_of_a_list(account, simulator):
    simulator.seed(250)
    assert len(account.tdm_request(path="/devices", query={"pageSize": 100}, all_pages=True)["data"]["briefs"]) == 250


def test_what_writes_is_not_sent_in_check_mode(account, simulator, eui, counts):
    version = account.tdm_request(path="/devices/e" + eui)["data"]["occContext"]
    wish = {"method": "PUT", "path": "/devices/e" + eui, "body": {"name": "other", "occContext": version}}
    checked = account.tdm_request(**wish, check=True)
    assert (checked["changed"], checked["skipped"]) == (True, True)
    assert not [path for path in counts() if path.startswith("PUT")]
    assert account.tdm_request(**wish)["changed"] and simulator.device(eui)["name"] == "other"


def test_a_file_is_written_where_it_differs(account, tmp_path):
    dest = tmp_path / "profiles.csv"
    wish = {"path": "/deviceProfiles/export", "dest": str(dest)}
    assert account.tdm_request(**wish, check=True)["changed"] and not dest.exists()
    first = account.tdm_request(**wish)
    assert first["changed"] and first["size"] == len(dest.read_bytes()) and "csv" in first["content_type"]
    assert dest.read_text().startswith("#Manufacturer name")
    assert account.tdm_request(**wish)["changed"] is False
    dest.write_text("old")
    assert account.tdm_request(**wish)["changed"] and dest.read_text().startswith("#Manufacturer name")


def test_a_refusal_leaves_the_file_alone(account, tmp_path):
    dest = tmp_path / "kept"
    dest.write_text("kept")
    result = account.tdm_request(path="/devices/e70B3D57ED1AAAAAA/debugLorawanLogs", dest=str(dest))
    assert result["failed"] and "status 404" in result["msg"] and dest.read_text() == "kept"


def test_nothing_but_a_regular_file_is_replaced(account, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for dest in (str(tmp_path), str(pipe)):
        result = account.tdm_request(path="/deviceProfiles/export", dest=dest)
        assert result["failed"] and "is not a regular file" in result["msg"]
    assert pipe.is_fifo()


def test_the_platforms_own_import(account, simulator, tmp_path):
    source = tmp_path / "fleet.csv"
    row = "CREATE_OTAA,70B3D57ED1000001,,LORA/GenericA.1.0.4a_ETSI,70B3D57ED0000000,%032X,,kpn-cs/testing" % (0xA5 << 100)
    source.write_text(row + "\n")
    result = account.tdm_request(method="POST", path="/devices/import", src=str(source))
    assert result["changed"] and simulator.device("70B3D57ED1000001")["plan"] == "kpn-cs/testing"


def test_a_post_is_never_sent_twice(eui, meddler, through, do):
    meddler.on("POST", "/admins/reset", do.lost_after, times=1)
    result = through.tdm_request(method="POST", path="/devices/e%s/admins/reset" % eui)
    assert result["failed"] and "may have taken effect, and is not sent again" in result["msg"]
    assert len(meddler.sent("POST", "/admins/reset")) == 1


@pytest.mark.parametrize(
    "path",
    [
        "devices",
        "https://elsewhere.example/thingpark/wireless/rest/devices",
        "//elsewhere.example/devices",
        "/devices/../../customers",
        "/devices/%2e%2e/customers",
        "/devices/..%2fcustomers",
        "/devices?force=true",
        "/devices#x",
        "/devices\\..\\x",
        "/devices/ x",
        "/devices/\r\nX-Header: y",
        "file:///etc/passwd",
        "/./devices",
        "/devices/" + "e" * 60 + "?",  # where each letter doubled what was tried, this took for ever
    ],
)
def test_a_path_that_leads_elsewhere_is_refused_before_the_login(account, counts, path):
    result = account.tdm_request(path=path)
    assert result["failed"] and "path must be like /devices/e70B3D57ED0000001" in result["msg"] and not counts()


def test_another_subscription_is_refused(account, counts):
    result = account.tdm_request(path="/subscriptions/101/devices")
    assert result["failed"] and "path belongs to another subscription than the session (/subscriptions/100)" in result["msg"]
    assert not [path for path in counts() if "devices" in path]


@pytest.mark.parametrize(
    "options,words",
    [
        ({"body": {}}, "body can't be combined with method GET"),
        ({"src": __file__}, "src can't be combined with method GET"),
        ({"method": "POST", "body": [1]}, "body must be a dictionary, or a text, which is sent unchanged"),
        ({"method": "PUT", "all_pages": True}, "all_pages needs method GET"),
        ({"all_pages": True, "dest": os.devnull}, "all_pages needs method GET and no dest"),
    ],
)
def test_what_does_not_go_together(account, counts, options, words):
    result = account.tdm_request(path="/devices", **options)
    assert result["failed"] and words in result["msg"] and not counts()


def test_a_text_is_sent_as_it_is(account):
    tag = "LW:D0:70B3D57ED0000000:70B3D57ED0000031:03380000"
    assert account.tdm_request(method="POST", path="/devices/readOnboardingTag", body=tag)["data"]["models"]


def test_no_secret_comes_back(simulator, eui, meddler, through, do):
    key = "A3F07B1C9D2E48566F8190BACDE7F2D4"
    meddler.on("GET", "/devices/e" + eui, do.edited(lambda data: {**data, "appKey": key, "inner": [{"nwKey": key}]}))
    read = through.tdm_request(path="/devices/e" + eui)
    assert (read["data"]["appKey"], read["data"]["inner"]) == ("(secret)", [{"nwKey": "(secret)"}])
    meddler.on("PUT", "/devices/e" + eui, do.says(400, {"code": 1, "message": "bad " + key}))
    refused = through.tdm_request(method="PUT", path="/devices/e" + eui, body={"appKey": key})
    assert refused["failed"] and key not in str(refused)


def test_a_dead_session_is_opened_again_for_a_file(simulator, account, tmp_path):
    file = account.tdm_session()["session_file"]
    simulator.kill_sessions()
    result = account.tdm_request(path="/deviceProfiles/export", dest=str(tmp_path / "x"), session_file=file)
    assert not result.get("failed") and result["size"] > 1000
