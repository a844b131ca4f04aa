# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keys that go encrypted with the platform's exchange key: never in clear on their way, and as the device knows them there."""

from __future__ import annotations

import json

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._api import exchange_key

PADDINGS = {"oaep_sha256": "oaep-sha256", "oaep_sha1": "oaep-sha1", "pkcs1v15": "pkcs1v15"}
KEY, OTHER, NWK_KEY = "A3F07B1C9D2E48566F8190BACDE7F2D4", "B3F07B1C9D2E48566F8190BACDE7F2D4", "C3F07B1C9D2E48566F8190BACDE7F2D4"
SEALED = {"key_encryption": "exchange_key"}
NEWEST = "LORA/GenericA.1.1a_ETSI_Rx2-SF12"
GET_KEY = "GET /publicExchangeKey"


@pytest.fixture
def padded(simulator):
    """Let the platform want the padding that a task takes by itself."""
    simulator.settings(exchange_padding="oaep-sha256")
    return simulator


def bodies(meddler) -> list[str]:
    return [one.body.decode() for one in meddler.seen if one.method in ("POST", "PUT") and "/devices" in one.path]


def no_key_in(*texts: object) -> bool:
    said = " ".join(str(text) for text in texts).upper()
    return not any(key in said for key in (KEY, OTHER, NWK_KEY))


@pytest.mark.parametrize("body_format", ["json", "xml"])
@pytest.mark.parametrize("how", PADDINGS)
def test_the_platform_gets_the_key_and_nobody_on_the_way(simulator, meddler, through, row, how, body_format):
    simulator.settings(exchange_padding=PADDINGS[how])
    account = through.with_options(body_format=body_format)
    options = {**SEALED, "key_encryption_padding": how}
    one = row(1, app_key=KEY, nwk_key=NWK_KEY, device_profile=NEWEST)
    made = account.tdm_device(**one, **options, diff=True)
    assert made["action"] == "created", made
    stored = simulator.device(one["dev_eui"])["keys"]
    assert (stored["appKey"], stored["nwkKey"], stored["exchangeKeyVersion"]) == (KEY, NWK_KEY, "TWK1")
    assert bodies(meddler) and no_key_in(made, *bodies(meddler))
    assert account.tdm_device(**one, **options)["changed"] is False
    again = account.tdm_device(**{**one, "app_key": OTHER}, **options, update_keys="always", diff=True)
    assert again["action"] == "updated" and simulator.device(one["dev_eui"])["keys"]["appKey"] == OTHER
    assert no_key_in(again, *bodies(meddler))


def test_the_exchange_key_is_asked_for_once_and_only_where_a_key_is_sent(padded, account, counts, rows):
    described = {"devices": rows(30), **SEALED}
    for check in (True, False):
        result = account.tdm_fleet(**described, check=check)
        assert result["summary"]["created"] == 30 and counts()[GET_KEY] == 1
    account.tdm_fleet(**described)
    changed = account.tdm_fleet(devices=[{**each, "name": "other"} for each in rows(30)], **SEALED)
    assert changed["summary"]["updated"] == 30 and GET_KEY not in counts()
    account.tdm_fleet(**described, update_keys="always")
    assert counts()[GET_KEY] == 1
    account.tdm_fleet(**{**described, "key_encryption": "none"}, update_keys="always")
    assert GET_KEY not in counts()
    stored = padded.devices()
    assert {stored[each["dev_eui"]]["keys"]["appKey"] for each in rows(30)} == {each["app_key"] for each in rows(30)}


@pytest.mark.parametrize("option", ["exchange_key_version", "hsm_app_key_version", "hsm_nwk_key_version"])
def test_a_key_that_is_said_to_be_encrypted_is_refused_before_the_login(account, counts, row, option):
    counts()
    for place in ({"devices": [row(1, **{option: "1"})]}, {"devices": [row(1)], "defaults": {option: "1"}}):
        (finding,) = account.tdm_fleet(**place, **SEALED)["findings"]
        assert finding["option"] == option and "key_encryption would encrypt them" in finding["message"]
    assert not counts()


def test_keys_that_the_platform_takes_in_clear_alone_are_not_sent(padded, account, counts, row):
    keys = {"nwk_s_key": KEY, "app_s_keys": {"*": OTHER}}
    abp = row(2, activation="ABP", app_key=None, join_eui=None, dev_addr="01000002", **keys)
    counts()
    result = account.tdm_fleet(devices=[row(1), abp], **SEALED)
    assert [each["option"] for each in result["findings"]] == ["nwk_s_key", "app_s_keys"] and no_key_in(result)
    asked = counts()
    assert GET_KEY not in asked and not [what for what in asked if what.startswith("POST /devices")]
    # One that exists gets none of them, and so may be described.
    account.tdm_device(**abp)
    result = account.tdm_fleet(devices=[row(1), {**abp, "name": "x"}], **SEALED)
    assert result["summary"]["created"] == result["summary"]["updated"] == 1


def test_another_padding_than_the_platforms_is_told_without_any_key(simulator, meddler, through, row):
    simulator.settings(exchange_padding="oaep-sha1")
    result = through.tdm_device(**row(1, app_key=KEY), **SEALED)
    assert result["failed"] and "appKey" in result["msg"] and no_key_in(result)


def test_an_answer_that_repeats_the_encrypted_key_is_masked(padded, meddler, through, row, do):
    def loud(request, forward):
        data = json.loads(request.body)
        return do.says(400, {"code": 1, "message": "bad appKey %s of %s" % (data["appKey"], KEY)})(request, forward)

    meddler.on("POST", "/devices", loud)
    result = through.tdm_device(**row(1, app_key=KEY), **SEALED)
    (body,) = (json.loads(text) for text in bodies(meddler))
    assert result["failed"] and "bad appKey" in result["msg"]
    assert body["appKey"] not in str(result) and no_key_in(result)


@pytest.mark.parametrize(
    "key",
    [{"kid": "TWK1"}, {"kid": "TWK1", "n": "????", "e": "AQAB"}, {"kid": "TWK1", "n": "AQAB", "e": "AQAB"}, {"kid": 1}],
)
def test_an_exchange_key_that_is_none_is_told_before_anything_is_written(meddler, through, rows, do, key):
    meddler.on("GET", "/publicExchangeKey", do.says(200, key))
    result = through.tdm_fleet(devices=rows(3), **SEALED)
    assert result["failed"] and "exchange key is not an RSA JSON Web Key" in result["msg"] and not bodies(meddler)


def test_a_platform_without_an_exchange_key_gets_no_key_at_all(meddler, through, rows, do):
    meddler.on("GET", "/publicExchangeKey", do.says(404, {"code": 404, "message": "Not found"}))
    result = through.tdm_fleet(devices=rows(3), **SEALED)
    assert result["failed"] and not bodies(meddler)


def test_the_library_that_is_missing_is_named(account, counts, row, monkeypatch):
    monkeypatch.setattr(exchange_key, "IMPORT_ERROR", ModuleNotFoundError("cryptography"))
    result = account.tdm_device(**row(1), **SEALED)
    assert result["failed"] and result["msg"].startswith("key_encryption needs the Python library cryptography")
    assert "POST /devices" not in counts()
    assert account.tdm_device(**row(1))["action"] == "created"


def test_a_creation_that_is_tried_again_stays_encrypted(padded, meddler, through, row, do):
    meddler.on("POST", "/devices", do.lost_before, times=1)
    made = through.tdm_device(**row(1, app_key=KEY), **SEALED)
    assert made["action"] == "created" and no_key_in(made, *bodies(meddler))
    assert padded.device(row(1)["dev_eui"])["keys"]["appKey"] == KEY


def test_keys_that_stand_apart_go_encrypted_too(padded, meddler, through, row):
    one = row(1, app_key=None)
    apart = {one["dev_eui"]: {"app_key": KEY}}
    made = through.tdm_fleet(devices=[one], keys=apart, **SEALED)
    assert made["summary"]["created"] == 1 and no_key_in(made, *bodies(meddler))
    assert padded.device(one["dev_eui"])["keys"]["appKey"] == KEY
