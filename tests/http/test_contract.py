# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests as they go out, against the operator's contract, where that lies beside the checkout."""

from __future__ import annotations

import pytest

from tests.simulator.contract import MINE, Contract, template

BASE = "/thingpark/wireless/rest"
ABP = {
    "activation": "ABP",
    "app_key": None,
    "join_eui": None,
    "dev_addr": "04F5F519",
    "nwk_s_key": "1" * 32,
    "app_s_keys": {"*": "2" * 32},
}
FULL = {
    "tags": ["Alpha", "b c"],
    "domains": {"Region": "North/East"},
    "latitude": 52.5,
    "longitude": -4.5,
    "inactivity_alarm": [{"level": 3, "duration": "PT6H"}],
    "marker_id": 7,
    "motion_indicator": "RANDOM",
    "customer_admin_data": "pole 7",
    "driver_application": "abeeway:asset-tracker:1",
    "suspended": True,
}


@pytest.fixture
def enterprise(start_simulator, account_on, start_meddler):
    """Return an account on an Enterprise platform, and who sees its requests."""
    simulator = start_simulator(edition="enterprise", client_id="a/b", client_secret="c", occ_required=True)
    meddler = start_meddler(simulator.origin)
    oauth = {"auth_method": "oauth2", "client_id": "a/b", "client_secret": "c"}
    return account_on(simulator, meddler.url, login=None, password=None, **oauth), meddler


def work(account, rows) -> list:
    """Do all that the collection can do; return the results."""

    def fleet(count: int, **options: object) -> list:
        return rows(count, **{"routing_profile": None, "application_servers": ["Parking sensors"], **options})

    results = [
        account.tdm_fleet(devices=fleet(12)),
        account.tdm_fleet(devices=fleet(12, **FULL, connectivity_plan=None, network_geolocation=True, passive_roaming=False)),
        account.tdm_fleet(devices=fleet(3, **{**FULL, "tags": [], "domains": {}, "inactivity_alarm": [], "suspended": False})),
        account.tdm_fleet(devices=fleet(2, name="forced", marker_id=9, debug_network_geolocation=True), force=True),
        account.tdm_fleet(devices=fleet(2, connectivity_plan="", customer_admin_data="", application_servers=[])),
        account.tdm_fleet(devices=fleet(2), update_keys="always"),
        account.tdm_device(**{name: value for name, value in fleet(20, **ABP)[19].items() if value}),
        account.tdm_device(dev_eui="70B3D57ED1000001", location_type="network"),
        account.tdm_device(dev_eui="70B3D57ED1000002", state="absent"),
        account.tdm_device(
            onboarding_tag="LW:D0:70B3D57ED0000000:70B3D57ED1000099:03380000", app_key="3" * 32, application_servers=[]
        ),
        account.tdm_device_info(dev_eui=["70B3D57ED1000001"], gather="devices"),
        account.tdm_device_info(
            eui_prefix="70b3-d5",
            name="row",
            tag=["Alpha", "b c"],
            domain={"Region": "North/East"},
            connectivity_plan="kpn-cs/testing",
            application_server=["TWA_100002581.1972.AS"],
            health_state=["INIT", "ACTIVE"],
            query="row",
            created_from="2018-08-24T09:27:59.512Z",
            created_to="2118-08-24T09:27:59+01:00",
            network_geolocation=True,
            passive_roaming=False,
            alarm_level=3,
            battery_level=250,
            max_rssi=-10.5,
            max_snr=9,
            min_snr=-20,
            min_latitude=50,
            max_latitude=54.5,
            min_longitude=-5,
            max_longitude=6,
        ),
        account.tdm_subscriber_info(),
    ]
    purge = {"scope": {"tag": "Alpha"}, "max": "100%", "action": "delete"}
    return [*results, account.tdm_fleet(devices=fleet(1), purge=purge)]


def test_requests_are_as_the_contract_says(enterprise, rows):
    account, meddler = enterprise
    results = work(account, rows)
    assert not [result["msg"] for result in results if result.get("failed")]
    contract = Contract()
    sent = [request for request in meddler.seen if not request.path.startswith("/users-auth/")]
    found = set()
    for request in sent:
        path = template(request.path.removeprefix(BASE + MINE), [path for _method, path in contract.operations()])
        kind = (request.headers.get("content-type") or "").partition(";")[0]
        faults = contract.request_faults(request.method, str(path), request.query, kind, request.body.decode())
        found |= {"%s %s: %s" % (request.method, request.path, fault) for fault in faults}
    assert found == set()
    assert {"GET", "POST", "PUT", "DELETE"} == {request.method for request in sent}


def test_every_change_names_the_version(enterprise, rows):
    account, meddler = enterprise
    work(account, rows)
    assert all(isinstance(request.json()["occContext"]["version"], int) for request in meddler.sent("PUT"))
