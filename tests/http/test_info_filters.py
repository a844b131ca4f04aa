# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters of tdm_device_info take what the device's option takes, and refuse the rest before the login."""

from __future__ import annotations

import datetime
import json

import pytest

EUI = "24E124785C421885"
PLAN, SERVER = "kpn-cs/seldom", "TWA_100002581.1973.AS"


@pytest.fixture
def fleet(simulator):
    """Return a platform with six devices."""
    simulator.seed(3, prefix="24E1247800", tags=["a"], plan="kpn-cs/testing")
    simulator.seed(2, prefix="24E1247811", tags=["a", "b"], plan=PLAN)
    simulator.seed(1, prefix="70B3D57ED1", tags=["b"], plan=PLAN)
    simulator.change_device("70B3D57ED1000001", appServersRoutingProfile=None, appServers=[{"ID": SERVER}], name="NO-7")
    simulator.change_device("24E1247811000001", domains=[{"name": name, "group": {"name": name}} for name in "XY"])
    simulator.change_device("24E1247811000002", domains=[{"name": "X", "group": {"name": "X"}}])
    simulator.change_device("24E1247800000001", suspension="SUBSCRIBER_SUSPENDED")
    return simulator


def ids(cases):
    """Return what a test is called by its filters."""
    return [json.dumps(case[0], default=str, ensure_ascii=True) for case in cases]


SPELLINGS = ["24E12478", "24:e1:24:78", "24-E1-24-78", "24 E1 24 78", "24.E1.24.78", "24_E1_24_78", "24E12478\u00a0", " 24e12478"]
TAKEN = [
    *(({"eui_prefix": text}, 5) for text in SPELLINGS),
    ({"eui_prefix": 24}, 5),
    ({"eui_prefix": "24-E1-24-78-11-00-00-01"}, 1),
    ({"tag": "a,b"}, 2),
    ({"tag": [" b "]}, 3),
    ({"domain": {"X": "X"}}, 2),
    ({"domain": {"X": "X", "Y": "Y"}}, 1),
    ({"health_state": "suspended"}, 1),
    ({"health_state": ["Suspended", "init", "Active", "rf-cnx error"]}, 6),
    ({"name": "NO-\n"}, 1),
    ({"query": "NO"}, 1),
    ({"connectivity_plan": "_any"}, 6),
    ({"connectivity_plan": " kpn-cs/seldom "}, 3),
    ({"created_from": "2000-01-01"}, 6),
    ({"created_from": datetime.datetime(2000, 1, 1, tzinfo=datetime.timezone.utc)}, 6),
    ({"created_to": datetime.datetime(2000, 1, 1, 1, 2, 3, 4000)}, 0),
    ({"created_to": datetime.date.today() + datetime.timedelta(days=1)}, 6),
]


@pytest.mark.parametrize("filters,number", TAKEN, ids=ids(TAKEN))
def test_what_a_filter_takes(fleet, account, counts, frame, filters, number):
    result = account.tdm_device_info(**filters)
    assert "failed" not in result, result
    assert len(result["devices"]) == number
    assert counts() == {**frame, "GET /devices": 1}


def test_a_date_alone_is_a_whole_day(fleet, account):
    made = [each["creation_date"] / 1000 for each in account.tdm_device_info()["devices"]]
    first, last = (datetime.datetime.fromtimestamp(moment, datetime.timezone.utc).date() for moment in (min(made), max(made)))
    assert len(account.tdm_device_info(created_from=first, created_to=last)["devices"]) == 6
    assert account.tdm_device_info(created_from=last + datetime.timedelta(days=1))["devices"] == []


REFUSED = [
    ({"eui_prefix": text}, "eui_prefix must be 1 to 16 hexadecimal digits, got ")
    for text in ("0x24E124", "24E124*", "2.4e+125", "24E124785C4218850000", "milesight", "-", "24E124%")
]
REFUSED += [
    ({"eui_prefix": 10.1}, "eui_prefix is the number "),
    ({"tag": ["<b>"]}, "tag has the tag"),
    ({"tag": ["a" * 41]}, "tag has the tag"),
    ({"tag": [""]}, "tag is empty"),
    ({"tag": ","}, "tag "),
    ({"domain": {"a:b": "c"}}, "domain has the group"),
    ({"domain": {"a": None}}, "domain must give one domain"),
    ({"name": " "}, "name is empty"),
    ({"query": "\u00a0"}, "query is empty"),
    ({"connectivity_plan": " "}, "connectivity_plan is empty"),
    ({"application_server": [""]}, "application_server is empty"),
    ({"health_state": ["GONE"]}, "health_state must be one of INIT, ACTIVE, RF_CNX_ERROR, SUSPENDED"),
    ({"health_state": [""]}, "health_state must be one of"),
    ({"created_from": "yesterday"}, "created_from must be a date and time"),
    ({"created_from": "2018-02-30"}, "created_from must be a date and time"),
    ({"created_to": 1535102879}, "created_to must be a date and time"),
    ({"alarm_level": True}, "alarm_level must be a whole number"),
    ({"battery_level": 0}, "battery_level must be from 1 to 254"),
    ({"battery_level": True}, "battery_level must be a whole number"),
    ({"max_rssi": 110}, "max_rssi must be a number from -200 to 20"),
    ({"max_rssi": "nan"}, "max_rssi must be a number from -200 to 20"),
    ({"max_snr": float("inf")}, "max_snr must be a number from -50 to 50"),
    ({"min_latitude": 90.5}, "min_latitude must be from -90 to 90 degrees"),
    ({"max_latitude": "nan"}, "max_latitude must be from -90 to 90 degrees"),
    ({"min_longitude": -181}, "min_longitude must be from -180 to 180 degrees"),
    ({"min_latitude": 52.1, "max_latitude": 52}, "min_latitude (52.1) is beyond max_latitude (52.0)"),
    ({"min_longitude": 170, "max_longitude": -170}, "min_longitude (170.0) is beyond max_longitude (-170.0)"),
    ({"min_snr": 5, "max_snr": -5}, "min_snr (5.0) is beyond max_snr (-5.0)"),
    ({"created_from": "2020-01-02T00:00:00Z", "created_to": "2020-01-02T00:30:00+01:00"}, "is beyond created_to"),
    ({"created_from": "2020-01-03", "created_to": "2020-01-02"}, "is beyond created_to"),
]


@pytest.mark.parametrize("filters,message", REFUSED, ids=ids(REFUSED))
def test_what_a_filter_refuses(simulator, account, filters, message):
    result = account.tdm_device_info(**filters)
    assert result["failed"] and message in result["msg"]
    assert simulator.requests()["total"] == 0


@pytest.mark.parametrize("first,last", [("2020-01-02", "2020-01-02"), ("2020-01-02T10:00:00", "2020-01-02T00:00:00Z")])
def test_times_that_may_follow_each_other(account, first, last):
    assert account.tdm_device_info(created_from=first, created_to=last)["devices"] == []


SENT = [
    ({"created_from": "2018-08-24 09:27:59+02"}, {"from": ["2018-08-24T09:27:59+02:00"]}),
    ({"created_to": "2018-08-24"}, {"to": ["2018-08-24T23:59:59.999"]}),
    ({"eui_prefix": "24-e1"}, {"devEUI": ["24E1"]}),
    ({"health_state": ["active", "init"]}, {"healthState": ["ACTIVE", "INIT"]}),
    ({"domain": {"Site": "Utrecht/Centraal", "Use": "Heat"}}, {"domain": ["Site:Utrecht/Centraal", "Use:Heat"]}),
    ({"tag": "a, b"}, {"tag": ["a", "b"]}),
    ({"network_geolocation": False}, {"nwGeolocalization": ["false"]}),
    ({"max_rssi": -90, "battery_level": "20"}, {"infRSSI": ["-90.0"], "batteryLevel": ["20"]}),
]


@pytest.mark.parametrize("filters,query", SENT, ids=ids(SENT))
def test_what_the_platform_gets(through, meddler, filters, query):
    assert "failed" not in through.tdm_device_info(**filters)
    (request,) = meddler.sent("GET", "/devices")
    assert {name: values for name, values in request.query.items() if name not in ("sort", "pageSize", "sessionToken")} == query


# -- names ---------------------------------------------------------------------

NAMES = [
    ({"connectivity_plan": "Seldom"}, 3, "/networkSubscriptions"),
    ({"connectivity_plan": "Seldom", "eui_prefix": "70"}, 1, "/networkSubscriptions"),
    ({"application_server": "Parking sensors"}, 1, "/appServers"),
    ({"application_server": [SERVER, "Parking sensors"]}, 1, "/appServers"),
]


@pytest.mark.parametrize("filters,number,path", NAMES, ids=ids(NAMES))
def test_a_name_costs_two_requests_more(fleet, account, counts, frame, filters, number, path):
    result = account.tdm_device_info(**filters)
    assert "failed" not in result, result
    assert len(result["devices"]) == number
    assert counts() == {**frame, "GET /devices": 2, "GET " + path: 1}


NOTHING = [{"connectivity_plan": "kpn-cs/often-geo"}, {"application_server": ["TWA_100002581.1972.AS"]}]


@pytest.mark.parametrize("filters", NOTHING, ids=ids([(one,) for one in NOTHING]))
def test_an_id_without_devices_is_no_mistake(fleet, account, counts, frame, filters):
    assert account.tdm_device_info(**filters)["devices"] == []
    assert counts()["GET /devices"] == 1


UNKNOWN = [
    ({"connectivity_plan": "seldon"}, 'connectivity_plan "seldon" is not known to the platform; nearest: '),
    ({"connectivity_plan": "_CP"}, 'connectivity_plan "_CP" is not known to the platform'),
    ({"application_server": [SERVER, "Parking"]}, 'application_server "Parking" is not known to the platform; nearest: '),
]


@pytest.mark.parametrize("filters,message", UNKNOWN, ids=ids(UNKNOWN))
@pytest.mark.parametrize("status", [200, 400, 404])
def test_an_unknown_name_is_no_empty_list(fleet, through, meddler, do, filters, message, status):
    if status != 200:
        meddler.on("GET", "/devices", do.says(status, {"code": 222, "message": "no such thing"}))
    result = through.tdm_device_info(**filters)
    assert result["failed"] and result["msg"].startswith(message)


def test_a_name_where_the_platform_refuses_what_is_no_id(fleet, through, meddler, do):
    meddler.on("GET", "/devices", do.says(400, {"code": 222, "message": "no such plan"}), times=1)
    assert len(through.tdm_device_info(connectivity_plan="Seldom")["devices"]) == 3


OTHERS = [({"connectivity_plan": PLAN}, 400), ({"name": "x"}, 400), ({"connectivity_plan": PLAN}, 403)]


@pytest.mark.parametrize("filters,status", OTHERS, ids=ids(OTHERS))
def test_a_refusal_of_another_reason(fleet, through, meddler, do, filters, status):
    meddler.on("GET", "/devices", do.says(status, {"code": 9016, "message": "not today"}))
    result = through.tdm_device_info(**filters)
    assert result["failed"] and "not today" in result["msg"]


# -- several tags --------------------------------------------------------------


@pytest.mark.parametrize("filters,number", [({"tag": ["a", "b"]}, 2), ({"domain": {"X": "X", "Y": "Y"}}, 1)])
def test_all_are_needed_also_where_the_platform_takes_any(fleet, through, meddler, filters, number):
    def any_of_them(request, forward):
        path, _mark, query = request.target.partition("?")
        kept = [part for part in query.split("&") if not part.startswith(("tag=", "domain="))]
        request.target = "%s?%s" % (path, "&".join(kept))
        return forward(request)

    meddler.on("GET", "/devices", any_of_them)
    assert len(through.tdm_device_info(**filters)["devices"]) == number


def test_tags_that_the_list_does_not_show_are_the_platforms_affair(fleet, through, meddler, do):
    def blind(data):
        for brief in data["briefs"]:
            brief.pop("tags", None)

    meddler.on("GET", "/devices", do.edited(blind))
    assert len(through.tdm_device_info(tag=["a", "b"])["devices"]) == 2
