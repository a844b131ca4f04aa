# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""Every operation of the contract, sent by tdm_request to a simulated Enterprise platform: nothing is out of its reach.

Each request is as the contract wants it, and the platform does as it is told.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

EUI, GROUP = "70B3D57ED1000031", "70B3D57ED1000032"
DOMAIN = {"name": "France", "group": {"name": "Site"}}
USER = "/users/tpk-100002581/alarmsSubscription"
BOX = {"minLat": 50, "minLon": 3, "maxLat": 54, "maxLon": 8}
NEW_DEVICE = {
    "EUI": EUI,
    "name": "one",
    "activation": "OTAA",
    "appEUI": "70B3D57ED0000000",
    "appKey": "%032X" % (0xC6 << 120),
    "model": {"ID": "LORA/GenericA.1.0.4a_ETSI"},
    "appServers": [{"ID": "TWA_100002581.1972.AS"}],
}
NEW_GROUP = {
    "EUI": GROUP,
    "nwAddress": "1400F00D",
    "class": "C",
    "nwKey": "%032X" % (0xC7 << 120),
    "bss": {"tags": [{"name": "city"}]},
}
SECURITY = {"status": "DOWNLINK_AS_KEY", "downlinkAsKey": "%032X" % (0xC8 << 120), "asID": "me"}
TAG = "LW:D0:70B3D57ED0000000:70B3D57ED0000031:03380000"
Request = Callable[..., Any]


def reach(ask: Request, simulator: Any, heard: str, folder: Path) -> None:
    """Send every operation, the objects that it needs first and their deletion last.

    :param ask: sends one request, as tdm_request does, and returns the answer.
    :param heard: a device that was heard, and has an alarm.
    """
    _catalogues(ask, folder)
    _settings(ask)
    _servers(ask)
    _devices(ask, folder)
    _measures(ask, "/devices/e" + heard, folder)
    _alarms(ask, "/devices/e" + heard)
    simulator.seed(1, first=heard)
    _groups(ask, simulator)


def _catalogues(ask: Request, folder: Path) -> None:
    for path in ("/ismBands", "/deviceVendors", "/drivers", "/deviceProfiles", "/networkSubscriptions/transactions"):
        ask(path)
    ask(ask("/networkSubscriptions")["briefs"][0]["href"])
    ask("/deviceProfiles/export", dest=str(folder / "profiles.csv"))
    ask("/publicExchangeKey", dest=str(folder / "exchange.pem"))
    ask("/devices/tags/suggestions", query={"query": "o"})
    ask("/multicastGroups/bss/tags/suggestions", query={"query": "c"})
    ask("/multicastDownlinkSettings", query={"bsTag": "city"})


def _settings(ask: Request) -> None:
    ask("/", "PUT", body={"nsID": "F03D290200000000", "occContext": ask("/")["occContext"]})
    ask("/restricted", "PUT", body={"segregationID": "0000000A"})
    ask(USER, "POST", body={"minimumSeverity": 4})
    ask(USER)
    ask(USER, "PUT", body={"minimumSeverity": 5})
    ask("/usersAlarmsSubscriptions")
    ask(USER, "DELETE")


def _servers(ask: Request) -> None:
    ask("/appServers", "POST", body={"name": "mine", "destinations": []})
    made = "/appServers/" + next(one["href"] for one in ask("/appServers")["briefs"] if one["name"] == "mine").rpartition("/")[2]
    ask(made, "PUT", body={"state": "DEACTIVATED", "occContext": ask(made)["occContext"]})
    ask(made + "/security")
    ask(made + "/security", "PUT", body={"downlinkSecurity": SECURITY, "occContext": ask(made)["occContext"]})
    ask(made + "/iotFlowConnector/metrics")
    ask(made, "DELETE")


def _devices(ask: Request, folder: Path) -> None:
    one = "/devices/e" + EUI
    ask("/devices", "POST", body=NEW_DEVICE)
    ask("/devices")
    ask(one, "PUT", body={"name": "other", "occContext": ask(one)["occContext"]})
    ask(one + "/restricted", "PUT", body={"debug": {"lorawan": True}, "occContext": ask(one)["occContext"]})
    ask("/devices/tags", "POST", query={"action": "TAG"}, body={"name": "two", "devEUIs": [EUI]})
    ask(one + "/tags", "POST", body={"name": "one"})
    tag = ask(one + "/tags")["briefs"][0]["href"].rpartition("/")[2]
    ask("%s/tags/%s" % (one, tag), "DELETE")
    ask("/devices/domains", "POST", body={"devEUIs": [EUI], "addedDomains": [DOMAIN]})
    ask("/devices/readOnboardingTag", "POST", body=TAG)
    ask("/devices/counters")
    ask("/devices/clusters", query=BOX)
    ask(one, "DELETE")
    rows = folder / "rows.csv"
    rows.write_text("DELETE,%s\n" % EUI, encoding="utf-8")
    ask("/devices/import", "POST", src=str(rows))


def _measures(ask: Request, one: str, folder: Path) -> None:
    ask("/devices/frames", query={"step": "PT2H", "type": "0"})
    for below in ("/frames", "/frames/aggregated", "/batLevels", "/locations", "/spreadingFactors/sfDistributions"):
        ask(one + below)
    ask(one + "/debugLorawanLogs", dest=str(folder / "lorawan.log"))
    ask(one + "/admins/downlink", "POST", query={"payload": "00ff", "fPort": 10})
    ask(one + "/admins/reset", "POST")


def _alarms(ask: Request, one: str) -> None:
    ask("/devices/alarms/histories")
    ask("/devices/alarms/stateDistributions")
    ask(one + "/alarms/histories")
    ask("/devices/alarms/ack", "POST", body={"alarmUids": [ask("/devices/alarms")["briefs"][0]["alarmUid"]]})
    uid = ask(one + "/alarms")["briefs"][0]["href"].rpartition("/")[2]
    ask("%s/alarms/%s/ack" % (one, uid), "POST")
    ask(one + "/alarms/ack", "POST", query={"state": 5})


def _groups(ask: Request, simulator: Any) -> None:
    one = "/multicastGroups/e" + GROUP
    ask("/multicastGroups", "POST", body=NEW_GROUP)
    ask("/multicastGroups")
    ask(one, "PUT", body={"name": "all of them", "occContext": ask(one)["occContext"]})
    ask("/multicastGroups/domains", "POST", body={"devEUIs": [GROUP], "addedDomains": [DOMAIN]})
    ask(one + "/bss/tags", "POST", body={"name": "harbour"})
    ask(one + "/bss")
    ask("%s/bss/tags/%s" % (one, ask(one + "/bss/tags")["briefs"][0]["href"].rpartition("/")[2]), "DELETE")
    ask(one + "/admins/downlink", "POST", query={"payload": "00", "fPort": 1})
    for path in (one + "/frames", one + "/frames/aggregated", "/multicastGroups/frames", "/multicastGroups/frames/aggregated"):
        ask(path)
    simulator.inspect("PUT", "groups/" + GROUP, {"alarms": [0, 0, 1, 0, 0, 0]})
    uid = ask(one + "/alarms")["briefs"][0]["href"].rpartition("/")[2]
    ask(one + "/alarms/histories")
    ask("%s/alarms/%s/ack" % (one, uid), "POST")
    ask(one + "/alarms/ack", "POST")
    ask(one, "DELETE")
