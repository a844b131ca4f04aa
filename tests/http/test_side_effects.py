# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the platform sets by itself while it does something else, against what is desired."""

from __future__ import annotations

PLACE = {"latitude": 52.0893, "longitude": 5.1101, "location_type": "network"}


def test_a_place_that_shall_not_count_takes_a_second_request(simulator, account, counts, row):
    result = account.tdm_device(**row(1, **PLACE))
    assert result["action"] == "created"
    counted = counts()
    assert (counted["POST /devices"], counted["PUT /devices/{deviceUid}"]) == (1, 1)
    assert account.tdm_device(**row(1, **PLACE))["changed"] is False


def test_a_created_device_that_can_not_be_completed_is_changed_and_failed(simulator, meddler, through, row, do):
    meddler.on("PUT", "/devices/e.*", do.says(400, {"code": 9016, "message": "no"}))
    result = through.tdm_fleet(devices=[row(1, **PLACE), row(2)])
    assert result["failed"] and result["changed"]
    assert (result["summary"]["created"], result["summary"]["failed"]) == (1, 1)
    failed = next(one for one in result["results"] if one["action"] == "failed")
    assert failed["changed"] and "the device was created, but location_type could not be set" in failed["error"]
    assert len(simulator.devices()) == 2


def test_a_new_plan_leaves_a_device_suspended_that_shall_be(simulator, account, row):
    account.tdm_device(**row(1, suspended=True))
    result = account.tdm_device(dev_eui=row(1)["dev_eui"], connectivity_plan="kpn-cs/seldom", suspended=True)
    assert result["action"] == "updated"
    assert account.tdm_device_info(dev_eui=[row(1)["dev_eui"]])["devices"][0]["suspended"] is True
