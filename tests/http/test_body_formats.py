# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""JSON and XML: the same results at the same price, but for the subscription, whose schema in XML has less."""

from __future__ import annotations

import json

import pytest

FULL = {
    "tags": ["Alpha", "b & c"],
    "domains": {"Region": "North"},
    "latitude": 52.125,
    "longitude": 4.5,
    "inactivity_alarm": [{"level": 3, "duration": "PT6H"}],
    "marker_id": 12,
    "motion_indicator": "RANDOM",
    "customer_admin_data": "12 é & <x> \U0001f600",
}
FORMATS = pytest.mark.parametrize("kind", ["json", "xml"])


def same(result: dict) -> dict:
    """Return a result without what differs from run to run."""
    return {name: value for name, value in result.items() if name not in ("seconds", "backup_file")}


@pytest.fixture
def both(start_simulator, account_on, start_meddler) -> dict:
    """Return (simulator, meddler, account) on two alike platforms, by format."""

    def one(kind: str) -> tuple:
        simulator = start_simulator()
        meddler = start_meddler(simulator.origin)
        return simulator, meddler, account_on(simulator, meddler.url, body_format=kind)

    return {kind: one(kind) for kind in ("json", "xml")}


def test_the_same_results_at_the_same_price(both, rows, counts_of, home):
    def life(kind: str) -> list:
        simulator, _meddler, account = both[kind]
        told = []
        for fleet in (
            rows(30, **FULL),
            rows(30, **FULL),
            rows(30, **{**FULL, "name": "12", "marker_id": "13", "tags": ["x"]}),
            rows(15, connectivity_plan="", domains={}, inactivity_alarm=[], suspended=True),
            [{"dev_eui": one["dev_eui"], "state": "absent"} for one in rows(3)],
        ):
            told.append((same(account.tdm_fleet(devices=fleet, diff=True, results="all", max_deletions=3)), counts_of(simulator)))
        told.append((account.tdm_device(**rows(40, **FULL)[39], diff=True), counts_of(simulator)))
        told.append((account.tdm_device(**rows(40, **{**FULL, "name": "new"})[39], diff=True), counts_of(simulator)))
        return told

    life_in_json, life_in_xml = life("json"), life("xml")
    assert life_in_xml == life_in_json
    assert not [result for result, _cost in life_in_json if result.get("failed")]
    assert [result["changed"] for result, _cost in life_in_json] == [True, False, True, True, True, True, True]
    by_chance = ("creationDate", "lastUpdate", "uid", "href")
    stored = []
    for simulator, _meddler, _account in both.values():
        devices = simulator.devices().items()
        stored.append({eui: {name: one[name] for name in one if name not in by_chance} for eui, one in devices})
    assert stored[0] == stored[1]


@FORMATS
def test_all_bodies_are_in_the_format(both, rows, kind):
    _simulator, meddler, account = both[kind]
    account.tdm_fleet(devices=rows(2, **FULL))
    account.tdm_fleet(devices=rows(2, name="x"))
    work = [one for one in meddler.seen if "/subscriptions/" in one.path or one.path.endswith("/customers")]
    assert {one.headers["Accept"] for one in work} == {"application/" + kind}
    assert {one.headers["Content-Type"] for one in work if one.body} == {"application/" + kind}
    assert {one.body[:1] for one in work if one.body} == {b"{" if kind == "json" else b"<"}


def test_devices_as_they_are(simulator, account_on, full_of_life):
    shown = {}
    for kind in ("json", "xml"):
        account = account_on(simulator, body_format=kind)
        briefs = account.tdm_device_info()["devices"]
        wholes = account.tdm_device_info(gather="devices", eui_prefix="70B3D57ED00000")["devices"]
        for one in wholes:
            one.pop("now")
        shown[kind] = briefs, wholes
    assert shown["xml"] == shown["json"]
    briefs, wholes = shown["xml"]
    assert len(briefs) == 130 and wholes
    assert isinstance(wholes[0]["creation_date"], int) and isinstance(wholes[0]["occ_context"]["last_update"], int)
    assert isinstance(wholes[0]["avg_rssi"], (int, float)) and isinstance(wholes[0]["history_up_daily"]["val"], list)


@pytest.fixture
def full_of_life(simulator) -> None:
    simulator.seed(130, tags=["one", "two"])


@FORMATS
def test_the_subscription(simulator, account_on, kind):
    result = account_on(simulator, body_format=kind).tdm_subscriber_info()
    assert result["granted_permissions"] == ["x", "a", "ra", "s1"] and result["user"]["last_name"] == "Operator"
    assert result["subscriber"]["organization"] == "Example Operations"
    assert isinstance(result["subscription"]["creation_timestamp"], int)


def test_of_the_subscription_xml_has_what_its_schema_has(simulator, account_on):
    whole, less = (account_on(simulator, body_format=kind).tdm_subscriber_info() for kind in ("json", "xml"))
    shown = whole.pop("subscription"), less.pop("subscription")
    assert less.pop("user") == whole.pop("user") and less.pop("subscriber") == whole.pop("subscriber")
    assert set(shown[1]) == {"id", "creation_timestamp", "alarm_state_notifications", "state", "subscriber"}
    assert {name: shown[0][name] for name in shown[1]} == shown[1]
    assert {"options", "network_subscriptions_handling"} <= set(shown[0]) - set(shown[1])


@pytest.mark.parametrize("asked", ["json", "xml"])
@pytest.mark.parametrize("told", ["json", "xml"])
def test_errors_are_read_in_either_format(meddler, account_on, simulator, do, asked, told):
    inner = b"<code>9001</code><message>not &lt;yours&gt;</message>"
    xml = b'<e:error xmlns:e="http://www.actility.com/smp/ws/common">%s</e:error>' % inner
    body = xml if told == "xml" else {"code": 9001, "message": "not <yours>"}
    meddler.on("GET", "/subscriptions/100", do.says(400, body, Content_Type="application/" + told))
    result = account_on(simulator, meddler.url, body_format=asked).tdm_subscriber_info()
    assert result["failed"] and "status 400, code 9001: not <yours>" in result["msg"]


@pytest.mark.parametrize("asked", ["json", "xml"])
@pytest.mark.parametrize("told", ["json", "xml"])
def test_a_session_that_died_is_seen_in_either_format(meddler, account_on, simulator, do, asked, told):
    xml = b'<error xmlns="http://www.actility.com/smp/ws/common"><code>163</code><message>Invalid session</message></error>'
    body = xml if told == "xml" else {"code": 163, "message": "Invalid session"}
    meddler.on("GET", "/subscriptions/100", do.says(403, body, Content_Type="application/" + told), times=1)
    result = account_on(simulator, meddler.url, body_format=asked).tdm_subscriber_info()
    assert result["subscription"]["id"] == "100" and len(meddler.sent("POST", "/login")) == 2


def test_a_platform_that_answers_json_all_the_same(meddler, account_on, simulator, do, rows):
    def in_json(request, forward):
        request.headers.replace_header("Accept", "application/json")
        return forward(request)

    meddler.on("GET", "/devices", in_json)
    account = account_on(simulator, meddler.url, body_format="xml")
    assert account.tdm_fleet(devices=rows(12))["summary"]["created"] == 12
    assert not account.tdm_fleet(devices=rows(12))["changed"]


def test_a_text_that_xml_can_not_carry_is_one_devices_trouble(simulator, account_on, rows):
    fleet = rows(12)
    fleet[3]["customer_admin_data"] = "vertical\x0btab"
    result = account_on(simulator, body_format="xml").tdm_fleet(devices=fleet, results="failed")
    assert (result["summary"]["created"], result["summary"]["failed"]) == (11, 1)
    assert "customerAdminData contains a control character" in result["results"][0]["error"]
    assert "body_format" in result["results"][0]["error"]


def test_a_trap_is_no_data(meddler, account_on, simulator, do):
    trap = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a><briefs/><more>&x;</more></a>'
    meddler.on("GET", "/devices", do.says(200, trap, Content_Type="application/xml"))
    result = account_on(simulator, meddler.url, body_format="xml").tdm_device_info()
    assert result["failed"] and "DTD, which is never read" in result["msg"]


def test_no_key_comes_back(both, rows):
    for _simulator, _meddler, account in both.values():
        text = json.dumps(
            [account.tdm_fleet(devices=rows(3), diff=True, results="all"), account.tdm_device_info(gather="devices")]
        )
        assert not [one["app_key"] for one in rows(3) if one["app_key"] in text.upper()]
