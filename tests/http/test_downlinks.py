# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is done to a device over the air is done once, whatever becomes of the answer."""

from __future__ import annotations

import pytest

NOT_THERE = " doesn't exist in this subscription: correct it, or check the account"


@pytest.fixture(params=["json", "xml"])
def account(request, simulator, account_on):
    return account_on(simulator, body_format=request.param)


@pytest.fixture
def eui(simulator) -> str:
    simulator.seed(1)
    return sorted(simulator.devices())[0]


def queue(simulator, eui: str) -> list:
    return [(one["payload"], one["fPort"], one["confirmed"]) for one in simulator.device(eui)["downlinks"]]


def test_one_is_queued(account, simulator, eui, counts, frame):
    checked = account.tdm_downlink(dev_eui=eui, payload="01 ff", f_port=2, check=True)
    assert checked["changed"] and counts() == {**frame, "GET /devices/{deviceUid}": 1} and not queue(simulator, eui)
    assert account.tdm_downlink(dev_eui=eui, payload="01:ff", f_port=2, confirmed=True)["changed"]
    assert counts() == {**frame, "POST /devices/{deviceUid}/admins/downlink": 1}
    account.tdm_downlink(dev_eui=eui, payload="", f_port=1, validity="600")
    assert queue(simulator, eui) == [("01FF", 2, True), ("", 1, False)]
    account.tdm_downlink(dev_eui=eui, payload="AA", f_port=225, flush_queue=True, validity="2030-01-01T00:00:00Z", f_cnt_dn=7)
    assert queue(simulator, eui) == [("AA", 225, False)]
    warning = "f_port is 225: LoRaWAN reserves the ports above 223, and the device may ignore the downlink"
    assert warning in account.warnings


@pytest.mark.parametrize("wrong", ["lost_after", "lost_before"])
def test_one_whose_answer_is_lost_is_not_sent_again(simulator, eui, meddler, through, do, wrong):
    meddler.on("POST", "/admins/downlink", getattr(do, wrong), times=1)
    result = through.tdm_downlink(dev_eui=eui, payload="AB", f_port=2)
    assert result["failed"] and "may have been queued, and is not sent again" in result["msg"]
    assert "To have exactly one in the queue, run again with flush_queue: true" in result["msg"]
    assert "AB" not in result["msg"].replace(eui, "")
    assert len(meddler.sent("POST", "/admins/downlink")) == 1
    assert not through.tdm_downlink(dev_eui=eui, payload="AB", f_port=2, flush_queue=True).get("failed")
    assert queue(simulator, eui) == [("AB", 2, False)]


def test_one_that_was_not_taken_for_sure_is_sent_again(simulator, eui, meddler, through, do):
    meddler.on("POST", "/admins/downlink", do.says(429, {"code": 1}), times=1)
    assert not through.tdm_downlink(dev_eui=eui, payload="AB", f_port=2).get("failed")
    assert queue(simulator, eui) == [("AB", 2, False)]


@pytest.mark.parametrize(
    "options,words",
    [
        ({"payload": "1"}, 'payload must be hexadecimal digits, two for each byte, got "1"'),
        ({"payload": "xy"}, "payload must be hexadecimal digits"),
        ({"payload": "00" * 243}, "payload has 243 bytes: LoRaWAN carries at most 242"),
        ({"f_port": 0}, "f_port must be from 1 to 225, got 0"),
        ({"f_port": 226}, "f_port must be from 1 to 225"),
        ({"f_cnt_dn": -1}, "f_cnt_dn must be from 0 to 4294967295"),
        ({"validity": "soon"}, 'validity must be a date and time like 2018-08-24T09:27:59Z, got "soon", or a number'),
        ({"retry_ineligible_gateways": True}, "retry_ineligible_gateways can't be combined with dev_eui"),
        ({"dev_eui": None, "multicast_group": "70B3D57ED0000001", "confirmed": False}, "confirmed can't be combined with"),
        ({"dev_eui": "7"}, "dev_eui is not a DevEUI"),
    ],
)
def test_what_cannot_be_sent_is_told_before_the_login(account, counts, options, words):
    given = {"dev_eui": "70B3D57ED0000001", "payload": "00", "f_port": 1, **options}
    result = account.tdm_downlink(**{name: value for name, value in given.items() if value is not None})
    assert result["failed"] and words in result["msg"] and not counts()


@pytest.mark.parametrize("check", [True, False])
def test_a_target_that_is_not_there(account, check):
    nobody = "70B3D57ED1AAAAAA"
    for target in ("dev_eui", "multicast_group"):
        result = account.tdm_downlink(**{target: nobody}, payload="00", f_port=1, check=check)
        assert result["msg"] == "%s %s" % (target, nobody) + NOT_THERE
    assert account.tdm_device_reset(dev_eui=nobody, check=check)["msg"] == "dev_eui %s" % nobody + NOT_THERE


def test_the_wrong_counter_is_the_platforms_to_refuse(account, eui):
    result = account.tdm_downlink(dev_eui=eui, payload="00", f_port=1, a_f_cnt_dn=1)
    assert result["failed"] and "aFCntDn" in result["msg"]


def test_a_device_is_reset_once(simulator, eui, meddler, through, do):
    through.tdm_downlink(dev_eui=eui, payload="00", f_port=1)
    assert through.tdm_device_reset(dev_eui=eui, check=True)["changed"] and queue(simulator, eui)
    assert through.tdm_device_reset(dev_eui=eui)["changed"] and not queue(simulator, eui)
    meddler.on("POST", "/admins/reset", do.lost_after, times=1)
    result = through.tdm_device_reset(dev_eui=eui)
    assert result["failed"] and "dev_eui %s may have been reset, and is not reset again" % eui in result["msg"]
    assert len(meddler.sent("POST", "/admins/reset")) == 2
